"""Collects what the benchmarks found and prints it as one table at the end."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from typing import Any

import pytest

Row = tuple[str, str]

ROWS = pytest.StashKey[list[Row]]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin an empty table."""
    config.stash[ROWS] = []


@pytest.fixture
def found(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Adds a line to the table: what, how much."""
    rows = request.config.stash[ROWS]

    def add(what: str, how_much: str) -> None:
        rows.append((what, how_much))

    return add


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table, in the form the README shows."""
    rows = config.stash[ROWS]
    if not rows:
        return
    print_line = terminalreporter.write_line
    print_line("")
    cores = os.cpu_count()
    print_line(f"{cores} cores, {platform.machine()}, Python {platform.python_version()}")
    print_line("")
    print_line("| what | how much |")
    print_line("|---|---|")
    for what, how_much in rows:
        print_line(f"| {what} | {how_much} |")
