"""Stopping when it is known well enough: as soon as intervals are narrow enough, and no later.

The rule looks at the worlds in their order, at every 250th, and ends the run at the first look at
which every quantity asked for has a 95 % interval of at most the given half-width (Chow & Robbins
1965; for shares Frey 2010). It looks at how wide an interval is and never at where it lies, so
stopping does not favour any answer, and the interval of the worlds it stopped at still covers as
often as it says: the test computes that exactly over shares and widths. Worlds do not depend on how
many are asked for, so the result is that of a comparison of just so many.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from sim.errors import RunError
from sim.study.ensemble import Chunk
from sim.study.intervals import Limits, changed_limits, last_true, share_limits
from sim.study.measures import THRESHOLDS

LOOK: Final = 250
"""Worlds between two looks; every size of a chunk divides it."""

MOST: Final = 1_000_000
"""Worlds a run goes on for at most where nobody says otherwise."""

DIFFERENCE: Final = "difference"
RISK: Final = "risk"

_WIDEST: Final = 0.5
_TEXT: Final = re.compile(
    r"(?P<what>difference|risk)(?:_(?P<rung>\d+))?\s*(?:±|\+/-|\+-)\s*(?P<within>[0-9.]+)\s*"
)


@dataclass(frozen=True)
class Until:
    """What is to be known, and within what: the ``text`` as it was asked.

    ``what`` is the paired difference or the risk of reaching each of some ``rungs``.
    """

    text: str
    what: str
    rungs: tuple[int, ...]
    within: float

    def widest(self, counts: Counts) -> Widest:
        """Return which quantity is known least well, as the counts of worlds stand."""
        found = []
        for row, arm in enumerate(counts.arms):
            if row == 0 and self.what == DIFFERENCE:
                continue
            for column, rung in enumerate(THRESHOLDS):
                if rung in self.rungs:
                    limits, value = self._limits(counts.worlds, *counts.events[row, column])
                    ends = limits.interval(value)
                    found.append(Widest(arm, rung, (ends.high - ends.low) / 2, limits))
        return max(found, key=lambda each: each.half)

    def _limits(self, worlds: int, reached: int, helped: int, harmed: int) -> tuple[Limits, float]:
        if self.what == DIFFERENCE:
            return changed_limits(int(helped), int(harmed), worlds), (harmed - helped) / worlds
        return share_limits(int(reached), worlds), reached / worlds

    def more_worlds(self, widest: Widest) -> int:
        """Return how many more worlds like these would make what is known least well known."""

        def too_wide(times: float) -> bool:
            low, high = widest.limits.at(times)
            return (high - low) / 2 > self.within

        times = last_true(too_wide, 1.0) if too_wide(1.0) else 1.0
        return math.ceil(widest.limits.worlds * (times - 1.0))


def until_of(text: str) -> Until:
    """Return what a text asks for, such as ``difference ±0.005``; raises RunError."""
    known = f'known are "difference ±0.005", "risk ±0.01", "difference_{THRESHOLDS[-1]} +-0.001"'
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise RunError(f'--until: "{text}" says neither what is to be known nor how well; {known}')
    try:
        within = float(found["within"])
    except ValueError:
        within = 0.0
    if not 0 < within < _WIDEST:
        raise RunError(
            f"--until: the half-width must lie between 0 and {_WIDEST} (got {found['within']}), "
            f"0.005 being five worlds in a thousand; {known}"
        )
    rungs = tuple(THRESHOLDS) if found["rung"] is None else (int(found["rung"]),)
    if not set(rungs) <= set(THRESHOLDS):
        told = ", ".join(str(k) for k in THRESHOLDS)
        raise RunError(f"--until: rung {rungs[0]} is none of those that are counted: {told}")
    return Until(text.strip(), found["what"], rungs, within)


class Widest(NamedTuple):
    """The quantity that is known least well: half its interval's width, and its limits."""

    arm: str
    rung: int
    half: float
    limits: Limits


class Counts(NamedTuple):
    """In how many of some worlds each arm reached each rung, helped and harmed.

    ``events`` has a row for each arm, the reference first, a column for each rung, and in each
    place those three numbers.
    """

    arms: tuple[str, ...]
    worlds: int
    events: np.ndarray

    def and_those(self, others: Counts) -> Counts:
        """Return the counts of both together."""
        return Counts(self.arms, self.worlds + others.worlds, self.events + others.events)


def counted(
    arms: tuple[str, ...], columns: Mapping[str, Mapping[str, np.ndarray]], of: str
) -> Counts:
    """Return the counts of some worlds from their measures, whose names begin with ``of``."""
    reached = np.array([[columns[arm][f"{of}reached_{k}"] > 0 for k in THRESHOLDS] for arm in arms])
    base = reached[:1]
    events = np.stack([reached.sum(-1), (base & ~reached).sum(-1), (reached & ~base).sum(-1)], -1)
    return Counts(arms, reached.shape[-1], events)


class Enough:
    """Looks at chunks as they come, in whatever order, and says when it is known well enough.

    ``at`` is then the number of worlds, and None until then; without anything to be known, always.
    """

    def __init__(self, until: Until | None, arms: tuple[str, ...], of: str) -> None:
        self._until, self._arms, self._of = until, arms, of
        self.names = tuple(f"{of}reached_{k}" for k in THRESHOLDS)
        self._waiting: dict[int, tuple[int, Counts]] = {}
        self._next = 0
        self._so_far: Counts | None = None
        self.at: int | None = None

    def covers(self, world: int) -> bool:
        """Whether a world is among those that are needed, as far as that is known."""
        return self.at is None or world < self.at

    def needs(self, chunk: Chunk) -> bool:
        """Take a chunk into account, once all before it are there; whether it is needed."""
        if self._until is not None and self.at is None:
            self._take(self._until, chunk)
        return self.covers(chunk.first)

    def _take(self, until: Until, chunk: Chunk) -> None:
        counts = counted(self._arms, chunk.columns, self._of)
        self._waiting[chunk.first] = chunk.count, counts
        while self._next in self._waiting and self.at is None:
            count, counts = self._waiting.pop(self._next)
            self._so_far = counts if self._so_far is None else self._so_far.and_those(counts)
            self._next += count
            if self._next % LOOK == 0 and self._so_far.worlds:
                widest = until.widest(self._so_far)
                self.at = self._next if widest.half <= until.within else None
