"""One incident and the exchange it leads to, worked out without the code of the crisis.

A second way to the same numbers: every equation is taken from section 7 of ``sim/MODEL.md``
and nothing is imported from ``sim.crisis``; only the values of the constants and the tables of what
messages say come from the catalogue. Nothing is drawn here.

The reduction. Two actors that lead their blocs, one inject, one channel of unlimited capacity whose
every delay is exponential and whose calls are tried once. Nobody investigates, nobody meets, levels
never fall (a quiet time longer than the run), late messages and backfiring calls do nothing. Then:

- a call is an absorbing Markov chain in continuous time (authorised, answered, the right person
  found, talked, relayed, or lost), so the chance that it is through by t is a matrix exponential;
- what a side about to answer faces is fully told by the levels of both, who has used major force,
  the last act and the tension it left, so that the exchange is a Markov chain over acts;
- a clock is lognormal, so each step integrates over it (Gauss-Hermite in its normal quantile). A
  tension between two acts decays by the time drawn, which the same nodes take in; it is carried on
  a grid, linear in between.

Values are worked out backwards from the longest exchange allowed. Times are hours here.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
from exact_call import Array, Wire
from scipy import special

from sim.scenario.kinds import DECEITFUL, HONEST
from sim.scenario.parameters import Parameters

X: Final = np.array([-0.1, 0.0, 0.1, 0.25, 0.4, 0.7, 1.0])
FORCE: Final = X >= 0.7
DISPLAY, LIMITED, MAJOR = 4, 5, 6
ACCIDENT, HOSTILE = 0, 2
MAJOR_USED: Final = 5
"""A level of 4 where the bloc has used major force; levels are 0, 3, 4 and this."""

HOUR_MS: Final = 3_600_000
PRIOR_CREDIBILITY: Final = 0.5


class Side(NamedTuple):
    """What a side about to answer an act faces: its level, the other's, the other's last act."""

    own: int
    other: int
    last: int


def rung(one: int, two: int) -> int:
    """Return the rung of the crisis; levels as in :class:`Side`."""
    if min(one, two) >= 4:
        return 6 if one == two == MAJOR_USED else 5
    return min(4, max(one, two))


def level_after(level: int, act: int) -> int:
    """Return a bloc's level after an act of a display or more."""
    return max(level, (3, 4, MAJOR_USED)[act - DISPLAY])


SIDES: Final = tuple(
    Side(own, other, last)
    for last, least in ((DISPLAY, 3), (LIMITED, 4), (MAJOR, MAJOR_USED))
    for own in (0, 3, 4, MAJOR_USED)
    for other in (3, 4, MAJOR_USED)
    if other >= least and rung(own, other) < 6
)


class Law(NamedTuple):
    """What is expected in one world: chances to reach rungs, and means of counts."""

    reached_3: float
    reached_4: float
    reached_5: float
    reached_6: float
    acts: float
    messages_in_time: float
    calls_halt: float


