"""The command that lists failure cards and prints them for a facilitator."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.terminal import told


def cards(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID|FILE]...", help="Cards to print, by id or by file."),
    ] = None,
) -> None:
    """List the failure cards, dated cases that an arm may use, or print some of them."""
    with told():
        from sim.scenario import card, load_card
        from sim.scenario import cards as all_cards
        from sim.show.card_sheet import card_lines, deck_lines

        if not names:
            for line in deck_lines(all_cards()):
                typer.echo(line)
            return
        found = [load_card(Path(name)) if _is_file(name) else card(name) for name in names]
        for row, one in enumerate(found):
            if row:
                typer.echo("\n")
            for line in card_lines(one):
                typer.echo(line)


def _is_file(name: str) -> bool:
    """Say whether a name is that of a file rather than an id."""
    return name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name
