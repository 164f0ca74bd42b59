"""What the two sides do about it: channels, clocks, beliefs, responses and the ladder.

``play`` lives one world through under one arm and returns its history.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.crisis.deciders import Asked, Decider, ModelDecider, Replies, Request
from sim.crisis.engine import Crisis, retrusted
from sim.crisis.history import History, first_difference
from sim.crisis.injects import Given, given_in, given_kinds
from sim.crisis.plan import Plan, plan
from sim.crisis.stage import Stage
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
) -> Crisis:
    """Return the crisis of one world under one arm, ready to run."""
    reference = plan(stage.theatre, REFERENCE)
    if arm.parameters.invitation == 0:
        reference = reference.uninvited()
    start = retrusted(stage.begin(reference), reference.parameters, arm.parameters)
    return Crisis(stage, arm, start, people=people, given=given)


def play(
    stage: Stage,
    arm: str | Plan,
    people: Mapping[int, Decider] | None = None,
    given: Given | None = None,
) -> History:
    """Live one world through under one arm.

    ``people`` maps rows of actors to the deciders that take the model's place. ``given`` places
    one grave incident. The same stage may be played under any number of arms.
    """
    crisis = crisis_of(
        stage, plan(stage.theatre, arm) if isinstance(arm, str) else arm, people, given
    )
    crisis.run()
    return crisis.history()
