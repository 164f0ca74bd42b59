"""A master events list back into a scenario: its injects as the list has them, the rest untouched.

A row is the event it was by its id; where a list has none, by time and description. What a list
has no column for stays as it was in the file. Nothing is written while anything is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import Problem, ScenarioError, SheetError
from sim.handouts.event_columns import BY_KEY, chosen
from sim.handouts.event_lists import EventList, Listed, read_list
from sim.handouts.event_numbers import counted, kept
from sim.handouts.event_rows import (
    Cells,
    Words,
    cells_of,
    in_order,
    order_of,
    overlaid,
    paths_of,
    values_of,
    words_of,
)
from sim.handouts.yaml_edits import Addition, Change, edited
from sim.scenario import Scenario, content_hash
from sim.scenario.complaints import MISSING, value_at
from sim.scenario.files import read_file
from sim.scenario.loading import examined
from sim.scenario.models import Inject
from sim.scenario.places import Places, Reading, Steps, shown
from sim.scenario.reading import read_values


class Known(NamedTuple):
    """An inject of the file by its row there, as a list shows it and as a list gives it back."""

    row: int
    inject: Inject
    cells: Cells
    values: dict[str, Any]

    @property
    def number(self) -> str | None:
        """The number in the room that the file gives, None where it is counted."""
        return self.inject.room.number if self.inject.room is not None else None


class Taken(NamedTuple):
    """A row of the list as an inject, with the inject of the file that it was."""

    row: int
    values: dict[str, Any]
    was: Known | None


class Imported(NamedTuple):
    """A scenario with a list's events: its text, and what became of its injects.

    ``changed`` holds the headings of what changed, by the event's name; ``added`` and ``removed``
    are names.
    """

    text: str
    scenario: Scenario
    kept: int
    changed: dict[str, list[str]]
    added: list[str]
    removed: list[str]


def imported(
    sheet: Path,
    into: Path,
    columns: Iterable[str] = (),
    leave_out: Sequence[str] = (),
    zone: tzinfo | None = None,
    named: str | None = None,
) -> Imported:
    """Return a scenario with the events of a list in place of its injects.

    ``columns`` are options such as ``number=Serial``, ``leave_out`` headings to pass over,
    ``zone`` that of times which say none, and ``named`` the sheet of a workbook with several.
    Raises ScenarioError or SheetError with everything wrong with the file, or with the list.
    """
    reading = read_file(into)
    base, problems = examined(reading)
    if base is None:
        raise ScenarioError([problem for problem in problems if not problem.warning])
    listed = read_list(sheet, chosen(columns), leave_out, named)
    words = words_of(base)
    known = _known(reading, words)
    problems = list(listed.problems)
    if known and not listed.rows and not problems:
        rule = f"holds no events, and {into} has {len(known)}"
        hint = f"To take them all out, delete injects: in {into}"
        raise SheetError([Problem(str(sheet), 0, 0, "", "", rule, hint)])
    taken = _taken(listed, known, words, listed.zone or zone, problems)
    _check(listed, taken, reading, problems)
    if problems:
        problems.sort(key=lambda problem: (problem.line, problem.column))
        raise SheetError(dict.fromkeys(problems))
    return _written(listed, _numbered(taken), known, reading)


def _known(reading: Reading, words: Words) -> list[Known]:
    """Return the injects of a file that has been found sound, in the order of the file."""
    rows = reading.values.get("injects") or []
    injects = [Inject.model_validate(row) for row in rows]
    places = {id(inject): row for row, inject in enumerate(injects)}
    ordered = in_order(injects)
    numbers = counted([inject.room.number if inject.room else None for inject in ordered])
    found = []
    for inject, number in zip(ordered, numbers, strict=True):
        cells = cells_of(inject, number, words)
        found.append(Known(places[id(inject)], inject, cells, values_of(cells, words)[0]))
    return sorted(found)


def _taken(
    listed: EventList,
    known: list[Known],
    words: Words,
    zone: tzinfo | None,
    problems: list[Problem],
) -> list[Taken]:
    """Return the rows of a list as injects, noting what is wrong with their cells."""
    was = _matched(listed.rows, known, words, zone)
    found: list[Taken] = []
    for at, row in enumerate(listed.rows):
        one = was.get(at)
        cells = row.cells if one is None else _overlaid(one, row.cells)
        if one is None and not any(_said(cells, key) for key in _TOLD):
            key = next(key for key in listed.layout.columns if _said(cells, key))
            rule = "is no event: the row has neither time nor type nor description"
            problems.append(listed.problem(row.number, key, rule, "Take it out of the list"))
            continue
        values, faults = values_of(cells, words, zone)
        problems += [
            listed.problem(row.number, fault.key, fault.rule, fault.hint, fault.value)
            for fault in faults
        ]
        found.append(Taken(row.number, values, one))
    problems += _twice(listed, found)
    return found


_TOLD = ("time", "type", "description")
"""What makes a row an event."""


def _said(cells: Cells, key: str) -> bool:
    return cells.get(key) is not None and bool(str(cells[key]).strip())


def _overlaid(one: Known, row: Cells) -> Cells:
    """Return a row with what the file says in the columns that a sheet has not."""
    return overlaid(one.cells | {"number": one.number or ""}, row)


def _matched(
    rows: Sequence[Listed], known: list[Known], words: Words, zone: tzinfo | None
) -> dict[int, Known]:
    """Return which inject of the file each row was: by id, by time and description, by number.

    The number tells only events without an id apart, in a list that has ids.
    """
    given = [values_of(row.cells, words, zone)[0] for row in rows]
    found: dict[int, Known] = {}
    for name in (_by_id, _by_words, _by_number):
        rows_found = {one.row for one in found.values()}
        free = {
            key: one
            for one in known
            if one.row not in rows_found and (key := name(one.values, "")) is not None
        }
        for at, values in enumerate(given):
            key = name(values, rows[at].cells.get("id", None))
            if at not in found and key is not None and key in free:
                found[at] = free.pop(key)
    return found


def _by_id(values: Mapping[str, Any], cell: Any) -> Any:
    return values.get("id")


def _by_words(values: Mapping[str, Any], cell: Any) -> Any:
    return (values.get("at"), values.get("title")) if "at" in values else None


def _by_number(values: Mapping[str, Any], cell: Any) -> Any:
    ids = "id" in values or cell is None
    return None if ids else value_at(values, ("room", "number"))


_ONCE: tuple[tuple[Steps, str, str], ...] = (
    (("id",), "id", "this id is given twice"),
    (("room", "number"), "number", "this number is given twice"),
)


def _twice(listed: EventList, taken: list[Taken]) -> Iterator[Problem]:
    """Yield the ids and numbers that more than one row bears, and rows that nothing tells apart."""
    seen: dict[Any, int] = {}
    for one in taken:
        for path, key, rule in _ONCE:
            value = value_at(one.values, path)
            if value is not MISSING and seen.setdefault((path, value), one.row) != one.row:
                hint = f"Row {seen[path, value]} has it too; write another"
                yield listed.problem(one.row, key, rule, hint, shown(value))
        if "id" not in one.values and "at" in one.values:
            words = _by_words(one.values, None)
            if seen.setdefault(words, one.row) != one.row:
                rule = f"nothing tells this row from row {seen[words]}"
                yield listed.problem(one.row, "type", rule, "Give each an id, or other words")


def _check(
    listed: EventList, taken: list[Taken], reading: Reading, problems: list[Problem]
) -> None:
    """Hold the rows against the rules of a scenario, noting what breaks one at its cell."""
    places: dict[Steps, tuple[int, int]] = {}
    cells: dict[tuple[int, int], tuple[int, str]] = {}
    keys = list(BY_KEY)
    for at, one in enumerate(taken):
        for path, key in paths_of(one.values).items():
            place = one.row, keys.index(key) + 1
            places[("injects", at, *path)] = place
            cells[place] = one.row, key
        whole = one.row, keys.index("type") + 1
        places[("injects", at)], cells[whole] = whole, (one.row, "type")
    values = {**reading.values, "injects": [one.values for one in taken]}
    told = {(problem.line, problem.column) for problem in problems}
    faulty = {problem.line for problem in problems}
    found = examined(Reading(listed.file, "", values, Places(places, {}), []))[1]
    for problem in found:
        row, key = cells.get((problem.line, problem.column), (0, ""))
        if problem.warning or (row in faulty and key == "type"):
            continue
        if not row:
            problems.append(problem)
            continue
        new = listed.problem(row, key, problem.rule, problem.hint, problem.value)
        if (new.line, new.column) not in told or key not in listed.layout.columns:
            problems.append(new)


def _numbered(taken: list[Taken]) -> list[Taken]:
    """Return the events of a list in order of time, each with its number if it must keep one."""
    ordered = sorted(taken, key=lambda one: order_of(one.values))
    numbers = counted([_number(one.values) for one in ordered])
    own = [
        at
        for at, one in enumerate(ordered)
        if one.was is not None and one.was.number == numbers[at]
    ]
    return [
        one._replace(values=_with_number(one.values, number))
        for one, number in zip(ordered, kept(numbers, own), strict=True)
    ]


def _number(values: Mapping[str, Any]) -> str | None:
    found = value_at(values, ("room", "number"))
    return None if found is MISSING else str(found)


def _with_number(values: dict[str, Any], number: str | None) -> dict[str, Any]:
    """Return an event's values with another number in the room, or none."""
    room = {key: value for key, value in values.get("room", {}).items() if key != "number"}
    room = ({} if number is None else {"number": number}) | room
    rest = {key: value for key, value in values.items() if key != "room"}
    return rest | ({"room": room} if room else {})


