"""One affair, one answer: who shares a case, who may stop it, and what is counted only once."""

from __future__ import annotations

import gc
import weakref

import pytest
from small_worlds import (
    DAY,
    HOUR,
    MINUTE,
    NO_REPORT,
    Values,
    crisis_in,
    histories,
    incident,
    laid_over,
    of,
    quiet,
    stages,
    theatre_of,
)

from sim.crisis import Decider, Request, crisis_of, given_in, plan, play
from sim.draws import child
from sim.records import Acted, Called, CallEnd, Contacted, Happened, Noticed, Origin, Stopped
from sim.scenario.kinds import INCIDENT_KINDS, RESPONSES, Act
from sim.study.measures import measure

ASKS_LEAVE: Values = {
    "willing": {"serious": 1.0, "high_risk": 1.0},
    "authorise": {"median": "30 min", "p95": "10 h"},
}
"""Both sides call at once, but each waits for its own leave to."""


def test_a_conversation_serves_a_call_that_still_waits_for_leave() -> None:
    values = quiet(injects=[incident()], channels={"line": ASKS_LEAVE}, parameters=NO_REPORT)
    early = 0
    for stage in stages(theatre_of(values), 40):
        history = play(stage, "as_used_2022")
        case = of(history, Happened)[0].case
        calls = [call for call in of(history, Called) if call.case == case]
        assert sorted(call.end for call in calls) == [CallEnd.THROUGH, CallEnd.SERVED]
        through, served = sorted(calls, key=lambda call: call.end)
        # The other side is told as the conversation ends, not when its own leave would have come.
        assert served.time == through.ended
        early += served.authorised < 0
        assert served.attempts == (0 if served.authorised < 0 else 1)
    assert early > 20


def test_a_served_call_holds_no_clock_any_longer() -> None:
    values = quiet(
        injects=[incident()],
        channels={"line": {**ASKS_LEAVE, "relay": "0 min"}},
        parameters={**NO_REPORT, "wait": 1.0, "wait_longest": "20 d"},
    )
    crisis = crisis_in(values)
    crisis.run(3 * DAY)
    (case,) = [case for case in crisis.cases.by_identity.values() if not case.depth]
    calls = [call for call in of(crisis.history(), Called) if call.case == case.identity]
    assert {call.end for call in calls} == {CallEnd.THROUGH, CallEnd.SERVED}
    assert case.pending == 0


@pytest.mark.parametrize(
    ("cause", "lever", "other"),
    [
        ("accident", "heed_stop", "heed_stop_hostile"),
        ("assertive", "heed_stop_assertive", "heed_stop"),
        ("hostile", "heed_stop_hostile", "heed_stop"),
    ],
)
def test_who_heeds_a_call_to_stop_depends_on_why_it_is_done(
    cause: str, lever: str, other: str
) -> None:
    long = incident(lasting="2 h", kind="deliberate_strike", cause=cause)
    for heed, stopped in ((1.0, 1), (0.0, 0)):
        values = quiet(
            injects=[long], parameters={**NO_REPORT, lever: heed, other: 1.0 - heed}
        )  # fmt: skip
        for history in histories(values, 10):
            own = [stop for stop in of(history, Stopped) if stop.time < DAY + 2 * HOUR]
            assert len(own) == stopped


def test_nobody_calls_off_what_is_not_theirs() -> None:
    levers = {"heed_stop": 1.0, "heed_stop_assertive": 1.0, "heed_stop_hostile": 1.0}
    long = incident(lasting="2 h", kind="deliberate_strike", cause="not_theirs", by=None)
    values = quiet(injects=[long], parameters={**NO_REPORT, **levers})
    for history in histories(values, 10):
        assert [call.end for call in of(history, Called)].count(CallEnd.THROUGH) == 1
        assert not of(history, Stopped)


ALLIES: Values = {
    "actors": {
        "us": {"name": "United States", "bloc": "nato", "leads": True},
        "russia": {"name": "Russia", "bloc": "russia", "leads": True},
        "belarus": {"name": "Belarus", "bloc": "russia"},
    }
}


def test_incidents_blamed_on_two_allies_are_one_case() -> None:
    first = incident(severity=0.2)
    second = incident(at="2022-09-02T01:00Z", name="then", severity=0.2, by="belarus")
    values = quiet(**ALLIES, injects=[first, second])
    for history in histories(values, 10, "without_line"):
        one, other = [h for h in of(history, Happened) if h.origin == Origin.INJECT]
        assert one.blamed != other.blamed
        assert one.case == other.case


# The theatre commander answers first.

BOTH: Values = {
    "beta": 5000.0, "fear": 0.0, "jump": 0.0, "resolve": 0.45, "suspicion_accident": 0.0,
    "suspicion_assertive": 0.0, "suspicion_hostile": 1.0, "suspicion_not_theirs": 0.0,
    "theatre_stage": True, "theatre_median": "10 min",
}  # fmt: skip
"""Commanders and capitals that both answer a grave case with a display of force."""


def test_a_capital_that_confirms_its_commander_adds_nothing() -> None:
    values = quiet(injects=[incident()], parameters={**NO_REPORT, **BOTH})
    theatre = theatre_of(values)
    without = plan(theatre, "without_line")
    for stage in stages(theatre, 20):
        crisis = crisis_of(stage, without)
        crisis.run()
        first = of(crisis.history(), Happened)[0]
        acts = [act for act in of(crisis.history(), Acted) if act.case == first.case]
        assert [(act.theatre, act.act) for act in acts] == [(1, Act.DISPLAY), (0, Act.DISPLAY)]
        acted = [h.identity for h in of(crisis.history(), Happened) if h.origin == Origin.ACT]
        assert child(first.case, 1, 1) in acted  # the other side is wronged by the commander
        assert child(first.case, 1, 0) not in acted  # and by his capital not once more
        until = crisis_of(stage, without)
        until.run(acts[0].time)
        before = until.ladder.tension()
        until.run(acts[0].time + 1)
        display = until.p.tension_act * RESPONSES[Act.DISPLAY].intensity
        assert until.ladder.tension() == pytest.approx(before + display, rel=1e-6)
        until.run(acts[1].time)
        before = until.ladder.tension()
        until.run(acts[1].time + 1)
        assert until.ladder.tension() == pytest.approx(before, rel=1e-6)


