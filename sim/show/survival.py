"""How long worlds stay below a rung: one curve for each arm, with its interval band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.language import gettext, spoken
from sim.language import gettext_noop as N_
from sim.scenario.quantities import DAY
from sim.show.labels import spread
from sim.show.numbers import plain
from sim.show.style import (
    FAINT,
    INK,
    LABEL,
    PURPLE,
    SMALL,
    TINY,
    arm_styles,
    bare,
    canvas,
    figure_of,
    headline,
    panel,
    taller,
    text_size,
)
from sim.show.words import RUNGS_SHORT, counted, moment, own_text, short_date, thousands

if TYPE_CHECKING:
    from sim.study.comparison import Comparison
    from sim.study.estimates import Survival

_HEADROOM: Final = 0.06
_FEET: Final = {
    (True, False): N_("Bands: pointwise 95 % limits. {method}.{told}"),
    (False, False): N_("Band of the reference: pointwise 95 % limits. {method}.{told}"),
    (True, True): N_("Bands: pointwise 95 % limits of chance alone. {method}.{told}"),
    (False, True): N_(
        "Band of the reference: pointwise 95 % limits of chance alone. {method}.{told}"
    ),
}
"""What the bands are, by whether all curves have one and whether there are parameter sets."""
_NAMED: Final = 10  # names that fit beside the curves of a figure of the usual height
_APART: Final = 0.085  # of the height of the curves, from one name to the next
_BANDS: Final = 4  # more bands than these hide one another; then only the reference has one
_CORNER: Final = 0.05  # of the height, kept free of shares where the dates begin
_LEAST_SPAN: Final = 0.004
"""The vertical scale shows at least this share of worlds, so that nothing looks like much."""


def draw_survival(comparison: Comparison, threshold: int = 3, ax: Axes | None = None) -> Axes:
    """Draw the share of worlds still below a rung, over the period, under each arm.

    A curve can only fall; the higher it ends, the more worlds stayed below the rung. Triangles at
    the top are the injects, which befall every world, so that a fall at one is no surprise. The
    bands hold chance alone, and the figure does not show how long a crisis lasts.
    """
    ax = bare(canvas(taller(len(comparison.arms), _NAMED)) if ax is None else ax)
    curves = {arm: comparison.survival(arm, threshold) for arm in comparison.arms}
    inner = panel(ax, 0.095, 0.165, 0.66, 0.65)
    bottom = _scale(inner, comparison, curves)
    styles = arm_styles(comparison.arms)
    banded = comparison.arms if len(comparison.arms) <= _BANDS else (comparison.reference,)
    for arm, curve in curves.items():
        days = [t / DAY for t in curve.time]
        style = styles[arm]
        if arm in banded:
            inner.fill_between(
                days, curve.low, curve.high, step="post", color=style.colour, alpha=0.10, lw=0,
                zorder=1,
            )  # fmt: skip
        inner.step(
            days, curve.survival, where="post", color=style.colour, ls=style.dashes, lw=2.6,
            zorder=3,
        )  # fmt: skip
    _names(inner, comparison, curves, bottom)
    _injects(inner, comparison)
    _words(ax, comparison, curves, threshold)
    return ax


def _scale(ax: Axes, comparison: Comparison, curves: dict[str, Survival]) -> float:
    """Set both scales: the period along the foot, the shares that are seen up the side."""
    days = comparison.scenario.duration / DAY
    lowest = min(min(curve.low) for curve in curves.values())
    span = max(1 - lowest, _LEAST_SPAN)
    bottom = max(0.0, 1 - span * (1 + _HEADROOM))
    ax.set_xlim(0, days)
    ax.set_ylim(bottom, 1 + (1 - bottom) * _HEADROOM)
    ax.spines["left"].set_bounds(bottom, 1)
    shares = [y for y in MaxNLocator(6).tick_values(bottom, 1) if y <= 1]
    shares = [y for y in shares if y - bottom > _CORNER * (1 - bottom)]
    ax.set_yticks(shares, [spoken().separated(f"{100 * y:.4g} %") for y in shares])
    for share in shares:
        ax.axhline(share, color=FAINT, lw=0.6, zorder=0.4)
    step = _day_step(days)
    ticks = [k * step for k in range(int(days / step) + 1)]
    start = comparison.scenario.start
    dates = [short_date(moment(start, round(t * DAY))) for t in ticks]
    ax.set_xticks(
        ticks,
        [
            gettext("day {t}\n{date}", t=plain(t), date=date)
            for t, date in zip(ticks, dates, strict=True)
        ],
    )
    ax.tick_params(labelsize=SMALL)
    return bottom


_DAY_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 90, 180, 365)


def _day_step(days: float) -> int:
    """Return a round number of days between dates, at most seven of which fit."""
    return next((step for step in _DAY_STEPS if days / step <= 7), _DAY_STEPS[-1])


def _names(ax: Axes, comparison: Comparison, curves: dict[str, Survival], bottom: float) -> None:
    """Name each curve at its end, moved apart where they would cover one another."""
    styles = arm_styles(comparison.arms)
    ends = [curve.survival[-1] for curve in curves.values()]
    height = ax.get_ylim()[1] - bottom
    apart = min(_APART, 0.9 / len(ends)) * height
    places = spread(ends, apart)
    overflow = max(0.0, max(places) + apart / 2 - ax.get_ylim()[1])
    overflow = min(overflow, min(places) - apart / 2 - bottom)
    days = comparison.scenario.duration / DAY
    for (arm, curve), end, place in zip(curves.items(), ends, places, strict=True):
        y = place - overflow
        worlds = gettext(
            "{reached} of {worlds}",
            reached=thousands(curve.reached),
            worlds=thousands(curve.worlds),
        )
        reached = (
            gettext("{worlds} reached it", worlds=worlds)
            if curve.reached
            else gettext("none reached it")
        )
        colour = styles[arm].colour
        ax.annotate(
            "", (days, end), (days * 1.022, y), annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.9, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
        ax.text(
            days * 1.027, y, arm, fontsize=LABEL, color=colour, fontweight="bold", va="bottom",
            clip_on=False,
        )  # fmt: skip
        ax.text(
            days * 1.027, y - 0.005 * height, reached, fontsize=SMALL, color=INK, va="top",
            clip_on=False,
        )  # fmt: skip


def inject_days(comparison: Comparison) -> list[tuple[float, str]]:
    """Return when each inject takes place, in days from the start, with its title."""
    start = comparison.scenario.start
    return [
        ((inject.at - start).total_seconds() * 1000 / DAY, inject.title)
        for inject in sorted(comparison.scenario.injects, key=lambda inject: inject.at)
    ]


def _injects(ax: Axes, comparison: Comparison) -> None:
    """Mark the injects at the top, with a number; those that are near share a label."""
    top = ax.get_ylim()[1]
    placed = inject_days(comparison)
    free = 0.0
    apart = text_size("00–00", TINY, figure_of(ax).dpi)[0]
    waiting: list[int] = []
    for number, (day, _) in enumerate(placed, start=1):
        ax.axvline(day, color=PURPLE, lw=1.0, ls=(0, (1.0, 1.6)), zorder=0.6)
        ax.plot(day, top, marker="v", ms=7, color=PURPLE, clip_on=False, zorder=6)
        waiting.append(number)
        x = float(ax.transData.transform((day, 0.0))[0])
        following = placed[number][0] if number < len(placed) else None
        if following is not None:
            after = float(ax.transData.transform((following, 0.0))[0])
            if after - x < apart:
                continue
        if x - free >= apart or not free:
            text = str(waiting[0]) if len(waiting) == 1 else f"{waiting[0]}–{waiting[-1]}"
            ax.annotate(
                text, (day, top), (0, 6), textcoords="offset points", fontsize=TINY, color=PURPLE,
                ha="center", va="bottom", annotation_clip=False,
            )  # fmt: skip
            free = x
        waiting = []


_TOLD: Final = 2


def _told(comparison: Comparison) -> str:
    """Return what the triangles stand for, in words."""
    placed = inject_days(comparison)
    if not placed:
        return ""
    titles = [f"{n} {title}" for n, (_, title) in enumerate(placed[:_TOLD], start=1)]
    rest = len(placed) - _TOLD
    more = (
        gettext(" and {more_injects}", more_injects=counted(rest, "more inject"))
        if rest > 0
        else ""
    )
    return gettext(
        " Triangles: what the scenario places in every world: {join}{more}.",
        join="; ".join(titles),
        more=more,
    )


def _words(ax: Axes, comparison: Comparison, curves: dict[str, Survival], threshold: int) -> None:
    """Write the message: how many worlds stay below the rung to the end."""
    rung = gettext(
        "rung {threshold} ({rungs_short})", threshold=threshold, rungs_short=RUNGS_SHORT[threshold]
    )
    base = curves[comparison.reference]
    if not any(curve.reached for curve in curves.values()):
        title = gettext("No world reaches {rung} under any arm", rung=rung)
    else:
        title = gettext(
            "Without the line {survival} % of worlds stay below {rung}",
            survival=spoken().separated(f"{100 * base.survival[-1]:.3g}"),
            rung=rung,
        )
    days = comparison.scenario.duration / DAY
    headline(
        ax,
        title,
        gettext(
            "{scenario} · share of {worlds} still below it, over {days} days",
            scenario=own_text(comparison.scenario.scenario),
            worlds=counted(base.worlds, "world"),
            days=plain(days),
        ),
        gettext(
            _FEET[len(curves) <= _BANDS, bool(comparison.sets)],
            method=base.method,
            told=_told(comparison),
        ),
    )
