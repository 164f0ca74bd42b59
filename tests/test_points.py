"""Points of parameter space: the same numbers as ``compare``, whatever they share."""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import short_scenario

from sim import api
from sim.crisis import Stage, play
from sim.errors import RunError, ScenarioError
from sim.scenario import Scenario, load, varied
from sim.scenario.arms import WORLD_PARAMETERS
from sim.scenario.parameters import Parameters
from sim.scenario.quantities import Delay
from sim.study import points
from sim.study.factors import (
    BLOCKS,
    LUCK,
    Factor,
    block,
    changes_at,
    factors_of,
    luck,
    roomy,
)
from sim.study.interrupts import Interrupts
from sim.study.measures import MEASURES
from sim.study.points import THRESHOLDS, Place, PointsJob, live, pairs_job
from sim.world import build, ground

ARM = "as_designed"
GIVEN = "collision"
WORLDS = 6

PLACES: tuple[dict[str, Any], ...] = (
    {},
    {"parameters.resolve": 1.25},
    {"parameters.resolve": 1.25, "parameters.halt": 0.2},
    {"parameters.invitation": 0.0},
    {"parameters.honesty": 0.4, "parameters.backfire": 0.1},
    {"parameters.credibility_a": 6.0},
    {f"arms.{ARM}.line.relay": {"median": "6 h", "p95": "30 h"}},
    {f"arms.{ARM}.line.willing.serious": 0.5, "parameters.boldness": 1.15},
    {"parameters.stray_grave": 0.2},
    {"parameters.clock_median": "12 h", "parameters.report": {"median": "9 h", "p95": "36 h"}},
    {"border_share": 0.9},
)
"""Places that touch the response, the line, the start, and the world itself."""


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    """A scenario of twenty days."""
    return load(short_scenario(tmp_path_factory.mktemp("short")))


def job(scenario: Scenario, given: str | None = GIVEN, worlds: int = WORLDS) -> PointsJob:
    """Return what is asked at every place."""
    places = tuple(Place(tuple(changes.items())) for changes in PLACES)
    return pairs_job(scenario, 1, ARM, given, places, worlds)


def lived(asked: PointsJob, workers: int = 1) -> points.Points:
    """Return what was found, after making sure that nothing went wrong."""
    found, trouble = live(asked, workers, Interrupts())
    assert trouble is None
    assert found.complete
    assert not found.failures
    return found


@pytest.mark.parametrize("given", [None, GIVEN])
def test_a_point_is_what_compare_makes_of_it(short: Scenario, given: str | None) -> None:
    found = lived(job(short, given))
    moved = set()
    for at, changes in enumerate(PLACES):
        comparison = api.compare(varied(short, changes), worlds=WORLDS, arms=ARM, given=given)
        for k in THRESHOLDS:
            assert comparison.risk_difference(ARM, k) == found.compared(at, k), changes
            assert comparison.risk("without_line", k).value == found.risk(k)[at], changes
            moved.add((found.risk(k)[at], found.difference(k)[at]))
    assert given is None or len(moved) > 2, "the places should differ, or this shows nothing"


