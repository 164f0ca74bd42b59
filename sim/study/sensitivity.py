"""What carries the answer: which of the things that are assumed move the paired difference.

Three looks, each at many points of the space of factors, all in the same worlds. Around the base
each factor goes to either end of its range. Morris's paths screen all factors over the whole space.
Sobol's indices share the variance out among the few that matter most. One factor, luck, does
nothing but choose other worlds: it shows how much of all this is the noise of finitely many worlds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from sim.errors import RunError
from sim.scenario import Scenario
from sim.study import folder as results
from sim.study.asked import check_given, chosen_arms
from sim.study.estimates import Difference
from sim.study.factors import BLOCKS, LUCK, Factor, factors_of
from sim.study.indices import (
    STEP,
    Design,
    Effect,
    Index,
    base_samples,
    effects,
    indices,
    needed,
    paths,
)
from sim.study.looks import (
    OUTCOMES,
    POINTS,
    Lived,
    Outcomes,
    Study,
    check_sizes,
    keep,
    library_versions,
    listed,
    point_table,
)  # fmt: skip
from sim.study.plain import plain
from sim.study.points import THRESHOLDS, Place
from sim.study.running import Hands

SENSITIVITY: Final = "sensitivity.json"
MOST_SURVIVORS: Final = 6
BASE, UNINVITED = 0, 1
"""The first points around the base: itself, and it without invitation."""

# Looks that need no more than the outcomes at their points.


def screened(
    names: Sequence[str], design: Design, found: Outcomes, seed: int
) -> dict[str, tuple[Effect, ...]]:
    """Return Morris's effects of every factor on every outcome."""
    return {outcome: effects(names, design, found.outcome(outcome), seed) for outcome in OUTCOMES}


def survivors(
    found: Mapping[str, Sequence[Effect]],
    levels: Mapping[str, float],
    most: int = MOST_SURVIVORS,
) -> tuple[str, ...]:
    """Return the factors that move the paired differences most, the foremost first.

    Each counts by the rung where it stands out more from the noise, whose ``levels`` are given by
    outcome, or from the largest effect where there is none. Luck is none of them, nor is a factor
    that moves nothing.
    """
    worth: dict[str, float] = {}
    for outcome in (name for name in OUTCOMES if name.startswith("difference")):
        real = [each for each in found[outcome] if each.name != LUCK]
        scale = levels.get(outcome) or max((each.size for each in real), default=0.0)
        for each in real:
            if each.size > 0:
                worth[each.name] = max(worth.get(each.name, 0.0), each.size / scale)
    ranked = sorted(worth, key=lambda name: (-worth[name], name))
    return tuple(ranked[:most])


def shared_out(names: Sequence[str], found: Outcomes, seed: int) -> dict[str, tuple[Index, ...]]:
    """Return Sobol's indices of every factor for every outcome."""
    return {outcome: indices(names, found.outcome(outcome), seed) for outcome in OUTCOMES}


# What a study has found.


