"""How a line is used over the period: calls, and the routine of notices and tests.

A bar is the mean number in a world over some days; the whisker is the 95 % interval of the mean of
all of them, from world to world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.crisis.plan import channel_rows
from sim.language import gettext, spoken
from sim.records import Called, CallEnd, Noticed, Tested
from sim.scenario.channels import LINE
from sim.scenario.quantities import DAY
from sim.show.style import (
    BLUE,
    FAINT,
    INK,
    LABEL,
    MUTED,
    PURPLE,
    SMALL,
    TINY,
    VERMILION,
    arm_styles,
    bare,
    canvas,
    figure_of,
    headline,
    panel,
    say_nothing,
    taller,
    text_size,
)
from sim.show.survival import inject_days
from sim.show.words import counted, listed, moment, own_text, short_date
from sim.study.estimates import mean_estimate
from sim.study.living_again import Again, lived_again

if TYPE_CHECKING:
    from sim.study.comparison import Comparison

_BINS: Final = 30
_STEPS: Final = (1, 2, 3, 5, 7, 10, 14, 30, 60, 91)
_FIT: Final = 3  # arms that fit a figure of the usual height
_LEFT, _WIDTH, _GAP, _BOTTOM, _TOP = 0.20, 0.36, 0.055, 0.165, 0.80
_THICK: Final = 0.82
_NAMES: Final = 0.155


class Use(NamedTuple):
    """How often a line was used in each stretch of days, over worlds.

    ``through`` and ``failed`` are counts, worlds x stretches.
    """

    through: np.ndarray
    failed: np.ndarray

    @property
    def total(self) -> int:
        """How often it was used in all."""
        return int(self.through.sum() + self.failed.sum())


def stretch_of(duration: int) -> int:
    """Return how many days a bar stands for, so that at most thirty fill the period."""
    days = duration / DAY
    return next((step for step in _STEPS if days / step <= _BINS), _STEPS[-1])


def uses(comparison: Comparison, again: Again, arm: str) -> tuple[Use, Use]:
    """Return the calls on the line (on incidents, halts, concern), and its notices and tests."""
    row = channel_rows(comparison.scenario)[LINE]
    step = stretch_of(comparison.scenario.duration) * DAY
    bins = -(-comparison.scenario.duration // step)
    calls = Use(*(np.zeros((len(again.worlds), bins), dtype=np.int64) for _ in range(2)))
    routine = Use(*(np.zeros((len(again.worlds), bins), dtype=np.int64) for _ in range(2)))
    for world, records in enumerate(again.of(arm, Called, Noticed, Tested)):
        for record in records:
            at = record.time // step
            if not 0 <= at < bins or getattr(record, "channel", -1) != row:
                continue
            if isinstance(record, Called):
                if record.end != CallEnd.SERVED:
                    (calls.through if record.end == CallEnd.THROUGH else calls.failed)[
                        world, at
                    ] += 1
            elif isinstance(record, Noticed):
                through = record.end == CallEnd.THROUGH
                (routine.through if through else routine.failed)[world, at] += 1
            elif isinstance(record, Tested):
                (routine.through if record.answered else routine.failed)[world, at] += 1
    return calls, routine


def draw_line_use(
    comparison: Comparison, ax: Axes | None = None, *, again: Again | None = None
) -> Axes:
    """Draw how often each arm's line is used over the period, in the mean of many worlds.

    Left are calls about incidents, proposals of a halt and concern, right notices and tests. Plain
    bars got through, hatched ones did not; whiskers are 95 % intervals of the mean, triangles
    injects. The two columns have scales of their own, and a mean cannot show that calls cluster.
    """
    again = lived_again(comparison) if again is None else again
    found = {arm: uses(comparison, again, arm) for arm in comparison.arms}
    used = [arm for arm, pair in found.items() if any(use.total for use in pair)]
    ax = bare(canvas(taller(len(used), _FIT, 1.6)) if ax is None else ax)
    _words(ax, comparison, again, found, used)
    if not used:
        return say_nothing(
            ax,
            gettext("No use of the line\nin {worlds}.", worlds=counted(len(again.worlds), "world")),
        )
    styles = arm_styles(comparison.arms)
    height = (_TOP - _BOTTOM) / len(used)
    tops = [max(_top(found[arm][column]) for arm in used) for column in (0, 1)]
    for row, arm in enumerate(used):
        bottom = _TOP - (row + 1) * height
        for column in (0, 1):
            inner = panel(ax, _LEFT + column * (_WIDTH + _GAP), bottom, _WIDTH, height - 0.045)
            _bars(inner, comparison, found[arm][column], tops[column], row == len(used) - 1)
            if not row:
                _titles(inner, column, comparison)
        room = (_NAMES - 0.01) * ax.get_window_extent().width
        width = text_size(arm, LABEL, figure_of(ax).dpi, "bold")[0]
        ax.text(
            _NAMES, bottom + height / 2, arm, transform=ax.transAxes, ha="right", va="center",
            color=styles[arm].colour, fontweight="bold", fontsize=LABEL * min(1, room / width),
        )  # fmt: skip
    return ax


def _top(use: Use) -> float:
    """Return the upper end of the highest whisker."""
    if not use.total:
        return 0.0
    return max(mean_estimate(each).interval.high for each in (use.through + use.failed).T)


def _bars(ax: Axes, comparison: Comparison, use: Use, top: float, dated: bool) -> None:
    """Draw one arm's means in one column."""
    step = stretch_of(comparison.scenario.duration)
    bins = use.through.shape[1]
    days = (np.arange(bins) + 0.5) * step
    through, failed = use.through.mean(axis=0), use.failed.mean(axis=0)
    ax.bar(days, through, step * _THICK, color=BLUE, edgecolor=INK, lw=0.5, gid="through")
    ax.bar(
        days, failed, step * _THICK, bottom=through, color=VERMILION, edgecolor=INK, lw=0.5,
        hatch="////", gid="failed",
    )  # fmt: skip
    for day, counts in zip(days, (use.through + use.failed).T, strict=True):
        if use.total:
            ends = mean_estimate(counts).interval
            ax.plot([day, day], [ends.low, ends.high], color=INK, lw=1.3, zorder=3)
    for day, _ in inject_days(comparison):
        ax.axvline(day, color=PURPLE, lw=1.0, ls=(0, (1.0, 1.6)), zorder=0.6)
    ax.set_ylim(0, (top or 1.0) * 1.12)
    ax.yaxis.set_major_locator(MaxNLocator(3))
    ax.tick_params(labelsize=TINY)
    ax.set_xlim(0, bins * step)
    start, length = comparison.scenario.start, comparison.scenario.duration / DAY
    every = next((s for s in _STEPS if length / s <= 4), _STEPS[-1])
    ticks = [k * every for k in range(int(length / every) + 1)]
    texts = [short_date(moment(start, t * DAY)) for t in ticks]
    ax.set_xticks(ticks, texts if dated else [""] * len(ticks))
    if not use.total:
        ax.text(
            0.5, 0.5, gettext("none"), transform=ax.transAxes, fontsize=SMALL, color=MUTED,
            ha="center", va="center",
        )  # fmt: skip
    for y in ax.get_yticks():
        ax.axhline(y, color=FAINT, lw=0.5, zorder=0)


