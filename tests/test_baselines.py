"""The numbers on file are the numbers the model gives; if not, somebody must say why."""

from __future__ import annotations

from pathlib import Path

import pytest
from update_baselines import moved, numbers, scenarios, written


@pytest.mark.parametrize("path", scenarios(), ids=lambda path: path.stem)
def test_the_baseline_holds(path: Path) -> None:
    before = written().get(path.stem)
    assert before, f"no baseline for {path.name}: run python tests/update_baselines.py"
    assert len(before) >= 20
    changed = list(moved(before, numbers(path)))
    hint = "say why in the change log and run: python tests/update_baselines.py"
    assert not changed, "\n".join([*changed, hint])


def test_no_baseline_outlives_its_scenario() -> None:
    assert set(written()) == {path.stem for path in scenarios()}


def test_what_moved_is_told() -> None:
    assert list(moved({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 3.0, "c": 4.0})) == [
        "b: 2.0 -> 3.0",
        "c: None -> 4.0",
    ]
    assert list(moved({"a": 1.0}, {"a": 1.0 + 1e-12})) == []
