"""Many points of parameter space, with arms compared in the same worlds at each.

A world's traffic does not depend on what the two sides say or how they take it, so it is made once
and lived through at every point of the same ground. And a history is a function of the world, of
the channels and of those constants alone that were read while it was lived through: a point that
agrees with an earlier one in all of these has the same history, which is then not lived through
again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from sim.crisis import Plan, Stage, given_in, plan, play
from sim.errors import DeconflictError
from sim.scenario import Scenario, varied
from sim.scenario.channels import LINE, REFERENCE
from sim.scenario.parameters import Parameters
from sim.study.ensemble import CHUNK, Failure, Field, Job, Lived, inject_names
from sim.study.estimates import Difference, paired_difference
from sim.study.interrupts import Interrupts
from sim.study.measures import Row, measure
from sim.study.running import Hands, gathered
from sim.world import Builder, Theatre, ground

THRESHOLDS: Final = (3, 4)
"""The rungs whose reaching is followed."""

_RECENT: Final = 64
"""How many of the last points are looked at for a history that is the same."""

_MADE_OF: Final = ("knowledge", "honesty")
"""Constants that a plan's channels are made of, beside those read while it is played."""

_START_OF: Final = ("credibility_a", "credibility_b", "invitation")
"""Constants of the reference that every arm's start is made of, beside what the warm-up reads."""


class Place(NamedTuple):
    """A point: what it writes into the scenario's file, and which set of worlds it is asked of."""

    changes: tuple[tuple[str, Any], ...] = ()
    block: int = 0

    def scenario(self, base: Scenario) -> Scenario:
        """Return the scenario at this point; raises ScenarioError for a value that is refused."""
        return varied(base, dict(self.changes))


def at(point: int, arm: str) -> str:
    """Return what the rows of one arm at one point go by."""
    return f"{point}|{arm}"


class PointsJob(NamedTuple):
    """What is asked of every world: some arms at every place, the reference first.

    ``columns`` are measures of single histories. Set ``b`` of the worlds are those from
    ``b * block`` on, ``block`` being how many are asked of each place, so that no two sets share a
    world.
    """

    scenario: Scenario
    seed: int
    compared: tuple[str, ...]
    given: str | None
    places: tuple[Place, ...]
    columns: tuple[str, ...]
    block: int
    keep_records: bool = False

    @property
    def arms(self) -> tuple[str, ...]:
        """What the rows of every arm at every place go by."""
        points = range(len(self.places))
        return tuple(at(point, arm) for point in points for arm in self.compared)

    @property
    def chunk(self) -> int:
        """How many worlds are handed out at a time: as many as keep a task short."""
        return max(1, CHUNK // len(self.places))

    def ready(self) -> Bench:
        """Return it made ready."""
        return Bench(self)


class _Noted:
    """Parameters that remember which of them were read, at no cost after the first time."""

    def __init__(self, parameters: Parameters) -> None:
        self.__dict__["_noted"] = parameters

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.__dict__["_noted"], name)
        self.__dict__[name] = value
        return value

    def read(self) -> dict[str, Any]:
        """Return what was read."""
        return {name: value for name, value in self.__dict__.items() if name != "_noted"}


class _Lived(NamedTuple):
    """A history that was lived through: what it was read from, and its measures."""

    made_of: tuple[Any, ...]
    read: tuple[dict[str, Any], ...]
    row: Row


