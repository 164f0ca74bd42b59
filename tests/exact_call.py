"""Calls as absorbing Markov chains in continuous time, worked out without the switchboard.

One call, and two about the same case on a channel with room for both: the conversation that ends
first serves the other side as well, unless that is talking itself by then.
"""

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
        return _at(hours, _relayed(self))

    def unheard(self, each: float, hours: Array) -> Array:
        """Return the chance that nothing is relayed within some times if each side may call.

        ``each`` is the chance that one does.
        """
        one, two = 1 - self.through(hours), _at(hours, _relayed_of_two(self)[0])
        found: Array = (1 - each) ** 2 + 2 * each * (1 - each) * one + each**2 * two
        return found

    def relayed(self, each: float, hours: Array) -> Array:
        """Return how many messages are relayed within some times, on average."""
        one, two = self.through(hours), _at(hours, _relayed_of_two(self)[1])
        found: Array = 2 * each * (1 - each) * one + each**2 * two
        return found


def _at(hours: Array, table: Array) -> Array:
    found: Array = np.interp(hours, STEP * np.arange(STEPS + 1), table)
    return found


AUTHORISING, RINGING, HUNTING, TALKING, RELAYING, RELAYED, LOST = range(7)


def _rates(wire: Wire) -> Array:
    """Return the rates between the states of one call."""
    rate = np.zeros((7, 7))
    rate[AUTHORISING, RINGING] = wire.answered / wire.authorise
    rate[AUTHORISING, LOST] = (1 - wire.answered) / wire.authorise
    rate[RINGING, TALKING] = wire.right / wire.answer
    rate[RINGING, HUNTING] = (1 - wire.right) / wire.answer
    rate[HUNTING, TALKING] = 1 / wire.hunt
    rate[TALKING, RELAYING] = 1 / (wire.talk * wire.interpreter)
    rate[RELAYING, RELAYED] = 1 / wire.relay
    return rate


def _over_time(rate: Array) -> Array:
    """Return the chances of all states at each step of time, from the first state on."""
    np.fill_diagonal(rate, 0)
    np.fill_diagonal(rate, -rate.sum(axis=1))
    onward = linalg.expm(rate * STEP)
    found = np.zeros((STEPS + 1, len(rate)))
    found[0, 0] = 1
    for step in range(1, STEPS + 1):
        found[step] = found[step - 1] @ onward
    return found


@cache
def _relayed(wire: Wire) -> Array:
    """Return the chance that one call is relayed at each step of time."""
    found: Array = _over_time(_rates(wire))[:, RELAYED]
    return found


@cache
def _relayed_of_two(wire: Wire) -> tuple[Array, Array]:
    """Return the chance that neither of two calls is relayed, and the mean number that are.

    A call that is served is lost: it needs no relay of its own.
    """
    one = _rates(wire)
    rate = np.zeros((7, 7, 7, 7))
    for own in range(7):
        for after in range(7):
            for other in range(7):
                ends = (own, after) == (TALKING, RELAYING)
                then = LOST if ends and other == AUTHORISING else other
                rate[own, other, after, then] += one[own, after]
                rate[other, own, then, after] += one[own, after]
    both = _over_time(rate.reshape(49, 49)).reshape(-1, 7, 7)
    first = both[:, RELAYED, :].sum(axis=1)
    return 1 - 2 * first + both[:, RELAYED, RELAYED], 2 * first
