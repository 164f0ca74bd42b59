"""The commands run as a user runs them: in a process of their own, in a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
SCENARIOS = ROOT / "scenarios"
MINIMAL = SCENARIOS / "minimal.yaml"
BLACK_SEA = SCENARIOS / "black_sea_2022.yaml"
EVERY = sorted(path.stem for path in SCENARIOS.glob("*.yaml"))
"""The scenarios that come with the program, by name."""

LONGEST_S = 120
"""A command that takes longer hangs; this only keeps the suite from hanging with it."""


def ran(
    words: list[str], cwd: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command line to its end in ``cwd``; the environment given is added to this one."""
    return subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **(environment or {})},
        capture_output=True,
        encoding="utf-8",
        timeout=LONGEST_S,
        check=False,
    )


def deconflict(
    *words: object, cwd: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``deconflict`` with the interpreter of the tests."""
    return ran([sys.executable, "-m", "sim", *map(str, words)], cwd, environment)


def succeeded(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a command printed, after making sure that it ended well."""
    assert done.returncode == 0, f"{done.args}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def short_scenario(folder: Path, duration: str = "20 d") -> Path:
    """Write the smallest shipped scenario with a shorter period, for runs that must be quick."""
    text = MINIMAL.read_text(encoding="utf-8")
    assert "duration: 90 d" in text
    path = folder / "short.yaml"
    path.write_text(text.replace("duration: 90 d", f"duration: {duration}"), encoding="utf-8")
    return path
