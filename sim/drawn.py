"""Drawings of a comparison: of what was kept of all worlds, and of their records lived again.

The rest of the interface, of which these are a part, is in :mod:`sim.api`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, wraps
from importlib.util import find_spec
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from sim.errors import RunError
from sim.study import comparison as study
from sim.study.living_again import SHOWN, Again, lived_again

if TYPE_CHECKING:
    from matplotlib.axes import Axes


P = ParamSpec("P")
T = TypeVar("T")


def check_figures() -> None:
    """Raise RunError where no figure can be drawn, since matplotlib is not installed."""
    if find_spec("matplotlib") is None:
        raise RunError(
            "figures are drawn by matplotlib, which is not installed here; "
            "install it, or do without figures (--no-figures)"
        )


def drawing(draw: Callable[P, T]) -> Callable[P, T]:
    """Return a method that says what to do where figures cannot be drawn."""

    @wraps(draw)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        check_figures()
        return draw(*args, **kwargs)

    return checked


class Drawn(study.Comparison):
    """A comparison that can also be drawn from its records, whether these were kept or not."""

    @cached_property
    def again(self) -> Again:
        """The records of its first hundred worlds, lived through again.

        Raises ResultsError where this version lives through them otherwise than the one that wrote
        the results.
        """
        return lived_again(self, worlds=SHOWN)

    @drawing
    def plot_risk(self, ax: Axes | None = None) -> Axes:
        """Draw the risk by arm and threshold, with intervals."""
        from sim.show.risk import draw_risk

        return draw_risk(self, ax=ax)

    @drawing
    def plot_peaks(self, arm: str, ax: Axes | None = None) -> Axes:
        """Draw the table of peak rungs, without the line against an arm."""
        from sim.show.pair_table import draw_peaks

        return draw_peaks(self, arm, ax=ax)

    @drawing
    def plot_survival(self, threshold: int = 3, ax: Axes | None = None) -> Axes:
        """Draw the curves of the time to a rung."""
        from sim.show.survival import draw_survival

        return draw_survival(self, threshold, ax=ax)

    @drawing
    def plot_worlds(self, arm: str, threshold: int = 3, ax: Axes | None = None) -> Axes:
        """Draw the worlds behind the number: a mark for each hundredth, by what became of it."""
        from sim.show.hundred import draw_worlds

        return draw_worlds(self, arm, threshold, ax=ax)

    @drawing
    def plot_line_use(self, ax: Axes | None = None) -> Axes:
        """Draw how often each arm's line is used over the period."""
        from sim.show.line_use import draw_line_use

        return draw_line_use(self, ax=ax, again=self.again)

    @drawing
    def plot_calls(self, arm: str, ax: Axes | None = None) -> Axes:
        """Draw the calls on an arm's line, each of their delays against the clock."""
        from sim.show.anatomy import draw_calls

        return draw_calls(self, arm, ax=ax, again=self.again)
