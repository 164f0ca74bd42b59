"""Calls against the clocks: one lane of a timeline for each arm.

Every case has its clock as a bar from its opening to its deadline, and below it the calls about
it, each step of a call in its own colour and hatch.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sim.crisis import History
from sim.language import gettext
from sim.language import gettext_noop as N_
from sim.records import NEVER, Called, CallEnd
from sim.show.affair import Affair, cases_in
from sim.show.call_story import wanted_at
from sim.show.casebook import CaseStory, cases_of
from sim.show.cast import Cast
from sim.show.style import (
    INK,
    LABEL,
    MUTED,
    PAPER,
    SMALL,
    TINY,
    ArmStyle,
    figure_of,
    text_size,
)
from sim.show.words import CALL_ENDS_SHORT, span

_CALLS_SHOWN: Final = 4  # per arm; the rest is counted
_LEAST_ROWS, _ROWS = 3, 8  # fewer look like slabs, more no longer fit
STEPS: Final = (
    (N_("authorise"), "#f0f0f0", "..."),
    (N_("wait"), "#ffffff", ""),
    (N_("ring"), "#bdd7e7", ""),
    (N_("hunt"), "#fdbe85", "///"),
    (N_("talk"), "#3182bd", ""),
    (N_("relay"), "#9e9ac8", "\\\\\\"),
)
"""Steps of a call with their colour and hatch, in order."""


def draw_lane(
    ax: Axes, history: History, style: ArmStyle, found: Affair, cast: Cast, numbers: dict[int, int]
) -> None:
    """Draw the clocks of an arm's cases and the calls about them."""
    ax.set_xlim(found.begin, found.end)
    stories = cases_of(history)
    cases = [stories[case] for case in cases_in(history, found)]
    rows: list[tuple[CaseStory, Called | None]] = []
    left_out = 0
    for story in cases:
        rows.append((story, None))
        calls = _important(story, found)
        room = max(0, _CALLS_SHOWN - sum(call is not None for _, call in rows))
        rows += [(story, call) for call in calls[:room]]
        left_out += len(calls) - len(calls[:room])
    left_out += len(rows[_ROWS:])
    rows = rows[:_ROWS]
    ax.set_ylim(max(len(rows), _LEAST_ROWS) + 0.1, -0.1)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    for at, (story, call) in enumerate(rows):
        if call is None:
            _clock(ax, at, story, found, numbers, cast)
        else:
            _call(ax, at, call, story, found, cast)
    if not rows:
        ax.text(
            0.5,
            0.5,
            gettext("this affair does not happen here"),
            transform=ax.transAxes,
            ha="center",
            va="center",
            fontsize=LABEL,
            color=MUTED,
        )
    text = (
        gettext("{arm}\nand {left_out} more", arm=history.arm, left_out=left_out)
        if left_out
        else history.arm
    )
    ax.text(
        -0.012, 0.5, text, transform=ax.transAxes, ha="right", va="center", fontsize=SMALL,
        color=style.colour, fontweight="bold", linespacing=1.3,
    )  # fmt: skip


def _important(story: CaseStory, found: Affair) -> list[Called]:
    """Return the calls about a case in the window, those that got through first."""
    calls = [c for c in story.calls if wanted_at(c) < found.end and c.end != CallEnd.SERVED]
    return sorted(calls, key=lambda c: (c.end != CallEnd.THROUGH, c.time))


def _clock(
    ax: Axes, at: int, story: CaseStory, found: Affair, numbers: dict[int, int], cast: Cast
) -> None:
    """Draw the clock of a case as a bar from its opening to its deadline."""
    deadline = story.deadline(found.end)
    ax.broken_barh(
        [(story.opened, max(deadline - story.opened, 1))], (at + 0.22, 0.56), facecolor="#e4e4e4",
        edgecolor=INK, lw=1.0, zorder=2,
    )  # fmt: skip
    ax.plot([deadline] * 2, [at + 0.05, at + 0.95], color=INK, lw=2.6, zorder=4)
    has = span(deadline - story.opened)
    text = gettext(
        "case {numbers}: {actor} has {has} to answer",
        numbers=numbers[story.identity],
        actor=cast.actor(story.victim),
        has=has,
    )
    _beside(ax, at, story.opened, deadline, text, found)


