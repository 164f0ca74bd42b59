"""How numbers are written for people: three digits that matter, shares in per cent."""

from __future__ import annotations

from textwrap import fill
from typing import Protocol

from sim.language import gettext, spoken
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
        text = f"{value:,.0f}"
    elif size >= 10:
        text = f"{value:.1f}"
    else:
        text = f"{value:.2g}" if size < 0.1 else f"{value:.2f}"
    return spoken().separated(text)


def whole(value: int) -> str:
    """Return a whole number with its thousands set apart."""
    return spoken().separated(f"{value:,}")


def plain(value: float) -> str:
    """Return a number as short as it can be written, such as 244 or 0.5."""
    return spoken().separated(f"{value:g}")


def ends(interval: Interval, scale: float = 100) -> str:
    """Return the two ends of an interval, in hundredths unless the scale says otherwise."""
    return gettext(
        "{low} to {high}", low=number(scale * interval.low), high=number(scale * interval.high)
    )


def share(value: float) -> str:
    """Return a share in per cent."""
    return f"{number(100 * value)} %"


def spread(estimate: Known) -> str:
    """Return the interval of a share."""
    return f"{ends(estimate.interval)} %"


def points(difference: Known) -> str:
    """Return a difference of shares in points, with its interval."""
    return f"{number(100 * difference.value)} ({ends(difference.interval)})"


def wrapped(text: str) -> str:
    """Return a paragraph in lines that can be read."""
    return fill(text, WIDTH)
