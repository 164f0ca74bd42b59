"""Factors: what a sensitivity study varies, each with the range that the catalogue gives it.

They are every judged constant of the response that has a range, and every setting of the compared
arm's line that has one. What shapes the world is no factor, so that all points share their worlds.
One factor more does nothing but draw other luck: what it seems to do is noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sim.errors import RunError
from sim.scenario import Scenario, constants
from sim.scenario import arm as under_arm
from sim.scenario.arms import WORLD_PARAMETERS
from sim.scenario.catalogue import Row, catalogue_rows
from sim.scenario.channels import LINE
from sim.scenario.checks import TOP_RUNG
from sim.scenario.lever_facts import base_value, catalogue_row, meaning, written
from sim.scenario.levers import WIDE, Lever, amount
from sim.scenario.nearest import suggestion
from sim.scenario.parameters import JUDGEMENT, Constant
from sim.scenario.quantities import DAY, HOUR, MINUTE, SECOND, Delay

LUCK: Final = "luck"
BLOCKS: Final = 8
"""Sets of worlds among which luck, the factor that does nothing else, may choose."""

_DIGITS: Final = 6
_TIME: Final = "time"
_REST: Final = "suspicion_accident"
"""Suspicions are the shares of one belief: this one is what the others leave."""
_SUSPICIONS: Final = ("suspicion_assertive", "suspicion_hostile", "suspicion_not_theirs")
_CAUSES: Final = (
    "assertive_share", "not_theirs_share", "hostile_serious", "hostile_high_risk",
)  # fmt: skip

_SIZES: Final = (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", SECOND))

_SETTINGS: Final = (
    "notify", "notice_lead", "notice_lasts", "willing.serious", "willing.high_risk",
    "willing.halts", "authorise", "consult", "answered", "answer", "attempts", "retry",
    "right_person.probability", "talk", "interpreter", "relay", "up", "down", "weight",
    "knowledge", "honesty",
)  # fmt: skip
"""The settings of a line that may have a range."""

_COUNTED: Final = {f"{LINE}.attempts": "count"}
"""Factors that are whole numbers."""

_ELSEWHERE: Final = {
    "notify": "syria_line.notify",
    "willing": "syria_line.willing",
    "weight": "chiefs_of_defence_belarus.weight",
}
"""Where a line's own kind gives no range that fits, that of a kind used as a line is meant to be,
and for its weight that of the one channel between officers of unequal rank."""


class Factor(NamedTuple):
    """One thing that is varied: a path of the scenario, with the ends of its range.

    ``low``, ``high`` and ``base`` are numbers, of milliseconds where ``unit`` is ``time``.
    ``geometric`` says that shares of the range are shares of its logarithm.
    """

    name: str
    path: str
    low: float
    high: float
    base: float
    unit: str
    geometric: bool
    meaning: str

    @property
    def is_luck(self) -> bool:
        """Whether it does nothing but draw other luck."""
        return self.name == LUCK

    def at(self, share: float) -> float:
        """Return the number at a share of the range, from 0 to 1."""
        if self.geometric:
            logs = math.log(self.low), math.log(self.high)
            return math.exp(logs[0] + share * (logs[1] - logs[0]))
        return self.low + share * (self.high - self.low)

    def value(self, share: float) -> float | int | str:
        """Return the value at a share of the range as a file writes it."""
        number = self.at(share)
        if self.unit == _TIME:
            return f"{round(number)} ms"
        return round(number) if self.unit == "count" else round(number, _DIGITS)

    def text(self, number: float) -> str:
        """Return a number of this factor as a person reads it."""
        if self.is_luck:
            return "other worlds"
        if self.unit != _TIME:
            return f"{number:.3g}"
        name, size = next((pair for pair in _SIZES if number >= pair[1]), _SIZES[-1])
        return f"{number / size:.3g} {name}"


def luck() -> Factor:
    """Return the factor that does nothing but choose among sets of worlds."""
    what = "which worlds are lived through: nothing but chance"
    return Factor(LUCK, "", 0, BLOCKS - 1, 0, "count", False, what)


def block(share: float) -> int:
    """Return which set of worlds a share of luck's range chooses."""
    return min(BLOCKS - 1, int(share * BLOCKS))


def factors_of(
    scenario: Scenario, arm: str, names: Sequence[str] | None = None
) -> tuple[Factor, ...]:
    """Return the factors of a scenario with an arm compared, luck the last.

    ``names`` leaves only those; raises RunError for an unknown one, and for an arm without a line.
    """
    if LINE not in under_arm(scenario, arm).channels:
        raise RunError(
            f'--arm: "{arm}" has no line, so there is nothing to compare; choose as_designed or '
            f"another arm that has one"
        )
    found = [*_parameters(scenario), *_settings(scenario, arm)]
    if names is not None:
        known = [each.name for each in found]
        for name in names:
            if name not in known:
                raise RunError(
                    f'--factors: "{name}" is no factor of "{scenario.scenario}"; '
                    f"{suggestion(name, known)}"
                )
        found = [each for each in found if each.name in names]
    return (*found, luck())


