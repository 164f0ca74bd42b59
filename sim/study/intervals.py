"""95 % limits for means over worlds that stay right when only a few worlds count.

Crises are rare, so most measures are zero in most worlds and most pairs do not differ at all.
There the usual t interval is too short, or has no width. This module holds limits for few events
and the rules that choose among them; `sim.study.estimates` gives them their meaning. All are
closed formulas: the same numbers give the same limits, and nothing is resampled.

Sources: Clopper & Pearson 1934 (Biometrika 26:404); Wilson 1927 (JASA 22:209); Garwood 1936
(Biometrika 28:437), extended to events of unequal size by Fay & Feuer 1997 (Statistics in
Medicine 16:791); differences of two quantities from their separate limits (MOVER) by Zou & Donner
2008 (Statistics in Medicine 27:1693) after Newcombe 1998 (Statistics in Medicine 17:873, 2635).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from scipy import special

from sim.study.sums import total, variance, whole

TAIL = 0.025
"""Chance left beyond each limit of a 95 % interval."""
Z = NormalDist().inv_cdf(1 - TAIL)

PerWorld = npt.NDArray[np.float64]
Ends = tuple[float, float]

# The three bounds below were chosen by coverage: exact for 0/1 differences (every helped and
# harmed share, 1 to 1,000 worlds: never under 94.7 %, at most 96 % once 30 worlds changed), by
# simulation for sizes that vary from world to world.
FEW_CHANGED = 20
FEW_UNCHANGED = 8
FEW_EFFECTIVE = 30


@dataclass(frozen=True)
class Interval:
    """A 95 % interval from ``low`` to ``high``, and the ``method`` that gave it."""

    low: float
    high: float
    method: str

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Limits:
    """Limits of a mean over ``worlds`` worlds, now and with more worlds like these.

    ``at(times)`` gives both limits as they would stand if every kind of world seen had been seen
    ``times`` as often. With ``reach_zero`` the interval is drawn out to zero if need be.
    """

    method: str
    worlds: int
    at: Callable[[float], Ends]
    reach_zero: bool = False

    def interval(self, value: float) -> Interval:
        """The interval of these worlds; rounding never puts ``value``, its estimate, outside."""
        low, high = self.at(1.0)
        if self.reach_zero:
            low, high = min(low, 0.0), max(high, 0.0)
        return Interval(min(float(low), value), max(float(high), value), self.method)

    def more_worlds_to_halve(self) -> int:
        """How many more worlds like these would halve the width of the interval."""
        low, high = self.at(1.0)
        if not high > low:
            return 0
        target = (high - low) / 2

        def too_wide(times: float) -> bool:
            below, above = self.at(times)
            return above - below > target

        return math.ceil(self.worlds * (last_true(too_wide, 1.0) - 1.0))


def last_true(holds: Callable[[float], bool], start: float) -> float:
    """The place above ``start`` (positive) where ``holds`` turns false, to nine digits."""
    low, high = start, 2 * start
    while holds(high):
        low, high = high, 2 * high
    while high - low > 1e-9 * high:
        middle = (low + high) / 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return high


def clopper_pearson(events: float, trials: float) -> Ends:
    """Exact limits of a share: 95 % or more in every case; 0 of n gives an upper limit of 3.7/n."""
    low = float(special.betaincinv(events, trials - events + 1, TAIL)) if events > 0 else 0.0
    high = 1.0
    if events < trials:
        high = float(special.betaincinv(events + 1, trials - events, 1 - TAIL))
    return low, high


def wilson(events: float, trials: float) -> Ends:
    """Wilson's score limits of a share, near 95 % once events are many."""
    centre = (events + Z * Z / 2) / (trials + Z * Z)
    spread = events * (1 - events / trials) + Z * Z / 4
    half = Z * math.sqrt(spread) / (trials + Z * Z)
    return max(0.0, centre - half), min(1.0, centre + half)


def fay_feuer(total: float, squares: float, largest: float) -> Ends:
    """Limits of the expected sum of Poisson many events of unequal size.

    ``total`` and ``squares`` are the sums of the sizes and of their squares, ``largest`` the
    largest size one more event could have. With sizes all 1 these are Garwood's exact limits.
    """
    low = 0.0
    if total > 0:
        low = squares / total * float(special.gammaincinv(total * total / squares, TAIL))
    total, squares = total + largest, squares + largest * largest
    return low, squares / total * float(special.gammaincinv(total * total / squares, 1 - TAIL))


def mover(
    first: float, first_limits: Ends, second: float, second_limits: Ends, correlation: float = 0.0
) -> Ends:
    """Limits of ``first - second`` from the limits of each (Zou & Donner 2008)."""

    def distance(one: float, other: float) -> float:
        # Rounding may leave a negative remainder where the two distances cancel.
        return math.sqrt(max(0.0, one * one + other * other - 2 * correlation * one * other))

    difference = first - second
    return (
        difference - distance(first - first_limits[0], second_limits[1] - second),
        difference + distance(first_limits[1] - first, second - second_limits[0]),
    )


