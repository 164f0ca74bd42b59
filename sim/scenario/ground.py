"""Whether the shapes and places of a scenario can stand on its map."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from sim.scenario.complaints import Complaint
from sim.scenario.filling import Values, mapping, rows
from sim.scenario.models import Extent
from sim.scenario.places import Steps
from sim.scenario.units import as_length

_KM_PER_DEGREE: Final = 111.2
_LEAST_AREA: Final = 1e-8
"""Square degrees, about 100 square metres: less than this is a line."""

_EDGES: Final = ("west", "south", "east", "north")


def ground_checks(values: Values) -> Iterator[Complaint]:
    """Yield what is wrong with areas, and with places that lie off the map."""
    extent = _extent(values)
    for path, place in _places(values):
        if extent is not None and not _inside(place, extent):
            west, south, east, north = extent
            rule = f"lies outside the map, {west:g} to {east:g} E and {south:g} to {north:g} N"
            hint = "Write [longitude, latitude], or widen map:"
            if _inside(place[::-1], extent):
                hint = "Are the two swapped? Write [longitude, latitude], or widen map:"
            yield Complaint(path, rule, hint)
    for name in mapping(values, "areas"):
        area = mapping(values, "areas", name)
        path = ("areas", name)
        yield from _polygon((*path, "polygon"), area.get("polygon"))
        if extent is not None:
            yield from _circle((*path, "radius"), area, extent)


def _position(value: Any) -> tuple[float, float] | None:
    """Return a longitude and latitude, None for anything else."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    if any(isinstance(part, bool) or not isinstance(part, (int, float)) for part in value):
        return None
    longitude, latitude = value
    if not (-180 <= longitude <= 180 and -85 <= latitude <= 85):
        return None
    return float(longitude), float(latitude)


def _extent(values: Values) -> tuple[float, ...] | None:
    """Return west, south, east and north of the map, None if they make no sense."""
    given = mapping(values, "map")
    edges = [given.get(edge, Extent.model_fields[edge].default) for edge in _EDGES]
    if _position(edges[:2]) is None or _position(edges[2:]) is None:
        return None
    return tuple(edges) if edges[0] < edges[2] and edges[1] < edges[3] else None


def _inside(place: tuple[float, ...], extent: tuple[float, ...]) -> bool:
    west, south, east, north = extent
    return west <= place[0] <= east and south <= place[1] <= north


def _places(values: Values) -> Iterator[tuple[Steps, tuple[float, float]]]:
    """Yield every place a scenario names, with its path."""
    for path, value in _candidates(values):
        place = _position(value)
        if place is not None:
            yield path, place


def _candidates(values: Values) -> Iterator[tuple[Steps, Any]]:
    for name in mapping(values, "areas"):
        area = mapping(values, "areas", name)
        yield from _corners(("areas", name, "polygon"), area.get("polygon"))
        yield ("areas", name, "around"), area.get("around")
    for name in mapping(values, "sites"):
        yield ("sites", name, "at"), mapping(values, "sites", name).get("at")
    for row, force in rows(values, "forces"):
        moves = mapping(force, "moves")
        path: Steps = ("forces", row, "moves")
        yield (*path, "station"), moves.get("station")
        for way in ("racetrack", "route"):
            yield from _corners((*path, way), moves.get(way))
    for row, inject in rows(values, "injects"):
        yield ("injects", row, "incident", "near"), mapping(inject, "incident").get("near")


def _corners(path: Steps, line: Any) -> Iterator[tuple[Steps, Any]]:
    for row, corner in enumerate(line if isinstance(line, list) else []):
        yield (*path, row), corner


def _polygon(path: Steps, corners: Any) -> Iterator[Complaint]:
    """Check that a polygon has an inside, and only one."""
    places = [_position(corner) for corner in corners] if isinstance(corners, list) else []
    found = [place for place in places if place is not None]
    if len(found) < 3 or len(found) < len(places):
        return
    # Shapely brings numpy with it, which a command that only prints its help need not load.
    from shapely import Polygon
    from shapely.validation import explain_validity

    shape = Polygon(found)
    if shape.convex_hull.area < _LEAST_AREA:
        rule = "encloses no area: its corners lie on one line"
        yield Complaint(path, rule, "Move a corner off the line")
    elif not shape.is_valid:
        reason = str(explain_validity(shape))
        at = ", ".join(f"{float(x):.4g}" for x in reason.partition("[")[2].rstrip("]").split())
        rule = f"crosses or touches itself near [{at}]" if at else "is no simple polygon"
        yield Complaint(path, rule, "List the corners in order around the area")


def _circle(path: Steps, area: Values, extent: tuple[float, ...]) -> Iterator[Complaint]:
    """Check that a circle stays on the map."""
    centre, radius = _position(area.get("around")), as_length(area.get("radius"))
    if centre is None or radius is None or not _inside(centre, extent):
        return
    north = radius / 1000 / _KM_PER_DEGREE
    east = north / math.cos(math.radians(centre[1]))
    corners = [(centre[0] + x * east, centre[1] + y * north) for x in (-1, 1) for y in (-1, 1)]
    if not all(_inside(corner, extent) for corner in corners):
        yield Complaint(path, "reaches beyond the edge of the map", "Shrink it, or widen map:")
