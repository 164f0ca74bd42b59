"""Sets of parameter values that fit the public record, and the scenario under one of them.

Nobody has measured most of the constants of the response. A calibration leaves many sets of them
that fit the figures about equally well; living each world under one of these sets lets an interval
cover what we do not know as well as chance.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

from sim.draws import Decision, Luck, root
from sim.errors import DeconflictError, RunError
from sim.scenario import Scenario, arm_names
from sim.scenario import arm as under_arm
from sim.scenario.arms import WORLD_PARAMETERS
from sim.scenario.checks import TOP_RUNG
from sim.scenario.filling import mapping
from sim.scenario.nearest import suggestion
from sim.scenario.parameters import Parameters, constants
from sim.scenario.quantities import HOUR
from sim.scenario.varying import varied

ACCEPTED: Final = "accepted_sets.csv"
SET, NOT_HOSTILE, FIGURE = "set", "not_hostile_root", "figure:"
_WHOSE: Final = root("parameter set")
_DIGITS: Final = 6

Value = float | str
"""A value as a file writes it: a number, or a time such as ``72 h``."""


class Judged(NamedTuple):
    """A constant that is varied, with the ends of its range; times are milliseconds."""

    name: str
    low: float
    high: float
    is_time: bool

    @property
    def unit(self) -> float:
        """What one unit of a written value comes to: an hour in milliseconds, or 1."""
        return HOUR if self.is_time else 1.0

    def written(self, share: float) -> Value:
        """Return the value at a share of the range, as a file writes it; times in whole hours."""
        value = self.low + share * (self.high - self.low)
        return f"{round(value / HOUR)} h" if self.is_time else round(value, _DIGITS)

    def share(self, value: Value) -> float:
        """Return where in the range a value lies, from 0 to 1."""
        return (amount(value) * self.unit - self.low) / (self.high - self.low)


class ParameterSet(NamedTuple):
    """Values of the judged constants, with the share of disputes whose root is not hostile."""

    number: int
    values: tuple[tuple[str, Value], ...]
    not_hostile: float = math.nan
    figures: tuple[tuple[str, float], ...] = ()


class Kept(NamedTuple):
    """What a file of parameter sets holds: how it was made, and the sets."""

    made: Mapping[str, str]
    sets: tuple[ParameterSet, ...]


_VARIED: Final = (
    "assertive_share", "hostile_serious", "hostile_high_risk", "force_serious", "force_high_risk",
    "suspicion_hostile", "suspicion_assertive", "a_tension", "a_rung", "cost_accident",
    "cost_assertive", "accuracy", "grievance", "beta", "resolve", "fear", "jump", "delta",
    "activity_rung", "mix_shift", "invitation", "tension_half_life", "quiet",
)  # fmt: skip
_REPORT: Final = Judged("report", 9 * HOUR, 36 * HOUR, True)
"""The median of the investigation's delay; its 95th percentile stays four times that."""
_SUSPICION: Final = "suspicion_"
_REST: Final = f"{_SUSPICION}accident"
_NOT_THEIRS: Final = f"{_SUSPICION}not_theirs"
_ROUNDING: Final = 1e-4
"""How far above 1 shares may add up that were rounded when they were written."""

_ANEW: Final = "put it right, or write the file anew with: deconflict calibrate"


def judged() -> tuple[Judged, ...]:
    """Return the constants a calibration varies: those of section 9 of the model document."""
    rows = {row.name: row for row in constants()}
    found = (rows[name] for name in _VARIED)
    return (*(Judged(r.name, r.low, r.high, r.unit == "time") for r in found), _REPORT)


def completed(values: Mapping[str, Value]) -> tuple[tuple[str, Value], ...]:
    """Return values with what follows from them: suspicions are the shares of one belief."""
    whole = dict(values)
    if "suspicion_hostile" in whole and "suspicion_assertive" in whole and _REST not in whole:
        rest = 1 - Parameters().suspicion_not_theirs
        rest -= amount(whole["suspicion_hostile"]) + amount(whole["suspicion_assertive"])
        whole[_REST] = round(max(0.0, rest), _DIGITS)
    return tuple(whole.items())


