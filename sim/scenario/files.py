"""Files to plain values: what can be wrong with a file before its text is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sim.errors import Problem
from sim.scenario.places import Places, Reading
from sim.scenario.reading import SCENARIO, Kind, read_values

MAX_BYTES: Final = 1_000_000


def read_bytes(content: bytes, file: str, kind: Kind = SCENARIO) -> Reading:
    """Return the values of a file's bytes, which must be UTF-8."""
    try:
        return read_values(content.decode("utf-8-sig"), file, kind)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        value = f"byte 0x{content[error.start]:02x} at offset {error.start}"
        problem = Problem(
            file, line, column, "", value, "must be UTF-8 text", "Save the file as UTF-8"
        )
        return Reading(file, "", None, Places({}, {}), [problem])


def read_file(path: Path, kind: Kind = SCENARIO) -> Reading:
    """Return the values of a file, or the reason why it cannot be read."""
    file = str(path)

    def refuse(rule: str, hint: str, value: str = "") -> Reading:
        return Reading(file, "", None, Places({}, {}), [Problem(file, 0, 0, "", value, rule, hint)])

    try:
        if path.is_dir():
            return refuse(f"is a folder, not a {kind.noun} file", "Name one of the files in it")
        if path.exists() and not path.is_file():
            return refuse("is not a plain file", f"Name a {kind.noun} file")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return refuse("there is no such file", f"Check the name, or write one. {kind.start}")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return refuse(f"cannot be read: {reason or 'unknown reason'}", "Check its permissions")
    if len(content) > MAX_BYTES:
        rule = f"is larger than {MAX_BYTES // 1000} kB"
        hint = f"A {kind.noun} is a few kB of text; is this the right file?"
        return refuse(rule, hint)
    return read_bytes(content, file, kind)
