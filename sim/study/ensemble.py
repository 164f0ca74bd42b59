"""Many worlds: each lived through under every arm, in one process or in several.

The pair is the unit of everything: of seeding, of parallel work, of failure and of statistics. A
chunk of worlds is a function of the scenario, the seed, the arms and the world numbers alone, so
the result does not depend on the number of workers, on their order, or on how many worlds were
asked for.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from sim.crisis import (
    History,
    Plan,
    Stage,
    first_difference,
    given_in,
    plan,
    play,
    play_arms,
)
from sim.crisis.injects import Given
from sim.draws import root
from sim.errors import DeconflictError
from sim.records import Happened, Origin, Record
from sim.scenario.channels import LINE, REFERENCE
from sim.scenario.models import Scenario
from sim.scenario.varying import varied
from sim.study.interrupts import Interrupts
from sim.study.kept import records_table
from sim.study.measures import MEASURES, NOT_REACHED, REAL_MEASURES, Row, measure
from sim.study.parameter_sets import ParameterSet, applied, set_of
from sim.study.processes import WHY_DEAD
from sim.world import Builder, Theatre, World, build, prepare

CHUNK: Final = 25
"""Worlds per task of a short run: half a second of work or more, of which handing it out is a
hundredth at most, and small enough to keep many workers busy to the end."""

_CHUNKS: Final = (CHUNK, 50, 125, 250)
_TASKS: Final = 100
"""Tasks a run of many worlds is cut into at least, if its chunks are larger than usual."""


def chunk_for(worlds: int) -> int:
    """Return how many worlds a task should hold: more of them in a run of many worlds."""
    return max(size for size in _CHUNKS if size <= max(CHUNK, worlds // _TASKS))


PAIR_MEASURES: Final = ("diverged_ms", "averted", "caused", "moved")
UNINVITED: Final = (
    *(f"uninvited_reached_{k}" for k in (3, 4, 5, 6)),
    "uninvited_crises",
    "uninvited_inadvertent",
)
"""The primary measures once more with invitation 0, so that both can be reported side by side."""

SET_COLUMN: Final = "parameter_set"
"""Number of the parameter set a world is lived under, -1 for the scenario's own values."""

NO_SET: Final = -1

COLUMNS: Final = (*MEASURES, *PAIR_MEASURES, *UNINVITED, SET_COLUMN)


Lived = tuple[dict[str, Row], dict[str, tuple[Record, ...]]]
"""One world's rows of measures by arm, and its records by arm where these are kept."""


class Task(Protocol):
    """What can be asked of every world, in this process or another."""

    @property
    def arms(self) -> tuple[str, ...]:
        """What each world's rows go by."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The measures that are wanted of each row."""

    @property
    def keep_records(self) -> bool:
        """Whether every record is wanted too."""

    @property
    def chunk(self) -> int:
        """How many worlds are handed out at a time."""

    def ready(self) -> Ready:
        """Return it made ready, which may take a while."""


class Ready(Protocol):
    """A task made ready, to live through one world after another."""

    @property
    def job(self) -> Task:
        """The task."""

    def expect(self, numbers: range) -> None:
        """Say which worlds come next, so that some can be built at a time."""

    def world(self, number: int) -> Lived:
        """Live through one world."""


class Job(NamedTuple):
    """What a comparison asks of every world. With ``sets`` each is lived under one, by luck."""

    scenario: Scenario
    seed: int
    arms: tuple[str, ...]
    given: str | None = None
    keep_records: bool = False
    sets: tuple[ParameterSet, ...] = ()
    columns: tuple[str, ...] = COLUMNS
    chunk: int = CHUNK

    def ready(self) -> Field:
        """Return it made ready."""
        return Field(self)


class Failure(NamedTuple):
    """A world that could not be lived through, with the reason."""

    world: int
    error: str
    trace: str


