"""The room's path on the fan: where it went among worlds that the model played alone."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Final

import numpy as np

from sim.crisis import Stage, plan, play
from sim.language import speaking
from sim.scenario.channels import REFERENCE
from sim.show.fan import STEPS, draw_fan, rung_path
from sim.show.style import figure_of, picture
from sim.workshop.game import Setup, staged
from sim.workshop.session import Session
from sim.world import build

WORLDS: Final = 100
"""Worlds in a fan."""

_ONE_AT_A_TIME: Final = Lock()  # the settings of matplotlib are everybody's


def times_of(stage: Stage, setup: Setup) -> np.ndarray:
    """Return the moments of a fan, from where people take over to the end of the period."""
    return np.linspace(setup.begins, stage.theatre.horizon_ms, STEPS).astype(np.int64)


@lru_cache(maxsize=2)
def model_paths(setup: Setup, worlds: int = WORLDS) -> np.ndarray:
    """Return the rungs of worlds that the model plays alone, shape (worlds, moments)."""
    stage = staged(setup)
    times = times_of(stage, setup)
    reference, arm = plan(stage.theatre, REFERENCE), plan(stage.theatre, setup.arm)
    found = []
    for number in range(worlds):
        own = Stage(build(stage.theatre, setup.seed, number))
        found.append(rung_path(play(own, arm), max(own.begin(reference).levels), times))
    return np.array(found)


def fan(session: Session, code: str, kind: str = "svg", worlds: int = WORLDS) -> bytes:
    """Return the picture of the room's path among the model's worlds, as ``svg`` or ``png``."""
    stage, setup = session.stage, session.setup
    paths, times = model_paths(setup, worlds), times_of(stage, setup)
    start = max(stage.begin(plan(stage.theatre, REFERENCE)).levels)
    played = times if session.game.over else times[times <= session.game.now]
    own = rung_path(session.game.history(), start, played)
    with _ONE_AT_A_TIME, speaking(code):
        return picture(figure_of(draw_fan(session.game.scenario.start, times, paths, own)), kind)
