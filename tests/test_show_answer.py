"""The answer in plain sentences tells of harm above the rung it is about."""

from __future__ import annotations

import pytest
from commands import MINIMAL, SCENARIOS

import sim
from sim.show.answer import blank_table, rendered
from sim.show.plain_answer import paragraph, per_hundred


@pytest.mark.parametrize(
    ("given", "expected"), [("weapon_release", True), ("airspace_violation", None)]
)
def test_more_force_is_not_hidden_behind_fewer_crises(given: str, expected: bool | None) -> None:
    found = sim.compare(MINIMAL, worlds=150, arms="oracle", given=given)
    text = " ".join(" ".join(paragraph(found)).split())
    crises = found.risk_difference("oracle", 3)
    told = False
    for rung in (4, 5, 6):
        change = found.risk_difference("oracle", rung)
        another = not crises.detectable or (change.value > 0) != (crises.value > 0)
        if change.detectable and another:
            told = True
            how = "it is the other way round" if crises.detectable else "a change does show"
            assert f"At rung {rung} {how}: {per_hundred(change)}." in text
            break
    assert told == ("At rung" in text)
    if expected is not None:
        assert told is expected


@pytest.mark.parametrize(
    ("name", "worlds", "said"), [("black_sea_2022", 20, "Much"), ("infrastructure_2022", 2, None)]
)
def test_the_files_own_events_are_named_only_where_something_came_of_them(
    name: str, worlds: int, said: str | None
) -> None:
    found = sim.compare(SCENARIOS / f"{name}.yaml", worlds=worlds, arms="oracle")
    own, reached = (
        [found.column(arm, measure).sum() for arm in found.arms]
        for measure in ("own_reached_3", "reached_3")
    )
    assert (own == reached) == (said is None), "the scenarios should differ, or this shows nothing"
    text = " ".join(" ".join(paragraph(found)).split())
    told = "of this answers the scenario's own dated events"
    assert (f"{said} {told}" in text) if said else (told not in text)


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_narrow_terminal_breaks_cells_and_cuts_nothing(width: int) -> None:
    name = "an_arm_whose_name_is_long"
    table = blank_table("A title", "arm", *(f"a heading of {n}" for n in range(5)))
    table.add_row(name, *(f"{n}.5 % (0.{n}2 to 12.{n} %)" for n in range(5)))
    _, _, *wide = rendered(table, 400)
    _, title, *narrow = rendered(table, width)
    assert title == "A title"
    assert max(map(len, wide)) > width >= max(map(len, narrow))
    pieces = sorted("".join(" ".join(wide).split()).replace("─", ""))
    assert sorted("".join(" ".join(narrow).split()).replace("─", "")) == pieces
