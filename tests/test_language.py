"""Languages: catalogues that are whole, and texts of a scenario in several languages."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from catalogue_parts import catalogue, is_key, sentences
from commands import ROOT
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from sim.errors import RunError, ScenarioError
from sim.handouts.event_export import export
from sim.handouts.event_import import imported
from sim.handouts.event_rows import TYPES
from sim.language import LANGUAGES, entries, language, speaking, spoken
from sim.scenario import arm_title, content_hash, loads
from sim.scenario.channel_model import Carried
from sim.scenario.channels import CHANNEL_KINDS, STANDARD_ARMS
from sim.scenario.kinds import INCIDENT_KINDS, RESPONSES, UNIT_KINDS, Cause
from sim.scenario.names import in_language
from sim.scenario.reading import read_values
from sim.scenario.schema import json_schema
from sim.show.numbers import number
from sim.show.words import counted

TEXT = (ROOT / "scenarios" / "polish_border_2022.yaml").read_text(encoding="utf-8")
TITLE = "title: A missile falls on Przewodów in Poland and kills two people"
BOTH = TITLE.replace("title: ", "title: {en: ") + ", pl: Rakieta spada na Przewodów}"
FIELD = re.compile(r"\{[a-z_]+\}")


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_is_whole(code: str) -> None:
    english = entries("en")
    found = entries(code)
    assert list(found) == list(english)
    for key, (source, text) in found.items():
        assert source == english[key][0], f"{key}: the English text has changed since"
        assert text.strip() == text != "", key
        assert sorted(FIELD.findall(text)) == sorted(FIELD.findall(source)), key
    if code == "en":
        assert all(source == text for source, text in found.values())


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_every_sentence_of_the_code_is_in_a_catalogue_and_no_other(code: str) -> None:
    found = {
        (one.id, one.context): one.string for one in catalogue(code) if one.id and not is_key(one)
    }
    assert list(found) == sentences()
    for (source, _), told in found.items():
        forms = told if isinstance(told, tuple) else (told,)
        first = source if isinstance(source, str) else source[0]
        for text in forms:
            assert text.strip(), first
            assert set(FIELD.findall(text)) == set(FIELD.findall(first)), first
            for at in (slice(0, 1), slice(-1, None)):
                assert (text[at] == " ") == (first[at] == " "), first
    assert language(code).sentence("no such sentence") == "no such sentence"


def test_the_forms_of_a_number_follow_the_language() -> None:
    told = []
    for code in ("en", "de", "pl", "uk"):
        with speaking(code):
            told.append([counted(number, "world") for number in (1, 3, 5, 21)])
    assert told == [
        ["1 world", "3 worlds", "5 worlds", "21 worlds"],
        ["1 Welt", "3 Welten", "5 Welten", "21 Welten"],
        ["1 świat", "3 światy", "5 światów", "21 światów"],
        ["1 світ", "3 світи", "5 світів", "21 світ"],
    ]
    assert counted(2, "crisis") == "2 crises"


def test_a_language_ends_with_its_block() -> None:
    with speaking("de"):
        with suppress(ZeroDivisionError), speaking("uk"):
            assert spoken().code == "uk"
            1 / 0  # noqa: B018
        assert (spoken().code, number(1234.7)) == ("de", "1.235")
    assert (spoken().code, number(1234.7)) == ("en", "1,235")
    with pytest.raises(RunError, match="there is no catalogue"), speaking("xx"):
        pass


def test_only_english_is_reviewed() -> None:
    assert [code for code in LANGUAGES if language(code).reviewed] == ["en"]


def test_every_message_that_is_asked_for_is_there_and_the_reverse() -> None:
    code = "".join(path.read_text() for path in (ROOT / "sim" / "handouts").glob("*.py"))
    keys = set(entries("en"))
    stems = set(re.findall(r"""["']((?:[a-z_]+\.)+[a-z_]+)["']""", code))
    asked = {stem for stem in stems if stem.split(".")[0] in {key.split(".")[0] for key in keys}}
    for stem in asked:
        assert stem in keys or f"{stem}_1" in keys, stem
    made = {"act", "arm", "carries", "cause", "channel", "event", "incident", "rung", "rung_means",
            "unit", "doc"}  # fmt: skip
    unused = {
        key
        for key in keys
        if key.split(".")[0] not in made
        and key not in asked
        and re.sub(r"_\d$", "", key) not in asked
        and not re.search(rf'f"{key.split(".")[0]}\.', code)
    }
    assert unused == set()


SAID_BY_NAME = {
    "act": [response.act.name.lower() for response in RESPONSES],
    "arm": STANDARD_ARMS,
    "carries": get_args(Carried),
    "cause": [cause.name.lower() for cause in Cause],
    "channel": CHANNEL_KINDS,
    "event": [name.replace(" ", "_") for name in TYPES if name != "incident"],
    "incident": INCIDENT_KINDS,
    "rung": range(7),
    "rung_means": range(7),
    "unit": UNIT_KINDS,
}
"""What the code puts together a message's key from while it runs."""


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("stem", SAID_BY_NAME)
def test_whatever_has_a_name_in_the_code_has_one_in_every_language(code: str, stem: str) -> None:
    """A lacking one is found only by the run that says it, and a live exercise ends of it."""
    have = entries(code)
    assert [name for name in SAID_BY_NAME[stem] if f"{stem}.{name}" not in have] == []


def test_numbers_and_times_follow_the_language() -> None:
    moment = datetime(2022, 11, 15, 14, 40, tzinfo=UTC)
    assert language("en").moment(moment) == "15 Nov 2022, 14:40 UTC"
    assert language("uk").moment(moment) == "15 лист. 2022, 14:40 UTC"
    assert language("de").number(1234.5) == "1.234,5"
    assert language("pl").lasting(7_200_000) == "2 godziny"
    assert language("en").lasting(1500) == "1.5 seconds"
    assert language("ru").country("Poland") == "Польша"
    assert language("ru").country("Nowhere") == "Nowhere"


def test_a_field_takes_text_as_it_is() -> None:
    assert language("en").say("role.capital", actor="{nb} {actor}") == "{nb} {actor}: the capital"
    with pytest.raises(KeyError):
        language("en").say("no.such_key")
    with pytest.raises(RunError, match="there is no catalogue"):
        language("../en")


def test_a_translation_changes_no_run() -> None:
    one, two = loads(TEXT), loads(TEXT.replace(TITLE, BOTH))
    assert content_hash(one) == content_hash(two)
    titles = [inject.title for inject in two.injects]
    assert titles == [inject.title for inject in one.injects]
    polish = {in_language(title, "pl") for title in titles}
    assert polish == {None, "Rakieta spada na Przewodów"}


def test_an_arm_may_have_its_title_in_several_languages() -> None:
    title = "title: the chiefs of defence answer, without the line"
    text = TEXT.replace(title, "title: {en: Chiefs, pl: Szefowie}")
    found = arm_title(loads(text), "chiefs_answer")
    assert (found, in_language(found, "pl")) == ("Chiefs", "Szefowie")
    with pytest.raises(ScenarioError, match="needs a text in en"):
        loads(TEXT.replace(title, "title: {pl: Szefowie}"))


@pytest.mark.parametrize(
    ("title", "message"),
    [
        ("{pl: x}", r"injects\[przewodow_missile\].title: needs a text in en"),
        ("{en: ''}", "the text in en must have 1 to 2000 characters"),
        ("{en: a, Polish: b}", '"Polish" is no language .*Write its code, such as en or pl'),
        ("{en: a, pl: 3}", "the text in pl must be text .*Put it in quotes"),
        ("[a]", "must be text"),
    ],
)
def test_a_text_that_is_none_is_named(title: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        loads(TEXT.replace(TITLE, f"title: {title}"))


def test_a_brief_goes_to_a_role_there_is() -> None:
    line = "\nbriefs: {nato_watch: {en: Watch, pl: Dyżur}}\nactors:"
    found = loads(TEXT.replace("\nactors:", line, 1))
    assert in_language(found.briefs["nato_watch"], "pl") == "Dyżur"
    wrong = line.replace("nato_watch", "nato_wach")
    with pytest.raises(ScenarioError, match=r'"nato_wach" is no role\. Did you mean "nato_watch"'):
        loads(TEXT.replace("\nactors:", wrong, 1))


def test_the_schema_takes_both() -> None:
    judge = Draft202012Validator(json_schema())
    values = read_values(TEXT.replace(TITLE, BOTH), "x").values
    assert list(judge.iter_errors(values)) == []
    values["injects"][1]["title"] = {"pl": "x"}
    assert list(judge.iter_errors(values)) != []


def test_a_list_of_events_keeps_the_languages_it_does_not_show(tmp_path: Path) -> None:
    file, sheet = tmp_path / "s.yaml", tmp_path / "s.csv"
    file.write_text(TEXT.replace(TITLE, BOTH), encoding="utf-8")
    export(loads(file.read_text(encoding="utf-8")), sheet)
    found = imported(sheet, file)
    assert (found.text, found.changed) == (file.read_text(encoding="utf-8"), {})
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("two people", "nobody"))
    # A translation of what no longer stands there is none.
    assert "Rakieta" not in imported(sheet, file).text
