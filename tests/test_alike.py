"""An arm that cannot differ from the reference is not lived through, and nobody can tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from commands import SCENARIOS
from small_worlds import Values, incident, quiet, theatre_of

from sim.crisis import History, Plan, Stage, alike, plan, play
from sim.crisis.engine import crisis_of
from sim.scenario import arm_names, load
from sim.scenario.channels import REFERENCE
from sim.world import Theatre, build, prepare

RARE: Values = {"willing": {"serious": 0.3, "high_risk": 0.3, "halts": 0.4},
                "up": {"mean": "40 d"}, "down": {"mean": "12 h"},
                "tests": {"every": "12 h", "lasting": "5 min"}}  # fmt: skip
"""A line that is spoken on in some worlds only, and fails now and then."""


def both_ways(
    theatre: Theatre, arms: tuple[str, ...], worlds: int, monkeypatch: pytest.MonkeyPatch
) -> Counter[str]:
    """Live worlds through both ways, hold each history to the other's, count arms spared."""
    made: list[str] = []

    def counted(stage: Stage, arm: Plan, *args: Any, **more: Any) -> Any:
        made.append(arm.name)
        return crisis_of(stage, arm, *args, **more)

    monkeypatch.setattr(alike, "crisis_of", counted)
    plans = [plan(theatre, name) for name in arms]
    spared: Counter[str] = Counter()
    for number in range(worlds):
        stage = Stage(build(theatre, 3, number))
        made.clear()
        for arm, history in alike.play_arms(stage, plans):
            assert told(history) == told(play(stage, arm))
            spared[arm.name] += arm.name not in made
    return spared


def told(history: History) -> tuple[Any, ...]:
    """Return all that a history says, its records as they are told."""
    return replace(history, records=()), history.lines()


@pytest.mark.parametrize(
    "name", ["minimal", "polish_border_2022", "syria_2017", "allied_resolve_2022"]
)
def test_arms_that_are_spared_are_those_lived_through(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = load(SCENARIOS / f"{name}.yaml")
    theatre, arms = prepare(scenario), arm_names(scenario)
    assert arms[0] == REFERENCE
    spared = both_ways(theatre, arms, 12, monkeypatch)
    assert spared[REFERENCE] == spared["as_designed"] == spared["oracle"] == 0
    placed = name == "syria_2017"  # there a call on the line is part of the story
    assert (spared["as_used_2022"] == 0) if placed else (spared["as_used_2022"] > 2)


@pytest.mark.parametrize(
    ("what", "arms"),
    [
        ("case", {"own": {"channels": {"line": RARE}}}),
        ("strike", {"own": {"channels": {"line": {"carries": ["concerns"], "willing":
                   {"concerns_per_month": 0.3, "every_concern": False}}}}}),
        ("halt", {"own": {"channels": {"line": RARE | {"carries": ["halts"]}}}}),
    ],
)  # fmt: skip
def test_it_is_lived_through_where_somebody_would_have_called(
    what: str, arms: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the line may be used for: about as many worlds with a call as without."""
    values = quiet(
        arms=arms,
        injects=[incident(name=f"it{day}", at=f"2022-09-{day:02}T05:07Z") for day in (2, 9, 20)],
    )
    if what == "strike":
        values["injects"] = []
        values["sites"] = {"plant": {"name": "A plant", "at": [34.6, 47.5], "critical": True}}
        values["actors"]["ukraine"] = {"name": "Ukraine"}
        values["parameters"]["near_site"] = 1.0
        values["strikes"] = [{"id": "one", "actor": "russia", "into": "plant", "every": "3 d",
                              "missiles": 3}]  # fmt: skip
    spared = both_ways(theatre_of(values), (REFERENCE, "own"), 60, monkeypatch)
    assert 3 < spared["own"] < 57


def test_a_call_that_the_scenario_places_on_the_line_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call = {"at": "2022-09-05T00:00Z", "title": "They speak", "call": {"channel": "line",
            "by": "us"}}  # fmt: skip
    for injects, spared in (([], 4), ([call], 0)):
        values = quiet(injects=injects, arms={"own": {"channels": {"line": {}}}})
        found = both_ways(theatre_of(values), (REFERENCE, "own"), 4, monkeypatch)
        assert found["own"] == spared


@pytest.mark.parametrize(
    "patch",
    [
        {"channels": {"line": {"carries": ["notices"], "notify": 0.5}}},
        {"channels": {"line": {}}, "parameters": {"beta": 5.0}},
        {"channels": {"line": {}}, "parameters": {"boldness": 1.2}},
        {"channels": {"line": {}, "public_statements": {"answered": 0.3}}},
        {"channels": {"line": {}, "public_statements": None}},
        {"channels": {"line": {"truth": True}}},
    ],
)
def test_an_arm_that_differs_in_more_than_a_line_is_always_lived_through(
    patch: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    theatre = theatre_of(quiet(arms={"own": patch}))
    assert alike.beside(plan(theatre, REFERENCE), plan(theatre, "own")) == ()
    assert both_ways(theatre, (REFERENCE, "own"), 2, monkeypatch)["own"] == 0


def test_a_test_call_at_the_very_instant_of_something_else_has_it_lived_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line: Values = {"willing": {"serious": 0.0, "high_risk": 0.0}}
    line["tests"] = {"every": "12 h", "lasting": "5 min"}
    found = {}
    for at in ("2022-09-05T12:00Z", "2022-09-05T12:01Z"):
        values = quiet(injects=[incident(at=at)], arms={"own": {"channels": {"line": line}}})
        theatre = theatre_of(values)
        found[at] = both_ways(theatre, (REFERENCE, "own"), 2, monkeypatch)["own"]
    assert list(found.values()) == [0, 2]
