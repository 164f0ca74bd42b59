"""The answer of a comparison in words and tables: what the command prints."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from textwrap import fill

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sim.scenario import arm as scenario_under
from sim.scenario.channels import LINE
from sim.study.comparison import Comparison
from sim.study.estimates import Difference, Estimate, PowerLine, power_line
from sim.study.measures import CAUSES, THRESHOLDS

NO_LIMIT = 400
"""Width tables are laid out in: a name cut short helps nobody, a terminal can be widened."""
WIDTH = 100
_RUNG_WORDS = {
    3: "a crisis (rung 3 or above)",
    4: "a use of force (rung 4 or above)",
    5: "force by both sides (rung 5 or above)",
    6: "war (rung 6)",
}


def rendered(table: Table) -> list[str]:
    """Return a table as lines of plain text, its title on a line of its own."""
    text, title, table.title = StringIO(), table.title, None
    console = Console(file=text, width=NO_LIMIT, color_system=None, highlight=False)
    console.print(table)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    return ["", str(title), *(line for line in lines if line)]


def number(value: float) -> str:
    """Return a number with three digits that matter, and no more."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2g}" if size < 0.1 else f"{value:.2f}"


def share(value: float) -> str:
    """Return a share in per cent."""
    return f"{number(100 * value)} %"


def _spread(estimate: Estimate | Difference, percent: bool = True) -> str:
    write = share if percent else number
    low, high = estimate.interval.low, estimate.interval.high
    if percent:
        return f"{number(100 * low)} to {number(100 * high)} %"
    return f"{write(low)} to {write(high)}"


def _points(difference: Difference) -> str:
    """Return a difference of shares in points, with its interval."""
    low, high = difference.interval.low, difference.interval.high
    value = number(100 * difference.value)
    return f"{value} ({number(100 * low)} to {number(100 * high)})"


def _wrapped(text: str) -> str:
    """Return a paragraph in lines that can be read."""
    return fill(text, WIDTH)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD, pad_edge=False)
    for at, column in enumerate(columns):
        table.add_column(column, justify="left" if at == 0 else "right", no_wrap=True)
    return table


def lines_of(found: Comparison) -> Iterator[str]:
    """Yield the whole answer: heading, tables, plain paragraph."""
    yield ""
    yield f"{found.scenario.scenario}: {found.scenario.question}"
    yield _extent(found)
    yield ""
    yield from rendered(_risks(found))
    for arm in found.others:
        yield from rendered(_pair(found, arm))
    yield from rendered(_frequencies(found))
    if found.given is None:
        yield from rendered(_roots(found))
    else:
        yield from rendered(_causes(found))
        yield from rendered(_answers(found))
    for arm in found.others:
        yield from rendered(_peaks(found, arm))
    yield from _methods(found)
    yield ""
    yield from paragraph(found)


def _extent(found: Comparison) -> str:
    text = f"{found.worlds:,} worlds of {found.days:g} days, seed {found.seed}."
    if found.given:
        text += f" Given: {found.given.replace('_', ' ')}, placed in every world."
    if not found.complete:
        text += f" Interrupted: {found.worlds:,} of {found.asked:,} worlds are covered."
    if found.failures:
        text += f" {len(found.failures)} worlds failed and are left out; see the manifest."
    return text


def _subject(found: Comparison) -> str:
    return "the given incident's case led to" if found.given else "worlds that saw"


def _risks(found: Comparison) -> Table:
    table = _table(
        f"Share of {'cases that' if found.given else 'worlds that'} reached a rung (95 % interval)",
        "arm", *(f"≥ {k}" if k < 6 else "6 (war)" for k in THRESHOLDS),
    )  # fmt: skip
    for arm in found.arms:
        cells = []
        for k in THRESHOLDS:
            risk = found.risk(arm, k)
            cells.append(f"{share(risk.value)} ({_spread(risk)})")
        table.add_row(arm, *cells)
    return table


def _pair(found: Comparison, arm: str) -> Table:
    table = _table(
        f"{arm} against {found.reference}, in the same worlds ({found.title(arm)})",
        "rung", "difference, points (95 %)", "helped", "unchanged", "harmed",
        "helped, bounds", "harmed, bounds", "variance ÷",
    )  # fmt: skip
    for k in THRESHOLDS:
        difference, shares = found.risk_difference(arm, k), found.shares(arm, k)
        gain = difference.variance_reduction
        table.add_row(
            f"≥ {k}" if k < 6 else "6",
            f"{_points(difference)}",
            f"{shares.helped.events:,}",
            f"{shares.unchanged.events:,}",
            f"{shares.harmed.events:,}",
            f"{number(100 * shares.helped_bounds.low)}–{number(100 * shares.helped_bounds.high)} %",
            f"{number(100 * shares.harmed_bounds.low)}–{number(100 * shares.harmed_bounds.high)} %",
            "–" if gain is None else number(gain),
        )
    return table