class Staff(Decider):
    """A commander who answers with ``act`` at once, and a capital that takes its time."""

    def __init__(self, act: Act) -> None:
        self._act = act

    def decide(self, request: Request) -> int | None:
        """Answer for the commander; the capital has all acts to choose from, and waits."""
        return None if request.options == len(RESPONSES) else self._act


@pytest.mark.parametrize(("act", "passed"), [(Act.PROTEST, 0.0), (Act.ABSORB, 1.0)])
def test_what_a_commander_answered_was_not_let_pass(act: Act, passed: float) -> None:
    values = quiet(injects=[incident(cause="hostile")], parameters={**NO_REPORT, **BOTH})
    theatre = theatre_of(values)
    crisis = crisis_in(values, people={theatre.actor_index["us"]: Staff(act)})
    crisis.run(DAY + 1)
    (case,) = crisis.cases.by_identity.values()
    while not of(crisis.history(), Acted):
        crisis.run(crisis.now + MINUTE)
        assert not case.closed
    assert crisis.ladder.unanswered(case.blamed_bloc) == 0  # the capital may still answer
    assert case.asked is not None
    assert crisis.reply(case.asked.identity, Act.ABSORB)
    crisis.run(crisis.now + 1)
    assert [a.act for a in of(crisis.history(), Acted)] == [act, Act.ABSORB]
    assert crisis.ladder.unanswered(case.blamed_bloc) == pytest.approx(passed)


# A unit that is lost.


def meeting() -> Values:
    """Return a sky in which patrols keep meeting each other."""
    return quiet(
        duration="60 d",
        areas={"sea": {"around": [32.0, 43.5], "radius": "40 km"}},
        forces=[
            {
                "id": f"{actor}_patrol", "actor": actor, "kind": "fighter_patrol",
                "moves": {"box": "sea"}, "sorties": {"every": "12 h", "lasting": "3 h"},
            }
            for actor in ("us", "russia")
        ],
        parameters={
            "noteworthy": 1.0, "share_serious": 0.0, "share_high_risk": 0.0, "mix_shift": 0.0,
            "resolve": 0.0, "beta": 5000.0, "fear": 1.0,
        },
    )  # fmt: skip


def test_a_given_collision_costs_its_unit() -> None:
    theatre = theatre_of(meeting())
    p = theatre.scenario.parameters
    after = before = 0
    for stage in stages(theatre, 6):
        collision, close = (
            given_in(stage.world, kind, p) for kind in ("collision", "unsafe_intercept")
        )
        assert collision.wrong.kind is INCIDENT_KINDS["collision"]
        unit = collision.unit
        assert theatre.units[unit].actor == collision.wrong.victim
        history = play(stage, "as_used_2022", given=collision)
        for met in of(history, Contacted):
            assert met.time <= collision.time or unit not in (met.a, met.b)
            before += met.time < collision.time
        spared = play(stage, "as_used_2022", given=close)
        after += sum(unit in (m.a, m.b) for m in of(spared, Contacted) if m.time > close.time)
    assert before > 10
    assert after > 10


# A notice, and what became of it.


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({}, {CallEnd.THROUGH}),
        ({"answered": 0.0}, {CallEnd.UNANSWERED}),
        ({"up": {"mean": "1 h"}, "down": {"mean": "2000 d"}}, {CallEnd.LINE_DOWN}),
        ({"notice_lasts": "4 h"}, {CallEnd.THROUGH, CallEnd.TOO_LATE}),
        ({"closes": "2022-09-20T00:00Z"}, {CallEnd.THROUGH}),
    ],
)
def test_every_notice_leaves_a_record_with_its_delays(line: Values, expected: set[CallEnd]) -> None:
    usual = {"carries": ["notices"], "notify": 1.0, "notice_lead": "2 h"}
    values = laid_over(meeting(), {"channels": {"line": {**usual, **line}}})
    ends: set[CallEnd] = set()
    for stage in stages(theatre_of(values), 3):
        history = play(stage, "as_used_2022")
        notices = of(history, Noticed)
        assert len(notices) > 20
        noticed = measure(history, stage.channel_rows["line"])
        assert noticed["notices"] + noticed["notices_failed"] == len(notices)
        for notice in notices:
            ends.add(CallEnd(notice.end))
            through = notice.end == CallEnd.THROUGH
            assert (notice.given >= 0) == through
            assert notice.begun < 0 or notice.due <= notice.begun <= notice.time
            assert notice.given in (-1, notice.time)
            # Who gives it knows what became of it; the other side only what it was told.
            assert notice.seats[notice.bloc] == notice.time
            assert notice.seats[1 - notice.bloc] == (notice.time if through else -1)
    assert ends == expected


# What a finished history leaves behind.


def test_a_world_is_gone_once_it_has_been_played() -> None:
    values = laid_over(meeting(), {"begins": None, "parameters": {"warm_up": "30 d"}})
    (stage,) = stages(theatre_of(values), 1)
    gone = weakref.ref(stage.world)
    gc.disable()
    try:
        history = play(stage, "as_used_2022")
        del stage
        assert gone() is None, "no collector of cycles is needed"
    finally:
        gc.enable()
    assert history.records
