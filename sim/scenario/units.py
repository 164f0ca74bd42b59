"""Units, and the text of a quantity turned into a number in the program's own unit.

Each function takes what stands in a file and raises ``ValueError`` with the rule it breaks.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, time
from typing import Any, Final

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY
YEAR: Final = 365.25 * DAY
"""Milliseconds in a Julian year, for rates per year."""

TIME_UNITS: Final = {
    "ms": 1,
    "s": SECOND,
    "min": MINUTE,
    "h": HOUR,
    "d": DAY,
    "week": WEEK,
    "weeks": WEEK,
    "month": YEAR / 12,
    "months": YEAR / 12,
}
LENGTH_UNITS: Final = {"m": 1.0, "km": 1000.0, "nmi": 1852.0, "ft": 0.3048, "mi": 1609.344}
SPEED_UNITS: Final = {"m/s": 1.0, "km/h": 1 / 3.6, "kn": 1852.0 / 3600.0}

_LONGEST: Final = 100 * YEAR
_FARTHEST: Final = 20_000_000.0
_FASTEST: Final = 10_000.0
"""Beyond these a quantity is a slip of the pen: milliseconds, metres, metres per second."""

_YEARS: Final = range(1900, 2201)

NUMBER: Final = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_QUANTITY: Final = re.compile(rf"([+-]?{NUMBER}) *([A-Za-z/]+)")
MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
CLOCK_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")

_SPELT: Final = {
    spelt: unit
    for unit, ways in {
        "s": "sec second seconds",
        "min": "mins minute minutes",
        "h": "hr hrs hour hours",
        "d": "day days",
        "weeks": "w wk",
        "m": "metre metres meter meters",
        "km": "kilometre kilometres kilometer kilometers kms",
        "nmi": "nm",
        "mi": "mile miles",
        "kn": "kt kts knot knots",
        "km/h": "kmh kph",
    }.items()
    for spelt in ways.split()
}
"""Units as people also write them, and how they are written here."""

_OTHER: Final = (
    ("a time", TIME_UNITS),
    ("a length", LENGTH_UNITS),
    ("a speed", SPEED_UNITS),
)


def _parse(value: Any, what: str, units: dict[str, Any], example: str) -> float:
    """Return ``value`` in the base unit, or say which rule it breaks."""
    if isinstance(value, bool) or not isinstance(value, str):
        raise ValueError(f'must be {what} with its unit, such as "{example}"')
    match = _QUANTITY.fullmatch(value.strip())
    if match is None:
        raise ValueError(f'must be one number and one unit, such as "{example}"')
    number, unit = match.groups()
    if unit not in units:
        for other, table in _OTHER:
            if unit in table:
                raise ValueError(f'"{unit}" measures {other}, not {what}; write "{example}"')
        if _SPELT.get(unit.lower()) in units:
            raise ValueError(f'"{unit}" is not a unit; write "{number} {_SPELT[unit.lower()]}"')
        raise ValueError(f'"{unit}" is not a unit of {what}; known: {", ".join(units)}')
    result: float = float(number) * units[unit]
    if not math.isfinite(result):
        raise ValueError(f"must be a finite {what.removeprefix('a ')}")
    return result


def to_duration(value: Any) -> Any:
    """Refuse bare numbers, which in a file carry no unit."""
    if isinstance(value, Milliseconds):
        return int(value)
    result = _parse(value, "a time", TIME_UNITS, "45 min")
    if result < 0:
        raise ValueError("a time must not be negative")
    if result > _LONGEST:
        raise ValueError("a time must not exceed 100 years")
    return math.floor(result + 0.5)


class Milliseconds(int):
    """A whole number of milliseconds that the program itself hands to a model."""


def to_length(value: Any) -> Any:
    result = _parse(value, "a length", LENGTH_UNITS, "32 km")
    if result < 0:
        raise ValueError("a length must not be negative")
    if result > _FARTHEST:
        raise ValueError("a length must not exceed 20000 km")
    return result


def to_speed(value: Any) -> Any:
    result = _parse(value, "a speed", SPEED_UNITS, "20 kn")
    if result <= 0:
        raise ValueError("a speed must be greater than zero")
    if result > _FASTEST:
        raise ValueError("a speed must not exceed 36000 km/h")
    return result


def to_moment(value: Any) -> Any:
    rule = "must be a date and time with a zone, such as 2022-09-29T10:00Z"
    if not isinstance(value, datetime):
        if not isinstance(value, str) or not MOMENT.fullmatch(value):
            raise ValueError(rule)
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError(f"{rule}: {error}") from None
    moment: datetime = value
    if moment.tzinfo is None:
        raise ValueError("a time must say its zone: add Z for UTC, or an offset such as +02:00")
    if moment.year not in _YEARS:
        raise ValueError(f"must lie in the years {_YEARS[0]} to {_YEARS[-1]}")
    return moment.astimezone(UTC)


def as_moment(value: Any) -> datetime | None:
    """Return a moment as a file writes it, None if it is none."""
    try:
        moment = to_moment(value)
    except ValueError:
        return None
    return moment if isinstance(moment, datetime) else None


def as_duration(value: Any) -> int | None:
    """Return a time as a file writes it in milliseconds, None if it is none."""
    try:
        return int(to_duration(value))
    except ValueError:
        return None


def as_length(value: Any) -> float | None:
    """Return a length as a file writes it in metres, None if it is none."""
    try:
        return float(to_length(value))
    except ValueError:
        return None


def as_speed(value: Any) -> float | None:
    """Return a speed as a file writes it in metres per second, None if it is none."""
    try:
        return float(to_speed(value))
    except ValueError:
        return None


def to_clock_time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    match = CLOCK_TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("must be a time of day such as 22:00")
    return time(int(match[1]), int(match[2]))


def time_text(milliseconds: int) -> str:
    """Return a time as a file would write it, in the unit that reads best."""
    for name, unit in (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", SECOND)):
        number = milliseconds / unit
        if number >= 2 or (number >= 1 and number == int(number)):
            return f"{number:.4g} {name}"
    return f"{milliseconds} ms" if milliseconds else "0 min"
