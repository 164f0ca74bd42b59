"""YAML text to plain values with the place of each, and nothing but values.

A scenario file is data: mappings, lists, text, numbers, true, false and null, as YAML 1.2 writes
them. Dates stay text. Whatever else YAML can do (tags that build objects, several documents,
repeated keys, anchors that multiply) is refused here, with its line, before anything looks at it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from sim.errors import Problem
from sim.scenario.places import HIDDEN, Places, Reading, Steps, path_text, shown

MAX_DEPTH: Final = 50
MAX_NODES: Final = 20_000
"""Values in one file, each alias counted with all it stands for; a long scenario has a thousand."""

_MAX_DIGITS: Final = 40
UNPRINTABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""A character that no text of a scenario may hold."""

_INT: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_CONSTANTS: Final[dict[str, bool | None]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip


class Kind(NamedTuple):
    """What a file is meant to hold, and how to begin one."""

    noun: str
    start: str


SCENARIO: Final = Kind("scenario", "Begin with: deconflict new NAME")


class _Unreadable(Exception):
    """The rest of the text cannot be read; the problem is already noted."""


class _Node(NamedTuple):
    """A value with what an alias to it would cost: values below it, and levels."""

    value: Any
    size: int
    height: int


class _Reader:
    """One pass over the parser's events, noting every problem on the way."""

    def __init__(self, text: str, file: str, kind: Kind) -> None:
        self.file = file
        self.kind = kind
        self.problems: list[Problem] = []
        self.places = Places({}, {})
        self._events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
        self._anchors: dict[str, _Node] = {}
        self._size = 0

    def complain(
        self, event: Any, path: Steps, value: str, rule: str, hint: str = "", fatal: bool = False
    ) -> None:
        """Note a problem where an event begins; a fatal one ends the reading."""
        mark = event.start_mark
        self.problems.append(
            Problem(self.file, mark.line + 1, mark.column + 1, path_text(path), value, rule, hint)
        )
        if fatal:
            raise _Unreadable

    def document(self) -> Any:
        """Return the one document of the text."""
        next(self._events)  # the start of the stream
        event = next(self._events)
        if isinstance(event, StreamEndEvent):
            self.complain(event, (), "", "the file is empty", self.kind.start, fatal=True)
        self._directives(event)
        value = self._node(next(self._events), (), 0).value
        next(self._events)  # the end of the document
        event = next(self._events)
        if not isinstance(event, StreamEndEvent):
            hint = f"A file holds one {self.kind.noun}"
            self.complain(event, (), "", "a second document begins here", hint)
        return value

    def _directives(self, event: DocumentStartEvent) -> None:
        version = event.version
        if version is not None and tuple(version) != (1, 2):
            written = ".".join(str(part) for part in version)
            self.complain(event, (), f"%YAML {written}", "must be YAML 1.2", "Leave the line out")

    def _node(self, event: Any, path: Steps, depth: int) -> _Node:
        """Return the value that begins with ``event``."""
        mark = event.start_mark
        self.places.values[path] = (mark.line + 1, mark.column + 1)
        if isinstance(event, AliasEvent):
            node = self._alias(event, path)
        else:
            self._tag(event, path)
            if isinstance(event, ScalarEvent):
                node = _Node(self._scalar(event, path), 1, 0)
            else:
                self._deep(event, path, depth)
                node = self._collection(event, path, depth)
            if event.anchor is not None:
                self._anchors[str(event.anchor)] = node
        self._deep(event, path, depth + node.height)
        self._count(event, path, node.size if isinstance(event, AliasEvent) else 1)
        return node

    def _deep(self, event: Any, path: Steps, depth: int) -> None:
        if depth > MAX_DEPTH:
            rule = f"must not nest deeper than {MAX_DEPTH} levels"
            hint = f"A {self.kind.noun} needs about six"
            self.complain(event, path[:6], "", rule, hint, fatal=True)

    def _count(self, event: Any, path: Steps, size: int) -> None:
        self._size += size
        if self._size > MAX_NODES:
            rule = f"holds more than {MAX_NODES:,} values, aliases counted in full"
            hint = f"Split it into several {self.kind.noun}s"
            self.complain(event, path, "", rule, hint, fatal=True)

    def _alias(self, event: AliasEvent, path: Steps) -> _Node:
        found = self._anchors.get(str(event.anchor))
        if found is None:
            rule = "an alias needs an anchor that is complete before it"
            self.complain(event, path, f"*{event.anchor}", rule, f"Write &{event.anchor} earlier")
            return _Node(None, 1, 0)
        return found

    def _tag(self, event: Any, path: Steps) -> None:
        if event.ctag is not None:
            written = str(event.ctag).replace("tag:yaml.org,2002:", "!!")[:60]
            self.complain(
                event, path, written, "tags are not allowed", "Write the plain value without it"
            )

    def _collection(self, event: Any, path: Steps, depth: int) -> _Node:
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path, depth)
        if isinstance(event, MappingStartEvent):
            return self._mapping(path, depth)
        self.complain(event, path, "", "cannot be read here", fatal=True)
        raise _Unreadable

    def _sequence(self, path: Steps, depth: int) -> _Node:
        items: list[Any] = []
        size, height = 1, 0
        while not isinstance(event := next(self._events), SequenceEndEvent):
            node = self._node(event, (*path, len(items)), depth + 1)
            items.append(node.value)
            size, height = size + node.size, max(height, node.height + 1)
        return _Node(items, size, height)

    def _mapping(self, path: Steps, depth: int) -> _Node:
        items: dict[str, Any] = {}
        size, height = 1, 0
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._key(event, path, items, depth)
            # A refused key's value is still read, under a place that nobody asks for.
            where = (*path, HIDDEN if key is None else key)
            node = self._node(next(self._events), where, depth + 1)
            if key is not None:
                items[key] = node.value
            size, height = size + node.size + 1, max(height, node.height + 1)
        return _Node(items, size, height)

    def _key(self, event: Any, path: Steps, items: dict[str, Any], depth: int) -> str | None:
        """Return a usable key, or note why it is none."""
        mark = event.start_mark
        key = self._node(event, (*path, HIDDEN), depth + 1).value
        if not isinstance(key, str):
            rule = "a key must be a plain word"
            self.complain(event, path, shown(key), rule, "Put it in quotes if it is meant so")
            return None
        if key == "<<":
            self.complain(event, path, "<<", "merge keys are not read", "Write the values out")
            return None
        if key in items:
            line = self.places.keys[(*path, key)][0]
            rule, hint = "this key is given twice", f"It stands first on line {line}; keep one"
            self.complain(event, (*path, key), key, rule, hint)
            return None
        self.places.keys[(*path, key)] = (mark.line + 1, mark.column + 1)
        return key

    def _scalar(self, event: ScalarEvent, path: Steps) -> Any:
        """Return a scalar as YAML 1.2's core schema reads it; dates stay text."""
        text: str = event.value
        bad = UNPRINTABLE.search(text)
        if bad:
            rule = "text must not hold control characters"
            self.complain(event, path, shown(text), rule, f"Take {bad[0]!r} out")
            return UNPRINTABLE.sub("", text)
        if event.style is not None or not event.implicit[0]:
            return text
        return self._plain(event, path, text)

    def _plain(self, event: ScalarEvent, path: Steps, text: str) -> Any:
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        whole = _INT.fullmatch(text)
        if not whole and not _FLOAT.fullmatch(text) and not _NOT_FINITE.fullmatch(text):
            return text
        if len(text) > _MAX_DIGITS:
            rule = f"a number must not have more than {_MAX_DIGITS} digits"
            self.complain(event, path, shown(text), rule, "Round it")
            return None
        if whole:
            return int(text, 0 if text.startswith(("0o", "0x")) else 10)
        number = float(text.replace(".inf", "inf")) if _FLOAT.fullmatch(text) else math.inf
        if not math.isfinite(number):
            self.complain(event, path, text, "a number must be finite", "Give a plain number")
            return None
        return number


