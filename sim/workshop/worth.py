"""What a decision was worth: the same question answered either way in many worlds.

One world says what would have been; it does not say whether that was luck. A question about a dated
event of the scenario comes up in every world, with the same identity, so it can be answered one way
and the other in each, all else left to the model, and the pairs be counted as ``compare`` counts
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from sim.crisis import Stage, plan, play
from sim.crisis.deciders import Decider, Request
from sim.crisis.plan import channel_rows
from sim.scenario.channels import LINE
from sim.study.estimates import Difference, paired_difference
from sim.study.measures import THRESHOLDS, measure
from sim.workshop.game import Setup
from sim.world import build

WORLDS: Final = 100
"""Worlds that are lived through unless more are asked for."""

_CRISIS: Final = min(THRESHOLDS)


class Worth(NamedTuple):
    """What a choice did to the share of worlds that came to a crisis after the event.

    ``chosen`` and ``otherwise`` are 1 for each world that did, by the two choices.
    """

    difference: Difference
    chosen: np.ndarray
    otherwise: np.ndarray


class Forced(Decider):
    """Answers one question as it is told to, and leaves all others to the model."""

    def __init__(self, choices: Mapping[int, int]) -> None:
        self._choices = choices

    def takes(self, request: Request) -> bool:
        """Whether this is the question."""
        return request.identity in self._choices

    def decide(self, request: Request) -> int:
        """Return what was told."""
        return self._choices[request.identity]


def comes_up_everywhere(stage: Stage, request: Request) -> bool:
    """Whether a question is about a dated event of the scenario, which every world has."""
    return request.case in {placed.identity for placed in stage.world.placed}


def led_to_crisis(
    stage: Stage, setup: Setup, case: int, forced: Mapping[int, int], worlds: int
) -> np.ndarray:
    """Return for each world whether the event led to a crisis, shape (worlds,)."""
    theatre = stage.theatre
    arm = plan(theatre, setup.arm)
    line = channel_rows(theatre.scenario).get(LINE, -1)
    everyone = dict.fromkeys(range(len(theatre.actors)), Forced(forced)) if forced else None
    found = np.zeros(worlds)
    for number in range(worlds):
        own = Stage(build(theatre, setup.seed, number))
        history = play(own, arm, everyone, followed=case)
        row = measure(history, line, case, [actor.bloc for actor in theatre.actors])
        found[number] = row[f"given_reached_{_CRISIS}"]
    return found


def worth(stage: Stage, setup: Setup, request: Request, choice: int, worlds: int = WORLDS) -> Worth:
    """Return what a choice was worth against the other, or against letting it pass.

    ``request`` must come up everywhere. Of a question with more than two choices the first is what
    it is set against, to conciliate.
    """
    other = 1 - choice if request.options == len((True, False)) else 0
    chosen = led_to_crisis(stage, setup, request.case, {request.identity: choice}, worlds)
    otherwise = led_to_crisis(stage, setup, request.case, {request.identity: other}, worlds)
    return Worth(paired_difference(otherwise, chosen), chosen, otherwise)
