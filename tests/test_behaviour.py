"""What the model is for, story by story, and what must hold in every history."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_worlds import (
    DAY,
    HOUR,
    LINE,
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

from sim.crisis import (
    Asked,
    Crisis,
    Decider,
    History,
    ModelDecider,
    Replies,
    Request,
    Stage,
    crisis_of,
    plan,
    play,
)
from sim.crisis.engine import fresh
from sim.draws import child, root
from sim.records import (
    Acted,
    Believed,
    Called,
    CallEnd,
    Clocked,
    Contacted,
    CrisisBegan,
    Decided,
    Happened,
    Messaged,
    Noticed,
    Origin,
    Placed,
    Reported,
    Runged,
    Stopped,
    Struck,
    Unfinished,
)
from sim.scenario import load
from sim.scenario.kinds import Act, Cause, Content
from sim.study.measures import measure
from sim.world import Theatre, build, prepare

SCENARIOS = Path(__file__).parent.parent / "scenarios"
SURE = {"knowledge": 1.0, "honesty": 1.0, "weight": 1.8}
"""A line whose officer knows, tells the truth and is believed."""

MEEK = {"resolve": 0.0, "beta": 5000.0, "fear": 1.0}
"""Sides that let everything pass."""

FIRM = {
    "beta": 5000.0, "fear": 0.0, "jump": 0.0, "resolve": 0.45, "suspicion_accident": 0.0,
    "suspicion_assertive": 0.0, "suspicion_hostile": 1.0, "suspicion_not_theirs": 0.0,
}  # fmt: skip
"""Sides that answer what looks hostile and grave with a display of force."""


# A third party's missile.


@pytest.fixture(scope="module")
def border() -> Theatre:
    """The Polish border in November 2022."""
    return prepare(load(SCENARIOS / "polish_border_2022.yaml"))


def test_a_third_partys_missile_is_answered_by_nobody_else_than_its_victim(border: Theatre) -> None:
    index = border.actor_index
    led_to_crisis = 0
    for number in range(25):
        stage = Stage(build(border, 1, number))
        history = play(stage, "without_line")
        (missile,) = [h for h in of(history, Happened) if h.origin == Origin.INJECT]
        assert (missile.victim, missile.by, missile.blamed) == (
            index["poland"], index["ukraine"], index["russia"],
        )  # fmt: skip
        assert missile.cause == Cause.NOT_THEIRS
        assert all(act.actor != index["ukraine"] for act in of(history, Acted))
        assert all(clock.victim != index["ukraine"] for clock in of(history, Clocked))
        answers = [a for a in of(history, Acted) if a.case == missile.case]
        assert [a.actor for a in answers] == [index["poland"]]
        begun = [c for c in of(history, CrisisBegan) if c.root == missile.identity]
        assert all(c.cause == Cause.NOT_THEIRS for c in begun)
        row = measure(history, stage.channel_rows["line"])
        assert row["crises_not_theirs"] >= len(begun)
        assert row["inadvertent"] >= len(begun)
        led_to_crisis += len(begun)
    assert led_to_crisis > 0


def test_the_truth_makes_the_answer_to_it_mild(border: Theatre) -> None:
    acts: dict[str, list[int]] = {"without_line": [], "oracle": []}
    for number in range(25):
        stage = Stage(build(border, 1, number))
        for arm, found in acts.items():
            history = play(stage, arm)
            (missile,) = [h for h in of(history, Happened) if h.origin == Origin.INJECT]
            (answer,) = [a for a in of(history, Acted) if a.case == missile.case]
            found.append(answer.act)
            if arm == "oracle":
                assert answer.wanted == pytest.approx(0.0, abs=0.2)  # else a joined case
    assert all(
        told <= untold for told, untold in zip(acts["oracle"], acts["without_line"], strict=True)
    )
    assert sum(acts["oracle"]) < sum(acts["without_line"])


# Credibility.


def test_a_denial_found_out_costs_credibility() -> None:
    line = {"knowledge": 1.0, "honesty": 0.0}
    values = quiet(injects=[incident()], channels={"line": line}, parameters={"accuracy": 0.95})
    found_out = 0
    for history in histories(values, 120):
        told = [m for m in of(history, Messaged) if m.sender == 1]
        final = [r for r in of(history, Reported) if r.final and r.case == told[0].case]
        revealed = [b for b in of(history, Believed) if b.sender == 1 and b.receiver == 0]
        if told[0].content == Content.DENY and final[0].named == Cause.ACCIDENT:
            assert revealed[0].falsehood > 0.5
            assert revealed[0].credibility < 0.5
            found_out += 1
    assert found_out > 20


# Alerts and gestures.


def alert(nuclear: bool, at: str = "2022-09-02T00:00Z") -> Values:
    """Return the inject of an alert of Russia's forces."""
    what = {"actor": "russia", "nuclear": nuclear}
    return {"at": at, "id": "alert", "title": "An alert", "alert": what}


