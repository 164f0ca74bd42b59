"""Traffic: all candidate sorties of one world, their tracks, and where opposing ones meet."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.draws import Luck
from sim.world.alert import ABREAST, NO_CHASES, Chases, flights, scrambles, watches
from sim.world.contacts import (
    SETTINGS,
    Contacts,
    Pairs,
    Side,
    contacts,
    meeting,
    meetings,
    promising,
    together,
)
from sim.world.geography import I64
from sim.world.ranges import lines
from sim.world.routines import Routine
from sim.world.tables import pick, spread, stack
from sim.world.theatre import NOBODY, Theatre
from sim.world.tracks import (
    NO_SORTIES,
    Segments,
    Sorties,
    schedule,
    tracks,
)


class Traffic(NamedTuple):
    """The sorties of one world, sorted by (start, identity), and their noted contacts.

    ``laid`` holds the tracks of those that depend on nobody else, as they were laid down, and
    ``chases`` what the interceptors do; see :func:`tracks_of`.
    """

    sorties: Sorties
    contacts: Contacts
    laid: Segments
    chases: Chases
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
    sorties = schedule(theatre, luck)
    segments = tracks(theatre, luck, sorties)
    own = Side(sorties, lines(segments, sorties, _era(theatre, segments)))
    pairs = together(sorties, theatre.routine.meetings, len(theatre.units))
    met = contacts(theatre, luck, share, own, own, pairs)
    pursuits = [
        scrambles(theatre, luck, watch, sorties, segments, own.legs)
        for watch in theatre.routine.watches
    ]
    launched = stack([NO_SORTIES, *(launches for launches, _ in pursuits)])
    chases = stack([NO_CHASES, *(chase for _, chase in pursuits)])
    with_targets = _with_targets(theatre, luck, share, own, segments, launched, chases)
    return _in_order(
        theatre, stack([sorties, launched]), stack([met, with_targets]), segments, chases
    )


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


def _with_targets(
    theatre: Theatre,
    luck: Luck,
    share: float,
    own: Side,
    segments: Segments,
    launched: Sorties,
    chases: Chases,
) -> Contacts:
    """Return the contacts of interceptors, each of which meets nothing but its target.

    Tracks are laid only of those that could be noted. Rows of launches follow those of ``own``.
    """
    until = np.minimum(launched.end, own.sorties.end[launched.target])
    _, count = own.legs.within(launched.target, launched.start, until)
    most = count + chases.legs + 1  # stretches: there are a way out and a way home besides
    ends = meeting(launched.identity, own.sorties.identity[launched.target])
    rows = promising(theatre, luck, share, ends, launched.start, until, most)
    few = pick(launched, rows)
    tracks_laid = flights(pick(chases, rows), segments)
    side = Side(few, lines(tracks_laid, few, own.legs.era))
    reach = np.array([unit.kind.contact_range for unit in theatre.units])
    pairs = Pairs(
        np.arange(rows.size),
        few.target,
        np.maximum(reach[few.unit], reach[own.sorties.unit[few.target]]),
        np.full(rows.size, SETTINGS.index("air_air")),
    )
    met = contacts(theatre, luck, share, side, own, pairs)
    bloc = np.array([unit.bloc for unit in theatre.units])
    first = bloc[few.unit[met.a]] == 0
    launch = own.sorties.unit.size + rows[met.a]
    return met._replace(a=np.where(first, launch, met.b), b=np.where(first, met.b, launch))


def _in_order(
    theatre: Theatre, sorties: Sorties, met: Contacts, laid: Segments, chases: Chases
) -> Traffic:
    """Return the tables with sorties in order of (start, identity) and rows named anew.

    A sortie under way as the world begins counts from there. Contacts are sorted as well.
    """
    start = np.maximum(sorties.start, theatre.start_ms)
    order = np.lexsort((sorties.identity, start))
    new = _renamed(order)
    table = pick(sorties._replace(start=start), order)
    table = table._replace(target=new[table.target])
    met = pick(met, np.lexsort((met.identity, met.first)))
    return Traffic(table, met._replace(a=new[met.a], b=new[met.b]), laid, chases, order)


def _renamed(order: I64) -> I64:
    """Return the new row of each old one, with nobody's last."""
    new = np.empty(order.size + 1, dtype=np.int64)
    new[order] = np.arange(order.size)
    new[NOBODY] = NOBODY
    return new


def tracks_of(moving: Traffic) -> Segments:
    """Return the legs of all sorties, sorted by (sortie, t0)."""
    order = moving.order
    own = order.size - moving.chases.start.size
    track = flights(moving.chases, moving.laid)
    segments = stack([moving.laid, track._replace(sortie=track.sortie + own)])
    rows = np.searchsorted(segments.sortie, np.arange(order.size + 1))
    counts = (rows[1:] - rows[:-1])[order]
    group, number = spread(counts)
    track = pick(segments, rows[:-1][order][group] + number)
    return track._replace(sortie=group)
