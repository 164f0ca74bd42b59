"""A history: everything that happened in one world under one arm, as typed records."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sim.records import Record, as_row, channel_of

Steps = tuple[tuple[int, ...], tuple[float, ...]]
"""A step function: times, and the value from each time on."""


@dataclass(frozen=True, slots=True)
class History:
    """One world under one arm. ``activity`` is each bloc's activity as a step function."""

    arm: str
    seed: int
    world: int
    begins: int
    horizon: int
    ended: int
    stopped: bool
    invited: bool
    handled: int
    records: tuple[Record, ...]
    activity: tuple[Steps, Steps]
    noticed: dict[int, int]
    tension: float
    credibility: tuple[float, float]

    def of(self, kind: type[Record]) -> list[Record]:
        """Return the records of one type, in order."""
        return [record for record in self.records if type(record) is kind]

    def without_channel(self, row: int) -> tuple[Record, ...]:
        """Return the records that are not one channel's own."""
        return tuple(record for record in self.records if channel_of(record) != row)

    def lines(self) -> list[str]:
        """Return the records as lines of JSON, reals rounded to nine digits."""
        return [json.dumps(as_row(record), sort_keys=False) for record in self.records]


def first_difference(a: History, b: History, ignore: frozenset[int] = frozenset()) -> int | None:
    """Return the time at which two histories of a world first differ, or None.

    Records of the channels in ``ignore`` do not count: a test call is no difference in the world.
    """
    ours = [r for r in a.records if channel_of(r) not in ignore]
    theirs = [r for r in b.records if channel_of(r) not in ignore]
    for one, other in zip(ours, theirs, strict=False):
        if one != other:
            return min(one.time, other.time)
    if len(ours) != len(theirs):
        longer = ours if len(ours) > len(theirs) else theirs
        return longer[min(len(ours), len(theirs))].time
    return None
