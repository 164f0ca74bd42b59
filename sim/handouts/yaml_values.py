"""Plain values as YAML text: as a person would write them, and read back as they were."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from sim.scenario.units import MOMENT

WIDTH: Final = 118

_PLAIN: Final = re.compile(
    rf"[^\W\d_](?:[\w .'()/–+-]*[\w.'()/–+-])?|[0-9]+ [a-z]+|{MOMENT.pattern}"
)
"""Texts that YAML cannot take for anything else, also within brackets."""

_SPELT: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
"""Words that YAML, or what other programs take for it, reads as no text."""


def scalar(value: Any) -> str:
    """Return a number, a truth or a text on one line, in quotes only where it may need them."""
    if isinstance(value, bool) or not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and value.casefold() not in _SPELT:
        return value
    # JSON's quotes and escapes are YAML's too; a next-line sign would be folded.
    return json.dumps(value, ensure_ascii=False).replace("\x85", "\\x85")


def inline(value: Any) -> str:
    """Return a value on one line, in brackets where it holds others."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(inline(one) for one in value)}]"
    return scalar(value)


def lines(values: Mapping[str, Any], indent: int) -> list[str]:
    """Return a mapping as lines of a block, what is too long for one line as a block of its own."""
    found: list[str] = []
    for key, value in values.items():
        line = f"{' ' * indent}{key}: {inline(value)}"
        if isinstance(value, Mapping) and len(line) > WIDTH:
            found.append(f"{' ' * indent}{key}:")
            found += lines(value, indent + 2)
        else:
            found.append(line)
    return found


def item(values: Mapping[str, Any], indent: int) -> list[str]:
    """Return a mapping as a row of a block list whose dashes stand at ``indent``."""
    line = f"{' ' * indent}- {inline(values)}"
    if len(line) <= WIDTH:
        return [line]
    first, *rest = lines(values, indent + 2)
    return [f"{' ' * indent}- {first.lstrip()}", *rest]
