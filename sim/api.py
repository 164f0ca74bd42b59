"""The Python interface: what the commands do, as functions and objects with ``plot_*`` methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.crisis import History, Stage, given_in
from sim.crisis import play as play_stage
from sim.drawn import Drawn, drawing
from sim.errors import Problem, RunError
from sim.records import NOBODY, as_row
from sim.scenario import Scenario, arm_names, cards, content_hash, load, problems
from sim.scenario.nearest import suggestion
from sim.study import comparison as study
from sim.study import discovery as discoveries
from sim.study import sensitivity as sensitivities
from sim.study import sweep as sweeps
from sim.study import swept
from sim.study.comparison import check_given, chosen_arms
from sim.study.ensemble import inject_names
from sim.study.folder import place
from sim.study.parameter_sets import ParameterSet, read_sets
from sim.study.telling_world import telling_world
from sim.world import build, prepare

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "Comparison",
    "Discovery",
    "Played",
    "Sensitivity",
    "Sweep",
    "arm_names",
    "cards",
    "check",
    "check_given",
    "chosen_arms",
    "chosen_sets",
    "compare",
    "discover",
    "load",
    "new",
    "play",
    "schema",
    "sensitivity",
    "sweep",
]


@dataclass(frozen=True, eq=False)
class Played:
    """One history, with the stage it was played on."""

    stage: Stage
    history: History
    given: str | None = None

    def under(self, arm: str) -> Played:
        """Return the same world's history under another arm."""
        return Played(self.stage, _live(self.stage, arm, self.given), self.given)

    def narrate(self) -> list[str]:
        """Return the history as a timeline a person can follow."""
        from sim.show.narration import narrate

        return list(narrate(self.history, self.stage))

    def rows(self) -> list[dict[str, Any]]:
        """Return the records as a tidy list, one row each."""
        return [as_row(record) for record in self.history.records]

    def run_id(self) -> dict[str, Any]:
        """Return what a log of this history begins with: which history it is, and of what."""
        scenario = self.stage.theatre.scenario
        return {
            "scenario": scenario.scenario,
            "scenario_sha256": content_hash(scenario),
            "seed": self.history.seed,
            "world": self.history.world,
            "arm": self.history.arm,
            "given": self.given,
            "version": version("deconflict"),
        }

    @drawing
    def plot_map(self, ax: Axes | None = None) -> Axes:
        """Draw the theatre with this world's tracks, contacts and incidents."""
        from sim.show.theatre_map import draw_map

        return draw_map(self.stage, self.history, ax=ax)

    @drawing
    def plot_timeline(self, other: Played, ax: Axes | None = None) -> Axes:
        """Draw this history and another of the same world, one rung path beside the other."""
        from sim.show.timeline import draw_timeline

        return draw_timeline(self.stage, self.history, other.history, ax=ax)

    @drawing
    def plot_beliefs(self, other: Played, ax: Axes | None = None) -> Axes:
        """Draw what the victim of the affair that tells most believes, in this and another."""
        from sim.show.beliefs import draw_beliefs

        return draw_beliefs(self.stage, self.history, other.history, ax=ax)

    @drawing
    def animate(self, other: Played, path: str | Path) -> Path:
        """Write this history and another of the same world in motion, as GIF or MP4."""
        from sim.show.moving import animate

        return animate(self.stage, self.history, other.history, path)


class Comparison(Drawn):
    """A comparison that can also be drawn."""

    @cached_property
    def telling_world(self) -> int:
        """The world to show: the first with the largest change of peak, by a stated rule."""
        return telling_world(self)

    def played(self, arm: str, world: int) -> Played:
        """Return one of the comparison's histories, lived through again."""
        lived = self.scenario_of(world)
        return play(lived, arm=arm, world=world, seed=self.seed, given=self.given)

    def pair(self, arm: str, world: int | None = None) -> tuple[Played, Played]:
        """Return a world without the line and under an arm; by default the one that tells most."""
        one = self.played(self.reference, self.telling_world if world is None else world)
        return one, one.under(arm)

    def plot_beliefs(self, arm: str, world: int | None = None, ax: Axes | None = None) -> Axes:
        """Draw what a victim believes without the line and under an arm."""
        one, other = self.pair(arm, world)
        return one.plot_beliefs(other, ax=ax)

    def animate(self, arm: str, path: str | Path, world: int | None = None) -> Path:
        """Write a world in motion, without the line and under an arm, as GIF or MP4."""
        one, other = self.pair(arm, world)
        return one.animate(other, path)

    @drawing
    def draw(self, folder: str | Path, size: str = "slide") -> list[Path]:
        """Draw every figure into a folder, as PNG and SVG, and return the files.

        ``size`` is "slide" or "print", narrower and with larger letters for its width.
        """
        from sim.show.figures import draw_all
        from sim.show.style import sized

        with sized(size):
            return draw_all(self, Path(folder))


