"""Where things are: the map projection, the base map, areas, and random points inside them.

Plane coordinates are whole metres, x east and y north of the centre of the scenario's extent, in
an azimuthal equidistant projection: distances from the centre are true, and the scale across them
is stretched by c / sin c at an angle c from it: 0.8 % at the corners of the default extent, 1,400
km out. Contact ranges are judged on that plane.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Proj
from shapely.geometry.polygon import orient

from sim.draws import F64
from sim.errors import Problem, ScenarioError
from sim.scenario.models import Area, Extent

I64 = NDArray[np.int64]
Point = tuple[int, int]

CORNERS: Final = 64
"""Corners of the regular polygon that stands for a circle; its area is 0.2 % short of it."""

INSIDE: Final = 6_000
"""Metres inside the border at which a stray comes down: Przewodów lies 6 km inside."""

LEG_SHARE: Final = 0.13
"""Mean distance of two random points of an area over the length of its outline.

0.130 in a square, 0.144 in a disc; only a first guess at how many waypoints a sortie needs.
"""


FEW: Final = 12
"""Triangles up to which a comparison with each is faster than a search."""


def whole(value: float) -> int:
    """Return the nearest whole number, halves upward."""
    return math.floor(value + 0.5)


def wholes(values: F64) -> F64:
    """Return :func:`whole` of an array, still as floats, which hold these numbers exactly."""
    result: F64 = np.floor(values + 0.5)
    return result


class Projection:
    """Longitude and latitude to whole metres on the plane, and back."""

    def __init__(self, extent: Extent) -> None:
        self.extent = extent
        longitude = (extent.west + extent.east) / 2
        latitude = (extent.south + extent.north) / 2
        self._proj = Proj(proj="aeqd", lon_0=longitude, lat_0=latitude, ellps="WGS84", units="m")

    def __reduce__(self) -> tuple[type[Projection], tuple[Extent]]:
        return Projection, (self.extent,)

    def metres(self, longitude: float, latitude: float) -> Point:
        """Return the place of a position, in whole metres."""
        x, y = self._proj(longitude, latitude)
        return whole(x), whole(y)

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """Return the longitude and latitude of a place."""
        longitude, latitude = self._proj(x, y, inverse=True)
        return float(longitude), float(latitude)

    def ring(self, positions: Any) -> list[Point]:
        """Return a line of positions as places."""
        return [self.metres(position[0], position[1]) for position in positions]


@lru_cache(maxsize=1)
def _base_map() -> dict[str, Any]:
    """Return the geometry of every country on the base map, by its name there."""
    text = files("sim.world").joinpath("basemap.geojson").read_text(encoding="utf-8")
    return {each["properties"]["name"]: each["geometry"] for each in json.loads(text)["features"]}


def countries() -> tuple[str, ...]:
    """Return the names of the territories on the base map."""
    return tuple(sorted(_base_map()))


def territory(name: str, projection: Projection) -> shapely.Geometry | None:
    """Return a country's land on the plane, as far as the base map reaches; None if unknown."""
    geometry = _base_map().get(name)
    if geometry is None:
        return None
    parts = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        parts = [parts]
    polygons = [
        shapely.Polygon(projection.ring(part[0]), [projection.ring(hole) for hole in part[1:]])
        for part in parts
    ]
    return shapely.make_valid(shapely.MultiPolygon(polygons))


def inland(land: shapely.Geometry, near: Point) -> Point:
    """Return the place some kilometres inside ``land`` that lies nearest to ``near``."""
    core = shapely.buffer(land, -INSIDE)
    line = shapely.shortest_line(core if not core.is_empty else land, shapely.Point(near))
    x, y = line.coords[0]
    return whole(x), whole(y)


