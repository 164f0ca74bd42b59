"""What a channel's staff do day by day: test calls, and notices of sorties."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from simpy.events import Event

from sim.crisis.line import Line
from sim.crisis.schedule import Rank
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
    for due, identity, row, bloc, start, mark, u in crisis.stage.notices(
        plan, crisis.ladder.most_active
    ):
        if due < crisis.begins or not line.open(due):
            continue
        yield crisis.env.moment(due, Rank.CALL, identity)
        level = crisis.ladder.blocs[bloc].level
        if u >= plan.notify * max(0.0, 1 - crisis.p.notify_rung * level):
            continue
        if crisis.ladder.flies(bloc, due, mark):
            crisis.env.process(_notice(crisis, line, due, identity, row, bloc, start))


def _notice(
    crisis: Crisis, line: Line, due: int, identity: int, row: int, bloc: int, start: int
) -> Generator[Event, Any, None]:
    """Give one notice, if the line is free and up before the sortie ends its use."""
    who = child(line.plan.identity, identity)
    yield line.desk.ask(Purpose.NOTICE, due, who)
    if line.up(crisis.now) and crisis.now < start:
        u = crisis.luck.u(Decision.TALK, who)
        yield crisis.env.moment(crisis.now + line.plan.notice_lasts.ms(u), Rank.CALL, who)
        answered = crisis.luck.u(Decision.ANSWERED, who) < line.plan.answered
        if answered:
            given = crisis.now
            crisis.switchboard.noticed[row] = min(given, crisis.switchboard.noticed.get(row, given))
            unit = crisis.stage.unit_of(row)
            crisis.record(
                Noticed(given, (given, given), line.plan.row, identity, unit, bloc, given)
            )
    line.desk.release()
