"""A result folder: what a comparison leaves behind, written so that nothing half-done stands.

Each file is written beside its place and moved into it. With the same installed versions every
file has the same bytes whatever the number of workers, except the manifest's machine section;
across versions ``content_sha256``, taken of the rows as text, is what to compare.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import ResultsError
from sim.records import rounded
from sim.scenario import content_hash
from sim.study.ensemble import COLUMNS, Chunk, Failure
from sim.study.measures import REAL_MEASURES
from sim.study.parameter_sets import ParameterSet
from sim.study.rows import content_sha256
from sim.study.running import Hands
from sim.study.versions import versions

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
HISTORIES: Final = "histories.parquet"
RECORDS: Final = "records.parquet"
SUMMARY: Final = "summary.json"
BATCH: Final = 250
"""Worlds per row group of records, whatever the workers and the chunks they were given."""

GROUP: Final = 2_500
"""Worlds per row group of rows. With a tenth of it a file is twice as large, and slow to read."""

_GROUPS: Final = 400
"""Row groups of a file at most: what a file says of each is read whole before any of its rows."""


def group_for(worlds: int) -> int:
    """Return how many worlds a row group holds in a file of so many: more of them in a long one."""
    size = GROUP
    while worlds > size * _GROUPS:
        size *= 10
    return size


def check_new(path: Path, force: bool) -> None:
    """Raise ResultsError unless a file can be written here; none is replaced without ``force``."""
    if path.is_dir():
        raise ResultsError(f"{path}: is a directory; give --out a file name")
    if path.exists() and not force:
        raise ResultsError(f"{path}: exists already; give --out another name, or add --force")
    beside = _beside(path)
    try:
        beside.touch()
        beside.unlink()
    except OSError as error:
        raise ResultsError(_unwritable(path, error)) from None


def made(folder: Path) -> Path:
    """Return a folder that is there and can be written to; raises ResultsError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsError(_unwritable(folder, error)) from None
    return folder


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


def _unwritable(path: Path, error: OSError) -> str:
    return f"{path}: cannot be written ({error.strerror}); free space or give another place"


def check_free(path: Path, force: bool) -> None:
    """Raise ResultsError unless ``claim`` may make a result folder here; change nothing.

    A folder that holds something is never overwritten without ``force``, and ``force`` replaces
    only a folder that holds an earlier result.
    """
    try:
        if not path.exists():
            return
        if not path.is_dir():
            raise ResultsError(f"{path}: is a file; give --out another name")
        if not any(path.iterdir()):
            return
    except OSError as error:
        raise ResultsError(
            f"{path}: cannot be looked into ({error.strerror}); give --out another place"
        ) from None
    if not force:
        raise ResultsError(
            f"{path}: holds something already; give --out another name, or --force to replace an "
            f"earlier result"
        )
    if not (path / MANIFEST).exists():
        raise ResultsError(
            f"{path}: holds no {MANIFEST}, so it is no earlier result and is left alone; give "
            f"--out another name"
        )


def claim(path: Path, force: bool) -> Path:
    """Make a result folder ready to be written into, without what an earlier result left there.

    Raises ResultsError as ``check_free`` does, or if the folder cannot be made.
    """
    check_free(path, force)
    try:
        if path.exists() and any(path.iterdir()):
            shutil.rmtree(path)
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsError(
            f"{path}: cannot be made ({error.strerror}); give --out a place you may write to"
        ) from None
    return path


