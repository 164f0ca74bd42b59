"""Finished batches of a run, kept as they come, so that a run that is killed can go on.

A batch is some worlds' rows of measures in a file of its own, named after its first world; beside
it stand their records, where these are kept. Each is whole or not there at all. What is known of a
batch follows from the scenario, the seed, the arms and its worlds alone, so that the batches of a
run that was interrupted, together with those that were missing, are those of one that was not.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import ResultsError
from sim.study.ensemble import Chunk, Failure
from sim.study.folder import histories_table, place
from sim.study.rows import read

BATCHES: Final = "batches"
LOCK: Final = ".lock"
"""What a run that goes on holds; see :func:`sim.study.run_folder.held`."""

_ROWS: Final = ".parquet"
_RECORDS: Final = ".records"
_DIGITS: Final = 12
_TOLD: Final = b"deconflict"


class Batches:
    """The batches in a folder that is made for them. ``arms`` are those of the run, in order."""

    def __init__(self, folder: Path, arms: tuple[str, ...]) -> None:
        self._folder = folder
        self._arms = arms
        try:
            folder.mkdir(exist_ok=True)
            for left in folder.glob(".*"):
                if left.name != LOCK:
                    left.unlink()
        except OSError as error:
            raise ResultsError(
                f"{folder}: cannot be written ({error.strerror}); free space or give another place"
            ) from None

    def add(self, chunk: Chunk) -> None:
        """Keep a batch: the records first, for its rows say that it is there."""
        if chunk.records is not None:
            records = chunk.records
            place(
                self._path(chunk.first, _RECORDS),
                lambda beside: pq.write_table(records, beside, compression="zstd"),
            )
        told = {"count": chunk.count, "failures": [each._asdict() for each in chunk.failures]}
        rows = histories_table(self._arms, [chunk])
        rows = rows.replace_schema_metadata({_TOLD: json.dumps(told)})
        place(
            self._path(chunk.first, _ROWS),
            lambda beside: pq.write_table(rows, beside, compression="zstd"),
        )

    def missing(self, worlds: int, size: int) -> list[tuple[int, int]]:
        """Return the batches that are still to be lived through, as first world and count.

        Of a batch that was broken off only the worlds that are missing are asked for.
        """
        there = np.zeros(worlds, dtype=bool)
        for first in self._firsts():
            there[first : first + self._count(first)] = True
        found = []
        for first in range(0, worlds, size):
            gaps = np.flatnonzero(~there[first : first + size])
            for gap in np.split(gaps, np.flatnonzero(np.diff(gaps) > 1) + 1):
                if gap.size:
                    found.append((first + int(gap[0]), int(gap.size)))
        return found

    def tables(self) -> Iterator[pa.Table]:
        """Yield the rows of each batch, in the order of the worlds."""
        for first in self._firsts():
            yield self._read(self._path(first, _ROWS)).replace_schema_metadata(None)

    def failures(self) -> tuple[Failure, ...]:
        """Return the worlds that could not be lived through, in order."""
        return tuple(
            Failure(**each) for first in self._firsts() for each in self._told(first)["failures"]
        )

    def chunks(self, names: tuple[str, ...]) -> Iterator[Chunk]:
        """Yield the batches with some of their measures, in the order of the worlds."""
        for first in self._firsts():
            table = self._read(self._path(first, _ROWS), ["world", *names])
            rows = {name: table[name].to_numpy() for name in table.column_names}
            columns = {
                arm: {name: rows[name][row :: len(self._arms)] for name in names}
                for row, arm in enumerate(self._arms)
            }
            worlds = rows["world"][:: len(self._arms)].tolist()
            failures = [Failure(**each) for each in self._told(first)["failures"]]
            yield Chunk(first, worlds, columns, failures)

    def keep(self, needed: Callable[[int], bool]) -> None:
        """Remove the batches that are not needed, each told by its first world."""
        for first in self._firsts():
            if not needed(first):
                for kind in (_ROWS, _RECORDS):
                    self._path(first, kind).unlink(missing_ok=True)

    def records(self) -> Iterator[tuple[int, int, pa.Table]]:
        """Yield first world, count and records of each batch, in the order of the worlds."""
        for first in self._firsts():
            path = self._path(first, _RECORDS)
            if path.exists():
                yield first, self._count(first), self._read(path)

    def drop(self) -> None:
        """Remove them all: what they hold stands in the results."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, first: int, kind: str) -> Path:
        return self._folder / f"{first:0{_DIGITS}}{kind}"

    def _firsts(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob(f"*{_ROWS}"))

    def _count(self, first: int) -> int:
        return int(self._told(first)["count"])

    def _told(self, first: int) -> dict[str, Any]:
        """Return what a batch says of itself."""
        path = self._path(first, _ROWS)
        try:
            told: dict[str, Any] = json.loads(pq.read_schema(path).metadata[_TOLD])
        except (OSError, pa.ArrowException, KeyError, TypeError, ValueError) as error:
            raise self._broken(path, error) from None
        return told

    def _read(self, path: Path, names: list[str] | None = None) -> pa.Table:
        try:
            return read(path, names)
        except (OSError, pa.ArrowException) as error:
            raise self._broken(path, error) from None

    def _broken(self, path: Path, error: BaseException) -> ResultsError:
        why = str(error).partition("\n")[0]
        return ResultsError(f"{path}: cannot be read ({why}); delete it, then --resume")
