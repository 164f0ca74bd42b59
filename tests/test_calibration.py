"""Calibration, validation and identification: small real runs, and one whose answer is planted."""

from __future__ import annotations

import math
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import deconflict, short_scenario, succeeded

import sim
from sim.errors import DeconflictError, RunError
from sim.scenario import load
from sim.scenario.channels import REFERENCE
from sim.scenario.quantities import YEAR
from sim.show.numbers import points
from sim.show.record import calibration_lines, validation_lines
from sim.show.style import figure_of
from sim.show.thirds import draw_thirds
from sim.show.unknown import identification_lines, uncertainty_lines
from sim.study.calibration import (
    Calibration,
    Tried,
    calibrate,
    constraints,
    correlations,
    fitted,
    laid,
    made,
)
from sim.study.comparing import compare
from sim.study.fit import Simulated, as_extreme
from sim.study.identification import Third, identify, thirds
from sim.study.interrupts import Interrupts
from sim.study.parameter_sets import Judged, ParameterSet, applied, judged, read_sets
from sim.study.targets import SETTINGS, TARGETS, Rate, Target
from sim.study.trial import Trial, tried
from sim.study.validation import total_worlds, validate

HOSTILE = Judged("hostile_serious", 0.0, 0.3, False)
PLANTED = 0.15


def _planted() -> Target:
    """Return a figure that worlds of another seed brought about under a known constant."""
    known = ParameterSet(1, ((HOSTILE.name, PLANTED),))
    found = tried(Trial((known,), ("peacetime",), ("crises",), 99), 36, 1, None, Interrupts())
    counts = found["peacetime"]["crises"][:, 0]
    mean, error = float(counts.mean()), float(counts.std(ddof=1)) / np.sqrt(counts.size)
    low, high = mean - 1.96 * error, mean + 1.96 * error
    return Target(
        "x", "crises", "a year", "peacetime", Rate(("crises",), YEAR), mean, low, high, ""
    )


def test_a_planted_constant_is_recovered() -> None:
    found = calibrate(sets=7, years=32, targets=[_planted()], varied=[HOSTILE])
    values = [float(dict(one.values.values)[HOSTILE.name]) for one in found.accepted]
    assert min(abs(value - PLANTED) for value in values) < 0.03
    assert max(abs(value - PLANTED) for value in values) < 0.11
    (row,) = constraints(found)
    assert row.quartiles[0] < PLANTED + 0.05
    assert row.quartiles[2] > PLANTED - 0.05
    assert row.distance > 0.15
    assert correlations(found) == ()


def test_every_set_lives_the_worlds_that_its_scenario_would() -> None:
    design = laid(3, 2, judged())
    for name in ("peacetime", "exchange"):
        trial = Trial(design, (name,), ("crises", "recorded", "exchange_acts"), 4)
        found = tried(trial, 2, 1, None, Interrupts())[name]
        scenario = SETTINGS[name].scenario()
        for at, one in enumerate(design):
            alone = compare(applied(scenario, one), worlds=2, seed=4, arms=())
            for measure in trial.measures:
                assert found[measure][:, at].tolist() == alone.column(REFERENCE, measure).tolist()


def test_a_calibration_is_the_same_with_two_workers() -> None:
    one = calibrate(sets=3, years=2, cutoff=9)
    assert calibrate(sets=3, years=2, cutoff=9, workers=2) == one
    assert [each.values.number for each in one.tried] == [1, 2, 3]
    assert {target.name for target in one.targets} == {target.name for target in fitted()}
    lines = "\n".join(calibration_lines(one, "deconflict calibrate", markdown=True))
    assert "The line is in none of these worlds" in lines
    assert f"| {fitted()[0].title}" in lines
    assert f"{one.inside} of the accepted sets have every figure itself within" in lines
    assert "3 of 3 parameter sets are not refuted" in lines


def _made_of(values: list[dict[str, float]], figure: float, names: Sequence[str]) -> Calibration:
    """Return a calibration of accepted sets whose only figure comes to ``figure`` in each."""
    varied = tuple(Judged(name, 0.0, 1.0, False) for name in names)
    found = Simulated(figure, figure, figure, 9)
    sets = tuple(
        Tried(ParameterSet(n, tuple(each.items())), (found,), (1.0,), found)
        for n, each in enumerate(values, start=1)
    )
    target = Target(
        "x", "crises", "a year", "peacetime", Rate(("crises",), YEAR), 1.0, 0.6, 1.6, ""
    )
    return Calibration(sets, (target,), varied, 2.0, 9, 1, True)


