"""A sweep: how the comparison moves with one or two levers, in the same worlds at every point.

Every point is the scenario with other values at the levers' paths, and its comparison is the very
one that ``compare`` makes of it: the same seed, the same worlds, the same luck. Points on the same
ground share their traffic, and an arm that a lever leaves alone is lived through once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from sim.crisis import Plan, plan
from sim.errors import DeconflictError, Problem, RunError, ScenarioError
from sim.records import rounded
from sim.scenario import Scenario, content_hash, varied
from sim.scenario.channels import REFERENCE
from sim.scenario.levers import (
    Lever,
    base_number,
    base_value,
    bounds,
    lever,
    lever_of,
    meaning,
    value_text,
    written,
)
from sim.scenario.nearest import suggestion
from sim.study import folder as results
from sim.study.comparison import Comparison, check_given, chosen_arms
from sim.study.ensemble import CHUNK, Chunk, Failure, Field, Gathered, Job, Known, Lived, gathered
from sim.study.interrupts import Interrupts
from sim.study.measures import MEASURES, THRESHOLDS, Row
from sim.study.plain import plain
from sim.world import World, build, ground, prepare

POINTS: Final = "points.parquet"
SWEEP: Final = "sweep.json"
MOST_POINTS: Final = 400
MOST_LEVERS: Final = 2

Vary = Mapping[str, str | Sequence[Any]] | Sequence[str] | str
"""Levers as paths with their values, or as texts such as ``parameters.heed=0.2..0.8:4``."""


def levers_of(vary: Vary) -> tuple[Lever, ...]:
    """Return the one or two levers that were asked for; raises RunError."""
    if isinstance(vary, Mapping):
        found = tuple(lever_of(path, values) for path, values in vary.items())
    else:
        found = tuple(lever(text) for text in ([vary] if isinstance(vary, str) else vary))
    if not 1 <= len(found) <= MOST_LEVERS:
        raise RunError(
            f"--vary: a sweep moves one or two levers (got {len(found)}); give --vary PATH=a..b "
            f"once or twice"
        )
    if len(found) == MOST_LEVERS:
        one, other = (f"{each.path}." for each in found)
        if one.startswith(other) or other.startswith(one):
            raise RunError(f"--vary {found[1].path}: lies on the path of the other lever")
    points = len(tuple(product(*(each.values for each in found))))
    if points > MOST_POINTS:
        raise RunError(f"--vary: {points} points are more than {MOST_POINTS}; give fewer values")
    return found


def chosen_measures(measures: str | Sequence[str] | None, given: str | None) -> tuple[str, ...]:
    """Return the measures to follow: by default whether each rung is reached; raises RunError."""
    if measures is None:
        return tuple(f"{'given_' if given else ''}reached_{k}" for k in THRESHOLDS)
    names = measures.split(",") if isinstance(measures, str) else measures
    found = tuple(dict.fromkeys(name.strip() for name in names))
    for name in found:
        if name not in MEASURES:
            raise RunError(f'--measure: there is no measure "{name}". {suggestion(name, MEASURES)}')
    return found


class Spot(NamedTuple):
    """Where a sweep looks: the levers' values, what they change, and the scenario that makes."""

    values: tuple[Any, ...]
    changes: dict[str, Any]
    scenario: Scenario


def spots(scenario: Scenario, levers: Sequence[Lever]) -> tuple[Spot, ...]:
    """Return every point of a sweep, the last lever moving fastest.

    Raises ScenarioError with every problem of every point, each once.
    """
    found: list[Spot] = []
    wrong: dict[Problem, None] = {}
    for values in product(*(each.values for each in levers)):
        changes = {
            each.path: written(scenario, each, value)
            for each, value in zip(levers, values, strict=True)
        }
        try:
            found.append(Spot(values, changes, varied(scenario, changes)))
        except ScenarioError as error:
            wrong |= dict.fromkeys(error.problems)
    if wrong:
        raise ScenarioError(wrong)
    return tuple(found)


# Living through the worlds.


def _at(point: int, arm: str) -> str:
    """Return what the rows of one arm at one point go by."""
    return f"{point}|{arm}"


