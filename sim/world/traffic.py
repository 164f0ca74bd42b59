"""Traffic: all candidate sorties of a world, their tracks, and where opposing ones meet.

The traffic of several worlds is worked out at a time: what the many small tables of one world cost
is mostly the calls. A world's own traffic does not depend on which others were made with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from sim.draws import Luck, Lucks
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
from sim.world.tracks import NO_SORTIES, Segments, Sorties, schedule, slots_in, tracks

AT_A_TIME: Final = 25
"""Worlds whose traffic is made in one go, at most."""

MOVING: Final = 8_000
"""Slots of sorties they may have together: many enough for few calls, few enough for a cache."""


class Traffic(NamedTuple):
    """The sorties of one world, sorted by (start, identity), and their noted contacts."""

    sorties: Sorties
    contacts: Contacts


class _Moving(NamedTuple):
    """The traffic of some worlds as it was worked out, in no order of theirs.

    ``laid`` holds the tracks of the sorties that depend on nobody else, which come first, and
    ``chases`` what the interceptors do.
    """

    sorties: Sorties
    contacts: Contacts
    laid: Segments
    chases: Chases


def routine(theatre: Theatre) -> Routine:
    """Work out once what every world of a theatre needs."""
    movers = []
    for force_row in range(len(theatre.courses)):
        rows = [row for row, unit in enumerate(theatre.units) if unit.force_row == force_row]
        if not theatre.units[rows[0]].alert:
            movers.append((force_row, np.array(rows)))
    return Routine(tuple(movers), meetings(theatre), watches(theatre))


def at_a_time(theatre: Theatre) -> int:
    """Return how many worlds' traffic should be made in one go."""
    return max(1, min(AT_A_TIME, MOVING // max(1, slots_in(theatre))))


def traffic(theatre: Theatre, luck: Luck, share: float) -> Traffic:
    """Return what moves in one world, and its contacts as far as they are noted.

    ``share`` is the chance that one is; with 1, all are returned.
    """
    return traffics(theatre, [luck], share)[0]


def traffics(theatre: Theatre, lucks: Sequence[Luck], share: float) -> list[Traffic]:
    """Return :func:`traffic` of each of some worlds, whose ``lucks`` are given."""
    luck = Lucks(lucks)
    return _by_world(theatre, luck.count, _moving(theatre, luck, share))


def _moving(theatre: Theatre, luck: Lucks, share: float) -> _Moving:
    """Work out what moves in some worlds and meets."""
    sorties = schedule(theatre, luck)
    segments = tracks(theatre, luck, sorties)
    own = Side(sorties, lines(segments, sorties, _era(theatre, segments)))
    pairs = together(sorties, theatre.routine.meetings, len(theatre.units), luck.count)
    met = contacts(theatre, luck, share, own, own, pairs)
    pursuits = [
        scrambles(theatre, luck, watch, sorties, segments, own.legs)
        for watch in theatre.routine.watches
    ]
    launched = stack([NO_SORTIES, *(launches for launches, _ in pursuits)])
    chases = stack([NO_CHASES, *(chase for _, chase in pursuits)])
    with_targets = _with_targets(theatre, luck, share, own, segments, launched, chases)
    return _Moving(stack([sorties, launched]), stack([met, with_targets]), segments, chases)


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
    luck: Lucks,
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
    of = launched.unit % luck.count
    rows = promising(theatre, luck, share, ends, of, launched.start, until, most)
    few = pick(launched, rows)
    tracks_laid = flights(pick(chases, rows), segments)
    side = Side(few, lines(tracks_laid, few, own.legs.era))
    reach = np.array([unit.kind.contact_range for unit in theatre.units])
    pairs = Pairs(
        np.arange(rows.size),
        few.target,
        np.maximum(
            reach[few.unit // luck.count], reach[own.sorties.unit[few.target] // luck.count]
        ),
        np.full(rows.size, SETTINGS.index("air_air")),
    )
    met = contacts(theatre, luck, share, side, own, pairs)
    bloc = np.array([unit.bloc for unit in theatre.units])
    first = bloc[few.unit[met.a] // luck.count] == 0
    launch = own.sorties.unit.size + rows[met.a]
    return met._replace(a=np.where(first, launch, met.b), b=np.where(first, met.b, launch))


def _by_world(theatre: Theatre, worlds: int, moving: _Moving) -> list[Traffic]:
    """Return the traffic of each world: sorties in order of (start, identity), rows named anew.

    A sortie under way as the world begins counts from there. Contacts are sorted as well.
    """
    sorties, met = moving.sorties, moving.contacts
    order, start = _order(theatre, worlds, sorties)
    new = _renamed(order)
    table = pick(sorties._replace(start=start), order)
    table = table._replace(target=new[table.target])
    meet = np.lexsort((met.identity, met.first, sorties.unit[met.a] % worlds))
    met = pick(met._replace(a=new[met.a], b=new[met.b]), meet)
    first = np.searchsorted(table.unit % worlds, np.arange(worlds + 1)).tolist()
    first_met = np.searchsorted(met.a, first).tolist()
    found = []
    for (row, after), (at, until) in zip(pairwise(first), pairwise(first_met), strict=True):
        own, noted = pick(table, slice(row, after)), pick(met, slice(at, until))
        target = np.where(own.target == NOBODY, NOBODY, own.target - row)
        own = own._replace(unit=own.unit // worlds, target=target)
        found.append(Traffic(own, noted._replace(a=noted.a - row, b=noted.b - row)))
    return found


def _order(theatre: Theatre, worlds: int, sorties: Sorties) -> tuple[I64, I64]:
    """Return the rows of sorties in order of world, start and identity, and when each starts."""
    start = np.maximum(sorties.start, theatre.start_ms)
    return np.lexsort((sorties.identity, start, sorties.unit % worlds)), start


def _renamed(order: I64) -> I64:
    """Return the new row of each old one, with nobody's last."""
    new = np.empty(order.size + 1, dtype=np.int64)
    new[order] = np.arange(order.size)
    new[NOBODY] = NOBODY
    return new


def tracks_of(theatre: Theatre, luck: Luck) -> Segments:
    """Return the legs of all sorties of a world, sorted by (sortie, t0).

    They are laid down anew: nobody asks for them but those who draw one world's map, or look up
    places in it.
    """
    moving = _moving(theatre, Lucks([luck]), 0.0)
    order, _ = _order(theatre, 1, moving.sorties)
    own = order.size - moving.chases.start.size
    track = flights(moving.chases, moving.laid)
    segments = stack([moving.laid, track._replace(sortie=track.sortie + own)])
    rows = np.searchsorted(segments.sortie, np.arange(order.size + 1))
    counts = (rows[1:] - rows[:-1])[order]
    group, number = spread(counts)
    track = pick(segments, rows[:-1][order][group] + number)
    return track._replace(sortie=group)
