"""The Python interface: what the commands do, as functions and objects with ``plot_*`` methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import results
from sim.against_record import (
    Calibration,
    Identification,
    Validation,
    calibrate,
    identify,
    sets_of,
    validate,
)
from sim.crisis import History, Stage, given_in
from sim.crisis import play as play_stage
from sim.drawn import Drawn, drawing
from sim.errors import Problem, RunError
from sim.records import NOBODY, as_row
from sim.scenario import Scenario, arm_names, cards, content_hash, json_schema, load, problems
from sim.scenario import template as scenario_template
from sim.scenario.nearest import suggestion
from sim.spaces import Discovery, Sensitivity, discover, fields_of, scenario_of, sensitivity
from sim.study import comparing, swept
from sim.study import rare as rungs
from sim.study import sweep as sweeps
from sim.study.asked import check_given, chosen_arms
from sim.study.ensemble import inject_names
from sim.study.parameter_sets import ParameterSet
from sim.study.rare import SPLITS, Rare
from sim.study.reopening import begun, reopened
from sim.study.running import Hands
from sim.study.telling_world import telling_world
from sim.study.until import until_of
from sim.world import build, prepare

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "Calibration",
    "Comparison",
    "Discovery",
    "Identification",
    "Played",
    "Rare",
    "Results",
    "Sensitivity",
    "Sweep",
    "Validation",
    "arm_names",
    "calibrate",
    "cards",
    "check",
    "check_given",
    "chosen_arms",
    "chosen_sets",
    "compare",
    "discover",
    "identify",
    "load",
    "new",
    "open_results",
    "play",
    "rare",
    "reopen",
    "report",
    "resume",
    "schema",
    "sensitivity",
    "sweep",
    "validate",
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


class Results(results.Results):
    """A result folder whose comparison and worlds can be looked at as well."""

    @cached_property
    def comparison(self) -> Comparison:
        """The comparison that wrote the folder, for estimates, figures and stories."""
        return reopen(self.folder)

    def played(self, arm: str, world: int) -> Played:
        """Return one of the histories, lived through again from its number."""
        self.check("arm", [arm], self.manifest["arms"])
        return self.comparison.played(arm, world)


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


def check(path: str | Path) -> list[Problem]:
    """Return everything wrong with a scenario file; an empty list means it can be run."""
    return problems(path)


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
    found = scenario_of(scenario)
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
    worlds: int | None = None,
    seed: int = 1,
    arms: str | Sequence[str] | None = None,
    given: str | None = None,
    workers: Hands = 1,
    out: str | Path | None = None,
    force: bool = False,
    keep_records: bool = False,
    progress: Callable[[int], None] | None = None,
    uncertainty: bool = False,
    sets: str | Path | Sequence[ParameterSet] | None = None,
    until: str | None = None,
) -> Comparison:
    """Compare arms in the same worlds, by default 1,000 of them.

    ``arms`` are names, or one text with commas between them, or ``"all"``; by default the four
    main arms. The reference is always among them. ``given`` places one grave incident of a kind
    in every world, or names an inject to follow. ``out`` is a folder for the results, with
    ``keep_records`` every record among them; it must hold nothing yet, or with ``force`` no more
    than an earlier result. ``workers`` is a number of processes (in a script, under
    ``if __name__ == "__main__":``), or the address of a Dask scheduler. ``progress`` is told how
    many more worlds are done. With
    ``uncertainty`` each world is lived under one of the parameter sets that fit the public
    record, so that intervals cover what we do not know as well as chance; ``sets`` names a file
    of them, or is a list of them, in place of those that come with the program. What the
    scenario's file sets itself stays as it is. ``until``, such as "difference ±0.005", ends the run
    as soon as every paired difference (or ``risk``; one rung alone as in ``difference_5``) is known
    within that, after at most ``worlds``, by default 1,000,000.

    An interrupt ends the run early: the result then tells of the worlds that were finished, and
    its ``complete`` is False. Raises ScenarioError for a file that cannot be run, RunError for
    options that cannot be met and ResultsError for a folder that cannot be written into.
    """
    found = comparing.compare(
        scenario_of(scenario), worlds=worlds, seed=seed, arms=arms, given=given, workers=workers,
        out=out, force=force, keep_records=keep_records, progress=progress,
        sets=chosen_sets(uncertainty, sets), until=None if until is None else until_of(until),
    )  # fmt: skip
    return Comparison(**fields_of(found))


def resume(
    folder: str | Path,
    *,
    scenario: Scenario | str | Path | None = None,
    worlds: int | None = None,
    seed: int | None = None,
    arms: str | Sequence[str] | None = None,
    given: str | None = None,
    until: str | None = None,
    workers: Hands = 1,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Go on with a comparison that was interrupted or killed, and return it when it has ended.

    It ends with the same files as if it had not been interrupted. Everything it was begun with is
    taken from the folder; what is given here must agree with that. Raises ResultsError for a
    folder that holds no unfinished comparison, or one begun in another way or by another version.
    """
    before = begun(folder)
    told = before.told
    goal = told.until if until is None else until
    found = comparing.compare(
        before.scenario if scenario is None else scenario_of(scenario),
        worlds=told.worlds_asked if worlds is None else worlds,
        seed=told.seed if seed is None else seed,
        arms=told.arms if arms is None else arms,
        given=told.given if given is None else given,
        workers=workers, out=folder, keep_records=told.records, progress=progress,
        sets=before.sets, resume=True, until=None if goal is None else until_of(goal),
    )  # fmt: skip
    return Comparison(**fields_of(found))


