"""Nothing from nothing: what cannot matter must not, record for record.

Each of these tests comes with a twin that shows a difference, so that it could fail.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML
from small_worlds import DAY, Values, incident, laid_over, quiet, stages, theatre_of

from sim.crisis import History, Stage, first_difference, play
from sim.records import Record
from sim.scenario import Scenario, arm_names
from sim.scenario.channels import STANDARD_ARMS
from sim.scenario.loading import build as build_scenario
from sim.scenario.loading import load
from sim.world import World, build, prepare

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))
REFERENCE = "without_line"

EAGER: Values = {
    "carries": ["notices", "explanations", "concerns", "halts"],
    "willing": {"serious": 1.0, "high_risk": 1.0, "halts": 1.0, "every_concern": True},
    "notify": 1.0,
}
"""A line that everybody would use on every occasion."""

NULL_LINES: dict[str, Values] = {
    "never_up": {"line": {**EAGER, "up": {"mean": "1 s"}, "down": {"mean": "3000 d"}}},
    "never_answered": {"line": {**EAGER, "answered": 0.0, "truth": False}},
    "carries_nothing": {"line": {**EAGER, "carries": []}},
    "long_closed": {"line": {**EAGER, "opens": "2001-01-01T00:00Z", "closes": "2001-02-01T00:00Z"}},
}
"""Arms whose line can do nothing, which must come to the same as having none."""

LIVE_LINE: Values = {
    "line": {
        **EAGER, "up": None, "down": None, "opens": None, "closes": None, "answered": 1.0,
    }
}  # fmt: skip


def read(path: Path) -> Values:
    """Return a scenario file as plain values."""
    values: Values = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return values


def file_of(scenario: Path, **changes: Any) -> Scenario:
    """Return a shipped scenario with changes laid over it."""
    return build_scenario(laid_over(read(scenario), changes))


def row_of_line(scenario: Scenario) -> int:
    """Return the row of the line among the channels."""
    return sorted(scenario.channels).index("line")


def outcome(history: History, without: int | None = None) -> tuple[Any, ...]:
    """Return everything a history holds but its name and its effort."""
    kept = history.records if without is None else history.without_channel(without)
    return (
        kept, history.ended, history.stopped, history.activity, history.tension,
        history.credibility, history.horizon, history.begins,
    )  # fmt: skip


@pytest.fixture(scope="module", params=SCENARIOS, ids=lambda path: path.stem)
def with_null_lines(request: pytest.FixtureRequest) -> tuple[int, list[Stage]]:
    """A shipped scenario with the null lines as arms, and a few of its worlds."""
    calm = {"parameters": {"boldness": 1.0, "wait": 0.0}}
    arms = {name: laid_over(arm, calm) for name, arm in NULL_LINES.items()}
    arms["live"] = laid_over(LIVE_LINE, calm)
    scenario = file_of(request.param, arms=arms)
    theatre = prepare(scenario)
    return row_of_line(scenario), [Stage(build(theatre, 17, number)) for number in range(3)]


@pytest.mark.parametrize("arm", NULL_LINES)
def test_a_line_that_can_do_nothing_does_nothing(
    with_null_lines: tuple[int, list[Stage]], arm: str
) -> None:
    row, ready = with_null_lines
    for stage in ready:
        without, null = play(stage, REFERENCE), play(stage, arm)
        assert outcome(null, row) == outcome(without, row)
        assert without.without_channel(row) == without.records


def test_a_line_that_can_do_something_does(with_null_lines: tuple[int, list[Stage]]) -> None:
    row, ready = with_null_lines
    own = [len(h.records) - len(h.without_channel(row)) for s in ready for h in [play(s, "live")]]
    assert sum(own) > 0


GRAVE = [incident(f"2022-09-{day:02d}T00:00Z", f"day_{day}") for day in (2, 12, 22)]


def lines_in(arms: Values, **changes: Any) -> list[Stage]:
    """Return worlds with three grave incidents and the given arms."""
    theatre = theatre_of(quiet(injects=GRAVE, arms=arms, **changes))
    return [Stage(build(theatre, 5, number)) for number in range(60)]


def test_boldness_and_waiting_are_what_an_idle_line_can_do() -> None:
    idle = {"line": {**EAGER, "answered": 0.0, "authorise": "200 h"}}
    arms = {
        "idle": idle,
        "waited_for": laid_over(idle, {"parameters": {"wait": 1.0, "wait_longest": "12 h"}}),
    }
    ready = lines_in(arms)
    row = ready[0].channel_rows["line"]
    same = [outcome(play(s, "idle"), row) == outcome(play(s, REFERENCE), row) for s in ready]
    held = [outcome(play(s, "waited_for"), row) == outcome(play(s, REFERENCE), row) for s in ready]
    assert all(same)
    assert not all(held)


def test_a_bold_line_changes_who_flies(minimal: Scenario) -> None:
    idle = {"line": {"carries": []}}
    arms = {"idle": idle, "bold": laid_over(idle, {"parameters": {"boldness": 1.15}})}
    theatre = prepare(build_scenario(laid_over(dict(minimal.origin[1]), {"arms": arms})))
    row = sorted(theatre.scenario.channels).index("line")
    differ = 0
    for number in range(3):
        stage = Stage(build(theatre, 3, number))
        without = outcome(play(stage, REFERENCE), row)
        assert outcome(play(stage, "idle"), row) == without
        differ += outcome(play(stage, "bold"), row) != without
    assert differ > 0


# Worlds belong to nobody.


def same_world(a: World, b: World, places: bool = True) -> None:
    """Assert that two worlds hold the same things, whatever rows they stand in."""
    for one, other in ((a.sorties, b.sorties), (a.contacts, b.contacts)):
        assert one.identity.tolist() == other.identity.tolist()
    assert a.sorties.start.tolist() == b.sorties.start.tolist()
    assert a.sorties.mark.tolist() == b.sorties.mark.tolist()
    assert a.contacts.first.tolist() == b.contacts.first.tolist()
    assert a.contacts.last.tolist() == b.contacts.last.tolist()
    assert [s.identity for s in a.salvos] == [s.identity for s in b.salvos]
    assert [(s.identity, s.time) for s in a.strays] == [(s.identity, s.time) for s in b.strays]
    assert [p.identity for p in a.placed] == [p.identity for p in b.placed]
    if places:
        assert a.contacts.x.tolist() == b.contacts.x.tolist()
        assert a.contacts.y.tolist() == b.contacts.y.tolist()


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_playing_arms_leaves_the_world_as_it_was(path: Path) -> None:
    theatre = prepare(load(path))
    untouched, stage = build(theatre, 2, 1), Stage(build(theatre, 2, 1))
    own = arm_names(theatre.scenario)[len(STANDARD_ARMS) :]
    names = ("as_designed", "oracle", *own[:2])
    forward = {name: outcome(play(stage, name)) for name in names}
    same_world(stage.world, untouched)
    fresh = Stage(untouched)
    for name in reversed(names):
        assert outcome(play(fresh, name)) == forward[name], name


def test_a_world_is_the_same_alone_or_in_a_run(minimal: Scenario) -> None:
    theatre = prepare(minimal)
    run = [build(theatre, 8, number) for number in range(4)]
    alone = build(prepare(load(SCENARIOS[0].parent / "minimal.yaml")), 8, 3)
    same_world(run[3], alone)
    assert run[2].contacts.identity.tolist() != run[3].contacts.identity.tolist()
    assert outcome(play(Stage(run[3]), "as_designed")) == outcome(play(Stage(alone), "as_designed"))


def test_another_seed_is_another_world(minimal: Scenario) -> None:
    theatre = prepare(minimal)
    one, other = build(theatre, 1, 0), build(theatre, 2, 0)
    assert one.contacts.first.tolist() != other.contacts.first.tolist()


# What meets nobody changes nobody.


def told_by_identity(history: History, names: list[str]) -> list[tuple[Any, ...]]:
    """Return records with rows of units replaced by their names, so that rows may shift."""
    rows = {"a", "b", "unit"}
    return [
        (type(r).__name__, *(names[v] if k in rows else v for k, v in r._asdict().items()))
        for r in history.records
    ]


@pytest.mark.parametrize("kind", ["warship", "fighter_patrol"])
def test_a_unit_that_meets_nobody_changes_nobody(kind: str) -> None:
    path = SCENARIOS[0].parent / "minimal.yaml"
    idle = {
        "id": "aaa_far_away", "actor": "us", "kind": kind, "number": 2,
        "moves": {"station": [16.0, 58.0]}, "sorties": {"every": "24 h", "lasting": "3 h"},
    }  # fmt: skip
    share = {"noteworthy": 0.3, "share_serious": 0.5}
    before = prepare(file_of(path, parameters=share))
    after = prepare(file_of(path, parameters=share, forces=[idle, *read(path)["forces"]]))
    lists = [[unit.id for unit in theatre.units] for theatre in (before, after)]
    for number in range(2):
        for arm in (REFERENCE, "messages_only", "oracle"):
            one, two = (
                told_by_identity(play(Stage(build(theatre, 4, number)), arm), names)
                for theatre, names in zip((before, after), lists, strict=True)
            )
            assert one == two
            assert len(one) > 50


def test_a_unit_in_the_way_does_change_things() -> None:
    path = SCENARIOS[0].parent / "minimal.yaml"
    met = {
        "id": "aaa_near", "actor": "us", "kind": "fighter_patrol",
        "moves": {"box": "western_black_sea"}, "sorties": {"every": "12 h", "lasting": "6 h"},
    }  # fmt: skip
    share = {"noteworthy": 0.3}
    before = prepare(file_of(path, parameters=share))
    after = prepare(file_of(path, parameters=share, forces=[met, *read(path)["forces"]]))
    counts = [len(play(Stage(build(t, 4, 0)), REFERENCE).records) for t in (before, after)]
    assert counts[0] != counts[1]


# Order and company in the file.


TURNED = {"forces", "strikes", "injects", "carries", "covers", "on"}


def backwards(value: Any, key: str = "") -> Any:
    """Return plain values with the order of every mapping, and of lists of rows, turned round."""
    if isinstance(value, dict):
        return {k: backwards(v, k) for k, v in reversed(list(value.items()))}
    if isinstance(value, list) and key in TURNED:
        return [backwards(item) for item in reversed(value)]
    return value


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_order_of_a_file_means_nothing(path: Path) -> None:
    values = read(path)
    turned = backwards(values)
    assert list(turned) == list(reversed(values))
    one, other = prepare(build_scenario(values)), prepare(build_scenario(turned))
    unit_names = [[unit.id for unit in theatre.units] for theatre in (one, other)]
    for arm in ("as_designed", REFERENCE):
        first, second = (
            play(Stage(build(theatre, 6, 1)), arm) for theatre in (one, other)
        )  # fmt: skip
        assert told_by_identity(first, unit_names[0]) == told_by_identity(second, unit_names[1])


def test_another_arm_changes_nothing_for_the_rest(minimal: Scenario) -> None:
    extra = {"arms": {"one_more": {"line": {"talk": "2 h"}, "parameters": {"boldness": 1.1}}}}
    more = prepare(build_scenario(laid_over(dict(minimal.origin[1]), extra)))
    theatre = prepare(minimal)
    for name in arm_names(minimal):
        one, other = (play(Stage(build(t, 9, 0)), name) for t in (theatre, more))
        assert outcome(one) == outcome(other)


# A longer period.


def test_a_longer_period_keeps_what_came_before() -> None:
    path = SCENARIOS[0].parent / "minimal.yaml"
    share = {"noteworthy": 0.2, "share_serious": 0.5}
    short = prepare(file_of(path, parameters=share, duration="90 d"))
    long = prepare(file_of(path, parameters=share, duration="150 d"))
    horizon = 90 * DAY
    for number in range(4):
        for arm in (REFERENCE, "as_designed"):
            one, two = (play(Stage(build(t, 12, number)), arm) for t in (short, long))
            before = [record for record in one.records if record.time < horizon]
            assert len(before) > 50
            assert before == [record for record in two.records if record.time < horizon]
            assert any(record.time >= horizon for record in two.records)


# The first difference.


def test_arms_agree_up_to_their_first_difference() -> None:
    ready = lines_in({"quick": {"line": EAGER}})
    row = frozenset({ready[0].channel_rows["line"]})
    seen = 0
    for stage in ready:
        one, two = play(stage, REFERENCE), play(stage, "quick")
        apart = first_difference(one, two, row)
        until = math.inf if apart is None else apart
        kept: list[tuple[Record, ...]] = [
            tuple(r for r in h.without_channel(next(iter(row))) if r.time < until)
            for h in (one, two)
        ]
        assert kept[0] == kept[1]
        seen += apart is not None
    assert 0 < seen < len(ready)


def test_worlds_are_not_made_of_arms(minimal: Scenario) -> None:
    # The luck of a contact is the same wherever it is met: severity, cause and victim agree.
    theatre = prepare(minimal)
    for number in range(2):
        stage = Stage(build(theatre, 21, number))
        by_arm = {}
        for arm in (REFERENCE, "messages_only", "oracle"):
            for record in play(stage, arm).records:
                if type(record).__name__ == "Contacted":
                    by_arm.setdefault(record.identity, set()).add(record[2:7] + record[10:])
        assert by_arm
        assert all(len(told) == 1 for told in by_arm.values())
        assert np.all([identity > 0 for identity in by_arm])


def test_worlds_that_lie_still_may_share_their_traffic() -> None:
    # The small theatres of these tests do so; it must not show.
    theatre = theatre_of(quiet(injects=GRAVE))
    for number, stage in enumerate(stages(theatre, 5)):
        built = Stage(build(theatre, 1, number))
        assert outcome(play(stage, "as_used_2022")) == outcome(play(built, "as_used_2022"))
