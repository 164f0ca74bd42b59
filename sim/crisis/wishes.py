"""Who would call whom about what: what each channel lets a side think about, and the request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.crisis import rules
from sim.crisis.deciders import Asked, Request
from sim.crisis.plan import FOREVER, ChannelPlan
from sim.crisis.state import Case
from sim.draws import child
from sim.records import NEVER

if TYPE_CHECKING:
    from sim.crisis.engine import Crisis

_CASE, _CONCERN, _HALT = 0, 1, 2  # suffixes of identities below a channel

Wish = tuple[int, Asked, float]
"""Which bloc thinks about calling, to explain or to propose a halt, and the chance that it does."""


def wishes(crisis: Crisis, plan: ChannelPlan, case: Case) -> Iterator[Wish]:
    """Yield who thinks about calling about a case on a channel that reaches both actors."""
    if plan.halts and case.depth:
        for bloc in (case.blamed_bloc, case.victim_bloc):
            yield bloc, Asked.HALT, plan.halting
    if plan.explanations and not case.depth:
        chance = plan.high_risk if case.severity >= crisis.p.grave_low else plan.serious
        if plan.public:
            yield case.blamed_bloc, Asked.CALL, chance
        else:
            chance = rules.each_of_two(chance)
            yield case.blamed_bloc, Asked.CALL, chance
            yield case.victim_bloc, Asked.CALL, chance


def reaches(crisis: Crisis, plan: ChannelPlan, case: Case) -> bool:
    """Whether a channel is there now for both actors of a case."""
    return plan.reach.issuperset((case.victim, case.blamed)) and plan.open(crisis.now)


def about_case(crisis: Crisis, plan: ChannelPlan, case: Case, wish: Wish) -> Request:
    """Return the question to one side whether it calls about a case."""
    bloc, asked, chance = wish
    identity = child(plan.identity, case.identity, bloc, _HALT if asked is Asked.HALT else _CASE)
    return Request(
        identity=identity, asked=asked, time=crisis.now, deadline=case.deadline,
        actor=plan.ends[bloc], case=case.identity, channel=plan.row, about=identity, options=2,
        leaning=chance, rung=crisis.ladder.rung, severity=case.severity,
    )  # fmt: skip


def carries_concern(crisis: Crisis, plan: ChannelPlan) -> bool:
    """Whether concern at a strike near a critical site may be voiced on a channel now."""
    return plan.concerns and plan.open(crisis.now)


def about_strike(crisis: Crisis, plan: ChannelPlan, subject: int, bloc: int) -> Request:
    """Return the question to one side whether it voices concern at a strike."""
    identity = child(plan.identity, subject, bloc, _CONCERN)
    return Request(
        identity=identity, asked=Asked.CALL, time=crisis.now, deadline=FOREVER,
        actor=plan.ends[bloc], case=NEVER, channel=plan.row, about=identity, options=2,
        leaning=plan.concern, rung=crisis.ladder.rung,
    )  # fmt: skip


class Watch:
    """Watches whether channels that there are not would be spoken on; see :mod:`sim.crisis.alike`.

    ``silent`` are those on which nobody would have spoken so far.
    """

    def __init__(self, crisis: Crisis, channels: tuple[ChannelPlan, ...]) -> None:
        self._crisis = crisis
        self.silent = channels

    def case(self, case: Case) -> None:
        """Ask both sides about a case."""
        crisis = self._crisis
        self.silent = tuple(
            plan for plan in self.silent
            if not reaches(crisis, plan, case) or not any(
                crisis.decide_alone(about_case(crisis, plan, case, wish))
                for wish in wishes(crisis, plan, case)
            )
        )  # fmt: skip

    def strike(self, subject: int, bloc: int) -> None:
        """Ask a side about a strike near a critical site."""
        crisis = self._crisis
        self.silent = tuple(
            plan for plan in self.silent
            if not carries_concern(crisis, plan)
            or not crisis.decide_alone(about_strike(crisis, plan, subject, bloc))
        )  # fmt: skip

    def placed(self, row: int) -> None:
        """Note that the scenario places a call on a channel."""
        self.silent = tuple(plan for plan in self.silent if plan.row != row)
