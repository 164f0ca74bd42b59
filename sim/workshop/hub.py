"""The hub: whom the server talks to, and what each of them has been told.

A client has a bounded queue and a task that empties it, so that one that stops reading delays
nobody; when its queue is full it is dropped, and comes back with the last number it saw. What is
said depends on the chair and the language only, so it is made once for all who share them.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, Final

from sim.language import language, speaking
from sim.scenario.models import Inject
from sim.show.cast import Cast
from sim.show.speaker import Speaker
from sim.show.words import clock_time, moment, own_text, short_date
from sim.workshop.chairs import FACILITATOR, OBSERVER, Chair
from sim.workshop.maps import Map
from sim.workshop.phrases import phrase
from sim.workshop.rights import Person
from sim.workshop.scenes import Feed
from sim.workshop.session import Session
from sim.workshop.views import count_words, state

_LOGGER: Final = logging.getLogger(__name__)

_QUEUE: Final = 256
"""Messages that may wait for one client."""

PAST: Final = 400
"""Events that a page keeps; who comes late is sent the latest."""

_SPOTS: Final = 200
"""Incidents that a map shows; more would hide it."""


class Client:
    """A browser that is connected."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.queue: asyncio.Queue[str] = asyncio.Queue(_QUEUE)
        self.dropped = asyncio.Event()

    def send(self, message: str) -> None:
        """Queue a message, or drop the client that does not keep up."""
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            self.dropped.set()


def _stamp(session: Session, time: int | None) -> str:
    """Return a time of the exercise as the facilitator's list of injects shows it."""
    if time is None:
        return ""
    when = moment(session.game.scenario.start, time)
    return f"{short_date(when)} {clock_time(when)} UTC"


def _noted(inject: Inject) -> str:
    """Return what the file notes about an inject for whoever brings it in."""
    if inject.room is None:
        return ""
    noted = (inject.room.expected, inject.room.responsible, inject.room.notes)
    return " · ".join(own_text(text) for text in noted if text)


