"""One world made ready for all arms: what may matter in it, picked out of the arrays once.

Of the thousands of contacts of a world few are ever recorded. Whether one is depends on its own
luck only, so the candidates are the same for every arm and the crisis meets no others.
"""

from __future__ import annotations

from bisect import bisect_left
from copy import copy
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np

from sim.crisis.plan import ChannelPlan, Plan, channel_rows
from sim.crisis.state import Start
from sim.draws import Decision, children
from sim.records import Purpose
from sim.world import Theatre, World

_TEST = np.array([Purpose.TEST], np.uint64)

_KEPT: Final = 8
"""How many lists of notices are kept, of the last plans that were asked for."""


class NoticeRow(NamedTuple):
    """A sortie that luck would announce: when, who, and the luck of the notice itself."""

    due: int
    sortie: int
    who: int
    row: int
    unit: int
    bloc: int
    start: int
    mark: float
    notify: float
    lasts: int
    answered: float


class TestRow(NamedTuple):
    """A test call: when it is due, who it is, and the luck of its being answered."""

    due: int
    who: int
    answered: float


class Flight(NamedTuple):
    """A candidate sortie as far as a contact needs it. ``target`` is that of an alert launch."""

    row: int
    unit: int
    bloc: int
    actor: int
    start: int
    mark: float


class Prospect(NamedTuple):
    """A contact that is recorded if both sorties fly, with the luck of what it comes to."""

    identity: int
    a: Flight
    b: Flight
    target: Flight | None
    first: int
    last: int
    x: int
    y: int
    setting: int
    luck_class: float
    luck_victim: float
    luck_cause: float


_first = attrgetter("first")


class Stage:
    """A world, what may happen in it, and the state its warm-up leaves for every arm."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.theatre = world.theatre
        self.luck = world.luck
        self._starts: dict[float, Start] = {}
        self.warm_up_invited = False
        self.channel_rows = channel_rows(self.theatre.scenario)
        self._tests: dict[tuple[int, ...], list[TestRow]] = {}
        self._notices: dict[tuple[object, ...], list[NoticeRow]] = {}
        units = self.theatre.units
        self._unit_bloc = np.array([unit.bloc for unit in units], dtype=np.int64)
        self._unit_actor = np.array([unit.actor for unit in units], dtype=np.int64)
        self.prospects = self._prospects()

    def told_of(self, theatre: Theatre) -> Stage:
        """Return this stage in a theatre on the same ground: what may happen is the same there."""
        other = copy(self)
        other.world, other.theatre = self.world.told_of(theatre), theatre
        other.channel_rows = channel_rows(theatre.scenario)
        other._starts, other.warm_up_invited = {}, False
        return other

    def _flight(self, row: int) -> Flight:
        sorties = self.world.sorties
        unit = int(sorties.unit[row])
        of = self.theatre.units[unit]
        return Flight(
            row, unit, of.bloc, of.actor, int(sorties.start[row]), float(sorties.mark[row])
        )

    def _prospects(self) -> list[Prospect]:
        """Return the contacts worth noting, in order of time and identity."""
        contacts, sorties = self.world.contacts, self.world.sorties
        u = self.luck.us(Decision.NOTEWORTHY, contacts.identity)
        found = []
        rows = np.flatnonzero(u < self.theatre.noteworthy)
        who = contacts.identity[rows]
        luck = zip(
            self.luck.us(Decision.SEVERITY_CLASS, who).tolist(),
            self.luck.us(Decision.VICTIM, who).tolist(),
            self.luck.us(Decision.CAUSE, who).tolist(),
            strict=True,
        )
        for c, lucks in zip(rows.tolist(), luck, strict=True):
            a, b = int(contacts.a[c]), int(contacts.b[c])
            targets = [int(t) for t in (sorties.target[a], sorties.target[b]) if t >= 0]
            found.append(
                Prospect(
                    int(contacts.identity[c]),
                    self._flight(a),
                    self._flight(b),
                    self._flight(targets[0]) if targets else None,
                    int(contacts.first[c]),
                    int(contacts.last[c]),
                    int(contacts.x[c]),
                    int(contacts.y[c]),
                    int(contacts.setting[c]),
                    *lucks,
                )
            )
        return found

    def prospects_in(self, begins: int, ends: int) -> list[Prospect]:
        """Return the contacts worth noting that begin from ``begins`` on, before ``ends``."""
        first, after = (bisect_left(self.prospects, at, key=_first) for at in (begins, ends))
        return self.prospects[first:after]

    def tests(self, plan: ChannelPlan, begins: int, ends: int) -> list[TestRow]:
        """Return the test calls of a channel that are due from ``begins`` on, before ``ends``."""
        key = (plan.identity, plan.test_every, begins, ends)
        if key not in self._tests:
            self._tests[key] = self._test_rows(plan, begins, ends)
        return self._tests[key]

    def _test_rows(self, plan: ChannelPlan, begins: int, ends: int) -> list[TestRow]:
        every = plan.test_every
        number = np.arange(-(-begins // every), -(-ends // every), dtype=np.int64)
        channel = np.array([plan.identity], np.uint64)
        who = children(channel, _TEST, number.astype(np.uint64))
        columns = number * every, who, self.luck.us(Decision.ANSWERED, who)
        return [TestRow(*row) for row in zip(*(c.tolist() for c in columns), strict=True)]

    def notices(self, plan: ChannelPlan, most: float) -> list[NoticeRow]:
        """Return the sorties a channel may give notice of.

        ``most`` is the greatest activity of the arm; sorties beyond it never fly.
        """
        key = (plan.identity, plan.reach, plan.notice_lead, plan.notify, most, plan.notice_lasts)
        if key not in self._notices:
            while len(self._notices) >= _KEPT:
                del self._notices[next(iter(self._notices))]
            self._notices[key] = self._notice_rows(plan, most)
        return self._notices[key]

    def _notice_rows(self, plan: ChannelPlan, most: float) -> list[NoticeRow]:
        sorties = self.world.sorties
        actors = self._unit_actor[sorties.unit]
        due = sorties.start - plan.notice_lead
        told = np.isin(actors, sorted(plan.reach)) & (sorties.target < 0)
        told &= (due >= 0) & (sorties.mark <= most)
        rows = np.flatnonzero(told)
        who = children(np.full(rows.size, plan.identity, np.uint64), sorties.identity[rows])
        u = self.luck.us(Decision.NOTIFY, who)
        given = u < plan.notify
        rows, u, who = rows[given], u[given], who[given]
        order = np.lexsort((who, due[rows]))
        rows, u, who = rows[order], u[order], who[order]
        talk = self.luck.us(Decision.TALK, who).tolist()
        columns = (
            due[rows].tolist(),
            sorties.identity[rows].tolist(),
            who.tolist(),
            rows.tolist(),
            sorties.unit[rows].tolist(),
            self._unit_bloc[sorties.unit[rows]].tolist(),
            sorties.start[rows].tolist(),
            sorties.mark[rows].tolist(),
            u.tolist(),
            [plan.notice_lasts.ms(t) for t in talk],
            self.luck.us(Decision.ANSWERED, who).tolist(),
        )
        return [NoticeRow(*row) for row in zip(*columns, strict=True)]

    def begin(self, reference: Plan) -> Start:
        """Return the state every arm begins from: the file's, or what the warm-up leaves.

        The warm-up is lived through once per world, under the reference arm.
        """
        key = reference.parameters.invitation
        if key not in self._starts:
            from sim.crisis.engine import warm_up

            self._starts[key], invited = warm_up(self, reference)
            self.warm_up_invited |= invited
        return self._starts[key]
