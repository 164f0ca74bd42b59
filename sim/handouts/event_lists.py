"""The rows of an events list: found below its headings, each with what stands in each column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import Problem, SheetError
from sim.handouts.csv_sheets import read_csv
from sim.handouts.event_columns import (
    BY_KEY,
    NEEDED,
    Layout,
    folded,
    layout,
    meant,
    zone_in,
)
from sim.handouts.event_rows import Cells
from sim.handouts.sheets import Row, Sheet, letters, read_content, refused
from sim.handouts.workbooks import is_workbook, read_workbook
from sim.scenario.places import shown


def cell_name(row: int, column: int, headings: Mapping[int, str]) -> str:
    """Return a cell as a person finds it: its place, and its column's heading if there is one."""
    name = f"{letters(column)}{row}"
    return f"{name} ({_brief(headings[column])})" if column in headings else name


def _brief(heading: Any) -> str:
    return " ".join(str(heading).split())[:40]


class Listed(NamedTuple):
    """A row of the list: its number, and what stands in the columns the sheet has."""

    number: int
    cells: Cells


class EventList(NamedTuple):
    """The rows of a list, its layout, the zone its heading gives, and what cannot be read."""

    file: str
    layout: Layout
    zone: tzinfo | None
    rows: list[Listed]
    problems: list[Problem]

    def problem(self, row: int, key: str, rule: str, hint: str = "", value: str = "") -> Problem:
        """Return something wrong in a row, by its column."""
        if key not in self.layout.columns:
            where = f"row {row} (no column {BY_KEY[key].heading})"
            return Problem(self.file, row, 1, where, value, rule, hint)
        column = self.layout.columns[key] + 1
        where = cell_name(row, column, {column: self.layout.headings[key]})
        return Problem(self.file, row, column, where, value, rule, hint)


def read_list(
    path: Path,
    mapped: Mapping[str, str],
    leave_out: Sequence[str] = (),
    sheet: str | None = None,
) -> EventList:
    """Return the rows of an events list in a workbook or a CSV file.

    ``mapped`` are headings of another layout by column, ``leave_out`` headings to pass over, and
    ``sheet`` is the one to read in a workbook with several. Raises SheetError where the headings
    do not make a list; what is wrong with single cells is handed back.
    """
    content, file = read_content(path), str(path)
    if not content.strip():
        raise refused(file, "is empty", "Write a list: deconflict events export FILE")
    if is_workbook(content):
        found = read_workbook(content, file, sheet)
    elif sheet is not None:
        raise refused(file, "is no workbook, and has no sheets", "Leave --sheet out")
    else:
        found = read_csv(content, file, mapped)
    laid = layout([row.cells for row in found.rows], mapped, leave_out)
    if laid is None:
        heads = ", ".join(column.heading for column in BY_KEY.values())
        raise refused(file, "has no row of headings", f"Known, among others: {heads}")
    problems = list(_headings(file, found.rows[laid.at], laid, mapped, leave_out))
    if problems:
        raise SheetError(problems)
    zone = zone_in(laid.headings.get("time", ""))
    return EventList(file, laid, zone, *_below(found, laid))


def _headings(
    file: str, head: Row, laid: Layout, mapped: Mapping[str, str], leave_out: Sequence[str]
) -> Iterator[Problem]:
    """Yield what is wrong with the headings of a list."""
    row = head.number

    def problem(at: int, rule: str, hint: str, value: str = "") -> Problem:
        return Problem(file, row, at + 1, f"{letters(at + 1)}{row}", value, rule, hint)

    there = {folded(cell) for cell in head.cells}
    asked = [(f"--column {key}", heading) for key, heading in mapped.items()]
    asked += [("--leave-out", heading) for heading in leave_out]
    astray = [(option, heading) for option, heading in asked if folded(heading) not in there]
    for option, heading in astray:
        yield Problem(file, 0, 0, option, shown(heading), "names no heading of this list")
    if astray:
        return  # what else is wrong would only repeat it
    for at, heading in laid.left.items():
        key = meant(heading)
        like = f'Did you mean "{BY_KEY[key].heading}"? ' if key else ""
        name = _brief(heading)
        hint = f'{like}Say what it is with --column COLUMN="{name}", or --leave-out "{name}"'
        yield problem(at, "is no column of an events list", hint, shown(heading))
    for at, key in laid.twice.items():
        first = letters(laid.columns[key] + 1)
        rule = f'means the same as column {first}, "{BY_KEY[key].heading}"'
        hint = f'Pass over one with --leave-out "{_brief(head.cells[at])}"'
        yield problem(at, rule, "Join the two in one column" if key == "time" else hint)
    for key in NEEDED:
        if key not in laid.columns:
            rule = f'there is no column "{BY_KEY[key].heading}"'
            hint = f'Add it, or say which it is: --column {key}="HEADING"'
            yield Problem(file, 0, 0, "", "", rule, hint)


def _below(sheet: Sheet, laid: Layout) -> tuple[list[Listed], list[Problem]]:
    """Return the rows below the headings that hold an event, and the cells nobody can read."""
    used = {at + 1: laid.headings[key] for key, at in laid.columns.items()}
    rows = sheet.rows[laid.at + 1 :]
    problems = [
        Problem(
            sheet.file, flaw.row, flaw.first, cell_name(flaw.row, flaw.first, used), "",
            flaw.rule, flaw.hint,
        )
        for flaw in sheet.flaws
        if flaw.row > sheet.rows[laid.at].number
        and any(column in used for column in range(flaw.first, flaw.last + 1))
    ]  # fmt: skip
    listed: list[Listed] = []
    for row in rows:
        problems += _strays(sheet.file, row, {*used, *(at + 1 for at in laid.passed)})
        cells = {key: _at(row.cells, at) for key, at in laid.columns.items()}
        if any(cell is not None and str(cell).strip() for cell in cells.values()):
            listed.append(Listed(row.number, cells))
    return listed, problems


def _at(cells: Sequence[Any], position: int) -> Any:
    return cells[position] if position < len(cells) else None


def _strays(file: str, row: Row, known: set[int]) -> list[Problem]:
    """Return what stands in a row under no heading."""
    return [
        Problem(
            file, row.number, column, f"{letters(column)}{row.number}", shown(cell),
            "stands under no heading", "Give the column a heading, or empty the cell",
        )
        for column, cell in enumerate(row.cells, 1)
        if column not in known and cell is not None and str(cell).strip()
    ]  # fmt: skip
