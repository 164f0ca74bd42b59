"""Interceptors on alert: when they launch, how they fly, and what they meet."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from moving_worlds import HOUR, MINUTE, air_only, busy, everything, force, schedule, theatre_of

from sim.world import Theatre
from sim.world.alert import ABREAST, unhindered
from sim.world.tracks import Segments, Sorties

BASE = [33.57, 44.69]
NEAR = {"racetrack": [[31.5, 43.6], [33.5, 43.6]]}
"""A racetrack that lies within detection range of the base from end to end."""


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    return theatre_of(busy())


def legs_of(segments: Segments, sortie: int) -> Segments:
    rows = segments.sortie == sortie
    return Segments(*(column[rows] for column in segments))


def launches(theatre: Theatre, force_id: str, number: int) -> tuple[Sorties, Segments, np.ndarray]:
    sorties, segments, _ = everything(theatre, 1, number)
    rows = [row for row, unit in enumerate(theatre.units) if unit.force == force_id]
    return sorties, segments, np.flatnonzero(np.isin(sorties.unit, rows))


@pytest.mark.parametrize("force_id", ["belbek", "lask"])
def test_a_launch_flies_out_straight_keeps_abreast_and_comes_home(
    theatre: Theatre, force_id: str
) -> None:
    sorties, segments, found = launches(theatre, force_id, 0)
    assert found.size > 10
    for sortie in found[:60].tolist():
        course = theatre.courses[theatre.units[int(sorties.unit[sortie])].force_row]
        legs, target = legs_of(segments, sortie), legs_of(segments, int(sorties.target[sortie]))
        assert (legs.x0[0], legs.y0[0]) == course.post == (legs.x1[-1], legs.y1[-1])
        assert (legs.t0[0], legs.t1[-1]) == (sorties.start[sortie], sorties.end[sortie])
        for leg in (0, -1):
            way = math.hypot(legs.x1[leg] - legs.x0[leg], legs.y1[leg] - legs.y0[leg])
            assert way == pytest.approx(course.speed * (legs.t1[leg] - legs.t0[leg]), abs=3)
        times = np.linspace(legs.t1[0], legs.t0[-1], 9)
        for axis in ("x", "y"):
            mine, its = (
                np.interp(
                    times,
                    np.append(each.t0, each.t1[-1]),
                    np.append(getattr(each, f"{axis}0"), getattr(each, f"{axis}1")[-1]),
                )
                for each in (legs, target)
            )
            assert np.allclose(mine - its, ABREAST if axis == "x" else 0, atol=2)
        assert legs.t0[-1] - legs.t0[0] <= course.lasting


def test_an_interceptor_is_in_contact_with_its_target_and_nothing_else(theatre: Theatre) -> None:
    sorties, _, contacts = everything(theatre)
    alert = np.array([unit.alert for unit in theatre.units])
    met: dict[int, set[int]] = {}
    for a, b in zip(contacts.a.tolist(), contacts.b.tolist(), strict=True):
        for mine, its in ((a, b), (b, a)):
            if alert[sorties.unit[mine]]:
                met.setdefault(mine, set()).add(its)
    found = np.flatnonzero(alert[sorties.unit]).tolist()
    assert found
    for sortie in found:
        assert met[sortie] == {int(sorties.target[sortie])}
        assert sorties.target[sorties.target[sortie]] == -1
    assert (sorties.target[~alert[sorties.unit]] == -1).all()


def test_guards_meet_intruders_in_or_near_their_area_only(theatre: Theatre) -> None:
    _, segments, found = launches(theatre, "lask", 0)
    around = theatre.areas["border"].buffer(32_010)
    for sortie in found.tolist():
        legs = legs_of(segments, sortie)
        assert around.contains(shapely.Point(legs.x1[0], legs.y1[0]))


def one_base(number: int, launches_: float, every: str = "24 h", **more: object) -> Theatre:
    forces = [
        force("scout", "us", "reconnaissance_aircraft", NEAR, sorties=schedule(every, "4 h")),
        force("base", "russia", "interceptor", {"station": BASE}, number=number,
              launches=launches_, **more),
    ]  # fmt: skip
    return theatre_of(air_only(forces, duration="60 d"))


@pytest.mark.parametrize(("number", "chance"), [(1, 0.3), (3, 0.3), (4, 1.0)])
def test_a_force_launches_at_what_it_detects_as_often_as_it_says(
    number: int, chance: float
) -> None:
    theatre = one_base(number, chance)
    hit = total = 0
    for world in range(25):
        sorties, _, _ = everything(theatre, 4, world)
        unit = np.array([each.force == "scout" and each.surge == 0 for each in theatre.units])
        scouts = np.flatnonzero(unit[sorties.unit] & (sorties.start > 0))
        flown = sorties.target[(sorties.target >= 0) & (sorties.mark <= 1)]
        total += scouts.size
        hit += int(np.isin(scouts, flown).sum())
    error = math.sqrt(max(chance * (1 - chance), 1 / total) / total)
    assert total > 1000
    assert abs(hit / total - chance) < 4 * error


def test_launches_follow_detection_by_the_delay(theatre: Theatre) -> None:
    theatre = one_base(1, 1.0)
    waits = []
    for world in range(8):
        sorties, _, _ = everything(theatre, 4, world)
        rows = np.flatnonzero((sorties.target >= 0) & (sorties.start > HOUR))
        waits.append(sorties.start[rows] - sorties.start[sorties.target[rows]])
    wait = np.concatenate(waits) / MINUTE  # the track lies within range from take-off on
    below_median, below_p95 = np.mean(wait < 8), np.mean(wait < 15)
    assert wait.size > 400
    assert abs(below_median - 0.5) < 4 * math.sqrt(0.25 / wait.size)
    assert abs(below_p95 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / wait.size)


def test_no_chance_no_launch() -> None:
    theatre = one_base(2, 0.0)
    sorties, _, contacts = everything(theatre)
    assert (sorties.target < 0).all()
    assert contacts.first.size == 0
    assert theatre.noteworthy == 0.0


def test_a_base_with_a_schedule_launches_once_in_a_period_at_most() -> None:
    theatre = one_base(1, 1.0, every="4 h", sorties=schedule("10 h", "1 h"))
    sorties, _, _ = everything(theatre)
    own = np.flatnonzero(sorties.target >= 0)
    starts = sorties.start[own]
    assert own.size > 50
    assert (np.diff(starts) >= 10 * HOUR).all()


def test_of_overlapping_launches_the_one_that_flies_sooner_as_activity_rises_stays() -> None:
    unit = np.array([0, 0, 0, 1])
    launch = np.array([0, 50, 200, 60])
    until = np.array([100, 150, 300, 160])
    order = np.array([2.0, 0.5, 1.5, 0.9])
    assert unhindered(unit, launch, until, order).tolist() == [1, 2, 3]


def test_a_slow_interceptor_reaches_only_what_comes_towards_it() -> None:
    slow = one_base(1, 1.0, speed="200 km/h")
    fast = one_base(1, 1.0)
    reached = [
        sum(int((everything(each, 4, world)[0].target >= 0).sum()) for world in range(3))
        for each in (slow, fast)
    ]
    assert 0 < reached[0] < reached[1]
    for world in range(3):
        sorties, segments, _ = everything(slow, 4, world)
        for sortie in np.flatnonzero(sorties.target >= 0).tolist():
            legs = legs_of(segments, sortie)
            way = math.hypot(legs.x1[0] - legs.x0[0], legs.y1[0] - legs.y0[0])
            assert way == pytest.approx(200 / 3600 * (legs.t1[0] - legs.t0[0]), abs=3)
