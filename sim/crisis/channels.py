"""The channels at work: who calls, what each step of a call takes, and what comes of it.

A call is authorised, waits for the telephone, rings until somebody answers, looks for the right
person, talks through an interpreter, and is relayed to the one who decides. Each step can fail,
and every call leaves a record with each of its delays.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from simpy.events import Event

from sim.crisis.deciders import Asked, Request
from sim.crisis.line import Call, Line
from sim.crisis.plan import ChannelPlan
from sim.crisis.routine import Notices, Tests
from sim.crisis.rules import whole
from sim.crisis.schedule import Desk, Rank
from sim.crisis.state import Case
from sim.crisis.wishes import (
    Watch,
    Wish,
    about_case,
    about_strike,
    carries_concern,
    reaches,
    wishes,
)
from sim.draws import Decision, child
from sim.records import NEVER, Called, CallEnd, Purpose
from sim.scenario.kinds import Content

if TYPE_CHECKING:
    from sim.crisis.engine import Crisis

_SAY, _PICK_UP, _LEAVE = 3, 4, 5  # suffixes of identities below a channel or a call


class Switchboard:
    """All channels of one history."""

    def __init__(self, crisis: Crisis) -> None:
        self._crisis = crisis
        self.lines = {plan.row: self.line(plan) for plan in crisis.plan.channels}
        self.watch: Watch | None = None
        self.noticed: dict[int, int] = {}
        self.calls: dict[int, Call] = {}
        self._begun: set[int] = set()
        self._cuts: dict[int, list[tuple[int, int]]] = {}
        self._about: dict[tuple[int, int], dict[int, Call]] = {}

    def begin(self) -> None:
        """Start what the channels do by themselves: tests and notices."""
        for line in self.lines.values():
            if line.plan.test_every:
                Tests(self._crisis, line)
            if line.plan.gives_notice:
                line.notices = Notices(self._crisis, line)

    def line(self, plan: ChannelPlan) -> Line:
        """Return a channel at rest, its outages laid down."""
        crisis = self._crisis
        outage = crisis.world.outage(plan.name, plan.up, plan.down) if plan.up else None
        placed = crisis.injects.outages(plan.name)
        return Line(plan, Desk(crisis.env, plan.capacity), outage, placed)

    # Who calls.

    def consider_calling(self, case: Case) -> None:
        """Let each side think about calling, on each channel that reaches both actors.

        It thinks again, with the same luck, when the case has become grave.
        """
        crisis = self._crisis
        for line in self.lines.values():
            if not reaches(crisis, line.plan, case):
                continue
            if line.plan.truth:
                case.truth_known = True
                continue
            for wish in wishes(crisis, line.plan, case):
                self._consider(line, case, wish)
        if self.watch is not None:
            self.watch.case(case)

    def _consider(self, line: Line, case: Case, wish: Wish) -> None:
        """Ask one side whether it calls about a case."""
        crisis = self._crisis
        bloc, asked, chance = wish
        if chance <= 0 and not crisis.has_people(line.plan.ends[bloc]):
            return
        request = about_case(crisis, line.plan, case, wish)
        if request.identity in self._begun or crisis.awaits(request.identity):
            return
        purpose = Purpose.HALT if asked is Asked.HALT else Purpose.INCIDENT
        call = self._wish(line.plan, request.identity, bloc, purpose, case, case.identity)
        reply = crisis.reply_at_once(request)
        if reply is None:
            crisis.env.process(self._decide_later(line, call, request))
        elif reply:
            self._begun.add(request.identity)
            crisis.env.process(self._call(line, call))

    def _decide_later(
        self, line: Line, call: Call, request: Request, site: str = ""
    ) -> Generator[Event, Any, None]:
        """Wait for a person to decide whether to call."""
        if (yield from self._crisis.await_reply(request)):
            call.wanted = self._crisis.now
            self._begun.add(call.identity)
            yield from self._call(line, call, site)

    def concern(self, subject: int, site: str, caller_bloc: int) -> None:
        """Let one side think about voicing concern at a strike near a critical site."""
        crisis = self._crisis
        for line in self.lines.values():
            plan = line.plan
            if not carries_concern(crisis, plan):
                continue
            if plan.concern <= 0 and not crisis.has_people(plan.ends[caller_bloc]):
                continue
            request = about_strike(crisis, plan, subject, caller_bloc)
            call = self._wish(plan, request.identity, caller_bloc, Purpose.CONCERN, None, subject)
            reply = crisis.reply_at_once(request)
            if reply is None:
                crisis.env.process(self._decide_later(line, call, request, site))
            elif reply:
                crisis.env.process(self._call(line, call, site))
        if self.watch is not None:
            self.watch.strike(subject, caller_bloc)

    def place(self, row: int, identity: int, bloc: int) -> None:
        """Make a call that the scenario says took place; it rings at once."""
        self._own(row, identity, bloc, authorised=True)

    def volunteer(self, row: int, identity: int, bloc: int) -> bool:
        """Make a call that nobody asked about, to voice concern; False where there is no line."""
        return self._own(row, identity, bloc, authorised=False)

    def _own(self, row: int, identity: int, bloc: int, authorised: bool) -> bool:
        line = self.lines.get(row)
        if self.watch is not None:
            self.watch.placed(row)
        if line is None:
            return False
        call = self._wish(line.plan, identity, bloc, Purpose.CONCERN, None, identity)
        self._crisis.env.process(self._call(line, call, authorised=authorised))
        return True

    def cut(self, row: int, lasting: int) -> None:
        """Take a channel down from now on, for so long; who is talking finds out at his next step.

        It is the facilitator's outage; the scenario's own are laid down in its injects.
        """
        now = self._crisis.now
        self._cuts.setdefault(row, []).append((now, now + lasting))
        self.place_outages()

    def place_outages(self) -> None:
        """Lay the outages of injects and of the facilitator down anew, as they stand now."""
        for row, line in self.lines.items():
            own = self._crisis.injects.outages(line.plan.name)
            line.placed = tuple(sorted((*own, *self._cuts.get(row, ()))))

    # One call.

    def _wish(
        self,
        plan: ChannelPlan,
        identity: int,
        bloc: int,
        purpose: Purpose,
        case: Case | None,
        subject: int,
    ) -> Call:
        """Return a call that one side wants to make now."""
        served = Event(self._crisis.env)
        return Call(plan, identity, bloc, purpose, case, subject, self._crisis.now, served)

    def _u(self, decision: Decision, call: Call, attempt: int = 0) -> float:
        return self._crisis.luck.u(decision, child(call.identity, attempt))

    def _call(
        self, line: Line, call: Call, site: str = "", authorised: bool = False
    ) -> Generator[Event, Any, None]:
        """Live through one call, step by step."""
        crisis, plan, case = self._crisis, line.plan, call.case
        self.calls[call.identity] = call
        key = (plan.row, call.subject)
        if case is not None:
            case.pending += 1
            self._about.setdefault(key, {})[call.identity] = call
        stopped = None if authorised else (yield from self._authorise(line, call))
        if stopped is not None:
            end = stopped
        else:
            call.authorised = crisis.now
            end = yield from self._attempts(line, call)
        if case is not None:
            self._about[key].pop(call.identity, None)
        if end is CallEnd.THROUGH:
            self._talked(line, call, site)
            if case is not None or call.purpose is Purpose.CONCERN:
                relay = plan.relay.ms(self._u(Decision.RELAY, call))
                call.relayed = crisis.now + relay
                yield crisis.env.moment(call.relayed, Rank.MESSAGE, call.identity)
                self._relayed(call)
        if case is not None:
            crisis.cases.call_ended(case)
        self._record(call, end)

    def _unless_served(self, call: Call, event: Event) -> Generator[Event, Any, bool]:
        """Wait for an event; True when another conversation made the call needless meanwhile."""
        if call.case is None:
            yield event
            return False
        yield event | call.served
        return call.served.triggered

    def _authorise(self, line: Line, call: Call) -> Generator[Event, Any, CallEnd | None]:
        """Obtain leave to call, or return how the call ended without it.

        An actor the channel merely covers is consulted first. Leave takes the time it takes; where
        people give it they may do so sooner, or refuse.
        """
        plan, case = line.plan, call.case
        time = plan.authorise.ms(self._u(Decision.AUTHORISE, call))
        if case is not None:
            own = case.victim if case.victim_bloc == call.caller else case.blamed
            if own not in plan.ends and not plan.public:
                time += plan.consult.ms(self._u(Decision.CONSULT, call))
        granted = self._crisis.now + time
        request = Request(
            identity=child(call.identity, _LEAVE), asked=Asked.AUTHORISE, time=self._crisis.now,
            deadline=granted, actor=plan.ends[call.caller], case=case.identity if case else NEVER,
            channel=plan.row, about=call.identity, options=2, rung=self._crisis.ladder.rung,
        )  # fmt: skip
        if self._crisis.takes(request):
            return None if (yield from self._crisis.ask(request)) else CallEnd.REFUSED
        leave = self._crisis.env.moment(granted, Rank.CALL, call.identity)
        return CallEnd.SERVED if (yield from self._unless_served(call, leave)) else None

    def _attempts(self, line: Line, call: Call) -> Generator[Event, Any, CallEnd]:
        """Try to get through, as often as the channel's staff would."""
        crisis, plan = self._crisis, line.plan
        end = CallEnd.CLOSED
        for attempt in range(plan.attempts):
            if not line.open(crisis.now):
                return CallEnd.CLOSED
            if line.known_down and not line.up(crisis.now):
                back = crisis.env.moment(line.next_up(crisis.now), Rank.CALL, call.identity)
                if (yield from self._unless_served(call, back)):
                    return CallEnd.SERVED
                line.known_down = False
            call.attempts = attempt + 1
            had = line.desk.ask(call.purpose, call.wanted, call.identity)
            if (yield from self._unless_served(call, had)):
                line.desk.leave(had)
                return CallEnd.SERVED
            call.talking = True
            end = yield from self._conversation(line, call, attempt)
            call.talking = False
            if end is CallEnd.THROUGH:
                self._serve_others(line, call)
            line.desk.release()
            if end is CallEnd.THROUGH or attempt + 1 == plan.attempts:
                return end
            again = crisis.env.moment(crisis.now + plan.retry, Rank.CALL, call.identity)
            if (yield from self._unless_served(call, again)):
                return CallEnd.SERVED
        return end

    def _serve_others(self, line: Line, call: Call) -> None:
        """Cancel the other calls on a case: one conversation serves both callers.

        It serves those still being authorised, those in line and those about to try again; one
        that is itself talking goes on.
        """
        about = self._about.get((line.plan.row, call.subject), {})
        for _, other in sorted(about.items()):
            if other is not call and not other.talking:
                other.served.succeed()
        about.clear()

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
        said: Request | None = None
        for step, time in (
            ("answered", answered_at),
            ("right_person", right_at),
            ("ended", right_at + talk),
        ):
            if step == "ended":
                said = self._let_speak(line, call, attempt, time)
            if not (yield from self._until(line, call, time)):
                line.known_down = True
                if said is not None:
                    crisis.too_late(said)
                return CallEnd.LINE_DOWN
            setattr(call, step, crisis.now)
        return CallEnd.THROUGH

    def _let_speak(self, line: Line, call: Call, attempt: int, ends: int) -> Request | None:
        """Let people say what they have to say while the conversation lasts."""
        case, crisis = call.case, self._crisis
        if case is None or call.purpose is not Purpose.INCIDENT:
            return None
        if not crisis.has_people(line.plan.ends[case.blamed_bloc]):
            return None
        asked = self._speech(line, call, case)
        asked = asked._replace(identity=child(call.identity, attempt, _SAY), deadline=ends)
        if not crisis.takes(asked):
            return None
        call.said = crisis.reply_at_once(asked)
        if call.said is None:
            event = crisis.expect(asked)
            assert event.callbacks is not None
            event.callbacks.append(lambda told: crisis.log_reply(asked, told._value))
            event.callbacks.append(lambda told: setattr(call, "said", told._value))
        call.speech = asked
        return asked

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
            if not line.plan.public:  # nobody on the spot obeys a press statement
                crisis.cases.stop(call.case, call)
        if site:
            crisis.encounters.concern_heard(site)

    def _say(self, line: Line, call: Call, case: Case) -> None:
        """Let the blamed side say something; every channel repeats what it knows of a case."""
        crisis = self._crisis
        request = self._speech(line, call, case)
        if call.speech is not None and call.said is None:
            crisis.too_late(call.speech)
            call.content = crisis.lapsed(request)
        else:
            call.content = crisis.decide_alone(request) if call.said is None else call.said
        call.honest = int(crisis.luck.u(Decision.HONESTY, request.about) < line.plan.honesty)

    def _speech(self, line: Line, call: Call, case: Case) -> Request:
        """Return the request for what the blamed side says, with what its officer knows now."""
        crisis = self._crisis
        about = child(case.identity, _SAY)
        knows = crisis.luck.u(Decision.KNOWLEDGE, about) < line.plan.knowledge
        return Request(
            identity=child(call.identity, _SAY), asked=Asked.SAY, time=crisis.now,
            deadline=crisis.now, actor=line.plan.ends[case.blamed_bloc], case=case.identity,
            channel=line.plan.row, about=about, options=len(Content),
            cause=case.cause if knows else -1, honesty=line.plan.honesty,
            severity=case.severity, rung=crisis.ladder.rung,
        )  # fmt: skip

    def _relayed(self, call: Call) -> None:
        """What was said reaches the one who decides."""
        case = call.case
        if case is None:
            return
        if call.purpose is Purpose.HALT:
            self._crisis.learning.propose_halt(case, call)
        elif call.content >= 0:
            self._crisis.learning.hear(case, call)

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

    def close_all(self) -> None:
        """Record the calls still under way when the run ends."""
        for identity in sorted(self.calls):
            self._record(self.calls[identity], CallEnd.UNFINISHED)
