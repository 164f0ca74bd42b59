"""Lists of events made for tests: scenarios with any injects, and lists in and out of files."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from openpyxl import Workbook

from sim.errors import ScenarioError
from sim.handouts.event_columns import COLUMNS
from sim.handouts.event_export import list_bytes
from sim.handouts.event_import import Imported, imported
from sim.scenario import Scenario
from sim.scenario.checks import PLACEABLE

Values = dict[str, Any]

BARE = """\
# The scenario of these tests.
format: 1
scenario: "Lists, in and out"
question: What comes back?
start: 2022-09-01T00:00Z
duration: 30 d
border_share: 0.5
actors:
  us: {name: United States, bloc: nato}
  poland: {name: Rzeczpospolita, bloc: nato}
  russia: {name: Russia, bloc: russia}
  ukraine: {name: Ukraine}
areas:
  west: {polygon: [[29.5, 42.5], [33.0, 42.5], [33.0, 45.0], [30.0, 45.0]], title: Western waters}
sites:
  przewodow: {name: Przewodów, at: [23.93, 50.47]}
forces:
  - {id: poseidon, actor: us, kind: maritime_patrol, moves: {box: west}, sorties: {every: 24 h, lasting: 6 h}}
  - {id: belbek, actor: russia, kind: interceptor, moves: {station: [33.57, 44.69]}}
channels:
  line: {use: deconfliction_line, ends: [us, russia]}   # the one
  chiefs: {use: chiefs_of_defence, ends: [us, russia]}

arms:
  shy: {title: nobody calls, line: {willing: {serious: 0.0, high_risk: 0.0}}}  # the end
"""  # noqa: E501
"""A scenario without injects, with all that injects can name."""

HEADINGS = [column.heading for column in COLUMNS]
FULL: Values = {
    "Number": "1", "Scenario time": "2022-09-02 10:00 UTC", "Type": "incident", "From": "russia",
    "To": "poland", "Description": "A missile falls", "Id": "fall", "Kind": "stray_missile",
    "Cause": "accident", "Near": "przewodow", "Severity": "0.5",
}  # fmt: skip
"""A row that is right in every cell."""


def bare(folder: Path, text: str = BARE) -> Path:
    """Write a scenario file."""
    path = folder / "bare.yaml"
    path.write_bytes(text.encode())
    return path


def csv_list(folder: Path, *rows: Mapping[str, Any], delimiter: str = ",") -> Path:
    """Write rows, given by heading, as CSV under all headings of the first."""
    heads = list(rows[0])
    lines = [heads, *([str(row.get(head, "")) for head in heads] for row in rows)]
    text = "\n".join(delimiter.join(_quoted(cell, delimiter) for cell in line) for line in lines)
    path = folder / "list.csv"
    path.write_bytes(f"{text}\n".encode())
    return path


def _quoted(cell: str, delimiter: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"' if {delimiter, '"', "\n", "\r"} & set(cell) else cell


def workbook(folder: Path, rows: Sequence[Sequence[Any]], title: str = "Events") -> Path:
    """Write rows as a workbook, values as they are: texts that begin with = become formulas."""
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    return saved(folder, book)


def saved(folder: Path, book: Workbook) -> Path:
    """Write a workbook."""
    path = folder / "list.xlsx"
    stream = io.BytesIO()
    book.save(stream)
    path.write_bytes(stream.getvalue())
    return path


def exported(folder: Path, scenario: Scenario, suffix: str) -> Path:
    """Write a scenario's events as a list."""
    path = folder / f"exported{suffix}"
    path.write_bytes(list_bytes(scenario, suffix))
    return path


def messages(sheet: Path, into: Path, **options: Any) -> list[str]:
    """Return what is wrong with a list, as it is printed, without the file's name."""
    try:
        found: Imported = imported(sheet, into, **options)
    except ScenarioError as error:
        return [str(problem).removeprefix(f"{sheet}").lstrip(":") for problem in error.problems]
    raise AssertionError(f"taken in: {found}")


