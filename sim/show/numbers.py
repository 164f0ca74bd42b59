"""How numbers are written for people: three digits that matter, shares in per cent."""

from __future__ import annotations

from textwrap import fill
from typing import Protocol

from sim.study.intervals import Interval

WIDTH = 100


class Known(Protocol):
    """A number with its interval: an estimate, a difference, or one of these as it was kept."""

    @property
    def value(self) -> float:
        """The number."""

    @property
    def interval(self) -> Interval:
        """Its 95 % interval."""


def number(value: float) -> str:
    """Return a number with three digits that matter, and no more."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2g}" if size < 0.1 else f"{value:.2f}"


def share(value: float) -> str:
    """Return a share in per cent."""
    return f"{number(100 * value)} %"


def spread(estimate: Known) -> str:
    """Return the interval of a share."""
    low, high = estimate.interval.low, estimate.interval.high
    return f"{number(100 * low)} to {number(100 * high)} %"


def points(difference: Known) -> str:
    """Return a difference of shares in points, with its interval."""
    low, high = difference.interval.low, difference.interval.high
    return f"{number(100 * difference.value)} ({number(100 * low)} to {number(100 * high)})"


def wrapped(text: str) -> str:
    """Return a paragraph in lines that can be read."""
    return fill(text, WIDTH)
