"""Chance and what we do not know, told apart: for one comparison, and for thirds of the sets."""

from __future__ import annotations

from collections.abc import Iterator

from sim.language import gettext
from sim.language import gettext_noop as N_
from sim.scenario.quantities import YEAR
from sim.show.markdown import made_by, table_lines
from sim.show.numbers import number, plain, points, share, spread, whole, wrapped
from sim.show.sheets import Sheet, sheet
from sim.show.words import own_text
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
    return gettext(
        "{worlds} worlds under {sets} parameter sets are too few to tell chance from "
        "what is not known; live through more worlds than there are sets.",
        worlds=whole(found.worlds),
        sets=len(found.sets),
    )


def parts_sheet(found: Comparison) -> Sheet:
    """Return the table of chance, and of what the parameter sets differ by."""
    return sheet(
        gettext("Chance, and what {sets} parameter sets differ by (points)", sets=len(found.sets)),
        (
            gettext("arm, rung"),
            gettext("value"),
            gettext("chance alone (95 %)"),
            gettext("sets differ by (sd)"),
            gettext("both (95 %)"),
            gettext("of one world's variance, not chance"),
        ),
        _rows(found),
    )


def _rows(found: Comparison) -> Iterator[tuple[str, ...]]:
    for k in _TOLD:
        for arm in found.arms:
            yield _row(gettext("risk, {arm}, ≥ {k}", arm=arm, k=k), found.risk_parts(arm, k))
        for arm in found.others:
            yield _row(
                gettext("change, {arm}, ≥ {k}", arm=arm, k=k), found.risk_difference_parts(arm, k)
            )


def _row(title: str, one: Parts) -> tuple[str, ...]:
    sd = gettext(
        "{p} ({other_p} to {third_p})",
        p=_p(one.unknown),
        other_p=_p(one.unknown_low),
        third_p=_p(one.unknown_high),
    )
    return (
        title,
        _p(one.value),
        gettext("{p} to {other_p}", p=_p(one.chance.low), other_p=_p(one.chance.high)),
        sd if one.detectable else gettext("{sd}, not told from 0", sd=sd),
        gettext("{p} to {other_p}", p=_p(one.interval.low), other_p=_p(one.interval.high)),
        share(one.share_unknown),
    )


def _p(value: float) -> str:
    return number(100 * value)


def explained(found: Comparison) -> str:
    """Return what the parts of an uncertainty are, and what the sets left alone."""
    from sim.study.parameter_sets import own_parameters

    text = gettext(
        "What is not known here are the constants of the response that the public "
        "record was asked about. Those of the line itself (its delays, its "
        "willingness, honesty, knowledge, credibility, notices) are held at the "
        "scenario's values in all sets, though no source measures them either: "
        "sensitivity varies them. Chance shrinks with more worlds, the difference "
        "between sets only with knowledge; it is told apart the better the more "
        "worlds each set has. Each world was lived under one of the sets that the "
        "record does not refute; none was fitted to what the line does."
    )
    varied = {name for name, _ in found.sets[0].values}
    kept = sorted(own_parameters(found.scenario) & varied)
    if kept:
        text += gettext(
            " Set by the scenario's file and so left alone: {join}.", join=", ".join(kept)
        )
    return text


def identification_lines(
    found: Identification, command: str, markdown: bool = False
) -> Iterator[str]:
    """Yield what each third of the accepted sets says the line does, and how far they differ."""
    first = found.thirds[0].period
    yield ""
    yield from _titled(
        gettext(
            "Over {days} days, {worlds} worlds each: {scenario}; crises that no inject "
            "began, a year",
            days=plain(first.days),
            worlds=whole(first.worlds),
            scenario=own_text(found.scenario.scenario),
        ),
        markdown,
    )
    yield from table_lines(
        (
            gettext(_SETS),
            gettext("sets"),
            gettext("of these crises not hostile at root"),
            gettext("without line"),
            *first.others,
        ),
        [*(_period(found, third) for third in found.thirds), _contrast(found, False)],
        markdown,
    )
    if found.given is not None:
        yield ""
        yield from _titled(
            gettext(
                "Given: {replace}; reaching rung {rung}, change in points",
                replace=found.given.replace("_", " "),
                rung=_RUNG,
            ),
            markdown,
        )
        yield from table_lines(
            (gettext(_SETS), gettext("sets"), gettext("without line"), *first.others),
            [*(_given(found, third) for third in found.thirds), _contrast(found, True)],
            markdown,
        )
    yield ""
    yield wrapped(gettext(CAUTION))
    yield from made_by(command, markdown)


_SETS = N_("sets by share of disputes not hostile at root")
CAUTION = N_(
    "Intervals (95 %) cover chance alone. The thirds differ in other constants "
    "too, so a difference between them is not the share's alone."
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
        gettext(
            "Worlds that come to rung {rung}, and the change of that in points, by "
            "thirds of the sets (95 % interval)",
            rung=_RUNG,
        ),
        (gettext(_SETS), gettext("sets"), gettext("worlds"), found.reference, *found.others),
        rows,
    )


def _titled(title: str, markdown: bool) -> Iterator[str]:
    yield f"**{title}**" if markdown else title
    yield ""


def _who(third: Third) -> str:
    low, high = third.share
    return gettext("{title}: {low} to {high}", title=third.title, low=share(low), high=share(high))


def _period(found: Identification, third: Third) -> tuple[str, ...]:
    base = third.period.per_year(third.period.reference, PERIOD)
    crises, inadvertent = third.rooted
    rooted = gettext("{inadvertent} of {crises}", inadvertent=inadvertent, crises=crises) + (
        f", {share(inadvertent / crises)}" if crises else ""
    )
    cells = (
        gettext(
            "{value} ({low} to {high})",
            value=number(base.value),
            low=number(base.low),
            high=number(base.high),
        ),
    )
    changes = (_a_year(found, found.change(third, arm, False)) for arm in third.period.others)
    return _who(third), str(len(third.sets)), rooted, *cells, *changes


def _a_year(found: Identification, change: Difference) -> str:
    years = found.scenario.duration / YEAR
    value, low, high = (
        number(each / years) for each in (change.value, change.interval.low, change.interval.high)
    )
    return gettext("{value} ({low} to {high})", value=value, low=low, high=high)


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
    return gettext("highest less lowest third"), *blanks, *cells
