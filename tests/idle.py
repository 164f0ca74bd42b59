"""A task whose worlds cost nothing, to see what handing them out costs."""

from __future__ import annotations

from typing import NamedTuple

from sim.study.ensemble import CHUNK, COLUMNS, Lived
from sim.study.measures import Row


class IdleJob(NamedTuple):
    """As much to send back as a comparison of two arms has."""

    arms: tuple[str, ...] = ("without_line", "as_designed")
    columns: tuple[str, ...] = COLUMNS
    keep_records: bool = False
    chunk: int = CHUNK

    def ready(self) -> IdleField:
        """Return it made ready."""
        return IdleField(self)


class IdleField:
    """Lives through nothing."""

    def __init__(self, job: IdleJob) -> None:
        self.job = job
        self._row: Row = dict.fromkeys(job.columns, 1)

    def expect(self, numbers: range) -> None:
        """Expect nothing."""

    def world(self, number: int) -> Lived:
        """Return a row for each arm."""
        return dict.fromkeys(self.job.arms, self._row), {}
