"""Events lists as workbooks (XLSX), read: what a cell shows, and never what it would compute.

A formula counts as the result its program stored with it. What would be read otherwise than it
looks (merged cells, a formula without a result) is refused, with its place.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any, Final
from xml.etree import ElementTree

from openpyxl import load_workbook

from sim.errors import SheetError
from sim.handouts.sheets import (
    MAX_COLUMNS,
    MAX_ROWS,
    Flaw,
    Row,
    Sheet,
    column_number,
    filled,
    letters,
    refused,
    too_long,
)
from sim.scenario.nearest import suggestion

MAX_UNPACKED: Final = 30_000_000
"""Bytes of XML; a list of a thousand rows with long texts has a tenth of that."""

EVENTS: Final = "Events"
"""The sheet that holds the list where a workbook has several."""

_LAST_ROW: Final = 1_048_576
"""The last row that the format allows."""

_BOOK: Final = "xl/workbook.xml"
_BOOK_PARTS: Final = "xl/_rels/workbook.xml.rels"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MERGED: Final = re.compile(
    r"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"'](?P<cells>(?P<first>[A-Z]{1,3})(?P<row>[0-9]{1,7})"
    r"(?::(?P<last>[A-Z]{1,3})[0-9]{1,7})?)[\"']"
)

_OLD: Final = b"\xd0\xcf\x11\xe0"
_CODED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_SAVE: Final = "Save it as an Excel workbook (.xlsx) without a password, or as CSV UTF-8"


def is_workbook(content: bytes) -> bool:
    """Return whether a file's bytes begin as a workbook's do, an old or locked one included."""
    return content.startswith((b"PK", _OLD))


def coded(text: str) -> str:
    """Return a text in which nothing is lost on the way through a workbook's XML.

    Carriage returns, and signs that look like the code of one, are written by their code.
    """
    text = re.sub("_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text).replace("\r", "_x000D_")
    return text if text.strip() else "".join(f"_x{ord(sign):04X}_" for sign in text)


def uncoded(text: str) -> str:
    """Return a text as it was before it was coded, by this program or by a spreadsheet."""

    def sign(found: re.Match[str]) -> str:
        code = int(found[1], 16)
        return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)

    return _CODED.sub(sign, text)


def read_workbook(content: bytes, file: str, wanted: str | None = None) -> Sheet:
    """Return the rows of one sheet of a workbook; raises SheetError where there are none.

    ``wanted`` names the sheet: without it, the one called Events, or the only one to be seen.
    """
    _check(content, file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about formats and drawings, none of which is read
        try:
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            title = _chosen(book, file, wanted)
            formulas = load_workbook(io.BytesIO(content), read_only=True)[title]
            rows, flaws = _rows(book[title], formulas, file)
            flaws += _merged(content, title)
        except SheetError:
            raise
        except Exception as error:  # the reader fails on broken files with whatever it meets
            reason = " ".join(str(error).split())[:100] or type(error).__name__
            raise refused(file, f"cannot be read as a workbook: {reason}", _SAVE) from None
    return Sheet(file, rows, sorted(flaws))


def _check(content: bytes, file: str) -> None:
    """Refuse what is no workbook, or would fill the memory."""
    if content.startswith(_OLD):
        raise refused(file, "is an old workbook (.xls), or one with a password", _SAVE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise refused(file, "is not a whole workbook", _SAVE) from None
    if not any(part.filename == _BOOK for part in parts):
        raise refused(file, "is no Excel workbook", _SAVE)
    if sum(part.file_size for part in parts) > MAX_UNPACKED:
        rule = f"unpacks to more than {MAX_UNPACKED // 1_000_000} MB"
        hint = "Copy the rows of the list alone into a new workbook"
        raise refused(file, rule, hint)


def _chosen(book: Any, file: str, wanted: str | None) -> str:
    """Return the title of the sheet that holds the list."""
    titles = [sheet.title for sheet in book.worksheets]
    visible = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if wanted is not None:
        found = [title for title in titles if title.casefold() == wanted.strip().casefold()]
        if not found:
            raise refused(file, "has no such sheet", suggestion(wanted, titles), repr(wanted))
        return str(found[0])
    if EVENTS in visible:
        return EVENTS
    if len(visible) != 1:
        rule = f"has {len(visible)} sheets to be seen, none called {EVENTS}"
        hint = f"Name one with --sheet: {', '.join(visible[:12]) or 'there is none'}"
        raise refused(file, rule, hint)
    return str(visible[0])


def _rows(sheet: Any, formulas: Any, file: str) -> tuple[list[Row], list[Flaw]]:
    """Return the rows that hold something, read one after another, and the cells nobody can read.

    ``formulas`` is the same sheet with formulas in place of their results.
    """
    for one in (sheet, formulas):
        one.reset_dimensions()  # what a file says of its own size need not be true
    rows: list[Row] = []
    flaws: list[Flaw] = []
    both = zip(sheet.iter_rows(), formulas.iter_rows(), strict=True)
    for number, (cells, sources) in enumerate(both, 1):
        flawed = list(_flaws(number, cells, sources))
        flaws += flawed
        found = filled([_value(cell) for cell in cells])
        if len(found) > MAX_COLUMNS:
            rule = f"holds something beyond column {letters(MAX_COLUMNS)}"
            raise refused(file, rule, "Is this an events list?", row=number, column=len(found))
        if found or flawed:
            rows.append(Row(number, found))
        if len(rows) > MAX_ROWS or number > _LAST_ROW:
            raise too_long(file, number)
    return rows, flaws


def _flaws(number: int, cells: Any, sources: Any) -> Iterator[Flaw]:
    """Yield the cells of a row that hold an error, or a formula whose result nobody stored."""
    for column, (cell, source) in enumerate(zip(cells, sources, strict=True), 1):
        if cell.data_type == "e":
            rule = f"holds the error {cell.value}"
            yield Flaw(number, column, column, rule, "Mend it or empty the cell")
        elif source.data_type == "f" and cell.value is None:
            rule = "holds a formula without a stored result"
            hint = "Open and save it in a spreadsheet, or paste the values alone"
            yield Flaw(number, column, column, rule, hint)


def _value(cell: Any) -> Any:
    """Return what a cell holds; a date without a time of day is a date."""
    value = cell.value
    if isinstance(value, str):
        return uncoded(value) or None
    if isinstance(value, datetime) and value.time() == time():
        shows_hours = "h" in str(cell.number_format or "").casefold()
        return value if shows_hours else value.date()
    return value


def _merged(content: bytes, title: str) -> list[Flaw]:
    """Return the merged cells of a sheet, of which all but the first look filled and are empty.

    Read from the sheet's own part: a reader that fills merged cells in can be made to fill memory.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.read(_part(archive, title)).decode("utf-8", "replace")
    flaws: list[Flaw] = []
    for found in _MERGED.finditer(part):
        first, row, last = found["first"], int(found["row"]), found["last"] or found["first"]
        rule = f"cells {found['cells']} are merged"
        hint = "Unmerge them, and write in each row what holds for it"
        flaws.append(Flaw(row, column_number(first), column_number(last), rule, hint))
        if len(flaws) > MAX_ROWS:
            break
    return flaws


def _part(archive: zipfile.ZipFile, title: str) -> str:
    """Return the name of the part that holds a sheet."""
    (marked,) = (
        sheet.get(f"{{{_RELATIONS}}}id")
        for sheet in ElementTree.fromstring(archive.read(_BOOK)).iter(f"{{{_MAIN}}}sheet")
        if sheet.get("name") == title
    )
    (target,) = (
        relation.get("Target", "")
        for relation in ElementTree.fromstring(archive.read(_BOOK_PARTS))
        if relation.get("Id") == marked
    )
    return target[1:] if target.startswith("/") else f"xl/{target}"
