"""What a comparison leaves in its folder: when it ends well, is interrupted, or loses a worker."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from commands import LONGEST_S, MINIMAL, short_scenario
from deadly import DeadlyJob

import sim
from sim.cli import app
from sim.errors import ResultsError, RunError
from sim.study.ensemble import CHUNK, Chunk, Field, Job, run_chunk
from sim.study.folder import BATCH, RECORDS
from sim.study.interrupts import Interrupts
from sim.study.kept import SCHEMA, RecordsFile, records_table
from sim.study.running import run

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the signals are POSIX")


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario of five days."""
    return short_scenario(tmp_path_factory.mktemp("short"), "5 d")


def _manifest(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# Options of the interface.


def test_an_earlier_result_is_safe_from_the_interface(short: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "found"
    sim.compare(short, worlds=2, arms="oracle", out=str(out))
    before = (out / "manifest.json").read_bytes()
    with pytest.raises(ResultsError, match="holds something already"):
        sim.compare(short, worlds=3, arms="oracle", out=out)
    assert (out / "manifest.json").read_bytes() == before
    sim.compare(short, worlds=3, arms="oracle", out=out, force=True)
    assert _manifest(out)["worlds"] == 3


def test_arms_may_be_one_text(short: Path) -> None:
    assert sim.compare(short, worlds=1, arms="oracle, as_designed").others == (
        "oracle",
        "as_designed",
    )
    assert sim.compare(short, worlds=1, arms="all").arms == sim.arm_names(sim.load(short))


@pytest.mark.parametrize("arms", ["", "oracle,", ["oracle", " "]])
def test_a_missing_name_of_an_arm_is_said(short: Path, arms: str | list[str]) -> None:
    with pytest.raises(RunError, match="a name is missing"):
        sim.compare(short, worlds=1, arms=arms)


def test_records_need_a_folder(short: Path) -> None:
    with pytest.raises(RunError, match="out"):
        sim.compare(short, worlds=1, keep_records=True)


def test_a_kind_that_cannot_happen_here_is_refused_before_a_folder_is_made(tmp_path: Path) -> None:
    out = tmp_path / "found"
    with pytest.raises(RunError, match=r"border_fire: no two opposing units .* possible: \w+"):
        sim.compare(MINIMAL, worlds=2, given="border_fire", out=out)
    assert not out.exists()


def test_what_is_no_matter_of_one_world_is_raised(
    short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = Field(Job(sim.load(short), 1, ("without_line",)))

    def world(self: Field, number: int) -> Any:
        raise RunError("no world can be lived through")

    monkeypatch.setattr(Field, "world", world)
    with pytest.raises(RunError, match="no world can"):
        run_chunk(field, 0, 2)


# Records.


def test_records_are_written_group_by_group_whatever_the_order(short: Path, tmp_path: Path) -> None:
    field = Field(Job(sim.load(short), 1, ("without_line", "oracle"), keep_records=True))
    lived = [field.world(number)[1] for number in range(8)]
    tables = [records_table([number], [records]) for number, records in enumerate(lived)]
    files = []
    for name, order in (("a", range(8)), ("b", (3, 1, 0, 2, 7, 4, 6, 5))):
        kept = RecordsFile(tmp_path / name, group=3)
        for number in order:
            kept.add(number, 1, tables[number])
        files.append(((tmp_path / name), kept.finish()))
        assert not (tmp_path / f".{name}.part").exists()
    (one, digest), (other, same) = files
    assert digest == same
    assert one.read_bytes() == other.read_bytes()
    found = pq.ParquetFile(one)
    assert found.schema_arrow.equals(SCHEMA)
    groups = [set(found.read_row_group(n)["world"].to_pylist()) for n in range(3)]
    assert groups == [{0, 1, 2}, {3, 4, 5}, {6, 7}]
    assert found.metadata.num_row_groups == len(groups)


def test_records_with_a_gap_stand_in_order(tmp_path: Path) -> None:
    record = sim.play(MINIMAL).history.records[0]
    kept = RecordsFile(tmp_path / "gap", group=2)
    for number in (5, 1, 0):
        kept.add(number, 1, records_table([number], [{"without_line": (record,)}]))
    kept.finish()
    assert pq.read_table(tmp_path / "gap")["world"].to_pylist() == [0, 1, 5]


def test_a_group_is_a_whole_number_of_chunks() -> None:
    assert BATCH % CHUNK == 0


def test_records_are_the_same_bytes_for_any_number_of_workers(short: Path, tmp_path: Path) -> None:
    for name, workers in (("one", 1), ("two", 2)):
        sim.compare(
            short, worlds=3 * CHUNK, arms="oracle", workers=workers, out=tmp_path / name,
            keep_records=True,
        )  # fmt: skip
    one, two = (tmp_path / name / RECORDS for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()
    assert _names(tmp_path / "one") == _names(tmp_path / "two")
    told = [_manifest(tmp_path / name)["records_sha256"] for name in ("one", "two")]
    assert told[0] == told[1]
    rows = pq.read_table(one).to_pylist()
    played = sim.play(short, arm="oracle", world=CHUNK)
    ours = [row for row in rows if row["world"] == CHUNK and row["arm"] == "oracle"]
    assert [row["record"] for row in ours] == [row["record"] for row in played.rows()]
    assert [row["number"] for row in ours] == list(range(len(ours)))


# Interrupts and losses.


def _interrupt_at(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    live = Field.world

    def world(field: Field, at: int) -> Any:
        if at == number:
            signal.raise_signal(signal.SIGINT)
        return live(field, at)

    monkeypatch.setattr(Field, "world", world)


@POSIX
def test_an_interrupt_keeps_the_worlds_of_a_chunk_begun(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _interrupt_at(CHUNK + 2, monkeypatch)
    found = sim.compare(
        short, worlds=3 * CHUNK, arms="oracle", out=tmp_path / "found", keep_records=True
    )
    assert not found.complete
    assert found.worlds == CHUNK + 3
    manifest = _manifest(tmp_path / "found")
    assert (manifest["state"], manifest["reason"]) == ("partial", "interrupted")
    assert manifest["worlds"] == CHUNK + 3
    worlds = pq.read_table(tmp_path / "found" / RECORDS)["world"].to_pylist()
    assert set(worlds) == set(range(CHUNK + 3))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@POSIX
def test_a_third_interrupt_ends_at_once() -> None:
    stop = Interrupts()
    told = []
    with stop.counted():
        for _ in range(2):
            told.append((stop.asked, stop.insisted))
            signal.raise_signal(signal.SIGINT)
        told.append((stop.asked, stop.insisted))
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert told == [(False, False), (True, False), (True, True)]


def _exit_code(*words: str | Path) -> int:
    """Run a command in this process and return its exit code."""
    with pytest.raises(SystemExit) as end:
        app([str(word) for word in words])
    assert isinstance(end.value.code, int)
    return end.value.code


@POSIX
def test_an_interrupt_of_the_pilot_ends_the_command_and_replaces_nothing(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "found"
    sim.compare(short, worlds=2, arms="oracle", out=out)
    before = (out / "manifest.json").read_bytes()
    _interrupt_at(1, monkeypatch)
    assert _exit_code("compare", short, "--force", "--out", out) == 130
    assert (out / "manifest.json").read_bytes() == before
    shown = capsys.readouterr()
    assert "nothing was written" in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


@POSIX
def test_an_interrupt_before_the_first_world(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = Field.__init__

    def ready(field: Field, job: Job) -> None:
        begin(field, job)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Field, "__init__", ready)
    out = tmp_path / "found"
    assert _exit_code("compare", short, "--workers", "1", "--quiet", "--out", out) == 130
    assert "before a single world was finished" in capsys.readouterr().err
    assert _names(out) == {"manifest.json"}
    assert (_manifest(out)["state"], _manifest(out)["worlds"]) == ("partial", 0)


INTERRUPTING = """
import os, signal, sys, sim
chunks = []
def progress(count):
    chunks.append(count)
    if len(chunks) == 1:  # what is handed over afterwards must not ask a second and a third time
        os.kill(os.getpid(), signal.SIGINT)
if __name__ == "__main__":
    found = sim.compare(
        sys.argv[1], worlds=100_000, arms="oracle", workers=2, out=sys.argv[2], progress=progress
    )
    assert not found.complete
"""


@POSIX
def test_an_interrupt_keeps_what_workers_have_under_way(short: Path, tmp_path: Path) -> None:
    script = tmp_path / "interrupting.py"
    script.write_text(INTERRUPTING, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(short), str(tmp_path / "found")],
        capture_output=True, encoding="utf-8", timeout=LONGEST_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    worlds = pq.read_table(tmp_path / "found" / "histories.parquet")["world"].to_pylist()
    assert len(set(worlds)) >= 2 * CHUNK
    assert worlds == sorted(worlds)
    assert len(worlds) == 2 * len(set(worlds))
    assert _manifest(tmp_path / "found")["state"] == "partial"


@POSIX
def test_a_worker_that_is_killed_costs_nothing(short: Path, tmp_path: Path) -> None:
    out, whole = tmp_path / "found", tmp_path / "whole"
    told: list[int] = []

    def kill(count: int) -> None:
        told.append(count)
        if len(told) in (1, 3):
            for child in multiprocessing.active_children()[:1]:
                assert child.pid is not None
                os.kill(child.pid, signal.SIGKILL)

    sim.compare(short, worlds=400, arms="oracle", workers=2, out=out, keep_records=True,
                progress=kill)  # fmt: skip
    sim.compare(short, worlds=400, arms="oracle", out=whole, keep_records=True)
    assert _manifest(out)["state"] == "complete"
    for name in ("histories.parquet", "summary.json", RECORDS):
        assert (out / name).read_bytes() == (whole / name).read_bytes()
    assert not [name for name in _names(out) if name.endswith(".part")]


@POSIX
def test_a_world_that_kills_its_worker_costs_its_own_chunk(short: Path) -> None:
    job = Job(sim.load(short), 1, ("without_line", "oracle"))
    chunks: list[Chunk] = []
    assert run(DeadlyJob(job, (12, 31)), 60, 2, chunks.append, Interrupts())
    failed = sorted(f.world for chunk in chunks for f in chunk.failures)
    assert failed == [*range(10, 15), *range(30, 35)]
    assert all("died" in f.error for chunk in chunks for f in chunk.failures)
    lived = sorted(world for chunk in chunks for world in chunk.worlds)
    assert lived == sorted(set(range(60)) - set(failed))


@POSIX
def test_when_every_worker_dies_it_is_no_matter_of_the_worlds(short: Path) -> None:
    job = Job(sim.load(short), 1, ("without_line", "oracle"))
    chunks: list[Chunk] = []
    with pytest.raises(RunError, match=r"process after another died, perhaps .*, in a script, of"):
        run(DeadlyJob(job, tuple(range(100))), 100, 2, chunks.append, Interrupts())
    assert chunks == []


def test_an_interval_knows_how_large_an_event_may_be(short: Path) -> None:
    # Nothing seen is no proof of nothing: one wait is an hour, one exchange several proposals.
    found = sim.compare(short, worlds=20, arms="oracle")
    for measure, size in (("line_wait_ms", 3_600_000), ("calls_halt", 3), ("calls_concern", 1)):
        column = found.column("oracle", measure)
        assert not column.any()
        most = found.mean("oracle", measure).interval.high
        assert most >= size * found.mean("oracle", "calls_concern").interval.high
