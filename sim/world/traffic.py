"""Traffic: all candidate sorties of one world, their tracks, and where opposing ones meet."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.draws import Luck
from sim.world.alert import scrambles, watches
from sim.world.contacts import (
    SETTINGS,
    Contacts,
    Pairs,
    contacts,
    meetings,
    together,
)
from sim.world.ranges import lines
from sim.world.routines import Routine
from sim.world.tables import pick, stack
from sim.world.theatre import NOBODY, Theatre
from sim.world.tracks import (
    NO_SEGMENTS,
    NO_SORTIES,
    Segments,
    Sorties,
    schedule,
    tracks,
)


class Traffic(NamedTuple):
    """The sorties of one world, sorted by (start, identity), their tracks and their contacts."""

    sorties: Sorties
    segments: Segments
    contacts: Contacts


def routine(theatre: Theatre) -> Routine:
    """Work out once what every world of a theatre needs."""
    movers = []
    for force_row in range(len(theatre.courses)):
        rows = [row for row, unit in enumerate(theatre.units) if unit.force_row == force_row]
        if not theatre.units[rows[0]].alert:
            movers.append((force_row, np.array(rows)))
    return Routine(tuple(movers), meetings(theatre), watches(theatre))


def traffic(theatre: Theatre, luck: Luck, share: float) -> Traffic:
    """Return what moves in one world and where it meets."""
    sorties, segments = _patrols(theatre, luck)
    legs = lines(segments)
    pairs = together(sorties, theatre.routine.meetings, len(theatre.units))
    launched, flights = [sorties], [segments]
    count = sorties.unit.size
    for watch in theatre.routine.watches:
        more, track = scrambles(theatre, luck, watch, sorties, segments, legs)
        launched.append(more)
        flights.append(track._replace(sortie=track.sortie + count))
        count += more.unit.size
    own = sorties.unit.size
    sorties, segments = stack(launched), stack(flights)
    pairs = _with_targets(theatre, sorties, own, pairs)
    return _in_order(
        theatre, sorties, segments, contacts(theatre, luck, share, sorties, lines(segments), pairs)
    )


def _patrols(theatre: Theatre, luck: Luck) -> tuple[Sorties, Segments]:
    """Return the sorties that depend on nobody else, in order of unit and time, with tracks."""
    sorties, segments = [NO_SORTIES], [NO_SEGMENTS]
    count = 0
    for force_row, units in theatre.routine.movers:
        flown = schedule(theatre, luck, force_row, units)
        track = tracks(theatre, luck, theatre.courses[force_row], flown)
        sorties.append(flown)
        segments.append(track._replace(sortie=track.sortie + count))
        count += flown.unit.size
    return stack(sorties), stack(segments)


def _with_targets(theatre: Theatre, sorties: Sorties, own: int, pairs: Pairs) -> Pairs:
    """Return pairs with those of each interceptor (rows from ``own`` on) and its target."""
    launch = np.arange(own, sorties.unit.size)
    if not launch.size:
        return pairs
    target = sorties.target[own:]
    reach = np.array([unit.kind.contact_range for unit in theatre.units])
    bloc = np.array([unit.bloc for unit in theatre.units])
    first = bloc[sorties.unit[own:]] == 0
    return Pairs(
        np.concatenate([pairs.a, np.where(first, launch, target)]),
        np.concatenate([pairs.b, np.where(first, target, launch)]),
        np.concatenate(
            [pairs.reach, np.maximum(reach[sorties.unit[own:]], reach[sorties.unit[target]])]
        ),
        np.concatenate([pairs.setting, np.full(launch.size, SETTINGS.index("air_air"))]),
    )


def _in_order(theatre: Theatre, sorties: Sorties, segments: Segments, met: Contacts) -> Traffic:
    """Return the tables with sorties in order of (start, identity) and rows named anew.

    A sortie under way as the world begins counts from there.
    """
    start = np.maximum(sorties.start, theatre.start_ms)
    order = np.lexsort((sorties.identity, start))
    new = np.empty(order.size + 1, dtype=np.int64)
    new[order] = np.arange(order.size)
    new[NOBODY] = NOBODY
    table = pick(sorties._replace(start=start), order)
    table = table._replace(target=new[table.target])
    rows = np.searchsorted(segments.sortie, np.arange(order.size + 1))
    counts = rows[1:] - rows[:-1]
    legs = np.repeat(rows[:-1][order] - (np.cumsum(counts[order]) - counts[order]), counts[order])
    legs = legs + np.arange(legs.size)
    track = pick(segments, legs)
    track = track._replace(sortie=new[track.sortie])
    return Traffic(table, track, met._replace(a=new[met.a], b=new[met.b]))
