"""A sensitivity study as its folder keeps it: every estimate, without the points it came from."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from sim.errors import ResultsError
from sim.scenario import Scenario, content_hash
from sim.study import folder as results
from sim.study.factors import Factor
from sim.study.indices import Effect, Index
from sim.study.intervals import Interval
from sim.study.points import THRESHOLDS
from sim.study.sensitivity import SENSITIVITY

BESIDE: Final = ("{}_sensitivity", "{}/sensitivity")
"""Where the study of a result folder is looked for, by the folder's own path."""


class Moved(NamedTuple):
    """A paired difference, or how far one moved, with its 95 % interval."""

    value: float
    interval: Interval


class KeptSwing(NamedTuple):
    """What a factor does by itself: by how much the paired difference moves at either end."""

    factor: Factor
    low: Moved
    high: Moved

    @property
    def span(self) -> float:
        """How far the difference moves between the two ends and the base."""
        ends = (self.low.value, 0.0, self.high.value)
        return max(ends) - min(ends)


@dataclass(frozen=True, eq=False)
class KeptSensitivity:
    """What carries the answer, as it was written down.

    Members mean what those of :class:`~sim.study.sensitivity.Sensitivity` mean.
    """

    folder: Path
    scenario: Scenario
    arm: str
    given: str | None
    seed: int
    worlds: int
    complete: bool
    factors: tuple[Factor, ...]
    effects: Mapping[str, tuple[Effect, ...]]
    indices: Mapping[str, tuple[Index, ...]]
    bases: tuple[Moved, ...]
    without_invitation: tuple[Moved, ...]
    noises: tuple[tuple[float, float, float], ...]
    all_swings: tuple[tuple[KeptSwing, ...], ...]
    ranges: tuple[tuple[float, float], ...]

    @property
    def days(self) -> float:
        """Length of the period in days."""
        return self.scenario.duration / 86_400_000

    def factor(self, name: str) -> Factor:
        """Return a factor by its name."""
        return next(factor for factor in self.factors if factor.name == name)

    def base(self, threshold: int) -> Moved:
        """Return the paired difference at the scenario's own values."""
        return self.bases[THRESHOLDS.index(threshold)]

    def uninvited(self, threshold: int) -> Moved:
        """Return it where absorbed hostile acts invite no more of them."""
        return self.without_invitation[THRESHOLDS.index(threshold)]

    def noise(self, threshold: int) -> tuple[float, float]:
        """Return a point's standard error and the spread of points, at a rung."""
        return self.noises[THRESHOLDS.index(threshold)][:2]

    def level(self, threshold: int) -> float:
        """Return the size that the effect of luck has in the mean, at a rung."""
        return self.noises[THRESHOLDS.index(threshold)][2]

    def swings(self, threshold: int) -> tuple[KeptSwing, ...]:
        """Return what each factor does by itself around the base, the widest first."""
        return self.all_swings[THRESHOLDS.index(threshold)]

    def other_worlds(self, threshold: int) -> tuple[float, float]:
        """Return the least and greatest base difference in other worlds, from that in these."""
        return self.ranges[THRESHOLDS.index(threshold)]


def beside(folder: Path, scenario: Scenario) -> KeptSensitivity | None:
    """Return the study that lies beside a result folder; None for one of another scenario, or none.

    Raises ResultsError for a study of this scenario that cannot be read.
    """
    for pattern in BESIDE:
        place = Path(pattern.format(folder))
        if (place / SENSITIVITY).is_file():
            told = results.read_manifest(place)
            if told.get("scenario_sha256") == content_hash(scenario):
                return read_sensitivity(place, scenario)
    return None


def read_sensitivity(folder: Path, scenario: Scenario) -> KeptSensitivity:
    """Return the sensitivity study in a folder.

    Raises ResultsError for a folder that holds none, or one of another scenario.
    """
    told = results.read_manifest(folder)
    file = folder / SENSITIVITY
    if told.get("scenario_sha256") != content_hash(scenario):
        raise ResultsError(
            f"{folder}: is a study of another scenario, or of another state of its file; make one "
            f"with: deconflict sensitivity FILE"
        )
    try:
        return _read(folder, scenario, json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ResultsError(
            f"{folder}: holds no {SENSITIVITY}; name a result folder of deconflict sensitivity"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise ResultsError(f"{file}: cannot be read ({error}); run the study again") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise ResultsError(f"{file}: lacks what it should hold ({error!r}); run the study again"
        ) from None  # fmt: skip


def _read(folder: Path, scenario: Scenario, found: Any) -> KeptSensitivity:
    factors = tuple(Factor(**row) for row in found["factors"])
    by_name = {factor.name: factor for factor in factors}
    rungs = [str(k) for k in THRESHOLDS]
    return KeptSensitivity(
        folder, scenario, str(found["arm"]), found["given"], int(found["seed"]),
        int(found["worlds"]), bool(found["complete"]), factors,
        {of: tuple(Effect(**_reals(row)) for row in rows) for of, rows in found["effects"].items()},
        {of: tuple(Index(**_reals(row)) for row in rows) for of, rows in found["indices"].items()},
        tuple(_difference(found["base"][k]) for k in rungs),
        tuple(_difference(found["without_invitation"][k]) for k in rungs),
        tuple(_noise(found["noise"][k]) for k in rungs),
        tuple(tuple(_swing(row, by_name) for row in found["swings"][k]) for k in rungs),
        tuple((float(low), float(high)) for low, high in (found["other_worlds"][k] for k in rungs)),
    )  # fmt: skip


def _reals(row: Any) -> dict[str, Any]:
    """Return a row with what JSON cannot hold as a number again."""
    return {name: math.nan if value is None else value for name, value in row.items()}


def _difference(row: Any) -> Moved:
    return Moved(float(row["value"]), Interval(**row["interval"]))


def _noise(row: Any) -> tuple[float, float, float]:
    error, spread, level = (
        math.nan if row[name] is None else float(row[name])
        for name in ("error_of_a_point", "spread_of_points", "mean_effect_of_luck")
    )
    return error, spread, level


def _swing(row: Any, factors: Mapping[str, Factor]) -> KeptSwing:
    low, high = (
        Moved(float(end["value"]), Interval(float(end["low"]), float(end["high"]), ""))
        for end in (row["at_low"], row["at_high"])
    )
    return KeptSwing(factors[row["factor"]], low, high)
