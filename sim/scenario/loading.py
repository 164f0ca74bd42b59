"""Files to scenarios, with every complaint about a file made at once.

Nothing raises but :class:`~sim.errors.ScenarioError`, and only when the whole file, arms
included, has been looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.errors import Problem, ScenarioError
from sim.scenario.arms import Patch, needs_line, patches, places_in_arm
from sim.scenario.channels import ARM_TITLES
from sim.scenario.checks import arm_checks, world_checks
from sim.scenario.complaints import MISSING, NO_NAME, Complaint, from_models, value_at
from sim.scenario.files import read_file
from sim.scenario.filling import Values, filled, mapping
from sim.scenario.models import Channel, Force, Inject, Scenario, Strikes
from sim.scenario.nearest import suggestion
from sim.scenario.parameters import Parameters
from sim.scenario.places import Places, Reading, Steps, path_text, shown
from sim.scenario.reading import read_values


class _Desk:
    """Where complaints come in, get their place in the file and are kept once each."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.problems = list(reading.problems)
        self._refused = {(problem.line, problem.column) for problem in reading.problems}
        self._seen: set[tuple[int, int, str, str]] = set()
        self._base: set[tuple[Steps, str]] = set()

    def take(self, complaints: Iterable[Complaint], arm: str | None = None) -> None:
        """Note complaints about the scenario, or about it under one arm.

        What is wrong without the arm is not said again of each arm.
        """
        for complaint in complaints:
            if arm is None:
                self._base.add((complaint.path, complaint.rule))
                self._note(complaint)
            elif (complaint.path, complaint.rule) not in self._base:
                self._note(self._in_arm(complaint, arm))

    def _in_arm(self, complaint: Complaint, arm: str) -> Complaint:
        """Move a complaint to where the arm's patch writes the value, if it does."""
        places = self.reading.places
        found = max(places_in_arm(arm, complaint.path), key=places.depth)
        if complaint.path[:1] == ("arms",):
            return complaint
        if places.depth(found) > len(("arms", arm)):
            return complaint._replace(path=found)
        return complaint._replace(rule=f'under the arm "{arm}", {complaint.rule}')

    def _note(self, complaint: Complaint) -> None:
        places: Places = self.reading.places
        line, column = places.of(complaint.path, complaint.key or complaint.block)
        path = self._named(complaint.path)
        if (line, column) in self._refused or (line, column, path, complaint.rule) in self._seen:
            return
        if complaint.rule == NO_NAME and any(path == told for _, _, told, _ in self._seen):
            return  # a reference to nothing says more
        self._seen.add((line, column, path, complaint.rule))
        self.problems.append(
            Problem(
                self.reading.file, line, column, path, self._value(complaint), complaint.rule,
                complaint.hint, complaint.warning,
            )
        )  # fmt: skip

    def _named(self, path: Steps) -> str:
        """Return a path with the id of a row in place of its number."""
        steps: list[str | int] = []
        for at, step in enumerate(path):
            row = value_at(self.reading.values, path[: at + 1]) if isinstance(step, int) else None
            name = row.get("id") if isinstance(row, dict) else None
            steps.append(step)
            if isinstance(name, str) and 0 < len(name) <= 40:
                steps[-1] = f"[{name}]"
        return path_text(tuple(steps)).replace(".[", "[")

    def _value(self, complaint: Complaint) -> str:
        if complaint.key:
            return str(complaint.path[-1])[:60]
        value = value_at(self.reading.values, complaint.path)
        if complaint.block or value is MISSING:
            return ""
        text = shown(value)
        return "" if isinstance(value, (dict, list)) and text.endswith("...") else text

    @property
    def errors(self) -> list[Problem]:
        """The problems that keep the scenario from being run."""
        return [problem for problem in self.problems if not problem.warning]


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


def _validated(values: Values, desk: _Desk) -> Scenario | None:
    """Return the scenario of filled values, or note why it is none."""
    try:
        return _sorted(Scenario.model_validate(values))
    except ValidationError as error:
        desk.take(from_models(Scenario, error, values))
        return None


def _under_arm(
    name: str, patch: Any, values: Values
) -> tuple[dict[str, Channel], Parameters | None, list[Complaint]]:
    """Return the channels and parameters of an arm with everything wrong about them."""
    work = Patch(name, patch, values)
    after = work.applied()
    complaints = list(work.complaints)
    channels: dict[str, Channel] = {}
    for key, value in sorted(mapping(after, "channels").items()):
        try:
            channels[key] = Channel.model_validate(value)
        except ValidationError as error:
            for complaint in from_models(Channel, error, value):
                complaints.append(complaint._replace(path=("channels", key, *complaint.path)))
    parameters = None
    try:
        parameters = Parameters.model_validate(after.get("parameters", {}))
    except ValidationError as error:
        for complaint in from_models(Parameters, error, after.get("parameters")):
            complaints.append(complaint._replace(path=("parameters", *complaint.path)))
    complaints.extend(arm_checks(after))
    return channels, parameters, complaints


def _examined(reading: Reading) -> tuple[Scenario | None, _Desk]:
    """Look at everything in a reading; return the scenario if it can be run."""
    desk = _Desk(reading)
    if not isinstance(reading.values, dict):
        if not reading.problems:
            rule = "a scenario is a mapping of keys to values"
            desk.take([Complaint((), rule, "Begin with: deconflict new NAME")])
        return None, desk
    values = filled(reading.values)
    desk.take(world_checks(values))
    desk.take(arm_checks(values))
    scenario = _validated(values, desk)
    if not needs_line(values):
        for name, patch in patches(values).items():
            desk.take(_under_arm(name, patch, values)[2], name)
    desk.problems.sort(key=lambda problem: (problem.warning, problem.line, problem.column))
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
    """Return an arm's title, from the file if it gives one."""
    own = scenario.arms.get(name, {}).get("title")
    usual = ARM_TITLES.get(name) if name not in scenario.arms else None
    return str(own or usual or name.replace("_", " "))


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
    channels, parameters, complaints = _under_arm(name, found[name], values)
    if parameters is None or any(not complaint.warning for complaint in complaints):
        desk = _Desk(Reading(file, "", values, Places({}, {}), []))
        desk.take(complaints, name)
        raise ScenarioError(desk.errors)
    return scenario.model_copy(update={"channels": channels, "parameters": parameters})


def content_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of everything the scenario says, whatever its layout and comments."""
    content = scenario.model_dump(mode="json")
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()
