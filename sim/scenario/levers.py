"""Levers: what a sweep moves, any path of a scenario, and the values it takes there.

A lever is written ``PATH=a..b``, ``PATH=a..b:n`` for n values, or ``PATH=a,b,c``. Values between
two ends are evenly spaced, or geometrically where the ends are both above zero and more than a
factor of ten apart; ``:lin`` and ``:log`` at the end say it outright.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple

from sim.errors import RunError
from sim.scenario.reading import read_values
from sim.scenario.units import (
    LENGTH_UNITS,
    NUMBER,
    SPEED_UNITS,
    TIME_UNITS,
    as_duration,
    as_length,
    as_speed,
    time_text,
)

Spacing = Literal["listed", "even", "geometric"]

USUAL: Final = 5
"""Values between two ends unless told otherwise."""
MOST: Final = 60
"""Most values of one lever."""
WIDE: Final = 10.0
"""The ratio of two ends beyond which the values between them are spaced geometrically."""

_BETWEEN: Final = re.compile(
    r"(?P<low>.+?)\.\.(?P<high>[^:]+?)(:(?P<count>[0-9]+))?(:(?P<spacing>lin|log))?"
)
_QUANTITY: Final = re.compile(rf"(?P<number>[+-]?{NUMBER}) *(?P<unit>[A-Za-z/]*)")
_UNITS: Final[dict[str, tuple[Mapping[str, float], str]]] = {
    "time": (TIME_UNITS, "ms"),
    "length": (LENGTH_UNITS, "m"),
    "speed": (SPEED_UNITS, "m/s"),
}
_READERS: Final[tuple[tuple[str, Callable[[Any], float | None]], ...]] = (
    ("time", as_duration), ("length", as_length), ("speed", as_speed),
)  # fmt: skip
_EXAMPLE: Final = "write PATH=a..b, PATH=a..b:n or PATH=a,b,c, as in parameters.heed=0.2..0.8:4"
_FIGURES: Final = 3
"""Figures that a value between two ends is rounded to, more where neighbours lie closer."""


class Amount(NamedTuple):
    """A value as a number: of which quantity ("number" for none), in the program's own unit."""

    quantity: str
    number: float


def amount(value: Any) -> Amount | None:
    """Return a value of a file as a number, None if it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return Amount("number", float(value))
    for quantity, read in _READERS:
        number = read(value)
        if number is not None:
            return Amount(quantity, float(number))
    return None


@dataclass(frozen=True)
class Lever:
    """A path of a scenario and the values it is given there, as a file writes them.

    Numbers and quantities stand in ascending order, each once; other values as they were listed.
    """

    path: str
    values: tuple[Any, ...]
    spacing: Spacing = "listed"

    @property
    def quantity(self) -> str | None:
        """What all values are amounts of, None if they are of several or of none."""
        found = {each.quantity if each else None for each in map(amount, self.values)}
        return found.pop() if len(found) == 1 else None

    @property
    def unit(self) -> str | None:
        """The unit of ``numbers``, None if they carry none."""
        return _UNITS[self.quantity][1] if self.quantity in _UNITS else None

    @property
    def numbers(self) -> tuple[float, ...] | None:
        """The values as numbers, None if they are no amounts of one quantity."""
        if self.quantity is None:
            return None
        return tuple(each.number for each in map(amount, self.values) if each is not None)

    @property
    def texts(self) -> tuple[str, ...]:
        """The values as a person reads them."""
        return tuple(value_text(value) for value in self.values)


def value_text(value: Any) -> str:
    """Return a value of a file as a person reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {value_text(each)}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return " + ".join(value_text(each) for each in value) or "none"
    return "nothing" if value is None else str(value)


def lever(text: str) -> Lever:
    """Return the lever of a text such as ``parameters.heed=0.2..0.8:4``; raises RunError."""
    path, sign, written = (part.strip() for part in text.partition("="))
    if not sign or not path or not written:
        raise RunError(f'--vary: "{text}" is no lever; {_EXAMPLE}')
    return lever_of(path, written)


def lever_of(path: str, written: str | Sequence[Any]) -> Lever:
    """Return the lever of a path with its values, as a list or as a text such as ``0.2..0.8:4``.

    Raises RunError for what is neither.
    """
    if not isinstance(written, str):
        return _listed(path, list(written))
    between = _BETWEEN.fullmatch(written)
    if between is not None:
        return _between(path, written, between)
    if ".." in written:
        raise RunError(f'--vary {path}: "{written}" cannot be read; {_EXAMPLE}')
    reading = read_values(f"[{written}]", "--vary")
    if reading.problems or not isinstance(reading.values, list):
        raise RunError(f'--vary {path}: "{written}" is no list of values; {_EXAMPLE}')
    return _listed(path, reading.values)


