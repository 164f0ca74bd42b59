"""Contacts against independent code: time steps, and the two-dimensional gas."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from moving_worlds import DAY, air_only, busy, everything, force, theatre_of

from sim.draws import Decision, Luck, child
from sim.scenario.kinds import MEETS
from sim.world import SETTINGS, Theatre, build
from sim.world.tracks import Segments, Sorties
from sim.world.traffic import traffic

STEP = 20_000
SIZES = [pytest.param(1, id="usual"), pytest.param(10, id="long", marks=pytest.mark.slow)]


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    return theatre_of(busy())


def track_at(segments: Segments, sortie: int, times: np.ndarray) -> np.ndarray:
    """Return the places of a sortie at some times by numpy's own interpolation, shape (n, 2)."""
    rows = np.flatnonzero(segments.sortie == sortie)
    t = np.append(segments.t0[rows], segments.t1[rows[-1]])
    x = np.append(segments.x0[rows], segments.x1[rows[-1]])
    y = np.append(segments.y0[rows], segments.y1[rows[-1]])
    return np.column_stack([np.interp(times, t, x), np.interp(times, t, y)])


def may_meet(theatre: Theatre, sorties: Sorties, i: int, j: int) -> float:
    """Return the range at which two sorties count as in contact, 0 if they never do."""
    a, b = (theatre.units[int(sorties.unit[row])] for row in (i, j))
    if {a.bloc, b.bloc} != {0, 1} or frozenset((a.kind.domain, b.kind.domain)) not in MEETS:
        return 0.0
    if (a.alert and sorties.target[i] != j) or (b.alert and sorties.target[j] != i):
        return 0.0
    return max(a.kind.contact_range, b.kind.contact_range)


def test_contacts_agree_with_time_steps(theatre: Theatre) -> None:
    sorties, segments, contacts = everything(theatre)
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row in range(contacts.first.size):
        pair = (int(contacts.a[row]), int(contacts.b[row]))
        spans.setdefault(pair, []).append((int(contacts.first[row]), int(contacts.last[row])))
    begin, end = 2 * DAY, 4 * DAY
    out = np.flatnonzero((sorties.start < end) & (sorties.end > begin)).tolist()
    seen = dict.fromkeys(SETTINGS, 0)
    for i in out:
        if theatre.units[int(sorties.unit[i])].bloc:
            continue
        for j in out:
            reach = may_meet(theatre, sorties, i, j)
            since = max(begin, int(sorties.start[i]), int(sorties.start[j]))
            until = min(end, int(sorties.end[i]), int(sorties.end[j]))
            if not reach or until <= since:
                continue
            times = np.arange(since, until + 1, STEP)
            apart = np.hypot(*(track_at(segments, i, times) - track_at(segments, j, times)).T)
            inside = np.zeros(times.size, dtype=bool)
            for first, last in spans.get((i, j), []):
                inside |= (times >= first) & (times <= last)
            clear = np.abs(apart - reach) > 1.0  # metres: a step may fall on the very edge
            assert np.array_equal(inside[clear], (apart <= reach)[clear])
            if inside.any():
                domains = [theatre.units[int(sorties.unit[row])].kind.domain for row in (i, j)]
                names = {"_".join(domains), "_".join(domains[::-1])}
                seen[next(name for name in SETTINGS if name in names)] += 1
    assert all(seen.values()), seen


