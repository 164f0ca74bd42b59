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

from pydantic import BaseModel

from sim.errors import RunError
from sim.scenario.catalogue import Row, catalogue_rows
from sim.scenario.channel_model import Channel
from sim.scenario.complaints import models_in
from sim.scenario.filling import kind_of_channel, mapping
from sim.scenario.loading import arm, arm_names
from sim.scenario.models import Scenario
from sim.scenario.quantities import Delay
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
from sim.scenario.varying import row_of

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
_SAME: Final = 1e-9
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


# What a lever means in one scenario.


def written(scenario: Scenario, lever: Lever, value: Any) -> Any:
    """Return what a file would hold for a value of a lever in this scenario.

    A plain time for a delay that varies moves the delay and keeps its spread: the 95th percentile
    stays the same multiple of the median.
    """
    base, time = base_value(scenario, lever.path), amount(value)
    if time is None or time.quantity != "time" or not isinstance(base, (Delay, Mapping)):
        return value
    parts = base.model_dump(exclude_none=True) if isinstance(base, Delay) else dict(base)
    if parts.keys() == {"mean"}:
        return {"mean": value}
    if parts.keys() != {"median", "p95"}:
        return value
    median, p95 = (_milliseconds(parts[key]) for key in ("median", "p95"))
    if not median:
        return value
    return {"median": value, "p95": f"{round(time.number * p95 / median)} ms"}


def _milliseconds(value: Any) -> float:
    found = amount(value)
    return found.number if found is not None else 0.0


def base_value(scenario: Scenario, path: str) -> Any:
    """Return what the scenario holds at a path, as its file or else its model; None for nothing.

    What an arm's patch does not touch is as the scenario has it.
    """
    _, values = scenario.origin
    steps = path.split(".")
    found = _walk(values, steps)
    if found is None:
        found = _walk(scenario, steps)
    if found is None and steps[0] == "arms" and steps[1:2] and steps[1] in arm_names(scenario):
        found = _walk(arm(scenario, steps[1]), _without_arm(steps))
    return found


def _walk(values: Any, steps: list[str]) -> Any:
    for step in steps:
        if isinstance(values, list):
            row = row_of(values, step)
            values = None if row is None else values[row]
        elif isinstance(values, dict):
            values = values.get(step)
        elif isinstance(values, BaseModel):
            values = getattr(values, step) if step in type(values).model_fields else None
        else:
            return None
    return values


def base_number(scenario: Scenario, lever: Lever) -> float | None:
    """Return the scenario's own value as a number in the lever's unit, None if it is none.

    That of a delay is its median or mean.
    """
    base = base_value(scenario, lever.path)
    if isinstance(base, Delay):
        return base.scale
    if isinstance(base, Mapping):
        base = base.get("median", base.get("mean"))
    found = amount(base)
    if found is None or (found.quantity != lever.quantity and not isinstance(base, (int, float))):
        return None
    return found.number


class Bounds(NamedTuple):
    """The catalogue's range of a value, in the program's own unit."""

    low: float
    high: float

    def hold(self, number: float) -> bool:
        """Whether a number lies within them, but for rounding."""
        near = _SAME * max(abs(self.low), abs(self.high))
        return self.low - near <= number <= self.high + near


def bounds(scenario: Scenario, lever: Lever) -> Bounds | None:
    """Return the catalogue's range of what a lever moves, None if it has none."""
    row = catalogue_row(scenario, lever.path)
    if row is None:
        return None
    low, high = amount(row.low), amount(row.high)
    if low is None or high is None or not low.quantity == high.quantity == lever.quantity:
        return None
    return Bounds(low.number, high.number)


_RANGED: Final = frozenset({"median", "mean", "probability", "every", "serious", "high_risk"})
"""Parts of a value that its range in the catalogue is about."""


def catalogue_row(scenario: Scenario, path: str) -> Row | None:
    """Return the row of the catalogue whose range is about a path, None if there is none."""
    found = _named_in_catalogue(scenario, path)
    if found is None:
        return None
    group, name, part = found
    if part and part not in _RANGED:
        return None
    return next((r for r in catalogue_rows() if (r.group, r.name) == (group, name)), None)


def _named_in_catalogue(scenario: Scenario, path: str) -> tuple[str, str, str] | None:
    """Return group, name and part under which the catalogue keeps what a path leads to."""
    steps = _without_arm(path.split("."))
    block, name, field, part, *rest = [*steps, "", "", "", ""]
    if any(rest):
        return None
    if block == "parameters":
        return "model", name, field
    if block == "forces" and field == "launches":
        return "defaults", "forces.launches", part
    if block != "channels" or not field:
        return None
    if field == "notice_lead":
        return "defaults", "channels.notice_lead", part
    kind = kind_of_channel(name, mapping(scenario.origin[1], "channels", name))
    return ("channels", f"{kind}.{field}", part) if kind else None


def _without_arm(steps: list[str]) -> list[str]:
    """Return the steps below an arm as those of the scenario that its patch is laid over."""
    if steps[0] != "arms" or len(steps) <= 2:
        return steps
    rest = steps[2:]
    return rest if rest[0] in ("channels", "parameters") else ["channels", *rest]


def meaning(scenario: Scenario, path: str) -> str:
    """Return in words what a path leads to, or an empty text where the catalogue has no words."""
    found = _named_in_catalogue(scenario, path)
    if found is None:
        return ""
    group, name, part = found
    field = Channel.model_fields.get(name.rpartition(".")[2]) if group == "channels" else None
    if field is not None and part:
        for model in models_in(field.annotation):
            if part in model.model_fields and model.model_fields[part].description:
                return str(model.model_fields[part].description)
    row = next((r for r in catalogue_rows() if (r.group, r.name) == (group, name)), None)
    return row.meaning if row is not None else ""
