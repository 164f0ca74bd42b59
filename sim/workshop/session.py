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
from typing import Any, Final, NamedTuple, Self

from sim.crisis.deciders import Asked
from sim.records import NEVER
from sim.scenario.models import WATCH
from sim.workshop.chairs import FACILITATOR, OBSERVER, PROJECTOR, Chair, Seating
from sim.workshop.game import Game, Setup, staged
from sim.workshop.log import Log, Logged
from sim.workshop.moves import Kind, Move
from sim.workshop.pace import Open, Pace

_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters of a join code: none that is read for another."""

_CODE: Final = 8  # letters of a join code: 40 bits
_TEXT: Final = 2000  # letters of what people write
_LONGEST: Final = 86_400_000 * 60  # milliseconds an outage may last
_SPEEDS: Final = (1.0, 86_400.0)
_THINKS: Final = (5.0, 3600.0)
_TICKS: Final = 15_000
"""Milliseconds of exercise time at most between two marks of the clock in the log, at speed 1."""


class Refused(Exception):
    """What somebody wanted cannot be done; the message says why, to be shown to them."""


class Person(NamedTuple):
    """Somebody in the room: a random token, and the chair they sit in."""

    token: str
    chair: str
    language: str


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
        self._marked = self.setup.begins
        self._restore()

    # Beginning and going on.

    @classmethod
    def create(cls, path: Path, setup: Setup, human: list[str] | None = None) -> Self:
        """Begin a session in a new log. ``human`` are the chairs that people take; by default all.

        Raises ResultsError or RunError for a place or a setup that will not do.
        """
        stage = staged(setup)
        log = Log.create(path, setup)
        seating = Seating(stage.theatre)
        for name in seating.chairs:
            code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE))
            log.keep_secret(f"code {name}", code)
        log.keep_secret("cookie", secrets.token_hex(32))
        deciding = [chair.name for chair in seating.chairs.values() if chair.decides]
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
        checker = _CHECKS.get(kind)
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

    # Checks: what may be done, and by whom. Each returns what goes into the log.

    def _reply(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        request = _whole(content.get("request"))
        choice = _whole(content.get("choice"))
        found = next((r for r in self.game.waiting() if r.identity == request), None)
        if found is None:
            raise Refused("too_late")
        chair = self.seating.chair_of(found)
        if chair is None or person.chair not in (chair.name, FACILITATOR):
            raise Refused("not_yours")
        if not 0 <= choice < found.options:
            raise Refused("no_such_choice")
        said: dict[str, Any] = {"request": request, "choice": choice}
        reason = _text(content.get("reason", ""))
        return said | ({"reason": reason} if reason else {})

    def _volunteer(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        chair, name = self.chair(person), str(content.get("channel", ""))
        row = self.stage.channel_rows.get(name)
        lines = self.game.crisis.switchboard.lines
        if row is None or row not in lines or not lines[row].open(self.game.now):
            raise Refused("no_such_channel")
        if chair.actor not in lines[row].plan.ends or not self.seating.holds(chair, row):
            raise Refused("not_yours")
        return {"subject": name}

    def _say(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        """Free text beside a conversation; it goes to whoever is on the line."""
        call = _whole(content.get("call"))
        found = self.game.crisis.switchboard.calls.get(call)
        if found is None or found.right_person == NEVER or found.ended != NEVER:
            raise Refused("nobody_on_the_line")
        chair = self.chair(person)
        if not chair.decides or not self.seating.holds(chair, found.channel.row):
            raise Refused("not_yours")
        return {"call": str(call), "channel": found.channel.row, "text": _needed(content)}

    def _belief(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        if not self.chair(person).decides or self.revealed:
            raise Refused("not_yours")
        cause = _whole(content.get("cause"))
        case = _whole(content.get("case"))
        if not 0 <= cause <= 3 or case not in self.game.crisis.cases.by_identity:
            raise Refused("no_such_choice")
        return {"case": str(case), "cause": cause, "why": _text(content.get("why", ""))}

    def _inject(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        self._leads(person)
        identity = _whole(content.get("inject"))
        if identity not in {placed.identity for placed in self.stage.world.placed}:
            raise Refused("no_such_inject")
        at = content.get("at")
        return {"subject": str(identity)} | ({} if at is None else {"at": _whole(at)})

    def _skip(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        return {"subject": self._inject(person, {**content, "at": None})["subject"]}

    def _cut(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        self._leads(person)
        name, lasting = str(content.get("channel", "")), _whole(content.get("lasting"))
        if name not in self.stage.channel_rows:
            raise Refused("no_such_channel")
        if not 0 < lasting <= _LONGEST:
            raise Refused("no_such_choice")
        return {"subject": name, "at": lasting}

    def _overrule(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        self._leads(person)
        actor, asked = str(content.get("actor", "")), _whole(content.get("asked"))
        reason = _text(content.get("reason", ""))
        if actor not in self.stage.theatre.actor_index or asked not in set(Asked):
            raise Refused("no_such_choice")
        if not reason:
            raise Refused("no_reason")
        choice = _whole(content.get("choice"))
        return {"subject": actor, "at": asked, "choice": choice, "reason": reason}

    def _seat(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        self._leads(person)
        chair = self.seating.chairs.get(str(content.get("chair", "")))
        if chair is None or not chair.decides:
            raise Refused("no_such_chair")
        return {"subject": chair.name}

    def _switch(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        self._leads(person)
        return {"on": bool(content.get("on"))}

    def _speed(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        self._leads(person)
        speed, think = content.get("speed"), content.get("think", self.pace.think)
        for value, (low, high) in ((speed, _SPEEDS), (think, _THINKS)):
            if not isinstance(value, int | float) or not low <= value <= high:
                raise Refused("no_such_choice")
        return {"speed": float(speed or 1), "think": float(think)}

    def _plain(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        self._leads(person)
        return {}

    def _news(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        self._leads(person)
        to = content.get("to", [])
        if not isinstance(to, list) or not all(name in self.seating.chairs for name in to):
            raise Refused("no_such_chair")
        return {"to": to, "text": _needed(content)}

    def _observe(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        if person.chair not in (FACILITATOR, OBSERVER):
            raise Refused("not_yours")
        about = content.get("about")
        kind = str(content.get("rating", ""))
        if kind not in ("", "strength", "improve"):
            raise Refused("no_such_choice")
        event = {} if about is None else {"about": _whole(about)}
        return {"text": _needed(content), "rating": kind, **event}

    def _feedback(self, person: Person, content: dict[str, Any]) -> dict[str, Any]:
        if person.chair in (FACILITATOR, PROJECTOR):
            raise Refused("not_yours")
        said = {key: _text(content.get(key, "")) for key in ("learned", "missing", "change")}
        if not any(said.values()):
            raise Refused("no_text")
        return said

    def _leads(self, person: Person) -> None:
        if person.chair != FACILITATOR:
            raise Refused("not_yours")

    # Effects of entries that the crisis need not know of.

    def _joined(self, entry: Logged) -> None:
        told = entry.content
        self.people[told["token"]] = Person(told["token"], told["chair"], told["language"])

    def _said(self, entry: Logged) -> None:
        chair = self.seating.chairs[entry.chair]
        self.sayings.append(
            {"time": entry.time, "chair": entry.chair, "bloc": chair.bloc, **entry.content}
        )

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

    def hears(self, chair: Chair, saying: dict[str, Any]) -> bool:
        """Whether a chair hears what was said on a line: whoever holds either end of it."""
        if chair.name == FACILITATOR:
            return True
        return chair.decides and self.seating.holds(chair, saying["channel"])

    def told_news(self, chair: Chair) -> list[dict[str, Any]]:
        """Return the announcements made to a chair."""
        return [
            one for one in self.news
            if not one["to"] or chair.name in one["to"] or chair.name == FACILITATOR
        ]  # fmt: skip

    def is_watch(self, chair: Chair) -> bool:
        """Whether a chair is a watch."""
        return chair.role.desk == WATCH


def _wall() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _whole(value: Any) -> int:
    """Return a whole number, which may be written as text since browsers have no large ones."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Refused("no_such_choice")
    try:
        return int(value)
    except ValueError:
        raise Refused("no_such_choice") from None


