"""What the two sides do about it: channels, clocks, beliefs, responses and the ladder.

``play`` lives one world through under one arm and returns its history.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.crisis.alike import play_arms, played
from sim.crisis.deciders import Asked, Decider, ModelDecider, Replies, Request
from sim.crisis.engine import Crisis, crisis_of
from sim.crisis.history import History, first_difference
from sim.crisis.injects import Given, check_possible, given_in, given_kinds
from sim.crisis.plan import Plan, plan
from sim.crisis.stage import Stage
from sim.records import NOBODY

__all__ = [
    "Asked",
    "Crisis",
    "Decider",
    "Given",
    "History",
    "ModelDecider",
    "Plan",
    "Replies",
    "Request",
    "Stage",
    "check_possible",
    "crisis_of",
    "first_difference",
    "given_in",
    "given_kinds",
    "plan",
    "play",
    "play_arms",
]


def play(
    stage: Stage,
    arm: str | Plan,
    people: Mapping[int, Decider] | None = None,
    given: Given | None = None,
    followed: int = NOBODY,
) -> History:
    """Live one world through under one arm.

    ``people`` maps rows of actors to the deciders that take the model's place. ``given`` places
    one grave incident; ``followed`` is the identity of an inject that is to be a case of its own.
    The same stage may be played under any number of arms.
    """
    under = plan(stage.theatre, arm) if isinstance(arm, str) else arm
    return played(crisis_of(stage, under, people, given, followed))