def _written(
    listed: EventList, taken: list[Taken], known: list[Known], reading: Reading
) -> Imported:
    """Return the file's text with the events of a list, read again to be sure of it."""
    changes: list[Change] = []
    changed: dict[str, list[str]] = {}
    for one in taken:
        if one.was is None:
            continue
        was = _with_number(one.was.values, one.was.number)
        if was != one.values:
            changes.append(Change(one.was.row, was, one.values))
            changed[_name(one.values)] = _differing(was, one.values)
    new = [one for one in taken if one.was is None]
    stays = {one.was.row for one in taken if one.was is not None}
    gone = [one for one in known if one.row not in stays]
    text = edited(
        reading.text, changes, {one.row for one in gone}, [_addition(one, known) for one in new]
    )
    return Imported(
        text, _sound(text, taken, reading), len(stays) - len(changes), changed,
        [_name(one.values) for one in new], [_name(one.values) for one in gone],
    )  # fmt: skip


def _addition(one: Taken, known: list[Known]) -> Addition:
    """Return a new event with the row of the file that it follows in time."""
    order = order_of(one.values)
    before = [(order_of(other.values), other.row) for other in known]
    return Addition(max((at for at in before if at[0] <= order), default=("", -1))[1], one.values)


def _name(values: Mapping[str, Any]) -> str:
    return str(values.get("id") or f'"{values.get("title")}"')


