"""Sheets as HTML: one file each, nothing loaded from anywhere, printed from any browser."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from sim.handouts.paper import (
    BOX,
    Bullets,
    Card,
    Heading,
    Lines,
    Paragraph,
    Part,
    Picture,
    Sheet,
    Step,
    Table,
)
from sim.handouts.pdf_sheets import PaperSize
from sim.show.speaker import Speaker

_STYLE: Final = """
body{font:10.5pt/1.4 "DejaVu Sans",Verdana,sans-serif;color:#000;background:#fff;margin:0 auto;
max-width:46rem;padding:1rem;overflow-wrap:anywhere}
body.wide{max-width:66rem}
.frame{width:100%;border-collapse:collapse;table-layout:fixed}
.frame>thead,.frame>tfoot{text-align:center}
.mark{font-weight:bold}
.small{font-size:8pt}
h1{font-size:17pt;margin:.3rem 0}
h2{font-size:12pt;margin:.9rem 0 .3rem;break-after:avoid}
p{margin:.3rem 0;white-space:pre-line}
ul{margin:.2rem 0;padding-left:1.6em}
.boxes{list-style:none;padding:0}
.grid{width:100%;border-collapse:collapse;margin:.3rem 0 .6rem;table-layout:fixed}
.grid th,.grid td{border:1px solid #000;padding:.2rem .35rem;text-align:start;vertical-align:top}
.grid th{background:#e8e8e8}
.tall td{height:2.2em}
.rule{border-bottom:1px solid #000;height:2em}
.card{border:2px dashed #000;padding:.4rem .8rem;margin:.8rem 0;break-inside:avoid}
.step{border:1px solid #000;margin:.2rem 0;padding:.4rem;display:flex;gap:1rem;break-inside:avoid}
.step b{font-size:30pt;line-height:1;min-width:1.6em;text-align:center}
.step h2{margin:0;font-size:17pt}
img{width:100%;height:auto}
@media print{body{max-width:none;padding:0}.frame>thead{display:table-header-group}
.frame>tfoot{display:table-footer-group}}
"""


def html_text(sheet: Sheet, speaker: Speaker, size: PaperSize, notes: Sequence[str]) -> str:
    """Return a sheet as a page of HTML, ``notes`` at the foot of each printed page."""
    say = speaker.say
    page = f"{'A4' if size == 'a4' else 'letter'}{' landscape' if sheet.wide else ''}"
    mark = f'<div class="mark">{escape(say("sheet.exercise"))}</div>'
    below = "".join(f'<div class="small">{escape(note)}</div>' for note in notes)
    scenario = speaker.text(speaker.scenario.scenario)
    body = "\n".join(line for part in sheet.parts for line in _part(part))
    rest = "".join(f'<p class="small">{escape(note)}</p>' for note in sheet.notes)
    above = f'<div class="small">{escape(f"{sheet.title} · {sheet.audience}")}</div>'
    return (
        f'<!DOCTYPE html>\n<html lang="{speaker.language.locale.language}">\n<head>\n'
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(sheet.title)}: {escape(scenario)}</title>\n"
        f"<style>{_STYLE}@page{{size:{page};margin:13mm}}</style>\n</head>\n"
        f"<body{' class=wide' if sheet.wide else ''}>\n"
        f'<main>\n<table class="frame" role="presentation">\n'
        f"<thead><tr><td>{mark}{above}</td></tr></thead>\n"
        f"<tfoot><tr><td>{below}{mark}</td></tr></tfoot>\n"
        f"<tbody><tr><td>\n<h1>{escape(sheet.title)}</h1>\n{body}\n{rest}</td></tr></tbody>\n"
        "</table>\n</main>\n</body>\n</html>\n"
    )


def _told(text: str) -> str:
    """Return a text as it may stand in a page, in whichever direction it is written."""
    return f"<bdi>{escape(text)}</bdi>" if text else ""


def _part(part: Part) -> Iterator[str]:
    """Yield the lines of one part."""
    match part:
        case Heading(text):
            yield f"<h2>{_told(text)}</h2>"
        case Paragraph(text, strong):
            yield f"<p>{'<b>' if strong else ''}{_told(text)}{'</b>' if strong else ''}</p>"
        case Bullets(items, mark):
            yield '<ul class="boxes">' if mark == BOX else "<ul>"
            sign = f"{BOX} " if mark == BOX else ""
            yield from (f"<li>{sign}{_told(item)}</li>" for item in items)
            yield "</ul>"
        case Table():
            yield from _table(part)
        case Lines(label, count):
            yield f"<p><b>{_told(label)}</b></p>" if label else ""
            yield from ['<div class="rule"></div>'] * max(1, count)
        case Step(number, title, text):
            yield f'<div class="step"><b>{number}</b><div><h2>{_told(title)}</h2>'
            yield f"<p>{_told(text)}</p></div></div>"
        case Picture(png, alt):
            source = b64encode(png).decode()
            yield f'<img alt="{escape(alt)}" src="data:image/png;base64,{source}">'
        case Card(parts):
            yield '<div class="card">'
            for one in parts:
                yield from _part(one)
            yield "</div>"


def _table(table: Table) -> Iterator[str]:
    """Yield the lines of a table."""
    yield f'<table class="grid{" tall" if table.tall else ""}"><colgroup>'
    yield "".join(f'<col style="width:{share:.0%}">' for share in table.shares) + "</colgroup>"
    if table.head:
        cells = "".join(f'<th scope="col">{_told(cell)}</th>' for cell in table.head)
        yield f"<thead><tr>{cells}</tr></thead>"
    yield "<tbody>"
    for row in table.rows:
        yield f"<tr>{''.join(f'<td>{_told(cell)}</td>' for cell in row)}</tr>"
    yield "</tbody></table>"
