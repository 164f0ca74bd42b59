"""Outages of a channel: up and down by turns, whatever the two sides do.

Both kinds of spell are exponential, so at any moment the channel is up with probability up / (up +
down), and the spells before and after it are independent of each other. They are laid down from
the scenario's start both ways, spell by spell at addressed luck, so that neither a warm-up nor a
longer period moves them.
"""

from __future__ import annotations

import math
from bisect import bisect_right

from sim.draws import Decision, Luck, child, root
from sim.world.geography import whole

_AHEAD, _BEHIND = 0, 1  # suffixes of the spells after and before the scenario's start


class Outage:
    """When one channel is up and when it is down, in ms; always up if it has no outages."""

    def __init__(self, changes: list[int], up_first: bool) -> None:
        self._changes = changes
        self._up_first = up_first

    def is_up(self, t: int) -> bool:
        """Whether the channel works at ``t``."""
        return (bisect_right(self._changes, t) % 2 == 0) == self._up_first

    def next_down(self, t: int) -> int | None:
        """Return the first moment at or after ``t`` at which the channel is down, if any."""
        return self._next(t, up=False)

    def next_up(self, t: int) -> int:
        """Return the first moment at or after ``t`` at which the channel is up."""
        found = self._next(t, up=True)
        assert found is not None, "spells are laid down until the channel is up for good"
        return found

    def _next(self, t: int, *, up: bool) -> int | None:
        if self.is_up(t) == up:
            return t
        at = bisect_right(self._changes, t)
        return self._changes[at] if at < len(self._changes) else None


ALWAYS_UP = Outage([], True)


def _spells(luck: Luck, who: int, means: tuple[float, float], up: bool, until: int) -> list[int]:
    """Return the moments of change from 0 on, beginning ``up``, to the last before ``until``.

    The list goes on until the channel is up again. ``means`` are of down and up.
    """
    changes: list[int] = []
    t, number = 0, 0
    while t < until or not up:
        u = luck.u(Decision.OUTAGE_SPELL, child(who, number))
        t += max(1, whole(-means[up] * math.log1p(-u)))
        changes.append(t)
        up, number = not up, number + 1
    return changes


def outage(luck: Luck, name: str, up: float, down: float, start_ms: int, until: int) -> Outage:
    """Return the outages of the channel ``name``, of mean spells ``up`` and ``down`` in ms."""
    who = root(f"outage|{name}")
    is_up = luck.u(Decision.OUTAGE_STATE, who) < up / (up + down)
    means = (down, up)
    ahead = _spells(luck, child(who, _AHEAD), means, is_up, until)
    behind = _spells(luck, child(who, _BEHIND), means, is_up, -start_ms)
    changes = [-t for t in reversed(behind)] + ahead
    return Outage(changes, is_up if len(behind) % 2 == 0 else not is_up)
