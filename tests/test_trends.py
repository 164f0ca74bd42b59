"""Each lever moves what it should, in the direction it should.

One row a lever: a worse value, a better one, and the measure that tells them apart on a scenario
made so that the lever matters. Both run through the same worlds, so the difference is the lever's.

Without a row, and why: ``capacity`` and the order of urgency need a crowded line (they have theory
of their own, test_theory_queue); ``tests`` only shorten the wait after an outage that a call would
have found by itself, an effect far below one of a hundred worlds; ``late_quiet`` and
``case_window`` move a single clock and are followed exactly (test_behaviour,
test_theory_response); ``consent_longest`` matters only where people decide; ``max_replies`` and
``run_on`` only cut. Honesty has no direction where the cause is hostile: a lie may calm.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from small_worlds import (
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

from sim.crisis import History, play
from sim.records import (
    Acted,
    Called,
    Contacted,
    Happened,
    Messaged,
    Origin,
    Outcome,
    Placed,
    Reported,
    Struck,
)
from sim.scenario.arms import WORLD_PARAMETERS
from sim.scenario.kinds import RESPONSES, Act, Cause

SIZES = [pytest.param(1, id="usual"), pytest.param(10, id="long", marks=pytest.mark.slow)]
Measure = Callable[[History], float]

# Measures.


def answer(history: History) -> float:
    """Return the intensity of the first answer."""
    return RESPONSES[of(history, Acted)[0].act].intensity


def intensity(history: History) -> float:
    """Return the summed intensity of all acts."""
    return sum(RESPONSES[act.act].intensity for act in of(history, Acted))


def acts(history: History) -> float:
    return len(of(history, Acted))


def force(history: History) -> float:
    return sum(act.act >= Act.LIMITED_FORCE for act in of(history, Acted))


def tension(history: History) -> float:
    return history.tension


def misbelief(history: History) -> float:
    """Return how hostile an incident that was not hostile is taken to be."""
    return float(of(history, Acted)[0].p_hostile)


def delay(history: History) -> float:
    """Return when the first message about the placed incident arrived; the end if none did."""
    return min([float(m.time) for m in of(history, Messaged)], default=float(history.horizon))


def incidents(history: History) -> float:
    return sum(h.origin == Origin.CONTACT for h in of(history, Happened))


def hostile_contacts(history: History) -> float:
    return sum(c.cause == Cause.HOSTILE for c in of(history, Contacted))


def not_separated(history: History) -> float:
    return -sum(c.outcome == Outcome.SEPARATED for c in of(history, Contacted))


def contacts(history: History) -> float:
    return len(of(history, Contacted))


def grave_contacts(history: History) -> float:
    return sum(c.severity_class > 0 for c in of(history, Contacted))


def shot_down(history: History) -> float:
    return sum(h.origin == Origin.LOCAL for h in of(history, Happened))


def strays(history: History) -> float:
    return sum(h.origin == Origin.STRAY for h in of(history, Happened))


def grave_strays(history: History) -> float:
    return sum(h.origin == Origin.STRAY and h.severity >= 0.5 for h in of(history, Happened))


def attacks(history: History) -> float:
    return sum(h.origin == Origin.ATTACK for h in of(history, Happened))


def strikes(history: History) -> float:
    return len(of(history, Struck))


def no_call(history: History) -> float:
    return -len([call for call in of(history, Called) if call.ended >= 0])


def wrong_reports(history: History) -> float:
    return sum(r.named != Cause.ACCIDENT for r in of(history, Reported))


def hours_at_display(history: History) -> float:
    """Return for how long the placed alert kept the rung at 3 or above."""
    placed = of(history, Placed)[0].time
    rungs = [(r.time, r.rung) for r in history.records if type(r).__name__ == "Runged"]
    ends = [time for time, rung in rungs if time > placed and rung < 3]
    return float(min(ends, default=history.horizon) - placed)


# Scenarios.


def told(**changes: Any) -> Values:
    """Return a grave accident and a line whose explanation would arrive about in time."""
    line = {
        "authorise": {"mean": "60 min"}, "answer": {"mean": "20 min"}, "relay": {"mean": "60 min"},
        "knowledge": 0.95, "honesty": 0.9, "weight": 1.6, "retry": "60 min",
    }  # fmt: skip
    base = quiet(injects=[incident(severity=0.95)], channels={"line": line}, parameters=NO_REPORT)
    whole: Values = laid_over(base, changes)
    return whole


def untold(**changes: Any) -> Values:
    """Return the same without anybody calling."""
    return told(**laid_over({"channels": {"line": {"willing": {"high_risk": 0.0}}}}, changes))


def covered(**changes: Any) -> Values:
    """Return the accident between two actors that the line merely covers."""
    poland = {"name": "Poland", "bloc": "nato"}
    belarus = {"name": "Belarus", "bloc": "russia"}
    what = [incident(severity=0.95, victim="poland", by="belarus")]
    return told(
        **laid_over(
            {"actors": {"poland": poland, "belarus": belarus}, "injects": what,
             "channels": {"line": {"covers": ["poland", "belarus"], "authorise": "1 min"}}},
            changes,
        )
    )  # fmt: skip


def fought(**changes: Any) -> Values:
    """Return a hostile incident in a hot mood: exchanges that go on."""
    hot = {
        "beta": 15.0, "resolve": 1.4, "fear": 0.1, "jump": 0.0, "force_high_risk": 0.0,
        "suspicion_hostile": 0.9, "delta_display": 0.7,
    }  # fmt: skip
    what = [incident(severity=0.95, cause="hostile")]
    line = {"carries": ["halts"], "willing": {"halts": 1.0}, "authorise": "1 min", "relay": "1 min"}
    return quiet(
        **laid_over(
            {"injects": what, "parameters": hot | NO_REPORT, "channels": {"line": line}}, changes
        )
    )


def met(**changes: Any) -> Values:
    """Return two air forces in one place, which give notice of every sortie."""
    return quiet(
        **laid_over(
            {
                "duration": "25 d",
                "areas": {"sea": {"around": [32.0, 43.5], "radius": "60 km"}},
                "forces": [
                    {
                        "id": f"{actor}_patrol", "actor": actor, "kind": "fighter_patrol",
                        "moves": {"box": "sea"}, "sorties": {"every": "8 h", "lasting": "3 h"},
                    }
                    for actor in ("us", "russia")
                ],
                "parameters": {
                    "noteworthy": 0.3, "share_serious": 0.5, "share_high_risk": 0.0, "engage": 0.0,
                    "resolve": 0.3, "notice_factor": 0.6, "local_delay": "1 min", "pause": 0.0,
                },
                "channels": {"line": {"carries": ["notices"], "notify": 1.0}},
            },
            changes,
        )
    )  # fmt: skip


def struck(**changes: Any) -> Values:
    """Return strikes near Poland and at a plant, and a third party's attacks on Russia."""
    return quiet(
        **laid_over(
            {
                "duration": "120 d",
                "actors": {
                    "ukraine": {"name": "Ukraine", "supporters": "nato"},
                    "poland": {"name": "Poland", "bloc": "nato"},
                },
                "sites": {
                    "lviv": {"name": "a grid", "at": [24.03, 49.84], "critical": True},
                    "belgorod": {"name": "a depot", "at": [36.58, 50.60]},
                },
                "strikes": [
                    {"id": "lviv", "actor": "russia", "into": "lviv", "every": "2 d",
                     "missiles": 12},
                    {"id": "belgorod", "actor": "ukraine", "into": "belgorod", "every": "2 d",
                     "missiles": 2},
                ],
                "parameters": {"resolve": 0.2, "near_site": 0.8},
                "channels": {
                    "line": {"carries": ["concerns"], "willing": {"every_concern": True}}
                },
            },
            changes,
        )
    )  # fmt: skip