class Swing(NamedTuple):
    """What a factor does by itself: by how much the paired difference moves at either end."""

    factor: Factor
    low: Difference
    high: Difference

    @property
    def span(self) -> float:
        """The distance between the least and the greatest of low, base and high."""
        ends = (self.low.value, 0.0, self.high.value)
        return max(ends) - min(ends)


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """What carries the answer, and every point it was read from.

    ``around``, ``paths`` and ``samples`` are the three looks, None if they were not finished;
    ``complete`` is False after an interrupt.
    """

    scenario: Scenario
    arm: str
    given: str | None
    seed: int
    asked: int
    trajectories: int
    base_samples: int
    factors: tuple[Factor, ...]
    around: Lived | None
    paths: Lived | None
    samples: Lived | None
    complete: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The factors' names, luck the last."""
        return tuple(factor.name for factor in self.factors)

    @property
    def days(self) -> float:
        """Length of the period in days."""
        return self.scenario.duration / 86_400_000

    def factor(self, name: str) -> Factor:
        """Return a factor by its name."""
        return next(factor for factor in self.factors if factor.name == name)

    def base(self, threshold: int) -> Difference:
        """Return the paired difference at the scenario's own values."""
        return self._around.points.compared(BASE, threshold)

    def uninvited(self, threshold: int) -> Difference:
        """Return it where absorbed hostile acts invite no more of them."""
        return self._around.points.compared(UNINVITED, threshold)

    @property
    def _around(self) -> Lived:
        if self.around is None or not self.around.points.worlds:
            raise RunError("the points around the base were not finished; run the study again")
        return self.around

    def swings(self, threshold: int) -> tuple[Swing, ...]:
        """Return what each factor does by itself around the base, the widest first."""
        points = self._around.points
        found = [
            Swing(factor, points.moved(at, threshold), points.moved(at + 1, threshold))
            for at, factor in zip(range(2, 2 * len(self.factors), 2), self.factors, strict=False)
            if not factor.is_luck
        ]
        return tuple(sorted(found, key=lambda swing: (-swing.span, swing.factor.name)))

    def other_worlds(self, threshold: int) -> tuple[float, float]:
        """Return the least and greatest base difference in other worlds, from that in these."""
        found = self._around.points.difference(threshold)
        moved = found[-(BLOCKS - 1) :] - found[BASE]
        return float(min(0.0, moved.min())), float(max(0.0, moved.max()))

    @cached_property
    def effects(self) -> Mapping[str, tuple[Effect, ...]]:
        """Morris's effects by outcome; empty if that look was not finished."""
        if self.paths is None:
            return {}
        return screened(self.names, self.paths.design, self.paths, self.seed)

    @cached_property
    def survivors(self) -> tuple[str, ...]:
        """The factors whose shares of the variance are asked for."""
        if not self.effects:
            return ()
        return survivors(self.effects, {f"difference_{k}": self.level(k) for k in THRESHOLDS})

    @cached_property
    def indices(self) -> Mapping[str, tuple[Index, ...]]:
        """Sobol's indices by outcome, of the survivors and luck; empty if not finished."""
        if self.samples is None:
            return {}
        return shared_out((*self.survivors, LUCK), self.samples, self.seed)

    def noise(self, threshold: int) -> tuple[float, float]:
        """Return the usual standard error of a point's paired difference, and their spread.

        Both over the points of Morris's paths; the spread is a standard deviation.
        """
        if self.paths is None:
            return math.nan, math.nan
        points = self.paths.points
        error = math.sqrt(float((points.error(threshold) ** 2).mean()))
        return error, float(points.difference(threshold).std())

    def level(self, threshold: int) -> float:
        """Return the size that the effect of luck has in the mean, in the difference at a rung.

        Two sets of worlds differ by the square root of two standard errors of a point; the mean
        size of such a difference, per range as all effects are, is steadier than luck's own.
        """
        error, _ = self.noise(threshold)
        return 2 * error / math.sqrt(math.pi) / STEP

    @property
    def worlds(self) -> int:
        """How many worlds the finished looks cover, the fewest."""
        looks = [look.points.worlds for look in (self.around, self.paths, self.samples) if look]
        return min(looks, default=0)

    def table(self) -> pa.Table:
        """Return every point: its look, its factors' numbers, and its outcomes."""
        looks = (("around", self.around), ("paths", self.paths), ("samples", self.samples))
        tables = [
            point_table(name, self.factors, look.design, look.points)
            for name, look in looks
            if look is not None
        ]
        return pa.concat_tables(tables) if tables else pa.table({})

    def summary(self) -> dict[str, Any]:
        """Return every estimate as plain values."""
        found: dict[str, Any] = plain(
            {
                "format": results.FORMAT,
                "scenario": self.scenario.scenario,
                "given": self.given,
                "arm": self.arm,
                "seed": self.seed,
                "worlds": self.worlds,
                "complete": self.complete,
                "factors": [factor._asdict() for factor in self.factors],
                "base": {k: self.base(k) for k in THRESHOLDS},
                "without_invitation": {k: self.uninvited(k) for k in THRESHOLDS},
                "swings": {k: [_swing(each) for each in self.swings(k)] for k in THRESHOLDS},
                "other_worlds": {k: self.other_worlds(k) for k in THRESHOLDS},
                "noise": {
                    k: {"error_of_a_point": error, "spread_of_points": spread,
                        "mean_effect_of_luck": self.level(k)}
                    for k in THRESHOLDS
                    for error, spread in (self.noise(k),)
                },
                "effects": {
                    outcome: [each._asdict() for each in rows]
                    for outcome, rows in self.effects.items()
                },
                "survivors": self.survivors,
                "indices": {
                    outcome: [each._asdict() for each in rows]
                    for outcome, rows in self.indices.items()
                },
            }
        )  # fmt: skip
        return found


