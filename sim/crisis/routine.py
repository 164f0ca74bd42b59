"""What a channel's staff do day by day: test calls, and notices of sorties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sim.crisis.ladder import WAR_RUNG
from sim.crisis.line import Line
from sim.crisis.plan import ChannelPlan
from sim.crisis.schedule import Rank
from sim.crisis.stage import NoticeRow, TestRow
from sim.records import NEVER, CallEnd, Noticed, Purpose, Tested

if TYPE_CHECKING:
    from sim.crisis.engine import Crisis

_CALL: Final = Rank.CALL  # bound once: an enum's member is slow to look up
_TEST: Final = Purpose.TEST
_NOTICE: Final = Purpose.NOTICE
_THROUGH: Final = CallEnd.THROUGH


class Tests:
    """Test calls on one line, so often; a test finds an outage, or that it is over."""

    __slots__ = ("_crisis", "_line", "_rows")

    def __init__(self, crisis: Crisis, line: Line) -> None:
        plan = line.plan
        self._crisis = crisis
        self._line = line
        begins, ends = max(crisis.begins, plan.opens), min(crisis.horizon, plan.closes)
        self._rows = iter(crisis.stage.tests(plan, begins, ends))
        self._await_next(begins)

    def _await_next(self, since: int) -> None:
        """Wait for the next test; those due before ``since``, as the line is busy, are left out."""
        for test in self._rows:
            if test.due >= since:
                self._crisis.env.at(test.due, _CALL, test.who, self._due, test)
                break

    def _due(self, test: TestRow) -> None:
        """Ask for the telephone."""
        self._line.desk.when_free(_TEST, test.due, test.who, self._ring, test)

    def _ring(self, test: TestRow) -> None:
        """Find the line up or down, and somebody there or not."""
        line, now = self._line, self._crisis.now
        up = line.up(now)
        line.known_down = not up
        self._crisis.record(_tested(line, test, now, up))
        ends = now + line.plan.test_lasting
        line.desk.hang_up_at(ends, test.who)
        self._await_next(ends)


def _tested(line: Line, test: TestRow, now: int, up: bool) -> Tested:
    """Return the record of a test: there may be somebody to pick up, or not."""
    answered = up and test.answered < line.plan.answered
    seats = (now, now if answered else NEVER)
    return Tested(now, seats, line.plan.row, int(answered), now - test.due)


def tested_alone(crisis: Crisis, plan: ChannelPlan) -> list[Tested]:
    """Return the test calls of a channel that carries nothing else, up to now."""
    begins, ends = max(crisis.begins, plan.opens), min(crisis.horizon, crisis.now, plan.closes)
    if not plan.test_every:
        return []
    line, found, free = crisis.switchboard.line(plan), [], begins
    for test in crisis.stage.tests(plan, begins, min(crisis.horizon, plan.closes)):
        if free <= test.due < ends:
            found.append(_tested(line, test, test.due, line.up(test.due)))
            free = test.due + plan.test_lasting
    return found


class Notices:
    """Word of sorties given beforehand on one line, as often as posture lets a side do so.

    Notices are the bulk of a busy line's traffic, so each is two moments and no process.
    """

    __slots__ = ("_crisis", "_line", "_orders", "_rows", "_shares")

    def __init__(
        self, crisis: Crisis, line: Line, orders: Mapping[int, float] | None = None
    ) -> None:
        """Begin now. ``orders`` are the shares of sorties that people have blocs give notice of."""
        plan = line.plan
        self._crisis = crisis
        self._line = line
        self._orders = orders or {}
        self._shares = tuple(
            plan.notify * max(0.0, 1 - crisis.p.notify_rung * level)
            for level in range(WAR_RUNG + 1)
        )
        opens = max(crisis.now, plan.opens)
        if self._orders:
            plan = replace(plan, notify=1.0)
        rows = crisis.stage.notices(plan, crisis.ladder.most_active)
        self._rows = iter([row for row in rows if opens <= row.due < plan.closes])
        self._await_next()

    def _await_next(self) -> None:
        """Wait for the next sortie to be told of."""
        for notice in self._rows:
            self._crisis.env.at(notice.due, _CALL, notice.who, self._due, notice)
            break

    def _due(self, notice: NoticeRow) -> None:
        """Ask for the telephone if the side gives notice at its level and the sortie will fly."""
        if self._line.notices is not self:
            return
        self._await_next()
        bloc = self._crisis.ladder.blocs[notice.bloc]
        share = self._orders.get(notice.bloc, self._shares[bloc.level])
        if notice.notify < share and notice.mark <= bloc.activity[-1]:
            self._line.desk.when_free(_NOTICE, notice.due, notice.who, self._speak, notice)

    def _speak(self, notice: NoticeRow) -> None:
        """Speak, if the line is up before the sortie ends the notice's use."""
        crisis, now = self._crisis, self._crisis.now
        if now >= notice.start:
            self._over(notice, NEVER, CallEnd.TOO_LATE)
        elif not self._line.up(now):
            closed = not self._line.open(now)
            self._over(notice, now, CallEnd.CLOSED if closed else CallEnd.LINE_DOWN)
        else:
            crisis.env.at(now + notice.lasts, _CALL, notice.who, self._said, notice)

    def _said(self, notice: NoticeRow) -> None:
        """Hang up; what was said counts if somebody was there to hear it."""
        crisis = self._crisis
        heard = notice.answered < self._line.plan.answered
        if heard:
            crisis.switchboard.noticed.setdefault(notice.row, crisis.now)
        self._over(notice, crisis.now - notice.lasts, _THROUGH if heard else CallEnd.UNANSWERED)

    def _over(self, notice: NoticeRow, begun: int, end: CallEnd) -> None:
        """Record what became of a notice, and let the next one have the telephone."""
        crisis, now = self._crisis, self._crisis.now
        through = end is _THROUGH
        crisis.record(
            Noticed(
                now, (now, now) if through else crisis.seats(notice.bloc), self._line.plan.row,
                notice.sortie, notice.unit, notice.bloc, notice.due, begun,
                now if through else NEVER, end,
            )
        )  # fmt: skip
        self._line.desk.release()


def order_notices(crisis: Crisis, line: Line | None, bloc: int, share: float | None) -> bool:
    """Have a bloc give notice of a share of its sorties from now on, None for as many as usual.

    False for a line that there is not, or that carries no notices.
    """
    if line is None or not line.plan.notices:
        return False
    orders = {side: kept for side, kept in line.orders.items() if side != bloc}
    line.orders = orders if share is None else {**orders, bloc: share}
    line.notices = Notices(crisis, line, line.orders)
    return True
