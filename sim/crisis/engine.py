"""The crisis: one arm lived through in one world, from its start to a history of records.

``Crisis(stage, plan).run()`` plays to the end; ``run(until)`` stops on the way and can go on. The
parts share this object: the ladder (where the crisis stands), the encounters (what goes wrong),
the cases (what the sides make of it) and the switchboard (what they tell each other).
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simpy.events import Event

from sim.crisis import rules
from sim.crisis.cases import Cases
from sim.crisis.channels import Switchboard
from sim.crisis.deciders import Asked, Decider, ModelDecider, Request
from sim.crisis.encounters import Encounters
from sim.crisis.history import History
from sim.crisis.injects import Given, Injects
from sim.crisis.ladder import Ladder
from sim.crisis.learning import Learning
from sim.crisis.plan import Plan, plan, wait
from sim.crisis.schedule import Rank, Schedule
from sim.crisis.state import Start
from sim.records import NEVER, NOBODY, Decided, Record, Seats, Unfinished
from sim.scenario.channels import REFERENCE
from sim.scenario.parameters import Parameters

if TYPE_CHECKING:
    from sim.crisis.stage import Stage


_WHILE_THE_CLOCK_RUNS = frozenset({Asked.CALL, Asked.HALT, Asked.ACT})


class Crisis:
    """One history in the making."""

    def __init__(
        self,
        stage: Stage,
        plan: Plan,
        start: Start,
        *,
        begins: int = 0,
        horizon: int | None = None,
        people: Mapping[int, Decider] | None = None,
        given: Given | None = None,
        followed: int = NOBODY,
    ) -> None:
        self.stage = stage
        self.world = stage.world
        self.luck = stage.luck
        self.plan = plan
        self.p = plan.parameters
        self.begins = begins
        self.horizon = stage.theatre.horizon_ms if horizon is None else horizon
        self.ends = self.horizon + self.p.run_on
        self.people = dict(people or {})
        self.given = given
        self.followed = followed
        self.stopped = False
        self.invited = False
        self.handled = 0
        self.now = begins
        self.records: list[Record] = []
        self.record = self.records.append
        self.env = Schedule(initial_time=begins)
        self.report = wait(self.p.report)
        self.first_report = wait(self.p.first_report)
        self.local_delay = wait(self.p.local_delay)
        self._model = ModelDecider(self.luck, self.p)
        self._awaited: dict[int, Event] = {}
        self.ladder = Ladder(self, start)
        self.injects = Injects(self)
        self.switchboard = Switchboard(self)
        self.learning = Learning(self)
        self.cases = Cases(self)
        self.encounters = Encounters(self)
        self.encounters.begin()
        self.switchboard.begin()
        self.finished = False

    # Running.

    def run(self, until: int | None = None) -> None:
        """Play on to ``until``, or to the end: the horizon and what is still open beyond it."""
        target = self.ends if until is None else min(until, self.ends)
        env = self.env
        self.handled += env.pass_until(min(target, self.horizon), self)
        while not self.stopped and env.peek() < target and not self._over(env.peek()):
            self.handled += env.pass_until(env.peek() + 1, self)
        if self.stopped or target == self.ends or self._over(env.peek()):
            self._finish()
        elif target > self.now:
            self._idle(target)

    def _idle(self, until: int) -> None:
        """Let time pass to ``until``, so that a reply given there takes effect there."""
        self.env.moment(until, -1, 0)
        self.env.step()
        self.now = until

    def _over(self, time: float) -> bool:
        """Whether nothing from ``time`` on belongs to the history.

        Past the horizon a history goes on only while a case is open, and to the end of the
        instant in which the last one is answered; a call alone keeps nothing going, or a line
        that carries nothing would still make a history longer.
        """
        return time >= self.horizon and self.cases.open_count == 0 and time > self.cases.last_closed

    def stop(self) -> None:
        """End the history: rung 6 is the last the model knows."""
        self.stopped = True

    def _finish(self) -> None:
        if self.finished:
            return
        self.finished = True
        if not self.stopped:
            last = self.ends if self.cases.open_count else self.cases.last_closed
            self.now = max(self.horizon, last)
        for case in self.cases.still_open():
            self.record(Unfinished(self.now, (NEVER, NEVER), case.identity, 0))
        self.switchboard.close_all()

    def history(self) -> History:
        """Return what has happened so far."""
        first, second = self.ladder.blocs
        return History(
            arm=self.plan.name,
            seed=self.luck.seed,
            world=self.luck.world,
            begins=self.begins,
            horizon=self.horizon,
            ended=self.now,
            stopped=self.stopped,
            invited=self.invited,
            handled=self.handled,
            records=tuple(self.records),
            activity=(
                (tuple(first.times), tuple(first.activity)),
                (tuple(second.times), tuple(second.activity)),
            ),
            noticed=dict(self.switchboard.noticed),
            tension=self.ladder.tension(),
            credibility=(
                first.believed / (first.believed + first.disbelieved),
                second.believed / (second.believed + second.disbelieved),
            ),
        )

    def let_go(self) -> None:
        """Let go of all that happens, the world included; a crisis let go of can do no more.

        The parts of a crisis refer to each other, so a finished one waits for the collector of
        cycles, which counts objects and not what arrays they hold.
        """
        for part in (self.encounters, self.switchboard, self.injects, self.cases, self.env, self):
            vars(part).clear()

    def state(self) -> Start:
        """Return the state as the beginning of another run; open cases are left behind."""
        first, second = self.ladder.blocs
        return Start(
            tension=self.ladder.tension(),
            levels=(first.level, second.level),
            quiet_left=(
                max(0, first.quiet_until - self.now),
                max(0, second.quiet_until - self.now),
            ),
            believed=(first.believed, second.believed),
            disbelieved=(first.disbelieved, second.disbelieved),
            unanswered=(self.ladder.unanswered(0), self.ladder.unanswered(1)),
        )

    # Who learns of a record, and when.

    def seats(self, bloc: int) -> Seats:
        """Return the seats of a record that one bloc learns of now."""
        return (self.now, NEVER) if bloc == 0 else (NEVER, self.now)

    def both(self, bloc: int, own: int, other: int) -> Seats:
        """Return the seats of a record that one bloc learns at ``own``, the other at ``other``."""
        return (own, other) if bloc == 0 else (other, own)

    # Deciding.

    def has_people(self, actor: int) -> bool:
        """Whether people decide for an actor."""
        return actor in self.people

    def takes(self, request: Request) -> bool:
        """Whether people decide on a request."""
        decider = self.people.get(request.actor)
        return decider is not None and decider.takes(request)

    def reply_at_once(self, request: Request) -> int | None:
        """Ask the decider of a request's actor; None when it will answer later."""
        decider = self.people.get(request.actor)
        if decider is None or not decider.takes(request):
            return self._model.decide(request)
        choice = decider.decide(request)
        if choice is not None:
            self._log(request, choice, late=0)
        return choice

    def decide_alone(self, request: Request) -> int:
        """Return the model's own decision, whoever sits in the seat."""
        return self._model.decide(request)

    def ask(self, request: Request) -> Generator[Event, Any, int]:
        """Ask, and wait for the reply if need be."""
        choice = self.reply_at_once(request)
        if choice is None:
            choice = yield from self.await_reply(request)
        return choice

    def await_reply(self, request: Request) -> Generator[Event, Any, int]:
        """Wait for a person's reply; at the deadline what lapses decides instead.

        The deadline of a request about a case is that of the case, which may be set anew meanwhile.
        """
        event = self.expect(request)
        limit = self.due(request)
        while True:
            yield event | self.env.moment(limit, Rank.CLOCK, request.identity)
            if event.triggered or self.due(request) <= limit:
                break
            limit = self.due(request)
        self._awaited.pop(request.identity, None)
        if event.triggered:
            choice: int = event._value
            self._log(request, choice, late=0)
        else:
            choice = self.lapsed(request)
            self._log(request, choice, late=1)
        return choice

    def due(self, request: Request) -> int:
        """Return until when a reply to a request is awaited, as its clock stands now."""
        deadline = request.deadline
        case = self.cases.by_identity.get(request.case)
        if case is not None and request.asked in _WHILE_THE_CLOCK_RUNS:
            deadline = max(deadline, case.deadline)
        return max(self.now, min(deadline, self.ends))

    def lapsed(self, request: Request) -> int:
        """Return what is decided when no reply came in time."""
        decider = self.people.get(request.actor)
        held = None if decider is None else decider.lapsed(request)
        return self._model.decide(request) if held is None else held

    def awaits(self, identity: int) -> bool:
        """Whether a reply to a request is awaited."""
        return identity in self._awaited

    def expect(self, request: Request) -> Event:
        """Return the event of a person's reply, however long it takes."""
        event = self._awaited[request.identity] = Event(self.env)
        return event

    def too_late(self, request: Request) -> None:
        """Stop expecting a reply: the clock has run out."""
        if self._awaited.pop(request.identity, None) is not None:
            self._log(request, NEVER, late=1)

    def reply(self, identity: int, choice: int) -> bool:
        """Answer a request that waits; False when nobody waits for it any more."""
        event = self._awaited.pop(identity, None)
        if event is None or event.triggered:
            return False
        event.succeed(choice)
        return True

    def log_reply(self, request: Request, choice: int) -> None:
        """Log a reply that came in time."""
        self._log(request, choice, late=0)

    def _log(self, request: Request, choice: int, late: int) -> None:
        bloc = self.world.theatre.actors[request.actor].bloc
        self.record(
            Decided(
                self.now, self.seats(bloc), request.identity, request.actor, request.asked,
                choice, late,
            )
        )  # fmt: skip