def _swing(swing: Swing) -> dict[str, Any]:
    return {
        "factor": swing.factor.name,
        **{
            end: {"value": found.value, "low": found.interval.low, "high": found.interval.high}
            for end, found in (("at_low", swing.low), ("at_high", swing.high))
        },
    }


# Running.


def around_design(factors: Sequence[Factor]) -> Design:
    """Return the points around the base, NaN where a factor stays there.

    The base, the base once more for no invitation, both ends of each factor but luck, and the base
    in each other set of worlds.
    """
    nothing = np.full(len(factors), math.nan)
    rows = [nothing, nothing]
    for at, factor in enumerate(factors):
        for share in () if factor.is_luck else (0.0, 1.0):
            row = nothing.copy()
            row[at] = share
            rows.append(row)
    for worlds in range(1, BLOCKS):
        row = nothing.copy()
        row[-1] = (worlds + 0.5) / BLOCKS
        rows.append(row)
    return np.array(rows)


def lives(factors: int, worlds: int, trajectories: int, samples: int) -> int:
    """Return how many worlds will be lived through, counted once for every point, at most."""
    around = 2 + 2 * (factors - 1) + BLOCKS - 1
    return worlds * (around + trajectories * (factors + 1) + samples * (MOST_SURVIVORS + 3))


def sensitivity(
    scenario: Scenario,
    *,
    arm: str = "as_designed",
    worlds: int = 100,
    seed: int = 1,
    given: str | None = None,
    factors: str | Sequence[str] | None = None,
    trajectories: int = 20,
    samples: int = 128,
    workers: Hands = 1,
    out: str | Path | None = None,
    force: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Sensitivity:
    """Find what carries the paired difference of an arm against the reference.

    Every point lives through the same ``worlds`` worlds, but for those luck moves to others.
    ``factors`` leaves only some, by name. ``trajectories`` are Morris's paths, ``samples`` the base
    samples of Sobol's indices, a power of two. An interrupt ends the run early; what was finished
    stands. Raises RunError for what cannot be run and ResultsError for what cannot be written.
    """
    found = asked(scenario, arm, worlds, seed, given, factors, trajectories, samples)
    study = Study(scenario, found.factors, arm, worlds, seed, given, workers, progress)
    with study.stop.counted():
        folder = None
        if out is not None:
            told = results.manifest(
                scenario, chosen_arms(scenario, arm), seed, worlds, given, workers
            )
            told |= {"factors": found.names, "trajectories": trajectories, "samples": samples}
            told["versions"] |= library_versions()
            claimed = results.claim(Path(out), force)
            folder = results.ResultFolder(claimed, plain(told), table=POINTS, summary=SENSITIVITY)
        found = _looked(found, study)
        if folder is not None:
            keep(folder, found, study.trouble)
    if study.trouble is not None:
        raise study.trouble
    return found


def asked(
    scenario: Scenario, arm: str, worlds: int, seed: int, given: str | None,
    factors: str | Sequence[str] | None, trajectories: int, samples: int,
) -> Sensitivity:  # fmt: skip
    """Return a study that is yet without points, after everything about it has been looked at."""
    check_sizes(worlds=worlds, trajectories=trajectories, samples=samples)
    if samples & (samples - 1):
        raise RunError(f"--samples: must be a power of two, such as 128 (got {samples})")
    needed("SALib.sample.morris")
    chosen_arms(scenario, arm)
    check_given(scenario, given)
    chosen = factors_of(scenario, arm, listed(factors))
    return Sensitivity(
        scenario, arm, given, seed, worlds, trajectories, samples, chosen, None, None, None, False
    )


def _looked(found: Sensitivity, study: Study) -> Sensitivity:
    """Take the three looks, as far as the run goes on."""
    parts = {name: getattr(found, name) for name in found.__dataclass_fields__}
    design = around_design(found.factors)
    places = study.places(design)
    places[UNINVITED] = Place((("parameters.invitation", 0.0),))
    parts["around"] = study.look(design, places)
    design = paths(found.names, found.trajectories, found.seed)
    parts["paths"] = study.look(design)
    part = Sensitivity(**parts)
    if part.survivors and not study.stop.asked:
        columns = [part.names.index(name) for name in (*part.survivors, LUCK)]
        inner = base_samples((*part.survivors, LUCK), found.base_samples, found.seed)
        design = np.full((len(inner), len(found.factors)), math.nan)
        design[:, columns] = inner
        parts["samples"] = study.look(design)
    parts["complete"] = not study.stop.asked and study.trouble is None
    return Sensitivity(**parts)
