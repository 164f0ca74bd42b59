"""The theatre: a scenario laid out on the plane, before anything happens in it.

Everything is put in order of name or identity here, so that nothing later can depend on the order
in which a file lists its parts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import shapely

from sim.draws import root
from sim.errors import Problem, ScenarioError
from sim.scenario.kinds import UNIT_KINDS, UnitKind
from sim.scenario.models import Force, Inject, Position, Scenario, Strikes
from sim.world.courses import Course, lay
from sim.world.geography import Point, Projection, inland, polygon, territory, whole
from sim.world.routines import NO_ROUTINE, Routine

NOBODY: Final = -1
THIRD_PARTY: Final = -1


@dataclass(frozen=True, slots=True)
class Actor:
    """A state. ``bloc`` and ``supporters`` are rows of the theatre's blocs, -1 for none."""

    name: str
    title: str
    bloc: int
    leads: bool
    supporters: int


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit, or one surge element of it (``surge`` 1, 2, …, flown only as activity rises).

    ``force_row`` is the row of its course in the theatre.
    """

    id: str
    force: str
    force_row: int
    actor: int
    bloc: int
    kind: UnitKind
    identity: int
    alert: bool
    surge: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An actor onto whose land a weapon bound for a site may stray, and where it comes down."""

    actor: int
    distance: float
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Target:
    """A site that strikes are aimed at. ``owner`` holds the land it stands on, or -1."""

    x: int
    y: int
    critical: bool
    owner: int
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Theatre:
    """A scenario on the plane. Rows of actors, units, strikes and injects are in a fixed order.

    Times are milliseconds from the scenario's start, places whole metres. ``raw_contacts_per_year``
    is what base activity (marks up to 1) brings about, ``noteworthy`` the share of it that is
    recorded, ``recorded_per_year_expected`` their product, which falls short of the target where
    the forces meet too seldom.
    """

    scenario: Scenario
    projection: Projection
    blocs: tuple[str, ...]
    actors: tuple[Actor, ...]
    actor_index: Mapping[str, int]
    units: tuple[Unit, ...]
    unit_index: Mapping[str, int]
    courses: tuple[Course, ...]
    areas: Mapping[str, shapely.Polygon]
    sites: Mapping[str, Target]
    strikes: tuple[Strikes, ...]
    injects: tuple[Inject, ...]
    start_ms: int
    horizon_ms: int
    a_max: float
    routine: Routine = NO_ROUTINE
    raw_contacts_per_year: float = 0.0
    noteworthy: float = 0.0
    recorded_per_year_target: float = 0.0
    recorded_per_year_expected: float = 0.0

    def leader(self, bloc: int) -> int:
        """Return the row of the actor that leads a bloc: the one marked so, or the first."""
        members = [row for row, actor in enumerate(self.actors) if actor.bloc == bloc]
        return next((row for row in members if self.actors[row].leads), members[0])

    def metres(self, longitude: float, latitude: float) -> Point:
        """Return the place of a position."""
        return self.projection.metres(longitude, latitude)

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """Return the longitude and latitude of a place."""
        return self.projection.degrees(x, y)

    def site_owner(self, site: str) -> int:
        """Return the row of the actor on whose land a site stands, -1 for none."""
        return self.sites[site].owner

    def stray_sides(self) -> list[tuple[int, int]]:
        """Return (victim, attacker) for every neighbour that a stray may fall upon."""
        return sorted(
            {
                (neighbour.actor, self.actor_index[strikes.actor])
                for strikes in self.strikes
                for neighbour in neighbours(self, strikes)
            }
        )

    def attack_sides(self) -> list[tuple[int, int]]:
        """Return (struck, leader of the supporters) for every third-party attack on a bloc."""
        found = set()
        for strikes in self.strikes:
            author = self.actors[self.actor_index[strikes.actor]]
            struck = self.site_owner(strikes.into)
            if struck == NOBODY or author.bloc >= 0 or author.supporters < 0:
                continue
            if self.actors[struck].bloc == 1 - author.supporters:
                found.add((struck, self.leader(author.supporters)))
        return sorted(found)

    def inject_identity(self, name: str) -> int:
        """Return the identity of the inject with this id; raises KeyError if there is none."""
        if all(inject.id != name for inject in self.injects):
            raise KeyError(name)
        return root(f"inject|{name}")

    def place_of(self, actor: int) -> Point:
        """Return where an actor's own incidents take place: amid its forces, or its targets."""
        rows = {unit.force_row for unit in self.units if unit.actor == actor}
        places = [shapely.centroid(self.courses[row].hull).coords[0] for row in sorted(rows)]
        if not places:
            places = [
                (neighbour.x, neighbour.y)
                for site in sorted(self.sites)
                for neighbour in self.sites[site].neighbours
                if neighbour.actor == actor
            ]
        if not places:
            return 0, 0
        x = math.fsum(place[0] for place in places) / len(places)
        y = math.fsum(place[1] for place in places) / len(places)
        return whole(x), whole(y)

    def place(self, near: str | Position | None) -> Point:
        """Return the place of a site, an area's middle or a position; by default the centre."""
        if near is None:
            return 0, 0
        if not isinstance(near, str):
            return self.metres(near[0], near[1])
        if near in self.sites:
            return self.sites[near].x, self.sites[near].y
        x, y = shapely.centroid(self.areas[near]).coords[0]
        return whole(x), whole(y)


