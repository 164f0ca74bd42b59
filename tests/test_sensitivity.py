"""Sensitivity and discovery: known answers through the same code, real small runs, errors."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest
from commands import LONGEST_S, MINIMAL, deconflict, short_scenario
from typer.testing import CliRunner, Result

from sim import api
from sim.cli import app
from sim.errors import RunError
from sim.scenario import load
from sim.show.discovery_answer import lines_of
from sim.show.sensitivity_answer import statement
from sim.study import indices as by_salib
from sim.study.boxes import Box, find_box
from sim.study.discovery import HARMS, HELPS, NOTHING, Discovery, verdict
from sim.study.factors import BLOCKS, LUCK, Factor, luck
from sim.study.indices import base_samples, latin, paths
from sim.study.intervals import Interval
from sim.study.looks import OUTCOMES, Lived
from sim.study.plain import plain
from sim.study.points import THRESHOLDS, Place, Points
from sim.study.sensitivity import Sensitivity, around_design, lives, screened, shared_out, survivors

pytest.importorskip("SALib", reason="the extra analysis is not installed")
pytest.importorskip("ema_workbench", reason="the extra analysis is not installed")

FEW = ("--worlds", 3, "--trajectories", 2, "--samples", 2, "--workers", 1)
FACTORS = "suspicion_hostile,resolve,line.relay,boldness"


# Known answers.


class Ishigami:
    """Ishigami & Homma's function of three factors, its indices known; a fourth does nothing.

    sin x₁ + 7 sin² x₂ + .1 x₃⁴ sin x₁ over −π to π.
    """

    FIRST = (0.3139, 0.4424, 0.0)
    TOTAL = (0.5576, 0.4424, 0.2437)

    def __init__(self, design: npt.NDArray[np.float64]) -> None:
        self.design = design

    def outcome(self, name: str) -> npt.NDArray[np.float64]:
        """Return the function at every point, or zeros at the higher rung."""
        if name.endswith("_4"):
            return np.zeros(len(self.design))
        x = np.pi * (2 * self.design - 1)
        found: npt.NDArray[np.float64] = (
            np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
        )
        return found


NAMES = ("first", "second", "third", LUCK)


def test_screening_finds_what_moves_a_known_function() -> None:
    design = paths(NAMES, 40, 1)
    assert design.shape == (40 * 5, 4)
    found = screened(NAMES, design, Ishigami(design), 1)
    sizes = {row.name: row.size for row in found["difference_3"]}
    assert sizes[LUCK] == 0
    assert min(sizes[name] for name in NAMES[:3]) > 1
    second = next(row for row in found["difference_3"] if row.name == "second")
    assert abs(second.mean) < 0.5 * second.size, "it goes both ways, which only the size shows"
    assert [row.size for row in found["difference_4"]] == [0, 0, 0, 0]
    assert set(survivors(found, {})) == {"first", "second", "third"}
    assert len(survivors(found, {}, most=2)) == 2


def test_indices_of_a_known_function() -> None:
    design = base_samples(NAMES, 2048, 1)
    assert design.shape == (2048 * 6, 4)
    found = shared_out(NAMES, Ishigami(design), 1)
    for row, first, total in zip(
        found["difference_3"], Ishigami.FIRST, Ishigami.TOTAL, strict=False
    ):
        assert row.first == pytest.approx(first, abs=0.05), row
        assert row.total == pytest.approx(total, abs=0.05), row
        assert row.total_low < total < row.total_high
    assert found["difference_3"][-1][1:] == (0,) * 6
    assert found["risk_4"] == (), "nothing varies, so there is nothing to share out"


def test_survivors_are_ranked_by_how_far_they_stand_out_from_luck() -> None:
    effect = by_salib.Effect("", 0, 0, 0, 0, 0)

    def rows(**sizes: float) -> tuple[by_salib.Effect, ...]:
        return tuple(effect._replace(name=name, size=size) for name, size in sizes.items())

    found = dict.fromkeys(OUTCOMES, rows(a=0.0, b=0.0, c=0.0, luck=0.0))
    levels = {"difference_3": 2.0, "difference_4": 0.1}
    assert survivors(found, levels) == ()
    found["difference_3"] = rows(a=4.0, b=2.0, c=0.0, luck=2.0)
    found["difference_4"] = rows(a=0.1, b=0.6, c=0.0, luck=0.1)
    found["risk_3"] = rows(a=0.0, b=0.0, c=9.0, luck=0.1)
    assert survivors(found, levels) == ("b", "a")


class Noise:
    """Nothing but the noise of a hundred worlds, half of it other at every point."""

    def __init__(self, design: npt.NDArray[np.float64]) -> None:
        rng = np.random.default_rng(5)
        worlds = np.minimum(np.floor(design[:, -1] * BLOCKS).astype(int), BLOCKS - 1)
        shared = rng.normal(size=BLOCKS)[worlds]
        self.found: npt.NDArray[np.float64] = shared + rng.normal(size=len(design))

    def outcome(self, name: str) -> npt.NDArray[np.float64]:
        """Return the noise, the same for every outcome."""
        return self.found


def test_noise_is_no_factors_doing() -> None:
    names = (*(f"nothing_{at}" for at in range(6)), LUCK)
    sampled = Noise(base_samples(names, 128, 1))
    rows = shared_out(names, sampled, 1)["difference_3"]
    assert all(row.total_low > 0 for row in rows), "a total holds what a factor does with luck"
    assert sum(row.first_low > 0 for row in rows[:-1]) <= 1
    walked = paths(names, 20, 1)
    error = math.sqrt(2)
    noisy = SimpleNamespace(
        effects=screened(names, walked, Noise(walked), 1),
        indices={"difference_3": rows},
        level=lambda k: 2 * error / math.sqrt(math.pi) / by_salib.STEP,
        noise=lambda k: (error, error),
    )
    text = statement(cast(Sensitivity, noisy), 3)
    assert "None of them surely moves it" in text or "Of 6 factors 1 surely" in text
    assert "all else at base, luck has a part in" in text
    assert "no factor by itself explains a share told from nought" in text or (
        text.count("by itself explains: nothing_") == 1
    )


# Where harm sits.

WIDE = tuple(f"factor_{at}" for at in range(30))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_planted_box_is_found(seed: int) -> None:
    design = latin(WIDE, 400, seed)
    harmed = (design[:, 3] > 0.6) & (design[:, 7] < 0.5)
    box = find_box(WIDE, design, harmed)
    assert box is not None
    assert {side.name for side in box.sides} == {"factor_3", "factor_7"}
    sides = {side.name: side for side in box.sides}
    assert sides["factor_3"].low == pytest.approx(0.6, abs=0.05)
    assert sides["factor_3"].high == 1
    assert sides["factor_7"].high == pytest.approx(0.5, abs=0.05)
    assert sides["factor_7"].low == 0
    assert box.density > 0.9
    assert box.coverage > 0.9
    assert box.usual == harmed.mean()


@pytest.mark.parametrize("seed", range(5))
def test_no_box_is_made_of_noise(seed: int) -> None:
    design = latin(WIDE, 400, seed)
    noise = (design[:, 20] * 9973) % 1 < 0.08
    assert 10 < noise.sum() < 80
    assert find_box(WIDE, design, noise) is None


def test_no_box_of_too_few_points_or_of_all() -> None:
    design = latin(WIDE, 100, 1)
    assert find_box(WIDE, design, np.arange(100) < 9) is None
    assert find_box(WIDE, design, np.ones(100)) is None


def planted(points: int = 400, worlds: int = 100) -> Discovery:
    """Return a discovery whose line harms where ``a`` is low and ``b`` high, helps where ``a`` is
    high, and elsewhere changes as many worlds for better as for worse.
    """
    names = ("a", "b", "c")
    factors = tuple(Factor(n, f"parameters.{n}", 0, 10, 5, "number", False, n) for n in names)
    design = latin((*names, LUCK), points, 3)
    reached = np.zeros((points, 2, len(THRESHOLDS), worlds), dtype=np.int8)
    reached[:, 0, :, : worlds // 2] = 1
    reached[:, 1] = reached[:, 0]
    harms = (design[:, 0] < 0.4) & (design[:, 1] > 0.5)
    helps = design[:, 0] > 0.7
    reached[harms, 1, :, worlds // 2 : worlds // 2 + 20] = 1
    reached[helps, 1, :, :20] = 0
    rest = ~(harms | helps)
    reached[rest, 1, :, worlds // 2 - 3 : worlds // 2 + 3] = (0, 0, 0, 1, 1, 1)
    found = Points(tuple(Place() for _ in range(points)), reached, (), True)
    return Discovery(
        load(MINIMAL), "as_designed", None, 1, worlds, (*factors, luck()), Lived(design, found),
        True,
    )  # fmt: skip


def test_the_space_is_shared_out_and_harm_is_found() -> None:
    found = planted()
    shares = found.shares(3)
    assert sum(share.points for share in shares.values()) == 400
    assert shares[HARMS].value == pytest.approx(0.4 * 0.5, abs=0.03)
    assert shares[HELPS].value == pytest.approx(0.3, abs=0.03)
    for share in shares.values():
        assert share.interval.low < share.value < share.interval.high
    harm, help_ = found.box(3, HARMS), found.box(3, HELPS)
    assert isinstance(harm, Box)
    assert isinstance(help_, Box)
    assert {side.name for side in harm.sides} == {"a", "b"}
    assert {side.name for side in help_.sides} == {"a"}
    text = "\n".join(lines_of(found))
    assert "Where it harms at rung 3" in text
    assert json.dumps(found.summary())
    assert found.table().num_rows == 400


def test_a_point_is_judged_by_its_interval() -> None:
    assert verdict(Interval(-0.2, -0.1, "")) == HELPS
    assert verdict(Interval(-0.2, 0.1, "")) == NOTHING
    assert verdict(Interval(0.0, 0.1, "")) == NOTHING
    assert verdict(Interval(0.05, 0.1, "")) == HARMS


# Real runs.


def told(*words: object) -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario of twenty days."""
    return short_scenario(tmp_path_factory.mktemp("short"))