def test_a_nuclear_alert_is_a_display_and_no_crisis_of_its_own() -> None:
    theatre = theatre_of(quiet(injects=[alert(True)], parameters=MEEK))
    (stage,) = stages(theatre, 1)
    history = play(stage, "without_line")
    (placed,) = of(history, Placed)
    first = of(history, Runged)[0]
    assert (first.time, first.first, first.second, first.rung) == (placed.time, 0, 3, 3)
    (clock,) = of(history, Clocked)
    assert theatre.actors[clock.victim].name == "us"
    assert theatre.actors[clock.blamed].name == "russia"
    (answer,) = of(history, Acted)
    left = 0.5 ** ((answer.time - placed.time) / (4 * DAY))
    assert answer.tension == pytest.approx((0.5 + 0.5 * 0.5 * 0.4) * left, rel=1e-9)
    assert of(history, CrisisBegan) == []
    row = measure(history, 0)
    assert row["crises"] == row["inadvertent"] == row["reached_3"] == 0


def test_an_alert_that_is_not_nuclear_stirs_less() -> None:
    tensions = []
    for nuclear in (True, False):
        values = quiet(injects=[alert(nuclear)], parameters=MEEK)
        tensions.append(histories(values, 1, "without_line")[0].tension)
    assert tensions[0] == pytest.approx(6 * tensions[1])


def test_what_an_alert_sets_in_motion_does_count() -> None:
    proud = {**FIRM, "delta_display": 1.0, "resolve": 1.0}
    theatre = theatre_of(quiet(injects=[alert(True)], parameters=proud))
    rows = [measure(play(s, "without_line"), 0) for s in stages(theatre, 40)]
    assert sum(row["crises"] for row in rows) > 0


def test_a_postponed_test_lowers_tension() -> None:
    gesture = {
        "at": "2022-09-02T00:00Z", "id": "test", "title": "A test is postponed",
        "gesture": {"actor": "us"},
    }  # fmt: skip
    for tension, left in ((1.0, 0.5**0.25 - 0.2), (0.1, 0.0)):
        values = quiet(duration="5 d", begins={"tension": tension}, injects=[gesture])
        (history,) = histories(values, 1)
        assert history.tension == pytest.approx(left * 0.5)  # four days later


# Concern at strikes.


def concerned(factor: float) -> Values:
    """Return a scenario with strikes at two critical sites, each of which is called about."""
    return quiet(
        duration="150 d",
        actors={"ukraine": {"name": "Ukraine"}},
        sites={
            "plant": {"name": "a plant", "at": [34.6, 47.5], "critical": True},
            "dam": {"name": "a dam", "at": [33.4, 46.8], "critical": True},
        },
        strikes=[
            {"id": name, "actor": "russia", "into": name, "every": every, "missiles": 2}
            for name, every in (("plant", "10 d"), ("dam", "12 d"))
        ],
        parameters={"concern_factor": factor, "stray_attacker": 0.0, "stray_defender": 0.0},
        channels={"line": {"carries": ["concerns"], "willing": {"every_concern": True}}},
    )


