"""Candidate sorties and their tracks: when every unit is out, and the straight legs it goes.

A schedule is counted in slots from the scenario's start, and waypoints from the sortie's, so that
neither a longer period nor a warm-up renumbers anything: slots and waypoints before the start have
negative numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.draws import F64, U64, Decision, Luck, children
from sim.world.courses import Course, leg_ms
from sim.world.geography import I64, Mesh, wholes
from sim.world.tables import PORTION, pick, spread, stack, unsigned
from sim.world.theatre import NOBODY, Theatre


class Sorties(NamedTuple):
    """Candidate sorties, one row each. Times in ms; ``target`` is the row an interceptor is sent
    against, -1 for all others. A sortie flies if its mark is at most its bloc's activity at
    take-off (and, for an interceptor, if its target flies).
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


def schedule(theatre: Theatre, luck: Luck, force_row: int, units: I64) -> Sorties:
    """Return the candidate sorties of one force's units, in order of unit and time."""
    course = theatre.courses[force_row]
    members = [theatre.units[row] for row in units.tolist()]
    who = np.array([member.identity for member in members], dtype=np.uint64)
    if not course.every:
        identity = children(who, np.zeros(1, dtype=np.uint64))
        begin = np.full(units.size, theatre.start_ms)
        end = np.full(units.size, theatre.horizon_ms)
        return Sorties(
            units, identity, begin, end, np.zeros(units.size), np.full(units.size, NOBODY)
        )
    every, lasting = course.every, course.lasting
    phase = np.floor(luck.us(Decision.PHASE, who) * every).astype(np.int64)
    first = (theatre.start_ms - lasting - course.jitter) // every - 1
    slots = np.arange(first, theatre.horizon_ms // every + 1)
    identity = children(who[:, None], unsigned(slots)[None, :])
    late = np.floor(luck.us(Decision.JITTER, identity) * (course.jitter + 1)).astype(np.int64)
    start = phase[:, None] + slots[None, :] * every + late
    surge = np.array([member.surge for member in members], dtype=np.float64)
    mark = luck.us(Decision.MARK, identity) + surge[:, None]
    keep = (start + lasting > theatre.start_ms) & (start < theatre.horizon_ms)
    keep &= mark <= theatre.a_max
    unit = np.broadcast_to(units[:, None], keep.shape)[keep]
    start = start[keep]
    return Sorties(
        unit, identity[keep], start, start + lasting, mark[keep], np.full(unit.size, NOBODY)
    )


def tracks(theatre: Theatre, luck: Luck, course: Course, sorties: Sorties) -> Segments:
    """Return the legs of the sorties of one course; ``sortie`` counts from 0 in the order given."""
    continuous = not course.every
    if course.mesh is not None:
        if continuous:
            ahead = _wander(course.mesh, course.speed, luck, sorties.identity, theatre.horizon_ms)
            behind = _wander(
                course.mesh, course.speed, luck, sorties.identity, -theatre.start_ms, ahead=False
            )
            return by_time(stack([ahead, behind]))
        legs = _wander(course.mesh, course.speed, luck, sorties.identity, course.lasting)
        return _cut(_shifted(legs, sorties.start), sorties)
    if not course.loop_ms.size:
        return _stay(course, sorties)
    legs = _circle(course, luck, sorties)
    return legs if continuous else _cut(legs, sorties)


def _stay(course: Course, sorties: Sorties) -> Segments:
    """Return one leg each for sorties that stay where they are."""
    rows = np.arange(sorties.start.size)
    x = np.full(rows.size, int(course.loop_x[0]))
    y = np.full(rows.size, int(course.loop_y[0]))
    return Segments(rows, sorties.start, sorties.end, x, y, x, y)


def _circle(course: Course, luck: Luck, sorties: Sorties) -> Segments:
    """Return whole legs of sorties that go round a loop, enough to cover each sortie.

    A scheduled sortie enters the loop as it starts; one that is always out is somewhere on it at
    the scenario's start.
    """
    size, clock = course.loop_ms.size, np.concatenate(([0], np.cumsum(course.loop_ms)))
    lap = int(clock[-1])
    entry = np.zeros(sorties.start.size, dtype=np.int64)
    if course.random_start:
        entry = np.floor(luck.us(Decision.START_LEG, sorties.identity) * lap).astype(np.int64)
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


def _wander(
    area: Mesh, speed: float, luck: Luck, who: U64, span: int, *, ahead: bool = True
) -> Segments:
    """Return whole legs between random waypoints, covering ``span`` ms from time 0 on.

    With ``ahead`` false they lead up to time 0 instead, through waypoints numbered -1, -2, ….
    """
    guess = int(span * speed / area.mean_leg) + 1
    size = PORTION // guess + 1
    parts = []
    for first in range(0, who.size, size):
        part = _wandering(area, speed, luck, who[first : first + size], span, guess, ahead)
        parts.append(part._replace(sortie=part.sortie + first))
    return stack(parts) if parts else NO_SEGMENTS


def _wandering(
    area: Mesh, speed: float, luck: Luck, who: U64, span: int, guess: int, ahead: bool
) -> Segments:
    """Return the legs of a portion of sorties; ``guess`` is about how many each will need."""
    sign = 1 if ahead else -1
    numbers = np.arange(guess + 2)
    x, y = area.points(luck, children(who[:, None], unsigned(sign * numbers)[None, :]))
    clock = np.zeros(x.shape)
    np.cumsum(leg_ms(np.diff(x), np.diff(y), speed), axis=1, out=clock[:, 1:])
    going = np.flatnonzero(clock[:, -1] < span)
    while going.size:
        numbers = np.arange(x.shape[1], x.shape[1] + 2 + int(np.sqrt(guess)))
        names = unsigned(sign * numbers)[None, :]
        more_x, more_y = area.points(luck, children(who[going, None], names))
        x, y, clock = _extended(x, y, clock, going, more_x, more_y, speed)
        going = np.flatnonzero(clock[:, -1] < span)
    return _legs(x, y, clock, span, ahead)


def _extended(
    x: F64, y: F64, clock: F64, rows: I64, more_x: F64, more_y: F64, speed: float
) -> tuple[F64, F64, F64]:
    """Return waypoints and arrival times with further ones for some rows; others end for good."""
    dx = np.diff(more_x, axis=1, prepend=x[rows, -1:])
    dy = np.diff(more_y, axis=1, prepend=y[rows, -1:])
    arrivals = clock[rows, -1:] + np.cumsum(leg_ms(dx, dy, speed), axis=1)
    wide = (x.shape[0], more_x.shape[1])
    wide_x, wide_y, late = np.zeros(wide), np.zeros(wide), np.full(wide, np.inf)
    wide_x[rows], wide_y[rows], late[rows] = more_x, more_y, arrivals
    return np.hstack([x, wide_x]), np.hstack([y, wide_y]), np.hstack([clock, late])


def _legs(x: F64, y: F64, clock: F64, span: int, ahead: bool) -> Segments:
    """Return the legs between waypoints that begin within ``span``."""
    row, leg = np.nonzero(clock[:, :-1] < span)
    t0, t1 = clock[row, leg].astype(np.int64), clock[row, leg + 1].astype(np.int64)
    x0, y0 = x[row, leg].astype(np.int64), y[row, leg].astype(np.int64)
    x1, y1 = x[row, leg + 1].astype(np.int64), y[row, leg + 1].astype(np.int64)
    if ahead:
        return Segments(row, t0, t1, x0, y0, x1, y1)
    return Segments(row, -t1, -t0, x1, y1, x0, y0)


def by_time(legs: Segments) -> Segments:
    """Return legs in order of sortie and time."""
    order = np.lexsort((legs.t0, legs.sortie))
    return pick(legs, order)


def _shifted(legs: Segments, by: I64) -> Segments:
    """Return legs whose times count from their sortie's ``by`` instead of 0."""
    shift = by[legs.sortie]
    return legs._replace(t0=legs.t0 + shift, t1=legs.t1 + shift)


def _cut(legs: Segments, sorties: Sorties) -> Segments:
    """Return legs cut to the times of their sorties, at whole metres."""
    return clip(legs, sorties.start[legs.sortie], sorties.end[legs.sortie])


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
