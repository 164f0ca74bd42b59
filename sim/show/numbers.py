"""How numbers are written for people: three digits that matter, shares in per cent."""

from __future__ import annotations

from textwrap import fill

from sim.study.estimates import Difference, Estimate

WIDTH = 100


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


def spread(estimate: Estimate | Difference) -> str:
    """Return the interval of a share."""
    low, high = estimate.interval.low, estimate.interval.high
    return f"{number(100 * low)} to {number(100 * high)} %"


def points(difference: Difference) -> str:
    """Return a difference of shares in points, with its interval."""
    low, high = difference.interval.low, difference.interval.high
    return f"{number(100 * difference.value)} ({number(100 * low)} to {number(100 * high)})"


def wrapped(text: str) -> str:
    """Return a paragraph in lines that can be read."""
    return fill(text, WIDTH)
