"""Chance and what is not known, told apart in synthetic worlds whose parts are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.errors import RunError
from sim.study.intervals import Interval, mean_limits
from sim.study.variance_parts import Parts, _freedom, parts


def _synthetic(number: int, sets: int, each: int, share: float, spread: float) -> Parts:
    """Return the parts of worlds with 0 or 1 each, whose chance differs from set to set."""
    luck = np.random.default_rng(number)
    means = np.clip(share + spread * luck.standard_normal(sets), 0, 1)
    group = np.repeat(np.arange(sets), luck.poisson(each, sets) + 1)
    values = (luck.random(group.size) < means[group]).astype(float)
    chance = mean_limits(values, None).interval(float(values.mean()))
    return parts(values, group, chance, 0.0, 1.0)


def _many(sets: int, each: int, share: float, spread: float, runs: int = 300) -> list[Parts]:
    return [_synthetic(number, sets, each, share, spread) for number in range(runs)]


def test_known_parts_are_found_again() -> None:
    found = _many(40, 20, 0.3, 0.1)
    between = np.array([one.unknown**2 for one in found])
    error = between.std() / math.sqrt(len(between))
    assert abs(between.mean() - 0.01) < 4 * error
    share = np.array([one.share_unknown for one in found])
    assert abs(share.mean() - 0.01 / 0.21) < 0.02  # the whole variance is .3 · .7
    assert np.mean([one.detectable for one in found]) > 0.7
    held = [one.unknown_low <= 0.1 <= one.unknown_high for one in found]
    assert np.mean(held) > 0.9


@pytest.mark.parametrize(("share", "each"), [(0.02, 4), (0.02, 20), (0.3, 10)])
def test_sets_that_do_not_differ_are_seldom_said_to(share: float, each: int) -> None:
    found = _many(40, each, share, 0.0)
    assert np.mean([one.detectable for one in found]) < 0.05


@pytest.mark.parametrize(("share", "each", "spread"), [(0.3, 7, 0.05), (0.1, 40, 0.03)])
def test_the_interval_holds_the_mean_of_another_set(share: float, each: int, spread: float) -> None:
    luck = np.random.default_rng(0)
    found = _many(50, each, share, spread)
    other = np.clip(share + spread * luck.standard_normal(len(found)), 0, 1)
    held = [
        one.interval.low <= mean <= one.interval.high
        for one, mean in zip(found, other.tolist(), strict=True)
    ]
    assert np.mean(held) > 0.91
    assert all(one.interval.low <= one.chance.low for one in found)
    assert all(0 <= one.interval.low <= one.interval.high <= 1 for one in found)


def test_the_freedom_matches_the_variance_over_permutations() -> None:
    luck = np.random.default_rng(5)
    group = luck.integers(0, 8, 40)
    _, row = np.unique(group, return_inverse=True)
    sizes = np.bincount(row)
    values = np.zeros(40)
    values[:3] = 1
    values -= values.mean()
    shares = []
    for _ in range(20_000):
        sums = np.bincount(row, luck.permutation(values))
        shares.append(float((sums**2 / sizes).sum() / (values**2).sum()))
    n, t = 40, sizes.size - 1
    factor = _freedom(values, sizes)
    implied = 2 * t * (n - 1 - t) / ((n - 1) ** 2 * (factor * (n - 1) + 2))
    assert implied == pytest.approx(float(np.var(shares)), rel=0.05)


def test_values_without_chance_are_all_unknown() -> None:
    found = parts([1, 1, 3, 3], [7, 7, 9, 9], Interval(1, 3, ""))
    assert found.unknown == pytest.approx(math.sqrt(2))
    assert found.share_unknown == 1


@pytest.mark.parametrize("sets", [[1, 1, 1, 1], [1, 2, 3, 4]])
def test_one_set_or_one_world_each_tells_nothing_apart(sets: list[int]) -> None:
    with pytest.raises(RunError, match="cannot tell chance"):
        parts([0, 1, 0, 1], sets, Interval(0, 1, ""))
