"""Worker processes: what they make of chunks is handed over as it comes, interrupts and all."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Final, TypeVar

from sim.errors import RunError
from sim.study.interrupts import Interrupts

_MOMENT: Final = 0.2
"""Seconds between two looks at whether an interrupt has come, while workers are waited for."""

T = TypeVar("T")
"""What a worker process hands over."""


def deafened() -> None:
    """Let no interrupt reach this process; the parent decides what one means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


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
