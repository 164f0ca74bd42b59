"""Chance and what we do not know, told apart: for one comparison, and for thirds of the sets."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.quantities import YEAR
from sim.show.markdown import made_by, table_lines
from sim.show.numbers import number, points, share, spread, wrapped
from sim.show.sheets import Sheet, sheet
from sim.study.comparison import Comparison
from sim.study.estimates import Difference
from sim.study.identification import PERIOD, Identification, Third, thirds_within
from sim.study.measures import THRESHOLDS
from sim.study.variance_parts import Parts

_RUNG = min(THRESHOLDS)
_TOLD = THRESHOLDS[:2]
"""Rungs shown; the summary holds them all."""


def uncertainty_lines(found: Comparison) -> Iterator[str]:
    """Yield the differences with both uncertainties, and what the sets left alone."""
    if not found.sets:
        return
    yield ""
    if not found.tells_parts:
        yield wrapped(too_few(found))
        return
    found_so = parts_sheet(found)
    yield from (found_so.title, "")
    yield from table_lines(found_so.head, found_so.rows, markdown=False)
    yield ""
    yield wrapped(explained(found))


def too_few(found: Comparison) -> str:
    """Return the sentence for a comparison that has fewer worlds than parameter sets."""
    return (
        f"{found.worlds:,} worlds under {len(found.sets)} parameter sets are too few to tell "
        f"chance from what is not known; live through more worlds than there are sets."
    )


def parts_sheet(found: Comparison) -> Sheet:
    """Return the table of chance, and of what the parameter sets differ by."""
    return sheet(
        f"Chance, and what {len(found.sets)} parameter sets differ by (points)",
        (
            "arm, rung", "value", "chance alone (95 %)", "sets differ by (sd)",
            "both (95 %)", "of one world's variance, not chance",
        ),
        _rows(found),
    )  # fmt: skip


def _rows(found: Comparison) -> Iterator[tuple[str, ...]]:
    for k in _TOLD:
        for arm in found.arms:
            yield _row(f"risk, {arm}, ≥ {k}", found.risk_parts(arm, k))
        for arm in found.others:
            yield _row(f"change, {arm}, ≥ {k}", found.risk_difference_parts(arm, k))


def _row(title: str, one: Parts) -> tuple[str, ...]:
    sd = f"{_p(one.unknown)} ({_p(one.unknown_low)} to {_p(one.unknown_high)})"
    return (
        title, _p(one.value), f"{_p(one.chance.low)} to {_p(one.chance.high)}",
        sd if one.detectable else f"{sd}, not told from 0",
        f"{_p(one.interval.low)} to {_p(one.interval.high)}", share(one.share_unknown),
    )  # fmt: skip


def _p(value: float) -> str:
    return number(100 * value)


def explained(found: Comparison) -> str:
    """Return what the parts of an uncertainty are, and what the sets left alone."""
    from sim.study.parameter_sets import own_parameters

    text = (
        "What is not known here are the constants of the response that the public record was asked "
        "about. Those of the line itself (its delays, its willingness, honesty, knowledge, "
        "credibility, notices) are held at the scenario's values in all sets, though no source "
        "measures them either: sensitivity varies them. Chance shrinks with more worlds, the "
        "difference between sets only with knowledge; it is told apart the better the more worlds "
        "each set has. Each world was lived under one of the sets that the record does not refute; "
        "none was fitted to what the line does."
    )
    varied = {name for name, _ in found.sets[0].values}
    kept = sorted(own_parameters(found.scenario) & varied)
    if kept:
        text += f" Set by the scenario's file and so left alone: {', '.join(kept)}."
    return text


def identification_lines(
    found: Identification, command: str, markdown: bool = False
) -> Iterator[str]:
    """Yield what each third of the accepted sets says the line does, and how far they differ."""
    first = found.thirds[0].period
    yield ""
    yield from _titled(
        f"Over {first.days:g} days, {first.worlds:,} worlds each: {found.scenario.scenario}; "
        f"crises that no inject began, a year",
        markdown,
    )
    yield from table_lines(
        (_SETS, "sets", "of these crises not hostile at root", "without line", *first.others),
        [*(_period(found, third) for third in found.thirds), _contrast(found, False)],
        markdown,
    )
    if found.given is not None:
        yield ""
        yield from _titled(
            f"Given: {found.given.replace('_', ' ')}; reaching rung {_RUNG}, change in points",
            markdown,
        )
        yield from table_lines(
            (_SETS, "sets", "without line", *first.others),
            [*(_given(found, third) for third in found.thirds), _contrast(found, True)],
            markdown,
        )
    yield ""
    yield wrapped(CAUTION)
    yield from made_by(command, markdown)


_SETS = "sets by share of disputes not hostile at root"
CAUTION = (
    "Intervals (95 %) cover chance alone. The thirds differ in other constants too, so a "
    "difference between them is not the share's alone."
)


def thirds_sheet(found: Comparison) -> Sheet | None:
    """Return what each third of a comparison's own parameter sets says, None if it cannot be told.

    Each third has its own worlds, so that its intervals are wider than those of ``identify``.
    """
    parts = thirds_within(found)
    if not parts:
        return None
    rows = []
    for third in parts:
        own = third.period
        risk = own.risk(own.reference, _RUNG)
        changes = [points(own.risk_difference(arm, _RUNG)) for arm in own.others]
        base = f"{share(risk.value)} ({spread(risk)})"
        rows.append((_who(third), str(len(third.sets)), f"{own.worlds:,}", base, *changes))
    return sheet(
        f"Worlds that come to rung {_RUNG}, and the change of that in points, by thirds of the "
        f"sets (95 % interval)",
        (_SETS, "sets", "worlds", f"{found.reference}", *found.others),
        rows,
    )


def _titled(title: str, markdown: bool) -> Iterator[str]:
    yield f"**{title}**" if markdown else title
    yield ""


def _who(third: Third) -> str:
    low, high = third.share
    return f"{third.title}: {share(low)} to {share(high)}"


def _period(found: Identification, third: Third) -> tuple[str, ...]:
    base = third.period.per_year(third.period.reference, PERIOD)
    crises, inadvertent = third.rooted
    rooted = f"{inadvertent} of {crises}" + (f", {share(inadvertent / crises)}" if crises else "")
    cells = (f"{number(base.value)} ({number(base.low)} to {number(base.high)})",)
    changes = (_a_year(found, found.change(third, arm, False)) for arm in third.period.others)
    return _who(third), str(len(third.sets)), rooted, *cells, *changes


def _a_year(found: Identification, change: Difference) -> str:
    years = found.scenario.duration / YEAR
    value, low, high = (
        number(each / years) for each in (change.value, change.interval.low, change.interval.high)
    )
    return f"{value} ({low} to {high})"


def _given(found: Identification, third: Third) -> tuple[str, ...]:
    assert third.given is not None
    risk = third.given.risk(third.given.reference, _RUNG)
    changes = [points(found.change(third, arm, True)) for arm in third.given.others]
    return _who(third), str(len(third.sets)), f"{share(risk.value)} ({spread(risk)})", *changes


def _contrast(found: Identification, given: bool) -> tuple[str, ...]:
    """Return by how much the highest third's changes lie above the lowest's."""
    arms = found.thirds[0].period.others
    apart = (found.contrast(arm, given) for arm in arms)
    cells = [points(each) if given else _a_year(found, each) for each in apart]
    blanks = ("",) * (2 if given else 3)
    return "highest less lowest third", *blanks, *cells