def _parameters(scenario: Scenario) -> list[Factor]:
    """Return the judged constants that have a range and a part to play."""
    found = []
    for row in constants():
        if row.grade != JUDGEMENT or row.name in WORLD_PARAMETERS or not _plays(row, scenario):
            continue
        made = _factor(
            scenario, row.name, f"parameters.{row.name}", row.low, row.high, row.meaning,
            row.unit == _TIME,
        )  # fmt: skip
        if made is not None:
            found.append(made)
    return found


def _plays(row: Constant, scenario: Scenario) -> bool:
    """Whether a constant can make a difference here; shares of one belief leave one over."""
    alerts = any(inject.alert is not None for inject in scenario.injects)
    gestures = any(inject.gesture is not None for inject in scenario.injects)
    struck = any(scenario.sites[strikes.into].critical for strikes in scenario.strikes)
    silent = {
        _REST: False,
        "consent_longest": False,  # the model's own leaders consent at once
        "theatre_median": scenario.parameters.theatre_stage,
        "alert_tension": alerts,
        "gesture_tension": gestures,
        "concern_factor": struck,
        "concern_lasts": struck,
        "blamed_on_supporters": bool(scenario.strikes) or bool(scenario.injects),
    }
    return silent.get(row.name, True)


def _settings(scenario: Scenario, arm: str) -> list[Factor]:
    """Return the settings of the compared arm's line that have a range."""
    line = under_arm(scenario, arm).channels[LINE]
    found = []
    for setting in _SETTINGS:
        path = f"arms.{arm}.{LINE}.{setting}"
        if setting == "consult" and not line.covers:
            continue
        for row in _rows(scenario, path, setting):
            says = meaning(scenario, path) or row.meaning
            made = _factor(scenario, f"{LINE}.{setting}", path, row.low, row.high, says)
            if made is not None and made.low <= made.base <= made.high:
                found.append(made)
                break
    return found


def _rows(scenario: Scenario, path: str, setting: str) -> list[Row]:
    """Return the rows of the catalogue that may hold a setting's range, the line's own first."""
    other = _ELSEWHERE.get(setting.partition(".")[0])
    by_name = {row.name: row for row in catalogue_rows()}
    own = by_name.get(setting) if setting in ("knowledge", "honesty") else None
    found = (catalogue_row(scenario, path), own, by_name.get(other or ""))
    return [row for row in found if row is not None]


def _factor(
    scenario: Scenario, name: str, path: str, low: Any, high: Any, says: str, is_time: bool = False
) -> Factor | None:
    """Return a factor, None where there is no range or nothing that could be varied."""
    first, last, base = _number(low), _number(high), _number(base_value(scenario, path))
    if first is None or last is None or base is None or not first < last:
        return None
    found = amount(low)
    unit = _COUNTED.get(name, "number")
    if is_time or (found is not None and found.quantity == _TIME):
        unit = _TIME
    geometric = first > 0 and last / first > WIDE
    return Factor(name, path, first, last, base, unit, geometric, says)


def _number(value: Any) -> float | None:
    """Return a value as a number, a delay as its median or mean; None for what is neither."""
    if isinstance(value, Delay):
        return float(value.scale)
    if isinstance(value, Mapping):
        value = value.get("median", value.get("mean"))
    found = amount(value)
    return None if found is None else found.number


# A place in the space of factors, as changes of the scenario's file.

Changes = dict[str, Any]


def changes_at(
    scenario: Scenario, factors: Sequence[Factor], shares: Sequence[float]
) -> tuple[Changes, int]:
    """Return what a place in the space of factors writes into the file, and its set of worlds.

    ``shares`` are shares of the ranges, NaN for a factor left at its base.
    """
    changes: Changes = {}
    worlds = 0
    for factor, share in zip(factors, shares, strict=True):
        if math.isnan(share):
            continue
        if factor.is_luck:
            worlds = block(share)
        else:
            lever = Lever(factor.path, (factor.value(share),))
            changes[factor.path] = written(scenario, lever, factor.value(share))
    _complete(changes, scenario)
    return changes, worlds


def _complete(changes: Changes, scenario: Scenario) -> None:
    """Keep shares shares: suspicions add up to one, and causes to no more than one."""

    def now(name: str) -> float:
        return float(changes.get(f"parameters.{name}", getattr(scenario.parameters, name)))

    if any(f"parameters.{name}" in changes for name in _SUSPICIONS):
        rest = 1 - sum(now(name) for name in _SUSPICIONS)
        changes[f"parameters.{_REST}"] = round(max(0.0, rest), _DIGITS)
    if any(f"parameters.{name}" in changes for name in _CAUSES):
        hostile = max(now("hostile_serious"), now("hostile_high_risk"))
        room = math.floor((1 - hostile - now("not_theirs_share")) * 10**_DIGITS) / 10**_DIGITS
        if now("assertive_share") > room:
            changes["parameters.assertive_share"] = room


def roomy(scenario: Scenario, factors: Sequence[Factor]) -> float:
    """Return the ``a_max`` that holds the greatest activity of any place in the space.

    A world with room for more holds more candidates, which fly only as activity rises.
    """
    most = {factor.name: max(factor.high, factor.base) for factor in factors}
    p = scenario.parameters
    reached = most.get("boldness", p.boldness)
    reached *= 1 + TOP_RUNG * most.get("activity_rung", p.activity_rung)
    return max(scenario.a_max, float(math.ceil(reached)))
