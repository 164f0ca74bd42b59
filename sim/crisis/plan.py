"""An arm made ready to run: its parameters and channels as flat numbers.

Strings end here. Rows of channels are those of the unpatched scenario, so that a channel keeps
its row, its identity and with it its luck in every arm that has it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sim.crisis.rules import exponential_ms, lognormal_ms
from sim.draws import normal, root
from sim.scenario.channels import LINE
from sim.scenario.loading import arm as patched
from sim.scenario.models import Channel, Scenario
from sim.scenario.parameters import Parameters
from sim.scenario.quantities import DAY, MINUTE, YEAR, Delay, Hours

if TYPE_CHECKING:
    from sim.world import Theatre

FOREVER = 1 << 62
"""A time after everything."""

_HOUR_MINUTES = 60
_PLANS_KEPT = 512
_MONTH = YEAR / 12  # literal twelve months; concern calls are stated per month


class Wait(NamedTuple):
    """A random delay as numbers: a scale in ms, a log-spread, and whether it is exponential."""

    scale: float
    sigma: float
    exponential: bool

    def ms(self, u: float) -> int:
        """Return the delay in milliseconds that uniform ``u`` picks."""
        if self.exponential:
            return exponential_ms(self.scale, u)
        if self.sigma == 0:
            return int(self.scale)
        return lognormal_ms(self.scale, self.sigma, normal(u))


def wait(delay: Delay) -> Wait:
    """Return a scenario's delay as numbers."""
    return Wait(delay.scale, delay.sigma, delay.exponential)


