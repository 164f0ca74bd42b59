"""How much of a spread is chance, and how much is what we do not know.

Each world is lived under one of the parameter sets that fit the public record. By the law of total
variance the variance of a measure over worlds is the mean of its variance within a set (chance)
plus the variance of its mean over sets (what we do not know). The two are told apart by the
one-way random effects of the analysis of variance (Searle, Casella & McCulloch 1992, chapter 3).
More worlds shrink the first part's share in an interval; nothing but knowledge shrinks the second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from sim.errors import RunError
from sim.study.intervals import TAIL, Interval

METHOD = "chance with one-way random effects of the parameter sets"

CAUTION = 0.16
"""The interval takes the variance over sets at its limit with this chance beyond, about a standard
error above the estimate. With the estimate itself 80 to 92 % of 95 % intervals hold the mean of
another set where sets differ little or have few worlds each; with this limit 94 % or more do if
the means of sets are near normal, 90 % or so where they are skewed."""


@dataclass(frozen=True)
class Parts:
    """A mean over worlds with its two uncertainties.

    ``chance`` is the 95 % interval of the mean over worlds. ``unknown`` is the standard deviation
    of the true mean from set to set, with 95 % limits. ``interval`` covers the mean of a set like
    these, chance included. ``share_unknown`` is the part of one world's variance that is not
    chance; ``detectable`` whether the sets differ by more than chance.
    """

    value: float
    chance: Interval
    unknown: float
    unknown_low: float
    unknown_high: float
    interval: Interval
    share_unknown: float
    detectable: bool
    sets: int
    worlds: int


def parts(
    values: npt.ArrayLike,
    sets: npt.ArrayLike,
    chance: Interval,
    least: float = -math.inf,
    most: float = math.inf,
) -> Parts:
    """Return the parts of a measure's mean, which lies between ``least`` and ``most``.

    ``values`` holds a number per world, ``sets`` the set each world was lived under, ``chance`` the
    interval of the mean. Limits are those of the F ratio for groups of equal size (Burdick &
    Graybill 1992), near enough for others, with degrees of freedom that allow for rare events
    (`_freedom`). Raises RunError for fewer than two sets, or where no set has two worlds.
    """
    found, row = np.asarray(values, dtype=float), np.asarray(sets)
    names, group = np.unique(row, return_inverse=True)
    sizes = np.bincount(group)
    k, n = len(names), len(found)
    if k < 2 or n <= k:
        raise RunError(
            f"{n} worlds under {k} parameter sets cannot tell chance from what is not known; "
            "live through more worlds than there are sets, under two sets or more"
        )
    means = np.bincount(group, found) / sizes
    value = float(found.mean())
    within = float(((found - means[group]) ** 2).sum()) / (n - k)
    between = float((sizes * (means - value) ** 2).sum()) / (k - 1)
    size = (n - float((sizes**2).sum()) / n) / (k - 1)
    free = _freedom(found - value, sizes)
    low, middle, wary, high = _limits(between, within, size, free * (k - 1), free * (n - k))
    reach = float(special.stdtrit(k - 1, 1 - TAIL)) * math.sqrt(wary)
    reach *= math.sqrt(1 + float((sizes**2).sum()) / n**2)
    interval = Interval(
        max(least, value - math.hypot(value - chance.low, reach)),
        min(most, value + math.hypot(chance.high - value, reach)),
        METHOD,
    )
    return Parts(
        value=value,
        chance=chance,
        unknown=math.sqrt(middle),
        unknown_low=math.sqrt(low),
        unknown_high=math.sqrt(high),
        interval=interval,
        share_unknown=middle / (middle + within) if middle + within > 0 else 0.0,
        detectable=low > 0,
        sets=k,
        worlds=n,
    )


def _limits(
    between: float, within: float, size: float, above: float, below: float
) -> tuple[float, float, float, float]:
    """Return the variance over sets: lower limit, estimate, wary value, upper limit; none below 0.

    ``between`` and ``within`` are mean squares with ``above`` and ``below`` degrees of freedom.
    """
    if within == 0:
        return (between / size,) * 4
    ratio, most = between / within, between + within

    def at(f: float) -> float:
        return max(0.0, within / size * (ratio / f - 1)) if f > 0 else most

    upper, wary, lower = (
        float(special.fdtri(above, below, chance)) for chance in (1 - TAIL, CAUTION, TAIL)
    )
    low, middle = at(upper), at(1.0)
    cautious = max(middle, min(at(wary), most))
    return low, middle, cautious, max(cautious, min(at(lower), most))


_FEWEST = 4
"""Worlds the moments of a permutation need."""


def _freedom(y: npt.NDArray[np.float64], sizes: npt.NDArray[np.int64]) -> float:
    """Return the factor of the F test's degrees of freedom that makes it right for rare events.

    Box & Andersen 1955 (Journal of the Royal Statistical Society B 17:1): the share of the squares
    that lies between groups is given the variance it has over all permutations of the values, here
    exactly, from the moments of sampling without replacement. Near 1 for common outcomes, less for
    rare ones. ``y`` are deviations from the mean, ``sizes`` those of the groups.
    """
    n, t = len(y), len(sizes) - 1
    squares, fourths = float((y**2).sum()), float((y**4).sum())
    if squares == 0 or n < _FEWEST:
        return 1.0
    d = float((sizes * (1 / sizes - 1 / n) ** 2).sum())
    kurtosis = fourths / squares**2
    pairs = n * (n - 1)
    triples, fours = pairs * (n - 2), pairs * (n - 2) * (n - 3)
    second = (
        d * kurtosis / n
        + 4 * d * kurtosis / pairs
        + (t * t + 2 * t - 3 * d) * (1 - kurtosis) / pairs
        + (12 * d - 2 * t * t - 4 * t) * (2 * kurtosis - 1) / triples
        + (t * t + 2 * t - 6 * d) * (3 - 6 * kurtosis) / fours
    )
    spread = second - (t / (n - 1)) ** 2
    if spread <= 0:
        return 1.0
    factor = (2 * t * (n - 1 - t) / ((n - 1) ** 2 * spread) - 2) / (n - 1)
    return max(factor, 1 / n)
