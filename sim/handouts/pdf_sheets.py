"""Sheets as PDF: black and white, the same bytes each time, nothing cut off however long."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO
from itertools import pairwise
from typing import Final, Literal

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, XPos, YPos
from fpdf.util import Padding

from sim.errors import RunError
from sim.handouts.paper import (
    Bullets,
    Card,
    Heading,
    Lines,
    Paragraph,
    Part,
    Picture,
    Sheet,
    Step,
    Table,
    texts,
)
from sim.show.speaker import Speaker
from sim.show.style import font_file

FONT: Final = "DejaVu"

_MARGIN: Final = 15.0
_HEAD: Final = 25.0
_FOOT: Final = 24.0
_LEADING: Final = 1.38  # height of a line over that of its letters
_POINT: Final = 25.4 / 72  # millimetres
_BODY, _SMALL, _TITLE, _HEADING = 10.0, 7.5, 17.0, 12.0  # points
_CELL: Final = 9.0
_MARK, _NUMBER = 20.0, 44.0  # points
_PAD: Final = 1.4
_WRITE: Final = 8.0  # between lines to write on
_TALL: Final = 9.5  # a row to write in
_STEP: Final = 27.5  # a rung of the poster
_HAIR, _FRAME = 0.2, 0.5
_GAP: Final = 2.2
_INDENT: Final = 5.5
_GREY: Final = 90
_FILL: Final = 232
_TOGETHER: Final = 7  # items of a list, or some rows more, that no page end parts
_SHORT: Final = 40  # characters of a text that an error shows

PaperSize = Literal["a4", "letter"]


def pdf_bytes(sheet: Sheet, speaker: Speaker, size: PaperSize, notes: Sequence[str]) -> bytes:
    """Return a sheet as PDF on A4 or Letter, ``notes`` at the foot of each page.

    Raises RunError for a letter that the typeface has not, or cannot set.
    """
    _check([*texts(sheet), *notes])
    # How many pages there are is known only once they are there: drawn twice, not patched.
    paper = _drawn(sheet, speaker, size, notes, 1)
    if paper.page > 1:
        paper = _drawn(sheet, speaker, size, notes, paper.page)
    return bytes(paper.output())


def _drawn(
    sheet: Sheet, speaker: Speaker, size: PaperSize, notes: Sequence[str], pages: int
) -> _Paper:
    paper = _Paper(sheet, speaker, size, notes, pages)
    for part, after in pairwise([*sheet.parts, None]):
        if part is not None:
            paper.part(part, after)
    paper.small(sheet.notes)
    return paper


@cache
def _letters() -> frozenset[int]:
    """Return every character that both the plain and the bold typeface have."""
    found = [TTFont(font_file(bold)).getBestCmap() for bold in (False, True)]
    return frozenset(found[0]) & frozenset(found[1])


def _check(told: Iterable[str]) -> None:
    """Raise RunError for the first text that cannot be printed as it is."""
    for text in told:
        for character in text:
            if character in "\n\u00a0":
                continue
            if ord(character) not in _letters() or unicodedata.category(character)[0] == "C":
                why = "the typeface DejaVu Sans has no such character"
            elif unicodedata.bidirectional(character) in ("R", "AL"):
                why = "writing from right to left cannot be set in a PDF"
            else:
                continue
            name = unicodedata.name(character, "unnamed")
            raise RunError(
                f'"{text[:_SHORT]}" cannot be printed: {why} (U+{ord(character):04X}, {name}). '
                f"Write it otherwise, or print from a browser with --format html"
            )


class _Paper(FPDF):
    """The pages of one sheet."""

    def __init__(
        self, sheet: Sheet, speaker: Speaker, size: PaperSize, notes: Sequence[str], pages: int
    ) -> None:
        super().__init__("landscape" if sheet.wide else "portrait", "mm", size)
        self._sheet, self._speaker, self._notes, self._pages = sheet, speaker, notes, pages
        self.str_alias_nb_pages = ""
        self.set_creation_date(speaker.scenario.start)
        self.set_lang(speaker.language.locale.language)
        self.set_title(f"{sheet.title}: {speaker.text(speaker.scenario.scenario)}")
        self.set_producer("deconflict")
        self.add_font(FONT, "", font_file())
        self.add_font(FONT, "B", font_file(bold=True))
        self.set_margins(_MARGIN, _HEAD, _MARGIN)
        self.set_auto_page_break(True, _FOOT)
        self.add_page()
        self._title()

    def header(self) -> None:
        """Write the words that keep an exercise from being taken for the real thing."""
        self.set_y(_MARGIN / 2)
        self._line(self._speaker.say("sheet.exercise"), _BODY, True, Align.C)
        self._line(f"{self._sheet.title} · {self._sheet.audience}", _SMALL, False, Align.C)
        self.line(_MARGIN, self.get_y() + 1, self.w - _MARGIN, self.get_y() + 1)
        self.set_y(_HEAD)

    def footer(self) -> None:
        """Write what every page says of itself."""
        self.set_y(self.h - _FOOT + 2)
        page = self._speaker.say("sheet.page", page=str(self.page), pages=str(self._pages))
        for note in self._notes:
            self._line(note, _SMALL - 1, False, Align.C)
        self._line(self._speaker.say("sheet.exercise"), _BODY, True, Align.C)
        self._line(page, _SMALL, False, Align.C)

    def _line(self, text: str, points: float, bold: bool, align: Align) -> None:
        """Write one line across the page, smaller where it would not fit."""
        self.set_font(FONT, "B" if bold else "", points)
        wide = self.get_string_width(text)
        if wide > self.epw:
            self.set_font_size(points * self.epw / wide * 0.99)
        self.set_x(_MARGIN)
        self.cell(self.epw, points * _POINT * _LEADING, text, align=align,
                  new_x=XPos.LMARGIN, new_y=YPos.NEXT)  # fmt: skip

    def _title(self) -> None:
        self.write_text(self._sheet.title, _TITLE, True)

    def write_text(self, text: str, points: float = _BODY, bold: bool = False) -> None:
        """Write a text over as many lines and pages as it takes."""
        self.set_font(FONT, "B" if bold else "", points)
        self.multi_cell(self.epw, points * _POINT * _LEADING, text, align=Align.L,
                        new_x=XPos.LMARGIN, new_y=YPos.NEXT)  # fmt: skip
        self.ln(_GAP / 2)

    def small(self, notes: Sequence[str]) -> None:
        """Write notes at the end of the sheet."""
        for note in notes:
            self.write_text(note, _SMALL)

    def _need(self, height: float) -> None:
        """Go to a new page unless so much is left of this one."""
        if self.get_y() + height > self.page_break_trigger and self.get_y() > _HEAD:
            self.add_page()

    def _least(self, part: Part | None) -> float:
        """Return the height that a part asks for at once, so that a heading stays with it."""
        match part:
            case Bullets(items, _):
                return min(len(items), _TOGETHER) * _BODY * _POINT * _LEADING
            case Table():
                rows = len(part.rows) + (1 if part.head else 0)
                each = max(_TALL if part.tall else 0.0, _CELL * _POINT * _LEADING + 2 * _PAD)
                return min(rows, _TOGETHER + 2) * each
            case _:
                return 2 * _HEADING * _POINT * _LEADING

    def part(self, part: Part, after: Part | None = None) -> None:
        """Draw one part below what is there; ``after`` is the one that follows it."""
        match part:
            case Heading(text):
                self._need(2 * _HEADING * _POINT * _LEADING + _GAP + self._least(after))
                self.ln(_GAP)
                self.write_text(text, _HEADING, True)
            case Paragraph(text, strong):
                self._need((4 if strong else 1) * _BODY * _POINT * _LEADING)
                self.write_text(text, bold=strong)
            case Bullets(items, mark):
                self._need(self._least(part))
                for item in items:
                    self._bullet(item, mark)
                self.ln(_GAP / 2)
            case Table():
                self._table(part)
            case Lines(label, count):
                self._lines(label, count)
            case Step(number, title, text):
                self._step(number, title, text)
            case Picture(png, alt):
                self._picture(png, alt)
            case Card(parts):
                self._card(parts)

    def _bullet(self, item: str, mark: str) -> None:
        height = _BODY * _POINT * _LEADING
        self._need(height)
        self.set_font(FONT, "", _BODY)
        self.cell(_INDENT, height, mark)
        left = self.l_margin
        self.set_left_margin(left + _INDENT)
        self.multi_cell(self.w - self.r_margin - left - _INDENT, height, item, align=Align.L,
                        new_x=XPos.LMARGIN, new_y=YPos.NEXT)  # fmt: skip
        self.set_left_margin(left)
        self.set_x(left)

    def _lines(self, label: str, count: int) -> None:
        """Draw lines to write on, below a label or behind it."""
        if not count:
            self._need(_WRITE)
            self.ln(2)
            self.set_font(FONT, "", _BODY)
            wide = min(self.get_string_width(label) + _INDENT, self.epw / 2)
            self.cell(wide, _WRITE / 2, label)
            self.line(self.get_x(), self.get_y() + _WRITE / 2, self.l_margin + self.epw,
                      self.get_y() + _WRITE / 2)  # fmt: skip
            self.ln(_WRITE / 2 + 2)
            return
        self._need(_WRITE * min(count + 1, 4))
        if label:
            self.write_text(label, bold=True)
        for _ in range(count):
            self._need(_WRITE)
            self.ln(_WRITE)
            self.line(self.l_margin, self.get_y(), self.l_margin + self.epw, self.get_y())
        self.ln(_GAP)

    def _step(self, number: str, title: str, text: str) -> None:
        """Draw a rung of the poster."""
        self._need(_STEP)
        left, top, wide = self.l_margin, self.get_y(), self.epw
        self.rect(left, top, wide, _STEP - 1)
        self.set_font(FONT, "B", _NUMBER)
        self.set_xy(left, top)
        self.cell(_STEP, _STEP - 1, number, align=Align.C)
        self.set_left_margin(left + _STEP)
        self.set_xy(left + _STEP, top + 3)
        self.write_text(title, _MARK, True)
        self.write_text(text, _BODY + 1)
        self.set_left_margin(left)
        self.set_xy(left, top + _STEP)

    def _picture(self, png: bytes, alt: str) -> None:
        """Draw a picture as large as the page allows."""
        room = self.page_break_trigger - self.get_y() - _SMALL
        self.image(BytesIO(png), x=self.l_margin, w=self.epw, h=room, keep_aspect_ratio=True,
                   alt_text=alt)  # fmt: skip
        self.set_y(self.get_y() + 1)

    def _card(self, parts: Sequence[Part]) -> None:
        """Draw parts in a frame, on one page if they fit on one."""
        with self.offset_rendering() as trial:
            trial._filled(parts)
        if trial.page_break_triggered and self.get_y() > _HEAD + _TITLE:
            self.add_page()
        top, page = self.get_y(), self.page
        self._filled(parts)
        if self.page == page:
            self.set_line_width(_FRAME)
            self.set_dash_pattern(2, 1)
            self.rect(self.l_margin, top, self.epw, self.get_y() - top)
            self.set_dash_pattern()
            self.set_line_width(_HAIR)
        self.ln(2 * _GAP)

    def _filled(self, parts: Sequence[Part]) -> None:
        """Draw what a card holds, inside its frame."""
        left, right = self.l_margin, self.r_margin
        self.set_margins(left + 4, self.t_margin, right + 4)
        self.set_x(self.l_margin)
        self.ln(_GAP)
        for part in parts:
            self.part(part)
        self.ln(1)
        self.set_margins(left, self.t_margin, right)
        self.set_x(left)

    def _table(self, table: Table) -> None:
        """Draw a table; a row that no page holds goes on to the next."""
        widths = [share * self.epw for share in table.shares]
        height = _CELL * _POINT * _LEADING
        if len(table.rows) + bool(table.head) <= _TOGETHER + 2:
            self._need(self._least(table))
        if table.head:
            self._need(4 * height)
            self._row(table.head, widths, True, False)
        for row in table.rows:
            self._row(row, widths, False, table.tall)
        self.ln(_GAP)

    def _row(self, row: Sequence[str], widths: Sequence[float], head: bool, tall: bool) -> None:
        """Draw a row, in pieces where it is longer than what is left of the page."""
        self.set_font(FONT, "B" if head else "", _CELL)
        height = _CELL * _POINT * _LEADING
        cells = [self._wrapped(text, wide) for text, wide in zip(row, widths, strict=True)]
        left, count = 0, max(1, *map(len, cells))
        least = max(_TALL if tall else 0.0, height + 2 * _PAD)
        self._need(max(least, min(count, 3) * height + 2 * _PAD))
        while left < count:
            room = max(1, int((self.page_break_trigger - self.get_y() - 2 * _PAD) / height))
            piece = [lines[left : left + room] for lines in cells]
            left += room
            tallest = max(least, max(map(len, piece)) * height + 2 * _PAD)
            self._piece(piece, widths, tallest, head)
            if left < count:
                self.add_page()
                self.set_font(FONT, "B" if head else "", _CELL)

    def _wrapped(self, text: str, wide: float) -> list[str]:
        """Return the lines that a text takes in a cell."""
        lines = self.multi_cell(
            wide, _CELL * _POINT * _LEADING, text, align=Align.L, padding=Padding(0, _PAD, 0, _PAD),
            dry_run=True, output=MethodReturnValue.LINES,
        )  # fmt: skip
        return [str(line) for line in lines] if isinstance(lines, list) else []

    def _piece(
        self, piece: Sequence[Sequence[str]], widths: Sequence[float], tallest: float, head: bool
    ) -> None:
        """Draw one piece of a row, every cell framed."""
        x, y, height = self.l_margin, self.get_y(), _CELL * _POINT * _LEADING
        for lines, wide in zip(piece, widths, strict=True):
            self.set_fill_color(_FILL)
            self.rect(x, y, wide, tallest, style="DF" if head else "D")
            for at, line in enumerate(lines):
                self.set_xy(x + _PAD - self.c_margin, y + _PAD + at * height)
                self.cell(wide, height, line)
            x += wide
        self.set_xy(self.l_margin, y + tallest)
