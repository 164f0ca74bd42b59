"""Worlds told as two histories side by side, for a page: which, why these, and what happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from sim.crisis import Stage
from sim.language import gettext
from sim.language import gettext_noop as N_
from sim.show.abreast import Abreast, abreast
from sim.show.affair import Affair, affair
from sim.show.closing import arm_name
from sim.show.divergence import no_difference
from sim.show.entries import TONES, Entry
from sim.show.words import arm_words, counted, moment, sentence
from sim.study.reopening import lives_as_kept
from sim.study.telling_world import (
    Told,
    helped_world,
    peak_change,
    telling_arm,
    worsened_world,
)

if TYPE_CHECKING:
    from sim.api import Comparison

SHORT: Final = 40
"""Moments up to which a story is told at once."""
FIRST: Final = 4
"""Moments after the parting that are told at once of a longer one, beside its main affair."""
FEW: Final = 3
"""Moments that are not worth folding away."""


class Moment(NamedTuple):
    """One moment of a story: when, and what is told of either history; equal texts are shared.

    ``stamp`` is the time as machines read it. A history in which nothing is told has no text.
    """

    stamp: str
    hour: str
    kinds: tuple[str, str]
    texts: tuple[str, str]

    @property
    def shared(self) -> bool:
        """Whether both histories have it."""
        return self.texts[0] == self.texts[1] and self.kinds[0] == self.kinds[1]


class Day(NamedTuple):
    """The moments of one day."""

    date: str
    moments: tuple[Moment, ...]


class Stretch(NamedTuple):
    """A stretch of a story; one with a ``fold``, which says what is in it, is folded away."""

    fold: str
    days: tuple[Day, ...]


class Story(NamedTuple):
    """A world told as two histories: heading, why it was chosen, and what happens.

    ``parting`` says where the two part and why; without it they never do. ``untold`` says instead
    why there is no story.
    """

    name: str
    world: int
    heading: str
    why: str
    arms: tuple[str, str]
    titles: tuple[str, str]
    past: str
    parting: str
    stretches: tuple[Stretch, ...]
    ends: tuple[list[str], list[str]]
    untold: str = ""


_RULE: Final = N_(
    "It was chosen by a rule and not by hand: the largest change of the highest "
    "rung, under the first arm that changes any; the first such world."
)
_RULE_PARTED: Final = N_(
    "No arm changes the highest rung of any world. By a rule and not by hand "
    "this is the world whose histories part earliest."
)
_RULE_SAME: Final = N_(
    "No two histories of any world differ but in their talk. By a rule and not "
    "by hand this is the world with the most incidents."
)
_OTHER_VERSION: Final = N_(
    "This version of the program, or this machine, lives through the world "
    "otherwise than the one that wrote the result, so its story cannot be told "
    "here. The estimates are those of the result."
)


def stories(found: Comparison) -> tuple[tuple[Story, ...], str]:
    """Return the worlds to tell, and a sentence on what cannot be told for want of such a world.

    The first is the one that tells most. The second is one that an arm made worse; where the first
    is such a world already, one that an arm made better.
    """
    world = found.telling_world
    arm = telling_arm(found, world)
    if arm is None:
        return (), gettext(
            "Only one arm was lived through, so no two histories can be set side by side."
        )
    first = Told(world, arm)
    change = peak_change(found, first)
    told = [_story(found, first, "story-1", _heading(first, change), _why(found, first, change))]
    second = helped_world(found) if change > 0 else worsened_world(found)
    if second is None:
        done = gettext("lowers") if change > 0 else gettext("raises")
        missing = gettext(
            "No arm {done} the highest rung in any of {worlds}",
            done=done,
            worlds=counted(found.worlds, "world"),
        )
        if change > 0:
            return tuple(told), sentence(missing)
        return tuple(told), gettext(
            "{missing}: there is no world to tell in which one made it worse.", missing=missing
        )
    moved = peak_change(found, second)
    way = gettext("rise") if moved > 0 else gettext("fall")
    why = gettext(
        "By a rule and not by hand this is the greatest {way} of the highest rung "
        "under any arm, the first of them. {heights}",
        way=way,
        heights=_heights(found, second),
    )
    told.append(_story(found, second, "story-2", _heading(second, moved), why))
    return tuple(told), ""


def _heading(told: Told, change: int) -> str:
    if change == 0:
        return gettext("World {world}, with and without the line", world=told.world)
    way = gettext("worse") if change > 0 else gettext("better")
    return gettext(
        "World {world}, in which it went {way} under {arm}", world=told.world, way=way, arm=told.arm
    )


def _why(found: Comparison, told: Told, change: int) -> str:
    if change != 0:
        return f"{gettext(_RULE)} {_heights(found, told)}"
    parted = any((found.column(arm, "diverged_ms") >= 0).any() for arm in found.others)
    return gettext(_RULE_PARTED if parted else _RULE_SAME)


def _heights(found: Comparison, told: Told) -> str:
    """Return the highest rungs of a world under its two arms."""
    row = found.column(found.reference, "world").tolist().index(told.world)
    base, other = (
        int(found.column(arm, f"{found.prefix}peak")[row]) for arm in (found.reference, told.arm)
    )
    what = gettext("After the given incident it came") if found.given else gettext("It came")
    return gettext(
        "{what} to rung {base} without the line and to rung {other} under {arm}.",
        what=what,
        base=base,
        other=other,
        arm=told.arm,
    )


def _story(found: Comparison, told: Told, name: str, heading: str, why: str) -> Story:
    arms = (found.reference, told.arm)
    titles = (arm_words(found.scenario, arms[0]), arm_words(found.scenario, arms[1]))
    if not lives_as_kept(found, told.world, arms):
        empty: tuple[list[str], list[str]] = ([], [])
        return Story(
            name, told.world, heading, why, arms, titles, "", "", (), empty, gettext(_OTHER_VERSION)
        )
    one = found.played(arms[0], told.world)
    pair = one.history, one.under(arms[1]).history
    side = abreast(*pair, one.stage)
    titles = (arm_name(pair[0], side.cast), arm_name(pair[1], side.cast))
    if side.parts is None:
        return Story(
            name, told.world, heading, why, arms, titles, no_difference(*pair), "", (),
            side.ends,
        )  # fmt: skip
    parting = gettext("They part on {cast}", cast=side.parts.sentence(side.cast))
    stretches = tuple(_stretches(side, affair(*pair), one.stage))
    return Story(
        name, told.world, heading, why, arms, titles, side.past, parting, stretches, side.ends
    )


def _stretches(side: Abreast, main: Affair | None, stage: Stage) -> Iterator[Stretch]:
    """Yield a story in stretches; of a long one only the parting and the main affair stand open.

    The main affair is the one the timeline draws: that of those that differ which rose highest.
    """
    rows = side.rows
    shown = [
        len(rows) <= SHORT or at < FIRST or main is None or main.begin <= _time(row) <= main.end
        for at, row in enumerate(rows)
    ]
    spans = [(key, [at for at, _ in group]) for key, group in groupby(enumerate(shown), _second)]
    for key, span in spans:
        if not key and len(span) <= FEW:
            for at in span:
                shown[at] = True
    for key, group in groupby(enumerate(rows), lambda row: shown[row[0]]):
        found = tuple(row for _, row in group)
        first, last = (side.cast.day(_time(found[at])) for at in (0, -1))
        when = first if first == last else gettext("{first} to {last}", first=first, last=last)
        fold = (
            ""
            if key
            else gettext("{moments} more, {when}", moments=counted(len(found), "moment"), when=when)
        )
        yield Stretch(fold, _days(side, found, stage))


def _second(row: tuple[int, bool]) -> bool:
    return row[1]


_Row = tuple[Entry | None, Entry | None]


def _days(side: Abreast, rows: tuple[_Row, ...], stage: Stage) -> tuple[Day, ...]:
    """Return rows under the days they belong to."""
    start = stage.theatre.scenario.start
    return tuple(
        Day(date, tuple(_moment(side, row, start) for row in group))
        for date, group in groupby(rows, key=lambda row: side.cast.day(_time(row)))
    )


def _time(row: _Row) -> int:
    entry = row[0] or row[1]
    assert entry is not None
    return entry.time


def _moment(side: Abreast, row: _Row, start: datetime) -> Moment:
    time = _time(row)
    when = moment(start, time).astimezone(UTC)
    kinds = tuple("" if entry is None else TONES[entry.tone] for entry in row)
    texts = tuple("" if entry is None else entry.text for entry in row)
    return Moment(
        f"{when:%Y-%m-%dT%H:%MZ}", side.cast.hour(time), (kinds[0], kinds[1]), (texts[0], texts[1])
    )
