"""What a victim learns before its clock runs out, and what it makes of it.

Its own investigation reports twice, the first time too soon to be sure; messages tell what the
other side says; credibility is what past revelations have left of trust.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from sim.crisis import rules
from sim.crisis.rules import Belief
from sim.crisis.schedule import Rank
from sim.crisis.state import Case
from sim.draws import Decision, child
from sim.records import Believed, Messaged, Reported
from sim.scenario.kinds import DECEITFUL, HONEST, INCIDENT_BY_CODE, Cause, Content
from sim.scenario.parameters import Parameters

if TYPE_CHECKING:
    from sim.crisis.engine import Crisis
    from sim.crisis.line import Call

_FIRST, _MAIN = 0, 1  # the two reports of an investigation

_UNINFORMATIVE: Belief = (1.0, 1.0, 1.0, 1.0)
_CERTAIN = (
    (1.0, 0.0, 0.0, 0.0),
    (0.0, 1.0, 0.0, 0.0),
    (0.0, 0.0, 1.0, 0.0),
    (0.0, 0.0, 0.0, 1.0),
)
_BELIEVABLE = frozenset((Content.EXPLAIN, Content.ACKNOWLEDGE, Content.NOT_OURS))


def _column(table: tuple[tuple[float, ...], ...], content: int) -> Belief:
    """Return P(content | cause) for each cause."""
    accident, assertive, hostile, not_theirs = (row[content] for row in table)
    return (accident, assertive, hostile, not_theirs)


def _likelihoods(content: int) -> tuple[Belief, Belief]:
    if content == Content.DOES_NOT_KNOW:
        return _UNINFORMATIVE, _UNINFORMATIVE
    return _HONEST[content], _DECEITFUL[content]


_CONTENTS = range(len(HONEST[0]))
_HONEST = tuple(_column(HONEST, content) for content in _CONTENTS)
_DECEITFUL = tuple(_column(DECEITFUL, content) for content in _CONTENTS)


class Learning:
    """What the two sides know of each other's deeds."""

    def __init__(self, crisis: Crisis) -> None:
        self._crisis = crisis
        p = crisis.p
        self._p: Parameters = p
        self._suspicion: Belief = (
            p.suspicion_accident,
            p.suspicion_assertive,
            p.suspicion_hostile,
            p.suspicion_not_theirs,
        )

    def investigate(self, case: Case) -> None:
        """Set the victim's own investigation going: a first report, and the main one."""
        if case.depth:
            return  # an act is no riddle: nobody investigates who ordered it
        p, luck = self._p, self._crisis.luck
        for final, delay, accuracy in (
            (_FIRST, self._crisis.first_report, p.first_accuracy),
            (_MAIN, self._crisis.report, p.accuracy),
        ):
            who = child(case.identity, final)
            time = self._crisis.now + delay.ms(luck.u(Decision.REPORT_DELAY, who))
            report = partial(self._report, case, final, accuracy, who)
            self._crisis.env.at(time, Rank.REPORT, who, report)

    def _report(self, case: Case, final: int, accuracy: float, who: int, _: object) -> None:
        """Hear the own investigation; the main report takes the place of the first."""
        if case.reported:
            return  # a first report after the main one is no news
        luck = self._crisis.luck
        named = case.cause
        if luck.u(Decision.REPORT_RIGHT, who) >= accuracy:
            others = [cause for cause in range(len(Cause)) if cause != case.cause]
            named = others[int(luck.u(Decision.REPORT_WRONG, who) * len(others))]
        now = self._crisis.now
        in_time = int(not case.closed)
        seats = self._crisis.seats(case.victim_bloc)
        self._crisis.record(Reported(now, seats, case.identity, final, named, in_time))
        case.evidence = rules.report_evidence(named, accuracy)
        if final:
            case.reported = True
            tension = self._p.a_tension * rules.saturated(self._crisis.ladder.tension())
            rung = self._p.a_rung * self._crisis.ladder.rung
            case.report_belief = rules.belief(self._suspicions(case), tension, rung, case.evidence)
            self._reveal(case)

    def _suspicions(self, case: Case) -> Belief:
        """Return what the victim suspects before it knows; a kind may bring its own suspicions."""
        own = INCIDENT_BY_CODE[case.kind].suspicion
        return self._suspicion if own is None else own

    def hear(self, case: Case, call: Call) -> None:
        """Let a message reach the decision maker of the side it was meant for."""
        crisis = self._crisis
        p = self._p
        c = self._credibility(case, call)
        in_time = not case.closed
        crisis.record(
            Messaged(
                crisis.now,
                crisis.both(case.victim_bloc, crisis.now, call.ended),
                call.channel.row,
                call.identity,
                case.identity,
                case.blamed_bloc,
                call.content,
                int(call.content != Content.DOES_NOT_KNOW),
                call.honest,
                c,
                int(in_time),
            )
        )
        if call.content == Content.DOES_NOT_KNOW:
            return
        case.heard = True
        if c >= case.best_credibility:
            case.content, case.best_credibility = call.content, c
        if in_time and call.content in _BELIEVABLE and p.reassurance > 0:
            crisis.cases.reassured(case, p.reassurance * c)
        if not in_time and call.content in _BELIEVABLE and not case.relieved:
            case.relieved = True
            crisis.ladder.relieve(1 - p.late_relief * c)
            crisis.ladder.shorten_quiet(case.victim_bloc, p.late_quiet)
        self._reveal(case)

    def _reveal(self, case: Case) -> None:
        """Judge a sender by what came out; only a revelation moves credibility (model 5)."""
        if case.revealed or not (case.reported and case.heard):
            return
        case.revealed = True
        crisis, p = self._crisis, self._p
        receiver = crisis.ladder.blocs[case.victim_bloc]
        honest, deceitful = _likelihoods(case.content)
        r = rules.falsehood(case.report_belief, honest, deceitful, case.best_credibility)
        receiver.believed += p.credibility_step * (1 - r)
        receiver.disbelieved += r
        value = receiver.believed / (receiver.believed + receiver.disbelieved)
        crisis.record(
            Believed(
                crisis.now,
                crisis.seats(case.victim_bloc),
                case.victim_bloc,
                case.blamed_bloc,
                case.identity,
                r,
                value,
            )
        )

    def propose_halt(self, case: Case, call: Call) -> None:
        """Let a proposed halt that came through before the clock weigh on the answer."""
        if not case.closed:
            case.halt = max(case.halt, self._p.halt * self._credibility(case, call))

    def _credibility(self, case: Case, call: Call) -> float:
        """Return how far the victim's side believes the other on a call's channel."""
        p, receiver = self._p, self._crisis.ladder.blocs[case.victim_bloc]
        return rules.credibility(
            receiver.believed,
            receiver.disbelieved,
            call.channel.weight,
            p.credibility_low,
            p.credibility_high,
        )

    def belief(self, case: Case) -> Belief:
        """Return what the victim believes about a case now."""
        if case.truth_known:
            return _CERTAIN[case.cause]
        p, ladder = self._p, self._crisis.ladder
        evidence = case.evidence
        if case.heard:
            honest, deceitful = _likelihoods(case.content)
            m = rules.message_evidence(honest, deceitful, case.best_credibility)
            evidence = tuple(a + b for a, b in zip(evidence, m, strict=True))  # type: ignore[assignment]
        tension = p.a_tension * rules.saturated(ladder.tension())
        return rules.belief(self._suspicions(case), tension, p.a_rung * ladder.rung, evidence)
