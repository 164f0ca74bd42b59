"""The commands that live worlds through and compare arms: compare, sweep, rare."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sim import report_commands
from sim.errors import RunError
from sim.terminal import (
    INTERRUPTED,
    File,
    Force,
    GivenOption,
    Quiet,
    Scheduler,
    Seed,
    SetsFile,
    Workers,
    hands,
    progress,
    told,
)

if TYPE_CHECKING:
    from sim.api import Comparison, Sweep
    from sim.scenario import Scenario


def compare(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A scenario file.", show_default=False),
    ] = None,
    worlds: Annotated[
        int | None,
        typer.Option(
            help="How many worlds; 1000 by default, at most so many with --until.",
            min=1,
            max=10_000_000,
            show_default=False,
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT±HALF",
            help='Go on until it is known so well: "difference ±0.005", "risk_5 ±0.001".',
        ),
    ] = None,
    seed: Seed = 1,
    arms: Annotated[
        str | None,
        typer.Option(help="Arms to compare, separated by commas, or all; by default four."),
    ] = None,
    given: GivenOption = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Result folder; results/NAME by default.")
    ] = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    records: Annotated[bool, typer.Option("--records", help="Keep every record.")] = False,
    figures: Annotated[bool, typer.Option(help="Draw the figures.")] = True,
    force: Force = False,
    quiet: Quiet = False,
    uncertainty: Annotated[
        bool,
        typer.Option(
            "--uncertainty",
            help="Live each world under one of the parameter sets that fit the public record.",
        ),
    ] = False,
    sets: SetsFile = None,
    report: Annotated[
        bool, typer.Option("--report", help="Write the report too, one page of HTML.")
    ] = False,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Go on with the comparison in a folder, as it was begun there."
        ),
    ] = None,
) -> None:
    """Compare arms in the same worlds: table, figures, result folder."""
    if resume is not None:
        _go_on(context, resume, file, hands(workers, scheduler), figures, quiet, report)
        return
    if file is None:
        raise typer.BadParameter("name a scenario file, or a folder to go on with by --resume")
    with told("interrupted; nothing was written"):
        from sim import api
        from sim.drawn import check_figures
        from sim.show.answer import lines_of
        from sim.study.comparing import WORLDS
        from sim.study.folder import check_free
        from sim.study.until import MOST, until_of

        at_work = hands(workers, scheduler)
        scenario = api.load(file)
        names = api.chosen_arms(scenario, arms)
        api.check_given(scenario, given)
        lived_under = api.chosen_sets(uncertainty, sets)
        folder = out or Path("results") / file.stem
        check_free(folder, force)
        if figures:
            check_figures()
        goal = None if until is None else until_of(until)
        most = worlds or (WORLDS if goal is None else MOST)
        if not quiet and goal is None:
            _say_power(scenario, most, seed, given)
    with told(f"interrupted; what was finished is in {folder}/"):
        with progress(most, quiet) as advance:
            result = api.compare(
                scenario,
                worlds=most,
                until=until,
                seed=seed,
                arms=names,
                given=given,
                workers=at_work,
                out=folder,
                force=force,
                keep_records=records,
                progress=advance,
                uncertainty=uncertainty,
                sets=lived_under,
            )
        _end(result, folder, lines_of, figures, quiet, report)


_BEGUN_WITH: Final = ("worlds", "seed", "arms", "given", "until")
_OF_A_NEW_ONE: Final = ("out", "records", "force", "uncertainty", "sets")


def _go_on(
    context: typer.Context,
    folder: Path,
    file: Path | None,
    at_work: int | str,
    figures: bool,
    quiet: bool,
    report: bool,
) -> None:
    """Go on with a comparison; what is said again must be what it was begun with."""
    with told(f"interrupted; what was finished is in {folder}/"):
        from sim import api
        from sim.drawn import check_figures
        from sim.show.answer import lines_of
        from sim.study.reopening import begun

        said = {
            name: value
            for name, value in context.params.items()
            if (source := context.get_parameter_source(name)) and source.name == "COMMANDLINE"
        }
        for name in _OF_A_NEW_ONE:
            if name in said:
                raise RunError(
                    f"--resume: goes on as the comparison in {folder} was begun; leave --{name} out"
                )
        if figures:
            check_figures()
        with progress(begun(folder).told.worlds_asked, quiet) as advance:
            result = api.resume(
                folder, scenario=file, workers=at_work, progress=advance,
                **{name: said[name] for name in _BEGUN_WITH if name in said},
            )  # fmt: skip
        _end(result, folder, lines_of, figures, quiet, report)


def sweep(
    file: File,
    vary: Annotated[
        list[str],
        typer.Option(
            metavar="PATH=a..b[:n]",
            help="A lever: any path of the scenario, with n values from a to b, geometric beyond "
            "a factor of ten (or say :lin or :log), or a,b,c. Once or twice.",
        ),
    ],
    worlds: Annotated[int, typer.Option(help="Worlds at every point.", min=1, max=1_000_000)] = 400,
    seed: Seed = 1,
    arms: Annotated[
        str | None,
        typer.Option(help="Arms to compare, separated by commas, or all; by default four."),
    ] = None,
    given: GivenOption = None,
    measure: Annotated[
        str | None,
        typer.Option(help="Columns of histories.parquet to follow, separated by commas."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder; results/NAME_sweep by default.")
    ] = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    figures: Annotated[bool, typer.Option(help="Draw the figures.")] = True,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Move one or two levers: how the paired difference changes, table, figure, folder."""
    with told("interrupted; nothing was written"):
        from sim import api
        from sim.drawn import check_figures
        from sim.show.sweep_answer import lines_of
        from sim.study.folder import check_free

        at_work = hands(workers, scheduler)
        scenario = api.load(file)
        folder = out or Path("results") / f"{file.stem}_sweep"
        check_free(folder, force)
        if figures:
            check_figures()
    with told(f"interrupted; what was finished is in {folder}/"):
        with progress(worlds, quiet) as advance:
            result = api.sweep(
                scenario,
                vary,
                worlds=worlds,
                seed=seed,
                arms=arms,
                given=given,
                measures=measure,
                workers=at_work,
                out=folder,
                force=force,
                progress=advance,
            )
        _end(result, folder, lines_of, figures, quiet)