def _differing(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the headings of the columns in which two events differ."""

    def held(values: Mapping[str, Any], path: Steps) -> Any:
        found = value_at(values, path)
        return dict if isinstance(found, Mapping) else found  # what is in it has its own path

    paths = paths_of(was) | paths_of(now)
    keys = {key for path, key in paths.items() if held(was, path) != held(now, path)}
    return [column.heading for key, column in BY_KEY.items() if key in keys]


def _sound(text: str, taken: list[Taken], reading: Reading) -> Scenario:
    """Return the scenario of the new text, which must be the one that the list asks for."""
    values = {**reading.values, "injects": [one.values for one in taken]}
    asked, _ = examined(Reading(reading.file, "", values, Places({}, {}), []))
    found, problems = examined(read_values(text, reading.file))
    if asked is None or found is None or content_hash(asked) != content_hash(found):
        rule = "is written in a way that cannot be changed in place"
        hint = "Write its rows plainly, without anchors and aliases, and import again"
        usual = Problem(reading.file, 0, 0, "injects", "", rule, hint)
        left = [one for one in problems if not one.warning] or [usual]
        raise ScenarioError([
            one._replace(file=reading.file, line=0, column=0, rule=f"with this list, {one.rule}")
            for one in left
        ])  # fmt: skip
    return found