@pytest.mark.parametrize("factor", [0.8, 1.1])
def test_concern_changes_the_strikes_near_its_site_for_its_time(factor: float) -> None:
    theatre = theatre_of(concerned(factor))
    changed = 0
    for stage in stages(theatre, 25):
        history = play(stage, "as_used_2022")
        through = {c.identity: c.ended for c in of(history, Called) if c.end == CallEnd.THROUGH}
        heard: dict[str, list[int]] = {}
        expected = []
        for salvo in stage.world.salvos:
            if not 0 <= salvo.time < history.horizon:
                continue
            calls = [t for t in heard.get(salvo.site, ()) if t <= salvo.time < t + 14 * DAY]
            if salvo.mark > (factor if calls else 1.0):
                changed += salvo.mark <= 1
                continue
            changed += salvo.mark > 1
            if salvo.near_site:
                expected.append(salvo.identity)
                call = child(root("channel|line"), salvo.identity, 0, 1)
                heard.setdefault(salvo.site, []).append(through[call])
        assert [record.identity for record in of(history, Struck)] == expected
        silent = play(stage, "without_line")
        all_of_them = [s.identity for s in stage.world.salvos if s.mark <= 1 and s.near_site]
        assert [r.identity for r in of(silent, Struck)] == [
            i for i in all_of_them if i in {s.identity for s in stage.world.salvos if s.time >= 0}
        ]
    assert changed > 5


# A call during, and a call too late.


def test_a_call_stops_a_long_incident_and_scales_what_it_was() -> None:
    long = incident(lasting="2 h", severity=0.8, kind="deliberate_strike", cause="accident")
    for heed, stopped in ((1.0, True), (0.0, False)):
        values = quiet(injects=[long], parameters={"heed_stop": heed, **NO_REPORT})
        for history in histories(values, 20):
            stops = of(history, Stopped)
            assert len(stops) == stopped
            answer = of(history, Acted)[0]
            if stopped:
                # Authorised in 10 minutes, answered in 1, talked for 5: 16 of 120 minutes.
                assert stops[0].time - DAY == 16 * MINUTE
                assert stops[0].severity == pytest.approx(0.8 * 16 / 120)
                assert answer.severity == pytest.approx(0.8 * 16 / 120)
            else:
                assert answer.severity == pytest.approx(0.8)


@pytest.mark.parametrize("kind", ["weapon_release", "collision", "stray_missile", "shoot_down"])
def test_what_is_grave_in_its_moment_is_no_lesser_for_ending_early(kind: str) -> None:
    over = incident(lasting="2 h", severity=0.8, kind=kind, cause="accident")
    for stands, stopped in ((1.0, False), (0.75, True), (0.0, True)):
        values = quiet(
            injects=[over], parameters={"heed_stop": 1.0, "moment_share": stands, **NO_REPORT}
        )
        for history in histories(values, 5):
            stops = of(history, Stopped)
            assert len(stops) == stopped
            left = 0.8 * (stands + (1 - stands) * 16 / 120)
            assert of(history, Acted)[0].severity == pytest.approx(left)


def test_no_call_stops_what_is_over() -> None:
    short = incident(lasting="15 min", severity=0.8)
    values = quiet(injects=[short], parameters={"heed_stop": 1.0})
    assert all(not of(history, Stopped) for history in histories(values, 20))


