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

from sim.study.intervals import (
    TAIL,
    Interval,
    PerWorld,
    are_counts,
    curve_limits,
    difference_limits,
    last_true,
    mean_limits,
    share_limits,
    sign_test_power,
)
from sim.study.sums import total, variance

LARGEST = 1e100
"""Values below this can be squared and added without overflow."""


@dataclass(frozen=True)
class Estimate:
    """A mean per world, or a share of worlds.

    ``events`` is how much it rests on: the total of a count, and for any other measure the number
    of worlds in which it is not zero.
    """

    value: float
    interval: Interval
    worlds: int
    events: int


@dataclass(frozen=True)
class Difference:
    """What the other arm changed, over the same worlds as the reference.

    ``value`` is the mean of other - reference. ``variance_reduction`` is how many times more
    worlds independent arms would need for the same precision (Var reference + Var other over Var
    difference), None if no two differences differ. ``more_worlds_to_halve`` is how many more
    worlds like these would halve the interval. ``detectable`` says whether it excludes zero.
    """

    value: float
    interval: Interval
    worlds: int
    reference: Estimate
    other: Estimate
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


def mean_estimate(values: npt.ArrayLike, *, unit: float | None = None) -> Estimate:
    """The mean per world of a count or a real measure.

    Give ``unit``, the size one event may well have, for a measure such as hours: where few events
    or none were seen, only that tells how large the next may be. A count's is 1 if not given.
    """
    measures = _per_world("mean_estimate: values", values)
    _positive("mean_estimate", unit)
    return _mean(measures, unit)


def _mean(measures: PerWorld, unit: float | None) -> Estimate:
    """The mean of checked values."""
    whole = total(measures)
    events = int(whole) if are_counts(measures) else int(np.count_nonzero(measures))
    value = whole / len(measures)
    interval = mean_limits(measures, unit).interval(value)
    return Estimate(value, interval, len(measures), events)


def _share(events: int, worlds: int) -> Estimate:
    """A share of worlds with exact limits."""
    share = events / worlds
    return Estimate(share, share_limits(events, worlds).interval(share), worlds, events)


def paired_difference(
    reference: npt.ArrayLike, other: npt.ArrayLike, *, unit: float | None = None
) -> Difference:
    """The difference of a measure between two arms over the same worlds, in the same order.

    ``unit`` is the size a change may well have, as in `mean_estimate`; if not given, that of the
    typical event in either arm.
    """
    first, second = _pairs("paired_difference", reference, other)
    _positive("paired_difference", unit)
    differences, worlds = second - first, len(first)
    limits = difference_limits(first, second, unit)
    value = total(differences) / worlds
    interval, spread = limits.interval(value), variance(differences)
    helped, harmed = int((differences < 0).sum()), int((differences > 0).sum())
    return Difference(
        value=value,
        interval=interval,
        worlds=worlds,
        reference=_mean(first, unit),
        other=_mean(second, unit),
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
    _whole("threshold_shares: reference_reached", first, 1)
    _whole("threshold_shares: other_reached", second, 1)
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
) -> npt.NDArray[np.int64]:
    """Counts of worlds by highest rung, ``rungs`` x ``rungs``: the reference's by row."""
    first, second = _pairs("peak_table", reference_peak, other_peak)
    _whole("peak_table: reference_peak", first, rungs - 1)
    _whole("peak_table: other_peak", second, rungs - 1)
    cells = np.bincount((first * rungs + second).astype(np.int64), minlength=rungs * rungs)
    return cells.reshape(rungs, rungs)


def survival(times: npt.ArrayLike, censor_times: npt.ArrayLike) -> Survival:
    """The Kaplan-Meier curve of the time to first reaching a threshold.

    ``times`` holds NaN or None where a world did not reach it; such a world was watched until its
    entry of ``censor_times`` (one for each world or one for all). Limits are log(-log), as in
    Kalbfleisch & Prentice 2002, section 1.4; with no events they rest on the worlds still watched.
    """
    reached, watched = _first_times("survival", times, censor_times)
    ends = np.where(np.isnan(reached), watched, reached)
    moments = np.unique(np.append(ends, 0.0))
    risk = len(ends) - np.searchsorted(np.sort(ends), moments)
    happened = np.sort(reached[~np.isnan(reached)])
    sides = [np.searchsorted(happened, moments, side) for side in ("left", "right")]
    events = sides[1] - sides[0]
    share = np.cumprod((risk - events) / risk, dtype=np.float64)
    low, high = curve_limits(risk, events, share)
    return Survival(
        worlds=len(ends),
        reached=len(happened),
        time=tuple(moments.tolist()),
        survival=tuple(share.tolist()),
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        method="Kaplan-Meier, log(-log)",
    )


