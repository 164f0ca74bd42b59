"""A comparison that is killed, interrupted or out of room goes on to the same bytes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from commands import LONGEST_S, SCENARIOS, deconflict, short_scenario

import sim
from sim.errors import ResultsError
from sim.study.batches import BATCHES, Batches
from sim.study.ensemble import CHUNK, Chunk, Field, Job, Lived, chunk_for, run_chunk
from sim.study.folder import GROUP
from sim.study.folder import manifest as manifest_of
from sim.study.run_folder import RunFolder, claimed

WORLDS = 400
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the signals are POSIX")


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario of five days."""
    return short_scenario(tmp_path_factory.mktemp("short"), "5 d")


@pytest.fixture(scope="module")
def whole(short: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison that nothing happened to."""
    out = tmp_path_factory.mktemp("whole") / "found"
    sim.compare(short, worlds=WORLDS, arms="oracle", out=out, keep_records=True)
    return out


def begun(short: Path, out: Path, workers: int) -> subprocess.Popen[bytes]:
    """Begin the same comparison in a process of its own."""
    words = ["compare", short, "--worlds", WORLDS, "--arms", "oracle", "--records", "--quiet",
             "--no-figures", "--workers", workers, "--out", out]  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *map(str, words)], stdout=subprocess.DEVNULL
    )


def manifest(folder: Path) -> dict[str, Any]:
    """Return a folder's manifest."""
    found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def batches(out: Path) -> list[Path]:
    """Return the batches that are finished."""
    return sorted((out / BATCHES).glob("*.parquet"))


def wait_for(out: Path, count: int) -> None:
    """Wait until so many batches are there."""
    until = time.monotonic() + LONGEST_S
    while len(batches(out)) < count:
        assert time.monotonic() < until
        time.sleep(0.02)


def agrees(out: Path, whole: Path) -> None:
    """All files are byte for byte the same, but for the manifest's machine."""
    names = {path.name for path in whole.iterdir()}
    assert {path.name for path in out.iterdir()} == names
    for name in names - {"manifest.json"}:
        assert (out / name).read_bytes() == (whole / name).read_bytes(), name
    told = [manifest(folder) for folder in (out, whole)]
    for each in told:
        each.pop("machine")
    assert told[0] == told[1]


@POSIX
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_is_killed_goes_on_to_the_same_bytes(
    workers: int, short: Path, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "found"
    process = begun(short, out, workers)
    wait_for(out, 3)
    process.kill()
    process.wait()
    killed = len(batches(out))
    with pytest.raises(ResultsError, match="has not ended, or was killed"):
        sim.reopen(out)
    counted: list[int] = []

    def interrupt(count: int) -> None:
        counted.append(count)
        if len(counted) == 4:
            os.kill(os.getpid(), signal.SIGINT)

    part = sim.resume(out, workers=workers, progress=interrupt)
    assert not part.complete
    assert part.worlds >= killed * CHUNK
    assert counted[0] == killed * CHUNK  # what is there already is told of first
    assert sim.reopen(out).worlds == part.worlds
    again = sim.resume(out, workers=3 - workers)
    assert again.complete
    agrees(out, whole)
    with pytest.raises(ResultsError, match="holds no unfinished comparison"):
        sim.resume(out)


def cut_short(whole: Path, short: Path, out: Path) -> None:
    """Make a run that was interrupted after some worlds, in the middle of a batch."""
    seen: list[int] = []

    def interrupt(count: int) -> None:
        seen.append(count)
        if len(seen) == 2:
            os.kill(os.getpid(), signal.SIGINT)

    sim.compare(short, worlds=WORLDS, arms="oracle", out=out, keep_records=True, progress=interrupt)


@POSIX
def test_what_goes_on_must_be_what_was_begun(short: Path, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "found"
    cut_short(whole, short, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    black_sea = SCENARIOS / "black_sea_2022.yaml"
    for other, message in (
        ({"seed": 2}, "--seed was 1 and is 2 now"),
        ({"worlds": 500}, "--worlds was 400 and is 500 now"),
        ({"arms": "as_designed"}, "--arms was without_line, oracle and is without_line, as_des"),
        ({"given": "weapon_release"}, "--given was None and is weapon_release now"),
        ({"scenario": black_sea}, "the scenario was"),
    ):
        with pytest.raises(ResultsError, match=message):
            sim.resume(out, **other)  # type: ignore[arg-type]
    told = manifest(out)
    told["versions"]["numpy"] = "0.1"
    (out / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(ResultsError, match=r"was begun with numpy 0\.1, and this is"):
        sim.resume(out)
    (out / "manifest.json").write_bytes(before[out / "manifest.json"])
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    (first, *_) = batches(out)
    first.write_bytes(b"PAR1 and nothing more")
    with pytest.raises(ResultsError, match="delete it, then --resume"):
        sim.resume(out)
    first.unlink()
    assert sim.resume(out, workers=2).complete
    agrees(out, whole)


@POSIX
def test_the_command_goes_on_and_says_what_does_not_fit(
    short: Path, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "found"
    cut_short(whole, short, out)
    for words, message in (
        (["--seed", 5], "--seed was 1 and is 5 now"),
        (["--force"], "leave --force out"),
        (["--out", "x"], "leave --out out"),
    ):
        said = deconflict("compare", "--resume", out, *map(str, words), cwd=tmp_path)
        assert said.returncode == 1
        assert message in said.stderr
    assert "name a scenario file" in deconflict("compare", cwd=tmp_path).stderr
    done = deconflict("compare", short, "--resume", out, "-q", "--no-figures", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{WORLDS} worlds" in done.stdout
    agrees(out, whole)


@POSIX
def test_a_disk_that_is_full_costs_nothing_that_was_finished(
    short: Path, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "found"
    cut_short(whole, short, out)
    there = {path.name: path.read_bytes() for path in batches(out)}
    full = (
        "import resource, sys, sim\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))\n"
        "try:\n    sim.resume(sys.argv[1])\n"
        "except sim.errors.ResultsError as error:\n    print(error)\n"
    ).replace("import resource, sys, sim", "import resource, sys, sim, sim.errors")
    said = subprocess.run(
        [sys.executable, "-c", full, str(out)], capture_output=True, encoding="utf-8",
        timeout=LONGEST_S, check=False,
    )  # fmt: skip
    assert "free space or give" in said.stdout, said.stderr
    kept = {path.name: path.read_bytes() for path in batches(out)}
    assert there.items() <= kept.items()
    assert not list(out.rglob("*.part"))
    assert sim.resume(out).complete
    agrees(out, whole)


def test_a_world_that_fails_is_kept_as_failed(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived = Field.world

    def world(field: Field, number: int) -> Any:
        if number == 30:
            raise ZeroDivisionError("of no sense")
        if number == 60:
            os.kill(os.getpid(), signal.SIGINT)
        return lived(field, number)

    monkeypatch.setattr(Field, "world", world)
    out = tmp_path / "found"
    part = sim.compare(short, worlds=100, arms="oracle", out=out)
    assert not part.complete
    assert [failure.world for failure in part.failures] == [30]
    found = sim.resume(out)
    assert found.complete
    assert [failure.world for failure in found.failures] == [30]
    assert "ZeroDivisionError" in found.failures[0].trace
    worlds = pq.read_table(out / "histories.parquet")["world"].to_pylist()[::2]
    assert worlds == [number for number in range(100) if number != 30]


def test_a_world_that_fails_is_tried_once_more(
    short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed for want of memory need not fail again, and is then as if it never had."""
    whole, lived, failed = run_chunk(Field(_job(short)), 0, 4), Field.world, set[int]()

    def world(field: Field, number: int) -> Lived:
        if number == 2 and number not in failed:
            failed.add(number)
            raise MemoryError
        return lived(field, number)

    monkeypatch.setattr(Field, "world", world)
    again = run_chunk(Field(_job(short)), 0, 4)
    assert failed == {2}
    assert (again.failures, again.worlds) == ([], [0, 1, 2, 3])
    for arm, columns in whole.columns.items():
        for name, values in columns.items():
            assert (again.columns[arm][name] == values).all()


def test_only_what_is_missing_is_asked_for(whole: Path, short: Path, tmp_path: Path) -> None:
    kept = Batches(tmp_path / BATCHES, ("without_line", "oracle"))
    assert kept.missing(60, 25) == [(0, 25), (25, 25), (50, 10)]
    field = Field(_job(short))
    kept.add(run_chunk(field, 25, 10))
    kept.add(run_chunk(field, 40, 5))
    assert kept.missing(60, 25) == [(0, 25), (35, 5), (45, 5), (50, 10)]
    worlds = [table["world"].to_pylist()[:: len(field.plans)] for table in kept.tables()]
    assert worlds == [list(range(25, 35)), list(range(40, 45))]
    kept.drop()
    assert not (tmp_path / BATCHES).exists()


def _job(short: Path) -> Job:
    return Job(sim.load(short), 1, ("without_line", "oracle"))


def test_tasks_grow_with_the_run_and_divide_its_row_groups() -> None:
    assert [chunk_for(n) for n in (1, 1000, 4_999, 5_000, 12_500, 25_000, 10**7)] == [
        25, 25, 25, 50, 125, 250, 250,
    ]  # fmt: skip


def test_a_folder_of_an_older_kind_is_no_unfinished_run(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "old"
    shutil.copytree(whole, out)
    told = manifest(out)
    told["state"] = "partial"
    del told["records"]
    (out / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(ResultsError, match="holds no unfinished comparison"):
        sim.resume(out)


def test_rows_stand_in_groups_of_a_fixed_number_of_worlds(short: Path, tmp_path: Path) -> None:
    """So that a file of any length is written and read a piece at a time, however it was cut."""
    scenario, arms = sim.load(short), ("without_line", "oracle")
    lived = run_chunk(Field(_job(short)), 0, 10)
    worlds, written = GROUP + 200, []
    for times in (1, 54):
        folder = claimed(tmp_path / str(times), False)
        kept = RunFolder(folder, manifest_of(scenario, arms, 1, worlds, None, 1))
        columns = {
            arm: {name: np.tile(values, times) for name, values in of_arm.items()}
            for arm, of_arm in lived.columns.items()
        }
        for first in range(0, worlds, 10 * times):
            numbers = list(range(first, first + 10 * times))
            kept.add(Chunk(first, numbers, dict(columns)))
        kept.rows(worlds)
        with pq.ParquetFile(folder / "histories.parquet") as file:
            groups = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
        assert groups == [2 * GROUP, 2 * 200]
        written.append((folder / "histories.parquet").read_bytes())
    assert written[0] == written[1]


def test_a_run_that_goes_on_is_left_alone(short: Path, tmp_path: Path) -> None:
    """Neither resumed nor replaced by another; and it ends as if nobody had tried."""
    out = tmp_path / "found"
    tried: list[str] = []

    def try_both(count: int) -> None:
        if tried:
            return
        for words in (("--resume", out), (short, "--arms", "oracle", "--force", "--out", out)):
            done = deconflict("compare", *words, "--quiet", "--no-figures", cwd=tmp_path)
            assert done.returncode == 1, done.stdout
            tried.append(done.stderr)

    sim.compare(short, worlds=75, arms="oracle", out=out, progress=try_both)
    assert len(tried) == 2
    assert all("another process runs in it; wait for it or end it" in told for told in tried)
    assert sorted(path.name for path in out.iterdir()) == [
        "histories.parquet", "manifest.json", "summary.json"
    ]  # fmt: skip
    assert sim.reopen(out).worlds == 75
