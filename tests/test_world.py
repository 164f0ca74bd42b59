"""The world as a whole: places, identities, and what must not move when something else does."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import shapely
from moving_worlds import (
    CRIMEA,
    DAY,
    HOUR,
    air_only,
    busy,
    everything,
    force,
    schedule,
    theatre_of,
)
from pyproj import Geod

from sim.draws import Decision, Luck, child, root, uniform
from sim.errors import ScenarioError
from sim.scenario.models import Area, Extent
from sim.world import Theatre, World, build
from sim.world.geography import Projection, inland, mesh, polygon, territory, triangles
from sim.world.tracks import Sorties


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    return theatre_of(busy())


@pytest.fixture(scope="module")
def world(theatre: Theatre) -> World:
    return build(theatre, 1, 0)


# Places.


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
    x, y = mesh(outline).points(Luck(1, 1), np.arange(40_000, dtype=np.uint64))
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


# Identities and schedules.


def test_arrays_and_scalars_draw_the_same(theatre: Theatre, world: World) -> None:
    luck = Luck(1, 0)
    sorties = world.sorties
    names = {unit.id: unit for unit in theatre.units}
    assert names["reaper/2"].identity == root("unit|reaper|2")
    assert names["reaper/2+1"].identity == root("unit|reaper|2|+1")
    for unit_id in ("reaper/1", "reaper/2+2", "flanker/1"):
        unit, row = names[unit_id], theatre.unit_index[unit_id]
        course = theatre.courses[unit.force_row]
        phase = int(uniform(luck.key(Decision.PHASE), unit.identity) * course.every)
        for sortie in np.flatnonzero(sorties.unit == row).tolist():
            if sorties.start[sortie] == theatre.start_ms:
                continue
            slot = (int(sorties.start[sortie]) - phase) // course.every
            who = child(unit.identity, slot % 2**64)
            assert int(sorties.identity[sortie]) == who
            late = int(luck.u(Decision.JITTER, who) * (course.jitter + 1))
            assert sorties.start[sortie] == phase + slot * course.every + late
            assert sorties.mark[sortie] == luck.u(Decision.MARK, who) + unit.surge


def test_marks_and_surge_elements(theatre: Theatre) -> None:
    sorties, _, _ = everything(theatre)
    assert {unit.surge for unit in theatre.units if unit.force == "reaper"} == {0, 1, 2}
    assert {unit.surge for unit in theatre.units if unit.force == "fleet"} == {0}
    assert {unit.surge for unit in theatre.units if unit.alert} == {0}
    for row, unit in enumerate(theatre.units):
        marks = sorties.mark[sorties.unit == row]
        if unit.alert:
            assert ((marks > 0) & (marks <= theatre.a_max)).all()
        elif theatre.courses[unit.force_row].every:
            assert ((marks > unit.surge) & (marks <= unit.surge + 1)).all()
        else:
            assert marks.tolist() == [0.0]
    low = theatre_of(busy(a_max=1.7))
    assert {unit.surge for unit in low.units if unit.force == "reaper"} == {0, 1}
    assert everything(low)[0].mark.max() <= 1.7


def test_a_unit_is_never_out_twice(theatre: Theatre) -> None:
    for number in range(3):
        sorties, _, _ = everything(theatre, 1, number)
        for unit in np.unique(sorties.unit):
            rows = np.flatnonzero(sorties.unit == unit)
            assert (sorties.end[rows][:-1] <= sorties.start[rows][1:]).all()


def test_tracks_are_whole_at_the_unit_speed_and_cover_the_sortie(theatre: Theatre) -> None:
    sorties, segments, _ = everything(theatre)
    order = np.lexsort((segments.t0, segments.sortie))
    assert np.array_equal(order, np.arange(order.size))
    inner = segments.sortie[1:] == segments.sortie[:-1]
    for before, after in (("t1", "t0"), ("x1", "x0"), ("y1", "y0")):
        ends, begins = getattr(segments, before)[:-1], getattr(segments, after)[1:]
        assert np.array_equal(ends[inner], begins[inner])
    span = segments.t1 - segments.t0
    assert (span > 0).all()
    length = np.hypot(segments.x1 - segments.x0, segments.y1 - segments.y0)
    unit = sorties.unit[segments.sortie]
    speed = np.array([theatre.courses[u.force_row].speed for u in theatre.units])[unit]
    alert = np.array([u.alert for u in theatre.units])[unit]
    still = np.array([len(theatre.courses[u.force_row].loop_x) == 1 for u in theatre.units])[unit]
    moving = ~alert & ~still
    assert (np.abs(length[moving] - speed[moving] * span[moving]) < 2).all()
    assert (length[still & ~alert] == 0).all()
    heads = np.searchsorted(segments.sortie, np.arange(sorties.unit.size))
    tails = np.searchsorted(segments.sortie, np.arange(sorties.unit.size), side="right") - 1
    assert (segments.t0[heads] <= sorties.start).all()
    assert (segments.t1[tails] >= sorties.end).all()


def test_where_follows_the_track(theatre: Theatre, world: World) -> None:
    sorties, segments = world.sorties, world.segments
    for row in range(0, segments.t0.size, 97):
        sortie = int(segments.sortie[row])
        unit = theatre.units[int(sorties.unit[sortie])]
        t = int(segments.t0[row])
        if sorties.start[sortie] < t < sorties.end[sortie]:
            assert world.where(unit.id, t) == (segments.x0[row], segments.y0[row])
            assert world.where(int(sorties.unit[sortie]), t) == world.where(unit.id, t)
            half = (t + int(segments.t1[row])) // 2
            x, y = world.on_sortie(sortie, half)
            assert abs(x - (segments.x0[row] + segments.x1[row]) / 2) <= 1 + abs(
                segments.x1[row] - segments.x0[row]
            ) / (segments.t1[row] - segments.t0[row])
            assert min(segments.y0[row], segments.y1[row]) <= y
            assert y <= max(segments.y0[row], segments.y1[row])
    reaper = theatre.unit_index["reaper/1"]
    rows = np.flatnonzero(sorties.unit == reaper)
    ashore = int(sorties.end[rows[0]]) + 1
    assert ashore < sorties.start[rows[1]]
    assert world.where("reaper/1", ashore) is None
    with pytest.raises(KeyError):
        world.where("nautilus/1", 0)


# What must not move.


def of_base(theatre: Theatre, sorties: Sorties) -> dict[int, tuple[Any, ...]]:
    """Return each sortie's unit, times and mark by its identity."""
    ids = [theatre.units[unit].id for unit in sorties.unit.tolist()]
    rows = zip(
        ids, sorties.start.tolist(), sorties.end.tolist(), sorties.mark.tolist(), strict=True
    )
    return dict(zip(sorties.identity.tolist(), rows, strict=True))


