"""The wheel carries all it needs: built, installed elsewhere, and run far from the source tree."""

from __future__ import annotations

import json
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import ROOT, ran, succeeded

LEFT_OUT = {"__pycache__"}

Command = Callable[..., str]


def _pip(*words: str, cwd: Path) -> None:
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-deps", "--no-index"]
    succeeded(ran([sys.executable, "-m", "pip", *words, *quiet], cwd))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with what is installed and without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    # Built from links, so that a build leaves nothing in the source tree.
    for name in ("pyproject.toml", "README.md", "LICENSE", "sim", "scenarios"):
        (source / name).symlink_to(ROOT / name)
    _pip("wheel", "--no-build-isolation", "--wheel-dir", "built", str(source), cwd=folder)
    (found,) = (folder / "built").glob("deconflict-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Command:
    """Runs a command of the installed wheel in its own folder, the source tree out of sight."""
    place, here = wheel.parent.parent / "site", wheel.parent.parent / "here"
    here.mkdir()
    _pip("install", "--target", str(place), str(wheel), cwd=here)

    def command(*words: object) -> str:
        environment = {"PYTHONPATH": str(place), "PYTHONSAFEPATH": "1"}
        return succeeded(ran([sys.executable, "-m", "sim", *map(str, words)], here, environment))

    code = "import sim, pathlib; print(pathlib.Path(sim.__file__).parent)"
    path = {"PYTHONPATH": str(place), "PYTHONSAFEPATH": "1"}
    where = succeeded(ran([sys.executable, "-c", code], here, path)).strip()
    assert os.path.samefile(where, place / "sim")
    return command


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("sim/")}
    there = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "sim").rglob("*")
        if path.is_file() and not LEFT_OUT & set(path.parts)
    }
    there |= {f"sim/cards/{path.name}" for path in (ROOT / "scenarios" / "cards").iterdir()}
    assert there - held == set(), "pyproject.toml leaves these out of the wheel"
    assert held - there == set(), "these lie in the wheel only"
    assert {"sim/py.typed", "sim/scenario/new.yaml", "sim/world/basemap.geojson"} <= held


def test_the_wheel_names_its_command_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (entry,) = (name for name in names if name.endswith("entry_points.txt"))
        assert "deconflict = sim.__main__:main" in archive.read(entry).decode()
    assert any(Path(name).name == "LICENSE" for name in names)


def test_the_wheel_runs_far_from_its_source(installed: Command, wheel: Path) -> None:
    here = wheel.parent.parent / "here"
    assert installed("--version").startswith("deconflict ")
    installed("new", "mine")
    assert "No problems" in installed("check", "mine.yaml")
    assert "Khasham" in installed("cards", "khasham_2018")
    text = (here / "mine.yaml").read_text(encoding="utf-8")
    assert "\narms:\n" in text
    text = text.replace("\narms:\n", "\narms:\n  ours: {card: khasham_2018}\n")
    (here / "ours.yaml").write_text(text, encoding="utf-8")
    assert "ours" in installed("check", "ours.yaml")
    out = installed("compare", "mine.yaml", "--worlds", 3, "--arms", "as_designed")
    assert "3 worlds" in out
    manifest = json.loads((here / "results" / "mine" / "manifest.json").read_text("utf-8"))
    assert manifest["state"] == "complete"
    assert (here / "results" / "mine" / "map.png").stat().st_size > 10_000
