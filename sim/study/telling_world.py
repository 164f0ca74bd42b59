"""The worlds to show: those that tell most, by stated rules and never by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from sim.study.comparison import Comparison


class Told(NamedTuple):
    """A world to be told as two histories: under the reference, and under an arm."""

    world: int
    arm: str


def telling_world(found: Comparison) -> int:
    """Return the world that tells most: the largest change of peak rung, the first of them.

    The arm is the first beside the reference under which any peak changes. Where none changes, the
    world with the earliest divergence; where none diverges, the one with the most incidents.
    """
    numbers = found.column(found.reference, "world")
    for arm in found.others:
        change = np.abs(_rise(found, arm))
        if change.max(initial=0) > 0:
            return int(numbers[int(change.argmax())])
    for arm in found.others:
        diverged = found.column(arm, "diverged_ms")
        if (diverged >= 0).any():
            return int(numbers[int(np.where(diverged >= 0, diverged, np.inf).argmin())])
    return int(numbers[int(found.column(found.reference, "incidents").argmax())])


def telling_arm(found: Comparison, world: int) -> str | None:
    """Return the arm to set beside the reference in a world.

    It is the first under which the peak differs there, else the first that parts from the
    reference, else simply the first; None if there is no other.
    """
    row = found.column(found.reference, "world").tolist().index(world)
    changed = [arm for arm in found.others if _rise(found, arm)[row] != 0]
    parted = [arm for arm in found.others if found.column(arm, "diverged_ms")[row] >= 0]
    return next(iter([*changed, *parted, *found.others]), None)


def calling_arm(found: Comparison) -> str | None:
    """Return the arm beside the reference whose line is called most, None if there is no other."""
    return max(
        found.others, key=lambda arm: float(found.column(arm, "line_calls").sum()), default=None
    )


def peak_change(found: Comparison, told: Told) -> int:
    """Return by how many rungs a world's peak lies higher under an arm than without the line."""
    row = found.column(found.reference, "world").tolist().index(told.world)
    return int(_rise(found, told.arm)[row])


def worsened_world(found: Comparison) -> Told | None:
    """Return the world and arm with the greatest rise of the peak rung; None if no peak rises.

    Among equals it is the first arm, and the first world.
    """
    return _greatest(found, 1)


def helped_world(found: Comparison) -> Told | None:
    """Return the world and arm with the greatest fall of the peak rung; None if no peak falls."""
    return _greatest(found, -1)


def _greatest(found: Comparison, sign: int) -> Told | None:
    """Return where the peak moves most in one direction."""
    numbers = found.column(found.reference, "world")
    best, most = None, 0
    for arm in found.others:
        change = sign * _rise(found, arm)
        at = int(change.argmax())
        if change[at] > most:
            best, most = Told(int(numbers[at]), arm), int(change[at])
    return best


def _rise(found: Comparison, arm: str) -> np.ndarray:
    """Return how much higher each world's peak is under an arm, of the question's own affair."""
    peak = f"{found.prefix}peak"
    rise: np.ndarray = found.column(arm, peak) - found.column(found.reference, peak)
    return rise
