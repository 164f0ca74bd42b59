"""A result folder as tables: what is asked for, and no more."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pytest
from commands import short_scenario

import sim
from sim.errors import ResultsError, RunError
from sim.study.folder import group_for

ARMS = ("without_line", "as_designed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a small comparison."""
    place = tmp_path_factory.mktemp("results")
    out = place / "found"
    scenario = short_scenario(place, "20 d")
    sim.compare(scenario, worlds=30, arms="as_designed", out=out, keep_records=True)
    return out


def test_rows_are_had_by_column_arm_world_and_filter(folder: Path) -> None:
    found, whole = sim.open_results(folder), sim.reopen(folder).histories
    assert found.table().equals(whole)
    assert found.columns == tuple(whole.column_names)
    few = found.table(["peak"], arms="as_designed", worlds=range(5, 8))
    assert few.column_names == ["world", "arm", "peak"]
    assert few["world"].to_pylist() == [5, 6, 7]
    assert set(few["arm"].to_pylist()) == {"as_designed"}
    assert found.table(["peak"], worlds=3).num_rows == len(ARMS)
    assert found.table(worlds=[2, 9, 99])["world"].to_pylist() == [2, 2, 9, 9]
    high = found.table(["peak"], where=pc.field("peak") >= 2)
    assert high.num_rows == sum(peak >= 2 for peak in whole["peak"].to_pylist()) > 0


def test_records_are_had_by_world_and_kind(folder: Path) -> None:
    found = sim.open_results(folder)
    runged = found.records(worlds=range(10), kinds="Runged", arms="without_line")
    assert set(runged["record"].to_pylist()) == {"Runged"}
    assert set(runged["arm"].to_pylist()) == {"without_line"}
    rows = [r for n in range(10) for r in found.played("without_line", n).rows()
            if r["record"] == "Runged"]  # fmt: skip
    assert runged.num_rows == len(rows) > 0
    assert runged["time"].to_pylist() == [row["time"] for row in rows]


def test_a_world_is_lived_through_again_from_its_number(folder: Path) -> None:
    found = sim.open_results(folder)
    (peak,) = found.table(["peak"], arms="as_designed", worlds=4)["peak"].to_pylist()
    rows = found.played("as_designed", 4).rows()
    rungs = [row["rung"] for row in rows if row["record"] == "Runged"]
    assert max(rungs, default=0) >= peak
    assert found.comparison.worlds == found.manifest["worlds"] == 30
    assert found.summary["worlds"] == 30


def test_what_is_not_there_is_said(folder: Path, tmp_path: Path) -> None:
    found = sim.open_results(folder)
    for asked, message in (
        (lambda: found.table(["peek"]), 'no column "peek" in these results. Did you mean "peak"'),
        (lambda: found.table(arms="oracle"), 'no arm "oracle"'),
        (lambda: found.played("oracle", 1), 'no arm "oracle"'),
    ):
        with pytest.raises(RunError, match=message):
            asked()
    with pytest.raises(ResultsError, match=r"holds no manifest\.json|no such folder"):
        sim.open_results(tmp_path / "none")
    scenario = short_scenario(tmp_path, "5 d")
    sim.compare(scenario, worlds=2, arms="oracle", out=tmp_path / "bare")
    with pytest.raises(ResultsError, match="with --records"):
        sim.open_results(tmp_path / "bare").records()


@pytest.mark.parametrize(
    ("worlds", "group"),
    [(1, 2_500), (1_000_000, 2_500), (1_000_001, 25_000), (10_000_000, 25_000)],
)
def test_a_long_file_has_larger_row_groups_and_no_more_of_them(worlds: int, group: int) -> None:
    """What Parquet says of each group is read whole, before any row."""
    assert group_for(worlds) == group
    assert worlds / group_for(worlds) <= 400
