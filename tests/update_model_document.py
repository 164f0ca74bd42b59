"""The constants in the model document, made from the catalogue.

``python tests/update_model_document.py`` writes them anew between their marks in ``sim/MODEL.md``
and prints each line that moved; a test holds the document to what the catalogue says.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import ndiff
from pathlib import Path

from sim.show.parameter_table import markdown_lines, parameter_rows

DOCUMENT = Path(__file__).parent.parent / "sim" / "MODEL.md"
BEGIN, END = "<!-- constants: begin -->", "<!-- constants: end -->"


def refreshed(text: str) -> str:
    """Return the document's text with its constants as the catalogue has them."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{DOCUMENT.name}: lacks the marks {BEGIN} and {END}; put them back")
    tables = "\n".join(markdown_lines(parameter_rows()))
    return f"{head}{BEGIN}\n\n{tables}\n{END}{tail}"


def moved(before: str, after: str) -> Iterator[str]:
    """Yield the lines that are new or gone."""
    pieces = ndiff(before.splitlines(), after.splitlines())
    return (line for line in pieces if line.startswith(("+ ", "- ")))


def update() -> None:
    """Write the constants anew and print what moved."""
    before = DOCUMENT.read_text(encoding="utf-8")
    after = refreshed(before)
    for line in moved(before, after):
        print(line)
    DOCUMENT.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    update()
