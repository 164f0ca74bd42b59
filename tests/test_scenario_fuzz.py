"""Whatever a file holds, it gives a scenario or a list of problems, never another exception."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import Problem, ScenarioError
from sim.scenario import arm, arm_names, build, loads, template
from sim.scenario.reading import read_values

TEXT = template("fuzzed")
VALUES = read_values(TEXT, "fuzzed").values

SCRAPS = st.sampled_from(
    [
        *":{}[],&*!|>'\"%@`#-?\n\t~<\\\0\ufeff\u2028",
        "\n---\n", "!!python/object:os.system ", "&a ", "*a", "<<: ", ".nan", "null", "1e400",
        "- ", "? ", "\n  ", "2022-09-29", "-5 km", "no", "{}", "[]", "% ", "\\U7fffffff",
    ]
)  # fmt: skip

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["us", "russia", "ukraine", "line", "odesa", "5 min", "9 km", "2022-09-29T10:00Z", "", "*"]
    )
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["median", "use", "line", "when", "id", "bloc"]) | st.text(max_size=6),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


def _paths(values: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = values.items() if isinstance(values, dict) else enumerate(values)
    found = [path] if path else []
    for step, value in inner:
        if isinstance(value, (dict, list)):
            found += _paths(value, (*path, step))
        else:
            found.append((*path, step))
    return found


PATHS = _paths(VALUES)


def _replaced(values: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(values) if isinstance(values, dict) else list(values)
    copy[path[0]] = _replaced(values[path[0]], path[1:], value)
    return copy


def _outcome(made: Any) -> None:
    """Demand problems that can be printed, or a scenario whose arms can all be had."""
    problems: list[Problem] = []
    try:
        scenario = made()
    except ScenarioError as error:
        problems = error.problems
        scenario = None
    if scenario is None:
        assert problems
        assert all(problem.rule and not problem.warning for problem in problems)
        assert "\n".join(map(str, problems)).encode()
    else:
        assert all(arm(scenario, name).forces for name in arm_names(scenario))


@settings(max_examples=60, deadline=None, database=None)
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    _outcome(lambda: loads(text))


@settings(max_examples=60, deadline=None, database=None)
@given(
    st.integers(0, len(TEXT)), st.integers(0, 40), st.lists(SCRAPS, max_size=3).map("".join)
)  # fmt: skip
def test_a_file_with_a_scrap_in_place_of_some_of_it(at: int, length: int, scrap: str) -> None:
    _outcome(lambda: loads(TEXT[:at] + scrap + TEXT[at + length :]))


@settings(max_examples=150, deadline=None, database=None)
@given(st.sampled_from(PATHS), PLAIN)
def test_a_scenario_with_anything_in_place_of_one_value(path: tuple[Any, ...], value: Any) -> None:
    _outcome(lambda: build(_replaced(VALUES, path, value)))
