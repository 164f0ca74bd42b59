"""The commands: what they import, what they say, their exit codes, and what an interrupt leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import typer.main
from commands import BLACK_SEA, LONGEST_S, MINIMAL, deconflict, ran, short_scenario, succeeded
from typer.testing import CliRunner, Result

from sim.cli import app
from sim.study.ensemble import Field, chunk_for

COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
HEAVY = (
    "numpy", "scipy", "matplotlib", "simpy", "pyproj", "pyarrow", "shapely", "ruamel", "openpyxl",
)  # fmt: skip
ESCAPE = "\x1b"


def told(*words: object) -> Result:
    """Run a command in this process; quicker than a process of its own, for what needs none."""
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """A scenario of twenty days."""
    return short_scenario(tmp_path)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing that a command writes by default land in the project."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)


# Help.


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = f"""
import sys
from sim.cli import app
for words in [[], ["events", "export"], ["events", "import"], *([verb] for verb in {COMMANDS!r})]:
    try:
        app([*words, "--help"])
    except SystemExit as end:
        assert end.code == 0, (words, end.code)
    heavy = [name for name in {HEAVY!r} if name in sys.modules]
    assert not heavy, (words, heavy)
"""
    out = succeeded(ran([sys.executable, "-c", code], tmp_path))
    assert out.count("Usage:") == len(COMMANDS) + 3


def test_help_lists_every_command() -> None:
    shown = told("--help")
    assert shown.exit_code == 0
    assert {"check", "play", "compare", "sweep", "schema", "new"} <= set(COMMANDS)
    for verb in COMMANDS:
        assert f" {verb} " in shown.output


def test_python_m_sim_is_deconflict(tmp_path: Path) -> None:
    assert succeeded(deconflict("--version", cwd=tmp_path)).startswith("deconflict ")


# What the commands do.


def test_check_says_what_is_in_a_scenario() -> None:
    done = told("check", MINIMAL, BLACK_SEA)
    assert done.exit_code == 0
    assert done.output.count("No problems") == 2


def test_check_goes_on_after_a_bad_file(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("format: 1\nscenarioo: misspelt\n", encoding="utf-8")
    done = told("check", bad, MINIMAL)
    assert done.exit_code == 1
    assert f"{bad}:2" in done.output
    assert "scenario" in done.output
    assert "No problems" in done.output


def test_play_writes_records_of_the_history_it_tells(short: Path, tmp_path: Path) -> None:
    records = tmp_path / "records.jsonl"
    done = told("play", short, "--arm", "as_designed", "--world", "2", "--records", records)
    assert done.exit_code == 0
    assert done.output.strip()
    first, *rows = map(json.loads, records.read_text(encoding="utf-8").splitlines())
    assert (first["seed"], first["world"], first["arm"]) == (1, 2, "as_designed")
    assert {"scenario", "scenario_sha256", "version"} <= first.keys()
    assert rows
    assert all("record" in row for row in rows)


def test_new_writes_a_scenario_that_can_be_run() -> None:
    assert told("new", "my_first").exit_code == 0
    assert told("check", "my_first.yaml").exit_code == 0
    again = told("new", "my_first")
    assert again.exit_code == 1
    assert "exists already" in again.output


def test_a_folder_is_no_name_for_a_scenario(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    for name in ("scenarios/", "scenarios", "other/"):
        refused = deconflict("new", name, cwd=tmp_path)
        assert refused.returncode == 1
        assert "is a folder; give the file a name" in refused.stderr
    assert list(tmp_path.rglob("*.yaml")) == []


def test_schema_is_json() -> None:
    done = told("schema")
    assert done.exit_code == 0
    assert "properties" in json.loads(done.output)


def test_compare_prints_the_answer_and_fills_the_folder(short: Path, tmp_path: Path) -> None:
    done = deconflict(
        "compare", short, "--worlds", 8, "--arms", "as_designed", "--out", "found", "--records",
        "--no-figures", cwd=tmp_path,
    )  # fmt: skip
    out = succeeded(done)
    assert ESCAPE not in out + done.stderr
    assert "\r" not in out + done.stderr
    assert done.stderr == ""
    assert "Power" in out
    assert "8 worlds of 20 days" in out
    manifest = _manifest(tmp_path / "found")
    assert manifest["state"] == "complete"
    assert manifest["arms"] == ["without_line", "as_designed"]
    assert manifest["worlds"] == manifest["worlds_asked"] == 8
    rows = pq.read_table(tmp_path / "found" / "histories.parquet")
    assert rows["world"].to_pylist() == [n for n in range(8) for _ in range(2)]
    assert pq.read_table(tmp_path / "found" / "records.parquet").num_rows > 0
    files = {path.name for path in (tmp_path / "found").iterdir()}
    assert files == {"histories.parquet", "records.parquet", "summary.json", "manifest.json"}


def test_quiet_says_only_the_answer(short: Path, tmp_path: Path) -> None:
    words = ("compare", short, "--worlds", 3, "--workers", 1, "--no-figures", "--arms", "oracle")
    loud = told(*words, "--out", tmp_path / "loud")
    quiet = told(*words, "--quiet", "--out", tmp_path / "quiet")
    assert (loud.exit_code, quiet.exit_code) == (0, 0)
    assert "Power" not in quiet.output
    assert "Results in" not in quiet.output
    assert quiet.output.strip() in loud.output
    assert "3 worlds" in quiet.output


def test_given_an_incident(short: Path, tmp_path: Path) -> None:
    done = told(
        "compare", short, "--worlds", 4, "--workers", 1, "--no-figures", "--quiet", "--arms",
        "as_designed", "--given", "weapon_release", "--out", tmp_path / "given",
    )  # fmt: skip
    assert done.exit_code == 0
    assert "weapon release" in done.output
    assert _manifest(tmp_path / "given")["given"] == "weapon_release"


# What goes wrong.


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "absent.yaml"], "absent.yaml"),
        (["check", "."], "."),
        (["compare", "absent.yaml"], "absent.yaml"),
        (["play", "absent.yaml"], "absent.yaml"),
        (["compare", "FILE", "--arms", "as_desinged"], "as_designed"),
        (["play", "FILE", "--arm", "orakle"], "oracle"),
        (["play", "FILE", "--pair", "orakle"], "oracle"),
        (["compare", "FILE", "--arms", ""], "a name is missing"),
        (["compare", "FILE", "--given", "weapon_realease"], "weapon_release"),
        (["compare", "FILE", "--given", "border_fire"], "no two opposing units"),
        (["play", "FILE", "--given", "weapon_realease"], "weapon_release"),
        (["new", "no/such/folder/name"], "cannot be written"),
        (["play", "FILE", "--records", "."], "is a directory"),
    ],
)
def test_a_mistake_gets_its_message(short: Path, words: list[str], said: str) -> None:
    before = sorted(Path().iterdir())
    done = told(*(str(short) if word == "FILE" else word for word in words))
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit), done.exception
    assert said in done.output
    assert "Traceback" not in done.output
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize(
    "words",
    [
        ["--worlds", "0"],
        ["--worlds", "-3"],
        ["--worlds", "many"],
        ["--workers", "0"],
        ["--seed", "-1"],
        ["--sede", "1"],
    ],
)
def test_a_bad_option_is_a_usage_error(short: Path, words: list[str]) -> None:
    done = told("compare", short, *words)
    assert done.exit_code == 2
    assert words[0] in done.output
    assert list(Path().iterdir()) == []


def test_a_mistake_shows_no_traceback_in_a_process_either(tmp_path: Path) -> None:
    done = deconflict("compare", "absent.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "absent.yaml" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.glob("results")) == []


def _compare(short: Path, out: Path, *more: str) -> Result:
    return told(
        "compare", short, "--worlds", 2, "--workers", 1, "--arms", "oracle", "--no-figures",
        "--quiet", "--out", out, *more,
    )  # fmt: skip


def test_an_earlier_result_is_replaced_only_when_forced(short: Path, tmp_path: Path) -> None:
    out = tmp_path / "found"
    assert _compare(short, out).exit_code == 0
    first = (out / "manifest.json").read_bytes()
    refused = _compare(short, out)
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert (out / "manifest.json").read_bytes() == first
    (out / "stale.png").write_bytes(b"")
    assert _compare(short, out, "--force").exit_code == 0
    assert not (out / "stale.png").exists()


def test_force_leaves_alone_what_is_no_result(short: Path, tmp_path: Path) -> None:
    out = tmp_path / "letters"
    out.mkdir()
    (out / "to_my_aunt.txt").write_text("dear aunt", encoding="utf-8")
    refused = _compare(short, out, "--force")
    assert refused.exit_code == 1
    assert "manifest.json" in refused.output
    assert (out / "to_my_aunt.txt").read_text(encoding="utf-8") == "dear aunt"


def test_a_file_in_the_way_of_the_folder(short: Path, tmp_path: Path) -> None:
    out = tmp_path / "taken"
    out.write_text("taken", encoding="utf-8")
    for place in (out, out / "below"):
        refused = _compare(short, place, "--force")
        assert refused.exit_code == 1, refused.output
        assert isinstance(refused.exception, SystemExit), refused.exception
        assert "--out" in refused.output
    assert out.read_text(encoding="utf-8") == "taken"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind root"
)
def test_an_unwritable_place(short: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    refused = _compare(short, locked / "found")
    assert refused.exit_code == 1
    assert "--out" in refused.output


# Failures and interrupts.


def test_a_world_that_fails_is_recorded(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Field.world

    def world(field: Field, number: int) -> Any:
        if number == 1:
            raise ArithmeticError("a world made to fail")
        return live(field, number)

    monkeypatch.setattr(Field, "world", world)
    done = told(
        "compare", short, "--worlds", 4, "--workers", 1, "--arms", "oracle", "--no-figures",
        "--quiet", "--out", tmp_path / "found",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "3 worlds" in done.output
    assert "failed" in done.output
    manifest = _manifest(tmp_path / "found")
    assert [failure["world"] for failure in manifest["failures"]] == [1]
    assert "a world made to fail" in manifest["failures"][0]["error"]
    rows = pq.read_table(tmp_path / "found" / "histories.parquet")
    assert sorted(set(rows["world"].to_pylist())) == [0, 2, 3]


def test_when_every_world_fails_the_reason_is_said(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def world(field: Field, number: int) -> Any:
        raise ArithmeticError("a world made to fail")

    monkeypatch.setattr(Field, "world", world)
    done = _compare(short, tmp_path / "found")
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit), done.exception
    assert "a world made to fail" in done.output


# Runs the command line with a progress that says, line by line, how many worlds are done, so that
# a test need not guess when to interrupt.
SAYING = """
import contextlib, sys, sim.cli, sim.compare_commands
@contextlib.contextmanager
def progress(worlds, quiet):
    yield lambda count: print(count, file=sys.stderr, flush=True)
