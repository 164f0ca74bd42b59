"""Chairs: who may sit in the room, and which of the crisis's questions goes to whom.

A watch holds its side's end of the deconfliction line: it calls, picks up and speaks. A capital
answers cases, gives leave to call and holds the other channels. An actor that leads no bloc has a
capital of its own, whose cases nobody else answers. A chief of defence, if people sit there, holds
the channel between the chiefs instead of the capital. Allies see what their side sees, and decide
nothing. What no chair takes, such as the commander on the spot, the model decides.

A side has one picture: its chairs see the same events and cases. Each is asked only what is its own
to decide, and follows only the calls of channels that it holds or gives leave on; how a call ended
the whole side learns.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.crisis.deciders import Asked, Request
from sim.handouts.roles import LINES, Role, roles
from sim.records import NEVER
from sim.scenario import Scenario
from sim.scenario.kinds import RESPONSES
from sim.scenario.models import CAPITAL, OBSERVER, WATCH
from sim.world import Theatre

FACILITATOR: Final = "facilitator"
PROJECTOR: Final = "projector"
PRESS: Final = "press"
CHIEF, ALLIES = "chief", "allies"

_CHIEFS: Final = frozenset({"chiefs_of_defence", "chiefs_of_defence_belarus"})

_ON_A_CHANNEL: Final = frozenset({Asked.CALL, Asked.HALT, Asked.ANSWER, Asked.SAY})
_OF_THE_STATE: Final = frozenset({Asked.ACT, Asked.CONSENT})


class Chair(NamedTuple):
    """A chair: its name, its role, and the rows of its bloc and actor, -1 for none."""

    name: str
    role: Role
    bloc: int = NEVER
    actor: int = NEVER

    @property
    def decides(self) -> bool:
        """Whether anything is ever asked of this chair."""
        return self.actor != NEVER


def chairs(theatre: Theatre) -> tuple[Chair, ...]:
    """Return the chairs of a scenario: those who run it, those who decide, those who watch."""
    scenario = theatre.scenario
    found = [_plain(FACILITATOR), _plain(PROJECTOR)]
    for role in (*roles(scenario), *_others(scenario), *_chiefs(scenario), *_allies(scenario)):
        bloc = theatre.blocs.index(role.bloc) if role.bloc else NEVER
        found.append(Chair(role.name, role, bloc, theatre.actor_index.get(role.actor, NEVER)))
    return (*found, _plain(PRESS))


def _plain(name: str) -> Chair:
    return Chair(name, Role(name, name))


def _others(scenario: Scenario) -> list[Role]:
    """Return the capitals of the actors that lead no bloc."""
    return [
        Role(f"{name}_{CAPITAL}", CAPITAL, actor.bloc, name)
        for name, actor in scenario.actors.items()
        if actor.bloc and scenario.leader(actor.bloc) != name
    ]


def _chiefs(scenario: Scenario) -> list[Role]:
    """Return the chiefs of defence who have a channel of their own."""
    ends = {end for one in scenario.channels.values() if one.use in _CHIEFS for end in one.ends}
    return [
        Role(f"{name}_{CHIEF}", CHIEF, actor.bloc, name)
        for name, actor in scenario.actors.items()
        if name in ends and actor.bloc
    ]


def _allies(scenario: Scenario) -> list[Role]:
    """Return a seat for the allies of each bloc that has more than one member."""
    members = [actor.bloc for actor in scenario.actors.values() if actor.bloc]
    return [
        Role(f"{bloc}_{ALLIES}", ALLIES, bloc) for bloc in scenario.blocs if members.count(bloc) > 1
    ]


class Seating:
    """Which chair a question goes to. ``sitting`` are the chairs in which people decide."""

    def __init__(self, theatre: Theatre) -> None:
        self.chairs = {chair.name: chair for chair in chairs(theatre)}
        self.sitting: set[str] = set()
        self._theatre = theatre
        self._capitals = {c.actor: c for c in self.chairs.values() if c.role.desk == CAPITAL}
        self._chiefs = {c.actor: c for c in self.chairs.values() if c.role.desk == CHIEF}
        self._watches = {c.bloc: c for c in self.chairs.values() if c.role.desk == WATCH}
        from sim.crisis.plan import channel_rows

        scenario = theatre.scenario
        self._lines = {
            row: scenario.channels[name].use in LINES or scenario.channels[name].use is None
            for name, row in channel_rows(scenario).items()
        }
        self._ends = {
            row: [theatre.actor_index[end] for end in scenario.channels[name].ends]
            for name, row in channel_rows(scenario).items()
        }
        self._between_chiefs = {
            row
            for name, row in channel_rows(scenario).items()
            if scenario.channels[name].use in _CHIEFS
        }

    def chair_of(self, request: Request) -> Chair | None:
        """Return the chair that a request goes to, None for what only the model decides."""
        if request.asked in _ON_A_CHANNEL:
            return self._holder(request.channel, request.actor)
        if request.asked is Asked.AUTHORISE:
            line = self._lines.get(request.channel, False)
            return self._capitals.get(request.actor) if line else None
        if request.asked in _OF_THE_STATE and request.options == len(RESPONSES):
            return self._capitals.get(request.actor)
        return None

    def _holder(self, channel: int, actor: int) -> Chair | None:
        """Return the chair that holds an actor's end of a channel."""
        if self._lines.get(channel, False):
            return self._watches.get(self._theatre.actors[actor].bloc)
        chief = self._chiefs.get(actor)
        if channel in self._between_chiefs and chief is not None and chief.name in self.sitting:
            return chief
        return self._capitals.get(actor)

    def holds(self, chair: Chair, channel: int) -> bool:
        """Whether a chair holds an end of a channel."""
        return any(self._holder(channel, end) == chair for end in self._ends.get(channel, ()))

    def follows(self, chair: Chair, channel: int) -> bool:
        """Whether a chair knows of calls on a channel while they last."""
        gives_leave = chair.role.desk == CAPITAL and chair.actor in self._ends.get(channel, ())
        return gives_leave or self.holds(chair, channel)


__all__ = [
    "ALLIES", "CHIEF", "FACILITATOR", "OBSERVER", "PRESS", "PROJECTOR", "Chair", "Seating",
    "chairs",
]  # fmt: skip
