"""The JSON Schema takes what loading takes and refuses what an editor should underline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sim.scenario import build, json_schema, problems, template
from sim.scenario.reading import read_values

ROOT = Path(__file__).parent
SHIPPED = sorted((ROOT.parent / "scenarios").glob("*.yaml"))
SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
VALUES: dict[str, Any] = read_values(template("schema"), "schema").values


def test_it_is_a_schema_of_its_dialect() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_it_takes_every_shipped_scenario(path: Path) -> None:
    values = read_values(path.read_text(encoding="utf-8"), path.name).values
    assert [error.message for error in VALIDATOR.iter_errors(values)] == []


def test_it_takes_the_template() -> None:
    assert VALIDATOR.is_valid(VALUES)


BRIEF: list[dict[str, Any]] = [
    {"channels": {"line": {}}},
    {"channels": {"line": {"use": "syria_line", "answer": "5 min", "relay": {"mean": "1 h"}}}},
    {"channels": {"line": {"up": None, "down": None, "tests": None}}},
    {"channels": {"line": {"spells": [
        {"when": ["22:00", "06:00"], "zone": "Europe/Moscow", "answered": 0.1},
        {"when": {"when": ["9:00", "10:00"]}, "answer": "5 min"},
    ]}}},
    {"strikes": [{"actor": "russia", "into": "odesa", "every": "4 d", "missiles": 20}]},
    {"strikes": [{"actor": "russia", "into": "odesa", "on": ["2022-09-10T05:00Z"],
                  "drones": {"between": [0, 3]}}]},
    {"injects": [{"at": "2022-09-10T12:00:00+02:00", "title": "Test", "gesture": {"actor": "us"}}]},
    {"injects": [{"at": "2022-09-10T12:00Z", "title": "Shots", "incident": {
        "kind": "warning_shots", "victim": "us", "cause": "assertive", "near": [31.0, 43.5]}}]},
    {"injects": [{"at": "2022-09-10T12:00Z", "title": "Test", "gesture": {"actor": "us"},
                  "room": {"number": 3, "delivery": "card", "notes": "Whoever is awake"}}]},
    {"conditions": 2022},
    {"begins": {"rung": 2, "tension": 0.4, "credibility": {"nato": 0.3}}},
    {"parameters": {"report": "18 h", "heed": 1, "theatre_stage": True, "quiet": "2 d"}},
    {"arms": {"a": {}, "b": {"line": None}, "c": {"line": "none"}, "d": {"channels": {"*": None}}}},
    {"arms": {"a": {"title": "A", "parameters": {"heed": 0.4}, "line": {"willing": {"halts": 1}}}}},
    {"arms": {"a": {"line": {"opens": None, "staffed": {}, "tests": {"every": "6 h"}}}}},
    {"arms": {"a": {"line": {"answered": 0, "when": ["22:00", "06:00"]}}}},
]  # fmt: skip


@pytest.mark.parametrize("change", BRIEF, ids=str)
def test_it_takes_what_files_may_write_briefly(change: dict[str, Any]) -> None:
    values = VALUES | {"arms": {}} | change
    if "channels" in change:
        values["channels"] = VALUES["channels"] | change["channels"]
    assert build(values)
    assert [error.message for error in VALIDATOR.iter_errors(values)] == []


UNDERLINED = [
    "quantity_no_unit", "quantity_wrong_dimension", "quantity_unknown_unit", "quantity_spelt_out",
    "quantity_negative", "moment_no_zone", "moment_only_date", "clock_time_wrong",
    "delay_two_forms", "delay_half", "delay_bare_number", "number_as_text", "number_not_whole",
    "number_above_most", "share_zero", "yes_as_boolean", "text_as_number", "text_empty",
    "list_as_text", "mapping_as_list", "name_capitals", "format_unknown", "key_unknown_top",
    "key_unknown_nested", "key_unknown_far", "key_missing", "force_kind_unknown",
    "position_no_pair", "position_off_earth", "incident_kind_unknown", "incident_kind_alert",
    "incident_cause_unknown", "incident_near_number", "begins_too_high", "channel_kind_unknown",
    "channel_carries_unknown", "parameter_unknown", "parameter_out_of_range", "arm_no_mapping",
    "arm_changes_world", "arm_changes_world_parameter", "arm_key_unknown", "arm_parameter_unknown",
    "arm_by_hour_wrong_key", "arm_channel_no_mapping", "arm_name_capitals", "between_as_text",
]  # fmt: skip


@pytest.mark.parametrize("name", UNDERLINED)
def test_it_refuses_what_needs_no_second_block_to_be_seen(name: str) -> None:
    path = ROOT / "bad_scenarios" / f"{name}.yaml"
    assert not VALIDATOR.is_valid(read_values(path.read_text(encoding="utf-8"), name).values)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "bad_scenarios").glob("[!y]*.yaml")), ids=lambda path: path.stem
)
def test_it_refuses_nothing_that_loading_takes(path: Path) -> None:
    values = read_values(path.read_text(encoding="utf-8"), path.name).values
    if all(problem.warning for problem in problems(path)):
        assert VALIDATOR.is_valid(values)
    elif not VALIDATOR.is_valid(values):
        assert problems(path)
