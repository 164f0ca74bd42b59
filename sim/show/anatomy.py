"""Anatomy of a call: each of its delays against the clock, many calls stacked.

All calls begin at the left, where somebody wished to call. Each row is one call, its steps in their
colours and hatches; the thick upright stroke is where the case it was about was answered or its
clock ran out. What ends left of the stroke was in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sim.crisis.plan import channel_rows
from sim.language import gettext
from sim.records import NEVER, Acted, Called, CallEnd, Clocked, Purpose, Record
from sim.scenario.channels import LINE
from sim.scenario.quantities import HOUR
from sim.show.call_lanes import STEPS, steps_of
from sim.show.call_story import wanted_at
from sim.show.numbers import plain
from sim.show.style import (
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
    say_nothing,
)
from sim.show.words import counted, own_text, span
from sim.study.living_again import Again, lived_again

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.study.comparison import Comparison

_ROWS: Final = 40
_SEEN: Final = 0.9  # of calls that fit the scale whole; longer ones leave it at an arrow
_LEAST: Final = 1.0  # hours, of the scale


class Call(NamedTuple):
    """A call about a case: its steps and its limit, in hours since it was wanted.

    ``limit`` is when the case was answered, else when its clock ran out; None without a clock.
    """

    steps: tuple[tuple[int, float, float], ...]
    limit: float | None
    through: bool

    @property
    def length(self) -> float:
        """Hours until it was heard by the one who decides, or given up."""
        return max((end for _, _, end in self.steps), default=0.0)

    @property
    def in_time(self) -> bool:
        """Whether it was heard before the limit."""
        return self.through and self.limit is not None and self.length <= self.limit


def calls_of(worlds: Iterable[Iterable[Record]], channel: int) -> list[Call]:
    """Return the calls about incidents on a channel, in the order of their worlds."""
    found = []
    for records in worlds:
        clocks: dict[int, list[Clocked]] = {}
        answers: dict[int, int] = {}
        calls: list[Called] = []
        for record in records:
            if isinstance(record, Clocked):
                clocks.setdefault(record.case, []).append(record)
            elif isinstance(record, Acted) and not record.theatre:
                answers.setdefault(record.case, record.time)
            elif isinstance(record, Called) and _is_meant(record, channel):
                calls.append(record)
        found += [_call(each, clocks.get(each.case, []), answers) for each in calls]
    return found


def _is_meant(record: Called, channel: int) -> bool:
    about = record.purpose == Purpose.INCIDENT and record.end != CallEnd.SERVED
    return about and record.channel == channel


def _call(record: Called, clocks: list[Clocked], answers: dict[int, int]) -> Call:
    begins = wanted_at(record)
    until = max(record.time, record.relayed)
    deadlines = [clock.deadline for clock in clocks if clock.time <= until]
    limit = answers.get(record.case, deadlines[-1] if deadlines else NEVER)
    return Call(
        tuple((step, (a - begins) / HOUR, (b - begins) / HOUR) for step, a, b in steps_of(record)),
        None if limit == NEVER else (limit - begins) / HOUR,
        record.end == CallEnd.THROUGH,
    )


def shown_of(calls: list[Call], rows: int = _ROWS) -> list[Call]:
    """Return the calls that are drawn: all, or so many spread evenly from shortest to longest."""
    ordered = sorted(calls, key=lambda call: (call.length, call.limit or 0.0))
    if len(ordered) <= rows:
        return ordered
    return [ordered[round(k * (len(ordered) - 1) / (rows - 1))] for k in range(rows)]


def draw_calls(
    comparison: Comparison, arm: str, ax: Axes | None = None, *, again: Again | None = None
) -> Axes:
    """Draw the calls about incidents on an arm's line, each delay against the clock.

    Read a row from the left, where somebody wished to call, through each step to the ear of the
    one who decides; the upright stroke is when it was too late. Rows are sorted by length. Calls
    nobody thought of, and those on other channels, cannot be seen here.
    """
    again = lived_again(comparison, (arm,)) if again is None else again
    ax = bare(canvas() if ax is None else ax)
    row = channel_rows(comparison.scenario)[LINE]
    calls = calls_of(again.records[arm], row)
    _words(ax, comparison, arm, again, calls)
    if not calls:
        return say_nothing(
            ax,
            gettext(
                "Under {arm} nobody calls about an incident on the line\nin {worlds}: there "
                "is no call to take apart.",
                arm=arm,
                worlds=counted(len(again.worlds), "world"),
            ),
        )
    inner = panel(ax, 0.045, 0.265, 0.925, 0.555)
    shown = shown_of(calls)
    ends = [max(call.length, call.limit or 0.0) for call in shown]
    reach = max(_LEAST, float(np.quantile(ends, _SEEN)) * 1.08)
    for at, call in enumerate(shown):
        _row(inner, at, call, reach)
    inner.set_xlim(0, reach)
    inner.set_ylim(max(len(shown), 4) - 0.4, -0.6)
    inner.set_yticks([])
    inner.spines["left"].set_visible(False)
    ticks = [t for t in MaxNLocator(8, steps=[1, 2, 3, 4, 6]).tick_values(0, reach) if t <= reach]
    inner.set_xticks(ticks, [gettext("{hours}\u00a0h", hours=plain(t)) for t in ticks])
    inner.tick_params(labelsize=SMALL)
    for tick in ticks:
        inner.axvline(tick, color=FAINT, lw=0.6, zorder=0)
    _key(ax, calls)
    return ax


def _row(ax: Axes, at: int, call: Call, reach: float) -> None:
    """Draw one call."""
    for step, begin, end in call.steps:
        _, colour, hatch = STEPS[step]
        ax.barh(
            at, end - begin, left=begin, height=0.7, color=colour, edgecolor=MUTED, lw=0.6,
            hatch=hatch, zorder=2,
        )  # fmt: skip
    if not call.through:
        ax.plot(min(call.length, reach), at, marker="x", ms=7, mew=2, color=VERMILION, zorder=4)
    if call.limit is not None and call.limit <= reach:
        ax.plot([call.limit] * 2, [at - 0.46, at + 0.46], color=INK, lw=2.6, zorder=5)
    if max(call.length, call.limit or 0.0) > reach:
        ax.plot(reach, at, marker=">", ms=5, color=INK, clip_on=False, zorder=6)


def _key(ax: Axes, calls: list[Call]) -> None:
    """Name each step with the median and the middle half of its lengths."""
    through = [call for call in calls if call.through]
    width = 0.925 / len(STEPS)
    for step, (name, colour, hatch) in enumerate(STEPS):
        x = 0.045 + step * width
        ax.add_patch(
            Rectangle(
                (x, 0.172), 0.03, 0.024, transform=ax.transAxes, facecolor=colour,
                edgecolor=MUTED, hatch=hatch, lw=0.7,
            )
        )  # fmt: skip
        ax.text(
            x + 0.036,
            0.184,
            gettext(name),
            transform=ax.transAxes,
            fontsize=LABEL,
            color=INK,
            va="center",
        )
        ax.text(
            x, 0.158, step_text(through, step), transform=ax.transAxes, fontsize=TINY, color=MUTED,
            va="top", linespacing=1.35,
        )  # fmt: skip


def step_text(through: list[Call], step: int) -> str:
    """Return the median of a step's length over calls that got through, and its middle half."""
    if not through:
        return "–"
    lengths = [sum(b - a for s, a, b in call.steps if s == step) * HOUR for call in through]
    low, middle, high = (round(float(x)) for x in np.quantile(lengths, (0.25, 0.5, 0.75)))
    return gettext(
        "median {middle}\n({low} to {high})", middle=span(middle), low=span(low), high=span(high)
    )


