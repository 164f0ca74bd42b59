"""A task some of whose worlds kill the process that lives through them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import NamedTuple

from sim.study.ensemble import COLUMNS, Field, Job, Lived


class DeadlyJob(NamedTuple):
    """A comparison in which some worlds are deadly."""

    job: Job
    deadly: tuple[int, ...]

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms of the comparison."""
        return self.job.arms

    @property
    def columns(self) -> tuple[str, ...]:
        """The measures."""
        return COLUMNS

    @property
    def keep_records(self) -> bool:
        """No records are kept."""
        return False

    @property
    def chunk(self) -> int:
        """So many worlds at a time."""
        return 5

    def ready(self) -> DeadlyField:
        """Return it made ready."""
        return DeadlyField(self)


class DeadlyField(Field):
    """Lives through one world after another, until one of them is deadly."""

    def __init__(self, job: DeadlyJob) -> None:
        super().__init__(job.job)
        self.deadly = job.deadly

    def world(self, number: int) -> Lived:
        """Live through a world, if it can be."""
        if number in self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().world(number)


def begun(job: object) -> None:
    """Begin a process that needs nothing."""


def threads(first: int, count: int) -> tuple[int, str | None, int]:
    """Tell how many threads numerical libraries may start here, and how many there are."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    there = next(line for line in status.splitlines() if line.startswith("Threads:"))
    return first, os.environ.get("OPENBLAS_NUM_THREADS"), int(there.split()[1])


def endless(first: int, count: int) -> int:
    """Tell which process this is, or with the third chunk begin what never ends."""
    time.sleep(3600 if first > 1 else 0)
    return os.getpid()
