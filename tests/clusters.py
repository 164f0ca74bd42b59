"""A Dask cluster of real processes on this machine's loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STARTS_S = 60
"""Seconds in which a scheduler and its workers are there, or never will be."""

_FAILURES = "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"


class Cluster:
    """A scheduler and its workers, each a process that can be killed."""

    def __init__(self, folder: Path, patient: bool) -> None:
        self.folder = folder
        self.environment = {} if patient else {_FAILURES: "0"}
        told = folder / "scheduler.json"
        words = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                 "--scheduler-file", str(told)]  # fmt: skip
        self.scheduler = self._begun("scheduler", words)
        self.workers: list[subprocess.Popen[bytes]] = []
        end = time.monotonic() + STARTS_S
        while not told.exists() or not told.read_text(encoding="utf-8").endswith("}"):
            assert self.scheduler.poll() is None, self.log("scheduler")
            assert time.monotonic() < end, self.log("scheduler")
            time.sleep(0.05)
        self.address = str(json.loads(told.read_text(encoding="utf-8"))["address"])

    def hire(self, *more: str) -> None:
        """Start one more worker."""
        name = f"worker{len(self.workers)}"
        words = ["worker", self.address, "--host", "127.0.0.1", "--no-dashboard", "--nworkers", "1",
                 "--local-directory", str(self.folder / name), *more]  # fmt: skip
        self.workers.append(self._begun(name, words))

    def await_workers(self) -> None:
        """Wait until all are there."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=STARTS_S)

    def log(self, name: str) -> str:
        """Return what a process has said."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    def end(self) -> None:
        """Kill all that is left of it."""
        for process in (*self.workers, self.scheduler):
            killed(process)

    def _begun(self, name: str, words: list[str]) -> subprocess.Popen[bytes]:
        tests = str(Path(__file__).parent)
        paths = os.pathsep.join(filter(None, (tests, os.environ.get("PYTHONPATH"))))
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words], stdout=log, stderr=log,
                env={**os.environ, **self.environment, "PYTHONPATH": paths},
            )  # fmt: skip


def killed(process: subprocess.Popen[bytes]) -> None:
    """Kill a process as nothing can be done against."""
    process.send_signal(signal.SIGKILL)
    process.wait()


@contextmanager
def cluster(folder: Path, workers: int = 2, *more: str, patient: bool = True) -> Iterator[Cluster]:
    """Have a cluster for a while; ``more`` is told to every worker.

    An impatient one gives a task up with the first worker that dies on it.
    """
    made = Cluster(folder, patient)
    try:
        for _ in range(workers):
            made.hire(*more)
        if made.workers:
            made.await_workers()
        yield made
    finally:
        made.end()
