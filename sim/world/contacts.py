"""Contacts: the exact times at which two opposing units come within range and part again.

On a stretch on which both units keep straight on, their distance squared is a quadratic in time;
its roots are the moments at which they come into and go out of range. Stretches that touch are
stitched together, so a contact lasts from the first moment in range to the last.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.draws import F64, U64, children
from sim.scenario.kinds import MEETS
from sim.world.geography import I64, wholes
from sim.world.routines import Meetings
from sim.world.tables import pick, spread, unsigned
from sim.world.theatre import Theatre
from sim.world.tracks import Segments, Sorties

SETTINGS: Final = ("air_air", "air_sea", "sea_sea", "land_land", "air_air_defence")
"""Where two units meet, by their domains; a contact holds a row of this."""

ROUNDING: Final = 2.0
"""Metres by which whole-metre places may lie outside the outline they were drawn in."""


class Contacts(NamedTuple):
    """Contacts, sorted by (first, identity); ``a`` and ``b`` are sortie rows of blocs 0 and 1.

    Times in ms, ``distance`` at the closest approach in metres, (x, y) the middle of the two units
    then, ``setting`` a row of SETTINGS.
    """

    identity: U64
    a: I64
    b: I64
    first: I64
    last: I64
    closest: I64
    distance: F64
    x: I64
    y: I64
    setting: I64


class Legs(NamedTuple):
    """Legs as lines ``p + v t`` for arithmetic, with t in ms from ``origin``.

    ``begins`` and ``ends`` are t0 and t1 with ``era`` ms added for every sortie row before, so that
    they rise throughout and one search finds a leg by sortie and time.
    """

    t0: I64
    t1: I64
    px: F64
    py: F64
    vx: F64
    vy: F64
    begins: I64
    ends: I64
    origin: int
    era: int

    def within(self, sortie: I64, since: I64, until: I64) -> tuple[I64, I64]:
        """Return the first leg of each sortie that touches an open interval, and how many do."""
        base = sortie * self.era - self.origin
        low = np.searchsorted(self.ends, base + since, side="right")
        return low, np.searchsorted(self.begins, base + until, side="left") - low


class Pairs(NamedTuple):
    """Pairs of sorties that may meet, with the range in metres at which they do."""

    a: I64
    b: I64
    reach: F64
    setting: I64


class Spans(NamedTuple):
    """Stretches of time in which a pair is in range, as floats in ms, in order of pair and time."""

    pair: I64
    first: F64
    last: F64
    closest: F64
    square: F64
    x: F64
    y: F64


def setting_of(a: str, b: str) -> int:
    """Return the row in SETTINGS of two domains, -1 if their units never come into contact."""
    if frozenset((a, b)) not in MEETS:
        return -1
    name = f"{a}_{b}"
    return SETTINGS.index(name if name in SETTINGS else f"{b}_{a}")


def meetings(theatre: Theatre) -> Meetings:
    """Return which units of the two blocs may meet by themselves.

    Interceptors are left out: they go nowhere but to their targets.
    """
    units = [(row, unit) for row, unit in enumerate(theatre.units) if not unit.alert]
    near: dict[tuple[int, int], bool] = {}
    rows = []
    for a, first in units:
        for b, second in units:
            if first.bloc != 0 or second.bloc != 1:
                continue
            setting = setting_of(first.kind.domain, second.kind.domain)
            reach = max(first.kind.contact_range, second.kind.contact_range)
            forces = (first.force_row, second.force_row)
            if setting >= 0 and forces not in near:
                hulls = [theatre.courses[force].hull for force in forces]
                near[forces] = hulls[0].distance(hulls[1]) <= reach + ROUNDING
            if setting >= 0 and near[forces]:
                rows.append((a, b, reach, setting))
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(Meetings._fields))
    a_rows, b_rows, reaches, settings = table.T
    return Meetings(
        a_rows.astype(np.int64), b_rows.astype(np.int64), reaches, settings.astype(np.int64)
    )


def lines(segments: Segments) -> Legs:
    """Return legs as lines."""
    span = segments.t1 - segments.t0
    vx = (segments.x1 - segments.x0) / span
    vy = (segments.y1 - segments.y0) / span
    origin = int(segments.t0.min(initial=0))
    era = int(segments.t1.max(initial=0)) - origin + 1
    t = segments.t0 - origin
    shift = segments.sortie * era - origin
    return Legs(
        segments.t0,
        segments.t1,
        segments.x0 - vx * t,
        segments.y0 - vy * t,
        vx,
        vy,
        shift + segments.t0,
        shift + segments.t1,
        origin,
        era,
    )


def together(sorties: Sorties, which: Meetings, units: int) -> Pairs:
    """Return the pairs of sorties of units that may meet and are out at the same time.

    ``sorties`` are in order of unit and time; a unit's own never overlap, so for each of one side
    those of the other that overlap it lie next to each other.
    """
    bounds = np.searchsorted(sorties.unit, np.arange(units + 1))
    meeting, number = spread((bounds[1:] - bounds[:-1])[which.a])
    a = bounds[which.a][meeting] + number
    low = int(sorties.start.min(initial=0))
    era = int(sorties.end.max(initial=0)) - low + 1
    shift = sorties.unit * era - low
    base = which.b[meeting] * era - low
    first = np.searchsorted(shift + sorties.end, base + sorties.start[a], side="right")
    until = np.searchsorted(shift + sorties.start, base + sorties.end[a], side="left")
    row, number = spread(np.maximum(until - first, 0))
    meeting = meeting[row]
    return Pairs(a[row], first[row] + number, which.reach[meeting], which.setting[meeting])


def _stretches(legs: Legs, sorties: Sorties, pairs: Pairs) -> tuple[I64, I64, I64, I64, I64]:
    """Return (pair, leg of a, leg of b, since, until) wherever both keep straight on."""
    since = np.maximum(sorties.start[pairs.a], sorties.start[pairs.b])
    until = np.minimum(sorties.end[pairs.a], sorties.end[pairs.b])
    first, count = legs.within(pairs.a, since, until)
    pair, number = spread(count)
    leg_a = first[pair] + number
    since = np.maximum(since[pair], legs.t0[leg_a])
    until = np.minimum(until[pair], legs.t1[leg_a])
    first, count = legs.within(pairs.b[pair], since, until)
    row, number = spread(count)
    leg_a, leg_b = leg_a[row], first[row] + number
    since = np.maximum(since[row], legs.t0[leg_b])
    until = np.minimum(until[row], legs.t1[leg_b])
    return pair[row], leg_a, leg_b, since, until


def in_range(
    p: tuple[F64, F64], v: tuple[F64, F64], since: F64, until: F64, reach: F64 | float
) -> tuple[I64, F64, F64, F64, F64]:
    """Return when two straight movers are within ``reach``: the rows, and for each of them
    first, last and closest moment and the square of the distance then.

    ``p + v t`` is the place of one as seen from the other, in metres and ms.
    """
    (px, py), (vx, vy) = p, v
    pace = vx * vx + vy * vy
    moving = pace > 0
    pace = np.where(moving, pace, 1.0)
    vertex = -(px * vx + py * vy) / pace
    closest = np.minimum(np.maximum(vertex, since), until)
    dx, dy = px + vx * closest, py + vy * closest
    square = dx * dx + dy * dy
    limit = np.broadcast_to(np.square(reach), square.shape)
    hit = np.flatnonzero(square <= limit)
    vertex, since, until = vertex[hit], since[hit], until[hit]
    dx, dy = px[hit] + vx[hit] * vertex, py[hit] + vy[hit] * vertex
    room = np.maximum(limit[hit] - (dx * dx + dy * dy), 0.0)
    half = np.where(moving[hit], np.sqrt(room / pace[hit]), np.inf)
    first, last = np.maximum(since, vertex - half), np.minimum(until, vertex + half)
    return hit, first, np.maximum(first, last), closest[hit], square[hit]


def spans_in_range(legs: Legs, sorties: Sorties, pairs: Pairs) -> Spans:
    """Return every stretch on which a pair is within its range, with its closest approach."""
    pair, a, b, since, until = _stretches(legs, sorties, pairs)
    hit, first, last, closest, square = in_range(
        (legs.px[a] - legs.px[b], legs.py[a] - legs.py[b]),
        (legs.vx[a] - legs.vx[b], legs.vy[a] - legs.vy[b]),
        (since - legs.origin).astype(np.float64),
        (until - legs.origin).astype(np.float64),
        pairs.reach[pair],
    )
    a, b = a[hit], b[hit]
    x = legs.px[a] + legs.px[b] + (legs.vx[a] + legs.vx[b]) * closest
    y = legs.py[a] + legs.py[b] + (legs.vy[a] + legs.vy[b]) * closest
    origin = legs.origin
    return Spans(pair[hit], first + origin, last + origin, closest + origin, square, x / 2, y / 2)


def stitch(spans: Spans) -> Spans:
    """Return spans in whole ms, those of a pair that touch joined into one."""
    first, last = wholes(spans.first), wholes(spans.last)
    apart = np.ones(first.size, dtype=bool)
    apart[1:] = (spans.pair[1:] != spans.pair[:-1]) | (first[1:] > last[:-1])
    heads = np.flatnonzero(apart)
    if not heads.size:
        return spans
    tails = np.append(heads[1:], first.size) - 1
    group = np.cumsum(apart) - 1
    least = np.minimum.reduceat(spans.square, heads)
    at = np.flatnonzero(spans.square == least[group])
    at = at[np.searchsorted(group[at], np.arange(heads.size))]
    return Spans(
        spans.pair[heads],
        first[heads],
        last[tails],
        wholes(spans.closest[at]),
        spans.square[at],
        wholes(spans.x[at]),
        wholes(spans.y[at]),
    )


def crossings(group: I64, first: F64) -> I64:
    """Number the spans of each group in order of time, from 0 at the scenario's start.

    Those before it get -1, -2, … backward, so that no warm-up renumbers the rest. ``group`` rises.
    """
    if not group.size:
        return group
    heads = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    sizes = np.diff(np.append(heads, group.size))
    early = np.add.reduceat((first < 0).astype(np.int64), heads)
    return np.arange(group.size) - np.repeat(heads + early, sizes)


def contacts(theatre: Theatre, sorties: Sorties, legs: Legs, pairs: Pairs) -> Contacts:
    """Return the contacts of pairs of sorties that begin within the world's time."""
    found = stitch(spans_in_range(legs, sorties, pairs))
    number = crossings(found.pair, found.first)
    inside = (found.first >= theatre.start_ms) & (found.first < theatre.horizon_ms)
    number, found = number[inside], pick(found, inside)
    a, b = pairs.a[found.pair], pairs.b[found.pair]
    one, other = sorties.identity[a], sorties.identity[b]
    identity = children(np.minimum(one, other), np.maximum(one, other), unsigned(number))
    first, last, closest = (
        column.astype(np.int64) for column in (found.first, found.last, found.closest)
    )
    x, y = found.x.astype(np.int64), found.y.astype(np.int64)
    setting = pairs.setting[found.pair]
    order = np.lexsort((identity, first))
    table = Contacts(identity, a, b, first, last, closest, np.sqrt(found.square), x, y, setting)
    return pick(table, order)
