"""Morris's screening: how much each factor moves the paired difference, and how unevenly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matplotlib.axes import Axes

from sim.language import gettext
from sim.show.numbers import number
from sim.show.style import (
    BLUE,
    FAINT,
    INK,
    MUTED,
    SMALL,
    TINY,
    VERMILION,
    bare,
    canvas,
    headline,
    panel,
)
from sim.show.words import RUNGS_SHORT, counted, own_text
from sim.study.factors import LUCK

if TYPE_CHECKING:
    from sim.study.indices import Effect
    from sim.study.sensitivity import Sensitivity

_NAMED: Final = 9
_LEFT, _WIDTH, _BOTTOM, _HEIGHT = 0.08, 0.89, 0.13, 0.70
_APART: Final = 0.052
"""Least distance between two names, in shares of the panel's height."""
_LEADER: Final = {
    "arrowstyle": "-", "color": MUTED, "lw": 0.6, "shrinkB": 5, "relpos": (0, 0.5),
}  # fmt: skip


def draw_screening(found: Sensitivity, threshold: int, ax: Axes | None = None) -> Axes:
    """Draw each factor's size of effect and its spread over the space, at a rung.

    Further right moves the answer more; further up moves it differently from place to place.
    What lies in the grey band is no more than luck does, which only chooses other worlds.
    """
    ax = bare(canvas() if ax is None else ax)
    inner = panel(ax, _LEFT, _BOTTOM, _WIDTH, _HEIGHT)
    rows = [
        each._replace(size=100 * each.size, spread=100 * each.spread)
        for each in found.effects[f"difference_{threshold}"]
    ]
    real = sorted((r for r in rows if r.name != LUCK), key=lambda r: (-r.size, r.name))
    level = 100 * found.level(threshold)
    top = max([r.size for r in rows] + [0.1]) * 1.28, max([r.spread for r in rows] + [0.1]) * 1.12
    inner.set_xlim(-0.01 * top[0], top[0])
    inner.set_ylim(-0.02 * top[1], top[1])
    inner.axvspan(0, level, color=FAINT, alpha=0.45, lw=0, zorder=0)
    inner.plot(
        [r.size for r in real[_NAMED:]], [r.spread for r in real[_NAMED:]], "o", ms=6,
        color=MUTED, mec="white", zorder=2,
    )  # fmt: skip
    named = [r for r in real[:_NAMED] if r.size > 0]
    inner.plot(
        [r.size for r in named], [r.spread for r in named], "o", ms=10, color=BLUE, mec="white",
        zorder=3,
    )  # fmt: skip
    dummy = [r for r in rows if r.name == LUCK]
    inner.plot(
        [r.size for r in dummy], [r.spread for r in dummy], "D", ms=10, color=VERMILION,
        mec=INK, zorder=3,
    )  # fmt: skip
    _names(inner, [*named, *dummy], top)
    inner.tick_params(labelsize=TINY)
    inner.set_xlabel(
        gettext("mean size of the effect over the range, percentage points (μ*)"), fontsize=SMALL,
        color=MUTED,
    )  # fmt: skip
    inner.set_ylabel(
        gettext("spread of the effect over the space, points (σ)"), fontsize=SMALL, color=MUTED
    )
    _words(ax, found, threshold, named, level)
    return ax


def _names(ax: Axes, rows: list[Effect], top: tuple[float, float]) -> None:
    """Write names beside their points, none over another."""
    apart = _APART * top[1]
    listed = sorted(rows, key=lambda r: (r.spread, r.size))
    heights: list[float] = []
    for row in listed:
        heights.append(max([row.spread, *(height + apart for height in heights[-1:])]))
    for at, row in enumerate(listed):
        height = min(heights[at], top[1] - (len(listed) - at - 0.5) * apart)
        ax.annotate(
            gettext("luck: other worlds") if row.name == LUCK else row.name, (row.size, row.spread),
            (row.size + 0.018 * top[0], height), fontsize=SMALL, color=INK, va="center",
            zorder=5, arrowprops=_LEADER,
        )  # fmt: skip


def _words(ax: Axes, found: Sensitivity, threshold: int, named: list[Effect], level: float) -> None:
    above = [row for row in named if row.size > level]
    title = gettext("No factor moves the answer by more than other worlds do")
    if above:
        title = gettext("{name} moves the answer most", name=above[0].name)
        if len(above) > 1:
            title = gettext(
                "{name} and {other_name} move the answer most",
                name=above[0].name,
                other_name=above[1].name,
            )
    error, spread = found.noise(threshold)
    headline(
        ax,
        gettext(
            "{title} (rung ≥ {threshold}: {rungs_short})",
            title=title,
            threshold=threshold,
            rungs_short=RUNGS_SHORT[threshold],
        ),
        gettext(
            "paired difference, {arm} against no line · {scenario} · {trajectories} "
            "paths, {worlds}",
            arm=found.arm,
            scenario=own_text(found.scenario.scenario),
            trajectories=found.trajectories,
            worlds=counted(found.worlds, "world"),
        ),
        gettext(
            "Diamond: luck, a factor that only chooses other worlds; grey band: its "
            "effect in the mean, so noise. Standard error of a point {error}, spread "
            "over points {spread} points.",
            error=number(100 * error),
            spread=number(100 * spread),
        ),
    )
