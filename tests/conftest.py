"""Shared fixtures: the shipped scenarios, and small theatres that several tests look at."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_worlds import incident, quiet, theatre_of

from sim.scenario import Scenario, load
from sim.world import Theatre, prepare

SCENARIOS = Path(__file__).parent.parent / "scenarios"


@pytest.fixture(scope="session")
def minimal() -> Scenario:
    """The smallest shipped scenario."""
    return load(SCENARIOS / "minimal.yaml")


@pytest.fixture(scope="session")
def minimal_theatre(minimal: Scenario) -> Theatre:
    """The smallest shipped scenario, prepared."""
    return prepare(minimal)


@pytest.fixture(scope="session")
def one_incident() -> Theatre:
    """One grave accident in every world, a line without friction, nothing else."""
    return theatre_of(quiet(injects=[incident()]))
