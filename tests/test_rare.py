"""Rare rungs: splitting gives the same risks as living worlds through, with less work."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import MINIMAL, deconflict, short_scenario, succeeded

import sim
from sim.crisis import Stage, plan, play
from sim.crisis.branching import BEGINNING, BranchLuck, Turn, play_branch, turned
from sim.crisis.engine import warm_up
from sim.draws import Decision, Luck
from sim.errors import RunError
from sim.scenario import Scenario, varied
from sim.scenario.channels import REFERENCE
from sim.study.ensemble import Field, Job
from sim.study.measures import THRESHOLDS
from sim.study.rare import SPLITS, Rare, RareJob, checked_splits
from sim.study.rare import rare as split
from sim.world import build, prepare

HARSH = {"parameters.fear": 0.0, "parameters.jump": 0.0, "parameters.hostile_high_risk": 0.6}
"""So that one world in fifty comes to war, and counting wars is affordable."""

ARM = "as_designed"
Z = 4.0


@pytest.fixture(scope="module")
def harsh() -> Scenario:
    """The smallest scenario, in a world of harder people."""
    return varied(sim.load(MINIMAL), HARSH)


@pytest.fixture(scope="module")
def stage(harsh: Scenario) -> Stage:
    """A world in which it comes to displays at least, without the line."""
    theatre = prepare(harsh)
    for number in range(100):
        stage = Stage(build(theatre, 1, number))
        if reached(play(stage, REFERENCE))[0] is not None:
            return stage
    raise AssertionError("no world comes to a display")


def reached(history: Any) -> list[int | None]:
    """Return when each rung is first reached."""
    from sim.study.measures import measure

    row = measure(history, 0)
    return [int(row[f"time_{k}"]) if row[f"reached_{k}"] else None for k in THRESHOLDS]


# Branches.


class Clock:
    """Only tells the time."""

    now = 0


def test_what_was_looked_up_before_a_turn_stays_and_all_else_is_drawn_anew() -> None:
    own, clock = Luck(1, 7), Clock()
    luck = BranchLuck(own, (Turn(100, 11), Turn(200, 12)))
    assert luck.u(Decision.ACT, 1) == own.u(Decision.ACT, 1)  # before there is a time
    luck.goes_by(clock)  # type: ignore[arg-type]
    found = {}
    for clock.now, who in ((99, 2), (100, 3), (101, 4), (200, 5), (201, 6)):
        found[who] = luck.u(Decision.ACT, who)
    lucks = (own, own, Luck(11, 7), Luck(11, 7), Luck(12, 7))
    assert found == {who: one.u(Decision.ACT, who) for who, one in enumerate(lucks, 2)}
    clock.now = 500
    assert all(luck.u(Decision.ACT, who) == u for who, u in found.items())
    assert luck.u(Decision.ACT, 1) == own.u(Decision.ACT, 1)
    assert luck.u(Decision.CONTENT, 2) == Luck(12, 7).u(Decision.CONTENT, 2)


def test_a_branch_is_its_stem_until_it_turns_and_another_history_after(stage: Stage) -> None:
    arm = plan(stage.theatre, REFERENCE)
    stem = play(stage, REFERENCE)
    assert play_branch(stage, arm, ()) == stem
    time = reached(stem)[0]
    assert time is not None
    others = []
    for way in range(1, 9):
        path = turned((), time, way)
        branch = play_branch(stage, arm, path)
        assert branch == play_branch(stage, arm, path)
        before = [record for record in branch.records if record.time <= time]
        assert before == [record for record in stem.records if record.time <= time]
        assert len(before) > 3
        others.append(tuple(branch.lines()))
        deeper = play_branch(stage, arm, turned(path, time + 1, 1))
        assert deeper.records[: len(before)] == tuple(before)
    assert len(set(others)) > 4


def test_a_way_from_the_beginning_shares_nothing_but_the_world(stage: Stage) -> None:
    arm = plan(stage.theatre, ARM)
    one, two = (play_branch(stage, arm, turned((), BEGINNING, way)) for way in (1, 2))
    kinds = {"Tested"}  # what is of the world stays as it is
    for name in kinds:
        first, second = ([r for r in h.records if type(r).__name__ == name] for h in (one, two))
        assert len(first) > 100
        assert abs(len(first) - len(second)) < 9
    met = [
        {r.identity: r for r in h.records if type(r).__name__ == "Contacted"} for h in (one, two)
    ]
    both = met[0].keys() & met[1].keys()
    assert len(both) > 3
    assert any(met[0][i].cause != met[1][i].cause for i in both)
    assert all((met[0][i].x, met[0][i].time) == (met[1][i].x, met[1][i].time) for i in both)


def test_what_the_warm_up_looks_up_no_history_looks_up_again(harsh: Scenario) -> None:
    """Or a branch from the beginning would draw anew what is known already."""

    class Noting(Luck):
        """Notes what is looked up."""

        def __init__(self, seed: int, world: int) -> None:
            super().__init__(seed, world)
            self.seen: set[tuple[Decision, int]] = set()

        def u(self, decision: Decision, who: int) -> float:
            self.seen.add((decision, who))
            return super().u(decision, who)

    theatre = prepare(harsh)
    before = after = 0
    for number in range(40):
        stage = Stage(build(theatre, 1, number))
        stage.luck = warming = Noting(1, number)
        start = warm_up(stage, plan(theatre, REFERENCE))[0]
        stage._starts[plan(theatre, REFERENCE).parameters.invitation] = start
        stage.luck = running = Noting(1, number)
        play(stage, ARM)
        assert not warming.seen & running.seen
        before, after = before + len(warming.seen), after + len(running.seen)
    assert before > 200
    assert after > 200


# Splitting.


def test_without_splits_it_is_an_ordinary_comparison(harsh: Scenario) -> None:
    found = split(harsh, worlds=60, seed=3, arms=ARM, splits=(1, 1, 1, 1))
    plain = Field(Job(harsh, 3, (REFERENCE, ARM)))
    for world in range(60):
        rows, _ = plain.world(world)
        for arm, row in rows.items():
            assert found.parts[arm][world].tolist() == [row[f"reached_{k}"] for k in THRESHOLDS]
    assert found.histories == 120
    assert found.parts[REFERENCE].sum() > 4


def test_a_world_has_as_many_parts_as_ways_and_counts_them_once(harsh: Scenario) -> None:
    """Shares fall from rung to rung, come in the sizes that splits leave, and keep the stem's."""
    splits = (2, 3, 2, 4)
    ready = RareJob(harsh, 1, (REFERENCE,), splits).ready()
    seen = 0
    for world in range(40):
        row = ready.world(world)[0][REFERENCE]
        parts = [int(row[f"parts_{k}"]) for k in THRESHOLDS]
        assert parts == sorted(parts, reverse=True)
        assert parts[0] <= math.prod(splits)
        for k, size in enumerate((24, 8, 4, 1)):
            assert parts[k] % size == 0
        stem = reached(play(Stage(build(prepare(harsh), 1, world)), REFERENCE))
        assert all(part > 0 for part, time in zip(parts, stem, strict=True) if time is not None)
        seen += parts[2] > 0
    assert seen > 1


