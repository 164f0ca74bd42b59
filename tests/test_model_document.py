"""The model document says what the program does: references, constants and the way to each test.

What it cannot check is whether an equation is the code's; it checks that every pointer leads
somewhere, that no constant is missing, and that whatever `compare` prints is accounted for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from commands import BLACK_SEA, MINIMAL, ROOT, deconflict, succeeded
from update_model_document import DOCUMENT, moved, refreshed

from sim.scenario import catalogue_rows, load
from sim.scenario.sections import SECTIONS
from sim.show.answer import lines_of
from sim.show.parameter_table import markdown_lines, parameter_rows
from sim.show.plain_answer import paragraph, power_lines
from sim.study.comparing import compare
from sim.study.comparison import Comparison
from sim.study.ensemble import COLUMNS

TEXT = DOCUMENT.read_text(encoding="utf-8")
EVIDENCE = (ROOT / "sim" / "EVIDENCE.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^#{2,3} (\d+(?:\.\d+)?)\.? (.+)$", re.MULTILINE)
LIST = r"((?:\d+(?:\.\d+)?)(?:(?:, | and | to )\d+(?:\.\d+)?)*)"
NUMBER = re.compile(r"\d+(?:\.\d+)?")
SUFFIXES = {".py", ".md", ".yaml"}
ODD = (
    "Purpose and patterns",
    "Entities, state variables and scales",
    "Process overview and scheduling",
    "Design concepts",
    "Initialisation",
    "Input data",
    "Submodels",
)
CONCEPTS = (
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction",
    "Sensing", "Interaction", "Stochasticity", "Collectives", "Observation",
)  # fmt: skip
STRESS = (
    "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5.1", "2.5.2", "2.5.3", "2.5.4", "2.5.5",
    "3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1",
)  # fmt: skip
NEVER_A_MEASURE = {"world"}
"""What is read of every world without being told: its number."""


def headings(text: str) -> dict[str, str]:
    """Return the numbered headings of a document."""
    return dict(HEADING.findall(text))


MODEL, FACTS = headings(TEXT), headings(EVIDENCE)


def citations(text: str, of: str) -> list[str]:
    """Return the section numbers a text cites of a document, such as "model 7.7 to 7.16"."""
    found = re.findall(rf"\b{of} {LIST}", re.sub(r"\s*\n[\s#]*", " ", text), re.IGNORECASE)
    return [number for numbers in found for number in NUMBER.findall(numbers)]


def lost(text: str, of: str, known: dict[str, str]) -> list[str]:
    """Return the cited sections that do not exist, or that are divided and cited as a whole."""
    divided = {number.partition(".")[0] for number in known if "." in number}
    return [n for n in citations(text, of) if n not in known or n in divided]


def sources() -> list[Path]:
    """Return the files that may cite a document."""
    folders = (ROOT / "sim", ROOT / "scenarios")
    files = [path for folder in folders for path in sorted(folder.rglob("*"))]
    return [path for path in files if path.suffix in SUFFIXES]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# Shape.


def test_the_document_has_the_seven_parts_of_odd_in_their_order() -> None:
    assert tuple(MODEL[str(number)] for number in range(1, 8)) == ODD
    assert tuple(MODEL[f"4.{number}"] for number in range(1, 12)) == CONCEPTS


def test_headings_are_numbered_without_a_gap() -> None:
    numbers = [tuple(map(int, number.split("."))) for number in MODEL]
    for before, after in pairwise(numbers):
        deeper, next_one = (*before, 1), (*before[:-1], before[-1] + 1)
        assert after in (deeper, next_one, (before[0] + 1,)), (before, after)


def test_every_item_of_the_checklist_is_answered() -> None:
    _, _, checklist = TEXT.partition("## Appendix B. STRESS-DES checklist")
    rows = re.findall(r"^\| (\d\S*) [^|]+\| ([^|]+) \|$", checklist, re.MULTILINE)
    assert tuple(item for item, _ in rows) == STRESS
    cited = {number for _, answer in rows for number in re.findall(r"\b\d+\.\d+\b", answer)}
    assert cited - MODEL.keys() - {"3.11"} == set()  # 3.11 is Python's


# References.


@pytest.mark.parametrize("path", sources(), ids=name)
def test_a_cited_section_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert lost(text, "model", MODEL) == [], "cite the narrowest section of sim/MODEL.md"
    assert [n for n in citations(text, "evidence") if n not in FACTS] == []


def test_a_citation_that_leads_nowhere_is_seen() -> None:
    assert lost("see model 7.7 to 7.99", "model", MODEL) == ["7.99"]
    assert lost("why (model 5)", "model", MODEL) == ["5"]
    assert lost("over two lines (model\n    # 7.98)", "model", MODEL) == ["7.98"]
    assert lost("model 7.10 and 7.11; section 3", "model", MODEL) == []


# Constants.


def test_the_tables_are_the_catalogues() -> None:
    """One command writes them anew: python tests/update_model_document.py."""
    assert list(moved(TEXT, refreshed(TEXT))) == []


def test_a_table_that_is_not_the_catalogues_is_seen() -> None:
    wrong = TEXT.replace("| `beta` | 1/intensity² | 40 |", "| `beta` | 1/intensity² | 41 |")
    assert len(list(moved(wrong, refreshed(wrong)))) == 2


def test_the_tables_hold_every_value_once() -> None:
    lines = list(markdown_lines(parameter_rows()))
    rows = [line for line in lines if line.startswith("| `")]
    assert len(rows) == len(parameter_rows()) > len(catalogue_rows()) > 300


def test_sections_of_constants_are_headings_in_their_order() -> None:
    assert {number: MODEL[number] for number in SECTIONS} == SECTIONS
    assert list(SECTIONS) == [number for number in MODEL if number in SECTIONS]
    assert {row.section for row in parameter_rows()} == set(SECTIONS)


@cache
def section(number: str) -> str:
    """Return the text of one section."""
    _, _, rest = TEXT.partition(f"\n### {number} ")
    return re.split(r"\n##+ ", rest)[0]


def test_a_constant_is_named_where_its_equation_is() -> None:
    missing = [
        f"{row.name} in {row.section}"
        for row in catalogue_rows()
        if row.group == "model" and not re.search(rf"(?<!\w){row.name}(?!\w)", section(row.section))
    ]
    assert missing == []


def test_the_command_prints_the_tables_of_the_document(tmp_path: Path) -> None:
    printed = succeeded(deconflict("parameters", "--format", "markdown", cwd=tmp_path))
    assert printed.strip() in TEXT


def test_the_command_filters_by_grade_in_every_form(tmp_path: Path) -> None:
    for form, mark in (("csv", ",sourced,"), ("markdown", "| sourced |"), ("text", "[sourced]")):
        words = ("parameters", "--grade", "sourced", "--format", form)
        printed = succeeded(deconflict(*words, cwd=tmp_path))
        assert printed.count(mark) == sum(row.grade == "sourced" for row in parameter_rows())
    assert succeeded(deconflict("parameters", "--csv", cwd=tmp_path)).startswith("group,name,unit")
    assert deconflict("parameters", "--format", "tables", cwd=tmp_path).returncode == 1


# From a line of the answer to its test.


class Way(NamedTuple):
    """One row of the table that leads from the answer to the tests."""

    quotes: tuple[str, ...]
    measures: tuple[str, ...]
    sections: tuple[str, ...]
    constants: tuple[str, ...]
    tests: tuple[str, ...]


def ways() -> Iterator[Way]:
    table = section("8.2")
    for line in re.findall(r'^\| (".+) \|$', table, re.MULTILINE):
        said, measures, sections, constants, tests = line.split(" | ")
        yield Way(
            tuple(re.findall(r'"([^"]+)"', said)),
            tuple(re.findall(r"`([^`]+)`", measures)),
            tuple(sections.split()),
            tuple(re.findall(r"`([^`]+)`", constants)),
            tuple(re.findall(r"`([^`]+)`", tests)),
        )


WAYS = tuple(ways())
QUOTES = tuple(quote for way in WAYS for quote in way.quotes)


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.quotes[0])
def test_a_way_leads_to_what_exists(way: Way) -> None:
    known = {row.name for row in parameter_rows()}
    assert [m for m in way.measures if m not in COLUMNS] == []
    assert [s for s in way.sections if s not in MODEL] == []
    assert [c for c in way.constants if c not in known] == []
    assert way.sections
    assert way.tests
    for test in way.tests:
        file, _, function = test.partition("::")
        assert function in functions(file), test


class Answer(NamedTuple):
    """What one comparison prints, and the measures it read for it."""

    lines: tuple[str, ...]
    sentences: tuple[str, ...]
    measures: frozenset[str]


def answer(path: Path, arms: str, given: str | None, worlds: int) -> Answer:
    """Return what `compare` prints of a small run; the measures it reads are noted on the way."""
    found = compare(load(path), worlds=worlds, seed=2, arms=arms, given=given)
    read: set[str] = set()

    class Watched(Comparison):
        def column(self, arm: str, measure: str) -> np.ndarray:
            read.add(measure)
            return super().column(arm, measure)

    watched = Watched(**{name: getattr(found, name) for name in found.__dataclass_fields__})
    lines = [line for line in lines_of(watched) if line]
    told = " ".join(" ".join(paragraph(watched)).split())
    lines += power_lines(load(path), 2, 1, given)
    return Answer(
        tuple(lines), tuple(re.split(r"(?<=\.) (?=[A-Z])|(?<=\.) (?=\w+: )", told)), frozenset(read)
    )


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    return [
        answer(MINIMAL, "oracle,as_used_2022", None, 30),
        answer(MINIMAL, "oracle,as_designed", "weapon_release", 40),
        answer(BLACK_SEA, "as_designed,oracle", None, 4),
    ]


def test_every_measure_that_is_printed_has_its_way(answers: list[Answer]) -> None:
    read = frozenset().union(*(each.measures for each in answers)) - NEVER_A_MEASURE
    assert len(read) > 40
    assert sorted(read - {measure for way in WAYS for measure in way.measures}) == []


def test_no_way_begins_at_a_measure_that_is_not_printed(answers: list[Answer]) -> None:
    read = frozenset().union(*(each.measures for each in answers))
    assert sorted({measure for way in WAYS for measure in way.measures} - read) == []


def test_every_sentence_has_its_way(answers: list[Answer]) -> None:
    sentences = [sentence for each in answers for sentence in each.sentences if sentence]
    assert len(sentences) > 20
    assert [s for s in sentences if not any(quote in s for quote in QUOTES)] == []


def test_every_row_of_the_means_has_its_way(answers: list[Answer]) -> None:
    for each in answers:
        begin = next(n for n, line in enumerate(each.lines) if line.startswith("Mean per world"))
        labels = []
        for line in each.lines[begin + 3 :]:
            label = re.split(r"\s{2,}", line.strip())[0]
            if "against" in label and "reference" not in label:
                break
            labels.append(label)
        assert len(labels) >= 19
        assert [label for label in labels if label not in QUOTES] == []


def test_every_title_and_note_has_its_way(answers: list[Answer]) -> None:
    titles = re.compile(
        r"^(Share of|.+ against .+ in the same|Mean per|Paired|Crises by|Given inc|How the|Peak"
        r"|Intervals|Bounds|If abs|Pilot|Power)"
    )
    found = [line for each in answers for line in each.lines if titles.match(line)]
    assert len(found) > 25
    assert [line for line in found if not any(quote[:40] in line for quote in QUOTES)] == []


def test_every_quote_is_printed(answers: list[Answer]) -> None:
    """What no small run happens to print stands in the code that would print it."""
    printed = " ".join(" ".join(" ".join(each.lines) for each in answers).split())
    printed += " ".join(sentence for each in answers for sentence in each.sentences)
    for module in ("answer", "plain_answer", "unknown"):
        tree = ast.parse((ROOT / "sim" / "show" / f"{module}.py").read_text(encoding="utf-8"))
        printed += " ".join(
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
    assert [quote for quote in QUOTES if quote not in printed] == []