def fresh(plan: Plan, begins: tuple[float, int, tuple[float, ...]] | None = None) -> Start:
    """Return a start at rest, or at the rung, tension and credibilities that are given."""
    p = plan.parameters
    tension, rung, credibility = begins or (0.0, 0, ())
    total = p.credibility_a + p.credibility_b
    share = credibility or (p.credibility_a / total,) * 2
    return Start(
        tension=tension,
        levels=(rung, rung),
        quiet_left=(p.quiet, p.quiet),
        believed=(share[0] * total, share[1] * total),
        disbelieved=(total - share[0] * total, total - share[1] * total),
        unanswered=(0.0, 0.0),
    )


def warm_up(stage: Stage, reference: Plan) -> tuple[Start, bool]:
    """Return the state a world begins from, under the reference arm.

    The second value says whether invitation played any part in it.
    """
    begins = stage.theatre.scenario.begins
    if begins is not None:
        prior = reference.parameters
        share = prior.credibility_a / (prior.credibility_a + prior.credibility_b)
        credibility = tuple(begins.credibility.get(name, share) for name in stage.theatre.blocs)
        return fresh(reference, (begins.tension, begins.rung, credibility)), False
    crisis = Crisis(stage, reference, fresh(reference), begins=stage.theatre.start_ms, horizon=0)
    crisis.run(0)
    crisis.now = 0
    found = crisis.state(), crisis.invited
    crisis.let_go()
    return found


def retrusted(start: Start, reference: Parameters, arm: Parameters) -> Start:
    """Return a start whose prior credibility is the arm's own, the warm-up's revelations kept."""
    before = reference.credibility_a, reference.credibility_b
    after = arm.credibility_a, arm.credibility_b
    if before == after:
        return start
    return replace(
        start,
        believed=(
            rules.reweighted(start.believed[0], before[0], after[0]),
            rules.reweighted(start.believed[1], before[0], after[0]),
        ),
        disbelieved=(
            rules.reweighted(start.disbelieved[0], before[1], after[1]),
            rules.reweighted(start.disbelieved[1], before[1], after[1]),
        ),
    )


def crisis_of(
    stage: Stage,
    arm: Plan,
    people: Mapping[int, Decider] | None = None,
    given: Given | None = None,
    followed: int = NOBODY,
) -> Crisis:
    """Return the crisis of one world under one arm, ready to run."""
    reference = plan(stage.theatre, REFERENCE)
    if arm.parameters.invitation == 0:
        reference = reference.uninvited()
    start = retrusted(stage.begin(reference), reference.parameters, arm.parameters)
    return Crisis(stage, arm, start, people=people, given=given, followed=followed)