def brute(scenario: Scenario, worlds: int, seed: int) -> dict[str, np.ndarray]:
    """Return whether each of many worlds comes to each rung, lived through once."""
    found = sim.compare(scenario, worlds=worlds, seed=seed, arms=ARM, workers=2)
    return {
        arm: np.stack([found.column(arm, f"reached_{k}") for k in THRESHOLDS], 1).astype(float)
        for arm in found.arms
    }


def z_scores(found: Rare, counted: dict[str, np.ndarray]) -> list[float]:
    """Return by how many standard errors risks and differences differ, rung by rung."""
    pairs = [(found.parts[arm], counted[arm]) for arm in found.arms]
    pairs.append((pairs[1][0] - pairs[0][0], pairs[1][1] - pairs[0][1]))
    scores = []
    for one, other in pairs:
        spread = np.sqrt(one.var(0) / len(one) + other.var(0) / len(other))
        scores += ((one.mean(0) - other.mean(0)) / spread).tolist()
    return scores


@pytest.mark.parametrize(
    ("splits", "worlds", "times"),
    [
        (SPLITS, 150, 1),
        ((1, 4, 4, 4), 500, 1),
        pytest.param(SPLITS, 1500, 10, marks=pytest.mark.slow),
    ],
)
def test_it_finds_what_counting_finds(
    harsh: Scenario, splits: tuple[int, ...], worlds: int, times: int
) -> None:
    counted = brute(harsh, 1200 * times, seed=20)
    found = split(harsh, worlds=worlds, seed=10, arms=ARM, splits=splits, workers=2)
    assert counted[REFERENCE].sum(0)[-1] > 8 * times  # wars
    scores = z_scores(found, counted)
    assert len(scores) == 12
    assert max(map(abs, scores)) < Z, scores
    gains = [found.fewer_worlds(REFERENCE, k) for k in (5, 6)]
    assert all(gain is not None and gain > (4 if splits == SPLITS else 1) for gain in gains)


