"""YAML 1.2 to plain values, quantities to numbers, and a template to start from."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from sim.scenario import loads, template
from sim.scenario.nearest import nearest, suggestion
from sim.scenario.places import path_text, shown
from sim.scenario.quantities import (
    ClockTime,
    Delay,
    Duration,
    Hours,
    Length,
    Moment,
    Speed,
)
from sim.scenario.reading import read_values
from sim.scenario.units import DAY, HOUR, MINUTE, YEAR, time_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("NULL", None), ("nUll", "nUll"),
        ("true", True), ("False", False), ("yes", "yes"), ("no", "no"), ("on", "on"),
        ("12", 12), ("-3", -3), ("+3", 3), ("0x1F", 31), ("0o17", 15), ("017", 17),
        ("1_000", "1_000"), ("1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0),
        ("1.5 h", "1.5 h"), ("22:00", "22:00"), ("2022-09-29", "2022-09-29"),
        ("2022-09-29T10:00Z", "2022-09-29T10:00Z"), ("'12'", "12"), ('"true"', "true"),
        ("[1, a, null]", [1, "a", None]), ("{a: 1}", {"a": 1}),
    ],
)  # fmt: skip
def test_scalars_follow_yaml_1_2(text: str, value: Any) -> None:
    reading = read_values(f"key: {text}\n", "file")
    assert reading.problems == []
    assert reading.values == {"key": value}
    assert type(reading.values["key"]) is type(value)


def test_anchors_repeat_values() -> None:
    reading = read_values("a: &one {x: 1}\nb: *one\nc: [*one, *one]\n", "file")
    assert reading.problems == []
    assert reading.values == {"a": {"x": 1}, "b": {"x": 1}, "c": [{"x": 1}, {"x": 1}]}


def test_places_count_from_one() -> None:
    places = read_values("# note\na:\n  - {b: 5}\n", "file").places
    assert places.of(("a", 0, "b")) == (3, 9)
    assert places.of(("a", 0, "b"), key=True) == (3, 6)
    assert places.of(("a", 0, "missing")) == (3, 5)
    assert places.of(("nowhere",)) == (1, 1)


@pytest.mark.parametrize(
    "tag", ["!", "!!int", "!mine", "!<tag:yaml.org,2002:int>", "!!python/tuple"]
)
def test_every_tag_is_refused(tag: str) -> None:
    (problem,) = read_values(f"key: {tag} 12\n", "file").problems
    assert problem.rule == "tags are not allowed"
    assert (problem.line, problem.column, problem.path) == (1, 6, "key")


def test_paths_and_values_in_messages() -> None:
    assert path_text(("forces", 2, "moves", "box")) == "forces[2].moves.box"
    assert shown({"a": [True, None, 1.5, "x"]}) == "{a: [true, null, 1.5, 'x']}"
    assert len(shown("x" * 500)) == 60


def of(kind: Any, value: Any) -> Any:
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("45 min", 45 * MINUTE), ("36 h", 36 * HOUR), ("4 d", 4 * DAY), ("1.5h", 90 * MINUTE),
        ("2 weeks", 14 * DAY), ("0.5 s", 500), ("250 ms", 250), ("12 months", YEAR),
        ("1e1 min", 10 * MINUTE), ("0 min", 0), (" 5 min ", 5 * MINUTE),
    ],
)  # fmt: skip
def test_times(text: str, expected: float) -> None:
    assert of(Duration, text) == expected


@pytest.mark.parametrize(
    "value", [5, 5.0, True, None, "5", "min", "5 km", "-5 min", "5 Min", "1e9 d"]
)
def test_what_is_no_time(value: Any) -> None:
    with pytest.raises(ValidationError):
        of(Duration, value)


def test_lengths_and_speeds() -> None:
    assert of(Length, "12 nmi") == 22224
    assert of(Length, "32 km") == 32000
    assert of(Speed, "900 km/h") == pytest.approx(250)
    assert of(Speed, "20 kn") == pytest.approx(10.2889, abs=1e-4)


@pytest.mark.parametrize(
    ("kind", "value", "rule"),
    [
        (Duration, "5 days", 'write "5 d"'), (Length, "5 nm", 'write "5 nmi"'),
        (Speed, "5 knots", 'write "5 kn"'), (Duration, "5 km", "measures a length"),
        (Speed, "5 h", "measures a time"), (Duration, 5, "with its unit"),
    ],
)  # fmt: skip
def test_a_wrong_unit_is_told_the_right_one(kind: Any, value: Any, rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        of(kind, value)


def test_moments_are_kept_in_utc() -> None:
    assert of(Moment, "2022-09-29T12:00+02:00") == datetime(2022, 9, 29, 10, tzinfo=UTC)
    assert of(ClockTime, "6:05") == time(6, 5)


@pytest.mark.parametrize("value", ["2022-09-29", "2022-09-29T10:00", "20220929T1000Z", 20220929])
def test_what_is_no_moment(value: Any) -> None:
    with pytest.raises(ValidationError):
        of(Moment, value)


def test_a_delay_in_its_three_forms() -> None:
    fixed = of(Delay, "5 min")
    assert (fixed.scale, fixed.sigma, fixed.exponential) == (5 * MINUTE, 0, False)
    exponential = of(Delay, {"mean": "1 h"})
    assert (exponential.scale, exponential.exponential) == (HOUR, True)
    lognormal = of(Delay, {"median": "4 min", "p95": "20 min"})
    assert lognormal.scale == 4 * MINUTE
    assert lognormal.sigma == pytest.approx(0.97847, abs=1e-5)


def test_hours_know_their_zone() -> None:
    assert of(Hours, {"when": ["22:00", "06:00"], "zone": "Europe/Moscow"}).zone == "Europe/Moscow"
    with pytest.raises(ValidationError, match='"Europe/Moscow"'):
        of(Hours, {"when": ["22:00", "06:00"], "zone": "moscow"})


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 min"), (500, "500 ms"), (90_000, "90 s"), (45 * MINUTE, "45 min"),
        (HOUR, "1 h"), (90 * MINUTE, "90 min"), (36 * HOUR, "36 h"), (3 * DAY, "3 d"),
    ],
)  # fmt: skip
def test_times_are_told_in_the_unit_that_reads_best(milliseconds: int, text: str) -> None:
    assert time_text(milliseconds) == text


def test_the_nearest_name() -> None:
    assert nearest("odessa", ["odesa", "lviv"]) == "odesa"
    assert nearest("US", ["us", "uk"]) == "us"
    assert nearest("fighter", ["fighter_patrol", "warship"]) == "fighter_patrol"
    assert nearest("xyz", ["us", "uk"]) == ""
    assert suggestion("xyz", ["us", "uk"]) == "Known: uk, us"
    assert suggestion("xyz", []) == "There are none in this scenario"


@pytest.mark.parametrize("name", ["plain", 'with "quotes" and: colons', "  ", "Łódź — день", "#1"])
def test_the_template_loads_under_any_name(name: str) -> None:
    assert loads(template(name)).scenario == (name.strip() or "A first scenario")
