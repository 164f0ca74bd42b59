"""The channels at work: who calls, what each step of a call takes, and what comes of it.

A call is authorised, waits for the telephone, rings until somebody answers, looks for the right
person, talks through an interpreter, and is relayed to the one who decides. Each step can fail,
and every call leaves a record with each of its delays.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simpy.events import Event

from sim.crisis.deciders import Asked, Request
from sim.crisis.plan import FOREVER, ChannelPlan
from sim.crisis.rules import whole
from sim.crisis.schedule import Desk, Rank
from sim.crisis.state import Case
from sim.draws import Decision, child
from sim.records import NEVER, Called, CallEnd, Noticed, Purpose, Tested
from sim.scenario.kinds import Content

if TYPE_CHECKING:
    from sim.crisis.engine import Crisis
    from sim.world import Outage

_CASE, _CONCERN, _HALT, _SAY = 0, 1, 2, 3  # suffixes of identities below a channel
_PICK_UP = 4


@dataclass(slots=True, eq=False)
class Call:
    """One use of a channel, from the wish to call to what became of it."""

    channel: ChannelPlan
    identity: int
    caller: int
    purpose: Purpose
    case: Case | None
    subject: int
    wanted: int
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


@dataclass(slots=True, eq=False)
class Line:
    """The running state of one channel: its telephone, its outages and what is known of them."""

    plan: ChannelPlan
    desk: Desk
    outage: Outage | None
    placed: tuple[tuple[int, int], ...] = ()
    known_down: bool = False

    def open(self, t: int) -> bool:
        """Whether the channel exists at ``t``."""
        return self.plan.opens <= t < self.plan.closes

    def up(self, t: int) -> bool:
        """Whether a call could get through at ``t``."""
        if not self.open(t) or any(at <= t < until for at, until in self.placed):
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


class Switchboard:
    """All channels of one history."""

    def __init__(self, crisis: Crisis) -> None:
        self._crisis = crisis
        world = crisis.world
        self.lines: dict[int, Line] = {
            plan.row: Line(
                plan,
                Desk(crisis.env, plan.capacity),
                world.outage(plan.name, plan.up, plan.down) if plan.up else None,
                crisis.injects.outages(plan.name),
            )
            for plan in crisis.plan.channels
        }
        self.noticed: dict[int, int] = {}
        self.calls: dict[int, Call] = {}
        self._about: dict[tuple[int, int], list[tuple[Call, Event]]] = {}

    def begin(self) -> None:
        """Start what the channels do by themselves: tests and notices."""
        for line in self.lines.values():
            if line.plan.test_every:
                self._crisis.env.process(self._tests(line))
            if line.plan.notices and line.plan.notify > 0:
                self._crisis.env.process(self._notices(line))

    # Who calls.

    def case_opened(self, case: Case) -> None:
        """Let each side think about calling, on each channel that reaches both actors."""
        grave = case.severity >= self._crisis.p.grave_low
        for line in self.lines.values():
            plan = line.plan
            if not plan.reach.issuperset((case.victim, case.blamed)):
                continue
            if plan.truth:
                case.truth_known = True
                continue
            if plan.halts and case.depth:
                for bloc in (case.blamed_bloc, case.victim_bloc):
                    self._consider(line, case, bloc, Asked.HALT, plan.halting)
            if plan.explanations and not case.depth:
                chance = plan.high_risk if grave else plan.serious
                self._consider(line, case, case.blamed_bloc, Asked.CALL, chance)
                if not plan.public:
                    self._consider(line, case, case.victim_bloc, Asked.CALL, chance)

    def _consider(self, line: Line, case: Case, bloc: int, asked: Asked, chance: float) -> None:
        """Ask one side whether it calls about a case."""
        actor = line.plan.ends[bloc]
        halt = asked is Asked.HALT
        identity = child(line.plan.identity, case.identity, bloc, _HALT if halt else _CASE)
        if chance <= 0 and not self._crisis.has_people(actor):
            return
        request = Request(
            identity=identity, asked=asked, time=self._crisis.now, deadline=case.deadline,
            actor=actor, case=case.identity, channel=line.plan.row, about=identity, options=2,
            leaning=chance, rung=self._crisis.ladder.rung, severity=case.severity,
        )  # fmt: skip
        purpose = Purpose.HALT if halt else Purpose.INCIDENT
        call = Call(line.plan, identity, bloc, purpose, case, case.identity, self._crisis.now)
        reply = self._crisis.reply_at_once(request)
        if reply is None:
            self._crisis.env.process(self._decide_later(line, call, request))
        elif reply:
            self._crisis.env.process(self._call(line, call))

    def _decide_later(
        self, line: Line, call: Call, request: Request, site: str = ""
    ) -> Generator[Event, Any, None]:
        """Wait for a person to decide whether to call."""
        if (yield from self._crisis.await_reply(request)):
            call.wanted = self._crisis.now
            yield from self._call(line, call, site)

    def concern(self, subject: int, site: str, caller_bloc: int) -> None:
        """Let one side think about voicing concern at a strike near a critical site."""
        for line in self.lines.values():
            plan = line.plan
            actor = plan.ends[caller_bloc]
            if not plan.concerns or (plan.concern <= 0 and not self._crisis.has_people(actor)):
                continue
            identity = child(plan.identity, subject, caller_bloc, _CONCERN)
            request = Request(
                identity=identity, asked=Asked.CALL, time=self._crisis.now, deadline=FOREVER,
                actor=actor, case=NEVER, channel=plan.row, about=identity, options=2,
                leaning=plan.concern, rung=self._crisis.ladder.rung,
            )  # fmt: skip
            call = Call(
                plan, identity, caller_bloc, Purpose.CONCERN, None, subject, self._crisis.now
            )
            reply = self._crisis.reply_at_once(request)
            if reply is None:
                self._crisis.env.process(self._decide_later(line, call, request, site))
            elif reply:
                self._crisis.env.process(self._call(line, call, site))

    def place(self, row: int, identity: int, bloc: int) -> None:
        """Make a call that the scenario says took place; it rings at once."""
        line = self.lines.get(row)
        if line is not None:
            call = Call(
                line.plan, identity, bloc, Purpose.CONCERN, None, identity, self._crisis.now
            )
            self._crisis.env.process(self._call(line, call, authorised=True))

    # One call.

    def _u(self, decision: Decision, call: Call, attempt: int = 0) -> float:
        return self._crisis.luck.u(decision, child(call.identity, attempt))

    def _call(
        self, line: Line, call: Call, site: str = "", authorised: bool = False
    ) -> Generator[Event, Any, None]:
        """Live through one call, step by step."""
        crisis, plan, case = self._crisis, line.plan, call.case
        self.calls[call.identity] = call
        if case is not None:
            case.pending += 1
        if not authorised:
            yield from self._authorise(line, call)
        call.authorised = crisis.now
        end = yield from self._attempts(line, call)
        if end is CallEnd.THROUGH:
            self._talked(line, call, site)
            if case is not None or call.purpose is Purpose.CONCERN:
                relay = plan.relay.ms(self._u(Decision.RELAY, call))
                call.relayed = crisis.now + relay
                yield crisis.env.moment(call.relayed, Rank.MESSAGE, call.identity)
                self._relayed(call)
        if case is not None:
            case.pending -= 1
        self._record(call, end)

    def _authorise(self, line: Line, call: Call) -> Generator[Event, Any, None]:
        """Obtain leave to call; an actor the channel merely covers is consulted first."""
        plan, case = line.plan, call.case
        time = plan.authorise.ms(self._u(Decision.AUTHORISE, call))
        if case is not None:
            own = case.victim if case.victim_bloc == call.caller else case.blamed
            if own not in plan.ends and not plan.public:
                time += plan.consult.ms(self._u(Decision.CONSULT, call))
        yield self._crisis.env.moment(self._crisis.now + time, Rank.CALL, call.identity)

    def _attempts(self, line: Line, call: Call) -> Generator[Event, Any, CallEnd]:
        """Try to get through, as often as the channel's staff would."""
        crisis, plan = self._crisis, line.plan
        end = CallEnd.CLOSED
        for attempt in range(plan.attempts):
            if not line.open(crisis.now):
                return CallEnd.CLOSED
            if line.known_down and not line.up(crisis.now):
                back = line.next_up(crisis.now)
                yield crisis.env.moment(back, Rank.CALL, call.identity)
                line.known_down = False
            call.attempts = attempt + 1
            waiting = line.desk.ask(call.purpose, call.wanted, call.identity)
            key = (plan.row, call.case.identity) if call.case else (plan.row, call.identity)
            entry = (call, waiting)
            self._about.setdefault(key, []).append(entry)
            served = yield waiting
            self._about[key].remove(entry)
            if served is CallEnd.SERVED:
                return CallEnd.SERVED
            end = yield from self._conversation(line, call, attempt)
            if end is CallEnd.THROUGH:
                self._serve_others(line, key)
            line.desk.release()
            if end is CallEnd.THROUGH or attempt + 1 == plan.attempts:
                return end
            yield crisis.env.moment(crisis.now + plan.retry, Rank.CALL, call.identity)
        return end

    def _serve_others(self, line: Line, key: tuple[int, int]) -> None:
        """Cancel queued calls on the same case: one conversation serves both callers."""
        for _, waiting in list(self._about[key]):
            if not waiting.triggered:
                line.desk.leave(waiting)
                waiting.succeed(CallEnd.SERVED)

    def _conversation(self, line: Line, call: Call, attempt: int) -> Generator[Event, Any, CallEnd]:
        """Ring, be answered, find the right person and talk; any of it may fail."""
        crisis, plan = self._crisis, line.plan
        call.ringing = crisis.now
        if not line.up(crisis.now):
            line.known_down = True
            return CallEnd.LINE_DOWN if line.open(crisis.now) else CallEnd.CLOSED
        answered, answer, right, hunt = plan.at(crisis.now)
        picked = yield from self._picked_up(line, call, attempt, answered)
        if not picked:
            return CallEnd.UNANSWERED
        start = crisis.now
        hours = plan.staffed[1 - call.caller]
        staffed_at = start if hours is None else hours.next(start)
        answered_at = staffed_at + answer.ms(self._u(Decision.ANSWER, call, attempt))
        right_at = answered_at
        if self._u(Decision.RIGHT_PERSON, call, attempt) >= right:
            right_at += hunt.ms(self._u(Decision.HUNT, call, attempt))
        talk = whole(plan.interpreter * plan.talk.ms(self._u(Decision.TALK, call, attempt)))
        for step, time in (
            ("answered", answered_at),
            ("right_person", right_at),
            ("ended", right_at + talk),
        ):
            if not (yield from self._until(line, call, time)):
                line.known_down = True
                return CallEnd.LINE_DOWN
            setattr(call, step, crisis.now)
        return CallEnd.THROUGH

    def _until(self, line: Line, call: Call, time: int) -> Generator[Event, Any, bool]:
        """Stay on the line until ``time``; False when it fails before."""
        crisis = self._crisis
        cut = line.fails_before(crisis.now, time)
        yield crisis.env.moment(time if cut is None else cut, Rank.CALL, call.identity)
        return cut is None

    def _picked_up(
        self, line: Line, call: Call, attempt: int, answered: float
    ) -> Generator[Event, Any, int]:
        """Ask the other end whether it picks up."""
        crisis = self._crisis
        other = line.plan.ends[1 - call.caller]
        request = Request(
            identity=child(call.identity, attempt, _PICK_UP), asked=Asked.ANSWER,
            time=crisis.now, deadline=crisis.now + line.plan.retry, actor=other,
            case=call.case.identity if call.case else NEVER, channel=line.plan.row,
            about=child(call.identity, attempt), options=2, leaning=answered,
            rung=crisis.ladder.rung,
        )  # fmt: skip
        reply = crisis.reply_at_once(request)
        if reply is None:
            reply = yield from crisis.await_reply(request)
        return reply

    # What comes of it.

    def _talked(self, line: Line, call: Call, site: str) -> None:
        """A conversation took place: it may backfire, stop an incident, win a promise."""
        crisis, p = self._crisis, self._crisis.p
        if crisis.luck.u(Decision.BACKFIRE, call.identity) < p.backfire and not line.plan.public:
            call.backfired = 1
            crisis.ladder.jump(p.backfire_tension)
        if call.case is not None and call.purpose is Purpose.INCIDENT:
            self._say(line, call, call.case)
            crisis.cases.stop(call.case, call)
        if site:
            crisis.encounters.concern_heard(site)

    def _say(self, line: Line, call: Call, case: Case) -> None:
        """Let the blamed side say something; every channel repeats what it knows of a case."""
        crisis = self._crisis
        about = child(case.identity, _SAY)
        knows = crisis.luck.u(Decision.KNOWLEDGE, about) < line.plan.knowledge
        request = Request(
            identity=child(about, line.plan.identity), asked=Asked.SAY, time=crisis.now,
            deadline=crisis.now, actor=line.plan.ends[case.blamed_bloc], case=case.identity,
            channel=line.plan.row, about=about, options=len(Content),
            cause=case.cause if knows else -1, honesty=line.plan.honesty,
            severity=case.severity, rung=crisis.ladder.rung,
        )  # fmt: skip
        reply = crisis.reply_at_once(request)
        call.content = int(Content.DOES_NOT_KNOW) if reply is None else reply
        call.honest = int(crisis.luck.u(Decision.HONESTY, about) < line.plan.honesty)

    def _relayed(self, call: Call) -> None:
        """What was said reaches the one who decides."""
        case = call.case
        if case is None:
            return
        if call.purpose is Purpose.HALT:
            self._crisis.cases.propose_halt(case, call)
        elif call.content >= 0:
            self._crisis.cases.hear(case, call)

    def _record(self, call: Call, end: CallEnd) -> None:
        crisis = self._crisis
        del self.calls[call.identity]
        seats = crisis.both(call.caller, call.wanted, call.answered)
        crisis.record(
            Called(
                crisis.now, seats, call.channel.row, call.identity, call.caller, call.purpose,
                call.case.identity if call.case else NEVER, call.attempts, call.authorised,
                call.ringing, call.answered, call.right_person, call.ended, call.relayed, end,
                call.backfired,
            )
        )  # fmt: skip

    # Tests and notices.

    def _tests(self, line: Line) -> Generator[Event, Any, None]:
        """Test the line so often; a test finds an outage, or that it is over."""
        crisis, plan = self._crisis, line.plan
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

    def _notices(self, line: Line) -> Generator[Event, Any, None]:
        """Give word of sorties beforehand, as often as posture lets a side do so."""
        crisis, plan = self._crisis, line.plan
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
                crisis.env.process(self._notice(line, due, identity, row, bloc, start))

    def _notice(
        self, line: Line, due: int, identity: int, row: int, bloc: int, start: int
    ) -> Generator[Event, Any, None]:
        """Give one notice, if the line is free and up before the sortie ends its use."""
        crisis = self._crisis
        who = child(line.plan.identity, identity)
        yield line.desk.ask(Purpose.NOTICE, due, who)
        if line.up(crisis.now) and crisis.now < start:
            u = crisis.luck.u(Decision.TALK, who)
            yield crisis.env.moment(crisis.now + line.plan.notice_lasts.ms(u), Rank.CALL, who)
            answered = crisis.luck.u(Decision.ANSWERED, who) < line.plan.answered
            if answered:
                given = crisis.now
                self.noticed[row] = min(given, self.noticed.get(row, given))
                unit = crisis.stage.unit_of(row)
                crisis.record(
                    Noticed(given, (given, given), line.plan.row, identity, unit, bloc, given)
                )
        line.desk.release()

    def close_all(self) -> None:
        """Record the calls still under way when the run ends."""
        for identity in sorted(self.calls):
            self._record(self.calls[identity], CallEnd.UNFINISHED)


_WORD = (1 << 64) - 1
"""Mask that makes a negative number a 64-bit word."""
