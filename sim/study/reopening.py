"""A result folder opened again: the comparison that wrote it, as it was.

The rows are taken from the folder and the scenario from the text its manifest keeps, so that every
estimate, figure and story can be had from the folder alone. What does not agree with its own
checksums is refused: a report of it would tell of something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ValidationError

from sim.errors import ResultsError, RunError, ScenarioError
from sim.records import rounded
from sim.scenario import Scenario, arm_names, content_hash, loads
from sim.scenario.channels import REFERENCE
from sim.study import folder as results
from sim.study.comparison import Comparison
from sim.study.ensemble import COLUMNS, Failure, Field, Job
from sim.study.measures import REAL_MEASURES
from sim.study.parameter_sets import ParameterSet, read_sets
from sim.study.rows import Rows, content_sha256
from sim.study.until import Until, until_of

_OTHERS: Final = {
    "sweep.json": "a sweep",
    "sensitivity.json": "a sensitivity study",
    "discovery.json": "a study of where the line helps and harms",
}
"""What other result folders hold in place of histories."""

_AGAIN: Final = "run the comparison again"


class Machine(BaseModel):
    """What the manifest of a comparison says about where it was run; only the file matters."""

    file: str = ""


class Manifest(BaseModel):
    """What the manifest of a comparison must say for the folder to be opened again."""

    state: Literal["running", "partial", "complete"]
    scenario_sha256: str
    scenario_text: str
    arms: tuple[str, ...]
    given: str | None
    seed: int
    worlds_asked: int
    worlds: int
    failures: tuple[Failure, ...]
    versions: dict[str, str]
    machine: Machine = Machine()
    content_sha256: str = ""
    reason: str | None = None
    parameter_sets: tuple[dict[str, Any], ...] = ()
    records: bool = False
    until: str | None = None

    @property
    def version(self) -> str:
        """The version of this program that wrote the folder."""
        return self.versions.get("deconflict", "unknown")


def read_told(path: Path) -> Manifest:
    """Return the manifest of a comparison's folder; raises ResultsError if it is none."""
    try:
        if not path.is_dir():
            what = "is a file" if path.exists() else "there is no such folder"
            raise ResultsError(f"{path}: {what}; name a result folder of deconflict compare")
    except OSError as error:
        raise ResultsError(f"{path}: cannot be looked into ({error.strerror})") from None
    plain = results.read_manifest(path)
    _check_kind(path, plain)
    return _manifest(path, plain)


def _manifest(path: Path, plain: dict[str, Any]) -> Manifest:
    file = path / results.MANIFEST
    try:
        return Manifest.model_validate(plain)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ResultsError(f"{file}: {where}: {first['msg'].lower()}; {_AGAIN}") from None


def _check_kind(path: Path, plain: dict[str, Any]) -> None:
    """Raise ResultsError for a folder that holds no histories, with what it holds instead."""
    if (path / results.HISTORIES).exists():
        return
    for name, what in _OTHERS.items():
        if (path / name).exists():
            raise ResultsError(
                f"{path}: holds {what} ({name}), no comparison; name a result folder of "
                f"deconflict compare"
            )
    if plain.get("state") == "running":
        raise ResultsError(
            f"{path}: its run has not ended, or was killed before anything was kept; wait for "
            f"it, or {_AGAIN}"
        )
    if plain.get("worlds") == 0:
        raise ResultsError(f"{path}: its run ended before a single world was finished; {_AGAIN}")
    raise ResultsError(f"{path}: holds no {results.HISTORIES}; {_AGAIN}")


def reopened(path: str | Path) -> Comparison:
    """Return the comparison whose results lie in a folder.

    Raises ResultsError for a folder of another format, of another kind of run or without a
    finished world, and for one whose files do not agree with its manifest.
    """
    folder = Path(path)
    told = read_told(folder)
    scenario = _scenario(folder, told)
    _check_arms(folder, told, scenario)
    return Comparison(
        scenario, told.arms, told.seed, told.worlds_asked, told.given, _histories(folder, told),
        told.failures, told.state == "complete", sets=tuple(_sets(folder, told)),
        until=_until(folder, told),
    )  # fmt: skip


class Begun(NamedTuple):
    """What a run was begun with, so that it can go on."""

    scenario: Scenario
    told: Manifest
    sets: tuple[ParameterSet, ...]


def begun(path: str | Path) -> Begun:
    """Return what the comparison in a folder was begun with, finished or not.

    Raises ResultsError for a folder that holds none.
    """
    folder = Path(path)
    told = _manifest(folder, results.read_manifest(folder))
    return Begun(_scenario(folder, told), told, tuple(_sets(folder, told)))


