"""Documents are run: the README's commands and Python, every scenario file, every ``--help``."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest
from commands import ROOT, SCENARIOS, deconflict, ran, succeeded

README = (ROOT / "README.md").read_text(encoding="utf-8")
FEW = "4"
VERBS = (
    "check", "play", "compare", "sweep", "parameters", "schema", "new", "validate", "calibrate",
    "identify", "sensitivity", "discover", "cards", "events", "workshop",
)  # fmt: skip


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


COMMANDS = [
    line for block in _blocks("sh") for line in block.splitlines() if line.startswith("deconflict ")
]
SET_UP = [line for block in _blocks("sh") for line in block.splitlines() if "-m venv" in line]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that looks like the project's to the commands."""
    shutil.copytree(SCENARIOS, tmp_path / "scenarios")
    return tmp_path


def _with_few_worlds(words: list[str]) -> list[str]:
    if "--worlds" in words:
        words[words.index("--worlds") + 1] = FEW
    return words


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(command: str, place: Path) -> None:
    words = _with_few_worlds(shlex.split(command)[1:])
    assert succeeded(deconflict(*words, cwd=place)).strip()


def test_the_readme_sets_up_in_two_lines() -> None:
    assert len(COMMANDS) >= 6
    assert len(SET_UP) == 2
    first, second = SET_UP
    assert first.endswith("deconflict compare scenarios/black_sea_2022.yaml")
    assert second.endswith("-m pytest -q")
    windows = [line for block in _blocks("bat") for line in block.splitlines()]
    for ours, theirs in zip(SET_UP, windows, strict=True):
        tail = ours.split("&&")[1].split()[1:]
        assert [word.strip('"') for word in tail] == [
            word.strip('"') for word in theirs.split("&&")[1].split()[1:]
        ]


def test_the_python_of_the_readme_runs(place: Path) -> None:
    """All blocks together, as somebody would paste them one after another."""
    code = "\n".join(_blocks("python"))
    code = code.replace("worlds=100", f"worlds={FEW}")
    succeeded(ran([sys.executable, "-c", code], place))
    assert (place / "risk.png").stat().st_size > 0
    assert (place / "world.gif").stat().st_size > 0


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str, tmp_path: Path) -> None:
    text = succeeded(deconflict(verb, "--help", cwd=tmp_path))
    assert verb in text


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https://)([^)#]+)\)", README))
def test_a_link_of_the_readme_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
