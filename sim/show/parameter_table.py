"""Everything that is assumed, as one table: for the eye, for a spreadsheet, for the model document.

To the catalogue it adds the fixed numbers, which are assumed as well but which no scenario can
change: they stand in the code that lays worlds down, and are read from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from sim.scenario import catalogue_rows
from sim.scenario.catalogue import Row
from sim.scenario.parameters import COMPUTED, JUDGEMENT, Grade
from sim.scenario.sections import SECTIONS
from sim.scenario.units import time_text
from sim.world.alert import ABREAST
from sim.world.courses import ALERT_LASTING, SMALL
from sim.world.geography import INSIDE
from sim.world.prepare import LONGEST, WORLDS
from sim.world.strikes import KM, MOST, STRAY_WITHIN, STRAYS_MOST

GROUP: Final = "fixed"
COLUMNS: Final = ("constant", "unit", "base", "low", "high", "grade", "source", "meaning")
NOTHING: Final = "–"


def parameter_rows() -> tuple[Row, ...]:
    """Return every assumed value: the catalogue's, then the fixed ones."""
    return (*catalogue_rows(), *_fixed_rows())


def _fixed_rows() -> Iterator[Row]:
    """Yield the numbers that no scenario can change."""
    table: tuple[tuple[str, str, str, Any, Grade, str, str], ...] = (
        ("7.1", "shortest_course", "time", time_text(SMALL), JUDGEMENT, "no source",
         "a lap or leg that takes less is a place"),
        ("7.2", "reference_worlds", "count", WORLDS, JUDGEMENT,
         "several hundred contacts give a few percent",
         "worlds in which contacts are counted to solve for noteworthy"),
        ("7.2", "reference_period", "time", time_text(LONGEST), JUDGEMENT, "bounds the cost",
         "longest period counted in each of them"),
        ("7.3", "abreast", "km", ABREAST / KM, JUDGEMENT, "no source",
         "how far east of its target an interceptor flies alongside"),
        ("7.3", "alert_lasting", "time", time_text(ALERT_LASTING), JUDGEMENT,
         "no source; a fighter without a tanker",
         "how long an interceptor stays with its target unless its force says otherwise"),
        ("7.4", "extra_strikes", "ratio", MOST, COMPUTED, "the most concern_factor may be",
         "factor on the strike rate up to which salvos are laid down"),
        ("7.4", "most_strays", "count", STRAYS_MOST, JUDGEMENT, "more than one is already rare",
         "strays of one kind of weapon that one salvo can make"),
        ("7.4", "stray_within", "time", time_text(STRAY_WITHIN), JUDGEMENT,
         "no source; an hour for a drone", "time from a salvo within which its strays come down"),
        ("7.4", "stray_inside", "km", INSIDE / KM, JUDGEMENT, "Przewodów lies 6 km inside, GK",
         "how far inside the border a stray comes down"),
    )  # fmt: skip
    for section, name, unit, base, grade, source, meaning in table:
        yield Row(GROUP, name, unit, base, None, None, grade, source, meaning, section)


def text_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the table for a terminal, two lines a value: what it is, and why and where."""
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            yield f"\n{group.upper()}"
        span = f" ({row.low} to {row.high})" if row.low not in (None, "", [], row.high) else ""
        unit = f" {row.unit}" if row.unit not in ("", "time") else ""
        yield f"{row.name} = {row.base}{unit}{span} [{row.grade}]"
        yield f"    {row.meaning}; {row.source}; equation: model {row.section}"


def markdown_lines(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the table in Markdown, a part for each section of the model document."""
    found = list(rows)
    for section, title in SECTIONS.items():
        here = [row for row in found if row.section == section]
        if not here:
            continue
        yield f"#### Constants of {section} {title}"
        yield ""
        yield _marked(COLUMNS)
        yield "|" + "---|" * len(COLUMNS)
        for row in here:
            yield _marked((f"`{row.name}`", *(_cell(value) for value in row[2:9])))
        yield ""


def _cell(value: Any) -> str:
    """Return a value as a cell: a yes or no in words, a number without a tail."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _marked(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
