"""What the user writes: scenarios, their arms, and the catalogue they draw on."""

from sim.scenario.catalogue import catalogue_rows
from sim.scenario.levers import Lever, lever, lever_of
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
from sim.scenario.schema import json_schema
from sim.scenario.template import template
from sim.scenario.varying import varied

__all__ = [
    "Lever",
    "Scenario",
    "arm",
    "arm_names",
    "arm_title",
    "build",
    "catalogue_rows",
    "constants",
    "content_hash",
    "json_schema",
    "lever",
    "lever_of",
    "load",
    "loads",
    "problems",
    "template",
    "varied",
]
