"""The command that makes a page of a result folder: report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.terminal import Force, Quiet, told


def report(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A result folder of deconflict compare.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The page; report.html in DIR by default.")
    ] = None,
    sensitivity: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="What carries the answer: the folder of a study of the same scenario; by default "
            "DIR_sensitivity or DIR/sensitivity, if there is one.",
        ),
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the page: de, en, pl, ru, uk.")] = "en",
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Make one page of HTML of a result folder, to be read anywhere and printed."""
    with told("interrupted; no report was written"):
        write(folder, out, sensitivity, force, quiet, language)


def write(
    folder: Path,
    out: Path | None = None,
    sensitivity: Path | None = None,
    force: bool = False,
    quiet: bool = False,
    language: str = "en",
) -> None:
    """Write the report of a result folder, and say where it is."""
    from sim import api

    page = api.report(folder, out=out, sensitivity=sensitivity, force=force, language=language)
    if not quiet:
        typer.echo(f"Report in {page}")
