"""Preparing a scenario: its theatre, and what share of its contacts anyone would record.

How often two forces meet follows from geometry alone, and it is far more often than anyone notes.
The model therefore records a contact with probability ``noteworthy``, solved here so that base
activity brings the number of recorded contacts a year that the public record shows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from sim.draws import Luck
from sim.scenario.arms import WORLD_PARAMETERS
from sim.scenario.models import Scenario
from sim.scenario.parameters import Parameters
from sim.scenario.quantities import DAY, YEAR
from sim.world.theatre import Theatre, lay_out
from sim.world.traffic import at_a_time, routine, traffics

WORLDS: Final = 16
"""Worlds lived through to count contacts; several hundred contacts suffice for a few percent."""

LONGEST: Final = 60 * DAY
"""Longest period in ms counted in each of them, which bounds the cost."""

REFERENCE_SEED: Final = 0
"""Seed of those worlds, so that ``noteworthy`` is the same for every seed of a study."""

_KEPT: Final = 16
_prepared: dict[str, Theatre] = {}
_grounds: dict[str, Theatre] = {}

_SAID: Final[dict[str, Any]] = {
    "channels": True,
    "arms": True,
    "parameters": set(Parameters.model_fields) - WORLD_PARAMETERS,
}
"""What the sides say and how they take it, which moves nothing on the ground."""


def ground(scenario: Scenario) -> str:
    """Return as text all that decides what moves and meets in a scenario's worlds.

    Scenarios that agree in it differ only in what arms may change, and share their traffic.
    """
    return scenario.model_dump_json(exclude=_SAID)


def contacts_per_year(theatre: Theatre) -> float:
    """Return how many contacts a year base activity brings about, from reference worlds.

    Contacts count that begin within the period; a lead of one sortie's length fills the sky first.
    """
    lead = max((course.lasting for course in theatre.courses), default=0)
    period = min(theatre.horizon_ms, LONGEST)
    while_counted = replace(theatre, start_ms=-min(lead, period) - 1, horizon_ms=period, a_max=1.0)
    lucks = [Luck(REFERENCE_SEED, number) for number in range(WORLDS)]
    count, size = 0, at_a_time(while_counted)
    for first in range(0, WORLDS, size):
        for moving in traffics(while_counted, lucks[first : first + size], 1.0):
            count += int(np.count_nonzero(moving.contacts.first >= 0))
    return count * YEAR / (WORLDS * period)


def recorded_per_year(scenario: Scenario) -> float:
    """Return how many recorded contacts a year the scenario is to have."""
    p = scenario.parameters
    factor = p.conditions_2022 if scenario.conditions == "2022" else 1.0
    return p.recorded_per_year * scenario.border_share * factor


def prepare(scenario: Scenario) -> Theatre:
    """Return the theatre of a scenario, ready to build worlds in; the last few are kept.

    ``recorded_per_year_expected`` of the result falls short of ``recorded_per_year_target`` where
    the forces meet too seldom for it. Raises ScenarioError.
    """
    text = scenario.model_dump_json()
    if text not in _prepared:
        same = ground(scenario)
        if same not in _grounds:
            _keep(_grounds, same, _prepare(scenario))
        _keep(_prepared, text, replace(_grounds[same], scenario=scenario))
    return _prepared[text]


def _keep(theatres: dict[str, Theatre], text: str, theatre: Theatre) -> None:
    """Keep a theatre, and the last few others."""
    while len(theatres) >= _KEPT:
        del theatres[next(iter(theatres))]
    theatres[text] = theatre


def _prepare(scenario: Scenario) -> Theatre:
    theatre = lay_out(scenario)
    theatre = replace(theatre, routine=routine(theatre))
    raw = contacts_per_year(theatre)
    target = recorded_per_year(scenario)
    given = scenario.parameters.noteworthy
    share = given if given is not None else min(1.0, target / raw) if raw > 0 else 0.0
    return replace(
        theatre,
        raw_contacts_per_year=raw,
        noteworthy=share,
        recorded_per_year_target=target,
        recorded_per_year_expected=share * raw,
    )
