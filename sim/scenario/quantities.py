"""Quantities with their units, as a user writes them: 45 min, 32 km, 20 kn, {median: 4 min}.

Inside the program a duration is whole milliseconds, a length is metres and a speed metres per
second; outside, every number carries its unit, so that nobody has to remember which it was.
"""

from __future__ import annotations

import math
from datetime import datetime, time
from typing import Annotated, Any, Final, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from sim.scenario.nearest import nearest
from sim.scenario.units import (
    CLOCK_TIME,
    DAY,
    HOUR,
    LENGTH_UNITS,
    MINUTE,
    MOMENT,
    NUMBER,
    SECOND,
    SPEED_UNITS,
    TIME_UNITS,
    WEEK,
    YEAR,
    Milliseconds,
    to_clock_time,
    to_duration,
    to_length,
    to_moment,
    to_speed,
)

__all__ = [
    "DAY", "HOUR", "MINUTE", "P95", "SECOND", "WEEK", "YEAR", "Between", "ClockTime", "Delay",
    "Duration", "Frozen", "Hours", "Length", "Listed", "Milliseconds", "Moment", "Share", "Speed",
    "Two",
]  # fmt: skip

P95: Final = 1.6448536269514722
"""Standard normal quantile of 0.95, which turns (median, p95) into a lognormal's sigma."""

_MOST: Final = 10_000


def _written(units: dict[str, Any]) -> WithJsonSchema:
    """Return the schema of a quantity as a file writes it."""
    pattern = rf"^{NUMBER} *({'|'.join(units)})$"
    return WithJsonSchema({"type": "string", "pattern": pattern})


Duration = Annotated[
    int,
    BeforeValidator(to_duration),
    _written(TIME_UNITS),
]
"""Milliseconds, written "45 min", "36 h", "4 d"."""

Length = Annotated[
    float,
    BeforeValidator(to_length),
    _written(LENGTH_UNITS),
]
"""Metres, written "32 km", "12 nmi"."""

Speed = Annotated[
    float,
    BeforeValidator(to_speed),
    _written(SPEED_UNITS),
]
"""Metres per second, written "20 kn", "900 km/h"."""

Moment = Annotated[
    datetime,
    BeforeValidator(to_moment),
    WithJsonSchema({"type": "string", "pattern": f"^{MOMENT.pattern.removesuffix('?')}$"}),
]
"""A date and time with its zone, kept in UTC."""

ClockTime = Annotated[
    time,
    BeforeValidator(to_clock_time),
    WithJsonSchema({"type": "string", "pattern": f"^({CLOCK_TIME.pattern})$"}),
]
"""A time of day in some zone, written "22:00"."""

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A probability or a share, from 0 to 1."""

_T = TypeVar("_T")
_S = TypeVar("_S")

Listed = Annotated[tuple[_T, ...], Strict(False)]
"""A list in the file, a tuple in the program."""

Two = Annotated[tuple[_T, _S], Strict(False)]
"""A list of exactly two in the file, a tuple in the program."""


class Frozen(BaseModel):
    """Base of everything a user writes: unknown keys are errors and nothing changes later.

    Numbers must be written as numbers: neither "5" nor yes is taken for one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Delay(Frozen):
    """A random delay: lognormal by median and 95th percentile, or exponential by mean.

    A file may also write a plain time such as "5 min" for a delay that never varies.
    """

    median: Duration | None = None
    p95: Duration | None = None
    mean: Duration | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        if isinstance(value, (str, Milliseconds)):
            to_duration(value)  # a wrong time is one mistake, not two
            return {"median": value, "p95": value}
        if not isinstance(value, (dict, Delay)):
            raise ValueError('must be a time such as "5 min", or {median: 4 min, p95: 20 min}')
        return value

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.mean is not None:
            if self.median is not None or self.p95 is not None:
                raise ValueError("give either mean (exponential) or median and p95 (lognormal)")
            return self
        if self.median is None or self.p95 is None:
            raise ValueError("needs median and p95 (lognormal), or mean (exponential)")
        if self.p95 < self.median:
            raise ValueError("p95 must not be below median")
        if self.median == 0 and self.p95 > 0:
            raise ValueError("a median of 0 leaves no lognormal; give mean instead")
        return self

    @property
    def exponential(self) -> bool:
        """Whether the delay is exponential rather than lognormal."""
        return self.mean is not None

    @property
    def scale(self) -> float:
        """The median in milliseconds, or the mean of an exponential delay."""
        return float(self.mean if self.mean is not None else self.median or 0)

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm; 0 for a fixed or exponential delay."""
        if self.mean is not None or not self.median or not self.p95:
            return 0.0
        return math.log(self.p95 / self.median) / P95


class Between(Frozen):
    """A whole number drawn evenly between two ends, both included."""

    between: Two[int, int]

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return {"between": (value, value)}
        if not isinstance(value, (dict, Between)):
            raise ValueError("must be a whole number, or {between: [10, 80]}")
        return value

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        low, high = self.between
        if low < 0:
            raise ValueError("a number must not be negative")
        if high < low:
            raise ValueError("the second number must not be below the first")
        if high > _MOST:
            raise ValueError(f"a number must not exceed {_MOST}")
        return self


class Hours(Frozen):
    """Hours of the day in a named time zone; they may run over midnight."""

    when: Two[ClockTime, ClockTime]
    zone: str = "UTC"

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones
            cities = {name.rpartition("/")[2]: name for name in sorted(available_timezones())}
            found = cities.get(nearest(zone.rpartition("/")[2], cities), "Europe/Moscow")
            raise ValueError(f'is not a time zone. Write one such as "{found}"') from None
        return zone