def _listed(path: str, values: list[Any]) -> Lever:
    once: list[Any] = []
    for value in values:
        if value not in once:
            once.append(value)
    found = Lever(path, tuple(once))
    if found.numbers is not None:
        by_number = dict(sorted(zip(found.numbers, found.values, strict=True)))
        found = Lever(path, tuple(by_number.values()))
    return _sized(found)


def _sized(found: Lever) -> Lever:
    """Refuse a lever that does not move, or has too many values."""
    if not 2 <= len(found.values) <= MOST:
        raise RunError(
            f"--vary {found.path}: a lever takes 2 to {MOST} different values (got "
            f"{len(found.values)}); {_EXAMPLE}"
        )
    return found


def _between(path: str, written: str, parts: re.Match[str]) -> Lever:
    """Return a lever with values between two ends."""
    place = f'--vary {path}: "{written}"'
    texts = _with_units(parts["low"].strip(), parts["high"].strip())
    ends = [_end(text) for text in texts]
    amounts = [amount(end) for end in ends]
    if amounts[0] is None or amounts[1] is None:
        bad = texts[0] if amounts[0] is None else texts[1]
        raise RunError(
            f'{place}: "{bad}" is neither a number nor one with a unit, such as 45 min; {_EXAMPLE}'
        )
    low, high = amounts[0], amounts[1]
    if low.quantity != high.quantity:
        raise RunError(f"{place} runs from a {low.quantity} to a {high.quantity}; give one of both")
    if low.number == high.number:
        raise RunError(f"{place}: both ends are the same; {_EXAMPLE}")
    if low.number > high.number:
        low, high, ends = high, low, ends[::-1]
    count = int(parts["count"] or USUAL)
    wide = low.number > 0 and high.number / low.number > WIDE
    if parts["spacing"] == "log" and low.number <= 0:
        raise RunError(f"{place}: geometric spacing needs ends above zero; leave :log out")
    geometric = parts["spacing"] == "log" or (parts["spacing"] is None and wide)
    if not 2 <= count <= MOST:
        raise RunError(f"{place}: a lever takes 2 to {MOST} values (got {count})")
    inner = _inner(low, high, count, geometric, ends)
    values = _listed(path, [ends[0], *inner, ends[1]]).values
    return Lever(path, values, "geometric" if geometric else "even")


def _with_units(low: str, high: str) -> tuple[str, str]:
    """Return two ends, the first with the second's unit if it has none of its own."""
    first, second = _QUANTITY.fullmatch(low), _QUANTITY.fullmatch(high)
    if first and second and not first["unit"] and second["unit"]:
        low = f"{low} {second['unit']}"
    return low, high


def _end(text: str) -> Any:
    """Return an end of a range as a file would hold it."""
    match = _QUANTITY.fullmatch(text)
    if match is None or match["unit"]:
        return text
    return int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else float(text)


def _inner(low: Amount, high: Amount, count: int, geometric: bool, ends: list[Any]) -> list[Any]:
    """Return the values between two ends, rounded as a person would write them."""
    shares = [at / (count - 1) for at in range(count)]
    if geometric:
        ratio = high.number / low.number
        numbers = [low.number * ratio**share for share in shares]
    else:
        numbers = [low.number + share * (high.number - low.number) for share in shares]
    gap = min(after - before for before, after in pairwise(numbers))
    inner = []
    for number in numbers[1:-1]:
        figures = max(_FIGURES, 2 + math.floor(math.log10(max(1.0, abs(number) / gap))))
        inner.append(_rounded(number, figures, low.quantity, ends))
    return inner


def _rounded(number: float, figures: int, quantity: str, ends: list[Any]) -> Any:
    """Return a number with so many figures, as a file would hold it."""
    if quantity == "number":
        found = float(f"{number:.{figures}g}")
        whole = all(isinstance(end, int) for end in ends) and found == int(found)
        return int(found) if whole else found
    text = time_text(round(number)) if quantity == "time" else ends[0]
    match = _QUANTITY.fullmatch(text)
    assert match is not None  # an amount of a quantity has a unit
    unit = match["unit"]
    return f"{float(f'{number / _UNITS[quantity][0][unit]:.{figures}g}'):g} {unit}"