def test_workers_change_nothing_and_worlds_that_fail_are_told_of(
    harsh: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {"worlds": 60, "arms": ARM, "splits": (2, 2, 2, 2)}
    one, two = (split(harsh, workers=workers, **asked) for workers in (1, 2))
    assert one.rows() == two.rows()
    assert one.histories == two.histories
    from sim.study.rare import Splitting

    lived = Splitting.world

    def world(self: Splitting, number: int) -> Any:
        if number == 4:
            raise ValueError("this one")
        return lived(self, number)

    monkeypatch.setattr(Splitting, "world", world)
    found = split(harsh, **asked)
    assert (found.worlds, [failure.world for failure in found.failures]) == (59, [4])


@pytest.mark.parametrize("splits", ["8,2,4", "8,2,4,x", "0,1,1,1", "8,2.5,1,1", (1, 1, 1, 1, 1)])
def test_splits_that_make_no_sense_are_refused(splits: Any) -> None:
    with pytest.raises(RunError, match="splits: 4 whole numbers of at least 1, such as 8,2,4,8"):
        checked_splits(splits)


def test_too_many_ways_are_refused() -> None:
    with pytest.raises(RunError, match="160,000 ways through one world; at most 100,000"):
        checked_splits("20,20,20,20")


def test_nobody_ever_comes_there_and_it_says_so(tmp_path: Path) -> None:
    """No world at all comes to a rung: an upper limit, and no word of a gain."""
    short = short_scenario(tmp_path, "1 h")
    text = succeeded(deconflict("rare", short, "--worlds", 20, "--arms", ARM, cwd=tmp_path))
    assert "0 % (0 to 16.8 %)" in text
    assert "–" in text.split("would tell as much")[1]


def test_the_command_writes_what_it_tells(tmp_path: Path) -> None:
    words = ("rare", MINIMAL, "--worlds", 30, "--arms", ARM, "--splits", "4,2,2,2",
             "--workers", 2, "--out", "rare.csv")  # fmt: skip
    text = succeeded(deconflict(*words, cwd=tmp_path))
    assert "30 worlds of 90 days, seed 1, each lived through in 4 ways" in text
    with (tmp_path / "rare.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = sim.rare(MINIMAL, worlds=30, arms=ARM, splits="4,2,2,2")
    assert [float(row["risk"]) for row in rows] == [row["risk"] for row in found.rows()]
    again = deconflict(*words, cwd=tmp_path)
    assert again.returncode == 1
    assert "rare.csv: exists already" in again.stderr
