"""Borders: how far an interceptor follows its target.

It meets its target and keeps abreast of it only inside the area open to its force. One that guards
an area goes no further than its contact range beyond it. One with a station goes anywhere but over
the land of actors that are not of its bloc, the land its station stands on excepted: that host lets
it fly there. Land of countries that are no actors of the scenario is open, as is all that the base
map does not show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from sim.draws import F64
from sim.world.geography import I64
from sim.world.routines import Border
from sim.world.tables import PORTION
from sim.world.theatre import Theatre, lands
from sim.world.tracks import Segments

METRE: Final = 1.0
"""Grid of corners: products of whole metres are exact in floats, so a side is never in doubt."""


def border(
    theatre: Theatre, force_row: int, reach: float, where: shapely.Geometry
) -> Border | None:
    """Return the border of a force whose targets stay ``where``; None if they never cross it."""
    course = theatre.courses[force_row]
    if course.guards is not None:
        area = shapely.set_precision(shapely.buffer(course.guards, reach), METRE)
    else:
        around = shapely.set_precision(shapely.envelope(shapely.buffer(where, reach)), METRE)
        closed = shapely.union_all(_closed(theatre, force_row), grid_size=METRE)
        area = shapely.difference(around, closed, grid_size=METRE)
    if area.covers(where):
        return None
    rings = shapely.get_rings(area)
    sides = [shapely.get_coordinates(ring) for ring in rings]
    begins = np.concatenate([side[:-1] for side in sides] or [np.zeros((0, 2))])
    ends = np.concatenate([side[1:] for side in sides] or [np.zeros((0, 2))])
    near = shapely.intersects(where, shapely.linestrings(np.stack([begins, ends], axis=1)))
    return Border(area, *begins[near].T, *ends[near].T)


def _closed(theatre: Theatre, force_row: int) -> Sequence[shapely.Geometry]:
    """Return the land that a force with a station keeps out of."""
    bloc = next(unit.bloc for unit in theatre.units if unit.force_row == force_row)
    post = shapely.Point(theatre.courses[force_row].post)
    found = lands(theatre.scenario, theatre.actors, theatre.projection)
    return [
        land
        for row, land in sorted(found.items())
        if theatre.actors[row].bloc != bloc and not land.covers(post)
    ]


def inside(edge: Border, x: I64, y: I64) -> NDArray[np.bool_]:
    """Return which places lie in the open area."""
    shapely.prepare(edge.area)
    result: NDArray[np.bool_] = shapely.contains_xy(edge.area, x, y)
    return result


def exits(edge: Border, legs: Segments) -> F64:
    """Return when each leg first touches the border, in ms rounded down; inf where it does not."""
    size = PORTION // max(edge.x0.size, 1) + 1
    parts = [
        _touches(edge, Segments(*(column[first : first + size, None] for column in legs)))
        for first in range(0, max(legs.t0.size, 1), size)
    ]
    return np.floor(np.concatenate(parts))


def _touches(edge: Border, legs: Segments) -> F64:
    """Return the first moment at which each leg (a row) touches any of the edges (columns)."""
    ex, ey = edge.x1 - edge.x0, edge.y1 - edge.y0
    lx, ly = legs.x1 - legs.x0, legs.y1 - legs.y0
    since = ex * (legs.y0 - edge.y0) - ey * (legs.x0 - edge.x0)
    until = ex * (legs.y1 - edge.y0) - ey * (legs.x1 - edge.x0)
    one = lx * (edge.y0 - legs.y0) - ly * (edge.x0 - legs.x0)
    other = lx * (edge.y1 - legs.y0) - ly * (edge.x1 - legs.x0)
    touch = (since * until <= 0) & (one * other <= 0) & (since != until)
    part = since / np.where(touch, since - until, 1.0)
    when = legs.t0 + part * (legs.t1 - legs.t0)
    result: F64 = np.min(np.where(touch, when, np.inf), axis=1, initial=np.inf)
    return result
