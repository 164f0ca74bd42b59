"""Failure cards: what they say rests on the list of facts, and their files are checked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from card_parts import BAD, FOLDER, IDS, card_of, using, values_of
from commands import MINIMAL, ROOT, SCENARIOS
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from test_scenario_fuzz import PLAIN, _paths, _replaced
from typer.testing import CliRunner, Result

from sim.cli import app
from sim.errors import ScenarioError
from sim.scenario import (
    arm_names,
    card_problems,
    card_schema,
    cards,
    json_schema,
    load_card,
    problems,
)
from sim.scenario.arms import Dealt
from sim.scenario.card_model import FAILURES, GRADES
from sim.scenario.reading import read_values
from sim.show.card_sheet import WIDTH, card_lines, when

NUMBER = re.compile(r"\d[\d.,:]*\d|\d")
EVIDENCE = (ROOT / "sim" / "EVIDENCE.md").read_text(encoding="utf-8")
README = (SCENARIOS / "README.md").read_text(encoding="utf-8")
EXPECT = "# expect: "

every = pytest.mark.parametrize("name", IDS)


def section(cited: str) -> str:
    """Return the part of the list of facts that a citation such as "evidence 1.3" names."""
    kind, number = cited.split()
    if kind == "seed":
        return next(line for line in EVIDENCE.splitlines() if line.startswith(f"| seed {number} "))
    mark = "### " if "." in number else "## "
    dot = "" if "." in number else "."
    return EVIDENCE.split(f"\n{mark}{number}{dot} ", 1)[1].split("\n## ")[0].split("\n### ")[0]


# What the cards say.


def test_every_case_of_the_list_of_facts_has_its_card() -> None:
    rows = [
        row
        for part in ("evidence 1.3", "evidence 3.4")
        for row in section(part).splitlines()
        if row.startswith("| ") and not row.startswith("| case ")
    ]
    assert len(rows) == 21
    cited = [one for one in cards() if {"evidence 1.3", "evidence 3.4"} & set(one.evidence)]
    assert len(cited) == len(rows)
    assert len(cards()) == len(IDS) == 23


@every
def test_a_card_has_no_problems(name: str) -> None:
    assert [str(problem) for problem in card_problems(FOLDER / f"{name}.yaml")] == []
    assert card_of(name).id == name


@every
def test_every_source_of_a_card_stands_in_the_list_of_facts(name: str) -> None:
    one = card_of(name)
    assert one.evidence
    for named in [part.sources for part in one.facts] + [part.sources for part in one.accounts]:
        assert set(named) <= one.sources.keys()
    for source in one.sources.values():
        if source.address is not None:
            assert re.search(re.escape(source.address) + r"(?=[\s|.,)]|$)", EVIDENCE), source
        else:
            assert source.grade != "A"
        assert source.title


@every
def test_every_number_of_a_card_stands_in_the_sections_it_cites(name: str) -> None:
    one = card_of(name)
    known = set(NUMBER.findall(" ".join(section(cited) for cited in one.evidence)))
    for text in (*(fact.what for fact in one.facts), *(account.says for account in one.accounts)):
        assert set(NUMBER.findall(text)) <= known, text


@every
def test_a_card_asks_and_says_how_sure_it_is(name: str) -> None:
    one = card_of(name)
    assert len(one.questions) >= 3
    assert all("?" in question for question in one.questions)
    assert one.cautions, "each of these cases is thin somewhere"
    if {source.grade for source in one.sources.values()} <= {"C", "D", "GK"}:
        assert any("Thin" in text or "copy" in text or "copies" in text for text in one.cautions)
    assert "udgement" in one.shows or "range" in one.shows or one.settings == {"line": None}


def test_what_conflicts_is_told_from_both_sides() -> None:
    told = {account.by for account in card_of("hms_defender_2021").accounts}
    assert told == {"Russia", "United Kingdom"}
    for name in ("hms_defender_2021", "mq9_2023"):
        assert any("conflict" in text for text in card_of(name).cautions)


def test_every_failure_is_taught_by_a_card() -> None:
    assert {word for one in cards() for word in one.teaches} == FAILURES.keys()
    assert {source.grade for one in cards() for source in one.sources.values()} == GRADES.keys()


def test_no_two_cards_are_the_same() -> None:
    assert len({one.card for one in cards()}) == len(IDS)
    assert len({repr(one.settings) for one in cards()}) == len(IDS)


def test_the_readme_lists_every_card() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", README.split("## Failure cards")[1], re.M)) >= {
        *IDS, *FAILURES,
    }  # fmt: skip


def test_dates_are_as_exact_as_they_are_known() -> None:
    assert when(card_of("deir_ez_zor_2016")) == "17 September 2016"
    assert when(card_of("khasham_2018")) == "7 February 2018 to 8 February 2018"
    assert when(card_of("syria_air_2023")) == "March 2023 to April 2023"
    assert when(card_of("al_tanf_2017")) == "2017"


# What is wrong with them.


def expected(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_bad_card_gets_its_message(path: Path) -> None:
    found = card_problems(path)
    assert expected(path)
    assert [str(one).removeprefix(f"{path}:").lstrip() for one in found] == expected(path)
    errors = [problem for problem in found if not problem.warning]
    if not errors:
        assert load_card(path).facts
        return
    with pytest.raises(ScenarioError) as caught:
        load_card(path)
    assert caught.value.problems == errors


PLACE = FOLDER / "deir_ez_zor_2016.yaml"
VALUES = values_of(PLACE)


@given(path=st.sampled_from(_paths(VALUES)), value=PLAIN)
@settings(max_examples=60, deadline=None)
def test_whatever_a_card_holds_it_gives_a_card_or_problems(path: Any, value: Any) -> None:
    from sim.scenario import deck
    from sim.scenario.places import Places, Reading

    changed = _replaced(VALUES, path, value)
    reading = Reading(str(PLACE), "", changed, Places({}, {}), [])
    found, wrong = deck.examined(reading, PLACE)
    assert (found is None) == any(not problem.warning for problem in wrong)
    assert all(str(problem) for problem in wrong)


# The schema and the command.


@every
def test_the_schema_takes_every_card(name: str) -> None:
    values = values_of(FOLDER / f"{name}.yaml")
    assert [
        error.message for error in Draft202012Validator(card_schema()).iter_errors(values)
    ] == []


UNDERLINED = [
    "key_unknown", "key_missing", "date_as_number", "failure_unknown", "teaches_nothing",
    "facts_empty", "fact_without_source", "grade_unknown", "address_no_address", "given_unknown",
    "given_cannot_be_placed", "settings_empty", "settings_value_wrong", "settings_key_unknown",
    "settings_change_world", "settings_name_actors", "settings_parameter_unknown",
    "settings_parameter_of_world", "settings_hold_title", "settings_use_card", "format_unknown",
]  # fmt: skip


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_the_schema_of_cards_underlines_what_it_can(path: Path) -> None:
    values = read_values(path.read_text(encoding="utf-8"), path.name).values
    valid = Draft202012Validator(card_schema()).is_valid(values)
    assert not (valid and path.stem in UNDERLINED)
    assert valid or card_problems(path)


def test_the_schema_of_scenarios_knows_cards() -> None:
    Draft202012Validator.check_schema(card_schema())
    judge = Draft202012Validator(json_schema())
    values = values_of(MINIMAL)
    assert judge.is_valid(values | {"arms": {"a": {"card": "khasham_2018", "line": {"notify": 1}}}})
    assert judge.is_valid(values | {"arms": {"a": {"card": "my_own_2018"}}})
    assert not judge.is_valid(values | {"arms": {"a": {"card": ["khasham_2018"]}}})
    offered = json_schema()["$defs"]["Arm"]["properties"]["card"]["anyOf"][0]["enum"]
    assert offered == IDS


def told(*words: object) -> Result:
    return CliRunner().invoke(app, ["cards", *map(str, words)])


def test_the_command_lists_every_card() -> None:
    done = told()
    assert done.exit_code == 0
    for one in cards():
        assert f"{one.id}: {one.card}" in done.output


@every
def test_a_card_prints_all_that_it_holds(name: str) -> None:
    one, lines = card_of(name), list(card_lines(card_of(name)))
    text = " ".join(" ".join(lines).split())
    for part in (
        *(fact.what for fact in one.facts), *(account.says for account in one.accounts),
        *one.questions, *one.cautions, one.lesson, one.shows, one.place, when(one),
        *(FAILURES[word] for word in one.teaches),
        *(source.address or source.title for source in one.sources.values()),
    ):  # fmt: skip
        assert " ".join(part.split()) in text, part
    assert all(len(line) <= WIDTH or "http" in line for line in lines)
    assert f"arms: {{{name}: {{card: {name}}}}}" in text


def test_the_command_prints_cards_by_id_and_by_file() -> None:
    both = told("khasham_2018", FOLDER / "il20_2018.yaml")
    assert both.exit_code == 0
    assert "Card khasham_2018" in both.output
    assert "Card il20_2018" in both.output


def test_the_command_says_what_is_wrong() -> None:
    unknown = told("khasham_2081")
    assert unknown.exit_code == 1
    assert 'Did you mean "khasham_2018"?' in unknown.output
    absent = told("no_such_file.yaml")
    assert (absent.exit_code, "there is no such file" in absent.output) == (1, True)
    bad = told(BAD[0])
    assert bad.exit_code == 1
    assert expected(BAD[0])[0] in bad.output


def test_a_dealt_card_reads_as_its_id() -> None:
    one = card_of("khasham_2018").dealt
    assert isinstance(one, Dealt)
    assert (str(one), repr(one)) == ("khasham_2018", "'khasham_2018'")
    assert arm_names(using("khasham_2018"))[-1] == "tried"


def test_a_card_and_a_scenario_taken_for_one_another_are_told_apart() -> None:
    (as_scenario,) = problems(FOLDER / "khasham_2018.yaml")
    assert as_scenario.rule == "this is a failure card, not a scenario"
    (as_card,) = card_problems(MINIMAL)
    assert as_card.rule == "this is a scenario, not a card"
    assert (as_scenario.line, as_card.line) == (2, 3)
