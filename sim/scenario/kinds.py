"""The catalogue of kinds: units, incidents, messages and responses, with their sources.

Values are public and encyclopedic: what an aircraft cruises at, how long an intercept lasted in
the press. Nothing here is operational.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal, NamedTuple

from sim.scenario.quantities import HOUR, MINUTE

Domain = Literal["air", "sea", "land", "air_defence"]

KMH: Final = 1 / 3.6
KNOT: Final = 1852.0 / 3600.0
KM: Final = 1000.0


class UnitKind(NamedTuple):
    """What a kind of unit is, in public values. Speed in m/s, ranges in metres."""

    name: str
    title: str
    domain: Domain
    speed: float
    contact_range: float
    detection_range: float
    alert: bool
    source: str


UNIT_KINDS: Final[dict[str, UnitKind]] = {
    kind.name: kind
    for kind in (
        UnitKind(
            "fighter_patrol", "fighter patrol", "air", 900 * KMH, 32 * KM, 0, False,
            "evidence 6: cruise about 900 km/h; 32 km is the US rule for Syria",
        ),
        UnitKind(
            "interceptor", "interceptor on alert", "air", 1000 * KMH, 32 * KM, 300 * KM, True,
            "evidence 6: 900-1,100 km/h; radar 300-600 km; airborne within 15 minutes",
        ),
        UnitKind(
            "reconnaissance_aircraft", "reconnaissance aircraft", "air", 800 * KMH, 32 * KM, 0,
            False, "evidence 6: RC-135 cruise about 800 km/h",
        ),
        UnitKind(
            "maritime_patrol", "maritime patrol aircraft", "air", 815 * KMH, 32 * KM, 0, False,
            "evidence 6: P-8A normal 815 km/h",
        ),
        UnitKind(
            "surveillance_drone", "long-endurance drone", "air", 370 * KMH, 32 * KM, 0, False,
            "evidence 6: MQ-9 cruise about 370 km/h",
        ),
        UnitKind(
            "warship", "warship", "sea", 15 * KNOT, 20 * KM, 0, False,
            "evidence 6: frigates at most 29-30 kn; 15 kn is a patrol speed",
        ),
        UnitKind(
            "landing_ship", "landing ship", "sea", 12 * KNOT, 20 * KM, 0, False,
            "evidence 6: Ropucha about 18 kn at most",
        ),
        UnitKind(
            "ground_brigade", "ground brigade", "land", 15 * KMH, 5 * KM, 0, False,
            "judgement; a patrol along a border road",
        ),
        UnitKind(
            "convoy", "road convoy", "land", 35 * KMH, 5 * KM, 0, False,
            "evidence 6: march average 30-40 km/h",
        ),
        UnitKind(
            "air_defence_battery", "air-defence battery", "air_defence", 30 * KMH, 100 * KM, 0,
            False, "evidence 6: Patriot about 160 km, S-300 75-200 km",
        ),
    )
}  # fmt: skip

_MEETINGS: Final[tuple[tuple[Domain, Domain], ...]] = (
    ("air", "air"), ("air", "sea"), ("sea", "sea"), ("land", "land"), ("air", "air_defence"),
)  # fmt: skip

MEETS: Final[frozenset[frozenset[Domain]]] = frozenset(frozenset(pair) for pair in _MEETINGS)
"""Which domains come into contact with which."""


class Cause(IntEnum):
    """The true cause of an incident, and what a victim may believe it was."""

    ACCIDENT = 0
    ASSERTIVE = 1
    HOSTILE = 2
    NOT_THEIRS = 3


class SeverityClass(IntEnum):
    """How serious a recorded contact was."""

    ROUTINE = 0
    SERIOUS = 1
    HIGH_RISK = 2


Setting = Literal[
    "air_air", "air_sea", "sea_sea", "land_land", "air_air_defence", "strike", "attack"
]


class IncidentKind(NamedTuple):
    """A way a contact, strike or stray goes wrong. Durations in ms, weights within setting.

    One with a ``moment`` is grave in it: a missile that has left its rail is no lesser matter
    because the intercept about it ends sooner.
    """

    code: int
    name: str
    title: str
    settings: tuple[Setting, ...]
    serious: float
    high_risk: float
    median: int
    p95: int
    intrusion: bool
    suspicion: tuple[float, float, float, float] | None
    source: str
    moment: bool = False


def _kinds(*rows: tuple[object, ...]) -> dict[str, IncidentKind]:
    made = [IncidentKind(code, *row) for code, row in enumerate(rows)]  # type: ignore[arg-type]
    return {kind.name: kind for kind in made}


_STRAY = (0.30, 0.15, 0.20, 0.35)
"""Suspicions after a stray: a third party's weapon is in everybody's mind. Judgement."""

INCIDENT_KINDS: Final[dict[str, IncidentKind]] = _kinds(
    ("unsafe_intercept", "unsafe intercept", ("air_air",), 0.70, 0.0, 20 * MINUTE, 90 * MINUTE,
     False, None, "evidence 3.4: 19 minutes (P-8A 2016), 90 minutes (RC-135 2022)"),
    ("airspace_violation", "violation of airspace", ("air_air", "air_air_defence"), 0.30, 0.0,
     3 * MINUTE, 12 * MINUTE, True, None, "evidence 3.4: 17 s (2015) to 12 minutes (Estonia 2025)"),
    ("weapon_release", "release of a weapon", ("air_air",), 0.0, 0.5, 10 * MINUTE, 90 * MINUTE,
     False, None, "evidence 3.4: RC-135W, 29 September 2022", True),
    ("collision", "collision or loss of an aircraft", ("air_air",), 0.0, 0.5, 5 * MINUTE,
     40 * MINUTE, False, None, "evidence 3.4: MQ-9, 14 March 2023", True),
    ("close_pass", "close pass at a ship", ("air_sea",), 0.9, 0.4, 15 * MINUTE, 60 * MINUTE,
     False, None, "evidence 3.4: USS Donald Cook 2014, 2016"),
    ("warning_shots", "warning shots", ("sea_sea", "air_sea"), 0.1, 0.6, 20 * MINUTE, 60 * MINUTE,
     False, None, "evidence 3.4: HMS Defender, 23 June 2021"),
    ("shouldering", "ships shouldering each other", ("sea_sea",), 0.9, 0.4, 30 * MINUTE,
     120 * MINUTE, False, None, "evidence 2.3: what INCSEA forbids"),
    ("radar_lock", "fire-control radar on an aircraft", ("air_air_defence",), 0.7, 1.0, 5 * MINUTE,
     30 * MINUTE, False, None, "judgement"),
    ("border_crossing", "crossing of the border", ("land_land",), 0.8, 0.3, 60 * MINUTE, 6 * HOUR,
     True, None, "judgement"),
    ("border_fire", "fire across the border", ("land_land",), 0.2, 0.7, 15 * MINUTE, 61 * MINUTE,
     False, None, "evidence 1.3: 61 minutes at Deir ez-Zor is the long case"),
    ("stray_missile", "missile that falls across the border", ("strike",), 0.7, 1.0, 2 * MINUTE,
     5 * MINUTE, False, _STRAY, "evidence 3.4: Przewodów; 39 s and under 3 minutes over Poland",
     True),
    ("stray_drone", "drone that strays across the border", ("strike",), 0.3, 0.0, 50 * MINUTE,
     7 * HOUR, True, _STRAY, "evidence 3.4: 50 minutes over Romania, 7 hours over Poland"),
    ("attack", "third-party attack blamed on its supporters", ("attack",), 1.0, 1.0, 10 * MINUTE,
     60 * MINUTE, False, (0.05, 0.25, 0.25, 0.45), "judgement"),
    ("shoot_down", "shoot-down of an intruder", (), 0.0, 0.0, 2 * MINUTE, 5 * MINUTE, False,
     (0.15, 0.30, 0.50, 0.05), "evidence 3.4: Su-24, 24 November 2015", True),
    ("deliberate_strike", "strike on the other side's forces", (), 0.0, 0.0, 30 * MINUTE,
     61 * MINUTE, False, (0.25, 0.20, 0.50, 0.05), "evidence 1.3: Deir ez-Zor, Khasham"),
    ("alert", "alert of forces", (), 0.0, 0.0, 0, 0, False, (0.05, 0.55, 0.40, 0.0),
     "seed 004 and the alert of 27 February 2022"),
    ("act", "act of the other side", (), 0.0, 0.0, 0, 0, False, (0.0, 0.0, 1.0, 0.0),
     "by definition: who ordered an act is no riddle"),
)  # fmt: skip

INCIDENT_BY_CODE: Final = tuple(INCIDENT_KINDS.values())


class Act(IntEnum):
    """What a side may do about a case, from the mildest up."""

    CONCILIATE = 0
    ABSORB = 1
    PROTEST = 2
    THREATEN = 3
    DISPLAY = 4
    LIMITED_FORCE = 5
    MAJOR_FORCE = 6


class Response(NamedTuple):
    """One act on offer: its intensity and the rung it sits on."""

    act: Act
    title: str
    intensity: float
    rung: int


RESPONSES: Final = (
    Response(Act.CONCILIATE, "conciliates", -0.1, 0),
    Response(Act.ABSORB, "lets it pass", 0.0, 0),
    Response(Act.PROTEST, "protests", 0.1, 1),
    Response(Act.THREATEN, "threatens", 0.25, 2),
    Response(Act.DISPLAY, "displays force", 0.4, 3),
    Response(Act.LIMITED_FORCE, "uses limited force", 0.7, 4),
    Response(Act.MAJOR_FORCE, "uses major force", 1.0, 4),
)
"""Acts, intensities and rungs (model 7.13); rungs after Militarized Interstate Dispute levels."""


class Content(IntEnum):
    """What a message about a case can say."""

    EXPLAIN = 0
    ACKNOWLEDGE = 1
    DENY = 2
    NOT_OURS = 3
    STALL = 4
    DOES_NOT_KNOW = 5


HONEST: Final = (
    (0.60, 0.30, 0.03, 0.02, 0.05),
    (0.20, 0.45, 0.10, 0.02, 0.23),
    (0.03, 0.30, 0.22, 0.05, 0.40),
    (0.05, 0.02, 0.13, 0.75, 0.05),
)
"""P(content | cause, honest), rows by cause, columns explain to stall. Judgement, no source."""

DECEITFUL: Final = (
    (0.15, 0.05, 0.40, 0.20, 0.20),
    (0.35, 0.05, 0.30, 0.15, 0.15),
    (0.45, 0.02, 0.28, 0.15, 0.10),
    (0.10, 0.05, 0.35, 0.25, 0.25),
)
"""P(content | cause, deceitful): the liar explains hostility away. Judgement, no source."""
