"""The model against the public record, in words and tables: validation and calibration."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.show.markdown import made_by, table_lines
from sim.show.numbers import number, share, wrapped
from sim.show.words import counted
from sim.study.calibration import Calibration, constraints, correlations
from sim.study.fit import Simulated, as_extreme
from sim.study.parameter_sets import amount
from sim.study.targets import NOT_HOSTILE, SETTINGS, Target
from sim.study.validation import Checked, Validation

_CLOSE = 0.3
"""Rank correlations below this are not told."""

_FREE = 0.05
"""Chance at which any constant is wrongly called constrained, over all of them."""

_LEAST_TOLD = 0.001
"""Chances below this are told as such."""

_ENOUGH = 20
"""Accepted sets below which nothing is said of what the record constrains."""


def validation_lines(found: Validation, command: str, markdown: bool = False) -> Iterator[str]:
    """Yield the table of figures with verdicts, and the command that made it."""
    for setting in SETTINGS.values():
        rows = [row for row in found.rows if row.target.setting == setting.name]
        lived = next((one for one in found.lived if one.setting.name == setting.name), None)
        if lived is None:
            continue
        title = f"{setting.title}: {lived.worlds:,} worlds under {setting.arm}"
        yield from ("", f"**{title}**" if markdown else title, "")
        yield from table_lines(
            (
                "figure", "record", "simulated (95 %)", "rests on", "in the model", "verdict",
                "source",
            ),
            (
                (
                    f"{row.target.title}, {row.target.unit}", _recorded(row.target),
                    _simulated(row.found, row.target.unit), f"{row.found.events:,}",
                    row.target.comes.value, _verdict(row), row.target.source,
                )
                for row in rows
            ),
            markdown,
        )  # fmt: skip
    yield ""
    yield from _extent(found, command, markdown)


def _extent(found: Validation, command: str, markdown: bool) -> Iterator[str]:
    failures = sum(one.failures for one in found.lived)
    text = (
        f"{found.months:,.0f} world-months, seed {found.seed}. Met: the whole simulated interval "
        f"lies within the record's limits. Missed: none of it does. Not resolved: neither, with "
        f"these worlds. Only a figure that emerges speaks for the model: inputs and what is solved "
        f"for could hardly be missed, and the ranges of the constants come from a prototype that "
        f"was made to meet the fitted ones. Chance: of as few or as many events as the record "
        f"holds, whichever is less, if the simulated value were the true one; a 95 % interval "
        f"leaves out what makes it less than about .025, so that a figure can be met and the "
        f"record yet be odd. Share of disputes whose root is not hostile, which no figure fixes: "
        f"{_simulated(found.not_hostile, 'share')}."
    )
    if failures:
        text += f" {failures} worlds failed and are left out."
    if not found.complete:
        text += " Interrupted: settings that were not finished are missing."
    yield text if markdown else wrapped(text)
    yield from made_by(command, markdown)


def _verdict(row: Checked) -> str:
    chance = as_extreme(row.target, row.found)
    if chance is None:
        return row.verdict
    return f"{row.verdict}; chance {'below .001' if chance < _LEAST_TOLD else f'{chance:.2g}'}"


def _recorded(target: Target) -> str:
    """Return what the record says, as a value with its limits or as a limit, and what these are."""
    write = share if target.unit == "share" else number
    if target.value is not None and target.low is not None and target.high is not None:
        ends = f"{write(target.low)} to {write(target.high)}"
        return f"{write(target.value)} ({ends}; {target.limits})"
    if target.high is not None:
        return f"at most {write(target.high)} ({target.limits})"
    assert target.low is not None
    return f"at least {write(target.low)} ({target.limits})"


def _simulated(found: Simulated, unit: str) -> str:
    if math.isnan(found.value):
        return "none seen"
    write = share if unit == "share" else number
    return f"{write(found.value)} ({write(found.low)} to {write(found.high)})"


def calibration_lines(found: Calibration, command: str, markdown: bool = False) -> Iterator[str]:
    """Yield how many sets meet each figure, what is learnt of each constant, what goes together."""
    accepted = found.accepted
    yield ""
    text = (
        f"{len(accepted)} of {len(found.tried)} parameter sets are not refuted: over {found.years} "
        f"years each, seed {found.seed}, no figure lies further than {found.cutoff:g} standard "
        f"errors from the record. These errors are the record's and the simulation's together, so "
        f"that chance in so few years widens what is accepted: {found.inside} of the accepted sets "
        f"have every figure itself within the record's limits. The line is in none of these worlds."
    )
    if not found.complete:
        text += " Interrupted: fewer years were lived through than asked for."
    yield text if markdown else wrapped(text)
    yield ""
    yield from table_lines(
        ("figure", "record", "sets it does not refute", "accepted sets, range"),
        (_met(found, at, target) for at, target in enumerate(found.targets)),
        markdown,
    )
    if accepted:
        yield ""
        yield from _constraint_lines(found, markdown)
        yield ""
        yield from _correlation_lines(found, markdown)
        yield ""
        yield from _unfixed(found, markdown)
    yield from made_by(command, markdown)


def _met(found: Calibration, at: int, target: Target) -> tuple[str, ...]:
    write = share if target.unit == "share" else number
    values = [one.figures[at].value for one in found.accepted]
    known = [value for value in values if not math.isnan(value)]
    spread = f"{write(min(known))} to {write(max(known))}" if known else "–"
    return (
        f"{target.title}, {target.unit}", _recorded(target),
        f"{found.met(at)} of {len(found.tried)}", spread,
    )  # fmt: skip


def _constraint_lines(found: Calibration, markdown: bool) -> Iterator[str]:
    yield from table_lines(
        ("constant", "range", "accepted: quartiles", "distance", "chance if unconstrained"),
        (
            (
                row.name, f"{_text(row.low)} to {_text(row.high)}",
                " / ".join(number(x) for x in row.quartiles), f"{row.distance:.2f}",
                "below .001" if row.p_value < _LEAST_TOLD else f"{row.p_value:.3f}",
            )
            for row in constraints(found)
        ),
        markdown,
    )  # fmt: skip
    yield ""
    text = _free(found) + (
        " The ranges come from a prototype that was fitted to the same figures on disputes, so "
        "they already hold part of what the record says. Times are in hours; distance: Kolmogorov "
        "and Smirnov's from an even spread."
    )
    yield text if markdown else wrapped(text)


def _free(found: Calibration) -> str:
    """Say which constants are not shown to be constrained, all chances judged together (Holm)."""
    if len(found.accepted) < _ENOUGH:
        return (
            f"{counted(len(found.accepted), 'accepted set')} cannot tell what the record "
            f"constrains; {_ENOUGH} can."
        )
    rows = constraints(found)
    ranked = sorted(rows, key=lambda row: row.p_value)
    shown: set[str] = set()
    for at, row in enumerate(ranked):
        if row.p_value > _FREE / (len(rows) - at):
            break
        shown.add(row.name)
    free = [row.name for row in rows if row.name not in shown]
    return (
        f"Within their ranges {len(free)} of {len(rows)} are not shown to be constrained further "
        f"(all chances together at {100 * _FREE:g} %, Holm): {', '.join(free)}."
    )


def _text(value: float | str) -> str:
    return number(amount(value))


def _correlation_lines(found: Calibration, markdown: bool) -> Iterator[str]:
    if len(found.accepted) < _ENOUGH:
        yield f"{len(found.accepted)} accepted sets cannot tell which constants go together."
        return
    close = [pair for pair in correlations(found) if abs(pair.value) >= _CLOSE]
    if not close:
        yield f"No two accepted constants go together (rank correlations below {_CLOSE:g})."
        return
    yield "Accepted together or against each other (rank correlation):"
    yield ""
    rows = ((f"{pair.first}, {pair.second}", f"{pair.value:+.2f}") for pair in close)
    yield from table_lines(("constants", "correlation"), rows, markdown)


def _unfixed(found: Calibration, markdown: bool) -> Iterator[str]:
    """Tell the spread of what no figure fixes."""
    shares = sorted(one.not_hostile.value for one in found.accepted)
    known = [value for value in shares if not math.isnan(value)]
    if known:
        text = (
            f"Among accepted sets the share of disputes whose root is not hostile "
            f"({'/'.join((*NOT_HOSTILE.of, *NOT_HOSTILE.among))}) runs from {share(known[0])} to "
            f"{share(known[-1])}, chance included: no figure fixes it, and only "
            f"such disputes can be explained away."
        )
        yield text if markdown else wrapped(text)
