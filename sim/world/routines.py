"""What is the same in every world of a theatre, worked out once: who moves, who may meet whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely

from sim.draws import F64
from sim.world.geography import I64


class Meetings(NamedTuple):
    """Pairs of units that can meet by the hulls of their courses, with the range in metres.

    ``a`` and ``b`` are rows of units of blocs 0 and 1.
    """

    a: I64
    b: I64
    reach: F64
    setting: I64


class Border(NamedTuple):
    """The area open to a force on alert and the edges around it, from (x0, y0) to (x1, y1).

    Corners are in whole metres; of the edges only those are kept that a target may come to.
    """

    area: shapely.Geometry
    x0: F64
    y0: F64
    x1: F64
    y1: F64


class Watch(NamedTuple):
    """One force on alert and the rows of the opposing aircraft it may detect; metres.

    Those ``inside`` never leave detection range, whatever their tracks. ``border`` is None if no
    target ever crosses it.
    """

    force_row: int
    units: I64
    prey: I64
    inside: I64
    radius: float
    border: Border | None


@dataclass(frozen=True, slots=True, eq=False)
class Routine:
    """Which units move by themselves (by row of force), which may meet, which are on alert."""

    movers: tuple[tuple[int, I64], ...]
    meetings: Meetings
    watches: tuple[Watch, ...]


_NO_ROWS = np.zeros(0, dtype=np.int64)
NO_ROUTINE = Routine((), Meetings(_NO_ROWS, _NO_ROWS, np.zeros(0), _NO_ROWS), ())
"""The routine of a theatre that is not worked out yet."""
