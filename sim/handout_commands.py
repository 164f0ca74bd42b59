"""The command that prints what a room holds in its hands, made from a scenario file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.terminal import File, Force, told

_SHOWN = 5  # texts without a translation that are named


def handouts(
    file: File,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A folder; NAME_handouts by default.")
    ] = None,
    paper: Annotated[str, typer.Option(help="What it is printed on: a4 or letter.")] = "a4",
    language: Annotated[
        str, typer.Option(help="Language of the sheets: de, en, pl, ru, uk.")
    ] = "en",
    form: Annotated[str, typer.Option("--format", help="pdf or html.")] = "pdf",
    zone: Annotated[
        str, typer.Option(help="Time zone of the times: UTC, +02:00, Europe/Warsaw.")
    ] = "UTC",
    force: Force = False,
) -> None:
    """Print the paper twin: manual, briefs, cards, slips, ladder, map, run sheet and forms."""
    with told():
        from sim.handouts.event_times import chosen_zone
        from sim.handouts.printing import handouts as printed
        from sim.handouts.printing import write
        from sim.language import language as spoken
        from sim.scenario import load

        folder = out or Path(f"{file.stem}_handouts")
        found = printed(load(file), language, paper, form, chosen_zone(zone))
        write(found, folder, force)
        typer.echo(f"{len(found.files)} handouts of {file} in {folder}")
        if not spoken(language).reviewed:
            typer.echo(
                f"the {language} texts are a draft that nobody has reviewed; each sheet says so"
            )
        if found.lacking:
            count = len(found.lacking)
            typer.echo(f"{count} texts of the scenario have no {language} version, and stand as "
                       "the file has them:")  # fmt: skip
            for text in found.lacking[:_SHOWN]:
                typer.echo(f"  {text}")
            if len(found.lacking) > _SHOWN:
                typer.echo(f"  and {len(found.lacking) - _SHOWN} more")
