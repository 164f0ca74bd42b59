"""The after-action report for a word processor, so that a room can write into it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.shared import Cm

from sim.workshop.after_action import found
from sim.workshop.fan import fan
from sim.workshop.phrases import phrases
from sim.workshop.session import Session

_PLAN_ROWS: Final = 6  # lines of the improvement plan at least
_WIDE: Final = 16  # centimetres between the margins


def document(session: Session, code: str, titles: dict[str, str]) -> bytes:
    """Return the report as a document; the same log gives the same text.

    ``titles`` are what the chairs are called.
    """
    told, say = found(session, code), phrases(code)
    made = Document()
    made.core_properties.created = made.core_properties.modified = datetime(2022, 3, 1, tzinfo=UTC)
    made.core_properties.author = "deconflict"
    made.add_paragraph(say["exercise"])
    made.add_heading(f"{say['report']}: {told['title']}", 0)
    made.add_paragraph(told["question"])
    made.add_paragraph(f"{told['span']} · {told['arm']} · {told['seed']}/{told['world']}")
    made.add_heading(say["overview"], 1)
    sat = "; ".join(titles[name] for name in told["sat"])
    made.add_paragraph(f"{say['people_sat']}: {sat or '–'}")
    _list(made, told["came"], "")
    made.add_heading(say["objectives"], 1)
    for one in told["objectives"]:
        made.add_heading(one["text"], 2)
        _list(made, [_noted(each, say) for each in one["noted"]], say["not_observed"])
    if not told["objectives"]:
        made.add_paragraph(say["no_objectives"])
    for rating, heading in (
        ("strength", "strengths"), ("improve", "improvements"), ("", "other_notes")
    ):  # fmt: skip
        made.add_heading(say[heading], 1)
        noted = [_noted(one, say) for one in told["observations"] if one["rating"] == rating]
        _list(made, noted, say["nothing_noted"])
    made.add_heading(say["believed"], 1)
    _table(made, (say["when"], say["number"], say["belief_was"], say["truth_was"]), [
        (f"{b['stamp']} {titles[b['chair']]}", str(b["case"]), _believed(b), _true(b))
        for b in told["beliefs"]
    ])  # fmt: skip
    made.add_heading(say["what_if_asked"], 1)
    _list(made, [_asked(one, say) for one in told["counterfactuals"]], say["none_asked"])
    made.add_heading(say["fan"], 1)
    made.add_picture(BytesIO(fan(session, code, "png")), width=Cm(_WIDE))
    made.add_heading(say["injects"], 1)
    rows = [(i["title"], i["planned"], i["actual"]) for i in told["injects"]]
    _table(made, (say["what"], say["planned"], say["actual"]), rows)
    made.add_heading(say["feedback"], 1)
    keys = ("learned", "missing", "change")
    rows = [(f["learned"], f["missing"], f["change"]) for f in told["feedback"]]
    _table(made, tuple(say[key] for key in keys), rows)
    made.add_heading(say["plan"], 1)
    plan = [(o["text"], "", "") for o in told["observations"] if o["rating"] == "improve"]
    plan += [("", "", "")] * (_PLAN_ROWS - len(plan))
    _table(made, (say["plan_what"], say["plan_how"], say["plan_who"]), plan)
    made.add_heading(say["timeline"], 1)
    for row in told["rows"]:
        made.add_paragraph(f"{row['stamp']}  {row['kind']}. {row['text']}")
    made.add_paragraph(f"{say['chain']} {told['last']}")
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def _noted(one: dict[str, Any], say: dict[str, str]) -> str:
    about = say["about"].replace("{text}", one["about"]) if one["about"] else ""
    return f"{one['stamp']}: {one['text']}" + (f" ({about})" if about else "")


def _believed(one: dict[str, Any]) -> str:
    return f"{one['believed']}: {one['why']}" if one["why"] else str(one["believed"])


def _true(one: dict[str, Any]) -> str:
    return f"{'✓' if one['right'] else '✗'} {one['true']}" if one["true"] else ""


def _asked(one: dict[str, Any], say: dict[str, str]) -> str:
    first = one["first"] if one["differs"] is None else f"{say['fork_first']}: {one['first']}."
    asked = f"{one['stamp']}. {one['about']} {say['changed']}: {one['changed']}."
    return f"{asked} {one['peak']} {first} {one['note']}"


def _list(made: Any, texts: Sequence[str], none: str) -> None:
    """Add a list, or what is said where there is nothing."""
    for text in texts:
        made.add_paragraph(text, style="List Bullet")
    if not texts and none:
        made.add_paragraph(none)


def _table(made: Any, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Add a table with a row of headings."""
    table = made.add_table(rows=0, cols=len(heads), style="Table Grid")
    for row in (heads, *rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    for cell in table.rows[0].cells:
        for run in cell.paragraphs[0].runs:
            run.bold = True
