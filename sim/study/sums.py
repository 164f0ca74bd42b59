"""Sums over worlds that do not depend on their order: exact, and rounded once at the end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain
from typing import Final

import numpy as np
import numpy.typing as npt

EXACT: Final = 2.0**53
"""Up to here every whole number has a float of its own, so that sums of them have no error."""

_PIECE: Final = 65_536  # values made into Python's floats at once


def total(values: npt.NDArray[np.float64]) -> float:
    """Return the sum of values, rounded once."""
    if _whole_below(values, EXACT / max(1, values.size)):
        return float(values.sum())
    return math.fsum(chain.from_iterable(_pieces(values)))


def variance(values: npt.NDArray[np.float64]) -> float:
    """Return the sample variance, zero for a single value."""
    worlds = len(values)
    if worlds < 2 or values.min() == values.max():
        return 0.0
    if _whole_below(values, math.sqrt(EXACT / worlds)):
        plain, squares = int(values.sum()), int((values * values).sum())
        return (worlds * squares - plain * plain) / (worlds * (worlds - 1))
    return total((values - total(values) / worlds) ** 2) / (worlds - 1)


def whole(values: npt.NDArray[np.float64]) -> bool:
    """Whether all values are whole numbers."""
    return bool((values == np.floor(values)).all())


def _whole_below(values: npt.NDArray[np.float64], most: float) -> bool:
    """Whether all values are whole numbers no further from zero than ``most``."""
    if not values.size:
        return True
    low, high = float(values.min()), float(values.max())
    return -most <= low and high <= most and whole(values)


def _pieces(values: npt.NDArray[np.float64]) -> Iterator[list[float]]:
    """Yield values a piece at a time: as Python's floats all of them take four times the room."""
    for first in range(0, values.size, _PIECE):
        yield values[first : first + _PIECE].tolist()