def _frequencies(found: Comparison) -> Table:
    table = _table("Mean per world", "measure", *found.arms)
    rows = _FREQUENCIES | (_GIVEN_FREQUENCIES if found.given else {})
    for name, title in rows.items():
        cells = [number(found.mean(arm, name).value) for arm in found.arms]
        table.add_row(title, *cells)
    return table


_FREQUENCIES = {
    "recorded": "recorded contacts",
    "separated": "kept apart by notice",
    "incidents": "incidents",
    "cases": "cases",
    "misread_hostile": "cases read as worse than they were",
    "misread_mild": "cases read as milder than they were",
    "crises": "crises",
    "inadvertent": "  with a root that was not hostile",
    "hours_3": "hours at rung 3 or above",
    "calls": "calls, all channels",
    "line_calls": "calls on the line",
    "line_through": "  that got through",
    "messages_in_time": "messages before the clock ran out",
    "messages_late": "messages too late",
    "notices": "notices of sorties",
    "tests": "test calls",
    "averted": "incidents averted against the reference",
    "caused": "incidents caused",
    "moved": "incidents changed in kind",
}


_GIVEN_FREQUENCIES = {"given_message": "messages in time about the given incident"}


def _roots(found: Comparison) -> Table:
    table = _table(
        "Crises by the true cause of their root (number, all worlds)",
        "arm", *(cause.replace("_", " ") for cause in CAUSES), "begun by an inject",
    )  # fmt: skip
    for arm in found.arms:
        kinds = (*CAUSES, "inject")
        counts = [int(found.column(arm, f"crises_{kind}").sum()) for kind in kinds]
        table.add_row(arm, *(f"{count:,}" for count in counts))
    return table


def _causes(found: Comparison) -> Table:
    """Show what became of the given incident by what it truly was: no line undoes hostility."""
    table = _table(
        "Given incidents that led to rung 3 or above, by their true cause",
        "cause", "worlds", *found.arms,
    )  # fmt: skip
    causes = found.column(found.reference, "given_cause")
    for code, cause in enumerate(CAUSES):
        here = causes == code
        if here.any():
            counts = (int(found.column(arm, "given_reached_3")[here].sum()) for arm in found.arms)
            table.add_row(cause, f"{int(here.sum()):,}", *(f"{count:,}" for count in counts))
    return table


def _answers(found: Comparison) -> Table:
    from sim.scenario.kinds import RESPONSES

    titles = ("conciliate", "let pass", "protest", "threaten", "display", "limited", "major")
    assert len(titles) == len(RESPONSES)
    table = _table("How the victim answered the given incident (worlds)", "arm", *titles)
    for arm in found.arms:
        table.add_row(arm, *(f"{count:,}" for count in found.given_acts(arm)))
    return table


def _peaks(found: Comparison, arm: str) -> Table:
    counts = found.peak_table(arm)
    changed = int(counts.sum() - counts.trace())
    table = _table(
        f"Peak rung, {found.reference} (down) × {arm} (across): {changed:,} worlds changed",
        "", *(str(k) for k in range(counts.shape[1])),
    )  # fmt: skip
    for k, row in enumerate(counts):
        table.add_row(str(k), *(f"{count:,}" if count else "·" for count in row))
    return table


def _methods(found: Comparison) -> Iterator[str]:
    arm = found.others[0] if found.others else found.reference
    risk = found.risk(arm, 3).interval.method
    yield f"Intervals of shares: {risk}."
    if found.others:
        difference = found.risk_difference(arm, 3)
        yield f"Intervals of paired differences: {difference.interval.method}."
        yield _wrapped(
            "Bounds: what the two shares alone would allow (Fréchet); the counts helped and harmed "
            "hold within this model and its coupling of the arms. Variance ÷: how many times more "
            "worlds unpaired arms would need."
        )
    yield from _invitation(found)


