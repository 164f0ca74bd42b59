"""The report: one page that holds all of a comparison, and asks nothing of any network.

What it says comes from where the commands have it: the answer, its tables, the narration, the
catalogue. The page is made by Jinja2, which escapes whatever a scenario says. The same folder gives
the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from sim.errors import ResultsError
from sim.language import ENGLISH, Language, filled, gettext, language, speaking, spoken
from sim.language import gettext_noop as N_
from sim.show import assumptions, figure_words
from sim.show.answer import extent, methods, other_tables
from sim.show.carried import carries, tornado
from sim.show.figures import draw_all
from sim.show.inline_svg import Drawing, drawing
from sim.show.numbers import whole
from sim.show.plain_answer import CLOSING
from sim.show.reproduction import reproduction
from sim.show.sheets import Sheet, Words, sheet_of
from sim.show.short_answer import answers
from sim.show.stories import stories
from sim.show.style import figure_of, save
from sim.show.tornado import draw_tornado
from sim.show.unknown import CAUTION, explained, parts_sheet, thirds_sheet, too_few
from sim.show.words import arm_words, own_text
from sim.study.folder import check_new, place
from sim.study.measures import THRESHOLDS
from sim.study.reopening import Manifest, read_told
from sim.study.sensitivity_kept import KeptSensitivity, beside, read_sensitivity

if TYPE_CHECKING:
    from sim.api import Comparison
    from sim.study.sensitivity import Sensitivity

REPORT: Final = "report.html"
_TEMPLATE, _STYLE = "report.html", "report.css"
_SVG: Final = ".svg"

PARTS: Final = (
    ("question", N_("The question")),
    ("answer", N_("The answer")),
    ("figures", N_("What all worlds say")),
    ("worlds", N_("One world, two histories")),
    ("carries", N_("What carries the answer")),
    ("assumptions", N_("What is assumed")),
    ("reproduce", N_("How to reproduce it")),
)
"""The parts of the page, by their names in it."""

_MESSAGE: Final = 14.0
"""Letters of a figure's message and subtitle are at least this large, in points."""


class Pictured(NamedTuple):
    """A figure of the page: its drawing, and what it says to who cannot see it."""

    name: str
    caption: str
    shows: str
    sheets: tuple[Sheet, ...]
    drawing: Drawing


def write_report(
    found: Comparison,
    folder: str | Path,
    out: str | Path | None = None,
    sensitivity: str | Path | None = None,
    force: bool = False,
    code: str = ENGLISH,
) -> Path:
    """Write the report of a result folder and return its file, ``report.html`` there by default.

    In another language than English it is ``report_pl.html`` and the like, by the language's
    ``code``; raises RunError for a language that there is no catalogue for.

    ``found`` is the folder's comparison. ``sensitivity`` is a result folder of a sensitivity study
    of the same scenario; without one that which lies beside the folder is taken, if any does.
    Raises ResultsError for a file that is there already, unless ``force``, for what cannot be
    written, and for a figure or a study that cannot be read.
    """
    tongue = language(code)
    page = Path(folder) / _named(tongue) if out is None else Path(out)
    check_place(page, force)
    if sensitivity is None:
        study = beside(Path(folder), found.scenario)
    else:
        study = read_sensitivity(Path(sensitivity), found.scenario)
    with speaking(code):
        text = report_page(found, read_told(Path(folder)), Path(folder), study)
    place(page, lambda by: by.write_text(text, encoding="utf-8", newline="\n"))
    return page


def _named(tongue: Language) -> str:
    return REPORT if tongue.code == ENGLISH else f"report_{tongue.code}.html"


def check_place(out: Path, force: bool) -> None:
    """Raise ResultsError unless a report may be written here; change nothing."""
    if not out.parent.is_dir():
        raise ResultsError(
            f"{out}: there is no folder {out.parent}; make it, or give --out another place"
        )
    check_new(out, force)


