"""Contacts: the exact times at which two opposing units come within range and part again.

A contact lasts from the first moment in range to the last. A world holds those that are worth
anyone's noting: whether one is depends on its own luck alone, so a pair of sorties none of whose
contacts could be noted is passed over without working out whether it meets at all.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.draws import F64, U64, Decision, Lucks, children, numbered
from sim.scenario.kinds import MEETS
from sim.world.geography import I64
from sim.world.ranges import Legs, Spans, crossings, in_range, stitch
from sim.world.routines import Meetings
from sim.world.tables import pick, portions, spread, stack, unsigned
from sim.world.theatre import Theatre
from sim.world.tracks import Sorties

SETTINGS: Final = ("air_air", "air_sea", "sea_sea", "land_land", "air_air_defence")
"""Where two units meet, by their domains; a contact holds a row of this."""

ROUNDING: Final = 2.0
"""Metres by which whole-metre places may lie outside the outline they were drawn in."""

OFTEN: Final = 0.1
"""Chance of being noted above which no pair is passed over, as hardly any could be."""


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


class Pairs(NamedTuple):
    """Pairs of sorties that may meet, with the range in metres at which they do."""

    a: I64
    b: I64
    reach: F64
    setting: I64


class Side(NamedTuple):
    """Sorties, and their legs as lines."""

    sorties: Sorties
    legs: Legs


class Overlaps(NamedTuple):
    """When both sorties of each pair are out, and their legs then: the first, and how many."""

    since: I64
    until: I64
    first_a: I64
    count_a: I64
    first_b: I64
    count_b: I64


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


def together(sorties: Sorties, which: Meetings, units: int, worlds: int) -> Pairs:
    """Return the pairs of sorties of units that may meet and are out at the same time.

    ``sorties`` are in order of mover and time; a unit's own never overlap, so for each of one side
    those of the other that overlap it lie next to each other.
    """
    bounds = np.searchsorted(sorties.unit, np.arange(units * worlds + 1))
    movers_a, movers_b = (
        (row[:, None] * worlds + np.arange(worlds)).ravel() for row in (which.a, which.b)
    )
    meeting, number = spread((bounds[1:] - bounds[:-1])[movers_a])
    a = bounds[movers_a][meeting] + number
    low = int(sorties.start.min(initial=0))
    era = int(sorties.end.max(initial=0)) - low + 1
    shift = sorties.unit * era - low
    base = movers_b[meeting] * era - low
    first = np.searchsorted(shift + sorties.end, base + sorties.start[a], side="right")
    until = np.searchsorted(shift + sorties.start, base + sorties.end[a], side="left")
    row, number = spread(np.maximum(until - first, 0))
    meeting = meeting[row] // worlds
    return Pairs(a[row], first[row] + number, which.reach[meeting], which.setting[meeting])


def _overlaps(one: Side, other: Side, pairs: Pairs) -> Overlaps:
    since = np.maximum(one.sorties.start[pairs.a], other.sorties.start[pairs.b])
    until = np.minimum(one.sorties.end[pairs.a], other.sorties.end[pairs.b])
    return Overlaps(
        since,
        until,
        *one.legs.within(pairs.a, since, until),
        *other.legs.within(pairs.b, since, until),
    )


def meeting(one: U64, other: U64) -> U64:
    """Return the identities of pairs of sorties, whichever of the two comes first."""
    return children(np.minimum(one, other), np.maximum(one, other))


def promising(
    theatre: Theatre,
    luck: Lucks,
    share: float,
    ends: U64,
    of: I64,
    since: I64,
    until: I64,
    most: I64,
) -> I64:
    """Return the rows of pairs of which some contact would be noted, if it took place.

    The pairs, of identities ``ends`` in the worlds ``of``, are out together from ``since`` to
    ``until`` and cannot meet more often than ``most`` times; crossings are numbered as in
    :func:`sim.world.ranges.crossings`, from 0 up or from -1 down.
    """
    if share >= OFTEN:
        return np.arange(ends.size)
    early = (since < 0) | (since <= theatre.start_ms)
    noted = early & (until >= 0)
    turn = -early.astype(np.int64)  # in two's complement, number ^ -1 is -1 - number
    for part in portions(most):
        row, number = spread(most[part])
        who = numbered(ends[part], row, unsigned(number ^ turn[part][row]))
        noted[part.start + row[luck.us(Decision.NOTEWORTHY, who, of[part][row]) < share]] = True
    return np.flatnonzero(noted)


def _spans_in_range(one: Legs, other: Legs, pairs: Pairs, overlaps: Overlaps, part: slice) -> Spans:
    """Return every stretch on which the pairs of one portion are within range."""
    pair, number = spread(overlaps.count_a[part])
    pair = pair + part.start
    leg_a = overlaps.first_a[pair] + number
    since = np.maximum(overlaps.since[pair], one.t0[leg_a])
    until = np.minimum(overlaps.until[pair], one.t1[leg_a])
    first, count = other.within_each(pairs.b[pair], until, overlaps.first_b[pair], number == 0)
    row, number = spread(count)
    pair, a, b = pair[row], leg_a[row], first[row] + number
    since = np.maximum(since[row], other.t0[b])
    until = np.minimum(until[row], other.t1[b])
    hit, begin, end, closest, square = in_range(
        (one.px[a] - other.px[b], one.py[a] - other.py[b]),
        (one.vx[a] - other.vx[b], one.vy[a] - other.vy[b]),
        since.astype(np.float64),
        until.astype(np.float64),
        pairs.reach[pair],
    )
    a, b = a[hit], b[hit]
    x = one.px[a] + other.px[b] + (one.vx[a] + other.vx[b]) * closest
    y = one.py[a] + other.py[b] + (one.vy[a] + other.vy[b]) * closest
    return Spans(pair[hit], begin, end, closest, square, x / 2, y / 2)


def contacts(
    theatre: Theatre, luck: Lucks, share: float, one: Side, other: Side, pairs: Pairs
) -> Contacts:
    """Return the contacts of pairs of sorties that begin within the world's time and are noted.

    ``share`` is the chance that one is; with 1, all are returned. They are in no order.
    """
    overlaps = _overlaps(one, other, pairs)
    ends = meeting(one.sorties.identity[pairs.a], other.sorties.identity[pairs.b])
    of_world = one.sorties.unit[pairs.a] % luck.count
    most = overlaps.count_a + overlaps.count_b - 1  # stretches on which both keep straight on
    rows = promising(theatre, luck, share, ends, of_world, overlaps.since, overlaps.until, most)
    pairs, overlaps = pick(pairs, rows), pick(overlaps, rows)
    spans = [
        _spans_in_range(one.legs, other.legs, pairs, overlaps, part)
        for part in portions(overlaps.count_a + overlaps.count_b)
    ]
    found = stitch(stack(spans))
    number = crossings(found.pair, found.first, theatre.start_ms)
    identity = children(ends[rows][found.pair], unsigned(number))
    noted = (found.first >= theatre.start_ms) & (found.first < theatre.horizon_ms)
    noted &= luck.us(Decision.NOTEWORTHY, identity, of_world[rows][found.pair]) < share
    found, identity = pick(found, noted), identity[noted]
    of = pick(pairs, found.pair)
    first, last, closest = (
        column.astype(np.int64) for column in (found.first, found.last, found.closest)
    )
    x, y = found.x.astype(np.int64), found.y.astype(np.int64)
    distance = np.sqrt(found.square)
    return Contacts(identity, of.a, of.b, first, last, closest, distance, x, y, of.setting)