def place(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place and move it there, so that it is whole or not at all."""
    beside = _beside(path)
    try:
        write(beside)
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise ResultsError(_unwritable(path, error)) from None


def place_text(path: Path, lines: Iterable[str]) -> None:
    """Write lines of text, whole or not at all."""
    text = "\n".join([*lines, ""])
    place(path, lambda beside: beside.write_text(text, encoding="utf-8"))


def place_json(path: Path, value: Any) -> None:
    """Write a value as JSON, whole or not at all."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    place(path, lambda beside: beside.write_text(text, encoding="utf-8"))


def manifest(
    scenario: Any,
    arms: tuple[str, ...],
    seed: int,
    asked: int,
    given: str | None,
    workers: Hands,
    sets: tuple[ParameterSet, ...] = (),
    keep_records: bool = False,
) -> dict[str, Any]:
    """Return the manifest of a run that begins, parameter sets and all."""
    file, _ = scenario.origin
    kept = {"parameter_sets": [{"set": s.number, **dict(s.values)} for s in sets]} if sets else {}
    return {
        "format": FORMAT,
        "state": "running",
        "scenario": scenario.scenario,
        "scenario_sha256": content_hash(scenario),
        "scenario_text": scenario.text,
        "arms": list(arms),
        "given": given,
        "seed": seed,
        "records": keep_records,
        **kept,
        "worlds_asked": asked,
        "worlds": 0,
        "failures": [],
        "versions": versions(),
        "machine": {
            "workers": workers,
            "file": str(file),
            "command": sys.argv,
            "platform": platform.platform(),
        },
    }


def _type(name: str) -> pa.DataType:
    return pa.float64() if name in REAL_MEASURES else pa.int64()


def histories_table(
    arms: tuple[str, ...], chunks: list[Chunk], names: tuple[str, ...] = COLUMNS
) -> pa.Table:
    """Return one row per world and arm, in the order of the worlds and the arms."""
    worlds = np.array([world for chunk in chunks for world in chunk.worlds], dtype=np.int64)
    columns: dict[str, Any] = {
        "world": np.repeat(worlds, len(arms)),
        "arm": list(arms) * worlds.size,
    }
    for name in names:
        by_arm = [
            np.concatenate([chunk.columns[arm][name] for chunk in chunks] or [np.zeros(0)])
            for arm in arms
        ]
        values = np.stack(by_arm, axis=1).ravel()
        if name in REAL_MEASURES:
            columns[name] = np.array([rounded(value) for value in values.tolist()], dtype=float)
        else:
            columns[name] = values.astype(np.int64)
    schema = pa.schema(
        [("world", pa.int64()), ("arm", pa.string())] + [(n, _type(n)) for n in names]
    )
    return pa.table(columns, schema=schema)


def place_table(path: Path, table: pa.Table, rows: int) -> None:
    """Write a table as Parquet with row groups of a fixed size."""
    place(
        path,
        lambda beside: pq.write_table(
            table, beside, row_group_size=rows, compression="zstd", write_statistics=False
        ),
    )


class ResultFolder:
    """A claimed folder while its run goes on: the manifest says so, all else is written at the end.

    ``told`` is the manifest.
    """

    def __init__(
        self, path: Path, told: dict[str, Any], table: str = HISTORIES, summary: str = SUMMARY
    ) -> None:
        self.path = path
        self.told = told
        self._table, self._summary = path / table, path / summary
        place_json(path / MANIFEST, told)

    def finish(
        self,
        table: pa.Table,
        worlds: int,
        summary: dict[str, Any] | None,
        failures: tuple[Failure, ...],
        reason: str | None,
    ) -> None:
        """Write what was found, the manifest last; ``reason`` says why it is not complete."""
        if summary is not None:
            place_table(self._table, table, BATCH * len(self.told["arms"]))
        self._end(worlds, summary, failures, reason, content_sha256(table))

    def _end(
        self,
        worlds: int,
        summary: dict[str, Any] | None,
        failures: tuple[Failure, ...],
        reason: str | None,
        digest: str,
    ) -> None:
        """Write the summary and, last, the manifest."""
        told = self.told
        if summary is not None:
            place_json(self._summary, summary)
        told["state"] = "complete" if reason is None else "partial"
        told.pop("reason", None)
        if reason is not None:
            told["reason"] = reason
        told["worlds"] = worlds
        told["failures"] = [failure._asdict() for failure in failures]
        told["content_sha256"] = digest
        place_json(self.path / MANIFEST, told)


def read_manifest(path: Path) -> dict[str, Any]:
    """Return a result folder's manifest; raises ResultsError if it is none."""
    file = path / MANIFEST
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultsError(f"{path}: holds no {MANIFEST}; name a result folder") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ResultsError(f"{file}: cannot be read ({error}); run it again") from None
    if not isinstance(found, dict) or "format" not in found:
        raise ResultsError(f"{file}: is no manifest of a result; name a result folder")
    if found["format"] != FORMAT:
        raise ResultsError(
            f"{file}: is of format {found['format']!r}, and this version reads format {FORMAT}; "
            f"use the version that wrote it, or run it again"
        )
    return found
