"""Calibration: which values of the judged constants the public record does not refute.

The procedure is history matching in one wave, which is approximate Bayesian rejection with a hard
cut-off (Vernon, Goldstein & Bower 2010; Beaumont 2019): sets are laid over the ranges of the
catalogue as a Latin hypercube, each lives the same worlds under the reference arm, and a set is
accepted if no figure lies further from the record than the cut-off. The line is in no world that
is lived here, and nothing it does is ever looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

import numpy as np

from sim.errors import RunError
from sim.scenario import content_hash
from sim.study.fit import Simulated, holds, implausibility, simulated
from sim.study.interrupts import Interrupts
from sim.study.parameter_sets import Judged, ParameterSet, Value, completed, judged
from sim.study.targets import NOT_HOSTILE, PEACETIME, SETTINGS, TARGETS, Target, needed
from sim.study.trial import Found, Trial, tried

SETS: Final = 400
YEARS: Final = 150
CUTOFF: Final = 2.0
"""Standard errors of source and simulation together: the source's 95 % interval, made wider by
what chance leaves open in so many years."""

_LEAST: Final = 2
_WITH_SEIZURES: Final = ("disputes", "force", "both")
_WITHOUT_SEIZURES: Final = tuple(f"{name}_no_seizures" for name in _WITH_SEIZURES)


class Tried(NamedTuple):
    """One set with the figures it brings about, and how far each lies from the record."""

    values: ParameterSet
    figures: tuple[Simulated, ...]
    distances: tuple[float, ...]
    not_hostile: Simulated


class Constraint(NamedTuple):
    """How far the record constrains one constant: its accepted quartiles against its range.

    ``distance`` is Kolmogorov and Smirnov's between the accepted values and an even spread over
    the range, 0 for no constraint; ``p_value`` its chance without any.
    """

    name: str
    low: Value
    high: Value
    quartiles: tuple[float, float, float]
    distance: float
    p_value: float


class Correlation(NamedTuple):
    """Two constants that are accepted together or against each other (Spearman's rank)."""

    first: str
    second: str
    value: float


class Calibration(NamedTuple):
    """All sets that were tried, in order of their numbers."""

    tried: tuple[Tried, ...]
    targets: tuple[Target, ...]
    varied: tuple[Judged, ...]
    cutoff: float
    years: int
    seed: int
    complete: bool

    @property
    def accepted(self) -> tuple[Tried, ...]:
        """The sets none of whose figures lies beyond the cut-off."""
        return tuple(one for one in self.tried if max(one.distances) <= self.cutoff)

    @property
    def inside(self) -> int:
        """How many accepted sets have every figure itself within the record's limits."""
        return sum(
            all(map(holds, self.targets, (figure.value for figure in one.figures)))
            for one in self.accepted
        )

    def met(self, target: int) -> int:
        """Return how many sets lie within the cut-off of one target, whatever the others."""
        return sum(one.distances[target] <= self.cutoff for one in self.tried)

    def sets(self) -> tuple[ParameterSet, ...]:
        """Return the accepted sets with their figures; raises RunError if there are none."""
        found = self.accepted
        if not found:
            raise RunError(_nothing(self))
        return tuple(
            one.values._replace(
                not_hostile=one.not_hostile.value,
                figures=tuple(
                    (target.name, figure.value)
                    for target, figure in zip(self.targets, one.figures, strict=True)
                ),
            )
            for one in found
        )


def _nothing(found: Calibration) -> str:
    """Say why no set is accepted: the target that the fewest sets meet comes first."""
    counts = {target.title: found.met(at) for at, target in enumerate(found.targets)}
    hardest = min(counts, key=counts.__getitem__)
    closest = min(max(one.distances) for one in found.tried)
    return (
        f"none of {len(found.tried)} parameter sets lies within {found.cutoff:g} standard errors "
        f'of every figure; the fewest ({counts[hardest]}) meet "{hardest}", and the best set\'s '
        f"worst figure is {closest:.1f} away. Try more --sets, or a greater --cutoff and say so"
    )


def fitted(seizures: bool = True) -> tuple[Target, ...]:
    """Return the figures a calibration uses; without seizures, disputes as if none had been."""
    left_out = _WITHOUT_SEIZURES if seizures else _WITH_SEIZURES
    return tuple(
        target
        for target in TARGETS
        if (target.fitted or target.name in _WITHOUT_SEIZURES) and target.name not in left_out
    )


def laid(sets: int, seed: int, varied: Sequence[Judged]) -> tuple[ParameterSet, ...]:
    """Return a Latin hypercube of sets over the ranges, numbered from 1."""
    from scipy.stats import qmc  # takes half a second to load

    shares = qmc.LatinHypercube(d=len(varied), seed=seed).random(sets)
    return tuple(
        ParameterSet(
            number,
            completed(
                {one.name: one.written(share) for one, share in zip(varied, row, strict=True)}
            ),
        )
        for number, row in enumerate(shares.tolist(), start=1)
    )


def calibrate(
    *,
    sets: int = SETS,
    years: int = YEARS,
    seed: int = 1,
    cutoff: float = CUTOFF,
    targets: Sequence[Target] | None = None,
    varied: Sequence[Judged] | None = None,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Calibration:
    """Try ``sets`` sets of the judged constants in the same ``years`` worlds of a year each.

    ``targets`` and ``varied`` are the figures and the constants, by default those of the public
    record and of section 9 of the model document. An interrupt ends the run early: the result then
    rests on the worlds finished, and is not complete. Raises RunError for what cannot be run.
    """
    if not (math.isfinite(cutoff) and cutoff > 0):
        raise RunError(
            f"--cutoff: must be a finite number of standard errors above 0 (got {cutoff:g}); "
            f"{CUTOFF:g} is the default"
        )
    if sets < 1 or years < _LEAST:
        raise RunError(f"calibrate: needs a set and {_LEAST} years (got {sets} and {years})")
    figures = tuple(fitted() if targets is None else targets)
    constants = judged() if varied is None else tuple(varied)
    design = laid(sets, seed, constants)
    measured = {name for target in figures for name in needed(target.quantity)}
    settings = {PEACETIME} | {target.setting for target in figures}
    trial = Trial(
        design,
        tuple(name for name in SETTINGS if name in settings),
        tuple(sorted(measured | set(needed(NOT_HOSTILE)))),
        seed,
    )
    stop = Interrupts()
    with stop.counted():
        found = tried(trial, years, workers, progress, stop)
    lived = next(iter(found[PEACETIME].values())).shape[0]
    if lived < _LEAST:
        raise KeyboardInterrupt
    durations = {name: SETTINGS[name].scenario().duration for name in trial.settings}
    judgements = tuple(_judged(at, one, figures, found, durations) for at, one in enumerate(design))
    return Calibration(judgements, figures, constants, cutoff, lived, seed, not stop.asked)


def _judged(
    at: int,
    one: ParameterSet,
    targets: tuple[Target, ...],
    found: Found,
    durations: dict[str, int],
) -> Tried:
    """Hold one set's figures against the record."""

    def figure(target: Target) -> Simulated:
        columns = {name: values[:, at] for name, values in found[target.setting].items()}
        return simulated(target.quantity, columns, durations[target.setting])

    figures = tuple(figure(target) for target in targets)
    pairs = zip(targets, figures, strict=True)
    columns = {name: values[:, at] for name, values in found[PEACETIME].items()}
    return Tried(
        one,
        figures,
        tuple(implausibility(target, value) for target, value in pairs),
        simulated(NOT_HOSTILE, columns, durations[PEACETIME]),
    )


def _shares(found: Calibration) -> np.ndarray:
    """Return where in its range each constant of each accepted set lies."""
    rows = [dict(one.values.values) for one in found.accepted]
    return np.array([[one.share(row[one.name]) for one in found.varied] for row in rows])


def constraints(found: Calibration) -> tuple[Constraint, ...]:
    """Return how far the record constrains each constant, the most constrained first."""
    from scipy.stats import kstest

    shares = _shares(found)
    rows = []
    for at, one in enumerate(found.varied):
        test = kstest(shares[:, at], "uniform")
        quartiles = one.low + np.quantile(shares[:, at], (0.25, 0.5, 0.75)) * (one.high - one.low)
        first, middle, last = (float(x) / one.unit for x in quartiles)
        rows.append(
            Constraint(
                one.name, one.written(0.0), one.written(1.0), (first, middle, last),
                float(test.statistic), float(test.pvalue),
            )
        )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: -row.distance))


