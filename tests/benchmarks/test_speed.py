"""How fast it is, reported and never asserted; see the README for the command.

Of every scenario the simulation beside bare SimPy; of the month-long Black Sea a world's building,
a history, and whole comparisons with their memory.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import cycle
from math import inf
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
import simpy
from commands import BLACK_SEA, EVERY, SCENARIOS, ran, succeeded

from sim.crisis import Crisis, Stage, crisis_of, plan
from sim.scenario import load
from sim.study.asked import MAIN_ARMS
from sim.world import Builder, Theatre, build, prepare

pytestmark = pytest.mark.benchmark

Found = Callable[[str, str], None]

WORLDS = 40
FEW = 15
ROUNDS = 9
ARM = "as_designed"


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    """The Black Sea, made ready."""
    return prepare(load(BLACK_SEA))


@pytest.fixture(scope="module")
def stages(theatre: Theatre) -> list[Stage]:
    """Some of its worlds."""
    return warmed_up(theatre, WORLDS)


def warmed_up(theatre: Theatre, worlds: int) -> list[Stage]:
    """Return some worlds of a theatre, each warmed up already."""
    made = [Stage(build(theatre, 1, number)) for number in range(worlds)]
    for stage in made:
        crisis_of(stage, plan(theatre, ARM))
    return made


def _rate(benchmark: Any) -> float:
    """Return rounds per second, by the median round."""
    return 1 / float(benchmark.stats.stats.median)


def test_worlds_built(benchmark: Any, theatre: Theatre, found: Found) -> None:
    """Several at a time, as a task builds them."""

    def built() -> None:
        builder = Builder(theatre, 1)
        builder.expect(range(WORLDS))
        for number in range(WORLDS):
            builder.build(number)

    benchmark.pedantic(built, rounds=3, warmup_rounds=1)
    found("worlds built per second and core", f"{WORLDS * _rate(benchmark):.0f}")


def test_histories_lived(benchmark: Any, stages: list[Stage], found: Found) -> None:
    next_stage = cycle(stages)
    arm = plan(stages[0].theatre, ARM)
    benchmark.pedantic(
        lambda: crisis_of(next(next_stage), arm).run(), rounds=WORLDS, warmup_rounds=1
    )
    found(f"histories under {ARM} per second and core", f"{_rate(benchmark):.0f}")


def _events(crisis: Crisis) -> int:
    """Live a crisis through and return how many events it took."""
    crisis.run()
    return crisis.handled


def _bare(count: int) -> None:
    """Let as many timeouts pass in SimPy, in one process that does nothing else."""
    env = simpy.Environment()

    def waiting() -> Any:
        for _ in range(count):
            yield env.timeout(1)

    env.process(waiting())
    env.run()


@pytest.mark.parametrize("name", EVERY)
def test_events_beside_bare_simpy(benchmark: Any, name: str, found: Found) -> None:
    """World by world beside bare SimPy, each at its best: other work on the machine slows some."""
    theatre = prepare(load(SCENARIOS / f"{name}.yaml"))
    stages, arm = warmed_up(theatre, FEW), plan(theatre, ARM)
    counts = [_events(crisis_of(stage, arm)) for stage in stages]
    assert min(counts) > 1
    ours, bare = [inf] * FEW, [inf] * FEW

    def both() -> None:
        for row, (stage, count) in enumerate(zip(stages, counts, strict=True)):
            crisis = crisis_of(stage, arm)
            begun = perf_counter()
            crisis.run()
            between = perf_counter()
            _bare(count)
            ours[row] = min(ours[row], between - begun)
            bare[row] = min(bare[row], perf_counter() - between)

    benchmark.pedantic(both, rounds=ROUNDS, warmup_rounds=1)
    count, mine, simpys = sum(counts), sum(ours), sum(bare)
    found(f"{name}: simulated events per second and core", f"{count / mine:,.0f}")
    found("of bare SimPy's timeouts in the same time", f"{simpys / mine:.0%}")


COMPARING = """
import json, resource, sys, time
from sim import api
if __name__ == "__main__":
    file, worlds, *arms = sys.argv[1:]
    begun = time.perf_counter()
    api.compare(file, worlds=int(worlds), arms=arms, workers=2)
    spent = time.perf_counter() - begun
    # A process begins with its parent's largest memory in ru_maxrss; VmHWM is its own.
    own = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    memory = [int(own.split()[1]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]
    print(json.dumps({"spent": spent, "memory": memory}))
"""
KIB = 1024


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told in KiB on Linux only")
@pytest.mark.parametrize("worlds", [100, 1000])
def test_compare_on_two_cores(benchmark: Any, tmp_path: Path, worlds: int, found: Found) -> None:
    script = tmp_path / "comparing.py"
    script.write_text(COMPARING, encoding="utf-8")
    words = [sys.executable, str(script), str(BLACK_SEA), str(worlds), *MAIN_ARMS]
    out = benchmark.pedantic(lambda: succeeded(ran(words, tmp_path)), rounds=1)
    told = json.loads(out)
    parent, worker = (size / KIB for size in told["memory"])
    what = f"compare: {worlds:,} worlds, {len(MAIN_ARMS)} arms, two workers"
    found(what, f"{told['spent']:.0f} s")
    found("its largest memory, parent and each worker", f"{parent:.0f} MiB, {worker:.0f} MiB")
