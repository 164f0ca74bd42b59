"""Every record of every history, kept in a file that is written as the worlds come.

Worlds are finished out of order when there are several workers; what comes early waits, and what
stands in the file depends on the worlds alone. Memory holds one row group and what waits.
"""

from __future__ import annotations

import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.errors import ResultsError
from sim.records import Record, as_row

SCHEMA: Final = pa.schema(
    [
        ("world", pa.int64()),
        ("arm", pa.string()),
        ("number", pa.int64()),
        ("time", pa.int64()),
        ("record", pa.string()),
        ("fields", pa.string()),
    ]
)
"""One row per record; ``fields`` is JSON text of what else the record says."""


def records_table(worlds: list[int], records: list[dict[str, tuple[Record, ...]]]) -> pa.Table:
    """Return every record of some worlds' histories, by world, arm and order."""
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    for world, by_arm in zip(worlds, records, strict=True):
        for arm, of in by_arm.items():
            for number, record in enumerate(of):
                row = as_row(record)
                columns["world"].append(world)
                columns["arm"].append(arm)
                columns["number"].append(number)
                columns["time"].append(row.pop("time"))
                columns["record"].append(row.pop("record"))
                columns["fields"].append(json.dumps(row))
    return pa.table(columns, schema=SCHEMA)


class RecordsFile:
    """A Parquet file of records with a row group for every ``group`` worlds, in their order.

    It is written beside its place; ``finish`` moves it there, ``drop`` removes it. Raises
    ResultsError where it cannot be written.
    """

    def __init__(self, path: Path, group: int) -> None:
        self._path = path
        self._beside = path.with_name(f".{path.name}.part")
        self._group = group
        self._next = 0
        self._early: dict[int, tuple[int, pa.Table]] = {}
        self._held: list[pa.Table] = []
        self._digest = sha256()
        try:
            self._writer = pq.ParquetWriter(
                self._beside, SCHEMA, compression="zstd", write_statistics=False
            )
        except OSError as error:
            raise self._unwritable(error) from None

    def add(self, first: int, count: int, table: pa.Table) -> None:
        """Take the records of worlds ``first`` to ``first + count`` - 1, and write what it can."""
        self._early[first] = (count, table)
        while self._next in self._early:
            self._take(self._next)

    def finish(self) -> str:
        """Write the rest, move the file into place and return the SHA-256 of its rows as text."""
        for first in sorted(self._early):
            self._take(first)
        self._write()
        try:
            self._writer.close()
            self._beside.replace(self._path)
        except OSError as error:
            raise self._unwritable(error) from None
        return self._digest.hexdigest()

    def drop(self) -> None:
        """Leave nothing behind; harmless after ``finish``."""
        with suppress(OSError):  # a disk may be full
            self._writer.close()
        self._beside.unlink(missing_ok=True)

    def _take(self, first: int) -> None:
        """Move what waits into the row group it belongs to."""
        count, table = self._early.pop(first)
        if first // self._group != (self._next - 1) // self._group:
            self._write()
        self._held.append(table)
        self._next = first + count

    def _write(self) -> None:
        """Write the worlds held as one row group."""
        if not self._held:
            return
        # How rows come in pieces must leave no trace in the pages of the file.
        table = pa.concat_tables(self._held).combine_chunks()
        self._held = []
        if not table.num_rows:
            return
        text = [pc.cast(table[name], pa.string()) for name in SCHEMA.names]
        for line in pc.binary_join_element_wise(*text, "\t").to_pylist():
            self._digest.update(f"{line}\n".encode())
        try:
            self._writer.write_table(table, row_group_size=table.num_rows)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> ResultsError:
        reason = error.strerror or str(error)
        return ResultsError(
            f"{self._path}: cannot be written ({reason}); free space or give --out another place"
        )
