"""The result folder of a comparison while it runs: batches as they come, results at the end.

A run that was broken off or killed goes on from its batches (:func:`gone_on_with`). What was
finished then stands in the results, whichever of the two it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from sim.errors import ResultsError
from sim.study import folder as results
from sim.study.batches import BATCHES, LOCK, Batches
from sim.study.ensemble import Chunk, Failure
from sim.study.kept import RecordsFile
from sim.study.rows import Digest, Rows

_AGREES: Final = {
    "scenario_sha256": "the scenario",
    "seed": "--seed",
    "arms": "--arms",
    "given": "--given",
    "worlds_asked": "--worlds",
    "records": "--records",
    "parameter_sets": "the parameter sets",
    "until": "--until",
}
"""What a run that goes on must have in common with the one it goes on with, and its name."""


class RunFolder(results.ResultFolder):
    """A claimed folder that keeps batches as they come."""

    def __init__(self, path: Path, told: dict[str, Any]) -> None:
        self._lock = held(path)
        super().__init__(path, told)
        self.batches = Batches(path / BATCHES, tuple(told["arms"]))
        self._digest = ""

    def add(self, chunk: Chunk) -> None:
        """Keep a batch; nothing else needs to hold its rows and records any longer."""
        self.batches.add(chunk)
        chunk.columns, chunk.records = {}, None

    def rows(self, worlds: int) -> Rows:
        """Write the rows of all batches into one file, and return them; none if there is none.

        The file has row groups as it is fit for so many ``worlds``, however the batches were cut.
        """
        size = results.group_for(worlds) * len(self.told["arms"])
        arms = tuple(self.told["arms"])
        path, digest = self.path / results.HISTORIES, Digest()
        tables = (table for table in self.batches.tables() if table.num_rows)
        first = next(tables, None)
        if first is None:
            self._digest = digest.hex()
            return Rows(results.histories_table(arms, []), arms)

        def write(beside: Path) -> None:
            with pq.ParquetWriter(
                beside, first.schema, compression="zstd", write_statistics=False
            ) as file:
                for group in _regrouped(chain([first], tables), size):
                    digest.add(group)
                    file.write_table(group, row_group_size=group.num_rows)

        results.place(path, write)
        self._digest = digest.hex()
        return Rows(path, arms)

    def close(
        self,
        worlds: int,
        summary: dict[str, Any] | None,
        failures: tuple[Failure, ...],
        reason: str | None,
    ) -> None:
        """Write what was found beside the rows; batches go when it is all that was asked for."""
        if self.told["records"] and summary is not None:
            self.told["records_sha256"] = self._records()
        self._end(worlds, summary, failures, reason, self._digest)
        self._lock.release()
        if reason is None or not worlds:
            self.batches.drop()

    def _records(self) -> str:
        """Write the records of all batches into one file, and return the SHA-256 of its rows."""
        file = RecordsFile(self.path / results.RECORDS, results.BATCH)
        try:
            for first, count, table in self.batches.records():
                file.add(first, count, table)
            return file.finish()
        finally:
            file.drop()


def held(path: Path) -> FileLock:
    """Keep every other run out of a folder, until released or until this process ends.

    Raises ResultsError if another run has it: two would write one result.
    """
    lock = FileLock(path / BATCHES / LOCK, thread_local=False)
    try:
        (path / BATCHES).mkdir(exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise ResultsError(
            f"{path}: another process runs in it; wait for it or end it, or give another name"
        ) from None
    except OSError:
        pass  # a file system that knows no locks, or one that cannot be written, which is told next
    return lock


def claimed(path: Path, force: bool) -> Path:
    """Make a result folder ready to be written into; none is taken from a run that goes on.

    Raises ResultsError as :func:`sim.study.folder.claim` does.
    """
    if (path / BATCHES / LOCK).exists():
        held(path).release()
    return results.claim(path, force)


def _regrouped(tables: Iterable[pa.Table], rows: int) -> Iterator[pa.Table]:
    """Yield the rows of tables in tables of a fixed number of rows, the last with what is left."""
    held: list[pa.Table] = []
    count = 0
    for table in tables:
        held.append(table)
        count += table.num_rows
        while count >= rows:
            # How rows come in pieces must leave no trace in the pages of the file.
            whole = pa.concat_tables(held)
            yield whole.slice(0, rows).combine_chunks()
            held = [whole.slice(rows)]
            count -= rows
    if count:
        yield pa.concat_tables(held).combine_chunks()


def gone_on_with(path: Path, told: dict[str, Any]) -> RunFolder:
    """Return the folder of a run that is to go on; ``told`` is the manifest it would begin with.

    Raises ResultsError for a folder that holds no unfinished run, and for one of another run: what
    it was told differently is named, or which version wrote it.
    """
    before = results.read_manifest(path)
    file = path / results.MANIFEST
    if before.get("state") == "complete" or "records" not in before:
        raise ResultsError(
            f"{path}: holds no unfinished comparison; begin a new one with --out another name"
        )
    for key, name in _AGREES.items():
        if before.get(key) != told.get(key):
            raise ResultsError(
                f"{file}: was begun with other values: {name} was {_shown(before.get(key))} and is "
                f"{_shown(told.get(key))} now; go on as it was begun, or begin anew with --out"
            )
    for name, version in told["versions"].items():
        if before["versions"].get(name) != version:
            raise ResultsError(
                f"{file}: was begun with {name} {before['versions'].get(name)}, and this is "
                f"{version}: both together would be no result of either; use that version, or "
                f"begin anew with --out"
            )
    return RunFolder(path, told)


def _shown(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
