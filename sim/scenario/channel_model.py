"""A channel as the user writes it: a human institution with each of its delays.

The catalogue in :mod:`sim.scenario.channels` holds the kinds of channel that a file can build on.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from sim.scenario.names import Name, Worded
from sim.scenario.quantities import (
    HOUR,
    MINUTE,
    Delay,
    Duration,
    Frozen,
    Hours,
    Listed,
    Moment,
    Share,
    Two,
)

Carried = Literal["notices", "explanations", "concerns", "halts"]


def _told(meaning: str, default: Any = ..., **limits: Any) -> Any:
    """Declare one part of a channel with its meaning, which editors and the catalogue show."""
    return Field(default, description=meaning, **limits)


class Tests(Frozen):
    """Test calls, which find an outage before the line is needed."""

    every: Duration = _told("time from one test call to the next", ge=10 * MINUTE)
    lasting: Duration = _told("how long a test call occupies the channel", 3 * MINUTE)


class RightPerson(Frozen):
    """Whether the one who answers is the right one, and the time lost otherwise."""

    probability: Share = _told("chance that the one who answers can pass the message on", 1.0)
    otherwise: Delay = _told("time lost in finding the right person")


class Willingness(Frozen):
    """Who calls: chances per case, and how often concern is voiced."""

    serious: Share = _told("chance of a call about a case of severity below .5", 0.0)
    high_risk: Share = _told("chance of a call about a case of severity .5 or more", 0.0)
    halts: Share = _told("chance that a side in an exchange proposes a halt", 0.0)
    concerns_per_month: Annotated[float, Field(ge=0, le=1000)] = _told(
        "calls of concern about strikes near critical sites, a month", 0.0
    )
    every_concern: bool = _told("whether every strike near a critical site is called about", False)


class Spell(Frozen):
    """Hours of the day in which a channel works otherwise."""

    when: Hours
    answer: Delay | None = None
    answered: Share | None = None
    right_person: RightPerson | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        """Take ``when: [22:00, 06:00], zone: Europe/Moscow`` for the hours."""
        if not isinstance(value, dict) or isinstance(value.get("when"), (dict, Hours)):
            return value
        hours = {key: value[key] for key in ("when", "zone") if key in value}
        return {key: item for key, item in value.items() if key != "zone"} | {"when": hours}

    @model_validator(mode="after")
    def _otherwise(self) -> Self:
        if self.answer is None and self.answered is None and self.right_person is None:
            raise ValueError("give answer, answered or right_person for these hours")
        return self


class Channel(Frozen):
    """A way for two actors to talk, as a human institution with each of its delays."""

    use: str | None = _told("kind of channel in the catalogue that it builds on", None)
    name: Worded = _told("what it is called in reports")
    ends: Two[Name, Name] = _told("the two actors it joins, one of each bloc")
    covers: Listed[Name] = _told("actors outside its ends for which it may be used", ())
    carries: Listed[Carried] = _told("what is said on it", ())
    opens: Moment | None = _told("when it begins to exist; before the start if not given", None)
    closes: Moment | None = _told("when it ceases to exist", None)
    capacity: int = _told("conversations it holds at a time", 1, ge=1, le=100)
    staffed: dict[Name, Hours] = _told("hours in which an end is staffed; always if not given", {})
    tests: Tests | None = _told("test calls", None)
    willing: Willingness = _told("who calls, and how readily", Willingness())
    notify: Share = _told("chance that a side gives notice of a sortie", 0.0)
    notice_lead: Duration = _told("how long before take-off notice is given", 2 * HOUR)
    notice_lasts: Delay = _told("how long a notice occupies the channel")
    authorise: Delay = _told("time until the caller may call")
    consult: Delay = _told("time to consult an actor that the channel merely covers")
    answered: Share = _told("chance that an attempt is picked up")
    answer: Delay = _told("time until it is picked up")
    attempts: int = _told("most attempts of one call", 3, ge=1, le=20)
    retry: Duration = _told("time from an attempt without answer to the next")
    right_person: RightPerson = _told("whether the one who answers is the right one")
    talk: Delay = _told("length of the conversation before interpreting")
    interpreter: Annotated[float, Field(ge=1, le=10)] = _told(
        "factor by which interpreting lengthens the conversation", 1.0
    )
    relay: Delay = _told("time from the conversation to the decision maker")
    up: Delay | None = _told("time between outages; with down", None)
    down: Delay | None = _told("how long an outage lasts", None)
    weight: Annotated[float, Field(ge=0, le=5)] = _told(
        "factor on the caller's credibility with the receiver", 1.0
    )
    knowledge: Share | None = _told("chance that the sender knows what happened", None)
    honesty: Share | None = _told("chance that the sender tells the truth", None)
    truth: bool = _told("the oracle: the truth, at once, believed", False)
    spells: Listed[Spell] = _told("hours of the day in which it works otherwise", ())

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.ends[0] == self.ends[1]:
            raise ValueError("the two ends must differ")
        if (self.up is None) != (self.down is None):
            raise ValueError("outages need both up and down")
        if self.up is not None and self.down is not None and not (self.up.mean and self.down.mean):
            raise ValueError("up and down are exponential: give mean, greater than zero")
        if self.closes and self.opens and self.closes <= self.opens:
            raise ValueError("closes must lie after opens")
        return self