sim.compare_commands.progress = progress
sim.cli.app(sys.argv[1:])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a process group are POSIX")
@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_leaves_what_was_finished(short: Path, tmp_path: Path, workers: int) -> None:
    process = subprocess.Popen(
        [
            sys.executable, "-c", SAYING, "compare", str(short), "--worlds", "100000", "--arms",
            "oracle", "--workers", str(workers), "--quiet", "--no-figures", "--out", "found",
        ],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    first = process.stderr.readline().strip()
    try:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to every process at once
        out, errors = process.communicate(timeout=LONGEST_S)
    finally:
        process.kill()
    assert first == str(chunk_for(100_000)), errors
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    manifest = _manifest(tmp_path / "found")
    assert manifest["state"] == "partial"
    assert manifest["worlds_asked"] == 100_000
    covered = manifest["worlds"]
    assert 1 <= covered < 100_000
    assert f"{covered:,} of 100,000 worlds" in out
    rows = pq.read_table(tmp_path / "found" / "histories.parquet")
    assert rows.num_rows == 2 * covered
    summary = json.loads((tmp_path / "found" / "summary.json").read_text(encoding="utf-8"))
    assert summary["worlds"] == covered
    assert summary["complete"] is False


def _manifest(folder: Path) -> dict[str, Any]:
    found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found