def _scenario(folder: Path, told: Manifest) -> Scenario:
    """Return the scenario of the manifest's text, if it still means what it meant."""
    file = folder / results.MANIFEST
    if not told.scenario_text:
        raise ResultsError(
            f"{file}: its scenario was made in Python and not read from a file, so the folder "
            f"does not hold it; write it to a file and {_AGAIN}"
        )
    try:
        scenario = loads(told.scenario_text, told.machine.file or str(file))
    except ScenarioError as error:
        raise ResultsError(
            f"{file}: its scenario is refused by this version: {error.problems[0]}. It was "
            f"written by version {told.version}: use that, or {_AGAIN}"
        ) from None
    if content_hash(scenario) != told.scenario_sha256:
        raise ResultsError(
            f"{file}: its scenario does not have the scenario_sha256 that stands beside it: the "
            f"text was changed, or means something else to this version than to version "
            f"{told.version}, which wrote it; use that, or {_AGAIN}"
        )
    return scenario


def _until(folder: Path, told: Manifest) -> Until | None:
    """Return what was to be known well enough, if that was asked."""
    try:
        return None if told.until is None else until_of(told.until)
    except RunError as error:
        raise ResultsError(f"{folder / results.MANIFEST}: until: {error}; {_AGAIN}") from None


def _check_arms(folder: Path, told: Manifest, scenario: Scenario) -> None:
    known = arm_names(scenario)
    strange = [arm for arm in told.arms if arm not in known]
    if strange or told.arms[:1] != (REFERENCE,):
        named = f'"{strange[0]}" is no arm of the scenario' if strange else "lacks the reference"
        raise ResultsError(f"{folder / results.MANIFEST}: arms: {named}; {_AGAIN}")


def _histories(folder: Path, told: Manifest) -> Rows:
    """Return the rows, if they are whole."""
    file = folder / results.HISTORIES
    try:
        names = pq.read_schema(file).names
        worlds = pq.read_metadata(file).num_rows
    except (OSError, pa.ArrowException) as error:
        raise ResultsError(f"{file}: cannot be read ({_first_line(error)}); {_AGAIN}") from None
    lacking = [name for name in ("world", "arm", *COLUMNS) if name not in names]
    if lacking:
        raise ResultsError(
            f'{file}: lacks the column "{lacking[0]}": it was written by version '
            f"{told.version}; use that, or {_AGAIN}"
        )
    try:
        digest = content_sha256(file)
    except (OSError, pa.ArrowException) as error:
        raise ResultsError(f"{file}: cannot be read ({_first_line(error)}); {_AGAIN}") from None
    if digest != told.content_sha256:
        raise ResultsError(
            f"{file}: its rows do not have the content_sha256 of the manifest: one of the two was "
            f"changed; {_AGAIN}"
        )
    if not worlds:
        raise ResultsError(f"{folder}: its run ended before a world was finished; {_AGAIN}")
    return Rows(file, told.arms)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def _sets(folder: Path, told: Manifest) -> Iterator[ParameterSet]:
    """Yield the parameter sets, those of the program's own file with all that it knows of them."""
    if not told.parameter_sets:
        return
    own = {one.number: one for one in read_sets().sets}
    for row in told.parameter_sets:
        values = tuple((name, value) for name, value in row.items() if name != "set")
        try:
            found = ParameterSet(int(row["set"]), values)
        except (KeyError, TypeError, ValueError):
            raise ResultsError(
                f"{folder / results.MANIFEST}: parameter_sets: a set has no number; {_AGAIN}"
            ) from None
        known = own.get(found.number)
        yield known if known is not None and dict(known.values) == dict(values) else found


def lives_as_kept(found: Comparison, world: int, arms: Iterable[str]) -> bool:
    """Whether a world, lived through again under some arms, gives the rows that were kept.

    It does not where the folder was written by a version, or on a machine, that computes
    otherwise. What is then told of it would be another story.
    """
    names = tuple(dict.fromkeys((found.reference, *arms)))
    job = Job(found.scenario, found.seed, names, found.given, sets=found.sets)
    rows, _ = Field(job).world(world)
    at = found.column(found.reference, "world").tolist().index(world)
    for arm, row in rows.items():
        for name in COLUMNS:
            value = rounded(row[name]) if name in REAL_MEASURES else row[name]
            if value != found.column(arm, name)[at].item():
                return False
    return True
