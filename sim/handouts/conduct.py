"""What those who run the room hold: inject cards, the run sheet and the evaluators' form."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from sim.handouts.event_numbers import counted
from sim.handouts.event_rows import in_order, type_of
from sim.handouts.paper import (
    BOX,
    Bullets,
    Card,
    Heading,
    Lines,
    Paragraph,
    Part,
    Sheet,
    Table,
)
from sim.handouts.participants import marks_table
from sim.handouts.roles import role_title, roles
from sim.scenario import Scenario, arm_names
from sim.scenario.models import Inject
from sim.show.speaker import Speaker

_ALPHABET: Final = "23456789CDFGHJKLMNPQRTVWXZ"  # no vowels, so no words; nothing read for another
_SHORTEST: Final = 3
_BLANK_LINES: Final = 4
_BLANK_CARDS: Final = 2
_OTHERWISE, _DEBRIEF, _EVALUATED, _SEEN = 6, 3, 5, 8  # how many of each there are


def codes(scenario: Scenario) -> list[str]:
    """Return a short code for each inject in order of time, which tells nothing of that order.

    It stays what it is when other injects come and go, but for the rare one that is already taken.
    """
    found: list[str] = []
    for inject in in_order(scenario.injects):
        identity = inject.id or f"{inject.at.isoformat()}|{inject.title}"
        digest = sha256(f"{scenario.scenario}|{identity}".encode()).digest()
        letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest)
        size = _SHORTEST
        while letters[:size] in found and size < len(letters):
            size += 1
        found.append(letters[:size])
    return found


def cards(speaker: Speaker) -> Sheet:
    """Return the inject cards, and two to write on."""
    scenario = speaker.scenario
    injects = in_order(scenario.injects)
    parts: list[Part] = [
        _card(speaker, inject, code) for inject, code in zip(injects, codes(scenario), strict=True)
    ]
    if not parts:
        parts.append(Paragraph(speaker.say("card.none")))
    parts += [_blank(speaker)] * _BLANK_CARDS
    audience = f"{speaker.say('sheet.facilitator')}. {speaker.say('sheet.cut')}."
    return Sheet("cards", speaker.say("doc.cards"), audience, tuple(parts))


def _seats(speaker: Speaker) -> Bullets:
    return Bullets(tuple(role_title(speaker, role) for role in roles(speaker.scenario)), BOX)


def _card(speaker: Speaker, inject: Inject, code: str) -> Card:
    """Return a card: what is reported, and neither its cause nor what is expected of anybody."""
    time = f"{speaker.say('card.time')}: {speaker.language.moment(inject.at)}"
    parts: list[Heading | Paragraph | Bullets | Lines | Table] = [
        Paragraph(speaker.say("sheet.exercise")),
        Heading(speaker.say("card.code", code=code)),
        Paragraph(time),
        Paragraph(speaker.text(inject.title), strong=True),
    ]
    if inject.room is not None and inject.room.delivery:
        delivery = speaker.text(inject.room.delivery)
        parts.append(Paragraph(f"{speaker.say('card.delivery')}: {delivery}"))
    parts += [Paragraph(f"{speaker.say('card.to')}:"), _seats(speaker)]
    return Card((*parts, Paragraph(speaker.say("card.next"))))


def _blank(speaker: Speaker) -> Card:
    return Card((
        Paragraph(speaker.say("sheet.exercise")),
        Heading(speaker.say("card.blank")),
        Lines(speaker.say("card.time")),
        Lines("", _BLANK_LINES),
        Paragraph(f"{speaker.say('card.to')}:"), _seats(speaker),
        Paragraph(speaker.say("card.next")),
    ))  # fmt: skip


def run_sheet(speaker: Speaker) -> Sheet:
    """Return the facilitator's sheet, which tells everything."""
    scenario = speaker.scenario
    parts: list[Part] = [
        Paragraph(speaker.text(scenario.scenario), strong=True),
        Heading(speaker.say("run.question")),
        Paragraph(speaker.text(scenario.question)),
        Heading(speaker.say("run.print")),
        _printed(speaker),
        Heading(speaker.say("run.events")),
        *_events(speaker),
    ]
    dated = _dated_strikes(speaker)
    if dated:
        parts += [Heading(speaker.say("run.strikes")), Bullets(dated, BOX)]
    parts += [
        Heading(speaker.say("run.otherwise")),
        Table(
            (speaker.say("run.if"), speaker.say("run.then")),
            tuple(zip(speaker.each("run.if", _OTHERWISE), speaker.each("run.then", _OTHERWISE),
                      strict=True)),
            (0.32, 0.68),
        ),
        Heading(speaker.say("run.debrief")),
        Bullets(speaker.each("run.debrief", _DEBRIEF)),
        Heading(speaker.say("run.arms")),
        Bullets(tuple(speaker.arm(name) for name in arm_names(scenario))),
    ]  # fmt: skip
    title, audience = speaker.say("doc.run_sheet"), speaker.say("sheet.facilitator")
    return Sheet("run_sheet", title, audience, tuple(parts))


