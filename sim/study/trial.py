"""Many parameter sets in the same worlds: each world is made once and lived under every set.

The sets differ in what the two sides make of what happens, never in the world, so making worlds,
which costs more than living them, is done once for all sets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim.crisis import Crisis, History, Plan, Stage, plan
from sim.crisis.engine import warm_up
from sim.errors import DeconflictError, RunError
from sim.scenario.channels import LINE, REFERENCE
from sim.study.interrupts import Interrupts
from sim.study.measures import measure
from sim.study.parameter_sets import ParameterSet, applied
from sim.study.processes import WHY_DEAD, parallel
from sim.study.targets import SETTINGS
from sim.world import Builder, Theatre, prepare

Found = Mapping[str, Mapping[str, np.ndarray]]
"""By setting and measure, an array of worlds x sets."""


class Trial(NamedTuple):
    """What every world is lived under: the sets, the settings, what is measured, the seed."""

    sets: tuple[ParameterSet, ...]
    settings: tuple[str, ...]
    measures: tuple[str, ...]
    seed: int


class Part(NamedTuple):
    """Some worlds' measures: settings x worlds x sets x measures."""

    first: int
    values: np.ndarray


class Bench:
    """The settings and all sets made ready, to live through one world after another."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self._ready = [self._prepared(name) for name in trial.settings]

    def _prepared(self, name: str) -> tuple[Theatre, int, list[Plan]]:
        """Return a setting's theatre, the row of its line, and the reference under every set."""
        scenario = SETTINGS[name].scenario()
        theatre = prepare(scenario)
        under = []
        for one in self.trial.sets:
            changed = applied(scenario, one)
            if changed.a_max != scenario.a_max:
                raise RunError(
                    f"parameter set {one.number}: its activity exceeds a_max {scenario.a_max:g} of "
                    f"{SETTINGS[name].file}; lower activity_rung"
                )
            under.append(plan(replace(theatre, scenario=changed), REFERENCE))
        return theatre, sorted(scenario.channels).index(LINE), under

    def worlds(self, first: int, count: int) -> Part:
        """Live some worlds through under every set; raises RunError where one cannot be lived."""
        trial = self.trial
        shape = (len(trial.settings), count, len(trial.sets), len(trial.measures))
        values = np.zeros(shape, dtype=np.int32)
        for s, (theatre, line, plans) in enumerate(self._ready):
            builder = Builder(theatre, trial.seed)
            builder.expect(range(first, first + count))
            for w in range(count):
                stage = Stage(builder.build(first + w))
                for k, under in enumerate(plans):
                    row = measure(self._history(stage, under, k, first + w), line)
                    values[s, w, k] = [row[name] for name in trial.measures]
        return Part(first, values)

    def _history(self, stage: Stage, under: Plan, k: int, world: int) -> History:
        """Return what happens under the reference arm of one set, its own warm-up first."""
        try:
            crisis = Crisis(stage, under, warm_up(stage, under)[0])
            crisis.run()
            return crisis.history()
        except DeconflictError:
            raise
        except Exception as error:
            number = self.trial.sets[k].number
            raise RunError(
                f"parameter set {number} could not be lived through in world {world}: "
                f"{type(error).__name__}: {error}"
            ) from error


# A worker keeps its bench for its lifetime, as an ensemble's worker keeps its field.
_bench: Bench | None = None


def _begin(trial: object) -> None:
    global _bench
    assert isinstance(trial, Trial)
    _bench = Bench(trial)


def _work(first: int, count: int) -> Part:
    assert _bench is not None
    return _bench.worlds(first, count)


def tried(
    trial: Trial,
    worlds: int,
    workers: int,
    progress: Callable[[int], None] | None,
    stop: Interrupts,
) -> Found:
    """Live worlds 0 to ``worlds`` - 1 of every setting through under every set.

    When it is asked to stop, what was finished until then is returned. Raises RunError for a set
    that cannot be lived through, or when a worker process dies.
    """
    parts: list[Part] = []

    def done(part: Part) -> None:
        parts.append(part)
        if progress is not None:
            progress(part.values.shape[1])

    if workers > 1 and worlds > 1:
        chunks = [(first, 1) for first in range(worlds)]

        def lost(first: int, _: int) -> Part:
            raise RunError(
                f"the worker process died on world {first}, twice, {WHY_DEAD}; try fewer --workers"
            )

        parallel(trial, chunks, min(workers, worlds), done, stop, _begin, _work, lost)
    else:
        here = Bench(trial)
        for first in range(worlds):
            if stop.asked:
                break
            done(here.worlds(first, 1))
    return _by_name(trial, sorted(parts, key=lambda part: part.first))


def _by_name(trial: Trial, parts: list[Part]) -> Found:
    empty = np.zeros((len(trial.settings), 0, len(trial.sets), len(trial.measures)))
    values = np.concatenate([empty, *(part.values for part in parts)], axis=1)
    return {
        setting: {name: values[s, :, :, m] for m, name in enumerate(trial.measures)}
        for s, setting in enumerate(trial.settings)
    }
