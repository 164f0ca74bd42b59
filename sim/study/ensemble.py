"""Many worlds: each lived through under every arm, in one process or in several.

The pair is the unit of everything: of seeding, of parallel work, of failure and of statistics. A
chunk of worlds is a function of the scenario, the seed, the arms and the world numbers alone, so
the result does not depend on the number of workers, on their order, or on how many worlds were
asked for.
"""

from __future__ import annotations

import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa

from sim.crisis import History, Plan, Stage, first_difference, given_in, plan, play
from sim.crisis.injects import Given
from sim.draws import root
from sim.errors import DeconflictError, RunError
from sim.records import Happened, Origin, Record
from sim.scenario.channels import LINE, REFERENCE
from sim.scenario.models import Scenario
from sim.scenario.varying import varied
from sim.study.interrupts import Interrupts
from sim.study.kept import records_table
from sim.study.measures import MEASURES, NOT_REACHED, REAL_MEASURES, Row, measure
from sim.study.parameter_sets import ParameterSet, applied, set_of
from sim.world import Theatre, build, prepare

CHUNK: Final = 25
"""Worlds per task: a second or so of work, and small enough for an honest progress bar."""

_MOMENT: Final = 0.2
"""Seconds between two looks at whether an interrupt has come, while workers are waited for."""

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


T = TypeVar("T")
"""What a worker process hands over."""


class Job(NamedTuple):
    """What is asked of every world. With ``sets`` each is lived under one of them, by luck."""

    scenario: Scenario
    seed: int
    arms: tuple[str, ...]
    given: str | None = None
    keep_records: bool = False
    sets: tuple[ParameterSet, ...] = ()


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
        self._ready: dict[int, tuple[Theatre, list[Plan]]] = {}

    def world(self, number: int) -> tuple[dict[str, Row], dict[str, tuple[Record, ...]]]:
        """Live through one world under every arm and return the rows and records by arm."""
        chosen = self._chosen(number)
        theatre, plans = self._under(chosen)
        stage = Stage(build(theatre, self.job.seed, number))
        given = self._place(stage)
        rows: dict[str, Row] = {}
        records: dict[str, tuple[Record, ...]] = {}
        base: History | None = None
        for arm in plans:
            history = play(stage, arm, given=given, followed=self.given)
            row = self._measured(history)
            row[SET_COLUMN] = self.job.sets[chosen].number if self.job.sets else NO_SET
            base = history if arm.name == REFERENCE else base
            row |= self._against(base, history)
            row |= self._uninvited(stage, arm, given, history, row)
            rows[arm.name] = row
            if self.job.keep_records:
                records[arm.name] = history.records
        return rows, records

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
        if chosen not in self._ready:
            theatre = self.theatre
            if chosen != NO_SET:
                scenario = applied(self.job.scenario, self.job.sets[chosen])
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
    """Return the identifiers of the injects that are incidents or alerts, in order."""
    return tuple(i.id for i in scenario.injects if i.id and (i.incident or i.alert))


def _given_identity(scenario: Scenario, theatre: Theatre, name: str | None) -> int:
    if name is None:
        return NOT_REACHED
    if name in inject_names(scenario):
        return theatre.inject_identity(name)
    return root(f"given|{name}")


def run_chunk(field_: Field, first: int, count: int, stop: Interrupts | None = None) -> Chunk:
    """Live through some worlds; one that fails is recorded and the rest go on.

    Between two worlds it ends when it is asked to stop. Raises what this package raises on
    purpose: that is no matter of one world.
    """
    chunk = Chunk(first)
    found: dict[str, list[Row]] = {arm: [] for arm in field_.job.arms}
    kept: list[dict[str, tuple[Record, ...]]] = []
    for number in range(first, first + count):
        if stop is not None and stop.asked:
            break
        try:
            rows, records = field_.world(number)
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
    chunk.columns = {arm: _columns(rows) for arm, rows in found.items()}
    if field_.job.keep_records:
        chunk.records = records_table(chunk.worlds, kept)
    return chunk


