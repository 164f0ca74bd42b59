"""Something that went wrong, before it becomes an incident: how grave, how long, how meant."""

from __future__ import annotations

from typing import NamedTuple

from sim.crisis import rules
from sim.crisis.ladder import DISPLAY_RUNG, FORCE_RUNG
from sim.draws import Decision, Luck, normal
from sim.records import Origin
from sim.scenario.kinds import Cause, IncidentKind, SeverityClass
from sim.scenario.parameters import Parameters
from sim.scenario.quantities import P95


class Wrong(NamedTuple):
    """What is known of something that went wrong before it becomes an incident."""

    identity: int
    kind: IncidentKind
    severity_class: int
    severity: float
    cause: int
    victim: int
    by: int
    blamed: int
    lasts: int
    origin: Origin
    x: int
    y: int
    hostile_rung: int = 0


def severity_of(who: int, grave: int, luck: Luck, p: Parameters) -> float:
    """Return the severity of an incident within its class."""
    u = luck.u(Decision.SEVERITY, who)
    if grave == SeverityClass.HIGH_RISK:
        return rules.severity(u, p.grave_low, p.grave_high)
    return rules.severity(u, p.serious_low, p.serious_high)


def lasts(who: int, kind: IncidentKind, luck: Luck) -> int:
    """Return how long an incident of a kind lasts, in milliseconds."""
    if kind.median == 0:
        return 0
    spread = rules.log_ratio(kind.p95, kind.median) / P95
    return rules.lognormal_ms(kind.median, spread, normal(luck.u(Decision.DURATION, who)))


def hostile_rung(who: int, cause: int, grave: int, luck: Luck, p: Parameters) -> int:
    """Return the rung a hostile incident puts its author on at once; 0 for any other cause."""
    if cause != Cause.HOSTILE:
        return 0
    share = p.force_high_risk if grave == SeverityClass.HIGH_RISK else p.force_serious
    return FORCE_RUNG if luck.u(Decision.FORCE, who) < share else DISPLAY_RUNG
