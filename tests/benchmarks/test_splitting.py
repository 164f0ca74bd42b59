"""What splitting gains: work for the same variance, beside living worlds through once."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from commands import SCENARIOS

from sim.scenario import load
from sim.study.ensemble import Job, run_chunk
from sim.study.rare import SPLITS, RareJob, rare

pytestmark = pytest.mark.benchmark

Found = Callable[[str, str], None]

ARM = "as_designed"
WORLDS = 40


@pytest.mark.parametrize("name", ["minimal", "polish_border_2022", "black_sea_2022"])
def test_work_for_the_same_variance(name: str, found: Found) -> None:
    """Processor time in turn in one process; the variance of counting follows from the risk."""
    scenario = load(SCENARIOS / f"{name}.yaml")
    arms = ("without_line", ARM)
    once, split = Job(scenario, 1, arms).ready(), RareJob(scenario, 1, arms, SPLITS).ready()
    run_chunk(once, 5000, 3)
    costs = np.zeros(2)
    for first in range(0, WORLDS, 10):
        for which, field in enumerate((once, split)):
            begun = time.process_time()
            run_chunk(field, first, 10)
            costs[which] += time.process_time() - begun
    seen = rare(scenario, worlds=400, arms=ARM, workers=2)
    worth = costs[1] / costs[0]
    found(f"{name}: a world split into {SPLITS} costs, in worlds lived once", f"{worth:.1f}")
    for k in (3, 4, 5, 6):
        times = seen.fewer_worlds("without_line", k)
        told = "nothing seen" if times is None else f"{times:.1f}, so {times / worth:.1f}"
        found(f"{name}: it tells of rung {k} as much as so many worlds, and for the work", told)