def polygon(name: str, area: Area, projection: Projection) -> shapely.Polygon:
    """Return an area on the plane; raises ScenarioError if its outline crosses itself."""
    if area.polygon is not None:
        corners = projection.ring(area.polygon)
    else:
        assert area.around is not None
        assert area.radius is not None
        x, y = projection.metres(*area.around)
        turns = [2 * math.pi * corner / CORNERS for corner in range(CORNERS)]
        corners = [
            (whole(x + area.radius * math.cos(turn)), whole(y + area.radius * math.sin(turn)))
            for turn in turns
        ]
    made = shapely.Polygon(corners)
    if not made.is_valid or made.area <= 0:
        raise ScenarioError(
            [
                Problem(
                    "", 0, 0, f"areas.{name}", "", "its outline crosses itself or holds no area",
                    "List the corners in order around the area",
                )
            ]
        )  # fmt: skip
    return made


def _left(a: Point, b: Point, c: Point) -> int:
    """Return twice the signed area of a triangle: positive where a, b, c turn left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _is_ear(ring: list[Point], at: int) -> bool:
    """Whether the corner ``at`` can be cut off without touching any other corner."""
    a, b, c = ring[at - 1], ring[at], ring[(at + 1) % len(ring)]
    if _left(a, b, c) <= 0:
        return False
    return not any(
        _left(a, b, p) >= 0 and _left(b, c, p) >= 0 and _left(c, a, p) >= 0
        for p in ring
        if p not in (a, b, c)
    )


def triangles(outline: shapely.Polygon) -> list[tuple[Point, Point, Point]]:
    """Return the triangles of a simple polygon by clipping ears.

    Own code in whole numbers, so that no library's release moves a waypoint.
    """
    ring = [(int(x), int(y)) for x, y in orient(outline).exterior.coords[:-1]]
    ring = [p for at, p in enumerate(ring) if _left(ring[at - 1], p, ring[(at + 1) % len(ring)])]
    found = []
    while len(ring) > 2:
        ears = [at for at in range(len(ring)) if _is_ear(ring, at)]
        if not ears:
            break
        at = ears[0]
        found.append((ring[at - 1], ring[at], ring[(at + 1) % len(ring)]))
        del ring[at]
    return found


class Mesh(NamedTuple):
    """A polygon as triangles, ready for random points.

    ``shares`` are the triangles' cumulative shares of the area, the last one 1; each triangle has a
    corner (x, y) and two sides (along, across) that leave it, in metres. ``mean_leg`` is about the
    mean distance in metres of two random points.
    """

    shares: F64
    x: F64
    y: F64
    along_x: F64
    along_y: F64
    across_x: F64
    across_y: F64
    mean_leg: float

    def points(self, triangle: F64, along: F64, across: F64) -> tuple[F64, F64]:
        """Return one point for each three uniforms, in whole metres, as their x and their y.

        Points are even over the polygon: a triangle by its area, then a place within it.
        """
        if self.shares.size > FEW:
            which = np.searchsorted(self.shares[:-1], triangle, side="right")
        else:
            which = np.zeros(triangle.size, dtype=np.int64)
            for share in self.shares[:-1].tolist():
                which += triangle >= share
        reach = np.sqrt(along)
        turn = reach * across
        straight = reach - turn
        x = self.x[which] + straight * self.along_x[which] + turn * self.across_x[which]
        y = self.y[which] + straight * self.along_y[which] + turn * self.across_y[which]
        return wholes(x), wholes(y)


def mesh(outline: shapely.Polygon) -> Mesh:
    """Return a polygon cut into triangles."""
    cut = np.array(triangles(outline), dtype=np.float64)
    x, y = np.ascontiguousarray(cut[..., 0].T), np.ascontiguousarray(cut[..., 1].T)
    along_x, along_y, across_x, across_y = x[1] - x[0], y[1] - y[0], x[2] - x[0], y[2] - y[0]
    areas = along_x * across_y - along_y * across_x
    shares = np.cumsum(areas) / np.sum(areas)
    mean_leg = LEG_SHARE * outline.convex_hull.length
    return Mesh(shares, x[0], y[0], along_x, along_y, across_x, across_y, mean_leg)