def correlations(found: Calibration, most: int = 10) -> tuple[Correlation, ...]:
    """Return the closest correlations among accepted constants, the closest first."""
    from scipy.stats import spearmanr

    shares = _shares(found)
    names = [one.name for one in found.varied]
    if len(shares) <= _LEAST or len(names) < _LEAST:
        return ()
    ranks = np.atleast_2d(spearmanr(shares).statistic)
    if len(names) == _LEAST:
        ranks = np.array([[1.0, ranks.item()], [ranks.item(), 1.0]])
    pairs = [
        Correlation(names[i], names[j], float(ranks[i, j]))
        for i in range(len(names))
        for j in range(i)
    ]
    return tuple(sorted(pairs, key=lambda pair: -abs(pair.value))[:most])


def made(found: Calibration, command: str, version: str) -> dict[str, object]:
    """Return what the head of a file of accepted sets says about how it was made."""
    hashes = "".join(content_hash(setting.scenario()) for setting in SETTINGS.values())
    return {
        "parameter sets not refuted by the public record": "see MODEL.md, section 8.4",
        "command": command,
        "version": version,
        "tried": len(found.tried),
        "accepted": len(found.accepted),
        "years each": found.years,
        "seed": found.seed,
        "cutoff": found.cutoff,
        "figures": " ".join(target.name for target in found.targets),
        "complete": "yes" if found.complete else "no, interrupted",
        "settings": sha256(hashes.encode()).hexdigest()[:16],
    }
