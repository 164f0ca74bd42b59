"""Events lists as workbooks (XLSX), written: lists to choose from, and nothing that runs.

Every cell is a text or a number, never a formula, and is marked so that it stays one when it is
edited. The same list gives the same bytes with the same installed versions.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sim.handouts.event_columns import BY_KEY, COLUMNS, FOR_THE_ROOM, RECORDED
from sim.handouts.sheets import MAX_ROWS, letters
from sim.handouts.workbooks import EVENTS, coded

WORDS: Final = "Words"

_HEAD: Final = PatternFill("solid", fgColor="DDE3EA")
_THIN: Final = Border(bottom=Side(style="thin", color="B8C0CA"))
_WRAPPED: Final = Alignment(vertical="top", wrap_text=True)
_TEXT: Final = "@"
_EXERCISE: Final = "EXERCISE – EXERCISE – EXERCISE"
_LANDSCAPE: Final = ("landscape", 9)
"""Orientation, and A4 in the numbers of the format."""

_CORE: Final = "docProps/core.xml"
_STAMP: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def workbook_bytes(
    title: str,
    dated: datetime,
    headings: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    words: Mapping[str, Mapping[str, str]],
) -> bytes:
    """Return a workbook with one row for each event.

    ``headings`` and ``rows`` go by column, ``words`` holds what may be chosen in a column with
    what it means, and ``dated`` stands for the time of writing.
    """
    book = Workbook()
    book.properties.title = coded(title)
    book.properties.creator = "deconflict"
    sheet = book.active
    sheet.title = EVENTS
    _write(sheet, [list(headings.values())])
    _write(sheet, [[row[key] for key in headings] for row in rows], 2)
    _dress(sheet, [(BY_KEY.get(key) or RECORDED).width for key in headings])
    sheet.print_area = f"A1:{letters(FOR_THE_ROOM)}{len(rows) + 1}"
    choices = book.create_sheet(WORDS)
    _choices(choices, sheet, headings, words)
    for one in (sheet, choices):
        one.oddHeader.center.text = _EXERCISE
        one.oddFooter.left.text = title[:100].replace("&", "&&")
        one.oddFooter.right.text = "&P / &N"
    stream = io.BytesIO()
    book.save(stream)
    return _undated(stream.getvalue(), dated)


def _write(sheet: Worksheet, rows: Sequence[Sequence[Any]], first: int = 1) -> None:
    """Write rows of texts and numbers, each text as a text whatever it looks like."""
    for number, row in enumerate(rows, first):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.alignment, cell.border = _WRAPPED, _THIN
            if isinstance(value, float) and float(f"{value:.16g}") != value:
                value = repr(value)  # the library writes sixteen digits, which are not always all
            if isinstance(value, str):
                cell.number_format = _TEXT
                cell.value = coded(value)
                cell.data_type = "s"
                cell.quotePrefix = value[:1] in tuple("=+-@")
            else:
                cell.value = value


def _dress(sheet: Worksheet, widths: Sequence[int]) -> None:
    """Give a sheet its headings, column widths, a filter, and a page that fits."""
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[letters(column)].width = width
        head = sheet.cell(1, column)
        head.font, head.fill = Font(bold=True), _HEAD
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = f"A1:{letters(len(widths))}{max(sheet.max_row, 2)}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = _LANDSCAPE
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _choices(
    sheet: Worksheet,
    events: Worksheet,
    headings: Mapping[str, str],
    words: Mapping[str, Mapping[str, str]],
) -> None:
    """Say what may stand in each column, and let it be chosen from a list."""
    rows = [["Column", "What stands in it", "One of", "That is"]]
    for column in COLUMNS:
        known = words.get(column.key, {})
        first = len(rows) + 1
        rows += [["", "", word, title] for word, title in (known or {"": ""}).items()]
        rows[first - 1][:2] = [headings[column.key], column.holds]
        if known:
            place = letters(list(headings).index(column.key) + 1)
            chosen = DataValidation("list", f"{WORDS}!$C${first}:$C${len(rows)}", allow_blank=True)
            # A time or a position that the list does not hold is judged when it is taken in.
            chosen.showErrorMessage = False
            chosen.add(f"{place}2:{place}{MAX_ROWS}")
            events.add_data_validation(chosen)
    _write(sheet, rows)
    _dress(sheet, [18, 60, 20, 40])


def _undated(content: bytes, dated: datetime) -> bytes:
    """Return a workbook without the time at which it was packed."""
    stamp = f"{dated:%Y-%m-%dT%H:%M:%SZ}".encode()
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as packed,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for part in packed.infolist():
            inside = packed.read(part)
            if part.filename == _CORE:
                inside = _STAMP.sub(rb"\g<1>" + stamp, inside)
            info = zipfile.ZipInfo(part.filename, _ZIP_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, inside)
    return stream.getvalue()