def open_results(folder: str | Path) -> Results:
    """Return a result folder as tables: rows and records, filtered without loading all of them.

    Raises ResultsError for a folder that holds no comparison.
    """
    return Results(folder)


def reopen(folder: str | Path) -> Comparison:
    """Return the comparison whose results lie in a folder; raises ResultsError if none does."""
    return Comparison(**fields_of(reopened(folder)))


def report(
    folder: str | Path,
    *,
    out: str | Path | None = None,
    sensitivity: str | Path | None = None,
    force: bool = False,
    language: str = "en",
) -> Path:
    """Write a result folder's report, one page of HTML that loads nothing, and return its file.

    It is ``report.html`` in the folder unless ``out`` says otherwise, in another ``language`` (de,
    pl, ru, uk) ``report_pl.html`` and the like. ``sensitivity`` is the folder of a sensitivity
    study; by default that beside the results, if there is one. Raises ResultsError for what cannot
    be read or written and for a file that is there already unless ``force``, RunError for a
    language that there is no catalogue for.
    """
    from sim.show.report import write_report

    return write_report(reopen(folder), folder, out, sensitivity, force, language)


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
    return sets_of(sets)


def sweep(
    scenario: Scenario | str | Path,
    vary: sweeps.Vary,
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
    """Compare arms while one or two levers move, in the same worlds at every point.

    ``vary`` gives each lever's path with its values, ``{"parameters.heed": [0.2, 0.5, 0.8]}`` or
    ``{"channels.line.relay": "15 min..6 h:7"}``, or is one text or several such as
    ``"parameters.heed=0.2..0.8:4"``. ``measures`` are columns of ``histories.parquet``, by default
    whether each rung is reached. All else is as in ``compare``. Every value is looked at before
    anything runs: raises ScenarioError for one that is refused.
    """
    found = sweeps.sweep(
        scenario_of(scenario), vary, worlds=worlds, seed=seed, arms=arms, given=given,
        measures=measures, workers=workers, out=out, force=force, progress=progress,
    )  # fmt: skip
    return Sweep(**fields_of(found))


def rare(
    scenario: Scenario | str | Path,
    *,
    worlds: int = 1000,
    seed: int = 1,
    arms: str | Sequence[str] | None = None,
    splits: str | Sequence[int] = SPLITS,
    workers: Hands = 1,
    progress: Callable[[int], None] | None = None,
) -> Rare:
    """Estimate how often rungs are reached, rare ones too, by splitting worlds at each rung.

    ``splits`` says in how many ways a world is lived through from its beginning, and in how many
    each of these goes on at rungs 3, 4 and 5; whatever they are, the risks and paired differences
    are the same but for their precision. All else is as in ``compare``. Raises RunError.
    """
    return rungs.rare(
        scenario_of(scenario), worlds=worlds, seed=seed, arms=arms, splits=splits, workers=workers,
        progress=progress,
    )  # fmt: skip


def schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files."""
    return json_schema()


def new(name: str) -> str:
    """Return the text of a commented scenario to start from."""
    return scenario_template(name)