def test_an_explanation_that_comes_too_late_still_relieves_tension() -> None:
    late = quiet(
        injects=[incident(severity=0.9)],
        channels={"line": {**SURE, "relay": "20 d"}},
        parameters={**MEEK, **NO_REPORT},
    )
    theatre = theatre_of(late)
    relieved = Counter()
    for stage in stages(theatre, 40):
        with_line, without = play(stage, "as_used_2022"), play(stage, "without_line")
        told = [m for m in of(with_line, Messaged) if not m.in_time]
        believable = [m for m in told if m.content in (0, 1, 3)]
        assert len(told) <= 1
        # Both histories end with their last open case, so the tension is compared at one time.
        assert with_line.ended == without.ended
        factor = 1 - 0.3 * 0.9 if believable else 1.0
        assert with_line.tension == pytest.approx(without.tension * factor)
        relieved[bool(believable)] += 1
    assert relieved[True] > 20


def test_an_explanation_that_comes_too_late_halves_a_displays_quiet_time() -> None:
    values = quiet(
        injects=[incident(severity=0.9)],
        channels={"line": {**SURE, "relay": "60 h"}},
        parameters={**FIRM, **NO_REPORT},
    )
    halved = 0
    for history in histories(values, 40):
        answer, told = of(history, Acted)[0], of(history, Messaged)
        assert answer.act == Act.DISPLAY
        late = [m for m in told if not m.in_time and m.content in (0, 1, 3)]
        until = answer.time + 3 * DAY
        if late and late[0].time < until:
            until = late[0].time + -(-(until - late[0].time) // 2)
            halved += 1
        down = [r for r in of(history, Runged) if r.time > answer.time and r.first < 3]
        assert abs(down[0].time - until) <= 1
    assert halved > 10


def test_one_conversation_serves_both_callers() -> None:
    values = quiet(injects=[incident()], channels={"line": SURE}, parameters=NO_REPORT)
    for history in histories(values, 30):
        case = of(history, Happened)[0].case
        calls = [call for call in of(history, Called) if call.case == case]
        assert sorted(call.end for call in calls) == [CallEnd.THROUGH, CallEnd.SERVED]
        assert {call.caller for call in calls} == {0, 1}
        assert len([m for m in of(history, Messaged) if m.case == case]) == 1


def test_notice_reaches_the_local_commander() -> None:
    # Where notice leaves no chance of going wrong, nobody who was announced is shot down.
    values = quiet(
        duration="40 d",
        areas={"sea": {"around": [32.0, 43.5], "radius": "40 km"}},
        forces=[
            {
                "id": f"{actor}_patrol", "actor": actor, "kind": "fighter_patrol",
                "moves": {"box": "sea"}, "sorties": {"every": "6 h", "lasting": "3 h"},
            }
            for actor in ("us", "russia")
        ],
        parameters={
            **MEEK, "noteworthy": 1.0, "share_serious": 0.9, "share_high_risk": 0.0, "engage": 1.0,
            "identified": 0.0, "local_delay": "1 min", "heed": 0.0, "notice_factor": 0.0,
            "assertive_share": 0.8,
            "notify_rung": 0.0,
            "hostile_high_risk": 0.1,
        },
        channels={
            "line": {"carries": ["notices"], "notify": 1.0, "notice_lead": "60 min"},
        },
    )  # fmt: skip
    theatre = theatre_of(values)
    engaged = {"without_line": 0, "as_used_2022": 0}
    for stage in stages(theatre, 4):
        for arm in engaged:
            history = play(stage, arm)
            engaged[arm] += sum(h.origin == Origin.LOCAL for h in of(history, Happened))
    assert engaged["without_line"] > 4
    assert engaged["as_used_2022"] < engaged["without_line"] / 2


# People decide.


class Player(Decider):
    """A person in one seat: some questions answered by ``at_once``, acts left for later."""

    def __init__(self, model: ModelDecider, act: int | None = None) -> None:
        self._model = model
        self._act = act
        self.asked: list[Request] = []

    def decide(self, request: Request) -> int | None:
        self.asked.append(request)
        return self._act if request.asked is Asked.ACT else self._model.decide(request)


def seated(stage: Stage, act: int | None, arm: str = "as_used_2022") -> tuple[Crisis, Player]:
    """Return a crisis with a person in the seat of the United States."""
    ready = plan(stage.theatre, arm)
    player = Player(ModelDecider(stage.luck, ready.parameters), act)
    row = stage.theatre.actor_index["us"]
    return crisis_of(stage, ready, people={row: player}), player


def undecided(history: History) -> list[Any]:
    """Return the records that are no person's reply."""
    return [record for record in history.records if not isinstance(record, Decided)]


@pytest.fixture(scope="module")
def worlds_of_one_incident(one_incident: Theatre) -> list[Stage]:
    """Twelve worlds with one grave accident."""
    return list(stages(one_incident, 12))


def test_the_model_decides_for_who_never_replies(worlds_of_one_incident: list[Stage]) -> None:
    for stage in worlds_of_one_incident:
        crisis, player = seated(stage, None)
        crisis.run()
        assert undecided(crisis.history()) == undecided(play(stage, "as_used_2022"))
        assert any(record.late for record in of(crisis.history(), Decided))
        assert player.asked


def test_replies_at_once_can_be_repeated(worlds_of_one_incident: list[Stage]) -> None:
    for stage in worlds_of_one_incident:
        crisis, _ = seated(stage, Act.LIMITED_FORCE)
        crisis.run()
        played = crisis.history()
        log = {record.identity: record.choice for record in of(played, Decided)}
        ready = plan(stage.theatre, "as_used_2022")
        again = Replies(log, ModelDecider(stage.luck, ready.parameters))
        row = stage.theatre.actor_index["us"]
        assert play(stage, ready, people={row: again}).records == played.records
        assert played.records != play(stage, ready).records
        first = next(a for a in of(played, Acted) if a.actor == row)
        assert first.act == Act.LIMITED_FORCE


def enact(
    stage: Stage, script: list[tuple[int, int, int]]
) -> tuple[History, list[tuple[int, int, int]]]:
    """Play on to each time of a script, reply as it says, and return what came of it."""
    crisis, player = seated(stage, None)
    done = []
    for time, identity, choice in script:
        crisis.run(until=time)
        wanted = identity or next(r.identity for r in player.asked if r.asked is Asked.ACT)
        if crisis.reply(wanted, choice):
            done.append((time, wanted, choice))
    crisis.run()
    return crisis.history(), done


@given(st.integers(10, 200), st.sampled_from([Act.CONCILIATE, Act.PROTEST, Act.MAJOR_FORCE]))
@settings(max_examples=20, deadline=None)
def test_a_log_of_replies_makes_the_same_history_again(
    worlds_of_one_incident: list[Stage], minutes: int, act: Act
) -> None:
    stage = worlds_of_one_incident[minutes % 12]
    played, log = enact(stage, [(DAY + minutes * MINUTE, 0, act)])
    again, _ = enact(stage, log)
    assert again.records == played.records
    assert again.ended == played.ended
    if log:
        assert of(played, Acted)[0].act == act
        assert of(played, Acted)[0].time <= DAY + minutes * MINUTE


def test_a_reply_counts_from_when_it_is_given(worlds_of_one_incident: list[Stage]) -> None:
    given_at = DAY + 12 * MINUTE + 7
    for stage in worlds_of_one_incident:
        played, log = enact(stage, [(given_at, 0, Act.PROTEST)])
        if log:
            assert of(played, Acted)[0].time == given_at


def test_nobody_waits_for_a_reply_to_nothing(worlds_of_one_incident: list[Stage]) -> None:
    crisis, _ = seated(worlds_of_one_incident[0], None)
    crisis.run(until=2 * HOUR)
    assert crisis.reply(12345, 1) is False


# In steps and at once.


@given(st.lists(st.integers(0, 70 * 24), min_size=1, max_size=8))
@settings(max_examples=20, deadline=None)
def test_a_run_in_steps_is_the_run(worlds_of_one_incident: list[Stage], hours: list[int]) -> None:
    stage = worlds_of_one_incident[hours[0] % 12]
    crisis = crisis_of(stage, plan(stage.theatre, "as_used_2022"))
    for hour in sorted(hours):
        crisis.run(until=hour * HOUR)
        assert all(record.time < hour * HOUR for record in crisis.records) or crisis.finished
    crisis.run()
    whole = play(stage, "as_used_2022")
    assert crisis.history().records == whole.records
    assert crisis.history().ended == whole.ended


# Every history.

NEVER_LATE = (Contacted, Struck, Placed, Noticed)
EAGER = {
    "line": {
        "carries": ["notices", "explanations", "concerns", "halts"], "notify": 0.9,
        "willing": {"serious": 1.0, "high_risk": 1.0, "halts": 1.0, "every_concern": True},
    }
}  # fmt: skip


def sound(history: History, line: int) -> None:
    """Assert what must hold in any history, whatever happened."""
    times = [record.time for record in history.records]
    assert times == sorted(times)
    begun: dict[int, int] = {}
    open_cases: set[int] = set()
    for record in history.records:
        if isinstance(record, Happened):
            begun.setdefault(record.case, record.time)
            assert history.begins <= record.time
            if record.time >= history.horizon:
                assert record.origin in (Origin.ACT, Origin.LOCAL)
        elif isinstance(record, Clocked):
            assert record.deadline >= record.time
            assert 0 <= record.severity <= 1
            open_cases.add(record.case)
        elif isinstance(record, Acted):
            assert begun[record.case] <= record.time
            assert 0 <= record.wanted <= 1
            assert sum(record[10:14]) == pytest.approx(1.0)
            assert 0 <= record.rung <= 6
            if not record.theatre:
                open_cases.remove(record.case)
        elif isinstance(record, Runged):
            assert 0 <= record.first <= 4
            assert 0 <= record.second <= 4
            assert max(record.first, record.second) <= record.rung <= 6
        elif isinstance(record, Unfinished) and record.what == 0:
            open_cases.remove(record.identity)
        elif isinstance(record, NEVER_LATE):
            assert record.time < history.horizon
        elif isinstance(record, Messaged):
            assert 0.05 <= record.credibility <= 0.95
    assert not open_cases
    assert history.tension >= 0
    assert all(0 < c < 1 for c in history.credibility)
    talks = sorted(
        (c.ringing, min(c.ended if c.ended >= 0 else c.ringing, c.time))
        for c in of(history, Called)
        if c.channel == line and c.end == CallEnd.THROUGH
    )
    assert all(a[1] <= b[0] for a, b in pairwise(talks))


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_history_is_sound(path: Path) -> None:
    theatre = prepare(load(path))
    for number in range(3):
        stage = Stage(build(theatre, 31, number))
        for arm in ("as_designed", "messages_only"):
            sound(play(stage, arm), stage.channel_rows["line"])


def steps_in_order(call: Called) -> None:
    """Assert that the steps of a call follow each other, and none lies after its record."""
    steps = [
        call.authorised,
        call.ringing,
        call.answered,
        call.right_person,
        call.ended,
        call.relayed,
    ]
    reached = [step for step in steps if step >= 0]
    assert reached == sorted(reached)
    assert all(step <= call.time for step in reached), call


def test_no_step_of_a_call_is_recorded_that_was_not_reached() -> None:
    line = {"up": {"mean": "3 h"}, "down": {"mean": "1 h"}, "talk": "90 min", "attempts": 3}
    values = quiet(injects=[incident()], channels={"line": line})
    calls = [call for history in histories(values, 60) for call in of(history, Called)]
    assert {call.end for call in calls} >= {CallEnd.THROUGH, CallEnd.LINE_DOWN}
    for call in calls:
        steps_in_order(call)


def test_time_never_runs_backwards_on_a_busy_line() -> None:
    line = {"tests": {"every": "10 min"}, "talk": "3 h"}
    (history,) = histories(quiet(duration="3 d", injects=[incident()], channels={"line": line}), 1)
    times = [record.time for record in history.records]
    assert times == sorted(times)


@given(
    st.fixed_dictionaries({
        "resolve": st.floats(0, 3), "beta": st.floats(0, 60), "fear": st.floats(0, 1),
        "jump": st.floats(0, 0.3), "delta": st.floats(0, 1), "delta_display": st.floats(0, 1),
        "a_tension": st.floats(0, 3), "a_rung": st.floats(0, 1), "grievance": st.floats(0, 2),
        "wait": st.floats(0, 1), "halt": st.floats(0, 1), "backfire": st.floats(0, 1),
        "heed_stop": st.floats(0, 1), "theatre_stage": st.booleans(),
    }),
    st.sampled_from(["accident", "assertive", "hostile"]),
    st.floats(0, 1),
    st.sampled_from(["1 min", "3 h", "40 h"]),
    st.integers(0, 50),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_any_setting_leads_to_sound_histories(
    parameters: dict[str, Any], cause: str, severity: float, lasting: str, number: int
) -> None:
    what = [
        incident(f"2022-09-{day:02d}T00:00Z", f"day_{day}", cause=cause, severity=severity,
                 lasting=lasting)
        for day in (2, 3, 30)
    ]  # fmt: skip
    line = laid_over(LINE, EAGER["line"]) | {"up": {"mean": "2 d"}, "down": {"mean": "8 h"}}
    values = quiet(duration="31 d", injects=what, channels={"line": line}, parameters=parameters)
    crisis = crisis_in(values, number)
    crisis.run()
    sound(crisis.history(), crisis.stage.channel_rows["line"])


def test_a_war_is_the_end() -> None:
    hot = {"resolve": 3.0, "fear": 0.0, "jump": 0.0, "delta": 1.0, "quiet": "60 d"}
    what = [incident(severity=1.0, cause="hostile")]
    lived = histories(quiet(injects=what, parameters=hot | NO_REPORT), 60, "without_line")
    wars = [history for history in lived if history.stopped]
    assert wars
    for history in wars:
        levels = of(history, Runged)
        assert levels[-1].rung == 6
        assert all(record.rung < 6 for record in levels[:-1])
        assert history.ended == levels[-1].time
        assert of(history, Acted)[-1].act == Act.MAJOR_FORCE


def test_reassurance_gives_the_victim_more_time() -> None:
    theatre = prepare(load(SCENARIOS / "black_sea_2022.yaml"))
    usual = plan(theatre, "as_designed")
    parameters = usual.parameters.model_copy(update={"reassurance": 0.5})
    calmed = replace(usual, parameters=parameters)
    later = 0
    for number in range(12):
        stage = Stage(build(theatre, 1, number))
        ours, theirs = play(stage, usual), play(stage, calmed)
        heard = [r for r in theirs.of(Messaged) if r.in_time and r.content in (0, 1, 3)]
        answered = {r.case: r.time for r in ours.of(Acted)}
        for message in heard[:1]:
            act = next(r for r in theirs.of(Acted) if r.case == message.case)
            before = answered[message.case]
            left = before - message.time
            assert act.time == before + int(0.5 * message.credibility * left + 0.5)
            later += act.time > before
    assert later


def test_a_warm_up_answers_its_cases_and_flies_in_full() -> None:
    theatre = prepare(load(SCENARIOS / "infrastructure_2022.yaml"))
    theatre = replace(theatre, start_ms=-60 * 86_400_000)
    reference = plan(theatre, "without_line")
    answered = 0
    for number in range(4):
        stage = Stage(build(theatre, 1, number))
        crisis = Crisis(stage, reference, fresh(reference), begins=theatre.start_ms, horizon=0)
        assert crisis.ladder.blocs[0].activity[0] == 1.0
        crisis.run(0)
        acts = crisis.history().of(Acted)
        assert all(act.time < 0 for act in acts)
        answered += len(acts)
    assert answered > 0
