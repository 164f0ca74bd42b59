"""One call as an absorbing Markov chain in continuous time, worked out without the switchboard."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import linalg

Array = npt.NDArray[np.float64]

STEP: Final = 0.01
STEPS: Final = 20_000
"""Hours between the times at which the chance of being through is tabulated, and how many."""


class Wire(NamedTuple):
    """A channel of exponential delays, by their means in hours."""

    willing: float = 1.0
    halts: float = 0.0
    authorise: float = 1.0
    answered: float = 1.0
    answer: float = 0.1
    right: float = 1.0
    hunt: float = 1.0
    talk: float = 0.2
    interpreter: float = 1.0
    relay: float = 0.5
    weight: float = 1.0
    knowledge: float = 0.7
    honesty: float = 0.7

    def through(self, hours: Array) -> Array:
        """Return the chance that a call is relayed within each of some times."""
        found: Array = np.interp(hours, STEP * np.arange(STEPS + 1), _relayed(self))
        return found


@cache
def _relayed(wire: Wire) -> Array:
    """Return the chance that a call is relayed at each step of time: a chain by its exponential.

    States: authorising, ringing, hunting, talking, relaying, relayed, lost.
    """
    rate = np.zeros((7, 7))
    rate[0, 1] = wire.answered / wire.authorise
    rate[0, 6] = (1 - wire.answered) / wire.authorise
    rate[1, 3], rate[1, 2] = wire.right / wire.answer, (1 - wire.right) / wire.answer
    rate[2, 3] = 1 / wire.hunt
    rate[3, 4] = 1 / (wire.talk * wire.interpreter)
    rate[4, 5] = 1 / wire.relay
    np.fill_diagonal(rate, -rate.sum(axis=1))
    onward = linalg.expm(rate * STEP)
    now, found = np.eye(7)[0], np.zeros(STEPS + 1)
    for step in range(1, STEPS + 1):
        now = now @ onward
        found[step] = now[5]
    return found
