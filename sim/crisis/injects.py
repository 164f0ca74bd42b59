"""Injects: the scenario's own dated events, and the one grave incident a comparison may place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sim.crisis import rules
from sim.crisis.ladder import DISPLAY_RUNG
from sim.crisis.rules import whole
from sim.crisis.schedule import Rank
from sim.crisis.wrong import Wrong, hostile_rung, lasts, severity_of
from sim.draws import Decision, Luck, child, root
from sim.errors import RunError
from sim.records import NOBODY, Origin, Placed, Seats
from sim.scenario.kinds import (
    INCIDENT_KINDS,
    RESPONSES,
    Act,
    Cause,
    IncidentKind,
    SeverityClass,
)
from sim.scenario.models import Inject, PlacedIncident
from sim.scenario.parameters import Parameters
from sim.world import Theatre, World

if TYPE_CHECKING:
    from sim.crisis.engine import Crisis

_VICTIM, _AUTHOR, _UNIT = 0, 1, 2  # suffixes of what a given incident draws of its sides


class Given(NamedTuple):
    """One grave incident placed in a world, to ask what each arm makes of it.

    ``unit`` is the victim's that it befalls, nobody's where no unit is met.
    """

    time: int
    identity: int
    wrong: Wrong
    unit: int = NOBODY


class Injects:
    """What each kind of inject does when its time comes."""

    def __init__(self, crisis: Crisis) -> None:
        self._crisis = crisis
        self._begun: dict[int, int] = {}
        self._placed = {placed.identity: placed for placed in crisis.world.placed}
        self.agenda: dict[int, int] = {
            placed.identity: placed.time
            for placed in crisis.world.placed
            if not crisis.world.theatre.injects[placed.inject].contingency
        }
        """When each inject that is still to come takes place, by its identity."""

    def begin(self) -> None:
        """Lay the injects down at their times."""
        for identity, time in self.agenda.items():
            if self._crisis.begins <= time < self._crisis.horizon:
                self._lay(identity, time)

    def _lay(self, identity: int, time: int) -> None:
        self._crisis.env.at(time, Rank.INJECT, identity, self._due, (identity, time))

    def _due(self, what: tuple[int, int]) -> None:
        """Let an inject take place, unless it was skipped or moved since it was laid down."""
        identity, time = what
        if self.agenda.get(identity) == time:
            self._take(identity)

    def _take(self, identity: int) -> None:
        crisis, placed = self._crisis, self._placed[identity]
        del self.agenda[identity]
        self._begun[identity] = crisis.now
        self._carry_out(placed)
        crisis.record(Placed(crisis.now, self._seats(placed), identity, placed.inject))

    def _seats(self, placed: Any) -> Seats:
        """Return who learns of an inject: everybody, but of news the side that they go to."""
        crisis, theatre = self._crisis, self._crisis.world.theatre
        news = theatre.injects[placed.inject].news
        if news is None or news.to is None:
            return crisis.now, crisis.now
        return crisis.seats(theatre.actors[theatre.actor_index[news.to]].bloc)

    def over(self, identity: int) -> bool:
        """Whether an inject has taken place."""
        return identity in self._begun

    def move(self, identity: int, time: int | None) -> bool:
        """Let an inject that is not yet over take place at another time, or not at all.

        One of the scenario's contingencies is put on the agenda by this. A time that is past is
        now, and what is to take place now does so at once. An outage moves with its inject. False
        for one that is over, or is none.
        """
        if identity in self._begun or identity not in self._placed:
            return False
        self.agenda.pop(identity, None)
        if time is not None:
            self.agenda[identity] = time
            if time <= self._crisis.now:
                self._take(identity)
            else:
                self._lay(identity, time)
        self._crisis.switchboard.place_outages()
        return True

    def _carry_out(self, placed: Any) -> None:
        inject = self._crisis.world.theatre.injects[placed.inject]
        if inject.incident is not None:
            self._incident(inject.incident, placed)
        elif inject.alert is not None:
            self._alert(inject, placed)
        elif inject.gesture is not None:
            self._crisis.ladder.jump(-self._crisis.p.gesture_tension)
        elif inject.call is not None:
            self._call(inject, placed)

    def _incident(self, given: PlacedIncident, placed: Any) -> None:
        crisis = self._crisis
        wrong = placed_incident(given, placed, crisis.world, crisis.luck, crisis.p, Origin.INJECT)
        alone = placed.identity == crisis.followed
        crisis.encounters.happen(wrong, inject=True, alone=alone)

    def _alert(self, inject: Inject, placed: Any) -> None:
        """Display force: the actor's bloc goes to rung 3, and the other side has a case."""
        crisis, p = self._crisis, self._crisis.p
        assert inject.alert is not None
        theatre = crisis.world.theatre
        actor = theatre.actor_index[inject.alert.actor]
        victim = theatre.leader(1 - theatre.actors[actor].bloc)
        if inject.alert.nuclear:
            crisis.ladder.jump(p.alert_tension)
        kind = INCIDENT_KINDS["alert"]
        severity = p.delta_display * RESPONSES[Act.DISPLAY].intensity
        crisis.encounters.happen(
            Wrong(
                placed.identity, kind, SeverityClass.SERIOUS, severity, Cause.ASSERTIVE, victim,
                actor, actor, 0, Origin.INJECT, placed.x, placed.y, DISPLAY_RUNG,
            ),
            inject=True,
            alone=placed.identity == crisis.followed,
        )  # fmt: skip

    def _call(self, inject: Inject, placed: Any) -> None:
        crisis = self._crisis
        assert inject.call is not None
        row = crisis.stage.channel_rows.get(inject.call.channel)
        theatre = crisis.world.theatre
        bloc = theatre.actors[theatre.actor_index[inject.call.by]].bloc
        if row is not None:
            crisis.switchboard.place(row, placed.identity, bloc)

    def outages(self, channel: str) -> tuple[tuple[int, int], ...]:
        """Return when the scenario's own outages of a channel begin and end."""
        injects = self._crisis.world.theatre.injects
        found = []
        for identity, placed in self._placed.items():
            outage = injects[placed.inject].outage
            if outage is not None and outage.channel == channel:
                time = self._begun.get(identity, self.agenda.get(identity))
                if time is not None:
                    found.append((time, time + outage.lasting))
        return tuple(sorted(found))


