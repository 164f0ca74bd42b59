"""Chance and what we do not know, told apart: for one comparison, and for thirds of the sets."""

from __future__ import annotations

from collections.abc import Iterator

from sim.show.markdown import table_lines
from sim.show.numbers import number, points, share, spread, wrapped
from sim.study.comparison import Comparison
from sim.study.identification import Identification, Third
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
        yield wrapped(
            f"{found.worlds:,} worlds under {len(found.sets)} parameter sets are too few to tell "
            f"chance from what is not known; live through more worlds than there are sets."
        )
        return
    title = f"Chance and what we do not know, over {len(found.sets)} parameter sets (points)"
    yield from (title, "")
    yield from table_lines(
        (
            "arm, rung", "value", "chance alone (95 %)", "sets differ by (sd)",
            "both (95 %)", "of one world's variance, not chance",
        ),
        _rows(found),
        markdown=False,
    )  # fmt: skip
    yield ""
    yield wrapped(_explained(found))


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


def _explained(found: Comparison) -> str:
    from sim.study.parameter_sets import own_parameters

    text = (
        "Chance shrinks with more worlds, the difference between sets only with knowledge; it is "
        "told apart the better the more worlds each set has. Each world was lived under one of the "
        "sets that fit the public record; none was fitted to what the line does."
    )
    varied = {name for name, _ in found.sets[0].values}
    kept = sorted(own_parameters(found.scenario) & varied)
    if kept:
        text += f" Set by the scenario's file and so left alone: {', '.join(kept)}."
    return text


def identification_lines(
    found: Identification, command: str, markdown: bool = False
) -> Iterator[str]:
    """Yield what each third of the accepted sets says the line does."""
    first = found.thirds[0].period
    yield ""
    yield from _titled(
        f"Over {first.days:g} days, {first.worlds:,} worlds each: {found.scenario.scenario}",
        markdown,
    )
    yield from table_lines(
        (
            "sets by share of disputes not hostile at root", "sets", "crises a year without line",
            *(f"{arm}: crises a year" for arm in first.others),
        ),
        (_period(third) for third in found.thirds),
        markdown,
    )  # fmt: skip
    if found.given is not None:
        yield ""
        yield from _titled(f"Given: {found.given.replace('_', ' ')}", markdown)
        yield from table_lines(
            (
                "sets by share of disputes not hostile at root", "sets",
                f"reach rung {_RUNG} without line",
                *(f"{arm}: points" for arm in first.others),
            ),
            (_given(third) for third in found.thirds),
            markdown,
        )  # fmt: skip
    yield ""
    yield f"Made by `{command}`." if markdown else f"Made by: {command}"


def _titled(title: str, markdown: bool) -> Iterator[str]:
    yield f"**{title}**" if markdown else title
    yield ""


def _who(third: Third) -> str:
    low, high = third.share
    return f"{third.title}: {share(low)} to {share(high)}"


def _period(third: Third) -> tuple[str, ...]:
    found = third.period
    base = found.per_year(found.reference, "crises")
    cells = [_who(third), str(len(third.sets))]
    cells.append(f"{number(base.value)} ({number(base.low)} to {number(base.high)})")
    years = found.days / 365.25
    for arm in found.others:
        change = found.difference(arm, "crises")
        low, high = change.interval.low / years, change.interval.high / years
        cells.append(f"{number(change.value / years)} ({number(low)} to {number(high)})")
    return tuple(cells)


def _given(third: Third) -> tuple[str, ...]:
    found = third.given
    assert found is not None
    risk = found.risk(found.reference, _RUNG)
    changes = [points(found.risk_difference(arm, _RUNG)) for arm in found.others]
    return _who(third), str(len(third.sets)), f"{share(risk.value)} ({spread(risk)})", *changes
