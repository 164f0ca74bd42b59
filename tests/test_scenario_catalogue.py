"""Nothing is assumed that the catalogue does not show with its grade and source."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, get_args

import pytest

from sim.scenario import catalogue_rows, constants, loads, template
from sim.scenario.catalogue import Row
from sim.scenario.channel_model import Channel
from sim.scenario.channels import ARM_TITLES, CHANNEL_KINDS, STANDARD_ARMS
from sim.scenario.kinds import DECEITFUL, HONEST, INCIDENT_KINDS, UNIT_KINDS
from sim.scenario.parameters import Grade, Parameters
from sim.scenario.units import as_duration

ROWS = catalogue_rows()


def span(value: Any) -> float | None:
    """Return a shown value as a number, a time by its median or mean; None if it is neither."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    if not isinstance(value, str):
        return None
    head = value.split(",")[0].removeprefix("median ").removeprefix("mean ").removeprefix("every ")
    found = as_duration(head)
    return None if found is None else float(found)


def test_every_row_is_complete() -> None:
    for row in ROWS:
        assert row.grade in get_args(Grade), row
        assert all(text.strip() for text in (row.source, row.unit, row.meaning)), row
        assert (row.low is None) == (row.high is None), row


def in_range(row: Row) -> bool | None:
    """Return whether a row's base lies in its range, None if one of them is no number."""
    low, base, high = span(row.low), span(row.base), span(row.high)
    return None if low is None or base is None or high is None else low <= base <= high


def test_the_base_lies_in_its_range() -> None:
    assert [row for row in ROWS if in_range(row) is False] == []


def test_a_range_is_open_only_where_there_is_none() -> None:
    told = [row for row in ROWS if in_range(row) is None and row.low is not None]
    kinds = {row.name.rpartition(".")[2] for row in told}
    assert kinds == {"right_person", "willing", "theatre_stage", "every_concern"}


def test_no_name_stands_twice() -> None:
    names = [(row.group, row.name) for row in ROWS]
    assert len(set(names)) == len(names)


def test_every_constant_kind_and_channel_value_has_its_row() -> None:
    names = {f"{row.group}.{row.name}" for row in ROWS}
    assert {f"model.{name}" for name in Parameters.model_fields} <= names
    assert {f"units.{kind}.speed" for kind in UNIT_KINDS} <= names
    assert {f"units.{kind}.contact_range" for kind in UNIT_KINDS} <= names
    timed = {f"incidents.{kind.name}.lasting" for kind in INCIDENT_KINDS.values() if kind.median}
    assert timed <= names
    values = {f"channels.{k}.{v}" for k, of in CHANNEL_KINDS.items() for v in of if v != "name"}
    assert values <= names
    designed = STANDARD_ARMS["as_designed"]["line"]["willing"]
    assert {f"arms.as_designed.willing.{key}" for key in designed} <= names


def test_the_constants_are_the_parameters() -> None:
    assert [one.name for one in constants()] == list(Parameters.model_fields)


def test_every_kind_of_channel_is_complete() -> None:
    required = {name for name, field in Channel.model_fields.items() if field.is_required()}
    for kind, values in CHANNEL_KINDS.items():
        assert required - {"ends"} <= values.keys(), kind
        assert values.keys() <= Channel.model_fields.keys(), kind


@pytest.mark.parametrize("kind", CHANNEL_KINDS)
def test_every_kind_of_channel_loads(kind: str) -> None:
    text = template("kinds").replace("use: chiefs_of_defence", f"use: {kind}, ends: [us, russia]")
    text = text.replace(f"use: {kind}, ends", f"{{use: {kind}, ends").replace(
        "ends: [us, russia]\n\n# Dated", "ends: [us, russia]}\n\n# Dated"
    )
    text = text.replace(f"chiefs:\n    {{use: {kind}", f"chiefs: {{use: {kind}")
    assert loads(text).channels["chiefs"].use == kind


def test_every_standard_arm_has_a_title() -> None:
    assert ARM_TITLES.keys() == STANDARD_ARMS.keys()


def test_what_messages_say_adds_up() -> None:
    for table in (HONEST, DECEITFUL):
        assert [round(sum(row), 9) for row in table] == [1.0] * 4


def test_what_victims_suspect_adds_up() -> None:
    for kind in INCIDENT_KINDS.values():
        if kind.suspicion:
            assert sum(kind.suspicion) == pytest.approx(1, abs=1e-12)


def test_reading_scenarios_needs_no_numerics() -> None:
    """A command that only prints its help must not wait for the numerical libraries."""
    heavy = ["numpy", "scipy", "matplotlib", "simpy", "pyproj", "pyarrow", "shapely"]
    code = f"import sys, sim.scenario; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
