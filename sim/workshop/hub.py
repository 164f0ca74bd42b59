"""The hub: whom the server talks to, and what each of them has been told.

A client has a bounded queue and a task that empties it, so that one that stops reading delays
nobody; when its queue is full it is dropped, and comes back with the last number it saw. What is
said depends on the chair and the language only, so it is made once for all who share them.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from sim.language import language, speaking
from sim.show.speaker import Speaker
from sim.show.words import clock_time, moment, own_text, short_date
from sim.workshop.chairs import FACILITATOR, Chair
from sim.workshop.maps import Map
from sim.workshop.rights import Person
from sim.workshop.session import Session
from sim.workshop.views import Feed, count_words, incidents, seat_of, state

_QUEUE: Final = 256
"""Messages that may wait for one client."""


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


def packed(message: dict[str, Any]) -> str:
    """Return a message as it goes over the line."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


class Hub:
    """Everybody who is connected, and what they are to be told."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.clients: set[Client] = set()
        self._feeds: dict[tuple[int | None, str], Feed] = {}
        self._maps: dict[str, Map] = {}
        self._last: dict[tuple[str, str], str] = {}
        self._version = -1

    # What a chair is told.

    def feed(self, chair: Chair, code: str) -> Feed:
        """Return the feed of a chair's seat in a language, brought up to now."""
        key = (seat_of(chair), code)
        if key not in self._feeds:
            self._feeds[key] = Feed(*key)
        self._feeds[key].update(self.session.game)
        return self._feeds[key]

    def map_in(self, code: str) -> Map:
        """Return the map with names in a language."""
        if code not in self._maps:
            speaker = Speaker(self.session.game.scenario, language(code))
            self._maps[code] = Map(self.session.stage, speaker)
        return self._maps[code]

    def stands(self, chair: Chair, code: str) -> dict[str, Any]:
        """Return how things stand for a chair, all that its page shows beside feed and map."""
        session = self.session
        said = state(session.game, chair, code, beliefs=session.beliefs)
        said |= {
            "running": session.pace.running,
            "speed": session.pace.speed,
            "think": session.pace.think,
            "locked": session.locked,
            "ended": session.ended,
            "revealed": session.revealed,
            "news": session.told_news(chair)[-20:],
            "sayings": [s for s in session.sayings if session.hears(chair, s)][-20:],
            "units": self.map_in(code).units(session.game, chair),
            "incidents": [
                {**one, "at": self.map_in(code).spot(one["x"], one["y"])}
                for one in incidents(session.game, chair, code)
            ],
        }
        if chair.name == FACILITATOR:
            with speaking(code):
                said |= self._whole()
        return said

    def _whole(self) -> dict[str, Any]:
        """Return what only the facilitator sees: injects, chairs, beliefs switched on or off."""
        session = self.session
        game, theatre = session.game, session.stage.theatre
        agenda = game.crisis.injects.agenda
        return {
            "beliefs": session.beliefs,
            "injects": [
                {
                    "inject": str(placed.identity),
                    "title": own_text(theatre.injects[placed.inject].title),
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
        feed = self.feed(chair, code)
        events = [event for event in feed.events if event["n"] > since]
        client.send(packed({"kind": "map", **self.map_in(code).ground()}))
        # All at once: somebody who comes late to a long exercise must not overrun a queue.
        client.send(packed({"kind": "past", "events": events}))
        client.send(packed({"kind": "state", **self.stands(chair, code)}))
        self.clients.add(client)

    def leave(self, client: Client) -> None:
        """Forget a client that has gone."""
        self.clients.discard(client)

    def broadcast(self, moved: bool) -> None:
        """Tell everybody what is new to them."""
        if not moved and self.session.version == self._version:
            return
        self._version = self.session.version
        groups: dict[tuple[str, str], list[Client]] = {}
        for client in self.clients:
            key = (client.person.chair, client.person.language)
            groups.setdefault(key, []).append(client)
        known = {key: len(feed.events) for key, feed in self._feeds.items()}
        for (name, code), clients in groups.items():
            chair = self.session.seating.chairs[name]
            feed = self.feed(chair, code)
            new = feed.events[known.get((seat_of(chair), code), 0) :]
            messages = [packed({"kind": "event", "event": event}) for event in new]
            stands = packed({"kind": "state", **self.stands(chair, code)})
            if self._last.get((name, code)) != stands:
                self._last[name, code] = stands
                messages.append(stands)
            for client in clients:
                for message in messages:
                    client.send(message)