def rare(
    file: File,
    worlds: Annotated[int, typer.Option(help="How many worlds.", min=1, max=10_000_000)] = 1000,
    seed: Seed = 1,
    arms: Annotated[
        str | None,
        typer.Option(help="Arms to compare, separated by commas, or all; by default four."),
    ] = None,
    splits: Annotated[
        str,
        typer.Option(
            metavar="B,3,4,5", help="In how many ways to begin, and to go on at rungs 3, 4 and 5."
        ),
    ] = "8,2,4,8",
    out: Annotated[
        Path | None, typer.Option(metavar="OUT.csv", help="Write the estimates here too.")
    ] = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Estimate rare rungs: worlds split at each rung, so that a war is more than an anecdote."""
    with told("interrupted before a single world was finished; nothing to report"):
        from sim import api
        from sim.show.rare_answer import lines_of
        from sim.study.folder import check_new, place_text

        at_work = hands(workers, scheduler)
        scenario = api.load(file)
        if out is not None:
            check_new(out, force)
        with progress(worlds, quiet) as advance:
            found = api.rare(
                scenario, worlds=worlds, seed=seed, arms=arms, splits=splits, workers=at_work,
                progress=advance,
            )  # fmt: skip
        for line in lines_of(found):
            typer.echo(line)
        if out is not None:
            place_text(out, _csv_lines(found.rows()))
            if not quiet:
                typer.echo(f"\nEstimates in {out}")
        if not found.complete:
            raise typer.Exit(INTERRUPTED)


def _csv_lines(rows: list[dict[str, Any]]) -> list[str]:
    """Return a tidy list as lines of CSV."""
    from csv import DictWriter
    from io import StringIO

    text = StringIO()
    writer = DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().splitlines()


def _end(
    result: Comparison | Sweep,
    folder: Path,
    lines_of: Any,
    figures: bool,
    quiet: bool,
    report: bool = False,
) -> None:
    """Print a result, draw it, and leave with the code of an interrupt if it is not complete."""
    if result.worlds == 0:
        typer.echo(_NONE_FINISHED, err=True)
        raise typer.Exit(INTERRUPTED)
    for line in lines_of(result):
        typer.echo(line)
    if figures:
        result.draw(folder)
    if not quiet:
        typer.echo(f"\nResults in {folder}/")
    if report:
        report_commands.write(folder, quiet=quiet)
    if not result.complete:
        raise typer.Exit(INTERRUPTED)


_NONE_FINISHED = "interrupted before a single world was finished; nothing to report"


def _say_power(scenario: Scenario, worlds: int, seed: int, given: str | None) -> None:
    """Say what so many worlds can show, with a sign of life on a terminal meanwhile."""
    from sim.show.plain_answer import power_lines

    if sys.stderr.isatty():
        from rich.console import Console

        with Console(stderr=True).status("a few worlds first, to see what so many can show"):
            lines = list(power_lines(scenario, worlds, seed, given))
    else:
        lines = list(power_lines(scenario, worlds, seed, given))
    for line in lines:
        typer.echo(line)