def test_accepted_sets_outside_the_records_limits_are_not_counted_as_inside() -> None:
    even = [{"fear": n / 30} for n in range(30)]
    assert _made_of(even, 1.6, ["fear"]).inside == 30
    beyond = _made_of(even, 1.7, ["fear"])
    assert len(beyond.accepted) == 30
    assert beyond.inside == 0
    assert "0 of the accepted sets" in " ".join(calibration_lines(beyond, "x", markdown=True))


def test_constants_are_judged_together_and_only_by_enough_sets() -> None:
    """A chance of 3 % is told of one constant, not of one among twenty."""
    names = [f"even_{n}" for n in range(19)] + ["low"]
    spread = [(n + 0.5) / 40 for n in range(40)]
    rows = [dict.fromkeys(names[:-1], at) | {"low": at**1.85} for at in spread]
    (alone,) = constraints(_made_of(rows, 1.0, ["low"]))
    assert 0.005 < alone.p_value < 0.05
    text = " ".join(calibration_lines(_made_of(rows, 1.0, ["low"]), "x", markdown=True))
    assert "0 of 1 are not shown to be constrained further" in text
    assert "a prototype that was fitted to the same figures" in text
    text = " ".join(calibration_lines(_made_of(rows, 1.0, names), "x", markdown=True))
    assert "20 of 20 are not shown to be constrained further" in text
    strong = [row | {"low": row["low"] ** 4} for row in rows]
    text = " ".join(calibration_lines(_made_of(strong, 1.0, names), "x", markdown=True))
    assert "19 of 20 are not shown to be constrained further" in text
    text = " ".join(calibration_lines(_made_of(strong[:19], 1.0, names), "x", markdown=True))
    assert "19 accepted sets cannot tell what the record constrains" in text
    assert "are not shown" not in text


def test_the_sets_that_come_with_the_program_are_of_its_figures_and_settings() -> None:
    kept = read_sets()
    now = made(_made_of([], 1.0, [])._replace(targets=fitted(), tried=()), "x", "0")
    for key in ("figures", "settings"):
        assert kept.made[key] == now[key], "calibrate anew"
    for one in kept.sets:
        assert [name for name, _ in one.figures] == [target.name for target in fitted()]


def test_where_no_set_is_accepted_the_hardest_figure_is_named() -> None:
    rate = Rate(("crises",), YEAR)
    target = Target("x", "crises", "a year", "peacetime", rate, 400.0, 399.0, 401.0, "")
    found = calibrate(sets=3, years=2, targets=[target], varied=[HOSTILE])
    assert found.accepted == ()
    with pytest.raises(RunError, match=r'none of 3 parameter sets .* "crises"') as told:
        found.sets()
    assert "--cutoff" in str(told.value)
    assert "0 of 3" in "\n".join(calibration_lines(found, "deconflict calibrate"))


def test_too_little_to_calibrate_with_is_refused() -> None:
    with pytest.raises(RunError, match="needs a set and 2 years"):
        calibrate(sets=1, years=1)


# Validation.


def test_a_validation_tells_every_figure_whatever_the_workers() -> None:
    done: list[int] = []
    one = validate(worlds=3, progress=done.append)
    assert sum(done) == total_worlds(3) == 3 * len(SETTINGS)
    assert one.complete
    assert validate(worlds=3, workers=2).rows == one.rows
    assert {row.target.name for row in one.rows} == {target.name for target in TARGETS}
    lines = "\n".join(validation_lines(one, "deconflict validate --worlds 3", markdown=True))
    for row in one.rows:
        assert row.target.title in lines
        assert row.target.source in lines
        line = next(
            line for line in lines.splitlines() if line.startswith(f"| {row.target.title},")
        )
        assert f"{row.target.limits})" in line
        assert f"| {row.target.comes} |" in line
        chance = as_extreme(row.target, row.found)
        assert ("; chance " in line) == (chance is not None)
    assert "Made by `deconflict validate --worlds 3`" in lines
    assert any(row.verdict != "met" for row in one.rows)  # three worlds resolve little
    for setting in SETTINGS.values():
        assert setting.title in lines


def test_a_validation_may_use_parameter_sets() -> None:
    worst = ParameterSet(1, (("hostile_serious", 0.046), ("beta", 22.0)))
    base, other = validate(worlds=2), validate(worlds=2, sets=(worst,))
    assert base.rows != other.rows
    with pytest.raises(RunError, match="at least 2"):
        validate(worlds=1)