class DayHours:
    """Hours of the day in a time zone, asked in milliseconds since the scenario's start."""

    def __init__(self, hours: Hours, start: datetime) -> None:
        self._zone = ZoneInfo(hours.zone)
        self._start = start
        self._from, self._to = (t.hour * _HOUR_MINUTES + t.minute for t in hours.when)

    def _minute(self, t: int) -> int:
        local = (self._start + timedelta(milliseconds=t)).astimezone(self._zone)
        return local.hour * _HOUR_MINUTES + local.minute

    def holds(self, t: int) -> bool:
        """Whether ``t`` lies within the hours; equal ends mean the whole day."""
        minute = self._minute(t)
        if self._from < self._to:
            return self._from <= minute < self._to
        return minute >= self._from or minute < self._to

    def next(self, t: int) -> int:
        """Return the first instant at or after ``t`` that lies within the hours."""
        if self.holds(t):
            return t
        minutes = (self._from - self._minute(t)) % (DAY // MINUTE)
        return (t // MINUTE + minutes) * MINUTE


class SpellPlan(NamedTuple):
    """Hours in which a channel answers otherwise; None where it stays as it is."""

    hours: DayHours
    answer: Wait | None
    answered: float | None
    right: float | None
    hunt: Wait | None


@dataclass(frozen=True, slots=True, eq=False)
class ChannelPlan:
    """One channel of one arm as numbers. ``ends`` holds an actor's row for each bloc."""

    row: int
    name: str
    identity: int
    ends: tuple[int, int]
    reach: frozenset[int]
    public: bool
    notices: bool
    explanations: bool
    concerns: bool
    halts: bool
    opens: int
    closes: int
    capacity: int
    staffed: tuple[DayHours | None, DayHours | None]
    test_every: int
    test_lasting: int
    serious: float
    high_risk: float
    halting: float
    concern: float
    notify: float
    notice_lead: int
    notice_lasts: Wait
    authorise: Wait
    consult: Wait
    answered: float
    answer: Wait
    attempts: int
    retry: int
    right: float
    hunt: Wait
    talk: Wait
    interpreter: float
    relay: Wait
    up: Delay | None
    down: Delay | None
    weight: float
    knowledge: float
    honesty: float
    truth: bool
    spells: tuple[SpellPlan, ...]

    @property
    def gives_notice(self) -> bool:
        """Whether sorties are told of on it."""
        return self.notices and self.notify > 0

    def open(self, t: int) -> bool:
        """Whether the channel exists at ``t``."""
        return self.opens <= t < self.closes

    def at(self, t: int) -> tuple[float, Wait, float, Wait]:
        """Return answering chance and delay, right-person chance and hunt, as they are at ``t``."""
        answered, answer, right, hunt = self.answered, self.answer, self.right, self.hunt
        for spell in self.spells:
            if spell.hours.holds(t):
                answered = answered if spell.answered is None else spell.answered
                answer = spell.answer or answer
                right = right if spell.right is None else spell.right
                hunt = spell.hunt or hunt
        return answered, answer, right, hunt


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One arm, ready to be played in any world of its theatre."""

    name: str
    scenario: Scenario
    parameters: Parameters
    channels: tuple[ChannelPlan, ...]
    boldness: float

    def uninvited(self) -> Plan:
        """Return the same arm with invitation 0: absorbed hostile acts invite no more of them."""
        return replace(self, parameters=self.parameters.model_copy(update={"invitation": 0.0}))


def _critical_salvos_per_ms(scenario: Scenario) -> float:
    """Return the expected rate of salvos that fall near critical sites."""
    near = scenario.parameters.near_site
    total = 0.0
    for strikes in scenario.strikes:
        if scenario.sites[strikes.into].critical:
            if strikes.every is not None:
                total += near / strikes.every
            else:
                total += near * len(strikes.on or ()) / scenario.duration
    return total


def _concern(channel: Channel, scenario: Scenario) -> float:
    """Return the chance of a concern call per salvo near a critical site.

    Willingness is stated per month; spread over the expected salvos it gives a chance each, so
    that the mean number of calls does not hang on how often a scenario strikes.
    """
    if channel.willing.every_concern:
        return 1.0
    rate = _critical_salvos_per_ms(scenario)
    if rate <= 0:
        return 0.0
    return min(1.0, channel.willing.concerns_per_month / _MONTH / rate)


def _channel(row: int, name: str, channel: Channel, arm: Scenario, theatre: Theatre) -> ChannelPlan:
    index = theatre.actor_index
    ends = sorted((index[end] for end in channel.ends), key=lambda a: theatre.actors[a].bloc)
    public = channel.use == "public_statements"
    staffed = [channel.staffed.get(theatre.actors[end].name) for end in ends]
    reach = range(len(theatre.actors)) if public else [*ends, *(index[a] for a in channel.covers)]
    parameters = arm.parameters
    willing = channel.willing
    return ChannelPlan(
        row=row,
        name=name,
        identity=root(f"channel|{name}"),
        ends=(ends[0], ends[1]),
        reach=frozenset(reach),
        public=public,
        notices="notices" in channel.carries,
        explanations="explanations" in channel.carries,
        concerns="concerns" in channel.carries,
        halts="halts" in channel.carries,
        opens=arm.milliseconds(channel.opens) if channel.opens else -FOREVER,
        closes=arm.milliseconds(channel.closes) if channel.closes else FOREVER,
        capacity=channel.capacity,
        staffed=(
            DayHours(staffed[0], arm.start) if staffed[0] else None,
            DayHours(staffed[1], arm.start) if staffed[1] else None,
        ),
        test_every=channel.tests.every if channel.tests else 0,
        test_lasting=channel.tests.lasting if channel.tests else 0,
        serious=willing.serious,
        high_risk=willing.high_risk,
        halting=willing.halts,
        concern=_concern(channel, arm),
        notify=channel.notify,
        notice_lead=channel.notice_lead,
        notice_lasts=wait(channel.notice_lasts),
        authorise=wait(channel.authorise),
        consult=wait(channel.consult),
        answered=channel.answered,
        answer=wait(channel.answer),
        attempts=channel.attempts,
        retry=channel.retry,
        right=channel.right_person.probability,
        hunt=wait(channel.right_person.otherwise),
        talk=wait(channel.talk),
        interpreter=channel.interpreter,
        relay=wait(channel.relay),
        up=channel.up,
        down=channel.down,
        weight=channel.weight,
        knowledge=parameters.knowledge if channel.knowledge is None else channel.knowledge,
        honesty=parameters.honesty if channel.honesty is None else channel.honesty,
        truth=channel.truth,
        spells=tuple(
            SpellPlan(
                DayHours(spell.when, arm.start),
                wait(spell.answer) if spell.answer else None,
                spell.answered,
                spell.right_person.probability if spell.right_person else None,
                wait(spell.right_person.otherwise) if spell.right_person else None,
            )
            for spell in channel.spells
        ),
    )


def channel_rows(scenario: Scenario) -> dict[str, int]:
    """Return the row of each channel of the unpatched scenario, in order of their names."""
    return {name: row for row, name in enumerate(sorted(scenario.channels))}


@lru_cache(maxsize=_PLANS_KEPT)
def _plan(theatre: Theatre, name: str) -> Plan:
    arm = patched(theatre.scenario, name)
    rows = channel_rows(theatre.scenario)
    channels = tuple(
        _channel(rows[key], key, arm.channels[key], arm, theatre)
        for key in sorted(arm.channels, key=rows.__getitem__)
    )
    boldness = arm.parameters.boldness if LINE in arm.channels else 1.0
    return Plan(name, arm, arm.parameters, channels, boldness)


def plan(theatre: Theatre, name: str) -> Plan:
    """Return the named arm of the theatre's scenario, ready to run; raises ScenarioError."""
    return _plan(theatre, name)