def report_page(
    found: Comparison, told: Manifest, folder: Path, study: KeptSensitivity | None
) -> str:
    """Return the page of a comparison as HTML."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(_=gettext, _m=_marked)
    environment.filters["drawn"] = Markup
    environment.filters["lower_first"] = lambda text: text[:1].lower() + text[1:]
    source = files("sim.show")
    template = environment.from_string(source.joinpath(_TEMPLATE).read_text(encoding="utf-8"))
    style = Markup(source.joinpath(_STYLE).read_text(encoding="utf-8").strip())
    text = template.render(style=style, **_told(found, told, folder, study))
    return text if text.endswith("\n") else f"{text}\n"


def _marked(text: str, **commands: str) -> Markup:
    """Return a sentence with commands in it, which are set as such."""
    code = {name: Markup("<code>{}</code>").format(value) for name, value in commands.items()}
    return Markup(filled(str(escape(spoken().sentence(text))), code))


def _notes(found: Comparison) -> list[str]:
    """Return what is to be said of the language before anything else, if anything is."""
    tongue = spoken()
    if tongue.code == ENGLISH:
        return []
    notes = [] if tongue.reviewed else [tongue.say("sheet.draft")]
    notes.append(
        gettext(
            "Texts that the scenario does not have in this language, and the titles, reasons and "
            "sources of assumed values, stand in English."
        )
    )
    return notes


def _told(
    found: Comparison, told: Manifest, folder: Path, study: KeptSensitivity | None
) -> dict[str, Any]:
    """Return everything that the page says, by the names the template has for it."""
    general, of_world = _figures(found, folder)
    worlds, missing = stories(found)
    scenario = found.scenario
    return {
        "language": spoken().locale.language,
        "notes": _notes(found),
        "title": own_text(scenario.scenario),
        "question": own_text(scenario.question),
        "parts": [(name, gettext(title)) for name, title in PARTS],
        "extent": extent(found),
        "partial": None if found.complete else _reason(told),
        "arms": [(arm, arm_words(found.scenario, arm)) for arm in found.arms],
        "answers": answers(found),
        "closing": gettext(CLOSING),
        "figures": general,
        "maps": [one for one in of_world if one.name == _id(figure_words.MAP)],
        "timelines": [
            one
            for name in (figure_words.TIMELINE, figure_words.BELIEFS)
            for one in of_world
            if one.name == _id(name)
        ],
        "methods": list(methods(found)),
        "others": [sheet_of(table) for table in other_tables(found)],
        "stories": worlds,
        "no_story": missing,
        "carries": None if study is None else _carries(study),
        "unknown": _unknown(found),
        "graded": assumptions.graded(),
        "own": assumptions.own_sheet(scenario),
        "line": assumptions.line_sheet(found),
        "arm_notes": list(assumptions.arm_notes(found)),
        "groups": assumptions.groups(scenario),
        "again": reproduction(found, told),
        "program": told.version,
    }


def _reason(told: Manifest) -> str:
    """Return what a partial result covers, and why."""
    why = f" ({told.reason})" if told.reason and told.reason != "interrupted" else ""
    return gettext(
        "It was interrupted{why}: every number here covers the {worlds} of "
        "{worlds_asked} worlds that were finished.",
        why=why,
        worlds=whole(told.worlds),
        worlds_asked=whole(told.worlds_asked),
    )


def _unknown(found: Comparison) -> dict[str, list[Any]] | None:
    """Return what the parameter sets say, where worlds were lived under such."""
    if not found.sets:
        return None
    if not found.tells_parts:
        return {"sheets": [], "texts": [too_few(found)]}
    thirds = thirds_sheet(found)
    sheets, texts = [parts_sheet(found)], [explained(found)]
    if thirds is not None:
        sheets.append(thirds)
        texts.append(gettext(CAUTION))
    return {"sheets": sheets, "texts": texts}


# Figures.


def _figures(found: Comparison, folder: Path) -> tuple[list[Pictured], list[Pictured]]:
    """Return the figures of all worlds, and those of the one world that tells most.

    They are those the folder holds, among them any that this version does not know; what a
    comparison should have and the folder lacks is drawn.
    """
    held = _held(folder)
    general = list(figure_words.of_all_worlds(found))
    of_world = list(figure_words.of_one_world(found))
    known = {words.name for words in (*general, *of_world)}
    with TemporaryDirectory() as drawn:
        if known - held.keys():
            missing = {p.stem: p for p in draw_all(found, Path(drawn)) if p.suffix == _SVG}
            held = missing | held
        pictured = partial(_pictured, held=held)
        others = [_unknown_figure(held[name]) for name in sorted(held.keys() - known)]
        return [*pictured(general), *others], list(pictured(of_world))


def _held(folder: Path) -> dict[str, Path]:
    """Return the figures of a folder by name; they are in English, and none in another language."""
    if spoken().code != ENGLISH:
        return {}
    return {path.stem: path for path in sorted(folder.glob(f"*{_SVG}"))}


def _pictured(wanted: Iterable[Words], held: Mapping[str, Path]) -> Iterator[Pictured]:
    for words in wanted:
        if words.name in held:
            name = _id(words.name)
            yield Pictured(
                name, words.caption, words.shows, words.sheets,
                drawing(held[words.name], f"{name}-"),
            )  # fmt: skip


def _unknown_figure(path: Path) -> Pictured:
    """Return a figure that the folder holds and this version does not know, in its own words."""
    name = _id(path.stem)
    found = drawing(path, f"{name}-")
    own = [text for size, text in found.texts if size >= _MESSAGE]
    caption = path.stem.replace("_", " ").capitalize()
    shows = " · ".join(own) if own else caption
    return Pictured(name, caption, shows, (), found)


def _id(name: str) -> str:
    """Return a name for a figure inside the page, of letters that any name there may have."""
    return "figure-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in name)


def _carries(study: KeptSensitivity) -> dict[str, Any]:
    """Return what carries the answer, with the figure if its folder holds it."""
    words = tornado(study)
    with TemporaryDirectory() as drawn:
        held = _held(study.folder)
        if not held:
            # What a folder keeps of a study means the same as the study itself.
            axes = draw_tornado(cast("Sensitivity", study), min(THRESHOLDS))
            save(figure_of(axes), Path(drawn), words.name)
            held = {path.stem: path for path in Path(drawn).glob(f"*{_SVG}")}
        pictures = list(_pictured([words], held))
    told = carries(study)._asdict()
    return told | {"figures": pictures, "sheets": () if pictures else words.sheets}