def _unprintable(text: str, file: str) -> Problem | None:
    """Return the problem of the first character that YAML does not allow."""
    bad = UNPRINTABLE.search(text)
    if bad is None:
        return None
    line = text.count("\n", 0, bad.start()) + 1
    column = bad.start() - (text.rfind("\n", 0, bad.start()) + 1) + 1
    rule = "a text file must not hold control characters"
    return Problem(file, line, column, "", repr(bad[0]), rule, "Save it as plain UTF-8 text")


def _parser_problem(error: Exception, file: str) -> Problem:
    """Return the parser's complaint as a problem with its place."""
    rule, line, column = "is not valid YAML", 0, 0
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        rule = f"is not valid YAML: {error.problem or error.context or 'cannot be read'}"
        if mark is not None:
            line, column = mark.line + 1, mark.column + 1
    hint = "Check the indentation, brackets and quotes just before this place"
    return Problem(file, line, column, "", "", " ".join(rule.split()), hint)


def read_values(text: str, file: str, kind: Kind = SCENARIO) -> Reading:
    """Return the values of a YAML text; never raises, whatever the text."""
    text = text.removeprefix("\ufeff")
    unprintable = _unprintable(text, file)
    if unprintable is not None:
        return Reading(file, text, None, Places({}, {}), [unprintable])
    reader = _Reader(text, file, kind)
    values: Any = None
    try:
        values = reader.document()
    except _Unreadable:
        pass
    except Exception as error:  # the parser fails on some malformed texts with built-in errors
        reader.problems.append(_parser_problem(error, file))
    return Reading(file, text, values, reader.places, reader.problems)
