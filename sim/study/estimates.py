"""What many worlds say: means, paired differences, shares helped and harmed, survival, power.

Two arms live through the same worlds, so the pair is the unit: a difference and its interval come
from the differences within worlds, never from two separate means. Everything here is a pure
function of arrays with one entry per world, and gives frozen records of plain numbers. How an
interval is chosen stands in `sim.study.intervals`; each names its method.

A measure is something unwanted: a world is *helped* when the other arm has less of it than the
reference. Bad input raises ValueError.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from sim.study.intervals import (
    TAIL,
    Z,
    Interval,
    Worlds,
    difference_limits,
    last_true,
    mean_limits,
    share_limits,
    variance,
)


@dataclass(frozen=True)
class Estimate:
    """A mean per world, or a share of worlds.

    ``events`` is how much it rests on: the total of a count, and for any other measure or a
    difference the number of worlds in which it is not zero.
    """

    value: float
    interval: Interval
    worlds: int
    events: int


@dataclass(frozen=True)
class PairedDifference:
    """What the other arm changed, over the same worlds as the reference.

    ``difference`` is other - reference per world. ``variance_reduction`` is how many times more
    worlds independent arms would need for the same precision (Var reference + Var other over Var
    difference), None if no two differences differ. ``more_worlds_to_halve`` is how many more
    worlds like these would halve the interval. ``detectable`` says whether it excludes zero.
    """

    worlds: int
    reference: Estimate
    other: Estimate
    difference: Estimate
    helped: Estimate
    unchanged: Estimate
    harmed: Estimate
    variance_reduction: float | None
    more_worlds_to_halve: int
    detectable: bool


@dataclass(frozen=True)
class Bounds:
    """The least and the greatest a share can be."""

    low: float
    high: float


@dataclass(frozen=True)
class ThresholdShares:
    """Worlds helped, unchanged and harmed at one threshold.

    The shares hold within the model and its coupling of the arms; ``helped_bounds`` and
    ``harmed_bounds`` (Fréchet) are all that the two margins alone would allow.
    """

    worlds: int
    reference: Estimate
    other: Estimate
    helped: Estimate
    unchanged: Estimate
    harmed: Estimate
    helped_bounds: Bounds
    harmed_bounds: Bounds


@dataclass(frozen=True)
class Survival:
    """Share of worlds that have not yet reached a threshold, as a step curve.

    Entry k holds from ``time[k]`` until ``time[k + 1]``; ``low`` and ``high`` are pointwise 95 %
    limits. The first time is 0, the last the end of the longest world.
    """

    worlds: int
    reached: int
    time: tuple[float, ...]
    survival: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    method: str


@dataclass(frozen=True)
class PowerLine:
    """Whether so many pairs can show the effect expected.

    ``expected_helped`` and ``expected_harmed`` are worlds; ``power`` is the chance that the exact
    sign test at 5 % finds the effect. ``smallest_relative_effect`` is the smallest found with the
    power asked for, ``worlds_needed`` what the expected effect takes; each None if there is none.
    ``least_changed`` is how many changed worlds the test needs when all change one way.
    """

    worlds: int
    share_reference: float
    expected_relative_effect: float
    harmed_per_helped: float
    expected_helped: float
    expected_harmed: float
    power: float
    resolvable: bool
    smallest_relative_effect: float | None
    worlds_needed: int | None
    least_changed: int


def mean_estimate(values: npt.ArrayLike, *, unit: float = 1.0) -> Estimate:
    """The mean per world of a count or a real measure.

    ``unit`` is the size one event would have, used for the upper limit when none happened.
    """
    measures = _worlds("mean_estimate: values", values)
    if not (math.isfinite(unit) and unit > 0):
        raise ValueError(f"mean_estimate: unit is {unit}; the size of one event must be positive")
    return _mean(measures, unit)


def _mean(measures: Worlds, unit: float) -> Estimate:
    """The mean of checked values."""
    total = math.fsum(measures.tolist())
    counts = bool((measures >= 0).all() and (measures == np.floor(measures)).all())
    events = int(total) if counts else int(np.count_nonzero(measures))
    value = total / len(measures)
    interval = mean_limits(measures, unit).interval(value)
    return Estimate(value, interval, len(measures), events)


def _share(events: int, worlds: int) -> Estimate:
    """A share of worlds with exact limits."""
    share = events / worlds
    return Estimate(share, share_limits(events, worlds).interval(share), worlds, events)


def paired_difference(reference: npt.ArrayLike, other: npt.ArrayLike) -> PairedDifference:
    """The difference of a measure between two arms over the same worlds, in the same order."""
    first, second = _pairs("paired_difference", reference, other)
    differences, worlds = second - first, len(first)
    if not np.isfinite(differences).all():
        raise ValueError("paired_difference: a difference is too large for a number; rescale")
    limits = difference_limits(first, second)
    value = math.fsum(differences.tolist()) / worlds
    helped, harmed = int((differences < 0).sum()), int((differences > 0).sum())
    interval, spread = limits.interval(value), variance(differences)
    unit = max(float(np.abs(first).max()), float(np.abs(second).max())) or 1.0
    return PairedDifference(
        worlds=worlds,
        reference=_mean(first, unit),
        other=_mean(second, unit),
        difference=Estimate(value, interval, worlds, helped + harmed),
        helped=_share(helped, worlds),
        unchanged=_share(worlds - helped - harmed, worlds),
        harmed=_share(harmed, worlds),
        variance_reduction=(variance(first) + variance(second)) / spread if spread else None,
        more_worlds_to_halve=limits.more_worlds_to_halve(),
        detectable=interval.excludes_zero,
    )


def threshold_shares(
    reference_reached: npt.ArrayLike, other_reached: npt.ArrayLike
) -> ThresholdShares:
    """Shares of worlds helped (only the reference reached it), unchanged and harmed."""
    first, second = _pairs("threshold_shares", reference_reached, other_reached)
    for name, reached in (("reference_reached", first), ("other_reached", second)):
        _whole(f"threshold_shares: {name}", reached, 1)
    worlds, p, q = len(first), int(first.sum()), int(second.sum())
    helped, harmed = int((first > second).sum()), int((first < second).sum())
    return ThresholdShares(
        worlds=worlds,
        reference=_share(p, worlds),
        other=_share(q, worlds),
        helped=_share(helped, worlds),
        unchanged=_share(worlds - helped - harmed, worlds),
        harmed=_share(harmed, worlds),
        helped_bounds=Bounds(max(0, p - q) / worlds, min(p, worlds - q) / worlds),
        harmed_bounds=Bounds(max(0, q - p) / worlds, min(q, worlds - p) / worlds),
    )


def peak_table(
    reference_peak: npt.ArrayLike, other_peak: npt.ArrayLike, rungs: int = 7
) -> tuple[tuple[int, ...], ...]:
    """Worlds by highest rung: row, the reference's; column, the other arm's; ``rungs`` of each."""
    first, second = _pairs("peak_table", reference_peak, other_peak)
    for name, peaks in (("reference_peak", first), ("other_peak", second)):
        _whole(f"peak_table: {name}", peaks, rungs - 1)
    cells = np.bincount((first * rungs + second).astype(np.int64), minlength=rungs * rungs)
    return tuple(tuple(row) for row in cells.reshape(rungs, rungs).tolist())


def survival(times: npt.ArrayLike, censor_times: npt.ArrayLike) -> Survival:
    """The Kaplan-Meier curve of the time to first reaching a threshold.

    ``times`` holds NaN or None where a world did not reach it before its ``censor_times`` entry
    (one for each world or one for all). Limits are log(-log) with Greenwood's variance (Kalbfleisch
    & Prentice 2002, section 1.4). Where that has none, before the first event and after the last
    world, they are Clopper-Pearson limits among the worlds still watched.
    """
    reached, watched = _first_times("survival", times, censor_times)
    ends = np.where(np.isnan(reached), watched, reached)
    moments = np.unique(np.append(ends, 0.0))
    risk = len(ends) - np.searchsorted(np.sort(ends), moments)
    happened = np.sort(reached[~np.isnan(reached)])
    sides = [np.searchsorted(happened, moments, side) for side in ("left", "right")]
    events = sides[1] - sides[0]
    share = np.cumprod((risk - events) / risk)
    low, high = _curve_limits(risk, events, share)
    return Survival(
        worlds=len(ends),
        reached=len(happened),
        time=tuple(moments.tolist()),
        survival=tuple(share.tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        method="Kaplan-Meier, log(-log)",
    )


def _curve_limits(
    risk: npt.NDArray[np.int64], events: npt.NDArray[np.int64], share: Worlds
) -> tuple[Worlds, Worlds]:
    """Pointwise limits of a survival curve from worlds at risk and events at each moment."""
    low, high = np.zeros(len(share)), np.ones(len(share))
    before, within, after = share == 1, (share > 0) & (share < 1), share == 0
    later = np.append(risk[1:], risk[-1])
    low[before] = TAIL ** (1 / later[before])
    left = np.where(after, 1, risk - events)
    greenwood = np.cumsum(events / (risk * left))[within]
    bend = np.exp(Z * np.sqrt(greenwood) / np.abs(np.log(share[within])))
    low[within], high[within] = share[within] ** bend, share[within] ** (1 / bend)
    if after.any():
        first = int(np.argmax(after))
        known = high[first - 1] if first else 1.0
        high[after] = known * (1 - TAIL ** (1 / risk[first]))
    return low, high


def survival_difference(
    reference_times: npt.ArrayLike,
    other_times: npt.ArrayLike,
    censor_times: npt.ArrayLike,
    at: float,
) -> PairedDifference:
    """The paired difference in having reached a threshold by the time ``at``.

    The measure is 1 in a world that has reached it; survival differs by as much the other way.
    No world may be censored before ``at``.
    """
    _, watched = _first_times("survival_difference", reference_times, censor_times)
    arms = [
        _first_times("survival_difference", times, censor_times)[0]
        for times in (reference_times, other_times)
    ]
    if not watched.min() >= at:
        raise ValueError(
            f"survival_difference: at is {at}, but a world ends at {watched.min()}; every world "
            "must run until then. Choose an earlier time"
        )
    return paired_difference(*(np.less_equal(times, at) for times in arms))


def power_line(
    worlds: int,
    share_reference: float,
    expected_relative_effect: float,
    *,
    harmed_per_helped: float = 0.1,
    power: float = 0.8,
) -> PowerLine:
    """Whether ``worlds`` pairs can resolve a relative reduction of a rare outcome.

    ``share_reference`` of the worlds reach it under the reference; the other arm lowers that by
    the fraction ``expected_relative_effect`` net, harming ``harmed_per_helped`` worlds for each
    one helped. Only changed worlds tell: the test is the exact sign test on them (McNemar), two
    sided at 5 %, and their number is taken as Poisson, which asks for slightly too many.
    """
    _in_unit("worlds", worlds, 1, math.inf)
    _in_unit("share_reference", share_reference, 0, 1)
    _in_unit("expected_relative_effect", expected_relative_effect, 0, 1)
    _in_unit("harmed_per_helped", harmed_per_helped, 0, 0.99)
    _in_unit("power", power, 0.05, 0.999)

    def chance(count: float, effect: float) -> float:
        helped, harmed = _changes(share_reference, effect, harmed_per_helped)
        return _sign_test_power(count * helped, count * harmed)

    smallest = needed = None
    if share_reference > 0 and chance(worlds, 1.0) >= power:
        smallest = min(1.0, last_true(lambda r: r < 1 and chance(worlds, r) < power, 1e-9))
    if share_reference > 0 and expected_relative_effect > 0:
        effect = expected_relative_effect
        needed = math.ceil(last_true(lambda n: chance(n, effect) < power, 1.0))
    helped, harmed = _changes(share_reference, expected_relative_effect, harmed_per_helped)
    reached = chance(worlds, expected_relative_effect)
    return PowerLine(
        worlds=worlds,
        share_reference=float(share_reference),
        expected_relative_effect=float(expected_relative_effect),
        harmed_per_helped=float(harmed_per_helped),
        expected_helped=worlds * helped,
        expected_harmed=worlds * harmed,
        power=reached,
        resolvable=reached >= power,
        smallest_relative_effect=smallest,
        worlds_needed=needed,
        least_changed=math.ceil(1 - math.log2(2 * TAIL)),
    )
