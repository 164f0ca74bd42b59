"""The rows of a comparison, one for each world and arm: in memory, or in the file that keeps them.

Rows stand world by world, and within a world arm by arm in the order of the comparison. A file is
read a column at a time, so that what a comparison holds does not grow with its worlds times its
measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_HELD: Final = 2**26
"""Bytes of columns that are held, before the first of them is let go."""

_DIGEST_ROWS: Final = 5_000  # rows made into text at once


def read(path: Path, names: Sequence[str] | None = None) -> pa.Table:
    """Return a Parquet file, or some of its columns; ``pq.read_table`` takes longer to load."""
    with pq.ParquetFile(path) as file:
        return file.read(None if names is None else list(names))


class Rows:
    """The rows of a comparison, in a Parquet file or as a table. A small file is read at once."""

    def __init__(self, source: Path | pa.Table, arms: tuple[str, ...]) -> None:
        if isinstance(source, Path):
            size = pq.read_metadata(source)
            if 8 * size.num_rows * size.num_columns <= _HELD:
                source = read(source)
        self._source = source
        self._arms = arms
        self._held: dict[str, np.ndarray] = {}

    @property
    def table(self) -> pa.Table:
        """All of it, as a table."""
        return read(self._source) if isinstance(self._source, Path) else self._source

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns of each arm."""
        source = self._source
        schema = pq.read_schema(source) if isinstance(source, Path) else source.schema
        return tuple(name for name in schema.names if name != "arm")

    @property
    def worlds(self) -> int:
        """How many worlds there are."""
        source = self._source
        found = pq.read_metadata(source) if isinstance(source, Path) else source
        return int(found.num_rows) // len(self._arms)

    def column(self, arm: str, name: str) -> np.ndarray:
        """Return one measure of an arm over the worlds; raises KeyError for one that is none."""
        if name not in self._held:
            self._let_go()
            self._held[name] = self._read(name)
        return np.ascontiguousarray(self._held[name][self._arms.index(arm) :: len(self._arms)])

    def of_arm(self, arm: str) -> Mapping[str, np.ndarray]:
        """Return an arm's measures by name, each read when it is asked for."""
        return _OfArm(self, arm)

    def _read(self, name: str) -> np.ndarray:
        if isinstance(self._source, Path):
            table = read(self._source, [name])
        else:
            table = self._source
        found: np.ndarray = table[name].to_numpy()
        return found

    def _let_go(self) -> None:
        """Make room for a column: what has been held longest goes first."""
        while self._held and sum(each.nbytes for each in self._held.values()) > _HELD:
            del self._held[next(iter(self._held))]


class _OfArm(Mapping[str, np.ndarray]):
    """An arm's measures by name."""

    def __init__(self, rows: Rows, arm: str) -> None:
        self._rows, self._arm = rows, arm

    def __getitem__(self, name: str) -> np.ndarray:
        return self._rows.column(self._arm, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows.names)

    def __len__(self) -> int:
        return len(self._rows.names)


def _texts(column: pa.Array) -> pa.Array:
    """Return values as the text that Python writes them as."""
    if pa.types.is_floating(column.type):
        return pa.array([str(value) for value in column.to_pylist()], pa.string())
    return column.cast(pa.string())


class Digest:
    """The SHA-256 of rows as text, taken as they come."""

    def __init__(self) -> None:
        self._sha = sha256()

    def add(self, table: pa.Table) -> None:
        """Take more rows."""
        for batch in table.to_batches(max_chunksize=_DIGEST_ROWS):
            lines = pc.binary_join_element_wise(*map(_texts, batch.columns), "\t")
            self._sha.update("".join(f"{line}\n" for line in lines.to_pylist()).encode())

    def hex(self) -> str:
        """Return it."""
        return self._sha.hexdigest()


def content_sha256(rows: pa.Table | Path) -> str:
    """Return the SHA-256 of a table's rows as text, of a table or of one in a Parquet file."""
    digest = Digest()
    if isinstance(rows, Path):
        with pq.ParquetFile(rows) as file:
            for at in range(file.num_row_groups):
                digest.add(file.read_row_group(at))
    else:
        digest.add(rows)
    return digest.hex()
