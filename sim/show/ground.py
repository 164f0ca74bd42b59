"""The ground of the theatre map: land and sea, graticule, names of countries, a scale."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from sim.language import gettext_noop as N_
from sim.show.labels import Box, Label, place
from sim.show.style import BORDER, FAINT, INK, LAND, MUTED, SEA, SMALL, TINY, figure_of
from sim.world import Theatre, countries
from sim.world.geography import Projection, territory

COVERED: Final = (14.0, 40.0, 45.0, 60.0)
"""West, south, east and north of the base map, in degrees."""

CREDIT: Final = N_("Made with Natural Earth")
GRATICULE: Final = "graticule"
"""What meridians and parallels are called inside a drawing."""

_STEPS: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
_LINES: Final = 6  # about so many meridians on a map
_SCALES: Final = (10, 20, 50, 100, 200, 500)  # kilometres
_OFF: Final = "#f7f7f7"
_NAMED: Final = 0.012  # a country is named if it covers this share of the map

View = tuple[float, float, float, float]
"""Left, bottom, right, top of the map in metres."""


def view_of(theatre: Theatre, places: list[tuple[float, float]], aspect: float) -> View:
    """Return the part of the plane that holds all areas, sites and places, with a margin.

    ``aspect`` is width over height of the axes it is drawn on.
    """
    bounds = [shape.bounds for shape in theatre.areas.values()]
    xs = [x for b in bounds for x in (b[0], b[2])] + [p[0] for p in places]
    ys = [y for b in bounds for y in (b[1], b[3])] + [p[1] for p in places]
    for site in theatre.sites.values():
        xs.append(site.x)
        ys.append(site.y)
    for force in theatre.scenario.forces:
        moves = force.moves
        line = [moves.station] if moves.station else moves.racetrack or moves.route or ()
        for position in line:
            x, y = theatre.projection.metres(*position)
            xs.append(x)
            ys.append(y)
    middle_x, middle_y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    width = max(max(xs) - min(xs), aspect * (max(ys) - min(ys)), 100_000.0) * 1.16
    height = width / aspect
    return (
        middle_x - width / 2, middle_y - height / 2, middle_x + width / 2, middle_y + height / 2,
    )  # fmt: skip


class Ground(NamedTuple):
    """What land, sea and borders are drawn in."""

    land: str = LAND
    sea: str = SEA
    border: str = BORDER


SHADED: Final = Ground()


def draw_ground(ax: Axes, theatre: Theatre, view: View, inks: Ground = SHADED) -> bool:
    """Draw land, sea and graticule; return whether the base map reaches into the view."""
    window = shapely.box(*view)
    ax.set_xlim(view[0], view[2])
    ax.set_ylim(view[1], view[3])
    ax.set_facecolor(_OFF)
    covered = _covered(theatre.projection).intersection(window)
    if not covered.is_empty:
        _fill(ax, covered, inks.sea, "none", 0.0)
        for name in countries():
            land = territory(name, theatre.projection)
            if land is not None:
                _fill(ax, land.intersection(window), inks.land, inks.border, 1.4)
    _graticule(ax, theatre.projection, view)
    return not covered.is_empty


def _covered(projection: Projection) -> shapely.Geometry:
    """Return the outline of the base map on the plane."""
    west, south, east, north = COVERED
    along = np.linspace(west, east, 40)
    edge = [(lon, south) for lon in along] + [(lon, north) for lon in along[::-1]]
    return shapely.make_valid(shapely.Polygon(projection.ring(edge)))


def _fill(ax: Axes, shape: shapely.Geometry, face: str, edge: str, width: float) -> None:
    """Fill every polygon of a geometry, holes left open."""
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        rings = (part.exterior, *part.interiors)
        path = Path.make_compound_path(*(Path(np.asarray(r.coords), closed=True) for r in rings))
        ax.add_patch(PathPatch(path, facecolor=face, edgecolor=edge, lw=width, zorder=0.5))


def _graticule(ax: Axes, projection: Projection, view: View) -> None:
    """Draw meridians and parallels, labelled where they leave the map below and on the left."""
    corners = [projection.degrees(x, y) for x in (view[0], view[2]) for y in (view[1], view[3])]
    west, east = min(c[0] for c in corners), max(c[0] for c in corners)
    south, north = min(c[1] for c in corners), max(c[1] for c in corners)
    step = next((s for s in _STEPS if (east - west) / s <= _LINES), _STEPS[-1])
    x_ticks, y_ticks = [], []
    for k in range(math.ceil(west / step), math.floor(east / step) + 1):
        line = _curve(
            projection, [(k * step, lat) for lat in np.linspace(south - 1, north + 1, 60)]
        )
        ax.plot(*line, color=FAINT, lw=0.7, zorder=0.8, gid=GRATICULE)
        x_ticks.append((float(np.interp(view[1], line[1], line[0])), _degrees(k * step, "E", "W")))
    for k in range(math.ceil(south / step), math.floor(north / step) + 1):
        line = _curve(projection, [(lon, k * step) for lon in np.linspace(west - 1, east + 1, 60)])
        ax.plot(*line, color=FAINT, lw=0.7, zorder=0.8, gid=GRATICULE)
        y_ticks.append((float(np.interp(view[0], line[0], line[1])), _degrees(k * step, "N", "S")))
    inside_x = [tick for tick in x_ticks if view[0] < tick[0] < view[2]]
    inside_y = [tick for tick in y_ticks if view[1] < tick[0] < view[3]]
    ax.set_xticks([t for t, _ in inside_x], [text for _, text in inside_x])
    ax.set_yticks([t for t, _ in inside_y], [text for _, text in inside_y])
    ax.tick_params(labelsize=TINY, colors=MUTED, length=3)
    ax.set_xlim(view[0], view[2])
    ax.set_ylim(view[1], view[3])


def _curve(
    projection: Projection, positions: list[tuple[float, float]]
) -> tuple[list[int], list[int]]:
    points = projection.ring(positions)
    return [p[0] for p in points], [p[1] for p in points]


def _degrees(value: float, positive: str, negative: str) -> str:
    number = f"{abs(value):g}°"
    return f"{number} {positive if value >= 0 else negative}"


def name_countries(
    ax: Axes,
    theatre: Theatre,
    view: View,
    taken: list[Box],
    called: Callable[[str], str] = str,
) -> list[Box]:
    """Write what the countries in view are ``called`` where it covers nothing."""
    window = shapely.box(*view)
    labels = []
    for name in countries():
        land = territory(name, theatre.projection)
        seen = shapely.Polygon() if land is None else land.intersection(window)
        parts = [p for p in shapely.get_parts(seen) if p.geom_type == "Polygon"]
        largest = max(parts, key=lambda part: part.area, default=None)
        if largest is None or largest.area < _NAMED * window.area:
            continue
        spot = shapely.point_on_surface(largest)
        labels.append(Label(spot.x, spot.y, called(name).upper(), TINY, MUTED, centred=True))
    _, boxes = place(ax, labels, taken)
    return boxes


def draw_scale(ax: Axes, view: View, kilometres: Callable[[int], str] = "{} km".format) -> Box:
    """Draw a bar of so many kilometres in the lower right corner, and return its box."""
    width = view[2] - view[0]
    length = next((k for k in reversed(_SCALES) if k * 1000 < width / 5), _SCALES[0])
    right, bottom = view[2] - 0.02 * width, view[1] + 0.025 * (view[3] - view[1])
    left = right - length * 1000
    ax.plot([left, right], [bottom, bottom], color=INK, lw=2.5, solid_capstyle="butt", zorder=9)
    ax.text(
        (left + right) / 2, bottom, kilometres(length), fontsize=SMALL, color=INK, ha="center",
        va="bottom", zorder=9,
    )  # fmt: skip
    low = ax.transData.transform((left, bottom))
    high = ax.transData.transform((right, bottom))
    tall = 2.2 * SMALL * figure_of(ax).dpi / 72
    return (float(low[0]) - 4, float(low[1]) - 6, float(high[0]) + 4, float(high[1]) + tall)