class Impatient:
    """A progress that interrupts once so many worlds are done."""

    def __init__(self, worlds: int) -> None:
        self.left = worlds

    def __call__(self, count: int) -> None:
        before, self.left = self.left, self.left - count
        if before > 0 >= self.left:
            signal.raise_signal(signal.SIGINT)


def test_an_interrupted_validation_tells_what_was_finished() -> None:
    found = validate(worlds=2, progress=Impatient(6))
    assert not found.complete
    assert [one.setting.name for one in found.lived] == ["peacetime", "exchange"]
    assert "Interrupted" in "\n".join(validation_lines(found, "deconflict validate"))
    with pytest.raises(KeyboardInterrupt):
        validate(worlds=2, progress=Impatient(1))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_calibration_rests_on_the_years_finished(workers: int) -> None:
    found = calibrate(sets=2, years=40, workers=workers, progress=Impatient(3))
    assert not found.complete
    assert 3 <= found.years < 40
    whole = calibrate(sets=2, years=found.years)
    assert found.tried == whole.tried or workers > 1  # two may have left a gap between worlds


# Identification and uncertainty.


def test_sets_are_parted_by_the_share_that_no_figure_fixes() -> None:
    sets = [ParameterSet(n, (("fear", 0.2),), (7 * n % 10) / 10) for n in range(9)]
    low, middle, high = thirds(sets)
    assert len(low) == len(middle) == len(high) == 3
    assert max(one.not_hostile for one in low) <= min(one.not_hostile for one in middle)
    assert max(one.not_hostile for one in middle) <= min(one.not_hostile for one in high)
    with pytest.raises(RunError, match="three are needed"):
        thirds(sets[:2])


def test_each_third_says_what_the_line_does(tmp_path: Path) -> None:
    scenario = load(short_scenario(tmp_path, "10 d"))
    sets = read_sets().sets[:6]
    found = identify(scenario, sets, worlds=4, arms="oracle", given="collision")
    assert [len(third.sets) for third in found.thirds] == [2, 2, 2]
    lines = "\n".join(identification_lines(found, "deconflict identify", markdown=True))
    for third in found.thirds:
        assert lines.count(f"| {third.title}:") == 2
        assert third.given is not None
        used = set(third.period.column("oracle", "parameter_set"))
        assert used <= {one.number for one in third.sets}
    assert figure_of(draw_thirds(found)).axes
    changes = [
        third.given.column("oracle", "given_reached_3")
        - third.given.column(REFERENCE, "given_reached_3")
        for third in (found.thirds[0], found.thirds[-1])
        if third.given is not None
    ]
    assert found.contrast("oracle", given=True).value == (changes[1] - changes[0]).mean()
    assert f"highest less lowest third |  |  | {points(found.contrast('oracle', True))}" in lines
    alone = replace(found, given=None)
    assert "Given" not in "\n".join(identification_lines(alone, "deconflict identify"))


def test_a_scenarios_own_inject_is_no_part_of_a_rate() -> None:
    scenario = load(Path(__file__).parent.parent / "scenarios" / "black_sea_2022.yaml")
    found = compare(scenario, worlds=12, arms="oracle")
    crises, begun, own = (
        found.column(REFERENCE, name) for name in ("crises", "crises_inject", "own_crises")
    )
    assert begun.sum() > 0
    assert (own == crises - begun).all()
    assert (found.column(REFERENCE, "own_inadvertent") <= own).all()
    third = Third("all", (), found, None)
    assert third.rooted == (own.sum(), found.column(REFERENCE, "own_inadvertent").sum())


def test_a_comparison_tells_both_parts_and_what_the_file_fixed(tmp_path: Path) -> None:
    scenario = load(short_scenario(tmp_path, "10 d"))
    sets = read_sets().sets[:3]
    found = compare(scenario, worlds=12, arms="oracle", given="collision", sets=sets)
    lines = "\n".join(uncertainty_lines(found))
    assert "risk, oracle, ≥ 3" in lines
    assert "change, oracle, ≥ 3" in lines
    told = found.summary()["uncertainty"]
    assert told["sets"] == 3
    assert told["differences"]["oracle"]["3"]["worlds"] == 12
    few = compare(scenario, worlds=2, arms="oracle", sets=sets)
    assert "too few" in "\n".join(uncertainty_lines(few))
    assert list(uncertainty_lines(compare(scenario, worlds=2, arms="oracle"))) == []


