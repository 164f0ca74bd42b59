"""The timeline of a pair: two rung paths on one time axis, and each arm's calls against the clocks.

Above, where each arm's crisis stands; below, one lane for each arm in which every case has its
clock as a bar, and every call about it its steps, from the wish to call to the ear of the one who
decides.
"""

from __future__ import annotations

from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.crisis import History
from sim.language import gettext
from sim.records import Acted, Runged
from sim.scenario.kinds import Act
from sim.scenario.quantities import DAY, HOUR
from sim.show.affair import Affair, affair, cases_in, incidents_in
from sim.show.call_lanes import draw_lane, draw_step_key
from sim.show.casebook import numbered
from sim.show.cast import Cast
from sim.show.divergence import divergence
from sim.show.labels import Box, Label, marker_box, place, spread
from sim.show.style import (
    FAINT,
    GRAVE,
    INK,
    MUTED,
    PAPER,
    SMALL,
    TINY,
    VERMILION,
    ArmStyle,
    arm_styles,
    bare,
    canvas,
    headline,
    panel,
)
from sim.show.words import (
    ACTS,
    RUNGS_SHORT,
    clock_time,
    incident,
    moment,
    own_text,
    short_date,
)

if TYPE_CHECKING:
    from sim.crisis import Stage


def draw_timeline(
    stage: Stage,
    a: History,
    b: History,
    ax: Axes | None = None,
    window: tuple[int, int] | None = None,
) -> Axes:
    """Draw two histories of a world on one time axis, zoomed to the affair that tells most.

    ``window`` is a span of time in ms that overrides the zoom. Returns the axes that hold the
    figure.
    """
    ax = bare(canvas() if ax is None else ax)
    cast = Cast(stage)
    found = affair(a, b)
    if found is not None and window is not None:
        found = Affair(found.root, *window)
    if found is None:
        return _nothing(ax, a, b, cast)
    top = panel(ax, 0.155, 0.535, 0.70, 0.265)
    lanes = (panel(ax, 0.155, 0.335, 0.70, 0.175), panel(ax, 0.155, 0.135, 0.70, 0.175))
    styles = arm_styles((a.arm, b.arm))
    pair = ((a, styles[a.arm]), (b, styles[b.arm] if b.arm != a.arm else styles[a.arm]))
    _rungs(top, pair, found, cast, _parting(top, a, b, found, cast))
    numbers = numbered(a, b)
    for lane, (history, style) in zip(lanes, pair, strict=True):
        draw_lane(lane, history, style, found, cast, numbers)
    _time_axis(top, lanes, found, cast)
    draw_step_key(ax)
    _words(ax, a, b, found, cast)
    return ax


def _nothing(ax: Axes, a: History, b: History, cast: Cast) -> Axes:
    """Say that no incident happened in either history."""
    ax.text(
        0.5,
        0.5,
        gettext("No incident, no case, no clock:\nnothing for a call to race."),
        fontsize=22,
        ha="center",
        va="center",
        color=MUTED,
        transform=ax.transAxes,
        linespacing=1.6,
    )
    title = gettext(
        "Nothing goes wrong in world {world}, under {arm} or under {other_arm}",
        world=a.world,
        arm=a.arm,
        other_arm=b.arm,
    )
    headline(ax, title, _subtitle(a, b, cast))
    return ax


def _subtitle(a: History, b: History, cast: Cast) -> str:
    period = gettext("{day} to {other_day}", day=cast.day(a.begins), other_day=cast.day(a.horizon))
    return gettext(
        "{scenario} · world {world} · {period}",
        scenario=own_text(cast.theatre.scenario.scenario),
        world=a.world,
        period=period,
    )


# Rungs.


def _path(history: History, cast: Cast, found: Affair) -> tuple[list[int], list[int]]:
    """Return a history's rung as steps over the window."""
    times, rungs = [found.begin], [max(cast.start.levels)]
    for record in history.records:
        if isinstance(record, Runged):
            if record.time <= found.begin:
                rungs[0] = record.rung
            elif record.time <= found.end:
                times.append(record.time)
                rungs.append(record.rung)
    return [*times, found.end], [*rungs, rungs[-1]]


