"""A session: one game, its clock, the people in its chairs, and its log.

There is one such object a server; whatever anybody does comes through :meth:`Session.act` and is on
the disk before it takes effect. A session that is opened again from its log stands where the log
ends, and paused.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from sim.workshop.chairs import CHIEF, FACILITATOR, Chair, Seating
from sim.workshop.game import Game, Setup, staged
from sim.workshop.log import Log, Logged
from sim.workshop.moves import Kind, Move
from sim.workshop.pace import Open, Pace
from sim.workshop.rights import CHECKS, Person, Refused
from sim.workshop.scenes import Scene

_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters of a join code: none that is read for another."""

_CODE: Final = 8  # letters of a join code: 40 bits
_TICKS: Final = 15_000
"""Milliseconds of exercise time at most between two marks of the clock in the log, at speed 1."""


class Session:
    """The one authoritative state of an exercise."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.setup: Setup = log.setup
        self.stage = staged(self.setup)
        self.game = Game(self.stage, self.setup)
        self.seating: Seating = self.game.table.seating
        self.pace = Pace(self.setup.begins)
        self.people: dict[str, Person] = {}
        self.locked = False
        self.beliefs = False
        self.ended = False
        self.revealed = False
        self.codes: dict[str, str] = {}
        self.news: list[dict[str, Any]] = []
        self.sayings: list[dict[str, Any]] = []
        self.version = 0
        self.objectives: list[str] = []
        self.believed: dict[str, set[int]] = {}
        self.retitled: dict[int, str] = {}
        self._scenes: dict[str, Scene] = {}
        self._marked = self.setup.begins
        self._restore()

    # Beginning and going on.

    @classmethod
    def create(cls, path: Path, setup: Setup, human: list[str] | None = None) -> Self:
        """Begin a session in a new log. ``human`` are the chairs that people take.

        By default these are all but the chiefs of defence, whose channel the capitals then hold.

        Raises ResultsError or RunError for a place or a setup that will not do.
        """
        stage = staged(setup)
        log = Log.create(path, setup)
        seating = Seating(stage.theatre)
        for name in seating.chairs:
            code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE))
            log.keep_secret(f"code {name}", code)
        log.keep_secret("cookie", secrets.token_hex(32))
        deciding = [
            chair.name
            for chair in seating.chairs.values()
            if chair.decides and chair.role.desk != CHIEF
        ]
        for name in deciding if human is None else human:
            log.add(_wall(), setup.begins, FACILITATOR, "", Kind.SIT, {"subject": name})
        return cls(log)

    @classmethod
    def resume(cls, path: Path) -> Self:
        """Open a session again where its log ends; raises ResultsError for a log that is none."""
        return cls(Log.open(path))

    def _restore(self) -> None:
        """Play the log again."""
        self.codes = {
            code: name.removeprefix("code ")
            for name, code in self.log.secrets().items()
            if name.startswith("code ")
        }
        self.game.advance(self.setup.begins)
        for entry in self.log.entries(after=0):
            self._advance(entry.time)
            self._apply(entry)
        self.pace.set(self.game.now)
        self.pace.running = False

    def close(self) -> None:
        """Write down where the clock stands, and close the log."""
        self._mark()
        self.log.close()

    # The clock.

    def tick(self, seconds: float) -> bool:
        """Let time pass in the room; returns whether anything may look otherwise now."""
        if not self.pace.running or self.ended or self.game.over:
            return False
        waiting = [
            Open(r.time, self.game.crisis.due(r))
            for r in self.game.waiting()
            if self.game.crisis.due(r) < self.game.crisis.ends
        ]
        before = self.game.now
        now = min(self.pace.pass_time(seconds, waiting), self.game.crisis.ends)
        self._advance(now)
        if now - self._marked >= _TICKS * max(1.0, self.pace.speed):
            self._mark()
        return now != before

    def _advance(self, until: int) -> None:
        self.game.advance(until)

    def _mark(self) -> None:
        """Put the time of the clock into the log, so that a session resumes there."""
        if self.game.now > self._marked and not self.ended:
            self._marked = self.game.now
            self.log.add(_wall(), self.game.now, "", "", "clock", {})

    def leap(self, person: Person) -> None:
        """Let time pass to the next question that people are asked, or to the end."""
        self.act(person, "leap", {})
        known = {request.identity for request in self.game.waiting()}
        ends = self.game.crisis.ends
        while not self.game.over and self.game.now < ends:
            self.game.step(ends)
            if any(request.identity not in known for request in self.game.waiting()):
                break
        self.pace.set(self.game.now)
        self._mark()

    # People.

    def join(self, code: str, language: str) -> Person:
        """Let somebody sit down in the chair of a join code; raises Refused for a wrong one."""
        chair = self.codes.get(code.strip().upper().replace(" ", "").replace("-", ""))
        if chair is None:
            raise Refused("wrong_code")
        person = Person(secrets.token_urlsafe(18), chair, language)
        self._write(person, "join", {"token": person.token, "chair": chair, "language": language})
        return person

    def chair(self, person: Person) -> Chair:
        """Return the chair somebody sits in."""
        return self.seating.chairs[person.chair]

    def sitting(self, chair: str) -> int:
        """Return how many people have sat down in a chair."""
        return sum(person.chair == chair for person in self.people.values())

    # What people do.

    def act(self, person: Person, kind: str, content: dict[str, Any]) -> Logged:
        """Do what somebody wants, or raise Refused; it is in the log before it takes effect."""
        checker = CHECKS.get(kind)
        if checker is None:
            raise Refused("unknown")
        if self.ended and kind not in _AFTER:
            raise Refused("ended")
        if self.locked and person.chair != FACILITATOR:
            raise Refused("locked")
        return self._write(person, kind, checker(self, person, content))

    def _write(self, person: Person, kind: str, content: dict[str, Any]) -> Logged:
        wall, token = _wall(), person.token
        if kind in _ANONYMOUS:
            wall, token = "", ""
        number = self.log.add(wall, self.game.now, person.chair, token, kind, content)
        entry = Logged(number, wall, self.game.now, person.chair, token, kind, content)
        self._marked = max(self._marked, self.game.now)
        self._apply(entry)
        return entry

    def _apply(self, entry: Logged) -> None:
        """Let an entry take effect, now or when the log is played again."""
        self.version += 1
        if entry.kind in _MOVES:
            move = Move(entry.number, entry.time, entry.chair, Kind(entry.kind), **entry.content)
            self.game.do(move)
            return
        effect = _EFFECTS.get(entry.kind)
        if effect is not None:
            effect(self, entry)

    def moves(self) -> list[Move]:
        """Return every move of the session so far, those without effect among them."""
        return list(self.game.moves)

    def entries(self) -> Iterator[Logged]:
        """Yield the log's entries in order."""
        return self.log.entries()

    # Effects of entries that the crisis need not know of.

    def _joined(self, entry: Logged) -> None:
        told = entry.content
        self.people[told["token"]] = Person(told["token"], told["chair"], told["language"])

    def _said(self, entry: Logged) -> None:
        chair = self.seating.chairs[entry.chair]
        self.sayings.append(
            {"time": entry.time, "chair": entry.chair, "bloc": chair.bloc, **entry.content}
        )

    def _edited(self, entry: Logged) -> None:
        identity = int(entry.content["subject"])
        (row,) = [one.inject for one in self.stage.world.placed if one.identity == identity]
        self.retitled[row] = entry.content["text"]

    def _aimed(self, entry: Logged) -> None:
        self.objectives.append(entry.content["text"])

    def _wrote(self, entry: Logged) -> None:
        self.believed.setdefault(entry.chair, set()).add(int(entry.content["case"]))

    def _told(self, entry: Logged) -> None:
        self.news.append({"n": len(self.news) + 1, "time": entry.time, **entry.content})

    def _turned(self, entry: Logged) -> None:
        setattr(self, {"lock": "locked"}.get(entry.kind, entry.kind), entry.content["on"])

    def _started(self, entry: Logged) -> None:
        self.pace.running = True

    def _paused(self, entry: Logged) -> None:
        self.pace.running = False

    def _paced(self, entry: Logged) -> None:
        self.pace.speed, self.pace.think = entry.content["speed"], entry.content["think"]

    def _ended(self, entry: Logged) -> None:
        self.ended, self.pace.running = True, False

    def _revealed(self, entry: Logged) -> None:
        self.revealed = True

    # What holds for a chair.

    def scene(self, code: str) -> Scene:
        """Return the game as it is told in a language."""
        if code not in self._scenes:
            self._scenes[code] = Scene(self.game, code, self.retitled)
        return self._scenes[code]

    def hears(self, chair: Chair, saying: dict[str, Any]) -> bool:
        """Whether a chair hears what was said on a line: whoever holds either end of it."""
        if chair.name == FACILITATOR:
            return True
        return self.seating.holds(chair, saying["channel"])

    def told_news(self, chair: Chair) -> list[dict[str, Any]]:
        """Return the announcements made to a chair."""
        return [
            one for one in self.news
            if not one["to"] or chair.name in one["to"] or chair.name == FACILITATOR
        ]  # fmt: skip


def _wall() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_MOVES: Final = frozenset(Kind)
_AFTER: Final = frozenset({"observe", "objective", "feedback", "reveal", "belief", "what_if"})
_ANONYMOUS: Final = frozenset({"feedback"})

_EFFECTS: Final[dict[str, Callable[[Session, Logged], None]]] = {
    "join": Session._joined,
    "say": Session._said,
    "news": Session._told,
    "edit": Session._edited,
    "objective": Session._aimed,
    "belief": Session._wrote,
    "lock": Session._turned,
    "beliefs": Session._turned,
    "start": Session._started,
    "pause": Session._paused,
    "speed": Session._paced,
    "end": Session._ended,
    "reveal": Session._revealed,
}