def _titles(ax: Axes, column: int, comparison: Comparison) -> None:
    title = (gettext("calls: incidents, halts, concern"), gettext("notices and test calls"))[column]
    ax.set_title(title, fontsize=LABEL, color=INK, loc="left", pad=12)
    for day, _ in inject_days(comparison):
        ax.plot(
            day, 1.0, marker="v", ms=6, color=PURPLE, transform=ax.get_xaxis_transform(),
            clip_on=False, zorder=6,
        )  # fmt: skip


def _words(
    ax: Axes,
    comparison: Comparison,
    again: Again,
    found: dict[str, tuple[Use, Use]],
    used: list[str],
) -> None:
    days = counted(stretch_of(comparison.scenario.duration), "day")
    called = {arm: found[arm][0].total / len(again.worlds) for arm in used}
    busiest = max(called, key=lambda arm: called[arm], default=None)
    title = gettext("The line is not used in these worlds")
    if busiest is not None:
        title = gettext(
            "The line carries {called} calls in a world ({busiest})",
            called=spoken().separated(f"{called[busiest]:.2g}"),
            busiest=busiest,
        )
        if not called[busiest]:
            title = gettext("The line carries notices and tests, and no call")
    unused = [arm for arm in comparison.arms if arm not in used]
    rest = gettext(" Without any use: {unused}.", unused=listed(unused)) if unused and used else ""
    headline(
        ax,
        title,
        gettext(
            "{scenario} · mean number a world in {days}, over the first {worlds}",
            scenario=own_text(comparison.scenario.scenario),
            days=days,
            worlds=counted(len(again.worlds), "world"),
        ),
        gettext(
            "Plain: got through; hatched: did not. Whiskers: 95 % interval of the mean. "
            "Each column has its own scale.{rest}",
            rest=rest,
        ),
    )
