"""Strikes, strays, outages, and how many contacts are worth noting."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import shapely
from moving_worlds import DAY, HOUR, air_only, busy, everything, force, schedule, theatre_of

from sim.draws import Decision, Luck, child, root
from sim.scenario.quantities import YEAR, Delay, Milliseconds
from sim.world import Outage, Salvo, Theatre, build
from sim.world.geography import territory
from sim.world.outages import outage
from sim.world.prepare import WORLDS
from sim.world.strikes import poissons, salvos, strays

SHIP = force("ship", "us", "warship", {"station": [29.5, 43.0]})
OTHER = force("other", "russia", "warship", {"station": [36.0, 43.0]})


def struck(strikes: list[dict[str, Any]], **changes: Any) -> Theatre:
    """Return a theatre in which nothing moves and some sites are struck."""
    values = busy(forces=[SHIP, OTHER], strikes=strikes, begins={"rung": 0}, **changes)
    return theatre_of(values)


def at_lviv(**more: Any) -> dict[str, Any]:
    return {"actor": "russia", "into": "lviv", "missiles": 20, "drones": 30} | more


def all_salvos(theatre: Theatre, worlds: int) -> list[Salvo]:
    return [salvo for number in range(worlds) for salvo in salvos(theatre, Luck(7, number))]


# Salvos.


def test_poisson_numbers_follow_the_distribution_and_rise_with_the_mean() -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    for mean in (0.01, 0.7, 5.0, 24.0):
        counts = poissons(mean, u)
        assert counts.mean() == pytest.approx(mean, rel=2e-3)
        assert counts.var() == pytest.approx(mean, rel=2e-2)
        assert (poissons(1.1 * mean, u) >= counts).all()


def test_salvos_fall_at_the_rate_of_their_row_in_two_layers() -> None:
    theatre = struck([at_lviv(every="10 h")], duration="40 d")
    worlds = 40
    found = all_salvos(theatre, worlds)
    mean = worlds * theatre.horizon_ms / (10 * HOUR)
    base = sum(salvo.mark <= 1 for salvo in found)
    extra = len(found) - base
    assert abs(base - mean) < 4 * math.sqrt(mean)
    assert abs(extra - 0.1 * mean) < 4 * math.sqrt(0.1 * mean)
    marks = np.array([salvo.mark for salvo in found])
    assert (marks > 0).all()
    assert marks.max() <= 1.1
    assert abs(np.mean(marks[marks <= 1] <= 0.8) - 0.8) < 4 * math.sqrt(0.16 / base)
    hours = np.array([salvo.time % DAY for salvo in found]) / DAY
    assert abs(hours.mean() - 0.5) < 4 * math.sqrt(1 / 12 / hours.size)


def test_a_higher_rate_only_adds_salvos() -> None:
    few, many = (struck([at_lviv(id="raid", every=every)]) for every in ("20 h", "15 h"))
    for number in range(20):
        rare, dense = (
            {salvo.identity: salvo for salvo in salvos(each, Luck(1, number))}
            for each in (few, many)
        )
        assert rare.items() <= dense.items()
    assert len(all_salvos(many, 20)) > len(all_salvos(few, 20))


def test_dated_salvos_take_place_in_every_world_on_their_date() -> None:
    dates = ["2022-09-05T14:00Z", "2022-09-03T02:30Z", "2022-09-05T14:00Z"]
    theatre = struck([at_lviv(on=dates, missiles=90, drones={"between": [3, 9]})])
    for number in range(5):
        found = salvos(theatre, Luck(2, number))
        assert [salvo.time for salvo in found] == [2 * DAY + 2.5 * HOUR, 4 * DAY + 14 * HOUR]
        assert {salvo.mark for salvo in found} == {0.0}
        assert {salvo.missiles for salvo in found} == {90}
        assert all(3 <= salvo.drones <= 9 for salvo in found)


def test_salvos_are_named_and_drawn_by_address() -> None:
    theatre = struck([at_lviv(id="raid", every="10 h", drones={"between": [10, 60]})])
    luck = Luck(1, 3)
    named = {}
    for cell in range(theatre.horizon_ms // DAY):
        day = child(root("strikes|raid"), cell)
        for k in range(12):
            named[child(day, k)] = cell
    found = [salvo for salvo in salvos(theatre, luck) if salvo.mark <= 1]
    assert len(found) > 10
    for salvo in found:
        cell = named[salvo.identity]
        assert salvo.time == cell * DAY + int(luck.u(Decision.SALVO_TIME, salvo.identity) * DAY)
        drones = 10 + int(luck.u(Decision.SALVO_SIZE, child(salvo.identity, 1)) * 51)
        assert salvo.drones == drones


def test_rows_that_say_the_same_fall_apart() -> None:
    theatre = struck([at_lviv(every="10 h"), at_lviv(every="12 h")])
    found = salvos(theatre, Luck(1, 0))
    assert len({salvo.identity for salvo in found}) == len(found)
    assert {salvo.entry for salvo in found} == {0, 1}


def test_salvos_near_a_critical_site() -> None:
    plant = {"actor": "russia", "into": "zaporizhzhia", "every": "6 h", "drones": 3}
    theatre = struck([plant, at_lviv(every="6 h")], duration="30 d")
    found = all_salvos(theatre, 20)
    at_plant = [salvo for salvo in found if salvo.critical]
    assert {salvo.site for salvo in at_plant} == {"zaporizhzhia"}
    assert not any(salvo.near_site for salvo in found if not salvo.critical)
    share = np.mean([salvo.near_site for salvo in at_plant])
    assert abs(share - 0.5) < 4 * math.sqrt(0.25 / len(at_plant))


# Strays.


@pytest.fixture(scope="module")
def leaky() -> Theatre:
    many = {"stray_attacker": 2e-3, "stray_defender": 5e-4, "stray_grave": 0.2}
    return struck([at_lviv(every="2 h")], duration="40 d", parameters=many)


def test_strays_are_as_many_as_distance_and_weapons_say(leaky: Theatre) -> None:
    worlds, p = 40, leaky.scenario.parameters
    lviv = shapely.Point(leaky.sites["lviv"].x, leaky.sites["lviv"].y)
    weights = {}
    for name, title in (("poland", "Poland"), ("romania", "Romania")):
        land = territory(title, leaky.projection)
        assert land is not None
        weights[leaky.actor_index[name]] = math.exp(-land.distance(lviv) / 1000 / p.stray_reach)
    fallen = [(salvos(leaky, Luck(3, n)), Luck(3, n)) for n in range(worlds)]
    found = [stray for these, luck in fallen for stray in strays(leaky, luck, these)]
    weapons = 50 * sum(len(these) for these, _ in fallen)
    mean = weapons * (p.stray_attacker + p.stray_defender) * sum(weights.values())
    assert abs(len(found) - mean) < 4 * math.sqrt(mean)
    ukraine, russia = leaky.actor_index["ukraine"], leaky.actor_index["russia"]
    shares = {
        "poland": (
            np.mean([stray.victim == leaky.actor_index["poland"] for stray in found]),
            weights[leaky.actor_index["poland"]] / sum(weights.values()),
        ),
        "defended": (np.mean([stray.by == ukraine for stray in found]), 0.2),
        "grave": (np.mean([stray.grave for stray in found]), 0.2),
        "drone": (np.mean([stray.drone for stray in found]), 0.8 * 0.6),
    }
    for name, (seen, expected) in shares.items():
        error = math.sqrt(expected * (1 - expected) / len(found))
        assert abs(seen - expected) < 4 * error, name
    assert {stray.by for stray in found} == {ukraine, russia}
    assert {stray.attacker for stray in found} == {russia}
    assert not any(stray.drone for stray in found if stray.by == ukraine)


def test_a_stray_comes_down_within_an_hour_some_way_inside_its_victims_land(
    leaky: Theatre,
) -> None:
    luck = Luck(3, 0)
    fallen = salvos(leaky, luck)
    found = strays(leaky, luck, fallen)
    assert len(found) > 3
    for stray in found:
        salvo = fallen[stray.salvo]
        assert 0 <= stray.time - salvo.time < HOUR
        land = territory(leaky.actors[stray.victim].title, leaky.projection)
        assert land is not None
        spot = shapely.Point(stray.x, stray.y)
        assert land.contains(spot)
        assert 5_900 < land.boundary.distance(spot) < 6_100
    keys = [(stray.time, stray.identity) for stray in found]
    assert keys == sorted(keys)


def test_nothing_strays_from_a_third_partys_own_attacks() -> None:
    attack = {"actor": "ukraine", "into": "sevastopol", "every": "2 h", "drones": 500}
    theatre = struck([attack], parameters={"stray_attacker": 2e-3}, duration="40 d")
    fallen = salvos(theatre, Luck(1, 0))
    assert len(fallen) > 100
    assert strays(theatre, Luck(1, 0), fallen) == ()
    assert theatre.stray_sides() == []


# Outages.


def laid(name: str, up: int, down: int, number: int) -> Outage:
    """Return the outages of a channel over a day, in one world."""
    return outage(Luck(1, number), name, up, down, 0, DAY)


def mean(time: int) -> Delay:
    return Delay(mean=Milliseconds(time))


def test_a_channel_is_up_as_often_as_its_spells_say() -> None:
    theatre = struck([], duration="200 d")
    up, down = mean(20 * HOUR), mean(6 * HOUR)
    rng = np.random.default_rng(2)
    shares = []
    for number in range(30):
        spells = build(theatre, 1, number).outage("line", up, down)
        times = rng.integers(0, theatre.horizon_ms, 1500).tolist()
        shares.append(np.mean([spells.is_up(t) for t in times]))
    error = np.std(shares, ddof=1) / math.sqrt(len(shares))
    assert abs(np.mean(shares) - 20 / 26) < 4 * error
    at_start = [laid("line", 20 * HOUR, 6 * HOUR, n).is_up(0) for n in range(400)]
    assert abs(np.mean(at_start) - 20 / 26) < 4 * math.sqrt(20 / 26 * 6 / 26 / 400)


def test_spells_answer_questions_about_themselves() -> None:
    world = build(struck([], duration="60 d"), 1, 5)
    line = world.outage("line", mean(30 * HOUR), mean(3 * HOUR))
    assert world.outage("line", mean(30 * HOUR), mean(3 * HOUR)) is line
    t, spells = 0, []
    for _ in range(40):
        begins = line.next_down(t)
        assert begins is not None
        ends = line.next_up(begins)
        assert line.next_down(ends - 1) == ends - 1
        assert not line.is_up(begins)
        assert line.is_up(ends)
        assert begins == t or line.is_up(begins - 1)
        spells.append(ends - begins)
        t = ends
    assert 1 * HOUR < np.mean(spells) < 6 * HOUR
    forever = world.outage("line", None, None)
    assert forever.is_up(10**12)
    assert forever.next_down(0) is None
    assert forever.next_up(7) == 7
    assert line.next_up(10**12) == 10**12


def test_outages_move_with_neither_warm_up_nor_length_nor_other_channels() -> None:
    up, down = mean(20 * HOUR), mean(6 * HOUR)
    short = build(struck([], duration="20 d"), 1, 2)
    long = build(theatre_of(busy(forces=[SHIP, OTHER], duration="50 d")), 1, 2)
    assert long.theatre.start_ms < 0
    times = range(0, 20 * DAY, 17 * 60_000)
    states = [short.outage("line", up, down).is_up(t) for t in times]
    assert states == [long.outage("line", up, down).is_up(t) for t in times]
    assert not all(states)
    assert states != [short.outage("ministers", up, down).is_up(t) for t in times]


# What is worth noting.


def test_as_many_contacts_are_noted_as_the_scenario_asks_for() -> None:
    """The raw rate is estimated over other worlds; both estimates have an error."""
    theatre = theatre_of(busy())
    target = 107 * 0.5
    assert theatre.recorded_per_year_target == pytest.approx(target)
    assert theatre.recorded_per_year_expected == pytest.approx(target)
    assert theatre.noteworthy * theatre.raw_contacts_per_year == pytest.approx(target)
    counts = []
    for number in range(10):
        sorties, _, contacts = everything(theatre, 11, number)
        top = np.maximum(sorties.mark[contacts.a], sorties.mark[contacts.b])
        counts.append(int(((contacts.first >= 0) & (top <= 1)).sum()))
    expected = theatre.raw_contacts_per_year * theatre.horizon_ms / YEAR
    error = np.std(counts, ddof=1) * math.sqrt(1 / len(counts) + 1 / WORLDS)
    assert abs(np.mean(counts) - expected) < 4 * error
    assert error < 0.05 * expected


def test_conditions_of_2022_treble_what_is_noted() -> None:
    calm, tense = theatre_of(busy()), theatre_of(busy(conditions="2022"))
    assert tense.noteworthy == pytest.approx(3 * calm.noteworthy)
    assert tense.raw_contacts_per_year == calm.raw_contacts_per_year


def test_where_forces_meet_too_seldom_all_is_noted_and_the_shortfall_told() -> None:
    forces = [
        force("one", "us", "reconnaissance_aircraft", {"racetrack": [[31.0, 43.0], [32.0, 43.0]]},
              sorties=schedule("60 h", "1 h")),
        force("two", "russia", "fighter_patrol", {"racetrack": [[31.0, 43.2], [32.0, 43.2]]},
              sorties=schedule("90 h", "1 h")),
    ]  # fmt: skip
    theatre = theatre_of(air_only(forces))
    assert theatre.noteworthy == 1.0
    assert theatre.recorded_per_year_expected == theatre.raw_contacts_per_year
    assert 0 < theatre.raw_contacts_per_year < theatre.recorded_per_year_target


def test_forces_that_never_meet_are_no_error() -> None:
    theatre = struck([])
    assert (theatre.noteworthy, theatre.raw_contacts_per_year) == (0.0, 0.0)
    assert everything(theatre)[2].first.size == 0


def test_a_scenario_may_give_noteworthy_itself() -> None:
    theatre = theatre_of(busy(parameters={"noteworthy": 0.25}))
    assert theatre.noteworthy == 0.25
    assert theatre.recorded_per_year_expected == pytest.approx(0.25 * theatre.raw_contacts_per_year)
