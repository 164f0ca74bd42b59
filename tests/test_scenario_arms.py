"""Arms are the scenario with other channels and parameters, never another world."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from sim.errors import ScenarioError
from sim.scenario import (
    Scenario,
    arm,
    arm_names,
    arm_title,
    build,
    content_hash,
    loads,
    template,
    varied,
)
from sim.scenario.arms import WORLD, WORLD_PARAMETERS, merged
from sim.scenario.channels import CHANNEL_KINDS, STANDARD_ARMS
from sim.scenario.quantities import DAY, HOUR, MINUTE
from sim.scenario.reading import read_values

TEXT = template("arms")
BASE = loads(TEXT)
VALUES: dict[str, Any] = read_values(TEXT, "arms").values


def values(**changes: Any) -> dict[str, Any]:
    """Return the template's values without its arms, and with some blocks replaced."""
    return VALUES | {"arms": {}} | changes


def with_arm(patch: Any, **changes: Any) -> Scenario:
    """Return the template under one arm of this patch."""
    return arm(build(values(arms={"tried": patch}, **changes)), "tried")


def test_the_standard_arms_come_first_then_the_files_own() -> None:
    assert arm_names(BASE) == (
        *STANDARD_ARMS, "unstaffed_at_night", "unbelieved", "line_alone",
    )  # fmt: skip


@pytest.mark.parametrize("name", arm_names(BASE))
def test_an_arm_leaves_the_world_as_it_is(name: str) -> None:
    after = arm(BASE, name)
    for block in WORLD & set(Scenario.model_fields):
        assert getattr(after, block) == getattr(BASE, block), block
    for parameter in WORLD_PARAMETERS:
        assert getattr(after.parameters, parameter) == getattr(BASE.parameters, parameter)


def test_without_line_lacks_only_the_line() -> None:
    after = arm(BASE, "without_line")
    assert after.channels == {k: v for k, v in BASE.channels.items() if k != "line"}


def test_as_used_is_the_scenario_as_it_stands() -> None:
    assert arm(BASE, "as_used_2022") == BASE


def test_no_channels_keeps_public_statements() -> None:
    assert list(arm(BASE, "no_channels").channels) == ["public_statements"]


def test_as_designed_merges_willingness_key_by_key() -> None:
    line = arm(BASE, "as_designed").channels["line"]
    assert line.willing.serious == line.willing.halts == 1
    assert line.willing.every_concern
    assert line.willing.concerns_per_month == 0.085
    assert "notices" in line.carries


def test_the_oracle_has_no_outages_hours_or_opening() -> None:
    channels = values()["channels"]
    hours = {"us": {"when": ["06:00", "22:00"], "zone": "Europe/Berlin"}}
    line = channels["line"] | {"staffed": hours}
    base = build(values(channels=channels | {"line": line}))
    assert base.channels["line"].staffed
    oracle = arm(base, "oracle").channels["line"]
    assert oracle.truth
    assert (oracle.up, oracle.down, oracle.opens, oracle.staffed) == (None, None, None, {})


def test_values_for_certain_hours_become_a_spell() -> None:
    line = arm(BASE, "unstaffed_at_night").channels["line"]
    (spell,) = line.spells
    assert spell.answer is not None
    assert (spell.answer.median, spell.answer.p95) == (6 * HOUR, 12 * HOUR)
    assert spell.when.zone == "Europe/Moscow"
    assert [moment.hour for moment in spell.when.when] == [22, 6]
    assert line.answer.median == 4 * MINUTE


def test_a_spell_in_a_channel_and_one_by_its_arm_add_up() -> None:
    channels = values()["channels"]
    noon = {"when": ["12:00", "13:00"], "zone": "Europe/Berlin", "answered": 0.5}
    line = channels["line"] | {"spells": [noon]}
    patch = {"line": {"answered": 0.1, "when": ["22:00", "06:00"], "zone": "Europe/Moscow"}}
    found = with_arm(patch, channels=channels | {"line": line}).channels["line"].spells
    assert [spell.answered for spell in found] == [0.5, 0.1]


@pytest.mark.parametrize("nothing", [None, "none"])
def test_null_and_none_take_a_channel_away(nothing: Any) -> None:
    assert "chiefs" not in with_arm({"chiefs": nothing}).channels
    assert "chiefs" not in with_arm({"channels": {"chiefs": nothing}}).channels


