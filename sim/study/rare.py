"""Rare rungs: importance splitting, so that a war in a thousand worlds is more than an anecdote.

A world is lived through several times with another luck of what people do, and wherever such a
history comes to a rung it goes on in several ways from there (Kahn & Harris 1951; Garvels 2000).
Each way counts for its share of the world. The number of ways is fixed beforehand, so the mean over
worlds is the risk itself, whatever that number is; only its variance depends on it. Worlds are
independent, and arms take the same turns with the same luck, so that risks and paired differences
have intervals as those of any comparison.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from sim.crisis import Plan, Stage, plan
from sim.crisis.branching import BEGINNING, Path, play_branch, turned
from sim.errors import RunError
from sim.scenario import Scenario
from sim.scenario.channels import LINE
from sim.study.asked import chosen_arms
from sim.study.ensemble import CHUNK, Chunk, Failure, Lived
from sim.study.estimates import Difference, Estimate, mean_estimate, paired_difference
from sim.study.interrupts import Interrupts
from sim.study.measures import NOT_REACHED, THRESHOLDS, Row, measure
from sim.study.running import Hands, gathered
from sim.world import Builder, prepare

SPLITS: Final = (8, 2, 4, 8)
"""Ways at the beginning and at rungs 3, 4 and 5. Judgement: of what was tried on the scenarios that
come with the program these gained most, or close to it, at rungs 5 and 6."""

MOST_WAYS: Final = 100_000
"""Ways a world may be cut into: more of them would tell hardly more of a world, for much work."""

WORLDS: Final = 1000
"""Worlds where nobody says otherwise."""

_PARTS: Final = tuple(f"parts_{k}" for k in THRESHOLDS)
_HISTORIES: Final = "histories"


class RareJob(NamedTuple):
    """What is asked of every world: how many of its parts come to each rung, under each arm."""

    scenario: Scenario
    seed: int
    arms: tuple[str, ...]
    splits: tuple[int, ...]
    columns: tuple[str, ...] = (*_PARTS, _HISTORIES)
    keep_records: bool = False
    chunk: int = CHUNK

    def ready(self) -> Splitting:
        """Return it made ready."""
        return Splitting(self)


class Splitting:
    """A theatre and its arms made ready, to split one world after another."""

    def __init__(self, job: RareJob) -> None:
        self.job = job
        self._theatre = prepare(job.scenario)
        self._plans = [plan(self._theatre, arm) for arm in job.arms]
        self._line = sorted(job.scenario.channels).index(LINE)
        self._builder = Builder(self._theatre, job.seed)

    def expect(self, numbers: range) -> None:
        """Say which worlds come next, so that some can be built at a time."""
        self._builder.expect(numbers)

    def world(self, number: int) -> Lived:
        """Live through one world in many ways under every arm, and return the rows by arm."""
        stage = Stage(self._builder.build(number))
        return {arm.name: self._split(stage, arm) for arm in self._plans}, {}

    def _split(self, stage: Stage, arm: Plan) -> Row:
        """Return how many parts of a world come to each rung under an arm.

        A world has as many parts as there are ways through all the splits.
        """
        beginning, *splits = self.job.splits
        row: Row = dict.fromkeys(self.job.columns, 0)
        whole = math.prod(self.job.splits)
        for way in range(beginning):
            path = turned((), BEGINNING, way) if way else ()
            self._follow(stage, arm, path, 0, whole // beginning, splits, row)
        return row

    def _follow(
        self, stage: Stage, arm: Plan, path: Path, at: int, parts: int, splits: list[int], row: Row
    ) -> None:
        """Live through a branch that counts for so many parts, and those that leave it on the way.

        ``at`` is the first threshold that its stem has not come to.
        """
        times = self._times(stage, arm, path)
        row[_HISTORIES] += 1
        for level in range(at, len(THRESHOLDS)):
            if times[level] == NOT_REACHED:
                break
            row[_PARTS[level]] += parts
            if level < len(splits):
                parts //= splits[level]
                for way in range(1, splits[level]):
                    branch = turned(path, times[level], way)
                    self._follow(stage, arm, branch, level + 1, parts, splits, row)

    def _times(self, stage: Stage, arm: Plan, path: Path) -> list[int]:
        """Return when a branch first comes to each rung."""
        row = measure(play_branch(stage, arm, path), self._line)
        return [int(row[f"time_{k}"]) for k in THRESHOLDS]


@dataclass(frozen=True, eq=False)
class Rare:
    """What splitting says about each arm. ``parts`` holds, by arm, a row of shares for each world.

    ``histories`` is how many histories were lived through for that. ``complete`` is False when the
    run was interrupted; the estimates then cover the worlds that were finished.
    """

    scenario: Scenario
    arms: tuple[str, ...]
    seed: int
    asked: int
    splits: tuple[int, ...]
    parts: dict[str, np.ndarray]
    histories: int
    failures: tuple[Failure, ...]
    complete: bool

    @property
    def worlds(self) -> int:
        """How many worlds the estimates cover."""
        return len(self.parts[self.arms[0]])

    def risk(self, arm: str, threshold: int) -> Estimate:
        """Return the share of worlds in which a rung is reached."""
        return mean_estimate(self._shares(arm, threshold), unit=self._unit(threshold))

    def difference(self, arm: str, threshold: int) -> Difference:
        """Return the paired difference of that share against the reference, the first arm."""
        return paired_difference(
            self._shares(self.arms[0], threshold),
            self._shares(arm, threshold),
            unit=self._unit(threshold),
        )

    def fewer_worlds(self, arm: str, threshold: int) -> float | None:
        """Return how many times as many worlds, lived through once, would tell as much.

        None where no two worlds differ.
        """
        shares = self._shares(arm, threshold)
        risk, spread = float(shares.mean()), float(shares.var(ddof=1)) if shares.size > 1 else 0.0
        return risk * (1 - risk) / spread if spread else None

    def rows(self) -> list[dict[str, Any]]:
        """Return the estimates as a tidy list, one row per arm and rung; shares are from 0 to 1."""
        return [self._row(arm, k) for arm in self.arms for k in THRESHOLDS]

    def _row(self, arm: str, threshold: int) -> dict[str, Any]:
        risk, change = self.risk(arm, threshold), self.difference(arm, threshold)
        return {
            "arm": arm,
            "rung": threshold,
            "risk": risk.value,
            "low": risk.interval.low,
            "high": risk.interval.high,
            "difference": change.value,
            "difference_low": change.interval.low,
            "difference_high": change.interval.high,
            "fewer_worlds": self.fewer_worlds(arm, threshold),
        }

    def _shares(self, arm: str, threshold: int) -> np.ndarray:
        shares: np.ndarray = self.parts[arm][:, THRESHOLDS.index(threshold)]
        return shares

    def _unit(self, threshold: int) -> float:
        """Return what one path to the rung below counts for, if all its ways go on to this one."""
        return 1 / math.prod(self.splits[: THRESHOLDS.index(threshold)])


def checked_splits(splits: str | Sequence[int]) -> tuple[int, ...]:
    """Return how many ways to take at the beginning and at each rung but the last; raises RunError.

    A text holds the numbers with commas between them.
    """
    many = len(SPLITS)
    rule = f"splits: {many} whole numbers of at least 1, such as {','.join(map(str, SPLITS))}"
    try:
        found = tuple(int(n) for n in (splits.split(",") if isinstance(splits, str) else splits))
    except ValueError:
        raise RunError(f'{rule} (got "{splits}")') from None
    if len(found) != many or min(found) < 1:
        raise RunError(f"{rule} (got {','.join(map(str, found))})")
    if math.prod(found) > MOST_WAYS:
        raise RunError(
            f"splits: {math.prod(found):,} ways through one world; at most {MOST_WAYS:,} are taken"
        )
    return found


def rare(
    scenario: Scenario,
    *,
    worlds: int = WORLDS,
    seed: int = 1,
    arms: str | Sequence[str] | None = None,
    splits: str | Sequence[int] = SPLITS,
    workers: Hands = 1,
    progress: Callable[[int], None] | None = None,
) -> Rare:
    """Estimate how often each rung is reached under each arm, rare ones too, by splitting.

    ``splits`` says in how many ways to live through a world from its beginning, and in how many to
    go on at rungs 3, 4 and 5. An interrupt ends the run early, as in a comparison. Raises RunError
    for what cannot be run.
    """
    if worlds < 1:
        raise RunError(f"worlds: must be at least 1 (got {worlds})")
    job = RareJob(scenario, seed, chosen_arms(scenario, arms), checked_splits(splits))
    prepare(scenario)
    stop = Interrupts()

    def done(chunk: Chunk) -> None:
        if progress is not None:
            progress(chunk.count)

    with stop.counted():
        found = gathered(job, worlds, workers, done, stop)
    if found.trouble is not None:
        raise found.trouble
    return _rare(job, worlds, found.chunks, found.failures, found.complete)


def _rare(
    job: RareJob,
    asked: int,
    chunks: list[Chunk],
    failures: tuple[Failure, ...],
    complete: bool,
) -> Rare:
    if not any(chunk.worlds for chunk in chunks):
        raise KeyboardInterrupt
    ways = math.prod(job.splits)
    parts = {
        arm: np.concatenate(
            [np.stack([chunk.columns[arm][name] for name in _PARTS], axis=1) for chunk in chunks]
        )
        / ways
        for arm in job.arms
    }
    histories = sum(
        int(chunk.columns[arm][_HISTORIES].sum()) for chunk in chunks for arm in job.arms
    )
    return Rare(
        job.scenario, job.arms, job.seed, asked, job.splits, parts, histories, failures, complete
    )
