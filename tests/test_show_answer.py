"""The answer in plain sentences tells of harm above the rung it is about."""

from __future__ import annotations

import pytest
from commands import MINIMAL

import sim
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
