"""An arm that uses a failure card: what it is set to, what is refused, and how it plays."""

from __future__ import annotations

import pickle
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from card_parts import FILES, IDS, OWN, card_of, plain, using, values_of
from commands import BLACK_SEA, MINIMAL, SCENARIOS

from sim.crisis import Stage, given_in, play
from sim.crisis.injects import given_kinds
from sim.errors import Problem, ScenarioError
from sim.records import Called, CallEnd, Contacted, Messaged, Noticed, Outcome, Purpose
from sim.scenario import (
    arm,
    arm_title,
    build,
    cards,
    content_hash,
    load,
    load_card,
    problems,
    varied,
)
from sim.scenario.card_model import GIVABLE
from sim.scenario.quantities import MINUTE
from sim.world import build as build_world
from sim.world import ground, prepare

every = pytest.mark.parametrize("name", IDS)


# What an arm makes of them.


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@every
def test_a_card_fits_every_scenario(name: str, path: Path) -> None:
    base, scenario = plain(path), using(name, path)
    under = arm(scenario, "tried")
    assert arm_title(scenario, "tried") == card_of(name).card
    assert (under.channels, under.parameters) != (base.channels, base.parameters)
    assert under.model_copy(update={"channels": {}, "parameters": None}) == scenario.model_copy(
        update={"channels": {}, "parameters": None}
    )


