"""The world to show: the one that tells most, by a stated rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sim.study.comparison import Comparison


def telling_world(found: Comparison) -> int:
    """Return the world that tells most: the largest change of peak rung, the first of them.

    The arm is the first beside the reference under which any peak changes. Where none changes, the
    world with the earliest divergence; where none diverges, the one with the most incidents.
    """
    numbers = found.column(found.reference, "world")
    base = found.column(found.reference, f"{found.prefix}peak")
    for arm in found.others:
        change = np.abs(found.column(arm, f"{found.prefix}peak") - base)
        if change.max(initial=0) > 0:
            return int(numbers[int(change.argmax())])
    for arm in found.others:
        diverged = found.column(arm, "diverged_ms")
        if (diverged >= 0).any():
            return int(numbers[int(np.where(diverged >= 0, diverged, np.inf).argmin())])
    return int(numbers[int(found.column(found.reference, "incidents").argmax())])
