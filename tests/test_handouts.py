"""Handouts: the same each time, nothing a role may not know, nothing that no paper holds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from browser import browsing, check_page, needs_browser
from commands import ROOT
from handout_parts import SECRET, pages, shown, with_title
from pypdf import PdfReader

from sim.errors import ResultsError, RunError
from sim.handouts.conduct import cards, codes, run_sheet
from sim.handouts.html_sheets import html_text
from sim.handouts.pdf_sheets import pdf_bytes
from sim.handouts.printing import handouts, write
from sim.language import PSEUDO, language
from sim.scenario import load, loads
from sim.show.speaker import Speaker

BORDER = ROOT / "scenarios" / "polish_border_2022.yaml"
PARTICIPANTS = ("manual", "slips", "ladder", "map", "feedback", "evaluator")
BRIEFS = ("brief_a1_watch", "brief_a1_capital", "brief_b2_watch", "brief_b2_capital",
          "brief_observer")  # fmt: skip


def count(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    return pages(loads(SECRET))


def test_a_role_knows_its_own_side_and_no_secret(told: dict[str, str]) -> None:
    for name in (*PARTICIPANTS, *BRIEFS):
        assert "SECRET" not in told[name], name
        assert "0.4321" not in told[name]
        if name != "slips":
            assert "somebody else did it" not in told[name], name
        for unit, own in (("UNITONE", "a1"), ("UNITTWO", "b2"), ("UNITTHREE", "nobody")):
            assert (unit in told[name]) == name.startswith(f"brief_{own}"), (name, unit)
        for number, own in (("41", "a1"), ("43", "b2"), ("47", "nobody")):
            assert (number in told[name].split()) == name.startswith(f"brief_{own}"), name
        for unit in ("alphaunit", "betaunit", "gammaunit"):
            assert unit not in told[name]


def test_a_pdf_hides_nothing_that_the_page_does_not_show(told: dict[str, str]) -> None:
    """Text can stand in a PDF that no eye sees: outline, metadata, what lies under something."""
    found = handouts(loads(SECRET)).files
    assert len(found) == len(told)
    for file, content in found.items():
        name = file.removesuffix(".pdf")
        reader = PdfReader(BytesIO(content))
        said = " ".join(page.extract_text() for page in reader.pages)
        hidden = f"{reader.metadata} {reader.outline} {reader.attachments}"
        shown_words = set(re.findall(r"(?:SECRET|UNIT|BRIEF)[A-Z]+", told[name]))
        assert set(re.findall(r"(?:SECRET|UNIT|BRIEF)[A-Z]+", said + hidden)) == shown_words, name
        assert not any(page.annotations for page in reader.pages)


def test_times_are_told_in_the_zone_asked_for() -> None:
    found = handouts(load(BORDER), form="html", zone=ZoneInfo("Europe/Warsaw"))
    card = shown(found.files["cards.html"])
    assert "15 Nov 2022, 15:40 Europe/Warsaw" in card
    assert "UTC" not in card
    assert "1 Nov 2022, 01:00 Europe/Warsaw" in shown(found.files["manual.html"])


@needs_browser
def test_a_browser_finds_no_barrier_on_any_sheet(tmp_path: Path) -> None:
    write(handouts(load(BORDER), "uk", form="html"), tmp_path)
    with browsing() as browser:
        for page in sorted(tmp_path.glob("*.html")):
            check_page(browser, page)


def test_a_brief_of_the_scenario_goes_to_its_role_alone(told: dict[str, str]) -> None:
    for text, where in (("BRIEFONE", "brief_a1_watch"), ("BRIEFTWO", "brief_b2_watch"),
                        ("BRIEFALL", "manual")):  # fmt: skip
        assert [name for name, page in told.items() if text in page] == [where]


def test_the_secrets_are_told_where_they_belong(told: dict[str, str]) -> None:
    for secret in ("QUESTION", "INJECT", "AREA", "SITE", "ARM", "EXPECTED", "PERSON", "NOTE"):
        assert f"SECRET{secret}" in told["run_sheet"]
    assert "somebody else did it" in told["run_sheet"]
    assert "SECRETINJECT" in told["cards"]
    assert "HOWITCOMES" in told["cards"]
    for hidden in ("EXPECTED", "PERSON", "NOTE", "AREA", "SITE", "ARM", "QUESTION"):
        assert f"SECRET{hidden}" not in told["cards"]
    assert "somebody else did it" not in told["cards"]


def test_every_sheet_says_that_it_is_an_exercise(told: dict[str, str]) -> None:
    assert set(told) == {*PARTICIPANTS, *BRIEFS, "cards", "run_sheet"}
    for page in told.values():
        assert page.count("EXERCISE – EXERCISE – EXERCISE") >= 2
        assert "A teaching exercise with public values" in page
        assert "Draft translation" not in page


def test_no_text_is_fixed() -> None:
    own = re.compile(r"SECRET\w+|UNIT\w+|BRIEF\w+|HOWITCOMES|UTC")
    for name, page in pages(loads(SECRET), PSEUDO).items():
        # A card's code and a bloc's id are no words.
        assert re.findall(r"[A-Za-z]*[a-z][A-Za-z]+", own.sub("", page)) == [], name


def test_a_draft_says_so_and_what_it_lacks() -> None:
    found = handouts(load(BORDER), "pl", form="html")
    assert "A missile falls on Przewodów in Poland and kills two people" in found.lacking
    assert "Poland" not in found.lacking
    for name, content in found.files.items():
        page = content.decode()
        assert "Robocze tłumaczenie" in page, name
        assert "ĆWICZENIE" in page
    assert "Polska" in found.files["manual.html"].decode()
    assert "1 lis 2022, 00:00 UTC" in found.files["manual.html"].decode()
    assert "scenariusz nie ma w tym języku" not in found.files["ladder.html"].decode()


def test_a_scenario_that_has_the_language_is_told_in_it() -> None:
    text = SECRET.replace("title: SECRETINJECT", "title: {en: English, uk: Українською}")
    found = handouts(loads(text), "uk", form="html")
    card = found.files["cards.html"].decode()
    assert "Українською" in card
    assert "English" not in card
    assert "English" not in found.lacking
    assert "English" in pages(loads(text), "de")["cards"]


MOST = {"manual": 2, "cards": 3, "slips": 2, "ladder": 1, "map": 1, "run_sheet": 4,
        "evaluator": 1, "feedback": 1}  # fmt: skip


@pytest.mark.parametrize(("code", "paper"), [("en", "a4"), ("uk", "letter")])
def test_the_sheets_fit_their_pages(code: str, paper: str) -> None:
    for name, content in handouts(load(BORDER), code, paper).files.items():
        stem = name.removesuffix(".pdf")
        assert 1 <= count(content) <= MOST.get(stem, 2), name
        sizes = {"a4": b"595.28 841.89", "letter": b"612.00 792.00"}
        turned = {"a4": b"841.89 595.28", "letter": b"792.00 612.00"}
        assert (turned if stem == "map" else sizes)[paper] in content


def _printed(folder: Path, seed: str) -> dict[str, bytes]:
    environment = os.environ | {"PYTHONHASHSEED": seed}
    file = str(ROOT / "scenarios" / "minimal.yaml")
    arguments = ["handouts", file, "--out", str(folder), "--language", "ru"]
    subprocess.run(
        [sys.executable, "-m", "sim", *arguments], cwd=ROOT, env=environment, check=True,
        capture_output=True,
    )  # fmt: skip
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_two_processes_print_the_same_bytes(tmp_path: Path) -> None:
    first = _printed(tmp_path / "one", "1")
    assert len(first) == 13
    assert first == _printed(tmp_path / "two", "2")


def test_a_scenario_without_injects_has_cards_to_write_on() -> None:
    scenario = load(ROOT / "scenarios" / "minimal.yaml")
    assert codes(scenario) == []
    told = pages(scenario)
    assert told["cards"].count("Blank card") == 2
    assert "There are none. Use the blank cards." in told["run_sheet"]


@pytest.mark.parametrize(
    "title", ["<b>bold</b> & \"more\" {role} {nb} **stars** --x--", "W" * 2000, "word " * 399]
)  # fmt: skip
def test_a_hostile_title_is_printed_as_it_is(title: str) -> None:
    scenario = with_title(title)
    speaker = Speaker(scenario, language("en"))
    page = html_text(cards(speaker), speaker, "a4", ())
    assert title.strip() in " ".join(shown(page.encode()).split())
    assert "<b>bold" not in page
    assert count(pdf_bytes(run_sheet(speaker), speaker, "a4", ())) >= 2
    assert count(pdf_bytes(cards(speaker), speaker, "letter", ())) >= 2


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("سقوط صاروخ", "from right to left .*U\\+0633, ARABIC LETTER SEEN.*--format html"),
        ("A missile \U0001f680", "no such character .U\\+1F680, ROCKET"),
        ("導彈", "no such character .U\\+5C0E"),
    ],
)
def test_what_the_typeface_cannot_set_is_refused(title: str, why: str) -> None:
    speaker = Speaker(with_title(title), language("en"))
    with pytest.raises(RunError, match=why):
        pdf_bytes(cards(speaker), speaker, "a4", ())
    assert title in shown(html_text(cards(speaker), speaker, "a4", ()).encode())


def test_codes_are_short_and_stay() -> None:
    first = codes(loads(SECRET))
    extra = "injects:\n  - {at: 2022-09-02T09:00Z, title: Later, alert: {actor: aa}}"
    more = codes(loads(SECRET.replace("injects:", extra)))
    assert more[1:] == first
    assert len(first[0]) == 3


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    found = handouts(loads(SECRET), form="html")
    write(found, tmp_path)
    with pytest.raises(ResultsError, match="is there already"):
        write(found, tmp_path)
    write(found, tmp_path, force=True)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"code": "fr"}, '--language: there is no catalogue for "fr"; there are de, en, pl'),
        ({"paper": "A5"}, '--paper: "A5" is none.'),
        ({"form": "docx"}, '--format: "docx" is none.'),
    ],
)
def test_a_wrong_option_names_what_there_is(option: dict[str, str], message: str) -> None:
    with pytest.raises(RunError, match=message):
        handouts(loads(SECRET), **option)
