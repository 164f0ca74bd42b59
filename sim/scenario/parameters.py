"""Every model constant, once: its unit, base value, range, grade and source.

A grade says how far to trust a number. *sourced*: a public source states it. *computed*: worked
out from a named public source. *judgement*: nobody has measured it; the range is what a sceptic
and an optimist would each accept, and the answer must be read over that range. A scenario may
override any of them under ``parameters:``, an arm as well.

Source numbers such as "evidence 3.2" name the facts gathered in ``sim/EVIDENCE.md``;
"prototype" is an earlier model without geometry whose values met the dispute figures there (model
6.3). "Model 7.10" is a section of ``sim/MODEL.md``; ``sim.scenario.sections`` says in which of them
each constant is at work.
"""

from __future__ import annotations

from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator
from pydantic.fields import FieldInfo

from sim.scenario.quantities import DAY, HOUR, MINUTE, Delay, Duration, Frozen, Milliseconds

Grade = Literal["sourced", "computed", "judgement"]

SOURCED: Final[Grade] = "sourced"
COMPUTED: Final[Grade] = "computed"
JUDGEMENT: Final[Grade] = "judgement"


def _constant(
    base: Any,
    low: Any,
    high: Any,
    unit: str,
    grade: Grade,
    source: str,
    meaning: str,
    *,
    ge: float | None = 0,
    le: float | None = None,
) -> Any:
    """Declare one constant; ``ge`` and ``le`` are what it can be at all, not its range."""
    facts = {"unit": unit, "low": low, "high": high, "grade": grade, "source": source}
    return Field(default=base, description=meaning, json_schema_extra=facts, ge=ge, le=le)


def _probability(
    base: float, low: float, high: float, grade: Grade, source: str, meaning: str
) -> Any:
    return _constant(base, low, high, "probability", grade, source, meaning, le=1)


def _delay(median: int, p95: int, low: str, high: str, grade: Grade, source: str, text: str) -> Any:
    """Declare a lognormal delay; its low and high are told as text."""
    base = Delay(median=Milliseconds(median), p95=Milliseconds(p95))
    facts: Any = {"unit": "time", "low": low, "high": high, "grade": grade, "source": source}
    return Field(default=base, description=text, json_schema_extra=facts)


