"""Parameter sets: their file, what they change in a scenario, and which world meets which."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from commands import MINIMAL

from sim.errors import RunError
from sim.scenario import Scenario, load
from sim.scenario.arms import WORLD_PARAMETERS
from sim.scenario.parameters import Parameters
from sim.scenario.quantities import HOUR
from sim.scenario.varying import varied
from sim.study.calibration import laid
from sim.study.comparing import compare
from sim.study.ensemble import COLUMNS, NO_SET, SET_COLUMN
from sim.study.parameter_sets import (
    ParameterSet,
    applied,
    judged,
    read_sets,
    set_of,
    write_sets,
)

DESIGN = laid(8, 3, judged())


@pytest.fixture(scope="module")
def short() -> Scenario:
    """The smallest shipped scenario, for a month."""
    return varied(load(MINIMAL), {"duration": "30 d"})


def _one(**values: float | str) -> ParameterSet:
    return ParameterSet(1, tuple(values.items()), 0.5)


def test_the_judged_constants_have_ranges_around_their_base_values() -> None:
    base = Parameters()
    for one in judged():
        assert one.name not in WORLD_PARAMETERS
        value = getattr(base, one.name) if one.name != "report" else base.report.median or 0
        assert one.low < value < one.high
        assert one.share(one.written(0.3)) == pytest.approx(0.3, abs=0.02)


def test_a_design_fills_every_range_evenly_and_keeps_suspicions_one_belief() -> None:
    for at, one in enumerate(judged()):
        shares = sorted(one.share(each.values[at][1]) for each in DESIGN)
        rows = np.arange(len(DESIGN)) / len(DESIGN)
        assert (np.array(shares) >= rows - 0.05).all()
        assert (np.array(shares) <= rows + 1 / len(DESIGN) + 0.05).all()
    for each in DESIGN:
        values = dict(each.values)
        whole = sum(float(v) for n, v in values.items() if n.startswith("suspicion_"))
        assert whole + Parameters().suspicion_not_theirs == pytest.approx(1)


def test_a_file_of_sets_tells_the_same_sets_again(tmp_path: Path) -> None:
    sets = tuple(one._replace(not_hostile=0.25, figures=(("force", 0.4),)) for one in DESIGN)
    write_sets(tmp_path / "sets.csv", {"seed": 3}, sets)
    kept = read_sets(tmp_path / "sets.csv")
    assert kept.made == {"seed": "3"}
    assert kept.sets == sets


def test_the_sets_that_come_with_the_program_can_be_used() -> None:
    kept = read_sets()
    assert {"command", "version", "tried", "accepted", "seed", "cutoff"} <= kept.made.keys()
    assert len(kept.sets) == int(kept.made["accepted"])
    assert {name for name, _ in kept.sets[0].values} >= {one.name for one in judged()}
    assert not any(math.isnan(one.not_hostile) for one in kept.sets)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("set,fere\n1,0.2\n", '"fere" is no parameter.*fear'),
        ("set,noteworthy\n1,0.2\n", "shapes the world"),
        ("fear\n0.2\n", 'no column "set"'),
        ("set,fear\n", "holds no parameter set"),
        ("set,fear\n1,much\n", r'row 1, fear: "much" is no number; .*deconflict calibrate'),
        ("set,fear\n1,\n", 'row 1, fear: "" is no number'),
        ("set,fear\n1,0.2\n2,inf\n", 'row 2, fear: "inf" is no finite number'),
        ("set,quiet\n1,x h\n", 'row 1, quiet: "x" is no number'),
        ("set,fear,figure:war\n1,0.2,none\n", 'row 1, figure:war: "none" is no number'),
        ("set,fear,resolve\n1,0.2\n", "row 1 has fewer values than there are columns"),
        ("set,fear\n1,0.2,0.3\n", "row 1 has more values than there are columns"),
        ("set,fear,fear\n1,0.2,0.3\n", 'column "fear" stands there twice'),
        ("set,fear\n1,0.2\n1,0.3\n", "set 1 stands there twice"),
        ("set,fear\n1.5,0.2\n", "row 1, set: must be a whole number from 1, got 1.5"),
        (f"set,fear\n{NO_SET},0.2\n", f"whole number from 1, got {NO_SET}"),
        ("set,not_hostile_root\n1,0.2\n", "no constant in any column"),
        ("set,fear,not_hostile_root\n1,0.2,5\n", "row 1, not_hostile_root: .* 0 to 1, got 5"),
        ("set,fear,not_hostile_root\n1,0.2,-0.1\n", "a share from 0 to 1, got -0.1"),
        (
            "set,suspicion_hostile,suspicion_assertive\n1,0.6,0.38\n",
            "row 1, suspicion_hostile, suspicion_assertive: .* add up to 1.03, more than the one",
        ),
    ],
)
def test_what_is_no_file_of_sets_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "sets.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match=message):
        read_sets(path)


def test_suspicions_may_leave_nothing_for_an_accident(tmp_path: Path) -> None:
    path = tmp_path / "sets.csv"
    path.write_text("set,suspicion_hostile,suspicion_assertive\n1,0.57,0.38\n", encoding="utf-8")
    assert dict(read_sets(path).sets[0].values)["suspicion_hostile"] == 0.57


def test_a_missing_file_of_sets_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="deconflict calibrate"):
        read_sets(tmp_path / "none.csv")


def test_a_set_changes_what_the_file_leaves_open(short: Scenario) -> None:
    own = varied(short, {"parameters.fear": 0.39})
    chosen = _one(fear=0.2, resolve=1.2, quiet="50 h", report="20 h")
    found = applied(own, chosen).parameters
    assert (found.fear, found.resolve, found.quiet) == (0.39, 1.2, 50 * HOUR)
    assert (found.report.median, found.report.p95) == (20 * HOUR, 80 * HOUR)


def test_a_set_and_a_file_that_exclude_each_other_are_refused(short: Scenario) -> None:
    own = varied(short, {"parameters.hostile_high_risk": 0.6})
    with pytest.raises(RunError, match=r"parameter set 1 .*exclude each other"):
        applied(own, _one(assertive_share=0.5))


def test_more_activity_than_the_file_holds_room_for_changes_no_world(short: Scenario) -> None:
    assert short.a_max == 2
    assert applied(short, _one(activity_rung=0.24)).a_max == 3
    before = compare(short, worlds=12, arms="as_designed")
    after = compare(varied(short, {"a_max": 3.0}), worlds=12, arms="as_designed")
    for name in set(COLUMNS) - {"events"}:  # candidates that do not fly are looked at too
        assert (before.column("as_designed", name) == after.column("as_designed", name)).all(), name


def test_a_world_lived_under_a_set_is_that_of_the_scenario_with_its_values(
    short: Scenario,
) -> None:
    found = compare(short, worlds=6, arms="as_designed", sets=DESIGN, given="collision")
    for number in (1, 4):
        row = set_of(1, number, len(DESIGN))
        alone = compare(
            applied(short, DESIGN[row]), worlds=number + 1, arms="as_designed", given="collision"
        )
        for arm in found.arms:
            assert found.column(arm, SET_COLUMN)[number] == DESIGN[row].number
            for name in set(COLUMNS) - {SET_COLUMN}:
                assert found.column(arm, name)[number] == alone.column(arm, name)[number], name
        assert found.scenario_of(number) == applied(short, DESIGN[row])


def test_which_set_a_world_meets_depends_on_seed_and_number_alone(short: Scenario) -> None:
    few = compare(short, worlds=3, arms="oracle", sets=DESIGN)
    many = compare(short, worlds=30, arms="oracle", sets=DESIGN, workers=2)
    alone = compare(short, worlds=30, arms="oracle", sets=DESIGN)
    assert many.histories.equals(alone.histories)
    assert many.histories.slice(0, few.histories.num_rows).equals(few.histories)
    drawn = [set_of(1, number, 8) for number in range(800)]
    assert np.bincount(drawn, minlength=8).min() > 70
    assert compare(short, worlds=1, arms="oracle").column("oracle", SET_COLUMN)[0] == NO_SET
