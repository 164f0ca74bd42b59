"""Where the values of a YAML text begin and end, comments left out, so that one can be replaced.

A library that reads a file and writes it anew also writes anew what nobody touched: widths of
lines, quotes, the places of comments. Here only the text between two places ever changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)


@dataclass
class Node:
    """A value in a text: where it begins, and where its last sign ends.

    ``kind`` is scalar, alias, map or list; ``column`` is where the keys of a block stand, or its
    dashes; ``flow`` says that brackets hold it.
    """

    kind: str
    start: int
    end: int
    column: int = 0
    flow: bool = False
    entries: list[Entry] = field(default_factory=list)

    def entry(self, key: str) -> Entry | None:
        """Return the entry of a mapping under a key."""
        return next((one for one in self.entries if one.key == key), None)


@dataclass
class Entry:
    """A key with its value, or a row of a list, whose key is empty and begins with the value."""

    key: str
    start: int
    key_end: int
    value: Node


def nodes_of(text: str) -> Node:
    """Return the value a text holds; it must have been read without a problem before."""
    events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
    next(events)  # the start of the stream
    next(events)  # and of the document
    return _node(text, next(events), events, 0)


def _node(text: str, event: Any, events: Iterator[Any], after: int) -> Node:
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, AliasEvent):
        return Node("alias", start, end)
    if isinstance(event, ScalarEvent):
        if start == end:  # nothing is written: the mark stands at whatever comes next
            return Node("scalar", after, after)
        if event.style in ("|", ">"):
            end = start + len(text[start:end].rstrip())
        return Node("scalar", start, end)
    column = event.start_mark.column if event.flow_style else event.end_mark.column
    kind = "map" if isinstance(event, MappingStartEvent) else "list"
    if kind == "list" and not event.flow_style and text[end : end + 1] != "-":
        column -= 1  # of a list no deeper than its key, the mark stands behind the first dash
    node = Node(kind, start, end, column, bool(event.flow_style))
    closing = _entries(text, node, events, isinstance(event, SequenceStartEvent))
    node.end = closing if node.flow else max((one.value.end for one in node.entries), default=end)
    return node


def _entries(text: str, node: Node, events: Iterator[Any], rows: bool) -> int:
    """Read the entries of a collection; return where its closing bracket ends."""
    while True:
        event = next(events)
        if isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            return int(event.end_mark.index)
        if rows:
            value = _node(text, event, events, event.start_mark.index)
            node.entries.append(Entry("", value.start, value.start, value))
            continue
        start, key_end = event.start_mark.index, event.end_mark.index
        colon = text.find(":", key_end) + 1
        value = _node(text, next(events), events, colon or key_end)
        node.entries.append(Entry(str(event.value), start, key_end, value))


def line_end(text: str, at: int) -> int:
    """Return where the line ends in which ``at`` stands, before its line end."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if end > at and text[end - 1] == "\r" else end


def line_before(text: str, at: int) -> int:
    """Return where the line before that of ``at`` ends, before its line end."""
    newline = text.rfind("\n", 0, at)
    if newline < 0:
        return 0
    return newline - 1 if newline and text[newline - 1] == "\r" else newline


def line_ends(text: str) -> str:
    """Return how the lines of a text end."""
    return "\r\n" if "\r\n" in text else "\n"
