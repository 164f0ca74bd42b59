"""A scenario's injects as a master events list, for those who run the exercise by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Final, NamedTuple

from sim.errors import RunError
from sim.handouts.csv_sheets import csv_text
from sim.handouts.event_columns import COLUMNS, RECORDED, chosen
from sim.handouts.event_numbers import counted
from sim.handouts.event_rows import Cells, cells_of, in_order, words_of
from sim.handouts.event_times import shown
from sim.scenario import Scenario
from sim.scenario.checks import PLACEABLE
from sim.scenario.kinds import INCIDENT_KINDS
from sim.study.folder import place

SUFFIXES: Final = (".xlsx", ".csv")


class Recorded(NamedTuple):
    """What became of an inject in a session: when it took place, if it did, and its words."""

    at: datetime | None
    text: str


_TYPES: Final = {
    "incident": "something goes wrong between the two sides",
    "alert": "an actor displays force",
    "nuclear alert": "the same with nuclear forces",
    "gesture": "an actor lowers tension",
    "call": "a call takes place on a channel",
    "outage": "a channel is down",
    "news": "something is reported, to one side or to all",
}
_CAUSES: Final = {
    "accident": "nobody meant it",
    "assertive": "meant, but not meant to harm",
    "hostile": "meant to harm",
    "not_theirs": "done by a third party, or by the victim's own side",
}


def rows_of(scenario: Scenario, zone: tzinfo = UTC) -> list[Cells]:
    """Return the injects of a scenario as rows of a list, in order of time."""
    injects = in_order(scenario.injects)
    words = words_of(scenario)
    numbers = counted([inject.room.number if inject.room else None for inject in injects])
    return [
        cells_of(inject, number, words, zone)
        for inject, number in zip(injects, numbers, strict=True)
    ]


def list_bytes(
    scenario: Scenario,
    suffix: str,
    zone: tzinfo = UTC,
    columns: Iterable[str] = (),
    recorded: Sequence[Recorded] | None = None,
) -> bytes:
    """Return a scenario's injects as a workbook (``.xlsx``) or CSV (``.csv``).

    Times are shown in ``zone``, and with it. ``columns`` are options such as ``number=Serial``,
    for lists with other headings. The headings stand in the first row. ``recorded`` says of a
    session what became of each inject, in the order of the list.
    """
    headings = {column.key: column.heading for column in COLUMNS} | chosen(columns)
    rows = rows_of(scenario, zone)
    if recorded is not None:
        first, *others = headings.items()
        time, *others = others
        headings = dict((first, time, (RECORDED.key, RECORDED.heading), *others))
        for row, came in zip(rows, recorded, strict=True):
            row[RECORDED.key] = "" if came.at is None else shown(came.at, zone)
            row["description"] = came.text
    if suffix == ".csv":
        table = [list(headings.values()), *([row[key] for key in headings] for row in rows)]
        return csv_text(table).encode("utf-8-sig")
    from sim.handouts.workbook_writing import workbook_bytes

    return workbook_bytes(scenario.scenario, scenario.start, headings, rows, _choices(scenario))


def _choices(scenario: Scenario) -> dict[str, dict[str, str]]:
    """Return what may be chosen in a column and what it means, by column."""
    words = words_of(scenario)
    actors = dict(words.actors)
    blocs = {name: actors[name] for name, actor in scenario.actors.items() if actor.bloc}
    return {
        "type": _TYPES,
        "from": actors,
        "to": blocs,
        "kind": {name: INCIDENT_KINDS[name].title for name in PLACEABLE},
        "cause": _CAUSES,
        "blamed": blocs,
        "near": dict(words.places),
        "channel": dict(words.channels),
        "contingency": {"yes": "in hand, until the facilitator plays it"},
    }


def export(scenario: Scenario, out: Path, zone: tzinfo = UTC, columns: Iterable[str] = ()) -> None:
    """Write a scenario's injects as a list, as a workbook or CSV by the name of the file.

    Raises RunError for any other name, ResultsError where it cannot be written.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise RunError(f"{out}: must end in {' or '.join(SUFFIXES)}")
    content = list_bytes(scenario, out.suffix.lower(), zone, columns)
    place(out, lambda beside: beside.write_bytes(content))