def _call(ax: Axes, at: int, call: Called, story: CaseStory, found: Affair, cast: Cast) -> None:
    """Draw the steps of a call, and whether it won the race."""
    last = wanted_at(call)
    for step, begin, end in steps_of(call):
        _, colour, hatch = STEPS[step]
        ax.broken_barh(
            [(begin, end - begin)], (at + 0.28, 0.44), facecolor=colour, edgecolor=MUTED,
            hatch=hatch, lw=0.7, zorder=3,
        )  # fmt: skip
        last = end
    verdict = _verdict(call, story)
    name = (
        gettext("statement") if cast.is_public(call.channel) else _short(cast.channel(call.channel))
    )
    _beside(ax, at, wanted_at(call), last, f"{name}: {verdict}", found)


def steps_of(call: Called) -> list[tuple[int, int, int]]:
    """Return the steps a call went through: which, from when, until when; none without length.

    Of a call that did not get through only its authorisation and its wait are told apart.
    """
    moments = [
        wanted_at(call), call.authorised, call.ringing, call.answered, call.right_person,
        call.ended, call.relayed,
    ]  # fmt: skip
    if call.end != CallEnd.THROUGH:
        moments = [wanted_at(call), call.authorised, call.time]
    return [
        (step, begin, end)
        for step, (begin, end) in enumerate(pairwise(moments))
        if NEVER not in (begin, end) and end > begin
    ]


def _verdict(call: Called, story: CaseStory) -> str:
    """Return in a few words what became of a call."""
    if call.end != CallEnd.THROUGH:
        return CALL_ENDS_SHORT[CallEnd(call.end)]
    message = next((m for m in story.messages if m.call == call.identity), None)
    deadline = story.answered if story.answered != NEVER else story.deadline(call.relayed)
    if call.relayed <= deadline:
        return gettext("in time by {deadline}", deadline=span(deadline - call.relayed))
    late = gettext("too late by {relayed}", relayed=span(call.relayed - deadline))
    return late if message is None or not message.in_time else gettext("in time")


def _short(name: str) -> str:
    """Return a channel's name without what stands in brackets."""
    return name.split(" (")[0]


def _beside(ax: Axes, at: int, begin: int, end: int, text: str, found: Affair) -> None:
    """Write a text right of a bar where there is room, else left of it, else on it."""
    pixels = ax.get_window_extent().width / (found.end - found.begin)
    width = text_size(text, TINY, figure_of(ax).dpi)[0] / pixels
    gap = 8 / pixels
    begin, end = max(begin, found.begin), min(end, found.end)
    ground = {}
    if end + gap + width <= found.end:
        x = end + gap
    elif begin - gap - width >= found.begin:
        x = begin - gap - width
    else:
        x = max(found.begin + gap, (begin + end - width) / 2)
        ground = {"bbox": {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5}}
    ax.text(
        x, at + 0.5, text, fontsize=TINY, color=INK, va="center", ha="left", zorder=6, **ground
    )  # fmt: skip


def draw_step_key(ax: Axes) -> None:
    """Draw the key of the steps of a call in one row."""
    left, bottom, width = 0.155, 0.048, 0.105
    for at, (name, colour, hatch) in enumerate(STEPS):
        x = left + at * width
        ax.add_patch(_swatch(ax, x, bottom, colour, hatch))
        ax.text(
            x + 0.036,
            bottom + 0.011,
            gettext(name),
            transform=ax.transAxes,
            fontsize=SMALL,
            color=INK,
            va="center",
        )
    ax.text(
        left - 0.012,
        bottom + 0.011,
        gettext("a call's steps:"),
        transform=ax.transAxes,
        fontsize=SMALL,
        color=MUTED,
        va="center",
        ha="right",
    )


def _swatch(ax: Axes, x: float, y: float, colour: str, hatch: str) -> Rectangle:
    """Return a piece of a bar for the key."""
    return Rectangle(
        (x, y), 0.03, 0.022, transform=ax.transAxes, facecolor=colour, edgecolor=MUTED, hatch=hatch,
        lw=0.7,
    )  # fmt: skip
