"""Whether the dates of a scenario lie in the time it plays in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sim.scenario.complaints import Complaint
from sim.scenario.filling import Values, mapping, rows
from sim.scenario.parameters import Parameters
from sim.scenario.places import Steps
from sim.scenario.units import as_duration, as_moment


def period_checks(values: Values) -> Iterator[Complaint]:
    """Yield what is dated outside the scenario's period."""
    start, lasting = as_moment(values.get("start")), as_duration(values.get("duration"))
    if start is None or lasting is None:
        return
    end = start + timedelta(milliseconds=lasting)
    for row, inject in rows(values, "injects"):
        yield from _within(("injects", row, "at"), inject.get("at"), start, end)
    lived = start - timedelta(milliseconds=_warm_up(values))
    for row, strike in rows(values, "strikes"):
        dates = strike.get("on")
        for at, date in enumerate(dates if isinstance(dates, list) else []):
            yield from _within(("strikes", row, "on", at), date, lived, end)


def _warm_up(values: Values) -> int:
    """Return how long before its start a scenario is lived through, in milliseconds."""
    if values.get("begins") is not None:
        return 0
    given = as_duration(mapping(values, "parameters").get("warm_up"))
    return int(Parameters.model_fields["warm_up"].default) if given is None else given


def _within(path: Steps, value: Any, first: datetime, last: datetime) -> Iterator[Complaint]:
    moment = as_moment(value)
    if moment is not None and not first <= moment <= last:
        span = f"{first:%Y-%m-%dT%H:%MZ} to {last:%Y-%m-%dT%H:%MZ}"
        yield Complaint(path, f"must lie in {span}", "Move it, or change start or duration")
