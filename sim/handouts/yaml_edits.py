"""A scenario's text with other injects, and everything else as it was, to the letter.

Every change is a piece of text in the place of another. What an inject keeps keeps its words, its
quotes and its comments; comments leave only with the inject they stand in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sim.handouts.yaml_nodes import Entry, Node, line_before, line_end, line_ends, nodes_of
from sim.handouts.yaml_values import WIDTH, inline, item, lines

Values = Mapping[str, Any]


class Edit(NamedTuple):
    """A piece of text to stand in place of what lies between two places."""

    start: int
    end: int
    text: str


class Change(NamedTuple):
    """What an inject was and what it is to be, both as a list gives it, by its row in the file."""

    row: int
    was: Values
    now: Values


class Addition(NamedTuple):
    """A new inject, to stand behind a row of the file; before the first for -1."""

    after: int
    now: Values


def edited(
    text: str, changes: Iterable[Change], removed: set[int], added: Sequence[Addition]
) -> str:
    """Return a scenario's text with some injects changed, some taken out and some put in."""
    root = nodes_of(text)
    entry = root.entry("injects")
    edits: list[Edit] = []
    if entry is None or not entry.value.entries:
        edits += _first(text, root, entry, added)
    else:
        rows = entry.value.entries
        for change in changes:
            edits += _merged(text, rows[change.row].value, change.was, change.now)
        work = _flow_rows if entry.value.flow else _block_rows
        edits += work(text, entry, removed, added)
    # Of two edits in one place the earlier in the list comes first in the text.
    ordered = sorted(edits, key=lambda one: (one.start, one.end > one.start))
    for edit in ordered[::-1]:
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _block(text: str, listed: Iterable[str]) -> str:
    """Return lines as they follow a line of the text."""
    return "".join(line_ends(text) + line for line in listed)


def _first(text: str, root: Node, entry: Entry | None, added: Sequence[Addition]) -> list[Edit]:
    """Write injects into a file that has none."""
    values = [one.now for one in added]
    if not values:
        return []
    rows = [line for one in values for line in item(one, 2)]
    if entry is not None:
        new = f" {inline(values)}" if root.flow else _block(text, rows)
        return [Edit(entry.key_end, entry.value.end, f":{new}")]
    if root.flow:
        return _inserted(text, root, root.entries, {"injects": values})
    after = root.entry("channels") or root.entries[-1]
    at = line_end(text, after.value.end)
    return [Edit(at, at, _block(text, ["", "injects:", *rows]))]


def _block_rows(
    text: str, entry: Entry, removed: set[int], added: Sequence[Addition]
) -> list[Edit]:
    """Take rows out of a block list and put others in."""
    rows, dashes = entry.value.entries, entry.value.column
    edits: list[Edit] = []
    for one in added:
        place = rows[one.after].value.end if one.after >= 0 else entry.key_end
        at = line_end(text, place)
        edits.append(Edit(at, at, _block(text, item(one.now, dashes))))
    for row in removed:
        value = rows[row].value
        start = line_before(text, _dash(text, value.start, dashes))
        edits.append(Edit(start, line_end(text, value.end), ""))
    return edits


def _dash(text: str, at: int, column: int) -> int:
    """Return the place of the dash before a row that begins at ``at``."""
    start = text.rfind("\n", 0, at) + 1
    while start and not text.startswith(" " * column + "-", start):
        start = text.rfind("\n", 0, start - 1) + 1
    return start + column


def _flow_rows(text: str, entry: Entry, removed: set[int], added: Sequence[Addition]) -> list[Edit]:
    """Take rows out of a list in brackets and put others in, behind all that stay."""
    node = entry.value
    stay = [one for row, one in enumerate(node.entries) if row not in removed]
    edits = _cut_flow(node, [row not in removed for row in range(len(node.entries))])
    if added:
        new = ", ".join(inline(one.now) for one in added)
        at = stay[-1].value.end if stay else node.start + 1
        edits.insert(0, Edit(at, at, f", {new}" if stay else new))
    return edits


def _cut_flow(node: Node, stays: Sequence[bool]) -> list[Edit]:
    """Take entries out of brackets, each with one of the commas beside it."""
    entries = node.entries
    edits: list[Edit] = []
    at = 0
    while at < len(entries):
        last = at
        while last + 1 < len(entries) and not stays[at] and not stays[last + 1]:
            last += 1
        if not stays[at]:
            if last + 1 < len(entries):
                edits.append(Edit(entries[at].start, entries[last + 1].start, ""))
            else:
                start = entries[at - 1].value.end if at else entries[0].start
                edits.append(Edit(start, entries[last].value.end, ""))
        at = last + 1
    return edits


def _merged(text: str, node: Node, was: Values, now: Values) -> list[Edit]:
    """Bring a mapping from what it was to what it is to be, by as little as possible."""
    if node.kind != "map":
        return [Edit(node.start, node.end, inline(now))]
    edits: list[Edit] = []
    new: dict[str, Any] = {}
    for key, value in now.items():
        entry = node.entry(key)
        if key in was and was[key] == value:
            continue
        if entry is None:
            new[key] = value
        elif isinstance(value, Mapping) and isinstance(was.get(key), Mapping):
            edits += _merged(text, entry.value, was[key], value)
        else:
            edits.append(_replaced(entry, value))
    gone = [one.key in was and one.key not in now for one in node.entries]
    stay = [one for one, left in zip(node.entries, gone, strict=True) if not left]
    edits += _inserted(text, node, stay, new) if new else []
    return edits + _cut(text, node, [not left for left in gone])


def _replaced(entry: Entry, value: Any) -> Edit:
    node = entry.value
    block = node.kind in ("map", "list") and not node.flow
    if block or node.start == node.end:
        return Edit(entry.key_end, node.end, f": {inline(value)}")
    return Edit(node.start, node.end, inline(value))


def _inserted(text: str, node: Node, stay: Sequence[Entry], new: Values) -> list[Edit]:
    """Add entries to a mapping, behind the last of those that stay."""
    if not node.flow:
        at = line_end(text, stay[-1].value.end)
        return [Edit(at, at, _block(text, lines(new, node.column)))]
    at = stay[-1].value.end if stay else node.start + 1
    words = inline(new)[1:-1]
    if not stay:
        return [Edit(at, at, words)]
    line = text[text.rfind("\n", 0, at) + 1 : at]
    gap = " " if len(line) + len(words) < WIDTH else line_ends(text) + " " * (node.column + 1)
    return [Edit(at, at, f",{gap}{words}")]


def _cut(text: str, node: Node, stays: Sequence[bool]) -> list[Edit]:
    """Take entries out of a mapping."""
    if node.flow:
        return _cut_flow(node, stays)
    edits: list[Edit] = []
    first = stays.index(True) if True in stays else len(stays)
    if 0 < first < len(stays):
        edits.append(Edit(node.entries[0].start, node.entries[first].start, ""))
    for at in range(first, len(stays)):
        if not stays[at]:
            one = node.entries[at]
            edits.append(Edit(line_before(text, one.start), line_end(text, one.value.end), ""))
    return edits
