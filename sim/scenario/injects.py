"""Injects: dated events that a scenario places in every world."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    SerializerFunctionWrapHandler,
    StringConstraints,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from sim.scenario.names import Name, Place, Worded
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


class News(Frozen):
    """Something that is reported, to one actor's side or to everybody; the model heeds it not."""

    to: Name | None = None


def _label(value: Any) -> Any:
    """Take a whole number for the label it is, and refuse spaces that nobody sees."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and value != value.strip():
        raise ValueError("must not begin or end with a space")
    return value


Label = Annotated[
    str,
    StringConstraints(min_length=1, max_length=20),
    BeforeValidator(_label),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer"}]}),
]
"""What an event is called in the room: 3, 3a, INJ-07."""


def _said(text: str) -> str:
    """Refuse a text of spaces alone, which on paper and in a list is none."""
    if not text.strip():
        raise ValueError("must not be empty")
    return text


Said = Annotated[Worded, AfterValidator(_said)]


class Room(Frozen):
    """What those who run a workshop note beside an inject. Nothing in a run depends on it."""

    number: Label | None = None
    delivery: Said | None = None
    expected: Said | None = None
    responsible: Said | None = None
    notes: Said | None = None


class Inject(Frozen):
    """A dated event of the scenario. It never counts in outcome measures itself.

    A contingency takes place in no run by itself: the facilitator of an exercise has it in hand.
    """

    at: Moment
    id: Name | None = None
    title: Worded
    incident: PlacedIncident | None = None
    alert: Alert | None = None
    gesture: Gesture | None = None
    call: PlacedCall | None = None
    outage: PlacedOutage | None = None
    news: News | None = None
    contingency: bool = False
    room: Room | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        kinds = ("incident", "alert", "gesture", "call", "outage", "news")
        if sum(getattr(self, kind) is not None for kind in kinds) != 1:
            raise ValueError(f"give exactly one of {', '.join(kinds)}")
        return self

    @model_serializer(mode="wrap")
    def _without_an_empty_room(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what a file does not give and older files had not, for the sake of its hash."""
        said: dict[str, Any] = serialize(self)
        if not self.contingency:
            said.pop("contingency", None)
        if self.room is None:
            said.pop("room", None)
        if self.news is None:
            said.pop("news", None)
        return said
