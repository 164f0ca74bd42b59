"""The replay: a session from its first minute to its last, as each seat saw it and as it was.

It is one page with everything in it, so that it opens from a stick, without a server.
"""

from __future__ import annotations

from typing import Any, Final

from sim.language import speaking
from sim.records import Happened, Origin, Runged
from sim.scenario.kinds import Cause
from sim.show.moving import units_at
from sim.show.words import CAUSES, RUNGS
from sim.workshop.asked_again import decisions
from sim.workshop.chairs import FACILITATOR, PRESS, Chair
from sim.workshop.maps import Map
from sim.workshop.session import Session

_MOMENTS: Final = 400
"""Moments between which the slider moves, at most; beside those at which something is learned."""


def replayed(session: Session, ground: Map, titles: dict[str, str], code: str) -> dict[str, Any]:
    """Return a session as the page of its replay shows it, as plain values in a language.

    ``titles`` are what the chairs are called. It holds the truth.
    """
    scene = session.scene(code)
    begins, ends = session.setup.begins, session.game.now
    chairs = [
        chair
        for chair in session.seating.chairs.values()
        if chair.name in (FACILITATOR, PRESS) or chair.decides
    ]
    asked, wrote = decisions(session, code), beliefs(session, code)
    views = [
        {"title": titles[chair.name], **_view(session, ground, chair, code, asked, wrote)}
        | {"said": _said(session, chair, titles, code)}
        for chair in chairs
    ]
    step = max(1, (ends - begins) // _MOMENTS)
    times = set(range(begins, ends, step)) | {ends}
    times |= {event["time"] for view in views for event in view["events"]}
    moments = [time for time in sorted(times) if begins <= time <= ends]
    history = scene.history
    levels = [[r.time, r.rung] for r in history.records if isinstance(r, Runged)]
    with speaking(code):
        return {
            "ground": ground.ground(),
            "times": moments,
            "stamps": [f"{scene.cast.day(t)} {scene.cast.hour(t)} UTC" for t in moments],
            "levels": [[0, max(scene.cast.start.levels)], *levels],
            "rungs": list(RUNGS.values()),
            "units": [
                [[ground.spot(x, y) for x, y in places.tolist()] for places in found[:2]]
                for found in (units_at(session.stage, history, time) for time in moments)
            ],
            "views": views,
        }


def _view(
    session: Session,
    ground: Map,
    chair: Chair,
    code: str,
    asked: list[dict[str, Any]],
    wrote: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return what one chair learned, was asked and believed, in order of time."""
    feed = session.scene(code).feed(chair)
    begins, whole = session.setup.begins, chair.name == FACILITATOR
    own = [
        {
            "time": one["time"],
            "stamp": one["asked"],
            "text": one["question"],
            "reply": one["reply"],
            "replied": one["replied"],
        }
        for one in asked
        if one["chair"] == chair.name
    ]
    return {
        "chair": chair.name,
        "bloc": None if whole else chair.bloc,
        "events": [
            {key: event[key] for key in ("time", "stamp", "kind", "tone", "text")}
            for event in feed.events
            if event["time"] >= begins
        ],
        "spots": [[spot["time"], *ground.spot(spot["x"], spot["y"])] for spot in feed.spots],
        "asked": own,
        "beliefs": [one for one in wrote if whole or one["chair"] == chair.name],
    }


def _said(
    session: Session, chair: Chair, titles: dict[str, str], code: str
) -> list[dict[str, Any]]:
    """Return what a chair heard people say, on a line or to the room."""
    cast = session.scene(code).cast
    said = [(one, titles[one["chair"]]) for one in session.sayings if session.hears(chair, one)]
    said += [(one, titles[FACILITATOR]) for one in session.told_news(chair)]
    with speaking(code):
        return [
            {"time": one["time"], "stamp": f"{cast.stamp(one['time'])} UTC", "kind": who,
             "tone": "news", "text": one["text"]}
            for one, who in said
        ]  # fmt: skip


def beliefs(session: Session, code: str) -> list[dict[str, Any]]:
    """Return what people wrote down that they believed, beside what was true and the model's own.

    The truth of a case is that of its gravest incident; of one that only an act made there is none.
    """
    scene = session.scene(code)
    numbers, cases = scene.numbers, scene.cases
    with speaking(code):
        return [
            {
                "time": entry.time,
                "stamp": f"{scene.cast.stamp(entry.time)} UTC",
                "chair": entry.chair,
                "case": numbers.get(case, 0),
                "believed": CAUSES[Cause(entry.content["cause"])],
                "why": entry.content["why"],
                "true": CAUSES[Cause(cases[case].cause)] if _known(cases.get(case)) else "",
                "right": _known(cases.get(case)) and cases[case].cause == entry.content["cause"],
            }
            for entry in session.entries()
            if entry.kind == "belief"
            for case in (int(entry.content["case"]),)
        ]


def _known(story: Any) -> bool:
    return story is not None and any(
        isinstance(one, Happened) and one.origin != Origin.ACT for one in story.incidents
    )
