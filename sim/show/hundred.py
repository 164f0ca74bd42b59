"""The worlds behind the number: a hundred marks for what an arm changed, harm never rounded away.

Filled triangles that point down are worlds the arm helped, those that point up worlds it harmed;
circles are worlds where it made no difference at this rung, filled where the rung was reached
either way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from sim.language import gettext, spoken
from sim.language import gettext_noop as N_
from sim.show.numbers import share, spread
from sim.show.style import (
    BLUE,
    INK,
    LABEL,
    MUTED,
    PAPER,
    SMALL,
    TITLE,
    VERMILION,
    bare,
    canvas,
    headline,
    panel,
)
from sim.show.words import RUNGS_SHORT, counted, own_text, thousands

if TYPE_CHECKING:
    from sim.study.comparison import Comparison

MARKS: Final = 100
_ROW: Final = 10

HELPED, HARMED, EITHER, NEITHER = "helped", "harmed", "either", "neither"


class _Look(NamedTuple):
    marker: str
    face: str
    edge: str
    size: float
    words: str


_LOOKS: Final = {
    HELPED: _Look("v", BLUE, INK, 19, N_("helped: kept below the rung")),
    HARMED: _Look("^", VERMILION, INK, 19, N_("harmed: taken up to the rung")),
    EITHER: _Look("o", MUTED, MUTED, 15, N_("unchanged: reached either way")),
    NEITHER: _Look("o", PAPER, MUTED, 15, N_("unchanged: not reached either way")),
}


def kinds_of(comparison: Comparison, arm: str, threshold: int) -> dict[str, int]:
    """Return how many worlds an arm helped, harmed, and left as they were, at a rung."""
    measure = f"{comparison.prefix}reached_{threshold}"
    base = np.asarray(comparison.column(comparison.reference, measure)) > 0
    other = np.asarray(comparison.column(arm, measure)) > 0
    return {
        HELPED: int((base & ~other).sum()),
        HARMED: int((~base & other).sum()),
        EITHER: int((base & other).sum()),
        NEITHER: int((~base & ~other).sum()),
    }


def marks_of(worlds: dict[str, int], marks: int = MARKS) -> dict[str, int]:
    """Return how many marks stand for each kind of world; one each where there are no more worlds.

    Shares are rounded by largest remainders, and a kind that befell any world has at least one
    mark, taken from the kind with most.
    """
    total = sum(worlds.values())
    if total <= marks:
        return dict(worlds)
    exact = {kind: marks * count / total for kind, count in worlds.items()}
    found = {kind: int(value) for kind, value in exact.items()}
    rest = sorted(exact, key=lambda kind: found[kind] - exact[kind])
    for kind in rest[: marks - sum(found.values())]:
        found[kind] += 1
    for kind, count in worlds.items():
        if count and not found[kind]:
            found[max(found, key=lambda each: found[each])] -= 1
            found[kind] = 1
    return found


def draw_worlds(
    comparison: Comparison, arm: str, threshold: int = 3, ax: Axes | None = None
) -> Axes:
    """Draw what an arm changed at a rung as a hundred worlds, a mark each.

    Count the marks: triangles down are worlds the arm kept below the rung, triangles up worlds it
    took there. Where there are more worlds than marks, each mark stands for several, and a kind of
    world that befell any has at least one. The order of the marks means nothing, and the figure
    cannot show how far a world went beyond the rung.
    """
    ax = bare(canvas() if ax is None else ax)
    worlds = kinds_of(comparison, arm, threshold)
    marks = marks_of(worlds)
    inner = panel(ax, 0.05, 0.09, 0.40, 0.74)
    bare(inner)
    _marks(inner, marks)
    _key(ax, comparison, arm, threshold, worlds, marks)
    _words(ax, comparison, arm, threshold, worlds, marks)
    return ax


def _marks(ax: Axes, marks: dict[str, int]) -> None:
    """Draw the marks in rows of ten, kind by kind."""
    ax.set_xlim(-0.6, _ROW - 0.4)
    ax.set_ylim(_ROW - 0.4, -0.6)
    at = 0
    for kind, look in _LOOKS.items():
        places = [divmod(k, _ROW) for k in range(at, at + marks[kind])]
        at += marks[kind]
        ax.plot(
            [x for _, x in places], [y for y, _ in places], ls="", marker=look.marker,
            ms=look.size, color=look.face, mec=look.edge, mew=1.4, gid=kind, clip_on=False,
        )  # fmt: skip


def _key(
    ax: Axes,
    comparison: Comparison,
    arm: str,
    threshold: int,
    worlds: dict[str, int],
    marks: dict[str, int],
) -> None:
    """Name each kind beside the marks, with its worlds, share and interval."""
    shares = comparison.shares(arm, threshold)
    found = {HELPED: shares.helped, HARMED: shares.harmed}
    for at, (kind, look) in enumerate(_LOOKS.items()):
        y = 0.74 - 0.185 * at
        ax.plot(
            0.51, y, marker=look.marker, ms=look.size, color=look.face, mec=look.edge, mew=1.4,
            transform=ax.transAxes, ls="",
        )  # fmt: skip
        ax.text(
            0.545, y, f"{thousands(worlds[kind])}", transform=ax.transAxes, fontsize=TITLE + 3,
            fontweight="bold", color=INK, va="center",
        )  # fmt: skip
        ax.text(
            0.645,
            y + 0.006,
            gettext(look.words),
            transform=ax.transAxes,
            fontsize=LABEL,
            color=INK,
            va="bottom",
        )
        total = sum(worlds.values())
        text = share(worlds[kind] / total)
        if kind in found:
            text = gettext(
                "{value} of worlds (95 %: {spread})",
                value=share(found[kind].value),
                spread=spread(found[kind]),
            )
        if total > MARKS:
            text += f"\n{counted(marks[kind], 'mark')}"
        ax.text(
            0.645, y - 0.012, text, transform=ax.transAxes, fontsize=SMALL, color=MUTED, va="top",
            linespacing=1.3,
        )  # fmt: skip


def _words(
    ax: Axes,
    comparison: Comparison,
    arm: str,
    threshold: int,
    worlds: dict[str, int],
    marks: dict[str, int],
) -> None:
    total = sum(worlds.values())
    rung = gettext(
        "rung {threshold} ({rungs_short})", threshold=threshold, rungs_short=RUNGS_SHORT[threshold]
    )
    helped, harmed = worlds[HELPED], worlds[HARMED]
    title = gettext(
        "{arm}: {helped} of {worlds} helped, ",
        arm=arm,
        helped=thousands(helped),
        worlds=counted(total, "world"),
    )
    title += gettext("{harmed} harmed", harmed=thousands(harmed))
    if not helped and not harmed:
        title = gettext("{arm} changes none of {worlds}", arm=arm, worlds=counted(total, "world"))
    given = (
        gettext(" · given: {replace}", replace=comparison.given.replace("_", " "))
        if comparison.given
        else ""
    )
    headline(
        ax,
        gettext("{title} at {rung}", title=title, rung=rung),
        gettext(
            "{scenario} · {reference} against {arm}, the same worlds{given}",
            scenario=own_text(comparison.scenario.scenario),
            reference=comparison.reference,
            arm=arm,
            given=given,
        ),
        _said(total, worlds, marks),
    )


def _said(total: int, worlds: dict[str, int], marks: dict[str, int]) -> str:
    """Return what a mark stands for."""
    if total <= MARKS:
        return gettext("Each mark is one world.")
    text = gettext(
        "Each mark stands for {total} worlds, rounded to whole marks.",
        total=spoken().separated(f"{total / MARKS:.4g}"),
    )
    few = [kind for kind, count in worlds.items() if count and MARKS * count / total < 0.5]
    raised = [kind for kind in few if marks[kind]]
    if raised:
        named = {EITHER: gettext("reached either way"), NEITHER: gettext("not reached either way")}
        names = gettext(" and ").join(named.get(kind, kind) for kind in raised)
        text += gettext(
            " One mark is more than the share of worlds {names}, which is not left out.",
            names=names,
        )
    return text
