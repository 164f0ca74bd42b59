"""Running a task: its worlds in one process, in several, or on the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from sim.errors import DeconflictError, RunError
from sim.study.cluster import clustered
from sim.study.ensemble import Chunk, Failure, Ready, Task, lost_chunk, run_chunk
from sim.study.interrupts import Interrupts
from sim.study.processes import parallel

Hands = int | str
"""Who does the work: so many processes of this machine, or the address of a Dask scheduler."""


# A worker keeps its field for its lifetime: preparing a theatre costs more than a world.
_field: Ready | None = None


def _begin(job: Task) -> None:
    global _field
    _field = job.ready()


def _work(first: int, count: int) -> Chunk:
    assert _field is not None
    return run_chunk(_field, first, count)


def run(
    job: Task,
    worlds: int | Sequence[tuple[int, int]],
    workers: Hands,
    done: Callable[[Chunk], None],
    stop: Interrupts,
) -> bool:
    """Live through worlds 0 to ``worlds`` - 1 and hand each chunk to ``done`` as it comes.

    In place of a number of worlds ``worlds`` may be chunks, each by its first world and its count.

    Returns False when it was asked to stop; all that was finished until then has been handed
    over, chunks under way among it. A chunk whose worker process dies is tried again, alone, and
    then handed over as failed; RunError is raised when one after another dies.
    """
    if isinstance(worlds, int):
        size = job.chunk
        chunks = [(first, min(size, worlds - first)) for first in range(0, worlds, size)]
    else:
        chunks = list(worlds)
    if isinstance(workers, str):
        clustered(job, chunks, workers, done, stop)
        return not stop.asked
    if workers > 1 and len(chunks) > 1:

        def lost(first: int, count: int) -> Chunk:
            return lost_chunk(job, first, count)

        parallel(job, chunks, min(workers, len(chunks)), done, stop, _begin, _work, lost)
        return not stop.asked
    here = job.ready()
    for first, count in chunks:
        chunk = run_chunk(here, first, count, stop)
        if chunk.count:
            done(chunk)
        if stop.asked:
            return False
    return True


class Gathered(NamedTuple):
    """What a run has found: chunks in order of their worlds, and why it is not all, if it is not.

    ``complete`` is False after an interrupt or with ``trouble``; ``failures`` are the worlds that
    could not be lived through.
    """

    chunks: list[Chunk]
    complete: bool
    trouble: DeconflictError | None
    failures: tuple[Failure, ...] = ()


def gathered(
    job: Task,
    worlds: int | Sequence[tuple[int, int]],
    workers: Hands,
    done: Callable[[Chunk], None],
    stop: Interrupts,
    held: bool = True,
) -> Gathered:
    """Live through worlds as ``run`` does and return what was finished, trouble or not.

    Where ``done`` keeps the chunks they need not be ``held`` here; whoever has them then says by
    ``judged`` what they come to.
    """
    chunks: list[Chunk] = []

    def keep(chunk: Chunk) -> None:
        if held:
            chunks.append(chunk)
        done(chunk)

    trouble: DeconflictError | None = None
    complete = False
    try:
        complete = run(job, worlds, workers, keep, stop)
    except DeconflictError as error:
        trouble = error
    chunks.sort(key=lambda chunk: chunk.first)
    found = Gathered(chunks, complete, trouble)
    if not held:
        return found
    failures = tuple(failure for chunk in chunks for failure in chunk.failures)
    return judged(found, failures, sum(len(chunk.worlds) for chunk in chunks))


def judged(found: Gathered, failures: tuple[Failure, ...], worlds: int) -> Gathered:
    """Return what was found with its failures, in trouble if not one world was lived through."""
    found = found._replace(failures=failures)
    if found.complete and failures and not worlds:
        why = f"no world could be lived through; world {failures[0].world}: {failures[0].error}"
        return found._replace(trouble=RunError(why))
    return found
