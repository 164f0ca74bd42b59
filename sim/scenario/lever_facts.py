"""What a lever means in one scenario: its base, the catalogue's range, and what a value writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from sim.scenario.catalogue import Row, catalogue_rows
from sim.scenario.channel_model import Channel
from sim.scenario.complaints import models_in
from sim.scenario.filling import kind_of_channel, mapping
from sim.scenario.levers import Lever, amount
from sim.scenario.loading import arm, arm_names
from sim.scenario.models import Scenario
from sim.scenario.quantities import Delay
from sim.scenario.varying import row_of

_SAME: Final = 1e-9


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
