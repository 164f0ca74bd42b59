"""Belief, choice, clocks and moods against what the model document's equations say.

What a history records of an answer is worked out again here from the evidence it records.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from small_worlds import (
    AT,
    DAY,
    HOUR,
    NO_REPORT,
    Values,
    histories,
    incident,
    laid_over,
    of,
    quiet,
)

from sim.crisis import Asked, History, ModelDecider, Request, rules
from sim.draws import Luck, child, root
from sim.records import Acted, Believed, Clocked, Contacted, Happened, Messaged, Reported, Runged
from sim.scenario.kinds import DECEITFUL, HONEST, RESPONSES, Act, Cause, Content
from sim.scenario.parameters import Parameters

P = Parameters()
Z = 4.0
ACCIDENT, ASSERTIVE, HOSTILE, NOT_THEIRS = range(4)
SIZES = [pytest.param(1, id="usual"), pytest.param(10, id="long", marks=pytest.mark.slow)]


def about(wanted: float, who: int, rung: int = 0, options: int = len(RESPONSES)) -> Request:
    """Return a request for an act."""
    return Request(
        identity=who, asked=Asked.ACT, time=0, deadline=0, actor=0, case=who, channel=-1,
        about=who, options=options, wanted=wanted, rung=rung,
    )  # fmt: skip


def logit(p: Parameters, wanted: float, rung: int, options: int) -> np.ndarray:
    """Return the chance of each act: a softmax of beta times utility (McFadden 1974)."""
    jump = p.jump * (1 + p.jump_rung * rung)
    x = np.array([response.intensity for response in RESPONSES[:options]])
    force = np.array([response.rung >= 4 for response in RESPONSES[:options]])
    value = -p.beta * ((x - wanted) ** 2 + p.fear * x**2 + jump * force)
    odds = np.exp(value - value.max())
    chances: np.ndarray = odds / odds.sum()
    return chances


def even(found: Sequence[int] | np.ndarray, chances: np.ndarray) -> float:
    """Return how far counts lie from chances, as the standard score of a chi-square."""
    counts, expected = np.asarray(found, dtype=float), chances * np.sum(found)
    assert np.all(counts[expected == 0] == 0)
    rare = expected < 5
    if rare.any():
        counts = np.append(counts[~rare], counts[rare].sum())
        expected = np.append(expected[~rare], expected[rare].sum())
        if expected[-1] < 1:
            counts, expected = counts[:-1], expected[:-1]
    chi = ((counts - expected) ** 2 / expected).sum()
    free = len(expected) - 1
    return float((chi - free) / math.sqrt(2 * free))


# Choice.


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize(
    ("wanted", "rung", "options"),
    [(0.0, 0, 7), (0.2, 1, 7), (0.45, 3, 7), (0.9, 5, 7), (0.6, 2, 5)],
)
def test_acts_come_as_often_as_the_logit_says(
    wanted: float, rung: int, options: int, times: int
) -> None:
    luck, count = Luck(3, 1), 8000 * times
    decider = ModelDecider(luck, P)
    acts = [decider.decide(about(wanted, child(root("x"), n), rung, options)) for n in range(count)]
    counts = np.bincount(acts, minlength=options)
    assert even(counts, logit(P, wanted, rung, options)) < Z


WANTED = st.floats(0, 1)


@given(WANTED, WANTED, st.integers(0, 2**64 - 1), st.integers(0, 6), st.floats(0, 60))
def test_more_wanted_is_never_a_milder_act(
    a: float, b: float, who: int, rung: int, beta: float
) -> None:
    decider = ModelDecider(Luck(1, 1), P.model_copy(update={"beta": beta}))
    mild, grave = (decider.decide(about(wanted, who, rung)) for wanted in sorted((a, b)))
    assert mild <= grave


@given(WANTED, st.integers(0, 2**64 - 1), st.integers(2, 7))
def test_an_act_not_on_offer_leaves_the_others_their_luck(
    wanted: float, who: int, options: int
) -> None:
    decider = ModelDecider(Luck(1, 1), P)
    free, bound = decider.decide(about(wanted, who)), decider.decide(about(wanted, who, 0, options))
    assert bound < options
    if free < options:
        assert bound == free


@given(WANTED, st.integers(0, 2**64 - 1))
def test_the_same_request_has_the_same_answer(wanted: float, who: int) -> None:
    one, other = ModelDecider(Luck(4, 2), P), ModelDecider(Luck(4, 2), P)
    other.decide(about(0.5, who + 1 & 2**64 - 1))
    assert one.decide(about(wanted, who)) == other.decide(about(wanted, who))


# Belief.


def bayes(
    prior: Sequence[float], *likelihoods: Sequence[float], hostile: float = 1.0
) -> list[float]:
    """Return a posterior the long way: odds multiplied one piece of evidence at a time."""
    odds = list(prior)
    odds[HOSTILE] *= hostile
    for likelihood in likelihoods:
        odds = [a * b for a, b in zip(odds, likelihood, strict=True)]
    return [one / sum(odds) for one in odds]


def said(content: int, c: float) -> list[float]:
    """Return P(content | cause) from a sender believed with ``c``."""
    return [c * HONEST[h][content] + (1 - c) * DECEITFUL[h][content] for h in range(4)]


def named(cause: int, accuracy: float) -> list[float]:
    """Return P(report names cause | true cause)."""
    return [accuracy if h == cause else (1 - accuracy) / 3 for h in range(4)]


SUSPICION = (
    P.suspicion_accident, P.suspicion_assertive, P.suspicion_hostile, P.suspicion_not_theirs,
)  # fmt: skip
COST = (P.cost_accident, P.cost_assertive, P.cost_hostile, P.cost_not_theirs)


def test_the_tables_of_messages_are_distributions() -> None:
    for table in (HONEST, DECEITFUL):
        assert len(table) == len(Cause)
        for row in table:
            assert sum(row) == pytest.approx(1.0, abs=1e-12)


@given(
    st.sampled_from(range(4)), st.floats(0.4, 0.99), st.sampled_from(range(5)),
    st.floats(0.05, 0.95), st.floats(0, 1), st.floats(0, 2),
)  # fmt: skip
def test_belief_is_bayes(
    cause: int, accuracy: float, content: int, c: float, tension: float, rung: float
) -> None:
    honest = tuple(HONEST[h][content] for h in range(4))
    deceitful = tuple(DECEITFUL[h][content] for h in range(4))
    report = rules.report_evidence(cause, accuracy)
    message = rules.message_evidence(honest, deceitful, c)  # type: ignore[arg-type]
    both = tuple(a + b for a, b in zip(report, message, strict=True))
    found = rules.belief(SUSPICION, tension, rung, both)  # type: ignore[arg-type]
    by_hand = bayes(
        SUSPICION, named(cause, accuracy), said(content, c), hostile=math.exp(tension + rung)
    )
    assert found == pytest.approx(by_hand, rel=1e-9)


def test_belief_by_hand_once() -> None:
    # "An accident" (explain), from a sender believed half, by the columns of the two tables.
    found = rules.belief(
        (0.35, 0.40, 0.20, 0.05), 0.0, 0.0,
        rules.message_evidence((0.6, 0.2, 0.03, 0.05), (0.15, 0.35, 0.45, 0.1), 0.5),
    )  # fmt: skip
    odds = [0.35 * 0.375, 0.40 * 0.275, 0.20 * 0.24, 0.05 * 0.075]
    assert found == pytest.approx([one / sum(odds) for one in odds], rel=1e-12)


def lively(worlds: int, cause: str = "accident", **changes: object) -> list[History]:
    """Return histories in which reports, messages and tension all reach a decision."""
    moods = {"a_tension": 1.0, "a_rung": 0.3, "grievance": 0.3, "report": "8 h", "backfire": 0.0}
    values = quiet(
        injects=[incident(cause=cause, severity=0.45)],
        parameters=moods,
        channels={
            "line": {"relay": {"mean": "4 h"}},
            "public_statements": {"willing": {"serious": 0.5, "high_risk": 0.5}},
        },
    )
    return histories(laid_over(values, changes), worlds)


@pytest.mark.parametrize("times", SIZES)
def test_answers_follow_from_the_evidence_on_record(times: int) -> None:
    kinds = Counter()
    for history in lively(250 * times):
        evidence: list[list[float]] = []
        report: list[float] | None = None
        best, content = 0.0, -1
        final = False
        for record in history.records:
            if isinstance(record, Reported) and not final:
                final = bool(record.final)
                report = named(record.named, P.accuracy if final else P.first_accuracy)
            elif isinstance(record, Messaged) and record.content != Content.DOES_NOT_KNOW:
                best, content = max(best, record.credibility), record.content
            elif isinstance(record, Acted):
                break
        evidence += [report] if report else []
        evidence += [said(content, best)] if content >= 0 else []
        mood = record.tension / (1 + record.tension)
        by_hand = bayes(SUSPICION, *evidence, hostile=math.exp(P.a_tension * mood))
        assert record[10:14] == pytest.approx(by_hand, rel=1e-9)
        deserved = sum(c * p for c, p in zip(COST, by_hand, strict=True))
        want = min(1.0, P.resolve * record.severity * deserved * (1 + P.grievance * mood))
        assert record.wanted == pytest.approx(want, rel=1e-9)
        kinds[bool(report), content >= 0] += 1
    assert len(kinds) == 4, "every mixture of evidence must have come up"
    assert min(kinds.values()) > 5


# Credibility.


@pytest.mark.parametrize("times", SIZES)
def test_only_a_revelation_moves_credibility_and_by_its_formula(times: int) -> None:
    calm = {"a_tension": 0.0, "a_rung": 0.0}
    falsehoods, still = [], 0
    for history in lively(250 * times, parameters=calm):
        told = of(history, Believed)
        first = [each for each in told if each.receiver == 0][:1]
        if not told:
            assert history.credibility == pytest.approx((0.5, 0.5))
            still += 1
        for revelation in first:
            past = [r for r in history.records if r.time <= revelation.time]
            heard = [
                r for r in past
                if isinstance(r, Messaged) and r.content != Content.DOES_NOT_KNOW
                and r.case == revelation.case
            ]  # fmt: skip
            final = [r for r in past if isinstance(r, Reported) and r.final]
            assert heard
            assert final
            p = bayes(SUSPICION, named(final[0].named, P.accuracy))
            c, content = max(r.credibility for r in heard), heard[-1].content
            lies = [p[h] * (1 - c) * DECEITFUL[h][content] / said(content, c)[h] for h in range(4)]
            r = sum(lies)
            assert revelation.falsehood == pytest.approx(r, rel=1e-9)
            a, b = 2 + 0.3 * (1 - r), 2 + r
            assert revelation.credibility == pytest.approx(a / (a + b), rel=1e-9)
            falsehoods.append(r)
    assert still > 5
    assert len(falsehoods) > 50
    assert min(falsehoods) < 0.4 < max(falsehoods)


@given(st.floats(0.1, 20), st.floats(0.1, 20), st.floats(0, 5))
def test_credibility_stays_between_its_ends(a: float, b: float, weight: float) -> None:
    c = rules.credibility(a, b, weight, 0.05, 0.95)
    assert 0.05 <= c <= 0.95
    if 0.05 < c < 0.95:
        assert c == pytest.approx(weight * a / (a + b))


# What is drawn: clock, severity, cause, content, report.


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize(("severity", "rung"), [(0.3, 0), (0.9, 2)])
def test_the_clock_is_lognormal_about_its_median(severity: float, rung: int, times: int) -> None:
    values = quiet(
        injects=[incident(severity=severity)],
        begins={"rung": rung},
        parameters={"clock_rung": 0.25, "quiet": "300 d"},
    )
    lived = histories(values, 400 * times, arm="without_line")
    first = [of(history, Clocked)[0] for history in lived]
    hours = np.array([clock.deadline - clock.time for clock in first]) / HOUR
    median = 24 * math.exp(-2 * severity) / (1 + 0.25 * rung)
    assert stats.kstest(hours, "lognorm", args=(P.clock_sigma, 0, median)).pvalue > 1e-4


def test_shares_of_severity_are_those_of_the_mix() -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    for rung in (0, 3, 6):
        grown = 1 + 0.15 * rung
        found = np.bincount([rules.severity_class(x, 0.163, 0.006, 0.15, rung) for x in u.tolist()])
        assert found / u.size == pytest.approx(
            [1 - 0.169 * grown, 0.163 * grown, 0.006 * grown], abs=2 / u.size
        )


@pytest.mark.parametrize("hostile", [0.0, 0.03, 0.35])
def test_shares_of_causes_are_those_told(hostile: float) -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    found = np.bincount([rules.cause(x, hostile, 0.35, 0.02) for x in u.tolist()], minlength=4)
    assert found / u.size == pytest.approx(
        [1 - hostile - 0.35 - 0.02, 0.35, hostile, 0.02], abs=2 / u.size
    )


@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_larger_hostile_share_only_adds_hostility(u: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    before, after = (rules.cause(u, share, 0.35, 0.02) for share in (low, high))
    if before == HOSTILE:
        assert after == HOSTILE
    assert before == after or HOSTILE in (before, after) or (before, after) == (0, 1)


def busy(**parameters: float) -> Values:
    """Return two air forces that meet all the time, in a crisis that no incident moves."""
    return quiet(
        duration="30 d",
        areas={"sea": {"around": [32.0, 43.5], "radius": "60 km"}},
        forces=[
            {
                "id": f"{actor}_patrol", "actor": actor, "kind": "fighter_patrol", "number": 2,
                "moves": {"box": "sea"}, "sorties": {"every": "6 h", "lasting": "3 h"},
            }
            for actor in ("us", "russia")
        ],
        parameters={
            "noteworthy": 0.5, "share_serious": 0.3, "share_high_risk": 0.02, "resolve": 0.0,
            "mix_shift": 0.0, "invitation": 0.0, "hostile_serious": 0.1, "engage": 0.0,
            "tension_incident": 0.0, "pause": 0.0,
        }
        | parameters,
    )  # fmt: skip


@pytest.mark.parametrize("times", SIZES)
def test_contacts_go_wrong_as_often_as_they_are_told_to(times: int) -> None:
    lived = histories(busy(), 3 * times, arm="without_line")
    met = [record for history in lived for record in of(history, Contacted)]
    assert len(met) > 500
    classes = np.bincount([record.severity_class for record in met], minlength=3)
    assert even(classes, np.array([0.68, 0.30, 0.02])) < Z
    serious = [record.cause for record in met if record.severity_class == 1]
    chances = np.array([1 - 0.35 - 0.1 - 0.02, 0.35, 0.1, 0.02])
    assert even(np.bincount(serious, minlength=4), chances) < Z
    severities = np.array([
        record.severity for history in lived for record in of(history, Happened)
        if record.severity_class == 1
    ])  # fmt: skip
    assert stats.kstest(severities, "uniform", args=(0.05, 0.35)).pvalue > 1e-4


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize("cause", list(Cause), ids=lambda cause: cause.name.lower())
def test_messages_say_what_their_tables_say(cause: Cause, times: int) -> None:
    knowledge, honesty = 0.8, 0.6
    what = incident(cause=cause.name.lower(), by=None if cause == Cause.NOT_THEIRS else "russia")
    line = {"knowledge": knowledge, "honesty": honesty}
    values = quiet(injects=[what], channels={"line": line}, parameters=NO_REPORT)
    contents = []
    for history in histories(values, 400 * times):
        heard = [each for each in of(history, Messaged) if each.sender == 1]
        contents += [heard[0].content]
        assert {each.content for each in heard} == {heard[0].content}
    told = honesty * np.array(HONEST[cause]) + (1 - honesty) * np.array(DECEITFUL[cause])
    chances = np.append(knowledge * told, 1 - knowledge)
    assert even(np.bincount(contents, minlength=6), chances) < Z


@pytest.mark.parametrize("times", SIZES)
def test_reports_name_the_true_cause_as_often_as_told(times: int) -> None:
    values = quiet(injects=[incident(cause="assertive")], parameters={"clock_median": "500 h"})
    lived = histories(values, 400 * times, arm="without_line")
    for final, accuracy in ((0, P.first_accuracy), (1, P.accuracy)):
        told = [r for history in lived for r in of(history, Reported) if r.final == final]
        chances = np.full(4, (1 - accuracy) / 3)
        chances[ASSERTIVE] = accuracy
        assert even(np.bincount([r.named for r in told], minlength=4), chances) < Z


# Joining.


def severities(injects: list[Values]) -> list[list[float]]:
    """Return the severities each case went through, case by case, in one world."""
    values = quiet(injects=injects, parameters={"clock_median": "900 h", **NO_REPORT})
    (history,) = histories(values, 1, arm="without_line")
    cases: dict[int, list[float]] = {}
    for clock in of(history, Clocked):
        cases.setdefault(clock.case, []).append(clock.severity)
    return [found for _, found in sorted(cases.items(), key=lambda item: -len(item[1]))]


def test_incidents_join_by_hand() -> None:
    joined = severities([
        incident("2022-09-02T00:00Z", "a", severity=0.30),
        incident("2022-09-02T06:00Z", "b", severity=0.10),
        incident("2022-09-02T11:00Z", "c", severity=0.40),
    ])  # fmt: skip
    # 1 - .7 x .9 = .37, within .1 of .30; 1 - .63 x .6 = .622, capped at .40 + .1.
    assert joined[0][:3] == pytest.approx([0.30, 0.37, 0.50])


def test_a_case_takes_nothing_in_after_its_window() -> None:
    apart = severities([
        incident("2022-09-02T00:00Z", "a", severity=0.30),
        incident("2022-09-02T12:00Z", "b", severity=0.30),
        incident("2022-09-03T00:01Z", "c", severity=0.30),
    ])  # fmt: skip
    assert apart[0][:2] == pytest.approx([0.30, 0.40])  # twelve hours to the second still join
    assert apart[1][:1] == pytest.approx([0.30])
    assert len(apart[0]) + len(apart[1]) == 3


def test_another_victim_or_suspect_makes_another_case() -> None:
    other = incident("2022-09-02T01:00Z", "b", severity=0.30, victim="russia", by="us")
    both = severities([incident("2022-09-02T00:00Z", "a", severity=0.30), other])
    assert [each[0] for each in both[:2]] == pytest.approx([0.30, 0.30])
    assert all(len(each) == 1 for each in both[:2])


# Moods.


@given(st.floats(0, 5), st.integers(0, 40 * DAY))
def test_tension_halves_in_its_half_life(value: float, elapsed: int) -> None:
    left = rules.decayed(value, elapsed, 4 * DAY)
    assert left == pytest.approx(value * 0.5 ** (elapsed / (4 * DAY)), rel=1e-12)


@pytest.mark.parametrize("times", SIZES)
def test_tension_on_record_is_what_its_jumps_have_left(times: int) -> None:
    values = quiet(injects=[incident(severity=0.9)], parameters=NO_REPORT)
    for history in histories(values, 40 * times, arm="without_line"):
        tension, at = 0.5 * 0.9, DAY
        for act in of(history, Acted):
            tension *= 0.5 ** ((act.time - at) / (4 * DAY))
            assert act.tension == pytest.approx(tension, rel=1e-9)
            x = RESPONSES[act.act].intensity
            tension, at = max(0.0, tension + 0.3 * x), act.time  # also for conciliation, below 0


def alerted(*days: int) -> list[Runged]:
    """Return what becomes of the rung when one side alerts its forces on these days."""
    alerts = [
        {
            "at": f"2022-09-{day + 1:02d}T00:00Z", "id": f"alert_{day}", "title": "An alert",
            "alert": {"actor": "russia"},
        }
        for day in days
    ]  # fmt: skip
    values = quiet(injects=alerts, parameters={"resolve": 0.0, "beta": 1000.0, "fear": 1.0})
    (history,) = histories(values, 1, arm="without_line")
    return of(history, Runged)


def test_a_rung_falls_one_step_each_three_quiet_days() -> None:
    found = [(each.time / DAY, each.rung) for each in alerted(2)]
    assert found == [(2, 3), (5, 2), (8, 1), (11, 0)]


def test_an_act_at_the_rung_begins_its_quiet_time_anew() -> None:
    found = [(each.time / DAY, each.rung) for each in alerted(2, 4)]
    assert found == [(2, 3), (7, 2), (10, 1), (13, 0)]
    # One that comes a rung lower has begun lifts it again.
    found = [(each.time / DAY, each.rung) for each in alerted(2, 6)]
    assert found == [(2, 3), (5, 2), (6, 3), (9, 2), (12, 1), (15, 0)]


@pytest.mark.parametrize(
    ("first", "second", "majors", "rung"),
    [(0, 0, False, 0), (3, 2, False, 3), (4, 3, False, 4), (4, 4, False, 5), (4, 4, True, 6)],
)
def test_the_rung_of_the_crisis(first: int, second: int, majors: bool, rung: int) -> None:
    assert rules.crisis_rung(first, second, 4, majors) == rung
    assert rules.crisis_rung(second, first, 4, majors) == rung


def test_acts_sit_on_their_rungs() -> None:
    assert [response.intensity for response in RESPONSES] == [-0.1, 0, 0.1, 0.25, 0.4, 0.7, 1.0]
    assert [response.rung for response in RESPONSES] == [0, 0, 1, 2, 3, 4, 4]
    assert [response.act for response in RESPONSES] == list(Act)


def test_hostility_grows_with_what_was_let_pass() -> None:
    assert rules.hostile_share(0.1, 1.0, 0.2, 0.0) == 0.1
    assert rules.hostile_share(0.1, 1.5, 0.2, 3.0) == pytest.approx(0.15 * math.exp(0.6))
    assert rules.hostile_share(0.9, 1.5, 0.3, 9.0) == 1.0
    assert rules.decayed(1.0, 90 * DAY, P.invitation_half_life) == pytest.approx(0.5)


def test_one_day_after_the_start_is_when_it_happens() -> None:
    (history,) = histories(quiet(injects=[incident(AT)]), 1)
    assert of(history, Happened)[0].time == DAY
