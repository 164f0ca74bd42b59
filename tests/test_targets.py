"""The public record as typed targets: complete, measurable, and free of the line's effect."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.crisis import Stage, play
from sim.records import CrisisBegan, Runged
from sim.scenario.channels import LINE, REFERENCE
from sim.scenario.quantities import DAY, YEAR
from sim.study.calibration import fitted
from sim.study.ensemble import COLUMNS
from sim.study.fit import (
    MET,
    MISSED,
    UNRESOLVED,
    Simulated,
    as_extreme,
    holds,
    implausibility,
    simulated,
    verdict,
)
from sim.study.intervals import clopper_pearson
from sim.study.measures import measure
from sim.study.targets import (
    SETTINGS,
    TARGETS,
    Comes,
    Length,
    Rate,
    Seen,
    Share,
    Target,
    measured_in,
    needed,
)
from sim.world import build, prepare

ASKED = (
    "recorded", "serious", "high_risk", "violations", "violations_pooled", "disputes", "force",
    "disputes_no_seizures",
    "force_no_seizures", "both_no_seizures", "both", "war", "exchange_rest", "exchange_force",
    "operational_calls", "tests", "busy_line", "clashes", "severe_air",
)  # fmt: skip
"""What the model document's section 8 and the record of 2022 and 2023 ask for."""


WIDER = ("high_risk", "force")
"""Figures whose limits the evidence has after Jeffreys, which leave out more than .025."""


def test_every_figure_of_the_record_is_a_target() -> None:
    assert sorted(target.name for target in TARGETS) == sorted(ASKED)
    assert sum(len(measured_in(name)) for name in SETTINGS) == len(TARGETS)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_target_can_be_measured_and_says_where_it_is_from(target: Target) -> None:
    assert set(needed(target.quantity)) <= set(COLUMNS)
    assert "evidence" in target.source
    ends = [end for end in (target.low, target.value, target.high) if end is not None]
    assert ends
    assert ends == sorted(ends)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_can_be_lived_through(name: str) -> None:
    setting = SETTINGS[name]
    scenario = setting.scenario()
    assert scenario.conditions == ("2022" if name.startswith("2022") else "peacetime")
    theatre = prepare(scenario)
    assert theatre.recorded_per_year_expected == pytest.approx(
        0.0 if name == "exchange" else theatre.recorded_per_year_target
    )


def test_only_figures_from_worlds_without_the_line_are_fitted() -> None:
    for seizures in (True, False):
        chosen = fitted(seizures)
        assert {SETTINGS[target.setting].arm for target in chosen} == {REFERENCE}
        names = [target.name for target in chosen]
        assert ("disputes" in names) == seizures
        assert ("disputes_no_seizures" in names) != seizures
        assert ("both" in names) == seizures
        assert ("both_no_seizures" in names) != seizures


def test_what_could_hardly_be_missed_says_so() -> None:
    by_name = {target.name: target for target in TARGETS}
    for name in ("serious", "high_risk", "tests", "busy_line"):
        assert by_name[name].comes is Comes.INPUT
    assert by_name["recorded"].comes is by_name["operational_calls"].comes is Comes.SOLVED
    assert {target.name for target in TARGETS if target.comes is Comes.EMERGES} == {
        "violations", "violations_pooled", "clashes", "severe_air",
    }  # fmt: skip


def test_how_a_figure_comes_about_is_told_of_what_is_simulated() -> None:
    for one in TARGETS:
        for other in measured_in(one.setting):
            assert one.quantity != other.quantity or one.comes is other.comes


def test_only_what_a_varied_constant_moves_is_fitted() -> None:
    for seizures in (True, False):
        assert {target.comes for target in fitted(seizures)} == {Comes.FITTED}
        assert not {"serious", "high_risk"} & {target.name for target in fitted(seizures)}


@pytest.mark.parametrize(
    "target", [target for target in TARGETS if target.seen], ids=lambda target: target.name
)
def test_value_and_limits_are_those_of_what_was_seen(target: Target) -> None:
    assert target.seen is not None
    rests_on = target.seen.times if target.seen.among is None else target.seen.among
    if target.value is not None:
        assert target.value == pytest.approx(target.seen.events / rests_on, rel=0.04)
    least, most = (0.02, 0.03) if target.name not in WIDER else (0.04, 0.075)
    for end in (target.low, target.high):
        if end is not None:
            chance = as_extreme(target, Simulated(end, end, end, 1))
            assert chance is not None
            assert least < chance < most


def test_how_odd_the_record_would_be() -> None:
    counted = TARGET._replace(seen=Seen(2))
    found = Simulated(0.35, 0.3, 0.4, 100)
    assert as_extreme(counted, found) == pytest.approx(1 - math.exp(-0.35) * 1.35)
    assert as_extreme(counted, found._replace(value=9.0)) == pytest.approx(
        math.exp(-9) * (1 + 9 + 40.5)
    )
    assert as_extreme(TARGET._replace(seen=Seen(0)), found) == pytest.approx(math.exp(-0.35))
    assert as_extreme(TARGET._replace(seen=Seen(0, 10)), found) == pytest.approx(math.exp(-3.5))
    three_of_four = TARGET._replace(seen=Seen(3, among=4))
    chance = 4 * 0.35**3 * 0.65 + 0.35**4
    assert as_extreme(three_of_four, found) == pytest.approx(chance)
    assert as_extreme(TARGET, found) is None
    assert as_extreme(counted, Simulated(math.nan, 0, 1, 0)) is None


def test_what_lies_within_the_limits() -> None:
    assert holds(TARGET, 1.6)
    assert not holds(TARGET, 1.7)
    assert not holds(TARGET, 0.5)
    assert holds(LIMIT, math.nan)


