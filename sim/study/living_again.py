"""Records of a comparison's worlds, lived through again: the same luck gives the same history.

A result folder keeps measures, and records only where it was asked to. What was lived under a seed
can be had again from the scenario, so that a figure of calls needs nothing but the results. Each
world is held against the row that was kept of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sim.errors import ResultsError
from sim.records import Record
from sim.study.comparison import Comparison
from sim.study.ensemble import Job

SHOWN: Final = 100
"""How many worlds are lived through again unless told otherwise."""

_TELLTALES: Final = ("events", "calls", "acts", "incidents", "peak")
"""Measures in which another history would differ."""


class Again(NamedTuple):
    """Worlds by number, and under each arm the records of each, in the same order."""

    worlds: tuple[int, ...]
    records: dict[str, tuple[tuple[Record, ...], ...]]

    def of(self, arm: str, *kinds: type[Record]) -> list[list[Record]]:
        """Return an arm's records of some kinds, a list for each world."""
        return [[r for r in world if isinstance(r, kinds)] for world in self.records[arm]]


def lived_again(found: Comparison, arms: Sequence[str] | None = None, worlds: int = SHOWN) -> Again:
    """Return the records of a comparison's first worlds under some arms, by default all.

    Raises ResultsError where a world, lived through by this version, is not the one whose row was
    kept: whatever was drawn would tell of something else.
    """
    names = found.arms if arms is None else tuple(dict.fromkeys((found.reference, *arms)))
    numbers = [int(n) for n in found.column(found.reference, "world")[:worlds]]
    job = Job(
        found.scenario, found.seed, names, found.given, keep_records=True, sets=found.sets,
        columns=_TELLTALES,
    )  # fmt: skip
    field = job.ready()
    kept: dict[str, list[tuple[Record, ...]]] = {arm: [] for arm in names}
    for at, number in enumerate(numbers):
        rows, records = field.world(number)
        for arm in names:
            _check(found, arm, at, number, rows[arm])
            kept[arm].append(records[arm])
    return Again(tuple(numbers), {arm: tuple(kept[arm]) for arm in names})


def _check(found: Comparison, arm: str, at: int, number: int, row: dict[str, int | float]) -> None:
    """Raise ResultsError unless a row says what the kept one says."""
    kept = found.columns[arm]
    for name in _TELLTALES:
        if name in kept and row[name] != kept[name][at]:
            raise ResultsError(
                f"world {number} under {arm}: {name} is {kept[name][at]:g} in the results and "
                f"{row[name]:g} when lived through again: they were written by another version; "
                f"run the comparison again"
            )
