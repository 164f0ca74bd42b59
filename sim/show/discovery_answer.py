"""Where the line helps and harms, as lines: for the terminal, or as Markdown for a document."""

from __future__ import annotations

from collections.abc import Iterator

from sim.show.markdown import table_lines
from sim.show.numbers import number, share, wrapped
from sim.show.words import counted
from sim.study.boxes import LEAST, Box
from sim.study.discovery import HARMS, HELPS, VERDICTS, Discovery
from sim.study.factors import LUCK
from sim.study.points import THRESHOLDS


def lines_of(found: Discovery, markdown: bool = False) -> Iterator[str]:
    """Yield the shares of the space, the boxes, and how far they can be trusted."""
    assert found.found is not None
    given = f", given {found.given}" if found.given else ""
    count = len(found.found.points.places)
    yield wrapped(
        f"Where {found.arm} helps and harms: {found.scenario.scenario}{given}, {count} points over "
        f"the ranges of {len(found.factors) - 1} factors, {counted(found.worlds, 'world')} of "
        f"{found.days:g} days at each, seed {found.seed}"
    )
    yield ""
    yield from table_lines(
        ("share of the space", *(f"rung {k} or higher (95 %)" for k in THRESHOLDS)),
        [(title, *(_cell(found, k, each) for k in THRESHOLDS)) for each, title in VERDICTS.items()],
        markdown,
    )
    yield ""
    yield wrapped(_power(found))
    for k in THRESHOLDS:
        for each in (HARMS, HELPS):
            yield ""
            yield from _where(found, k, each, markdown)
    yield ""
    yield wrapped(
        f"A point helps or harms if the 95 % interval of its own paired difference excludes zero; "
        f"if the line did nothing, as many changed worlds would make {_by_chance(found)} of "
        f"{count} points do so on either side in the mean. Points that share worlds share this "
        f"luck; where it makes a box, luck is among its bounds. Shares are of the box of ranges, "
        f"not probabilities."
    )
    if not found.complete:
        yield ""
        yield "Interrupted: this covers what was finished."


def _by_chance(found: Discovery) -> str:
    return " and ".join(f"{number(found.by_chance(k))} (rung {k})" for k in THRESHOLDS)


def _cell(found: Discovery, threshold: int, verdict: int) -> str:
    one = found.shares(threshold)[verdict]
    low, high = number(100 * one.interval.low), number(100 * one.interval.high)
    return f"{one.points} points, {share(one.value)} ({low} to {high})"


def _power(found: Discovery) -> str:
    """Return how the estimates lie over the space, and whether so many worlds can tell them."""
    assert found.found is not None
    said = []
    for k in THRESHOLDS:
        change, error = (100 * rows for rows in (found.found.points.difference(k),
                                                 found.found.points.error(k)))  # fmt: skip
        usual = float((error**2).mean()) ** 0.5
        spread = float(change.std())
        told = f"rung {k}: mean {number(float(change.mean()))} points, spread {number(spread)}, "
        told += f"standard error of one point {number(usual)}"
        said.append(told + (" (most of the spread is noise)" if usual > spread / 2 else ""))
    return f"Estimates of the change over the space, {'; '.join(said)}."


def _where(found: Discovery, threshold: int, verdict: int, markdown: bool) -> Iterator[str]:
    """Yield the box of one verdict at one rung."""
    title = f"Where it {VERDICTS[verdict]} at rung {threshold} or higher"
    box = found.box(threshold, verdict)
    if box is None:
        points = found.shares(threshold)[verdict].points
        why = "too few to say" if points < LEAST else "nowhere in particular"
        yield f"{title}: {why} ({counted(points, 'point')})."
        return
    yield wrapped(f"{title}: {_told(box)}")
    yield ""
    rows = []
    for side in box.sides:
        factor = found.factor(side.name)
        rows.append(
            (
                side.name, factor.text(factor.at(side.low)), factor.text(factor.at(side.high)),
                factor.text(factor.low), factor.text(factor.base), factor.text(factor.high),
                f"{side.chance:.1g}",
            )
        )  # fmt: skip
    yield from table_lines(
        ("factor", "from", "to", "range from", "base", "range to", "by chance"), rows, markdown
    )
    if any(side.name == LUCK for side in box.sides):
        yield wrapped("Luck bounds this box: it tells of these worlds and not of the line.")


def _told(box: Box) -> str:
    return (
        f"in {counted(box.points, 'point')}, of which {share(box.density)} do, against "
        f"{share(box.usual)} of the whole space; they are {share(box.coverage)} of all that do."
    )
