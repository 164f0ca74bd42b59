"""The map of an exercise as SVG paths, projected here once, so that a browser only draws them."""

from __future__ import annotations

from typing import Any, Final

import shapely

from sim.crisis import Stage
from sim.show.ground import CREDIT, view_of
from sim.show.moving import units_at
from sim.show.speaker import Speaker
from sim.workshop.chairs import FACILITATOR, Chair
from sim.workshop.game import Game
from sim.world import countries
from sim.world.geography import territory

WIDTH: Final = 1000
"""Units of the drawing from west to east."""

_ASPECT: Final = 1.35
_NAMED: Final = 0.02  # of the map, from which on a country is named
_DETAIL: Final = 1.2  # units of the drawing below which a coast is straightened


class Map:
    """The ground of one theatre, and where things lie on it."""

    def __init__(self, stage: Stage, speaker: Speaker) -> None:
        self._stage = stage
        self._units: tuple[int, list[list[tuple[int, int]]]] = (-1, [])
        theatre = stage.theatre
        places = [theatre.place_of(row) for row in range(len(theatre.actors))]
        self._view = view_of(theatre, [place for place in places if place != (-1, -1)], _ASPECT)
        left, bottom, right, top = self._view
        self._scale = WIDTH / (right - left)
        self.height = round((top - bottom) * self._scale)
        window = shapely.box(*self._view)
        self._land = [
            path
            for name in countries()
            if (land := territory(name, theatre.projection)) is not None
            and (path := self._path(land.intersection(window)))
        ]
        self._names = [
            {"at": self.spot(spot.x, spot.y), "name": speaker.language.country(name)}
            for name in countries()
            if (spot := self._middle(territory(name, theatre.projection), window)) is not None
        ]
        self._areas = [
            {"path": self._path(shape), "name": speaker.place(name)}
            for name, shape in sorted(theatre.areas.items())
        ]
        self._sites = [
            {"at": self.spot(site.x, site.y), "name": speaker.place(name)}
            for name, site in sorted(theatre.sites.items())
            if theatre.scenario.sites[name].critical
        ]

    def _middle(self, land: shapely.Geometry | None, window: shapely.Polygon) -> Any:
        """Return where a country's name stands, None for one that shows too little of itself."""
        seen = None if land is None else land.intersection(window)
        if seen is None or seen.area < _NAMED * window.area:
            return None
        return shapely.point_on_surface(seen)

    def spot(self, x: float, y: float) -> tuple[int, int]:
        """Return a point of the plane in units of the drawing."""
        left, _, _, top = self._view
        return round((x - left) * self._scale), round((top - y) * self._scale)

    def _path(self, shape: shapely.Geometry) -> str:
        """Return the rings of a geometry as the path of an SVG drawing."""
        plain = shape.simplify(_DETAIL / self._scale)
        parts = []
        for part in shapely.get_parts(plain):
            if part.geom_type != "Polygon" or part.is_empty:
                continue
            for ring in (part.exterior, *part.interiors):
                steps = [f"{x} {y}" for x, y in (self.spot(*c[:2]) for c in ring.coords)]
                parts.append(f"M{'L'.join(steps)}Z")
        return "".join(parts)

    def ground(self) -> dict[str, Any]:
        """Return what never changes."""
        return {
            "width": WIDTH,
            "height": self.height,
            "land": self._land,
            "names": self._names,
            "areas": self._areas,
            "sites": self._sites,
            "credit": CREDIT,
        }

    def units(self, game: Game, chair: Chair) -> list[dict[str, Any]]:
        """Return where a chair's own units are that are out; the facilitator sees all."""
        now = game.now
        if self._units[0] != now:
            places = units_at(self._stage, game.history(), now)[:2]
            self._units = now, [[self.spot(x, y) for x, y in each.tolist()] for each in places]
        return [
            {"bloc": bloc, "at": at}
            for bloc, places in enumerate(self._units[1])
            if chair.name == FACILITATOR or chair.bloc == bloc
            for at in places
        ]
