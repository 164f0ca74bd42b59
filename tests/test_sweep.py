"""Sweeps: every point is the comparison of its scenario, whatever the order and the workers."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from commands import BLACK_SEA, deconflict, short_scenario, succeeded
from typer.testing import CliRunner, Result

import sim
from sim.cli import app
from sim.crisis import play
from sim.errors import RunError, ScenarioError
from sim.scenario import Scenario, build, content_hash, load, varied
from sim.scenario.arms import WORLD_PARAMETERS
from sim.study.points import Bench
from sim.study.sweep import MOST_POINTS, spots
from sim.study.sweep import levers_of as levers
from sim.world import build as build_world
from sim.world import ground, prepare

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the signals are POSIX")
ARMS = ("as_used_2022", "as_designed")
EAGER = {"channels.line.willing.high_risk": 1.0, "channels.line.willing.serious": 1.0}


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario of twenty days."""
    return short_scenario(tmp_path_factory.mktemp("short"))


@pytest.fixture(scope="module")
def busy(short: Path) -> Scenario:
    """The same with so much going wrong that every lever has something to move."""
    return varied(load(short), EAGER | {"parameters.recorded_per_year": 1500.0})


def told(*words: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


# Points and comparisons.

LEVERS: list[dict[str, Any]] = [
    {"channels.line.relay": ["5 min", "8 h"]},
    {"channels.line.willing.high_risk": [0.0, 1.0]},
    {"channels.line.up.mean": ["1 d", "60 d"]},
    {"parameters.suspicion_hostile": [0.05, 0.9]},
    {"parameters.invitation": [0.0, 1.0]},
    {"parameters.credibility_a": [1.0, 8.0]},
    {"parameters.run_on": ["1 d", "20 d"]},
    {"parameters.near_site": [0.1, 0.5]},
    {"forces.belbek.number": [1, 4]},
    {"parameters.recorded_per_year": [300.0, 1500.0]},
    {"arms.as_designed.line.notify": [0.0, 1.0]},
    {"parameters.heed": [0.1, 0.9], "channels.line.answered": [0.0, 1.0]},
]


@pytest.mark.parametrize("vary", LEVERS, ids=lambda vary: "+".join(vary))
def test_a_point_is_the_comparison_of_its_scenario(busy: Scenario, vary: dict[str, Any]) -> None:
    rungs = tuple(f"reached_{k}" for k in (3, 4, 5, 6))
    state = ("tension", "credibility_0", "hours_1", "incidents", "calls")
    found = sim.sweep(busy, vary, worlds=6, arms=ARMS, measures=(*rungs, *state))
    assert len(found.points) == len(list(found.levers)) * 2
    for point in found.points:
        alone = sim.compare(varied(busy, point.changes), worlds=6, arms=ARMS)
        for arm in found.arms:
            for measure in found.measures:
                assert np.array_equal(point.column(arm, measure), alone.column(arm, measure))
            for k in (3, 4, 5, 6):
                assert point.risk_difference(arm, k) == alone.risk_difference(arm, k)
                assert point.shares(arm, k) == alone.shares(arm, k)


def test_every_measure_of_a_point_is_the_comparisons(busy: Scenario) -> None:
    measures = ("calls", "line_through", "tension", "hours_3", "incidents")
    found = sim.sweep(
        busy, {"channels.line.willing.serious": [0.0, 0.5, 1.0]}, worlds=8, arms=ARMS,
        measures=measures,
    )  # fmt: skip
    calls = [point.mean("as_used_2022", "line_through").value for point in found.points]
    assert calls[0] < calls[-1]
    for point in found.points:
        alone = sim.compare(varied(busy, point.changes), worlds=8, arms=ARMS)
        for measure in measures:
            for arm in found.others:
                assert point.difference(arm, measure) == alone.difference(arm, measure)


@pytest.mark.parametrize("given", ["weapon_release", "missile_release"])
def test_a_point_with_a_given_incident(given: str) -> None:
    scenario = load(BLACK_SEA)
    vary = {"channels.line.willing.high_risk": [0.0, 1.0]}
    found = sim.sweep(scenario, vary, worlds=3, arms=ARMS, given=given)
    for point in found.points:
        alone = sim.compare(varied(scenario, point.changes), worlds=3, arms=ARMS, given=given)
        for arm in found.others:
            assert point.risk_difference(arm, 3) == alone.risk_difference(arm, 3)
    assert found.measures[0] == "given_reached_3"


def test_what_a_lever_leaves_alone_is_lived_through_once(
    busy: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived: list[str] = []

    def counted(stage: Any, arm: Any, **more: Any) -> Any:
        lived.append(arm.name)
        return play(stage, arm, **more)

    monkeypatch.setattr("sim.study.points.play", counted)
    found = sim.sweep(
        busy, {"channels.line.willing.high_risk": [0.0, 0.5, 1.0]}, worlds=2, arms=ARMS
    )
    assert found.unmoved == ("without_line", "as_designed")
    assert lived.count("without_line") == lived.count("as_designed") == 2
    assert lived.count("as_used_2022") == 2 * 3


def test_what_the_warm_up_depends_on_moves_every_arm() -> None:
    scenario = load(BLACK_SEA)
    vary = {"channels.chiefs.willing.serious": [0.0, 1.0]}
    found = sim.sweep(scenario, vary, worlds=1, arms="no_channels")
    assert found.unmoved == ()


def test_what_agrees_in_its_ground_shares_its_traffic(busy: Scenario) -> None:
    base = prepare(busy)
    met = build_world(base, 1, 0)
    changes: dict[str, Any] = {
        name: 1.25 * value
        for name, value in busy.parameters.model_dump().items()
        if isinstance(value, float) and name not in WORLD_PARAMETERS
    }
    looked = 0
    for name, value in changes.items():
        try:
            other = varied(busy, {f"parameters.{name}": value})
        except ScenarioError:  # a probability beyond 1
            continue
        assert ground(other) == ground(busy), name
        looked += 1
        theatre = prepare(other)
        assert theatre.noteworthy == base.noteworthy
        assert content_hash(theatre.scenario) == content_hash(other)
    assert looked > 30
    quiet = varied(busy, {"parameters.heed": 0.9, "channels.line.relay": "5 h"})
    again = build_world(prepare(build(quiet.origin[1], "again")), 1, 0)
    assert np.array_equal(met.contacts.identity, again.contacts.identity)
    assert np.array_equal(met.contacts.first, again.contacts.first)
    for path, moved in (("parameters.warm_up", "30 d"), ("forces.belbek.number", 5)):
        assert ground(varied(busy, {path: moved})) != ground(busy)


def _key(point: Any) -> str:
    return json.dumps(point.changes, sort_keys=True)


def test_order_and_workers_change_nothing(busy: Scenario, tmp_path: Path) -> None:
    relay, heed = ["5 min", "8 h"], [0.9, 0.1]
    one = sim.sweep(
        busy, {"channels.line.relay": relay, "parameters.heed": heed}, worlds=7, arms=ARMS,
        out=tmp_path / "one",
    )  # fmt: skip
    two = sim.sweep(
        busy, {"channels.line.relay": relay[::-1], "parameters.heed": heed[::-1]}, worlds=7,
        arms=ARMS, workers=3, out=tmp_path / "two",
    )  # fmt: skip
    turned = sim.sweep(
        busy, {"parameters.heed": heed, "channels.line.relay": relay}, worlds=7, arms=ARMS
    )
    for name in ("points.parquet", "sweep.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert one.rows() == two.rows()
    ours, theirs = ({_key(p): p.risk_rows() for p in each.points} for each in (one, turned))
    assert ours == theirs


# The command.


def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def test_the_command_prints_the_answer_and_fills_the_folder(short: Path, tmp_path: Path) -> None:
    done = deconflict(
        "sweep", short, "--vary", "parameters.suspicion_hostile=0.1..0.4:3", "--worlds", 4,
        "--arms", "as_designed", "--out", "found", "--workers", 2, cwd=tmp_path,
    )  # fmt: skip
    out = " ".join(succeeded(done).split())
    assert done.stderr == ""
    assert "3 points of the same 4 worlds of 20 days" in out
    assert "0.4*" in out
    assert "the catalogue's range 0.07 to 0.28" in out
    assert "None of these arms removes all risk" in out
    folder = tmp_path / "found"
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json", "points.parquet", "sweep.json", "sweep.png", "sweep.svg",
    }  # fmt: skip
    manifest = _manifest(folder)
    assert (manifest["state"], manifest["worlds"]) == ("complete", 4)
    assert manifest["sweep"] == [
        {"path": "parameters.suspicion_hostile", "values": [0.1, 0.25, 0.4]}
    ]
    rows = pq.read_table(folder / "points.parquet").to_pylist()
    assert len(rows) == 3 * 4
    assert [row["outside_range"] for row in rows[::4]] == [False, False, True]
    summary = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
    assert summary["scenario_sha256"] == manifest["scenario_sha256"]
    assert [each["changes"] for each in summary["points"]] == [
        {"parameters.suspicion_hostile": value} for value in (0.1, 0.25, 0.4)
    ]
    scenario = load(short)
    for row in rows:
        assert row["worlds"] == row["helped"] + row["unchanged"] + row["harmed"]
    alone = sim.compare(
        varied(scenario, summary["points"][2]["changes"]), worlds=4, arms="as_designed"
    )
    assert rows[8]["reference"] == pytest.approx(alone.risk("without_line", 3).value)


def test_two_levers_make_a_map_for_each_arm(short: Path, tmp_path: Path) -> None:
    done = told(
        "sweep", short, "--vary", "channels.line.willing.high_risk=0,1", "--vary",
        "channels.line.relay=15 min,6 h", "--worlds", 2, "--arms", "as_used_2022", "--workers", 1,
        "--quiet", "--measure", "reached_3,calls", "--out", tmp_path / "found",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "line.relay across" in done.output
    assert "Results in" not in done.output
    names = {path.name for path in (tmp_path / "found").iterdir()}
    assert {"sweep_as_used_2022.png", "sweep_as_used_2022.svg", "points.parquet"} <= names
    rows = pq.read_table(tmp_path / "found" / "points.parquet").to_pylist()
    assert {row["measure"] for row in rows} == {"reached_3", "calls"}
    assert {row["channels.line.relay [ms]"] for row in rows} == {900_000, 21_600_000}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--vary", "parameters.suspicion_hostil=0..1:3"], 'Did you mean "suspicion_hostile"'),
        (["--vary", "parameters.heed=0.5..1.5:3"], "parameters.heed: must be at most 1 (got 1.5)"),
        (["--vary", "channels.line.relay=5..9:2"], "must be a time"),
        (["--vary", "channels.line.relay=5 km,6 km"], "measures a length, not a time"),
        (["--vary", "channels.lime.relay=5 min,6 min"], 'Did you mean "line"?'),
        (["--vary", "channels.line.willing.grave=0,1"], "unknown key"),
        (["--vary", "parameters.heed"], "is no lever"),
        (["--vary", "parameters.heed=0..1", "--vary", "parameters.heed=0..1"], "other lever"),
        (["--vary", "channels.line=1,2", "--vary", "channels.line.relay=1 h,2 h"], "other lever"),
        (["--vary", "a=1,2", "--vary", "b=1,2", "--vary", "c=1,2"], "one or two levers (got 3)"),
        (["--vary", "a=0..1:30", "--vary", "b=0..1:30"], f"more than {MOST_POINTS}"),
        (["--vary", "parameters.heed=0,1", "--arms", "as_desinged"], "as_designed"),
        (["--vary", "parameters.heed=0,1", "--given", "weapon_realease"], "weapon_release"),
        (["--vary", "parameters.heed=0,1", "--measure", "chrises"], 'Did you mean "crises"'),
        (
            ["--vary", "channels.line.willing.serious=0,1", "--arms", "as_designed"],
            "none of the arms compared depends on it",
        ),
    ],
)
def test_a_mistake_is_said_before_anything_runs(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)

    def world(bench: Bench, number: int) -> Any:
        raise AssertionError("a world was lived through")

    monkeypatch.setattr(Bench, "world", world)
    done = told("sweep", short, *words, "--workers", 1)
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit), done.exception
    assert said in done.output
    assert list(tmp_path.iterdir()) == []


