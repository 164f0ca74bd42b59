"""Cases: incidents taken as one affair, with one clock that messages race and one answer."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from simpy.events import Event

from sim.crisis import rules
from sim.crisis.deciders import Asked, Request
from sim.crisis.ladder import FORCE_RUNG
from sim.crisis.rules import Belief
from sim.crisis.schedule import Rank
from sim.crisis.state import Case, Incident
from sim.draws import Decision, child, normal
from sim.records import (
    NEVER,
    Acted,
    Clocked,
    Happened,
    Origin,
    Stopped,
)
from sim.scenario.kinds import (
    INCIDENT_BY_CODE,
    INCIDENT_KINDS,
    RESPONSES,
    Act,
    Cause,
)
from sim.scenario.parameters import Parameters

if TYPE_CHECKING:
    from sim.crisis.engine import Crisis
    from sim.crisis.line import Call

_REPLY = 1  # suffix of a reply's identity below its case
_THEATRE = 2  # suffixes of the three choices about a case
_CAPITAL = 3
_CONSENT = 4

_ALL = len(RESPONSES)
_UP_TO_DISPLAY = Act.DISPLAY + 1


_ACT_KIND = INCIDENT_KINDS["act"].code


class Cases:
    """The open affairs of both sides."""

    def __init__(self, crisis: Crisis) -> None:
        self._crisis = crisis
        p = crisis.p
        self._p: Parameters = p
        self._cost: Belief = (
            p.cost_accident,
            p.cost_assertive,
            p.cost_hostile,
            p.cost_not_theirs,
        )
        # Nobody can call off what is not theirs.
        self._heed_stop = (p.heed_stop, p.heed_stop_assertive, p.heed_stop_hostile, 0.0)
        self._stands = (0.0, p.moment_share)
        self.by_identity: dict[int, Case] = {}
        self.open_count = 0
        self.last_closed = crisis.begins
        self._latest: dict[tuple[int, int], Case] = {}  # by victim and the blamed side
        self._replies: dict[int, int] = {}

    # Opening and joining.

    def take(
        self,
        incident: Incident,
        victim: int,
        blamed: int,
        parent: Case | None,
        alone: bool,
    ) -> Case:
        """Join an incident to the open case it belongs to, or open one for it.

        ``alone`` opens a case of its own whatever is open, for an incident that is followed. An
        act joins no case of another root: an exchange stays in the affair it belongs to.
        """
        now = self._crisis.now
        side = self._crisis.world.theatre.actors[blamed].bloc
        case = self._latest.get((victim, side))
        stranger = case is not None and parent is not None and case.root != parent.root
        over = case is None or case.closed or now - case.opened > self._p.case_window
        if case is None or over or stranger or alone:
            return self._open(incident, victim, blamed, parent)
        grave = self._p.grave_low
        milder = case.severity < grave
        self._add(case, incident)
        self._set_clock(case)
        if milder and case.severity >= grave:
            self._crisis.switchboard.consider_calling(case)
        return case

    def _open(self, incident: Incident, victim: int, blamed: int, parent: Case | None) -> Case:
        crisis = self._crisis
        actors = crisis.world.theatre.actors
        case = Case(
            identity=incident.identity,
            root=parent.root if parent else incident.identity,
            root_cause=parent.root_cause if parent else incident.cause,
            victim=victim,
            blamed=blamed,
            victim_bloc=actors[victim].bloc,
            blamed_bloc=actors[blamed].bloc,
            opened=crisis.now,
            depth=parent.depth + 1 if parent else 0,
            rung_at_opening=crisis.ladder.rung,
            clock_z=normal(crisis.luck.u(Decision.CLOCK, incident.identity)),
        )
        self.by_identity[case.identity] = case
        self.open_count += 1
        self._latest[victim, case.blamed_bloc] = case
        self._add(case, incident)
        self._set_clock(case)
        crisis.learning.investigate(case)
        if self._p.theatre_stage:
            self._await_theatre(case)
        crisis.switchboard.consider_calling(case)
        request = self._request(case, Asked.ACT, _CAPITAL, _ALL, case.victim)
        if crisis.takes(request):
            crisis.env.process(self._ask_people(case, request))
        return case

    def _add(self, case: Case, incident: Incident) -> None:
        case.incidents.append(incident)
        self._weigh(case)

    def _weigh(self, case: Case) -> None:
        """Recompute a case's severity; its cause is that of its worst incident."""
        product = 1.0
        worst = case.incidents[0]
        for incident in case.incidents:
            product *= 1 - incident.severity
            if incident.severity > worst.severity:
                worst = incident
        case.severity = rules.joined_severity(product, worst.severity, self._p.case_room)
        case.cause, case.kind = worst.cause, worst.kind

    def _set_clock(self, case: Case) -> None:
        """Set the deadline from the opening on; an older one is superseded by the version."""
        p = self._p
        time = rules.clock_ms(
            p.clock_median,
            p.clock_severity,
            p.clock_rung,
            p.clock_sigma,
            case.severity,
            case.rung_at_opening,
            case.clock_z,
        )
        self._due(case, max(self._crisis.now, case.opened + time, case.held_until))

    def _due(self, case: Case, deadline: int) -> None:
        crisis = self._crisis
        case.deadline = deadline
        case.version += 1
        version = case.version
        crisis.record(
            Clocked(
                crisis.now,
                crisis.seats(case.victim_bloc),
                case.identity,
                case.root,
                case.victim,
                case.blamed,
                case.severity,
                deadline,
                version,
            )
        )
        crisis.env.at(deadline, Rank.CLOCK, case.identity, lambda _: self._ring(case, version))

    def _ring(self, case: Case, version: int) -> None:
        """The clock has run out: a pending call may hold it once; otherwise the side answers."""
        if version != case.version or case.closed:
            return
        crisis, p = self._crisis, self._p
        if p.wait > 0 and case.pending and not case.held:
            case.held = True
            if crisis.luck.u(Decision.WAIT, case.identity) < p.wait:
                case.held_until = crisis.now + p.wait_longest
                self._due(case, case.held_until)
                return
        self._close(case)
        request = self._request(case, Asked.ACT, _CAPITAL, _ALL, case.victim)
        if case.asked is None:
            act = crisis.decide_alone(request)
        else:
            crisis.too_late(case.asked)
            act = crisis.lapsed(request)
        crisis.env.process(self._answer(case, request, act))

    def reassured(self, case: Case, growth: float) -> None:
        """Give a reassured victim more time, once: true or false, the message takes the hurry out.

        After a false one the answer to a hostile act comes late (model 7.10).
        """
        if not case.reassured:
            case.reassured = True
            left = case.deadline - self._crisis.now
            case.held_until = case.deadline + rules.whole(growth * left)
            self._due(case, case.held_until)

    def call_ended(self, case: Case) -> None:
        """Stop holding a clock once no call about its case is pending any more."""
        case.pending -= 1
        held = case.held and case.held_until > self._crisis.now
        if held and not case.pending and not case.closed:
            case.held_until = self._crisis.now
            self._due(case, self._crisis.now)

    def _close(self, case: Case) -> None:
        case.closed = True
        self.open_count -= 1
        self.last_closed = self._crisis.now

    def _ask_people(self, case: Case, request: Request) -> Generator[Event, Any, None]:
        """Let people answer a case whenever they choose to, until its clock runs out."""
        crisis = self._crisis
        act = crisis.reply_at_once(request)
        if act is None:
            case.asked = request
            act = yield crisis.expect(request)
            if case.closed:
                return
            crisis.log_reply(request, act)
        case.asked = None
        self._close(case)
        now = self._request(case, Asked.ACT, _CAPITAL, _ALL, case.victim)
        yield from self._answer(case, now, act)

    def stop(self, case: Case, call: Call) -> None:
        """Let a message that came through in time end the incidents that still go on.

        What was grave in its moment stands; where that is all of it there is nothing to stop.
        """
        crisis = self._crisis
        changed = False
        for incident in case.incidents:
            stands = self._stands[INCIDENT_BY_CODE[incident.kind].moment]
            over = not incident.begins <= crisis.now < incident.ends
            if incident.stopped or over or stands >= 1:
                continue
            heed = self._heed_stop[incident.cause]
            if crisis.luck.u(Decision.HEED_STOP, incident.identity) >= heed:
                continue
            elapsed = (crisis.now - incident.begins) / (incident.ends - incident.begins)
            incident.severity *= stands + (1 - stands) * elapsed
            incident.ends, incident.stopped = crisis.now, True
            changed = True
            crisis.record(
                Stopped(
                    crisis.now,
                    (crisis.now, crisis.now),
                    call.channel.row,
                    incident.identity,
                    case.identity,
                    incident.severity,
                )
            )
        if changed and not case.closed:
            self._weigh(case)
            self._set_clock(case)

    # The answer.

    def _request(self, case: Case, asked: Asked, suffix: int, options: int, actor: int) -> Request:
        ladder, p = self._crisis.ladder, self._p
        tension = ladder.tension()
        belief = self._crisis.learning.belief(case)
        want = rules.wanted(
            p.resolve, case.severity, belief, self._cost, p.grievance, rules.saturated(tension)
        )
        return Request(
            identity=child(case.identity, suffix),
            asked=asked,
            time=self._crisis.now,
            deadline=case.deadline,
            actor=actor,
            case=case.identity,
            channel=NEVER,
            about=child(case.identity, suffix),
            options=options,
            wanted=want * (1 - case.halt),
            rung=ladder.rung,
            tension=tension,
            severity=case.severity,
            belief=belief,
        )

    def _answer(self, case: Case, request: Request, act: int) -> Generator[Event, Any, None]:
        """Answer a case: where force is chosen ask the bloc's leader, then act."""
        crisis = self._crisis
        held_back = 0
        leader = crisis.world.theatre.leader(case.victim_bloc)
        if RESPONSES[act].rung >= FORCE_RUNG and leader != case.victim:
            consent = self._request(case, Asked.CONSENT, _CONSENT, _ALL, leader)
            consent = consent._replace(deadline=crisis.now + self._p.consent_longest)
            agreed = yield from crisis.ask(consent)
            allowed = max(agreed, Act.DISPLAY)
            held_back, act = int(allowed < act), min(act, allowed)
        self._act(case, act, request, held_back, theatre=0)

    def _await_theatre(self, case: Case) -> None:
        p, crisis = self._p, self._crisis
        z = normal(crisis.luck.u(Decision.THEATRE_CLOCK, case.identity))
        time = rules.clock_ms(
            p.theatre_median, p.clock_severity, p.clock_rung, p.clock_sigma,
            case.severity, case.rung_at_opening, z,
        )  # fmt: skip
        crisis.env.at(
            crisis.now + time,
            Rank.CLOCK,
            child(case.identity, _THEATRE),
            lambda _: self._let_theatre(case),
        )

    def _let_theatre(self, case: Case) -> None:
        self._crisis.env.process(self._theatre(case))

    def _theatre(self, case: Case) -> Generator[Event, Any, None]:
        """Let the theatre commander answer first, at most with a display."""
        if case.closed:
            return
        request = self._request(case, Asked.ACT, _THEATRE, _UP_TO_DISPLAY, case.victim)
        act = yield from self._crisis.ask(request)
        self._act(case, min(act, Act.DISPLAY), request, 0, theatre=1)

    def _act(self, case: Case, act: int, request: Request, held_back: int, theatre: int) -> None:
        """Carry an act out: tension, level, and the case it makes for the other side.

        A capital that answers after its theatre commander adds what goes beyond his act only.
        """
        crisis, p = self._crisis, self._p
        response = RESPONSES[act]
        bloc = case.victim_bloc
        if act == Act.CONCILIATE:
            crisis.ladder.jump(p.relief * response.intensity)
        else:
            beyond = response.intensity - RESPONSES[max(case.theatre_act, Act.ABSORB)].intensity
            crisis.ladder.jump(p.tension_act * max(0.0, beyond))
        passed = max(act, case.theatre_act) <= Act.ABSORB and not theatre
        if passed and case.cause == Cause.HOSTILE:
            crisis.ladder.let_pass(case.blamed_bloc)
        major = act == Act.MAJOR_FORCE
        crisis.ladder.take(bloc, response.rung, major, case.root, case.root_cause, inject=False)
        now = crisis.now
        public = now if act >= Act.PROTEST else NEVER
        crisis.record(
            Acted(
                now, crisis.both(bloc, now, public), case.identity, case.root, case.victim, act,
                theatre, request.wanted, case.severity, request.tension, *request.belief,
                case.cause, held_back, response.rung, crisis.ladder.rung,
            )
        )  # fmt: skip
        if act >= Act.DISPLAY and act > case.theatre_act:
            self._grieve(case, act, theatre)
        if theatre:
            case.theatre_act = act

    def _grieve(self, case: Case, act: int, theatre: int) -> None:
        """Make the case that a display or a use of force is for the other side."""
        crisis, p = self._crisis, self._p
        replies = self._replies.get(case.root, 0)
        if replies >= p.max_replies or crisis.stopped:
            return
        self._replies[case.root] = replies + 1
        weight = p.delta if act > Act.DISPLAY else p.delta_display
        severity = weight * RESPONSES[act].intensity
        identity = child(case.identity, _REPLY, theatre)
        now = crisis.now
        incident = Incident(identity, _ACT_KIND, Cause.HOSTILE, severity, now, now)
        reply = self.take(incident, case.blamed, case.victim, case, alone=False)
        crisis.record(
            Happened(
                now, (now, now), identity, _ACT_KIND, 0, severity, Cause.HOSTILE, case.blamed,
                case.victim, case.victim, 0, Origin.ACT, reply.identity, case.root,
                RESPONSES[act].rung, crisis.ladder.rung, NEVER, NEVER,
            )
        )  # fmt: skip

    def still_open(self) -> list[Case]:
        """Return the cases still open, in order of their identities."""
        return [case for _, case in sorted(self.by_identity.items()) if not case.closed]