def meetings_of(theatre: Theatre, number: int = 0) -> dict[int, tuple[Any, ...]]:
    """Return each contact's times and place by its identity."""
    _, _, contacts = everything(theatre, 1, number)
    columns = (
        contacts.first,
        contacts.last,
        contacts.closest,
        contacts.distance,
        contacts.x,
        contacts.y,
        contacts.setting,
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return dict(zip(contacts.identity.tolist(), rows, strict=True))


def test_an_idle_unit_changes_nothing_else(theatre: Theatre, world: World) -> None:
    far = force("a_drone_far_away", "us", "surveillance_drone",
                {"station": [16.0, 58.0]}, sorties=schedule("24 h", "9 h"))  # fmt: skip
    values = busy()
    values["forces"] = [far, *values["forces"]]
    more = theatre_of(values)
    assert more.noteworthy == theatre.noteworthy
    assert meetings_of(more) == meetings_of(theatre)
    old = of_base(theatre, everything(theatre)[0])
    new = of_base(more, everything(more)[0])
    assert {who: row for who, row in new.items() if not row[0].startswith("a_drone")} == old
    other = build(more, 1, 0)
    assert other.contacts.identity.tolist() == world.contacts.identity.tolist()
    assert other.salvos == world.salvos
    assert other.strays == world.strays


def test_a_unit_more_of_a_force_leaves_the_others_where_they_were(theatre: Theatre) -> None:
    values = busy()
    drones = next(each for each in values["forces"] if each["id"] == "reaper")
    drones["number"] = 3
    more = theatre_of(values)
    old = of_base(theatre, everything(theatre)[0])
    new = of_base(more, everything(more)[0])
    plain = {who: row for who, row in old.items() if not row[0].startswith(("lask", "belbek"))}
    assert plain.items() <= new.items()


def test_the_order_of_a_file_does_not_matter(theatre: Theatre, world: World) -> None:
    values = busy()
    for block in ("forces", "strikes", "injects"):
        values[block] = values[block][::-1]
    for block in ("actors", "areas", "sites"):
        values[block] = dict(reversed(list(values[block].items())))
    other = build(theatre_of(copy.deepcopy(values)), 1, 0)
    for mine, yours in zip(
        (*world.sorties, *world.segments, *world.contacts),
        (*other.sorties, *other.segments, *other.contacts),
        strict=True,
    ):
        assert np.array_equal(mine, yours)
    assert (world.salvos, world.strays, world.placed) == (other.salvos, other.strays, other.placed)
    assert other.theatre.noteworthy == theatre.noteworthy


def test_a_longer_period_keeps_the_earlier_part(theatre: Theatre, world: World) -> None:
    longer = theatre_of(busy(duration="16 d"))
    end = theatre.horizon_ms
    old = of_base(theatre, everything(theatre)[0])
    new = of_base(longer, everything(longer)[0])
    early = {who: row for who, row in old.items() if row[2] < end}
    assert len(early) > 100
    assert early.items() <= new.items()
    assert all(new[who][:2] == row[:2] for who, row in old.items())
    met, later = meetings_of(theatre), meetings_of(longer)
    assert {who: row for who, row in met.items() if row[1] < end}.items() <= later.items()
    assert {who for who, row in later.items() if row[0] < end} == set(met)
    other = build(longer, 1, 0)
    assert [salvo for salvo in other.salvos if salvo.time < end] == list(world.salvos)


def test_a_warm_up_moves_nothing_after_the_start(theatre: Theatre) -> None:
    short = theatre_of(busy(begins={"rung": 0}))
    assert (short.start_ms, theatre.start_ms) == (0, -20 * DAY)
    long_met, short_met = meetings_of(theatre), meetings_of(short)
    kept = {who: row for who, row in long_met.items() if row[0] > 0}
    lost = [row for who, row in kept.items() if short_met.get(who) != row]
    assert len(lost) <= 0.01 * len(kept)  # launches that had been made before the start
    old, new = (of_base(each, everything(each)[0]) for each in (theatre, short))
    flown = {
        who: row for who, row in old.items() if row[1] > 0 and row[0][:4] not in ("lask", "belb")
    }
    assert flown.items() <= new.items()


def test_no_sortie_or_contact_begins_outside_the_period() -> None:
    short = theatre_of(busy(begins={"rung": 0}))
    for number in range(4):
        sorties, _, contacts = everything(short, 1, number)
        assert sorties.start.min() == 0
        assert sorties.start.max() < short.horizon_ms
        assert contacts.first.min() >= 0
        assert contacts.first.max() < short.horizon_ms
        keys = list(zip(sorties.start.tolist(), sorties.identity.tolist(), strict=True))
        assert keys == sorted(keys)


def test_at_the_start_the_sky_is_as_full_as_ever() -> None:
    values = air_only([force("one", "us", "surveillance_drone", {"box": "sea"}, number=50,
                             sorties=schedule("30 h", "18 h")),
                       force("two", "russia", "warship", {"station": [36.0, 43.0]})])  # fmt: skip
    theatre = theatre_of(values)
    base = np.array([unit.surge == 0 and unit.force == "one" for unit in theatre.units])
    out = []
    for number in range(25):
        sorties, _, _ = everything(theatre, 2, number)
        mine = base[sorties.unit]
        out.append(int(((sorties.start <= 0) & (sorties.end > 0) & mine).sum()))
    share, draws = 18 / 30, 25 * 50
    error = np.sqrt(share * (1 - share) / draws)
    assert abs(np.sum(out) / draws - share) < 4 * error


def test_a_theatre_can_be_sent_to_another_process(theatre: Theatre, world: World) -> None:
    sent = pickle.loads(pickle.dumps(theatre))
    other = build(sent, 1, 0)
    assert np.array_equal(other.contacts.identity, world.contacts.identity)
    assert sent.metres(30.0, 45.0) == theatre.metres(30.0, 45.0)


def test_injects_are_placed_where_the_scenario_says(theatre: Theatre, world: World) -> None:
    by_title = {theatre.injects[each.inject].title: each for each in world.placed}
    missile = by_title["A missile comes down"]
    assert missile.time == 5 * DAY + 12 * HOUR
    assert (missile.x, missile.y) == theatre.metres(23.934, 50.47)
    assert missile.identity == theatre.inject_identity("przewodow")
    gesture = by_title["A test is put off"]
    assert (gesture.x, gesture.y) == (0, 0)
    assert [each.time for each in world.placed] == sorted(each.time for each in world.placed)
    with pytest.raises(KeyError):
        theatre.inject_identity("nobody")


# Whatever a scenario holds.

KINDS = ("fighter_patrol", "interceptor", "surveillance_drone", "warship", "convoy",
         "air_defence_battery")  # fmt: skip


def any_force(rng: np.random.Generator, name: str) -> dict[str, Any]:
    """Return a force of any kind that moves in any way."""

    def spot() -> list[float]:
        return [round(float(rng.uniform(21, 37)), 2), round(float(rng.uniform(42, 54)), 2)]

    moves: list[dict[str, Any]] = [
        {"station": spot()},
        {"racetrack": [spot(), spot(), spot()]},
        {"route": [spot(), spot()]},
        {"box": str(rng.choice(["sea", "crimea", "border", "brest"]))},
    ]
    kind, actor = str(rng.choice(KINDS)), str(rng.choice(["us", "poland", "russia", "ukraine"]))
    made = force(name, actor, kind, moves[rng.integers(4)], number=int(rng.integers(1, 4)))
    if rng.random() < 0.6:
        lasting = int(rng.integers(1, 30))
        rest = int(rng.choice([0, 1, 40]))
        made["sorties"] = schedule(f"{lasting + rest} h", f"{lasting} h")
    if rng.random() < 0.3:
        made["speed"] = str(rng.choice(["2 km/h", "2500 km/h"]))
    return made


@pytest.mark.parametrize("seed", range(8))
def test_any_world_is_in_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    forces = [any_force(rng, f"force{k}") for k in range(5)]
    forces += [force("ship", "us", "warship", {"box": "sea"}), force("tug", "russia", "warship",
               {"box": "sea"})]  # fmt: skip
    theatre = theatre_of(air_only(forces, duration=str(rng.choice(["5 h", "4 d", "15 d"]))))
    sorties, segments, contacts = everything(theatre, seed)
    world = build(theatre, seed, 0)
    noted = Luck(seed, 0).us(Decision.NOTEWORTHY, contacts.identity) < theatre.noteworthy
    assert world.contacts.identity.tolist() == contacts.identity[noted].tolist()
    assert (sorties.start < sorties.end).all()
    assert (segments.t0 < segments.t1).all()
    assert np.array_equal(np.unique(segments.sortie), np.arange(sorties.unit.size))
    for table in (sorties, contacts):
        assert np.unique(table.identity).size == table.identity.size
    for early, late in ((0, 1), (1, 2)):
        times = (contacts.first, contacts.closest, contacts.last)
        assert (times[early] <= times[late]).all()
    for row in range(0, contacts.first.size, max(1, contacts.first.size // 20)):
        places = [world.on_sortie(int(k[row]), int(contacts.closest[row])) for k in contacts[1:3]]
        apart = np.hypot(places[0][0] - places[1][0], places[0][1] - places[1][1])
        assert apart == pytest.approx(contacts.distance[row], abs=4)


def test_a_course_too_small_to_fly_is_a_place() -> None:
    spot = [31.0, 43.5]
    forces = [
        force("one", "us", "fighter_patrol", {"racetrack": [spot, spot]}),
        force("two", "russia", "fighter_patrol", {"box": "dot"}),
    ]
    areas = {"dot": {"around": [31.1, 43.5], "radius": "50 m"}}
    theatre = theatre_of(air_only(forces, areas=areas))
    _, segments, contacts = everything(theatre)
    assert segments.t0.size == 2
    assert np.array_equal(segments.x0, segments.x1)
    assert contacts.first.tolist() == [0]
