"""A whole crisis, compared with the law worked out in ``exact_exchange``, with and without line.

The scenario is reduced until that law is exact (its docstring says how), then run through
``sim.compare`` like any other. What is compared: chances to reach each rung, acts and proposals to
halt per world, messages that beat the clock, when the first act and the first force come, and the
paired effects of two arms. Errors are standard errors over the worlds.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
from exact_call import Wire
from exact_exchange import DISPLAY, Exact, Law
from small_worlds import DAY, HOUR, NO_REPORT, Values, incident, quiet

import sim
from sim.scenario.loading import build
from sim.scenario.parameters import Parameters

Z = 4.0
WORLDS = 500
SIZES = [pytest.param(1, id="usual"), pytest.param(10, id="long", marks=pytest.mark.slow)]
WITHOUT, WITH, TRUTH = "without_line", "as_used_2022", "oracle"
INCIDENT_AT_H = 24.0


class Setting(NamedTuple):
    """A reduced scenario: what it changes of the constants, the incident, the channel."""

    constants: dict[str, float]
    severity: float
    tension: float
    wire: Wire


MOODS = {"a_tension": 1.0, "clock_rung": 0.25, "jump_rung": 0.1, "grievance": 0.3}
"""The moods of the model at their base values, which the small scenarios otherwise take out."""

HOT = {"beta": 22.0, "resolve": 1.25, "fear": 0.15, "jump": 0.01, "delta_display": 0.7}

SETTINGS = {
    "no_moods": Setting(HOT, 0.95, 0.0, Wire(halts=0.6, relay=0.3, knowledge=1.0)),
    "moods_at_base": Setting(
        MOODS, 0.9, 0.4,
        Wire(halts=0.8, authorise=0.5, answered=0.8, right=0.6, hunt=0.7, interpreter=1.5),
    ),
    "hot_and_moody": Setting(
        HOT | MOODS | {"grievance": 0.6, "tension_act": 0.6}, 0.85, 0.2,
        Wire(willing=0.7, halts=1.0, answered=0.9, right=0.5, weight=1.6, knowledge=0.9),
    ),
    "fast_to_forget": Setting(
        HOT | MOODS | {"tension_half_life": 6.0, "a_tension": 1.5}, 0.8, 1.5,
        Wire(halts=0.5, authorise=2.0, relay=2.0, honesty=0.95, knowledge=1.0, weight=1.8),
    ),
}  # fmt: skip
"""From no mood at all to tension that grows and fades within an exchange (half-life in hours)."""

EXACTLY: Values = {
    "quiet": "900 d", "late_relief": 0.0, "late_quiet": 1.0, "heed_stop": 0.0, "invitation": 0.0,
    "a_rung": 0.3,
} | NO_REPORT  # fmt: skip
"""What makes the law exact, beside what the small scenarios take out; the rung's pull on suspicion
may stay, since the only case that leaves room for suspicion opens at rung 0."""


def hours(mean: float) -> Values:
    """Return an exponential delay."""
    return {"mean": f"{mean * 60:.0f} min"}


def scenario_of(setting: Setting) -> Values:
    """Return the reduced scenario."""
    wire = setting.wire
    line: Values = {
        "carries": ["explanations", "halts"],
        "capacity": 100,
        "willing": {"serious": 0.0, "high_risk": wire.willing, "halts": wire.halts},
        "attempts": 1,
        "right_person": {"probability": wire.right, "otherwise": hours(wire.hunt)},
    }
    line |= {name: hours(getattr(wire, name)) for name in ("authorise", "answer", "talk", "relay")}
    line |= {
        name: getattr(wire, name)
        for name in ("answered", "interpreter", "weight", "knowledge", "honesty")
    }
    constants: Values = dict(setting.constants)
    if "tension_half_life" in constants:
        constants["tension_half_life"] = f"{constants['tension_half_life']:.0f} h"
    return quiet(
        injects=[incident(severity=setting.severity)],
        channels={"line": line},
        begins={"rung": 0, "tension": setting.tension},
        parameters=EXACTLY | constants,
    )


@cache
def laws(name: str) -> dict[str, Exact]:
    """Return the law of a setting under three arms."""
    setting = SETTINGS[name]
    p: Parameters = build(scenario_of(setting)).parameters
    fade = 0.5 ** (INCIDENT_AT_H * HOUR / p.tension_half_life)
    tension = setting.tension * fade + p.tension_incident * setting.severity
    return {
        WITHOUT: Exact(p, setting.severity, tension, None),
        WITH: Exact(p, setting.severity, tension, setting.wire),
        TRUTH: Exact(p, setting.severity, tension, None, oracle=True),
    }


@cache
def lived(name: str, worlds: int) -> Any:
    """Return the comparison of three arms of a setting."""
    arms = (WITHOUT, WITH, TRUTH)
    return sim.compare(build(scenario_of(SETTINGS[name])), worlds=worlds, arms=arms)


def far(values: np.ndarray, expected: float, least: float = 1e-3) -> float:
    """Return how many standard errors a mean lies from what is expected.

    A chance brings its own error. A count brings that of the sample, of one event at the least.
    """
    n = values.size
    if set(np.unique(values)) <= {0, 1}:
        variance = max(expected * (1 - expected), least)
    else:
        variance = max(float(values.var(ddof=1)), 1 / n)
    return abs(float(values.mean()) - expected) / math.sqrt(variance / n)


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize("name", SETTINGS)
def test_rungs_acts_and_calls_are_those_of_the_exact_law(name: str, times: int) -> None:
    found = lived(name, WORLDS * times)
    for arm, exact in laws(name).items():
        for measure, expected in exact.law._asdict().items():
            assert far(found.column(arm, measure), expected) < Z, (arm, measure, expected)


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize("name", SETTINGS)
def test_the_effects_of_arms_are_those_of_the_exact_law(name: str, times: int) -> None:
    # By the differences within worlds, so that the error is that of the pairs.
    found, exact = lived(name, WORLDS * times), laws(name)
    for arm in (WITH, TRUTH):
        for measure in ("reached_3", "reached_4", "acts"):
            expected = getattr(exact[arm].law, measure) - getattr(exact[WITHOUT].law, measure)
            change = found.column(arm, measure) - found.column(WITHOUT, measure).astype(float)
            error = math.sqrt(max(float(change.var(ddof=1)), 1 / change.size) / change.size)
            assert abs(float(change.mean()) - expected) < Z * error, (arm, measure, expected)


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize("name", SETTINGS)
def test_times_are_those_of_the_exact_law(name: str, times: int) -> None:
    found = lived(name, WORLDS * times)
    for arm, exact in laws(name).items():
        since = {k: found.column(arm, f"time_{k}") / HOUR - INCIDENT_AT_H for k in (3, 4)}
        for after in (1.0, 3.0, 8.0, 24.0):
            first = (since[3] >= 0) & (since[3] <= after)
            assert far(first, exact.answered_by(after, DISPLAY)) < Z, (arm, after)
            force = (since[4] >= 0) & (since[4] <= after)
            assert far(force, exact.force_by(after)) < Z, (arm, after)


@pytest.mark.parametrize("name", ["hot_and_moody", "fast_to_forget"])
def test_the_law_does_not_hang_on_its_grids(name: str) -> None:
    setting, coarse = SETTINGS[name], laws(name)[WITH]
    fine = Exact(coarse.p, setting.severity, coarse.start, setting.wire, nodes=60, grid=200)
    assert coarse.law == pytest.approx(fine.law, abs=3e-4)
    assert coarse.force_by(8.0) == pytest.approx(fine.force_by(8.0, 90, 60), abs=1e-3)
    # Late enough, what has come is all that ever comes.
    month = 30 * DAY / HOUR
    assert coarse.answered_by(month, DISPLAY) == pytest.approx(coarse.law.reached_3, abs=1e-3)
    assert coarse.force_by(month) == pytest.approx(coarse.law.reached_4, abs=3e-3)


def test_the_settings_put_the_law_to_use() -> None:
    """Agreement would show little where the line does nothing or exchanges end at once."""

    def at(name: str, arm: str) -> Law:
        return laws(name)[arm].law

    for name in SETTINGS:
        assert at(name, WITH).reached_3 < at(name, WITHOUT).reached_3 - 0.02
        assert at(name, WITH).acts < at(name, WITHOUT).acts - 0.05
        assert at(name, WITH).reached_5 < at(name, WITHOUT).reached_5
        assert 0.1 < at(name, WITH).messages_in_time < 1.9
    assert at("hot_and_moody", WITHOUT).acts > 3
    assert at("hot_and_moody", WITHOUT).reached_5 > 0.1
    assert at("hot_and_moody", WITHOUT).reached_6 > 0.01