class Sweep(swept.Sweep):
    """A sweep that can also be drawn."""

    @drawing
    def plot(self, arm: str | None = None, ax: Axes | None = None) -> Axes:
        """Draw the differences: curves along one lever, or one arm's heat map over two.

        The arm is the first beside the reference unless told otherwise.
        """
        from sim.show.sweep_curves import draw_curves
        from sim.show.sweep_grid import draw_grid

        if len(self.levers) == 1:
            return draw_curves(self, ax=ax)
        return draw_grid(self, arm or self.others[0], ax=ax)

    @drawing
    def draw(self, folder: Path) -> list[Path]:
        """Draw every figure into a folder, as PNG and SVG, and return the files."""
        from sim.show.figures import draw_sweep

        return draw_sweep(self, folder)


class Sensitivity(sensitivities.Sensitivity):
    """A sensitivity study that can also be drawn and told."""

    def lines(self, markdown: bool = False) -> list[str]:
        """Return what carries the answer, in words and tables."""
        from sim.show.sensitivity_answer import lines_of

        return list(lines_of(self, markdown))

    def plot_tornado(self, threshold: int = 3, ax: Axes | None = None) -> Axes:
        """Draw what each factor does by itself around the base."""
        from sim.show.tornado import draw_tornado

        return draw_tornado(self, threshold, ax=ax)

    def plot_screening(self, threshold: int = 3, ax: Axes | None = None) -> Axes:
        """Draw the size and the spread of each factor's effect over the space."""
        from sim.show.screening import draw_screening

        return draw_screening(self, threshold, ax=ax)

    def plot_variance(self, threshold: int = 3, ax: Axes | None = None) -> Axes:
        """Draw what share of the variance the foremost factors have a part in."""
        from sim.show.variance import draw_variance

        return draw_variance(self, threshold, ax=ax)

    def draw(self, folder: Path) -> list[Path]:
        """Draw every figure into a folder, as PNG and SVG, and return the files."""
        from sim.show.space_figures import draw_sensitivity

        return draw_sensitivity(self, folder)


class Discovery(discoveries.Discovery):
    """A study of where the line helps and harms that can also be drawn and told."""

    def lines(self, markdown: bool = False) -> list[str]:
        """Return where the line helps and harms, in words and tables."""
        from sim.show.discovery_answer import lines_of

        return list(lines_of(self, markdown))

    def plot_space(self, ax: Axes | None = None) -> Axes:
        """Draw the shares of the space and its points over the two factors that tell most."""
        from sim.show.space import draw_space

        return draw_space(self, ax=ax)

    def draw(self, folder: Path) -> list[Path]:
        """Draw the figure into a folder, as PNG and SVG, and return the files."""
        from sim.show.space_figures import draw_discovery

        return draw_discovery(self, folder)


def check(path: str | Path) -> list[Problem]:
    """Return everything wrong with a scenario file; an empty list means it can be run."""
    return problems(path)


def _scenario(scenario: Scenario | str | Path) -> Scenario:
    return scenario if isinstance(scenario, Scenario) else load(scenario)


def _live(stage: Stage, arm: str, given: str | None) -> History:
    placed = None
    scenario = stage.theatre.scenario
    if given is not None and given not in inject_names(scenario):
        placed = given_in(stage.world, given, scenario.parameters)
    followed = NOBODY if given is None or placed else stage.theatre.inject_identity(given)
    return play_stage(stage, arm, given=placed, followed=followed)


def play(
    scenario: Scenario | str | Path,
    *,
    arm: str = "as_used_2022",
    world: int = 0,
    seed: int = 1,
    given: str | None = None,
) -> Played:
    """Live one world through under one arm.

    Raises ScenarioError for a file that cannot be run and RunError for an unknown arm.
    """
    found = _scenario(scenario)
    known = arm_names(found)
    if arm not in known:
        raise RunError(
            f'there is no arm "{arm}" in "{found.scenario}"; known: {", ".join(known)}. '
            f"{suggestion(arm, known)}"
        )
    check_given(found, given)
    stage = Stage(build(prepare(found), seed, world))
    return Played(stage, _live(stage, arm, given), given)


def compare(
    scenario: Scenario | str | Path,
    *,
    worlds: int = 1000,
    seed: int = 1,
    arms: str | Sequence[str] | None = None,
    given: str | None = None,
    workers: int = 1,
    out: str | Path | None = None,
    force: bool = False,
    keep_records: bool = False,
    progress: Callable[[int], None] | None = None,
    uncertainty: bool = False,
    sets: str | Path | Sequence[ParameterSet] | None = None,
) -> Comparison:
    """Compare arms in the same worlds.

    ``arms`` are names, or one text with commas between them, or ``"all"``; by default the four
    main arms. The reference is always among them. ``given`` places one grave incident of a kind
    in every world, or names an inject to follow. ``out`` is a folder for the results, with
    ``keep_records`` every record among them; it must hold nothing yet, or with ``force`` no more
    than an earlier result. ``progress`` is told how many more worlds are done. With
    ``uncertainty`` each world is lived under one of the parameter sets that fit the public
    record, so that intervals cover what we do not know as well as chance; ``sets`` names a file
    of them, or is a list of them, in place of those that come with the program. What the
    scenario's file sets itself stays as it is.

    An interrupt ends the run early: the result then tells of the worlds that were finished, and
    its ``complete`` is False. Raises ScenarioError for a file that cannot be run, RunError for
    options that cannot be met and ResultsError for a folder that cannot be written into.
    """
    found = study.compare(
        _scenario(scenario), worlds=worlds, seed=seed, arms=arms, given=given, workers=workers,
        out=out, force=force, keep_records=keep_records, progress=progress,
        sets=chosen_sets(uncertainty, sets),
    )  # fmt: skip
    return Comparison(**{name: getattr(found, name) for name in found.__dataclass_fields__})