def neighbours(theatre: Theatre, strikes: Strikes) -> tuple[Neighbour, ...]:
    """Return the actors that a stray of these strikes may fall upon.

    They belong to the bloc that is not the attacker's; a third party's own attacks, and strikes on
    the struck actor itself, make no strays.
    """
    attacker = theatre.actors[theatre.actor_index[strikes.actor]]
    target = theatre.sites[strikes.into]
    if attacker.bloc < 0:
        return ()
    return tuple(
        each
        for each in target.neighbours
        if theatre.actors[each.actor].bloc == 1 - attacker.bloc and each.actor != target.owner
    )


def lay_out(scenario: Scenario) -> Theatre:
    """Return the theatre of a scenario, before its rate of contacts is known.

    Raises ScenarioError if its actors do not form exactly two blocs.
    """
    if len(scenario.blocs) != 2:
        blocs = ", ".join(scenario.blocs) or "none"
        rule = "a scenario needs exactly two blocs"
        hint = "Give each actor one of two blocs, or none for a third party"
        raise ScenarioError([Problem("", 0, 0, "actors", blocs, rule, hint)])
    projection = Projection(scenario.map)
    actors = _actors(scenario)
    index = {actor.name: row for row, actor in enumerate(actors)}
    forces = sorted(scenario.forces, key=lambda force: force.id)
    areas = {name: polygon(name, scenario.areas[name], projection) for name in scenario.areas}
    parameters = scenario.parameters
    units = _units(forces, actors, index, math.ceil(scenario.a_max))
    return Theatre(
        scenario=scenario,
        projection=projection,
        blocs=scenario.blocs,
        actors=actors,
        actor_index=index,
        units=units,
        unit_index={unit.id: row for row, unit in enumerate(units)},
        courses=tuple(lay(force, areas, projection) for force in forces),
        areas=areas,
        sites=_sites(scenario, actors, projection),
        strikes=tuple(sorted(scenario.strikes, key=_strikes_key)),
        injects=tuple(sorted(scenario.injects, key=lambda i: (i.at, i.id or "", i.title))),
        start_ms=0 if scenario.begins else -parameters.warm_up,
        horizon_ms=scenario.duration,
        a_max=scenario.a_max,
    )


def _strikes_key(strikes: Strikes) -> tuple[str, ...]:
    """Return what strikes are put in order by: their name, else everything they say."""
    return strikes.id or "", strikes.actor, strikes.into, strikes.model_dump_json()


def _actors(scenario: Scenario) -> tuple[Actor, ...]:
    """Return the actors in order of their names."""
    row = {bloc: at for at, bloc in enumerate(scenario.blocs)}
    return tuple(
        Actor(
            name,
            actor.name,
            row.get(actor.bloc or "", THIRD_PARTY),
            actor.leads,
            row.get(actor.supporters or "", NOBODY),
        )
        for name, actor in sorted(scenario.actors.items())
    )


def _units(
    forces: list[Force], actors: tuple[Actor, ...], index: Mapping[str, int], layers: int
) -> tuple[Unit, ...]:
    """Return every unit and surge element, in order of their ids."""
    found = []
    for force_row, force in enumerate(forces):
        kind = UNIT_KINDS[force.kind]
        actor = index[force.actor]
        bloc = actors[actor].bloc
        surges = layers if force.sorties and not kind.alert and bloc >= 0 else 1
        for n in range(1, force.number + 1):
            for surge in range(surges):
                mark = f"+{surge}" if surge else ""
                text = f"unit|{force.id}|{n}" + (f"|{mark}" if mark else "")
                unit = Unit(
                    f"{force.id}/{n}{mark}", force.id, force_row, actor, bloc, kind, root(text),
                    kind.alert, surge,
                )  # fmt: skip
                found.append(unit)
    return tuple(sorted(found, key=lambda unit: unit.id))


def lands(
    scenario: Scenario, actors: tuple[Actor, ...], projection: Projection
) -> dict[int, shapely.Geometry]:
    """Return the land of each actor, by its row, as far as the base map knows it."""
    found = {
        row: territory(scenario.actors[actor.name].country or actor.title, projection)
        for row, actor in enumerate(actors)
    }
    return {row: land for row, land in found.items() if land is not None}


def _sites(
    scenario: Scenario, actors: tuple[Actor, ...], projection: Projection
) -> dict[str, Target]:
    """Return every site with the land it stands on and, where struck, who lives nearby."""
    known = lands(scenario, actors, projection)
    struck = {strikes.into for strikes in scenario.strikes}
    return {
        name: _target(
            projection.metres(*site.at), site.critical, known if name in struck else None, known
        )
        for name, site in sorted(scenario.sites.items())
    }


def _target(
    at: Point,
    critical: bool,
    around: Mapping[int, shapely.Geometry] | None,
    lands: Mapping[int, shapely.Geometry],
) -> Target:
    """Return one site; ``around`` holds the lands to look for neighbours in, if any."""
    spot = shapely.Point(at)
    owner = next((row for row in sorted(lands) if lands[row].covers(spot)), NOBODY)
    found = [
        Neighbour(row, float(lands[row].distance(spot)), *inland(lands[row], at))
        for row in sorted(around or {})
        if row != owner
    ]
    return Target(at[0], at[1], critical, owner, tuple(found))
