"""Sobol's indices: what share of the variance over the space each factor has a part in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matplotlib.axes import Axes

from sim.language import gettext
from sim.language import gettext_noop as N_
from sim.show.style import (
    BLUE,
    FAINT,
    INK,
    LABEL,
    MUTED,
    ORANGE,
    SMALL,
    TINY,
    bare,
    canvas,
    headline,
    panel,
)
from sim.show.words import RUNGS_SHORT, counted, own_text
from sim.study.factors import LUCK

if TYPE_CHECKING:
    from sim.study.indices import Index
    from sim.study.sensitivity import Sensitivity

_LEFT, _WIDTH, _GAP, _BOTTOM, _HEIGHT = 0.19, 0.375, 0.045, 0.13, 0.66
_THICK: Final = 0.36
_TITLES: Final = {
    "difference": N_("of the paired difference"),
    "risk": N_("of the risk without the line"),
}


def draw_variance(found: Sensitivity, threshold: int, ax: Axes | None = None) -> Axes:
    """Draw first-order and total indices of the difference and of the risk, at a rung.

    The longer a factor's plain bar, the more of how the answer varies it has a part in; the
    hatched bar is what it explains by itself. Indices say nothing of which way it moves it.
    """
    ax = bare(canvas() if ax is None else ax)
    names = [*found.survivors, LUCK]
    most = 1.0
    for rows in (found.indices[f"{what}_{threshold}"] for what in _TITLES):
        most = max([most, *(min(1.6, row.total_high) for row in rows)])
    for column, (what, title) in enumerate(_TITLES.items()):
        inner = panel(ax, _LEFT + column * (_WIDTH + _GAP), _BOTTOM, _WIDTH, _HEIGHT)
        inner.set_title(gettext(title), fontsize=LABEL, color=INK, loc="left")
        _bars(inner, names, found.indices[f"{what}_{threshold}"])
        inner.set_xlim(0, most * 1.04)
        inner.set_ylim(len(names) - 0.45, -0.6)
        labels = [gettext("luck: other worlds") if name == LUCK else name for name in names]
        inner.set_yticks(range(len(names)), labels if column == 0 else [])
        inner.tick_params(axis="y", length=0, labelsize=SMALL)
        inner.tick_params(axis="x", labelsize=TINY)
        inner.set_xlabel(
            gettext("share of the variance, with 95 % interval"), fontsize=SMALL, color=MUTED
        )
    _words(ax, found, threshold)
    return ax


def _bars(ax: Axes, names: list[str], rows: tuple[Index, ...]) -> None:
    if not rows:
        ax.text(
            0.5,
            0.5,
            gettext("the same at every point:\nnothing to share out"),
            transform=ax.transAxes,
            fontsize=LABEL,
            color=MUTED,
            ha="center",
            va="center",
        )
    for at, row in enumerate(rows):
        kinds = (
            (-_THICK / 2, row.total, row.total_low, row.total_high, BLUE, ""),
            (_THICK / 2, row.first, row.first_low, row.first_high, ORANGE, "////"),
        )
        for shift, value, low, high, colour, hatch in kinds:
            ax.barh(
                at + shift, max(0.0, value), height=_THICK, color=colour, hatch=hatch,
                edgecolor=INK, lw=0.6, zorder=2,
            )  # fmt: skip
            ax.plot([max(0.0, low), max(0.0, high)], [at + shift] * 2, color=INK, lw=1.4, zorder=3)
    for at in range(1, len(names)):
        ax.axhline(at - 0.5, color=FAINT, lw=0.6, zorder=0)


def _words(ax: Axes, found: Sensitivity, threshold: int) -> None:
    rows = found.indices[f"difference_{threshold}"]
    real = sorted((r for r in rows if r.name != LUCK), key=lambda r: -r.first)
    luck = next((r for r in rows if r.name == LUCK), None)
    title = gettext("The paired difference was the same at every point: nothing to share out")
    if not rows and not found.indices[f"risk_{threshold}"]:
        title = gettext("Neither risk nor difference varied at any point: nothing to share out")
    if real and luck is not None:
        title = gettext(
            "{name} by itself explains most of how the answer varies", name=real[0].name
        )
        if real[0].first_low <= 0:
            title = gettext("No factor by itself explains a share told from nought")
        elif luck.total > real[0].first:
            title = gettext("Luck has the largest part, then {name}", name=real[0].name)
    headline(
        ax,
        gettext(
            "{title} (rung ≥ {threshold}: {rungs_short})",
            title=title,
            threshold=threshold,
            rungs_short=RUNGS_SHORT[threshold],
        ),
        gettext(
            "{arm} against no line · {scenario} · {base_samples} base samples, {worlds}",
            arm=found.arm,
            scenario=own_text(found.scenario.scenario),
            base_samples=found.base_samples,
            worlds=counted(found.worlds, "world"),
        ),
        gettext(
            "Plain bar: total index, all that the factor has a part in; hatched: "
            "first-order, what it explains by itself. Luck only chooses other worlds."
        ),
    )
