"""A scenario with other values at some paths, as a sweep or a question of "what if" needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any, Final

from sim.errors import Problem, ScenarioError
from sim.scenario.arms import patches
from sim.scenario.channels import STANDARD_ARMS
from sim.scenario.loading import build
from sim.scenario.models import Scenario
from sim.scenario.nearest import suggestion
from sim.scenario.parameters import Parameters
from sim.scenario.quantities import Delay

_NAMED: Final = frozenset({"actors", "areas", "arms", "channels", "sites"})
"""Blocks whose keys are names that the file gives: a name it does not give is a mistake."""

_HINT: Final = "Write keys joined by dots, such as parameters.heed"


def varied(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return the scenario with other values at some paths, such as ``parameters.heed``.

    Values are written as in a file: ``{"channels.line.answer.median": "10 min"}``. Rows of a list
    go by their id or number: ``forces.reaper.number``. Arms apply on top, and a standard arm may
    be changed like the file's own: ``arms.as_designed.line.notify``. Raises
    :class:`~sim.errors.ScenarioError` for a path that leads nowhere or a value that is refused.
    """
    file, values = scenario.origin
    changed = deepcopy(values)
    for path, value in changes.items():
        steps = path.split(".")
        _spell_out(changed, steps)
        hint = _set(changed, steps, value)
        if hint is not None:
            raise ScenarioError([Problem(file, 0, 0, path, "", "leads to no value", hint)])
    return build(changed, file)


def _spell_out(values: dict[str, Any], steps: list[str]) -> None:
    """Write down what the file leaves unsaid, where only a part of it is to change."""
    if len(steps) <= 2:
        return
    block, name = steps[:2]
    if block == "arms" and name in STANDARD_ARMS:
        values["arms"] = {name: deepcopy(STANDARD_ARMS[name])} | (values.get("arms") or {})
    elif block == "parameters" and name in Parameters.model_fields:
        base = Parameters.model_fields[name].default
        if isinstance(base, Delay):
            values[block] = {name: as_written(base)} | (values.get(block) or {})


def as_written(delay: Delay) -> dict[str, str]:
    """Return a delay as a file writes it, exact to the millisecond."""
    return {key: f"{value} ms" for key, value in delay.model_dump(exclude_none=True).items()}


def _set(values: Any, steps: list[str], value: Any) -> str | None:
    """Set the value at the end of ``steps``; return a hint if the way does not lead there."""
    top = values
    for at, step in enumerate(steps):
        last = at == len(steps) - 1
        if isinstance(values, list):
            row = row_of(values, step)
            if row is None:
                return _nearest(step, (item.get("id") for item in values if isinstance(item, dict)))
            if last:
                values[row] = value
            else:
                values = values[row]
        elif not isinstance(values, dict):
            return _HINT
        elif last:
            values[step] = value
        elif at == 1 and steps[0] in _NAMED and step not in values:
            return _nearest(step, patches(top) if steps[0] == "arms" else values)
        else:
            values = values.setdefault(step, {})
    return None


def _nearest(step: str, known: Iterable[Any]) -> str:
    """Return a hint that names what a wrong name was most likely meant to be."""
    return suggestion(step, [name for name in known if isinstance(name, str)])


def row_of(rows: list[Any], step: str) -> int | None:
    """Return the row of a list that a step of a path names by id or number."""
    for row, item in enumerate(rows):
        if isinstance(item, dict) and item.get("id") == step:
            return row
    return int(step) if step.isdecimal() and int(step) < len(rows) else None