class Parameters(Frozen):
    """The constants of the model, by name."""

    # Contacts and what goes wrong in them.
    recorded_per_year: float = _constant(
        107.0,
        96.0,
        120.0,
        "1/year",
        COMPUTED,
        "evidence 3.2: 331 in 37 months (Global Zero)",
        "contacts worth anyone's noting, over all theatres, in 2014-2017 conditions",
    )
    conditions_2022: float = _constant(
        3.0,
        2.0,
        5.7,
        "ratio",
        JUDGEMENT,
        "intercepts 570 in 2022 against 290, evidence 3.1; model 1.3",
        "recorded contacts under 2022 conditions relative to 2014-2017",
    )
    noteworthy: float | None = _constant(
        None,
        None,
        None,
        "probability",
        COMPUTED,
        "solved from border_share when not given",
        "chance that a contact is recorded at all",
        le=1,
    )
    share_serious: float = _probability(
        0.163,
        0.126,
        0.206,
        SOURCED,
        "evidence 3.2: 54 of 331",
        "recorded contacts that are serious",
    )
    share_high_risk: float = _probability(
        0.006,
        0.0013,
        0.019,
        SOURCED,
        "evidence 3.2: 2 of 331",
        "recorded contacts that are high-risk",
    )
    mix_shift: float = _constant(
        0.15,
        0.07,
        0.23,
        "1/rung",
        JUDGEMENT,
        "prototype, model 6.3",
        "relative growth of the serious and high-risk shares per rung of the crisis",
    )
    serious_low: float = _probability(
        0.05, 0.05, 0.05, JUDGEMENT, "defines the class", "least severity of a serious incident"
    )
    serious_high: float = _probability(
        0.40, 0.40, 0.40, JUDGEMENT, "defines the class", "greatest severity of a serious incident"
    )
    grave_low: float = _probability(
        0.50, 0.50, 0.50, JUDGEMENT, "defines the class", "least severity of a high-risk incident"
    )
    grave_high: float = _probability(
        1.0, 1.0, 1.0, JUDGEMENT, "defines the class", "greatest severity of a high-risk incident"
    )
    assertive_share: float = _probability(
        0.35,
        0.20,
        0.50,
        JUDGEMENT,
        "prototype, model 6.3",
        "incidents that were meant, but not meant to harm",
    )
    hostile_serious: float = _probability(
        0.03, 0.015, 0.046, JUDGEMENT, "prototype, model 6.3", "serious incidents that were hostile"
    )
    hostile_high_risk: float = _probability(
        0.35, 0.20, 0.47, JUDGEMENT, "prototype, model 6.3", "high-risk incidents that were hostile"
    )
    not_theirs_share: float = _probability(
        0.02,
        0.0,
        0.10,
        JUDGEMENT,
        "one Przewodów among the cards of evidence 3.4",
        "contact incidents caused by a third party or the victim's own side",
    )
    force_serious: float = _probability(
        0.50,
        0.25,
        0.60,
        JUDGEMENT,
        "prototype, model 6.3",
        "hostile serious incidents that are force",
    )
    force_high_risk: float = _probability(
        0.80,
        0.45,
        0.87,
        JUDGEMENT,
        "prototype, model 6.3",
        "hostile high-risk incidents that are force",
    )

    # Notice before a contact.
    heed: float = _probability(
        0.50,
        0.20,
        0.80,
        JUDGEMENT,
        "no source; Syria's near-misses went on, evidence 2.5",
        "chance that a noticed contact is separated",
    )
    notice_factor: float = _constant(
        0.60,
        0.30,
        1.0,
        "ratio",
        JUDGEMENT,
        "no source",
        le=1,
        meaning="chance of going wrong of a noticed contact that was not separated",
    )
    exposure: float = _constant(
        1.0,
        1.0,
        1.5,
        "ratio",
        JUDGEMENT,
        "no source",
        ge=1,
        meaning="growth of the hostile share against a side that gave notice",
    )
    notify_rung: float = _constant(
        0.10,
        0.0,
        0.25,
        "1/rung",
        JUDGEMENT,
        "suspensions of the Syria line, evidence 1.2",
        "relative fall of the chance of giving notice per rung of the own bloc",
        le=1,
    )

    # Minutes: the local commander.
    engage: float = _probability(
        0.01,
        0.0,
        0.05,
        JUDGEMENT,
        "one shoot-down among the cards of evidence 3.4",
        "chance that a manned intruder is engaged when it is not recognised",
    )
    engage_rung: float = _constant(
        0.25,
        0.0,
        0.50,
        "1/rung",
        JUDGEMENT,
        "no source",
        "relative growth of readiness to engage per rung of the own bloc",
    )
    identified: float = _probability(
        0.50,
        0.20,
        0.80,
        JUDGEMENT,
        "evidence 3.4: no manned intruder but the Su-24 of 2015 was fired on",
        "chance that the intruder is recognised as harmless in time",
    )
    local_delay: Delay = _delay(
        3 * MINUTE,
        10 * MINUTE,
        "1 min",
        "10 min",
        SOURCED,
        "evidence 3.4: 5 minutes of warnings before the 2015 shoot-down",
        "time until the local commander can act",
    )
    shoot_down_severity: float = _probability(
        0.80,
        0.60,
        1.0,
        JUDGEMENT,
        "evidence 3.4: 2015, contained to sanctions",
        "severity of a shoot-down for the side that lost the unit",
    )

    # During a long incident.
    heed_stop: float = _probability(
        0.70,
        0.40,
        0.95,
        JUDGEMENT,
        "evidence 1.3: Deir ez-Zor was stopped by the call",
        "chance that a conversation stops a long incident that is an accident",
    )
    heed_stop_assertive: float = _probability(
        0.35,
        0.10,
        0.70,
        JUDGEMENT,
        "evidence 1.3: what is meant is less readily called off",
        "the same for an assertive incident",
    )
    heed_stop_hostile: float = _probability(
        0.05,
        0.0,
        0.20,
        JUDGEMENT,
        "no source; no explanation removes a hostile act",
        "the same for a hostile incident",
    )
    moment_share: float = _probability(
        1.0,
        0.50,
        1.0,
        JUDGEMENT,
        "no source; what has been fired or has fallen stays so",
        "share of the severity of an incident with a moment that no stopping takes back",
    )

    # The case and its clock.
    case_window: Duration = _constant(
        12 * HOUR,
        6 * HOUR,
        24 * HOUR,
        "time",
        JUDGEMENT,
        "no source",
        "how long a case takes in further incidents",
    )
    case_room: float = _constant(
        0.10,
        0.0,
        0.20,
        "severity",
        JUDGEMENT,
        "no source",
        "how far a case's severity may exceed its worst incident's",
        le=1,
    )
    clock_median: Duration = _constant(
        24 * HOUR,
        12 * HOUR,
        48 * HOUR,
        "time",
        JUDGEMENT,
        "no source",
        "median time to answer a case of no severity at rung 0",
    )
    clock_severity: float = _constant(
        2.0, 1.0, 3.0, "1/severity", JUDGEMENT, "no source", "how severity shortens the clock"
    )
    clock_rung: float = _constant(
        0.25, 0.0, 0.5, "1/rung", JUDGEMENT, "no source", "how the rung shortens the clock"
    )
    clock_sigma: float = _constant(
        0.6,
        0.3,
        1.0,
        "log",
        JUDGEMENT,
        "no source; p95 2.7 times the median",
        "spread of the clock's logarithm",
    )
    theatre_stage: bool = _constant(
        False,
        False,
        True,
        "yes or no",
        JUDGEMENT,
        "no source",
        ge=None,
        meaning="whether a theatre commander answers first, up to display",
    )
    theatre_median: Duration = _constant(
        3 * HOUR,
        1 * HOUR,
        6 * HOUR,
        "time",
        JUDGEMENT,
        "no source",
        "median time until the theatre commander answers",
    )

    # Belief.
    suspicion_accident: float = _probability(
        0.35,
        0.25,
        0.50,
        JUDGEMENT,
        "rest of the prototype's suspicions",
        "what a victim suspects before it knows anything: accident",
    )
    suspicion_assertive: float = _probability(
        0.40, 0.32, 0.48, JUDGEMENT, "prototype, model 6.3", "the same: assertive"
    )
    suspicion_hostile: float = _probability(
        0.20, 0.07, 0.28, JUDGEMENT, "prototype, model 6.3", "the same: hostile"
    )
    suspicion_not_theirs: float = _probability(
        0.05, 0.0, 0.15, JUDGEMENT, "rest of the prototype's suspicions", "the same: not theirs"
    )
    a_tension: float = _constant(
        1.0,
        0.5,
        1.5,
        "log odds",
        JUDGEMENT,
        "prototype, model 6.3",
        "how tension feeds suspicion of hostility",
    )
    a_rung: float = _constant(
        0.3,
        0.16,
        0.46,
        "log odds/rung",
        JUDGEMENT,
        "prototype, model 6.3",
        "how the rung feeds suspicion of hostility",
    )
    first_report: Delay = _delay(
        3 * HOUR,
        9 * HOUR,
        "1 h",
        "6 h",
        JUDGEMENT,
        "evidence 3.4: Przewodów blamed on Russia within hours",
        "delay of the first report",
    )
    first_accuracy: float = _probability(
        0.55,
        0.40,
        0.70,
        JUDGEMENT,
        "evidence 3.4: first reports on Przewodów were wrong",
        "chance that the first report names the true cause",
    )
    report: Delay = _delay(
        18 * HOUR,
        72 * HOUR,
        "9 h",
        "36 h",
        JUDGEMENT,
        "evidence 3.4: revised the next day",
        "delay of the investigation",
    )
    accuracy: float = _probability(
        0.85,
        0.70,
        0.95,
        JUDGEMENT,
        "no source",
        "chance that the investigation names the true cause",
    )

    # Messages and credibility.
    knowledge: float = _probability(
        0.70,
        0.40,
        0.95,
        JUDGEMENT,
        "evidence 1.3: Khasham, the officer did not know",
        "chance that the sender's officer knows what happened",
    )
    honesty: float = _probability(
        0.70, 0.40, 0.95, JUDGEMENT, "no source", "chance that a side tells the truth about a case"
    )
    credibility_a: float = _constant(
        2.0,
        1.0,
        6.0,
        "count",
        JUDGEMENT,
        "no source",
        "believed messages a side starts from",
        ge=0.01,
    )
    credibility_b: float = _constant(
        2.0, 1.0, 6.0, "count", JUDGEMENT, "no source", "false messages a side starts from", ge=0.01
    )
    credibility_low: float = _probability(
        0.05, 0.05, 0.05, JUDGEMENT, "no source", "least credibility"
    )
    credibility_high: float = _probability(
        0.95, 0.95, 0.95, JUDGEMENT, "no source", "greatest credibility"
    )
    credibility_step: float = _constant(
        0.3, 0.1, 1.0, "count", JUDGEMENT, "no source", "weight of one revelation"
    )
    late_relief: float = _constant(
        0.3,
        0.0,
        0.6,
        "ratio",
        JUDGEMENT,
        "no source",
        "fall of tension when an explanation is believed too late",
        le=1,
    )
    late_quiet: float = _constant(
        0.5,
        0.25,
        1.0,
        "ratio",
        JUDGEMENT,
        "no source",
        "what is left of a display's quiet time after such an explanation",
        le=1,
    )

    # The response.
    beta: float = _constant(
        40.0, 22.0, 56.0, "1/intensity²", JUDGEMENT, "prototype, model 6.3", "steadiness of choice"
    )
    resolve: float = _constant(
        1.1, 0.9, 1.25, "ratio", JUDGEMENT, "prototype, model 6.3", "wanted answer per severity"
    )
    fear: float = _constant(
        0.25, 0.15, 0.40, "ratio", JUDGEMENT, "prototype, model 6.3", "aversion to intense acts"
    )
    jump: float = _constant(
        0.03, 0.0, 0.10, "utility", JUDGEMENT, "prototype, model 6.3", "cost of using force at all"
    )
    jump_rung: float = _constant(
        0.1, 0.0, 0.2, "1/rung", JUDGEMENT, "no source", "growth of that cost per rung"
    )
    grievance: float = _constant(
        0.3,
        0.0,
        0.6,
        "ratio",
        JUDGEMENT,
        "prototype (g), model 6.3",
        "how tension sharpens the answer",
    )
    cost_accident: float = _constant(
        0.15, 0.08, 0.27, "ratio", JUDGEMENT, "prototype, model 6.3", "answer an accident deserves"
    )
    cost_assertive: float = _constant(
        0.45,
        0.24,
        0.56,
        "ratio",
        JUDGEMENT,
        "prototype, model 6.3",
        "answer an assertive act deserves",
    )
    cost_hostile: float = _constant(
        1.0,
        1.0,
        1.0,
        "ratio",
        JUDGEMENT,
        "end of the scale, by definition",
        "answer a hostile act deserves",
    )
    cost_not_theirs: float = _constant(
        0.0,
        0.0,
        0.0,
        "ratio",
        JUDGEMENT,
        "end of the scale, by definition",
        "answer a third party's act deserves",
    )
    delta: float = _constant(
        0.85,
        0.70,
        0.95,
        "ratio",
        JUDGEMENT,
        "prototype (δ), model 6.3",
        "severity of a use of force for the other side, per intensity",
        le=1,
    )
    delta_display: float = _constant(
        0.5, 0.3, 0.7, "ratio", JUDGEMENT, "no source", "the same of a display", le=1
    )
    relief: float = _constant(
        0.3,
        0.1,
        0.5,
        "tension",
        JUDGEMENT,
        "no source",
        "fall of tension by conciliation, per intensity",
    )
    consent_longest: Duration = _constant(
        1 * HOUR,
        10 * MINUTE,
        6 * HOUR,
        "time",
        JUDGEMENT,
        "no source; matters only where people decide",
        "longest time people who lead a bloc take to consent to force",
    )
    max_replies: int = _constant(
        12,
        12,
        12,
        "count",
        JUDGEMENT,
        "longest exchange modelled",
        "replies one root may draw",
        ge=1,
    )

    # Halting an exchange.
    halt: float = _probability(
        0.5, 0.2, 0.8, JUDGEMENT, "no source", "cut of the wanted answer by a believed halt"
    )

    # Harm.
    backfire: float = _probability(
        0.02,
        0.0,
        0.10,
        JUDGEMENT,
        "evidence 2.5: calls used to coerce",
        "calls that make things worse",
    )
    backfire_tension: float = _constant(
        0.15, 0.05, 0.4, "tension", JUDGEMENT, "no source", "tension such a call adds"
    )
    boldness: float = _constant(
        1.0,
        1.0,
        1.15,
        "ratio",
        JUDGEMENT,
        "no source",
        ge=1,
        meaning="activity of both blocs beside a standing line",
    )
    wait: float = _probability(
        0.0, 0.0, 0.5, JUDGEMENT, "no source", "chance that a pending call holds the clock"
    )
    wait_longest: Duration = _constant(
        6 * HOUR,
        2 * HOUR,
        12 * HOUR,
        "time",
        JUDGEMENT,
        "no source",
        "longest time a pending call holds the clock",
    )
    reassurance: float = _constant(
        0.0,
        0.0,
        0.5,
        "ratio",
        JUDGEMENT,
        "no source",
        "growth of the time left to answer by a reassuring message, per credibility",
    )
    invitation: float = _constant(
        0.1,
        0.0,
        0.3,
        "log/act",
        JUDGEMENT,
        "no source (d); no memory at all is reported beside it",
        "growth of the hostile share per unanswered hostile act",
    )
    invitation_half_life: Duration = _constant(
        90 * DAY, 30 * DAY, 180 * DAY, "time", JUDGEMENT, "no source", "how it is forgotten", ge=1
    )

    # State.
    tension_incident: float = _constant(
        0.5, 0.25, 1.0, "tension", JUDGEMENT, "no source", "jump by an incident, per severity"
    )
    tension_act: float = _constant(
        0.3, 0.15, 0.6, "tension", JUDGEMENT, "no source", "jump by an act, per intensity"
    )
    tension_half_life: Duration = _constant(
        4 * DAY, 2 * DAY, 8 * DAY, "time", JUDGEMENT, "no source", "how tension fades", ge=1
    )
    quiet: Duration = _constant(
        3 * DAY,
        1 * DAY,
        6 * DAY,
        "time",
        JUDGEMENT,
        "no source",
        "time without an act at or above a rung until the bloc steps down",
        ge=1,
    )
    activity_rung: float = _constant(
        0.10, 0.06, 0.24, "1/rung", JUDGEMENT, "prototype, model 6.3", "growth of activity per rung"
    )
    alert_tension: float = _constant(
        0.5, 0.2, 1.0, "tension", JUDGEMENT, "no source", "jump by a nuclear alert"
    )
    gesture_tension: float = _constant(
        0.2,
        0.05,
        0.4,
        "tension",
        JUDGEMENT,
        "no source",
        "fall by a postponed test or like gesture",
    )

    pause: float = _constant(
        0.1,
        0.0,
        0.5,
        "ratio",
        JUDGEMENT,
        "evidence 3.4: the UK paused its patrols after the RC-135",
        "share of its activity a bloc stands down after a high-risk incident",
        le=1,
    )
    pause_lasts: Duration = _constant(
        7 * DAY, 2 * DAY, 14 * DAY, "time", JUDGEMENT, "no source", "how long it does"
    )

    # Interceptors.
    scramble: Delay = _delay(
        8 * MINUTE,
        15 * MINUTE,
        "5 min",
        "15 min",
        COMPUTED,
        "evidence 6: airborne within 15 minutes (RS-15), read as the 95th percentile",
        "from detection to take-off of an interceptor on alert",
    )

    # Strikes.
    stray_attacker: float = _probability(
        1e-3,
        2e-4,
        4e-3,
        JUDGEMENT,
        "evidence 3.3, 3.4: a missile or two a year crossed Poland, hundreds flew near it",
        "chance that a weapon bound for a target on the border strays across it",
    )
    stray_defender: float = _probability(
        5e-4,
        1e-4,
        2e-3,
        JUDGEMENT,
        "evidence 3.4: Przewodów, one case beside some hundreds of weapons in nine months",
        "the same for the interceptor fired at it",
    )
    stray_reach: float = _constant(
        80.0,
        40.0,
        150.0,
        "km",
        JUDGEMENT,
        "Przewodów lies 6 km inside, Lviv 70 km from the border",
        "distance over which that chance falls by e",
        ge=1,
    )
    stray_grave: float = _probability(
        0.05,
        0.01,
        0.2,
        JUDGEMENT,
        "one Przewodów among the violations of 2022-2023",
        "strays that kill or are otherwise grave",
    )
    near_site: float = _probability(
        0.5, 0.2, 0.9, JUDGEMENT, "no source", "salvos at a critical site that fall near it"
    )
    blamed_on_supporters: float = _probability(
        0.05,
        0.0,
        0.2,
        JUDGEMENT,
        "Moscow blamed NATO for some attacks; no count found",
        "third-party attacks that are blamed on the bloc that supports the third party",
    )
    concern_factor: float = _constant(
        1.0,
        0.8,
        1.1,
        "ratio",
        JUDGEMENT,
        "the one call's effect is not known, seed 003",
        "strike rate near a site after a concern call",
        le=1.1,
    )
    concern_lasts: Duration = _constant(
        14 * DAY, 7 * DAY, 28 * DAY, "time", JUDGEMENT, "no source", "how long that lasts"
    )

    # The run.
    run_on: Duration = _constant(
        30 * DAY,
        30 * DAY,
        30 * DAY,
        "time",
        JUDGEMENT,
        "no source; longer than a clock and its exchange usually take",
        "how long open cases run on after the horizon",
    )
    warm_up: Duration = _constant(
        60 * DAY,
        30 * DAY,
        120 * DAY,
        "time",
        JUDGEMENT,
        "no source; fifteen half-lives of tension, model 5.2",
        "time lived through before the period when the scenario does not say how it begins",
    )

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        causes = self.assertive_share + self.not_theirs_share
        if causes + max(self.hostile_serious, self.hostile_high_risk) > 1:
            raise ValueError("assertive_share, not_theirs_share and the hostile share exceed 1")
        if self.share_serious + self.share_high_risk > 1:
            raise ValueError("share_serious and share_high_risk exceed 1 together")
        for low, high in _ORDERED:
            if getattr(self, low) > getattr(self, high):
                raise ValueError(f"{low} must not exceed {high}")
        if not any(getattr(self, name) for name in _SUSPICIONS):
            raise ValueError("one of the suspicions must be greater than 0")
        return self


_ORDERED: Final = (
    ("serious_low", "serious_high"),
    ("grave_low", "grave_high"),
    ("credibility_low", "credibility_high"),
)
_SUSPICIONS: Final = (
    "suspicion_accident",
    "suspicion_assertive",
    "suspicion_hostile",
    "suspicion_not_theirs",
)


class Constant(Frozen):
    """One row of the table of constants."""

    name: str
    unit: str
    base: Any
    low: Any
    high: Any
    grade: Grade
    source: str
    meaning: str


def _row(name: str, field: FieldInfo) -> Constant:
    facts: Any = field.json_schema_extra
    return Constant(name=name, base=field.default, meaning=field.description or "", **facts)


def constants() -> tuple[Constant, ...]:
    """Return every model constant with unit, base, range, grade and source."""
    return tuple(_row(name, field) for name, field in Parameters.model_fields.items())
