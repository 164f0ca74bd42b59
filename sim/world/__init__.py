"""The world: everything that happens whatever the two sides say to each other.

``prepare`` lays a scenario out on the plane, ``build`` makes one of its worlds: candidate sorties
and their tracks, contacts with exact times, strikes and strays, outages, injects. All arms of a
scenario live through the same worlds.
"""

from sim.world.contacts import SETTINGS, Contacts
from sim.world.geography import countries
from sim.world.outages import Outage
from sim.world.prepare import ground, prepare
from sim.world.strikes import Salvo, Stray
from sim.world.theatre import Actor, Theatre, Unit
from sim.world.tracks import Segments, Sorties
from sim.world.world import Builder, Placed, World, build

__all__ = [
    "SETTINGS",
    "Actor",
    "Builder",
    "Contacts",
    "Outage",
    "Placed",
    "Salvo",
    "Segments",
    "Sorties",
    "Stray",
    "Theatre",
    "Unit",
    "World",
    "build",
    "countries",
    "ground",
    "prepare",
]
