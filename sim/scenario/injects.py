"""Injects: dated events that a scenario places in every world."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from sim.scenario.names import Name, Place, Text
from sim.scenario.quantities import Duration, Frozen, Moment, Share

CauseName = Literal["accident", "assertive", "hostile", "not_theirs"]


class PlacedIncident(Frozen):
    """An incident that the scenario itself places in every world."""

    kind: str
    victim: Name
    by: Name | None = None
    blamed: Name | None = None
    near: Place | None = None
    cause: CauseName
    severity: Share | None = None
    lasting: Duration | None = None


class Alert(Frozen):
    """A display of force or an alert by one actor; a nuclear alert is a display."""

    actor: Name
    nuclear: bool = False


class Gesture(Frozen):
    """A step that lowers tension, such as a postponed missile test."""

    actor: Name


class PlacedCall(Frozen):
    """A call that took place, on the channel's own delays from its ring on."""

    channel: Name
    by: Name


class PlacedOutage(Frozen):
    """A time in which a channel is down."""

    channel: Name
    lasting: Duration


class Inject(Frozen):
    """A dated event of the scenario. It never counts in outcome measures itself."""

    at: Moment
    id: Name | None = None
    title: Text
    incident: PlacedIncident | None = None
    alert: Alert | None = None
    gesture: Gesture | None = None
    call: PlacedCall | None = None
    outage: PlacedOutage | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        kinds = ("incident", "alert", "gesture", "call", "outage")
        if sum(getattr(self, kind) is not None for kind in kinds) != 1:
            raise ValueError(f"give exactly one of {', '.join(kinds)}")
        return self