def leaves(patch: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    """Return the values of a patch that a model can be asked for, each with its path."""
    if not isinstance(patch, dict):
        return [(path, patch)]
    return [leaf for key, part in patch.items() for leaf in leaves(part, (*path, key))]


@every
def test_an_arm_is_set_as_its_card_says(name: str) -> None:
    base, under = plain(BLACK_SEA), arm(using(name), "tried")
    written_out = build(values_of(BLACK_SEA) | {"arms": {"tried": card_of(name).settings}})
    assert under.channels == arm(written_out, "tried").channels
    assert under.parameters == arm(written_out, "tried").parameters
    said = dict(card_of(name).settings)
    for parameter in type(under.parameters).model_fields:
        expected = said.get("parameters", {}).get(parameter, getattr(base.parameters, parameter))
        assert getattr(under.parameters, parameter) == expected
    line = said.get("line", said.get("channels", {}).get("line"))
    if line is None:
        assert "line" not in under.channels
        return
    for path, value in leaves(line):
        found: Any = under.channels["line"]
        for step in path:
            found = getattr(found, step)
        if isinstance(value, (int, float)):
            assert found == value, path
        elif isinstance(value, list):
            assert list(found) == value, path


def test_a_card_that_takes_every_channel_to_task() -> None:
    under = arm(using("przewodow_2022"), "tried").channels
    assert {name: channel.answered for name, channel in under.items()} == {
        "line": 0.995, "chiefs": 0.0, "ministers": 0.0, "public_statements": 1.0,
    }  # fmt: skip
    assert under["line"].willing.high_risk == 0


def test_what_an_arm_says_beside_its_card_comes_last() -> None:
    scenario = using(
        "deir_ez_zor_2016",
        title="ours",
        line={"right_person": {"probability": 0.4}, "covers": []},
        parameters={"heed": 0.3},
        chiefs=None,
    )
    under = arm(scenario, "tried")
    assert under.channels["line"].right_person.probability == 0.4
    assert under.channels["line"].right_person.otherwise.median == 27 * 60_000
    assert under.channels["line"].covers == ()
    assert (under.parameters.heed, under.parameters.notice_factor) == (0.3, 1.0)
    assert "chiefs" not in under.channels
    assert arm_title(scenario, "tried") == "ours"


def test_hours_beside_a_card_are_added_to_it() -> None:
    night = {"answered": 0.1, "when": ["22:00", "06:00"], "zone": "Europe/Moscow"}
    (spell,) = arm(using("khasham_2018", line=night), "tried").channels["line"].spells
    assert spell.answered == 0.1
    assert arm(using("khasham_2018", line=night), "tried").channels["line"].honesty == 0.0


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_world_is_the_same_with_a_card(path: Path) -> None:
    assert ground(using("il20_2018", path)) == ground(plain(path))


def test_the_content_of_a_scenario_holds_its_cards() -> None:
    first, second = using("khasham_2018"), using("il20_2018")
    assert content_hash(first) != content_hash(second)
    assert content_hash(first) == content_hash(using("khasham_2018"))
    assert '"honesty":0.0' in first.model_dump_json()


def test_a_scenario_with_a_card_travels_to_another_process() -> None:
    scenario = using("khasham_2018")
    there = pickle.loads(pickle.dumps(scenario))
    assert there == scenario
    assert arm(there, "tried") == arm(scenario, "tried")


def test_levers_move_what_an_arm_says_beside_its_card_and_the_card_itself() -> None:
    scenario = using("deir_ez_zor_2016")
    slower = varied(scenario, {"arms.tried.line.relay": "5 h"})
    assert arm(slower, "tried").channels["line"].relay.median == 5 * 3_600_000
    assert arm(slower, "tried").channels["line"].right_person.probability == 0
    assert arm(varied(scenario, {"parameters.accuracy": 0.7}), "tried").parameters.heed == 0
    other = varied(scenario, {"arms.tried.card": "khasham_2018"})
    assert arm(other, "tried").channels["line"].honesty == 0
    with pytest.raises(ScenarioError, match='Did you mean "khasham_2018"'):
        varied(scenario, {"arms.tried.card": "khasham_2081"})


def test_a_given_incident_is_one_that_can_be_placed() -> None:
    assert given_kinds() == GIVABLE
    asked = {one.given for one in cards()} - {None}
    theatre = prepare(load(SCENARIOS / "theatre_march_2022.yaml"))
    world = build_world(theatre, 1, 0)
    for kind in asked:
        assert kind is not None
        assert given_in(world, kind, theatre.scenario.parameters).wrong.kind.name == kind


# What is refused.


def written(folder: Path, arms: str, **own: str) -> Path:
    """Write the first lesson with these arms, and cards beside it; return the scenario's path."""
    path = folder / "lesson.yaml"
    path.write_text(MINIMAL.read_text(encoding="utf-8") + f"arms:\n{arms}\n", encoding="utf-8")
    (folder / "cards").mkdir()
    for name, text in own.items():
        (folder / "cards" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return path


def one_of(found: list[Problem]) -> Problem:
    (problem,) = found
    return problem


def test_an_unknown_card_names_the_nearest(tmp_path: Path) -> None:
    found = one_of(problems(written(tmp_path, "  ours: {card: khasham_2081}")))
    assert (found.line, found.column, found.path) == (21, 16, "arms.ours.card")
    assert found.rule == "there is no such card"
    assert found.hint == 'Did you mean "khasham_2018"?'
    assert found.value == "'khasham_2081'"


@pytest.mark.parametrize("wrong", ["[khasham_2018]", "5", "{settings: {line: null}}", "true"])
def test_a_card_is_named_by_its_id(tmp_path: Path, wrong: str) -> None:
    found = one_of(problems(written(tmp_path, f"  ours: {{card: {wrong}}}")))
    assert found.rule == "must be the id of a card"
    assert found.path == "arms.ours.card"


def test_null_is_no_card(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, "  ours: {card: null, line: {answered: 0.5}}"))
    assert arm(scenario, "ours").channels["line"].answered == 0.5


def test_a_card_beside_the_scenario_comes_first(tmp_path: Path) -> None:
    own = OWN.replace("honesty: 0.0", "honesty: 0.25")
    scenario = load(written(tmp_path, "  ours: {card: khasham_2018}", khasham_2018=own))
    assert arm(scenario, "ours").channels["line"].honesty == 0.25
    shutil.rmtree(tmp_path / "cards")  # what was loaded keeps its card
    again = varied(scenario, {"parameters.heed": 0.4})
    assert arm(again, "ours").channels["line"].honesty == 0.25


def test_a_card_that_does_not_fit_says_why(tmp_path: Path) -> None:
    own = OWN.replace("  line:\n", "  envoy: {answered: 0.0}\n  line:\n")
    path = written(tmp_path, "  ours: {card: envoys_2018}", envoys_2018=own)
    assert load_card(tmp_path / "cards" / "envoys_2018.yaml")
    found = one_of(problems(path))
    assert (found.line, found.path, found.value) == (21, "arms.ours.card", "'envoys_2018'")
    assert found.rule == "does not fit: envoy: names no channel of this scenario"
    assert found.hint == "Known: line, public_statements"


def test_a_card_that_does_not_fit_a_value_of_the_file_says_why(tmp_path: Path) -> None:
    own = OWN.replace("    honesty: 0.0\n", "").replace(
        "shows:", "  parameters: {boldness: 1.9}\nshows:"
    )
    path = written(tmp_path, "  ours: {card: bold_2018}", bold_2018=own)
    found = one_of(problems(path))
    assert found.path == "arms.ours.card"
    assert (
        found.rule == "does not fit: parameters.boldness: activity could reach 3.04, beyond a_max 2"
    )
    beside = written_again(path, "  ours: {card: bold_2018, parameters: {boldness: 1.1}}")
    assert arm(load(beside), "ours").parameters.boldness == 1.1


def written_again(path: Path, arms: str) -> Path:
    text = path.read_text(encoding="utf-8").split("arms:\n")[0]
    path.write_text(f"{text}arms:\n{arms}\n", encoding="utf-8")
    return path


def test_the_mistakes_of_a_card_are_told_with_its_own_file(tmp_path: Path) -> None:
    own = OWN.replace("honesty: 0.0", "honesty: 1.5")
    arms = "  ours: {card: broken_2018}\n  theirs: {card: broken_2018, line: {answerd: 1}}"
    path = written(tmp_path, arms, broken_2018=own)
    card_file = str(tmp_path / "cards" / "broken_2018.yaml")
    found = problems(path)
    assert [problem.file for problem in found].count(card_file) == 1
    of_card = next(problem for problem in found if problem.file == card_file)
    assert of_card.path == "settings.line.honesty"
    assert of_card.rule == "must be at most 1"
    rules = [(problem.path, problem.rule) for problem in found if problem.file == str(path)]
    assert rules == [
        ("arms.ours.card", "this card's own file has mistakes"),
        ("arms.theirs.card", "this card's own file has mistakes"),
        ("arms.theirs.line.answerd", "unknown key"),
    ]


def test_a_channel_that_the_card_takes_away_cannot_be_set(tmp_path: Path) -> None:
    path = written(tmp_path, "  ours: {card: donald_cook_2014, line: {answered: 0.5}}")
    found = one_of(problems(path))
    assert found.path == "arms.ours.line"
    assert found.rule == "is taken away by the card of this arm"
    assert (
        "line"
        not in arm(load(written_again(path, "  ours: {card: donald_cook_2014}")), "ours").channels
    )


def test_a_text_from_no_file_may_use_the_cards_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "mine_2018.yaml").write_text(OWN, encoding="utf-8")
    values = values_of(MINIMAL)
    assert arm(build(values | {"arms": {"a": {"card": "khasham_2018"}}}), "a")
    for name in ("scenario", "a" * 5000, "no\0name"):
        with pytest.raises(ScenarioError, match="there is no such card"):
            build(values | {"arms": {"a": {"card": "mine_2018"}}}, name)


