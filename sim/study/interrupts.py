"""Interrupts that do not break in: a run hears of them between two worlds."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType


class Interrupts:
    """Interrupts that are counted instead of breaking in, so that no finished world is lost.

    The first asks to stop, the second to wait for nothing more, and the third ends at once as any
    interrupt does. Outside the main thread, where none arrive, nothing is counted.
    """

    def __init__(self) -> None:
        self._count = 0
        self._enough = False

    def call_off(self) -> None:
        """Ask to stop as well, for there is enough."""
        self._enough = True

    @property
    def interrupted(self) -> bool:
        """Whether an interrupt has come."""
        return self._count > 0

    @property
    def asked(self) -> bool:
        """Whether the run is to stop."""
        return self._enough or self._count > 0

    @property
    def insisted(self) -> bool:
        """Whether it is to stop without waiting for what is under way."""
        return self._count > 1

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count interrupts within; whoever handles them already goes on doing so."""
        here = current_thread() is main_thread()
        if not here or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, self._take)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _take(self, _signal: int, _frame: FrameType | None) -> None:
        self._count += 1
        if self._count > 2:
            raise KeyboardInterrupt
