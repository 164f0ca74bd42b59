"""How often intervals hold the truth, on synthetic models whose truth is known.

The promise: of 1,000 repetitions at least 93 % hold the truth everywhere, rare outcomes included,
and at most 97 % where the outcome is common, that is where enough events bear on the interval. No
method can keep the second half where nothing changes at all: limits around a difference that is
always zero always hold it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

from sim.study.estimates import (
    paired_difference,
    survival,
    survival_difference,
    threshold_shares,
)
from sim.study.intervals import difference_limits, mean_limits

Row = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Row]

REPETITIONS = 1000
SIZES = [pytest.param(1, id="usual"), pytest.param(10, id="long", marks=pytest.mark.slow)]
LEAST, MOST = 0.93, 0.97
COMMON = 60
"""Expected events, or changed worlds, from which on an outcome counts as common."""

ROUNDING = 1e-12


def check(covered: float, events: float) -> None:
    """Hold a coverage to the promise; ``events`` are those expected to bear on the interval."""
    assert covered >= LEAST
    if events >= COMMON:
        assert covered <= MOST


def luck_of(*what: float) -> np.random.Generator:
    """Return the luck of one model, by its numbers."""
    return np.random.default_rng([int(10_000 * each) for each in what])


# Whether a rung is reached.


class Change(NamedTuple):
    """What an arm does to worlds that reach a rung: a share averted, as large a share caused."""

    averted: float
    caused: float


CHANGES = [
    Change(0, 0), Change(0.1, 0), Change(0.5, 0), Change(1, 0), Change(0, 0.3), Change(0.3, 0.1),
    Change(0.3, 0.3),
]  # fmt: skip
SHARES = [0.0002, 0.002, 0.01, 0.05, 0.3, 0.5]
ALL_WORLDS = [20, 50, 200, 1000, 5000]


def tables(
    worlds: int, helped: float, harmed: float, luck: np.random.Generator, repetitions: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the different (helped, harmed) that come up, and how often each does."""
    chances = [helped, harmed, 1 - helped - harmed]
    drawn = luck.multinomial(worlds, chances, size=repetitions)[:, :2]
    found, times = np.unique(drawn, axis=0, return_counts=True)
    return found, times


def arms_of(helped: int, harmed: int, worlds: int) -> tuple[Row, Row]:
    """Return two arms that differ in so many worlds."""
    reference, other = np.zeros(worlds), np.zeros(worlds)
    reference[:helped] = 1
    other[helped : helped + harmed] = 1
    return reference, other


def coverage_of_change(worlds: int, share: float, change: Change, times: int) -> float:
    """Return how often the paired interval holds the truth; each table is judged once."""
    helped, harmed = share * change.averted, share * change.caused
    luck = luck_of(worlds, share, *change)
    held = 0
    for (b, c), count in zip(*tables(worlds, helped, harmed, luck, times), strict=True):
        found = difference_limits(*arms_of(b, c, worlds), None).interval((c - b) / worlds)
        held += count * (found.low - ROUNDING <= harmed - helped <= found.high + ROUNDING)
    return held / times


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize("worlds", ALL_WORLDS)
@pytest.mark.parametrize("share", SHARES)
def test_the_effect_on_reaching_a_rung_is_covered(share: float, worlds: int, times: int) -> None:
    for change in CHANGES:
        covered = coverage_of_change(worlds, share, change, REPETITIONS * times)
        changed = share * (change.averted + change.caused)
        print(f"{change}: {covered:.4f}, {worlds * changed:.1f} changed")
        check(covered, worlds * min(changed, 1 - changed))


def test_judging_tables_once_is_judging_worlds() -> None:
    """Which worlds changed is irrelevant, and the command's own interval is the one judged."""
    luck, worlds = luck_of(1), 40
    for _ in range(200):
        reached = luck.random(worlds) < 0.3
        other = np.where(reached, luck.random(worlds) < 0.6, luck.random(worlds) < 0.2)
        found = paired_difference(reached, other)
        b, c = int((reached > other).sum()), int((reached < other).sum())
        judged = difference_limits(*arms_of(b, c, worlds), None).interval((c - b) / worlds)
        assert (found.interval.low, found.interval.high) == (judged.low, judged.high)


