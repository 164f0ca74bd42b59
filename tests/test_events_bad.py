"""Lists as people really send them: what is wrong is said by cell, all at once."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from event_lists import BARE, FULL, bare, csv_list, messages, saved, workbook
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import RunError, ScenarioError
from sim.handouts import sheets, workbooks
from sim.handouts.csv_sheets import bared, shielded
from sim.handouts.event_columns import COLUMNS, NEEDED, chosen, folded
from sim.handouts.event_import import Imported, imported
from sim.handouts.event_times import chosen_zone, read, shown, zone_named
from sim.handouts.sheets import column_number, letters

ALERT = {
    "Scenario time": "2022-09-02 10:00 UTC", "Type": "alert", "From": "us", "Description": "Alert",
}  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return bare(tmp_path)


def only(sheet: Path, file: Path, **options: Any) -> str:
    """Return the one thing that is wrong with a list."""
    (found,) = messages(sheet, file, **options)
    return found


# Cells.


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"To": "polnd"}, '2:5: E2 (To): names no actor of this scenario (got \'polnd\'). Did you mean "poland"?'),  # noqa: E501
        ({"From": "Rusia"}, "2:4: D2 (From): names no actor"),
        ({"From": "us"}, '2:4: D2 (From): the author of "accident" must be of the other bloc'),
        ({"To": ""}, "2:5: E2 (To): is required"),
        ({"Kind": "stray missle"}, "2:8: H2 (Kind): is no kind of incident that a scenario can place (got 'stray_missle'). Did you mean \"stray_missile\"?"),  # noqa: E501
        ({"Kind": ""}, "2:8: H2 (Kind): is required"),
        ({"Cause": "accidental"}, "2:9: I2 (Cause): must be 'accident', 'assertive', 'hostile' or"),
        ({"Cause": ""}, "2:9: I2 (Cause): is required"),
        ({"Near": "prze"}, "2:10: J2 (Near): names no area or site of this scenario"),
        ({"Near": "[50.5, 23.9]"}, "2:10: J2 (Near): lies outside the map"),
        ({"Severity": "high"}, "2:11: K2 (Severity): must be a number (got 'high')"),
        ({"Severity": "1,5"}, "2:11: K2 (Severity): must be at most 1 (got 1.5)"),
        ({"Severity": "-0.5"}, "2:11: K2 (Severity): must be at least 0"),
        ({"Scenario time": ""}, "2:2: B2 (Scenario time): is required"),
        ({"Scenario time": "2022-09-02 10:00"}, "2:2: B2 (Scenario time): a time must say its"),
        ({"Scenario time": "2023-01-01 10:00 UTC"}, "2:2: B2 (Scenario time): must lie in"),
        ({"Scenario time": "02.09.2022 10:00 UTC"}, "2:2: B2 (Scenario time): must be a date and"),
        ({"Type": ""}, "2:3: C2 (Type): is required. One of: incident, alert"),
        ({"Type": "incidnt"}, "2:3: C2 (Type): is no type of event"),
        ({"Type": "shoot_down"}, "2:3: C2 (Type): is no type of event, nor the kind of incident"),
        ({"Description": ""}, "2:6: F2 (Description): is required"),
        ({"Description": "x" * 2001}, "2:6: F2 (Description): must not be longer than 2000"),
        ({"Description": "a\x07b"}, "2:6: F2 (Description): text must not hold control characters"),
        ({"Id": "Fall of it"}, "2:7: G2 (Id): must be a name: lower-case letters"),
        ({"Number": "9" * 21}, "2:1: A2 (Number): must not be longer than 20 characters"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_what_is_wrong_in_a_cell(
    changes: dict[str, str], said: str, tmp_path: Path, file: Path
) -> None:
    assert only(csv_list(tmp_path, FULL | changes), file).startswith(said)


def test_everything_is_said_at_once_in_order(tmp_path: Path, file: Path) -> None:
    rows = [
        FULL | {"To": "polnd", "Severity": "high", "Lasting": "90"},
        FULL | {"Scenario time": "soon", "Number": "1"},
        FULL | {"Number": "3", "Id": "third", "Type": "gesture", "Near": ""},
    ]
    found = messages(csv_list(tmp_path, *rows), file)
    places = [re.match(r"(\d+):(\d+): ([A-Z]+)(\d+) \(", one) for one in found]
    cells = [(int(at[1]), int(at[2])) for at in places if at]
    assert cells == sorted(cells)
    assert [letters(column) for _, column in cells] == [at[3] for at in places if at]
    assert [f"{at[3]}{at[4]}" for at in places if at] == [
        "E2", "K2", "L2", "A3", "B3", "G3", "E4", "H4", "I4", "K4",
    ]  # fmt: skip
    assert len(found) == 10


@pytest.mark.parametrize("cell", ["Kind", "Severity", "Near", "Cause"])
def test_a_cell_that_does_not_belong_to_the_type(cell: str, tmp_path: Path, file: Path) -> None:
    found = only(csv_list(tmp_path, ALERT | {cell: "0.5"}), file)
    assert f"({cell}): does not belong to an event of the type \"alert\" (got '0.5')" in found


def test_a_call_goes_to_the_other_end(tmp_path: Path, file: Path) -> None:
    call = ALERT | {"Type": "call", "Channel": "chiefs", "To": "Russia"}
    assert imported(csv_list(tmp_path, call), file).scenario.injects[0].call
    found = only(csv_list(tmp_path, call | {"To": "poland"}), file)
    assert "(To): is not the other end of chiefs (got 'poland'). Leave it empty, or write" in found
    found = only(csv_list(tmp_path, call | {"Channel": "cheifs", "To": ""}), file)
    assert "names no channel of this scenario (got 'cheifs'). Did you mean \"chiefs\"?" in found


def test_rows_that_say_the_same(tmp_path: Path, file: Path) -> None:
    found = messages(csv_list(tmp_path, FULL, FULL), file)
    assert found == [
        "3:1: A3 (Number): this number is given twice (got '1'). Row 2 has it too; write another",
        "3:7: G3 (Id): this id is given twice (got 'fall'). Row 2 has it too; write another",
    ]
    found = messages(csv_list(tmp_path, ALERT, ALERT), file)
    assert found == [
        "3:2: B3 (Type): nothing tells this row from row 2. Give each an id, or other words"
    ]


def test_empty_rows_are_passed_over_and_numbered(tmp_path: Path, file: Path) -> None:
    none = dict.fromkeys(ALERT, "")
    blank = none | {"Type": "  "}
    sheet = csv_list(
        tmp_path, ALERT, none, blank, ALERT | {"From": "uss", "Description": "B"}, none
    )
    assert only(sheet, file).startswith("5:3: C5 (From): names no actor")


def test_a_row_that_is_no_event_is_said_once(tmp_path: Path, file: Path) -> None:
    rows: list[list[Any]] = [
        ["Number", *ALERT],
        ["DAY 2", None, None, None, None],
        [1, *ALERT.values()],
    ]
    found = only(workbook(tmp_path, rows), file)
    assert found.startswith("2:1: A2 (Number): is no event: the row has neither time nor type nor")


def test_a_list_without_events_empties_no_file(tmp_path: Path) -> None:
    full = bare(
        tmp_path, BARE + "injects:\n  - {at: 2022-09-02T00:00Z, title: A, alert: {actor: us}}\n"
    )
    sheet = csv_list(tmp_path, dict.fromkeys(ALERT, ""))
    assert "holds no events, and" in only(sheet, full)
    assert imported(sheet, bare(tmp_path)).text == BARE


# Headings.

MSEL = {
    "Event #": "1", "Event Time": "2022-09-02 10:00Z", "Inject Type": "alert",
    "Delivery Method": "e-mail", "From": "us", "Recipient Player(s)": "",
    "Event Description": "An alert", "Expected Player Action": "A call",
    "Responsible\nController:": "C2", "Controller Notes": "quietly",
}  # fmt: skip
MEL_MIL = {
    "Serial No.": "1", "DTG": "021000ZSEP22", "Incident type": "alert",
    "Means of delivery": "e-mail", "Sender": "us", "Addressee": "",
    "Inject description": "An alert", "Expected reaction": "A call", "White Cell": "C2",
    "REMARKS": "quietly",
}  # fmt: skip


@pytest.mark.parametrize("row", [MSEL, MEL_MIL], ids=["msel", "mel_mil"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_both_vocabularies_are_read(
    row: dict[str, str], delimiter: str, tmp_path: Path, file: Path
) -> None:
    (found,) = imported(csv_list(tmp_path, row, delimiter=delimiter), file).scenario.injects
    assert found.alert
    assert found.title == "An alert"
    assert found.at == datetime(2022, 9, 2, 10, tzinfo=UTC)
    assert found.room
    assert found.room.model_dump(exclude_none=True) == {
        "delivery": "e-mail", "expected": "A call", "responsible": "C2", "notes": "quietly",
    }  # fmt: skip


def test_no_heading_means_two_columns() -> None:
    names = [
        (folded(name), column.key)
        for column in COLUMNS
        for name in {column.key, column.heading, *column.also}
    ]
    assert all(name for name, _ in names)
    meaning: dict[str, str] = {}
    for name, key in names:
        assert meaning.setdefault(name, key) == key, name


def test_headings_below_a_title(tmp_path: Path, file: Path) -> None:
    rows: list[list[Any]] = [
        ["EXERCISE SOMETHING", None], ["From the 1st to the 30th"], [], [*ALERT], [*ALERT.values()],
    ]  # fmt: skip
    assert imported(workbook(tmp_path, rows), file).added == ['"Alert"']
    rows[-1][0] = "soon"
    assert only(workbook(tmp_path, rows), file).startswith("5:1: A5 (Scenario time): must be")


def test_unknown_headings_are_never_passed_over_silently(tmp_path: Path, file: Path) -> None:
    sheet = csv_list(
        tmp_path, ALERT | {"Severty": "0.5", "Phase": "II", "Remarks": "", "Notes": ""}
    )
    assert messages(sheet, file) == [
        "1:5: E1: is no column of an events list (got 'Severty'). Did you mean \"Severity\"? Say "
        'what it is with --column COLUMN="Severty", or --leave-out "Severty"',
        "1:6: F1: is no column of an events list (got 'Phase'). Say what it is with --column "
        'COLUMN="Phase", or --leave-out "Phase"',
        '1:8: H1: means the same as column G, "Notes". Pass over one with --leave-out "Notes"',
    ]
    assert imported(sheet, file, leave_out=["severty", "PHASE", "Notes"]).added
    assert imported(sheet, file, columns=["delivery=Phase"], leave_out=["Severty", "Notes"]).added


def test_a_date_and_a_time_in_two_columns(tmp_path: Path, file: Path) -> None:
    row = {"Date": "2022-09-02", "Time": "10:00", "Type": "alert", "Description": "x"}
    assert only(csv_list(tmp_path, row), file) == (
        '1:2: B1: means the same as column A, "Scenario time". Join the two in one column'
    )


def test_missing_columns(tmp_path: Path, file: Path) -> None:
    found = messages(csv_list(tmp_path, {"Type": "alert", "From": "us"}), file)
    assert len(found) == len(NEEDED) == 2
    assert 'there is no column "Scenario time". Add it, or say which it is: --column' in found[0]
    assert "has no row of headings" in only(csv_list(tmp_path, {"a": "1", "b": "2"}), file)
    row = {key: value for key, value in FULL.items() if key != "Cause"}
    assert only(csv_list(tmp_path, row), file) == "2:1: row 2 (no column Cause): is required"


def test_what_stands_under_no_heading(tmp_path: Path, file: Path) -> None:
    found = only(csv_list(tmp_path, ALERT | {"": "by hand"}), file)
    assert found == (
        "2:5: E2: stands under no heading (got 'by hand'). Give the column a heading, or empty the "
        "cell"
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["number"], "must be COLUMN=HEADING"),
        (["numbr=Serial"], 'is no column of an events list. Did you mean "number"?'),
        (["number=A", "Serial=B"], "is given twice"),
        (["number=A", "id=a"], "this heading is given to another column already"),
    ],
)
def test_a_wrong_mapping(options: list[str], said: str) -> None:
    with pytest.raises(RunError, match=re.escape(said)):
        chosen(options)


def test_options_that_name_nothing_of_the_list(tmp_path: Path, file: Path) -> None:
    sheet = csv_list(tmp_path, ALERT)
    found = messages(sheet, file, columns=["number=Serial"], leave_out=["Phase"])
    assert [one.strip() for one in found] == [
        "--column number: names no heading of this list (got 'Serial')",
        "--leave-out: names no heading of this list (got 'Phase')",
    ]


# Times.

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("cell", "zone", "moment"),
    [
        ("2022-11-15 14:40 UTC", None, "2022-11-15T14:40Z"),
        ("2022-11-15T14:40Z", WARSAW, "2022-11-15T14:40Z"),
        (" 2022-11-15  15:40:07 +01:00 ", None, "2022-11-15T14:40:07Z"),
        ("2022-11-15 15:40 Europe/Warsaw", None, "2022-11-15T14:40Z"),
        ("2022-11-15 15:40", WARSAW, "2022-11-15T14:40Z"),
        ("2022-07-15 16:40", WARSAW, "2022-07-15T14:40Z"),
        ("151440ZNOV22", None, "2022-11-15T14:40Z"),
        ("15 1540A nov 2022", None, "2022-11-15T14:40Z"),
        ("151440YNOV22", None, "2022-11-16T02:40Z"),
        (datetime(2022, 11, 15, 15, 40), WARSAW, "2022-11-15T14:40Z"),
        (datetime(2022, 11, 15, 14, 39, 59, 999_995), UTC, "2022-11-15T14:40Z"),
        (datetime(2022, 11, 15, 14, 40, tzinfo=UTC), WARSAW, "2022-11-15T14:40Z"),
    ],
)
def test_times_as_people_write_them(cell: Any, zone: Any, moment: str) -> None:
    assert read(cell, zone) == moment


@pytest.mark.parametrize(
    ("cell", "zone", "said"),
    [
        ("2022-11-15 14:40", None, "a time must say its zone"),
        (datetime(2022, 11, 15, 14, 40), None, "a time must say its zone"),
        ("2022-11-15 14:40 Warszawa", WARSAW, '"Warszawa" is no time zone'),
        ("15/11/2022 14:40", WARSAW, "must be a date and time"),
        ("15.11.2022 14:40", WARSAW, "must be a date and time"),
        ("2022-11-15", WARSAW, "must be a date and time"),
        ("2022-11-31 10:00", WARSAW, "must be a date and time"),
        ("2022-11-15 24:40", WARSAW, "must be a date and time"),
        ("311440ZNOV22", None, "must be a date and time"),
        ("151440JNOV22", None, "must be a date and time"),
        ("151440ZNOW22", None, '"NOW" is no month'),
        ("0001-01-01 00:00 +05:00", None, "must be a date and time"),
        (date(2022, 11, 15), WARSAW, "gives no time of day"),
        (time(14, 40), WARSAW, "gives no day"),
        (timedelta(hours=3), WARSAW, "gives no day"),
        (44880.61, WARSAW, "A bare number says no date"),
        (True, WARSAW, "must be a date and time"),
        ("2022-03-27 02:30", WARSAW, "there is no such time in Europe/Warsaw"),
        ("2022-10-30 02:30", WARSAW, "this time comes twice in Europe/Warsaw"),
    ],
)
def test_times_that_say_too_little(cell: Any, zone: Any, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read(cell, zone)


MOMENTS = st.datetimes(datetime(1900, 1, 2), datetime(2199, 12, 30), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
ZONES = st.sampled_from(
    [UTC, WARSAW, timezone(timedelta(hours=-3, minutes=-30)), ZoneInfo("Europe/Amsterdam"),
     ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/New_York"), timezone(timedelta(0))]
)  # fmt: skip


@given(moment=MOMENTS, zone=ZONES)
def test_a_time_shown_anywhere_is_read_as_it_was(moment: datetime, zone: Any) -> None:
    text = shown(moment, zone)
    assert re.search(r" (UTC|[+-]\d\d:\d\d)$", text), "a time always shows its zone"
    assert datetime.fromisoformat(read(text, None)) == moment


def test_zones_have_names() -> None:
    assert zone_named("zulu") is UTC
    assert zone_named("UTC+2") == zone_named("+0200") == timezone(timedelta(hours=2))
    for nothing in ("", "Mars", "+25:00", "Europe", "../etc/passwd", "+1:99"):
        assert zone_named(nothing) is None, nothing
    with pytest.raises(RunError, match='write one such as "Europe/Kyiv"'):
        chosen_zone("Kyiv")


def test_the_zone_of_a_heading_holds_for_its_column(tmp_path: Path, file: Path) -> None:
    row = {"Scenario time (Europe/Warsaw)": "2022-09-02 12:00"} | {
        key: value for key, value in ALERT.items() if key != "Scenario time"
    }
    (found,) = imported(csv_list(tmp_path, row), file, zone=UTC).scenario.injects
    assert found.at.hour == 10


# Workbooks.


def test_dates_of_a_spreadsheet(tmp_path: Path, file: Path) -> None:
    def rows(*moments: Any) -> list[list[Any]]:
        made = [[at, "alert", "us", f"{n}"] for n, at in enumerate(moments)]
        return [list(ALERT), *made]

    sheet = workbook(tmp_path, rows(datetime(2022, 9, 2, 12), "2022-09-02 12:00 UTC"))
    found = imported(sheet, file, zone=WARSAW).scenario.injects
    assert [inject.at.hour for inject in found] == [10, 12]
    assert "must say its zone" in only(sheet, file)
    sheet = workbook(tmp_path, rows(date(2022, 9, 2), time(3), 44806.5))
    found_wrong = messages(sheet, file, zone=WARSAW)
    assert ["gives no time" in found_wrong[0], "gives no day" in found_wrong[1]] == [True, True]
    assert "A bare number says no date" not in found_wrong[0]
    assert "format the cell as one" in found_wrong[2]


def test_midnight_is_a_time_of_day(tmp_path: Path, file: Path) -> None:
    sheet = workbook(tmp_path, [list(ALERT), [datetime(2022, 9, 2), "alert", "us", "At midnight"]])
    (found,) = imported(sheet, file, zone=UTC).scenario.injects
    assert found.at == datetime(2022, 9, 2, tzinfo=UTC)


def test_numbers_and_truths_of_a_spreadsheet(tmp_path: Path, file: Path) -> None:
    row = FULL | {"Number": 7.0, "Severity": 0.25, "Description": True}
    (found,) = imported(workbook(tmp_path, [list(row), list(row.values())]), file).scenario.injects
    assert found.title == "TRUE"
    assert found.incident
    assert found.incident.severity == 0.25
    assert found.room
    assert found.room.number == "7"


def test_merged_cells_are_refused(tmp_path: Path, file: Path) -> None:
    book = Workbook()
    for row in (["A title"], list(ALERT), list(ALERT.values()), list(ALERT.values())):
        book.active.append(row)
    book.active["D4"] = None
    book.active.merge_cells("A1:D1")
    book.active.merge_cells("D3:D4")
    assert messages(saved(tmp_path, book), file) == [
        "3:4: D3 (Description): cells D3:D4 are merged. Unmerge them, and write in each row what "
        "holds for it",
        "4:4: D4 (Description): is required",
    ]


def with_cell(path: Path, cell: str, inside: str, kind: str = "str") -> Path:
    """Put XML into a cell of a workbook, as a spreadsheet program would have left it there."""
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                made = f'<c r="{cell}" t="{kind}">{inside}</c>'.encode()
                data, count = re.subn(rf'<c r="{cell}".*?</c>'.encode(), made, data)
                assert count == 1
            new.writestr(part.filename, data)
    path.write_bytes(content.getvalue())
    return path


def test_a_formula_counts_as_its_stored_result(tmp_path: Path, file: Path) -> None:
    sheet = workbook(tmp_path, [list(ALERT), list(ALERT.values())])
    stored = with_cell(sheet, "D2", "<f>1+1</f><v>Two alerts</v>")
    assert imported(stored, file).scenario.injects[0].title == "Two alerts"


def test_formulas_without_a_result_and_errors(tmp_path: Path, file: Path) -> None:
    formula = 'HYPERLINK("http://example.org")'
    row = [*list(ALERT.values())[:3], f"={formula}", "=1"]
    sheet = workbook(tmp_path, [[*ALERT, "Notes"], row, ["=A2", "=B2", "=C2"]])
    broken = with_cell(sheet, "E2", "<f>1/0</f><v>#DIV/0!</v>", "e")
    found = messages(broken, file)
    assert found[:2] == [
        "2:4: D2 (Description): holds a formula without a stored result. Open and save it in a "
        "spreadsheet, or paste the values alone",
        "2:5: E2 (Notes): holds the error #DIV/0!. Mend it or empty the cell",
    ]
    assert [one.split(":")[:2] for one in found[2:]] == [["3", "1"], ["3", "2"], ["3", "3"]]


def test_the_sheet_of_several(tmp_path: Path, file: Path) -> None:
    book = Workbook()
    book.active.title = "Cover"
    sheet = book.create_sheet("MSEL")
    for row in (list(ALERT), list(ALERT.values())):
        sheet.append(row)
    path = saved(tmp_path, book)
    assert "has 2 sheets to be seen, none called Events. Name one" in only(path, file)
    assert "has no such sheet (got 'MSLE'). Did you mean \"MSEL\"?" in only(
        path, file, named="MSLE"
    )
    assert imported(path, file, named="msel").added
    book["Cover"].sheet_state = "hidden"
    assert imported(saved(tmp_path, book), file).added
    assert "is no workbook" in only(csv_list(tmp_path, ALERT), file, named="MSEL")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"   \r\n", "is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an old workbook (.xls), or"),
        (b"PK\x03\x04" + bytes(50), "is not a whole workbook"),
        (b"Scenario time;Type;Description\n;;Prze\xb3om\n", "2:1: must be UTF-8 text (got byte"),
        ("Scenario time,Type".encode("utf-16"), "1:1: must be UTF-8 text"),
        (b'Scenario time;Type\n"a"b;c\n', "2:1: is no row of comma-separated values"),
        (b'Scenario time;Type\n"a;c\n', "is no row of comma-separated values"),
        (b"Scenario time,Type\n" + b"x," * 201 + b"x\n", "2:1: holds more than 200 columns"),
        (b"Scenario time,Type\n" + b'"' + b"x" * 140_000 + b'",alert\n', "field larger than"),
        (b"\x00\x01\x02", "has no row of headings"),
    ],
)  # fmt: skip
def test_files_that_are_no_list(content: bytes, said: str, tmp_path: Path, file: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    assert said in only(path, file)


def test_places_that_are_no_file(tmp_path: Path, file: Path) -> None:
    assert "is a folder" in only(tmp_path, file)
    assert "there is no such file" in only(tmp_path / "none.xlsx", file)
    assert "cannot be read" in only(tmp_path / "a\0b", file)


def test_a_zip_that_is_no_workbook(tmp_path: Path, file: Path) -> None:
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "is no Excel workbook" in only(path, file)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<not closed")
    assert "cannot be read as a workbook" in only(path, file)


def test_a_workbook_that_would_fill_the_memory(tmp_path: Path, file: Path) -> None:
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<w/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (workbooks.MAX_UNPACKED + 1))
    assert path.stat().st_size < sheets.MAX_BYTES
    assert "unpacks to more than 30 MB" in only(path, file)


def test_cells_merged_over_all_of_a_sheet_are_not_filled_in(tmp_path: Path, file: Path) -> None:
    book = Workbook()
    for row in (list(ALERT), list(ALERT.values())):
        book.active.append(row)
    path = saved(tmp_path, book)
    content = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(content, "w") as new:
        for part in old.infolist():
            merged = b'</sheetData><mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'
            new.writestr(part.filename, old.read(part).replace(b"</sheetData>", merged))
    path.write_bytes(content.getvalue())
    assert "cells A2:XFD1048576 are merged" in only(path, file)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_hundred_thousand_rows(
    kind: str, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading ends where the list is too long, without looking at what is behind."""
    rows = [list(ALERT), *([*list(ALERT.values())[:3], f"{n}"] for n in range(3_000))]
    if kind == "xlsx":
        path = workbook(tmp_path, rows)
    else:
        path = tmp_path / "list.csv"
        lines = [",".join(row) for row in rows]
        path.write_text("\n".join([*lines, ("x" * 50 + "\n") * 100_000]), "utf-8")
    found = only(path, file)
    assert found.startswith(f"{sheets.MAX_ROWS + 1}:1: holds more than 1,000 rows")
    monkeypatch.setattr(sheets, "MAX_BYTES", 1_000)
    assert "is larger than" in only(path, file)