class _Spot:
    """A place made ready: its theatre and its plans."""

    def __init__(self, theatre: Theatre, field: Field, arms: Sequence[str]) -> None:
        self.field = field
        self.theatre = theatre
        self.plans = [plan(theatre, arm) for arm in arms]
        until = theatre.scenario.parameters.run_on  # outages are drawn for the world, until then
        before = _made_of(plan(theatre, REFERENCE))
        self.made_of = [(until, before, _made_of(each), each.name) for each in self.plans]

    def reference(self, of: Plan) -> Plan:
        """Return the arm under which an arm's warm-up is lived through."""
        reference = plan(self.theatre, REFERENCE)
        return reference.uninvited() if of.parameters.invitation == 0 else reference

    def parameters(self, of: Plan) -> tuple[Parameters, Parameters, Parameters]:
        """Return what may be read in a history: the arm's, the reference's and the scenario's."""
        reference = self.reference(of)
        return of.parameters, reference.parameters, self.theatre.scenario.parameters

    def same(self, at: int, other: _Lived) -> bool:
        """Whether an arm's history here cannot but be one that was lived through elsewhere."""
        return self.made_of[at] == other.made_of and all(
            getattr(mine, name) == value
            for mine, theirs in zip(self.parameters(self.plans[at]), other.read, strict=True)
            for name, value in theirs.items()
        )

    def lived(self, at: int, stage: Stage, warmed: dict[float, _Noted]) -> _Lived:
        """Live through a world under an arm, noting what was read on the way.

        ``warmed`` holds what the warm-ups of this stage have read, by invitation: whoever begins
        from one that is already lived through has read the same.
        """
        arm, job = self.plans[at], self.field.job
        noted = [_Noted(each) for each in self.parameters(arm)]
        noted[1] = warmed.setdefault(self.reference(arm).parameters.invitation, noted[1])
        own, theirs, base = (cast(Parameters, each) for each in noted)
        for name in _START_OF:
            getattr(theirs, name)
        stage.begin(replace(self.reference(arm), parameters=theirs))
        placed = None
        if job.given is not None and job.given not in inject_names(job.scenario):
            placed = given_in(stage.world, job.given, base)
        arm = replace(arm, parameters=own)
        history = play(stage, arm, given=placed, followed=self.field.given)
        row = measure(history, self.field.line, self.field.given, self.field.blocs)
        kept = {name: row[name] for name in job.columns}
        return _Lived(self.made_of[at], tuple(each.read() for each in noted), kept)


def _made_of(arm: Plan) -> tuple[Any, ...]:
    """Return what a plan is made of beside the constants that are read as it is played."""
    channels = tuple(
        (name, channel.model_dump_json()) for name, channel in sorted(arm.scenario.channels.items())
    )
    values = tuple(getattr(arm.parameters, name) for name in _MADE_OF)
    return channels, values, arm.boldness, LINE in arm.scenario.channels


class Bench:
    """All places made ready, to live through one world after another at each."""

    def __init__(self, job: PointsJob) -> None:
        self.job = job
        self._fields: dict[str, Field] = {}
        self._spots = [self._spot(place) for place in job.places]
        self._builders = {
            (id(spot.field), place.block): Builder(spot.field.theatre, job.seed)
            for place, spot in zip(job.places, self._spots, strict=True)
        }

    def _spot(self, place: Place) -> _Spot:
        """Return a place made ready; only ground of its own needs a theatre of its own."""
        job, scenario = self.job, place.scenario(self.job.scenario)
        on = ground(scenario)
        if on not in self._fields:
            self._fields[on] = Field(
                Job(scenario, job.seed, (REFERENCE,), job.given, columns=job.columns)
            )
        field = self._fields[on]
        return _Spot(replace(field.theatre, scenario=scenario), field, job.compared)

    def expect(self, numbers: range) -> None:
        """Say which worlds come next, so that some can be built at a time."""
        for (_, block), builder in self._builders.items():
            begin = block * self.job.block
            builder.expect(range(numbers.start + begin, numbers.stop + begin))

    def world(self, number: int) -> Lived:
        """Live through one world of each set at every place that is asked of it."""
        rows: dict[str, Row] = {}
        stages: dict[tuple[int, int], Stage] = {}
        known: dict[tuple[int, int, int], deque[_Lived]] = {}
        for point, (place, spot) in enumerate(zip(self.job.places, self._spots, strict=True)):
            on = id(spot.field), place.block
            if on not in stages:
                actual = number + place.block * self.job.block
                stages[on] = Stage(self._builders[on].build(actual))
            stage: Stage | None = None
            warmed: dict[float, _Noted] = {}
            for row, arm in enumerate(self.job.compared):
                recent = known.setdefault((*on, row), deque(maxlen=_RECENT))
                found = next((each for each in recent if spot.same(row, each)), None)
                if found is None:
                    stage = stage or stages[on].told_of(spot.theatre)
                    found = spot.lived(row, stage, warmed)
                    recent.appendleft(found)
                rows[at(point, arm)] = found.row
        return rows, {}


