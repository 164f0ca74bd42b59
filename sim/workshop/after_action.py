"""The after-action report: what was played, observed and believed, beside what was true."""

from __future__ import annotations

from typing import Any

from sim.language import speaking
from sim.records import Happened, Origin, Placed
from sim.scenario.kinds import Cause
from sim.show.casebook import cases_of, numbered
from sim.show.cast import Cast
from sim.show.closing import closing
from sim.show.entries import TONES
from sim.show.telling import Teller
from sim.show.words import CAUSES, moment, own_text
from sim.workshop.session import Session


def found(session: Session, code: str) -> dict[str, Any]:
    """Return everything the report says, by the names its page has for it."""
    history = session.game.history()
    with speaking(code):
        cast = Cast(session.stage)
        numbers = numbered(history)
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
            "sat": sorted(name for name in session.game.table.sitting),
            "came": closing(history, cast),
            "rows": rows,
            "injects": _injects(session, cast),
            "observations": [
                {"stamp": f"{cast.stamp(e.time)} UTC", "rating": e.content.get("rating", ""),
                 "text": e.content["text"]}
                for e in session.entries() if e.kind == "observe"
            ],
            "beliefs": _beliefs(session, cast, numbers),
            "feedback": [e.content for e in session.entries() if e.kind == "feedback"],
            "last": session.log.last,
            "seed": session.setup.seed,
            "world": session.setup.world,
            "arm": session.setup.arm,
        }  # fmt: skip


def _injects(session: Session, cast: Cast) -> list[dict[str, str]]:
    """Return the injects with the times they were planned for and came at."""
    theatre, start = session.stage.theatre, session.game.scenario.start
    history = session.game.history()
    came = {r.identity: r.time for r in history.records if isinstance(r, Placed)}
    return [
        {
            "title": own_text(theatre.injects[placed.inject].title),
            "planned": f"{moment(start, placed.time):%Y-%m-%d %H:%M} UTC",
            "actual": f"{moment(start, came[placed.identity]):%Y-%m-%d %H:%M} UTC"
            if placed.identity in came
            else "–",
        }
        for placed in session.stage.world.placed
    ]


def _beliefs(session: Session, cast: Cast, numbers: dict[int, int]) -> list[dict[str, Any]]:
    """Return what people wrote down that they believed, beside what was true."""
    stories = cases_of(session.game.history())
    truths = {
        r.case: r.cause
        for r in session.game.history().records
        if isinstance(r, Happened) and r.origin != Origin.ACT
    }
    return [
        {
            "stamp": f"{cast.stamp(entry.time)} UTC",
            "chair": entry.chair,
            "case": numbers.get(int(entry.content["case"]), 0),
            "believed": CAUSES[Cause(entry.content["cause"])],
            "why": entry.content["why"],
            "true": CAUSES[Cause(truths[int(entry.content["case"])])]
            if int(entry.content["case"]) in truths and int(entry.content["case"]) in stories
            else "",
        }
        for entry in session.entries()
        if entry.kind == "belief"
    ]