class Trend(NamedTuple):
    """One lever: a scenario, what makes it worse, what better, and by which measure."""

    name: str
    scenario: Callable[..., Values]
    worse: Values
    better: Values
    measure: Measure
    worlds: int = 120


def on_line(worse: Any, better: Any) -> tuple[Values, Values]:
    return {"channels": {"line": worse}}, {"channels": {"line": better}}


def on_model(name: str, worse: Any, better: Any, **beside: Any) -> tuple[Values, Values]:
    return (
        laid_over({"parameters": {name: worse}}, beside),
        laid_over({"parameters": {name: better}}, beside),
    )


OUTAGES = {"up": {"mean": "12 h"}, "down": {"mean": "2 d"}}
NO_OUTAGES = {"up": None, "down": None}
NIGHT = {"staffed": {"russia": {"when": ["15:00", "17:00"], "zone": "UTC"}}}
LONG = {"injects": [incident(severity=0.95, lasting="8 h", kind="unsafe_intercept")]}
TENSE = {"begins": {"tension": 2.0}}
ALERT = {
    "injects": [
        {"at": "2022-09-02T00:00Z", "id": "a", "title": "An alert", "alert": {"actor": "russia"}}
    ]
}

TRENDS = [
    # The line, step by step, after one grave accident.
    Trend("slow_to_authorise", told, *on_line({"authorise": {"mean": "24 h"}}, {}), answer),
    Trend("slow_to_answer", told, *on_line({"answer": {"mean": "24 h"}}, {}), answer),
    Trend("seldom_answers", told, *on_line({"answered": 0.1}, {}), answer),
    Trend(
        "gives_up", told,
        *on_line({"answered": 0.3, "attempts": 1}, {"answered": 0.3, "attempts": 6}), answer, 300,
    ),
    Trend(
        "wrong_person", told,
        *on_line({"right_person": {"probability": 0.0, "otherwise": "20 h"}}, {}), answer,
    ),
    Trend("long_talks", told, *on_line({"talk": "12 h"}, {}), answer),
    Trend(
        "interpreter", told, *on_line({"talk": "2 h", "interpreter": 9.0}, {"talk": "2 h"}), answer,
    ),
    Trend("long_relay", told, *on_line({"relay": {"mean": "24 h"}}, {}), answer),
    Trend("often_down", told, *on_line(OUTAGES, NO_OUTAGES), answer),
    Trend("unstaffed", told, *on_line(NIGHT, {}), delay),
    Trend("unwilling", told, *on_line({"willing": {"high_risk": 0.1}}, {}), answer),
    Trend("does_not_know", told, *on_line({"knowledge": 0.1}, {}), answer),
    Trend("lies", told, *on_line({"honesty": 0.0}, {"honesty": 1.0}), answer),
    Trend("unbelieved", told, *on_line({"weight": 0.1}, {}), answer),
    Trend("slow_to_consult", covered, *on_line({"consult": "30 h"}, {"consult": "1 min"}), answer),
    Trend("not_covered", covered, *on_line({"covers": []}, {}), answer),
    Trend("mistrust", told, *on_model("credibility_b", 6.0, 1.0), answer),
    Trend("trust", told, *on_model("credibility_a", 1.0, 6.0), answer),
    Trend("no_waiting", told, *on_model("wait", 0.0, 1.0), answer, 300),
    Trend("backfires", told, *on_model("backfire", 1.0, 0.0), tension),
    Trend("not_stopped", told, *on_model("heed_stop", 0.0, 1.0, **LONG), answer),
    Trend(
        "late_word_unheeded", told,
        *on_model("late_relief", 0.0, 0.6, channels={"line": {"relay": "20 d"}}), tension,
    ),
    # Belief and choice, with nobody calling.
    Trend("little_time", told, *on_model("clock_median", "6 h", "96 h"), answer),
    Trend("grave_means_quick", told, *on_model("clock_severity", 3.0, 1.0), answer, 300),
    Trend("slow_reports", untold, *on_model("report", "200 h", {"mean": "1 h"}), answer),
    Trend(
        "bad_reports", untold,
        *on_model("accuracy", 0.4, 0.95, parameters={"report": "30 min"}), answer,
    ),
    Trend(
        "bad_first_reports", untold,
        *on_model("first_accuracy", 0.3, 0.9, parameters={"first_report": "30 min"}), wrong_reports,
    ),
    Trend("resolve", untold, *on_model("resolve", 1.25, 0.9), answer),
    Trend("fear", untold, *on_model("fear", 0.15, 0.40), answer),
    Trend("price_of_force", fought, *on_model("jump", 0.0, 0.15), force),
    Trend("suspicion", untold, *on_model("suspicion_hostile", 0.28, 0.07), answer),
    Trend("accidents_punished", untold, *on_model("cost_accident", 0.27, 0.08), answer, 300),
    Trend("assertion_punished", untold, *on_model("cost_assertive", 0.56, 0.24), answer),
    Trend("fear_of_the_tense", untold, *on_model("a_tension", 1.5, 0.5, **TENSE), misbelief),
    Trend("fear_at_a_rung", untold, *on_model("a_rung", 0.46, 0.16, begins={"rung": 3}), misbelief),
    Trend("grievance", untold, *on_model("grievance", 0.6, 0.0, **TENSE), answer),
    Trend("tense_at_first", untold, TENSE | {"parameters": {"a_tension": 1.0}},
          {"begins": {"tension": 0.0}, "parameters": {"a_tension": 1.0}}, answer),
    # Exchanges.
    Trend("force_hurts", fought, *on_model("delta", 0.95, 0.5), intensity),
    Trend("displays_provoke", fought, *on_model("delta_display", 0.9, 0.2), acts),
    Trend("no_halt", fought, *on_line({"willing": {"halts": 0.0}}, {}), intensity),
    Trend("halt_unheeded", fought, *on_model("halt", 0.0, 1.0), intensity),
    Trend("jump_at_a_rung", fought, *on_model(
        "jump_rung", 0.0, 0.5, parameters={"jump": 0.1, "delta_display": 1.0}), force, 300),
    # Moods.
    Trend("shaken_by_incidents", untold, *on_model("tension_incident", 1.0, 0.25), tension),
    Trend("shaken_by_acts", untold, *on_model("tension_act", 0.6, 0.15), tension),
    Trend("never_forgets", untold, *on_model("tension_half_life", "8 d", "2 d"), tension),
    Trend("never_quiet", untold, *on_model("quiet", "6 d", "1 d", **ALERT), hours_at_display, 20),
    Trend("cold", untold, *on_model("relief", 0.1, 0.5, parameters={"resolve": 0.0, "beta": 5.0}),
          tension),
    # Contacts and notices.
    Trend("notice_unheeded", met, *on_model("heed", 0.2, 0.8), incidents, 6),
    Trend("separates_nobody", met, *on_model("heed", 0.2, 0.8), not_separated, 6),
    Trend("notice_warns_nobody", met, *on_model("notice_factor", 1.0, 0.3), incidents, 6),
    Trend("gives_no_notice", met, *on_line({"notify": 0.0}, {}), incidents, 6),
    Trend("silent_at_a_rung", met, *on_model("notify_rung", 0.25, 0.0, begins={"rung": 3}),
          incidents, 10),
    Trend("exposed", met, *on_model("exposure", 5.0, 1.0), hostile_contacts, 6),
    Trend("bold", met, *on_model("boldness", 1.5, 1.0), contacts, 6),
    Trend("restless_at_a_rung", met, *on_model("activity_rung", 0.3, 0.0, begins={"rung": 3}),
          contacts, 6),
    Trend("careless_at_a_rung", met, *on_model("mix_shift", 0.3, 0.0, begins={"rung": 3}),
          grave_contacts, 6),
    Trend("serious", met, *on_model("share_serious", 0.6, 0.2), incidents, 6),
    Trend("hostile", met, *on_model("hostile_serious", 0.3, 0.05), hostile_contacts, 6),
    Trend("invites", met, *on_model("invitation", 0.3, 0.0, parameters={
        "resolve": 0.0, "hostile_serious": 0.1}), hostile_contacts, 6),
    Trend("ready_to_shoot", met, *on_model("engage", 0.8, 0.0), shot_down, 6),
    Trend("unrecognised", met, *on_model("identified", 0.0, 1.0, parameters={"engage": 0.8}),
          shot_down, 6),
    Trend("slow_to_shoot", met, *on_model("local_delay", "1 min", "30 min", parameters={
        "engage": 1.0}), shot_down, 6),
    Trend("flies_on", met, *on_model("pause", 0.0, 0.5, injects=[incident()], parameters={
        "pause_lasts": "14 d"}), contacts, 6),
    # Strikes.
    Trend("strays", struck, *on_model("stray_attacker", 0.02, 0.002), strays, 8),
    Trend("defenders_stray", struck, *on_model("stray_defender", 0.02, 0.0), strays, 8),
    Trend("strays_far", struck, *on_model("stray_reach", 150.0, 40.0, parameters={
        "stray_attacker": 0.02}), strays, 8),
    Trend("grave_strays", struck, *on_model("stray_grave", 0.9, 0.1, parameters={
        "stray_attacker": 0.02}), grave_strays, 8),
    Trend("blames_supporters", struck, *on_model("blamed_on_supporters", 0.5, 0.05), attacks, 8),
    Trend("concern_resented", struck, *on_model("concern_factor", 1.1, 0.8), strikes, 8),
    Trend("concern_forgotten", struck, *on_model("concern_lasts", "1 h", "28 d", parameters={
        "concern_factor": 0.8}), strikes, 8),
    Trend("near_the_plant", struck, *on_model("near_site", 0.9, 0.2), strikes, 8),
    Trend("silent", struck, *on_line({"willing": {"every_concern": False}}, {}), no_call, 8),
]  # fmt: skip


