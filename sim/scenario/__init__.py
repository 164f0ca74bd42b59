"""What the user writes: scenarios, their arms, and the catalogue they draw on."""

from sim.scenario.loading import (
    arm,
    arm_names,
    arm_title,
    build,
    content_hash,
    load,
    loads,
    problems,
)
from sim.scenario.models import Scenario
from sim.scenario.parameters import constants

__all__ = [
    "Scenario",
    "arm",
    "arm_names",
    "arm_title",
    "build",
    "constants",
    "content_hash",
    "load",
    "loads",
    "problems",
]