def _rungs(
    ax: Axes,
    pair: tuple[tuple[History, ArmStyle], ...],
    found: Affair,
    cast: Cast,
    labels: list[Label],
) -> None:
    """Draw both rung paths, with incidents below and acts on the paths."""
    ax.set_ylim(-1.25, 6.5)
    ax.set_xlim(found.begin, found.end)
    ax.set_yticks(range(7), [f"{word} {k}" for k, word in RUNGS_SHORT.items()])
    ax.tick_params(labelsize=TINY)
    for k in range(7):
        ax.axhline(k, color=FAINT, lw=0.6, zorder=0.5)
    ends: list[float] = []
    for at, (history, style) in enumerate(pair):
        times, rungs = _path(history, cast, found)
        shift = 0.09 * (1 - 2 * at)
        heights = [rung + shift for rung in rungs]
        ax.step(times, heights, where="post", color=style.colour, ls=style.dashes, lw=2.8, zorder=3)
        ends.append(heights[-1])
    for end, height, (history, style) in zip(ends, spread(ends, 0.95), pair, strict=True):
        ax.annotate(
            history.arm, (found.end, end), (1.012, height), textcoords=ax.get_yaxis_transform(),
            fontsize=SMALL, color=style.colour, va="center", fontweight="bold",
            annotation_clip=False,
        )  # fmt: skip
    _events(ax, pair, found, labels)


def _events(
    ax: Axes, pair: tuple[tuple[History, ArmStyle], ...], found: Affair, first: list[Label]
) -> None:
    """Mark incidents along the foot of the rungs and acts on the paths, with labels."""
    labels = list(first)
    boxes = [box for line in ax.get_lines() for box in _line_boxes(ax, line)]
    shown: set[int] = set()
    for history, _ in pair:
        for record in incidents_in(history, found.begin, found.end):
            if record.identity in shown:
                continue
            shown.add(record.identity)
            ax.plot(record.time, -0.65, marker="*", ms=15, color=GRAVE, mec=INK, zorder=5)
            boxes.append(marker_box(ax, record.time, -0.65, 14))
            text = incident(record.kind)
            labels.append(Label(record.time, -0.65, text, SMALL, INK, clear=9))
    acts = [_acts(history, found) for history, _ in pair]
    for at, (own, (_, style)) in enumerate(zip(acts, pair, strict=True)):
        for time, rung, act in own:
            height = rung + 0.09 * (1 - 2 * at)
            ax.plot(
                time, height, marker=style.marker, ms=9, color=style.colour, mec=PAPER, zorder=6
            )  # fmt: skip
            boxes.append(marker_box(ax, time, height, 9))
            in_both = (time, rung, act) in acts[1 - at]
            if in_both and at:
                continue
            text = ACTS[Act(act)] + (gettext(" (both)") if in_both else "")
            labels.append(Label(time, height, text, TINY, style.colour, above=True, clear=7))
    place(ax, labels, boxes)


def _line_boxes(ax: Axes, line: Line2D) -> list[Box]:
    """Return the boxes that the level stretches of a rung path take up."""
    if line.get_drawstyle() == "default":
        return []
    times, heights = line.get_data()
    points = [ax.transData.transform(point) for point in _corners(times, heights)]
    boxes = []
    for (x0, y0), (x1, y1) in pairwise(points):
        boxes.append((min(x0, x1), min(y0, y1) - 3, max(x0, x1), max(y0, y1) + 3))
    return boxes


def _corners(times: Any, heights: Any) -> list[tuple[float, float]]:
    """Return the corners of a step path."""
    corners = [(float(times[0]), float(heights[0]))]
    for time, height in zip(times[1:], heights[1:], strict=True):
        corners += [(float(time), corners[-1][1]), (float(time), float(height))]
    return corners


