"""What if: a facilitator's question about a past decision, answered from the same world."""

from __future__ import annotations

from typing import Any, Final

from sim.crisis.deciders import Asked, Request
from sim.language import speaking
from sim.scenario.quantities import MINUTE
from sim.show.abreast import aligned
from sim.show.casebook import numbered
from sim.show.cast import Cast
from sim.show.closing import peak_rung
from sim.show.entries import TONES, Entry
from sim.show.numbers import number, whole
from sim.show.telling import Teller
from sim.show.words import RUNGS
from sim.workshop.forks import Change, Fork, fork
from sim.workshop.moves import Move
from sim.workshop.phrases import phrase
from sim.workshop.rights import Refused
from sim.workshop.session import Session
from sim.workshop.views import option_of, question_of
from sim.workshop.worth import comes_up_everywhere, worth

_SHOWN: Final = 12
"""Rows of two histories that are told from their first difference on."""


def answer(session: Session, content: dict[str, Any], code: str) -> dict[str, Any]:
    """Return what would have been, as a page shows it; raises Refused for what cannot be asked."""
    change = _change(session, content)
    found = fork(
        session.stage, session.setup, session.moves(), change, bool(content.get("keep", True))
    )
    return told(session, found, code)


def change_words(session: Session, content: dict[str, Any], code: str) -> dict[str, str]:
    """Return what was asked about, and what was changed, in words."""
    change, scene = _change(session, content), session.scene(code)
    with speaking(code):
        if change.channel:
            stamp = f"{scene.cast.stamp(change.at)} UTC"
            row = session.stage.channel_rows[change.channel]
            return {"about": f"{scene.cast.channel(row)}.", "changed": phrase(code, "fork_down"),
                    "stamp": stamp}  # fmt: skip
        request = session.game.table.asked[change.request]
        if change.choice is None:
            changed = phrase(code, "fork_not")
        else:
            changed = option_of(request, change.choice, scene.cast)
        if change.later:
            changed += f" ({phrase(code, 'fork_after', minutes=change.later // MINUTE)})"
        return {"about": question_of(scene, request), "changed": changed,
                "stamp": f"{scene.cast.stamp(request.time)} UTC"}  # fmt: skip


def _change(session: Session, content: dict[str, Any]) -> Change:
    try:
        if content.get("channel"):
            name, at = str(content["channel"]), int(content["at"])
            if name not in session.stage.channel_rows:
                raise Refused("no_such_channel")
            return Change(channel=name, at=at, lasting=int(content["minutes"]) * MINUTE)
        request = int(content["request"])
        choice = content.get("choice")
        later = int(content.get("later", 0)) * MINUTE
    except (KeyError, TypeError, ValueError):
        raise Refused("no_such_choice") from None
    asked = session.game.table.asked.get(request)
    if asked is None:
        raise Refused("no_such_choice")
    if choice is not None and not (isinstance(choice, int) and 0 <= choice < asked.options):
        raise Refused("no_such_choice")
    return Change(request, choice, later)


def worth_of(session: Session, content: dict[str, Any], code: str) -> dict[str, Any]:
    """Return what a choice was worth over many worlds, in words; raises Refused if nobody can say.

    It takes seconds, and touches nothing of the session.
    """
    try:
        request = session.game.table.asked[int(content["request"])]
        choice = int(content["choice"])
    except (KeyError, TypeError, ValueError):
        raise Refused("no_such_choice") from None
    if not 0 <= choice < request.options:
        raise Refused("no_such_choice")
    if not comes_up_everywhere(session.stage, request):
        raise Refused("worth_not")
    found = worth(session.stage, session.setup, request, choice)
    change = found.difference
    with speaking(code):
        text = phrase(
            code, "worth_is", worlds=whole(change.worlds), chosen=whole(int(found.chosen.sum())),
            otherwise=whole(int(found.otherwise.sum())), change=number(100 * change.value),
            low=number(100 * change.interval.low), high=number(100 * change.interval.high),
        )  # fmt: skip
        if not change.detectable:
            text += " " + phrase(code, "worth_null")
    return {"text": text}


def told(session: Session, found: Fork, code: str) -> dict[str, Any]:
    """Return a fork in words: where it first differs, what came of it, what was held fixed."""
    with speaking(code):
        cast = session.scene(code).cast
        was, would = peak_rung(found.game, cast), peak_rung(found.fork, cast)
        said: dict[str, Any] = {
            "differs": found.differs,
            "peaks": [was, would],
            "peak": phrase(
                code, "peak_was", was=f"{was} ({RUNGS[was]})", would=f"{would} ({RUNGS[would]})"
            ),
            "note": phrase(code, "fork_model")
            if found.left_to_model
            else phrase(code, "fork_note", kept=found.kept, dropped=found.dropped),
            "rows": [],
        }
        if found.differs is None:
            said["first"] = phrase(code, "fork_same")
            return said
        said["first"] = f"{cast.day(found.differs)}, {cast.hour(found.differs)} UTC"
        numbers = numbered(found.game, found.fork)
        left, right = (
            [e for _, _, e in Teller(h, cast, numbers).entries() if e and e.time >= found.differs]
            for h in (found.game, found.fork)
        )
        rows = [row for row in aligned(left, right) if _text(row[0]) != _text(row[1])]
        said["rows"] = [
            {"stamp": cast.stamp((a or b).time), "was": _said(a), "would": _said(b)}  # type: ignore[union-attr]
            for a, b in rows[:_SHOWN]
        ]
        return said


def _text(entry: Entry | None) -> str:
    return "" if entry is None else entry.text


def _said(entry: Entry | None) -> str:
    return "" if entry is None else f"{TONES[entry.tone]}. {entry.text}"


def decisions(session: Session, code: str) -> list[dict[str, Any]]:
    """Return every question that people were asked, and what they replied, for the debrief."""
    replies = {m.request: m for m in session.moves() if m.request != -1}
    channels = {row: name for name, row in session.stage.channel_rows.items()}
    scene = session.scene(code)
    with speaking(code):
        found = []
        for request in sorted(
            session.game.table.asked.values(), key=lambda r: (r.time, r.identity)
        ):
            chair = session.seating.chair_of(request)
            move = replies.get(request.identity)
            found.append(
                {
                    "request": str(request.identity),
                    "kind": request.asked.name.lower(),
                    "chair": "" if chair is None else chair.name,
                    "question": question_of(scene, request),
                    "reply": _replied(request, move, scene.cast),
                    "asked": f"{scene.cast.stamp(request.time)} UTC",
                    "replied": "" if move is None else f"{scene.cast.stamp(move.time)} UTC",
                    "choice": None if move is None else move.choice,
                    "options": request.options,
                    "channel": channels.get(request.channel, ""),
                    "time": request.time,
                    "choices": [
                        option_of(request, choice, scene.cast)
                        for choice in range(request.options)
                        if request.asked in (Asked.ACT, Asked.CONSENT, Asked.SAY)
                    ],
                    "everywhere": comes_up_everywhere(session.stage, request),
                }
            )
        return found


def _replied(request: Request, move: Move | None, cast: Cast) -> str:
    """Return what people replied, in words; to do nothing about a call is no reply."""
    if move is None or (move.choice == 0 and request.asked in (Asked.CALL, Asked.HALT)):
        return ""
    return option_of(request, move.choice, cast)
