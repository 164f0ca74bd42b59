"""A world: one realisation of everything that does not depend on what the two sides say or do."""

from __future__ import annotations

from copy import copy
from functools import cached_property
from typing import NamedTuple

import numpy as np

from sim.draws import Luck, root
from sim.scenario.models import Inject
from sim.scenario.quantities import Delay
from sim.world.geography import I64, Point
from sim.world.outages import ALWAYS_UP, Outage, outage
from sim.world.strikes import Salvo, Stray, salvos, strays
from sim.world.tables import pick
from sim.world.theatre import Theatre
from sim.world.tracks import Segments, along
from sim.world.traffic import Traffic, at_a_time, tracks_of, traffic, traffics


class Placed(NamedTuple):
    """An inject at its time and place; ``inject`` is a row of the theatre's injects."""

    identity: int
    time: int
    inject: int
    x: int
    y: int


class World:
    """One world of a theatre: what moves, meets, falls and fails in it, the same for all arms."""

    def __init__(self, theatre: Theatre, luck: Luck, moving: Traffic) -> None:
        self.theatre = theatre
        self.luck = luck
        self.sorties = moving.sorties
        self.contacts = moving.contacts
        self.salvos: tuple[Salvo, ...] = salvos(theatre, luck)
        self.strays: tuple[Stray, ...] = strays(theatre, luck, self.salvos)
        self.placed: tuple[Placed, ...] = placed(theatre)
        self._outages: dict[tuple[str, float, float], Outage] = {}

    def told_of(self, theatre: Theatre) -> World:
        """Return this world in a theatre on the same ground (:func:`sim.world.prepare.ground`).

        All but its outages, which last until the end of the theatre's own run, follows from that.
        """
        other = copy(self)
        other.theatre, other._outages = theatre, {}
        return other

    @cached_property
    def segments(self) -> Segments:
        """The straight legs of all sorties, sorted by (sortie, t0)."""
        return tracks_of(self.theatre, self.luck)

    @cached_property
    def _legs_of(self) -> I64:
        """Return where each sortie's legs begin among the segments."""
        return np.searchsorted(self.segments.sortie, np.arange(self.sorties.unit.size + 1))

    @cached_property
    def _sorties_of(self) -> dict[int, I64]:
        """Return the rows of each unit's sorties."""
        units = np.unique(self.sorties.unit)
        return {int(unit): np.flatnonzero(self.sorties.unit == unit) for unit in units}

    def where(self, unit: int | str, t: int) -> Point | None:
        """Return where a unit is at ``t`` if one of its candidate sorties is under way, else None.

        ``unit`` is its row or its id; raises KeyError for an id that is not in the theatre.
        """
        row = self.theatre.unit_index[unit] if isinstance(unit, str) else unit
        for sortie in self._sorties_of.get(row, np.zeros(0, dtype=np.int64)).tolist():
            if self.sorties.start[sortie] <= t <= self.sorties.end[sortie]:
                return self.on_sortie(sortie, t)
        return None

    def on_sortie(self, sortie: int, t: int) -> Point:
        """Return where a sortie is at ``t``, which lies within it."""
        begin, end = int(self._legs_of[sortie]), int(self._legs_of[sortie + 1])
        leg = begin + int(np.searchsorted(self.segments.t1[begin : end - 1], t))
        x, y = along(pick(self.segments, slice(leg, leg + 1)), np.array([t]))
        return int(x[0]), int(y[0])

    def outage(self, name: str, up: Delay | None, down: Delay | None) -> Outage:
        """Return when a channel is down; ``name`` addresses its luck, the delays are its means."""
        if up is None or down is None or not down.scale:
            return ALWAYS_UP
        key = (name, up.scale, down.scale)
        if key not in self._outages:
            until = self.theatre.horizon_ms + self.theatre.scenario.parameters.run_on
            self._outages[key] = outage(self.luck, *key, self.theatre.start_ms, until)
        return self._outages[key]


def _identity(theatre: Theatre, inject: Inject, time: int) -> int:
    """Return an inject's identity: by its name, else by its title and time."""
    if inject.id:
        return theatre.inject_identity(inject.id)
    return root(f"inject||{inject.title}|{time}")


def placed(theatre: Theatre) -> tuple[Placed, ...]:
    """Return the scenario's injects at their places, sorted by (time, identity)."""
    found = []
    for row, inject in enumerate(theatre.injects):
        time = theatre.scenario.milliseconds(inject.at)
        place = theatre.place(inject.incident.near if inject.incident else None)
        found.append(Placed(_identity(theatre, inject, time), time, row, *place))
    return tuple(sorted(found, key=lambda each: (each.time, each.identity)))


def build(theatre: Theatre, seed: int, number: int) -> World:
    """Return world ``number`` of a prepared theatre under a seed."""
    luck = Luck(seed, number)
    return World(theatre, luck, traffic(theatre, luck, theatre.noteworthy))


class Builder:
    """Builds the worlds of a theatre one after another, their traffic several at a time."""

    def __init__(self, theatre: Theatre, seed: int) -> None:
        self._theatre = theatre
        self._seed = seed
        self._coming = range(0)
        self._made: dict[int, Traffic] = {}

    def expect(self, numbers: range) -> None:
        """Say which worlds will be asked for next, in their order."""
        self._coming, self._made = numbers, {}

    def build(self, number: int, theatre: Theatre | None = None) -> World:
        """Return a world; ``theatre`` is another one on the same ground, if it is to be in that."""
        theatre = theatre or self._theatre
        luck = Luck(self._seed, number)
        return World(theatre, luck, self._traffic(number, luck))

    def _traffic(self, number: int, luck: Luck) -> Traffic:
        """Return the traffic of a world, made with that of those which come after it."""
        made = self._made.pop(number, None)
        if made is not None:
            return made
        share = self._theatre.noteworthy
        if number not in self._coming:
            return traffic(self._theatre, luck, share)
        end = min(number + at_a_time(self._theatre), self._coming.stop)
        lucks = [luck, *(Luck(self._seed, other) for other in range(number + 1, end))]
        try:
            made_together = traffics(self._theatre, lucks, share)
        except Exception:  # whose fault it is comes out when each is made by itself
            self._coming = range(0)
            return traffic(self._theatre, luck, share)
        self._made = dict(zip(range(number, end), made_together, strict=True))
        return self._made.pop(number)