# Any injects: texts of every kind, with what spreadsheets run, fold or drop among them.

TEXTS = st.text(
    st.sampled_from("ab Zż=+-@'\"\n\t\r,;:#{}[]&*!|>%`\\_x000D§—Ж語🛩\x85\u00a01\u200f"),
    min_size=1,
    max_size=12,
) | st.sampled_from(
    [
        "=1+1", "-2", "+48 22", "@here", "'=x", "''", "_x000D_", "#N/A", "TRUE", "null", "yes", "3",
        " ", "  = 2", "\t=2", "a: b", "- a", "# no comment", "1e3", "2022-09-02", '"', "{a: b}",
        "＝1", "sep=;", "é" * 300,
    ]
)  # fmt: skip
SAID = TEXTS.filter(lambda text: bool(text.strip()))
LASTING = st.integers(0, 10**9).map(lambda n: f"{n} ms") | st.integers(1, 90).map(
    lambda n: f"{n} min"
)
NEAR = st.sampled_from(["west", "przewodow"]) | st.tuples(st.floats(14, 45), st.floats(40, 60)).map(
    list
)
AT = st.builds(
    lambda day, hour, minute, second, zone: f"2022-09-{day:02}T{hour:02}:{minute:02}{second}{zone}",
    st.integers(2, 29), st.integers(0, 23), st.integers(0, 59), st.sampled_from(["", ":07"]),
    st.sampled_from(["Z", "+02:00", "-09:30"]),
)  # fmt: skip
_BY_CAUSE = st.sampled_from(
    [
        {"by": "russia", "cause": "accident"}, {"by": "russia", "cause": "hostile"},
        {"cause": "assertive"}, {"by": "ukraine", "cause": "not_theirs"}, {"cause": "not_theirs"},
    ]
)  # fmt: skip
INCIDENT = st.builds(
    lambda kind, victim, cause, rest: {
        "incident": {"kind": kind, "victim": victim, **cause, **rest}
    },
    st.sampled_from(PLACEABLE),
    st.sampled_from(["us", "poland"]),
    _BY_CAUSE,
    st.fixed_dictionaries(
        {},
        optional={
            "near": NEAR, "severity": st.floats(0, 1), "lasting": LASTING,
            "blamed": st.just("russia"),
        },
    ),
)  # fmt: skip
DONE = st.one_of(
    INCIDENT,
    st.sampled_from(
        [
            {"alert": {"actor": "us"}}, {"alert": {"actor": "russia", "nuclear": True}},
            {"alert": {"actor": "russia", "nuclear": False}}, {"gesture": {"actor": "poland"}},
            {"call": {"channel": "line", "by": "russia"}},
            {"call": {"channel": "chiefs", "by": "us"}}, {"news": {}}, {"news": {"to": "us"}},
        ]
    ),
    LASTING.map(lambda lasting: {"outage": {"channel": "line", "lasting": lasting}}),
)  # fmt: skip
ROOMS = st.fixed_dictionaries(
    {},
    optional={
        "delivery": SAID, "expected": SAID, "responsible": SAID, "notes": SAID,
    },
)  # fmt: skip


@st.composite
def injects(draw: st.DrawFn) -> list[Values]:
    """Any few injects that one scenario can hold, as its file writes them."""
    count = draw(st.integers(0, 5))
    ids = draw(st.permutations(["fall", "answer", "a1", "talks", "x"]))
    numbers = draw(st.permutations(["1", "2", "3", "3a", "INJ-07", "007"]))
    rows: list[Values] = []
    for at in range(count):
        row: Values = {"at": draw(AT), "title": draw(TEXTS)} | draw(DONE)
        if draw(st.booleans()):
            row["id"] = ids[at]
        if draw(st.integers(0, 4)) == 0:
            row["contingency"] = True
        room = draw(ROOMS)
        if draw(st.integers(0, 2)) == 0:
            room["number"] = numbers[at]
        rows.append(row | ({"room": room} if room else {}))
    told = {(row["at"], row["title"]) for row in rows}
    return rows if len(told) == len(rows) else []