def test_heights_of_crises_agree_with_the_rungs_of_the_records() -> None:
    setting = SETTINGS["exchange"]
    theatre = prepare(setting.scenario())
    stage = Stage(build(theatre, 1, 0))
    row = measure(play(stage, REFERENCE), 0)
    assert row["crises"] == row["crises_to_4"] == 0  # it begins at rung 3, and by injects
    assert row["exchanges"] == 2
    assert row["exchange_acts"] >= row["exchange"] >= 1
    theatre = prepare(SETTINGS["peacetime"].scenario())
    line = sorted(theatre.scenario.channels).index(LINE)
    tops: list[int] = []
    counted = dict.fromkeys((4, 5, 6), 0)
    for number in range(6):
        history = play(Stage(build(theatre, 1, number)), REFERENCE)
        row = measure(history, line)
        for k in counted:
            counted[k] += int(row[f"crises_to_{k}"])
        began = [r.time for r in history.records if isinstance(r, CrisisBegan)]
        assert len(began) == row["crises"]
        rungs = [(r.time, r.rung) for r in history.records if isinstance(r, Runged)]
        for at, start in enumerate(began):
            until = began[at + 1] if at + 1 < len(began) else math.inf
            tops.append(max(rung for time, rung in rungs if start <= time < until))
    assert len(tops) > 3
    assert counted == {k: sum(top >= k for top in tops) for k in counted}


# How a simulated figure stands.

TARGET = Target("x", "x", "a year", "peacetime", Rate(("crises",), YEAR), 1.0, 0.6, 1.6, "evidence")
LIMIT = TARGET._replace(value=None, low=None, high=2.0)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.7, 1.5, MET), (0.5, 1.5, UNRESOLVED), (0.1, 0.59, MISSED), (1.61, 3, MISSED)],
)
def test_a_verdict_needs_the_whole_interval(low: float, high: float, expected: str) -> None:
    assert verdict(TARGET, Simulated((low + high) / 2, low, high, 9)) == expected


def test_the_distance_counts_both_errors_on_the_side_of_the_other() -> None:
    far = Simulated(1.6, 1.6, 1.6, 9)
    assert implausibility(TARGET, far) == pytest.approx(1.96, abs=0.001)
    less = Simulated(1.6, 1.0, 1.7, 9)  # our error below is as large as the source's above
    assert implausibility(TARGET, less) == pytest.approx(1.96 / math.sqrt(2), abs=0.001)
    assert implausibility(LIMIT, Simulated(1.9, 1.0, 2.9, 9)) == 0
    assert implausibility(LIMIT, Simulated(3.0, 2.5, 3.9, 9)) == pytest.approx(3.92, abs=0.001)
    assert implausibility(LIMIT, Simulated(math.nan, 0, 1, 0)) == 0
    assert implausibility(LIMIT, Simulated(3.0, 3.0, 3.0, 9)) == math.inf


def test_a_rate_is_told_in_its_own_unit() -> None:
    counts = {"crises": np.array([2.0, 0.0, 1.0, 1.0])}
    found = simulated(Rate(("crises",), YEAR), counts, 73 * DAY)
    assert found.value == pytest.approx(365.25 / 73)
    assert found.low < found.value < found.high
    assert found.events == 4


def test_a_rate_of_one_a_world_at_most_may_yet_be_more() -> None:
    """Ten of twelve worlds with one crisis leave a rate above one a world open."""
    found = simulated(Rate(("crises",), YEAR), {"crises": np.repeat([1.0, 0.0], [10, 2])}, YEAR)
    assert (found.low, found.high) == pytest.approx((0.40, 1.53), abs=0.05)


def test_a_share_is_worth_fewer_events_where_those_of_a_world_are_alike() -> None:
    apart = {"a": np.tile([1.0, 0.0], 50), "b": np.ones(100)}
    alike = {"a": np.repeat([10.0, 0.0], 5), "b": np.full(10, 10.0)}
    one, other = (simulated(Share(("a",), ("b",)), each, DAY) for each in (apart, alike))
    assert one.value == other.value == 0.5
    assert (one.low, one.high) == pytest.approx(clopper_pearson(49.5, 99), abs=0.01)
    assert other.high - other.low > 2 * (one.high - one.low)
    assert math.isnan(
        simulated(Share(("a",), ("b",)), {"a": apart["a"], "b": 0 * apart["b"]}, DAY)[0]
    )


@pytest.mark.parametrize(("worlds", "go_on"), [(120, 0.25), (120, 0.73), (1000, 0.2)])
def test_a_mean_lengths_limits_hold_the_truth_as_often_as_they_say(
    worlds: int, go_on: float
) -> None:
    """Exchanges that go on with one chance after every act, two or Poisson many a world."""
    luck, held = np.random.default_rng(7), []
    for turn in range(600):
        each = luck.poisson(0.77, worlds) if turn % 2 else np.full(worlds, 2)
        acts = each + luck.negative_binomial(np.maximum(each, 1), 1 - go_on) * (each > 0)
        columns = {"acts": acts.astype(float), "each": each.astype(float)}
        found = simulated(Length("acts", "each"), columns, DAY)
        held.append(found.low <= 1 / (1 - go_on) <= found.high)
    assert 0.92 < np.mean(held) < 0.985


def test_a_mean_length_is_at_least_one_and_open_where_nothing_was_seen() -> None:
    found = simulated(
        Length("acts", "each"), {"acts": np.array([3.0, 1.0]), "each": np.array([1.0, 1.0])}, DAY
    )
    assert found.value == 2.0
    assert 1 < found.low < 2 < found.high
    none = simulated(Length("acts", "each"), {"acts": np.zeros(2), "each": np.zeros(2)}, DAY)
    assert math.isnan(none.value)
    assert none.high == math.inf
