"""Who is who: titles of actors, units, channels and places for the rows that records hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import shapely

from sim.crisis.plan import channel_rows, plan
from sim.language import ENGLISH, gettext, spoken
from sim.records import NEVER, NOBODY
from sim.scenario.channels import REFERENCE
from sim.scenario.models import Channel
from sim.show.speaker import Speaker
from sim.show.words import (
    clock_time,
    moment,
    month_year,
    own_text,
    short_date,
    weekday_date,
)

if TYPE_CHECKING:
    from sim.crisis import Stage


_WITH_ARTICLE: Final = frozenset({"coalition", "alliance", "west", "east"})


class Cast:
    """The names behind the rows of one theatre, and the dates behind its milliseconds.

    They are in the language that is spoken when the cast is made.
    """

    def __init__(self, stage: Stage) -> None:
        self.theatre = stage.theatre
        self.start = stage.begin(plan(stage.theatre, REFERENCE))
        scenario = self.theatre.scenario
        self.speaker = Speaker(scenario, spoken())
        self._forces = {force.id: force for force in scenario.forces}
        self.retitled: dict[int, str] = {}
        """Other words for injects, by their rows, as a facilitator may put them."""
        self._channels = [scenario.channels[name] for name in channel_rows(scenario)]

    def actor(self, row: int) -> str:
        """Return the name of an actor; -1 is nobody known."""
        if row == NOBODY:
            return gettext("nobody known")
        return self._article(self.speaker.actor(self.theatre.actors[row].name), "United ")

    def bloc(self, row: int) -> str:
        """Return the name of a bloc, with its article if it takes one."""
        name = self.theatre.blocs[row]
        title = self.speaker.side(name)
        return self._article(title, title if name in _WITH_ARTICLE else "the ")

    def _article(self, name: str, start: str) -> str:
        """Return a name with the article it takes in English if it begins in this way."""
        english = self.speaker.language.code == ENGLISH
        return f"the {name}" if english and name.startswith(start) else name

    def bloc_of(self, actor: int) -> int:
        """Return the bloc of an actor, -1 for a third party."""
        return self.theatre.actors[actor].bloc

    def unit(self, row: int) -> str:
        """Return what a unit is and whose, with its id."""
        unit = self.theatre.units[row]
        force = self._forces.get(unit.force)
        if force is not None and force.name:
            name = self.speaker.text(force.name)
        else:
            name = self.speaker.kind(unit.kind)
        return f"{name} {unit.id} ({self.actor(unit.actor)})"

    def unit_id(self, row: int) -> str:
        """Return a unit's id and whose it is, for where there is little room."""
        unit = self.theatre.units[row]
        return f"{unit.id} ({self.actor(unit.actor)})"

    def channel(self, row: int) -> str:
        """Return the name of a channel."""
        return self.speaker.channel(self._channels[row])

    def channel_plan(self, row: int) -> Channel:
        """Return a channel as the unpatched scenario describes it."""
        return self._channels[row]

    def is_public(self, row: int) -> bool:
        """Whether a channel speaks to everybody and needs no answer."""
        return self._channels[row].use == "public_statements"

    def end(self, channel: int, bloc: int) -> str:
        """Return the actor that holds one bloc's end of a channel."""
        index = self.theatre.actor_index
        ends = [index[name] for name in self._channels[channel].ends]
        return next((self.actor(a) for a in ends if self.bloc_of(a) == bloc), self.bloc(bloc))

    def place(self, x: int, y: int) -> str:
        """Return a place in words: the smallest area it lies in, else its position."""
        if x == NEVER and y == NEVER:
            return ""
        spot = shapely.Point(x, y)
        inside = [
            (shape.area, name) for name, shape in self.theatre.areas.items() if shape.covers(spot)
        ]
        longitude, latitude = self.theatre.projection.degrees(x, y)
        position = self.speaker.degrees(longitude, latitude)
        return f"{self.area(min(inside)[1])}, {position}" if inside else position

    def inject(self, row: int) -> str:
        """Return what an inject says."""
        return self.retitled.get(row) or own_text(self.theatre.injects[row].title)

    def area(self, name: str) -> str:
        """Return the title of an area."""
        return self.speaker.place(name)

    def site(self, name: str) -> str:
        """Return the name of a site."""
        return self.speaker.text(self.theatre.scenario.sites[name].name)

    def day(self, ms: int) -> str:
        """Return the weekday and date of a moment."""
        return weekday_date(moment(self.theatre.scenario.start, ms))

    def hour(self, ms: int) -> str:
        """Return the time of day of a moment, UTC."""
        return clock_time(moment(self.theatre.scenario.start, ms))

    def stamp(self, ms: int) -> str:
        """Return date and time of a moment, such as "16 Nov 03:10"."""
        when = moment(self.theatre.scenario.start, ms)
        return f"{short_date(when)}\u00a0{clock_time(when)}"

    def month(self, ms: int) -> str:
        """Return the month and year of a moment."""
        return month_year(moment(self.theatre.scenario.start, ms))