def amount(value: Value) -> float:
    """Return a value as a number, times in hours."""
    return float(value.removesuffix(" h")) if isinstance(value, str) else value


def _in_file(name: str, value: Value) -> Any:
    """Return a value shaped as the scenario file wants it."""
    if name != _REPORT.name:
        return value
    base = Parameters().report
    return {"median": value, "p95": f"{amount(value) * base.p95 / base.median:g} h"}  # type: ignore[operator]


def own_parameters(scenario: Scenario) -> frozenset[str]:
    """Return the names of the constants that the scenario's file sets itself."""
    return frozenset(mapping(scenario.origin[1], "parameters"))


def applied(scenario: Scenario, chosen: ParameterSet) -> Scenario:
    """Return the scenario under a set. What its file or an arm sets itself stays as it is.

    Where the set's activity could exceed ``a_max``, that is raised: the world then holds more
    candidates, which fly only as activity rises. Raises RunError if set and file do not agree.
    """
    own = own_parameters(scenario)
    changes: dict[str, Any] = {
        f"parameters.{name}": _in_file(name, value)
        for name, value in chosen.values
        if name not in own
    }
    reached = _most_active(scenario, dict(chosen.values), own)
    if reached > scenario.a_max:
        changes["a_max"] = float(math.ceil(reached))
    try:
        return varied(scenario, changes)
    except DeconflictError as error:
        raise RunError(
            f'parameter set {chosen.number} and the parameters of "{scenario.scenario}" exclude '
            f"each other: {error}. Take the scenario's own values out, or choose other sets"
        ) from None


def _most_active(scenario: Scenario, values: Mapping[str, Value], own: frozenset[str]) -> float:
    """Return the greatest activity that a set could bring about under any arm."""
    if "activity_rung" not in values or "activity_rung" in own:
        return 0.0
    boldness = max(under_arm(scenario, name).parameters.boldness for name in arm_names(scenario))
    return boldness * (1 + TOP_RUNG * amount(values["activity_rung"]))


def set_of(seed: int, world: int, count: int) -> int:
    """Return which of ``count`` sets a world is lived under, whatever the other worlds."""
    return int(Luck(seed, world).u(Decision.PARAMETER_SET, _WHOSE) * count)


def write_sets(path: Path, made: Mapping[str, object], sets: Iterable[ParameterSet]) -> None:
    """Write sets as comma-separated values below lines that say how they were made."""
    from sim.study.folder import place

    rows = list(sets)
    names = [name for name, _ in rows[0].values]
    figures = [f"{FIGURE}{name}" for name, _ in rows[0].figures]

    def write(beside: Path) -> None:
        with beside.open("w", encoding="utf-8", newline="") as out:
            out.writelines(f"# {key}: {value}\n" for key, value in made.items())
            table = csv.writer(out, lineterminator="\n")
            table.writerow([SET, *names, NOT_HOSTILE, *figures])
            for row in rows:
                found = [round(x, _DIGITS) for x in (row.not_hostile, *dict(row.figures).values())]
                table.writerow([row.number, *dict(row.values).values(), *found])

    place(path, write)


def read_sets(path: str | Path | None = None) -> Kept:
    """Return the sets in a file; without one, those that come with the program.

    Raises RunError for a file that cannot be read or holds anything but sets of parameters.
    """
    name = ACCEPTED if path is None else str(path)
    try:
        source = files("sim.scenario").joinpath(ACCEPTED) if path is None else Path(path)
        lines = source.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(
            f"{name}: cannot be read ({error}); make one with: deconflict calibrate --out FILE"
        ) from None
    told = (line[1:].partition(":") for line in lines if line.startswith("#"))
    made = {key.strip(): value.strip() for key, _, value in told}
    table = csv.DictReader(line for line in lines if not line.startswith("#"))
    _check_names(name, list(table.fieldnames or ()))
    sets = tuple(_read(name, number, row) for number, row in enumerate(table, start=1))
    if not sets:
        raise RunError(f"{name}: holds no parameter set; make one with: deconflict calibrate")
    numbers = [one.number for one in sets]
    if twice := next((each for each in numbers if numbers.count(each) > 1), None):
        raise RunError(f"{name}: set {twice} stands there twice; give each set its own number")
    return Kept(made, sets)


