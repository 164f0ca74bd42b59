"""Files to scenarios, with every complaint about a file made at once.

Nothing raises but :class:`~sim.errors.ScenarioError`, and only when the whole file, arms
included, has been looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.errors import Problem, ScenarioError
from sim.scenario.arms import CARD, Dealt, needs_line, patches
from sim.scenario.channels import ARM_TITLES
from sim.scenario.checks import arm_checks, world_checks
from sim.scenario.complaints import Complaint, from_models
from sim.scenario.deck import with_cards
from sim.scenario.desk import Desk
from sim.scenario.files import read_file
from sim.scenario.filling import Values, filled
from sim.scenario.models import Force, Inject, Scenario, Strikes
from sim.scenario.names import Wording
from sim.scenario.nearest import suggestion
from sim.scenario.patched import under_arm
from sim.scenario.places import Places, Reading
from sim.scenario.reading import read_values


def _canonical(row: Force | Strikes | Inject) -> tuple[str, str]:
    return row.id or "", row.model_dump_json()


def _sorted(scenario: Scenario) -> Scenario:
    """Return the scenario with everything in order of name, so that file order decides nothing."""
    return scenario.model_copy(
        update={
            "actors": dict(sorted(scenario.actors.items())),
            "areas": dict(sorted(scenario.areas.items())),
            "sites": dict(sorted(scenario.sites.items())),
            "channels": dict(sorted(scenario.channels.items())),
            "forces": tuple(sorted(scenario.forces, key=_canonical)),
            "strikes": tuple(sorted(scenario.strikes, key=_canonical)),
            "injects": tuple(sorted(scenario.injects, key=lambda one: (one.at, *_canonical(one)))),
        }
    )


def _validated(values: Values, desk: Desk) -> Scenario | None:
    """Return the scenario of filled values, or note why it is none."""
    try:
        return _sorted(Scenario.model_validate(values))
    except ValidationError as error:
        desk.take(from_models(Scenario, error, values))
        return None


def _examined(reading: Reading) -> tuple[Scenario | None, Desk]:
    """Look at everything in a reading; return the scenario if it can be run."""
    desk = Desk(reading)
    if not isinstance(reading.values, dict):
        if not reading.problems:
            rule = "a scenario is a mapping of keys to values"
            desk.take([Complaint((), rule, "Begin with: deconflict new NAME")])
        return None, desk
    if "card" in reading.values and "scenario" not in reading.values:
        hint = "Print it with: deconflict cards FILE"
        desk.take([Complaint(("card",), "this is a failure card, not a scenario", hint, key=True)])
        return None, desk
    dealt, complaints, of_cards = with_cards(reading.values, reading.file)
    values = filled(dealt)
    desk.take(complaints)
    desk.take(world_checks(values))
    desk.take(arm_checks(values))
    scenario = _validated(values, desk)
    if not needs_line(values):
        for name, patch in patches(values).items():
            desk.take(under_arm(name, patch, values)[2], name)
    desk.problems.sort(key=lambda problem: (problem.warning, problem.line, problem.column))
    desk.problems += of_cards
    if scenario is None or desk.errors:
        return None, desk
    scenario.remember(reading.file, reading.text, values)
    return scenario, desk


def _scenario(reading: Reading) -> Scenario:
    scenario, desk = _examined(reading)
    if scenario is None:
        raise ScenarioError(desk.errors)
    return scenario


def load(path: str | Path) -> Scenario:
    """Return the scenario in a file.

    Raises :class:`~sim.errors.ScenarioError` with every problem of the file.
    """
    return _scenario(read_file(Path(path)))


def loads(text: str, name: str = "scenario") -> Scenario:
    """Return the scenario in a text; ``name`` stands for the file in messages."""
    return _scenario(read_values(text, name))


def problems(path: str | Path) -> list[Problem]:
    """Return everything wrong with a file, warnings last; empty if it can be run."""
    return _examined(read_file(Path(path)))[1].problems


def examined(reading: Reading) -> tuple[Scenario | None, list[Problem]]:
    """Return the scenario of a reading, None if it cannot be run, and everything wrong with it."""
    scenario, desk = _examined(reading)
    return scenario, desk.problems


def build(values: Mapping[str, Any], name: str = "scenario") -> Scenario:
    """Return the scenario of plain values, shaped as a file would be."""
    return _scenario(Reading(name, "", dict(values), Places({}, {}), []))


def arm_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the arms: the standard ones, then the scenario's own."""
    return tuple(patches({"arms": scenario.arms}))


def arm_title(scenario: Scenario, name: str) -> str:
    """Return an arm's title, from the file if it gives one, or else from its card."""
    patch = scenario.arms.get(name, {})
    own, card = patch.get("title"), patch.get(CARD)
    usual = ARM_TITLES.get(name) if name not in scenario.arms else None
    of_card = card.title if isinstance(card, Dealt) else None
    if isinstance(own, Mapping):
        return Wording(own)
    return str(own or of_card or usual or name.replace("_", " "))


def arm(scenario: Scenario, name: str) -> Scenario:
    """Return the scenario under one of its arms.

    Arms apply to the scenario as its file stands, so an arm of an arm is simply the later arm.
    Raises :class:`~sim.errors.ScenarioError` for an unknown arm.
    """
    file, values = scenario.origin
    found = patches(values)
    if name not in found:
        raise ScenarioError([Problem(
            file, 0, 0, "arms", repr(name), "there is no such arm", suggestion(name, found)
        )])  # fmt: skip
    channels, parameters, complaints = under_arm(name, found[name], values)
    if parameters is None or any(not complaint.warning for complaint in complaints):
        desk = Desk(Reading(file, "", values, Places({}, {}), []))
        desk.take(complaints, name)
        raise ScenarioError(desk.errors)
    return scenario.model_copy(update={"channels": channels, "parameters": parameters})


def content_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of everything the scenario says, whatever its layout and comments."""
    content = scenario.model_dump(mode="json")
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()