class Exact:
    """The law of one setting: constants, the incident's severity, the tension at it, the channel.

    ``wire`` is None without the line; with ``oracle`` the truth about the incident is known.
    """

    def __init__(
        self,
        p: Parameters,
        severity: float,
        tension: float,
        wire: Wire | None,
        oracle: bool = False,
        nodes: int = 40,
        grid: int = 120,
    ) -> None:
        self.p, self.severity, self.wire, self.oracle = p, severity, wire, oracle
        points, weights = special.roots_hermitenorm(nodes)
        self.z, self.weight = points, weights / weights.sum()
        self.start = tension
        # No tension can exceed what is there at first and the longest exchange of major force.
        self.most = tension + p.tension_act * (p.max_replies + 1)
        self.tension = np.linspace(0, self.most, grid)
        self.half_life = p.tension_half_life / HOUR_MS

    # Single steps.

    def median(self, severity: float, at_rung: int) -> float:
        """Return the median of a clock, in hours."""
        hours = self.p.clock_median / HOUR_MS * math.exp(-self.p.clock_severity * severity)
        return hours / (1 + self.p.clock_rung * at_rung)

    def clock(self, severity: float, at_rung: int) -> Array:
        """Return the nodes of a clock, in hours."""
        hours: Array = self.median(severity, at_rung) * np.exp(self.p.clock_sigma * self.z)
        return hours

    def faded(self, tension: Array | float, hours: Array) -> Array:
        """Return what is left of a tension."""
        left: Array = tension * 0.5 ** (hours / self.half_life)
        return left

    def chances(self, wanted: Array, at_rung: int) -> Array:
        """Return the chances of the seven acts, on a last axis."""
        p = self.p
        jump = p.jump * (1 + p.jump_rung * at_rung)
        value = -p.beta * ((X - wanted[..., None]) ** 2 + p.fear * X**2 + jump * FORCE)
        odds = np.exp(value - value.max(axis=-1, keepdims=True))
        found: Array = odds / odds.sum(axis=-1, keepdims=True)
        return found

    def wanted(self, severity: float, deserved: Array | float, tension: Array) -> Array:
        """Return the intensity a side wants to answer with."""
        grievance = 1 + self.p.grievance * tension / (1 + tension)
        return np.minimum(1.0, self.p.resolve * severity * deserved * grievance)

    # Replies.

    def reply(self, last: int, at_rung: int, hours: Array, tension: Array) -> Array:
        """Return the chances of each reply to an act, given the clock and the tension then."""
        want = self.wanted(self.severity_of(last), 1.0, tension)
        plain = self.chances(want, at_rung)
        if self.wire is None or self.wire.halts == 0 or self.oracle:
            return plain
        # Either side may propose; one of two proposals in time is enough.
        none = self.wire.unheard(self.wire.halts, hours)[..., None]
        cut = 1 - self.p.halt * self.credibility
        mixed: Array = none * plain + (1 - none) * self.chances(want * cut, at_rung)
        return mixed

    @property
    def credibility(self) -> float:
        """How far a message is believed; no report ever comes that could change it."""
        assert self.wire is not None
        p = self.p
        return min(p.credibility_high, max(p.credibility_low, self.wire.weight * PRIOR_CREDIBILITY))

    def severity_of(self, last: int) -> float:
        """Return the severity an act has for the other side."""
        return (self.p.delta if last > DISPLAY else self.p.delta_display) * float(X[last])

    @cached_property
    def values(self) -> dict[Side, Array]:
        """What is to come for a side about to answer, shape (5, grid) over the tension now.

        Rows: chances that force, force by both and war come at this answer or later, acts, replies
        called about.
        """
        values = {side: np.zeros((5, self.tension.size)) for side in SIDES}
        steps = {side: self._step(side) for side in SIDES}
        for _ in range(self.p.max_replies):
            values = {side: self._before(side, *steps[side], values) for side in SIDES}
        return values

    def _step(self, side: Side) -> tuple[Array, Array]:
        """Return the chances of acts, shape (grid, nodes, 7), and the tension then."""
        at_rung = rung(side.own, side.other)
        hours = self.clock(self.severity_of(side.last), at_rung)
        tension = self.faded(self.tension[:, None], hours)
        return self.reply(side.last, at_rung, hours[None, :], tension), tension

    def _before(
        self, side: Side, chances: Array, tension: Array, later: dict[Side, Array]
    ) -> Array:
        """Return the values of a side from those after its answer."""
        found = np.zeros((5, self.tension.size))
        found[3:] = 1.0
        for act in (DISPLAY, LIMITED, MAJOR):
            mass = chances[..., act] * self.weight
            found += (mass * self.after(side, act, tension, later)).sum(axis=-1)
        return found

    def after(self, side: Side, act: int, tension: Array, later: dict[Side, Array]) -> Array:
        """Return what follows a side's act, this act's own rung included, beside that act."""
        own = level_after(side.own, act)
        now = rung(own, side.other)
        new = tension + self.p.tension_act * X[act]
        found = np.zeros((5, *tension.shape))
        if now < 6:
            value = later[Side(side.other, own, act)]
            found = np.stack([np.interp(new, self.tension, row) for row in value])
        for row, threshold in enumerate((4, 5, 6)):
            if act > DISPLAY and now >= threshold:
                found[row] = 1.0
        return found

    # The incident.

    @cached_property
    def first_hours(self) -> Array:
        """The nodes of the incident's own clock."""
        return self.clock(self.severity, 0)

    def first(self, hours: Array) -> Array:
        """Return the chances of the first act, shape (times, 7), if the clock runs so long."""
        tension = self.faded(self.start, hours)
        found = np.zeros((hours.size, X.size))
        for share, likelihood in self._evidence(hours):
            want = self.wanted(self.severity, self._deserved(likelihood, tension), tension)
            found += share[:, None] * self.chances(want, 0)
        return found

    def _deserved(self, likelihood: Array, tension: Array) -> Array:
        p = self.p
        names = ("accident", "assertive", "hostile", "not_theirs")
        cost = np.array([getattr(p, f"cost_{name}") for name in names])
        prior = np.array([getattr(p, f"suspicion_{name}") for name in names])
        odds = np.tile(prior * likelihood, (tension.size, 1))
        odds[:, HOSTILE] *= np.exp(p.a_tension * tension / (1 + tension))
        deserved: Array = odds @ cost / odds.sum(axis=1)
        return deserved

    def _evidence(self, hours: Array) -> list[tuple[Array, Array]]:
        """Return what is known when the clock runs out: shares by time, with likelihoods."""
        if self.oracle:
            return [(np.ones(hours.size), np.eye(4)[ACCIDENT])]
        heard = 1 - self._unheard(hours)
        told = [(1 - heard, np.ones(4))]
        if self.wire is None:
            return told
        wire, c = self.wire, self.credibility
        told.append((heard * (1 - wire.knowledge), np.ones(4)))
        for honest, lying in zip(np.array(HONEST).T, np.array(DECEITFUL).T, strict=True):
            said = wire.honesty * honest[ACCIDENT] + (1 - wire.honesty) * lying[ACCIDENT]
            told.append((heard * wire.knowledge * said, c * honest + (1 - c) * lying))
        return told

    def _unheard(self, hours: Array) -> Array:
        """Return the chance that no message is in time; each side decides to call by itself."""
        if self.wire is None or self.oracle:
            return np.ones(hours.size)
        return self.wire.unheard(self._each, hours)

    @property
    def _each(self) -> float:
        assert self.wire is not None
        return 1 - math.sqrt(1 - self.wire.willing)

    @cached_property
    def law(self) -> Law:
        """What is expected in one world."""
        hours = self.first_hours
        chances, tension = self.first(hours), self.faded(self.start, hours)
        found = np.zeros(5)
        for act in (DISPLAY, LIMITED, MAJOR):
            follows = self.after(Side(0, 0, DISPLAY), act, tension, self.values)
            found += (follows * chances[:, act] * self.weight).sum(axis=-1)
        display = float((chances[:, DISPLAY:].sum(axis=1) * self.weight).sum())
        calling = self.wire is not None and not self.oracle
        messages = calls = 0.0
        if self.wire is not None and calling:
            messages = float((self.wire.relayed(self._each, hours) * self.weight).sum())
            calls = 2 * self.wire.halts * found[4]
        four, five, six, replies = found[:4].tolist()
        return Law(display, four, five, six, 1 + replies, messages, float(calls))

    # Times.

    def answered_by(self, hours: float, least: int = 0, nodes: int = 400) -> float:
        """Return the chance of a first act of at least ``least`` within some hours."""
        times, share = self._within(self.median(self.severity, 0), hours, nodes)
        return float(share / nodes * self.first(times)[:, least:].sum())

    def _within(self, median: float, hours: float, nodes: int) -> tuple[Array, float]:
        """Return a clock's middle quantiles given that it runs out in time, and that chance."""
        share = float(special.ndtr(math.log(hours / median) / self.p.clock_sigma))
        u = share * (np.arange(nodes) + 0.5) / nodes
        return median * np.exp(self.p.clock_sigma * special.ndtri(u)), share

    def force_by(self, hours: float, nodes: int = 60, steps: int = 40) -> float:
        """Return the chance that force is used within some hours of the incident.

        Until then all acts are displays: the side to answer has seen one, at rung 3, so what
        matters are the tension and the time left, on a grid over both.
        """
        left = hours * np.linspace(0, 1, steps + 1)
        value = np.zeros((left.size, self.tension.size))
        parts = [self._timed(span, nodes) for span in left[1:]]
        for _ in range(self.p.max_replies):
            new = np.zeros_like(value)
            for row, (span, times, tension, chances) in enumerate(parts, start=1):
                later = _bilinear(value, left, self.tension, span - times, tension)
                new[row] = (
                    chances[..., LIMITED:].sum(axis=-1) + chances[..., DISPLAY] * later
                ).sum(axis=-1)
            change, value = float(np.abs(new - value).max()), new
            if change < 1e-6:
                break
        times, share = self._within(self.median(self.severity, 0), hours, nodes)
        chances = self.first(times) * share / nodes
        tension = self.faded(self.start, times) + self.p.tension_act * X[DISPLAY]
        later = _bilinear(value, left, self.tension, hours - times, tension[None, :])[0]
        return float(chances[:, LIMITED:].sum() + (chances[:, DISPLAY] * later).sum())

    def _timed(self, span: float, nodes: int) -> tuple[float, Array, Array, Array]:
        """Return times of a reply to a display within ``span``, tensions after it, and chances."""
        times, share = self._within(self.median(self.severity_of(DISPLAY), 3), float(span), nodes)
        tension = self.faded(self.tension[:, None], times)
        chances = self.reply(DISPLAY, 3, times[None, :], tension) * share / nodes
        return float(span), times, tension + self.p.tension_act * X[DISPLAY], chances


def _bilinear(value: Array, rows: Array, columns: Array, at_row: Array, at_column: Array) -> Array:
    """Return a table on two even grids between its points; ``at_row`` goes with the last axis."""
    r = np.clip(at_row / rows[-1] * (rows.size - 1), 0, rows.size - 1 - 1e-9)
    c = np.clip(at_column / columns[-1] * (columns.size - 1), 0, columns.size - 1 - 1e-9)
    i, j = r.astype(int), c.astype(int)
    a, b = r - i, c - j
    found: Array = (
        (1 - a) * (1 - b) * value[i, j]
        + a * (1 - b) * value[i + 1, j]
        + (1 - a) * b * value[i, j + 1]
        + a * b * value[i + 1, j + 1]
    )
    return found
