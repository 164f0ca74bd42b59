"""Validation: the model with its base values against every figure of the public record."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import numpy as np

from sim.errors import RunError
from sim.study.ensemble import Chunk, Job
from sim.study.fit import Simulated, Verdict, months, simulated, verdict
from sim.study.interrupts import Interrupts
from sim.study.parameter_sets import ParameterSet
from sim.study.running import run
from sim.study.targets import (
    NOT_HOSTILE,
    PEACETIME,
    SETTINGS,
    Setting,
    Target,
    measured_in,
    needed,
)

WORLDS: Final = 1000
"""Worlds of the settings that need most; 17,000 world-months in all, and some minutes."""

_LEAST: Final = 2
_ENOUGH: Final = 30
"""Worlds below which the interval of a count that no world lacks says little."""


class Checked(NamedTuple):
    """One figure: what the record says, what the model does, and how they stand."""

    target: Target
    found: Simulated
    verdict: Verdict


class Lived(NamedTuple):
    """How much of a setting was lived through."""

    setting: Setting
    worlds: int
    months: float
    failures: int


class Validation(NamedTuple):
    """All figures, where they were measured, and the share of disputes that none of them fixes."""

    rows: tuple[Checked, ...]
    lived: tuple[Lived, ...]
    not_hostile: Simulated
    seed: int
    complete: bool

    @property
    def months(self) -> float:
        """World-months lived through, all settings together."""
        return math.fsum(each.months for each in self.lived)


def worlds_of(setting: Setting, worlds: int) -> int:
    """Return how many worlds of a setting are lived through."""
    return min(worlds, max(_ENOUGH, round(worlds * setting.worlds_share)))


def total_worlds(worlds: int) -> int:
    """Return how many worlds of all settings together are lived through."""
    return sum(worlds_of(setting, worlds) for setting in SETTINGS.values())


def validate(
    *,
    worlds: int = WORLDS,
    seed: int = 1,
    workers: int = 1,
    sets: tuple[ParameterSet, ...] = (),
    progress: Callable[[int], None] | None = None,
) -> Validation:
    """Live every setting through and hold it against the figures measured there.

    With ``sets`` each world is lived under one of them instead of the base values. An interrupt
    ends the run early: the settings finished by then are told, and the result is not complete;
    before the first it is raised on. Raises RunError for what cannot be run.
    """
    if worlds < _LEAST:
        raise RunError(f"worlds: must be at least {_LEAST} (got {worlds})")
    rows: list[Checked] = []
    lived: list[Lived] = []
    not_hostile = Simulated(math.nan, 0.0, 1.0, 0)
    stop = Interrupts()
    with stop.counted():
        for setting in SETTINGS.values():
            scenario = setting.scenario()
            job = Job(scenario, seed, (setting.arm,), sets=sets)
            chunks = _lived(job, worlds_of(setting, worlds), workers, progress, stop)
            if stop.asked:
                break
            lived.append(_told(setting, chunks, scenario.duration))
            rows += _checked(setting, chunks, scenario.duration)
            if setting.name == PEACETIME:
                columns = _columns(chunks, setting.arm, needed(NOT_HOSTILE))
                not_hostile = simulated(NOT_HOSTILE, columns, scenario.duration)
    if not rows:
        raise KeyboardInterrupt
    return Validation(tuple(rows), tuple(lived), not_hostile, seed, not stop.asked)


def _told(setting: Setting, chunks: list[Chunk], duration: int) -> Lived:
    """Return how much of a setting was lived through; raises RunError if nothing was."""
    count = sum(len(chunk.worlds) for chunk in chunks)
    failures = [failure for chunk in chunks for failure in chunk.failures]
    if count == 0:
        raise RunError(
            f"no world of {setting.title} could be lived through; world {failures[0].world}: "
            f"{failures[0].error}"
        )
    return Lived(setting, count, months(count, duration), len(failures))


def _checked(setting: Setting, chunks: list[Chunk], duration: int) -> list[Checked]:
    """Hold what a setting's worlds measured against the figures measured there."""
    rows = []
    for target in measured_in(setting.name):
        columns = _columns(chunks, setting.arm, needed(target.quantity))
        found = simulated(target.quantity, columns, duration)
        rows.append(Checked(target, found, verdict(target, found)))
    return rows


def _lived(
    job: Job,
    worlds: int,
    workers: int,
    progress: Callable[[int], None] | None,
    stop: Interrupts,
) -> list[Chunk]:
    """Live one setting's worlds through and return what they measured, in order."""
    chunks: list[Chunk] = []

    def done(chunk: Chunk) -> None:
        chunks.append(chunk)
        if progress is not None:
            progress(chunk.count)

    run(job, worlds, workers, done, stop)
    return sorted(chunks, key=lambda chunk: chunk.first)


def _columns(chunks: list[Chunk], arm: str, names: Iterable[str]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([chunk.columns[arm][name] for chunk in chunks]) for name in names}