BEFORE_ARMS = WORLD_PARAMETERS | {"credibility_a", "credibility_b"}
"""Parameters no arm can change, or that only tell how a period begins."""


def fits_an_arm(change: Values) -> bool:
    """Whether a change may be made in an arm, so that both runs can share their worlds."""
    return set(change) <= {"channels", "parameters"} and not BEFORE_ARMS & set(
        change.get("parameters", {})
    )


def lived(trend: Trend, worlds: int) -> list[list[History]]:
    """Return the histories of a trend's worse and its better setting, world by world."""
    changes = (trend.worse, trend.better)
    if not all(map(fits_an_arm, changes)):
        return [histories(trend.scenario(**change), worlds) for change in changes]
    arms = {"worse": trend.worse, "better": trend.better}
    ready = list(stages(theatre_of(trend.scenario(arms=arms)), worlds))
    return [[play(stage, arm) for stage in ready] for arm in arms]


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize("trend", TRENDS, ids=lambda trend: trend.name)
def test_worse_is_worse(trend: Trend, times: int) -> None:
    worse, better = (
        np.array([trend.measure(history) for history in one])
        for one in lived(trend, trend.worlds * times)
    )
    difference = worse - better
    assert difference.mean() > 0
    error = difference.std(ddof=1) / math.sqrt(difference.size)
    assert difference.mean() > 2 * error


def test_no_lever_has_two_rows_of_one_name() -> None:
    names = [trend.name for trend in TRENDS]
    assert len(names) == len(set(names))
