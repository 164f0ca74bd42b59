"""The commands, one verb each.

Each imports what it needs only when it runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sim import (
    card_commands,
    event_commands,
    handout_commands,
    record_commands,
    report_commands,
    space_commands,
    workshop_commands,
)
from sim.errors import RunError
from sim.terminal import (
    INTERRUPTED,
    File,
    Force,
    GivenOption,
    Quiet,
    Seed,
    SetsFile,
    Workers,
    progress,
    told,
)

if TYPE_CHECKING:
    from sim.api import Comparison, Sweep
    from sim.scenario import Scenario

app = typer.Typer(
    name="deconflict",
    help="A tabletop simulation of a military deconfliction line: the same worlds, with and "
    "without the call.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"deconflict {version('deconflict')}")
        raise typer.Exit


@app.callback()
def top(
    _version_: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Compare how incidents escalate with and without a deconfliction line."""


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Scenario files.")],
) -> None:
    """Say everything that is wrong with scenario files; exit code 1 if anything is."""
    from sim.scenario import load, problems

    bad = False
    for path in files:
        found = problems(path)
        for problem in found:
            typer.echo(str(problem))
        if any(not problem.warning for problem in found):
            bad = True
            continue
        from sim.show.overview import overview

        with told():
            for line in overview(load(path)):
                typer.echo(line)
    if bad:
        raise typer.Exit(1)


@app.command()
def play(
    file: File,
    arm: Annotated[str, typer.Option(help="The arm to live through.")] = "as_used_2022",
    world: Annotated[int, typer.Option(help="Number of the world.", min=0)] = 0,
    seed: Seed = 1,
    pair: Annotated[
        str | None, typer.Option(metavar="ARM", help="Show this arm beside, from where they part.")
    ] = None,
    given: GivenOption = None,
    records: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="Write the typed records here.")
    ] = None,
    animation: Annotated[
        Path | None,
        typer.Option(metavar="OUT.gif", help="With --pair: write both in motion, .gif or .mp4."),
    ] = None,
) -> None:
    """Tell one history as a timeline: who, what, when and why."""
    with told():
        from sim import api
        from sim.show.narration import narrate, narrate_pair, printed

        if animation is not None and pair is None:
            raise RunError("--animation: shows two arms side by side; name the other with --pair")
        played = api.play(api.load(file), arm=arm, world=world, seed=seed, given=given)
        if pair is None:
            lines = narrate(played.history, played.stage)
        else:
            other = played.under(pair)
            lines = narrate_pair(other.history, played.history, played.stage)
        if sys.stdout.isatty():
            printed(lines)
        else:
            for line in lines:
                typer.echo(line)
        if animation is not None and pair is not None:
            played.animate(played.under(pair), animation)
            typer.echo(f"animation in {animation}", err=True)
        if records is not None:
            _write_records(records, played.run_id(), played.history.lines())


def _write_records(path: Path, run_id: dict[str, Any], lines: list[str]) -> None:
    """Write a history's records, one a line, below a line that says whose they are."""
    import json

    from sim.study.folder import place_text

    if path.is_dir():
        raise RunError(f"{path}: is a directory; give --records a file name")
    place_text(path, [json.dumps(run_id, ensure_ascii=False), *lines])
    typer.echo(f"{len(lines)} records in {path}", err=True)


