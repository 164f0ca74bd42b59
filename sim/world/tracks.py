"""Candidate sorties and their tracks: when every unit is out, and the straight legs it goes.

A schedule is counted in slots from the scenario's start, and waypoints from the sortie's, so that
neither a longer period nor a warm-up renumbers anything: slots and waypoints before the start have
negative numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from sim.draws import F64, U64, Decision, Lucks, children, numbered
from sim.world.courses import Course, leg_ms
from sim.world.geography import I64, Mesh, wholes
from sim.world.tables import pick, portions, spread, stack, unsigned
from sim.world.theatre import NOBODY, Theatre


class Sorties(NamedTuple):
    """Candidate sorties, one row each. Times in ms; ``target`` is the row an interceptor is sent
    against, -1 for all others. A sortie flies if its mark is at most its bloc's activity at
    take-off (and, for an interceptor, if its target flies).

    While several worlds are made at a time, ``unit`` is a mover: a unit in one of the worlds,
    numbered ``unit * worlds + world``, so that a unit's own sorties lie next to each other.
    """

    unit: I64
    identity: U64
    start: I64
    end: I64
    mark: F64
    target: I64


class Segments(NamedTuple):
    """Straight legs, sorted by (sortie, t0), from (x0, y0) at t0 to (x1, y1) at t1.

    Legs of one sortie follow each other without a gap. Those of a unit that is out all the time,
    and of a sortie under way when the world begins, may reach beyond the sortie's own times, which
    are then what counts.
    """

    sortie: I64
    t0: I64
    t1: I64
    x0: I64
    y0: I64
    x1: I64
    y1: I64


_NO_ROWS = np.zeros(0, dtype=np.int64)
NO_SORTIES = Sorties(
    _NO_ROWS, np.zeros(0, dtype=np.uint64), _NO_ROWS, _NO_ROWS, np.zeros(0), _NO_ROWS
)
NO_SEGMENTS = Segments(*(_NO_ROWS,) * len(Segments._fields))

THEATRES: Final = 16
"""Theatres whose slots are kept."""

SPARE: Final = 2.0
"""Waypoints drawn beyond the mean number of legs, in square roots of it."""

MORE: Final = 3
"""Waypoints drawn besides: a leg has two ends, and short walks vary the most."""

_WAYPOINT = (Decision.WAYPOINT_TRIANGLE, Decision.WAYPOINT_ALONG, Decision.WAYPOINT_ACROSS)


class Slots(NamedTuple):
    """Every slot in which a sortie may fall in a theatre's time, mover by mover.

    ``turn`` is the row of the mover among those that move by themselves, ``begin`` the slot's own
    beginning, ``late`` one more than the most ms that a sortie is late. A unit that is out all the
    time has one slot, in which it is never late and has no mark.
    """

    mover: I64
    turn: I64
    identity: U64
    begin: I64
    lasting: I64
    late: I64
    surge: F64
    marked: F64


class Turns(NamedTuple):
    """The movers that move by themselves, by force; ``every`` is 0 for those always out."""

    mover: I64
    identity: U64
    every: I64


_NO_NAMES, _NO_NUMBERS = np.zeros(0, dtype=np.uint64), np.zeros(0)
NO_TURNS = Turns(_NO_ROWS, _NO_NAMES, _NO_ROWS)
NO_SLOTS = Slots(_NO_ROWS, _NO_ROWS, _NO_NAMES, *(_NO_ROWS,) * 3, _NO_NUMBERS, _NO_NUMBERS)


@lru_cache(maxsize=THEATRES)
def _slots(theatre: Theatre, worlds: int) -> tuple[Turns, Slots]:
    """Return who moves by itself in so many worlds, and in which slots."""
    turns, slots = [NO_TURNS], [NO_SLOTS]
    count = 0
    for force_row, units in theatre.routine.movers:
        members = [theatre.units[row] for row in units.tolist() for _ in range(worlds)]
        movers = (units[:, None] * worlds + np.arange(worlds)).ravel()
        who = np.array([member.identity for member in members], dtype=np.uint64)
        course = theatre.courses[force_row]
        number, begin = _periods(theatre, course)
        lasting = course.lasting if course.every else theatre.horizon_ms - theatre.start_ms
        surge = np.array([member.surge for member in members], dtype=np.float64)
        size, each = number.size, movers.size
        turns.append(Turns(movers, who, np.full(each, course.every)))
        slots.append(
            Slots(
                np.repeat(movers, size),
                np.repeat(np.arange(count, count + each), size),
                children(who[:, None], unsigned(number)[None, :]).ravel(),
                np.tile(begin, each),
                np.full(each * size, lasting),
                np.full(each * size, course.jitter + 1),
                np.repeat(surge, size),
                np.full(each * size, 1.0 if course.every else 0.0),
            )
        )
        count += each
    return stack(turns), stack(slots)


def slots_in(theatre: Theatre) -> int:
    """Return in how many slots the sorties of one world may fall."""
    return _slots(theatre, 1)[1].mover.size


def _periods(theatre: Theatre, course: Course) -> tuple[I64, I64]:
    """Return the numbers of a course's slots and when, but for a unit's phase, they begin."""
    if not course.every:
        return np.zeros(1, dtype=np.int64), np.full(1, theatre.start_ms)
    first = (theatre.start_ms - course.lasting - course.jitter) // course.every - 1
    number = np.arange(first, theatre.horizon_ms // course.every + 1)
    return number, number * course.every


def schedule(theatre: Theatre, luck: Lucks) -> Sorties:
    """Return the candidate sorties that depend on nobody else, in order of mover and time."""
    turns, slots = _slots(theatre, luck.count)
    of = slots.mover % luck.count
    u = luck.us(Decision.PHASE, turns.identity, turns.mover % luck.count)
    phase = np.floor(u * turns.every).astype(np.int64)
    late = np.floor(luck.us(Decision.JITTER, slots.identity, of) * slots.late).astype(np.int64)
    start = phase[slots.turn] + slots.begin + late
    end = start + slots.lasting
    mark = luck.us(Decision.MARK, slots.identity, of) * slots.marked + slots.surge
    keep = (end > theatre.start_ms) & (start < theatre.horizon_ms) & (mark <= theatre.a_max)
    table = Sorties(slots.mover, slots.identity, start, end, mark, np.full(start.size, NOBODY))
    return pick(table, np.flatnonzero(keep))


class _Walk(NamedTuple):
    """Who wanders: from time 0 on for ``span`` ms, to waypoints 0, 1, … of one of the meshes.

    ``world`` says by whose luck.
    With ``sign`` -1 the waypoints are numbered -1, -2, … instead. ``size`` of them are drawn.
    """

    sortie: I64
    who: U64
    world: I64
    sign: I64
    span: I64
    speed: F64
    mesh: I64
    size: I64


_NO_WALK = _Walk(_NO_ROWS, _NO_NAMES, *(_NO_ROWS,) * 3, _NO_NUMBERS, _NO_ROWS, _NO_ROWS)


def tracks(theatre: Theatre, luck: Lucks, sorties: Sorties) -> Segments:
    """Return the legs of sorties in order of force, each at its own course."""
    walks, forces = [_NO_WALK], []
    force_of = np.array([unit.force_row for unit in theatre.units])[sorties.unit // luck.count]
    for force_row, _ in theatre.routine.movers:
        course = theatre.courses[force_row]
        rows = slice(*np.searchsorted(force_of, [force_row, force_row + 1]).tolist())
        forces.append((course, rows))
        if course.mesh is not None:
            walks.extend(_walks(theatre, course, sorties, rows, len(forces) - 1, luck.count))
    meshes = [course.mesh for course, _ in forces]
    walk = stack(walks)
    wandered = _wander(luck, meshes, walk)
    parts, scheduled = [NO_SEGMENTS], np.zeros(sorties.unit.size, dtype=bool)
    for at, (course, rows) in enumerate(forces):
        scheduled[rows] = course.every > 0
        if course.mesh is None:
            legs = _round(course, luck, pick(sorties, rows))
            parts.append(legs._replace(sortie=legs.sortie + rows.start))
        else:
            first, last = np.searchsorted(walk.mesh, [at, at + 1])
            own = np.searchsorted(wandered.sortie, [first, last]).tolist()
            parts.append(_laid(walk, pick(wandered, slice(*own)), course, sorties))
    return _cut(stack(parts), sorties, np.flatnonzero(scheduled))


def _walks(
    theatre: Theatre, course: Course, sorties: Sorties, rows: slice, mesh: int, worlds: int
) -> list[_Walk]:
    """Return how the sorties of one force wander: ahead from their start, or both ways from 0."""
    assert course.mesh is not None
    spans = (
        [(1, course.lasting)]
        if course.every
        else [(-1, -theatre.start_ms), (1, theatre.horizon_ms)]
    )
    found = []
    for sign, span in spans:
        sortie = np.arange(rows.start, rows.stop)
        legs = span * course.speed / course.mesh.mean_leg
        size = int(legs + SPARE * np.sqrt(legs)) + MORE
        found.append(
            _Walk(
                sortie,
                sorties.identity[rows],
                sorties.unit[rows] % worlds,
                np.full(sortie.size, sign),
                np.full(sortie.size, span),
                np.full(sortie.size, course.speed),
                np.full(sortie.size, mesh),
                np.full(sortie.size, size),
            )
        )
    return found


def _laid(walk: _Walk, legs: Segments, course: Course, sorties: Sorties) -> Segments:
    """Return one force's wandered legs, which count walks from time 0, at their sorties' times."""
    sortie = walk.sortie[legs.sortie]
    if course.every:
        shift = sorties.start[sortie]
        return legs._replace(sortie=sortie, t0=legs.t0 + shift, t1=legs.t1 + shift)
    ahead = walk.sign[legs.sortie] > 0
    back = pick(legs._replace(sortie=sortie), ~ahead)
    back = Segments(back.sortie, -back.t1, -back.t0, back.x1, back.y1, back.x0, back.y0)
    return by_time(stack([back, pick(legs._replace(sortie=sortie), ahead)]))


def _round(course: Course, luck: Lucks, sorties: Sorties) -> Segments:
    """Return the legs of sorties of one course that has no waypoints."""
    return _circle(course, luck, sorties) if course.loop_ms.size else _stay(course, sorties)


def _stay(course: Course, sorties: Sorties) -> Segments:
    """Return one leg each for sorties that stay where they are."""
    rows = np.arange(sorties.start.size)
    x = np.full(rows.size, int(course.loop_x[0]))
    y = np.full(rows.size, int(course.loop_y[0]))
    return Segments(rows, sorties.start, sorties.end, x, y, x, y)


def _circle(course: Course, luck: Lucks, sorties: Sorties) -> Segments:
    """Return whole legs of sorties that go round a loop, enough to cover each sortie.

    A scheduled sortie enters the loop as it starts; one that is always out is somewhere on it at
    the scenario's start.
    """
    size, clock = course.loop_ms.size, np.concatenate(([0], np.cumsum(course.loop_ms)))
    lap = int(clock[-1])
    entry = np.zeros(sorties.start.size, dtype=np.int64)
    if course.random_start:
        u = luck.us(Decision.START_LEG, sorties.identity, sorties.unit % luck.count)
        entry = np.floor(u * lap).astype(np.int64)
    origin = (sorties.start if course.every else 0) - entry

    def leg_at(t: I64) -> I64:
        laps, rest = np.divmod(t - origin, lap)
        result: I64 = laps * size + np.searchsorted(clock, rest, side="right") - 1
        return result

    first = leg_at(sorties.start)
    row, number = spread(leg_at(sorties.end - 1) - first + 1)
    laps, corner = np.divmod(first[row] + number, size)
    after = (corner + 1) % size
    t0 = origin[row] + laps * lap + clock[corner]
    x, y = course.loop_x.astype(np.int64), course.loop_y.astype(np.int64)
    return Segments(row, t0, t0 + course.loop_ms[corner], x[corner], y[corner], x[after], y[after])


def _wander(luck: Lucks, meshes: Sequence[Mesh | None], walk: _Walk) -> Segments:
    """Return whole legs between random waypoints; ``sortie`` counts the walks from 0."""
    parts = [NO_SEGMENTS]
    for part in portions(walk.size):
        legs = _wandering(luck, meshes, pick(walk, part))
        parts.append(legs._replace(sortie=legs.sortie + part.start))
    return stack(parts)


def _wandering(luck: Lucks, meshes: Sequence[Mesh | None], walk: _Walk) -> Segments:
    """Return the legs of a portion of walks, in order; those that fall short are drawn anew."""
    row, number = spread(walk.size)
    x, y = _waypoints(luck, meshes, walk, row, number)
    tails = np.cumsum(walk.size) - 1
    taken = leg_ms(x[1:] - x[:-1], y[1:] - y[:-1], walk.speed[row[1:]])
    clock = np.zeros(x.size)
    np.cumsum(taken, out=clock[1:])
    clock -= clock[tails - walk.size + 1][row]
    going = clock < walk.span[row]
    short = going[tails]
    going[tails] = False
    if short.any():
        going &= ~short[row]
    at = np.flatnonzero(going)
    t, east, north = clock.astype(np.int64), x.astype(np.int64), y.astype(np.int64)
    legs = Segments(row[at], t[at], t[at + 1], east[at], north[at], east[at + 1], north[at + 1])
    if not short.any():
        return legs
    again = np.flatnonzero(short)
    more = _wandering(luck, meshes, pick(walk._replace(size=2 * walk.size), again))
    both = stack([legs, more._replace(sortie=again[more.sortie])])
    return pick(both, np.argsort(both.sortie, kind="stable"))


def _waypoints(
    luck: Lucks, meshes: Sequence[Mesh | None], walk: _Walk, row: I64, number: I64
) -> tuple[F64, F64]:
    """Return where the waypoints of walks are, by row and number."""
    who = numbered(walk.who, row, unsigned(walk.sign[row] * number))
    of = walk.world[row]
    uniforms = [luck.us(decision, who, of) for decision in _WAYPOINT]
    x, y = np.empty(who.size), np.empty(who.size)
    ends = np.cumsum(walk.size)
    for at in np.unique(walk.mesh).tolist():
        area = meshes[at]
        assert area is not None
        first, last = np.searchsorted(walk.mesh, [at, at + 1])
        part = slice(ends[first] - walk.size[first], ends[last - 1])
        x[part], y[part] = area.points(*(u[part] for u in uniforms))
    return x, y


def by_time(legs: Segments) -> Segments:
    """Return legs in order of sortie and time."""
    order = np.lexsort((legs.t0, legs.sortie))
    return pick(legs, order)


def _cut(legs: Segments, sorties: Sorties, which: I64) -> Segments:
    """Return legs of which those of some sorties are cut to their times, at whole metres."""
    rows = np.searchsorted(legs.sortie, np.arange(sorties.start.size + 1))
    outer = np.zeros(legs.t0.size, dtype=bool)
    outer[rows[which]] = outer[rows[which + 1] - 1] = True
    at = np.flatnonzero(outer)
    ends = pick(legs, at)
    ends = clip(ends, sorties.start[ends.sortie], sorties.end[ends.sortie])
    for column, cut in zip(legs, ends, strict=True):
        column[at] = cut
    return legs


def clip(legs: Segments, begin: I64, end: I64) -> Segments:
    """Return each leg between two times of its own, which overlap it."""
    t0, t1 = np.maximum(legs.t0, begin), np.minimum(legs.t1, end)
    x0, y0 = along(legs, t0)
    x1, y1 = along(legs, t1)
    return Segments(legs.sortie, t0, t1, x0, y0, x1, y1)


def along(legs: Segments, t: I64) -> tuple[I64, I64]:
    """Return where each leg is at a time of its own, in whole metres."""
    part = (t - legs.t0) / (legs.t1 - legs.t0)
    x = wholes(legs.x0 + (legs.x1 - legs.x0) * part)
    y = wholes(legs.y0 + (legs.y1 - legs.y0) * part)
    return x.astype(np.int64), y.astype(np.int64)
