"""Where in the space of what is assumed the line helps, does nothing that shows, and harms.

Points are spread over the whole space of factors as a Latin hypercube. Each is judged by the
interval of its own paired difference, so that a point counts as harmful only if its worlds show it;
some may still do so by chance alone. Where such points sit is looked for as a box.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim.scenario import Scenario
from sim.study import folder as results
from sim.study.asked import check_given, chosen_arms
from sim.study.boxes import Box, find_box
from sim.study.factors import Factor, factors_of
from sim.study.indices import latin, needed
from sim.study.intervals import Interval, one_sided, share_limits
from sim.study.looks import (
    POINTS,
    Lived,
    Study,
    check_sizes,
    keep,
    library_versions,
    listed,
    point_table,
)
from sim.study.plain import plain
from sim.study.points import THRESHOLDS
from sim.study.running import Hands

DISCOVERY: Final = "discovery.json"
HELPS, NOTHING, HARMS = -1, 0, 1
VERDICTS: Final = {HELPS: "helps", NOTHING: "nothing detectable", HARMS: "harms"}


class Share(NamedTuple):
    """A share of the space: the points of a verdict, with the 95 % interval of their share."""

    points: int
    value: float
    interval: Interval


@dataclass(frozen=True, eq=False)
class Discovery:
    """Points over the whole space of factors, and what the line does at each.

    ``found`` is None if not a single world was finished; ``complete`` is False after an interrupt.
    """

    scenario: Scenario
    arm: str
    given: str | None
    seed: int
    asked: int
    factors: tuple[Factor, ...]
    found: Lived | None
    complete: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The factors' names, luck the last."""
        return tuple(factor.name for factor in self.factors)

    @property
    def days(self) -> float:
        """Length of the period in days."""
        return self.scenario.duration / 86_400_000

    @property
    def worlds(self) -> int:
        """How many worlds every point covers."""
        return 0 if self.found is None else self.found.points.worlds

    def factor(self, name: str) -> Factor:
        """Return a factor by its name."""
        return next(factor for factor in self.factors if factor.name == name)

    @cached_property
    def _verdicts(self) -> dict[int, npt.NDArray[np.int64]]:
        assert self.found is not None
        points = self.found.points
        return {
            k: np.array([verdict(points.compared(at, k).interval)
                         for at in range(len(points.places))])
            for k in THRESHOLDS
        }  # fmt: skip

    def verdicts(self, threshold: int) -> npt.NDArray[np.int64]:
        """Return each point's verdict at a rung: it helps, nothing detectable, it harms."""
        return self._verdicts[threshold]

    def shares(self, threshold: int) -> dict[int, Share]:
        """Return the share of the space of each verdict."""
        found = self.verdicts(threshold)
        shares = {}
        for each in VERDICTS:
            count = int((found == each).sum())
            value = count / len(found)
            shares[each] = Share(count, value, share_limits(count, len(found)).interval(value))
        return shares

    def by_chance(self, threshold: int) -> float:
        """Return how many points in the mean would harm, or help, though the line did nothing.

        Where it does nothing, each world that changes is as likely to change either way. A point
        has a verdict only if the exact sign test gives it one, so that this is the chance of it
        among as many changed worlds, over all points; the interval may still hold zero.
        """
        assert self.found is not None
        points = self.found.points
        changed = np.array([
            points.compared(at, threshold).helped.events
            + points.compared(at, threshold).harmed.events
            for at in range(len(points.places))
        ])  # fmt: skip
        return sum(one_sided(int(each)) for each in changed)

    def box(self, threshold: int, wanted: int = HARMS) -> Box | None:
        """Return where the points of a verdict sit, None if they are too few or lie anywhere."""
        return self._boxes[threshold, wanted]

    @cached_property
    def _boxes(self) -> dict[tuple[int, int], Box | None]:
        assert self.found is not None
        return {
            (k, each): find_box(self.names, self.found.design, self.verdicts(k) == each)
            for k in THRESHOLDS
            for each in (HELPS, HARMS)
        }

    def table(self) -> pa.Table:
        """Return every point: its factors' numbers, its outcomes and its verdicts."""
        if self.found is None:
            return pa.table({})
        table = point_table("space", self.factors, self.found.design, self.found.points)
        for k in THRESHOLDS:
            said = [VERDICTS[each] for each in self.verdicts(k).tolist()]
            table = table.append_column(f"verdict_{k}", pa.array(said))
        return table

    def summary(self) -> dict[str, Any]:
        """Return every estimate as plain values."""
        found: dict[str, Any] = plain(
            {
                "format": results.FORMAT,
                "scenario": self.scenario.scenario,
                "given": self.given,
                "arm": self.arm,
                "seed": self.seed,
                "worlds": self.worlds,
                "complete": self.complete,
                "factors": [factor._asdict() for factor in self.factors],
                "shares": {
                    k: {VERDICTS[each]: share._asdict() for each, share in self.shares(k).items()}
                    for k in THRESHOLDS
                },
                "boxes": {
                    k: {VERDICTS[each]: self._told(self.box(k, each)) for each in (HELPS, HARMS)}
                    for k in THRESHOLDS
                },
            }
        )
        return found

    def _told(self, box: Box | None) -> dict[str, Any] | None:
        if box is None:
            return None
        sides = [
            side._asdict() | {"from": factor.at(side.low), "to": factor.at(side.high)}
            for side in box.sides
            for factor in (self.factor(side.name),)
        ]
        return box._asdict() | {"sides": sides}


def verdict(interval: Interval) -> int:
    """Return what an interval of the paired difference says the line does."""
    if interval.high < 0:
        return HELPS
    return HARMS if interval.low > 0 else NOTHING


def discover(
    scenario: Scenario,
    *,
    arm: str = "as_designed",
    worlds: int = 100,
    seed: int = 1,
    given: str | None = None,
    factors: str | Sequence[str] | None = None,
    points: int = 400,
    workers: Hands = 1,
    out: str | Path | None = None,
    force: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Discovery:
    """Judge an arm against the reference at ``points`` places over the whole space of factors.

    All else is as in ``sensitivity``.
    """
    check_sizes(worlds=worlds, points=points)
    needed("SALib.sample.latin")
    needed("ema_workbench")
    chosen_arms(scenario, arm)
    check_given(scenario, given)
    chosen = factors_of(scenario, arm, listed(factors))
    design = latin([factor.name for factor in chosen], points, seed)
    study = Study(scenario, chosen, arm, worlds, seed, given, workers, progress)
    with study.stop.counted():
        folder = None
        if out is not None:
            told = results.manifest(
                scenario, chosen_arms(scenario, arm), seed, worlds, given, workers
            )
            told |= {"factors": [factor.name for factor in chosen], "points": points}
            told["versions"] |= library_versions()
            claimed = results.claim(Path(out), force)
            folder = results.ResultFolder(claimed, plain(told), table=POINTS, summary=DISCOVERY)
        lived = study.look(design)
        complete = not study.stop.asked and study.trouble is None
        found = Discovery(scenario, arm, given, seed, worlds, chosen, lived, complete)
        if folder is not None:
            keep(folder, found, study.trouble)
    if study.trouble is not None:
        raise study.trouble
    return found
