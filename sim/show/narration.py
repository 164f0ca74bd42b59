"""A history as a story a person can follow, and two histories of one world side by side.

The text reads well without colour; ``printed`` adds colour where there is a terminal. Only records
are read.
"""

from __future__ import annotations

import shutil
import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.text import Text

from sim.crisis import History
from sim.language import gettext
from sim.records import CallEnd, Contacted, Noticed, Record, Struck, Tested
from sim.scenario.quantities import DAY
from sim.show.abreast import Abreast, abreast
from sim.show.casebook import numbered
from sim.show.cast import Cast
from sim.show.closing import arm_name, closing, header
from sim.show.divergence import Divergence, divergence, no_difference
from sim.show.entries import Entry, Tone, is_quiet
from sim.show.telling import Teller
from sim.show.words import counted, listed, own_text, sentence

if TYPE_CHECKING:
    from sim.crisis import Stage

WIDTH: Final = 110
"""Columns of a narration where no terminal says otherwise."""

_MARGIN: Final = 18  # "  03:10  INCIDENT " is followed by the text
_GUTTER: Final = " │ "

_COLOURS: Final = {
    Tone.INCIDENT: "bold red",
    Tone.INJECT: "bold magenta",
    Tone.CALL: "cyan",
    Tone.ACT: "bold yellow",
    Tone.RUNG: "bold",
    Tone.REPORT: "green",
    Tone.CLOCK: "blue",
    Tone.MARK: "reverse",
}


def narrate(
    history: History,
    stage: Stage,
    *,
    pair: History | None = None,
    seat: int | None = None,
    width: int = WIDTH,
) -> list[str]:
    """Return one history as lines of text.

    With ``pair``, another arm's history of the same world, the line where they part is marked.
    With ``seat``, a bloc's row, only what that bloc learns is told, when it learns it, and nothing
    of what is true beyond it.
    """
    cast = Cast(stage)
    numbers = numbered(history) if pair is None else numbered(history, pair)
    teller = Teller(history, cast, numbers, seat)
    parts = None if pair is None else divergence(history, pair, cast)
    lines = [line for part in header(history, cast) for line in textwrap.wrap(part, width)]
    if pair is not None and parts is None:
        lines += textwrap.wrap(no_difference(history, pair), width)
    lines += _told(teller, cast, parts, width)
    if seat is None:
        lines += ["", gettext("What came of it")]
        for part in closing(history, cast):
            lines += textwrap.wrap(part, width, initial_indent="  ", subsequent_indent="  ")
    return lines


def _told(teller: Teller, cast: Cast, parts: Divergence | None, width: int) -> list[str]:
    """Return the entries under the days they belong to, with the quiet between them counted."""
    lines: list[str] = []
    quiet: list[Record] = []
    day = ""
    marked = parts is None
    for time, record, entry in teller.entries():
        if is_quiet(record):
            quiet.append(record)
        if entry is None:
            continue
        if parts is not None and not marked and time >= parts.time:
            lines += [
                "",
                *_wrapped(
                    Tone.MARK,
                    "",
                    gettext("Here the two histories part: {cast}", cast=parts.sentence(cast)),
                    width,
                ),
            ]
            marked, day = True, ""
        if cast.day(entry.time) != day:
            lines += _meanwhile(quiet, width)
            quiet.clear()
            day = cast.day(entry.time)
            lines += ["", day]
        lines += _wrapped(entry.tone, cast.hour(entry.time), entry.text, width)
    lines += _meanwhile(quiet, width)
    return lines if lines else ["", gettext("Nothing worth telling happens.")]


def _wrapped(tone: Tone, hour: str, text: str, width: int) -> list[str]:
    """Return an entry as lines, its words aligned behind the margin."""
    margin = f"  {hour:5}  {tone.value}"
    return textwrap.wrap(
        text,
        width,
        initial_indent=f"{margin:<{_MARGIN}}",
        subsequent_indent=" " * _MARGIN,
        break_on_hyphens=False,
    )


def _meanwhile(quiet: list[Record], width: int) -> list[str]:
    """Return what was only counted since the last day told, if anything was."""
    text = _quiet_words(quiet)
    if not text:
        return []
    days = (quiet[-1].time - quiet[0].time) // DAY
    over = gettext(" over {days} d", days=days) if days > 1 else ""
    indent = " " * _MARGIN
    return textwrap.wrap(
        sentence(gettext("besides{over}: {text}", over=over, text=text)),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
    )


