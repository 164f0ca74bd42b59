"""What the user writes: scenarios, their arms, failure cards, and the catalogue they draw on."""

from sim.scenario.card_model import Card
from sim.scenario.catalogue import catalogue_rows
from sim.scenario.deck import card, card_problems, cards, load_card
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
from sim.scenario.schema import card_schema, json_schema
from sim.scenario.template import template
from sim.scenario.varying import varied

__all__ = [
    "Card",
    "Lever",
    "Scenario",
    "arm",
    "arm_names",
    "arm_title",
    "build",
    "card",
    "card_problems",
    "card_schema",
    "cards",
    "catalogue_rows",
    "constants",
    "content_hash",
    "json_schema",
    "lever",
    "lever_of",
    "load",
    "load_card",
    "loads",
    "problems",
    "template",
    "varied",
]
