"""Time, in SimPy's hands: who comes first at one instant is settled by rank and identity.

SimPy breaks ties by the order of scheduling, which depends on the history. Here a moment's
priority is its kind's rank followed by an identity, so that two histories that differ elsewhere
keep the same order at the same instant.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from heapq import heappop, heappush
from typing import Any

from simpy import Environment
from simpy.events import Event

_WORD = 64
"""Bits of an identity, below the rank."""

_AFTER_SIMPY = 2
"""SimPy's own priorities are 0 and 1; moments come after a process's own steps."""


class Rank(IntEnum):
    """Order of kinds at one instant: what arrives is heard before the clock runs out."""

    CALL = 0
    MESSAGE = 1
    REPORT = 2
    CLOCK = 3
    LOCAL = 4
    CONTACT = 5
    STRIKE = 6
    INJECT = 7
    QUIET = 8


class Schedule(Environment):
    """A SimPy environment in whole milliseconds that may start before zero."""

    def moment(self, time: int, rank: int, identity: int) -> Event:
        """Return an event that happens at ``time``, in its rank's and identity's turn."""
        event = Event(self)
        event._ok = True
        event._value = None
        priority: Any = (_AFTER_SIMPY + rank << _WORD) | identity
        self.schedule(event, priority, time - self.now)
        return event

    def at(self, time: int, rank: int, identity: int, then: Callable[[Event], None]) -> None:
        """Call ``then`` at ``time``, in its rank's and identity's turn."""
        event = self.moment(time, rank, identity)
        assert event.callbacks is not None
        event.callbacks.append(then)


class Desk:
    """The telephone of one channel: so many conversations at a time, the rest wait in line.

    The line is ordered by urgency, then by when the call was asked for, then by its identity.
    """

    __slots__ = ("_env", "_waiting", "busy", "capacity")

    def __init__(self, env: Schedule, capacity: int) -> None:
        self._env = env
        self.capacity = capacity
        self.busy = 0
        self._waiting: list[tuple[int, int, int, Event]] = []

    def ask(self, urgency: int, asked: int, call: int) -> Event:
        """Return the event of having the telephone."""
        event = Event(self._env)
        heappush(self._waiting, (urgency, asked, call, event))
        self._serve()
        return event

    def when_free(self, urgency: int, asked: int, call: int, go: Callable[[], None]) -> None:
        """Call ``go`` once the telephone is had; at once if it is free."""
        if self.busy < self.capacity:
            self.busy += 1
            go()
            return
        event = Event(self._env)
        assert event.callbacks is not None
        event.callbacks.append(lambda _: go())
        heappush(self._waiting, (urgency, asked, call, event))

    def release(self) -> None:
        """Hang up, and let the next in line have the telephone."""
        self.busy -= 1
        self._serve()

    def leave(self, event: Event) -> None:
        """Leave the line, or hang up if the telephone has been had meanwhile."""
        if event.triggered:
            self.release()
        else:
            self._waiting = [entry for entry in self._waiting if entry[-1] is not event]
            self._waiting.sort()

    def _serve(self) -> None:
        while self._waiting and self.busy < self.capacity:
            self.busy += 1
            heappop(self._waiting)[-1].succeed()
