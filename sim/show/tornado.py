"""What each factor does by itself: the paired difference at either end of its range.

Bars run from the base; the value at each end stands at the end of its bar, so that no legend is
needed. The grey band is how far the base itself lies in other worlds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.language import gettext, spoken
from sim.show.numbers import number
from sim.show.style import (
    BLUE,
    FAINT,
    INK,
    MUTED,
    ORANGE,
    SMALL,
    TINY,
    bare,
    canvas,
    figure_of,
    headline,
    panel,
    taller,
)
from sim.show.words import RUNGS_SHORT, counted, own_text

if TYPE_CHECKING:
    from sim.study.estimates import Difference
    from sim.study.sensitivity import Sensitivity, Swing

_SHOWN: Final = 16
_FIT, _ROW = 8, 0.5
_LEFT, _WIDTH = 0.215, 0.745
_FOOT, _HEAD = 1.18, 1.25  # inches; a foot of two lines below the name of the axis
_THICK: Final = 0.84
_ROOM: Final = 1.5
"""How much wider the scale is than the bars, for the values at their ends."""


def draw_tornado(found: Sensitivity, threshold: int, ax: Axes | None = None) -> Axes:
    """Draw the factors that move the paired difference at a rung most, each by itself.

    A bar is how far the answer moves when one assumption goes to an end of its range and all else
    stays; bars within the grey band are no more than other worlds would do. What two assumptions
    do together the figure cannot show.
    """
    swings = [each for each in found.swings(threshold) if each.span > 0]
    shown = swings[:_SHOWN]
    ax = bare(canvas(taller(len(shown), _FIT, _ROW)) if ax is None else ax)
    inch = figure_of(ax).dpi / ax.get_window_extent().height
    inner = panel(ax, _LEFT, _FOOT * inch, _WIDTH, 1 - (_FOOT + _HEAD) * inch)
    band = [100 * end for end in found.other_worlds(threshold)]
    reach = _ROOM * max(
        [abs(100 * end.value) for each in shown for end in (each.low, each.high)]
        + [abs(end) for end in band]
        + [0.1]
    )
    inner.axvspan(*band, color=FAINT, alpha=0.45, lw=0, zorder=0)
    inner.axvline(0, color=INK, lw=1.2, zorder=4)
    for row, swing in enumerate(shown):
        _bar(inner, row, swing, swing.low, BLUE, "", low=True)
        _bar(inner, row, swing, swing.high, ORANGE, "////", low=False)
    _scale(inner, [each.factor.name for each in shown], reach)
    _words(ax, found, threshold, len(swings), len(shown))
    return ax


def _bar(
    ax: Axes, row: int, swing: Swing, end: Difference, colour: str, hatch: str, low: bool
) -> None:
    """Draw one end of a factor's range with its interval and the value it stands for."""
    moved = 100 * end.value
    shift = -_THICK / 4 if low else _THICK / 4
    if moved == 0:
        return
    ax.barh(
        row + shift, moved, height=_THICK / 2, color=colour, hatch=hatch, edgecolor=INK, lw=0.6,
        zorder=3,
    )  # fmt: skip
    factor = swing.factor
    text = factor.text(factor.low if low else factor.high)
    side = "left" if moved > 0 else "right"
    ax.annotate(
        text, (moved, row + shift), (4 if moved > 0 else -4, 0), textcoords="offset points",
        fontsize=TINY, color=INK, ha=side, va="center", zorder=5,
    )  # fmt: skip


def _scale(ax: Axes, names: list[str], reach: float) -> None:
    ax.set_xlim(-reach, reach)
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
    ax.set_yticks(range(len(names)), names)
    ax.tick_params(axis="y", length=0, labelsize=SMALL)
    ticks = [float(t) for t in MaxNLocator(7).tick_values(-reach, reach) if abs(t) <= reach]
    ax.set_xticks(
        ticks,
        [
            spoken().separated(f"{t:+.3g}").replace("-", "−") if t else gettext("base")
            for t in ticks
        ],
    )
    ax.tick_params(axis="x", labelsize=TINY)
    ax.set_xlabel(
        gettext(
            "change of the paired difference, percentage points (left: the line does more good)"
        ),
        fontsize=SMALL,
        color=MUTED,
    )


def _words(ax: Axes, found: Sensitivity, threshold: int, moving: int, shown: int) -> None:
    base = found.base(threshold)
    top = next(iter(found.swings(threshold)), None)
    title = gettext("No factor moves the answer by itself")
    if top is not None and top.span > 0:
        low, high = found.other_worlds(threshold)
        title = gettext("By itself, {name} moves the answer most", name=top.factor.name)
        if top.span <= high - low:
            title = gettext("No factor by itself moves the answer by more than other worlds do")
    still = len(found.factors) - 1 - moving
    rest = (
        gettext(
            "; {still} of {factors} factors change no world",
            still=still,
            factors=len(found.factors) - 1,
        )
        if still
        else ""
    )
    left = gettext(", {moving} more change less", moving=moving - shown) if moving > shown else ""
    headline(
        ax,
        gettext(
            "{title} (rung ≥ {threshold}: {rungs_short})",
            title=title,
            threshold=threshold,
            rungs_short=RUNGS_SHORT[threshold],
        ),
        gettext(
            "{arm} against no line, at base {value} points ({low} to {high}) · "
            "{scenario} · {worlds}",
            arm=found.arm,
            value=number(100 * base.value),
            low=number(100 * base.interval.low),
            high=number(100 * base.interval.high),
            scenario=own_text(found.scenario.scenario),
            worlds=counted(found.worlds, "world"),
        ),
        gettext(
            "Plain bar: low end of the range; hatched: high end. Grey band: the base in "
            "other worlds, which is noise{rest}{left}.",
            rest=rest,
            left=left,
        ),
    )