# What becomes of them in a history.


@cache
def played(name: str) -> tuple[list[Called], list[Noticed], list[Messaged]]:
    """Return what is said on the line in a few Black Sea worlds under an arm that uses a card."""
    theatre = prepare(using(name))
    row = sorted(theatre.scenario.channels).index("line")
    records = [
        record
        for number in range(3)
        for record in play(Stage(build_world(theatre, 1, number)), "tried").records
        if isinstance(record, (Called, Noticed, Messaged)) and record.channel == row
    ]
    return (
        [r for r in records if isinstance(r, Called)],
        [r for r in records if isinstance(r, Noticed)],
        [r for r in records if isinstance(r, Messaged)],
    )


def test_the_usual_contact_takes_the_minutes_of_that_day() -> None:
    calls = [call for call in played("deir_ez_zor_2016")[0] if call.right_person >= 0]
    assert calls
    assert all(call.right_person - call.answered == 27 * MINUTE for call in calls)


def test_a_minute_of_warning_keeps_nobody_apart() -> None:
    theatre = prepare(using("il20_2018"))
    told = 0
    apart = {"tried": 0, "as_designed": 0}
    for number in range(4):
        stage = Stage(build_world(theatre, 1, number))
        for name in apart:
            records = play(stage, name).records
            met = [r for r in records if isinstance(r, Contacted)]
            apart[name] += sum(contact.outcome == Outcome.SEPARATED for contact in met)
            told += sum(isinstance(r, Noticed) and r.given >= 0 for r in records)
    assert told > 50
    assert apart["as_designed"] > apart["tried"] == 0


def test_the_other_end_knows_and_does_not_say_the_truth() -> None:
    said = played("khasham_2018")[2]
    assert said
    assert all(message.knew and not message.honest for message in said)


@pytest.mark.parametrize("name", ["przewodow_2022", "romania_drone_2025", "donald_cook_2014"])
def test_nobody_calls_on_the_line(name: str) -> None:
    calls = played(name)[0]
    assert all(call.purpose == Purpose.CONCERN for call in calls)


def test_a_line_that_rings_and_is_not_answered() -> None:
    calls = played("p8a_2016")[0]
    assert calls
    assert all(call.end != CallEnd.THROUGH for call in calls)


@pytest.mark.parametrize("name", ["rc135_2022", "mq9_2023"])
def test_a_letter_and_a_minister_come_after_the_answer(name: str) -> None:
    said, by_telephone = played(name)[2], played("khasham_2018")[2]
    late = [sum(not one.in_time for one in each) / len(each) for each in (said, by_telephone)]
    assert late[0] > 0.9
    assert late[1] < 0.5
