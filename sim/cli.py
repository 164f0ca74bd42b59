"""The commands, one verb each.

Each imports what it needs only when it runs, so that ``--help`` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from sim import (
    card_commands,
    compare_commands,
    event_commands,
    handout_commands,
    record_commands,
    report_commands,
    space_commands,
    workshop_commands,
)
from sim.errors import RunError
from sim.terminal import File, GivenOption, Seed, told

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


app.command()(compare_commands.compare)
app.command()(compare_commands.sweep)
app.command()(compare_commands.rare)


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
