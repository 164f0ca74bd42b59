"""When two straight movers are within range of each other.

Where both keep straight on, their distance squared is a quadratic in time; its roots are the
moments at which they come into and go out of range. Stretches that touch are stitched together.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws import F64
from sim.world.geography import I64, wholes
from sim.world.tracks import Segments, Sorties

STILL: Final = 1e-30
"""Square of a speed in metres per ms below which two units keep their places towards each other."""


class Legs(NamedTuple):
    """Legs as lines ``p + v t`` for arithmetic, with t in ms from the scenario's start.

    ``begins`` and ``ends`` are t0 and t1 with ``era`` ms added for every sortie row before, so that
    they rise throughout and one search finds a leg by sortie and time. The legs of sortie ``i`` are
    rows ``rows[i]`` to ``rows[i + 1]``; no leg reaches beyond the times of its sortie.
    """

    t0: I64
    t1: I64
    px: F64
    py: F64
    vx: F64
    vy: F64
    begins: I64
    ends: I64
    rows: I64
    era: int

    def within(self, sortie: I64, since: I64, until: I64) -> tuple[I64, I64]:
        """Return the first leg of each sortie that touches an open interval, and how many do."""
        base = sortie * self.era
        low = np.searchsorted(self.ends, base + since, side="right")
        return low, np.searchsorted(self.begins, base + until, side="left") - low

    def within_each(
        self, sortie: I64, until: I64, first: I64, fresh: NDArray[np.bool_]
    ) -> tuple[I64, I64]:
        """Return what :meth:`within` does for intervals that follow each other without a gap.

        Where ``fresh``, a row of them begins, at the sortie's leg ``first``; one search for each
        interval's end is then enough.
        """
        end = sortie * self.era + until
        low = np.searchsorted(self.ends, end, side="right")
        high = low + (self.begins[np.minimum(low, self.begins.size - 1)] < end)
        high -= low == self.begins.size
        since = np.append(0, low)[:-1]
        since[fresh] = first[fresh]
        return since, high - since


class Spans(NamedTuple):
    """Stretches of time in which a pair is in range, as floats in ms, in order of pair and time."""

    pair: I64
    first: F64
    last: F64
    closest: F64
    square: F64
    x: F64
    y: F64


class Stays(NamedTuple):
    """The same without the closest moment, of one that is within range of a place."""

    pair: I64
    first: F64
    last: F64


_NONE = np.zeros(0)
NO_STAYS = Stays(np.zeros(0, dtype=np.int64), _NONE, _NONE)


def lines(segments: Segments, sorties: Sorties, era: int) -> Legs:
    """Return the legs of sorties as lines; all their times lie within less than ``era`` ms."""
    rows = np.searchsorted(segments.sortie, np.arange(sorties.start.size + 1))
    t0, t1 = segments.t0.copy(), segments.t1.copy()
    t0[rows[:-1]] = np.maximum(t0[rows[:-1]], sorties.start)
    t1[rows[1:] - 1] = np.minimum(t1[rows[1:] - 1], sorties.end)
    span = segments.t1 - segments.t0
    vx = (segments.x1 - segments.x0) / span
    vy = (segments.y1 - segments.y0) / span
    t = segments.t0.astype(np.float64)
    shift = segments.sortie * era
    x, y = segments.x0 - vx * t, segments.y0 - vy * t
    return Legs(t0, t1, x, y, vx, vy, shift + t0, shift + t1, rows, era)


def in_range(
    p: tuple[F64, F64], v: tuple[F64, F64], since: F64, until: F64, reach: F64 | float
) -> tuple[I64, F64, F64, F64, F64]:
    """Return when two straight movers are within ``reach``: the rows, and for each of them
    first, last and closest moment and the square of the distance then.

    ``p + v t`` is the place of one as seen from the other, in metres and ms.
    """
    (px, py), (vx, vy) = p, v
    pace = vx * vx + vy * vy
    pace = np.maximum(pace, STILL)
    vertex = -(px * vx + py * vy) / pace
    closest = np.minimum(np.maximum(vertex, since), until)
    dx, dy = px + vx * closest, py + vy * closest
    square = dx * dx + dy * dy
    limit = reach * reach
    hit = np.flatnonzero(square <= limit)
    if isinstance(limit, np.ndarray):
        limit = limit[hit]
    vertex, since, until = vertex[hit], since[hit], until[hit]
    dx, dy = px[hit] + vx[hit] * vertex, py[hit] + vy[hit] * vertex
    room = np.maximum(limit - (dx * dx + dy * dy), 0.0)
    half = np.sqrt(room / pace[hit])
    first, last = np.maximum(since, vertex - half), np.minimum(until, vertex + half)
    return hit, first, np.maximum(first, last), closest[hit], square[hit]


def _groups(pair: I64, first: F64, last: F64) -> tuple[NDArray[np.bool_], I64, I64]:
    """Return where stretches of a pair that touch begin, as a mask and rows, and where they end."""
    apart = np.ones(first.size, dtype=bool)
    apart[1:] = (pair[1:] != pair[:-1]) | (first[1:] > last[:-1])
    heads = np.flatnonzero(apart)
    return apart, heads, np.append(heads[1:], first.size)[: heads.size] - 1


def joined(stays: Stays) -> Stays:
    """Return stays in whole ms, those of a pair that touch joined into one."""
    first, last = wholes(stays.first), wholes(stays.last)
    _, heads, tails = _groups(stays.pair, first, last)
    return Stays(stays.pair[heads], first[heads], last[tails])


def stitch(spans: Spans) -> Spans:
    """Return spans in whole ms, those of a pair that touch joined into one."""
    first, last = wholes(spans.first), wholes(spans.last)
    apart, heads, tails = _groups(spans.pair, first, last)
    if not heads.size:
        return spans
    group = np.cumsum(apart) - 1
    least = np.minimum.reduceat(spans.square, heads)
    at = np.flatnonzero(spans.square == least[group])
    at = at[np.searchsorted(group[at], np.arange(heads.size))]
    return Spans(
        spans.pair[heads],
        first[heads],
        last[tails],
        wholes(spans.closest[at]),
        spans.square[at],
        wholes(spans.x[at]),
        wholes(spans.y[at]),
    )


def crossings(group: I64, first: F64, start: int) -> I64:
    """Number the spans of each group in order of time, from 0 at the scenario's start.

    Those before it, and those under way as the world begins at ``start``, get -1, -2, … backward,
    so that no warm-up renumbers the rest. ``group`` rises.
    """
    if not group.size:
        return group
    heads = np.flatnonzero(np.append(True, group[1:] != group[:-1]))
    sizes = np.diff(np.append(heads, group.size))
    early = np.add.reduceat(((first < 0) | (first <= start)).astype(np.int64), heads)
    return np.arange(group.size) - np.repeat(heads + early, sizes)
