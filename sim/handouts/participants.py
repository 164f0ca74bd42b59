"""What everyone in the room is handed: manual, slips, ladder, map and feedback form.

Nothing here comes from injects, strikes, arms or the scenario's question, which tell what is to
come, and no force is named.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sim.handouts.paper import (
    BOX,
    Bullets,
    Card,
    Heading,
    Lines,
    Paragraph,
    Part,
    Picture,
    Sheet,
    Step,
    Table,
)
from sim.handouts.roles import named_places
from sim.scenario.kinds import RESPONSES, Cause
from sim.scenario.models import EVERYONE
from sim.show.speaker import Speaker
from sim.show.words import RUNGS

_SLIPS: Final = 2  # slips on a page
_MARKS: Final = "1   2   3   4   5"
_CAUSE_SHARES: Final = (0.38, 0.12, 0.38, 0.12)
_STEPS, _RULES, _FEEDBACK, _OPEN = 5, 4, 5, 4  # how many of each there are
_ROOM: Final = 2  # lines to answer a question
_MARK_SHARES: Final = (0.74, 0.26)


def manual(speaker: Speaker) -> Sheet:
    """Return the situation manual."""
    scenario = speaker.scenario
    start = speaker.language.moment(scenario.start)
    end = speaker.language.moment(scenario.start + timedelta(milliseconds=scenario.duration))
    parts: list[Part] = [
        Paragraph(speaker.text(scenario.scenario), strong=True),
        Paragraph(speaker.say("manual.about")),
        Heading(speaker.say("manual.setting")),
        Paragraph(speaker.say("manual.period", start=start, end=end)),
    ]
    if EVERYONE in scenario.briefs:
        parts.append(Paragraph(speaker.text(scenario.briefs[EVERYONE])))
    parts += [Heading(speaker.say("manual.sides")), _sides(speaker)]
    if named_places(scenario):
        parts += [Heading(speaker.say("manual.places")), _places(speaker)]
    parts += [Heading(speaker.say("manual.talk")), _talk(speaker)]
    parts += [
        Heading(speaker.say("manual.how")),
        Bullets(speaker.each("manual.step", _STEPS)),
        Heading(speaker.say("manual.rules")),
        Bullets(speaker.each("manual.rule", _RULES)),
    ]
    return _for_all(speaker, "manual", parts)


def _for_all(speaker: Speaker, name: str, parts: list[Part], wide: bool = False) -> Sheet:
    title, audience = speaker.say(f"doc.{name}"), speaker.say("sheet.everyone")
    return Sheet(name, title, audience, tuple(parts), wide=wide)


def _sides(speaker: Speaker) -> Table:
    """Return who takes part, and on which side."""
    rows = []
    for key, actor in speaker.scenario.actors.items():
        side = speaker.side(actor.bloc)
        said = speaker.say("manual.leads", side=side) if actor.leads and actor.bloc else side
        rows.append((speaker.actor(key), said))
    head = speaker.say("manual.actor"), speaker.say("manual.side")
    return Table(head, tuple(rows), (0.5, 0.5))


def _places(speaker: Speaker) -> Table:
    """Return the areas and sites that everyone knows."""
    rows = []
    for key in named_places(speaker.scenario):
        site = speaker.scenario.sites.get(key)
        kind = "area" if site is None else "critical" if site.critical else "site"
        rows.append((speaker.place(key), speaker.say(f"manual.{kind}")))
    head = speaker.say("manual.place"), speaker.say("manual.what")
    return Table(head, tuple(rows), (0.5, 0.5))


def _talk(speaker: Speaker) -> Table | Paragraph:
    """Return the channels that exist, without what they are worth."""
    rows = []
    for channel in speaker.scenario.channels.values():
        one, other = (speaker.actor(end) for end in channel.ends)
        rows.append((speaker.channel(channel), speaker.say("manual.pair", one=one, other=other)))
    if not rows:
        return Paragraph(speaker.say("manual.no_talk"))
    return Table(
        (speaker.say("manual.way"), speaker.say("manual.between")), tuple(rows), (0.5, 0.5)
    )


def slips(speaker: Speaker) -> Sheet:
    """Return a page of decision slips."""
    causes = tuple(speaker.say(f"cause.{cause.name.lower()}") for cause in Cause)
    pairs = tuple(zip(causes[::2], causes[1::2], strict=True))
    acts = tuple(speaker.say(f"act.{response.act.name.lower()}") for response in RESPONSES)
    slip = Card((
        Table(
            (speaker.say("slip.role"), speaker.say("slip.card"), speaker.say("card.time")),
            (("", "", ""),), (0.4, 0.2, 0.4), tall=True,
        ),
        Paragraph(speaker.say("slip.believe"), strong=True),
        Table((), tuple((one, "%", other, "%") for one, other in pairs), _CAUSE_SHARES),
        Lines(speaker.say("slip.call"), 1),
        Paragraph(speaker.say("slip.act"), strong=True),
        Paragraph("   ".join(f"{BOX}\u00a0{_bound(act)}" for act in acts)),
        Lines(speaker.say("slip.why"), 1),
        Lines(speaker.say("slip.by")),
    ))  # fmt: skip
    return _for_all(speaker, "slips", [slip] * _SLIPS)


def _bound(text: str) -> str:
    """Return a text that no line end parts."""
    return text.replace(" ", "\u00a0")


def ladder(speaker: Speaker) -> Sheet:
    """Return the ladder as a poster, war at the top."""
    steps = [
        Step(str(rung), speaker.say(f"rung.{rung}"), speaker.say(f"rung_means.{rung}"))
        for rung in reversed(range(len(RUNGS)))
    ]
    return _for_all(speaker, "ladder", [Paragraph(speaker.say("ladder.about")), *steps])


def map_sheet(speaker: Speaker) -> Sheet:
    """Return the map to draw on."""
    from sim.show.map_sheet import draw_map_sheet, grey_png

    names = {key: speaker.place(key) for key in named_places(speaker.scenario)}
    axes, mapped = draw_map_sheet(
        speaker.scenario, names, speaker.language.country, _scale(speaker)
    )
    places = ", ".join(names.values()) or speaker.text(speaker.scenario.scenario)
    picture = Picture(grey_png(axes), speaker.say("map.alt", places=places))
    sheet = _for_all(speaker, "map", [Paragraph(speaker.say("map.about")), picture], wide=True)
    return sheet._replace(notes=(speaker.say("map.credit" if mapped else "map.off"),))


def _scale(speaker: Speaker) -> Callable[[int], str]:
    """Return what puts the length of the scale into words."""
    return lambda length: speaker.say("map.kilometres", number=speaker.language.number(length))


def feedback(speaker: Speaker) -> Sheet:
    """Return the form for those who took part."""
    parts: list[Part] = [
        Paragraph(speaker.say("feedback.about")),
        Heading(speaker.say("eval.marks")),
        marks_table(speaker.each("feedback.mark", _FEEDBACK)),
        *(Lines(text, _ROOM) for text in speaker.each("feedback.open", _OPEN)),
    ]
    return _for_all(speaker, "feedback", parts)


def marks_table(rows: tuple[str, ...]) -> Table:
    """Return statements with the marks from 1 to 5 to ring."""
    return Table((), tuple((row, _MARKS) for row in rows), _MARK_SHARES, tall=True)