def packed(message: dict[str, Any]) -> str:
    """Return a message as it goes over the line."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


class Hub:
    """Everybody who is connected, and what they are to be told."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.clients: set[Client] = set()
        self._maps: dict[str, Map] = {}
        self._told: dict[tuple[str, str], int] = {}
        self._last: dict[tuple[str, str], dict[str, Any]] = {}
        self._version = -1

    # What a chair is told.

    def feed(self, chair: Chair, code: str) -> Feed:
        """Return the feed of a chair's seat in a language, brought up to now."""
        return self.session.scene(code).feed(chair)

    def map_in(self, code: str) -> Map:
        """Return the map with names in a language."""
        if code not in self._maps:
            speaker = Speaker(self.session.game.scenario, language(code))
            self._maps[code] = Map(self.session.stage, speaker)
        return self._maps[code]

    def stands(self, chair: Chair, code: str) -> dict[str, Any]:
        """Return how things stand for a chair, all that its page shows beside feed and map."""
        session = self.session
        ground = self.map_in(code)
        said = state(session.scene(code), chair, beliefs=session.beliefs)
        said |= {
            "running": session.pace.running,
            "speed": session.pace.speed,
            "think": session.pace.think,
            "locked": session.locked,
            "ended": session.ended,
            "revealed": session.revealed,
            "news": session.told_news(chair)[-20:],
            "sayings": [s for s in session.sayings if session.hears(chair, s)][-20:],
            "units": ground.units(session.game, chair),
            "incidents": [
                {"at": ground.spot(one["x"], one["y"]), "stamp": one["stamp"], "text": one["text"]}
                for one in self.feed(chair, code).spots[-_SPOTS:]
            ],
        }
        if chair.name == FACILITATOR:
            with speaking(code):
                said |= self._whole(session.scene(code).cast)
        if chair.name in (FACILITATOR, OBSERVER):
            said["objectives"] = list(session.objectives)
        return said

    def _whole(self, cast: Cast) -> dict[str, Any]:
        """Return what only the facilitator sees: injects, chairs, beliefs switched on or off."""
        session = self.session
        game, theatre = session.game, session.stage.theatre
        agenda = game.crisis.injects.agenda
        return {
            "beliefs": session.beliefs,
            "injects": [
                {
                    "inject": str(placed.identity),
                    "title": cast.inject(placed.inject),
                    "room": _noted(theatre.injects[placed.inject]),
                    "at": agenda.get(placed.identity),
                    "stamp": _stamp(session, agenda.get(placed.identity)),
                    "planned": placed.time,
                    "contingency": theatre.injects[placed.inject].contingency,
                    "done": placed.identity not in agenda
                    and game.crisis.injects.over(placed.identity),
                }
                for placed in session.stage.world.placed
                if placed.time >= session.setup.begins or theatre.injects[placed.inject].contingency
            ],
            "chairs": [
                {
                    "chair": chair.name,
                    "people": count_words(session.sitting(chair.name)),
                    "human": chair.name in game.table.sitting,
                    "wrote": len(session.believed.get(chair.name, ())),
                    "decides": chair.decides,
                }
                for chair in session.seating.chairs.values()
            ],
            "channels": sorted(session.stage.channel_rows),
        }

    # Sending.

    def greet(self, client: Client, since: int) -> None:
        """Tell a client that has just connected everything it has not seen."""
        chair, code = self.session.chair(client.person), client.person.language
        self.broadcast(True)  # so that what is new from here on is new to everybody
        self.clients.add(client)
        events = [event for event in self.feed(chair, code).events if event["n"] > since]
        client.send(packed({"kind": "map", **self.map_in(code).ground()}))
        # All at once: somebody who comes late to a long exercise must not overrun a queue.
        client.send(packed({"kind": "past", "events": events[-PAST:]}))
        stands = self._last[chair.name, code] = self.stands(chair, code)
        self._told[chair.name, code] = len(self.feed(chair, code).events)
        client.send(packed({"kind": "state", **stands}))

    def leave(self, client: Client) -> None:
        """Forget a client that has gone."""
        self.clients.discard(client)

    def warn(self, name: str) -> None:
        """Tell whoever leads the exercise that something is wrong, by the name of a phrase."""
        for client in self.clients:
            if client.person.chair == FACILITATOR:
                text = phrase(client.person.language, name)
                client.send(packed({"kind": "refused", "text": text}))

    def stop(self) -> None:
        """Stop time because of the error that is being handled, and tell whoever leads."""
        _LOGGER.exception("the exercise was paused")
        if self.session.pace.running:
            self.session.pace.running = False
            self.session.version += 1
        self.warn("trouble")

    def broadcast(self, moved: bool) -> None:
        """Tell everybody what is new to them: events, and what stands otherwise than before.

        What cannot be told to one chair in one language stops time, and is kept from nobody else.
        """
        if not moved and self.session.version == self._version:
            return
        self._version = self.session.version
        groups: dict[tuple[str, str], list[Client]] = {}
        for client in self.clients:
            key = (client.person.chair, client.person.language)
            groups.setdefault(key, []).append(client)
        for key, clients in groups.items():
            try:
                messages = self._news(*key)
            except Exception:
                self.stop()
                continue
            for message in messages:
                for client in clients:
                    client.send(message)

    def _news(self, name: str, code: str) -> list[str]:
        """Return what is new to those in a chair who read a language."""
        chair = self.session.seating.chairs[name]
        events = self.feed(chair, code).events
        known = self._told.get((name, code), 0)
        self._told[name, code] = len(events)
        messages = [packed({"kind": "event", "event": event}) for event in events[known:]]
        stands, was = self.stands(chair, code), self._last.get((name, code), {})
        changed = {key: value for key, value in stands.items() if was.get(key, was) != value}
        if changed:
            self._last[name, code] = stands
            messages.append(packed({"kind": "state", **changed}))
        return messages
