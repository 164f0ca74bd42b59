"""The notebooks: from a clean kernel they say what was committed, and they are fit to teach."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from commands import MINIMAL
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
GUIDE = (FOLDER / "README.md").read_text(encoding="utf-8")
MOST_CELLS = 15
MOST_BYTES = 300_000
MACHINE = re.compile(r"(?:/tmp|/home|/root|/work|/Users|site-packages|[A-Z]:\\)")


def _read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def _said(notebook: Any) -> list[tuple[str, int]]:
    """Return what each code cell printed, and how many pictures it drew."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        text = "".join(out.text for out in cell.outputs if out.output_type == "stream")
        pictures = sum("image/png" in out.get("data", {}) for out in cell.outputs)
        found.append((text, pictures))
    return found


def test_there_are_six_and_the_guide_names_each() -> None:
    assert [path.name[:2] for path in NOTEBOOKS] == [f"{n}_" for n in range(1, 7)]
    assert [path.name for path in NOTEBOOKS if path.name not in GUIDE] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_light_and_fit_to_teach(path: Path) -> None:
    assert path.stat().st_size < MOST_BYTES
    notebook = _read(path)
    cells = notebook.cells
    assert len(cells) <= MOST_CELLS
    assert cells[0].cell_type == cells[-1].cell_type == "markdown"
    assert "**The question.**" in cells[0].source
    assert cells[-1].source.count("<details>") == cells[-1].source.count("</details>") == 1
    assert "### Exercises" in cells[-1].source
    words = " ".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert re.search(r"\*\*The (?:number to take away|choice)|\*\*What would you tell", words)
    assert not MACHINE.search(path.read_text(encoding="utf-8"))
    assert sum(pictures for _, pictures in _said(notebook)) >= 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_says_from_a_clean_kernel_what_was_committed(path: Path) -> None:
    committed, anew = _read(path), _read(path)
    for cell in anew.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    client = NotebookClient(
        anew, timeout=900, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}
    )
    client.execute()
    assert _said(anew) == _said(committed), "run the notebook and commit it with its outputs"


def test_a_cell_may_start_workers(tmp_path: Path) -> None:
    """A cell is no script: a process that starts afresh finds no file to run again."""
    cell = nbformat.v4.new_code_cell(  # type: ignore[no-untyped-call]
        "import sim\n"
        f"found = sim.compare({str(MINIMAL)!r}, worlds=60, arms='oracle', workers=2)\n"
        "print(found.worlds, found.complete)"
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    where = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=900, kernel_name="python3", resources=where).execute()
    assert _said(notebook) == [("60 True\n", 0)]


@pytest.mark.parametrize(
    ("name", "minutes"), [("75 minutes", 75), ("Three hours", 180), ("A day", 360)]
)
def test_presets_of_the_guide_add_up_and_leave_time_to_talk(name: str, minutes: int) -> None:
    """Brief at most a tenth, debrief at least a fifth, play about two thirds of the work."""
    section = GUIDE.split(f"### {name}\n")[1].split("\n### ")[0].split("\n## ")[0]
    rows = re.findall(r"^\| (brief|play|break|debrief) \| .*? \| (\d+) \|$", section, re.MULTILINE)
    parts = {kind: sum(int(m) for k, m in rows if k == kind) for kind, _ in rows}
    assert sum(parts.values()) == minutes
    worked = minutes - parts.get("break", 0)
    assert parts["brief"] <= worked / 10
    assert parts["debrief"] >= worked / 5
    assert 0.6 <= parts["play"] / worked <= 0.75
