"""Rights: what anybody may do in a session, and what of it goes into the log.

Each check returns the content of the entry, or raises Refused with the name of the phrase that says
why not. Nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sim.crisis.deciders import Asked
from sim.records import NEVER
from sim.scenario.kinds import Cause
from sim.workshop.chairs import FACILITATOR, OBSERVER, PROJECTOR
from sim.workshop.game import NOTICE

if TYPE_CHECKING:
    from sim.workshop.session import Session

_TEXT: Final = 2000  # letters of what people write
_LONGEST: Final = 86_400_000 * 60  # milliseconds an outage may last
_SPEEDS: Final = (1.0, 86_400.0)
_THINKS: Final = (5.0, 3600.0)


class Refused(Exception):
    """What somebody wanted cannot be done; the message says why, to be shown to them."""


class Person(NamedTuple):
    """Somebody in the room: a random token, and the chair they sit in."""

    token: str
    chair: str
    language: str


def _reply(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    request = _whole(content.get("request"))
    choice = _whole(content.get("choice"))
    found = next((r for r in session.game.waiting() if r.identity == request), None)
    if found is None:
        raise Refused("too_late")
    chair = session.seating.chair_of(found)
    if chair is None or person.chair not in (chair.name, FACILITATOR):
        raise Refused("not_yours")
    if not 0 <= choice < found.options:
        raise Refused("no_such_choice")
    said: dict[str, Any] = {"request": request, "choice": choice}
    reason = _text(content.get("reason", ""))
    return said | ({"reason": reason} if reason else {})


def _volunteer(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    chair, name = session.chair(person), str(content.get("channel", ""))
    row = session.stage.channel_rows.get(name)
    lines = session.game.crisis.switchboard.lines
    if row is None or row not in lines or not lines[row].open(session.game.now):
        raise Refused("no_such_channel")
    if not session.seating.holds(chair, row):
        raise Refused("not_yours")
    return {"subject": name}


def _notify(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    """A standing order: notice of every flight, of none, or as usual."""
    said = _volunteer(session, person, content)
    row = session.stage.channel_rows[said["subject"]]
    if not session.game.crisis.switchboard.lines[row].plan.notices:
        raise Refused("no_such_channel")
    choice = _whole(content.get("choice"))
    if choice not in NOTICE:
        raise Refused("no_such_choice")
    return said | {"choice": choice}


def _say(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    """Free text beside a conversation; it goes to whoever is on the line."""
    call = _whole(content.get("call"))
    found = session.game.crisis.switchboard.calls.get(call)
    if found is None or found.right_person == NEVER or found.ended != NEVER:
        raise Refused("nobody_on_the_line")
    chair = session.chair(person)
    if not session.seating.holds(chair, found.channel.row):
        raise Refused("not_yours")
    return {"call": str(call), "channel": found.channel.row, "text": _needed(content)}


def _belief(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    if not session.chair(person).decides or session.revealed:
        raise Refused("not_yours")
    cause = _whole(content.get("cause"))
    case = _whole(content.get("case"))
    if not 0 <= cause < len(Cause) or case not in session.game.crisis.cases.by_identity:
        raise Refused("no_such_choice")
    return {"case": str(case), "cause": cause, "why": _text(content.get("why", ""))}


def _inject(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    _leads(person)
    identity = _whole(content.get("inject"))
    if identity not in {placed.identity for placed in session.stage.world.placed}:
        raise Refused("no_such_inject")
    at = content.get("at")
    return {"subject": str(identity)} | ({} if at is None else {"at": _whole(at)})


def _skip(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    return {"subject": _inject(session, person, {**content, "at": None})["subject"]}


def _edit(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    """Put an inject that is still to come into other words."""
    said = _skip(session, person, content)
    if session.game.crisis.injects.over(int(said["subject"])):
        raise Refused("too_late")
    return said | {"text": _needed(content)}


def _cut(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    _leads(person)
    name, lasting = str(content.get("channel", "")), _whole(content.get("lasting"))
    if name not in session.stage.channel_rows:
        raise Refused("no_such_channel")
    if not 0 < lasting <= _LONGEST:
        raise Refused("no_such_choice")
    return {"subject": name, "at": lasting}


def _overrule(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    _leads(person)
    actor, asked = str(content.get("actor", "")), _whole(content.get("asked"))
    reason = _text(content.get("reason", ""))
    if actor not in session.stage.theatre.actor_index or asked not in set(Asked):
        raise Refused("no_such_choice")
    if not reason:
        raise Refused("no_reason")
    choice = _whole(content.get("choice"))
    return {"subject": actor, "at": asked, "choice": choice, "reason": reason}


def _seat(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    _leads(person)
    chair = session.seating.chairs.get(str(content.get("chair", "")))
    if chair is None or not chair.decides:
        raise Refused("no_such_chair")
    return {"subject": chair.name}


def _switch(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    _leads(person)
    return {"on": bool(content.get("on"))}


def _speed(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    _leads(person)
    speed, think = content.get("speed"), content.get("think", session.pace.think)
    for value, (low, high) in ((speed, _SPEEDS), (think, _THINKS)):
        if not isinstance(value, int | float) or not low <= value <= high:
            raise Refused("no_such_choice")
    return {"speed": float(speed or 1), "think": float(think)}


def _plain(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    _leads(person)
    return {}


def _news(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    _leads(person)
    to = content.get("to", [])
    if not isinstance(to, list) or not all(name in session.seating.chairs for name in to):
        raise Refused("no_such_chair")
    return {"to": to, "text": _needed(content)}


def _observe(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    if person.chair not in (FACILITATOR, OBSERVER):
        raise Refused("not_yours")
    kind = str(content.get("rating", ""))
    if kind not in ("", "strength", "improve"):
        raise Refused("no_such_choice")
    said: dict[str, Any] = {"text": _needed(content), "rating": kind}
    events = session.scene(person.language).feed(session.chair(person)).events
    for key, most in (("about", len(events)), ("objective", len(session.objectives))):
        if content.get(key) not in (None, ""):
            said[key] = _whole(content[key])
            if not 1 <= said[key] <= most:
                raise Refused("no_such_choice")
    return said


def _objective(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    _leads(person)
    return {"text": _needed(content)}


def _what_if(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    """A question about the past that was answered, so that the report can answer it too."""
    _leads(person)
    return {key: content[key] for key in WHAT_IF if content.get(key) is not None}


def _feedback(session: Session, person: Person, content: dict[str, Any]) -> dict[str, Any]:
    if person.chair in (FACILITATOR, PROJECTOR):
        raise Refused("not_yours")
    said = {key: _text(content.get(key, "")) for key in ("learned", "missing", "change")}
    if not any(said.values()):
        raise Refused("no_text")
    return said


def _leads(person: Person) -> None:
    if person.chair != FACILITATOR:
        raise Refused("not_yours")


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


WHAT_IF: Final = ("request", "choice", "later", "channel", "at", "minutes", "keep")
"""What a question about the past may hold."""

_Check = Callable[["Session", Person, dict[str, Any]], dict[str, Any]]

CHECKS: Final[dict[str, _Check]] = {
    "reply": _reply,
    "volunteer": _volunteer,
    "notify": _notify,
    "say": _say,
    "belief": _belief,
    "inject": _inject,
    "skip": _skip,
    "edit": _edit,
    "cut": _cut,
    "overrule": _overrule,
    "sit": _seat,
    "leave": _seat,
    "lock": _switch,
    "beliefs": _switch,
    "start": _plain,
    "pause": _plain,
    "speed": _speed,
    "news": _news,
    "observe": _observe,
    "objective": _objective,
    "what_if": _what_if,
    "leap": _plain,
    "reveal": _plain,
    "end": _plain,
    "feedback": _feedback,
}
"""What people may do, with what judges it."""
