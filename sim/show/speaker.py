"""A scenario told in a language: its own texts as far as it has them, and the messages around."""

from __future__ import annotations

from collections.abc import Iterable

from sim.language import ENGLISH, Language, pgettext
from sim.scenario import Scenario, arm_title
from sim.scenario.channels import CHANNEL_KINDS
from sim.scenario.kinds import UnitKind
from sim.scenario.models import Channel, Force
from sim.scenario.names import in_language
from sim.show.words import bloc_title, decimals, titled


class Speaker:
    """Puts a scenario into words, and remembers which of its texts the language lacks.

    A text that the scenario does not have in the language is told as the file has it, which of a
    text in several languages is the English one.
    """

    def __init__(self, scenario: Scenario, language: Language) -> None:
        self.scenario = scenario
        self.language = language
        self.lacking: list[str] = []

    def say(self, key: str, **values: str) -> str:
        """Return a message."""
        return self.language.say(key, **values)

    def each(self, stem: str, count: int) -> tuple[str, ...]:
        """Return the messages that are numbered from 1 under a stem."""
        return tuple(self.say(f"{stem}_{number}") for number in range(1, count + 1))

    def text(self, text: str) -> str:
        """Return a text of the scenario in the language."""
        found = in_language(text, self.language.code)
        if found is None and self.language.code != ENGLISH and text not in self.lacking:
            self.lacking.append(str(text))
        return str(text) if found is None else found

    def actor(self, key: str) -> str:
        """Return the name of an actor; that of a country is known in every language."""
        name = self.scenario.actors[key].name
        country = self.language.country(str(name))
        own = in_language(name, self.language.code) is not None
        return self.text(name) if own or country == name else country

    def actors(self, keys: Iterable[str]) -> str:
        """Return the names of actors in one line."""
        return ", ".join(self.actor(key) for key in keys)

    def side(self, bloc: str | None) -> str:
        """Return what a bloc is called."""
        if bloc is None:
            return self.say("manual.neither")
        return self.language.country(bloc_title(bloc))

    def place(self, key: str) -> str:
        """Return the name of an area or a site."""
        area = self.scenario.areas.get(key)
        if area is None:
            return self.text(self.scenario.sites[key].name)
        return self.text(area.title or titled(key))

    def channel(self, channel: Channel) -> str:
        """Return the name of a channel; those of the catalogue are known in every language."""
        kind = CHANNEL_KINDS.get(channel.use or "", {})
        if kind and str(channel.name) == kind["name"].base:
            return self.say(f"channel.{channel.use}")
        return self.text(channel.name)

    def kind(self, kind: UnitKind) -> str:
        """Return what a kind of unit is called."""
        return self.say(f"unit.{kind.name}")

    def degrees(self, longitude: float, latitude: float) -> str:
        """Return a position to a tenth of a degree."""
        north = pgettext("latitude", "N") if latitude >= 0 else pgettext("latitude", "S")
        east = pgettext("longitude", "E") if longitude >= 0 else pgettext("longitude", "W")
        first, second = decimals(abs(latitude), 1), decimals(abs(longitude), 1)
        return f"{first}° {north} {second}° {east}"

    def unit(self, force: Force) -> str:
        """Return what a force is called: its own name and its kind, or the kind alone."""
        kind = self.say(f"unit.{force.kind}")
        return f"{self.text(force.name)} ({kind})" if force.name else kind

    def side_or_actor(self, key: str) -> str:
        """Return the name of an actor, or of a bloc where the file names one."""
        return self.actor(key) if key in self.scenario.actors else self.side(key)

    def position(self, near: str | tuple[float, float]) -> str:
        """Return a place by its name, or by its degrees."""
        if isinstance(near, str):
            return self.place(near)
        return ", ".join(f"{self.language.number(part)}°" for part in reversed(near))

    def arm(self, name: str) -> str:
        """Return the title of an arm."""
        usual = f"arm.{name}"
        if name not in self.scenario.arms and usual in self.language.messages:
            return self.say(usual)
        return self.text(arm_title(self.scenario, name))