def test_a_cell_far_outside(tmp_path: Path, file: Path) -> None:
    book = Workbook()
    book.active["A1"], book.active["B1"], book.active["XFD1"] = "Scenario time", "Type", "x"
    assert "XFD1: holds something beyond column GR" in only(saved(tmp_path, book), file)


def test_letters_of_columns() -> None:
    assert [letters(n) for n in (1, 26, 27, 200, 702, 703, 16384)] == [
        "A", "Z", "AA", "GR", "ZZ", "AAA", "XFD",
    ]  # fmt: skip
    assert all(column_number(letters(n)) == n for n in range(1, 20_000, 37))


@given(st.text("='+-@\t\r \n;,\"aż＝", max_size=6))
def test_a_shielded_text_begins_with_nothing_that_runs(text: str) -> None:
    written = shielded(text)
    assert bared(written) == text
    assert not written.lstrip(" \n").startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6),
    MOMENTS.map(lambda moment: moment.replace(tzinfo=None)),
    st.sampled_from(["us", "russia", "call", "alert", "incident", "chiefs", "2022-09-02 10:00Z",
                     "fall", "[1, 2]", "5 min", "hostile", "stray_missile", "1", "-", "＝", "''"]),
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=6),
)  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(JUNK, min_size=1, max_size=18), max_size=6))
def test_whatever_a_list_holds_it_gives_a_scenario_or_problems(
    rows: list[list[Any]], tmp_path: Path
) -> None:
    heads = [column.heading for column in COLUMNS]
    file = bare(tmp_path)
    found: Imported | None
    try:
        found = imported(workbook(tmp_path, [heads, *rows]), file)
        problems = []
    except ScenarioError as error:
        found, problems = None, error.problems
    assert (found is None) == bool(problems)
    assert all(problem.rule and str(problem) for problem in problems)
    if found is not None:
        assert len(found.scenario.injects) == len(found.added)


