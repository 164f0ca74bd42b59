"""The error family: every failure a user can cause names the value, the rule and the next step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class DeconflictError(Exception):
    """Base of every error this package raises on purpose."""


class Problem(NamedTuple):
    """One thing wrong with a scenario file or an events list, with the place it stands.

    ``line`` and ``column`` (of a list: row and column) count from 1; both are 0 where no place in
    the text is to blame. ``path`` leads to the value as in ``forces[reaper].sorties.every``. A
    ``warning`` is something a scenario can run with.
    """

    file: str
    line: int
    column: int
    path: str
    value: str
    rule: str
    hint: str = ""
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        grade = "warning: " if self.warning else ""
        what = f"{place}: {grade}{self.path}: " if self.path else f"{place}: {grade}"
        value = f" (got {self.value})" if self.value else ""
        hint = f". {self.hint}" if self.hint else ""
        return _visible(f"{what}{self.rule}{value}{hint}")


def _visible(text: str) -> str:
    """Return a text that cannot act on a terminal, whatever a file put into it."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class ScenarioError(DeconflictError):
    """A scenario file that cannot be run, carrying all of its problems at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class SheetError(ScenarioError):
    """An events list that cannot be taken in, carrying all of its problems at once."""


class ResultsError(DeconflictError):
    """A result folder that cannot be written or read."""


class RunError(DeconflictError):
    """A run that was asked for in a way that cannot be carried out."""