def _blamed(given: PlacedIncident, world: World, victim: int) -> int:
    """Return whom the victim blames first: as told, the author, or else the other bloc's leader."""
    theatre = world.theatre
    if given.blamed is not None:
        return theatre.actor_index[given.blamed]
    if given.by is not None:
        author = theatre.actor_index[given.by]
        if theatre.actors[author].bloc >= 0:
            return author
    return theatre.leader(1 - theatre.actors[victim].bloc)


def placed_incident(
    given: PlacedIncident, placed: Any, world: World, luck: Luck, p: Parameters, origin: Origin
) -> Wrong:
    """Return a scenario's own incident as it takes place in one world."""
    kind = INCIDENT_KINDS[given.kind]
    victim = world.theatre.actor_index[given.victim]
    blamed = _blamed(given, world, victim)
    cause = Cause[given.cause.upper()]
    by = NOBODY if cause == Cause.NOT_THEIRS else blamed
    if given.by is not None:
        by = world.theatre.actor_index[given.by]
    severity = given.severity
    who = placed.identity
    if severity is None:
        severity = severity_of(who, SeverityClass.HIGH_RISK, luck, p)
    grave = SeverityClass.HIGH_RISK if severity >= p.grave_low else SeverityClass.SERIOUS
    duration = lasts(who, kind, luck) if given.lasting is None else given.lasting
    rung = hostile_rung(who, cause, grave, luck, p)
    return Wrong(
        who, kind, grave, severity, cause, victim, by, blamed, duration, origin, placed.x, placed.y,
        rung,
    )  # fmt: skip


def given_kinds() -> tuple[str, ...]:
    """Return the kinds of incident that can be placed by name."""
    return tuple(kind.name for kind in INCIDENT_KINDS.values() if kind.settings)


def possible_kinds(theatre: Theatre) -> tuple[str, ...]:
    """Return those of the kinds that two opposing sides of this theatre can meet in."""
    return tuple(name for name in given_kinds() if _sides(theatre, INCIDENT_KINDS[name]))


