"""The commands that hold the model against the public record: validate, calibrate, identify."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sim.terminal import (
    INTERRUPTED,
    File,
    Force,
    GivenOption,
    Markdown,
    Quiet,
    Seed,
    SetsFile,
    Workers,
    progress,
    say,
    told,
)


def validate(
    worlds: Annotated[
        int, typer.Option(help="Worlds of a year; other settings take a share.", min=2)
    ] = 1000,
    seed: Seed = 1,
    workers: Workers = None,
    sets: SetsFile = None,
    markdown: Markdown = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it here too.")] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Hold the model against the public record: each figure with interval and verdict."""
    command = f"deconflict validate --worlds {worlds} --seed {seed}"
    with told():
        from sim import against_record
        from sim.study.folder import check_new
        from sim.study.validation import total_worlds

        if out is not None:
            check_new(out, force)
        command += f" --sets {sets}" if sets is not None else ""
        with progress(total_worlds(worlds), quiet) as advance:
            found = against_record.validate(
                worlds=worlds, seed=seed, workers=workers or os.cpu_count() or 1,
                sets=sets, progress=advance,
            )  # fmt: skip
        say(found.lines(markdown, command), out)
        if not found.complete:
            raise typer.Exit(INTERRUPTED)


def calibrate(
    sets: Annotated[int, typer.Option(help="Parameter sets to try.", min=1)] = 400,
    years: Annotated[int, typer.Option(help="Years each lives through.", min=2)] = 150,
    seed: Seed = 1,
    cutoff: Annotated[
        float, typer.Option(help="Standard errors a figure may lie from the record.", min=0.1)
    ] = 2.0,
    seizures: Annotated[
        bool, typer.Option(help="Count disputes over seizures, which no modelled contact makes.")
    ] = True,
    workers: Workers = None,
    markdown: Markdown = False,
    out: Annotated[
        Path, typer.Option(metavar="FILE.csv", help="Where the accepted sets go.")
    ] = Path("accepted_sets.csv"),
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Find which values of the judged constants the public record does not refute."""
    command = f"deconflict calibrate --sets {sets} --years {years} --seed {seed}"
    command += f" --cutoff {cutoff:g}" + ("" if seizures else " --no-seizures")
    with told("interrupted; nothing was written"):
        from sim import against_record
        from sim.study.folder import check_new

        check_new(out, force)
        with progress(years, quiet) as advance:
            found = against_record.calibrate(
                sets=sets, years=years, seed=seed, cutoff=cutoff, seizures=seizures,
                workers=workers or os.cpu_count() or 1, progress=advance,
            )  # fmt: skip
        say(found.lines(markdown, command), None)
        found.write(out, command=command, force=force)
        typer.echo(f"\n{len(found.accepted)} accepted sets in {out}")
        if not found.complete:
            raise typer.Exit(INTERRUPTED)


def identify(
    file: File,
    worlds: Annotated[int, typer.Option(help="Worlds for each third and question.", min=2)] = 1000,
    seed: Seed = 1,
    arms: Annotated[str | None, typer.Option(help="Arms to compare; by default four.")] = None,
    given: GivenOption = None,
    workers: Workers = None,
    sets: SetsFile = None,
    markdown: Markdown = False,
    figure: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Draw the figure into this folder.")
    ] = None,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Say what the line does, by the one thing no figure of the record fixes."""
    command = f"deconflict identify {file} --worlds {worlds} --seed {seed}"
    command += (f" --arms {arms}" if arms else "") + (f" --given {given}" if given else "")
    command += f" --sets {sets}" if sets else ""
    with told():
        from sim import api
        from sim.study.folder import check_new, made
        from sim.study.identification import THIRDS

        scenario = api.load(file)
        api.check_given(scenario, given)
        if figure is not None:
            check_new(made(figure) / "identification.png", force)
        questions = 2 if given else 1
        with progress(len(THIRDS) * questions * worlds, quiet) as advance:
            found = api.identify(
                scenario, sets=sets, worlds=worlds, seed=seed, arms=arms, given=given,
                workers=workers or os.cpu_count() or 1, progress=advance,
            )  # fmt: skip
        say(found.lines(markdown, command), None)
        if figure is not None:
            from sim.show.style import figure_of, save

            save(figure_of(found.plot()), figure, "identification")
