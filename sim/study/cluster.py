"""Many machines: the same chunks, handed to the workers of a Dask cluster.

A task is one chunk of worlds, all arms in it. It carries the job with it, some kilobytes for a
second's work or more, so a worker that joins late or comes back has all it needs, and one that is
lost takes nothing along but the chunk it was at, which Dask gives to another. Only a few chunks for
each worker are out at a time, and what comes back is rows of measures: neither side's memory grows
with the number of worlds.
"""

from __future__ import annotations

import logging
import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from sim.errors import RunError
from sim.study.ensemble import Chunk, Ready, Task, lost_chunk, run_chunk
from sim.study.interrupts import Interrupts
from sim.study.processes import LOST, MOMENT, OUT
from sim.study.versions import versions

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE: Final = 30.0
"""Seconds in which a scheduler must answer, and one worker at least be there."""

_LOOK: Final = 25
"""Moments between two looks at how many workers there are."""

_own = threading.local()
"""A worker may have several threads; each keeps its own field for as long as its job goes on."""


def clustered(
    job: Task,
    chunks: list[tuple[int, int]],
    address: str,
    done: Callable[[Chunk], None],
    stop: Interrupts,
) -> None:
    """Hand over what the workers of the cluster at ``address`` make of chunks, as it comes.

    A chunk with which worker after worker has died is tried again alone, for what was waiting
    beside it died with it; if they go on dying it is handed over as lost, and the rest goes on.
    Raises RunError where there is no scheduler or no worker, where a worker has another version,
    when the scheduler is gone, or when chunk after chunk is lost.
    """
    packed, in_a_row = pickle.dumps(job), 0
    with _client(address) as client:
        for suspect in _through(client, packed, chunks, done, stop):
            again = [] if stop.asked else _through(client, packed, [suspect], done, stop)
            in_a_row = in_a_row + 1 if again else 0
            if in_a_row == LOST:
                raise RunError(
                    f"{address}: worker after worker died, perhaps for want of memory; give each "
                    f"more of it"
                )
            for which in again:
                done(lost_chunk(job, *which))


def _through(
    client: Client,
    packed: bytes,
    chunks: list[tuple[int, int]],
    done: Callable[[Chunk], None],
    stop: Interrupts,
) -> list[tuple[int, int]]:
    """Let the workers do chunks until none is left; return those that they died with."""
    rest, owed, told = deque(chunks), dict[Any, tuple[int, int]](), versions()
    dead: list[tuple[int, int]] = []
    looks = room = 0
    try:
        while (rest or owed) and not stop.asked:
            with _spoken_to(client):
                if looks % _LOOK == 0:
                    room = OUT * max(1, sum(client.nthreads().values()))
                looks += 1
                while rest and len(owed) < room:
                    future = client.submit(_work, told, packed, *rest[0], pure=False)
                    owed[future] = rest.popleft()
            for future in _finished(owed):
                which, chunk = owed.pop(future), _result(client, future)
                future.release()
                if chunk is None:
                    dead.append(which)
                else:
                    done(chunk)
    finally:
        if client.status == "running":
            client.cancel(list(owed), force=True)
    return sorted(dead)


@contextmanager
def _spoken_to(client: Client) -> Iterator[None]:
    """Ask something of a scheduler; raises RunError if it is gone."""
    from distributed.client import ClosedClientError

    try:
        if client.status == "closed":
            raise ClosedClientError
        yield
    except (OSError, CancelledError, ClosedClientError) as error:
        raise RunError(
            "the scheduler is gone; what was finished is kept where there is a result "
            "folder: start it again and go on with --resume"
        ) from error


def _finished(owed: dict[Any, tuple[int, int]]) -> list[Future[Any]]:
    """Return the futures that are finished, after a moment at most."""
    from distributed import wait

    try:
        wait(list(owed), timeout=MOMENT, return_when="FIRST_COMPLETED")
    except TimeoutError:
        return []
    except CancelledError:
        pass  # each tells so itself
    return [future for future in owed if future.done()]


def _result(client: Client, future: Future[Any]) -> Chunk | None:
    """Return what a worker made of a chunk, or None if one after another died with it.

    Raises what went wrong and is no matter of the chunk.
    """
    from distributed import KilledWorker

    error = None if future.cancelled() else future.exception()
    if error is None:
        with _spoken_to(client):  # one whose scheduler went raises that it was cancelled
            chunk: Chunk = future.result()
        return chunk
    if isinstance(error, KilledWorker):
        return None
    if isinstance(error, ModuleNotFoundError):
        raise RunError(
            f"a worker has no {error.name}; install the same deconflict in the "
            f"environment of every worker"
        ) from error
    raise error


@contextmanager
def _client(address: str) -> Iterator[Client]:
    """Connect to a scheduler that has a worker, and let go of it in the end."""
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise RunError(
            'a cluster needs Dask, which is not installed: pip install "deconflict[cluster]"'
        ) from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RunError(
            f"{address}: no Dask scheduler answers there ({error}); start one with dask scheduler, "
            f"and give the address it tells"
        ) from error
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # it is told here
    with client, client.as_current():
        with _spoken_to(client):
            try:
                client.wait_for_workers(1, timeout=PATIENCE)
            except TimeoutError as error:
                raise RunError(
                    f"{address}: has no worker; start some with dask worker {address} --nthreads 1"
                ) from error
        yield client


def _work(told: dict[str, str], packed: bytes, first: int, count: int) -> Chunk:
    """Live some worlds through, in a worker; raises RunError if it has another version."""
    for name, version in told.items():
        if _here().get(name) != version:
            raise RunError(
                f"a worker has {name} {_here().get(name)}, and here it is {version}: both together "
                f"would be no result of either; install the same everywhere"
            )
    return run_chunk(_field(packed), first, count)


_here = cache(versions)


def _field(packed: bytes) -> Ready:
    """Return a job made ready in this thread, which costs more than a world."""
    if getattr(_own, "packed", None) != packed:
        _own.field, _own.packed = pickle.loads(packed).ready(), packed
    found: Ready = _own.field
    return found