def test_the_commands_agree_with_each_other(tmp_path: Path) -> None:
    path = short_scenario(tmp_path, "10 d")
    words = ["calibrate", "--sets", 3, "--years", 2, "--cutoff", 20, "--workers", 1]
    text = succeeded(deconflict(*words, "--out", "sets.csv", cwd=tmp_path))
    assert "3 accepted sets in sets.csv" in text
    kept = read_sets(tmp_path / "sets.csv")
    assert kept.made["command"] == "deconflict calibrate --sets 3 --years 2 --seed 1 --cutoff 20"
    options = ["--worlds", 8, "--arms", "oracle", "--uncertainty", "--sets", "sets.csv"]
    words = ["compare", path, *options, "--given", "collision", "--workers", 1, "--no-figures"]
    text = succeeded(deconflict(*words, "--out", "a", cwd=tmp_path))
    assert "Those of the line itself" in text
    assert "are held at the scenario's values in all sets" in " ".join(text.split())
    words = ["identify", path, "--worlds", 2, "--sets", "sets.csv", "--arms", "oracle"]
    text = succeeded(deconflict(*words, "--figure", "figures", "--workers", 1, cwd=tmp_path))
    assert "lowest third" in text
    made = "Made by: deconflict identify short.yaml --worlds 2 --seed 1 --arms oracle --sets "
    assert f"{made}sets.csv".replace("short.yaml", str(path)) in " ".join(text.split())
    assert (tmp_path / "figures" / "identification.png").stat().st_size > 10_000
    text = succeeded(deconflict("validate", "--worlds", 2, "--out", "v.md", cwd=tmp_path))
    assert (tmp_path / "v.md").read_text(encoding="utf-8") == text
    assert "Made by: deconflict validate --worlds 2 --seed 1" in text


def test_the_interface_in_python_does_what_the_commands_do(tmp_path: Path) -> None:
    found = sim.calibrate(sets=3, years=2, cutoff=20)
    assert found.lines()[-1].endswith("explained away.")
    made = "deconflict calibrate --sets 3 --years 2 --seed 1 --cutoff 20"
    file = found.write(tmp_path / "sets.csv", command=made)
    assert [one.values for one in read_sets(file).sets] == [one.values for one in found.sets()]
    with pytest.raises(DeconflictError, match="exists already"):
        found.write(file)
    held = sim.validate(worlds=2, sets=file)
    assert held.lines(command="x")[-1] == "Made by: x"
    assert held.lines()[-1] != "Made by: x"
    one = sim.identify(short_scenario(tmp_path, "5 d"), worlds=2, sets=file, arms="oracle")
    assert [len(third.sets) for third in one.thirds] == [1, 1, 1]
    assert one.plot().figure.axes
    assert "lowest third" in " ".join(one.lines(markdown=True))


def test_sets_without_uncertainty_are_refused(tmp_path: Path) -> None:
    path = short_scenario(tmp_path, "5 d")
    done = deconflict("compare", path, "--sets", "sets.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert "--uncertainty" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("calibrate", "--sets", "1", "--years", "2", "--cutoff", "99"),
        ("validate", "--worlds", "2"),
    ],
)
def test_an_earlier_file_is_never_written_over_unasked(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    kept = tmp_path / "kept.csv"
    kept.write_text("mine", encoding="utf-8")
    done = deconflict(*words, "--out", "kept.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert "exists already" in done.stderr
    assert "Traceback" not in done.stderr
    assert kept.read_text(encoding="utf-8") == "mine"
    succeeded(deconflict(*words, "--out", "kept.csv", "--force", cwd=tmp_path))
    assert kept.read_text(encoding="utf-8") != "mine"


@pytest.mark.parametrize("cutoff", [math.inf, math.nan, 0.0])
def test_a_cut_off_that_cuts_nothing_off_is_refused(cutoff: float) -> None:
    with pytest.raises(RunError, match=r"--cutoff: must be a finite number .* 2 is the default"):
        calibrate(sets=1, years=2, cutoff=cutoff)


@pytest.mark.parametrize(
    "words",
    [
        ("calibrate", "--sets", "1", "--years", "2", "--cutoff", "99", "--out", "file/sets.csv"),
        ("validate", "--worlds", "2", "--out", "nowhere/v.md"),
        ("identify", "PATH", "--worlds", "2", "--figure", "file"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_runs(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    path = short_scenario(tmp_path, "5 d")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    done = deconflict(*(str(path) if word == "PATH" else word for word in words), cwd=tmp_path)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