@dataclass(slots=True)
class Chunk:
    """Some worlds' measures: for each arm an array per column, in the order of the worlds.

    ``records`` is the table of their records, where these are kept.
    """

    first: int
    worlds: list[int] = field(default_factory=list)
    columns: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    records: pa.Table | None = None

    @property
    def count(self) -> int:
        """How many worlds it tells of, those that failed among them."""
        return len(self.worlds) + len(self.failures)


class Field:
    """A theatre and its arms made ready, to live through one world after another."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.theatre: Theatre = prepare(job.scenario)
        self.line = sorted(job.scenario.channels).index(LINE)
        self.given = _given_identity(job.scenario, self.theatre, job.given)
        self.blocs = [actor.bloc for actor in self.theatre.actors]
        self.plans = [plan(self.theatre, arm) for arm in job.arms]
        self._ready: dict[int, tuple[Theatre, list[Plan]]] = {}
        self._builder = Builder(self.theatre, job.seed)

    def expect(self, numbers: range) -> None:
        """Say which worlds come next, so that some can be built at a time."""
        self._builder.expect(numbers)

    def world(self, number: int) -> Lived:
        """Live through one world under every arm and return the rows and records by arm."""
        chosen = self._chosen(number)
        theatre, plans = self._under(chosen)
        if theatre.a_max == self.theatre.a_max:
            world = self._builder.build(number, theatre)
        else:  # it has more candidates
            world = build(theatre, self.job.seed, number)
        lived = self._lived(world, plans)
        for row in lived[0].values():
            row[SET_COLUMN] = self.job.sets[chosen].number if self.job.sets else NO_SET
        return lived

    def _lived(self, world: World, plans: list[Plan]) -> Lived:
        stage = Stage(world)
        given = self._place(stage)
        rows: dict[str, Row] = {}
        records: dict[str, tuple[Record, ...]] = {}
        base: History | None = None
        for arm, history in play_arms(stage, plans, given, self.given):
            base = history if arm.name == REFERENCE else base
            rows[arm.name] = self._row(stage, arm, given, history, base)
            if self.job.keep_records:
                records[arm.name] = history.records
        return rows, records

    def _row(
        self, stage: Stage, arm: Plan, given: Given | None, history: History, base: History | None
    ) -> Row:
        """Return the measures of a history that are wanted."""
        row = self._measured(history)
        wanted = frozenset(self.job.columns)
        if not wanted.isdisjoint(PAIR_MEASURES):
            row |= self._against(base, history)
        if not wanted.isdisjoint(UNINVITED):
            row |= self._uninvited(stage, arm, given, history, row)
        return row

    def _measured(self, history: History) -> Row:
        return measure(history, self.line, self.given, self.blocs)

    def _chosen(self, number: int) -> int:
        """Return the row of the parameter set of a world."""
        sets = self.job.sets
        return set_of(self.job.seed, number, len(sets)) if sets else NO_SET

    def _under(self, chosen: int) -> tuple[Theatre, list[Plan]]:
        """Return the theatre and the arms under a parameter set; each is made ready once.

        Contacts and tracks do not depend on the set, so only the arms are made anew, and the
        theatre where the set needs more candidates than the scenario asks for.
        """
        if chosen == NO_SET:
            return self.theatre, self.plans
        if chosen not in self._ready:
            scenario = applied(self.job.scenario, self.job.sets[chosen])
            theatre = self.theatre
            if scenario.a_max != theatre.a_max:
                theatre = prepare(varied(self.job.scenario, {"a_max": scenario.a_max}))
            theatre = replace(theatre, scenario=scenario)
            self._ready[chosen] = theatre, [plan(theatre, arm) for arm in self.job.arms]
        return self._ready[chosen]

    def _place(self, stage: Stage) -> Given | None:
        """Place the given incident, unless it is an inject, which every world has anyway."""
        name = self.job.given
        if name is None or name in inject_names(self.job.scenario):
            return None
        return given_in(stage.world, name, stage.theatre.scenario.parameters)

    def _against(self, base: History | None, history: History) -> Row:
        """Compare a history with the reference history of its world."""
        if base is None or base is history:
            return {"diverged_ms": NOT_REACHED, "averted": 0, "caused": 0, "moved": 0}
        diverged = first_difference(base, history, frozenset((self.line,)))
        ours, theirs = _incidents(base), _incidents(history)
        both = ours.keys() & theirs.keys()
        return {
            "diverged_ms": NOT_REACHED if diverged is None else diverged,
            "averted": len(ours.keys() - theirs.keys()),
            "caused": len(theirs.keys() - ours.keys()),
            "moved": sum(ours[i] != theirs[i] for i in both),
        }

    def _uninvited(
        self, stage: Stage, arm: Plan, given: Given | None, history: History, row: Row
    ) -> Row:
        """Return the primary measures without invitation; the same history if it played no part."""
        if history.invited or stage.warm_up_invited:
            other = play(stage, arm.uninvited(), given=given, followed=self.given)
            row = self._measured(other)
        return {name: row[name.removeprefix("uninvited_")] for name in UNINVITED}


def _incidents(history: History) -> dict[int, tuple[int, int, int]]:
    """Return each contact's, stray's or attack's incident with what could have moved."""
    return {
        r.identity: (r.severity_class, r.cause, r.victim)
        for r in history.records
        if isinstance(r, Happened) and r.origin in (Origin.CONTACT, Origin.STRAY, Origin.ATTACK)
    }


