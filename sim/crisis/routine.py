"""What a channel's staff do day by day: test calls, and notices of sorties."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from simpy.events import Event

from sim.crisis.line import Line
from sim.crisis.schedule import Rank
from sim.crisis.stage import NoticeRow
from sim.draws import Decision, child
from sim.records import NEVER, Noticed, Purpose, Tested

if TYPE_CHECKING:
    from sim.crisis.engine import Crisis

_WORD = (1 << 64) - 1
"""Mask that makes a negative number a 64-bit word."""


def tests(crisis: Crisis, line: Line) -> Generator[Event, Any, None]:
    """Test the line so often; a test finds an outage, or that it is over."""
    plan = line.plan
    begins = max(crisis.begins, plan.opens)
    number = -(-begins // plan.test_every)
    while number * plan.test_every < min(crisis.horizon, plan.closes):
        due = number * plan.test_every
        if due < crisis.now:  # the line was busy all the while: that test is left out
            number += 1
            continue
        test = child(plan.identity, Purpose.TEST, number & _WORD)
        yield crisis.env.moment(due, Rank.CALL, test)
        yield line.desk.ask(Purpose.TEST, due, test)
        up = line.up(crisis.now)
        answered = up and crisis.luck.u(Decision.ANSWERED, test) < plan.answered
        line.known_down = not up
        waited = crisis.now - due
        seats = (crisis.now, crisis.now if answered else NEVER)
        crisis.record(Tested(crisis.now, seats, plan.row, int(answered), waited))
        yield crisis.env.moment(crisis.now + plan.test_lasting, Rank.CALL, test)
        line.desk.release()
        number += 1


def notices(crisis: Crisis, line: Line) -> Generator[Event, Any, None]:
    """Give word of sorties beforehand, as often as posture lets a side do so."""
    plan = line.plan
    for notice in crisis.stage.notices(plan, crisis.ladder.most_active):
        if notice.due < crisis.begins or not line.open(notice.due):
            continue
        yield crisis.env.moment(notice.due, Rank.CALL, notice.who)
        level = crisis.ladder.blocs[notice.bloc].level
        if notice.notify >= plan.notify * max(0.0, 1 - crisis.p.notify_rung * level):
            continue
        if crisis.ladder.flies(notice.bloc, notice.due, notice.mark):
            _give(crisis, line, notice)


def _give(crisis: Crisis, line: Line, notice: NoticeRow) -> None:
    """Give one notice, if the telephone is free and up before the sortie ends its use.

    Notices are the bulk of a busy line's traffic, so this is two callbacks and no process.
    """

    def speak() -> None:
        if not line.up(crisis.now) or crisis.now >= notice.start:
            line.desk.release()
            return
        crisis.env.at(crisis.now + notice.lasts, Rank.CALL, notice.who, said)

    def said(_: Event) -> None:
        if notice.answered < line.plan.answered:
            now = crisis.now
            crisis.switchboard.noticed.setdefault(notice.row, now)
            seats, row = (now, now), line.plan.row
            crisis.record(Noticed(now, seats, row, notice.sortie, notice.unit, notice.bloc, now))
        line.desk.release()

    line.desk.when_free(Purpose.NOTICE, notice.due, notice.who, speak)