def chosen_sets(
    uncertainty: bool, sets: str | Path | Sequence[ParameterSet] | None = None
) -> Sequence[ParameterSet]:
    """Return the parameter sets worlds are to be lived under; none without ``uncertainty``.

    ``sets`` names a file of them; by default those that come with the program. Raises RunError
    for sets without ``uncertainty``, which would change nothing.
    """
    if not uncertainty:
        if sets:
            raise RunError("sets: only a comparison with --uncertainty uses sets; add it")
        return ()
    return read_sets(sets).sets if sets is None or isinstance(sets, (str, Path)) else sets


def sweep(
    scenario: Scenario | str | Path,
    vary: sweeps.Vary,
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
    """Compare arms while one or two levers move, in the same worlds at every point.

    ``vary`` gives each lever's path with its values, ``{"parameters.heed": [0.2, 0.5, 0.8]}`` or
    ``{"channels.line.relay": "15 min..6 h:7"}``, or is one text or several such as
    ``"parameters.heed=0.2..0.8:4"``. ``measures`` are columns of ``histories.parquet``, by default
    whether each rung is reached. All else is as in ``compare``. Every value is looked at before
    anything runs: raises ScenarioError for one that is refused.
    """
    found = sweeps.sweep(
        _scenario(scenario), vary, worlds=worlds, seed=seed, arms=arms, given=given,
        measures=measures, workers=workers, out=out, force=force, progress=progress,
    )  # fmt: skip
    return Sweep(**{name: getattr(found, name) for name in found.__dataclass_fields__})


def sensitivity(
    scenario: Scenario | str | Path,
    *,
    arm: str = "as_designed",
    worlds: int = 100,
    seed: int = 1,
    given: str | None = None,
    factors: str | Sequence[str] | None = None,
    trajectories: int = 20,
    samples: int = 128,
    workers: int = 1,
    out: str | Path | None = None,
    force: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Sensitivity:
    """Find what carries the paired difference of an arm against no line.

    Every judged constant and every setting of the arm's line is moved over its range, or only those
    named in ``factors``, and every point lives through ``worlds`` worlds. ``trajectories`` are the
    paths of Morris's screening, ``samples`` the base samples of Sobol's indices of the foremost
    factors, a power of two. ``progress`` is told how many more worlds are done, counted once for
    every point. ``out``, ``force`` and interrupts are as in ``compare``; the folder also holds the
    answer as ``sensitivity.md``. Raises RunError if SALib is not installed, which comes with the
    extra ``analysis``.
    """
    found = sensitivities.sensitivity(
        _scenario(scenario), arm=arm, worlds=worlds, seed=seed, given=given, factors=factors,
        trajectories=trajectories, samples=samples, workers=workers, out=out, force=force,
        progress=progress,
    )  # fmt: skip
    told = Sensitivity(**{name: getattr(found, name) for name in found.__dataclass_fields__})
    _write(told, out, "sensitivity.md")
    return told


def discover(
    scenario: Scenario | str | Path,
    *,
    arm: str = "as_designed",
    worlds: int = 100,
    seed: int = 1,
    given: str | None = None,
    factors: str | Sequence[str] | None = None,
    points: int = 400,
    workers: int = 1,
    out: str | Path | None = None,
    force: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Discovery:
    """Find where in the space of what is assumed an arm's line helps, and where it harms.

    ``points`` are spread over the whole space as a Latin hypercube; all else is as in
    ``sensitivity``. Raises RunError if SALib or ema_workbench is not installed, which come with the
    extra ``analysis``.
    """
    found = discoveries.discover(
        _scenario(scenario), arm=arm, worlds=worlds, seed=seed, given=given, factors=factors,
        points=points, workers=workers, out=out, force=force, progress=progress,
    )  # fmt: skip
    told = Discovery(**{name: getattr(found, name) for name in found.__dataclass_fields__})
    _write(told, out, "discovery.md")
    return told


def _write(told: Sensitivity | Discovery, out: str | Path | None, name: str) -> None:
    """Write an answer as Markdown beside its tables."""
    if out is not None and told.worlds:
        text = "\n".join([*told.lines(markdown=True), ""])
        place(Path(out) / name, lambda beside: beside.write_text(text, encoding="utf-8"))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files."""
    from sim.scenario import json_schema

    return json_schema()


def new(name: str) -> str:
    """Return the text of a commented scenario to start from."""
    from sim.scenario import template

    return template(name)
