"""All handouts of a scenario, in a language and on a paper, as files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from sim.errors import ResultsError, RunError
from sim.handouts.briefs import brief
from sim.handouts.conduct import cards, evaluator, run_sheet
from sim.handouts.html_sheets import html_text
from sim.handouts.paper import PAPERS, Sheet
from sim.handouts.participants import feedback, ladder, manual, map_sheet, slips
from sim.handouts.pdf_sheets import PaperSize, pdf_bytes
from sim.handouts.roles import roles
from sim.language import language
from sim.scenario import Scenario
from sim.scenario.nearest import suggestion
from sim.show.speaker import Speaker
from sim.study.folder import made, place

FORMATS: Final = ("pdf", "html")


class Handouts(NamedTuple):
    """Handouts by the name of their file, and the texts that the language lacks."""

    files: dict[str, bytes]
    lacking: tuple[str, ...]


def handouts(
    scenario: Scenario,
    code: str = "en",
    paper: str = "a4",
    form: str = "pdf",
    zone: tzinfo = UTC,
) -> Handouts:
    """Return every handout of a scenario.

    ``code`` is a language, ``paper`` "a4" or "letter", ``form`` "pdf" or "html", ``zone`` that of
    the times. Raises RunError for another one, or for a text that cannot be printed.
    """
    for option, value, known in (("--paper", paper, PAPERS), ("--format", form, FORMATS)):
        if value not in known:
            raise RunError(f'{option}: "{value}" is none. {suggestion(value, known)}')
    size: PaperSize = "letter" if paper == "letter" else "a4"
    tongue = language(code)._replace(zone=zone)
    files: dict[str, bytes] = {}
    lacking: list[str] = []
    for make in _makers(scenario):
        speaker = Speaker(scenario, tongue)
        sheet = make(speaker)
        own = tuple(speaker.lacking)
        notes = [*_notes(speaker), *([_lacks(speaker)] if own else [])]
        if form == "pdf":
            content = pdf_bytes(sheet, speaker, size, notes)
        else:
            content = html_text(sheet, speaker, size, notes).encode("utf-8")
        files[f"{sheet.name}.{form}"] = content
        lacking += own
    return Handouts(files, tuple(dict.fromkeys(lacking)))


def _makers(scenario: Scenario) -> list[Callable[[Speaker], Sheet]]:
    """Return what makes each sheet."""
    seats = [partial(brief, role=role) for role in roles(scenario)]
    return [manual, *seats, cards, slips, ladder, map_sheet, run_sheet, evaluator, feedback]


def _notes(speaker: Speaker) -> list[str]:
    """Return what stands on every page."""
    notes = [speaker.say("sheet.teaching")]
    return notes if speaker.language.reviewed else [*notes, speaker.say("sheet.draft")]


def _lacks(speaker: Speaker) -> str:
    return speaker.say("sheet.as_written", language=speaker.language.title)


def write(found: Handouts, folder: Path, force: bool = False) -> None:
    """Write handouts into a folder; raises ResultsError where they cannot go.

    A file that is there already is replaced only with ``force``, and before one is, all are looked
    at.
    """
    taken = [name for name in found.files if (folder / name).exists()]
    if taken and not force:
        raise ResultsError(
            f"{folder / taken[0]}: is there already; give --out another name, or --force to "
            f"replace it"
        )
    made(folder)
    for name, content in found.files.items():
        place(folder / name, partial(_put, content))


def _put(content: bytes, beside: Path) -> None:
    beside.write_bytes(content)
