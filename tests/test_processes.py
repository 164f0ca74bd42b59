"""Worker processes: none takes more of the machine than its core, or outlives its parent."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import LONGEST_S, MINIMAL, ROOT, ran
from deadly import begun, threads

from sim.study.interrupts import Interrupts
from sim.study.processes import parallel


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
@pytest.mark.parametrize("own", [None, "3"])
def test_numerical_libraries_keep_to_one_thread_a_worker(
    own: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a user has set stands, and nothing is left behind in this process."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    if own is not None:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", own)
    before = dict(os.environ)
    came: list[tuple[int, str | None, int]] = []
    chunks = [(first, 1) for first in range(4)]
    parallel(None, chunks, 2, came.append, Interrupts(), begun, threads, threads)
    assert sorted(first for first, _, _ in came) == [0, 1, 2, 3]
    assert {told for _, told, _ in came} == {own or "1"}
    assert dict(os.environ) == before


KILLED = """
from deadly import begun, endless
from sim.study.interrupts import Interrupts
from sim.study.processes import parallel

def told(pid):
    print(pid, flush=True)

if __name__ == "__main__":
    parallel(None, [(n, 1) for n in range(4)], 2, told, Interrupts(), begun, endless, endless)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="who is there is looked up in /proc")
def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """At work or waiting for some: nobody else would end them."""
    script = tmp_path / "killed.py"
    script.write_text(KILLED, encoding="utf-8")
    paths = os.pathsep.join([str(ROOT / "tests"), str(ROOT)])
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert parent.stdout is not None
    workers = {int(parent.stdout.readline()) for _ in range(2)}
    assert workers
    assert all(map(_runs, workers))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + LONGEST_S
    while any(map(_runs, workers)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(map(_runs, workers))


def _runs(pid: int) -> bool:
    """Whether a process is there and has not ended, whether or not anybody has asked for it."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return told.rpartition(") ")[2][0] not in "ZX"


UNGUARDED = """
import sys, sim
print("begun")
found = sim.compare(sys.argv[1], worlds=60, arms="oracle", workers=2)
"""


def test_a_script_that_starts_itself_again_is_told_how_to_be_written(tmp_path: Path) -> None:
    """Processes are started afresh everywhere, so that each runs the script it belongs to."""
    script = tmp_path / "unguarded.py"
    script.write_text(UNGUARDED, encoding="utf-8")
    done = ran([sys.executable, str(script), str(MINIMAL)], tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("begun")
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("sim.errors.RunError: ")
    assert 'if __name__ == "__main__":' in last
