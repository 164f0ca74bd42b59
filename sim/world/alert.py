"""Interceptors on alert: they launch at what comes within detection range, never at random.

An interceptor takes off some minutes after an opposing aircraft is detected, flies straight to
where it can first meet it, keeps abreast of it until it leaves detection range, crosses the border
(see :mod:`sim.world.borders`), lands or the interceptor's time is used up, and flies straight home.
Simplifications: it launches at aircraft with a schedule or a patrol of their own, not at other
interceptors; it comes into contact with nothing but its target; of launches of one unit that would
overlap, the one that flies at the lower activity stays; a launch that cannot reach its target, or
only beyond the border, is not made.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely
import shapely.affinity

from sim.draws import F64, U64, Decision, Lucks, children, normals
from sim.scenario.quantities import Delay
from sim.world.borders import border, exits, inside
from sim.world.contacts import ROUNDING
from sim.world.courses import Course, leg_ms
from sim.world.geography import I64, Point, wholes
from sim.world.ranges import NO_STAYS, Legs, Stays, crossings, in_range, joined
from sim.world.routines import Border, Watch
from sim.world.tables import PORTION, pick, spread, stack, unsigned
from sim.world.theatre import Theatre
from sim.world.tracks import Segments, Sorties, along, by_time, clip

ABREAST: Final = 1_000
"""Metres east of its target at which an interceptor flies alongside. Judgement."""


class Launches(NamedTuple):
    """Candidate launches of the units of one force; places in metres, times in ms."""

    unit: I64
    identity: U64
    mark: F64
    sortie: I64
    launch: I64
    until: I64


class Chases(NamedTuple):
    """How launches go after their targets, before any track is laid; metres and ms.

    Each leaves its post at ``start``, keeps abreast from ``meet`` to ``leave`` and is back at
    ``end``. Its target flies ``legs`` legs meanwhile, from row ``first`` of the segments on.
    """

    post_x: I64
    post_y: I64
    start: I64
    meet: I64
    leave: I64
    end: I64
    first: I64
    legs: I64


_NO_ROWS = np.zeros(0, dtype=np.int64)
NO_CHASES = Chases(*(_NO_ROWS,) * len(Chases._fields))


def watches(theatre: Theatre) -> tuple[Watch, ...]:
    """Return the forces on alert that can detect any opposing aircraft."""
    found = []
    for force_row, course in enumerate(theatre.courses):
        members = [row for row, unit in enumerate(theatre.units) if unit.force_row == force_row]
        first = theatre.units[members[0]]
        if not first.alert or first.bloc < 0 or not course.launches:
            continue
        radius = first.kind.detection_range
        prey = _within_sight(theatre, first.bloc, course, radius)
        if prey:
            at = shapely.Point(course.post)
            inside = [row for row in prey if _never_leaves(theatre, row, at, radius)]
            rows = (
                np.array(sorted(set(prey) - set(inside)), dtype=np.int64),
                np.array(inside, dtype=np.int64),
            )
            edge = border(theatre, force_row, first.kind.contact_range, _beside(theatre, prey))
            found.append(Watch(force_row, np.array(members), *rows, radius, edge))
    return tuple(found)


def _within_sight(theatre: Theatre, bloc: int, course: Course, radius: float) -> list[int]:
    """Return the rows of opposing aircraft with tracks of their own that may come into range."""
    return [
        row
        for row, unit in enumerate(theatre.units)
        if unit.bloc == 1 - bloc
        and unit.kind.domain == "air"
        and not unit.alert
        and theatre.courses[unit.force_row].hull.distance(course.hull) <= radius + ROUNDING
    ]


def _never_leaves(theatre: Theatre, unit: int, at: shapely.Point, radius: float) -> bool:
    """Whether all that a unit can reach lies within ``radius`` of a point."""
    hull = theatre.courses[theatre.units[unit].force_row].hull
    return bool(at.hausdorff_distance(hull) < radius - ROUNDING)


def _beside(theatre: Theatre, prey: list[int]) -> shapely.Geometry:
    """Return where interceptors may fly abreast of these units."""
    rows = sorted({theatre.units[row].force_row for row in prey})
    hulls = shapely.buffer(shapely.union_all([theatre.courses[row].hull for row in rows]), ROUNDING)
    return shapely.affinity.translate(hulls, ABREAST)


def detections(
    segments: Segments, legs: Legs, sorties: Sorties, post: Point, watch: Watch, worlds: int
) -> Stays:
    """Return when each sortie of the prey is within detection range; ``pair`` is its row.

    Those of a unit in all ``worlds``, and their legs, lie next to each other.
    """
    parts = [NO_STAYS]
    for unit, after in _runs(watch.prey):
        movers = [unit * worlds, after * worlds]
        first, last = legs.rows[np.searchsorted(sorties.unit, movers)].tolist()
        for at in range(first, last, PORTION):
            part = slice(at, min(at + PORTION, last))
            parts.append(_seen(pick(segments, part), legs, part, post, watch.radius))
    always = np.flatnonzero(np.isin(sorties.unit // worlds, watch.inside))
    seen = joined(stack(parts))
    if not always.size:
        return seen
    begin, end = sorties.start[always].astype(np.float64), sorties.end[always].astype(np.float64)
    both = stack([seen, Stays(always, begin, end)])
    return pick(both, np.argsort(both.pair, kind="stable"))


def _runs(rows: I64) -> list[tuple[int, int]]:
    """Return rising rows as runs: the first of each, and one past its last."""
    breaks = np.flatnonzero(np.diff(rows) > 1) + 1
    return [(int(run[0]), int(run[-1]) + 1) for run in np.split(rows, breaks) if run.size]


def _seen(segments: Segments, legs: Legs, part: slice, post: Point, radius: float) -> Stays:
    """Return when some legs are within detection range of a post.

    One that begins and ends in range never leaves it; only for the others there is a sum to do.
    """
    x0, y0, x1, y1 = (
        segments.x0 - post[0], segments.y0 - post[1], segments.x1 - post[0], segments.y1 - post[1]
    )  # fmt: skip
    limit = radius * radius
    seen = (x0 * x0 + y0 * y0 <= limit) & (x1 * x1 + y1 * y1 <= limit)
    near = (np.minimum(x0, x1) <= radius) & (np.maximum(x0, x1) >= -radius)
    near &= (np.minimum(y0, y1) <= radius) & (np.maximum(y0, y1) >= -radius)
    first, last = legs.t0[part].astype(np.float64), legs.t1[part].astype(np.float64)
    partly = np.flatnonzero(near & ~seen)
    at = partly + part.start
    hit, since, until, _, _ = in_range(
        (legs.px[at] - post[0], legs.py[at] - post[1]),
        (legs.vx[at], legs.vy[at]),
        first[partly],
        last[partly],
        radius,
    )
    partly = partly[hit]
    first[partly], last[partly], seen[partly] = since, until, True
    rows = np.flatnonzero(seen)
    return Stays(segments.sortie[rows], first[rows], last[rows])


def delays(delay: Delay, u: F64) -> F64:
    """Return random delays in whole ms, one for each uniform."""
    if delay.exponential:
        return wholes(-delay.scale * np.log1p(-u))
    if not delay.sigma:
        return np.full(u.shape, delay.scale)
    return wholes(delay.scale * np.exp(delay.sigma * normals(u)))


def candidates(
    theatre: Theatre, luck: Lucks, watch: Watch, sorties: Sorties, seen: Stays
) -> Launches:
    """Return the launches of one force that fly at some activity up to the scenario's most.

    Each unit launches by its own luck, so that at base activity one of the force does with
    probability ``launches``.
    """
    course = theatre.courses[watch.force_row]
    chance = 1 - (1 - course.launches) ** (1 / course.number)
    who = np.array([theatre.units[row].identity for row in watch.units.tolist()], dtype=np.uint64)
    number = unsigned(crossings(seen.pair, seen.first, theatre.start_ms))
    identity = children(who[:, None], sorties.identity[seen.pair][None, :], number[None, :])
    of = sorties.unit[seen.pair] % luck.count
    mark = luck.us(Decision.SCRAMBLE, identity, of) / chance
    unit, at = np.nonzero(mark <= theatre.a_max)
    identity, mark, of = identity[unit, at], mark[unit, at], of[at]
    u = luck.us(Decision.SCRAMBLE_DELAY, identity, of)
    wait = delays(theatre.scenario.parameters.scramble, u)
    launch = (seen.first[at] + wait).astype(np.int64)
    until = np.minimum(seen.last[at].astype(np.int64), launch + course.lasting)
    made = (launch < until) & (launch >= theatre.start_ms) & (launch < theatre.horizon_ms)
    table = Launches(
        watch.units[unit] * luck.count + of, identity, mark, seen.pair[at], launch, until
    )
    return pick(table, made)


def pursue(
    legs: Legs, course: Course, launch: I64, sortie: I64, until: I64
) -> tuple[I64, I64, I64]:
    """Return which launches reach their target, on which of its legs, and when (whole ms).

    The interceptor flies straight at constant speed V, so it meets a target at q + v s, seen from
    the base at launch, when |q + v s| = V s; the first root counts.
    """
    first, count = legs.within(sortie, launch, until)
    row, number = spread(count)
    leg = first[row] + number
    t = launch[row].astype(np.float64)
    qx = legs.px[leg] + legs.vx[leg] * t + ABREAST - course.post[0]
    qy = legs.py[leg] + legs.vy[leg] * t - course.post[1]
    vx, vy = legs.vx[leg], legs.vy[leg]
    b, c = qx * vx + qy * vy, qx * qx + qy * qy
    bend = b * b - (vx * vx + vy * vy - course.speed * course.speed) * c
    under = np.sqrt(np.maximum(bend, 0.0)) - b
    after = np.where(under > 0, c / np.where(under > 0, under, 1.0), np.inf)
    meet = launch[row] + after
    meets = (bend >= 0) & (meet >= legs.t0[leg] - 0.5) & (meet <= legs.t1[leg] + 0.5)
    row, leg, meet = row[meets], leg[meets], meet[meets]
    head = np.flatnonzero(np.append(True, row[1:] != row[:-1])[: row.size])
    row, leg, meet = row[head], leg[head], wholes(meet[head]).astype(np.int64)
    meet = np.maximum(np.clip(meet, legs.t0[leg], legs.t1[leg]), launch[row] + 1)
    in_time = (meet < until[row]) & (meet <= legs.t1[leg])
    return row[in_time], leg[in_time], meet[in_time]


def unhindered(unit: I64, launch: I64, until: I64, order: F64) -> I64:
    """Return the rows of launches that remain when those of a unit must not overlap.

    Of two that do, the one with the smaller ``order``, the activity at which it flies, remains.
    """
    by_launch = np.lexsort((launch, unit))
    low, span = launch.min(initial=0), until.max(initial=0) - launch.min(initial=0) + 1
    begins = (unit * span + launch - low)[by_launch]
    after = np.searchsorted(begins, (unit * span + until - low)[by_launch]).tolist()
    kept, hindered = bytearray(launch.size), bytearray(launch.size)
    for at in np.lexsort((begins, order[by_launch])).tolist():
        if not hindered[at] and kept.find(1, at + 1, after[at]) < 0:
            kept[at] = 1
            hindered[at : after[at]] = b"\1" * (after[at] - at)
    return np.sort(by_launch[np.frombuffer(kept, dtype=bool)])


def home(post: tuple[I64 | int, I64 | int], speed: float, x: I64, y: I64) -> I64:
    """Return the time in ms that the straight flight home to a post from each place takes."""
    dx, dy = (x - post[0]).astype(np.float64), (y - post[1]).astype(np.float64)
    return leg_ms(dx, dy, speed).astype(np.int64)


def scrambles(
    theatre: Theatre,
    luck: Lucks,
    watch: Watch,
    sorties: Sorties,
    segments: Segments,
    legs: Legs,
) -> tuple[Sorties, Chases]:
    """Return the launches of one force and how each goes after its target."""
    course = theatre.courses[watch.force_row]
    seen = detections(segments, legs, sorties, course.post, watch, luck.count)
    made = candidates(theatre, luck, watch, sorties, seen)
    row, leg, meet = pursue(legs, course, made.launch, made.sortie, made.until)
    made = pick(made, row)
    x, y = along(pick(segments, leg), meet)
    made, meet = _this_side(watch.border, made, (x + ABREAST, y), meet, segments, legs)
    first, count = legs.within(made.sortie, meet, made.until)
    x, y = along(pick(segments, first + count - 1), made.until)
    end = made.until + home(course.post, course.speed, x + ABREAST, y)
    table = Sorties(made.unit, made.identity, made.launch, end, made.mark, made.sortie)
    busy = np.maximum(end, made.launch + course.every)
    flown_at = np.maximum(made.mark, sorties.mark[made.sortie])
    keep = unhindered(made.unit, made.launch, busy, flown_at)
    post_x, post_y = (np.full(meet.size, place) for place in course.post)
    chases = Chases(post_x, post_y, made.launch, meet, made.until, end, first, count)
    return pick(table, keep), pick(chases, keep)


def _this_side(
    edge: Border | None,
    made: Launches,
    at: tuple[I64, I64],
    meet: I64,
    segments: Segments,
    legs: Legs,
) -> tuple[Launches, I64]:
    """Return the launches that meet their targets, ``at`` some places, on this side of a border.

    They last until their targets cross it. With the launches come the times of their meetings.
    """
    if edge is None:
        return made, meet
    rows = np.flatnonzero(inside(edge, *at))
    made, meet = pick(made, rows), meet[rows]
    first, count = legs.within(made.sortie, meet, made.until)
    track = _abreast(segments, first, count, meet, made.until)
    until = made.until.astype(np.float64)
    np.minimum.at(until, track.sortie, exits(edge, track))
    made = made._replace(until=until.astype(np.int64))
    rows = np.flatnonzero(made.until > meet)
    return pick(made, rows), meet[rows]


def _abreast(segments: Segments, first: I64, count: I64, meet: I64, leave: I64) -> Segments:
    """Return the legs beside targets; ``sortie`` counts the targets from 0 in the order given."""
    row, number = spread(count)
    beside = clip(pick(segments, first[row] + number)._replace(sortie=row), meet[row], leave[row])
    return beside._replace(x0=beside.x0 + ABREAST, x1=beside.x1 + ABREAST)


def flights(chases: Chases, segments: Segments) -> Segments:
    """Return the tracks of launches: out to the target, abreast of it, and straight home.

    ``segments`` are the legs of the targets; those returned count launches from 0.
    """
    beside = _abreast(segments, chases.first, chases.legs, chases.meet, chases.leave)
    rows = np.arange(chases.meet.size)
    tails = np.cumsum(chases.legs) - 1
    heads = tails - chases.legs + 1
    x, y = chases.post_x, chases.post_y
    out = Segments(rows, chases.start, chases.meet, x, y, beside.x0[heads], beside.y0[heads])
    back = Segments(rows, chases.leave, chases.end, beside.x1[tails], beside.y1[tails], x, y)
    return by_time(stack([out, beside, back]))