def _quiet_words(quiet: list[Record]) -> str:
    counts = Counter(type(record) for record in quiet)
    parts = []
    if counts[Contacted]:
        parts.append(counted(counts[Contacted], "routine contact"))
    if counts[Struck]:
        parts.append(counted(counts[Struck], "salvo") + gettext(" near critical sites"))
    if counts[Noticed]:
        lost = sum(isinstance(r, Noticed) and r.end != CallEnd.THROUGH for r in quiet)
        vain = gettext(" ({lost} in vain)", lost=lost) if lost else ""
        parts.append(counted(counts[Noticed], "notice") + vain)
    if counts[Tested]:
        failed = sum(isinstance(r, Tested) and not r.answered for r in quiet)
        answers = gettext(" ({failed} unanswered)", failed=failed) if failed else ""
        parts.append(counted(counts[Tested], "test call") + answers)
    return listed(parts)


# Two arms side by side.


def narrate_pair(a: History, b: History, stage: Stage, width: int | None = None) -> list[str]:
    """Return two histories of one world side by side, from where they part.

    ``width`` is the terminal's when not given, 110 columns where there is none.
    """
    columns = width or shutil.get_terminal_size((WIDTH, 24)).columns
    told = abreast(a, b, stage)
    cast, parts = told.cast, told.parts
    scenario = cast.theatre.scenario
    lines = [
        gettext(
            "{scenario} · world {world} · seed {seed}",
            scenario=own_text(scenario.scenario),
            world=a.world,
            seed=a.seed,
        ),
        own_text(scenario.question),
    ]
    lines += [
        gettext(
            "left: {arm_name} · right: {other_arm_name}",
            arm_name=arm_name(a, cast),
            other_arm_name=arm_name(b, cast),
        )
    ]
    if parts is None:
        body = [no_difference(a, b), "", gettext("What came of it, in both"), *told.ends[0]]
        return [line for part in lines + body for line in textwrap.wrap(part, columns) or [""]]
    lines += ["", told.past, "", gettext("They part on {cast}", cast=parts.sentence(cast))]
    head = [line for part in lines for line in textwrap.wrap(part, columns) or [""]]
    return head + _side_by_side((a.arm, b.arm), told, columns)


def _side_by_side(arms: tuple[str, str], told: Abreast, width: int) -> list[str]:
    """Return the entries of two histories in two columns, what both share across them."""
    column = (width - len(_GUTTER)) // 2
    cast = told.cast
    lines = _row([arms[0]], [arms[1]], column)
    lines += _row(["─" * column], ["─" * column], column)
    day = ""
    for ours, theirs in told.rows:
        entry = ours or theirs
        assert entry is not None
        if cast.day(entry.time) != day:
            day = cast.day(entry.time)
            lines += ["", f"{day} ".ljust(width, "·")]
        if ours == theirs:
            text = gettext("{text} (In both.)", text=entry.text)
            lines += _wrapped(entry.tone, cast.hour(entry.time), text, width)
        else:
            lines += _row(_cell(ours, cast, column), _cell(theirs, cast, column), column)
    lines += _row([gettext("What came of it")], [gettext("What came of it")], column)
    ends = [
        [line for part in sentences for line in textwrap.wrap(part, column)]
        for sentences in told.ends
    ]
    return lines + _row(ends[0], ends[1], column)


def _cell(entry: Entry | None, cast: Cast, column: int) -> list[str]:
    if entry is None:
        return []
    return textwrap.wrap(
        f"{cast.hour(entry.time)} {entry.tone.value}: {entry.text}",
        column,
        subsequent_indent="  ",
        break_on_hyphens=False,
    )


def _row(left: list[str], right: list[str], column: int) -> list[str]:
    """Return two cells abreast, the shorter one filled up."""
    height = max(len(left), len(right))
    ours = left + [""] * (height - len(left))
    theirs = right + [""] * (height - len(right))
    return [f"{a:<{column}}{_GUTTER}{b}".rstrip() for a, b in zip(ours, theirs, strict=True)]


# Colour.


def printed(lines: list[str], console: Console | None = None) -> None:
    """Print a narration, with colour where the console has any."""
    out = console or Console(highlight=False, soft_wrap=True)
    tone: Tone | None = None
    for number, line in enumerate(lines):
        tone = _tone(line, tone)
        style = "bold" if number == 0 else _COLOURS.get(tone, "") if tone else ""
        out.print(Text(line, style=style), soft_wrap=True)


def _tone(line: str, before: Tone | None) -> Tone | None:
    """Return the tone of a line: its own margin's, or for a continued line the last one's."""
    if line.startswith(" " * _MARGIN):
        return before
    words = line[:_MARGIN].split()
    return next((tone for tone in Tone if tone.value in words), None)