def share_limits(events: int, worlds: int) -> Limits:
    """Limits of the share of worlds in which something happened.

    Clopper-Pearson, because it alone never covers under 95 %: over all shares the Wilson and
    Jeffreys limits fall to 84 and 88 % where the expected number of events is below one.
    """
    return Limits(
        "Clopper-Pearson", worlds, lambda times: clopper_pearson(events * times, worlds * times)
    )


def changed_limits(helped: int, harmed: int, worlds: int) -> Limits:
    """Limits of (harmed - helped) / worlds, where a world changes by one or not at all.

    The two shares come from one sample, so they are negatively correlated. Where next to no world
    is unchanged MOVER covers too little, and the outer limits are taken as they are. Zero is left
    out only where the exact sign test (McNemar) rejects it too: six worlds that change one way are
    enough from 14 worlds on, five never.
    """
    unchanged, changed = worlds - helped - harmed, helped + harmed
    if unchanged < FEW_UNCHANGED:
        method = "outer Clopper-Pearson limits of helped and harmed"
        return Limits(method, worlds, partial(_outer, helped, harmed, worlds))
    few = min(changed, unchanged) < FEW_CHANGED
    one, name = (clopper_pearson, "Clopper-Pearson") if few else (wilson, "Wilson")

    def at(times: float) -> Ends:
        up, down, trials = harmed / worlds, helped / worlds, worlds * times
        correlation = -math.sqrt(up * down / ((1 - up) * (1 - down)))
        limits = (one(harmed * times, trials), one(helped * times, trials))
        low, high = mover(up, limits[0], down, limits[1], correlation)
        return max(-1.0, low), min(1.0, high)

    undecided = not changed or float(special.bdtr(min(helped, harmed), changed, 0.5)) > TAIL
    return Limits(f"MOVER of {name} limits of helped and harmed", worlds, at, undecided)


