"""The commands for master events lists: a scenario's injects out to a spreadsheet, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.terminal import File, Force, told

if TYPE_CHECKING:
    from sim.handouts.event_import import Imported

app = typer.Typer(
    name="events",
    help="A scenario's injects as a master events list (MSEL, MEL/MIL), out and in.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="COLUMN=HEADING",
        help="A heading of another layout, such as number=Serial. As often as needed.",
    ),
]


@app.command("export")
def export_list(
    file: File,
    out: Annotated[
        Path | None,
        typer.Option(metavar="LIST", help="A .xlsx or .csv file; NAME_events.xlsx by default."),
    ] = None,
    zone: Annotated[
        str, typer.Option(help="Time zone to show times in: UTC, +02:00, Europe/Warsaw.")
    ] = "UTC",
    column: Columns = None,
    force: Force = False,
) -> None:
    """Write a scenario's injects as a list that a spreadsheet opens."""
    with told():
        from sim.handouts.event_columns import chosen
        from sim.handouts.event_export import export
        from sim.handouts.event_times import chosen_zone
        from sim.scenario import load
        from sim.study.folder import check_new

        path = out or Path(f"{file.stem}_events.xlsx")
        check_new(path, force)
        where = chosen_zone(zone)
        chosen(column or ())
        scenario = load(file)
        export(scenario, path, where, column or ())
        count = len(scenario.injects)
        typer.echo(f"{count} {'event' if count == 1 else 'events'} of {file} in {path}")


@app.command("import")
def import_list(
    sheet: Annotated[Path, typer.Argument(metavar="LIST", help="A .xlsx or .csv file.")],
    into: Annotated[
        Path, typer.Option(metavar="FILE", help="The scenario whose injects it replaces.")
    ],
    out: Annotated[Path, typer.Option(metavar="NEW.yaml", help="Where the scenario goes.")],
    column: Columns = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(metavar="HEADING", help="A column to pass over. As often as needed."),
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="Time zone of times that say none, such as Europe/Warsaw.")
    ] = None,
    worksheet: Annotated[
        str | None, typer.Option("--sheet", metavar="NAME", help="Which sheet of a workbook.")
    ] = None,
    force: Force = False,
) -> None:
    """Write a scenario with a list's events for its injects, and everything else as it was."""
    with told():
        from sim.handouts.event_import import imported
        from sim.handouts.event_times import chosen_zone
        from sim.study.folder import check_new, place

        check_new(out, force)
        where = chosen_zone(zone) if zone is not None else None
        found = imported(sheet, into, column or (), leave_out or (), where, worksheet)
        place(out, lambda beside: beside.write_bytes(found.text.encode("utf-8")))
        for line in _told(found):
            typer.echo(line)
        typer.echo(f"{out} written; next: deconflict check {out}")


def _told(found: Imported) -> list[str]:
    """Return what became of the injects, a line each for what is not as it was."""
    lines = [f"{found.kept} as they were, {len(found.changed)} changed, {len(found.added)} new, "
             f"{len(found.removed)} taken out"]  # fmt: skip
    lines += [f"  changed: {name}: {', '.join(what)}" for name, what in found.changed.items()]
    lines += [f"  new: {name}" for name in found.added]
    return lines + [f"  taken out: {name}" for name in found.removed]
