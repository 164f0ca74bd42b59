"""A course: how the units of one force move, worked out once for all worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely

from sim.draws import F64
from sim.scenario.kinds import UNIT_KINDS
from sim.scenario.models import Force, Sorties
from sim.scenario.quantities import HOUR, MINUTE, SECOND
from sim.world.geography import I64, Mesh, Point, Projection, mesh, whole, wholes

ALERT_LASTING: Final = 2 * HOUR
"""Time in ms for which an interceptor stays with its target unless its sorties say otherwise.

Judgement: about the endurance of a fighter without a tanker.
"""


SMALL: Final = MINUTE
"""Time in ms: a lap, or a leg between two waypoints, that takes less is a place, not a course.

It keeps the number of legs within reason; at aircraft speed it is some 15 km.
"""


class Course(NamedTuple):
    """How the units of one force move. Speed in metres per ms, times in ms, places in metres.

    A wanderer has a ``mesh``; all others go round a loop of ``loop_x``, ``loop_y``, whose legs take
    ``loop_ms`` (one corner and no leg for a station; there and back for a route). ``every`` is 0
    for a force that is out all the time. ``post`` is where an interceptor waits, ``guards`` the
    area it guards, if any. ``hull`` is convex and holds all that the force can reach by itself.
    """

    mesh: Mesh | None
    loop_x: F64
    loop_y: F64
    loop_ms: I64
    random_start: bool
    speed: float
    every: int
    lasting: int
    jitter: int
    post: Point
    guards: shapely.Polygon | None
    hull: shapely.Geometry
    launches: float
    number: int


def leg_ms(dx: F64, dy: F64, speed: F64 | float) -> F64:
    """Return the time each leg takes, in whole ms and at least 1."""
    return np.maximum(wholes(np.sqrt(dx * dx + dy * dy) / speed), 1.0)


def _slack(sorties: Sorties) -> int:
    """Return how late a sortie may start in its slot so that it never meets the next one.

    Without ``jitter``, half of what is left of the period.
    """
    room = sorties.every - sorties.lasting
    return min(room, room // 2 if sorties.jitter is None else sorties.jitter)


def _corners(force: Force, projection: Projection) -> list[Point]:
    """Return the corners of the loop that a force goes round; none for a wanderer."""
    moves = force.moves
    if moves.station is not None:
        return [projection.metres(*moves.station)]
    if moves.racetrack is not None:
        return projection.ring(moves.racetrack)
    if moves.route is not None:
        line = projection.ring(moves.route)
        return line + line[-2:0:-1]
    return []


def _loop(corners: Sequence[Point], speed: float) -> tuple[F64, F64, I64]:
    """Return a loop's corners and the times of its legs, the last of which closes it."""
    x = np.array([corner[0] for corner in corners], dtype=np.float64)
    y = np.array([corner[1] for corner in corners], dtype=np.float64)
    if x.size < 2:
        return x, y, np.zeros(0, dtype=np.int64)
    legs = leg_ms(np.roll(x, -1) - x, np.roll(y, -1) - y, speed)
    return x, y, legs.astype(np.int64)


class _Way(NamedTuple):
    """Where a force goes: by waypoints or round a loop, and the hull of all that."""

    mesh: Mesh | None
    loop: tuple[F64, F64, I64]
    post: Point
    hull: shapely.Geometry


def _way(force: Force, area: shapely.Polygon | None, projection: Projection, speed: float) -> _Way:
    """Return where a force goes; one on alert, or with a course too small, stays at its post."""
    corners = _corners(force, projection)
    hull = shapely.convex_hull(area if area is not None else shapely.MultiPoint(corners))
    middle = shapely.centroid(area if area is not None else hull)
    post = (whole(middle.x), whole(middle.y))
    if not UNIT_KINDS[force.kind].alert:
        waypoints, loop = mesh(area) if area is not None else None, _loop(corners, speed)
        time = waypoints.mean_leg / speed if waypoints is not None else float(loop[2].sum())
        if time >= SMALL:
            return _Way(waypoints, loop, post, hull)
    return _Way(None, _loop([post], speed), post, shapely.Point(post))


def lay(force: Force, areas: Mapping[str, shapely.Polygon], projection: Projection) -> Course:
    """Return the course of a force; ``areas`` are on the plane."""
    kind = UNIT_KINDS[force.kind]
    speed = (force.speed or kind.speed) / SECOND
    area = areas[force.moves.box] if force.moves.box is not None else None
    way = _way(force, area, projection, speed)
    sorties = force.sorties
    lasting = sorties.lasting if sorties else ALERT_LASTING if kind.alert else 0
    return Course(
        mesh=way.mesh,
        loop_x=way.loop[0],
        loop_y=way.loop[1],
        loop_ms=way.loop[2],
        random_start=force.moves.route is None or sorties is None,
        speed=speed,
        every=sorties.every if sorties else 0,
        lasting=lasting,
        jitter=_slack(sorties) if sorties else 0,
        post=way.post,
        guards=area if kind.alert else None,
        hull=way.hull,
        launches=force.launches,
        number=force.number,
    )