def _columns(rows: list[Row]) -> dict[str, np.ndarray]:
    """Return rows as an array per column; a million worlds of mappings would not fit."""
    return {
        name: np.array([row[name] for row in rows], dtype=float if name in REAL_MEASURES else int)
        for name in COLUMNS
    }


# A worker keeps its field for its lifetime: preparing a theatre costs more than a world.
_field: Field | None = None


def _begin(job: Job) -> None:
    global _field
    deafened()
    _field = Field(job)


def deafened() -> None:
    """Let no interrupt reach this process; the parent decides what one means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _work(first: int, count: int) -> Chunk:
    assert _field is not None
    return run_chunk(_field, first, count)


def run(
    job: Job, worlds: int, workers: int, done: Callable[[Chunk], None], stop: Interrupts
) -> bool:
    """Live through worlds 0 to ``worlds`` - 1 and hand each chunk to ``done`` as it comes.

    Returns False when it was asked to stop; all that was finished until then has been handed
    over, chunks under way among it. Raises RunError when a worker process dies, after handing
    over what the others finished.
    """
    chunks = [(first, min(CHUNK, worlds - first)) for first in range(0, worlds, CHUNK)]
    if workers > 1 and len(chunks) > 1:
        parallel(job, chunks, min(workers, len(chunks)), done, stop, _begin, _work)
        return not stop.asked
    here = Field(job)
    for first, count in chunks:
        chunk = run_chunk(here, first, count, stop)
        if chunk.count:
            done(chunk)
        if stop.asked:
            return False
    return True


def parallel(
    job: object,
    chunks: list[tuple[int, int]],
    workers: int,
    done: Callable[[T], None],
    stop: Interrupts,
    begin: Callable[[Any], None],
    work: Callable[[int, int], T],
) -> None:
    """Hand over what worker processes make of chunks; only a few wait in the queue at a time.

    Each process begins with ``begin(job)`` and then does ``work(first, count)``, chunk by chunk;
    both are functions of a module. Raises RunError when a worker process dies.
    """
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=begin, initargs=(job,)
    )
    owed: set[Future[T]] = set()
    rest = deque(chunks)
    try:
        while (rest or owed) and not stop.asked:
            while rest and len(owed) < 2 * workers:
                with _deaf():
                    owed.add(pool.submit(work, *rest.popleft()))
            wait(owed, timeout=_MOMENT, return_when=FIRST_COMPLETED)
            errors = _hand_over(owed, done)
            if errors:
                raise errors[0]
    except BrokenProcessPool:
        raise RunError(
            "a worker process died, perhaps for want of memory; try fewer --workers"
        ) from None
    finally:
        try:
            _hand_over_rest(owed, done, stop)
        finally:
            pool.shutdown(wait=not stop.insisted, cancel_futures=True)


def _hand_over(owed: set[Future[T]], done: Callable[[T], None]) -> list[BaseException]:
    """Hand over every chunk that is finished; return what went wrong with the others."""
    errors = []
    for future in [future for future in owed if future.done()]:
        owed.discard(future)
        error = future.exception()
        if error is None:
            done(future.result())
        else:
            errors.append(error)
    return errors


def _hand_over_rest(owed: set[Future[T]], done: Callable[[T], None], stop: Interrupts) -> None:
    """Take back what no worker has begun, wait for what one has, and hand it over."""
    owed = {future for future in owed if not future.cancel()}
    while owed and not stop.insisted:
        wait(owed, timeout=_MOMENT, return_when=FIRST_COMPLETED)
        _hand_over(owed, done)
    _hand_over(owed, done)


@contextmanager
def _deaf() -> Iterator[None]:
    """Start workers that no interrupt reaches; one that comes meanwhile waits for the parent.

    A blocked signal stays blocked in the processes started here, while an ignored one would be
    lost to the parent too. Where signals cannot be blocked, the workers' own set-up ignores them.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
