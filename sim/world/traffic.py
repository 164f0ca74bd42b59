"""Traffic: all candidate sorties of one world, their tracks, and where opposing ones meet."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.draws import Luck
from sim.world.alert import ABREAST, scrambles, watches
from sim.world.contacts import (
    SETTINGS,
    Contacts,
    Pairs,
    contacts,
    meetings,
    together,
)
from sim.world.geography import I64
from sim.world.ranges import join, lines
from sim.world.routines import Routine
from sim.world.tables import pick, spread, stack
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
    """The sorties of one world, sorted by (start, identity), and their noted contacts.

    ``laid`` holds their tracks as they were laid down, in parts; see :func:`tracks_of`.
    """

    sorties: Sorties
    contacts: Contacts
    laid: tuple[Segments, ...]
    order: I64


def routine(theatre: Theatre) -> Routine:
    """Work out once what every world of a theatre needs."""
    movers = []
    for force_row in range(len(theatre.courses)):
        rows = [row for row, unit in enumerate(theatre.units) if unit.force_row == force_row]
        if not theatre.units[rows[0]].alert:
            movers.append((force_row, np.array(rows)))
    return Routine(tuple(movers), meetings(theatre), watches(theatre))


def traffic(theatre: Theatre, luck: Luck, share: float) -> Traffic:
    """Return what moves in one world, and its contacts as far as they are noted.

    ``share`` is the chance that one is; with 1, all are returned.
    """
    sorties, segments = _patrols(theatre, luck)
    era = _era(theatre, segments)
    legs = lines(segments, era)
    pairs = together(sorties, theatre.routine.meetings, len(theatre.units))
    launched, laid, drawn = [sorties], [segments], [legs]
    own = count = sorties.unit.size
    for watch in theatre.routine.watches:
        more, track = scrambles(theatre, luck, watch, sorties, segments, legs)
        track = track._replace(sortie=track.sortie + count)
        launched.append(more)
        laid.append(track)
        drawn.append(lines(track, era))
        count += more.unit.size
    sorties = stack(launched)
    pairs = _with_targets(theatre, sorties, own, pairs)
    met = contacts(theatre, luck, share, sorties, join(drawn), pairs)
    return _in_order(theatre, sorties, met, tuple(laid))


def _era(theatre: Theatre, segments: Segments) -> int:
    """Return a length of time in ms that is longer than from the first leg of all to the last.

    An interceptor leaves its target within detection range, so its way home is no longer.
    """
    home = max(
        (
            (watch.radius + 2 * ABREAST) / theatre.courses[watch.force_row].speed
            for watch in theatre.routine.watches
        ),
        default=0.0,
    )
    span = int(segments.t1.max(initial=0)) - int(segments.t0.min(initial=0))
    return span + int(home) + 2


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


def _in_order(
    theatre: Theatre, sorties: Sorties, met: Contacts, laid: tuple[Segments, ...]
) -> Traffic:
    """Return the tables with sorties in order of (start, identity) and rows named anew.

    A sortie under way as the world begins counts from there.
    """
    start = np.maximum(sorties.start, theatre.start_ms)
    order = np.lexsort((sorties.identity, start))
    new = _renamed(order)
    table = pick(sorties._replace(start=start), order)
    table = table._replace(target=new[table.target])
    return Traffic(table, met._replace(a=new[met.a], b=new[met.b]), laid, order)


def _renamed(order: I64) -> I64:
    """Return the new row of each old one, with nobody's last."""
    new = np.empty(order.size + 1, dtype=np.int64)
    new[order] = np.arange(order.size)
    new[NOBODY] = NOBODY
    return new


def tracks_of(moving: Traffic) -> Segments:
    """Return the legs of all sorties, sorted by (sortie, t0)."""
    segments, order = stack(moving.laid), moving.order
    rows = np.searchsorted(segments.sortie, np.arange(order.size + 1))
    counts = (rows[1:] - rows[:-1])[order]
    group, number = spread(counts)
    track = pick(segments, rows[:-1][order][group] + number)
    return track._replace(sortie=group)