def _invitation(found: Comparison) -> Iterator[str]:
    """Set the result without invitation beside the one with it, as a model should (model 5)."""
    d = found.scenario.parameters.invitation
    if d == 0 or found.given is not None:
        return
    cells = []
    for arm in found.others:
        with_it, without = found.risk_difference(arm, 3), found.uninvited(arm, 3)
        cells.append(f"{arm} {number(100 * with_it.value)} → {number(100 * without.value)}")
    yield _wrapped(
        f"If absorbing hostile acts invited no more of them (invitation {d:g} → 0), the "
        f"difference at rung 3, in points, would be: {'; '.join(cells)}."
    )


# The paragraph.


def paragraph(found: Comparison) -> Iterator[str]:
    """Yield the answer as a workshop participant would want to hear it."""
    for arm in found.others:
        yield _wrapped(_sentences(found, arm))
        yield ""
    yield _wrapped(
        "None of these arms removes all risk. How much the line does follows from the stated "
        "assumptions, each with its range, not from any measurement: no public source measures it."
    )


def _sentences(found: Comparison, arm: str) -> str:
    k = 3
    shares, difference = found.shares(arm, k), found.risk_difference(arm, k)
    base, risk = found.risk(found.reference, k), found.risk(arm, k)
    total = f"{found.worlds:,}"
    what = _RUNG_WORDS[k]
    if found.given:
        subject = f"Of {total} worlds with this incident, in {base.events:,} it led to"
    else:
        subject = f"Of {total} worlds of {found.days:g} days, {base.events:,} saw"
    text = (
        f"{arm}: {subject} {what} without the line and {risk.events:,} under this arm. In "
        f"{shares.helped.events:,} the arm averted it; in {shares.unchanged.events:,} it changed "
        f"nothing at this rung; in {shares.harmed.events:,} it made things worse. "
    )
    if not difference.detectable:
        text += _nothing(found, arm, difference)
    else:
        word = "fewer" if difference.value < 0 else "more"
        text += (
            f"That is {number(abs(100 * difference.value))} {word} per hundred worlds (95 % "
            f"interval {number(100 * difference.interval.low)} to "
            f"{number(100 * difference.interval.high)}). "
        )
    if _tells_truth(found, arm):
        text += _TRUTH
    return text + f"What remains: {share(risk.value)} still come to it."


_TRUTH = (
    "This arm tells the truth about hostile acts too, and a victim that knows it was meant may "
    "answer more sharply. "
)


def _tells_truth(found: Comparison, arm: str) -> bool:
    line = scenario_under(found.scenario, arm).channels.get(LINE)
    return line is not None and line.truth


def _nothing(found: Comparison, arm: str, difference: Difference) -> str:
    diverged = int((found.column(arm, "diverged_ms") >= 0).sum())
    if diverged == 0:
        return "The two histories are the same in every world: nothing it carries was in play. "
    more = difference.more_worlds_to_halve
    low, high = difference.interval.low, difference.interval.high
    return (
        f"Nothing detectable changed: the difference may be zero, or anything from "
        f"{number(100 * low)} to {number(100 * high)} per hundred worlds. Something went another "
        f"way in {diverged:,} worlds. "
        + (f"Another {more:,} worlds would halve that range. " if more else "")
    )


def power_lines(
    scenario: object, arms: tuple[str, ...], worlds: int, seed: int, given: str | None
) -> Iterator[str]:
    """Yield what can be seen with this many worlds, from a small pilot under the reference."""
    from sim.scenario import Scenario
    from sim.study.comparison import compare

    assert isinstance(scenario, Scenario)
    pilot = compare(scenario, worlds=min(worlds, PILOT), seed=seed, arms=(), given=given)
    risk = pilot.risk(pilot.reference, 3)
    yield (
        f"Pilot of {pilot.worlds} worlds: {risk.events} reach rung 3 without the line "
        f"({_spread(risk)})."
    )
    yield f"Power: {_power(power_line(worlds, max(risk.value, LEAST / pilot.worlds), EFFECT))}"


def _power(power: PowerLine) -> str:
    """Say what this many worlds can see."""
    can = "can" if power.resolvable else "cannot be relied on to"
    text = (
        f"{power.worlds:,} worlds {can} show an effect of {share(power.expected_relative_effect)} "
        f"at rung 3 (chance {share(power.power)})"
    )
    if power.smallest_relative_effect is not None:
        text += f"; the smallest they can is about {share(power.smallest_relative_effect)}"
    if not power.resolvable and power.worlds_needed is not None:
        text += f"; about {power.worlds_needed:,} worlds would be needed"
    return text + "."


PILOT = 40
LEAST = 0.5
"""Events a pilot that saw none is taken to have seen."""
EFFECT = 0.1
"""Relative effect the power line asks about: what notices came to in an earlier model."""
