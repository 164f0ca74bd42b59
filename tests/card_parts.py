"""Failure cards and scenarios whose arms use them, as the tests of cards want them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from commands import BLACK_SEA, SCENARIOS

from sim.scenario import Card, Scenario, build, card, load
from sim.scenario.reading import read_values

FOLDER = SCENARIOS / "cards"
IDS = sorted(path.stem for path in FOLDER.glob("*.yaml"))
FILES = sorted(SCENARIOS.glob("*.yaml"))
BAD = sorted((Path(__file__).parent / "bad_cards").glob("*.yaml"))
OWN = (FOLDER / "khasham_2018.yaml").read_text(encoding="utf-8")
"""The text of a card, to make others of."""


@cache
def card_of(name: str) -> Card:
    """Return a card of the program, read once."""
    return card(name)


@cache
def values_of(path: Path) -> dict[str, Any]:
    """Return the plain values of a file."""
    found = read_values(path.read_text(encoding="utf-8"), path.name).values
    assert isinstance(found, dict)
    return found


@cache
def plain(path: Path) -> Scenario:
    """Return a scenario as its file stands, loaded once."""
    return load(path)


def using(name: str, path: Path = BLACK_SEA, **beside: Any) -> Scenario:
    """Return a scenario whose one arm, "tried", uses a card and says something beside it."""
    values = values_of(path)
    return build(values | {"arms": {"tried": {"card": name, **beside}}}, str(path))
