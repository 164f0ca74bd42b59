"""What must not move when something else of a scenario does."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
from commands import SCENARIOS
from moving_worlds import (
    DAY,
    air_only,
    busy,
    everything,
    force,
    schedule,
    theatre_of,
)

from sim.draws import Luck
from sim.scenario import load
from sim.world import Builder, Theatre, World, build, prepare
from sim.world.tracks import Sorties
from sim.world.traffic import traffic, traffics


@pytest.fixture(scope="module")
def theatre() -> Theatre:
    return theatre_of(busy())


@pytest.fixture(scope="module")
def world(theatre: Theatre) -> World:
    return build(theatre, 1, 0)


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


@pytest.mark.parametrize("scenario", ["busy", "minimal", "allied_resolve_2022"])
def test_worlds_whose_traffic_is_made_together_are_those_made_alone(scenario: str) -> None:
    values = theatre_of(busy()) if scenario == "busy" else None
    theatre = values or prepare(load(SCENARIOS / f"{scenario}.yaml"))
    lucks = [Luck(4, number) for number in (7, 0, 3, 12, 5)]
    together = traffics(theatre, lucks, theatre.noteworthy)
    met = 0
    for luck, made in zip(lucks, together, strict=True):
        alone = traffic(theatre, luck, theatre.noteworthy)
        met += alone.contacts.first.size
        for table, own in zip(made, alone, strict=True):
            for column, kept in zip(table, own, strict=True):
                assert column.dtype == kept.dtype
                assert column.tobytes() == kept.tobytes()
    assert met >= 3


def test_a_builder_gives_any_world_whatever_it_was_told_to_expect(theatre: Theatre) -> None:
    builder = Builder(theatre, 1)
    asked = []
    for expected, numbers in ((range(3, 9), (3, 4, 8, 5, 2)), (range(4), (0, 3, 30, 1))):
        builder.expect(expected)
        asked += [(number, builder.build(number)) for number in numbers]
    for number, made in asked:
        alone = build(theatre, 1, number)
        assert made.contacts.identity.tolist() == alone.contacts.identity.tolist()
        assert made.sorties.start.tolist() == alone.sorties.start.tolist()
        assert made.luck.world == number
