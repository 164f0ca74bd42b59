"""Encounters: contacts, strays, third-party attacks and injects, and how they go wrong."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any

from simpy.events import Event

from sim.crisis import rules
from sim.crisis.deciders import Asked, Request
from sim.crisis.ladder import FORCE_RUNG
from sim.crisis.schedule import Rank
from sim.crisis.stage import Flight, Prospect
from sim.crisis.state import Incident
from sim.crisis.wrong import Wrong, hostile_rung, lasts, severity_of
from sim.draws import Decision, child
from sim.records import NEVER, NOBODY, Contacted, Happened, Origin, Outcome, Struck
from sim.scenario.kinds import INCIDENT_KINDS, Cause, IncidentKind, SeverityClass
from sim.world import SETTINGS, Salvo, Stray

if TYPE_CHECKING:
    from sim.crisis.engine import Crisis
    from sim.crisis.injects import Given

_CONTACT = Rank.CONTACT  # bound once: an enum's member is slow to look up
_LOCAL = 1  # suffix of a shoot-down's identity below its intrusion

_BY_SETTING: dict[str, tuple[tuple[IncidentKind, ...], ...]] = {
    setting: (
        (),
        tuple(k for k in INCIDENT_KINDS.values() if setting in k.settings and k.serious > 0),
        tuple(k for k in INCIDENT_KINDS.values() if setting in k.settings and k.high_risk > 0),
    )
    for setting in (*SETTINGS, "strike", "attack")
}
_OTHER = (0, 2, 1)  # the other class of incident, where a setting knows no kind of one
_SHOOT_DOWN = INCIDENT_KINDS["shoot_down"]
_UNITS_LOST = frozenset((INCIDENT_KINDS["collision"].code, _SHOOT_DOWN.code))


class Encounters:
    """Where the two sides meet, and what comes of it."""

    def __init__(self, crisis: Crisis) -> None:
        self._crisis = crisis
        self._coming = iter(crisis.stage.prospects_in(crisis.begins, crisis.horizon))
        self._lost: dict[int, int] = {}
        self._factors: dict[str, tuple[int, float]] = {}

    def begin(self) -> None:
        """Lay the world's dated events down in the schedule's hands."""
        crisis = self._crisis
        self._await_contact()
        if crisis.world.salvos:
            crisis.env.process(self._salvos())
        crisis.injects.begin()
        given = crisis.given
        if given is not None and crisis.begins <= given.time < crisis.horizon:
            crisis.env.at(given.time, Rank.INJECT, given.identity, self._give, given)

    # Contacts.

    def _await_contact(self) -> None:
        """Wait for the next contact that may be worth noting."""
        for prospect in self._coming:
            crisis = self._crisis
            crisis.env.at(prospect.first, _CONTACT, prospect.identity, self._contact, prospect)
            break

    def _contact(self, prospect: Prospect) -> None:
        """Meet, and wait for the next."""
        self._await_contact()
        self._meet(prospect)

    def _flies(self, flight: Flight) -> bool:
        lost = self._lost.get(flight.unit)
        if lost is not None and lost <= self._crisis.now:
            return False
        return self._crisis.ladder.flies(flight.bloc, flight.start, flight.mark)

    def _meet(self, prospect: Prospect) -> None:
        """Decide what a contact comes to: intent first, then notice, then luck (model 7.7)."""
        if not (self._flies(prospect.a) and self._flies(prospect.b)):
            return
        if prospect.target is not None and not self._flies(prospect.target):
            return
        crisis, p, luck = self._crisis, self._crisis.p, self._crisis.luck
        who = prospect.identity
        victim, author = self._sides(prospect)
        grave = rules.severity_class(
            prospect.luck_class,
            p.share_serious,
            p.share_high_risk,
            p.mix_shift,
            crisis.ladder.rung,
        )
        noticed = crisis.switchboard.noticed
        told = [
            noticed.get(flight.row, prospect.first + 1) <= prospect.first
            for flight in (prospect.a, prospect.b)
        ]
        victim_told = told[0] if victim is prospect.a else told[1]
        cause = self._cause(prospect.luck_cause, grave, victim_told, author.bloc)
        outcome = Outcome.INCIDENT if grave else Outcome.ROUTINE
        if any(told) and cause == Cause.ACCIDENT:
            if luck.u(Decision.HEED, who) < p.heed:
                outcome = Outcome.SEPARATED
            elif grave and luck.u(Decision.SPARED, who) >= p.notice_factor:
                outcome = Outcome.SPARED
        crisis.record(
            Contacted(
                crisis.now, (crisis.now, crisis.now), who, prospect.a.unit, prospect.b.unit,
                prospect.last, prospect.setting, grave, cause, outcome, prospect.x, prospect.y,
            )
        )  # fmt: skip
        if outcome is Outcome.INCIDENT:
            self._go_wrong(prospect, victim, author, grave, cause)

    def _sides(self, prospect: Prospect) -> tuple[Flight, Flight]:
        """Return the victim and the author of what may go wrong."""
        if prospect.luck_victim < 0.5:
            return prospect.a, prospect.b
        return prospect.b, prospect.a

    def _cause(self, u: float, grave: int, victim_told: bool, author_bloc: int) -> int:
        p = self._crisis.p
        base = p.hostile_high_risk if grave == SeverityClass.HIGH_RISK else p.hostile_serious
        exposure = p.exposure if victim_told else 1.0
        hostile = rules.hostile_share(
            base,
            exposure,
            p.invitation,
            self._crisis.ladder.unanswered(author_bloc),
        )
        cause = rules.cause(u, hostile, p.assertive_share, p.not_theirs_share)
        alone = rules.hostile_share(base, exposure, 0.0, 0.0)
        if cause != rules.cause(u, alone, p.assertive_share, p.not_theirs_share):
            self._crisis.invited = True
        return cause

    def _go_wrong(
        self, prospect: Prospect, victim: Flight, author: Flight, grave: int, cause: int
    ) -> None:
        p, luck, who = self._crisis.p, self._crisis.luck, prospect.identity
        kind = self._kind(who, SETTINGS[prospect.setting], grave)
        rung = hostile_rung(who, cause, grave, luck, p)
        wrong = Wrong(
            who, kind, grave, severity_of(who, grave, luck, p), cause, victim.actor,
            NOBODY if cause == Cause.NOT_THEIRS else author.actor, author.actor,
            lasts(who, kind, luck), Origin.CONTACT, prospect.x, prospect.y, rung,
        )  # fmt: skip
        self.happen(wrong, intruder=author)
        self._lose(victim.unit, kind)

    def _lose(self, unit: int, kind: IncidentKind) -> None:
        """Void a unit's later contacts if an incident of this kind destroys it."""
        if kind.code in _UNITS_LOST:
            self._lost.setdefault(unit, self._crisis.now)

    def _kind(self, who: int, setting: str, grave: int) -> IncidentKind:
        kinds = _BY_SETTING[setting][grave] or _BY_SETTING[setting][_OTHER[grave]]
        weights = [k.high_risk if grave == SeverityClass.HIGH_RISK else k.serious for k in kinds]
        mark = self._crisis.luck.u(Decision.KIND, who) * sum(weights)
        for kind, weight in zip(kinds, weights, strict=True):
            mark -= weight
            if mark < 0:
                return kind
        return kinds[-1]

    # Minutes: the local commander.

    def _local(self, wrong: Wrong, intruder: Flight | None) -> Generator[Event, Any, None]:
        """Let the commander on the spot engage an intruder or shadow it, while it is there."""
        crisis, p, luck = self._crisis, self._crisis.p, self._crisis.luck
        who = child(wrong.identity, _LOCAL)
        delay = crisis.local_delay.ms(luck.u(Decision.LOCAL_DELAY, who))
        if delay > wrong.lasts:
            return
        leaves = crisis.now + wrong.lasts
        yield crisis.env.moment(crisis.now + delay, Rank.LOCAL, who)
        bloc = crisis.world.theatre.actors[wrong.victim].bloc
        ready = 1 + p.engage_rung * crisis.ladder.blocs[bloc].level
        told = intruder is not None and intruder.row in crisis.switchboard.noticed
        noticed = p.notice_factor if told else 1.0
        request = Request(
            identity=who, asked=Asked.ENGAGE, time=crisis.now, deadline=leaves,
            actor=wrong.victim, case=wrong.identity, channel=NEVER, about=who, options=2,
            leaning=min(1.0, p.engage * ready * (1 - p.identified) * noticed),
            rung=crisis.ladder.rung, severity=wrong.severity,
        )  # fmt: skip
        if (yield from crisis.ask(request)):
            if intruder is not None:
                self._lost[intruder.unit] = crisis.now
            self.happen(
                Wrong(
                    who, _SHOOT_DOWN, SeverityClass.HIGH_RISK, p.shoot_down_severity,
                    Cause.ASSERTIVE, wrong.blamed, wrong.victim, wrong.victim,
                    lasts(who, _SHOOT_DOWN, luck), Origin.LOCAL, wrong.x, wrong.y, FORCE_RUNG,
                )
            )  # fmt: skip

    # Incidents.

    def happen(
        self,
        wrong: Wrong,
        inject: bool = False,
        alone: bool = False,
        intruder: Flight | None = None,
    ) -> None:
        """Make an incident of something that went wrong: levels, tension, a case for the victim.

        A manned intruder also meets the local commander; a stray is nobody's crew.
        """
        crisis, p = self._crisis, self._crisis.p
        now = crisis.now
        actors = crisis.world.theatre.actors
        if wrong.hostile_rung and wrong.by != NOBODY and actors[wrong.by].bloc >= 0:
            crisis.ladder.take(
                actors[wrong.by].bloc,
                wrong.hostile_rung,
                False,
                wrong.identity,
                wrong.cause,
                inject,
            )
        crisis.ladder.jump(p.tension_incident * wrong.severity)
        victim_bloc = actors[wrong.victim].bloc
        if wrong.severity_class == SeverityClass.HIGH_RISK:
            crisis.ladder.pause(victim_bloc)
        incident = Incident(
            wrong.identity, wrong.kind.code, wrong.cause, wrong.severity, now, now + wrong.lasts
        )
        case = crisis.cases.take(incident, wrong.victim, wrong.blamed, None, alone)
        if wrong.kind.intrusion and wrong.origin is not Origin.STRAY:
            crisis.env.process(self._local(wrong, intruder))
        crisis.record(
            Happened(
                now, (now, now), wrong.identity, wrong.kind.code, wrong.severity_class,
                wrong.severity, wrong.cause, wrong.victim, wrong.by, wrong.blamed, wrong.lasts,
                wrong.origin, case.identity, case.root, wrong.hostile_rung, crisis.ladder.rung,
                wrong.x, wrong.y,
            )
        )  # fmt: skip

    # Strikes and what strays from them.

    def _salvos(self) -> Generator[Event, Any, None]:
        """Live through the strikes on a third party's land, and a third party's own attacks."""
        crisis = self._crisis
        world = crisis.world
        strays: dict[int, list[Stray]] = {}
        for stray in world.strays:
            strays.setdefault(stray.salvo, []).append(stray)
        for row, salvo in enumerate(world.salvos):
            if not crisis.begins <= salvo.time < crisis.horizon:
                continue
            yield crisis.env.moment(salvo.time, Rank.STRIKE, salvo.identity)
            if salvo.mark > self._factor(salvo.site):
                continue
            if salvo.critical and salvo.near_site:
                now = crisis.now
                crisis.record(Struck(now, (now, now), salvo.identity, row, salvo.actor))
                self._voice_concern(salvo)
            if world.theatre.actors[salvo.actor].bloc < 0:
                self._attack(salvo)
            for stray in strays.get(row, ()):
                crisis.env.at(stray.time, Rank.STRIKE, stray.identity, partial(self._stray, stray))

    def _factor(self, site: str) -> float:
        """Return how the last concern call moves the strike rate near a site now."""
        until, factor = self._factors.get(site, (0, 1.0))
        return factor if self._crisis.now < until else 1.0

    def concern_heard(self, site: str) -> None:
        """A concern call got through: the strike rate near its site changes for a while."""
        p = self._crisis.p
        self._factors[site] = (self._crisis.now + p.concern_lasts, p.concern_factor)

    def _voice_concern(self, salvo: Salvo) -> None:
        """The side that is not the striker may call; after a third party's attack, the struck."""
        crisis = self._crisis
        bloc = crisis.world.theatre.actors[salvo.actor].bloc
        if bloc >= 0:
            crisis.switchboard.concern(salvo.identity, salvo.site, 1 - bloc)
        else:
            struck = crisis.world.theatre.site_owner(salvo.site)
            if struck >= 0 and crisis.world.theatre.actors[struck].bloc >= 0:
                owner = crisis.world.theatre.actors[struck].bloc
                crisis.switchboard.concern(salvo.identity, salvo.site, owner)

    def _stray(self, stray: Stray, _: object) -> None:
        """A weapon came down across the border; the victim blames the attacker first."""
        crisis = self._crisis
        if crisis.now >= crisis.horizon:
            return
        grave = SeverityClass.HIGH_RISK if stray.grave else SeverityClass.SERIOUS
        kind = INCIDENT_KINDS["stray_drone" if stray.drone else "stray_missile"]
        own, who, luck = stray.by == stray.attacker, stray.identity, crisis.luck
        self.happen(
            Wrong(
                who, kind, grave, severity_of(who, grave, luck, crisis.p),
                Cause.ACCIDENT if own else Cause.NOT_THEIRS, stray.victim, stray.by,
                stray.attacker, lasts(who, kind, luck), Origin.STRAY, stray.x, stray.y,
            )
        )  # fmt: skip

    def _attack(self, salvo: Salvo) -> None:
        """A third party struck a bloc's land; now and then its supporters are blamed."""
        crisis, theatre = self._crisis, self._crisis.world.theatre
        struck = theatre.site_owner(salvo.site)
        supporters = theatre.actors[salvo.actor].supporters
        if struck < 0 or supporters < 0 or theatre.actors[struck].bloc == supporters:
            return
        who = salvo.identity
        if crisis.luck.u(Decision.BLAME, who) >= crisis.p.blamed_on_supporters:
            return
        kind, grave = INCIDENT_KINDS["attack"], SeverityClass.SERIOUS
        self.happen(
            Wrong(
                who, kind, grave, severity_of(who, grave, crisis.luck, crisis.p),
                Cause.NOT_THEIRS, struck, salvo.actor, theatre.leader(supporters),
                lasts(who, kind, crisis.luck), Origin.ATTACK, salvo.x, salvo.y,
            )
        )  # fmt: skip

    # The given incident.

    def _give(self, given: Given) -> None:
        """Let the one incident happen that a comparison places."""
        self.happen(given.wrong, inject=True, alone=True)
        self._lose(given.unit, given.wrong.kind)
