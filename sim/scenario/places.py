"""Where values stand in a file, and how paths and values are written in messages."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sim.errors import Problem

HIDDEN: Final = "\0"
"""The step to something that no path in the file names: a key itself, a refused key's value."""

Steps = tuple[str | int, ...]
"""The way from the top of a file to a value: keys, and rows of lists from 0."""


class Places(NamedTuple):
    """Where values and keys stand: (line, column), from 1, by path."""

    values: dict[Steps, tuple[int, int]]
    keys: dict[Steps, tuple[int, int]]

    def of(self, path: Steps, key: bool = False) -> tuple[int, int]:
        """Return the place of a value or key, or of the nearest thing around it."""
        if key and path in self.keys:
            return self.keys[path]
        for length in range(len(path), 0, -1):
            if path[:length] in self.values:
                return self.values[path[:length]]
        return (1, 1) if self.values else (0, 0)

    def depth(self, path: Steps) -> int:
        """Return how many steps of a path are written in the file."""
        return next((n for n in range(len(path), 0, -1) if path[:n] in self.values), 0)


class Reading(NamedTuple):
    """What a text holds: its values, where they stand, and what was wrong with the text."""

    file: str
    text: str
    values: Any
    places: Places
    problems: list[Problem]


def path_text(path: Steps) -> str:
    """Return a path as a person writes it: ``forces[2].moves.box``."""
    named = [step for step in path if isinstance(step, int) or not step.startswith(HIDDEN)]
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in named)
    return text.removeprefix(".")


def shown(value: Any) -> str:
    """Return a value short enough to stand in a message."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{key}: {shown(item)}" for key, item in list(value.items())[:6])
        text += "}"
    elif isinstance(value, (list, tuple)):
        text = "[" + ", ".join(shown(item) for item in value[:8]) + "]"
    else:
        text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