def _text(value: Any) -> str:
    """Return what somebody wrote, without what cannot be shown, and no longer than a page."""
    if not isinstance(value, str):
        raise Refused("no_text")
    if len(value) > _TEXT:
        raise Refused("too_long")
    return "".join(c for c in value if c == "\n" or c.isprintable()).strip()


def _needed(content: dict[str, Any]) -> str:
    text = _text(content.get("text", ""))
    if not text:
        raise Refused("no_text")
    return text


_Check = Callable[[Session, Person, dict[str, Any]], dict[str, Any]]

_CHECKS: Final[dict[str, _Check]] = {
    "reply": Session._reply,
    "volunteer": Session._volunteer,
    "say": Session._say,
    "belief": Session._belief,
    "inject": Session._inject,
    "skip": Session._skip,
    "cut": Session._cut,
    "overrule": Session._overrule,
    "sit": Session._seat,
    "leave": Session._seat,
    "lock": Session._switch,
    "beliefs": Session._switch,
    "start": Session._plain,
    "pause": Session._plain,
    "speed": Session._speed,
    "news": Session._news,
    "observe": Session._observe,
    "leap": Session._plain,
    "reveal": Session._plain,
    "end": Session._plain,
    "feedback": Session._feedback,
}
"""What people may do, with what judges it."""

_MOVES: Final = frozenset(Kind)
_AFTER: Final = frozenset({"observe", "feedback", "reveal", "belief"})
_ANONYMOUS: Final = frozenset({"feedback"})

_EFFECTS: Final[dict[str, Callable[[Session, Logged], None]]] = {
    "join": Session._joined,
    "say": Session._said,
    "news": Session._told,
    "lock": Session._turned,
    "beliefs": Session._turned,
    "start": Session._started,
    "pause": Session._paused,
    "speed": Session._paced,
    "end": Session._ended,
    "reveal": Session._revealed,
}
