"""What a sheet of paper holds, whatever prints it: headings, tables, lines to write on, cards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

BULLET, BOX = "•", "☐"

PAPERS: Final = ("a4", "letter")
"""What the sheets can be printed on; everything fits both."""


class Heading(NamedTuple):
    """The title of a part of a sheet."""

    text: str


class Paragraph(NamedTuple):
    """A text, in bold where it is ``strong``."""

    text: str
    strong: bool = False


class Bullets(NamedTuple):
    """Short texts, each behind a mark; a box is one to tick."""

    items: tuple[str, ...]
    mark: str = BULLET


class Table(NamedTuple):
    """Rows under a head, which may be empty; ``shares`` are the widths of the columns.

    ``tall`` rows leave room to write in.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...]
    tall: bool = False


class Lines(NamedTuple):
    """A label with so many lines to write on below it, or one behind it where there are none."""

    label: str
    ruled: int = 0


class Step(NamedTuple):
    """A rung of the poster."""

    number: str
    title: str
    text: str


class Picture(NamedTuple):
    """A picture as PNG, with what it shows in words."""

    png: bytes
    alt: str


class Card(NamedTuple):
    """Parts that stay together in a frame, to be cut out."""

    parts: tuple[Heading | Paragraph | Bullets | Lines | Table, ...]


Part = Heading | Paragraph | Bullets | Table | Lines | Step | Picture | Card


class Sheet(NamedTuple):
    """One handout: the name of its file, its title, whom it is for, and what it holds.

    ``notes`` stand small at the end. One that is ``wide`` is printed across.
    """

    name: str
    title: str
    audience: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    wide: bool = False


def texts(sheet: Sheet) -> Iterator[str]:
    """Yield everything that a sheet says in words."""
    yield from (sheet.title, sheet.audience, *sheet.notes)
    for part in sheet.parts:
        yield from _texts(part)


def _texts(part: Part) -> Iterator[str]:
    match part:
        case Heading(text) | Paragraph(text, _):
            yield text
        case Bullets(items, mark):
            yield from (mark, *items)
        case Table(head, rows, _, _):
            yield from head
            for row in rows:
                yield from row
        case Lines(label, _):
            yield label
        case Step(number, title, text):
            yield from (number, title, text)
        case Picture(_, alt):
            yield alt
        case Card(parts):
            for one in parts:
                yield from _texts(one)