def test_a_channel_named_beside_every_is_kept() -> None:
    kept = with_arm({"channels": {"*": None, "chiefs": {"answered": 0.9}}}).channels
    assert set(kept) == {"chiefs", "public_statements"}
    assert kept["chiefs"].answered == 0.9


def test_every_patches_all_but_public_statements() -> None:
    found = with_arm({"channels": {"*": {"answered": 0.0}}}).channels
    assert {name: channel.answered for name, channel in found.items()} == {
        "line": 0.0, "chiefs": 0.0, "public_statements": 1.0,
    }  # fmt: skip


def test_null_gives_a_value_of_a_channel_its_default() -> None:
    assert BASE.channels["line"].opens
    assert with_arm({"line": {"opens": None}}).channels["line"].opens is None


def test_an_empty_patch_changes_nothing() -> None:
    base = build(values(parameters={"heed": 0.3}))
    for patch in ({}, {"line": {}}, {"parameters": {}}, {"channels": {}}):
        after = with_arm(patch, parameters={"heed": 0.3})
        assert after.channels == base.channels
        assert after.parameters == base.parameters


def test_parameters_are_patched_one_by_one() -> None:
    patch = {"parameters": {"honesty": 0.2, "report": {"median": "9 h", "p95": "36 h"}}}
    found = with_arm(patch, parameters={"heed": 0.3, "report": "18 h"}).parameters
    assert (found.heed, found.honesty, found.report.median) == (0.3, 0.2, 9 * HOUR)


def test_a_null_parameter_goes_back_to_its_base() -> None:
    assert with_arm({"parameters": {"heed": None}}, parameters={"heed": 0.3}).parameters.heed == 0.5


def test_a_delay_is_replaced_as_one() -> None:
    answer = with_arm({"line": {"answer": {"mean": "5 min"}}}).channels["line"].answer
    assert (answer.mean, answer.median) == (5 * MINUTE, None)


def test_the_file_may_redefine_a_standard_arm() -> None:
    found = build(values(arms={"as_designed": {"title": "ours", "line": {"notify": 0.4}}}))
    assert arm(found, "as_designed").channels["line"].notify == 0.4
    assert arm_title(found, "as_designed") == "ours"
    assert arm_names(found) == tuple(STANDARD_ARMS)


def test_titles_come_from_the_file_the_catalogue_or_the_name() -> None:
    found = build(values(arms={"very_slow": {"line": {"answer": "5 h"}}}))
    assert arm_title(found, "very_slow") == "very slow"
    assert arm_title(found, "without_line") == "without the line, all else kept"


def test_an_arm_of_an_arm_is_the_later_arm() -> None:
    assert arm(arm(BASE, "as_designed"), "unbelieved") == arm(BASE, "unbelieved")


def test_an_unknown_arm_names_the_nearest() -> None:
    with pytest.raises(ScenarioError, match='Did you mean "as_designed"'):
        arm(BASE, "as_desgined")


def test_a_scenario_travels_to_another_process_with_its_arms() -> None:
    base = loads(TEXT, "file.yaml")
    there = pickle.loads(pickle.dumps(base))
    assert there == base
    assert there.text == TEXT
    assert arm(there, "unbelieved") == arm(base, "unbelieved")


def test_an_error_travels_to_another_process() -> None:
    with pytest.raises(ScenarioError) as caught:
        loads("format: 2")
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


def test_merging_changes_neither_side() -> None:
    base = {"a": {"b": 1}, "c": {"median": "1 h", "p95": "2 h"}}
    patch = {"a": {"d": 2}, "c": {"mean": "3 h"}}
    assert merged(base, patch) == {"a": {"b": 1, "d": 2}, "c": {"mean": "3 h"}}
    assert base == {"a": {"b": 1}, "c": {"median": "1 h", "p95": "2 h"}}
    assert patch == {"a": {"d": 2}, "c": {"mean": "3 h"}}


def test_channels_take_from_the_catalogue_what_a_file_leaves_out() -> None:
    line = BASE.channels["line"]
    assert line.use == "deconfliction_line"
    assert line.name == CHANNEL_KINDS["deconfliction_line"]["name"].base
    assert line.relay.median == HOUR
    assert line.answer.median == 4 * MINUTE


