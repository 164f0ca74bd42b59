"""The brief of each role, which holds what that role may know and nothing else.

That is its own side's forces and channels, of all others the kinds of forces that are public, and
the text that the scenario itself has for the role. Injects, strikes, causes, arms and the settings
of channels are never read here.
"""

from __future__ import annotations

from typing import Final

from sim.handouts.paper import Bullets, Heading, Lines, Paragraph, Part, Sheet, Table
from sim.handouts.roles import Role, channels_of, role_title
from sim.scenario.models import OBSERVER, WATCH, Force
from sim.show.speaker import Speaker

_ASKED, _WANTED, _NOTES = 4, 2, 5  # how many questions, aims, lines for notes


def brief(speaker: Speaker, role: Role) -> Sheet:
    """Return the brief of a role."""
    title = role_title(speaker, role)
    parts: list[Part] = [
        Paragraph(title, strong=True),
        Paragraph(speaker.say("brief.secret")),
        Heading(speaker.say("brief.who")),
        Paragraph(_who(speaker, role)),
    ]
    if role.name in speaker.scenario.briefs:
        parts.append(Paragraph(speaker.text(speaker.scenario.briefs[role.name])))
    parts += [
        Heading(speaker.say("brief.want")),
        Bullets(speaker.each(f"brief.want_{role.desk}", _WANTED)),
    ]
    if role.bloc:
        parts += [Heading(speaker.say("brief.own")), *_own(speaker, role)]
    parts += [Heading(speaker.say("brief.public")), *_public(speaker, role)]
    if role.bloc:
        parts += [Heading(speaker.say("brief.may_use")), _talk(speaker, role)]
        parts += [Heading(speaker.say("brief.ask")), Bullets(speaker.each("brief.ask", _ASKED))]
    parts.append(Lines(speaker.say("brief.notes"), _NOTES))
    audience = speaker.say("sheet.one_role", role=title)
    return Sheet(f"brief_{role.name}", speaker.say("doc.brief"), audience, tuple(parts))


def _who(speaker: Speaker, role: Role) -> str:
    if role.desk == OBSERVER:
        return speaker.say("brief.observer")
    return speaker.say(f"brief.{role.desk}", actor=speaker.actor(role.actor))


def _of_side(speaker: Speaker, role: Role) -> list[Force]:
    """Return the forces of a role's own side; an observer has none."""
    actors = speaker.scenario.actors
    own = [
        force
        for force in speaker.scenario.forces
        if role.bloc and actors[force.actor].bloc == role.bloc
    ]
    return sorted(own, key=lambda force: (force.actor, force.kind, force.id))


def _own(speaker: Speaker, role: Role) -> list[Part]:
    """Return a side's own forces: a watch knows where and when, a capital what there is."""
    forces = _of_side(speaker, role)
    if not forces:
        return [Paragraph(speaker.say("brief.own_none"))]
    keys = ["manual.actor", "brief.unit", "brief.count"]
    shares: tuple[float, ...] = (0.35, 0.5, 0.15)
    if role.desk == WATCH:
        keys += ["brief.where", "brief.when"]
        shares = _WATCH_SHARES
    rows = []
    for force in forces:
        row = [speaker.actor(force.actor), speaker.unit(force)]
        row.append(speaker.language.number(force.number))
        if role.desk == WATCH:
            row += [_where(speaker, force), _when(speaker, force)]
        rows.append(tuple(row))
    return [Table(tuple(speaker.say(key) for key in keys), tuple(rows), shares)]


_WATCH_SHARES: Final = (0.18, 0.27, 0.11, 0.22, 0.22)


def _where(speaker: Speaker, force: Force) -> str:
    moves = force.moves
    if moves.box is not None:
        return speaker.place(moves.box)
    kind = "station" if moves.station else "racetrack" if moves.racetrack else "route"
    return speaker.say(f"brief.{kind}")


def _when(speaker: Speaker, force: Force) -> str:
    if force.sorties is None:
        return speaker.say("brief.always")
    lasting = speaker.language.lasting
    every, spent = lasting(force.sorties.every), lasting(force.sorties.lasting)
    return speaker.say("brief.rhythm", every=every, lasting=spent)


def _public(speaker: Speaker, role: Role) -> list[Part]:
    """Return which kinds of forces others have, and nothing that tells them apart."""
    kinds: dict[str, set[str]] = {}
    own = {force.id for force in _of_side(speaker, role)}
    for force in speaker.scenario.forces:
        if force.id not in own:
            kinds.setdefault(force.actor, set()).add(force.kind)
    if not kinds:
        return [Paragraph(speaker.say("manual.no_talk"))]
    rows = tuple(
        (speaker.actor(actor), ", ".join(speaker.say(f"unit.{kind}") for kind in sorted(found)))
        for actor, found in sorted(kinds.items())
    )
    head = speaker.say("manual.actor"), speaker.say("brief.kinds")
    return [Table(head, rows, (0.3, 0.7)), Paragraph(speaker.say("brief.no_more"))]


def _talk(speaker: Speaker, role: Role) -> Table | Paragraph:
    """Return the channels in a role's hands."""
    scenario = speaker.scenario
    rows = []
    for channel in channels_of(scenario, role):
        others = [end for end in channel.ends if scenario.actors[end].bloc != role.bloc]
        carried = ", ".join(speaker.say(f"carries.{kind}") for kind in channel.carries)
        opens = channel.opens is not None and channel.opens > scenario.start
        name = speaker.channel(channel)
        if opens and channel.opens is not None:
            name += f" ({speaker.say('brief.opens')}: {speaker.language.moment(channel.opens)})"
        covered = [key for key in channel.covers if scenario.actors[key].bloc == role.bloc]
        rows.append((name, speaker.actors(others), carried or "–", speaker.actors(covered) or "–"))
    if not rows:
        return Paragraph(speaker.say("brief.talk_none"))
    keys = ("manual.way", "brief.with", "brief.carries", "brief.covers")
    return Table(tuple(speaker.say(key) for key in keys), tuple(rows), (0.34, 0.18, 0.3, 0.18))