def _words(ax: Axes, comparison: Comparison, arm: str, again: Again, calls: list[Call]) -> None:
    worlds = counted(len(again.worlds), "world")
    title = gettext("{arm}: no call about an incident on the line", arm=arm)
    if calls:
        early = sum(call.in_time for call in calls)
        title = gettext(
            "{early} of {calls} on the line came in time under {arm}",
            early=early,
            calls=counted(len(calls), "call"),
            arm=arm,
        )
    shown = min(len(calls), _ROWS)
    part = (
        gettext("; {shown} of them shown, evenly from shortest to longest", shown=shown)
        if shown < len(calls)
        else ""
    )
    given = (
        gettext(" · given: {replace}", replace=comparison.given.replace("_", " "))
        if comparison.given
        else ""
    )
    headline(
        ax,
        title,
        gettext(
            "{scenario} · all calls about incidents in the first {worlds}{part}{given}",
            scenario=own_text(comparison.scenario.scenario),
            worlds=worlds,
            part=part,
            given=given,
        ),
        gettext(
            "A row is a call, from the wish to make it. Stroke: the case is answered, or "
            "its clock runs out. Cross: did not get through. Arrow: goes on beyond. "
            "Below: median and middle half of each step, of calls that got through."
        )
        if calls
        else "",
    )
