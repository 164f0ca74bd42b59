"""The after-action report for a word processor, so that a room can write into it."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from docx import Document

from sim.workshop.after_action import found
from sim.workshop.phrases import phrases
from sim.workshop.session import Session

_PLAN_ROWS = 6  # empty lines of the improvement plan


def document(session: Session, code: str) -> bytes:
    """Return the report as a document; the same log gives the same text."""
    told, say = found(session, code), phrases(code)
    made = Document()
    made.core_properties.created = made.core_properties.modified = datetime(2022, 3, 1, tzinfo=UTC)
    made.core_properties.author = "deconflict"
    made.add_paragraph(say["exercise"])
    made.add_heading(f"{say['report']}: {told['title']}", 0)
    made.add_paragraph(told["question"])
    made.add_paragraph(f"{told['span']} · {told['arm']} · {told['seed']}/{told['world']}")
    made.add_heading(say["what"], 1)
    for text in told["came"]:
        made.add_paragraph(text, style="List Bullet")
    _table(made, say["injects"], [(i["title"], i["planned"], i["actual"]) for i in told["injects"]])
    _table(made, say["write_belief"], [
        (f"{b['stamp']} {b['chair']}", f"{b['believed']}: {b['why']}", b["true"])
        for b in told["beliefs"]
    ])  # fmt: skip
    _table(made, say["observe"], [
        (o["stamp"], say[o["rating"]] if o["rating"] else "", o["text"])
        for o in told["observations"]
    ])  # fmt: skip
    _table(made, say["feedback"], [
        (f["learned"], f["missing"], f["change"]) for f in told["feedback"]
    ])  # fmt: skip
    _table(made, say["improve"], [("", "", "")] * _PLAN_ROWS)
    made.add_heading(say["feed"], 1)
    for row in told["rows"]:
        made.add_paragraph(f"{row['stamp']}  {row['kind']}. {row['text']}")
    made.add_paragraph(told["last"])
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _table(made: Any, title: str, rows: list[tuple[str, str, str]]) -> None:
    """Add a table of three columns under a heading."""
    made.add_heading(title, 1)
    table = made.add_table(rows=0, cols=3, style="Table Grid")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
