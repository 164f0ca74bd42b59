"""Tables that read well in a terminal and in a Markdown document alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

Cells = Sequence[str]


def table_lines(head: Cells, rows: Iterable[Cells], markdown: bool) -> Iterator[str]:
    """Yield the lines of a table: in columns for a terminal, or as Markdown.

    The first column is set to the left, all others to the right.
    """
    whole = [list(head), *(list(row) for row in rows)]
    if markdown:
        yield _marked(whole[0])
        yield "|---|" + "---:|" * (len(head) - 1)
        for row in whole[1:]:
            yield _marked(row)
        return
    widths = [max(len(row[at]) for row in whole) for at in range(len(head))]
    for number, row in enumerate(whole):
        cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()
        if number == 0:
            yield "  ".join("─" * width for width in widths)


def _marked(row: Cells) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def made_by(command: str, markdown: bool) -> Iterator[str]:
    """Yield which command made what stands above, if one did."""
    if command:
        yield ""
        yield f"Made by `{command}`." if markdown else f"Made by: {command}"