def _check_names(file: str, columns: Sequence[str]) -> None:
    """Raise RunError unless every column is a constant of the response, or a note."""
    known = Parameters.model_fields.keys() - WORLD_PARAMETERS
    for column in columns:
        if columns.count(column) > 1:
            raise RunError(f'{file}: column "{column}" stands there twice; take one of them out')
        if column in (SET, NOT_HOSTILE) or column.startswith(FIGURE):
            continue
        if column in WORLD_PARAMETERS:
            raise RunError(f"{file}: {column} shapes the world, which all sets share; take it out")
        if column not in known:
            raise RunError(f'{file}: "{column}" is no parameter. {suggestion(column, known)}')
    if not known & set(columns):
        raise RunError(
            f"{file}: has no constant in any column; write files with: deconflict calibrate"
        )
    if SET not in columns:
        raise RunError(f'{file}: has no column "{SET}"; write files with: deconflict calibrate')


def _read(file: str, row: int, values: Mapping[str | None, str | list[str] | None]) -> ParameterSet:
    """Return one row as a set; raises RunError for a cell that holds no such thing."""
    place = f"{file}: row {row}"
    cells = {name: text for name, text in values.items() if name and isinstance(text, str)}
    if len(cells) < len(values):
        raise RunError(
            f"{place} has {'more' if None in values else 'fewer'} values than there are columns; "
            f"{_ANEW}"
        )
    found: dict[str, Value] = {}
    for name, text in cells.items():
        if name not in (SET, NOT_HOSTILE) and not name.startswith(FIGURE):
            value = _number(place, name, text.removesuffix(" h"))
            if not math.isfinite(value):
                raise RunError(f'{place}, {name}: "{text}" is no finite number; {_ANEW}')
            found[name] = text if text.endswith(" h") else value
    _check_belief(place, found)
    figures = tuple(
        (name.removeprefix(FIGURE), _number(place, name, text))
        for name, text in cells.items()
        if name.startswith(FIGURE)
    )
    share = _number(place, NOT_HOSTILE, cells.get(NOT_HOSTILE) or "nan")
    if not (math.isnan(share) or 0 <= share <= 1):
        raise RunError(
            f"{place}, {NOT_HOSTILE}: must be a share from 0 to 1, got {share:g}; {_ANEW}"
        )
    number = _number(place, SET, cells[SET])
    if not (number >= 1 and number.is_integer()):
        raise RunError(f"{place}, {SET}: must be a whole number from 1, got {number:g}; {_ANEW}")
    return ParameterSet(int(number), tuple(found.items()), share, figures)


def _number(place: str, column: str, text: str) -> float:
    """Return what a cell says; raises RunError if that is no number."""
    try:
        return float(text)
    except ValueError:
        raise RunError(f'{place}, {column}: "{text}" is no number; {_ANEW}') from None


def _check_belief(place: str, values: Mapping[str, Value]) -> None:
    """Raise RunError if the suspicions of a set are more than one belief holds.

    What the file leaves out and no other suspicion makes room for stays as it is in the base.
    """
    told = {name: amount(value) for name, value in values.items() if name.startswith(_SUSPICION)}
    total = math.fsum({_NOT_THEIRS: Parameters().suspicion_not_theirs, **told}.values())
    if told and total > 1 + _ROUNDING:
        raise RunError(
            f"{place}, {', '.join(told)}: with {_NOT_THEIRS} they add up to {total:g}, more than "
            f"the one that a belief has; lower them"
        )
