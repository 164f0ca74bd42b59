"""Who decides: the model's own deciders or people, by requests and replies.

The crisis asks; it does not know who answers. A request is a record with an identity made from
what it is about, so a reply can be logged, replayed in another run of the same world, and changed
there. A decider that returns None answers later, in simulated time, by ``Crisis.reply``. One that
does not take a request leaves it to the model, and nothing is logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple, Protocol

from sim.crisis.rules import Belief, gumbel, utility
from sim.draws import Decision, Luck, child
from sim.scenario.kinds import DECEITFUL, HONEST, RESPONSES, Act, Content
from sim.scenario.parameters import Parameters


class Asked(IntEnum):
    """What a request asks."""

    ACT = 0  # which act answers a case
    CALL = 1  # whether to call about a case, or about a strike: 0 or 1
    SAY = 2  # what to tell the other side about a case
    ANSWER = 3  # whether to pick up: 0 or 1
    HALT = 4  # whether to propose a halt: 0 or 1
    ENGAGE = 5  # whether the local commander engages an intruder: 0 or 1
    CONSENT = 6  # which act the bloc's leader would choose
    AUTHORISE = 7  # whether the watch may call: 0 or 1


class Request(NamedTuple):
    """One decision to be made, with what its seat knows.

    ``leaning`` is the chance of yes of a yes-or-no question; ``wanted``, ``rung``, ``tension``,
    ``severity`` and ``belief`` are the deciding side's own picture. ``about`` is the identity of
    the luck the model's decider draws with, ``identity`` that of the request.
    """

    identity: int
    asked: Asked
    time: int
    deadline: int
    actor: int
    case: int
    channel: int
    about: int
    options: int
    leaning: float = 0.0
    wanted: float = 0.0
    rung: int = 0
    tension: float = 0.0
    severity: float = 0.0
    belief: Belief = (0.0, 0.0, 0.0, 0.0)
    cause: int = -1
    honesty: float = 0.0


class Decider(Protocol):
    """Anybody who can answer requests."""

    def takes(self, request: Request) -> bool:
        """Whether this decider answers a request at all; what it does not take the model decides.

        The model never asks for leave to call on its own: that takes its time and is given.
        """
        return request.asked is not Asked.AUTHORISE

    def decide(self, request: Request) -> int | None:
        """Return the choice, or None to reply later."""
        ...

    def lapsed(self, request: Request) -> int | None:
        """Return what holds when no reply came in time, or None for what the model decides."""
        return None


_LUCK_OF = {
    Asked.CALL: Decision.WILLING,
    Asked.ANSWER: Decision.ANSWERED,
    Asked.HALT: Decision.PROPOSE_HALT,
    Asked.ENGAGE: Decision.LOCAL,
}


class ModelDecider(Decider):
    """The model's own decider: replies at once, with the world's luck."""

    def __init__(self, luck: Luck, parameters: Parameters) -> None:
        self._luck = luck
        self._parameters = parameters

    def decide(self, request: Request) -> int:
        """Return the model's choice."""
        if request.asked is Asked.ACT:
            return self._act(request, Decision.ACT)
        if request.asked is Asked.CONSENT:
            return self._act(request, Decision.CONSENT)
        if request.asked is Asked.SAY:
            return self._say(request)
        if request.asked is Asked.AUTHORISE:
            return 1
        if request.leaning <= 0:
            return 0
        return int(self._luck.u(_LUCK_OF[request.asked], request.about) < request.leaning)

    def _act(self, request: Request, decision: Decision) -> int:
        """Choose by the Gumbel-max rule, with noise addressed by the act's name."""
        p = self._parameters
        jump = p.jump * (1 + p.jump_rung * request.rung)
        best, chosen = -float("inf"), int(Act.ABSORB)
        for response in RESPONSES[: request.options]:
            act = response.act
            noise = gumbel(self._luck.u(decision, child(request.about, act)))
            force = act >= Act.LIMITED_FORCE
            value = p.beta * utility(response.intensity, request.wanted, p.fear, force, jump)
            if value + noise > best:
                best, chosen = value + noise, int(act)
        return chosen

    def _say(self, request: Request) -> int:
        """Choose the content of a message from what the officer knows and whether he lies."""
        if request.cause < 0:
            return int(Content.DOES_NOT_KNOW)
        honest = self._luck.u(Decision.HONESTY, request.about) < request.honesty
        table = (HONEST if honest else DECEITFUL)[request.cause]
        u = self._luck.u(Decision.CONTENT, request.about)
        total = 0.0
        for content, share in enumerate(table):
            total += share
            if u < total:
                return content
        return int(Content.STALL)


class Replies(Decider):
    """A decider that repeats logged replies and leaves the rest to another decider."""

    def __init__(self, replies: Mapping[int, int], otherwise: Decider) -> None:
        self._replies = replies
        self._otherwise = otherwise

    def decide(self, request: Request) -> int | None:
        """Return the logged reply to this request, or the other decider's."""
        found = self._replies.get(request.identity)
        return self._otherwise.decide(request) if found is None else found
