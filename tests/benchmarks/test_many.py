"""Many worlds: what one costs in every scenario, and how that adds up over processes and machines.

Times on a shared machine are told as the best of several, and ratios come from runs in turn.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from clusters import cluster
from commands import EVERY, MINIMAL, SCENARIOS, ran, succeeded
from idle import IdleJob

from sim.scenario import load
from sim.study.asked import MAIN_ARMS
from sim.study.ensemble import Job, run_chunk
from sim.study.interrupts import Interrupts
from sim.study.running import gathered

pytestmark = pytest.mark.benchmark

Found = Callable[[str, str], None]

ROUNDS = 3
WORLDS = 30
TWO = ("without_line", "as_designed")


@pytest.mark.parametrize("name", EVERY)
def test_worlds_of_every_scenario(name: str, found: Found) -> None:
    field = Job(load(SCENARIOS / f"{name}.yaml"), 1, MAIN_ARMS).ready()
    run_chunk(field, 1000, 5)
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        run_chunk(field, 0, WORLDS)
        best = min(best, time.process_time() - begun)
    rate = WORLDS / best
    what = f"{name}: worlds and histories per second and core, {len(MAIN_ARMS)} arms"
    found(what, f"{rate:.0f}, {rate * len(MAIN_ARMS):.0f}")


def spent(words: list[str], folder: Path) -> float:
    """Return how long a command takes, in seconds."""
    begun = time.perf_counter()
    succeeded(ran(words, folder))
    return time.perf_counter() - begun


def test_one_process_and_two(tmp_path: Path, found: Found) -> None:
    """The whole command, in turn, with what starting costs taken off by a run of few worlds."""
    best: dict[tuple[int, int], float] = {}
    for number in range(ROUNDS):
        for workers in (1, 2):
            for worlds in (50, 1000):
                words = [sys.executable, "-m", "sim", "compare", str(MINIMAL), "--quiet",
                         "--no-figures", "--arms", TWO[1], "--worlds", str(worlds), "--workers",
                         str(workers), "--out", f"{number}_{workers}_{worlds}"]  # fmt: skip
                took = spent(words, tmp_path)
                best[workers, worlds] = min(took, best.get((workers, worlds), took))
    rates = {workers: 950 / (best[workers, 1000] - best[workers, 50]) for workers in (1, 2)}
    found("minimal, two arms: worlds per second, one process", f"{rates[1]:.0f}")
    found("the same, two processes", f"{rates[2]:.0f} ({rates[2] / rates[1]:.2f} times)")


def test_what_a_batch_costs_on_a_cluster(tmp_path: Path, found: Found) -> None:
    """Batches whose worlds cost nothing, with all rows of a comparison of two arms to send back."""
    batches, job = 400, IdleJob()
    took: dict[str, float] = {}
    with cluster(tmp_path, 2, "--nthreads", "1") as crew:
        for what, at_work in (("here", 1), ("there", crew.address), ("there again", crew.address)):
            begun = time.perf_counter()
            chunks = gathered(job, batches * job.chunk, at_work, lambda _: None, Interrupts())
            took[what] = time.perf_counter() - begun
            assert len(chunks.chunks) == batches
    cost = 1000 * (min(took["there"], took["there again"]) - took["here"]) / batches
    found("Dask, two workers: a batch of 25 worlds costs besides, ms", f"{cost:.1f}")


SUMMARIES = """
import sys, json, time, shutil
from pathlib import Path
from sim.scenario import load
from sim.study.comparison import Comparison
from sim.study.ensemble import Chunk, Job, run_chunk
from sim.study.folder import manifest
from sim.study.run_folder import RunFolder, claimed
file, worlds, *arms = sys.argv[1:]
worlds, scenario = int(worlds), load(file)
lived = run_chunk(Job(scenario, 1, tuple(arms), chunk=250).ready(), 0, min(250, worlds))
told = manifest(scenario, tuple(arms), 1, worlds, None, 1)
folder = RunFolder(claimed(Path("found"), False), told)
begun = time.perf_counter()
for first in range(0, worlds, lived.count):
    numbers = list(range(first, first + lived.count))
    folder.add(Chunk(first, numbers, dict(lived.columns)))
found = Comparison(scenario, tuple(arms), 1, worlds, None, folder.rows(worlds), (), True)
folder.close(found.worlds, found.summary(), (), None)
spent = time.perf_counter() - begun
own = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
size = Path("found/histories.parquet").stat().st_size
print(json.dumps([int(own.split()[1]) / 1024, spent, size]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read in /proc")
@pytest.mark.parametrize("worlds", [100, 10_000, 1_000_000])
def test_memory_of_many_summaries(
    worlds: int, tmp_path: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of 250 worlds again and again: batches, rows, every estimate, as after a run."""
    import commands

    monkeypatch.setattr(commands, "LONGEST_S", 3600)
    words = [sys.executable, "-c", SUMMARIES, str(MINIMAL), str(worlds), *TWO]
    memory, spent_s, size = json.loads(succeeded(ran(words, tmp_path)))
    what = f"{worlds:,} summaries of two arms: largest memory, time to batches, rows and estimates"
    found(what, f"{memory:.0f} MiB, {spent_s:.0f} s, {size / 2**20:.1f} MiB on disk")


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("--help", ["--help"]),
        ("check minimal", ["check", str(MINIMAL)]),
        ("play minimal, one history", ["play", str(MINIMAL)]),
        ("compare minimal, one world, two arms", ["compare", str(MINIMAL), "--worlds", "1",
         "--quiet", "--no-figures", "--arms", "as_designed", "--workers", "1", "--force"]),
    ],
)  # fmt: skip
def test_starting(what: str, words: list[str], tmp_path: Path, found: Found) -> None:
    best = min(spent([sys.executable, "-m", "sim", *words], tmp_path) for _ in range(ROUNDS))
    found(f"start-up: {what}, s", f"{best:.1f}")
    assert os.listdir(tmp_path) in ([], ["results"])
