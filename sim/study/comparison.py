"""A comparison: what many worlds say about each arm, and about each arm against the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from sim.scenario import Scenario, arm_title
from sim.scenario.channels import REFERENCE
from sim.scenario.quantities import YEAR
from sim.study import folder as results
from sim.study.ensemble import SET_COLUMN, Failure
from sim.study.estimates import (
    Difference,
    Estimate,
    Survival,
    ThresholdShares,
    mean_estimate,
    paired_difference,
    peak_table,
    survival,
    threshold_shares,
)
from sim.study.measures import HOUR, THRESHOLDS, TYPICAL
from sim.study.parameter_sets import ParameterSet, applied, set_of
from sim.study.plain import plain
from sim.study.rows import Rows
from sim.study.until import Until
from sim.study.variance_parts import Parts, parts

PRIMARY: Final = (
    "crises", "inadvertent", "crises_accident", "crises_assertive", "crises_hostile",
    "crises_not_theirs", "crises_inject", "own_crises", "own_inadvertent",
)  # fmt: skip
COUNTED: Final = (
    "recorded", "serious", "high_risk", "separated", "incidents", "incidents_accident",
    "incidents_assertive", "incidents_hostile", "incidents_not_theirs", "cases",
    "misread_hostile", "misread_mild", "acts_display", "acts_limited_force", "acts_major_force",
    "exchange", "hours_3", "hours_4", "calls", "calls_through", "messages_in_time",
    "messages_late", "calls_halt", "calls_incident", "calls_concern", "calls_unanswered",
    "calls_down", "calls_unfinished", "line_calls", "line_through", "line_wait_ms", "stopped",
    "backfired", "notices", "tests", "tests_answered", "spared", "inadvertent_3", "inadvertent_4",
    "inadvertent_5", "inadvertent_6", "own_reached_3", "own_reached_4", "own_reached_5",
    "own_reached_6", "hours_1", "hours_2", "hours_5", "hours_6", "tension",
    "credibility_0", "credibility_1", "averted", "caused", "moved",
)  # fmt: skip


def prefix_of(given: str | None) -> str:
    """Return what the measures of the question begin with: the period's, or the incident's."""
    return "given_" if given else ""


@dataclass(frozen=True)
class Rate:
    """A rate per year with its interval."""

    value: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, eq=False)
class Comparison:
    """Rows of measures for every world and arm, and the estimates drawn from them.

    ``rows`` are those of ``histories.parquet``, read from there where there is a result folder, so
    that a comparison of many worlds does not fill the memory. ``complete`` is False when the
    run was interrupted; the estimates then cover the worlds that were finished. ``until`` is what
    was to be known well enough, if that was asked; ``asked`` is how many worlds that took, or, if
    they were not enough, how many there were to be.
    """

    scenario: Scenario
    arms: tuple[str, ...]
    seed: int
    asked: int
    given: str | None
    rows: Rows
    failures: tuple[Failure, ...]
    complete: bool
    sets: tuple[ParameterSet, ...] = field(default=(), kw_only=True)
    until: Until | None = field(default=None, kw_only=True)

    reference = REFERENCE

    @property
    def histories(self) -> pa.Table:
        """The tidy table of one row per world and arm, all of it in memory."""
        return self.rows.table

    @property
    def columns(self) -> Mapping[str, Mapping[str, np.ndarray]]:
        """Each arm's measures, as arrays over the worlds."""
        return {arm: self.rows.of_arm(arm) for arm in self.arms}

    @cached_property
    def worlds(self) -> int:
        """How many worlds the estimates cover."""
        return int(self.column(self.reference, "world").size)

    @property
    def others(self) -> tuple[str, ...]:
        """The arms that are compared with the reference."""
        return tuple(arm for arm in self.arms if arm != self.reference)

    @property
    def days(self) -> float:
        """Length of the period in days."""
        return self.scenario.duration / 86_400_000

    def title(self, arm: str) -> str:
        """Return an arm's title."""
        return arm_title(self.scenario, arm)

    def column(self, arm: str, measure: str) -> np.ndarray:
        """Return one measure of one arm over the worlds."""
        return self.columns[arm][measure]

    def mean(self, arm: str, measure: str) -> Estimate:
        """Return the mean of a measure per world, with its 95 % interval."""
        return mean_estimate(self.column(arm, measure), unit=self._unit(measure))

    def difference(self, arm: str, measure: str) -> Difference:
        """Return the paired difference of a measure against the reference."""
        return paired_difference(
            self.column(self.reference, measure),
            self.column(arm, measure),
            unit=self._unit(measure),
        )

    def _unit(self, measure: str) -> float | None:
        """Return the size one event usually has: hours at a rung come a quiet time at once."""
        if measure.startswith("hours_"):
            return self.scenario.parameters.quiet / HOUR
        return TYPICAL.get(measure)

    def risk(self, arm: str, threshold: int) -> Estimate:
        """Return the share of worlds in which a rung is reached."""
        return self.mean(arm, f"{self.prefix}reached_{threshold}")

    def risk_difference(self, arm: str, threshold: int) -> Difference:
        """Return the paired difference of that share against the reference."""
        return self.difference(arm, f"{self.prefix}reached_{threshold}")

    def risk_parts(self, arm: str, threshold: int) -> Parts:
        """Return that share with chance and what we do not know apart."""
        measure = f"{self.prefix}reached_{threshold}"
        chance = self.risk(arm, threshold).interval
        return parts(self.column(arm, measure), self._lived_under, chance, 0.0, 1.0)

    def risk_difference_parts(self, arm: str, threshold: int) -> Parts:
        """Return the paired difference of that share with the two apart."""
        measure = f"{self.prefix}reached_{threshold}"
        change = self.column(arm, measure) - self.column(self.reference, measure)
        chance = self.risk_difference(arm, threshold).interval
        return parts(change, self._lived_under, chance, -1.0, 1.0)

    @property
    def _lived_under(self) -> np.ndarray:
        """The number of each world's parameter set."""
        return self.column(self.reference, SET_COLUMN)

    @property
    def tells_parts(self) -> bool:
        """Whether there are worlds enough under several sets to tell the parts apart."""
        found = np.unique(self._lived_under).size if self.sets else 0
        return 2 <= found < self.worlds

    def scenario_of(self, world: int) -> Scenario:
        """Return the scenario a world was lived under: the comparison's, or one of its sets'."""
        if not self.sets:
            return self.scenario
        return applied(self.scenario, self.sets[set_of(self.seed, world, len(self.sets))])

    def shares(self, arm: str, threshold: int) -> ThresholdShares:
        """Return the shares of worlds helped, unchanged and harmed at a rung, with bounds."""
        measure = f"{self.prefix}reached_{threshold}"
        return threshold_shares(
            self.column(self.reference, measure) > 0, self.column(arm, measure) > 0
        )

    def peak_table(self, arm: str) -> np.ndarray:
        """Return counts of worlds by peak rung without the line (rows) and under an arm."""
        measure = f"{self.prefix}peak"
        return peak_table(self.column(self.reference, measure), self.column(arm, measure))

    def survival(self, arm: str, threshold: int) -> Survival:
        """Return the curve of the time to a rung, in milliseconds, censored at the period's end."""
        times = self.column(arm, f"time_{threshold}").astype(float)
        period = float(self.scenario.duration)
        ends = np.full(times.size, period)
        reached = (times >= 0) & (times <= period)
        return survival(np.where(reached, times, np.nan), ends)

    @property
    def prefix(self) -> str:
        """What the measures of the question begin with: the period's, or the given incident's."""
        return prefix_of(self.given)

    def uninvited(self, arm: str, threshold: int) -> Difference:
        """Return the risk difference when absorbed hostile acts invite no more of them."""
        measure = f"uninvited_reached_{threshold}"
        return paired_difference(
            self.column(self.reference, measure),
            self.column(arm, measure),
            unit=self._unit(measure),
        )

    def given_acts(self, arm: str) -> np.ndarray:
        """Return how often each act answered the given incident, by act."""
        acts = self.column(arm, "given_act")
        counts: np.ndarray = np.bincount(acts[acts >= 0].astype(int), minlength=7)
        return counts

    def per_year(self, arm: str, measure: str) -> Rate:
        """Return a count's mean per year of the period, with its 95 % interval."""
        mean, years = self.mean(arm, measure), self.scenario.duration / YEAR
        ends = mean.interval
        return Rate(mean.value / years, ends.low / years, ends.high / years, ends.method)

    def risk_rows(self) -> list[dict[str, Any]]:
        """Return the risks and paired differences as a tidy list, one row per arm and rung."""
        rows = []
        for arm in self.arms:
            for k in THRESHOLDS:
                risk, change = self.risk(arm, k), self.risk_difference(arm, k)
                rows.append(
                    {
                        "arm": arm,
                        "rung": k,
                        "risk": risk.value,
                        "low": risk.interval.low,
                        "high": risk.interval.high,
                        "difference": change.value,
                        "difference_low": change.interval.low,
                        "difference_high": change.interval.high,
                        "helped": change.helped.events,
                        "unchanged": change.unchanged.events,
                        "harmed": change.harmed.events,
                    }
                )
        return rows

    def summary(self) -> dict[str, Any]:
        """Return every estimate as plain values, reals with nine digits."""
        arms = {arm: self._arm(arm) for arm in self.arms}
        pairs = {arm: self._pair(arm) for arm in self.others}
        found: dict[str, Any] = plain(
            {
                "format": results.FORMAT,
                "scenario": self.scenario.scenario,
                "question": self.scenario.question,
                "given": self.given,
                "worlds": self.worlds,
                "complete": self.complete,
                "seed": self.seed,
                "days": self.days,
                "reference": self.reference,
                "arms": arms,
                "pairs": pairs,
                **({"uncertainty": self._uncertainty()} if self.sets else {}),
                **({"until": self.until.text} if self.until else {}),
            }
        )
        return found

    def _uncertainty(self) -> dict[str, Any]:
        """Return the two parts of every risk and difference, as far as they can be told apart."""
        if not self.tells_parts:
            return {"sets": len(self.sets)}
        return {
            "sets": len(self.sets),
            "risks": {a: {k: self.risk_parts(a, k) for k in THRESHOLDS} for a in self.arms},
            "differences": {
                a: {k: self.risk_difference_parts(a, k) for k in THRESHOLDS}
                for a in self.others
            },
        }  # fmt: skip

    def _arm(self, arm: str) -> dict[str, Any]:
        reached = {str(k): self.risk(arm, k) for k in THRESHOLDS}
        means = {name: self.mean(arm, name) for name in (*PRIMARY, *COUNTED)}
        found: dict[str, Any] = {"title": self.title(arm), "reached": reached, "means": means}
        found["per_year"] = {name: self.per_year(arm, name) for name in PRIMARY}
        if self.given:
            found["acts"] = self.given_acts(arm).tolist()
            for name in ("given_message", "given_misread"):
                found["means"][name] = self.mean(arm, name)
        return found

    def _change(self, arm: str, measure: str) -> dict[str, Any]:
        """Return a paired difference; helped and harmed are words for thresholds only."""
        found: dict[str, Any] = plain(self.difference(arm, measure))
        names = {"helped": "lower", "unchanged": "same", "harmed": "higher"}
        return {names.get(name, name): value for name, value in found.items()}

    def _pair(self, arm: str) -> dict[str, Any]:
        return {
            "reached": {str(k): self.risk_difference(arm, k) for k in THRESHOLDS},
            "shares": {str(k): self.shares(arm, k) for k in THRESHOLDS},
            "differences": {name: self._change(arm, name) for name in (*PRIMARY, *COUNTED)},
            "without_invitation": {str(k): self.uninvited(arm, k) for k in THRESHOLDS},
            "peaks": self.peak_table(arm).tolist(),
            "diverged": int((self.column(arm, "diverged_ms") >= 0).sum()),
        }