# Counts and measures.


def one(luck: np.random.Generator, count: int) -> Row:
    """Return events that all weigh the same."""
    return np.ones(count)


def hours(luck: np.random.Generator, count: int) -> Row:
    """Return hours at a rung: a quiet time of 72, and what comes before it."""
    return 72 + luck.exponential(72, count)


def clusters(luck: np.random.Generator, count: int) -> Row:
    """Return acts that come in exchanges."""
    return luck.geometric(0.25, count).astype(float)


class Measure(NamedTuple):
    """A measure of a world: the sum of Poisson many events, each of a size.

    Of a size it holds the mean, which is also the typical size the estimate is told, and the means
    of its square and cube.
    """

    draw: Draw
    mean: float
    square: float
    cube: float

    def evened(self, events: float) -> float:
        """Return how many events of one size would make as skew a sum."""
        return events * self.square**3 / self.cube**2


MEASURES = {
    "incidents": Measure(one, 1, 1, 1),
    "hours": Measure(hours, 72 * 2, 72**2 * 5, 72**3 * 16),
    "clusters": Measure(clusters, 4, 28, 292),
}


def sums(measure: Measure, rate: float, worlds: int, luck: np.random.Generator) -> Row:
    """Return the measure in so many worlds."""
    counts = luck.poisson(rate, worlds)
    where = np.repeat(np.arange(worlds), counts)
    found = np.bincount(where, measure.draw(luck, where.size), minlength=worlds)
    return found.astype(np.float64)


CELLS = [(50, 2.0), (200, 0.01), (200, 0.1), (500, 0.004), (500, 0.8)]
"""Worlds, and events in each: from one event in 250 worlds to hundreds in 500."""


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize(("worlds", "rate"), CELLS)
@pytest.mark.parametrize("name", MEASURES)
def test_rates_are_covered(name: str, worlds: int, rate: float, times: int) -> None:
    measure = MEASURES[name]
    luck, held, all_times = (
        luck_of(list(MEASURES).index(name), worlds, rate),
        0,
        REPETITIONS * times,
    )
    for _ in range(all_times):
        values = sums(measure, rate, worlds, luck)
        found = mean_limits(values, measure.mean).interval(float(values.mean()))
        held += found.low - ROUNDING <= rate * measure.mean <= found.high + ROUNDING
    events = measure.evened(worlds * rate)
    print(f"{held / all_times:.4f}, {events:.1f} events")
    check(held / all_times, events)


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize(("worlds", "rate"), CELLS)
@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("change", [Change(0.5, 0), Change(0.3, 0.3)], ids=["averts", "moves"])
def test_the_effect_on_rates_is_covered(
    name: str, worlds: int, rate: float, change: Change, times: int
) -> None:
    """Events both arms share, events averted and events caused, each of its own size."""
    measure = MEASURES[name]
    luck, held = luck_of(list(MEASURES).index(name), worlds, rate, *change), 0
    truth, all_times = rate * (change.caused - change.averted) * measure.mean, REPETITIONS * times
    for _ in range(all_times):
        both = sums(measure, rate * (1 - change.averted), worlds, luck)
        reference = both + sums(measure, rate * change.averted, worlds, luck)
        other = both + sums(measure, rate * change.caused, worlds, luck)
        limits = difference_limits(reference, other, measure.mean)
        found = limits.interval(float((other - reference).mean()))
        held += found.low - ROUNDING <= truth <= found.high + ROUNDING
    events = measure.evened(worlds * rate * (change.averted + change.caused))
    print(f"{held / all_times:.4f}, {events:.1f} events")
    check(held / all_times, events)


# Shares, Fréchet bounds, curves.


