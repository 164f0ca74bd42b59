"""A spreadsheet's rows, whatever kind of file they come from.

A sheet is read as values: nothing in it is run, its formulas least of all. What cannot be read is
said by row and column, as a spreadsheet shows them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

from sim.errors import Problem, SheetError

MAX_BYTES: Final = 10_000_000
MAX_ROWS: Final = 1_000
"""Rows that hold something; a scenario's file has hardly room for more events."""

MAX_COLUMNS: Final = 200


class Row(NamedTuple):
    """A row that holds something: its number as a spreadsheet shows it, and its cells."""

    number: int
    cells: list[Any]


class Flaw(NamedTuple):
    """Cells of one row, columns from 1, that cannot be read as they look."""

    row: int
    first: int
    last: int
    rule: str
    hint: str


class Sheet(NamedTuple):
    """The rows of a sheet that hold something, and what was wrong with single cells of it.

    A cell is a text, number, truth, date or time, or None.
    """

    file: str
    rows: list[Row]
    flaws: list[Flaw]


def letters(column: int) -> str:
    """Return a column's letters by its number from 1: 1 is A, 27 is AA."""
    text = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def column_number(text: str) -> int:
    """Return a column's number from 1 by its letters."""
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def refused(
    file: str, rule: str, hint: str = "", value: str = "", row: int = 0, column: int = 0
) -> SheetError:
    """Return the error of a sheet that one thing keeps from being read, in a cell, a row or all."""
    where = f"{letters(column)}{row}" if column else ""
    return SheetError([Problem(file, row, max(column, 1), where, value, rule, hint)])


def too_long(file: str, row: int) -> SheetError:
    """Return the error of a sheet with more rows than a scenario could hold."""
    rule = f"holds more than {MAX_ROWS:,} rows"
    return refused(file, rule, "Is this the right sheet? Split the list over several", row=row)


def filled(cells: list[Any]) -> list[Any]:
    """Return a row's cells up to the last that holds something."""
    last = len(cells)
    while last and cells[last - 1] is None:
        last -= 1
    return cells[:last]


def read_content(path: Path) -> bytes:
    """Return a file's bytes; raises SheetError where there are none, or far too many."""
    file = str(path)
    try:
        if path.is_dir():
            raise refused(file, "is a folder, not an events list", "Name one of the files in it")
        if path.exists() and not path.is_file():
            raise refused(file, "is not a plain file", "Name a workbook or a CSV file")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        hint = "Check the name, or write one: deconflict events export FILE"
        raise refused(file, "there is no such file", hint) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise refused(file, f"cannot be read: {reason}", "Check its permissions") from None
    if len(content) > MAX_BYTES:
        rule = f"is larger than {MAX_BYTES // 1_000_000} MB"
        raise refused(file, rule, "A list of events is far smaller; is this the right file?")
    return content
