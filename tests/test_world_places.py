"""Places: the projection, the base map, areas, and who lives where."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from moving_worlds import (
    CRIMEA,
    busy,
    theatre_of,
)
from pyproj import Geod

from sim.errors import ScenarioError
from sim.scenario.models import Area, Extent
from sim.world import Theatre
from sim.world.geography import Projection, inland, mesh, polygon, territory, triangles


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    return theatre_of(busy())


def test_projection_keeps_distances_within_a_hundredth_and_returns() -> None:
    projection, geod = Projection(Extent()), Geod(ellps="WGS84")
    rng = np.random.default_rng(1)
    for lon0, lat0 in zip(rng.uniform(14, 45, 60), rng.uniform(40, 60, 60), strict=True):
        (x0, y0), (x1, y1) = (
            projection.metres(lon0, lat0),
            projection.metres(lon0 + 0.4, lat0 - 0.3),
        )
        true = geod.inv(lon0, lat0, lon0 + 0.4, lat0 - 0.3)[2]
        assert np.hypot(x1 - x0, y1 - y0) == pytest.approx(true, rel=0.011)
        assert projection.degrees(x0, y0) == pytest.approx((lon0, lat0), abs=2e-5)


def test_triangles_fill_a_hollow_polygon_and_points_are_even_over_it() -> None:
    projection = Projection(Extent())
    outline = polygon("crimea", Area(polygon=tuple((x, y) for x, y in CRIMEA)), projection)
    assert outline.area < 0.9 * outline.convex_hull.area
    pieces = [shapely.Polygon(piece) for piece in triangles(outline)]
    assert sum(piece.area for piece in pieces) == pytest.approx(outline.area)
    assert shapely.union_all(pieces).area == pytest.approx(outline.area)
    points_are_even_over(outline)


def test_points_are_even_over_a_disc() -> None:
    disc = Area.model_validate({"around": (30.0, 44.0), "radius": "60 km"})
    points_are_even_over(polygon("disc", disc, Projection(Extent())))


def points_are_even_over(outline: shapely.Polygon) -> None:
    x, y = mesh(outline).points(*np.random.default_rng(1).random((3, 40_000)))
    inside = shapely.contains_xy(outline.buffer(1.0), x, y)
    assert inside.all()
    west = shapely.box(outline.bounds[0], -9e6, outline.centroid.x, 9e6)
    share = outline.intersection(west).area / outline.area
    error = np.sqrt(share * (1 - share) / x.size)
    assert abs(np.mean(x < outline.centroid.x) - share) < 4 * error


def test_an_outline_that_crosses_itself_is_refused() -> None:
    bow_tie = Area(polygon=((30.0, 43.0), (31.0, 44.0), (31.0, 43.0), (30.0, 44.0)))
    with pytest.raises(ScenarioError, match=r"areas\.tie.*crosses itself"):
        polygon("tie", bow_tie, Projection(Extent()))


def test_one_bloc_is_not_enough(theatre: Theatre) -> None:
    actors = {
        name: actor.model_copy(update={"bloc": "nato"})
        for name, actor in theatre.scenario.actors.items()
    }
    from sim.world.theatre import lay_out

    with pytest.raises(ScenarioError, match="exactly two blocs"):
        lay_out(theatre.scenario.model_copy(update={"actors": actors}))


def test_the_base_map_puts_przewodow_in_poland_and_sevastopol_in_ukraine() -> None:
    projection = Projection(Extent())
    for name, position in {"Poland": (23.934, 50.470), "Ukraine": (33.525, 44.617)}.items():
        land = territory(name, projection)
        assert land is not None
        assert land.buffer(2_000).contains(shapely.Point(projection.metres(*position)))
    assert territory("Atlantis", projection) is None
    poland = territory("Poland", projection)
    assert poland is not None
    lviv = projection.metres(24.03, 49.842)
    spot = shapely.Point(inland(poland, lviv))
    assert poland.boundary.distance(spot) == pytest.approx(6_000, abs=100)
    assert poland.contains(spot)
    assert spot.distance(shapely.Point(lviv)) < poland.distance(shapely.Point(lviv)) + 9_000


def test_sites_belong_to_those_whose_land_they_stand_on(theatre: Theatre) -> None:
    owner = theatre.site_owner("lviv")
    assert theatre.actors[owner].name == "ukraine"
    assert theatre.leader(0) == theatre.actor_index["us"]
    russia, us = theatre.actor_index["russia"], theatre.actor_index["us"]
    assert {victim for victim, _ in theatre.stray_sides()} == {
        theatre.actor_index["poland"],
        theatre.actor_index["romania"],
    }
    assert {by for _, by in theatre.stray_sides()} == {russia}
    assert theatre.attack_sides() == []  # Sevastopol stands on Ukrainian land on this map
    assert theatre.actors[us].supporters == -1