def one_sided(changed: int) -> float:
    """Return the chance that the exact sign test rejects towards one given side without effect."""
    fewer = np.arange(changed // 2 + 1)
    tails = special.bdtr(fewer, changed, 0.5)
    rejected = tails[tails <= TAIL]
    return float(rejected[-1]) if changed and rejected.size else 0.0


def _outer(helped: int, harmed: int, worlds: int, times: float) -> Ends:
    """The lowest harmed less the highest helped share, and the other way round."""
    up = clopper_pearson(harmed * times, worlds * times)
    down = clopper_pearson(helped * times, worlds * times)
    return up[0] - down[1], up[1] - down[0]


def summed_limits(values: PerWorld, unit: float, signed: bool) -> Limits:
    """Limits of the mean of values that are zero in most worlds, whatever their size.

    If ``signed``, rises and falls are both possible whether or not both were seen; otherwise
    values are never negative. One more event is taken to be no larger than ``unit`` or (1 + 2/k)
    times the largest of the k seen: twice the margin by which the largest of k numbers falls short
    of their upper end (the German tank problem). Without it a few events of uneven size cover only
    84 to 90 %; with it, and a typical size for ``unit``, 95 %.
    """
    worlds, seen = len(values), int(np.count_nonzero(values))
    scale = float(np.abs(values).max()) or unit
    sizes = values / scale
    largest = max(1 + 2 / seen, unit / scale) if seen else 1.0
    up, up_squares = _sums(sizes[sizes > 0])
    down, down_squares = _sums(-sizes[sizes < 0])

    def at(times: float) -> Ends:
        low, high = fay_feuer(up * times, up_squares * times, largest)
        if signed:
            falls = fay_feuer(down * times, down_squares * times, largest)
            low, high = mover(up * times, (low, high), down * times, falls)
        return scale * low / (worlds * times), scale * high / (worlds * times)

    return Limits(
        "MOVER of Fay-Feuer limits of rises and falls" if signed else "Fay-Feuer", worlds, at
    )


def _sums(sizes: PerWorld) -> Ends:
    """The sum of the sizes and the sum of their squares."""
    return total(sizes), total(sizes * sizes)


def student_limits(values: PerWorld) -> Limits:
    """Student's t limits of the mean of two or more values."""
    worlds, mean = len(values), total(values) / len(values)
    deviation = math.sqrt(variance(values))

    def at(times: float) -> Ends:
        trials = worlds * times
        half = float(special.stdtrit(trials - 1, 1 - TAIL)) * deviation / math.sqrt(trials)
        return mean - half, mean + half

    return Limits("Student t", worlds, at)


def same_limits(value: float, worlds: int) -> Limits:
    """Limits of a mean when every world gave the same ``value``, by the rule of three.

    Up to 3.7 in n worlds may still give something else; each of those is taken to be off by as
    much as the value itself.
    """

    def at(times: float) -> Ends:
        off = abs(value) * clopper_pearson(0, worlds * times)[1]
        return value - off, value + off

    return Limits("rule of three, as all worlds agree", worlds, at)


def mean_limits(values: PerWorld, unit: float | None) -> Limits:
    """Limits of the mean of ``values`` over worlds, by the method right for them.

    ``unit`` is the size an event may have, None if only the values themselves tell.
    """
    if is_indicator(values, unit):
        return share_limits(int(values.sum()), len(values))
    if not are_counts(values) and values.min() == values.max():
        return same_limits(float(values[0]), len(values))
    if is_few(values):
        known = unit or (0.0 if values.any() else 1.0)
        return summed_limits(values, known, signed=bool(values.min() < 0))
    return student_limits(values)


def difference_limits(reference: PerWorld, other: PerWorld, unit: float | None) -> Limits:
    """Limits of the mean of ``other - reference`` over the same worlds.

    ``unit`` is the size a change may have. If None, it is that of a typical event in either arm
    where most worlds have none, and otherwise that of the changes seen.
    """
    differences, both = other - reference, np.concatenate([reference, other])
    if is_indicator(both, unit):
        helped, harmed = (differences < 0).sum(), (differences > 0).sum()
        return changed_limits(int(helped), int(harmed), len(differences))
    if not is_few(differences) and differences.min() < differences.max():
        return student_limits(differences)
    if unit is None:
        events = np.abs(both[both != 0])
        known = bool(differences.any()) and 2 * events.size > both.size
        typical = total(events) / events.size if events.size else 1.0
        unit = 0.0 if known else typical
    return summed_limits(differences, unit, signed=True)


def is_indicator(values: PerWorld, unit: float | None) -> bool:
    """Whether a value says only that something happened (1) or not (0)."""
    return are_counts(values) and values.max() <= 1 and (unit is None or unit <= 1)


def are_counts(values: PerWorld) -> bool:
    """Whether all values are whole and none is negative."""
    return bool((values >= 0).all()) and whole(values)


def is_few(values: PerWorld) -> bool:
    """Whether too few worlds count for a t interval.

    The sum of Poisson many events has skewness 1/sqrt(n) with n events of one size, and
    sum|x|^3 / (sum x^2)^1.5 with unequal sizes; n is that number's inverse square. Where most
    worlds differ from zero the values are no events, and their number alone decides.
    """
    largest = float(np.abs(values).max())
    if largest == 0 or len(values) == 1:
        return True
    counts = whole(values)
    if 2 * np.count_nonzero(values) > len(values) >= (FEW_EFFECTIVE if counts else 2):
        return bool(counts and values.min() == values.max())
    sizes = np.abs(values) if counts else np.abs(values) / largest
    squares, cubes = total(sizes**2), total(sizes**3)
    return squares**3 / cubes**2 < FEW_EFFECTIVE


def curve_limits(
    risk: npt.NDArray[np.int64], events: npt.NDArray[np.int64], share: PerWorld
) -> tuple[PerWorld, PerWorld]:
    """Pointwise limits of a survival curve from worlds at risk and events at each moment.

    They are log(-log) limits with Greenwood's variance. Those do not exist before the first event
    nor once no world is left; there Clopper-Pearson limits among the worlds still watched serve.
    """
    low, high = np.zeros(len(share)), np.ones(len(share))
    before, within, after = share == 1, (share > 0) & (share < 1), share == 0
    watched = np.append(risk[1:], risk[-1])
    low[before] = TAIL ** (1 / watched[before])
    greenwood = np.cumsum(events / (risk * np.where(after, 1, risk - events)))[within]
    bend = np.exp(Z * np.sqrt(greenwood) / np.abs(np.log(share[within])))
    low[within], high[within] = share[within] ** bend, share[within] ** (1 / bend)
    if after.any():
        first = int(np.argmax(after))
        known = high[first - 1] if first else 1.0
        high[after] = known * (1 - TAIL ** (1 / risk[first]))
    return low, high


def sign_test_power(helped: float, harmed: float) -> float:
    """Chance that the exact two-sided 5 % sign test finds that more worlds are helped than harmed.

    The numbers of worlds helped and harmed are Poisson with these means.
    """
    changed = helped + harmed
    if changed <= 0:
        return 0.0
    reach = 10 * math.sqrt(changed) + 20
    counts = np.arange(max(1, math.floor(changed - reach)), math.ceil(changed + reach))
    weights = np.exp(counts * math.log(changed) - changed - special.gammaln(counts + 1))
    # The largest number harmed that still speaks for help; the root may be off by one.
    most = np.floor(special.bdtrik(TAIL, counts, 0.5)) + 1
    for _ in range(2):
        most = np.where(special.bdtr(np.maximum(most, 0), counts, 0.5) > TAIL, most - 1, most)
    found = np.where(most < 0, 0.0, special.bdtr(np.maximum(most, 0), counts, harmed / changed))
    return min(1.0, total(weights * found))
