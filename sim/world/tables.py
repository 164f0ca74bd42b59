"""Tables: named tuples of equally long arrays, one row for each thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, TypeVar

import numpy as np

from sim.world.geography import I64

PORTION: Final = 8_192
"""Rows worked out at a time: enough to be fast, few enough for a processor's cache."""

Table = TypeVar("Table", bound=tuple[Any, ...])


def pick(table: Table, rows: Any) -> Table:
    """Return some rows of a table, by their numbers or by a mask."""
    kind: Any = type(table)
    if isinstance(rows, np.ndarray) and rows.dtype == bool:
        rows = np.flatnonzero(rows)  # looked up in each column, this is faster than the mask
    made: Table = kind._make(column[rows] for column in table)
    return made


def stack(parts: Sequence[Table]) -> Table:
    """Return tables of one kind, at least one, below each other."""
    if len(parts) == 1:
        return parts[0]
    kind: Any = type(parts[0])
    made: Table = kind._make(np.concatenate(columns) for columns in zip(*parts, strict=True))
    return made


def spread(counts: I64) -> tuple[I64, I64]:
    """Return, for groups of the given sizes, each member's group and its number within it."""
    group = np.repeat(np.arange(counts.size), counts)
    return group, np.arange(group.size) - np.repeat(np.cumsum(counts) - counts, counts)


def unsigned(numbers: I64) -> Any:
    """Return whole numbers as suffixes of identities; negative ones in two's complement."""
    return np.ascontiguousarray(numbers, dtype=np.int64).view(np.uint64)


def portions(sizes: I64) -> Iterator[slice]:
    """Return slices that follow each other and hold about a portion each."""
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if ends.size else 0
    cuts = np.searchsorted(ends, np.arange(PORTION, total, PORTION))
    bounds = [0, *sorted(set(cuts.tolist()) - {0}), ends.size]
    return (slice(a, b) for a, b in pairwise(bounds))
