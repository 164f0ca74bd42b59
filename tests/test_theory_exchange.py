"""Exchanges against the branching process they are, and one incident against integration.

Where neither tension nor the rung moves a judgement, each act leads to at most one reply whose
kind depends on the act alone, so lengths and ends of exchanges follow from a matrix. Likewise
what is made of one incident follows from integrals over the clock and over what arrives in time.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats
from small_worlds import (
    HOUR,
    LINE,
    NO_REPORT,
    Values,
    histories,
    incident,
    laid_over,
    of,
    quiet,
    stages,
    theatre_of,
)

from sim.crisis import play
from sim.records import Acted, Messaged, Reported
from sim.scenario.kinds import DECEITFUL, HONEST, RESPONSES, Act, Cause
from sim.scenario.parameters import Parameters

Z = 4.0
SIZES = [pytest.param(1, id="usual"), pytest.param(10, id="long", marks=pytest.mark.slow)]
X = np.array([response.intensity for response in RESPONSES])
FORCE = X >= 0.7
DISPLAY, LIMITED, MAJOR = int(Act.DISPLAY), int(Act.LIMITED_FORCE), int(Act.MAJOR_FORCE)

TEMPERS = {
    "at_base": {},
    "hot": {"beta": 22.0, "resolve": 1.25, "fear": 0.15, "jump": 0.0, "delta_display": 0.7},
    "hotter": {"beta": 10.0, "resolve": 1.25, "fear": 0.0, "jump": 0.0, "delta": 1.0},
}
"""Parameters of the response, from the base to exchanges that go on for long."""


def chances(p: Parameters, wanted: float) -> np.ndarray:
    """Return the chance of each act of a side that wants this intensity at rung 0."""
    value = -p.beta * ((X - wanted) ** 2 + p.fear * X**2 + p.jump * FORCE)
    odds = np.exp(value - value.max())
    found: np.ndarray = odds / odds.sum()
    return found


class Exchange(NamedTuple):
    """What theory says of an exchange: chances of each number of acts, and of war."""

    lengths: np.ndarray
    war: float


def exchange(p: Parameters, wanted: float, most: int = 400) -> Exchange:
    """Return the law of an exchange whose first answer is to ``wanted``.

    A state is the last act and who has used major force so far: its author, the other side. The
    crisis stops once both have.
    """
    reply = np.zeros((len(X), len(X)))
    for k in (DISPLAY, LIMITED, MAJOR):
        severity = (p.delta if k > DISPLAY else p.delta_display) * X[k]
        reply[k] = chances(p, min(1.0, p.resolve * severity))
    now = {}
    for k, chance in enumerate(chances(p, wanted)):
        now[k, k == MAJOR, False] = chance
    lengths, war = np.zeros(most + 1), 0.0
    for n in range(1, most + 1):
        later: dict[tuple[int, bool, bool], float] = {}
        for (k, own, other), mass in now.items():
            if own and other and k == MAJOR:
                war += mass
                lengths[n] += mass
            elif k < DISPLAY:
                lengths[n] += mass
            else:
                for j, chance in enumerate(reply[k]):
                    state = (j, other or j == MAJOR, own)
                    later[state] = later.get(state, 0.0) + mass * chance
        now = later
    assert sum(now.values()) < 1e-9
    return Exchange(lengths, war)


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize("temper", TEMPERS)
def test_exchanges_are_a_branching_process(temper: str, times: int) -> None:
    p = Parameters(**TEMPERS[temper])
    severity = 0.95
    own = TEMPERS[temper] | {"max_replies": 1000, "quiet": "900 d", "clock_median": "2 h"}
    values = quiet(
        injects=[incident(cause="hostile", severity=severity)],
        parameters={**own, **NO_REPORT, "suspicion_hostile": 0.6, "force_high_risk": 0.0},
    )
    lived = histories(values, 600 * times, arm="without_line")
    total = p.suspicion_accident + p.suspicion_assertive + 0.6 + p.suspicion_not_theirs
    deserved = p.cost_accident * p.suspicion_accident + p.cost_assertive * p.suspicion_assertive
    law = exchange(p, min(1.0, p.resolve * severity * (deserved + 0.6) / total))
    found = np.array([len(of(history, Acted)) for history in lived])
    n = np.arange(law.lengths.size)
    mean = float((law.lengths * n).sum())
    spread = math.sqrt(float((law.lengths * n**2).sum()) - mean**2)
    assert abs(found.mean() - mean) < Z * spread / math.sqrt(found.size)
    # Extinction: the share of exchanges over by each generation.
    for generation in range(1, 6):
        over = float(law.lengths[: generation + 1].sum())
        error = math.sqrt(max(over * (1 - over), 1e-6) / found.size)
        assert abs((found <= generation).mean() - over) < Z * error, generation
    wars = np.mean([history.stopped for history in lived])
    assert abs(wars - law.war) < Z * math.sqrt(max(law.war * (1 - law.war), 1e-6) / found.size)


def test_the_hot_tempers_are_hot() -> None:
    # Otherwise the branching process would never get past its first reply.
    means = []
    for temper in TEMPERS.values():
        law = exchange(Parameters(**temper), 0.8)
        means.append(float((law.lengths * np.arange(law.lengths.size)).sum()))
    assert means[0] < 3.0 < 3.5 < means[-1]


def test_an_exchange_stops_at_its_longest() -> None:
    hot = TEMPERS["hotter"] | {"max_replies": 3, "clock_median": "2 h", "quiet": "900 d"}
    values = quiet(injects=[incident(cause="hostile")], parameters={**hot, **NO_REPORT})
    lengths = [len(of(history, Acted)) for history in histories(values, 150, "without_line")]
    assert max(lengths) == 4  # the answer to the incident, and three replies


# One incident.


class Case(NamedTuple):
    """One setting of the one-incident scenario."""

    cause: str
    severity: float
    knowledge: float = 0.7
    honesty: float = 0.7
    weight: float = 1.0
    authorise_h: float = 4.0
    relay_h: float = 1.0
    report_h: float = 0.0
    accuracy: float = 0.85


CASES = {
    "grave_accident": Case("accident", 0.9),
    "well_told_accident": Case("accident", 0.95, knowledge=1.0, honesty=0.95, weight=1.8),
    "hostile": Case("hostile", 0.9, honesty=0.3),
    "slow_line": Case("accident", 0.9, authorise_h=12.0, relay_h=6.0, knowledge=1.0),
    "with_reports": Case("accident", 0.85, report_h=6.0),
    "assertive_with_reports": Case("assertive", 0.8, report_h=3.0, accuracy=0.7, knowledge=1.0),
}


def scenario_of(case: Case) -> Values:
    """Return the scenario of a case: exponential authorisation and report, all else fixed."""
    line = {
        "authorise": {"mean": f"{case.authorise_h * 60:.0f} min"},
        "relay": f"{case.relay_h * 60:.0f} min",
        "answer": "0 min",
        "talk": "0 min",
        "knowledge": case.knowledge,
        "honesty": case.honesty,
        "weight": case.weight,
    }
    report: Values = dict(NO_REPORT)
    if case.report_h:
        report["report"] = {"mean": f"{case.report_h * 60:.0f} min"}
        report["accuracy"] = case.accuracy
    what = incident(cause=case.cause, severity=case.severity)
    report["force_high_risk"] = 0.0
    return quiet(injects=[what], channels={"line": line}, parameters=report)


def display_or_more(p: Parameters, severity: float, odds: np.ndarray) -> float:
    """Return the chance of a display or more, given unnormalised beliefs."""
    cost = np.array([p.cost_accident, p.cost_assertive, p.cost_hostile, p.cost_not_theirs])
    wanted = min(1.0, p.resolve * severity * float(cost @ odds) / float(odds.sum()))
    return float(chances(p, wanted)[DISPLAY:].sum())


class Law(NamedTuple):
    """What integration says of one incident under one arm."""

    display: float
    message_in_time: float
    report_in_time: float


def law_of(case: Case, with_line: bool) -> Law:
    """Integrate over the clock, what arrives before it, contents, knowledge and honesty."""
    p = Parameters()
    cause = int(Cause[case.cause.upper()])
    prior = np.array(
        [p.suspicion_accident, p.suspicion_assertive, p.suspicion_hostile, p.suspicion_not_theirs]
    )
    # The clock, on a grid of its quantiles.
    u = (np.arange(20_000) + 0.5) / 20_000
    hours = 24 * math.exp(-2 * case.severity) * np.exp(p.clock_sigma * stats.norm.ppf(u))
    # Both sides call, so the first of two exponential authorisations counts.
    spare = np.maximum(0.0, hours - case.relay_h)
    heard = 1 - np.exp(-2 * spare / case.authorise_h) if with_line else np.zeros_like(hours)
    reported = 1 - np.exp(-hours / case.report_h) if case.report_h else np.zeros_like(hours)
    c = min(p.credibility_high, case.weight * 0.5)
    no_word = [(1.0, np.ones(4))]
    words = [(1 - case.knowledge, np.ones(4))]
    for content in range(5):
        honest = np.array([HONEST[h][content] for h in range(4)])
        lying = np.array([DECEITFUL[h][content] for h in range(4)])
        told = case.honesty * honest[cause] + (1 - case.honesty) * lying[cause]
        words.append((case.knowledge * told, c * honest + (1 - c) * lying))
    names = []
    for named in range(4):
        likelihood = np.full(4, (1 - case.accuracy) / 3)
        likelihood[named] = case.accuracy
        names.append((likelihood[cause], likelihood))
    display = 0.0
    for message, share_m in ((no_word, 1 - heard), (words, heard)):
        for report, share_r in ((no_word, 1 - reported), (names, reported)):
            mass = float((share_m * share_r).mean())
            for a, evidence in message:
                for b, found in report:
                    odds = prior * evidence * found
                    display += mass * a * b * display_or_more(p, case.severity, odds)
    return Law(display, float(heard.mean()), float(reported.mean()))


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize("name", CASES)
def test_one_incident_is_what_integration_says(name: str, times: int) -> None:
    case = CASES[name]
    values = scenario_of(case)
    theatre = theatre_of(values)
    ready = list(stages(theatre, 500 * times))
    for arm in ("without_line", "as_used_2022"):
        law = law_of(case, with_line=arm != "without_line")
        lived = [play(stage, arm) for stage in ready]
        answers = [of(history, Acted)[0] for history in lived]
        in_time = [
            any(m.in_time for m in of(history, Messaged) if m.case == answer.case)
            for history, answer in zip(lived, answers, strict=True)
        ]
        reported = [
            any(r.in_time and r.final for r in of(history, Reported) if r.case == answer.case)
            for history, answer in zip(lived, answers, strict=True)
        ]
        display = [answer.act >= Act.DISPLAY for answer in answers]
        for found, expected in (
            (display, law.display),
            (in_time, law.message_in_time),
            (reported, law.report_in_time),
        ):
            error = math.sqrt(max(expected * (1 - expected), 1e-6) / len(found))
            assert abs(np.mean(found) - expected) < Z * error, arm


def test_the_cases_tell_the_arms_apart() -> None:
    # Integration itself must see an effect, or agreement with it would show nothing.
    def effect(case: Case) -> float:
        return law_of(case, True).display - law_of(case, False).display

    assert effect(CASES["well_told_accident"]) < -0.05
    assert effect(CASES["well_told_accident"]) < effect(CASES["grave_accident"]) < 0
    slow = CASES["slow_line"]
    assert effect(slow._replace(authorise_h=1.0, relay_h=0.5)) < effect(slow) < 0


def test_a_faster_line_is_worth_more() -> None:
    # Direct, by fixed delays: a message either beats every clock or none.
    what = incident(severity=0.95)
    sure = {"knowledge": 1.0, "honesty": 1.0, "weight": 1.8}
    shares = []
    for relay in ("1 min", "20 d"):
        line = laid_over(LINE, sure | {"relay": relay})
        values = quiet(injects=[what], channels={"line": line}, parameters=NO_REPORT)
        answers = [of(history, Acted)[0] for history in histories(values, 120)]
        assert all(answer.time > 24 * HOUR for answer in answers)
        shares.append(np.mean([answer.act >= Act.DISPLAY for answer in answers]))
    assert shares[0] < shares[1] - 0.1