@app.command()
def compare(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="A scenario file.", show_default=False),
    ] = None,
    worlds: Annotated[int, typer.Option(help="How many worlds.", min=1, max=10_000_000)] = 1000,
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
        _go_on(context, resume, file, workers, figures, quiet, report)
        return
    if file is None:
        raise typer.BadParameter("name a scenario file, or a folder to go on with by --resume")
    with told("interrupted; nothing was written"):
        from sim import api
        from sim.drawn import check_figures
        from sim.show.answer import lines_of
        from sim.study.folder import check_free

        scenario = api.load(file)
        names = api.chosen_arms(scenario, arms)
        api.check_given(scenario, given)
        lived_under = api.chosen_sets(uncertainty, sets)
        folder = out or Path("results") / file.stem
        check_free(folder, force)
        if figures:
            check_figures()
        if not quiet:
            _say_power(scenario, worlds, seed, given)
    with told(f"interrupted; what was finished is in {folder}/"):
        with progress(worlds, quiet) as advance:
            result = api.compare(
                scenario,
                worlds=worlds,
                seed=seed,
                arms=names,
                given=given,
                workers=workers or os.cpu_count() or 1,
                out=folder,
                force=force,
                keep_records=records,
                progress=advance,
                uncertainty=uncertainty,
                sets=lived_under,
            )
        _end(result, folder, lines_of, figures, quiet, report)


_BEGUN_WITH: Final = ("worlds", "seed", "arms", "given")
_OF_A_NEW_ONE: Final = ("out", "records", "force", "uncertainty", "sets")


def _go_on(
    context: typer.Context,
    folder: Path,
    file: Path | None,
    workers: int | None,
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
                folder, scenario=file, workers=workers or os.cpu_count() or 1, progress=advance,
                **{name: said[name] for name in _BEGUN_WITH if name in said},
            )  # fmt: skip
        _end(result, folder, lines_of, figures, quiet, report)


@app.command()
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
                workers=workers or os.cpu_count() or 1,
                out=folder,
                force=force,
                progress=advance,
            )
        _end(result, folder, lines_of, figures, quiet)


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


@app.command()
def schema(
    cards: Annotated[bool, typer.Option("--cards", help="That of failure cards instead.")] = False,
) -> None:
    """Print the JSON Schema of scenario files, for editors."""
    import json

    from sim.scenario import card_schema, json_schema

    found = card_schema() if cards else json_schema()
    typer.echo(json.dumps(found, indent=1, ensure_ascii=False))


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="File to write, or its name.")],
) -> None:
    """Write a commented scenario to start from."""
    with told():
        from sim.scenario import template

        path = Path(name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
        if name.endswith(("/", "\\")) or path.stem.startswith(".") or Path(name).is_dir():
            named = str(Path(name) / "my_scenario")
            raise RunError(f"{name}: is a folder; give the file a name, as in {named}")
        if path.exists():
            raise RunError(f"{path}: exists already; choose another name")
        try:
            path.write_text(template(path.stem), encoding="utf-8")
        except OSError as error:
            raise RunError(f"{path}: cannot be written ({error.strerror})") from None
        typer.echo(f"{path} written; next: deconflict check {path}")


@app.command()
def parameters(
    grade: Annotated[
        str | None, typer.Option(help="Only this grade: sourced, computed or judgement.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="text, csv or markdown, as in the model document.")
    ] = "text",
    csv: Annotated[bool, typer.Option("--csv", help="The same as --format csv.")] = False,
) -> None:
    """List what is assumed: every constant with its range, grade, source and equation."""
    from sim.scenario.catalogue import Row
    from sim.show.parameter_table import markdown_lines, parameter_rows, text_lines

    with told():
        for name, value, known in (
            ("--grade", grade, ("sourced", "computed", "judgement")),
            ("--format", form, ("text", "csv", "markdown")),
        ):
            if value is not None and value not in known:
                raise RunError(f'{name}: "{value}" is no {name[2:]}; known: {", ".join(known)}')
        rows = [row for row in parameter_rows() if grade in (None, row.grade)]
        if csv or form == "csv":
            from csv import writer

            out = writer(sys.stdout)
            out.writerow(Row._fields)
            out.writerows(rows)
            return
        for line in markdown_lines(rows) if form == "markdown" else text_lines(rows):
            typer.echo(line)


for _command in (
    record_commands.validate, record_commands.calibrate, record_commands.identify,
    space_commands.sensitivity, space_commands.discover, report_commands.report,
    workshop_commands.workshop,
    card_commands.cards, handout_commands.handouts,
):  # fmt: skip
    app.command()(_command)

app.add_typer(event_commands.app)
