"""How a simulated figure stands against the public record: value, interval, verdict, distance.

The distance is the implausibility of history matching (Craig, Goldstein, Seheult & Smith 1997;
Vernon, Goldstein & Bower 2010): how far the simulated value lies from the source's, in standard
errors of both together. With a limit only, it is how far the value lies beyond the limit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.scenario.quantities import DAY
from sim.study.intervals import (
    Z,
    clopper_pearson,
    fay_feuer,
    is_few,
    student_limits,
    summed_limits,
)
from sim.study.targets import Length, Quantity, Rate, Share, Target

Columns = Mapping[str, npt.NDArray[np.float64]]
Verdict = Literal["met", "missed", "not resolved"]

MET: Final[Verdict] = "met"
MISSED: Final[Verdict] = "missed"
UNRESOLVED: Final[Verdict] = "not resolved"


class Simulated(NamedTuple):
    """A simulated figure with its 95 % interval; ``value`` is NaN if nothing was there to count.

    ``events`` is how much it rests on.
    """

    value: float
    low: float
    high: float
    events: int


def simulated(quantity: Quantity, columns: Columns, duration: int) -> Simulated:
    """Return a quantity from measures over worlds of ``duration`` milliseconds each."""
    if isinstance(quantity, Rate):
        return _rate(_sum(columns, quantity.of), quantity.per / duration)
    if isinstance(quantity, Share):
        return _share(_sum(columns, quantity.of), _sum(columns, quantity.among))
    assert isinstance(quantity, Length)
    return _length(_sum(columns, (quantity.of,)), _sum(columns, (quantity.each,)))


def _sum(columns: Columns, names: tuple[str, ...]) -> npt.NDArray[np.float64]:
    total: npt.NDArray[np.float64] = np.sum([columns[name] for name in names], axis=0, dtype=float)
    return total


def _rate(counts: npt.NDArray[np.float64], scale: float) -> Simulated:
    """Return a rate; one event a world at most makes it no share, more could have happened."""
    value = float(counts.mean())
    limits = summed_limits(counts, 1.0, signed=False) if is_few(counts) else student_limits(counts)
    found = limits.interval(value)
    return Simulated(value * scale, found.low * scale, found.high * scale, int(counts.sum()))


def _share(part: npt.NDArray[np.float64], whole: npt.NDArray[np.float64]) -> Simulated:
    """Return a share of events, with Clopper-Pearson limits for as many as they are worth.

    Events of one world may be alike; the design effect (Kish 1965), from the ratio's variance over
    worlds, tells how many independent ones they stand for.
    """
    events, trials, worlds = float(part.sum()), float(whole.sum()), len(whole)
    if trials == 0:
        return Simulated(math.nan, 0.0, 1.0, 0)
    share = events / trials
    alone = share * (1 - share) / trials
    effect = 1.0
    if alone > 0 and worlds > 1:
        squares = float(((part - share * whole) ** 2).sum())
        effect = max(1.0, squares * worlds / (worlds - 1) / trials**2 / alone)
    low, high = clopper_pearson(events / effect, trials / effect)
    return Simulated(share, min(low, share), max(high, share), int(trials))


def _length(total: npt.NDArray[np.float64], each: npt.NDArray[np.float64]) -> Simulated:
    """Return a mean length, its limits from what comes after each first.

    They are those of the ratio, by its residuals over worlds; where few worlds have anything after
    a first, Fay and Feuer's, which cover more than 95 % because they take the number of firsts for
    chance as well.
    """
    events = float(each.sum())
    if events == 0:
        return Simulated(math.nan, 1.0, math.inf, 0)
    more = total - each
    mean = float(more.sum()) / events
    if is_few(more):
        low, high = fay_feuer(
            float(more.sum()), float((more**2).sum()), max(1.0, float(more.max(initial=0.0)))
        )
    else:
        off = student_limits(more - mean * each).interval(0.0)
        low, high = (mean * events + end * len(each) for end in (off.low, off.high))
    return Simulated(1 + mean, 1 + low / events, 1 + high / events, int(events))


def verdict(target: Target, found: Simulated) -> Verdict:
    """Return whether a target is met, missed, or not resolved with these worlds.

    Met: the whole simulated interval lies within the source's. Missed: none of it does. It rests
    on the limits alone: a figure may be met and the record yet be odd (see `as_extreme`).
    """
    low = -math.inf if target.low is None else target.low
    high = math.inf if target.high is None else target.high
    if found.low > high or found.high < low:
        return MISSED
    return MET if low <= found.low and found.high <= high else UNRESOLVED


def holds(target: Target, value: float) -> bool:
    """Return whether a value lies within a target's limits; what was not seen does."""
    low = -math.inf if target.low is None else target.low
    high = math.inf if target.high is None else target.high
    return math.isnan(value) or low <= value <= high


def as_extreme(target: Target, found: Simulated) -> float | None:
    """Return the chance of as few or as many events as the record holds, whichever is less.

    Of a Poisson or a binomial number with the simulated value, its own error left out. None where
    the record is no count, or nothing was simulated to hold it against. The ends of a 95 %
    interval lie about where this is .025, so that a verdict is the two-sided test.
    """
    seen = target.seen
    if seen is None or math.isnan(found.value):
        return None
    from scipy import stats  # takes half a second to load

    law = (
        stats.poisson(found.value * seen.times)
        if seen.among is None
        else stats.binom(seen.among, found.value)
    )
    return min(float(law.cdf(seen.events)), float(law.sf(seen.events - 1)))


def implausibility(target: Target, found: Simulated) -> float:
    """Return how many standard errors the simulated value lies from the source's.

    The error on the side of the other counts, of both. A figure that could not be counted is not
    held against the model: 0.
    """
    if math.isnan(found.value):
        return 0.0
    above = found.value > _centre(target, found.value)
    distance = abs(found.value - _centre(target, found.value))
    ours = (found.value - found.low if above else found.high - found.value) / Z
    error = math.hypot(ours, _source_error(target, above))
    if error > 0:
        return distance / error
    return math.inf if distance > 0 else 0.0


def _centre(target: Target, value: float) -> float:
    """Return the source's value; of a limit, the nearest value it allows."""
    if target.value is not None:
        return target.value
    low = -math.inf if target.low is None else target.low
    high = math.inf if target.high is None else target.high
    return min(max(value, low), high)


def _source_error(target: Target, above: bool) -> float:
    """Return the source's standard error above or below its value, 0 for a limit."""
    end = target.high if above else target.low
    return 0.0 if target.value is None or end is None else abs(end - target.value) / Z


def months(worlds: int, duration: int) -> float:
    """Return how many months of 30.44 days so many worlds come to."""
    return worlds * duration / (_MONTH_DAYS * DAY)


_MONTH_DAYS: Final = 365.25 / 12