def _acts(history: History, found: Affair) -> list[tuple[int, int, int]]:
    """Return the affair's acts in the window as (time, rung, act)."""
    return [
        (r.time, r.rung, r.act)
        for r in history.records
        if isinstance(r, Acted) and r.root == found.root and found.begin <= r.time <= found.end
    ]


# Time.


def _time_axis(top: Axes, lanes: tuple[Axes, Axes], found: Affair, cast: Cast) -> None:
    """Give all panels the same moments, dated below the last."""
    ticks = _ticks(found, cast)
    for each in (top, *lanes):
        each.set_xticks([t for t, _ in ticks], [])
        for t, _ in ticks:
            each.axvline(t, color=FAINT, lw=0.6, zorder=0.4)
    lanes[-1].set_xticks([t for t, _ in ticks], [text for _, text in ticks])
    lanes[-1].tick_params(labelsize=TINY)


_TICK_STEPS: Final = (HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 4 * DAY)


def _ticks(found: Affair, cast: Cast) -> list[tuple[int, str]]:
    """Return round moments of a window with their dates; midnights carry the day."""
    length = found.end - found.begin
    step = next((s for s in _TICK_STEPS if length / s <= 9), 7 * DAY)
    start = cast.theatre.scenario.start
    offset = ((start.hour * 60 + start.minute) * 60 + start.second) * 1000
    first = -(-(found.begin + offset) // step) * step - offset
    ticks = []
    day = ""
    for t in range(first, found.end + 1, step):
        when = moment(start, t)
        date = short_date(when)
        text = clock_time(when) if step < DAY else ""
        text += f"\n{date}" if date != day and text else (date if date != day else "")
        ticks.append((t, text))
        day = date
    return ticks


def _parting(top: Axes, a: History, b: History, found: Affair, cast: Cast) -> list[Label]:
    """Mark where the two histories part, and return the label of the mark."""
    parts = divergence(a, b, cast)
    if parts is None or not found.begin <= parts.time <= found.end:
        return []
    top.axvline(parts.time, color=VERMILION, lw=1.6, ls=(0, (1.0, 1.5)), zorder=2)
    return [Label(parts.time, 5.7, gettext("here they part"), SMALL, VERMILION, clear=4)]


# Words.


def _words(ax: Axes, a: History, b: History, found: Affair, cast: Cast) -> None:
    """Write the message: what differs in this affair, and where the histories first part."""
    parts = divergence(a, b, cast)
    headline(ax, _message(a, b, found, cast, parts is None), _subtitle(a, b, cast))
    if parts is not None:
        told = wrap(
            gettext("They part on {first}", first=parts.first(cast)),
            152,
            max_lines=2,
            placeholder=" …",
        )
        ax.text(
            0.03, 0.866, "\n".join(told), transform=ax.transAxes, fontsize=TINY, color=MUTED,
            va="top", linespacing=1.3,
        )  # fmt: skip


def _message(a: History, b: History, found: Affair, cast: Cast, same: bool) -> str:
    """Return the message of the figure."""
    if same:
        return gettext("{arm} and {other_arm}: the same things happen", arm=a.arm, other_arm=b.arm)
    happens = [history.arm for history in (a, b) if cases_in(history, found)]
    if len(happens) == 1:
        return gettext("An affair that happens only under {happens}", happens=happens[0])
    peaks = [max(_path(history, cast, found)[1]) for history in (a, b)]
    if peaks[0] == peaks[1]:
        return gettext(
            "Rung {peaks}, {rungs_short}, is the highest under either arm",
            peaks=peaks[0],
            rungs_short=RUNGS_SHORT[peaks[0]],
        )
    return gettext(
        "Rung {peaks} ({rungs_short}) under {arm}, rung {other_peaks} "
        "({other_rungs_short}) under {other_arm}",
        peaks=peaks[0],
        rungs_short=RUNGS_SHORT[peaks[0]],
        arm=a.arm,
        other_peaks=peaks[1],
        other_rungs_short=RUNGS_SHORT[peaks[1]],
        other_arm=b.arm,
    )
