"""The same comparison on a Dask cluster: real scheduler and workers, on the loopback."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from clusters import Cluster, cluster, killed
from commands import deconflict, short_scenario
from deadly import DeadlyJob

import sim
from sim.errors import RunError
from sim.study import cluster as on_a_cluster
from sim.study.ensemble import Chunk, Job
from sim.study.interrupts import Interrupts
from sim.study.running import gathered

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the signals are POSIX")

WORLDS = 1200
FILES = ("histories.parquet", "records.parquet", "summary.json")


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario of five days."""
    return short_scenario(tmp_path_factory.mktemp("short"), "5 d")


@pytest.fixture(scope="module")
def serial(short: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The comparison in one process."""
    out = tmp_path_factory.mktemp("serial") / "found"
    sim.compare(short, worlds=WORLDS, arms="as_designed", out=out, keep_records=True)
    return out


def same(one: Path, other: Path) -> bool:
    """Whether two result folders hold the same bytes, the manifest aside."""
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in FILES)


class After:
    """Does something once so many worlds are done."""

    def __init__(self, worlds: int, what: object) -> None:
        self.left, self.what, self.done = worlds, what, False

    def __call__(self, count: int) -> None:
        self.left -= count
        if self.left <= 0 and not self.done:
            self.done = True
            assert callable(self.what)
            self.what()


def test_a_worker_killed_in_the_middle_changes_no_byte(
    short: Path, serial: Path, tmp_path: Path
) -> None:
    """One worker has two threads, and one joins late."""
    out = tmp_path / "found"
    with cluster(tmp_path, 2, "--no-nanny", "--nthreads", "2") as crew:

        def blow() -> None:
            killed(crew.workers[0])
            crew.hire("--no-nanny", "--nthreads", "1")

        strike = After(WORLDS // 4, blow)
        found = sim.compare(
            short, worlds=WORLDS, arms="as_designed", out=out, keep_records=True,
            workers=crew.address, progress=strike,
        )  # fmt: skip
    assert strike.done
    assert found.complete
    assert found.worlds == WORLDS
    assert same(serial, out)


@pytest.mark.parametrize("looks", [1, 1_000_000])
def test_a_scheduler_that_goes_leaves_what_was_finished_to_go_on_from(
    short: Path, serial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    """Whether it is missed when it is next asked something, or when its connection breaks."""
    import dask

    out = tmp_path / "found"
    monkeypatch.setattr(on_a_cluster, "_LOOK", looks)
    with (
        cluster(tmp_path, 1, "--no-nanny", "--nthreads", "1") as crew,
        dask.config.set({"distributed.comm.timeouts.connect": "3s"}),
    ):
        strike = After(WORLDS // 4, lambda: killed(crew.scheduler))
        with pytest.raises(RunError, match=r"the scheduler is gone; what was finished is kept"):
            sim.compare(
                short, worlds=WORLDS, arms="as_designed", out=out, keep_records=True,
                workers=crew.address, progress=strike,
            )  # fmt: skip
    kept = len(list((out / "batches").glob("*.parquet")))
    assert kept >= WORLDS // 4 // 25
    sim.resume(out)
    assert same(serial, out)


def test_worlds_that_kill_worker_after_worker_are_told_of(short: Path, tmp_path: Path) -> None:
    job = DeadlyJob(Job(sim.load(short), 1, ("without_line", "oracle")), (3, 41))
    came: Counter[int] = Counter()

    def done(chunk: Chunk) -> None:
        came[chunk.first] += 1

    # The nannies of workers start them again.
    with cluster(tmp_path, 2, "--nthreads", "1", patient=False) as crew:
        found = gathered(job, 60, crew.address, done, Interrupts())
    assert found.complete
    assert sorted(failure.world for failure in found.failures) == [*range(5), *range(40, 45)]
    assert set(came.values()) == {1}
    assert sum(len(chunk.worlds) for chunk in found.chunks) == 50


@pytest.fixture(scope="module")
def crew(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A cluster of one."""
    with cluster(tmp_path_factory.mktemp("crew"), 1, "--no-nanny", "--nthreads", "1") as made:
        yield made


def test_the_command_takes_the_address(short: Path, tmp_path: Path, crew: Cluster) -> None:
    words = ("--worlds", 60, "--arms", "oracle", "--no-figures", "--quiet")
    done = deconflict("compare", short, *words, "--scheduler", crew.address, "--out", "far",
                      cwd=tmp_path)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    near = deconflict("compare", short, *words, "--workers", 1, "--out", "near", cwd=tmp_path)
    assert done.stdout == near.stdout
    for name in ("histories.parquet", "summary.json"):
        assert (tmp_path / "far" / name).read_bytes() == (tmp_path / "near" / name).read_bytes()


def test_a_sweep_runs_there_too(short: Path, crew: Cluster) -> None:
    asked = {"worlds": 40, "arms": "oracle"}
    far = sim.sweep(short, "parameters.beta=2,8", workers=crew.address, **asked)
    near = sim.sweep(short, "parameters.beta=2,8", **asked)
    assert far.rows() == near.rows()


def test_a_worker_of_another_version_is_refused(
    short: Path, crew: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = on_a_cluster.versions() | {"numpy": "0.1"}
    monkeypatch.setattr(on_a_cluster, "versions", lambda: told)
    with pytest.raises(RunError, match=r"a worker has numpy [\d.]+, and here it is 0\.1"):
        sim.compare(short, worlds=30, arms="oracle", workers=crew.address)


def test_an_interrupt_keeps_what_has_come(short: Path, crew: Cluster, tmp_path: Path) -> None:
    stop = Interrupts()
    job = Job(sim.load(short), 1, ("without_line", "oracle"))
    found = gathered(job, 5000, crew.address, lambda chunk: stop._take(2, None), stop)
    assert not found.complete
    assert found.trouble is None
    assert 1 <= len(found.chunks) < 20


def test_who_is_not_there_is_named(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_a_cluster, "PATIENCE", 1.0)
    with pytest.raises(RunError, match=r"tcp://127\.0\.0\.1:9: no Dask scheduler answers there"):
        sim.compare(short, worlds=30, workers="tcp://127.0.0.1:9")
    with pytest.raises(RunError, match=r"nonsense://x: no Dask scheduler answers there"):
        sim.compare(short, worlds=30, workers="nonsense://x")
    with (
        cluster(tmp_path, 0) as crew,
        pytest.raises(RunError, match=r"has no worker; start some with dask worker tcp://"),
    ):
        sim.compare(short, worlds=30, workers=crew.address)


def test_both_a_number_and_an_address_are_refused(short: Path, tmp_path: Path) -> None:
    done = deconflict("compare", short, "--workers", 2, "--scheduler", "tcp://127.0.0.1:9",
                      cwd=tmp_path)  # fmt: skip
    assert done.returncode == 1
    assert "leave one of the two out" in done.stderr


def test_without_dask_it_says_what_to_install(short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RunError, match=r'pip install "deconflict\[cluster\]"'):
        sim.compare(short, worlds=30, workers="tcp://127.0.0.1:9")
