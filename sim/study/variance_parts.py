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


@dataclass(frozen=True)
class Parts:
    """A mean over worlds with its two uncertainties.

    ``chance`` is the 95 % interval of the mean over worlds. ``unknown`` is the standard deviation
    of the true mean from set to set, with 95 % limits. ``interval`` covers the mean of a set like
    these, chance included. ``share_unknown`` is the part of one world's variance that is not
    chance; ``detectable`` whether the sets differ by more than chance (F test, 5 %).
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


def parts(values: npt.ArrayLike, sets: npt.ArrayLike, chance: Interval) -> Parts:
    """Return the parts of a measure's mean.

    ``values`` holds a number per world, ``sets`` the set each world was lived under, ``chance`` the
    interval of the mean. The limits of ``unknown`` are those of balanced groups of normal values
    (Burdick & Graybill 1992), near enough for groups of unequal size. Raises RunError for fewer
    than two sets, or where no set has two worlds.
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
    low, middle, high = _limits(between, within, size, k, n)
    unknown = math.sqrt(middle)
    reach = float(special.stdtrit(k - 1, 1 - TAIL)) * unknown
    reach *= math.sqrt(1 + float((sizes**2).sum()) / n**2)
    interval = Interval(
        value - math.hypot(value - chance.low, reach),
        value + math.hypot(chance.high - value, reach),
        METHOD,
    )
    return Parts(
        value=value,
        chance=chance,
        unknown=unknown,
        unknown_low=math.sqrt(low),
        unknown_high=math.sqrt(high),
        interval=interval,
        share_unknown=middle / (middle + within) if middle + within > 0 else 0.0,
        detectable=low > 0,
        sets=k,
        worlds=n,
    )


def _limits(
    between: float, within: float, size: float, k: int, n: int
) -> tuple[float, float, float]:
    """Return the variance over sets with its lower and upper limit, none below zero.

    ``between`` and ``within`` are mean squares with k - 1 and n - k degrees of freedom.
    """
    if within == 0:
        return (between / size,) * 3
    ratio = between / within
    upper = float(special.fdtri(k - 1, n - k, 1 - TAIL))
    lower = float(special.fdtri(k - 1, n - k, TAIL))
    low, middle, high = (within / size * (ratio / f - 1) for f in (upper, 1.0, lower))
    return max(0.0, low), max(0.0, middle), max(0.0, high)