def check_possible(theatre: Theatre, kind_name: str) -> None:
    """Raise RunError unless two opposing sides of this theatre can meet in a kind of incident."""
    possible = possible_kinds(theatre)
    if kind_name not in possible:
        raise RunError(
            f'--given {kind_name}: no two opposing units of "{theatre.scenario.scenario}" can meet '
            f"in that way; possible: {', '.join(possible) or 'none'}. Choose another kind or add "
            f"the units"
        )


def given_in(world: World, kind_name: str, p: Parameters) -> Given:
    """Return one grave incident of a kind placed in a world, at the world's own luck.

    Its time is even over the period, its sides are two opposing actors that could meet so, its
    cause that of high-risk incidents. Raises RunError when the scenario cannot hold one.
    """
    luck, theatre = world.luck, world.theatre
    kind = INCIDENT_KINDS[kind_name]
    who = root(f"given|{kind_name}")
    sides = _sides(theatre, kind)
    if not sides:
        check_possible(theatre, kind_name)
    pair = sides[int(luck.u(Decision.VICTIM, child(who, _VICTIM)) * len(sides))]
    if luck.u(Decision.VICTIM, child(who, _AUTHOR)) < 0.5 and kind.settings[0] not in _ONE_WAY:
        pair = (pair[1], pair[0])
    victim, author = pair
    cause = _given_cause(kind, luck.u(Decision.CAUSE, who), p)
    rung = hostile_rung(who, cause, SeverityClass.HIGH_RISK, luck, p)
    time = whole(luck.u(Decision.GIVEN_TIME, who) * theatre.horizon_ms)
    severity = severity_of(who, SeverityClass.HIGH_RISK, luck, p)
    x, y = theatre.place_of(victim)
    wrong = Wrong(
        who, kind, SeverityClass.HIGH_RISK, severity, cause, victim,
        NOBODY if cause == Cause.NOT_THEIRS else author, author, lasts(who, kind, luck),
        Origin.GIVEN, x, y, rung,
    )  # fmt: skip
    return Given(time, who, wrong, _unit(theatre, kind, victim, luck, who))


def _unit(theatre: Theatre, kind: IncidentKind, victim: int, luck: Luck, who: int) -> int:
    """Return one of the victim's units that could be in an incident of this kind."""
    domains = {domain for at in kind.settings for domain in SETTING_DOMAINS.get(at, ())}
    rows = [
        row
        for row, unit in enumerate(theatre.units)
        if unit.actor == victim and unit.kind.domain in domains
    ]
    u = luck.u(Decision.VICTIM, child(who, _UNIT))
    return rows[int(u * len(rows))] if rows else NOBODY


def _given_cause(kind: IncidentKind, u: float, p: Parameters) -> int:
    """Return the true cause of a given incident.

    A stray is the attacker's accident or the defender's weapon, in the shares of the model's own
    strays; a third party's attack is not theirs who are blamed; the rest is as high-risk contacts.
    """
    if "attack" in kind.settings:
        return Cause.NOT_THEIRS
    if "strike" in kind.settings:
        strays = p.stray_attacker + p.stray_defender
        return Cause.NOT_THEIRS if u * strays < p.stray_defender else Cause.ACCIDENT
    return rules.cause(u, p.hostile_high_risk, p.assertive_share, p.not_theirs_share)


_ONE_WAY = ("strike", "attack")


def _sides(theatre: Theatre, kind: IncidentKind) -> list[tuple[int, int]]:
    """Return (victim, blamed) actors that could be in an incident of this kind, in order."""
    if "strike" in kind.settings:
        return theatre.stray_sides()
    if "attack" in kind.settings:
        return theatre.attack_sides()
    domains: set[tuple[str, str]] = set()
    for setting in kind.settings:
        a, b = SETTING_DOMAINS[setting]
        domains |= {(a, b), (b, a)}
    return sorted(
        {
            (first.actor, second.actor)
            for first in theatre.units
            for second in theatre.units
            if first.bloc == 0
            and second.bloc == 1
            and (first.kind.domain, second.kind.domain) in domains
        }
    )


SETTING_DOMAINS = {
    "air_air": ("air", "air"),
    "air_sea": ("air", "sea"),
    "sea_sea": ("sea", "sea"),
    "land_land": ("land", "land"),
    "air_air_defence": ("air", "air_defence"),
}
