"""A world as a whole: identities, schedules, tracks, injects, and whatever a scenario holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from moving_worlds import (
    DAY,
    HOUR,
    air_only,
    busy,
    everything,
    force,
    schedule,
    theatre_of,
)

from sim.draws import Decision, Luck, child, root, uniform
from sim.world import Theatre, World, build


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    return theatre_of(busy())


@pytest.fixture(scope="module")
def world(theatre: Theatre) -> World:
    return build(theatre, 1, 0)


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
