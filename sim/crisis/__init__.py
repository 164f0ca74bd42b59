"""What the two sides do about it: channels, clocks, beliefs, responses and the ladder.

``play`` lives one world through under one arm and returns its history.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.crisis.deciders import Asked, Decider, ModelDecider, Replies, Request
from sim.crisis.engine import Crisis, retrusted
from sim.crisis.history import History, first_difference
from sim.crisis.injects import Given, check_possible, given_in, given_kinds
from sim.crisis.plan import Plan, plan
from sim.crisis.stage import Stage
from sim.records import NOBODY
from sim.scenario.channels import REFERENCE

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
]


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
    crisis = crisis_of(
        stage, plan(stage.theatre, arm) if isinstance(arm, str) else arm, people, given, followed
    )
    crisis.run()
    history = crisis.history()
    crisis.let_go()
    return history