# What is found.

Reached = npt.NDArray[np.int8]
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Points:
    """What the worlds say at every place.

    ``reached`` holds 0 or 1 by place, arm (the reference first), threshold and world. ``complete``
    is False when the run was interrupted: every place then covers the same worlds, fewer than were
    asked for.
    """

    places: tuple[Place, ...]
    reached: Reached
    failures: tuple[Failure, ...]
    complete: bool

    @property
    def worlds(self) -> int:
        """How many worlds every place covers."""
        return int(self.reached.shape[-1])

    @cached_property
    def _differences(self) -> Reached:
        return self.reached[:, 1] - self.reached[:, 0]

    def risk(self, threshold: int) -> Shares:
        """Return the reference's share of worlds that reach a rung, by place."""
        found: Shares = self.reached[:, 0, THRESHOLDS.index(threshold)].mean(axis=-1)
        return found

    def difference(self, threshold: int) -> Shares:
        """Return the paired difference of that share, by place."""
        found: Shares = self._differences[:, THRESHOLDS.index(threshold)].mean(axis=-1)
        return found

    def error(self, threshold: int) -> Shares:
        """Return the standard error of that difference, by place; 0 for a single world."""
        rows = self._differences[:, THRESHOLDS.index(threshold)]
        if self.worlds < 2:
            return np.zeros(len(rows))
        found: Shares = rows.std(axis=-1, ddof=1) / np.sqrt(self.worlds)
        return found

    def compared(self, place: int, threshold: int) -> Difference:
        """Return a place's paired difference with its interval."""
        before, after = self.reached[place, :, THRESHOLDS.index(threshold)]
        return paired_difference(before, after)

    def moved(self, place: int, threshold: int, base: int = 0) -> Difference:
        """Return by how much a place's paired difference lies above that of another place.

        Both must have been asked of the same worlds.
        """
        rows = self._differences[:, THRESHOLDS.index(threshold)]
        return paired_difference(rows[base], rows[place])


def pairs_job(
    scenario: Scenario,
    seed: int,
    arm: str,
    given: str | None,
    places: tuple[Place, ...],
    worlds: int,
) -> PointsJob:
    """Return what is asked where one arm is compared with the reference at many points."""
    columns = tuple(f"{'given_' if given else ''}reached_{k}" for k in THRESHOLDS)
    return PointsJob(scenario, seed, (REFERENCE, arm), given, places, columns, worlds)


def live(
    job: PointsJob,
    workers: Hands,
    stop: Interrupts,
    progress: Callable[[int], None] | None = None,
) -> tuple[Points, DeconflictError | None]:
    """Live through the worlds at every place; return what was finished, and what went wrong.

    ``progress`` is told how many more worlds are done, counted once for every place.
    """

    def done(chunk: Any) -> None:
        if progress is not None:
            progress(chunk.count * len(job.places))

    found = gathered(job, job.block, workers, done, stop)
    worlds = sum(len(chunk.worlds) for chunk in found.chunks)
    reached = np.zeros((len(job.places), 2, len(THRESHOLDS), worlds), dtype=np.int8)
    for point in range(len(job.places)):
        for row, arm in enumerate(job.compared):
            for k, column in enumerate(job.columns):
                parts = [chunk.columns[at(point, arm)][column] for chunk in found.chunks]
                reached[point, row, k] = np.concatenate(parts) if parts else 0
    return Points(job.places, reached, found.failures, found.complete), found.trouble
