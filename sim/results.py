"""A result folder as tables: what of its rows and records is wanted, without loading the rest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from sim.errors import ResultsError, RunError
from sim.scenario.nearest import suggestion
from sim.study.folder import HISTORIES, MANIFEST, RECORDS, SUMMARY, read_manifest
from sim.study.reopening import read_told

if TYPE_CHECKING:
    import pyarrow.dataset as ds

Worlds = int | range | Iterable[int]
"""Which worlds: one, a range, or several."""


class Results:
    """The results of a comparison in a folder.

    Its tables are PyArrow's: ``.to_pandas()`` makes them a pandas data frame and
    ``polars.from_arrow`` one of polars, where these are installed.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        read_told(self.folder)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was run, with what, and how it ended."""
        return read_manifest(self.folder)

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Every estimate, as plain values."""
        found: dict[str, Any] = json.loads((self.folder / SUMMARY).read_text(encoding="utf-8"))
        return found

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns of the rows."""
        return tuple(self._dataset(HISTORIES).schema.names)

    def table(
        self,
        columns: Sequence[str] | None = None,
        *,
        arms: str | Sequence[str] | None = None,
        worlds: Worlds | None = None,
        where: pc.Expression | None = None,
    ) -> pa.Table:
        """Return rows of measures, one for each world and arm; world and arm are always among them.

        ``where`` is any filter of PyArrow's, such as ``pc.field("peak") >= 4``. Raises RunError for
        a column or an arm that there is not.
        """
        dataset = self._dataset(HISTORIES)
        names = None
        if columns is not None:
            names = list(dict.fromkeys(("world", "arm", *columns)))
            self.check("column", names, dataset.schema.names)
        return dataset.to_table(names, filter=self._chosen(arms, worlds, where))

    def records(
        self,
        *,
        arms: str | Sequence[str] | None = None,
        worlds: Worlds | None = None,
        kinds: str | Sequence[str] | None = None,
    ) -> pa.Table:
        """Return what happened, one row a record, of a comparison that was run with ``--records``.

        ``kinds`` are kinds of record, such as ``Called``. Raises ResultsError where none were kept.
        """
        if not (self.folder / RECORDS).exists():
            raise ResultsError(
                f"{self.folder}: holds no {RECORDS}; run the comparison again with --records, or "
                f"live one of its worlds through again with played"
            )
        where = None if kinds is None else pc.field("record").isin(_listed(kinds))
        return self._dataset(RECORDS).to_table(filter=self._chosen(arms, worlds, where))

    def _dataset(self, name: str) -> ds.Dataset:
        import pyarrow.dataset as ds  # loads pandas too, where there is one

        return ds.dataset(self.folder / name, format="parquet")

    def _chosen(
        self,
        arms: str | Sequence[str] | None,
        worlds: Worlds | None,
        where: pc.Expression | None,
    ) -> pc.Expression | None:
        """Return the filter for what is asked for, None for everything."""
        if arms is not None:
            self.check("arm", _listed(arms), self.manifest["arms"])
            where = _both(where, pc.field("arm").isin(_listed(arms)))
        if isinstance(worlds, range) and worlds.step == 1:
            inside = (pc.field("world") >= worlds.start) & (pc.field("world") < worlds.stop)
            return _both(where, inside)
        if worlds is not None:
            numbers = [worlds] if isinstance(worlds, int) else [int(number) for number in worlds]
            where = _both(where, pc.field("world").isin(numbers))
        return where

    def check(self, what: str, names: Sequence[str], known: Sequence[str]) -> None:
        """Raise RunError for a name that these results do not know."""
        for name in names:
            if name not in known:
                raise RunError(
                    f'{self.folder / MANIFEST}: there is no {what} "{name}" in these results. '
                    f"{suggestion(name, known)}"
                )


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _both(one: pc.Expression | None, other: pc.Expression) -> pc.Expression:
    return other if one is None else one & other
