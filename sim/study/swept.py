"""What a sweep found: the comparison at every point, as rows and as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from sim.records import rounded
from sim.scenario import Scenario, content_hash
from sim.scenario.channels import REFERENCE
from sim.scenario.lever_facts import base_number, base_value, bounds, meaning
from sim.scenario.levers import Lever, value_text
from sim.study import folder as results
from sim.study.comparison import Comparison
from sim.study.ensemble import Failure
from sim.study.plain import plain


@dataclass(frozen=True, eq=False)
class Point(Comparison):
    """The comparison at one point, of the measures that were followed.

    ``values`` are the levers' values in their order, ``changes`` what they write into the file.
    """

    values: tuple[Any, ...]
    changes: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Sweep:
    """The comparison at every point. ``shape`` counts each lever's values, the last fastest.

    ``unmoved`` are arms that no lever touches. ``complete`` is False when the run was interrupted;
    every point then covers the same worlds, fewer than were asked for.
    """

    scenario: Scenario
    levers: tuple[Lever, ...]
    arms: tuple[str, ...]
    seed: int
    asked: int
    given: str | None
    measures: tuple[str, ...]
    points: tuple[Point, ...]
    unmoved: tuple[str, ...]
    failures: tuple[Failure, ...]
    complete: bool

    reference = REFERENCE

    @property
    def others(self) -> tuple[str, ...]:
        """The arms that are compared with the reference."""
        return tuple(arm for arm in self.arms if arm != self.reference)

    @property
    def worlds(self) -> int:
        """How many worlds every point covers."""
        return self.points[0].worlds

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each lever has."""
        return tuple(len(each.values) for each in self.levers)

    def outside(self, lever: Lever) -> tuple[bool, ...]:
        """Return for each value of a lever whether it lies outside the catalogue's range."""
        limits = bounds(self.scenario, lever)
        if limits is None or lever.numbers is None:
            return (False,) * len(lever.values)
        return tuple(not limits.hold(number) for number in lever.numbers)

    def rows(self) -> list[dict[str, Any]]:
        """Return the estimates as a tidy list, one row per point, arm and measure.

        Shares are from 0 to 1. The columns of a lever carry its path; those of a quantity have a
        second one with its number, whose unit stands in brackets.
        """
        return [
            row for number, point in enumerate(self.points) for row in self._rows(number, point)
        ]

    def _rows(self, number: int, point: Point) -> Iterator[dict[str, Any]]:
        place = {"point": number} | self._place(point)
        for arm in self.others:
            for measure in self.measures:
                found = point.difference(arm, measure)
                estimates: dict[str, Any] = {}
                for name, part in (("reference", found.reference), ("risk", found.other)):
                    estimates[name] = part.value
                    estimates[f"{name}_low"] = part.interval.low
                    estimates[f"{name}_high"] = part.interval.high
                yield place | {"arm": arm, "measure": measure, "worlds": point.worlds} | {
                    name: rounded(value)
                    for name, value in (estimates | {
                        "difference": found.value,
                        "difference_low": found.interval.low,
                        "difference_high": found.interval.high,
                    }).items()
                } | {
                    "detectable": found.detectable,
                    "helped": found.helped.events,
                    "unchanged": found.unchanged.events,
                    "harmed": found.harmed.events,
                }  # fmt: skip

    def _place(self, point: Point) -> dict[str, Any]:
        """Return the columns that say where a point lies."""
        place: dict[str, Any] = {}
        for each, value in zip(self.levers, point.values, strict=True):
            plain_number = each.numbers is not None and each.unit is None
            place[each.path] = float(value) if plain_number else value_text(value)
            if each.numbers is not None and each.unit is not None:
                number = each.numbers[each.values.index(value)]
                place[f"{each.path} [{each.unit}]"] = number
        outside = [self.outside(each)[each.values.index(value)]
                   for each, value in zip(self.levers, point.values, strict=True)]  # fmt: skip
        place["outside_range"] = any(outside)
        return place

    def table(self) -> pa.Table:
        """Return the rows as a table."""
        return pa.Table.from_pylist(self.rows())

    def summary(self) -> dict[str, Any]:
        """Return what was swept, and which run it is, as plain values."""
        found: dict[str, Any] = plain(
            {
                "format": results.FORMAT,
                "scenario": self.scenario.scenario,
                "scenario_sha256": content_hash(self.scenario),
                "question": self.scenario.question,
                "given": self.given,
                "worlds": self.worlds if self.points else 0,
                "complete": self.complete,
                "seed": self.seed,
                "reference": self.reference,
                "arms": self.arms,
                "unmoved": self.unmoved,
                "measures": self.measures,
                "levers": [self._lever(each) for each in self.levers],
                "points": [
                    {"changes": p.changes, "scenario_sha256": content_hash(p.scenario)}
                    for p in self.points
                ],
            }
        )
        return found

    def _lever(self, each: Lever) -> dict[str, Any]:
        limits, base = bounds(self.scenario, each), base_number(self.scenario, each)
        return {
            "path": each.path,
            "meaning": meaning(self.scenario, each.path),
            "values": each.values,
            "numbers": each.numbers,
            "unit": each.unit,
            "spacing": each.spacing,
            "base": base if base is not None else _told(base_value(self.scenario, each.path)),
            "range": limits and [limits.low, limits.high],
            "outside_range": self.outside(each),
        }


def _told(value: Any) -> Any:
    """Return a value of a file if JSON holds it as it is, else None."""
    return value if isinstance(value, (str, bool, int, float)) else None
