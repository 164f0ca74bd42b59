"""The columns of a master events list, by every heading they are known under.

American exercises write a master scenario events list (MSEL) for controllers; NATO and EU ones a
main events and main incidents list (MEL/MIL) for a white cell or EXCON. The columns are the same,
their headings differ. Those after the notes are this program's own: what the model must know of an
event, so that a list can be taken back into a scenario.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from sim.errors import RunError
from sim.handouts.event_times import zone_named
from sim.scenario.nearest import suggestion


class Column(NamedTuple):
    """A column: its key, its heading, other headings it goes by, and what stands in it.

    ``width`` is in characters, as a spreadsheet counts.
    """

    key: str
    heading: str
    width: int
    also: tuple[str, ...]
    holds: str


COLUMNS: Final[tuple[Column, ...]] = (
    Column(
        "number", "Number", 10,
        ("#", "no", "nr", "event number", "event no", "event #", "inject number", "inject no",
         "inject #", "inject id", "event id", "msel number", "msel no", "mel number", "mil number",
         "serial", "serial number", "serial no", "incident number", "incident no",
         "injection number"),
        "What the event is called in the room. Left empty: the next number that is free",
    ),
    Column(
        "time", "Scenario time", 22,
        ("time", "date", "date and time", "date time", "dtg", "date time group", "event time",
         "inject time", "planned time", "scheduled time", "start time", "injection time"),
        "2022-11-15 14:40 UTC, 2022-11-15 15:40 +01:00, 2022-11-15 15:40 Europe/Warsaw or "
        "151440ZNOV22; always with its zone",
    ),
    Column(
        "type", "Type", 14, ("event type", "inject type", "incident type", "injection type"),
        "What the model does with it",
    ),
    Column(
        "delivery", "Delivery", 14,
        ("delivery method", "delivery means", "method of delivery", "means of delivery", "method",
         "means", "medium", "media", "mode", "inject mode", "inject method", "inject means",
         "injection means", "how"),
        "How it reaches the room: card, telephone, e-mail, played by somebody. No run depends on "
        "it",
    ),
    Column(
        "from", "From", 10, ("sender", "originator", "simulated sender", "by", "actor"),
        "The actor who does it: the author of an incident (empty: nobody says), who alerts, who "
        "calls",
    ),
    Column(
        "to", "To", 10,
        ("recipient", "recipients", "recipient player", "receiver", "addressee", "victim",
         "target audience", "training audience", "player", "players"),
        "The actor whom an incident befalls; of news the actor whose side they go to (empty: all); "
        "of a call the other end, which follows from the channel; else empty",
    ),
    Column(
        "description", "Description", 46,
        ("event description", "inject description", "incident description", "summary", "synopsis",
         "event synopsis", "title", "message", "content", "text", "what"),
        "What happens, in words",
    ),
    Column(
        "expected", "Expected action", 30,
        ("expected actions", "expected player action", "expected outcome", "expected response",
         "expected reaction", "expected outcome of player action", "expected result",
         "anticipated response", "anticipated action", "anticipated player action"),
        "What the players are expected to do. No run depends on it",
    ),
    Column(
        "responsible", "Responsible", 16,
        ("controller", "responsible controller", "inject controller", "white cell",
         "responsible white cell", "white cell member", "excon", "excon cell", "responsible cell",
         "responsible person", "responsibility", "injector", "opr", "owner"),
        "Who brings it in. No run depends on it",
    ),
    Column(
        "notes", "Notes", 28,
        ("note", "remark", "remarks", "comment", "comments", "controller notes",
         "controller comments", "white cell notes", "excon notes"),
        "Whatever else. No run depends on it",
    ),
    Column(
        "id", "Id", 18, (),
        "The event's name in the scenario file: by it an event is found again",
    ),
    Column(
        "kind", "Kind", 18, ("incident kind", "kind of incident"),
        "Of an incident: its kind in the catalogue",
    ),
    Column(
        "cause", "Cause", 12, ("true cause",),
        "Of an incident: what it truly was, which the players do not know",
    ),
    Column(
        "blamed", "Blamed", 12, ("blamed first",),
        "Of an incident: whom the victim blames first. Left empty: the author, or the other side",
    ),
    Column(
        "near", "Near", 18, ("place", "location", "where", "position"),
        "Of an incident: an area or site, or [longitude, latitude]",
    ),
    Column(
        "severity", "Severity", 10, (),
        "Of an incident: 0 to 1. Left empty: drawn anew in every world",
    ),
    Column(
        "lasting", "Lasting", 10, ("duration", "lasts"),
        "Of an incident or an outage: a time with its unit, such as 90 min",
    ),
    Column(
        "channel", "Channel", 16, ("line",),
        "Of a call or an outage: its channel",
    ),
    Column(
        "contingency", "Contingency", 12, ("contingency inject", "on call", "reserve"),
        "yes: in hand, and takes place only when the facilitator plays it",
    ),
)  # fmt: skip

RECORDED: Final = Column(
    "actual", "Actual time", 22, (),
    "When it took place in a session. A list of a session has it; on the way back it is passed "
    "over",
)  # fmt: skip

BY_KEY: Final = {column.key: column for column in COLUMNS}
FOR_THE_ROOM: Final = 10
"""The first columns, which those who run the exercise print; the rest is for the model."""

NEEDED: Final = ("time", "description")
"""Columns without which a sheet is no events list."""

_LOOK: Final = 30
"""Rows within which the headings must stand."""

_ALIKE: Final = 0.75
"""How alike a misspelt heading is to the one it means; phase and place are less."""

_IN_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]")


def folded(heading: Any) -> str:
    """Return a heading without what people write differently: case, brackets, marks, line ends."""
    text = _IN_BRACKETS.sub(" ", str(heading)) if isinstance(heading, str) else ""
    return " ".join(re.sub(r"[.:*/_\-–]+", " ", text.casefold()).split())


_KNOWN: Final = {
    folded(name): column.key
    for column in COLUMNS
    for name in (column.key, column.heading, *column.also)
}


def zone_in(heading: str) -> tzinfo | None:
    """Return the zone that a heading such as ``Scenario time (UTC)`` gives for its column."""
    for found in _IN_BRACKETS.findall(heading):
        zone = zone_named(found)
        if zone is not None:
            return zone
    return None


def chosen(options: Iterable[str]) -> dict[str, str]:
    """Return the headings of another layout by column, from options such as ``number=Serial``.

    Raises RunError for an option that names no column, or a column or heading twice.
    """
    found: dict[str, str] = {}
    for option in options:
        name, equals, heading = option.partition("=")
        key = _KNOWN.get(folded(name))
        if not equals or not heading.strip():
            raise RunError(f'--column "{option}": must be COLUMN=HEADING, such as number=Serial')
        if key is None:
            hint = suggestion(name, BY_KEY)
            raise RunError(f'--column "{option}": "{name}" is no column of an events list. {hint}')
        if key in found:
            raise RunError(f"--column {name}: is given twice; keep one")
        if folded(heading) in map(folded, found.values()):
            raise RunError(f'--column "{option}": this heading is given to another column already')
        found[key] = heading.strip()
    return found


class Layout(NamedTuple):
    """How a sheet is laid out: where its headings stand, and which column stands where.

    ``at`` is the place of the headings among the rows given, ``columns`` the position from 0 of
    each column, ``left`` the positions of headings that are none, ``twice`` those of headings that
    name a column another one names already, ``passed`` those that are to be passed over.
    """

    at: int
    columns: dict[str, int]
    headings: dict[str, str]
    left: dict[int, str]
    twice: dict[int, str]
    passed: frozenset[int] = frozenset()


def _keyed(row: list[Any], mapped: Mapping[str, str]) -> dict[int, str]:
    """Return the column that each heading of a row names."""
    own = {folded(heading): key for key, heading in mapped.items()}
    known = {name: key for name, key in _KNOWN.items() if key not in mapped} | own
    return {at: known[folded(cell)] for at, cell in enumerate(row) if folded(cell) in known}


def layout(
    rows: list[list[Any]], mapped: Mapping[str, str], leave_out: Iterable[str] = ()
) -> Layout | None:
    """Return how rows are laid out by the one that names most columns, None if none names two.

    ``mapped`` are headings of another layout by column, ``leave_out`` headings to pass over.
    """
    counted = [len(set(_keyed(row, mapped).values())) for row in rows[:_LOOK]]
    if max(counted, default=0) < 2:
        return None
    at = counted.index(max(counted))
    heads = {place: str(cell) for place, cell in enumerate(rows[at]) if cell not in (None, "")}
    out = {folded(heading) for heading in (*leave_out, RECORDED.heading)}
    passed = frozenset(place for place, head in heads.items() if folded(head) in out)
    columns: dict[str, int] = {}
    twice: dict[int, str] = {}
    for place, key in _keyed(rows[at], mapped).items():
        if place in passed:
            continue
        if key in columns:
            twice[place] = key
        else:
            columns[key] = place
    taken = {*columns.values(), *twice, *passed}
    left = {place: head for place, head in heads.items() if place not in taken}
    headings = {key: heads[place] for key, place in columns.items()}
    return Layout(at, columns, headings, left, twice, passed)


def meant(heading: str) -> str:
    """Return the key of the column that an unknown heading most likely means, or nothing."""
    found = get_close_matches(folded(heading)[:80], _KNOWN, n=1, cutoff=_ALIKE)
    return _KNOWN[found[0]] if found else ""
