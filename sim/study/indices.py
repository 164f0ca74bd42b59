"""Morris effects and Sobol indices, by SALib: designs in the unit cube, and what outcomes tell.

Morris (1991, Technometrics 33:161) moves one factor at a time along random paths and looks at the
change of the outcome; the mean of its absolute size (Campolongo et al. 2007, Environmental
Modelling & Software 22:1509) ranks factors with few runs. Sobol's indices share the variance of the
outcome out among the factors: the first-order index is what a factor explains by itself, the total
index what it has a part in (Saltelli et al. 2010, Computer Physics Communications 181:259).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.errors import RunError

EXTRA: Final = "analysis"
LEVELS: Final = 4
"""Levels of a factor in Morris's paths."""
STEP: Final = LEVELS / (2 * (LEVELS - 1))
"""Share of the range by which a path moves a factor."""

_RESAMPLES: Final = 1000
_CONFIDENCE: Final = 0.95

Design = npt.NDArray[np.float64]
"""Points by factors, as shares of the factors' ranges."""


class Effect(NamedTuple):
    """Morris's measures of one factor: mean effect, mean size and spread over the range.

    An effect is the change of the outcome per range of the factor. ``low`` and ``high`` are the
    95 % limits of ``size``, by bootstrap over the paths.
    """

    name: str
    mean: float
    size: float
    spread: float
    low: float
    high: float


class Index(NamedTuple):
    """Sobol's indices of one factor with 95 % limits, by bootstrap over the base samples."""

    name: str
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float


def needed(module: str) -> Any:
    """Return a module of the extra for these studies; raises RunError if it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about optional parts that are not needed here
            return import_module(module)
    except ImportError as error:
        raise RunError(
            f"this study needs {error.name or module}, which is not installed; install what it "
            f'needs with: python -m pip install "deconflict[{EXTRA}]"'
        ) from None


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def paths(names: Sequence[str], trajectories: int, seed: int) -> Design:
    """Return Morris's design: ``trajectories`` paths of one point more than there are factors."""
    sample = needed("SALib.sample.morris")
    found: Design = sample.sample(_problem(names), trajectories, num_levels=LEVELS, seed=seed)
    return found


def effects(
    names: Sequence[str], design: Design, outcome: npt.ArrayLike, seed: int
) -> tuple[Effect, ...]:
    """Return each factor's effects on an outcome with one number per point of the design."""
    analyze = needed("SALib.analyze.morris")
    found = analyze.analyze(
        _problem(names), design, np.asarray(outcome, dtype=float), num_levels=LEVELS,
        num_resamples=_RESAMPLES, conf_level=_CONFIDENCE, seed=seed,
    )  # fmt: skip
    columns = (found[key] for key in ("mu", "mu_star", "sigma", "mu_star_conf"))
    return tuple(
        Effect(name, float(mu), float(size), float(sigma), max(0.0, float(size - half)),
               float(size + half))
        for name, mu, size, sigma, half in zip(names, *columns, strict=True)
    )  # fmt: skip


def base_samples(names: Sequence[str], samples: int, seed: int) -> Design:
    """Return Saltelli's design: ``samples`` times two points more than there are factors."""
    sample = needed("SALib.sample.sobol")
    found: Design = sample.sample(_problem(names), samples, calc_second_order=False, seed=seed)
    return found


def indices(names: Sequence[str], outcome: npt.ArrayLike, seed: int) -> tuple[Index, ...]:
    """Return each factor's indices of an outcome with one number per point of ``base_samples``.

    Empty where the outcome is the same at every point: there is nothing to share out.
    """
    analyze = needed("SALib.analyze.sobol")
    values = np.asarray(outcome, dtype=float)
    if float(np.ptp(values)) == 0:
        return ()
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a resample may hold one value alone
        found = analyze.analyze(
            _problem(names), values, calc_second_order=False, num_resamples=_RESAMPLES,
            conf_level=_CONFIDENCE, seed=seed + 1,
        )  # fmt: skip
    columns = (found[key] for key in ("S1", "S1_conf", "ST", "ST_conf"))
    return tuple(
        Index(name, *(float(x) for x in (s1, s1 - c1, s1 + c1, st, max(0.0, st - ct), st + ct)))
        for name, s1, c1, st, ct in zip(names, *columns, strict=True)
    )


def latin(names: Sequence[str], points: int, seed: int) -> Design:
    """Return a Latin hypercube: each factor's range in as many equal parts as there are points."""
    sample = needed("SALib.sample.latin")
    found: Design = sample.sample(_problem(names), points, seed=seed)
    return found
