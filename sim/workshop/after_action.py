"""The after-action report: what was played, observed and believed, beside what was true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sim.errors import RunError
from sim.handouts.event_export import Recorded, list_bytes
from sim.language import speaking
from sim.records import Placed
from sim.show.closing import closing
from sim.show.entries import TONES
from sim.show.telling import Teller
from sim.show.words import moment, own_text
from sim.workshop import asked_again
from sim.workshop.log import Logged
from sim.workshop.replay import beliefs
from sim.workshop.rights import Refused
from sim.workshop.session import Session

_ASKED: Final = 12
"""Questions about the past that the report answers again, the latest."""


def found(session: Session, code: str) -> dict[str, Any]:
    """Return everything the report says, by the names its page has for it."""
    scene = session.scene(code)
    history, cast = scene.history, scene.cast
    noted = observations(session, code)
    with speaking(code):
        begins = session.setup.begins
        rows = [
            {"stamp": f"{cast.stamp(e.time)} UTC", "kind": TONES[e.tone], "text": e.text}
            for _, _, e in Teller(history, cast).entries()
            if e is not None and e.time >= begins
        ]
        return {
            "title": own_text(session.game.scenario.scenario),
            "question": own_text(session.game.scenario.question),
            "span": f"{cast.day(begins)} – {cast.day(session.game.now)}",
            "sat": sorted(session.game.table.sitting),
            "came": closing(history, cast),
            "rows": rows,
            "injects": _injects(session, code),
            "objectives": [
                {"text": text, "noted": [one for one in noted if one["objective"] == number]}
                for number, text in enumerate(session.objectives, 1)
            ],
            "observations": noted,
            "beliefs": beliefs(session, code),
            "counterfactuals": counterfactuals(session, code),
            "feedback": [e.content for e in session.entries() if e.kind == "feedback"],
            "last": session.log.last,
            "seed": session.setup.seed,
            "world": session.setup.world,
            "arm": session.setup.arm,
        }


def observations(session: Session, code: str) -> list[dict[str, Any]]:
    """Return what was observed, each with the event it is about if it was tied to one."""
    scene = session.scene(code)
    found = []
    for entry in session.entries():
        if entry.kind == "observe":
            events = scene.feed(session.seating.chairs[entry.chair]).events
            about = entry.content.get("about", 0)
            event = events[about - 1] if 1 <= about <= len(events) else None
            found.append(
                {
                    "stamp": f"{scene.cast.stamp(entry.time)} UTC",
                    "rating": entry.content.get("rating", ""),
                    "text": entry.content["text"],
                    "objective": entry.content.get("objective", 0),
                    "about": f"{event['stamp']}: {event['text']}" if event else "",
                }
            )
    return found


def counterfactuals(session: Session, code: str) -> list[dict[str, Any]]:
    """Return the questions about the past that were asked, each answered again from its world."""
    asked: dict[str, Logged] = {}
    for entry in session.entries():
        if entry.kind == "what_if":
            asked[repr(sorted(entry.content.items()))] = entry
    found = []
    for entry in list(asked.values())[-_ASKED:]:
        try:
            answer = asked_again.answer(session, entry.content, code)
        except (Refused, RunError):
            continue  # asked of a session that has gone on since in another way
        found.append(
            {
                **asked_again.change_words(session, entry.content, code),
                **{key: answer[key] for key in ("peak", "first", "note", "differs")},
            }
        )
    return found


def _injects(session: Session, code: str) -> list[dict[str, str]]:
    """Return the injects with the times they were planned for and came at."""
    start, cast = session.game.scenario.start, session.scene(code).cast
    came = _came(session)
    return [
        {
            "title": cast.inject(placed.inject),
            "planned": f"{moment(start, placed.time):%Y-%m-%d %H:%M} UTC",
            "actual": f"{moment(start, came[placed.inject]):%Y-%m-%d %H:%M} UTC"
            if placed.inject in came
            else "–",
        }
        for placed in session.stage.world.placed
    ]


def _came(session: Session) -> dict[int, int]:
    """Return when each inject took place, by its row; those that did not are not there."""
    return {r.inject: r.time for r in session.game.history().records if isinstance(r, Placed)}


def events_list(session: Session, suffix: str) -> bytes:
    """Return the list of events with planned and actual times, as a workbook or CSV."""
    scenario, came, cast = session.game.scenario, _came(session), session.scene("en").cast
    recorded = [
        Recorded(
            scenario.start + timedelta(milliseconds=came[row]) if row in came else None,
            cast.inject(row),
        )
        for row in range(len(session.stage.theatre.injects))
    ]
    return list_bytes(scenario, suffix, recorded=recorded)
