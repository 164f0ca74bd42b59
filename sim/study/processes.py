"""Worker processes: what they make of chunks is handed over as it comes, interrupts and all."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import Any, Final, TypeVar

from sim.errors import RunError
from sim.study.interrupts import Interrupts

MOMENT: Final = 0.2
"""Seconds between two looks at whether an interrupt has come, while workers are waited for."""

LOST: Final = 4
"""Chunks in a row whose processes die, each alone, after which it is no matter of the chunks."""

OUT: Final = 2
"""Chunks for each worker that are out at a time: the one it is at, and the next."""

WHY_DEAD: Final = (
    "perhaps for want of memory, or, in a script, of "
    '`if __name__ == "__main__":` above what starts workers'
)
"""What may have killed a worker process: one that starts anew runs the script it belongs to."""

_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What numerical libraries read when they are loaded, to know how many threads to start."""

T = TypeVar("T")
"""What a worker process hands over."""


def _begun(begin: Callable[[Any], None], job: object) -> None:
    """Begin a worker. No interrupt reaches it, the parent decides what one means; without the
    parent, which may have been killed, it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    begin(job)


def _end_with_parent() -> None:
    """End this process when its parent is gone: nobody would take what it makes, or end it."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def parallel(
    job: object,
    chunks: list[tuple[int, int]],
    workers: int,
    done: Callable[[T], None],
    stop: Interrupts,
    begin: Callable[[Any], None],
    work: Callable[[int, int], T],
    lost: Callable[[int, int], T],
) -> None:
    """Hand over what worker processes make of chunks; only a few wait in the queue at a time.

    Each process begins with ``begin(job)`` and then does ``work(first, count)``, chunk by chunk;
    both are functions of a module. When a process dies, perhaps for want of memory, what was under
    way is tried again, each chunk alone; one whose process dies again is handed over as ``lost``
    makes it, and the rest goes on. Raises RunError when one chunk after another is lost.
    """
    rest, suspects = deque(chunks), deque[tuple[int, int]]()
    gone: list[tuple[int, int]] = []
    in_a_row = 0

    def came(found: T) -> None:
        nonlocal in_a_row
        in_a_row = 0
        done(found)

    while (rest or suspects) and not stop.asked:
        alone = bool(suspects)
        queue = deque([suspects.popleft()]) if alone else rest
        broken = _pooled(job, queue, 1 if alone else workers, came, stop, begin, work)
        if not alone:
            suspects.extend(broken)
            continue
        gone += broken
        in_a_row += len(broken)
        if in_a_row == LOST:
            raise RunError(
                f"one worker process after another died, {WHY_DEAD}; try fewer --workers"
            )
    if not stop.asked:
        for chunk in gone:
            done(lost(*chunk))


def _pooled(
    job: object,
    rest: deque[tuple[int, int]],
    workers: int,
    done: Callable[[T], None],
    stop: Interrupts,
    begin: Callable[[Any], None],
    work: Callable[[int, int], T],
) -> list[tuple[int, int]]:
    """Let one pool work on chunks until none is left; return those it died on, in order."""
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begun, initargs=(begin, job)
    )
    owed: dict[Future[T], tuple[int, int]] = {}
    broken: list[tuple[int, int]] = []
    try:
        while (rest or owed) and not stop.asked and not broken:
            while rest and len(owed) < OUT * workers:
                with _deaf(), _one_thread_each():
                    future = pool.submit(work, *rest[0])
                owed[future] = rest.popleft()
            wait(owed, timeout=MOMENT, return_when=FIRST_COMPLETED)
            broken = _hand_over(owed, done)
    except BrokenProcessPool:
        broken = _hand_over(owed, done)
    finally:
        try:
            broken += _hand_over_rest(owed, done, stop)
        finally:
            pool.shutdown(wait=not stop.insisted, cancel_futures=True)
    return sorted(broken)


def _hand_over(
    owed: dict[Future[T], tuple[int, int]], done: Callable[[T], None]
) -> list[tuple[int, int]]:
    """Hand over every chunk that is finished; return those whose process has died.

    Raises what went wrong on purpose, which is no matter of one chunk.
    """
    broken, errors = [], []
    for future in [future for future in owed if future.done()]:
        chunk = owed.pop(future)
        error = future.exception()
        if error is None:
            done(future.result())
        elif isinstance(error, BrokenProcessPool):
            broken.append(chunk)
        else:
            errors.append(error)
    if errors:
        raise errors[0]
    return broken


def _hand_over_rest(
    owed: dict[Future[T], tuple[int, int]], done: Callable[[T], None], stop: Interrupts
) -> list[tuple[int, int]]:
    """Take back what no worker has begun, wait for what one has, and hand it over.

    What was taken back is returned with what its process has died on: it is still to be done.
    """
    back = [owed.pop(future) for future in list(owed) if future.cancel()]
    while owed and not stop.insisted:
        wait(owed, timeout=MOMENT, return_when=FIRST_COMPLETED)
        back += _hand_over(owed, done)
    return back + _hand_over(owed, done)


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


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Start workers whose numerical libraries keep to one thread: each core has a worker."""
    asked = {name: "1" for name in _THREADS if name not in os.environ}
    os.environ.update(asked)
    try:
        yield
    finally:
        for name in asked:
            del os.environ[name]
