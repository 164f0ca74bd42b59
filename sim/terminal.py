"""What the commands share: options, errors as messages, a progress bar, output to a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.errors import DeconflictError, RunError

INTERRUPTED = 130
"""The exit code of a command that a signal to interrupt has ended: 128 and the signal's number."""

File = Annotated[Path, typer.Argument(metavar="FILE", help="A scenario file.")]
Seed = Annotated[int, typer.Option(help="Seed of all luck.", min=0)]
Workers = Annotated[
    int | None, typer.Option(help="Processes; all cores by default.", min=1, max=256)
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="A Dask scheduler, tcp://HOST:PORT, whose workers do the work instead.",
    ),
]
Markdown = Annotated[bool, typer.Option("--markdown", help="Print tables as Markdown.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say only the answer.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an earlier result.")]
SetsFile = Annotated[
    Path | None,
    typer.Option(
        "--sets", metavar="FILE.csv", help="Parameter sets; by default the accepted ones."
    ),
]
GivenOption = Annotated[
    str | None,
    typer.Option(metavar="KIND|INJECT", help="Place one grave incident, or follow an inject."),
]


def hands(workers: int | None, scheduler: str | None) -> int | str:
    """Return who does the work: so many processes here, all cores by default, or a cluster."""
    if scheduler is None:
        return workers or os.cpu_count() or 1
    if workers is not None:
        raise RunError(
            "--workers: counts processes of this machine, and --scheduler names those of a "
            "cluster; leave one of the two out"
        )
    return scheduler


@contextmanager
def told(interrupted: str = "interrupted") -> Iterator[None]:
    """Turn an error this package raises on purpose into its message and exit code 1.

    An interrupt ends with a sentence and exit code 130.
    """
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"\n{interrupted}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except DeconflictError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@contextmanager
def progress(worlds: int, quiet: bool, what: str = "worlds") -> Iterator[Any]:
    """Show a bar with rate and time left on a terminal, and nothing anywhere else.

    ``what`` names that which is counted.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task(what, total=worlds, rate="")

        def advance(count: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, advance=count, rate=f"{speed:.0f}/s" if speed else "")

        yield advance


def say(lines: Iterable[str], out: Path | None) -> None:
    """Print lines, and write them to a file as well if one is named."""
    listed = list(lines)
    for line in listed:
        typer.echo(line)
    if out is not None:
        from sim.study.folder import place_text

        place_text(out, listed)
