"""Sums over worlds are those of exact arithmetic, whatever their order and size."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from sim.study.sums import total, variance

LUCK = np.random.default_rng(1)
COLUMNS = {
    "none": np.zeros(0),
    "one": np.array([3.0]),
    "the same": np.full(7, 0.1),
    "counts": LUCK.poisson(3.0, 1_000).astype(float),
    "signs": LUCK.integers(-2, 3, 1_000).astype(float),
    "times": LUCK.integers(0, 8 * 10**9, 1_000).astype(float),
    "beyond whole floats": np.array([2.0**53, 1.0, 1.0, -(2.0**53)]),
    "hours": LUCK.exponential(30.0, 70_000),
    "large and small": np.array([1e16, 1.0, -1e16, 1e-9] * 20_000),
}


def _exact(values: np.ndarray) -> list[Fraction]:
    return [Fraction(value) for value in values.tolist()]


@pytest.mark.parametrize("name", COLUMNS)
def test_a_sum_is_rounded_once(name: str) -> None:
    values = COLUMNS[name]
    assert total(values) == float(sum(_exact(values)))
    assert total(values[::-1]) == total(values)


@pytest.mark.parametrize("name", [name for name in COLUMNS if name != "none"])
def test_a_variance_is_that_of_exact_arithmetic(name: str) -> None:
    values = COLUMNS[name][:2_000]
    exact, worlds = _exact(values), len(values)
    mean = sum(exact) / worlds
    expected = sum((value - mean) ** 2 for value in exact) / max(1, worlds - 1)
    assert variance(values) == pytest.approx(float(expected), rel=1e-12)
    assert math.isclose(variance(values[::-1]), variance(values), rel_tol=1e-15)