# The commands.


def told(*words: object) -> Any:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_nothing_is_written_while_anything_is_wrong(tmp_path: Path, file: Path) -> None:
    out = tmp_path / "new.yaml"
    sheet = csv_list(tmp_path, FULL | {"To": "polnd"})
    done = told("events", "import", sheet, "--into", file, "--out", out)
    assert done.exit_code == 1
    assert f"{sheet}:2:5: E2 (To): names no actor" in done.output
    assert not out.exists()


def test_nothing_is_written_over_unasked(tmp_path: Path, file: Path) -> None:
    sheet = csv_list(tmp_path, FULL)
    done = told("events", "import", sheet, "--into", file, "--out", file)
    assert (done.exit_code, "exists already" in done.output) == (1, True)
    assert file.read_text("utf-8") == BARE
    assert told("events", "import", sheet, "--into", file, "--out", file, "--force").exit_code == 0
    out = tmp_path / "events.csv"
    assert told("events", "export", file, "--out", out).exit_code == 0
    done = told("events", "export", file, "--out", out)
    assert (done.exit_code, "exists already" in done.output) == (1, True)


def test_the_command_says_what_became_of_the_events(tmp_path: Path) -> None:
    old = "injects:\n  - {at: 2022-09-02T00:00Z, id: old, title: Old, alert: {actor: us}}\n"
    same = "  - {at: 2022-09-02T10:00Z, id: fall, title: Fell, alert: {actor: us}}\n"
    file = bare(tmp_path, BARE + old + same)
    new = FULL | {"Number": "", "Id": "", "Description": "New"}
    sheet, out = csv_list(tmp_path, FULL, new), tmp_path / "new.yaml"
    done = told("events", "import", sheet, "--into", file, "--out", out)
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0] == "0 as they were, 1 changed, 1 new, 1 taken out"
    assert lines[1].startswith("  changed: fall: Type, From, To, Description, Kind")
    assert lines[2:4] == ['  new: "New"', "  taken out: old"]
    assert told("check", out).exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "events.ods"], "must end in .xlsx or .csv"),
        (["--zone", "Warsaw", "--out", "e.csv"], 'write one such as "Europe/Warsaw"'),
        (["--column", "Nr=x", "--column", "numbr=y", "--out", "e.csv"], '"numbr" is no column'),
    ],
)
def test_a_wrong_export(
    words: list[str], said: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = told("events", "export", file, *words)
    assert done.exit_code == 1
    assert said in done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bare.yaml"]
