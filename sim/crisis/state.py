"""The state of a crisis: flat, fixed fields for each bloc, incident and case."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.crisis.deciders import Request
from sim.crisis.rules import Belief

NO_EVIDENCE: Belief = (0.0, 0.0, 0.0, 0.0)
NOT_YET = -(1 << 62)
"""A time before everything: a warm-up runs before 0, so 0 would lie in its future."""


@dataclass(slots=True)
class Bloc:
    """What one bloc has done lately, how active it is and how far it believes the other."""

    identity: int
    believed: float
    disbelieved: float
    level: int = 0
    major: bool = False
    quiet_version: int = 0
    quiet_until: int = 0
    paused_until: int = NOT_YET
    unanswered: float = 0.0
    unanswered_at: int = 0
    times: list[int] = field(default_factory=list)
    activity: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Incident:
    """One incident of a case, with what is left of its severity."""

    identity: int
    kind: int
    cause: int
    severity: float
    begins: int
    ends: int
    stopped: bool = False


@dataclass(slots=True)
class Case:
    """Incidents taken as one affair: one severity, one clock, one answer."""

    identity: int
    root: int
    root_cause: int
    victim: int
    blamed: int
    victim_bloc: int
    blamed_bloc: int
    opened: int
    depth: int
    incidents: list[Incident] = field(default_factory=list)
    severity: float = 0.0
    cause: int = 0
    kind: int = 0
    rung_at_opening: int = 0
    clock_z: float = 0.0
    deadline: int = 0
    version: int = 0
    closed: bool = False
    held: bool = False
    held_until: int = NOT_YET
    relieved: bool = False
    reassured: bool = False
    pending: int = 0
    evidence: Belief = NO_EVIDENCE
    reported: bool = False
    report_belief: Belief = NO_EVIDENCE
    heard: bool = False
    content: int = -1
    best_credibility: float = 0.0
    revealed: bool = False
    truth_known: bool = False
    theatre_act: int = 0
    halt: float = 0.0
    asked: Request | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """The state that every arm of a world begins from, left by its warm-up or told by the file."""

    tension: float
    levels: tuple[int, int]
    quiet_left: tuple[int, int]
    believed: tuple[float, float]
    disbelieved: tuple[float, float]
    unanswered: tuple[float, float]
