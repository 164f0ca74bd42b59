"""Chairs: who may sit in the room, and which of the crisis's questions goes to whom.

A watch holds its side's end of the deconfliction line: it calls, picks up and speaks. A capital
answers cases, gives leave to call and holds the other channels. An actor that leads no bloc has a
capital of its own, whose cases nobody else answers. What no chair takes, such as the commander on
the spot, the model decides.
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
    for role in (*roles(scenario), *_others(scenario)):
        if role.bloc:
            bloc = theatre.blocs.index(role.bloc)
            found.append(Chair(role.name, role, bloc, theatre.actor_index[role.actor]))
        else:
            found.append(Chair(role.name, role))
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


class Seating:
    """Which chair a question goes to."""

    def __init__(self, theatre: Theatre) -> None:
        self.chairs = {chair.name: chair for chair in chairs(theatre)}
        self._theatre = theatre
        self._capitals = {c.actor: c for c in self.chairs.values() if c.role.desk == CAPITAL}
        self._watches = {c.bloc: c for c in self.chairs.values() if c.role.desk == WATCH}
        from sim.crisis.plan import channel_rows

        scenario = theatre.scenario
        self._lines = {
            row: scenario.channels[name].use in LINES or scenario.channels[name].use is None
            for name, row in channel_rows(scenario).items()
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
        return self._capitals.get(actor)

    def holds(self, chair: Chair, channel: int) -> bool:
        """Whether a chair holds its side's end of a channel."""
        if chair.role.desk == WATCH:
            return self._lines.get(channel, False)
        return chair.role.desk == CAPITAL and not self._lines.get(channel, True)


__all__ = ["FACILITATOR", "OBSERVER", "PRESS", "PROJECTOR", "Chair", "Seating", "chairs"]
