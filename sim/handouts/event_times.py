"""Scenario times as people write them in a list, never without their zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from sim.errors import RunError
from sim.scenario.nearest import nearest

_DATE_AND_TIME: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})[Tt ]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(.*)", re.ASCII | re.DOTALL
)
_GROUP: Final = re.compile(
    r"(\d{2})\s*(\d{2})(\d{2})\s*([A-IK-Z])\s*([A-Z]{3})\s*(\d{4}|\d{2})", re.ASCII | re.IGNORECASE
)
"""A date-time group: 151440ZNOV22."""

_MONTHS: Final = (
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
)
_LETTERS: Final = {
    **{letter: hours for hours, letter in enumerate("ABCDEFGHIKLM", 1)},
    **{letter: -hours for hours, letter in enumerate("NOPQRSTUVWXY", 1)},
    "Z": 0,
}
"""Hours east of Greenwich by the letter of a military time zone."""

_OFFSET: Final = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?([0-5]\d))?", re.ASCII)
_UTC: Final = frozenset({"utc", "z", "gmt", "zulu", "ut"})

EXAMPLE: Final = "2022-11-15 14:40 UTC"
_RULE: Final = f"must be a date and time with a zone, such as {EXAMPLE}"
_NO_ZONE: Final = (
    "a time must say its zone. Write it behind the time or in the heading, as in Scenario time "
    "(UTC), or give --zone"
)


def zone_named(text: str) -> tzinfo | None:
    """Return a time zone by name, letter Z or offset; None if there is no such zone."""
    name = text.strip()
    if name.casefold() in _UTC:
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        sign, hours, minutes = offset.groups()
        east = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(east if sign == "+" else -east) if east < timedelta(days=1) else None
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones
        return None


def chosen_zone(text: str) -> tzinfo:
    """Return the zone of an option; raises RunError with the nearest name if there is none."""
    zone = zone_named(text)
    if zone is None:
        cities = {name.rpartition("/")[2]: name for name in sorted(available_timezones())}
        found = cities.get(nearest(text.strip().rpartition("/")[2], cities), "Europe/Warsaw")
        raise RunError(f'--zone: "{text}" is no time zone; write one such as "{found}", or UTC')
    return zone


def written(moment: datetime) -> str:
    """Return a moment as a scenario file writes it."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%SZ}" if utc.second else f"{utc:%Y-%m-%dT%H:%MZ}"


def shown(moment: datetime, zone: tzinfo = UTC) -> str:
    """Return a moment as a list shows it, in a zone and with it."""
    there = moment.astimezone(zone)
    east = there.utcoffset() or timedelta()
    if zone is UTC or east % timedelta(minutes=1):  # offsets in seconds, of old, cannot be written
        there, name = moment.astimezone(UTC), "UTC"
    else:
        sign, minutes = "-" if east < timedelta() else "+", abs(east) // timedelta(minutes=1)
        name = f"{sign}{minutes // 60:02}:{minutes % 60:02}"
    clock = f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
    return f"{there:%Y-%m-%d} {clock} {name}"


def read(value: Any, zone: tzinfo | None) -> str:
    """Return a cell's moment as a scenario file writes it.

    ``zone`` is that of a time which says none. Raises ValueError with the rule and, behind a full
    stop, the next step.
    """
    try:
        return written(_moment(value, zone))
    except OverflowError:
        raise ValueError(_RULE) from None


def _moment(value: Any, zone: tzinfo | None) -> datetime:
    if isinstance(value, datetime):
        # Spreadsheets count days in binary fractions, which no second is.
        whole = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        return whole if whole.tzinfo is not None else _placed(whole, zone)
    if isinstance(value, (date, time, timedelta)):
        missing = "day" if isinstance(value, (time, timedelta)) else "time of day"
        raise ValueError(f"gives no {missing}. Write both in one cell, such as {EXAMPLE}")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise ValueError(f"{_RULE}. A bare number says no date: format the cell as one")
    text = str(value).strip()
    found, group = _DATE_AND_TIME.fullmatch(text), _GROUP.fullmatch(text)
    if group is not None:
        return _of_group(*group.groups())
    if found is None:
        raise ValueError(_RULE)
    *numbers, name = found.groups()
    naive = _dated(*(int(number or 0) for number in numbers))
    own = zone_named(name) if name.strip() else zone
    if own is None and name.strip():
        raise ValueError(f'"{name.strip()}" is no time zone. Write UTC, +02:00 or Europe/Warsaw')
    return _placed(naive, own)


def _dated(*numbers: int) -> datetime:
    try:
        return datetime(*numbers)  # type: ignore[arg-type]
    except ValueError as error:
        raise ValueError(f"{_RULE}: {error}") from None


def _of_group(day: str, hour: str, minute: str, letter: str, month: str, year: str) -> datetime:
    """Return the moment of a date-time group."""
    if month.upper() not in _MONTHS:
        raise ValueError(f'"{month}" is no month. Write {", ".join(_MONTHS)}')
    number = int(year) + (2000 if len(year) == 2 else 0)
    naive = _dated(number, _MONTHS.index(month.upper()) + 1, int(day), int(hour), int(minute))
    return naive.replace(tzinfo=timezone(timedelta(hours=_LETTERS[letter.upper()])))


def _placed(naive: datetime, zone: tzinfo | None) -> datetime:
    """Return a time of a clock in a zone, which must strike it exactly once."""
    if zone is None:
        raise ValueError(_NO_ZONE)
    first, second = naive.replace(tzinfo=zone, fold=0), naive.replace(tzinfo=zone, fold=1)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != naive:
        raise ValueError(f"there is no such time in {zone}: clocks went forward. Write it in UTC")
    if first.utcoffset() != second.utcoffset():
        raise ValueError(f"this time comes twice in {zone}: clocks went back. Write it in UTC")
    return first
