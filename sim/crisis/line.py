"""A channel at work, and a call on it: flat state from the wish to call to what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simpy.events import Event

from sim.crisis.deciders import Request
from sim.crisis.plan import FOREVER, ChannelPlan
from sim.crisis.schedule import Desk
from sim.crisis.state import Case
from sim.records import NEVER, Purpose

if TYPE_CHECKING:
    from sim.world import Outage


@dataclass(slots=True, eq=False)
class Call:
    """One use of a channel, from the wish to call to what became of it.

    ``served`` happens when another conversation makes the call needless. ``speech`` is what people
    were asked to say, ``said`` what they chose.
    """

    channel: ChannelPlan
    identity: int
    caller: int
    purpose: Purpose
    case: Case | None
    subject: int
    wanted: int
    served: Event
    attempts: int = 0
    authorised: int = NEVER
    ringing: int = NEVER
    answered: int = NEVER
    right_person: int = NEVER
    ended: int = NEVER
    relayed: int = NEVER
    content: int = -1
    honest: int = -1
    backfired: int = 0
    talking: bool = False
    speech: Request | None = None
    said: int | None = None


@dataclass(slots=True, eq=False)
class Line:
    """The running state of one channel: its telephone, its outages and what is known of them.

    ``notices`` is who gives notice on it, ``orders`` the share people want notice given of, by
    bloc.
    """

    plan: ChannelPlan
    desk: Desk
    outage: Outage | None
    placed: tuple[tuple[int, int], ...] = ()
    known_down: bool = False
    notices: object = None
    orders: Mapping[int, float] = field(default_factory=dict)

    def open(self, t: int) -> bool:
        """Whether the channel exists at ``t``."""
        return self.plan.open(t)

    def up(self, t: int) -> bool:
        """Whether a call could get through at ``t``."""
        if not self.plan.opens <= t < self.plan.closes:
            return False
        if self.placed and any(at <= t < until for at, until in self.placed):
            return False
        return self.outage is None or self.outage.is_up(t)

    def next_up(self, t: int) -> int:
        """Return the first instant at or after ``t`` at which the channel works again."""
        t = max(t, self.plan.opens)
        while not self.up(t) and t < self.plan.closes:
            later = [until for at, until in self.placed if at <= t < until]
            t = max(later) if later else self.outage.next_up(t) if self.outage else t
        return t

    def fails_before(self, start: int, end: int) -> int | None:
        """Return when the channel fails between two instants, or None; outages are laid down."""
        down = None if self.outage is None else self.outage.next_down(start)
        placed = [at for at, until in self.placed if start < until and at < end]
        first = min(self.plan.closes, FOREVER if down is None else down, *placed, FOREVER)
        return max(start, first) if first < end else None
