"""The answer of a sweep in tables and words: what the command prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.table import Table

from sim.language import gettext
from sim.scenario.levers import Lever, value_text
from sim.show.answer import blank_table, rendered
from sim.show.numbers import number, points, share, spread, wrapped
from sim.show.plain_answer import CLOSING, per_hundred
from sim.show.sweep_words import (
    base_text,
    capital,
    differences,
    fewer,
    is_share,
    lever_title,
    measure_title,
    more,
    outside_texts,
    place,
    range_text,
    runs,
    short,
    shown,
    steady,
    unchanged,
    verdicts,
)
from sim.show.words import listed

if TYPE_CHECKING:
    from sim.study.estimates import Difference, Estimate
    from sim.study.swept import Sweep

_CHANCE = 20
"""One in so many intervals of 95 % excludes a zero that is true."""


def lines_of(found: Sweep) -> Iterator[str]:
    """Yield the whole answer: heading, tables, plain paragraph."""
    yield ""
    yield f"{found.scenario.scenario}: {found.scenario.question}"
    yield wrapped(_extent(found))
    for lever in found.levers:
        yield wrapped(_lever(found, lever))
    tables = _list_tables if len(found.levers) == 1 else _grid_tables
    for table in tables(found):
        yield from rendered(table)
    yield ""
    yield from paragraph(found)


def _extent(found: Sweep) -> str:
    text = (
        f"{len(found.points)} points of the same {found.worlds:,} worlds of "
        f"{found.points[0].days:g} days, seed {found.seed}."
    )
    if found.given:
        text += f" Given: {found.given.replace('_', ' ')}, placed in every world."
    if not found.complete:
        text += f" Interrupted: every point covers {found.worlds:,} of the {found.asked:,} worlds."
    if found.failures:
        text += f" {len(found.failures)} worlds failed and are left out; see the manifest."
    return text


def _lever(found: Sweep, lever: Lever) -> str:
    way = {"listed": "as listed", "even": "evenly spaced", "geometric": "geometrically spaced"}
    text = f"{lever_title(found, lever)}: {len(lever.values)} values, {way[lever.spacing]}"
    base, limits = base_text(found, lever), range_text(found, lever)
    text += f"; the scenario's own {base}" if base else ""
    text += f"; the catalogue's range {limits}" if limits else ""
    return text + ("; * lies outside it." if any(found.outside(lever)) else ".")


def _change(pair: Difference, measure: str) -> str:
    """Return a difference with its interval: of shares in points, else per world."""
    if is_share(measure):
        return points(pair)
    low, high = pair.interval.low, pair.interval.high
    return f"{number(pair.value)} ({number(low)} to {number(high)})"


def _level(estimate: Estimate, measure: str) -> str:
    if is_share(measure):
        return f"{share(estimate.value)} ({spread(estimate)})"
    low, high = estimate.interval.low, estimate.interval.high
    return f"{number(estimate.value)} ({number(low)} to {number(high)})"


def _unit(measure: str) -> str:
    return "points" if is_share(measure) else "per world"


def _list_tables(found: Sweep) -> Iterator[Table]:
    """Yield a table for each measure and arm, a row for each value of the one lever."""
    (lever,) = found.levers
    for measure in shown(found):
        for arm in found.others:
            table = blank_table(
                f"{measure_title(measure)}: {arm} against {found.reference}, in the same worlds",
                short(lever.path), "without the line (95 %)", "under the arm",
                f"difference, {_unit(measure)} (95 %)",
                *(("helped", "unchanged", "harmed") if is_share(measure) else
                  ("lower", "same", "higher")),
            )  # fmt: skip
            for text, pair in zip(
                outside_texts(found, lever), differences(found, arm, measure), strict=True
            ):
                counts = (pair.helped, pair.unchanged, pair.harmed)
                table.add_row(
                    text, _level(pair.reference, measure), _level(pair.other, measure),
                    _change(pair, measure), *(f"{each.events:,}" for each in counts),
                )  # fmt: skip
            yield table


def _grid_tables(found: Sweep) -> Iterator[Table]:
    """Yield a table for each measure and arm, the first lever down and the second across."""
    first, second = found.levers
    for measure in shown(found):
        for arm in found.others:
            pairs = differences(found, arm, measure)
            yield _grid(
                found,
                f"{measure_title(measure)}: {arm} against {found.reference}, difference, "
                f"{_unit(measure)} (95 %); {short(first.path)} down, {short(second.path)} across",
                [_change(pair, measure) for pair in pairs],
            )
        if found.reference not in steady(found):
            bases = [point.mean(found.reference, measure) for point in found.points]
            yield _grid(
                found,
                f"{measure_title(measure)}: without the line",
                [share(each.value) if is_share(measure) else number(each.value) for each in bases],
            )


def _grid(found: Sweep, title: str, cells: Sequence[str]) -> Table:
    first, second = (outside_texts(found, lever) for lever in found.levers)
    table = blank_table(title, "", *second)
    for row, text in enumerate(first):
        table.add_row(text, *cells[row * len(second) : (row + 1) * len(second)])
    return table


# The answer in words.


def paragraph(found: Sweep) -> Iterator[str]:
    """Yield the answer as a workshop participant would want to hear it."""
    for arm in found.others:
        text = " ".join(_sentences(found, arm, measure) for measure in shown(found))
        yield wrapped(f"{arm}: {text}")
        yield ""
    yield wrapped(" ".join((_reference(found), *_unmoved(found))))
    yield ""
    yield wrapped(_caution(found))
    yield ""
    yield wrapped(gettext(CLOSING))


def _sentences(found: Sweep, arm: str, measure: str) -> str:
    """Say where an arm changes a measure, which way, and where nothing can be told."""
    pairs = differences(found, arm, measure)
    less, up, nothing = verdicts(pairs)
    many = len(pairs)
    if len(nothing) == many:
        low = min(pair.interval.low for pair in pairs)
        high = max(pair.interval.high for pair in pairs)
        scale, unit = (100, "per hundred worlds") if is_share(measure) else (1, "per world")
        return capital(
            f"{unchanged(measure)} at any of {many} points: wherever the levers stand, the "
            f"difference may be zero, or anything from {number(scale * low)} to "
            f"{number(scale * high)} {unit}."
        )
    parts = []
    for rows, word in ((less, fewer(measure)), (up, more(measure))):
        if rows:
            most = max(rows, key=lambda row: abs(pairs[row].value))
            parts.append(
                f"{capital(word)} at {len(rows)} of {many} points ({_where(found, rows)}), most "
                f"at {place(found, found.points[most])}: {_amount(pairs[most], measure)}."
            )
    if less and up:
        parts.append(_turn(found, less, up))
    if nothing:
        parts.append(
            f"At {len(nothing)} of {many} ({_where(found, nothing)}) nothing detectable changed: "
            f"the difference there may be zero."
        )
    return " ".join(parts)


def _amount(pair: Difference, measure: str) -> str:
    if is_share(measure):
        return per_hundred(pair)
    return f"{_change(pair, measure)} per world"


def _where(found: Sweep, rows: Sequence[int]) -> str:
    """Say at which values points lie; of two levers, the values that occur among them."""
    names = []
    for at, lever in enumerate(found.levers):
        values = [found.points[row].values[at] for row in rows]
        names.append(f"{short(lever.path)} {runs(lever, [lever.values.index(v) for v in values])}")
    return " with ".join(names)


def _turn(found: Sweep, less: Sequence[int], up: Sequence[int]) -> str:
    """Say between which values the sign changes."""
    if len(found.levers) > 1:
        return "The effect changes sign within the points looked at."
    (lever,) = found.levers
    signs = sorted([(row, -1) for row in less] + [(row, 1) for row in up])
    turns = [
        f"between {value_text(lever.values[one])} and {value_text(lever.values[other])}"
        for (one, before), (other, after) in pairwise(signs)
        if before != after
    ]
    return f"The effect changes sign {listed(turns)}."


def _reference(found: Sweep) -> str:
    """Say how the measures stand without the line, once where no lever moves them."""
    parts = []
    for measure in shown(found):
        levels = [point.mean(found.reference, measure) for point in found.points]
        low, high = (at(levels, key=lambda each: each.value) for at in (min, max))
        if low.value == high.value:
            parts.append(f"{measure_title(measure)} {_level(low, measure)} at every point")
        else:
            parts.append(
                f"{measure_title(measure)} from {_level(low, measure)} to {_level(high, measure)}"
            )
    return f"Without the line: {'; '.join(parts)}."


def _unmoved(found: Sweep) -> Iterator[str]:
    """Say which arms stay the same, so that nobody reads a trend into them."""
    others = [arm for arm in steady(found) if arm not in found.unmoved]
    if found.unmoved:
        yield f"No lever touches {listed(list(found.unmoved))}."
    if others:
        yield f"In these worlds {listed(others)} came out the same at every point."


def _caution(found: Sweep) -> str:
    count = len(found.points) * len(found.others) * len(shown(found))
    text = (
        f"All points live through the same worlds and err together. Of the {count} intervals here "
        f"about one in {_CHANCE} would exclude zero by chance alone where nothing changes: trust a "
        f"stretch of points, not one."
    )
    if any(any(found.outside(lever)) for lever in found.levers):
        text += (
            " Values with a star lie outside the range that a sceptic and an optimist would each "
            "accept."
        )
    return text
