"""Tracks on the map: one sortie of each force faint, the minutes around each contact strong."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from sim.crisis import History
from sim.records import Contacted, Outcome
from sim.scenario.quantities import HOUR, MINUTE
from sim.show.style import BLUE, PURPLE, VERMILION
from sim.world.tracks import Segments

if TYPE_CHECKING:
    from sim.crisis import Stage

BLOC_COLOURS: Final = (BLUE, VERMILION)
BLOC_LINES: Final = ("solid", (0, (4.0, 1.6)))
THIRD_PARTY_COLOUR: Final = PURPLE
_TRAIL: Final = 5 * MINUTE
"""How long before and after the closest approach the two tracks are drawn strong."""
_TRAILS: Final = 40
"""With more contacts than these only those that went wrong have their tracks drawn strong."""
_EXAMPLE: Final = 5 * HOUR  # of one sortie, drawn faint
Lines = list[list[tuple[float, float]]]


def flown(stage: Stage, history: History | None, row: int) -> bool:
    """Whether a candidate sortie flew: its mark lies within activity at take-off."""
    sorties = stage.world.sorties
    bloc = stage.theatre.units[int(sorties.unit[row])].bloc
    if history is None or bloc < 0:
        return bool(sorties.mark[row] <= 1)
    times, values = history.activity[bloc]
    at = max(0, bisect_right(times, int(sorties.start[row])) - 1)
    return bool(sorties.mark[row] <= values[at])


def draw_tracks(ax: Axes, stage: Stage, history: History | None) -> None:
    """Draw one sortie of each force faint, and the tracks into contacts strong."""
    sorties = stage.world.sorties
    shown: set[int] = set()
    for row in np.flatnonzero(sorties.start >= 0).tolist():
        unit = stage.theatre.units[int(sorties.unit[row])]
        if unit.force_row not in shown and flown(stage, history, row):
            shown.add(unit.force_row)
            begin = int(sorties.start[row])
            _stroke(ax, stage, row, begin, begin + _EXAMPLE, 0.4)
    if history is None:
        return
    where = {int(identity): at for at, identity in enumerate(stage.world.contacts.identity)}
    met = [r for r in history.records if isinstance(r, Contacted) and r.identity in where]
    if len(met) > _TRAILS:
        met = [contact for contact in met if contact.outcome == Outcome.INCIDENT]
    for contact in met[:_TRAILS]:
        at = where[contact.identity]
        closest = int(stage.world.contacts.closest[at])
        for row in (int(stage.world.contacts.a[at]), int(stage.world.contacts.b[at])):
            _stroke(ax, stage, row, closest - _TRAIL, closest + _TRAIL, 0.85)


def _stroke(ax: Axes, stage: Stage, row: int, begin: int, end: int, strength: float) -> None:
    """Draw a stretch of one sortie's track in the colour and line of its bloc."""
    sorties, segments = stage.world.sorties, stage.world.segments
    begin, end = max(begin, int(sorties.start[row])), min(end, int(sorties.end[row]))
    first, last = np.searchsorted(segments.sortie, [row, row + 1]).tolist()
    lines = _clipped(segments, first, last, begin, end)
    bloc = stage.theatre.units[int(sorties.unit[row])].bloc
    ax.add_collection(
        LineCollection(
            lines,
            colors=BLOC_COLOURS[bloc] if bloc >= 0 else THIRD_PARTY_COLOUR,
            linestyles=[BLOC_LINES[bloc] if bloc >= 0 else "dotted"],
            linewidths=1.0 if strength < 0.5 else 1.9,
            alpha=strength,
            zorder=2 if strength < 0.5 else 3,
        ),
        autolim=False,
    )


def _clipped(segments: Segments, first: int, last: int, begin: int, end: int) -> Lines:
    """Return a track's legs between two times as one line."""
    line: list[tuple[float, float]] = []
    for at in range(first, last):
        t0, t1 = int(segments.t0[at]), int(segments.t1[at])
        if t1 <= begin or t0 >= end or t1 <= t0:
            continue
        for t in (max(t0, begin), min(t1, end)):
            share = (t - t0) / (t1 - t0)
            x = segments.x0[at] + share * (segments.x1[at] - segments.x0[at])
            y = segments.y0[at] + share * (segments.y1[at] - segments.y0[at])
            line.append((float(x), float(y)))
    return [line] if len(line) > 1 else []
