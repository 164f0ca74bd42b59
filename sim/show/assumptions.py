"""What a comparison assumes, for its reader: what its own file sets, the line, and all the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from sim.language import gettext
from sim.language import gettext_noop as N_
from sim.scenario import Scenario
from sim.scenario import arm as under_arm
from sim.scenario.arms import Patch, patches
from sim.scenario.catalogue import Row
from sim.scenario.channel_model import Channel
from sim.scenario.channels import LINE
from sim.scenario.filling import kind_of_channel, mapping
from sim.scenario.lever_facts import base_value
from sim.scenario.sections import SECTIONS
from sim.show.parameter_table import NOTHING, parameter_rows
from sim.show.sheets import Sheet, sheet
from sim.show.words import counted, listed
from sim.study.comparison import Comparison
from sim.study.parameter_sets import own_parameters

GRADES: Final = ("sourced", "computed", "judgement")
_HEAD: Final = (N_("constant"), N_("value"), N_("range"), N_("grade"), N_("meaning"), N_("source"))
_NO_SETTING: Final = frozenset({"use", "name", "ends"})
"""What a channel has that is no assumption about how well it works."""


class Group(NamedTuple):
    """Assumed values of one section of the model document, with a line on their grades."""

    title: str
    graded: str
    table: Sheet


def tally(rows: Iterable[Row]) -> str:
    """Return how many values there are of each grade."""
    counts = Counter(row.grade for row in rows)
    return listed([f"{counts[grade]} {grade}" for grade in GRADES if counts[grade]])


def own_sheet(scenario: Scenario) -> Sheet | None:
    """Return the constants that the scenario's file sets in place of the catalogue's."""
    names = own_parameters(scenario)
    rows = [row for row in parameter_rows() if row.group == "model" and row.name in names]
    if not rows:
        return None
    return sheet(
        gettext("Constants that this scenario's file sets itself"),
        (
            gettext("constant"),
            gettext("here"),
            gettext("usual"),
            gettext("range"),
            gettext("grade of the usual"),
            gettext("meaning"),
        ),
        (
            (
                row.name,
                said(base_value(scenario, f"parameters.{row.name}")),
                _with_unit(row),
                _span(row),
                row.grade,
                row.meaning,
            )
            for row in rows
        ),
    )


def line_sheet(found: Comparison) -> Sheet | None:
    """Return the settings of the line under each compared arm that has one."""
    lines = {arm: line for arm in found.arms if (line := _line(found.scenario, arm))}
    if not lines:
        return None
    kind = kind_of_channel(LINE, mapping(found.scenario.origin[1], "channels", LINE))
    rows = {row.name: row for row in parameter_rows()}
    table = []
    for name, field in Channel.model_fields.items():
        values = {arm: line.get(name) for arm, line in lines.items()}
        if name in _NO_SETTING or all(value in (None, {}, []) for value in values.values()):
            continue
        known = (
            f"{kind}.{name}",
            f"channels.{name}",
            name,
            *(f"{arm}.{name}" for arm in lines),
        )
        row = next((rows[each] for each in known if each in rows), None)
        usual = (said(row.base), _span(row), row.grade) if row else (NOTHING,) * 3
        table.append((
            name, *(said(value) for value in values.values()), *usual, field.description or "",
            row.source if row else NOTHING,
        ))  # fmt: skip
    return sheet(
        gettext("The line: its settings under each arm, and what is usual for its kind"),
        (
            gettext("setting"),
            *lines,
            gettext("usual"),
            gettext("range"),
            gettext("grade of the usual"),
            gettext("meaning"),
            gettext("source"),
        ),
        table,
    )


def _line(scenario: Scenario, arm: str) -> dict[str, Any]:
    """Return the line under an arm, as a file would write it; empty where there is none."""
    _, values = scenario.origin
    if LINE not in under_arm(scenario, arm).channels:
        return {}
    after = Patch(arm, patches(values)[arm], values).applied()
    return mapping(after, "channels", LINE)


def arm_notes(found: Comparison) -> Iterator[str]:
    """Yield what the arms change besides the line: other channels, and constants."""
    base = found.scenario
    for arm in found.arms:
        under = under_arm(base, arm)
        names = sorted(base.channels.keys() | under.channels.keys())
        others = [
            name
            for name in names
            if name != LINE and base.channels.get(name) != under.channels.get(name)
        ]
        moved = [
            f"{name} {said(base_value(base, f'parameters.{name}'))} → {said(value)}"
            for name, value in under.parameters
            if value != getattr(base.parameters, name)
        ]
        if others:
            yield gettext("{arm} also changes the {channels}.", arm=arm, channels=_channels(others))
        if moved:
            yield gettext("{arm} also sets constants: {join}.", arm=arm, join="; ".join(moved))


def _channels(names: list[str]) -> str:
    return f"{gettext('channel') if len(names) == 1 else gettext('channels')} {listed(names)}"


def groups(scenario: Scenario) -> tuple[Group, ...]:
    """Return every assumed value under the section of the model document that uses it.

    What the scenario's file sets itself is marked.
    """
    own = own_parameters(scenario)
    found = []
    for section, title in SECTIONS.items():
        here = [row for row in parameter_rows() if row.section == section]
        if not here:
            continue
        rows = (
            (
                row.name
                if row.group != "model" or row.name not in own
                else gettext("{name} (set)", name=row.name),
                _with_unit(row),
                _span(row),
                row.grade,
                row.meaning,
                row.source,
            )
            for row in here
        )
        name = f"{section} {title}"
        table = sheet(gettext("Assumed values of {name}", name=name), _HEAD, rows)
        found.append(Group(name, f"{counted(len(here), 'value')}: {tally(here)}", table))
    return tuple(found)


def graded() -> str:
    """Return in one sentence how well all that is assumed is founded."""
    rows = parameter_rows()
    return gettext(
        "This program assumes {rows} values: {tally}. Sourced values rest on the "
        "public record, computed ones follow from others, and a judgement is one "
        "that nobody has measured; its range is what a sceptic and an optimist would "
        "each accept.",
        rows=len(rows),
        tally=tally(rows),
    )


def _with_unit(row: Row) -> str:
    """Return a value of the catalogue with its unit, where it has one."""
    unit = "" if row.unit in ("", "time", "text", "yes or no") else f" {row.unit}"
    return f"{said(row.base)}{unit}"


def _span(row: Row) -> str:
    if row.low in (None, "", []) or row.low == row.high:
        return NOTHING
    return gettext("{said} to {other_said}", said=said(row.low), other_said=said(row.high))


def said(value: Any) -> str:
    """Return a value of a scenario as a person reads it: parts of a mapping one after another."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {said(part)}" for name, part in value.items()) or NOTHING
    if isinstance(value, (list, tuple)):
        return ", ".join(said(part) for part in value) or NOTHING
    return str(value)
