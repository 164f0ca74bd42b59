"""Master events lists: what goes out comes back, and nothing else of a scenario's file moves."""

from __future__ import annotations

import io
import json
import re
import shlex
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from commands import ROOT, SCENARIOS, deconflict, succeeded
from event_lists import (
    BARE,
    FULL,
    TEXTS,
    Values,
    bare,
    csv_list,
    exported,
    injects,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from sim.handouts.csv_sheets import csv_text, read_csv
from sim.handouts.event_columns import COLUMNS, chosen
from sim.handouts.event_export import list_bytes, rows_of
from sim.handouts.event_import import imported
from sim.handouts.event_numbers import counted, kept
from sim.handouts.event_rows import _FIELDS, TYPES, cells_of, values_of, words_of
from sim.handouts.workbook_writing import workbook_bytes
from sim.handouts.workbooks import read_workbook
from sim.handouts.yaml_edits import Addition, edited
from sim.scenario import Scenario, build, content_hash, load, loads
from sim.scenario.models import Inject, PlacedIncident, Room
from sim.scenario.reading import read_values

SHIPPED = sorted(SCENARIOS.glob("*.yaml"))
SUFFIXES = (".csv", ".xlsx")
some = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BARE_VALUES = read_values(BARE, "bare").values


def text_of(rows: list[Values]) -> str:
    """Return the bare scenario's text with injects written into it."""
    return edited(BARE, [], set(), [Addition(-1, row) for row in rows])


def with_injects(rows: list[Values]) -> Scenario:
    return build({**BARE_VALUES, "injects": rows})


# Out and in again.


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_scenario_comes_back_to_the_byte(path: Path, suffix: str, tmp_path: Path) -> None:
    scenario = load(path)
    found = imported(exported(tmp_path, scenario, suffix), path)
    assert found.text.encode() == path.read_bytes()
    assert found.kept == len(scenario.injects)
    assert content_hash(found.scenario) == content_hash(scenario)
    assert rows_of(found.scenario) == rows_of(scenario)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_list_alone_holds_all_of_the_injects(path: Path, suffix: str, tmp_path: Path) -> None:
    """Nothing comes from the file's own injects: they are taken out of it first."""
    scenario = load(path)
    text = path.read_text(encoding="utf-8")
    empty = tmp_path / "empty.yaml"
    empty.write_text(re.sub(r"\ninjects:.*?(?=\n\S)", "", text, flags=re.DOTALL), "utf-8")
    assert not load(empty).injects
    found = imported(exported(tmp_path, scenario, suffix), empty)
    assert len(found.added) == len(scenario.injects)
    assert content_hash(found.scenario) == content_hash(scenario)


@some
@given(rows=injects())
def test_any_injects_come_back(rows: list[Values], tmp_path: Path) -> None:
    scenario = with_injects(rows)
    file = bare(tmp_path, text_of(rows))
    assert content_hash(load(file)) == content_hash(scenario)
    sheet = exported(tmp_path, scenario, ".csv")
    again = imported(sheet, file)
    assert again.text.encode() == file.read_bytes()
    assert again.kept == len(rows)
    # And into a file that knows nothing of them, out of it, and in once more.
    first = imported(sheet, bare(tmp_path))
    assert rows_of(first.scenario) == rows_of(scenario)
    assert [one.model_dump(exclude={"room"}) for one in first.scenario.injects] == [
        one.model_dump(exclude={"room"}) for one in scenario.injects
    ]
    second = imported(exported(tmp_path, first.scenario, ".csv"), bare(tmp_path))
    assert second.text == first.text


@some
@given(texts=st.lists(TEXTS, min_size=1, max_size=30), share=st.floats(0, 1))
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_text_and_number_comes_back_from_a_sheet(
    suffix: str, texts: list[str], share: float
) -> None:
    headings = {column.key: column.heading for column in COLUMNS}
    rows = [dict.fromkeys(headings, text) | {"severity": share} for text in texts]
    if suffix == ".csv":
        cells = (list(row.values()) for row in rows)
        sheet = read_csv(
            csv_text([list(headings.values()), *cells]).encode("utf-8-sig"), "list", {}
        )
    else:
        day = datetime(2022, 9, 1, tzinfo=UTC)
        sheet = read_workbook(workbook_bytes("=title", day, headings, rows, {}), "list")
    assert sheet.flaws == []
    assert sheet.rows[0].cells == list(headings.values())
    for row, text in zip(sheet.rows[1:], texts, strict=True):
        held = dict(zip(headings, row.cells, strict=True))
        assert float(held.pop("severity")) == share
        assert set(held.values()) == {text}


@some
@given(before=injects(), after=injects())
def test_a_list_makes_of_any_file_what_it_says(
    before: list[Values], after: list[Values], tmp_path: Path
) -> None:
    """Injects changed, taken out and put in, in one go; the rest of the text stays as it was."""
    scenario = with_injects(after)
    if before and not after:
        return  # a list without events empties no file
    found = imported(exported(tmp_path, scenario, ".csv"), bare(tmp_path, text_of(before)))
    assert rows_of(found.scenario) == rows_of(scenario)
    assert content_hash(found.scenario.model_copy(update={"injects": ()})) == content_hash(
        with_injects([])
    )
    head, tail = BARE.split("\narms:")
    assert found.text.startswith(head)
    assert found.text.endswith(f"\narms:{tail}")


def test_every_field_of_an_inject_has_a_column() -> None:
    """A field added to the model and not to the list would be lost on the way."""
    for kind in ("incident", "alert", "gesture", "call", "outage", "news"):
        (model,) = (
            part
            for part in Inject.model_fields[kind].annotation.__args__  # type: ignore[union-attr]
            if part is not type(None)
        )
        held = set(_FIELDS[kind].values()) | ({"nuclear"} if kind == "alert" else set())
        assert set(model.model_fields) == held
    own = {"at", "id", "title", "contingency", "room"}
    assert set(Inject.model_fields) == {*own, *_FIELDS} - {"nuclear alert"}
    room = {"number", "delivery", "expected", "responsible", "notes"}
    assert set(Room.model_fields) == room <= {column.key for column in COLUMNS}


# What a file keeps.

COMMENTED = """\
# Before.
format: 1
injects:   # all of them
  # Above the first.
  - {at: 2022-09-02T10:00Z, id: one, title: 'One',   # of the first
     alert: {actor: us}}
  # Above the second.
  - at: 2022-09-03T12:00+02:00   # noon in Warsaw
    id: two
    title: Two    # in words

    # Why it is so grave.
    incident:
      kind: stray_missile   # of the catalogue
      victim: poland
      cause: accident
      severity: 0.80        # judgement
  - {at: 2022-09-04T10:00Z, id: three, title: Three, gesture: {actor: us}}  # of the third
# Between.
"""


def commented(folder: Path, injects: str = COMMENTED) -> Path:
    rest = BARE.split("format: 1\n", 1)[1]
    return bare(folder, injects + rest)


def rows_in(path: Path) -> list[dict[str, Any]]:
    """Return a file's events by heading, to be changed and taken in."""
    return [{column.heading: row[column.key] for column in COLUMNS} for row in rows_of(load(path))]


def test_a_changed_cell_changes_one_word(tmp_path: Path) -> None:
    file = commented(tmp_path)
    rows = rows_in(file)
    rows[1]["Severity"] = 0.6
    rows[0]["Description"] = "First"
    found = imported(csv_list(tmp_path, *rows), file)
    text = file.read_text("utf-8")
    assert found.text == text.replace("0.80", "0.6").replace("'One'", "First")
    assert found.changed == {"one": ["Description"], "two": ["Severity"]}
    assert found.kept == 1


def test_what_is_written_beside_an_event_leaves_its_comments(tmp_path: Path) -> None:
    file = commented(tmp_path)
    rows = rows_in(file)
    rows[0] |= {"Delivery": "card", "Notes": "Read it aloud: slowly, please"}
    rows[1] |= {"Expected action": "A call", "Lasting": "90 min", "Near": "Przewodów"}
    found = imported(csv_list(tmp_path, *rows), file).text
    was = file.read_text("utf-8")
    assert found.splitlines()[5] == was.splitlines()[5].replace(
        "us}}", 'us}, room: {delivery: card, notes: "Read it aloud: slowly, please"}}'
    )
    added = ["      near: przewodow", "      lasting: 90 min", "    room: {expected: A call}"]
    left = [line for line in found.splitlines() if line not in added]
    assert len(left) == len(found.splitlines()) - len(added)
    assert [line for at, line in enumerate(left) if at != 5] == [
        line for at, line in enumerate(was.splitlines()) if at != 5
    ]


def test_events_are_put_in_where_their_time_is(tmp_path: Path) -> None:
    file = commented(tmp_path)
    rows = rows_in(file)
    between = FULL | {"Number": "", "Scenario time": "2022-09-03 11:00 UTC"}
    early = between | {"Scenario time": "2022-09-01 01:00 UTC", "Id": "early"}
    found = imported(csv_list(tmp_path, *rows, between, early), file)
    lines, was = found.text.splitlines(), file.read_text("utf-8").splitlines()
    assert lines[lines.index("  - at: 2022-09-01T01:00Z") - 1] == "injects:   # all of them"
    assert lines[lines.index("  - at: 2022-09-03T11:00Z") - 1].endswith("# judgement")
    assert [line for line in lines if line in was] == was
    assert found.added == ["early", "fall"]
    assert [row["number"] for row in rows_of(found.scenario)] == ["4", "1", "2", "5", "3"]
    assert found.kept == 3


def test_an_event_taken_out_takes_only_its_own_comments(tmp_path: Path) -> None:
    file = commented(tmp_path)
    rows = rows_in(file)
    rows[2]["Number"] = ""
    found = imported(csv_list(tmp_path, rows[0], rows[2]), file)
    lines = COMMENTED.splitlines(keepends=True)
    assert found.text == commented(tmp_path, "".join(lines[:7] + lines[17:])).read_text("utf-8")
    assert "# Above the second." in found.text
    assert found.removed == ["two"]


def test_an_event_of_another_type(tmp_path: Path) -> None:
    file = commented(tmp_path)
    rows = rows_in(file)
    rows[2] |= {"Type": "Nuclear alert", "From": "Russia"}
    found = imported(csv_list(tmp_path, *rows), file)
    assert "title: Three, alert: {actor: russia, nuclear: true}}  # of the third" in found.text
    assert found.changed == {"three": ["Type", "From"]}


@pytest.mark.parametrize(
    "listed",
    [
        "injects: []\n",
        "injects: []   # none yet\n",
        "injects: [{at: 2022-09-05T00:00Z, id: fall, title: Old, alert: {actor: us}}]\n",
        "injects: [\n  {at: 2022-09-05T00:00Z, title: Old, alert: {actor: us}},  # old\n"
        "  {at: 2022-09-06T00:00Z, title: Older, alert: {actor: us}},\n]\n",
        "injects:\n- at: 2022-09-05T00:00Z\n  title: |\n    Old\n    words\n  alert:\n"
        "    actor: us\n    nuclear: false\n",
        "injects:\n  -   # odd\n    id: fall\n    title: 'It''s'\n    alert: &whole {actor: us}\n"
        '    at: "2022-09-05T00:00Z"\n',
        "injects:\n  - # a - b\n    title: Old\n    alert: {actor: us}\n"
        "    at: 2022-09-05T00:00Z\n",
    ],
    ids=range(7),
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["unix", "windows"])
def test_however_injects_are_written(listed: str, ends: str, tmp_path: Path) -> None:
    text = (listed + BARE).replace("\n", ends)
    file = bare(tmp_path, text)
    other = FULL | {"Number": "2", "Id": "", "Scenario time": "2022-09-08 10:00 UTC"}
    found = imported(csv_list(tmp_path, FULL, other), file)
    assert [inject.title for inject in found.scenario.injects] == ["A missile falls"] * 2
    assert found.text.endswith(BARE.replace("\n", ends))
    assert ("\r\n" in found.text) == (ends == "\r\n")
    assert "\n" not in found.text.replace("\r\n", "") or ends == "\n"


def test_a_scenario_written_as_json(tmp_path: Path) -> None:
    values = {**BARE_VALUES, "arms": {}}
    file = bare(tmp_path, json.dumps(values))
    found = imported(csv_list(tmp_path, FULL), file)
    assert found.text.startswith(json.dumps(values)[:-1])
    again = bare(tmp_path, found.text)
    assert imported(exported(tmp_path, load(again), ".csv"), again).text == found.text


def test_an_anchor_that_others_use_is_not_torn_out(tmp_path: Path) -> None:
    listed = (
        "injects:\n  - {at: 2022-09-05T00:00Z, id: a, title: A, alert: &x {actor: us}}\n"
        "  - {at: 2022-09-06T00:00Z, id: b, title: B, alert: *x}\n"
    )
    file = bare(tmp_path, listed + BARE)
    rows = rows_in(file)
    rows[1]["From"] = "russia"
    assert "title: B, alert: {actor: russia}}" in imported(csv_list(tmp_path, *rows), file).text
    with pytest.raises(Exception, match="alias needs an anchor"):
        imported(csv_list(tmp_path, rows_in(file)[1]), file)


def test_a_column_that_a_list_has_not_changes_nothing(tmp_path: Path) -> None:
    file = commented(tmp_path)
    rows = [
        {key: row[key] for key in ("Scenario time", "Description")} | {"Notes": "new"}
        for row in rows_in(file)
    ]
    found = imported(csv_list(tmp_path, *rows), file)
    assert [one.id for one in found.scenario.injects] == ["one", "two", "three"]
    assert {one.room.notes for one in found.scenario.injects if one.room} == {"new"}
    assert found.scenario.injects[1].incident == load(file).injects[1].incident


def test_an_event_of_another_type_keeps_nothing_of_the_old(tmp_path: Path) -> None:
    """Also where the list has no columns for what the old type had."""
    file = commented(tmp_path)
    kept_columns = ("Scenario time", "Type", "From", "Description", "Id")
    rows = [{key: row[key] for key in kept_columns} for row in rows_in(file)]
    rows[1] |= {"Type": "alert", "From": "poland"}
    found = imported(csv_list(tmp_path, *rows), file).scenario.injects[1]
    assert found.incident is None
    assert found.alert
    assert found.alert.actor == "poland"
    rows[1] |= {"Type": "weapon release", "From": "russia"}
    again = imported(csv_list(tmp_path, *rows), file).scenario.injects[1].incident
    assert again
    assert (again.kind, again.victim, again.severity) == ("weapon_release", "poland", 0.8)


# Numbers in the room.


def test_numbers_are_counted_past_those_that_are_taken() -> None:
    assert counted([None, "2", None, "3a", None]) == ["1", "2", "3", "3a", "4"]
    assert counted([]) == []


@pytest.mark.parametrize(
    ("numbers", "own"),
    [
        (["1", "2", "3"], [None, None, None]),
        (["1", "2", "2a", "3"], [None, None, "2a", None]),
        (["10", "20"], ["10", "20"]),
        (["2", "1"], ["2", None]),
        (["1", "01", "2"], [None, "01", None]),
    ],
)
def test_only_numbers_that_counting_does_not_give_are_kept(
    numbers: list[str], own: list[str | None]
) -> None:
    assert kept(numbers) == own
    assert counted(own) == numbers


def test_an_event_put_in_between_leaves_the_numbers_of_the_others(tmp_path: Path) -> None:
    file = commented(tmp_path)
    rows = rows_in(file)
    new = FULL | {"Number": "2a", "Scenario time": "2022-09-03 12:00 UTC"}
    found = imported(csv_list(tmp_path, *rows, new), file)
    assert [row["number"] for row in rows_of(found.scenario)] == ["1", "2", "2a", "3"]
    assert found.kept == 3


# What a list looks like.


def test_the_list_of_a_shipped_scenario() -> None:
    rows = rows_of(load(SCENARIOS / "polish_border_2022.yaml"))
    assert [row["number"] for row in rows] == ["1", "2", "3", "4", "5", "6"]
    assert rows[1] == {
        "number": "2", "time": "2022-11-15 14:40 UTC", "type": "incident", "delivery": "",
        "from": "ukraine", "to": "poland", "expected": "", "responsible": "", "notes": "",
        "description": "A missile falls on Przewodów in Poland and kills two people",
        "id": "przewodow_missile", "kind": "stray_missile", "cause": "not_theirs",
        "blamed": "russia", "near": "przewodow", "severity": 0.8, "lasting": "", "channel": "",
        "contingency": "",
    }  # fmt: skip
    assert (rows[2]["type"], rows[2]["from"], rows[2]["to"]) == ("news", "", "")
    assert (rows[3]["from"], rows[3]["to"], rows[3]["channel"]) == ("us", "russia", "chiefs")
    assert [row["contingency"] for row in rows[3:]] == ["", "", "yes"]


@pytest.mark.parametrize("text", ["=1+1", "+48", "-2", "@here", "'=x", "=HYPERLINK(1)", "＝1"])
def test_no_spreadsheet_runs_a_text(text: str, tmp_path: Path) -> None:
    rows: list[Values] = [
        {
            "at": "2022-09-02T10:00Z",
            "title": text,
            "alert": {"actor": "us"},
            "room": {"notes": text},
        }
    ]
    scenario = with_injects(rows)
    lines = list_bytes(scenario, ".csv").decode("utf-8-sig").splitlines()
    cells = lines[1].split(",")
    assert [cell for cell in cells if cell.endswith(text)] == [f"'{text}"] * 2
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@＝")]
    sheet = load_workbook(exported(tmp_path, scenario, ".xlsx"))["Events"]
    written = [cell for cell in sheet[2] if cell.value == text]
    assert [cell.data_type for cell in written] == ["s", "s"]
    assert all(cell.number_format == "@" for cell in written)
    assert all(cell.quotePrefix == (text[0] in "=+-@") for cell in written)


def test_nothing_in_a_workbook_is_a_formula(tmp_path: Path) -> None:
    path = exported(tmp_path, load(SCENARIOS / "syria_2017.yaml"), ".xlsx")
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/" in name]
    assert len(sheets) == 2
    assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def test_a_workbook_says_what_may_stand_where(tmp_path: Path) -> None:
    scenario = load(SCENARIOS / "polish_border_2022.yaml")
    book = load_workbook(exported(tmp_path, scenario, ".xlsx"))
    events, words = book["Events"], book["Words"]
    assert events.freeze_panes == "A2"
    assert "EXERCISE" in events.oddHeader.center.text
    chosen_from = {
        str(rule.sqref)[0]: [cell.value for (cell,) in words[rule.formula1.split("!")[1]]]
        for rule in events.data_validations.dataValidation
    }
    assert chosen_from["C"][:2] == ["incident", "alert"]
    assert set(chosen_from["E"]) == set(scenario.actors)
    assert "ukraine" not in chosen_from["F"], "a third party is no victim"
    assert "przewodow" in chosen_from["O"]
    assert "stray_missile" in chosen_from["L"]
    told = {row[0].value: row[1].value for row in words.iter_rows(min_row=2) if row[0].value}
    assert told == {column.heading: column.holds for column in COLUMNS}
    meaning = {row[2].value: row[3].value for row in words.iter_rows(min_row=2)}
    assert meaning["us"] == "United States"
    assert set(TYPES) | {"accident", "assertive", "hostile", "not_theirs"} <= set(meaning)
    assert all(word is None or means for word, means in meaning.items())
    assert events.print_area == "'Events'!$A$1:$J$7"


def test_a_workbook_has_the_same_bytes_whenever_it_is_written() -> None:
    scenario = load(SCENARIOS / "polish_border_2022.yaml")
    content = list_bytes(scenario, ".xlsx")
    assert content == list_bytes(scenario, ".xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert re.findall(r">(\d{4}-[^<]*)<", core) == ["2022-11-01T00:00:00Z"] * 2


def test_headings_and_times_of_another_layout(tmp_path: Path) -> None:
    file = commented(tmp_path)
    columns = ["number=Serial no.", "expected action=Should do"]
    content = list_bytes(load(file), ".csv", columns=columns).decode("utf-8-sig")
    assert content.splitlines()[0].startswith("Serial no.,Scenario time,")
    sheet = tmp_path / "own.csv"
    sheet.write_text(content, "utf-8")
    assert imported(sheet, file, columns=columns).text == file.read_text("utf-8")
    assert chosen(["responsible = White cell"]) == {"responsible": "White cell"}


def test_a_cell_may_say_the_name_that_is_shown() -> None:
    scenario = with_injects([])
    words = words_of(scenario)
    shown: Values = {
        "time": "2022-09-02 12:00 +02:00", "type": "Stray missile", "from": "RUSSIA",
        "to": "rzeczpospolita", "near": "western waters", "cause": "Accident", "severity": "35 %",
        "lasting": "120 min", "description": "Falls",
    }  # fmt: skip
    values, faults = values_of(shown, words)
    assert faults == []
    assert values == {
        "at": "2022-09-02T10:00Z",
        "title": "Falls",
        "incident": {
            "kind": "stray_missile", "victim": "poland", "by": "russia", "near": "west",
            "cause": "accident", "severity": 0.35, "lasting": "2 h",
        },
    }  # fmt: skip
    assert PlacedIncident.model_validate(values["incident"]).lasting == 7_200_000


def test_a_row_is_its_inject_again() -> None:
    """The columns of a list say what the models hold, for each type of event."""
    for path in SHIPPED:
        scenario = load(path)
        for inject in scenario.injects:
            cells = cells_of(inject, "", words_of(scenario))
            values, faults = values_of(cells, words_of(scenario))
            assert faults == []
            assert Inject.model_validate(values) == inject


# The commands.


def test_the_commands_of_the_readme_in_order(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    commands = re.findall(r"^deconflict (events .*)$", readme, flags=re.MULTILINE)
    assert len(commands) == 2
    (tmp_path / "scenarios").symlink_to(SCENARIOS)
    for command in commands:
        assert succeeded(deconflict(*shlex.split(command), cwd=tmp_path))
    (written,) = tmp_path.glob("*.yaml")
    assert written.read_bytes() == (SCENARIOS / "polish_border_2022.yaml").read_bytes()
    text = loads(written.read_text("utf-8"))
    assert text.injects