def survival_difference(
    reference_times: npt.ArrayLike,
    other_times: npt.ArrayLike,
    censor_times: npt.ArrayLike,
    at: float,
) -> Difference:
    """The paired difference in having reached a threshold by the time ``at``.

    The measure is 1 in a world that has reached it; survival differs by as much the other way.
    No world may be censored before ``at``.
    """
    first, watched = _first_times("survival_difference", reference_times, censor_times)
    second, _ = _first_times("survival_difference", other_times, censor_times)
    if not at <= watched.min():
        raise ValueError(
            f"survival_difference: at is {at}, but a world is watched only until "
            f"{watched.min()}; every world must be watched until then. Choose an earlier time"
        )
    return paired_difference(first <= at, second <= at)


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
    _within("worlds", worlds, 1, math.inf)
    _within("share_reference", share_reference, 0, 1)
    _within("expected_relative_effect", expected_relative_effect, 0, 1)
    _within("harmed_per_helped", harmed_per_helped, 0, 0.99)
    _within("power", power, 0.05, 0.999)

    def chance(count: float, effect: float) -> float:
        helped, harmed = _changes(share_reference, effect, harmed_per_helped)
        return sign_test_power(count * helped, count * harmed)

    effect = expected_relative_effect
    helped, harmed = _changes(share_reference, effect, harmed_per_helped)
    smallest = needed = None
    if chance(worlds, 1.0) >= power:
        smallest = min(1.0, last_true(lambda r: r < 1 and chance(worlds, r) < power, 1e-9))
    if helped > 0:
        needed = math.ceil(last_true(lambda n: chance(n, effect) < power, 1.0))
    reached = chance(worlds, effect)
    return PowerLine(
        worlds=int(worlds),
        share_reference=float(share_reference),
        expected_relative_effect=float(effect),
        harmed_per_helped=float(harmed_per_helped),
        expected_helped=worlds * helped,
        expected_harmed=worlds * harmed,
        power=reached,
        resolvable=reached >= power,
        smallest_relative_effect=smallest,
        worlds_needed=needed,
        least_changed=math.ceil(1 - math.log2(2 * TAIL)),
    )


def _changes(share: float, effect: float, harmed_per_helped: float) -> tuple[float, float]:
    """Shares of worlds helped and harmed that lower ``share`` by the fraction ``effect``.

    No more can be helped than reach the threshold, no more harmed than do not.
    """
    net = share * effect
    helped = min(net / (1 - harmed_per_helped), share, net + 1 - share)
    return helped, max(0.0, helped - net)


def _per_world(place: str, values: npt.ArrayLike) -> PerWorld:
    """Values as a row of finite reals, one per world."""
    row = np.asarray(values, dtype=np.float64)
    if row.ndim != 1 or not row.size:
        raise ValueError(
            f"{place} has shape {row.shape}; it must be a row with one number for each of one or "
            "more worlds. Run at least one world"
        )
    bad = np.flatnonzero(~(np.abs(row) < LARGEST))
    if bad.size:
        raise ValueError(
            f"{place}[{bad[0]}] is {row[bad[0]]}; every world needs a finite number, below "
            f"{LARGEST:g}. Leave a world that failed out of every arm"
        )
    return row


def _positive(place: str, unit: float | None) -> None:
    """Refuse a size that is not positive."""
    if unit is not None and not 0 < unit < LARGEST:
        raise ValueError(f"{place}: unit is {unit}; the size of an event must be positive")


def _pairs(place: str, first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[PerWorld, PerWorld]:
    """Two rows over the same worlds."""
    reference = _per_world(f"{place}: the reference", first)
    other = _per_world(f"{place}: the other arm", second)
    if len(reference) != len(other):
        raise ValueError(
            f"{place}: the reference has {len(reference)} worlds and the other arm {len(other)}; "
            "both must hold the same worlds in the same order. Leave out those that one lacks"
        )
    return reference, other


def _whole(place: str, values: PerWorld, most: int) -> None:
    """Refuse values that are not whole numbers from 0 to ``most``."""
    bad = np.flatnonzero((values < 0) | (values > most) | (values != np.floor(values)))
    if bad.size:
        value = values[bad[0]]
        raise ValueError(
            f"{place}[{bad[0]}] is {value:g}; it must be a whole number from 0 to {most}"
        )


def _first_times(
    place: str, times: npt.ArrayLike, censor_times: npt.ArrayLike
) -> tuple[PerWorld, PerWorld]:
    """Times of reaching, NaN where not reached, and the times until which each was watched."""
    reached = np.asarray(times, dtype=np.float64)
    ends = np.asarray(censor_times, dtype=np.float64)
    ends = _per_world(
        f"{place}: censor_times", np.full(reached.shape, ends) if not ends.ndim else ends
    )
    _pairs(place, np.nan_to_num(reached), ends)
    bad = np.flatnonzero(~np.isnan(reached) & ~((reached >= 0) & (reached <= ends)))
    if bad.size or ends.min() < 0:
        at = int(bad[0]) if bad.size else int(ends.argmin())
        raise ValueError(
            f"{place}: times[{at}] is {reached[at]:g} and censor_times[{at}] {ends[at]:g}; both "
            "must be at least 0 and no time later than its censor time. Put NaN for a threshold "
            "reached later than that"
        )
    return reached, ends


def _within(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside its range."""
    if not low <= value <= high:
        rule = f"from {low:g} to {high:g}" if high < math.inf else f"{low:g} or more"
        raise ValueError(f"power_line: {name} is {value}; it must be {rule}")
