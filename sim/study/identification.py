"""Identification: what no figure of the public record fixes, and what hangs on it.

Sets of parameters may fit every figure about equally well and still differ in how many disputes
begin without hostile intent, which alone can be explained away. Here the accepted sets are parted
by that share into thirds, and each third says what the line does. Sets of a third may differ from
those of another in more than this share, so what hangs on it alone is not told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.errors import RunError
from sim.scenario import Scenario
from sim.study.comparing import compare
from sim.study.comparison import Comparison
from sim.study.ensemble import SET_COLUMN
from sim.study.estimates import Difference, paired_difference
from sim.study.measures import THRESHOLDS
from sim.study.parameter_sets import ParameterSet
from sim.study.rows import Rows
from sim.study.running import Hands

PERIOD: Final = "own_crises"
GIVEN: Final = f"given_reached_{min(THRESHOLDS)}"
"""What is compared over the period, and given an incident."""

THIRDS: Final = ("lowest third", "middle third", "highest third")


@dataclass(frozen=True, eq=False)
class Third:
    """Sets alike in the share of disputes with a root that is not hostile, and what they say."""

    title: str
    sets: tuple[ParameterSet, ...]
    period: Comparison
    given: Comparison | None

    @property
    def share(self) -> tuple[float, float]:
        """The least and the greatest share of such disputes among the sets."""
        shares = [one.not_hostile for one in self.sets]
        return min(shares), max(shares)

    @property
    def rooted(self) -> tuple[int, int]:
        """How many crises of the period no inject began, and how many of these nobody meant.

        Both without the line, in this scenario's worlds.
        """
        crises, inadvertent = (
            int(self.period.column(self.period.reference, name).sum())
            for name in (PERIOD, "own_inadvertent")
        )
        return crises, inadvertent


@dataclass(frozen=True, eq=False)
class Identification:
    """The thirds, the least share first; all lived through the same worlds."""

    scenario: Scenario
    thirds: tuple[Third, ...]
    given: str | None

    def change(self, third: Third, arm: str, given: bool) -> Difference:
        """Return an arm's paired change under a third, per world.

        Given an incident it is of its coming to a crisis, over the period of the crises that no
        inject began.
        """
        return paired_difference(*_both(third, arm, given))

    def contrast(self, arm: str, given: bool) -> Difference:
        """Return by how much that change under the highest third lies above the lowest's.

        All thirds live through the same worlds, so it is paired; its interval covers chance alone.
        """
        lowest, highest = (
            other - reference
            for reference, other in (_both(self.thirds[at], arm, given) for at in (0, -1))
        )
        return paired_difference(lowest, highest)


def _both(third: Third, arm: str, given: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return what is compared of each world: under the reference, and under the arm."""
    found, name = (third.given, GIVEN) if given else (third.period, PERIOD)
    assert found is not None
    return found.column(found.reference, name), found.column(arm, name)


def thirds(sets: Sequence[ParameterSet]) -> tuple[tuple[ParameterSet, ...], ...]:
    """Return the sets in three groups by the share of disputes whose root is not hostile.

    Raises RunError for fewer than three sets, or sets that do not tell that share.
    """
    known = [one for one in sets if not math.isnan(one.not_hostile)]
    if len(known) < len(THIRDS):
        raise RunError(
            f"{len(known)} parameter sets tell the share of disputes with a root that is not "
            f"hostile; three are needed. Make more with: deconflict calibrate --sets N"
        )
    ordered = sorted(known, key=lambda one: (one.not_hostile, one.number))
    rows = np.array_split(np.arange(len(ordered)), len(THIRDS))
    return tuple(tuple(ordered[row] for row in part.tolist()) for part in rows)


def thirds_within(found: Comparison) -> tuple[Third, ...]:
    """Return the thirds of a comparison's own sets, each with the worlds lived under them.

    Empty where its sets do not tell the share of disputes whose root is not hostile, or where a
    third has too few worlds to say anything.
    """
    known = [one for one in found.sets if not math.isnan(one.not_hostile)]
    if len(known) < len(found.sets) or len(known) < len(THIRDS):
        return ()
    parts = []
    for title, sets in zip(THIRDS, thirds(known), strict=True):
        numbers = pa.array([one.number for one in sets], pa.int64())
        table = found.histories
        rows = Rows(table.filter(pc.is_in(table[SET_COLUMN], numbers)), found.arms)
        part = replace(found, rows=rows, sets=sets)
        parts.append(Third(title, sets, part, part if found.given else None))
    return tuple(parts) if all(part.period.worlds > 1 for part in parts) else ()


def identify(
    scenario: Scenario,
    sets: Sequence[ParameterSet],
    *,
    worlds: int = 1000,
    seed: int = 1,
    arms: str | Sequence[str] | None = None,
    given: str | None = None,
    workers: Hands = 1,
    progress: Callable[[int], None] | None = None,
) -> Identification:
    """Compare the arms under each third of the sets, over the period and given an incident.

    ``given`` is a kind of incident or an inject; without one only the period is asked about.
    Raises RunError for what cannot be run, and KeyboardInterrupt when interrupted.
    """

    def asked(part: tuple[ParameterSet, ...], given: str | None) -> Comparison:
        found = compare(
            scenario, worlds=worlds, seed=seed, arms=arms, given=given, workers=workers,
            progress=progress, sets=part,
        )  # fmt: skip
        if not found.complete:
            raise KeyboardInterrupt
        return found

    return Identification(
        scenario,
        tuple(
            Third(title, part, asked(part, None), asked(part, given) if given else None)
            for title, part in zip(THIRDS, thirds(sets), strict=True)
        ),
        given,
    )
