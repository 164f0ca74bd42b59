"""Tables as plain text in rows, for a page to lay out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rich.table import Table


class Sheet(NamedTuple):
    """A table: its title, the heads of its columns, and rows whose first cell names them."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Words(NamedTuple):
    """What a figure is called, what it shows, and the tables behind it."""

    name: str
    caption: str
    shows: str
    sheets: tuple[Sheet, ...]


def sheet(title: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> Sheet:
    """Return a table of the given cells."""
    return Sheet(title, tuple(head), tuple(tuple(row) for row in rows))


def sheet_of(table: Table) -> Sheet:
    """Return what stands in a table that is laid out for a terminal."""
    columns = [[str(cell) for cell in column.cells] for column in table.columns]
    head = (str(column.header) for column in table.columns)
    return sheet(str(table.title), head, zip(*columns, strict=True))