def joint(p: float, q: float, coupling: float) -> list[float]:
    """Return chances of both, helped, harmed, neither, between least (0) and most (1) helped."""
    least, most = max(0.0, p - q), min(p, 1 - q)
    helped = least + coupling * (most - least)
    return [p - helped, helped, q - p + helped, 1 - q - helped]


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize("coupling", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(
    ("worlds", "p", "q"), [(200, 0.01, 0.004), (1000, 0.002, 0.001), (1000, 0.3, 0.2)]
)
def test_shares_and_their_bounds_are_covered(
    worlds: int, p: float, q: float, coupling: float, times: int
) -> None:
    chances = joint(p, q, coupling)
    luck, all_times = luck_of(worlds, p, q, coupling), REPETITIONS * times
    drawn, counts = np.unique(
        luck.multinomial(worlds, chances, size=all_times), axis=0, return_counts=True
    )
    truth = {"reference": p, "other": q, "helped": chances[1], "harmed": chances[2]}
    held, lows, highs = dict.fromkeys(truth, 0), np.zeros(len(drawn)), np.zeros(len(drawn))
    for row, (cells, count) in enumerate(zip(drawn, counts, strict=True)):
        pair = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], cells, axis=0).T
        found = threshold_shares(*pair)
        assert found.helped_bounds.low <= found.helped.value <= found.helped_bounds.high
        lows[row], highs[row] = found.helped_bounds.low, found.helped_bounds.high
        for name, share in truth.items():
            ends = getattr(found, name).interval
            held[name] += count * (ends.low <= share <= ends.high)
    for name, share in truth.items():
        print(f"{name}: {held[name] / all_times:.4f}")
        if share > 0:
            check(held[name] / all_times, worlds * min(share, 1 - share))
        else:
            assert held[name] == all_times
    if worlds * (p - q) > COMMON:
        # Far from their kinks the bounds are means, so that their mean over repetitions is exact.
        for found_bounds, bound in ((lows, p - q), (highs, p)):
            mean = float(np.average(found_bounds, weights=counts))
            error = math.sqrt(np.average((found_bounds - mean) ** 2, weights=counts) / all_times)
            assert abs(mean - bound) < 4 * error


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize(("worlds", "rate"), [(50, 1.0), (200, 0.02), (500, 0.004), (500, 0.5)])
def test_curves_of_the_time_to_a_rung_are_covered(worlds: int, rate: float, times: int) -> None:
    """Exponential times, ``rate`` a period; a third of the worlds are watched for half of it."""
    luck, all_times, held = luck_of(worlds, rate, 3), REPETITIONS * times, np.zeros(2)
    looks = (0.4, 0.9)
    for _ in range(all_times):
        ends = np.where(luck.random(worlds) < 1 / 3, 0.5, 1.0)
        when = luck.exponential(1 / rate, worlds)
        curve = survival(np.where(when <= ends, when, np.nan), ends)
        for row, at in enumerate(looks):
            k = int(np.searchsorted(curve.time, at, side="right")) - 1
            held[row] += curve.low[k] <= math.exp(-rate * at) <= curve.high[k]
    for covered, at in zip(held / all_times, looks, strict=True):
        print(f"at {at}: {covered:.4f}")
        gone = 1 - math.exp(-rate * at)
        check(covered, 2 / 3 * worlds * min(gone, 1 - gone))


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize(("worlds", "rate"), [(200, 0.02), (1000, 0.5)])
def test_differences_of_curves_are_covered(worlds: int, rate: float, times: int) -> None:
    """The other arm puts off what it does not avert: half of the times are doubled."""
    luck, all_times, held, at = luck_of(worlds, rate, 4), REPETITIONS * times, 0, 0.6
    truth = (math.exp(-rate * at) - math.exp(-rate * at / 2)) / 2
    for _ in range(all_times):
        when = luck.exponential(1 / rate, worlds)
        later = np.where(luck.random(worlds) < 0.5, 2 * when, when)
        first, second = (np.where(each <= 1, each, np.nan) for each in (when, later))
        found = survival_difference(first, second, 1.0, at).interval
        held += found.low - ROUNDING <= truth <= found.high + ROUNDING
    print(f"{held / all_times:.4f}")
    check(held / all_times, -worlds * truth)
