"""Scenes: what a game's records say in one language, told to each seat as it learns of it.

An exercise is told while it goes on, many times a second and for many seats, so what was told is
kept, and only what is new is put into words.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any, Final, NamedTuple

from sim.crisis import History
from sim.language import speaking
from sim.records import NEVER, Acted, Believed, Happened, Origin, Placed, Record, Runged
from sim.show.casebook import CaseStory, cases_of, numbered
from sim.show.cast import Cast
from sim.show.entries import ORDER, TONES, Entry, Tone
from sim.show.telling import Teller
from sim.workshop.chairs import FACILITATOR, Chair
from sim.workshop.game import Game

PUBLIC: Final = -2
"""The seat of whoever sees only what is public: press, observers, the projector."""

_PUBLIC_KINDS: Final = (Acted, Happened, Placed, Runged)
_LOUD: Final = {Tone.INCIDENT, Tone.INJECT, Tone.ACT, Tone.RUNG}


class ChairTeller(Teller):
    """Tells a side what it learned; what it believes people know themselves."""

    tells_beliefs = False

    def learned(self, record: Record) -> int | None:
        """Return when the side learns of a record; how the model's mind changes it never does."""
        return None if isinstance(record, Believed) else super().learned(record)


class PublicTeller(ChairTeller):
    """Tells what everybody saw: incidents, acts that were not secret, the rung, what is staged."""

    def learned(self, record: Record) -> int | None:
        """Return when the public learns of a record; None if it never does."""
        if not isinstance(record, _PUBLIC_KINDS) or NEVER in record.seats:
            return None
        return max(record.seats)


def seat_of(chair: Chair) -> int | None:
    """Return the seat a chair sees from: its bloc, None for the facilitator who sees all."""
    if chair.name == FACILITATOR:
        return None
    return PUBLIC if chair.bloc == NEVER else chair.bloc


class _Seen(NamedTuple):
    """What a scene has read of its game."""

    history: History
    cases: dict[int, CaseStory]
    numbers: dict[int, int]


class Scene:
    """A game in one language: its names, and its history and cases as they stand.

    ``retitled`` are other words for injects, by their rows; it may grow while the scene is in use.
    """

    def __init__(self, game: Game, code: str, retitled: dict[int, str] | None = None) -> None:
        self.game = game
        self.code = code
        with speaking(code):
            self.cast = Cast(game.stage)
        if retitled is not None:
            self.cast.retitled = retitled
        self._seen: _Seen | None = None
        self._feeds: dict[int | None, Feed] = {}

    def _look(self) -> _Seen:
        """Return what was read of the game, read anew if something was recorded since."""
        seen = self._seen
        if seen is None or len(seen.history.records) != len(self.game.crisis.records):
            history = self.game.history()
            # Set at once, for questions about the past are answered in threads of their own.
            self._seen = seen = _Seen(history, cases_of(history), numbered(history))
        return seen

    @property
    def history(self) -> History:
        """The history so far."""
        return self._look().history

    @property
    def cases(self) -> dict[int, CaseStory]:
        """The cases so far, by identity."""
        return self._look().cases

    @property
    def numbers(self) -> dict[int, int]:
        """The numbers of the cases so far, by identity."""
        return self._look().numbers

    def feed(self, chair: Chair) -> Feed:
        """Return what a chair's seat has been told, brought up to now."""
        seat = seat_of(chair)
        if seat not in self._feeds:
            self._feeds[seat] = Feed(self, seat)
        self._feeds[seat].update()
        return self._feeds[seat]


class Feed:
    """What a seat is told, paragraph by paragraph, each once and numbered from 1.

    ``spots`` are the incidents that have a place, for a map: metres on the plane.
    """

    def __init__(self, scene: Scene, seat: int | None) -> None:
        self.seat = seat
        self.events: list[dict[str, Any]] = []
        self.spots: list[dict[str, Any]] = []
        self._scene = scene
        self._read = 0
        self._due: list[tuple[int, int, int]] = []
        self._teller: Teller | None = None

    def update(self) -> list[dict[str, Any]]:
        """Tell what the seat has learned since the last time, and return it."""
        scene = self._scene
        records = scene.game.crisis.records
        if self._read < len(records):
            teller = self._told_by()
            for row in range(self._read, len(records)):
                when = teller.learned(records[row])
                if when is not None:
                    heappush(self._due, (when, ORDER[type(records[row])], row))
            self._read = len(records)
        if not self._due or self._due[0][0] > scene.game.now:
            return []
        teller = self._told_by()
        known = len(self.events)
        with speaking(scene.code):
            while self._due and self._due[0][0] <= scene.game.now:
                time, _, row = heappop(self._due)
                entry = teller.tell(time, records[row])
                if entry is not None:
                    self._add(time, records[row], entry)
        return self.events[known:]

    def _told_by(self) -> Teller:
        """Return a teller of the history as it is now."""
        scene = self._scene
        if self._teller is None or self._teller.history is not scene.history:
            kind = {None: Teller, PUBLIC: PublicTeller}.get(self.seat, ChairTeller)
            with speaking(scene.code):
                new = kind(scene.history, scene.cast, scene.numbers, self.seat, scene.cases)
            if self._teller is not None:
                new.go_on(self._teller)
            self._teller = new
        return self._teller

    def _add(self, time: int, record: Record, entry: Entry) -> None:
        stamp = f"{self._scene.cast.stamp(time)} UTC"
        self.events.append(
            {
                "n": len(self.events) + 1,
                "time": time,
                "stamp": stamp,
                "tone": entry.tone.name.lower(),
                "kind": TONES[entry.tone],
                "text": entry.text,
                "loud": entry.tone in _LOUD,
            }
        )
        if not isinstance(record, Happened) or record.origin == Origin.ACT:
            return
        if (record.x, record.y) != (NEVER, NEVER):
            where = {"x": record.x, "y": record.y, "time": time}
            self.spots.append({**where, "stamp": stamp, "text": entry.text})
