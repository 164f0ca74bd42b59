"""A scenario with other values at some paths, as a sweep or a question of "what if" needs it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from sim.errors import Problem, ScenarioError
from sim.scenario.loading import build
from sim.scenario.models import Scenario


def varied(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return the scenario with other values at some paths, such as ``parameters.heed``.

    Values are written as in a file: ``{"channels.line.answer.median": "10 min"}``. Rows of a list
    go by their id or number: ``forces.reaper.number``. Arms apply on top. Raises
    :class:`~sim.errors.ScenarioError` for a path that leads nowhere or a value that is refused.
    """
    file, values = scenario.origin
    changed = deepcopy(values)
    for path, value in changes.items():
        if not _set(changed, path.split("."), value):
            hint = "Write keys joined by dots, such as parameters.heed"
            raise ScenarioError([Problem(file, 0, 0, path, "", "leads to no value", hint)])
    return build(changed, file)


def _set(values: Any, steps: list[str], value: Any) -> bool:
    """Set the value at the end of ``steps``; say whether the way led there."""
    for at, step in enumerate(steps):
        last = at == len(steps) - 1
        if isinstance(values, list):
            row = _row(values, step)
            if row is None:
                return False
            if last:
                values[row] = value
            else:
                values = values[row]
        elif not isinstance(values, dict):
            return False
        elif last:
            values[step] = value
        else:
            values = values.setdefault(step, {})
    return True


def _row(rows: list[Any], step: str) -> int | None:
    """Return the row that a step names by id or number."""
    for row, item in enumerate(rows):
        if isinstance(item, dict) and item.get("id") == step:
            return row
    return int(step) if step.isdecimal() and int(step) < len(rows) else None