_PRINTED: Final = {
    "manual": ("manual",), "brief": ("brief",), "slips": ("slips",), "wall": ("map", "ladder"),
    "own": ("cards", "run_sheet"), "after": ("evaluator", "feedback"),
}  # fmt: skip


def _printed(speaker: Speaker) -> Bullets:
    """Return what is to be printed how often, to tick."""
    return Bullets(
        tuple(
            speaker.say(
                f"run.print_{key}",
                documents=", ".join(speaker.say(f"doc.{name}") for name in names),
            )
            for key, names in _PRINTED.items()
        ),
        BOX,
    )


def _events(speaker: Speaker) -> list[Part]:
    """Return every inject with all that is known of it."""
    injects = in_order(speaker.scenario.injects)
    if not injects:
        return [Paragraph(speaker.say("run.events_none"))]
    numbers = counted([inject.room.number if inject.room else None for inject in injects])
    parts: list[Part] = []
    for inject, number, code in zip(injects, numbers, codes(speaker.scenario), strict=True):
        label = speaker.say("run.number", number=number, code=code)
        time = speaker.say("card.time"), speaker.language.moment(inject.at)
        rows = (time, *_facts(speaker, inject), (speaker.say("run.given"), ""))
        parts.append(Table((label, speaker.text(inject.title)), rows, (0.3, 0.7)))
    return parts


def _facts(speaker: Speaker, inject: Inject) -> list[tuple[str, str]]:
    """Return what happens in truth, and what the file notes for the room."""
    kind = type_of(inject).replace(" ", "_")
    found: dict[str, str | None] = {
        "type": None if inject.incident else speaker.say(f"event.{kind}")
    }
    incident = inject.incident
    if incident is not None:
        found["type"] = speaker.say(f"incident.{incident.kind}")
        found["by"] = incident.by and speaker.actor(incident.by)
        found["befalls"] = speaker.side_or_actor(incident.victim)
        found["cause"] = speaker.say(f"cause.{incident.cause}")
        found["blamed"] = incident.blamed and speaker.side_or_actor(incident.blamed)
        near = incident.near
        found["near"] = speaker.position(near) if near is not None else None
    acting = inject.alert or inject.gesture
    if acting is not None:
        found["by"] = speaker.actor(acting.actor)
    through = inject.call or inject.outage
    if through is not None:
        found["on"] = speaker.channel(speaker.scenario.channels[through.channel])
    if inject.call is not None:
        found["by"] = speaker.actor(inject.call.by)
    lasting = inject.outage or incident
    if lasting is not None and lasting.lasting is not None:
        found["lasting"] = speaker.language.lasting(lasting.lasting)
    rows = [(speaker.say(f"run.{key}"), text) for key, text in found.items() if text]
    if inject.news is not None and inject.news.to is not None:
        rows.append((speaker.say("card.to"), speaker.side_or_actor(inject.news.to)))
    return rows + _room(speaker, inject)


def _room(speaker: Speaker, inject: Inject) -> list[tuple[str, str]]:
    """Return what the file notes for the room."""
    if inject.room is None:
        return []
    keys = {"delivery": "card.delivery", "expected": "run.expected",
            "responsible": "run.responsible", "notes": "brief.notes"}  # fmt: skip
    noted = ((key, getattr(inject.room, field)) for field, key in keys.items())
    return [(speaker.say(key), speaker.text(text)) for key, text in noted if text]


def _dated_strikes(speaker: Speaker) -> tuple[str, ...]:
    """Return the strikes on given dates that fall into the period."""
    scenario = speaker.scenario
    rows = [
        (moment, strikes)
        for strikes in scenario.strikes
        for moment in strikes.on or ()
        if 0 <= scenario.milliseconds(moment) <= scenario.duration
    ]
    return tuple(
        speaker.say(
            "run.strike", time=speaker.language.moment(moment), actor=speaker.actor(one.actor),
            place=speaker.place(one.into),
        )
        for moment, one in sorted(rows, key=lambda row: (row[0], row[1].into))
    )  # fmt: skip


def evaluator(speaker: Speaker) -> Sheet:
    """Return the evaluators' form."""
    keys = ("eval.time", "slip.role", "eval.known", "eval.decided", "eval.call")
    parts: list[Part] = [
        Paragraph(speaker.say("eval.about"), strong=True),
        Heading(speaker.say("eval.seen")),
        Table(
            tuple(speaker.say(key) for key in keys), (("",) * len(keys),) * _SEEN,
            (0.11, 0.15, 0.28, 0.23, 0.23), tall=True,
        ),
        Heading(speaker.say("eval.marks")),
        marks_table(speaker.each("eval.mark", _EVALUATED)),
        Lines(speaker.say("brief.notes"), _BLANK_LINES),
    ]  # fmt: skip
    title, audience = speaker.say("doc.evaluator"), speaker.say("sheet.evaluator")
    return Sheet("evaluator", title, audience, tuple(parts))
