"""Who sits in the room: a watch and a capital on each side, and an observer; and what each sees."""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.scenario import Scenario
from sim.scenario.models import CAPITAL, OBSERVER, WATCH, Channel
from sim.show.speaker import Speaker

LINES: Final = frozenset({"deconfliction_line", "syria_line"})
"""The kinds of channel that a watch holds; the others are for capitals."""

_CENTRES: Final = {"United States": "role.eucom", "Russia": "role.ndmc"}
"""The watches that have a name, by the state they serve."""


class Role(NamedTuple):
    """A seat: its name in files, its desk, and the bloc and the actor it acts for, if any."""

    name: str
    desk: str
    bloc: str = ""
    actor: str = ""


def roles(scenario: Scenario) -> tuple[Role, ...]:
    """Return the seats of a scenario: watches, capitals, observer."""
    seats = [
        Role(f"{bloc}_{desk}", desk, bloc, scenario.leader(bloc))
        for desk in (WATCH, CAPITAL)
        for bloc in scenario.blocs
    ]
    return (*seats, Role(OBSERVER, OBSERVER))


def role_title(speaker: Speaker, role: Role) -> str:
    """Return what a seat is called."""
    if not role.bloc:
        return speaker.say("role.observer")
    if not role.actor:
        return speaker.say(f"role.{role.desk}", actor=speaker.side(role.bloc))
    centre = _CENTRES.get(str(speaker.scenario.actors[role.actor].name))
    if role.desk == WATCH and centre is not None:
        return speaker.say(centre)
    return speaker.say(f"role.{role.desk}", actor=speaker.actor(role.actor))


def channels_of(scenario: Scenario, role: Role) -> list[Channel]:
    """Return the channels that a seat may use: of its own side, and of its desk."""
    return [
        one
        for one in scenario.channels.values()
        if any(scenario.actors[end].bloc == role.bloc for end in one.ends)
        and (one.use is None or (one.use in LINES) == (role.desk == WATCH))
    ]


def named_places(scenario: Scenario) -> list[str]:
    """Return the areas and sites that everyone may know.

    A place that only an inject or only a strike names would tell of what has not come yet.
    """
    told = {
        inject.incident.near
        for inject in scenario.injects
        if inject.incident is not None and isinstance(inject.incident.near, str)
    }
    told |= {strikes.into for strikes in scenario.strikes}
    known = {force.moves.box for force in scenario.forces if force.moves.box}
    known |= {name for name, site in scenario.sites.items() if site.critical}
    return [
        name for name in (*scenario.areas, *scenario.sites) if name in known or name not in told
    ]