@pytest.fixture(scope="module")
def study(short: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """A small study by the command, with its folder."""
    out = tmp_path_factory.mktemp("study") / "out"
    return told(
        "sensitivity", short, *FEW, "--given", "collision", "--factors", FACTORS, "--out", out
    ), out


def test_a_study_leaves_answer_points_and_figures(study: tuple[Result, Path]) -> None:
    result, out = study
    assert result.exit_code == 0, result.output
    assert "Sensitivity of as_designed against no line" in result.output
    assert "with invitation 0" in result.output
    assert "luck" in result.output
    points = pq.read_table(out / "points.parquet")
    looks = points["look"].to_pylist()
    around, walked = 2 + 2 * 4 + BLOCKS - 1, 2 * 6
    assert looks[:around] == ["around"] * around
    assert looks[around : around + walked] == ["paths"] * walked
    assert set(points.column_names) >= {*FACTORS.split(","), "risk_3", "difference_4", "error_3"}
    told_of = json.loads((out / "sensitivity.json").read_text())
    assert told_of["complete"] is True
    assert told_of["worlds"] == 3
    assert {row["name"] for row in told_of["effects"]["difference_3"]} == {
        *FACTORS.split(","), LUCK,
    }  # fmt: skip
    assert "SALib" in json.loads((out / "manifest.json").read_text())["versions"]
    assert (out / "sensitivity.md").read_text().count("|---|") >= 2
    for name in ("tornado_3", "tornado_4", "screening_3", "screening_4"):
        assert (out / f"{name}.png").stat().st_size > 0
        assert (out / f"{name}.svg").stat().st_size > 0


def test_the_same_study_gives_the_same_bytes_with_more_workers(
    study: tuple[Result, Path], short: Path, tmp_path: Path
) -> None:
    _, out = study
    again = api.sensitivity(
        short, worlds=3, trajectories=2, samples=2, given="collision", factors=FACTORS,
        workers=2, out=tmp_path / "again",
    )  # fmt: skip
    assert again.complete
    for name in ("points.parquet", "sensitivity.json", "sensitivity.md"):
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes(), name


def test_around_the_base_a_point_is_compare(study: tuple[Result, Path], short: Path) -> None:
    _, out = study
    base = json.loads((out / "sensitivity.json").read_text())["base"]["3"]
    comparison = api.compare(short, worlds=3, arms="as_designed", given="collision")
    assert base == plain(comparison.risk_difference("as_designed", 3))


def test_the_design_around_the_base_moves_one_factor_at_a_time() -> None:
    factors = (
        *(Factor(n, n, 0, 1, 0.5, "number", False, "") for n in "abc"), luck(),
    )  # fmt: skip
    design = around_design(factors)
    assert len(design) * 5 + 2 * 5 * 5 + 4 * 9 * 5 == lives(4, 5, 2, 4)
    moved = np.count_nonzero(~np.isnan(design), axis=1)
    assert moved.tolist() == [0, 0, *[1] * 6, *[1] * (BLOCKS - 1)]


def test_discover_leaves_answer_points_and_figure(short: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = told(
        "discover", short, "--worlds", 3, "--points", 12, "--workers", 1, "--given", "collision",
        "--factors", FACTORS, "--out", out, "--markdown",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "share of the space" in result.output
    points = pq.read_table(out / "points.parquet")
    assert points.num_rows == 12
    assert set(points["verdict_3"].to_pylist()) <= {"helps", "nothing detectable", "harms"}
    assert (
        sum(
            share["points"]
            for share in json.loads((out / "discovery.json").read_text())["shares"]["3"].values()
        )
        == 12
    )
    assert (out / "space.png").stat().st_size > 0
    assert (out / "discovery.md").read_text().startswith("Where as_designed helps and harms")


# Errors.


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--factors", "heeed"), '"heeed" is no factor'),
        (("--samples", 100), "power of two"),
        (("--arm", "without_line"), "has no line"),
        (("--arm", "as_desinged"), "there is no arm"),
        (("--given", "colision"), "no kind of incident"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_written(
    short: Path, tmp_path: Path, words: tuple[object, ...], says: str
) -> None:
    out = tmp_path / "out"
    result = told("sensitivity", short, "--out", out, *words)
    assert result.exit_code == 1
    assert says in result.output
    assert not out.exists()


def test_a_missing_library_is_named_with_the_extra(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Any:
        raise ImportError(f"No module named {name!r}", name=name.partition(".")[0])

    monkeypatch.setattr(by_salib, "import_module", missing)
    for verb, library in (("sensitivity", "SALib"), ("discover", "SALib")):
        result = told(verb, short, "--out", tmp_path / "out")
        assert result.exit_code == 1
        assert library in result.output
        assert "deconflict[analysis]" in result.output
        assert not (tmp_path / "out").exists()


def test_a_single_world_tells_nothing(short: Path) -> None:
    with pytest.raises(RunError, match="at least 2"):
        api.sensitivity(short, worlds=1)


def test_a_folder_that_holds_something_is_left_alone(short: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    result = told("discover", short, "--out", tmp_path)
    assert result.exit_code == 1
    assert "holds something already" in result.output


INTERRUPTED = """
import contextlib, sys, sim.cli, sim.space_commands
@contextlib.contextmanager
def progress(worlds, quiet, what=""):
    yield lambda count: print(count, file=sys.stderr, flush=True)
sim.space_commands.progress = progress
sim.cli.app(sys.argv[1:])
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
def test_an_interrupt_leaves_what_was_finished(short: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = [
        "sensitivity", short, "--worlds", 40, "--trajectories", 2, "--samples", 2, "--workers", 1,
        "--factors", FACTORS, "--given", "collision", "--out", out,
    ]  # fmt: skip
    run = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, *map(str, words)], cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    assert run.stderr is not None
    assert run.stderr.readline().strip().isdecimal()
    run.send_signal(signal.SIGINT)
    text, _ = run.communicate(timeout=LONGEST_S)
    assert run.returncode == 130
    assert "Interrupted" in text
    told_of = json.loads((out / "sensitivity.json").read_text())
    assert told_of["complete"] is False
    assert 0 < told_of["worlds"] < 40
    assert json.loads((out / "manifest.json").read_text())["state"] == "partial"
    assert (out / "tornado_3.png").exists()


def test_the_commands_run_as_a_user_runs_them(short: Path, tmp_path: Path) -> None:
    done = deconflict(
        "sensitivity", short, *FEW, "--factors", "resolve,wait", "--no-figures", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results" / "short_sensitivity" / "points.parquet").exists()
