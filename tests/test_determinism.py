"""The same question gives the same bytes: whatever the workers, the hash seed, or the file's order.

Each run is a process of its own. What may differ is the manifest's machine section, and the
scenario's own text where that was reordered.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from commands import BLACK_SEA, deconflict, short_scenario, succeeded
from ruamel.yaml import YAML

LONGER, SHORTER = 100, 50
"""Worlds of a run and of its prefix: four chunks for four workers, and half of them."""

ORDERED = {"areas", "polygon", "racetrack", "route", "between", "when", "station", "at"}
"""Sequences whose order means something; all others may be turned round."""

Manifest = dict[str, Any]


def _compare(folder: Path, name: str, scenario: Path, hash_seed: str, *more: object) -> Path:
    out = folder / name
    done = deconflict(
        "compare", scenario, "--arms", "as_used_2022,as_designed", "--quiet", "--out", out,
        *map(str, more), cwd=folder, environment={"PYTHONHASHSEED": hash_seed},
    )  # fmt: skip
    succeeded(done)
    return out


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs of this module stand."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def short(folder: Path) -> Path:
    """A scenario of twenty days."""
    return short_scenario(folder)


@pytest.fixture(scope="module")
def longer(folder: Path, short: Path) -> Path:
    """A run in one process."""
    return _compare(folder, "longer", short, "1", "--worlds", LONGER, "--workers", 1)


def _told(run: Path) -> Manifest:
    found: Manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    return found


def _same_files(one: Path, other: Path) -> int:
    """Make sure that two result folders hold the same bytes; return how many files they hold."""
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    for name in names:
        if name != "manifest.json":
            assert (one / name).read_bytes() == (other / name).read_bytes(), name
    return len(names)


def test_workers_and_hash_seeds_change_no_byte(folder: Path, short: Path, longer: Path) -> None:
    other = _compare(folder, "four", short, "2", "--worlds", LONGER, "--workers", 4)
    assert _same_files(longer, other) > 8
    ours, theirs = _told(longer), _told(other)
    assert ours.pop("machine") != theirs.pop("machine")
    assert ours == theirs
    assert ours["state"] == "complete"


def test_a_shorter_run_is_the_beginning_of_a_longer(
    folder: Path, short: Path, longer: Path
) -> None:
    shorter = _compare(
        folder, "shorter", short, "3", "--worlds", SHORTER, "--workers", 2, "--no-figures"
    )
    rows = pq.read_table(shorter / "histories.parquet").to_pylist()
    assert len(rows) == 3 * SHORTER
    assert rows == pq.read_table(longer / "histories.parquet").to_pylist()[: len(rows)]


def test_another_seed_is_another_run(folder: Path, short: Path, longer: Path) -> None:
    other = _compare(
        folder, "seed", short, "1", "--worlds", LONGER, "--workers", 1, "--no-figures",
        "--seed", 2,
    )  # fmt: skip
    assert _told(other)["content_sha256"] != _told(longer)["content_sha256"]


def _turned(value: Any, name: str = "") -> Any:
    """Return a scenario's values with every mapping, and every list that is a set, turned round."""
    if isinstance(value, dict):
        return {key: _turned(value[key], str(key)) for key in reversed(value)}
    if isinstance(value, list) and name not in ORDERED:
        return [_turned(each, name) for each in reversed(value)]
    return value


def _rewritten(path: Path, change: Callable[[Any], Any]) -> Path:
    yaml = YAML(typ="safe", pure=True)
    values = change(yaml.load(BLACK_SEA.read_text(encoding="utf-8")))
    plain = YAML()
    plain.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    with path.open("w", encoding="utf-8") as file:
        plain.dump(values, file)
    return path


def test_the_order_of_a_file_means_nothing(folder: Path) -> None:
    as_is = _rewritten(folder / "as_is.yaml", lambda values: values)
    turned = _rewritten(folder / "turned.yaml", _turned)
    assert as_is.read_text(encoding="utf-8") != turned.read_text(encoding="utf-8")
    one, other = (
        _compare(folder, path.stem, path, "0", "--worlds", 12, "--workers", 1)
        for path in (as_is, turned)
    )
    assert _told(one)["content_sha256"] == _told(other)["content_sha256"]
    assert _same_files(one, other) > 8
