"""Time, in SimPy's hands: who comes first at one instant is settled by rank and identity.

SimPy breaks ties by the order of scheduling, which depends on the history. Here a moment's
priority is its kind's rank followed by an identity, so that two histories that differ elsewhere
keep the same order at the same instant.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from heapq import heappop, heappush
from typing import Any, Protocol, TypeVar

from simpy.core import EmptySchedule, Environment, SimTime
from simpy.events import NORMAL, Event, EventPriority

T = TypeVar("T")

Entry = tuple[int, int, int, Callable[[Any], None], Any]
"""What is laid down: when, in which turn, in which order of laying, what to call, about what."""

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


class Moment(Event):
    """An event that is certain to happen, and is in its turn already when it is made."""

    _ok = True
    _value = None


class Listener(Protocol):
    """Whoever is told the time of each event before it happens, and may stop their coming."""

    now: int
    stopped: bool


def _happen(event: Event) -> None:
    """Let a SimPy event happen: call whoever waits for it."""
    callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
    for callback in callbacks:
        callback(event)
    if not event._ok and not event.defused:
        raise event._value


class Schedule(Environment):
    """A SimPy environment in whole milliseconds that may start before zero.

    Most of what happens in a history is one call at its time, for which an event of SimPy's would
    be made only to be thrown away. So each entry of the queue says what to call and about what;
    an event is an entry that calls whoever waits for it.
    """

    _queue: list[Entry]  # type: ignore[assignment]

    def schedule(self, event: Event, priority: EventPriority = NORMAL, delay: SimTime = 0) -> None:
        """Schedule one of SimPy's events, in SimPy's own order."""
        time: Any = self._now + delay
        heappush(self._queue, (time, priority, next(self._eid), _happen, event))

    def moment(self, time: int, rank: int, identity: int) -> Event:
        """Return an event that happens at ``time``, in its rank's and identity's turn."""
        event = Moment(self)
        self.at(time, rank, identity, _happen, event)
        return event

    def at(
        self,
        time: int,
        rank: int,
        identity: int,
        then: Callable[[Any], None],
        about: Any = None,
    ) -> None:
        """Call ``then(about)`` at ``time``, in its rank's and identity's turn."""
        turn = (_AFTER_SIMPY + rank << _WORD) | identity
        heappush(self._queue, (time, turn, next(self._eid), then, about))

    def step(self) -> None:
        """Let the next entry happen; raises EmptySchedule when there is none."""
        if not self._queue:
            raise EmptySchedule
        self._now, _, _, then, about = heappop(self._queue)
        then(about)

    def settle(self, identity: int, rank: int, listener: Listener) -> None:
        """Let happen what is due now up to a rank's and identity's turn, and what follows at once.

        What follows at once are a process's own steps, which come before every moment.
        """
        queue, last = self._queue, (_AFTER_SIMPY + rank << _WORD) | identity
        while queue and queue[0][0] <= self._now and queue[0][1] <= last and not listener.stopped:
            self.step()

    def pass_until(self, limit: float, listener: Listener) -> int:
        """Let everything before ``limit`` happen; return how many entries that was."""
        queue = self._queue
        handled = 0
        while queue and queue[0][0] < limit and not listener.stopped:
            time, _, _, then, about = heappop(queue)
            self._now = listener.now = time
            then(about)
            handled += 1
        return handled


class Desk:
    """The telephone of one channel: so many conversations at a time, the rest wait in line.

    The line is ordered by urgency, then by when the call was asked for, then by its identity.
    """

    __slots__ = ("_env", "_hangs_up", "_waiting", "busy", "capacity")

    def __init__(self, env: Schedule, capacity: int) -> None:
        self._env = env
        self.capacity = capacity
        self.busy = 0
        self._waiting: list[tuple[int, int, int, Event]] = []
        self._hangs_up: list[tuple[int, int]] = []

    def ask(self, urgency: int, asked: int, call: int) -> Event:
        """Return the event of having the telephone."""
        event = Event(self._env)
        if self._free():
            self.busy += 1
            event.succeed()
        else:
            heappush(self._waiting, (urgency, asked, call, event))
        return event

    def when_free(
        self, urgency: int, asked: int, call: int, go: Callable[[T], None], what: T
    ) -> None:
        """Call ``go(what)`` once the telephone is had; at once if it is free."""
        if self._free():
            self.busy += 1
            go(what)
            return
        event = Event(self._env)
        assert event.callbacks is not None
        event.callbacks.append(lambda _: go(what))
        heappush(self._waiting, (urgency, asked, call, event))

    def release(self) -> None:
        """Hang up, and let the next in line have the telephone."""
        self.busy -= 1
        if self._waiting:
            self._serve()

    def hang_up_at(self, time: int, call: int) -> None:
        """Hang up at ``time``, which takes no moment of its own unless somebody waits for it."""
        if self._waiting:
            self._env.at(time, Rank.CALL, call, self._hang_up)
        else:
            self._hangs_up.append((time, call))

    def _hang_up(self, _: object) -> None:
        self.release()

    def _free(self) -> bool:
        """Whether the telephone can be had now; if not, those who hang up later will be heard."""
        if self.busy < self.capacity or not self._hangs_up:
            return self.busy < self.capacity
        for time, call in self._hangs_up:
            if time <= self._env.now:
                self.busy -= 1
            else:
                self._env.at(time, Rank.CALL, call, self._hang_up)
        self._hangs_up.clear()
        return self.busy < self.capacity

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
