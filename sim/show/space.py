"""The space of what is assumed: shares in which the line helps and harms, and where harm sits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sim.show.numbers import share
from sim.show.style import (
    BLUE,
    FAINT,
    INK,
    LABEL,
    MUTED,
    SMALL,
    TINY,
    VERMILION,
    bare,
    canvas,
    headline,
    panel,
)
from sim.show.words import RUNGS_SHORT, counted
from sim.study.discovery import HARMS, HELPS, NOTHING, VERDICTS
from sim.study.factors import LUCK
from sim.study.points import THRESHOLDS

if TYPE_CHECKING:
    from sim.study.boxes import Box
    from sim.study.discovery import Discovery

_COLOURS: Final = {HELPS: BLUE, NOTHING: FAINT, HARMS: VERMILION}
_HATCHES: Final = {HELPS: "", NOTHING: "", HARMS: "////"}
_MARKERS: Final = {HELPS: ("v", 40), NOTHING: ("o", 14), HARMS: ("^", 52)}
_THICK: Final = 0.6
_LABELLED: Final = 0.05
"""Least share that is written into its bar; a smaller one stands in the list above."""


def draw_space(found: Discovery, ax: Axes | None = None) -> Axes:
    """Draw the shares of the space by verdict, and the points over two factors that tell most.

    The bars say at what share of the points the line detectably helps or harms; a few will by
    chance alone, and the message says so where no more do. Below, each point lies where its two
    foremost assumptions put it. All other assumptions vary as well and cannot be seen.
    """
    ax = bare(canvas() if ax is None else ax)
    _bars(panel(ax, 0.10, 0.655, 0.86, 0.165), found)
    threshold, first, second = _axes(found)
    _cloud(panel(ax, 0.10, 0.13, 0.86, 0.36), found, threshold, first, second)
    _words(ax, found)
    return ax


def _bars(ax: Axes, found: Discovery) -> None:
    for row, k in enumerate(THRESHOLDS):
        left = 0.0
        for each, one in found.shares(k).items():
            ax.barh(
                row, one.value, left=left, height=_THICK, color=_COLOURS[each],
                hatch=_HATCHES[each], edgecolor=INK, lw=0.6,
            )  # fmt: skip
            if one.value >= _LABELLED:
                ax.text(
                    left + one.value / 2, row, f"{VERDICTS[each]} {share(one.value)}",
                    fontsize=SMALL, color="white" if each == HELPS else INK, ha="center",
                    va="center", bbox=None if each == HELPS else
                    {"facecolor": "white", "edgecolor": "none", "pad": 1.5},
                )  # fmt: skip
            left += one.value
    ax.set_xlim(0, 1)
    ax.set_ylim(len(THRESHOLDS) - 0.5, -0.5)
    ax.set_yticks(range(len(THRESHOLDS)), [f"rung ≥ {k}" for k in THRESHOLDS])
    ax.tick_params(axis="y", length=0, labelsize=LABEL)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100 %"])
    ax.set_xlabel("share of the space", fontsize=SMALL, color=MUTED)
    ax.tick_params(axis="x", labelsize=TINY)
    ax.spines["left"].set_visible(False)


def _axes(found: Discovery) -> tuple[int, str, str]:
    """Return the rung and the two factors over which the points are shown.

    They are those that bound the box of harm, else of help, else those along which the paired
    difference changes most.
    """
    names: list[str] = []
    threshold = THRESHOLDS[0]
    for verdict in (HARMS, HELPS):
        for k in THRESHOLDS:
            box = found.box(k, verdict)
            if box is not None and not names:
                threshold, names = k, [side.name for side in box.sides]
    rest = [name for name in _telling(found, threshold) if name not in names]
    first, second = [*names, *rest][:2]
    return threshold, first, second


def _telling(found: Discovery, threshold: int) -> list[str]:
    """Return the factors by how closely the paired difference follows their rank."""
    import numpy as np

    assert found.found is not None
    change = found.found.points.difference(threshold)
    sizes = {}
    for at, name in enumerate(found.names):
        if name == LUCK:
            continue  # it chooses other worlds and assumes nothing
        column = found.found.design[:, at]
        spread = float(column.std() * change.std())
        sizes[name] = abs(float(np.cov(column, change, ddof=0)[0, 1])) / spread if spread else 0.0
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def _cloud(ax: Axes, found: Discovery, threshold: int, first: str, second: str) -> None:
    assert found.found is not None
    said = found.verdicts(threshold)
    columns = [found.found.design[:, found.names.index(name)] for name in (first, second)]
    for each in (NOTHING, HELPS, HARMS):
        here = said == each
        marker, size = _MARKERS[each]
        ax.scatter(
            columns[0][here], columns[1][here], marker=marker, s=size, color=_COLOURS[each],
            edgecolor=INK if each != NOTHING else MUTED, linewidth=0.6,
            label=f"{VERDICTS[each]} ({int(here.sum())})", zorder=2 + abs(each),
        )  # fmt: skip
    for verdict in (HELPS, HARMS):
        _outline(ax, found.box(threshold, verdict), first, second, _COLOURS[verdict])
    for axis, name in ((ax.xaxis, first), (ax.yaxis, second)):
        factor = found.factor(name)
        axis.set_ticks([0, 0.5, 1], [factor.text(factor.at(x)) for x in (0, 0.5, 1)])
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.04, 1.04)
    ax.tick_params(labelsize=TINY)
    ax.set_xlabel(first, fontsize=SMALL, color=INK)
    ax.set_ylabel(second, fontsize=SMALL, color=INK)
    ax.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, frameon=False, fontsize=SMALL,
        title=f"points at rung ≥ {threshold} ({RUNGS_SHORT[threshold]})", title_fontsize=SMALL,
        alignment="left",
    )  # fmt: skip


def _outline(ax: Axes, box: Box | None, first: str, second: str, colour: str) -> None:
    """Draw a box as far as these two factors bound it."""
    if box is None:
        return
    sides = {side.name: (side.low, side.high) for side in box.sides}
    if first not in sides and second not in sides:
        return
    (left, right), (low, high) = sides.get(first, (0.0, 1.0)), sides.get(second, (0.0, 1.0))
    ax.add_patch(
        Rectangle(
            (left, low), right - left, high - low, fill=False, edgecolor=colour, lw=2.4,
            linestyle=(0, (6, 3)), zorder=5,
        )
    )  # fmt: skip


def message(found: Discovery) -> str:
    """Return at how many points the line helps and harms, and whether chance alone would do so."""
    assert found.found is not None
    shares, chance = found.shares(THRESHOLDS[0]), found.by_chance(THRESHOLDS[0])
    points = len(found.found.points.places)
    told = f"helps at {shares[HELPS].points} of {points} points, harms at {shares[HARMS].points}"
    if all(points * shares[each].interval.low <= chance for each in (HELPS, HARMS)):
        return f"No more than chance gives: the line {told}"
    return f"The line detectably {told}"


def _words(ax: Axes, found: Discovery) -> None:
    assert found.found is not None
    headline(
        ax,
        f"{message(found)} (rung ≥ {THRESHOLDS[0]})",
        f"{found.arm} against no line · {found.scenario.scenario} · "
        f"{len(found.found.points.places)} points over {len(found.factors) - 1} factors, "
        f"{counted(found.worlds, 'world')} at each",
        "Down and filled: helps; up: harms; small: nothing detectable. Dashed: the box in which "
        "they are dense. Shares are of the box of ranges, not probabilities.",
    )
