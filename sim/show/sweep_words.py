"""The words of a sweep: what is followed, where it is fewer or more, and how a lever is named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.scenario.lever_facts import base_number, base_value, catalogue_row, meaning
from sim.scenario.levers import Lever, value_text
from sim.scenario.units import time_text
from sim.show.words import RUNGS_SHORT
from sim.study.measures import THRESHOLDS

if TYPE_CHECKING:
    from sim.study.estimates import Difference
    from sim.study.swept import Point, Sweep

_RUNG: Final = re.compile(r"(given_|own_|uninvited_)?reached_([3-6])|(inadvertent)_([3-6])")
_SAME: Final = "the same"
SHOWN: Final = 2
"""Of the rungs that are followed unless told otherwise, how many are shown."""


def is_share(measure: str) -> bool:
    """Whether a measure is 0 or 1 in each world."""
    return _RUNG.fullmatch(measure) is not None


def rung_of(measure: str) -> int | None:
    """Return the rung whose reaching a measure tells, None if it tells something else."""
    match = _RUNG.fullmatch(measure)
    return int(match[2] or match[4]) if match else None


def shown(found: Sweep) -> tuple[str, ...]:
    """Return the measures to show: those asked for, or the first two rungs."""
    rungs = [measure for measure in found.measures if is_share(measure)]
    usual = len(found.measures) == len(THRESHOLDS) == len(rungs)
    return found.measures[:SHOWN] if usual else found.measures


def measure_title(measure: str) -> str:
    """Return a measure as a heading."""
    rung = rung_of(measure)
    if rung is None:
        return measure.replace("_", " ")
    of = {"own": "own ", "ina": "inadvertent "}.get(measure[:3], "")
    return f"{of}rung {'≥' if rung < THRESHOLDS[-1] else '='} {rung} ({RUNGS_SHORT[rung]})"


def _things(measure: str) -> str:
    rung = rung_of(measure)
    if rung is None:
        return measure.replace("_", " ")
    return "crises" if rung == THRESHOLDS[0] else f"worlds at rung {rung}"


def fewer(measure: str) -> str:
    """Return what it is for a measure to be lower."""
    return f"{'fewer' if is_share(measure) else 'lower'} {_things(measure)}"


def more(measure: str) -> str:
    """Return what it is for a measure to be higher."""
    return f"{'more' if is_share(measure) else 'higher'} {_things(measure)}"


def unchanged(measure: str) -> str:
    """Return what it is for nothing to be told of a measure."""
    return f"nothing detectable changes about {_things(measure)}"


def capital(text: str) -> str:
    """Return a text with its first letter large."""
    return text[:1].upper() + text[1:]


def steady(found: Sweep) -> tuple[str, ...]:
    """Return the arms whose measures came out the same at every point."""
    first = found.points[0]
    return tuple(
        arm
        for arm in found.arms
        if all(
            np.array_equal(point.column(arm, measure), first.column(arm, measure))
            for point in found.points
            for measure in found.measures
        )
    )


class Verdicts(NamedTuple):
    """Rows of the points at which an arm makes a measure fewer, more, or nothing detectable."""

    fewer: tuple[int, ...]
    more: tuple[int, ...]
    nothing: tuple[int, ...]


def differences(found: Sweep, arm: str, measure: str) -> list[Difference]:
    """Return the paired difference of a measure at every point."""
    return [point.difference(arm, measure) for point in found.points]


def verdicts(pairs: Sequence[Difference]) -> Verdicts:
    """Sort points by what is detectable there."""
    rows = range(len(pairs))
    return Verdicts(
        tuple(row for row in rows if pairs[row].detectable and pairs[row].value < 0),
        tuple(row for row in rows if pairs[row].detectable and pairs[row].value > 0),
        tuple(row for row in rows if not pairs[row].detectable),
    )


def short(path: str) -> str:
    """Return the end of a path that tells it from others: its last two steps."""
    steps = path.split(".")
    return steps[-1] if steps[0] == "parameters" else ".".join(steps[-2:])


def lever_title(found: Sweep, lever: Lever) -> str:
    """Return what a lever moves, in words and by its path."""
    words = meaning(found.scenario, lever.path)
    if not words or words.startswith(_SAME):  # told beside its neighbours in the catalogue only
        return lever.path
    return f"{words} ({lever.path})"


def base_text(found: Sweep, lever: Lever) -> str:
    """Return the scenario's own value of a lever, or an empty text if it gives none."""
    number = base_number(found.scenario, lever)
    if number is None:
        base = base_value(found.scenario, lever.path)
        return "" if base is None else value_text(base)
    if lever.unit == "ms":
        return time_text(round(number))
    return f"{number:g} {lever.unit}" if lever.unit else f"{number:g}"


def range_text(found: Sweep, lever: Lever) -> str:
    """Return the catalogue's range of what a lever moves, or an empty text if it has none."""
    row = catalogue_row(found.scenario, lever.path)
    if row is None or row.low is None:
        return ""
    return f"{value_text(row.low)} to {value_text(row.high)}"


def outside_texts(found: Sweep, lever: Lever) -> list[str]:
    """Return the values of a lever, those outside the catalogue's range with a star."""
    return [
        f"{text}*" if out else text
        for text, out in zip(lever.texts, found.outside(lever), strict=True)
    ]


def runs(lever: Lever, rows: Sequence[int]) -> str:
    """Return rows of a lever's values as the stretches they form."""
    stretches: list[list[int]] = []
    for row in sorted(set(rows)):
        if stretches and stretches[-1][-1] == row - 1:
            stretches[-1].append(row)
        else:
            stretches.append([row])
    texts = lever.texts
    return ", ".join(
        texts[each[0]] if len(each) == 1 else f"{texts[each[0]]} to {texts[each[-1]]}"
        for each in stretches
    )


def place(found: Sweep, point: Point) -> str:
    """Return where a point lies."""
    return ", ".join(
        f"{short(lever.path)} {value_text(value)}"
        for lever, value in zip(found.levers, point.values, strict=True)
    )
