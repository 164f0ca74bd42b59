"""A sweep: how the comparison moves with one or two levers, in the same worlds at every point.

Every point is the scenario with other values at the levers' paths, and its comparison is the very
one that ``compare`` makes of it: the same seed, the same worlds, the same luck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa

from sim.crisis import Plan, plan
from sim.errors import DeconflictError, Problem, RunError, ScenarioError
from sim.scenario import Scenario, varied
from sim.scenario.channels import REFERENCE
from sim.scenario.lever_facts import written
from sim.scenario.levers import Lever, lever, lever_of
from sim.scenario.nearest import suggestion
from sim.study import folder as results
from sim.study.asked import check_given, chosen_arms
from sim.study.ensemble import Chunk
from sim.study.interrupts import Interrupts
from sim.study.measures import MEASURES, THRESHOLDS
from sim.study.plain import plain
from sim.study.points import Place, PointsJob, at
from sim.study.rows import Rows
from sim.study.running import Gathered, Hands, gathered
from sim.study.swept import Point, Sweep
from sim.world import ground, prepare

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
    points = prod(len(each.values) for each in found)
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


def sweep(
    scenario: Scenario,
    vary: Vary,
    *,
    worlds: int = 400,
    seed: int = 1,
    arms: str | Sequence[str] | None = None,
    given: str | None = None,
    measures: str | Sequence[str] | None = None,
    workers: Hands = 1,
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
    places = tuple(Place(tuple(point.changes.items())) for point in found.points)
    job = PointsJob(scenario, seed, found.arms, given, places, found.measures, worlds)
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
        plans.append(_standing(spot.scenario, [plan(theatre, name) for name in names], on))
    _check_moves(levers, names, plans)
    unmoved = tuple(name for at, name in enumerate(names) if len({each[at] for each in plans}) == 1)
    empty = Rows(results.histories_table(names, [], wanted), names)
    points = tuple(
        Point(spot.scenario, names, seed, worlds, given, empty, (), False, spot.values,
              spot.changes)
        for spot in found
    )  # fmt: skip
    return Sweep(
        scenario, levers, names, seed, worlds, given, wanted, points, unmoved, (), False
    )  # fmt: skip


def _standing(scenario: Scenario, plans: Sequence[Plan], on: str) -> tuple[str, ...]:
    """Return all that each arm's histories may follow from, as text.

    That is its ground, the scenario's own parameters and channel names, the arm's channels and
    parameters, and those of the reference, under which the warm-up is lived through.
    """
    says = {each.name: _says(each.scenario) for each in plans}
    base = scenario.parameters.model_dump_json(), *sorted(scenario.channels), says[REFERENCE]
    return tuple("\n".join((on, *base, says[each.name])) for each in plans)


def _says(arm: Scenario) -> str:
    """Return an arm's channels and parameters as text."""
    channels = (
        f"{name} {channel.model_dump_json()}" for name, channel in sorted(arm.channels.items())
    )
    return "\n".join((arm.parameters.model_dump_json(), *channels))


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
                {arm: chunk.columns[at(number, arm)] for arm in found.arms},
            )
            for chunk in lived.chunks
        ]  # fmt: skip
        table = results.histories_table(found.arms, chunks, found.measures)
        points.append(
            Point(
                point.scenario, point.arms, point.seed, point.asked, point.given,
                Rows(table, found.arms),
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
