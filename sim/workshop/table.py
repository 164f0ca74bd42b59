"""The table: every question of the crisis passes here, to people or to the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from sim.crisis.deciders import Asked, Decider, Request
from sim.scenario.kinds import Act
from sim.workshop.chairs import Seating

ABSORB, MODEL = "absorb", "model"
LAPSES: Final = {MODEL: "the model decides", ABSORB: "it is let pass, and nobody calls"}
"""What may hold when a clock runs out, to be said beforehand."""

_SMALL: Final = {Asked.CALL, Asked.HALT, Asked.ANSWER}


class Kept(NamedTuple):
    """What people replied to a request in another playing: after how long, and what.

    ``choice`` is None where the clock ran out; ``number`` is the move's place in the log.
    """

    after: int
    choice: int | None
    number: int


class Table(Decider):
    """Who is asked what, and what was asked.

    In a playing with ``script`` people reply as they did, at the same time after being asked; what
    they were never asked there the model decides.
    """

    def __init__(
        self,
        seating: Seating,
        lapse: str = MODEL,
        script: Mapping[int, Kept] | None = None,
        reply: Callable[[Request, Kept], None] | None = None,
    ) -> None:
        self.seating = seating
        self.sitting = seating.sitting
        self.asked: dict[int, Request] = {}
        self.orders: dict[tuple[int, Asked], int] = {}
        self._lapse = lapse
        self._script = script
        self._reply = reply

    def takes(self, request: Request) -> bool:
        """Whether people, or an order of the facilitator, decide on a request."""
        if request.identity in self.asked:
            return True
        if not self._by_people(request):
            return (request.actor, request.asked) in self.orders
        return self._script is None or request.identity in self._script

    def decide(self, request: Request) -> int | None:
        """Write down what is asked; an order of the facilitator answers for the model at once."""
        if not self._by_people(request):
            order = self.orders.pop((request.actor, request.asked), None)
            if order is not None:
                return min(order, request.options - 1)
        self.asked[request.identity] = request
        kept = None if self._script is None else self._script.get(request.identity)
        if kept is not None and kept.choice is not None and self._reply is not None:
            self._reply(request, kept)
        return None

    def _by_people(self, request: Request) -> bool:
        chair = self.seating.chair_of(request)
        return chair is not None and chair.name in self.sitting

    def lapsed(self, request: Request) -> int | None:
        """Return what holds when the clock has run out: not to call is a decision too."""
        if request.asked in (Asked.CALL, Asked.HALT):
            return 0
        if self._lapse == ABSORB and request.asked is Asked.ACT:
            return int(Act.ABSORB)
        return None
