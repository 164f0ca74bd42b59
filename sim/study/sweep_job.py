"""Many points in one world: each lived through once, and only where something differs.

Points on the same ground share their traffic, which costs more than all else in a world, and an
arm that stands the same at two points is lived through at one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from sim.crisis import Plan
from sim.scenario import Scenario
from sim.scenario.channels import REFERENCE
from sim.study.ensemble import CHUNK, Field, Job, Known, Lived
from sim.study.measures import Row
from sim.world import World, build, ground


def at(point: int, arm: str) -> str:
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
        return tuple(at(point, arm) for point in points for arm in self.arms_compared)

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
                rows[at(point, arm)] = row
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
