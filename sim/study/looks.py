"""A study's looks at the space of factors: points of a design, lived through and tabulated."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sim.errors import DeconflictError, RunError
from sim.records import rounded
from sim.scenario import Scenario, varied
from sim.study import folder as results
from sim.study.factors import Factor, changes_at, roomy
from sim.study.indices import Design
from sim.study.interrupts import Interrupts
from sim.study.points import THRESHOLDS, Place, Points, live, pairs_job
from sim.study.running import Hands
from sim.world import prepare

POINTS: Final = "points.parquet"

OUTCOMES: Final = tuple(f"{what}_{k}" for what in ("difference", "risk") for k in THRESHOLDS)
"""What is asked of every point: the paired difference, and the risk without the line, by rung."""

Shares = npt.NDArray[np.float64]


class Outcomes(Protocol):
    """What was found at the points of a design."""

    def outcome(self, name: str) -> Shares:
        """Return one of the outcomes, a number for each point."""


class Lived(NamedTuple):
    """The points of one look: where they lie, and what the worlds say there."""

    design: Design
    points: Points

    def outcome(self, name: str) -> Shares:
        """Return one of the outcomes, a number for each point."""
        what, _, threshold = name.partition("_")
        found: Shares = getattr(self.points, what)(int(threshold))
        return found


class Study:
    """A scenario and its factors, made ready to be asked at many points."""

    def __init__(
        self, scenario: Scenario, factors: tuple[Factor, ...], arm: str, worlds: int, seed: int,
        given: str | None, workers: Hands, progress: Callable[[int], None] | None,
    ) -> None:  # fmt: skip
        room = roomy(scenario, factors)
        wide = varied(scenario, {"a_max": room}) if room > scenario.a_max else scenario
        prepare(wide)  # what is wrong with it must be said before a folder is claimed
        self.scenario = wide
        self.factors = factors
        self._job = pairs_job(wide, seed, arm, given, (), worlds)
        self._workers, self._progress = workers, progress
        self.stop = Interrupts()
        self.trouble: DeconflictError | None = None

    def places(self, design: Design) -> list[Place]:
        """Return the places of a design; raises ScenarioError for a value that is refused."""
        found = []
        for shares in design.tolist():
            changes, worlds = changes_at(self.scenario, self.factors, shares)
            found.append(Place(tuple(changes.items()), worlds))
        return found

    def look(self, design: Design, places: Sequence[Place] | None = None) -> Lived | None:
        """Live through the worlds at every point of a design; None without a single world."""
        if self.stop.asked or self.trouble is not None:
            return None
        job = self._job._replace(places=tuple(places or self.places(design)))
        points, self.trouble = live(job, self._workers, self.stop, self._progress)
        return Lived(design, points) if points.worlds else None


def point_table(look: str, factors: Sequence[Factor], design: Design, points: Points) -> pa.Table:
    """Return points as a table: factors' numbers (times in ms), worlds, outcomes and errors."""
    columns: dict[str, Any] = {"look": [look] * len(design), "block": [p.block for p in
                                                                      points.places]}  # fmt: skip
    for at, factor in enumerate(factors):
        if not factor.is_luck:
            columns[factor.name] = [
                rounded(factor.base if math.isnan(share) else factor.at(share))
                for share in design[:, at].tolist()
            ]
    for k in THRESHOLDS:
        for name in ("risk", "difference", "error"):
            columns[f"{name}_{k}"] = [rounded(x) for x in getattr(points, name)(k).tolist()]
    return pa.table(columns)


def check_sizes(**sizes: int) -> None:
    """Raise RunError for a size below two: nothing can be told from a single one."""
    for name, size in sizes.items():
        if size < 2:
            raise RunError(f"--{name}: must be at least 2 (got {size})")


def listed(names: str | Sequence[str] | None) -> list[str] | None:
    """Return names given as a list, or as one text with commas between them."""
    if names is None:
        return None
    parts = names.split(",") if isinstance(names, str) else names
    return [name.strip() for name in parts]


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries of the extra that a study was made with."""
    found = {}
    for name in ("SALib", "ema_workbench", "pandas"):
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


class Tabled(Protocol):
    """A study that can be kept in a folder."""

    @property
    def complete(self) -> bool:
        """Whether all of it was finished."""

    @property
    def worlds(self) -> int:
        """How many worlds it covers."""

    def table(self) -> pa.Table:
        """Return its points."""

    def summary(self) -> dict[str, Any]:
        """Return its estimates."""


def keep(folder: results.ResultFolder, found: Tabled, trouble: DeconflictError | None) -> None:
    """Write what a study has found into its folder; without a point there is only the manifest."""
    reason = None
    if trouble is not None or not found.complete:
        reason = str(trouble or "interrupted")
    summary = found.summary() if found.worlds else None
    folder.finish(found.table(), found.worlds, summary, (), reason)
