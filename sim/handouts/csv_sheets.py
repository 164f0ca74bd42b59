"""Events lists as CSV: comma, semicolon or tabulator, UTF-8 with or without a byte order mark.

A spreadsheet runs a cell that begins with one of ``= + - @`` as a formula. Such a text is written
behind an apostrophe, which the reading takes off again; a text that itself has apostrophes before
such a sign gets one more, so that every text comes back as it was.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any, Final

from sim.handouts.event_columns import layout
from sim.handouts.sheets import MAX_COLUMNS, MAX_ROWS, Row, Sheet, filled, refused, too_long

_DELIMITERS: Final = (",", ";", "\t")
_LOOK: Final = 60
_RUNS: Final = re.compile(r"'*\s*[=+\-@\t\r＝＋－＠]")
"""How a text begins that a spreadsheet might run, also in the full-width signs of East Asia."""


def shielded(text: str) -> str:
    """Return a text that no spreadsheet runs."""
    return f"'{text}" if _RUNS.match(text) else text


def bared(text: str) -> str:
    """Return a text as it was before it was shielded."""
    return text[1:] if text.startswith("'") and _RUNS.match(text) else text


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """Return rows as comma-separated values; numbers are written so that they come back exactly."""
    stream = io.StringIO()
    out = csv.writer(stream)
    for row in rows:
        out.writerow([shielded(cell) if isinstance(cell, str) else cell for cell in row])
    return stream.getvalue()


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str, mapped: Mapping[str, str]) -> str:
    """Return the sign that splits the headings into most known columns."""

    def columns(delimiter: str) -> int:
        rows: list[list[Any]] = []
        with suppress(csv.Error):  # said with its row when the whole is read
            for record in islice(_records(text, delimiter), _LOOK):
                rows.append(list(record))
        found = layout([row for row in rows if any(row)], mapped)
        return len(found.columns) if found else 0

    return max(_DELIMITERS, key=columns)


def decoded(content: bytes, file: str) -> str:
    """Return the text of a file's bytes, which must be UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        value = f"byte 0x{content[error.start]:02x} at offset {error.start}"
        hint = "Save the list as CSV UTF-8, or as a workbook (.xlsx)"
        raise refused(file, "must be UTF-8 text", hint, value, row) from None


def read_csv(content: bytes, file: str, mapped: Mapping[str, str]) -> Sheet:
    """Return the rows of a CSV file; raises SheetError where it is none."""
    text = decoded(content, file)
    told = re.match(r"sep=(.)\r?\n", text)
    delimiter = told[1] if told and told[1] in _DELIMITERS else _delimiter(text, mapped)
    records = _records(text, delimiter)
    rows: list[Row] = []
    number = 0
    try:
        for number, record in enumerate(records, 1):
            cells = filled([bared(cell) or None for cell in record])
            if number == 1 and told:
                continue
            if len(cells) > MAX_COLUMNS:
                rule = f"holds more than {MAX_COLUMNS} columns"
                raise refused(file, rule, "Is this an events list?", row=number)
            if cells:
                rows.append(Row(number, cells))
            if len(rows) > MAX_ROWS:
                raise too_long(file, number)
    except csv.Error as error:
        rule = f"is no row of comma-separated values: {error}"
        hint = "Check the quotes here: one within a quoted text is written twice"
        raise refused(file, rule, hint, row=number + 1) from None
    return Sheet(file, rows, [])
