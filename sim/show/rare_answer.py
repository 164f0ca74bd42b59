"""The answer about rare rungs in words and tables: what ``deconflict rare`` prints."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from sim.show.answer import blank_table, rendered
from sim.show.numbers import number, points, share, spread, wrapped
from sim.study.measures import THRESHOLDS
from sim.study.rare import Rare

_WAR = 6


def lines_of(found: Rare) -> Iterator[str]:
    """Yield the whole answer: heading, tables, how it was found."""
    yield ""
    yield f"{found.scenario.scenario}: {found.scenario.question}"
    yield wrapped(_extent(found))
    for table in (_risks(found), *(_pairs(found, arm) for arm in found.arms[1:]), _gain(found)):
        yield from rendered(table)
    yield ""
    yield wrapped(
        "A share is of worlds in which a rung is reached, whichever way they are lived through. "
        "Where hardly any world or none came to a rung, the interval counts with one path to the "
        "rung below that goes on to this one in every way. All of it holds within this model."
    )


def _extent(found: Rare) -> str:
    beginning, *ways = found.splits
    listed = ", ".join(str(n) for n in ways[:-1]) + f" and {ways[-1]}"
    text = (
        f"{found.worlds:,} worlds of {found.scenario.duration / 86_400_000:g} days, seed "
        f"{found.seed}, each lived through in {beginning} ways from its beginning and going on in "
        f"{listed} ways at rungs 3, 4 and 5: {found.histories:,} histories in all."
    )
    if not found.complete:
        text += f" Interrupted: {found.worlds:,} of {found.asked:,} worlds are covered."
    if found.failures:
        first = found.failures[0]
        text += (
            f" {len(found.failures)} worlds failed and are left out; the first is world "
            f"{first.world}: {first.error}."
        )
    return text


def _columns() -> tuple[str, ...]:
    return tuple(f"≥ {k}" if k < _WAR else "6 (war)" for k in THRESHOLDS)


def _risks(found: Rare) -> Table:
    table = blank_table("Share of worlds that reach a rung (95 % interval)", "arm", *_columns())
    for arm in found.arms:
        risks = [found.risk(arm, k) for k in THRESHOLDS]
        table.add_row(arm, *(f"{share(risk.value)} ({spread(risk)})" for risk in risks))
    return table


def _pairs(found: Rare, arm: str) -> Table:
    title = f"{arm} against {found.arms[0]}, in the same worlds, points (95 % interval)"
    table = blank_table(title, "", *_columns())
    table.add_row("difference", *(points(found.difference(arm, k)) for k in THRESHOLDS))
    return table


def _gain(found: Rare) -> Table:
    title = "How many times as many worlds, each lived through once, would tell as much"
    table = blank_table(title, "arm", *_columns())
    for arm in found.arms:
        times = [found.fewer_worlds(arm, k) for k in THRESHOLDS]
        table.add_row(arm, *("–" if one is None else number(one) for one in times))
    return table
