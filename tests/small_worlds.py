"""Small scenarios made for one question each, and the histories they lead to.

The two blocs keep one ship each, out of each other's sight, so that nothing happens but what a
test places there itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.crisis import Crisis, Decider, History, Plan, Stage, crisis_of, plan, play
from sim.draws import Luck
from sim.scenario.loading import build as build_scenario
from sim.world import Theatre, World, build, prepare
from sim.world.traffic import traffic

Values = dict[str, Any]

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

AT = "2022-09-02T00:00Z"
"""When :func:`incident` takes place: one day after the start."""

LINE: Values = {
    "use": "deconfliction_line",
    "name": "a line without friction",
    "ends": ["us", "russia"],
    "carries": ["explanations"],
    "willing": {"serious": 1.0, "high_risk": 1.0},
    "authorise": "10 min",
    "answered": 1.0,
    "answer": "1 min",
    "right_person": {"probability": 1.0, "otherwise": "0 min"},
    "talk": "5 min",
    "interpreter": 1.0,
    "relay": "20 min",
    "up": None,
    "down": None,
    "tests": None,
}
"""A line with fixed delays: a message is through 36 minutes after the case."""

SILENT: Values = {"use": "public_statements", "willing": {"serious": 0.0, "high_risk": 0.0}}
"""A public that hears nothing, where the file of a scenario would have it hear."""

CALM: Values = {
    "a_tension": 0.0,
    "a_rung": 0.0,
    "clock_rung": 0.0,
    "jump_rung": 0.0,
    "grievance": 0.0,
    "backfire": 0.0,
    "noteworthy": 0.0,
}
"""Parameters under which neither tension nor the rung moves a judgement, and nobody meets."""

NO_REPORT: Values = {"first_report": "300 d", "report": "300 d"}
"""An investigation that never comes in time."""


def laid_over(base: Any, change: Any) -> Any:
    """Return ``base`` with ``change`` merged into it, mapping by mapping; None takes away."""
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    whole = {key: value for key, value in base.items() if change.get(key, ()) is not None}
    for key, value in change.items():
        if value is not None:
            whole[key] = laid_over(base.get(key), value)
    return whole


def quiet(**changes: Any) -> Values:
    """Return a scenario in which nothing happens, with ``changes`` laid over it."""
    base: Values = {
        "format": 1,
        "scenario": "A test",
        "question": "Does the model do what its document says?",
        "start": "2022-09-01T00:00Z",
        "duration": "60 d",
        "border_share": 0.5,
        "actors": {
            "us": {"name": "United States", "bloc": "nato", "leads": True},
            "russia": {"name": "Russia", "bloc": "russia", "leads": True},
        },
        "forces": [
            {"id": "one", "actor": "us", "kind": "warship", "moves": {"station": [29.5, 43.0]}},
            {"id": "two", "actor": "russia", "kind": "warship", "moves": {"station": [36.5, 44.0]}},
        ],
        "channels": {"line": dict(LINE), "public_statements": dict(SILENT)},
        "begins": {"rung": 0, "tension": 0.0},
        "parameters": dict(CALM),
    }
    whole: Values = laid_over(base, changes)
    return whole


def incident(at: str = AT, name: str = "it", **changes: Any) -> Values:
    """Return an inject: a grave accident of Russia's with the United States as its victim."""
    what = {
        "kind": "collision",
        "victim": "us",
        "by": "russia",
        "cause": "accident",
        "severity": 0.9,
        "lasting": "1 min",
    }
    return {"at": at, "id": name, "title": "It happens", "incident": laid_over(what, changes)}


def theatre_of(values: Mapping[str, Any]) -> Theatre:
    """Return the prepared theatre of a scenario given as plain values."""
    return prepare(build_scenario(values))


def stages(theatre: Theatre, worlds: int, seed: int = 1) -> Iterator[Stage]:
    """Yield the first ``worlds`` worlds of a theatre, each ready for any arm."""
    moving = traffic(theatre, Luck(seed, 0), 0.0) if lies_still(theatre) else None
    for number in range(worlds):
        luck = Luck(seed, number)
        yield Stage(World(theatre, luck, moving) if moving else build(theatre, seed, number))


def lies_still(theatre: Theatre) -> bool:
    """Whether nothing moves or meets in a theatre, so that all its worlds share their traffic."""
    forces = theatre.scenario.forces
    return theatre.noteworthy == 0 and all(one.moves.station and not one.sorties for one in forces)


def histories(
    values: Mapping[str, Any], worlds: int, arm: str = "as_used_2022", seed: int = 1
) -> list[History]:
    """Return what happens in so many worlds under one arm, by default the file's own setting."""
    theatre = theatre_of(values)
    ready = plan(theatre, arm)
    return [play(stage, ready) for stage in stages(theatre, worlds, seed)]


def crisis_in(
    values: Mapping[str, Any],
    number: int = 0,
    arm: str | Plan = "as_used_2022",
    people: Mapping[int, Decider] | None = None,
    seed: int = 1,
) -> Crisis:
    """Return the crisis of one world, not yet begun."""
    theatre = theatre_of(values)
    ready = plan(theatre, arm) if isinstance(arm, str) else arm
    return crisis_of(Stage(build(theatre, seed, number)), ready, people)


def of(history: History, kind: type[Any]) -> list[Any]:
    """Return a history's records of one type, in order."""
    return [record for record in history.records if type(record) is kind]
