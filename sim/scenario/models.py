"""The scenario as the user writes it: frozen models, one for each block of the file.

A model checks what can be checked by itself; what needs two blocks (an unknown actor, an inject
outside the period) is checked in :mod:`sim.scenario.checks`, so that every complaint about a file
is made at once.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from sim.scenario.channel_model import Carried, Channel, RightPerson, Spell, Tests, Willingness
from sim.scenario.injects import (
    Alert,
    CauseName,
    Gesture,
    Inject,
    News,
    PlacedCall,
    PlacedIncident,
    PlacedOutage,
    Room,
)
from sim.scenario.kinds import UNIT_KINDS
from sim.scenario.names import Latitude, Longitude, Name, Place, Position, Text, Worded
from sim.scenario.nearest import suggestion
from sim.scenario.parameters import Parameters
from sim.scenario.quantities import (
    DAY,
    HOUR,
    MINUTE,
    Between,
    Duration,
    Frozen,
    Length,
    Listed,
    Moment,
    Share,
    Speed,
)

__all__ = [
    "Actor", "Alert", "Area", "Begins", "Carried", "CauseName", "Channel", "Extent", "Force",
    "Gesture", "Inject", "Latitude", "Longitude", "Moves", "Name", "News", "Place",
    "PlacedCall", "PlacedIncident", "PlacedOutage", "Position", "RightPerson", "Room", "Scenario",
    "Site", "Sorties", "Spell", "Strikes", "Tests", "Text", "Willingness", "Worded",
]  # fmt: skip


EVERYONE, OBSERVER = "everyone", "observer"
WATCH, CAPITAL = "watch", "capital"
"""Who reads a brief; the last two once for each bloc, as in ``nato_watch``."""


class Actor(Frozen):
    """A state. Without a bloc it is a third party: it may cause incidents, never answers one."""

    name: Worded
    bloc: Name | None = None
    leads: bool = False
    country: str | None = Field(
        default=None, description="name of its territory on the base map; by default its name"
    )
    supporters: Name | None = Field(
        default=None, description="for a third party: the bloc that may be blamed for its acts"
    )


class Area(Frozen):
    """A polygon on the map, or a circle around a point."""

    polygon: Listed[Position] | None = None
    around: Position | None = None
    radius: Length | None = None
    title: Worded | None = None

    @model_validator(mode="after")
    def _shape(self) -> Self:
        if self.polygon is not None:
            if self.around is not None or self.radius is not None:
                raise ValueError("give either polygon, or around and radius")
            if len(self.polygon) < 3:
                raise ValueError("a polygon needs at least three corners")
        elif self.around is None or not self.radius:
            raise ValueError("give either polygon, or around and radius")
        return self


class Moves(Frozen):
    """How a unit moves: stays, flies a racetrack, wanders in an area or follows a route."""

    station: Position | None = None
    racetrack: Listed[Position] | None = None
    box: Name | None = None
    route: Listed[Position] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [key for key in ("station", "racetrack", "box", "route") if getattr(self, key)]
        if len(given) != 1:
            raise ValueError("give exactly one of station, racetrack, box and route")
        line = self.racetrack or self.route
        if line is not None and len(line) < 2:
            raise ValueError("needs at least two points")
        return self


class Sorties(Frozen):
    """A schedule: one sortie every so often, each lasting so long."""

    every: Duration
    lasting: Duration
    jitter: Duration | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.every < MINUTE or self.lasting < MINUTE:
            raise ValueError("a sortie and its period last at least 1 min")
        if self.lasting > self.every:
            raise ValueError("lasting must not exceed every: a unit's own sorties never overlap")
        return self


class Force(Frozen):
    """Units of one kind that belong to one actor and move alike."""

    id: Name
    actor: Name
    kind: str
    number: int = Field(default=1, ge=1, le=100)
    moves: Moves
    sorties: Sorties | None = None
    speed: Speed | None = None
    name: Worded | None = None
    launches: Share = Field(
        default=0.3, description="for interceptors: chance of a launch at what is detected"
    )

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in UNIT_KINDS:
            raise ValueError(f"is no kind of unit. {suggestion(value, UNIT_KINDS)}")
        return value


class Site(Frozen):
    """A named place. Strikes near a critical one are a reason to call."""

    name: Worded
    at: Position
    critical: bool = False


class Strikes(Frozen):
    """Salvos by one actor at a site, at random or on given dates."""

    id: Name | None = None
    actor: Name
    into: Name
    every: Duration | None = None
    on: Listed[Moment] | None = None
    missiles: Between = Between(between=(0, 0))
    drones: Between = Between(between=(0, 0))

    @model_validator(mode="after")
    def _when(self) -> Self:
        if (self.every is None) == (self.on is None):
            raise ValueError("give either every (at random, on average) or on (dates)")
        if self.every is not None and self.every < HOUR:
            raise ValueError("every must be at least 1 h")
        if self.missiles.between[1] + self.drones.between[1] == 0:
            raise ValueError("a salvo needs missiles or drones")
        return self


class Begins(Frozen):
    """How the period begins; given, it replaces the warm-up."""

    rung: Annotated[int, Field(ge=0, le=3)] = 0
    tension: Annotated[float, Field(ge=0, le=5)] = 0.0
    credibility: dict[Name, Share] = Field(
        default={}, description="how far each bloc believes the other at first"
    )


class Extent(Frozen):
    """The part of the earth the scenario plays on."""

    west: Longitude = 14.0
    south: Latitude = 40.0
    east: Longitude = 45.0
    north: Latitude = 60.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not (self.west < self.east and self.south < self.north):
            raise ValueError("west must lie below east, and south below north")
        return self


def _year(value: Any) -> Any:
    """Take the number 2022 for the word."""
    return "2022" if type(value) is int and value == 2022 else value


class Scenario(Frozen):
    """A scenario file, without its arms applied."""

    format: Literal[1]
    scenario: Worded
    question: Worded
    start: Moment
    duration: Duration
    border_share: Annotated[float, Field(gt=0, le=1)]
    conditions: Annotated[Literal["peacetime", "2022"], BeforeValidator(_year)] = "peacetime"
    sources: Listed[Text] = ()
    briefs: dict[Name, Worded] = Field(
        default={},
        description="printed on the handouts: everyone, observer, BLOC_watch, BLOC_capital",
    )
    map: Extent = Extent()
    a_max: Annotated[float, Field(ge=1, le=10)] = 3.0
    actors: dict[Name, Actor]
    areas: dict[Name, Area] = {}
    forces: Listed[Force]
    sites: dict[Name, Site] = {}
    strikes: Listed[Strikes] = ()
    channels: dict[Name, Channel]
    injects: Listed[Inject] = ()
    begins: Begins | None = None
    parameters: Parameters = Parameters()
    arms: dict[Name, dict[str, Any]] = {}

    @field_validator("forces")
    @classmethod
    def _any(cls, forces: tuple[Force, ...]) -> tuple[Force, ...]:
        if not forces:
            raise ValueError("is empty: a scenario needs at least one unit")
        return forces

    @field_validator("duration")
    @classmethod
    def _sized(cls, duration: int) -> int:
        if duration < HOUR:
            raise ValueError("must be at least 1 h")
        if duration > 3660 * DAY:
            raise ValueError("must not exceed ten years, 3660 d")
        return duration

    @model_validator(mode="after")
    def _for_roles(self) -> Self:
        known = {EVERYONE, OBSERVER} | {
            f"{bloc}_{desk}" for bloc in self.blocs for desk in (WATCH, CAPITAL)
        }
        for role in self.briefs:
            if role not in known:
                raise ValueError(f'briefs: "{role}" is no role. {suggestion(role, known)}')
        return self

    @model_serializer(mode="wrap")
    def _without_empty_briefs(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave ``briefs`` out where a file gives none, so that its hash stays what it was."""
        said: dict[str, Any] = serialize(self)
        if not self.briefs:
            said.pop("briefs", None)
        return said

    @property
    def blocs(self) -> tuple[str, ...]:
        """The blocs that the actors belong to, in order of their names."""
        return tuple(sorted({actor.bloc for actor in self.actors.values() if actor.bloc}))

    def milliseconds(self, moment: datetime) -> int:
        """Return a moment as whole milliseconds since the scenario's start."""
        return math.floor((moment - self.start).total_seconds() * 1000 + 0.5)

    _file: str = PrivateAttr(default="scenario")
    _text: str = PrivateAttr(default="")
    _values: dict[str, Any] = PrivateAttr(default_factory=dict)

    def remember(self, file: str, text: str, values: dict[str, Any]) -> None:
        """Keep what the scenario was read from; its arms are patches of these values."""
        self._file, self._text, self._values = file, text, values

    @property
    def origin(self) -> tuple[str, dict[str, Any]]:
        """The name of the file, and its plain values with the catalogue's filled in."""
        return self._file, self._values

    @property
    def text(self) -> str:
        """The text of the file, empty for a scenario that was built from values."""
        return self._text

    def leader(self, bloc: str) -> str:
        """Return the actor that leads a bloc; loading marks exactly one in each."""
        return next(name for name, one in self.actors.items() if one.bloc == bloc and one.leads)