def test_a_channel_named_as_its_kind_needs_no_use() -> None:
    found = build(values(channels={"line": {}, "defence_ministers": {}})).channels
    assert found["line"].ends == found["defence_ministers"].ends == ("us", "russia")
    assert found["defence_ministers"].use == "defence_ministers"


def test_willingness_given_in_part_keeps_the_rest_of_its_kind() -> None:
    willing = (
        build(values(channels={"line": {"willing": {"serious": 0.5}}})).channels["line"].willing
    )
    assert (willing.serious, willing.high_risk) == (0.5, 0.08)


def test_belarus_is_called_by_the_chief_of_staff() -> None:
    actors = values()["actors"] | {"belarus": {"name": "Belarus", "bloc": "russia"}}
    found = build(values(actors=actors, channels={"line": {}, "chiefs_of_defence_belarus": {}}))
    assert found.channels["chiefs_of_defence_belarus"].ends == ("us", "belarus")


def test_public_statements_join_the_leaders_unless_the_file_has_its_own() -> None:
    assert BASE.channels["public_statements"].ends == ("us", "russia")
    own = {"line": {}, "press": {"use": "public_statements", "ends": ["poland", "russia"]}}
    assert set(build(values(channels=own)).channels) == {"line", "press"}


def test_each_bloc_has_one_leader() -> None:
    actors = {
        name: {key: value for key, value in actor.items() if key != "leads"}
        for name, actor in values()["actors"].items()
    }
    found = build(values(actors=actors))
    assert (found.leader("nato"), found.leader("russia")) == ("us", "russia")
    assert [name for name, actor in found.actors.items() if actor.leads] == ["russia", "us"]
    channels = {"line": {"ends": ["romania", "russia"]}}
    assert build(values(actors=actors, channels=channels)).leader("nato") == "romania"


def test_the_order_of_a_file_decides_nothing() -> None:
    turned = {
        key: dict(reversed(value.items())) if isinstance(value, dict) else value
        for key, value in reversed(values().items())
    }
    turned["forces"] = turned["forces"][::-1]
    turned["strikes"] = turned["strikes"][::-1]
    base = build(values())
    found = build(turned)
    assert found.forces == base.forces
    assert found.strikes == base.strikes
    assert list(found.channels) == list(base.channels)
    assert content_hash(found) == content_hash(base)


def test_the_hash_is_of_the_content() -> None:
    assert content_hash(loads(TEXT.replace("# A scenario", "#  Some"), "other")) == content_hash(
        BASE
    )
    assert content_hash(loads(TEXT.replace("90 d", "2160 h"))) == content_hash(BASE)
    assert content_hash(loads(TEXT.replace("90 d", "91 d"))) != content_hash(BASE)
    assert content_hash(loads(TEXT.replace("weight: 0.2", "weight: 0.3"))) != content_hash(BASE)
    assert content_hash(arm(BASE, "without_line")) != content_hash(BASE)


def test_varied_sets_values_by_path_and_keeps_the_arms() -> None:
    found = varied(
        BASE,
        {
            "parameters.heed": 0.2,
            "forces.reaper.number": 3,
            "strikes.0.every": "9 d",
            "channels.line.answer.median": "10 min",
        },
    )
    assert found.parameters.heed == 0.2
    assert next(one for one in found.forces if one.id == "reaper").number == 3
    assert {one.every for one in found.strikes} == {9 * DAY, 15 * DAY}
    assert found.channels["line"].answer.median == 10 * MINUTE
    assert arm(found, "unbelieved").channels["line"].answer.median == 10 * MINUTE
    assert BASE.parameters.heed == 0.5


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("parameters.heeed", 0.2, "unknown key"),
        ("parameters.heed", 2, "at most 1"),
        ("forces.nobody.number", 2, "leads to no value"),
        ("duration.days", 2, "leads to no value"),
        ("channels.line.answer.median", "9 h", "p95 must not be below median"),
    ],
)
def test_varied_refuses_what_a_file_may_not_say(path: str, value: Any, rule: str) -> None:
    with pytest.raises(ScenarioError, match=rule):
        varied(BASE, {path: value})
