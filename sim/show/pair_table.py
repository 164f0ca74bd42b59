"""The table of peak rungs as a picture: without the line down the side, with an arm along the top.

Worlds on the diagonal end as high as they would have; below it lower with the arm, above it higher.
"""

from __future__ import annotations

import math
from textwrap import fill
from typing import TYPE_CHECKING, Final

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from sim.language import gettext
from sim.language import gettext_noop as N_
from sim.show.style import (
    BLUE,
    FAINT,
    INK,
    LABEL,
    MUTED,
    PAPER,
    SMALL,
    VERMILION,
    bare,
    canvas,
    headline,
    panel,
)
from sim.show.words import RUNGS_SHORT, counted, own_text, thousands

if TYPE_CHECKING:
    from sim.study.comparison import Comparison

_SHADES: Final = {
    "lower": LinearSegmentedColormap.from_list("lower", ["#e3eef7", "#8fbfe0"]),
    "unchanged": LinearSegmentedColormap.from_list("unchanged", ["#f1f1f1", "#c4c4c4"]),
    "higher": LinearSegmentedColormap.from_list("higher", ["#fbe6da", "#f0a878"]),
}
_FOOT: Final = N_(
    "A world has one peak however long it lasts: over long periods read the thresholds instead."
)
_RUNGS: Final = len(RUNGS_SHORT)
_LETTERS: Final = 10
"""Letters that fit above a column."""


def draw_peaks(comparison: Comparison, arm: str, ax: Axes | None = None) -> Axes:
    """Draw how many worlds peak at each rung, under the reference and under an arm.

    Each cell counts worlds: its row is how high they rose without the line, its column how high
    under the arm. On the diagonal nothing changed. The figure cannot show when, or why.
    """
    ax = bare(canvas() if ax is None else ax)
    table = [[int(cell) for cell in row] for row in comparison.peak_table(arm)]
    inner = panel(ax, 0.245, 0.06, 0.43, 0.67)
    _grid(inner, table)
    _axes(inner, comparison.reference, arm)
    _sums(ax, table)
    _words(ax, comparison, arm, table)
    return ax


def _kind(row: int, column: int) -> str:
    """Return what a cell means: the arm's peak is lower, the same or higher."""
    if row == column:
        return "unchanged"
    return "lower" if column < row else "higher"


def _grid(ax: Axes, table: list[list[int]]) -> None:
    """Draw the cells, shaded by the logarithm of their counts, with the counts in them."""
    most = max(1, max(cell for row in table for cell in row))
    for row, cells in enumerate(table):
        for column, count in enumerate(cells):
            kind = _kind(row, column)
            share = math.log1p(count) / math.log1p(most)
            face = _SHADES[kind](share) if count else PAPER
            hatch = {"higher": "///", "lower": "...", "unchanged": ""}[kind] if count else ""
            ax.add_patch(
                Rectangle(
                    (column, row), 1, 1, facecolor=face, edgecolor=FAINT, lw=1.0, zorder=1,
                )
            )  # fmt: skip
            if hatch:
                _hatched(ax, column, row, hatch)
            if count:
                bold = "bold" if row != column else "normal"
                ax.text(
                    column + 0.5, row + 0.52, thousands(count), ha="center",
                    va="center", fontsize=LABEL, color=INK, fontweight=bold, zorder=4,
                )  # fmt: skip
    ax.plot([0, _RUNGS], [0, _RUNGS], color=MUTED, lw=0.8, ls=(0, (3.0, 3.0)), zorder=0.5)


def _hatched(ax: Axes, column: int, row: int, hatch: str) -> None:
    """Mark a corner of a cell, so that lower and higher differ without colour."""
    ax.add_patch(
        Rectangle(
            (column + 0.03, row + 0.03), 0.94, 0.16, facecolor="none", edgecolor=MUTED, lw=0,
            hatch=hatch, zorder=2,
        )
    )  # fmt: skip


def _axes(ax: Axes, reference: str, arm: str) -> None:
    """Name rows and columns by rung."""
    ax.set_xlim(0, _RUNGS)
    ax.set_ylim(_RUNGS, 0)
    middles = [k + 0.5 for k in range(_RUNGS)]
    names = [fill(f"{k} {word}", _LETTERS) for k, word in RUNGS_SHORT.items()]
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xticks(middles, names)
    ax.set_yticks(middles, [f"{word} {k}" for k, word in RUNGS_SHORT.items()])
    ax.tick_params(length=0, labelsize=SMALL - 1, pad=5)
    ax.set_xlabel(
        gettext("peak rung under {arm}", arm=arm),
        fontsize=LABEL,
        color=INK,
        fontweight="bold",
        labelpad=8,
    )
    ax.set_ylabel(
        gettext("peak rung under {reference}", reference=reference),
        fontsize=LABEL,
        color=INK,
        fontweight="bold",
        labelpad=10,
    )
    for spine in ax.spines.values():
        spine.set_visible(False)


def tallies(table: list[list[int]]) -> dict[str, int]:
    """Return how many worlds peak lower, unchanged and higher."""
    found = {"lower": 0, "unchanged": 0, "higher": 0}
    for row, cells in enumerate(table):
        for column, count in enumerate(cells):
            found[_kind(row, column)] += count
    return found


def _sums(ax: Axes, table: list[list[int]]) -> None:
    """Write the sums beside the table, in words."""
    found = tallies(table)
    rows = (
        (
            gettext("{worlds} higher", worlds=thousands(found["higher"])), VERMILION,
            gettext("above the diagonal:\na higher peak with the arm"),
        ),
        (
            gettext("{worlds} unchanged", worlds=thousands(found["unchanged"])), MUTED,
            gettext("on the diagonal:\nthe same peak"),
        ),
        (
            gettext("{worlds} lower", worlds=thousands(found["lower"])), BLUE,
            gettext("below the diagonal:\na lower peak with the arm"),
        ),
    )  # fmt: skip
    for at, (head, colour, words) in enumerate(rows):
        y = 0.64 - 0.20 * at
        ax.text(
            0.715, y, head, transform=ax.transAxes,
            fontsize=22, fontweight="bold", color=colour, va="bottom",
        )  # fmt: skip
        ax.text(
            0.715, y - 0.012, words, transform=ax.transAxes, fontsize=SMALL, color=INK, va="top",
            linespacing=1.4,
        )  # fmt: skip


def _words(ax: Axes, comparison: Comparison, arm: str, table: list[list[int]]) -> None:
    """Write the message, in worlds."""
    found = tallies(table)
    worlds = sum(found.values())
    changed = found["lower"] + found["higher"]
    what = gettext("The given incident's peak") if comparison.given else gettext("The peak")
    if changed:
        title = gettext(
            "{what} changes in {worlds} of {other_worlds}: lower in {found}, higher in "
            "{other_found}",
            what=what,
            worlds=counted(changed, "world"),
            other_worlds=thousands(worlds),
            found=thousands(found["lower"]),
            other_found=thousands(found["higher"]),
        )
    else:
        title = gettext("No peak changes in any of {worlds}", worlds=counted(worlds, "world"))
    scenario = own_text(comparison.scenario.scenario)
    given = comparison.given
    shown = gettext(
        "{scenario} · {reference} against {arm}, the same worlds",
        scenario=scenario,
        reference=comparison.reference,
        arm=arm,
    )
    foot = gettext(_FOOT)
    if given:
        shown += gettext(" · given: {replace}", replace=given.replace("_", " "))
        foot = gettext(
            "Given: that incident is placed in every world; only what it leads to is counted."
        )
    headline(ax, title, shown, foot)