def test_all_values_are_looked_at_and_each_complaint_is_made_once(short: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        sim.sweep(short, {"parameters.heed": [-1, 0.5, 2], "parameters.tau": ["x", "y"]}, worlds=1)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(set(lines))
    assert sum("parameters.heed" in line for line in lines) == 2


def test_levers_may_be_given_in_every_way() -> None:
    wanted = levers({"parameters.heed": [0.2, 0.8]})
    assert levers("parameters.heed=0.2,0.8") == wanted
    assert levers(["parameters.heed=0.2,0.8"]) == wanted
    assert levers({"parameters.heed": "0.2,0.8"}) == wanted
    with pytest.raises(RunError, match="one or two levers"):
        levers({})


def test_points_come_with_the_last_lever_fastest(busy: Scenario) -> None:
    found = spots(busy, levers({"parameters.heed": [0.2, 0.8], "forces.belbek.number": [1, 2]}))
    assert [spot.values for spot in found] == [(0.2, 1), (0.2, 2), (0.8, 1), (0.8, 2)]
    assert found[1].scenario.parameters.heed == 0.2


# Interrupts and failures.


@POSIX
@pytest.mark.parametrize("named", [True, False])
def test_an_interrupt_leaves_every_point_with_the_same_worlds(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    live = Bench.world

    def world(bench: Bench, number: int) -> Any:
        if number == 3:
            signal.raise_signal(signal.SIGINT)
        return live(bench, number)

    monkeypatch.setattr(Bench, "world", world)
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "found"
    done = told(
        "sweep", short, "--vary", "parameters.heed=0.1,0.5,0.9", "--worlds", 40, "--workers", 1,
        "--arms", "as_designed", "--no-figures", *(("--out", out) if named else ()),
    )  # fmt: skip
    out = out if named else tmp_path / "results" / "short_sweep"
    assert done.exit_code == 130, done.output
    assert "Interrupted: every point covers 4 of the 40 worlds" in " ".join(done.output.split())
    assert (_manifest(out)["state"], _manifest(out)["worlds"]) == ("partial", 4)
    rows = pq.read_table(out / "points.parquet").to_pylist()
    assert {row["worlds"] for row in rows} == {4}
    assert len(rows) == 3 * 4
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@POSIX
def test_an_interrupt_before_the_first_world_leaves_a_manifest(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Bench.__init__

    def ready(bench: Bench, job: Any) -> None:
        begin(bench, job)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Bench, "__init__", ready)
    done = told(
        "sweep", short, "--vary", "parameters.heed=0.1,0.9", "--workers", 1, "--worlds", 30,
        "--out", tmp_path / "found",
    )  # fmt: skip
    assert done.exit_code == 130
    assert "before a single world was finished" in done.output
    assert {path.name for path in (tmp_path / "found").iterdir()} == {"manifest.json"}


def test_a_world_that_fails_anywhere_is_left_out_everywhere(
    busy: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Bench.world

    def world(bench: Bench, number: int) -> Any:
        if number == 1:
            raise ArithmeticError("a world made to fail")
        return live(bench, number)

    monkeypatch.setattr(Bench, "world", world)
    found = sim.sweep(busy, {"parameters.heed": [0.1, 0.9]}, worlds=3, arms="as_designed")
    assert [failure.world for failure in found.failures] == [1]
    for point in found.points:
        assert point.column("without_line", "world").tolist() == [0, 2]


def test_an_earlier_sweep_is_replaced_only_when_forced(short: Path, tmp_path: Path) -> None:
    words = (
        "sweep", short, "--vary", "parameters.heed=0.1,0.9", "--worlds", 1, "--workers", 1,
        "--arms", "as_designed", "--quiet", "--no-figures", "--out", tmp_path / "found",
    )  # fmt: skip
    assert told(*words).exit_code == 0
    refused = told(*words)
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert told(*words, "--force").exit_code == 0
