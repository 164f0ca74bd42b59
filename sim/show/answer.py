"""The answer of a comparison in words and tables: what the command prints."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sim.language import gettext
from sim.language import gettext_noop as N_
from sim.scenario.kinds import Cause
from sim.show.known import known
from sim.show.numbers import number, plain, points, share, spread, whole, wrapped
from sim.show.plain_answer import paragraph
from sim.show.unknown import uncertainty_lines
from sim.show.words import CAUSES_SHORT, arm_words
from sim.study.comparison import Comparison
from sim.study.estimates import Difference, Estimate
from sim.study.measures import CAUSES, THRESHOLDS

NO_LIMIT = 400
"""Width tables are laid out in where no terminal shows them."""


def rendered(table: Table, width: int | None = None) -> list[str]:
    """Return a table as lines of plain text, its title on a line of its own.

    ``width`` is that of the terminal if one shows it; cells then go on below where it is narrow,
    and nothing is cut short.
    """
    width = width or (shutil.get_terminal_size().columns if sys.stdout.isatty() else NO_LIMIT)
    text, title, padding = StringIO(), table.title, table.padding
    table.title = None
    console = Console(file=text, width=width, color_system=None, highlight=False)
    if console.measure(table, options=console.options.update(width=NO_LIMIT)).maximum > width:
        table.padding = (0, 0)
    console.print(table)
    table.title, table.padding = title, padding
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    return ["", str(title), *(line for line in lines if line)]


def blank_table(title: str, *columns: str) -> Table:
    """Return a table without rows, its first column on the left and the others on the right."""
    table = Table(title=title, box=SIMPLE_HEAD, pad_edge=False)
    for at, column in enumerate(columns):
        table.add_column(column, justify="left" if at == 0 else "right", overflow="fold")
    return table


def lines_of(found: Comparison) -> Iterator[str]:
    """Yield the whole answer: heading, tables, plain paragraph."""
    yield ""
    yield f"{found.scenario.scenario}: {found.scenario.question}"
    yield extent(found)
    yield ""
    yield from rendered(risks(found))
    for arm in found.others:
        yield from rendered(pair_table(found, arm))
    for table in other_tables(found):
        yield from rendered(table)
    for arm in found.others:
        yield from rendered(peaks(found, arm))
    yield from methods(found)
    yield from uncertainty_lines(found)
    yield ""
    yield from paragraph(found)


def extent(found: Comparison) -> str:
    """Return how much was lived through: worlds, days, seed, and what is missing."""
    text = gettext(
        "{worlds} worlds of {days} days, seed {seed}.",
        worlds=whole(found.worlds),
        days=plain(found.days),
        seed=found.seed,
    )
    if found.given:
        text += gettext(
            " Given: {replace}, placed in every world.", replace=found.given.replace("_", " ")
        )
    if not found.complete:
        text += gettext(
            " Interrupted: {worlds} of {asked} worlds are covered.",
            worlds=whole(found.worlds),
            asked=whole(found.asked),
        )
    if found.failures:
        text += gettext(
            " {failures} worlds failed and are left out; see the manifest.",
            failures=len(found.failures),
        )
    return text + known(found)


def risks(found: Comparison) -> Table:
    """Return the table of the share of worlds that reached each rung under each arm."""
    table = blank_table(
        gettext(
            "Share of {given} reached a rung (95 % interval)",
            given=gettext("cases that") if found.given else gettext("worlds that"),
        ),
        gettext("arm"),
        *(f"≥ {k}" if k < 6 else gettext("6 (war)") for k in THRESHOLDS),
    )
    for arm in found.arms:
        cells = []
        for k in THRESHOLDS:
            risk = found.risk(arm, k)
            cells.append(f"{share(risk.value)} ({spread(risk)})")
        table.add_row(arm, *cells)
    return table


def pair_table(found: Comparison, arm: str) -> Table:
    """Return the table of what one arm changed at each rung."""
    table = blank_table(
        gettext(
            "{arm} against {reference}, in the same worlds ({title})",
            arm=arm,
            reference=found.reference,
            title=arm_words(found.scenario, arm),
        ),
        gettext("rung"),
        gettext("difference, points (95 %)"),
        gettext("helped"),
        gettext("unchanged"),
        gettext("harmed"),
        gettext("helped, bounds"),
        gettext("harmed, bounds"),
        gettext("variance ÷"),
    )
    for k in THRESHOLDS:
        difference, shares = found.risk_difference(arm, k), found.shares(arm, k)
        gain = difference.variance_reduction
        table.add_row(
            f"≥ {k}" if k < 6 else "6",
            f"{points(difference)}",
            f"{shares.helped.events:,}",
            f"{shares.unchanged.events:,}",
            f"{shares.harmed.events:,}",
            f"{number(100 * shares.helped_bounds.low)}–{number(100 * shares.helped_bounds.high)} %",
            f"{number(100 * shares.harmed_bounds.low)}–{number(100 * shares.harmed_bounds.high)} %",
            "–" if gain is None else number(gain),
        )
    return table


def other_tables(found: Comparison) -> Iterator[Table]:
    """Yield the tables of all that is no matter of one rung: how often, and from which causes."""
    yield _frequencies(found)
    if found.others:
        yield _changes(found)
    if found.given is None:
        yield _roots(found)
    else:
        yield _causes(found)
        yield _answers(found)


def _frequencies(found: Comparison) -> Table:
    table = blank_table(gettext("Mean per world (95 % interval)"), gettext("measure"), *found.arms)
    rows = _FREQUENCIES | (_GIVEN_FREQUENCIES if found.given else {})
    for name, title in rows.items():
        means = [found.mean(arm, name) for arm in found.arms]
        cells = [number(m.value) if name in _ROUTINE else _with_interval(m) for m in means]
        table.add_row(gettext(title), *cells)
    if not found.given:
        title = gettext("crises a year that no inject began")
        table.add_row(title, *(_per_year(found, arm) for arm in found.arms))
    return table


def _per_year(found: Comparison, arm: str) -> str:
    rate = found.per_year(arm, "own_crises")  # an inject is one day's, not a rate
    return gettext(
        "{value} ({low} to {high})",
        value=number(rate.value),
        low=number(rate.low),
        high=number(rate.high),
    )


def _with_interval(estimate: Estimate | Difference) -> str:
    low, high = estimate.interval.low, estimate.interval.high
    return gettext(
        "{value} ({low} to {high})",
        value=number(estimate.value),
        low=number(low),
        high=number(high),
    )


def _changes(found: Comparison) -> Table:
    """Show the paired differences of the measures that matter most."""
    table = blank_table(
        gettext(
            "Paired difference against {reference}, mean per world (95 % interval)",
            reference=found.reference,
        ),
        gettext("measure"),
        *found.others,
    )
    for name, title in _FREQUENCIES.items():
        if name in _COMPARED:
            cells = [_with_interval(found.difference(arm, name)) for arm in found.others]
            table.add_row(gettext(title), *cells)
    return table


_COMPARED = frozenset(
    ("incidents", "cases", "misread_hostile", "misread_mild", "crises", "inadvertent", "hours_3")
)


_FREQUENCIES = {
    "recorded": N_("recorded contacts"),
    "separated": N_("kept apart by notice"),
    "incidents": N_("incidents"),
    "cases": N_("cases"),
    "misread_hostile": N_("answers to a case read as worse than it was"),
    "misread_mild": N_("answers to a case read as milder than it was"),
    "crises": N_("crises, all roots"),
    "inadvertent": N_("  with a root that was not hostile"),
    "hours_3": N_("hours of the period at rung 3 or above"),
    "calls": N_("calls, all channels"),
    "line_calls": N_("calls on the line"),
    "line_through": N_("  that got through"),
    "messages_in_time": N_("messages before the clock ran out"),
    "messages_late": N_("messages too late"),
    "notices": N_("notices of sorties"),
    "tests": N_("test calls"),
    "averted": N_("incidents averted against the reference"),
    "caused": N_("incidents caused"),
    "moved": N_("incidents changed in kind"),
}


_ROUTINE = frozenset(("notices", "tests"))
"""What happens by schedule rather than by chance, where an interval would say nothing."""

_GIVEN_FREQUENCIES = {
    "given_message": N_("messages in time about the given incident"),
    "given_misread": N_("given incident read as worse (+1) or milder (-1) than it was"),
}


def _roots(found: Comparison) -> Table:
    table = blank_table(
        gettext("Crises by the true cause of their root (number, all worlds)"),
        gettext("arm"), *(CAUSES_SHORT[cause] for cause in Cause),
        gettext("of all, begun by an inject"),
    )  # fmt: skip
    for arm in found.arms:
        kinds = (*CAUSES, "inject")
        counts = [int(found.column(arm, f"crises_{kind}").sum()) for kind in kinds]
        table.add_row(arm, *map(whole, counts))
    return table


def _causes(found: Comparison) -> Table:
    """Show what became of the given incident by what it truly was: no line undoes hostility."""
    table = blank_table(
        gettext("Given incidents that led to rung 3 or above, by their true cause"),
        gettext("cause"), gettext("worlds"), *found.arms,
    )  # fmt: skip
    causes = found.column(found.reference, "given_cause")
    for code in range(len(CAUSES)):
        here = causes == code
        if here.any():
            counts = (int(found.column(arm, "given_reached_3")[here].sum()) for arm in found.arms)
            table.add_row(CAUSES_SHORT[Cause(code)], whole(int(here.sum())), *map(whole, counts))
    return table


def _answers(found: Comparison) -> Table:
    from sim.scenario.kinds import RESPONSES

    titles = (
        gettext("conciliate"),
        gettext("let pass"),
        gettext("protest"),
        gettext("threaten"),
        gettext("display"),
        gettext("limited"),
        gettext("major"),
    )
    assert len(titles) == len(RESPONSES)
    table = blank_table(
        gettext("How the victim answered the given incident (worlds)"), gettext("arm"), *titles
    )
    for arm in found.arms:
        table.add_row(arm, *map(whole, found.given_acts(arm)))
    return table


def peaks(found: Comparison, arm: str) -> Table:
    """Return the table of worlds by their peak rung without the line and under one arm."""
    counts = found.peak_table(arm)
    changed = int(counts.sum() - counts.trace())
    table = blank_table(
        gettext(
            "Peak rung, {reference} (down) × {arm} (across): {changed} worlds changed",
            reference=found.reference,
            arm=arm,
            changed=whole(changed),
        ),
        "",
        *(str(k) for k in range(counts.shape[1])),
    )
    for k, row in enumerate(counts):
        table.add_row(str(k), *(f"{count:,}" if count else "·" for count in row))
    return table


def methods(found: Comparison) -> Iterator[str]:
    """Name every method the intervals of shares and differences were made by."""
    risks = {found.risk(arm, k).interval.method for arm in found.arms for k in THRESHOLDS}
    yield wrapped(gettext("Intervals of shares: {join}.", join="; ".join(sorted(risks))))
    if not found.others:
        return
    pairs = (found.risk_difference(arm, k) for arm in found.others for k in THRESHOLDS)
    methods = {pair.interval.method for pair in pairs}
    yield wrapped(
        gettext("Intervals of paired differences: {join}.", join="; ".join(sorted(methods)))
    )
    yield wrapped(
        gettext(
            "Bounds: what the two shares alone would allow (Fréchet); the counts helped "
            "and harmed hold within this model and its coupling of the arms. Variance ÷: "
            "how many times more worlds unpaired arms would need."
        )
    )
    yield from _invitation(found)


def _invitation(found: Comparison) -> Iterator[str]:
    """Set the result without invitation beside the one with it, as a model should (model 7.20)."""
    d = found.scenario.parameters.invitation
    if (d == 0 and not found.sets) or found.given is not None:
        return
    told = gettext("of each parameter set") if found.sets else f"{d:g}"
    cells = []
    for arm in found.others:
        with_it, without = found.risk_difference(arm, 3), found.uninvited(arm, 3)
        cells.append(f"{arm} {number(100 * with_it.value)} → {number(100 * without.value)}")
    yield wrapped(
        gettext(
            "If absorbing hostile acts invited no more of them (invitation {told} → 0), "
            "the difference at rung 3, in points, would be: {join}.",
            told=told,
            join="; ".join(cells),
        )
    )