def inject_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the identifiers of the injects that are incidents or alerts, in order.

    Contingencies are none of them: they take place in no run.
    """
    return tuple(
        i.id for i in scenario.injects if i.id and (i.incident or i.alert) and not i.contingency
    )


def _given_identity(scenario: Scenario, theatre: Theatre, name: str | None) -> int:
    if name is None:
        return NOT_REACHED
    if name in inject_names(scenario):
        return theatre.inject_identity(name)
    return root(f"given|{name}")


def run_chunk(field_: Ready, first: int, count: int, stop: Interrupts | None = None) -> Chunk:
    """Live through some worlds; one that fails twice is recorded and the rest go on.

    Between two worlds it ends when it is asked to stop. Raises what this package raises on
    purpose: that is no matter of one world.
    """
    chunk = Chunk(first)
    found: dict[str, list[Row]] = {arm: [] for arm in field_.job.arms}
    kept: list[dict[str, tuple[Record, ...]]] = []
    field_.expect(range(first, first + count))
    for number in range(first, first + count):
        if stop is not None and stop.asked:
            break
        try:
            rows, records = _lived_in(field_, number)
        except DeconflictError:
            raise
        except Exception as error:
            trace = traceback.format_exc()
            chunk.failures.append(Failure(number, f"{type(error).__name__}: {error}", trace))
            continue
        chunk.worlds.append(number)
        kept.append(records)
        for arm, row in rows.items():
            found[arm].append(row)
    wanted = field_.job.columns
    chunk.columns = {arm: _columns(rows, wanted) for arm, rows in found.items()}
    if field_.job.keep_records:
        chunk.records = records_table(chunk.worlds, kept)
    return chunk


def _lived_in(field_: Ready, number: int) -> Lived:
    """Live through a world; one that fails is tried once more, for it may have wanted memory."""
    try:
        return field_.world(number)
    except DeconflictError:
        raise
    except Exception:
        return field_.world(number)


def _columns(rows: list[Row], wanted: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Return rows as an array per column; a million worlds of mappings would not fit."""
    return {
        name: np.array([row[name] for row in rows], dtype=float if name in REAL_MEASURES else int)
        for name in wanted
    }


_DIED: Final = f"worker processes died on these worlds, {WHY_DEAD}"


def lost_chunk(job: Task, first: int, count: int) -> Chunk:
    """Return a chunk of which nothing came back, each of its worlds as failed."""
    failures = [Failure(number, _DIED, "") for number in range(first, first + count)]
    columns = {arm: _columns([], job.columns) for arm in job.arms}
    records = records_table([], []) if job.keep_records else None
    return Chunk(first, [], columns, failures, records)
