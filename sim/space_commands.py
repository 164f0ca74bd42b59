"""The commands that look at the space of what is assumed: sensitivity and discover."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.terminal import (
    INTERRUPTED,
    File,
    Force,
    GivenOption,
    Markdown,
    Quiet,
    Seed,
    Workers,
    progress,
    told,
)

if TYPE_CHECKING:
    from sim.api import Discovery, Sensitivity

Arm = Annotated[str, typer.Option(help="The arm to compare with no line.")]
Worlds = Annotated[int, typer.Option(help="Worlds at every point.", min=2, max=1_000_000)]
Factors = Annotated[
    str | None,
    typer.Option(metavar="NAME,...", help="Vary only these; by default all that have a range."),
]
Figures = Annotated[bool, typer.Option(help="Draw the figures.")]

_COUNTED = "lives"
_NONE_FINISHED = "interrupted before a single world was finished at every point; nothing to report"


def sensitivity(
    file: File,
    worlds: Worlds = 100,
    seed: Seed = 1,
    arm: Arm = "as_designed",
    given: GivenOption = None,
    factors: Factors = None,
    trajectories: Annotated[int, typer.Option(help="Morris's paths.", min=2, max=1000)] = 20,
    samples: Annotated[
        int, typer.Option(help="Base samples of Sobol's indices, a power of two.", min=2)
    ] = 128,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder; results/NAME_sensitivity by default."),
    ] = None,
    workers: Workers = None,
    figures: Figures = True,
    markdown: Markdown = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Find what carries the answer: which assumptions move the paired difference."""
    with told("interrupted; nothing was written"):
        from sim import api
        from sim.show.sensitivity_answer import lines_of
        from sim.study.folder import check_free
        from sim.study.sensitivity import asked, lives

        scenario = api.load(file)
        study = asked(scenario, arm, worlds, seed, given, factors, trajectories, samples)
        folder = out or Path("results") / f"{file.stem}_sensitivity"
        check_free(folder, force)
    with told(f"interrupted; what was finished is in {folder}/"):
        total = lives(len(study.factors), worlds, trajectories, samples)
        with progress(total, quiet, _COUNTED) as advance:
            found = api.sensitivity(
                scenario, arm=arm, worlds=worlds, seed=seed, given=given, factors=factors,
                trajectories=trajectories, samples=samples, workers=workers or os.cpu_count() or 1,
                out=folder, force=force, progress=advance,
            )  # fmt: skip
        _end(found, folder, lines_of, figures, markdown, quiet)


def discover(
    file: File,
    worlds: Worlds = 100,
    seed: Seed = 1,
    arm: Arm = "as_designed",
    given: GivenOption = None,
    factors: Factors = None,
    points: Annotated[int, typer.Option(help="Points over the space.", min=2, max=100_000)] = 400,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder; results/NAME_discover by default.")
    ] = None,
    workers: Workers = None,
    figures: Figures = True,
    markdown: Markdown = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Find where in the space of what is assumed the line helps, and where it harms."""
    with told("interrupted; nothing was written"):
        from sim import api
        from sim.show.discovery_answer import lines_of
        from sim.study.folder import check_free

        scenario = api.load(file)
        folder = out or Path("results") / f"{file.stem}_discover"
        check_free(folder, force)
    with told(f"interrupted; what was finished is in {folder}/"):
        with progress(points * worlds, quiet, _COUNTED) as advance:
            found = api.discover(
                scenario, arm=arm, worlds=worlds, seed=seed, given=given, factors=factors,
                points=points, workers=workers or os.cpu_count() or 1, out=folder, force=force,
                progress=advance,
            )  # fmt: skip
        _end(found, folder, lines_of, figures, markdown, quiet)


def _end(
    found: Sensitivity | Discovery, folder: Path, lines_of: Any, figures: bool, markdown: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Print a result and draw it; leave with the code of an interrupt if it is not complete."""
    if not found.worlds:
        typer.echo(_NONE_FINISHED, err=True)
        raise typer.Exit(INTERRUPTED)
    for line in lines_of(found, markdown):
        typer.echo(line)
    if figures:
        found.draw(folder)
    if not quiet:
        typer.echo(f"\nResults in {folder}/")
    if not found.complete:
        raise typer.Exit(INTERRUPTED)