def test_edges_distance_and_place_are_exact(theatre: Theatre) -> None:
    sorties, segments, contacts = everything(theatre)
    picked = range(0, contacts.first.size, max(1, contacts.first.size // 200))
    for row in picked:
        i, j = int(contacts.a[row]), int(contacts.b[row])
        reach = may_meet(theatre, sorties, i, j)
        times = contacts.first[row], contacts.closest[row], contacts.last[row]
        a, b = (track_at(segments, sortie, np.array(times)) for sortie in (i, j))
        first, closest, last = np.hypot(*(a - b).T).tolist()
        together = max(sorties.start[i], sorties.start[j]), min(sorties.end[i], sorties.end[j])
        assert first == pytest.approx(reach, abs=2) or times[0] == together[0]
        assert last == pytest.approx(reach, abs=2) or times[2] == together[1]
        assert closest == pytest.approx(contacts.distance[row], abs=2)
        assert closest <= min(first, last) + 2
        middle = (a[1] + b[1]) / 2
        assert np.allclose(middle, (contacts.x[row], contacts.y[row]), atol=2)
        assert SETTINGS[contacts.setting[row]].startswith(
            tuple(theatre.units[int(sorties.unit[s])].kind.domain for s in (i, j))
        )


def test_contacts_are_sorted_and_named_by_sorties_and_crossing(theatre: Theatre) -> None:
    sorties, _, contacts = everything(theatre)
    keys = list(zip(contacts.first.tolist(), contacts.identity.tolist(), strict=True))
    assert keys == sorted(keys)
    bloc = np.array([unit.bloc for unit in theatre.units])
    assert (bloc[sorties.unit[contacts.a]] == 0).all()
    assert (bloc[sorties.unit[contacts.b]] == 1).all()
    numbers: dict[tuple[int, int], int] = {}
    for row in np.flatnonzero(contacts.first >= 0).tolist():
        ends = sorted(int(sorties.identity[k[row]]) for k in (contacts.a, contacts.b))
        number = numbers.get((ends[0], ends[1]), 0)
        numbers[ends[0], ends[1]] = number + 1
        assert int(contacts.identity[row]) == child(*ends, number)
    assert max(numbers.values()) > 1


@pytest.mark.parametrize("begins", [None, {"rung": 0}])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_world_holds_just_the_contacts_that_are_noted(begins: Any, number: int) -> None:
    theatre = theatre_of(busy(begins=begins))
    _, _, contacts = everything(theatre, 1, number)
    u = Luck(1, number).us(Decision.NOTEWORTHY, contacts.identity)
    noted = u < theatre.noteworthy
    world = build(theatre, 1, number)
    for column, whole in zip(world.contacts, contacts, strict=True):
        assert np.array_equal(column, whole[noted])
    assert 0 < world.contacts.first.size < contacts.first.size


def test_contacts_of_units_that_are_always_out_are_all_considered() -> None:
    """Their sorties span the scenario's start, so their crossings are numbered both ways."""
    ships = [force(name, name, "warship", {"box": "crimea"}, number=3) for name in ("us", "russia")]
    theatre = theatre_of(busy(forces=ships, duration="30 d", parameters={"warm_up": "5 d"}))
    missed = found = 0
    for number in range(20):
        luck = Luck(1, number)
        _, _, contacts = everything(theatre, 1, number)
        noted = luck.us(Decision.NOTEWORTHY, contacts.identity) < 0.004
        some = traffic(theatre, luck, 0.004).contacts.identity
        missed += len(set(contacts.identity[noted].tolist()) - set(some.tolist()))
        found += some.size
    assert found > 10
    assert missed == 0


def test_two_stations_in_range_are_one_contact_over_the_whole_period() -> None:
    values = air_only(
        [
            force("one", "us", "warship", {"station": [31.0, 43.5]}),
            force("two", "russia", "warship", {"station": [31.1, 43.5]}),
        ]
    )
    theatre = theatre_of(values)
    _, _, contacts = everything(theatre)
    assert contacts.first.tolist() == [0]
    assert contacts.last.tolist() == [theatre.horizon_ms]


def line(theatre_values: dict[str, Any], name: str, actor: str, angle: float, half: float) -> Any:
    """Return an aircraft that flies to and fro on a line through the centre, at an angle."""
    theatre = theatre_of(theatre_values)
    ends = [
        theatre.degrees(way * half * math.cos(angle), way * half * math.sin(angle))
        for way in (-1, 1)
    ]
    return force(name, actor, "fighter_patrol", {"racetrack": [list(end) for end in ends]})


@pytest.mark.parametrize("times", SIZES)
def test_movers_on_crossing_lines_meet_as_often_as_the_gas_model_says(times: int) -> None:
    """Rate 2 R w / A with A the parallelogram of the two lines and w their relative speed.

    Each mover is even along its line and goes either way, so w is 2 v cos(θ/2) or 2 v sin(θ/2);
    over all θ its mean is the gas's 4 v / π. The lines' ends lie far beyond range of the crossing,
    so there is no boundary effect; they differ in length so that no two movers keep in step.
    """
    half, reach, speed = 300e3, 32e3, 900 / 3.6
    lines = {50: 261.8e3, 70: 341.4e3, 90: 223.6e3, 110: 288.7e3, 130: 314.2e3}
    angles = [(math.radians(degrees), length) for degrees, length in lines.items()]
    base = air_only([force("any", "us", "warship", {"station": [31.0, 43.5]})], duration="60 d")
    forces = [line(base, "still", "us", 0.0, half)]
    forces += [line(base, f"line{k}", "russia", *at) for k, at in enumerate(angles)]
    theatre = theatre_of(base | {"forces": forces})
    expected = sum(
        2 * reach * speed * (math.cos(t / 2) + math.sin(t / 2)) / (4 * half * far * math.sin(t))
        for t, far in angles
    )
    counts = [everything(theatre, 5, number)[2].first.size for number in range(12 * times)]
    mean = expected * theatre.horizon_ms / 1000
    error = np.std(counts, ddof=1) / math.sqrt(len(counts))
    assert abs(np.mean(counts) - mean) < 4 * error
    assert error < 0.03 * mean


@pytest.mark.parametrize("times", SIZES)
def test_wanderers_meet_as_the_gas_model_says(times: int) -> None:
    """Rate = (time in range) · 2 w / (π R), with the mean relative speed w = 4 v / π of a gas.

    Only the mean relative speed comes from the gas: random waypoints crowd the middle of an area,
    which the measured share of time in range takes in. Near the edge headings are not even, and a
    turn within range breaks a straight pass; both are within the 6 % allowed at R = 4 % of the box.
    """
    places = [[29.0, 42.0], [36.0, 42.0], [36.0, 46.5], [29.0, 46.5]]
    forces = [
        force("one", "us", "fighter_patrol", {"box": "wide"}, number=3),
        force("two", "russia", "fighter_patrol", {"box": "wide"}, number=3),
    ]
    values = air_only(forces, areas={"wide": {"polygon": places}}, duration="30 d")
    theatre = theatre_of(values)
    rate, share = [], []
    for number in range(12 * times):
        _, _, contacts = everything(theatre, 9, number)
        rate.append(contacts.first.size / theatre.horizon_ms)
        share.append(float((contacts.last - contacts.first).sum()) / theatre.horizon_ms)
    speed, reach = 900 / 3.6 / 1000, 32e3
    gas = np.array(share) * 2 * (4 * speed / math.pi) / (math.pi * reach)
    ratio = np.array(rate) / gas
    assert abs(ratio.mean() - 1) < 0.06
    assert ratio.std() / math.sqrt(ratio.size) < 0.02


def square(side: float) -> list[list[float]]:
    """Return the corners of a square about a place of the small theatre, in degrees."""
    theatre = theatre_of(air_only([force("any", "us", "warship", {"station": [31.0, 43.5]})]))
    x, y = theatre.metres(31.0, 43.5)
    corners = ((0, 0), (1, 0), (1, 1), (0, 1))
    return [list(theatre.degrees(x + i * side, y + j * side)) for i, j in corners]


def meetings(
    side: float, reach: float, speed: float, samples: int, luck: np.random.Generator
) -> tuple[float, float]:
    """Return how often two wanderers of a square come within reach per second, and its error.

    The gas model without its approximations: legs between even points follow each other without
    regard to the other's, so any offset of two legs in time is as likely as another, and the rate
    is the mean over pairs of legs of the offsets at which they pass into reach, over the square of
    the mean time of a leg. Offsets are drawn evenly over those at which the legs overlap at all.
    """
    ends = luck.uniform(0, side, (2, 2, 2, samples))  # mover, end of leg, coordinate
    legs = ends[:, 1] - ends[:, 0]
    lasting = np.hypot(legs[:, 0], legs[:, 1]) / speed
    span = lasting.sum(axis=0)
    late = luck.uniform(0, 1, samples) * span - lasting[1]
    begin, end = np.maximum(0, late), np.minimum(lasting[0], late + lasting[1])
    velocity = legs / lasting[:, None]
    first = ends[0, 0] + velocity[0] * begin
    second = ends[1, 0] + velocity[1] * (begin - late)
    apart, passing = second - first, velocity[1] - velocity[0]
    # Into reach at the smaller root of |apart + passing t| = reach.
    a, b = (passing**2).sum(axis=0), (apart * passing).sum(axis=0)
    c = (apart**2).sum(axis=0) - reach**2
    root = b * b - a * c
    into = (-b - np.sqrt(np.maximum(root, 0.0))) / a
    meets = span * ((c > 0) & (root > 0) & (into > 0) & (into < end - begin))
    leg = lasting.mean()
    return float(meets.mean() / leg**2), float(meets.std() / math.sqrt(samples) / leg**2)


@pytest.mark.parametrize("times", SIZES)
def test_wanderers_meet_as_often_as_their_legs_say(times: int) -> None:
    side, reach, speed = 800e3, 32e3, 900 / 3.6
    forces = [
        force(name, actor, "fighter_patrol", {"box": "wide"}, number=3)
        for name, actor in (("one", "us"), ("two", "russia"))
    ]
    area = {"wide": {"polygon": square(side)}}
    theatre = theatre_of(air_only(forces, areas=area, duration="30 d"))
    counts = [
        int((everything(theatre, 9, number)[2].first > 0).sum()) for number in range(12 * times)
    ]
    rounds = [meetings(side, reach, speed, 1_000_000, np.random.default_rng(n)) for n in range(4)]
    pairs, seconds = 9, theatre.horizon_ms / 1000
    expected = float(np.mean([rate for rate, _ in rounds])) * pairs * seconds
    doubt = math.sqrt(sum(error**2 for _, error in rounds)) / 4 * pairs * seconds
    error = math.hypot(np.std(counts, ddof=1) / math.sqrt(len(counts)), doubt)
    assert abs(np.mean(counts) - expected) < 4 * error
    assert error < 0.03 * expected
    # The gas itself: even density and headings, 2 R (4 v / pi) / A; wanderers crowd the middle.
    gas = 2 * reach * 4 * speed / math.pi / side**2 * pairs * seconds
    assert 1.2 < expected / gas < 1.5


@pytest.mark.parametrize("times", SIZES)
def test_passing_stations_is_as_frequent_as_the_swept_area_says(times: int) -> None:
    """A wanderer enters a disc of radius R at rate 2 R v f, with f its density at the disc.

    Stations stand at the nodes of Gauss-Legendre quadrature and count with its weights, so that the
    sum over them takes the place of the integral of f, which is 1, whatever f is. The outermost
    discs lie just inside the area.
    """
    theatre = theatre_of(air_only([force("any", "us", "warship", {"station": [31.0, 43.5]})]))
    (x, y), side = theatre.metres(31.0, 43.5), 800e3
    corners = [
        theatre.degrees(x + i * side, y + j * side) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))
    ]
    nodes, weights = np.polynomial.legendre.leggauss(5)
    spots = [
        theatre.degrees(x + (i + 1) / 2 * side, y + (j + 1) / 2 * side)
        for i in nodes
        for j in nodes
    ]
    forces = [
        force("one", "us", "surveillance_drone", {"box": "wide"}, number=4),
        *(
            force(f"post{k:02}", "russia", "warship", {"station": list(spot)})
            for k, spot in enumerate(spots)
        ),
    ]
    area = {"wide": {"polygon": [list(corner) for corner in corners]}}
    theatre = theatre_of(air_only(forces, areas=area, duration="30 d"))
    weight = np.zeros(len(theatre.units))
    for k, share in enumerate(np.outer(weights, weights).ravel() / 4):
        weight[theatre.unit_index[f"post{k:02}/1"]] = share
    sums = []
    for number in range(10 * times):
        sorties, _, contacts = everything(theatre, 3, number)
        sums.append(float(weight[sorties.unit[contacts.b[contacts.first > 0]]].sum()))
    reach, speed = 32e3, 370 / 3.6 / 1000
    mean = 4 * 2 * reach * speed * theatre.horizon_ms / side**2
    error = np.std(sums, ddof=1) / math.sqrt(len(sums))
    assert abs(np.mean(sums) - mean) < 4 * error
    assert error < 0.02 * mean
