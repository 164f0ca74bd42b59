"""Pace: how the hour in the room moves the time of the exercise.

While a question with a deadline waits for people, time slows down so that they have at least as
many seconds as was agreed, whatever the speed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

SECOND: Final = 1000  # milliseconds


class Open(NamedTuple):
    """A question that waits: when it was asked and when its time runs out, in exercise time."""

    asked: int
    due: int


class Pace:
    """The clock of an exercise. ``speed`` is exercise time over time in the room."""

    def __init__(self, now: int, speed: float = 60.0, think: float = 60.0) -> None:
        self.now = now
        self.speed = speed
        self.think = think
        self.running = False
        self._left = 0.0

    def rate(self, waiting: Iterable[Open]) -> float:
        """Return how fast time goes now, slowed for those who have to decide."""
        rate = self.speed
        for one in waiting:
            whole = (one.due - one.asked) / SECOND
            rate = min(rate, max(1.0, whole / self.think))
        return rate

    def pass_time(self, seconds: float, waiting: Iterable[Open]) -> int:
        """Return the time of the exercise after so many seconds in the room; it may stand still."""
        if self.running:
            self._left += seconds * self.rate(waiting) * SECOND
            whole = int(self._left)
            self._left -= whole
            self.now += whole
        return self.now

    def set(self, now: int) -> None:
        """Set the clock, after a leap."""
        self.now, self._left = now, 0.0
