"""How far interceptors follow their targets: to the edge of what they guard, or to the border."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from moving_worlds import DAY, Values, air_only, everything, force, schedule, theatre_of

from sim.scenario import load
from sim.world import Segments, Theatre, prepare
from sim.world.borders import exits
from sim.world.routines import Border
from sim.world.theatre import lands

SCENARIOS = Path(__file__).parent.parent / "scenarios"
METRES = 2.0  # places are whole metres, and so is the border
ROUND = 256  # segments of a quarter circle, so that a buffer is short by centimetres only


def abreast(theatre: Theatre, worlds: int) -> Iterator[tuple[str, int, shapely.LineString]]:
    """Yield what each launch flies beside its target, with its force and its row."""
    for number in range(worlds):
        sorties, segments, _ = everything(theatre, 1, number)
        rows = np.searchsorted(segments.sortie, np.arange(sorties.unit.size + 1))
        for sortie in np.flatnonzero(sorties.target >= 0).tolist():
            unit = theatre.units[int(sorties.unit[sortie])]
            legs = range(rows[sortie] + 1, rows[sortie + 1] - 1)
            places = [(segments.x0[leg], segments.y0[leg]) for leg in legs]
            places.append((segments.x1[legs[-1]], segments.y1[legs[-1]]))
            yield unit.force, unit.force_row, shapely.LineString(places)


@pytest.mark.parametrize("name", ["polish_border_2022", "black_sea_2022"])
def test_guards_leave_their_targets_at_the_edge_of_what_they_guard(name: str) -> None:
    theatre = prepare(load(SCENARIOS / f"{name}.yaml"))
    reach = {unit.force_row: unit.kind.contact_range for unit in theatre.units}
    areas = {
        row: course.guards.buffer(reach[row] + METRES, quad_segs=ROUND)
        for row, course in enumerate(theatre.courses)
        if course.guards is not None
    }
    seen = 0
    for _, row, line in abreast(theatre, 4):
        if row in areas:
            assert areas[row].contains(line)
            seen += 1
    assert seen > 20


def beside_the_border(base: list[float], box: list[list[float]], **actors: Values) -> Theatre:
    """Return a theatre in which Belarus has interceptors at a base, and scouts fly in a box."""
    forces = [
        force("scout", "us", "reconnaissance_aircraft", {"box": "sky"},
              sorties=schedule("12 h", "6 h")),
        force("base", "belarus", "interceptor", {"station": base}, number=2, launches=1.0),
    ]  # fmt: skip
    values = air_only(forces, duration="20 d")
    values["areas"]["sky"] = {"polygon": box}
    values["actors"] |= actors
    return theatre_of(values)


BOTH_SIDES = [[22.3, 52.0], [25.0, 52.0], [25.0, 53.5], [22.3, 53.5]]
"""A box half over Poland, half over Belarus."""


def test_those_with_a_station_keep_out_of_the_other_blocs_land() -> None:
    theatre = beside_the_border([26.0, 53.1], BOTH_SIDES)
    poland = lands(theatre.scenario, theatre.actors, theatre.projection)[
        theatre.actor_index["poland"]
    ]
    inner = poland.buffer(-METRES)
    lines = [line for _, _, line in abreast(theatre, 3)]
    assert len(lines) > 50
    assert not any(line.intersects(inner) for line in lines)
    stopped = sum(poland.distance(shapely.Point(line.coords[-1])) < METRES for line in lines)
    assert stopped > 10


def test_a_third_partys_land_is_closed_but_to_those_whose_base_stands_on_it() -> None:
    over_ukraine = [[24.5, 50.8], [27.0, 50.8], [27.0, 51.4], [24.5, 51.4]]
    from_home = beside_the_border([26.0, 52.4], over_ukraine)
    as_guest = beside_the_border([26.0, 50.9], over_ukraine)
    assert not list(abreast(from_home, 2))
    assert len(list(abreast(as_guest, 2))) > 50


def test_land_of_countries_that_do_not_act_is_open() -> None:
    over_ukraine = [[24.5, 50.8], [27.0, 50.8], [27.0, 51.4], [24.5, 51.4]]
    theatre = beside_the_border(
        [26.0, 52.4], over_ukraine, ukraine={"name": "Somewhere", "supporters": "nato"}
    )
    assert len(list(abreast(theatre, 2))) > 50


def test_a_leg_exits_where_it_first_touches_an_edge() -> None:
    corners = np.array([[0, 0], [1_000, 0], [1_000, 1_000], [500, 400], [0, 1_000], [0, 0]])
    begins, ends = corners[:-1].astype(float), corners[1:].astype(float)
    edge = Border(shapely.Polygon(corners), *begins.T, *ends.T)
    legs = np.array(
        [  # t0, t1, x0, y0, x1, y1
            [0, 1_000, 500, 100, 1_500, 100],  # out to the east, half way
            [DAY, DAY + 900, 100, 600, 1_000, 600],  # through the notch: out, in, out again
            [0, 1_000, 100, 100, 900, 100],  # stays
            [0, 1_000, 200, 200, 200, 200],  # stands still
        ]
    )
    found = exits(edge, Segments(np.arange(len(legs)), *legs.T))
    assert found.tolist() == [500, DAY + 233, np.inf, np.inf]
