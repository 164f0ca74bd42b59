"""Levers: how they are written, the values they take, and what the catalogue says of them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from commands import BLACK_SEA

from sim.errors import RunError, ScenarioError
from sim.scenario import arm, content_hash, lever, lever_of, load, varied
from sim.scenario.lever_facts import base_number, bounds, meaning, written
from sim.scenario.levers import MOST, amount
from sim.scenario.quantities import HOUR, MINUTE

BASE = load(BLACK_SEA)


@pytest.mark.parametrize(
    ("text", "values", "spacing"),
    [
        ("parameters.heed=0.2..0.8:4", (0.2, 0.4, 0.6, 0.8), "even"),
        ("parameters.heed=0.8..0.2:4", (0.2, 0.4, 0.6, 0.8), "even"),
        ("parameters.heed = 0..1", (0, 0.25, 0.5, 0.75, 1), "even"),
        ("forces.reaper.number=1..4:4", (1, 2, 3, 4), "even"),
        ("parameters.heed=0.01..1:3", (0.01, 0.1, 1), "geometric"),
        ("parameters.heed=0.01..1:3:lin", (0.01, 0.505, 1), "even"),
        ("parameters.heed=0.1..0.4:3:log", (0.1, 0.2, 0.4), "geometric"),
        ("parameters.heed=-1..1:3", (-1, 0, 1), "even"),
        ("parameters.heed=0.8,0.2,0.8", (0.2, 0.8), "listed"),
        ("p=107..107.3:4", (107, 107.1, 107.2, 107.3), "even"),
        ("channels.line.relay=15..45 min:3", ("15 min", "30 min", "45 min"), "even"),
        ("channels.line.relay=15 min..6 h:3", ("15 min", "73.5 min", "6 h"), "geometric"),
        ("channels.line.relay=6 h, 90 min", ("90 min", "6 h"), "listed"),
        ("forces.reaper.speed=100 km/h..200 km/h:3", ("100 km/h", "150 km/h", "200 km/h"), "even"),
        ("channels.line.truth=true,false", (True, False), "listed"),
        ("conditions='2022','2014'", ("2022", "2014"), "listed"),
    ],
)
def test_a_lever_takes_the_values_it_is_written_with(
    text: str, values: tuple[Any, ...], spacing: str
) -> None:
    found = lever(text)
    assert (
        found.values == pytest.approx(values)
        if amount(values[0]) and found.unit is None
        else (found.values == values)
    )
    assert found.spacing == spacing


def test_a_list_may_hold_what_a_file_may() -> None:
    found = lever("channels.line.relay={median: 5 min, p95: 20 min}, 2 h")
    assert found.values == ({"median": "5 min", "p95": "20 min"}, "2 h")
    assert found.numbers is None
    assert found.texts == ("median 5 min, p95 20 min", "2 h")
    assert lever_of("parameters.heed", [0.8, 0.2]).values == (0.2, 0.8)


def test_values_between_two_ends_ascend_and_stay_between_them() -> None:
    for text in ("p=0.003..0.9:20", "p=1 s..30 d:25", "p=100..101:30", "p=1 km..400 nmi:12"):
        numbers = lever(text).numbers
        assert numbers is not None
        assert len(numbers) == int(text.rpartition(":")[2])
        assert all(one < other for one, other in pairwise(numbers))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("parameters.heed", "is no lever"),
        ("=1..2", "is no lever"),
        ("parameters.heed=", "is no lever"),
        ("parameters.heed=0.3", "2 to 60 different values"),
        ("parameters.heed=0.3,0.3", "got 1"),
        ("parameters.heed=0..1:1", "2 to 60 values"),
        ("parameters.heed=0..1:1000", f"2 to {MOST} values"),
        ("parameters.heed=0..1:log", "ends above zero"),
        ("parameters.heed=0..1:cubic", "cannot be read"),
        ("parameters.heed=little..much", '"little" is neither a number nor one with a unit'),
        ("parameters.heed=0.5..0.5", "both ends are the same"),
        ("channels.line.relay=5 min..3 km", "from a time to a length"),
        ("parameters.heed=[0.1, 0.2", "is no list of values"),
    ],
)
def test_a_lever_that_cannot_be_read_says_why(text: str, said: str) -> None:
    with pytest.raises(RunError, match=said.replace("(", r"\(")) as caught:
        lever(text)
    assert str(caught.value).startswith("--vary")


def test_a_time_keeps_the_spread_of_the_delay_it_moves() -> None:
    moved = lever("channels.line.relay=15 min..6 h:3")
    value = written(BASE, moved, "15 min")
    relay = varied(BASE, {moved.path: value}).channels["line"].relay
    base = BASE.channels["line"].relay
    assert relay.median == 15 * MINUTE
    assert relay.sigma == pytest.approx(base.sigma)
    own = written(BASE, lever("channels.line.relay=1 h,2 h"), "1 h")
    assert content_hash(varied(BASE, {moved.path: own})) == content_hash(BASE)


def test_a_mean_and_a_parameter_are_moved_as_what_they_are() -> None:
    up = lever("channels.line.up=1 d,5 d")
    assert written(BASE, up, "5 d") == {"mean": "5 d"}
    report = lever("parameters.report=9 h,36 h")
    moved = varied(BASE, {report.path: written(BASE, report, "9 h")}).parameters.report
    assert moved.median == 9 * HOUR
    assert moved.sigma == pytest.approx(BASE.parameters.report.sigma)
    assert written(BASE, lever("parameters.heed=0.1,0.2"), 0.1) == 0.1


def test_an_arm_is_moved_from_where_it_stands() -> None:
    slow = lever("arms.slow.line.relay=1 h,10 h")
    assert base_number(BASE, slow) == 5 * HOUR
    plain = lever("arms.as_designed.line.relay=1 h,10 h")
    assert base_number(BASE, plain) == HOUR
    found = varied(BASE, {plain.path: written(BASE, plain, "10 h")})
    line = arm(found, "as_designed").channels["line"]
    assert line.relay.median == 10 * HOUR
    assert line.notify == arm(BASE, "as_designed").channels["line"].notify
    assert arm(found, "slow").channels == arm(BASE, "slow").channels


@pytest.mark.parametrize(
    ("text", "base", "limits"),
    [
        ("parameters.suspicion_hostile=0.1,0.9", 0.2, (0.07, 0.28)),
        ("channels.line.relay=1 h,2 h", HOUR, (20 * MINUTE, 3 * HOUR)),
        ("channels.line.relay.median=30 min,1 h", HOUR, (20 * MINUTE, 3 * HOUR)),
        ("channels.line.relay.p95=5 h,6 h", 5 * HOUR, None),
        ("channels.line.willing.high_risk=0,1", 0.08, (0.0, 0.5)),
        ("channels.line.willing.concerns_per_month=0,1", 0.085, None),
        ("channels.chiefs.answered=0,1", 0.15, (0.0, 0.6)),
        ("arms.slow.line.relay=1 h,2 h", 5 * HOUR, (20 * MINUTE, 3 * HOUR)),
        ("arms.slow.channels.line.relay=1 h,2 h", HOUR, (20 * MINUTE, 3 * HOUR)),
        ("forces.reaper.number=1,2", 2, None),
        ("channels.line.truth=true,false", None, None),
    ],
)
def test_the_base_and_the_range_of_a_lever(
    text: str, base: float | None, limits: tuple[float, float] | None
) -> None:
    found = lever(text)
    if "arms.slow.channels" not in text:
        assert base_number(BASE, found) == base
    assert bounds(BASE, found) == limits


def test_what_a_lever_means() -> None:
    assert meaning(BASE, "channels.line.relay").startswith("time from the conversation")
    assert meaning(BASE, "channels.line.willing.high_risk").startswith("chance of a call")
    assert meaning(BASE, "parameters.heed").startswith("chance that")
    assert meaning(BASE, "forces.reaper.number") == ""


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("channels.lime.relay", 'Did you mean "line"?'),
        ("forces.posedon.number", 'Did you mean "poseidon"?'),
        ("arms.slo.line.relay", 'Did you mean "slow"?'),
        ("arms.as_desinged.line.relay", 'Did you mean "as_designed"?'),
        ("parameters.suspicion_hostil", 'Did you mean "suspicion_hostile"?'),
    ],
)
def test_a_wrong_name_on_a_path_gets_the_nearest(path: str, hint: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        varied(BASE, {path: 0.1})
    assert path in str(caught.value)
    assert hint in str(caught.value)


def test_a_part_of_a_parameter_the_file_does_not_give() -> None:
    found = varied(BASE, {"parameters.report.median": "2 h"}).parameters.report
    assert (found.median, found.p95) == (2 * HOUR, BASE.parameters.report.p95)