class SweepJob(NamedTuple):
    """What a sweep asks of every world: to be lived through at every point."""

    scenarios: tuple[Scenario, ...]
    seed: int
    arms_compared: tuple[str, ...]
    given: str | None
    columns: tuple[str, ...]
    keep_records: bool = False

    @property
    def arms(self) -> tuple[str, ...]:
        """What the rows of every arm at every point go by."""
        points = range(len(self.scenarios))
        return tuple(_at(point, arm) for point in points for arm in self.arms_compared)

    @property
    def chunk(self) -> int:
        """How many worlds are handed out at a time: as many as keep a task short."""
        return max(1, CHUNK // len(self.scenarios))

    def ready(self) -> Fields:
        """Return it made ready."""
        return Fields(self)


class Fields:
    """The fields of all points, to live through one world after another at every point."""

    def __init__(self, job: SweepJob) -> None:
        self.job = job
        self.fields: list[Field] = []
        self._grounds = [ground(scenario) for scenario in job.scenarios]
        for scenario, on in zip(job.scenarios, self._grounds, strict=True):
            field = Field(
                Job(scenario, job.seed, job.arms_compared, job.given, columns=job.columns)
            )
            field.names = alike(scenario, field.plans, on)
            self.fields.append(field)

    def world(self, number: int) -> Lived:
        """Live through one world at every point."""
        worlds: dict[str, World] = {}
        known: dict[str, Known] = {}
        rows: dict[str, Row] = {}
        for point, (field, on) in enumerate(zip(self.fields, self._grounds, strict=True)):
            if on not in worlds:
                worlds[on] = build(field.theatre, self.job.seed, number)
            world = worlds[on].told_of(field.theatre)
            for arm, row in field.lived(world, known)[0].items():
                rows[_at(point, arm)] = row
        return rows, {}


def alike(scenario: Scenario, plans: Sequence[Plan], on: str) -> tuple[str, ...]:
    """Return a name for each plan, the same where a world cannot but go the same way.

    A history follows from its ground, the scenario's own parameters and channel names, the arm's
    channels and parameters, and those of the reference, under which the warm-up is lived through.
    """
    base = scenario.parameters.model_dump_json() + "|".join(sorted(scenario.channels))
    says = {each.name: _says(each.scenario) for each in plans}
    before = sha256("\n".join((on, base, says[REFERENCE])).encode())
    names = []
    for each in plans:
        digest = before.copy()
        digest.update(f"\n{each.name == REFERENCE}\n{says[each.name]}".encode())
        names.append(digest.hexdigest())
    return tuple(names)


def _says(arm: Scenario) -> str:
    """Return an arm's channels and parameters as text."""
    channels = "\n".join(
        f"{name} {channel.model_dump_json()}" for name, channel in sorted(arm.channels.items())
    )
    return f"{arm.parameters.model_dump_json()}\n{channels}"


# What is found.


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


# Running.


def sweep(
    scenario: Scenario,
    vary: Vary,
    *,
    worlds: int = 400,
    seed: int = 1,
    arms: str | Sequence[str] | None = None,
    given: str | None = None,
    measures: str | Sequence[str] | None = None,
    workers: int = 1,
    out: str | Path | None = None,
    force: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Sweep:
    """Compare arms at every value of one lever, or every pair of values of two.

    Every point lives through the same worlds. With ``out`` the table of points, what was swept
    and a manifest are written into that folder, as ``compare`` does. An interrupt ends the run
    early, with the same worlds at every point. Raises ScenarioError for a value that is refused,
    before anything runs, RunError for what cannot be run and ResultsError for what cannot be
    written.
    """
    if worlds < 1:
        raise RunError(f"worlds: must be at least 1 (got {worlds})")
    found = asked(scenario, vary, worlds, seed, arms, given, measures)
    job = SweepJob(
        tuple(point.scenario for point in found.points), seed, found.arms, given, found.measures
    )
    stop = Interrupts()
    with stop.counted():
        folder = None
        if out is not None:
            told = results.manifest(scenario, found.arms, seed, worlds, given, workers)
            told["sweep"] = [{"path": each.path, "values": each.values} for each in found.levers]
            told["measures"] = found.measures
            claimed = results.claim(Path(out), force)
            folder = results.ResultFolder(claimed, plain(told), table=POINTS, summary=SWEEP)
        lived = gathered(job, worlds, workers, _counting(progress), stop)
        found = _filled(found, lived)
        if folder is not None:
            _keep(folder, found, lived.trouble)
    if lived.trouble is not None:
        raise lived.trouble
    if found.complete and stop.asked:  # what was asked for stands, but no more shall follow
        raise KeyboardInterrupt
    return found


def asked(
    scenario: Scenario, vary: Vary, worlds: int, seed: int,
    arms: str | Sequence[str] | None, given: str | None, measures: str | Sequence[str] | None,
) -> Sweep:  # fmt: skip
    """Return a sweep that is yet without worlds, after everything about it has been looked at."""
    levers = levers_of(vary)
    names = chosen_arms(scenario, arms)
    check_given(scenario, given)
    wanted = chosen_measures(measures, given)
    found = spots(scenario, levers)
    looked: dict[str, None] = {}
    plans: list[tuple[str, ...]] = []
    for spot in found:
        on = ground(spot.scenario)
        if on not in looked:
            check_given(spot.scenario, given)
            looked[on] = None
        theatre = prepare(spot.scenario)
        plans.append(alike(spot.scenario, [plan(theatre, name) for name in names], on))
    _check_moves(levers, names, plans)
    unmoved = tuple(name for at, name in enumerate(names) if len({each[at] for each in plans}) == 1)
    empty = results.histories_table(names, [], wanted)
    points = tuple(
        Point(spot.scenario, names, seed, worlds, given, empty, (), False, spot.values,
              spot.changes)
        for spot in found
    )  # fmt: skip
    return Sweep(
        scenario, levers, names, seed, worlds, given, wanted, points, unmoved, (), False
    )  # fmt: skip


def _check_moves(
    levers: Sequence[Lever], arms: Sequence[str], plans: Sequence[tuple[str, ...]]
) -> None:
    """Raise RunError for a lever that no arm compared depends on."""
    counts = [len(each.values) for each in levers]
    places = list(product(*(range(count) for count in counts)))
    by_place = dict(zip(places, plans, strict=True))
    for row, each in enumerate(levers):
        first = {place: by_place[(*place[:row], 0, *place[row + 1 :])] for place in places}
        if all(by_place[place] == first[place] for place in places):
            raise RunError(
                f"--vary {each.path}: none of the arms compared depends on it "
                f"({', '.join(arms)}), for each sets it itself or lacks it; name one with --arms "
                f"that does"
            )


def _counting(progress: Callable[[int], None] | None) -> Callable[[Chunk], None]:
    """Return what is to be done with a chunk as it comes."""

    def done(chunk: Chunk) -> None:
        if progress is not None:
            progress(chunk.count)

    return done


def _filled(found: Sweep, lived: Gathered) -> Sweep:
    """Return a sweep with the worlds that were lived through."""
    points = []
    for number, point in enumerate(found.points):
        chunks = [
            Chunk(
                chunk.first, chunk.worlds,
                {arm: chunk.columns[_at(number, arm)] for arm in found.arms},
            )
            for chunk in lived.chunks
        ]  # fmt: skip
        table = results.histories_table(found.arms, chunks, found.measures)
        points.append(
            Point(
                point.scenario, point.arms, point.seed, point.asked, point.given, table,
                lived.failures, lived.complete, point.values, point.changes,
            )
        )  # fmt: skip
    return Sweep(
        found.scenario, found.levers, found.arms, found.seed, found.asked, found.given,
        found.measures, tuple(points), found.unmoved, lived.failures, lived.complete,
    )  # fmt: skip


def _keep(folder: results.ResultFolder, found: Sweep, trouble: DeconflictError | None) -> None:
    """Write what a sweep has found into its folder; without a world there is only the manifest."""
    reason = None
    if trouble is not None or not found.complete:
        reason = str(trouble or "interrupted")
    table = found.table() if found.worlds else pa.table({})
    summary = found.summary() if found.worlds else None
    folder.finish(table, found.worlds, summary, found.failures, reason)