def test_sharing_histories_changes_nothing_but_the_work(
    short: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = []

    def counted(*args: Any, **kwargs: Any) -> Any:
        played.append(args)
        return play(*args, **kwargs)

    monkeypatch.setattr("sim.study.points.play", counted)
    shared = lived(job(short))
    with_sharing = len(played)
    monkeypatch.setattr(points, "_RECENT", 0)
    alone = lived(job(short))
    assert np.array_equal(shared.reached, alone.reached)
    assert len(played) - with_sharing == 2 * len(PLACES) * WORLDS
    assert with_sharing < 2 * len(PLACES) * WORLDS


def moved(scenario: Scenario, name: str) -> dict[str, Any]:
    """Return a change that gives a constant another value than the scenario's own."""
    value = getattr(scenario.parameters, name)
    if isinstance(value, Delay):
        slower = {
            key: f"{2 * time} ms" for key, time in value.model_dump(exclude_none=True).items()
        }
        return {f"parameters.{name}": slower}
    for other in (not value, 0.5 * value, 1.1 * value, 2 * value + 0.1, 1, f"{2 * value} ms"):
        with suppress(ScenarioError):
            changed = varied(scenario, {f"parameters.{name}": other})
            if getattr(changed.parameters, name) != value:
                return {f"parameters.{name}": other}
    raise AssertionError(f"no other value of {name}")


def test_a_place_is_alike_only_where_no_constant_that_counts_has_moved(
    short: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each constant that leaves the ground alone is moved by itself beside the base."""
    wide = varied(short, {"a_max": 4.0})
    names = [name for name in Parameters.model_fields if name not in WORLD_PARAMETERS]
    places = (Place(), *(Place(tuple(moved(wide, name).items())) for name in names))
    asked = pairs_job(wide, 1, ARM, GIVEN, places, 2)._replace(columns=MEASURES)
    shared = points.Bench(asked)
    rows = [shared.world(number)[0] for number in range(2)]
    monkeypatch.setattr(points, "_RECENT", 0)
    assert rows == [shared.world(number)[0] for number in range(2)]


def test_a_history_is_made_of_its_warm_up_whoever_lived_through_that_first(
    short: Scenario,
) -> None:
    bench = points.Bench(job(short)._replace(places=(Place(),)))
    spot = bench._spots[0]
    stages = [Stage(build(spot.theatre, 1, 0)) for _ in range(2)]
    warmed: dict[float, points._Noted] = {}
    spot.lived(0, stages[0], warmed)
    after = spot.lived(1, stages[0], warmed)
    first = spot.lived(1, stages[1], {})
    assert "tension_half_life" in first.read[1]
    assert first.read[1].items() <= after.read[1].items()


def test_workers_change_nothing(short: Scenario) -> None:
    one, two = lived(job(short, worlds=4)), lived(job(short, worlds=4), workers=2)
    assert np.array_equal(one.reached, two.reached)


def test_fewer_worlds_are_a_part_of_more(short: Scenario) -> None:
    few, many = lived(job(short, worlds=3)), lived(job(short, worlds=5))
    assert np.array_equal(few.reached, many.reached[..., :3])


def test_luck_moves_a_place_to_worlds_of_its_own(short: Scenario) -> None:
    asked = job(short, worlds=3)._replace(places=(Place(), Place(block=1)))
    found = lived(asked)
    whole = lived(job(short, worlds=6)._replace(places=(Place(),)))
    assert np.array_equal(found.reached[0], whole.reached[0][..., :3])
    assert np.array_equal(found.reached[1], whole.reached[0][..., 3:])


def test_room_for_more_activity_leaves_a_world_as_it_is(short: Scenario) -> None:
    wide = varied(short, {"a_max": roomy(short, factors_of(short, ARM))})
    assert wide.a_max > short.a_max
    plain = job(short, None)
    assert np.array_equal(lived(plain).reached, lived(plain._replace(scenario=wide)).reached)


def test_a_place_that_is_refused_says_so(short: Scenario) -> None:
    bad = job(short)._replace(places=(Place((("parameters.heed", 2.0),)),))
    with pytest.raises(ScenarioError, match="heed"):
        bad.ready()


# Factors.


@pytest.mark.parametrize("name", ["minimal", "black_sea_2022", "polish_border_2022"])
@pytest.mark.parametrize("arm", [ARM, "as_used_2022"])
def test_every_corner_of_the_space_is_a_scenario(name: str, arm: str) -> None:
    scenario = load(Path(__file__).parent.parent / "scenarios" / f"{name}.yaml")
    factors = factors_of(scenario, arm)
    assert factors[-1].is_luck
    assert {"boldness", "wait", "invitation", "backfire", "honesty", "line.relay"} <= {
        factor.name for factor in factors
    }
    wide = varied(scenario, {"a_max": roomy(scenario, factors)})
    for share in (0.0, 0.5, 1.0):
        changes, _ = changes_at(wide, factors, [share] * len(factors))
        made = varied(wide, changes).parameters
        total = made.suspicion_accident + made.suspicion_assertive
        total += made.suspicion_hostile + made.suspicion_not_theirs
        assert total == pytest.approx(1)


def test_causes_never_add_up_to_more_than_one(minimal: Scenario) -> None:
    names = ["assertive_share", "not_theirs_share", "hostile_high_risk"]
    factors = factors_of(minimal, ARM, names)
    changes, _ = changes_at(minimal, factors, [1.0, 1.0, 1.0, 0.0])
    assert changes["parameters.assertive_share"] == pytest.approx(1 - 0.47 - 0.10)
    alone, _ = changes_at(minimal, factors, [1.0, float("nan"), float("nan"), 0.0])
    assert alone["parameters.assertive_share"] == 0.5


def test_a_delay_moves_with_its_spread(minimal: Scenario) -> None:
    factors = factors_of(minimal, ARM, ["report", "line.relay"])
    changes, _ = changes_at(minimal, factors, [1.0, 1.0, 0.0])
    made = varied(minimal, changes)
    before, after = minimal.parameters.report, made.parameters.report
    assert after.median == 2 * (before.median or 0)
    assert after.sigma == pytest.approx(before.sigma)


def test_a_wide_range_is_shared_by_ratio() -> None:
    even = Factor("a", "parameters.a", 1, 5, 2, "number", False, "")
    wide = Factor("b", "parameters.b", 1, 100, 2, "number", True, "")
    assert even.at(0.5) == 3
    assert wide.at(0.5) == pytest.approx(10)


def test_luck_has_as_many_sets_as_are_told_apart() -> None:
    assert {block(share / 100) for share in range(101)} == set(range(BLOCKS))
    assert luck().name == LUCK


def test_what_shapes_the_world_is_no_factor(minimal: Scenario) -> None:
    on = ground(minimal)
    for factor in factors_of(minimal, ARM)[:-1]:
        names = [factor.name]
        changes, _ = changes_at(minimal, factors_of(minimal, ARM, names), [0.0, math.nan])
        assert ground(varied(minimal, changes)) == on, factor.path
    for path, value in (("border_share", 0.9), ("parameters.scramble", "20 min"), ("a_max", 3.0)):
        assert ground(varied(minimal, {path: value})) != on


def test_an_unknown_factor_is_named_with_the_nearest(minimal: Scenario) -> None:
    with pytest.raises(RunError, match=r'"honest" is no factor.*honesty'):
        factors_of(minimal, ARM, ["honest"])


def test_an_arm_without_a_line_has_nothing_to_compare(minimal: Scenario) -> None:
    with pytest.raises(RunError, match="has no line"):
        factors_of(minimal, "without_line")
