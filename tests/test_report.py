"""The page of a result folder: self-contained, the same each time, and honest about nulls."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from browser import browsing, check_page, needs_browser
from commands import MINIMAL, deconflict, short_scenario, succeeded

import sim
from sim.errors import ResultsError
from sim.language import PSEUDO
from sim.show.inline_svg import drawing
from sim.show.report import PARTS
from sim.show.short_answer import Answer, answer
from sim.study.folder import HISTORIES, MANIFEST
from sim.study.rows import Rows

HOSTILE_TITLE = '<script>alert("1")</script> & <img src=x onerror=y> \u202eabc ' + "w" * 90


class Seen(HTMLParser):
    """Everything of a page that a test asks about."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._quiet = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self._quiet += tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.words.append(data)

    @property
    def text(self) -> str:
        """The page's text with single spaces."""
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> Iterator[dict[str, str]]:
        """Yield the attributes of every element of a kind."""
        return (attributes for name, attributes in self.tags if name == tag)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result folder of worlds among which one goes better and one goes worse."""
    out = tmp_path_factory.mktemp("found") / "result"
    sim.compare(MINIMAL, worlds=13, arms="as_designed,as_used_2022", out=out)
    return out


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    """Its report."""
    return sim.report(folder).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def seen(page: str) -> Seen:
    """What stands in it."""
    return Seen(page)


def test_the_page_loads_nothing_and_runs_nothing(page: str, seen: Seen) -> None:
    tags = {name for name, _ in seen.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "form", "audio"}
    for _, attributes in seen.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "xlink:href", "action", "srcset", "data"):
                assert value.startswith(("#", "data:image/png;base64,")), (name, value)
    style = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = (m for m in seen.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy["content"].startswith("default-src 'none'")


def test_the_same_folder_gives_the_same_page(folder: Path, page: str, tmp_path: Path) -> None:
    out = tmp_path / "again.html"
    said = succeeded(deconflict("report", folder, "--out", out, cwd=tmp_path))
    assert said.strip() == f"Report in {out}"
    assert out.read_bytes() == page.encode()
    assert str(Path.cwd()) not in page


def test_every_part_is_there_in_order_under_one_heading(seen: Seen) -> None:
    levels = [int(name[1]) for name, _ in seen.tags if re.fullmatch(r"h[1-6]", name)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert [part["id"] for part in seen.all("section")] == [name for name, _ in PARTS]
    links = [a["href"][1:] for a in seen.all("a") if a["href"].startswith("#")]
    ids = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    assert set(links) <= set(ids)
    assert len(ids) == len(set(ids))


def test_every_figure_is_told_in_words_and_in_a_table(page: str, seen: Seen) -> None:
    figures = re.findall(r'<figure id="([^"]+)">(.*?)</figure>', page, re.DOTALL)
    names = {name.removeprefix("figure-") for name, _ in figures}
    assert {"risk", "survival-3", "peaks-as-designed", "timeline", "map"} <= names
    for name, inside in figures:
        (told,) = re.findall(r'<svg role="img" aria-label="([^"]+)"', inside)
        assert len(told) > 80, name
        assert "<table" in inside, name
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        assert "<caption>" in table
        rows = re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
        cells = {row.count("<th") + row.count("<td") for row in rows}
        assert len(cells) == 1, table[:200]


def test_the_answer_is_three_sentences_with_every_share_and_what_remains(
    folder: Path, seen: Seen
) -> None:
    found = sim.reopen(folder)
    for arm in found.others:
        shares = found.shares(arm, 3)
        text = seen.text
        assert f"In {shares.helped.events:,} (" in text
        assert f"in {shares.harmed.events:,} (" in text
        assert f"in {shares.unchanged.events:,} (" in text
    assert "What remains: " in seen.text
    assert "None of these arms removes all risk." in seen.text


def _lived(folder: Path, without: Sequence[int], under: Sequence[int]) -> Answer:
    """Return the answer of a comparison with crises in the given worlds of thirteen."""
    found = sim.reopen(folder)
    table, arm = found.histories, "as_designed"
    arms, worlds = (table.column(name).to_pylist() for name in ("arm", "world"))
    at = table.column_names.index("reached_3")
    crises = {found.reference: without, arm: under}
    now = [int(w in crises.get(a, ())) for a, w in zip(arms, worlds, strict=True)]
    column = pa.array(now, table.schema.field(at).type)
    rows = Rows(table.set_column(at, table.schema.field(at), column), found.arms)
    return answer(replace(found, rows=rows), arm)


@pytest.mark.parametrize(
    ("without", "under", "heading", "text"),
    [
        ((), (), "Nothing detectable changed: that is a result", "nothing to avert"),
        ((1, 2, 3), (2, 3, 4), "Nothing detectable changed: that is a result",
         "That is not proof that the line does nothing"),
        ((), range(9), "Under this arm it came to more crises", "This arm did harm: "),
        (range(9), (), "Under this arm it came to fewer crises", "In no world did it make"),
        (range(11), (12,), "Under this arm it came to fewer crises", "That is a balance: in 1 "),
    ],
)  # fmt: skip
def test_a_null_result_a_harm_and_a_help_are_each_told_as_what_they_are(
    folder: Path, without: Sequence[int], under: Sequence[int], heading: str, text: str
) -> None:
    found = _lived(folder, without, under)
    assert found.verdict.heading == heading
    assert text in found.verdict.text
    helped, harmed = set(without) - set(under), set(under) - set(without)
    first, second, third = found.sentences
    assert f"{len(without)} saw a crisis" in first
    assert f"In {len(helped)} (" in second
    assert f"in {len(harmed)} (" in second
    assert third.startswith("What remains: ")
    assert found.bar[0] == pytest.approx(100 * len(helped) / 13)


def test_a_null_result_stands_in_the_page_as_a_result(seen: Seen) -> None:
    assert "that is a result" in seen.text


def test_a_world_that_went_better_and_one_that_went_worse_are_told(
    folder: Path, page: str, seen: Seen
) -> None:
    found = sim.reopen(folder)
    rises = {
        arm: found.column(arm, "peak") - found.column(found.reference, "peak")
        for arm in found.others
    }
    assert min(int(rise.min()) for rise in rises.values()) < 0
    assert max(int(rise.max()) for rise in rises.values()) > 0
    better, worse = re.findall(r"World (\d+), in which it went (better|worse)", seen.text)
    assert (better[1], worse[1]) == ("better", "worse")
    arm = re.search(r"in which it went worse under (\w+)", seen.text)
    assert arm is not None
    world = int(worse[0])
    row = found.column(found.reference, "world").tolist().index(world)
    assert rises[arm[1]][row] == max(int(rise.max()) for rise in rises.values())
    assert "by a rule and not by hand" in seen.text
    assert page.count('<p class="parting">They part on ') == 2


def test_where_no_world_went_worse_the_page_says_so(tmp_path: Path) -> None:
    out = tmp_path / "calm"
    sim.compare(short_scenario(tmp_path, "5 d"), worlds=2, arms="as_used_2022", out=out)
    text = Seen(sim.report(out).read_text(encoding="utf-8")).text
    assert "there is no world to tell in which one made it worse" in text
    assert "Nothing went another way: that is a result" in text


def test_what_is_assumed_and_how_to_come_to_it_again_stand_there(
    folder: Path, seen: Seen, tmp_path: Path
) -> None:
    assert "deconflict compare minimal.yaml --worlds 13 --seed 1" in seen.text
    told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for checked in (told["scenario_sha256"], told["content_sha256"]):
        assert checked in seen.text
    for row in ("suspicion_hostile", "moment_share", "resolve"):
        assert row in seen.text
    assert "no source" in seen.text
    (tmp_path / "minimal.yaml").write_text(told["scenario_text"], encoding="utf-8")
    command = re.search(r"deconflict (compare minimal.yaml .*?) --report", seen.text)
    assert command is not None
    words = [*command[1].split(), "--no-figures", "--quiet", "--workers", "1"]
    succeeded(deconflict(*words, cwd=tmp_path))
    again = json.loads((tmp_path / "result" / MANIFEST).read_text(encoding="utf-8"))
    assert again["content_sha256"] == told["content_sha256"]


def test_what_a_scenario_says_stays_text(tmp_path: Path) -> None:
    path = short_scenario(tmp_path, "5 d")
    text = path.read_text(encoding="utf-8")
    title = json.dumps(HOSTILE_TITLE)
    text = re.sub(r"^scenario: .*$", lambda _: f"scenario: {title}", text, flags=re.MULTILINE)
    text = re.sub(r"^question: .*$", lambda _: f"question: {title}", text, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")
    out = tmp_path / "hostile"
    sim.compare(path, worlds=2, arms="oracle", out=out)
    seen = Seen(sim.report(out).read_text(encoding="utf-8"))
    assert not list(seen.all("script"))
    assert not list(seen.all("img"))
    assert '<script>alert("1")</script>' in seen.text


def test_a_figure_that_was_tampered_with_cannot_load_or_run(tmp_path: Path) -> None:
    svg = tmp_path / "risk.svg"
    svg.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'viewBox="0 0 9 9"><script>x()</script><foreignObject><b/></foreignObject>'
        '<image href="https://example.org/a.png"/><a href="https://example.org"><path/></a>'
        '<path id="p" onclick="x()" style="fill:url(https://example.org/b)" d="M0 0"/>'
        '<use xlink:href="#p"/><rect clip-path="url(#p)"/></svg>',
        encoding="utf-8",
    )
    inside = drawing(svg, "a-").inside
    assert "example.org" not in inside
    assert "x()" not in inside
    root = ET.fromstring(f"<g>{inside}</g>")
    assert [child.tag for child in root] == ["image", "path", "use", "rect"]
    assert root[0].attrib == {}
    assert root[2].attrib == {"href": "#a-p"}
    assert root[3].attrib == {"clip-path": "url(#a-p)"}


# What cannot be told.


def _refused(folder: Path) -> str:
    """Return why no report can be made of a folder; nothing may be left behind by the attempt."""
    before = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    with pytest.raises(ResultsError) as told:
        sim.report(folder, force=True)
    assert before == (sorted(path.name for path in folder.iterdir()) if folder.is_dir() else [])
    return str(told.value)


def _changed(folder: Path, tmp_path: Path, **values: object) -> Path:
    """Return a copy of a folder whose manifest says something else."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    told = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    (copy / MANIFEST).write_text(json.dumps(told | values), encoding="utf-8")
    return copy


def test_a_page_is_never_written_over_unasked(folder: Path, page: str) -> None:
    with pytest.raises(ResultsError, match="exists already"):
        sim.report(folder)
    with pytest.raises(ResultsError, match="make it, or give --out another place"):
        sim.report(folder, out=folder / "no" / "such" / "page.html")
    assert (folder / "report.html").read_text(encoding="utf-8") == page


def test_what_is_no_result_folder_is_refused(tmp_path: Path) -> None:
    assert "there is no such folder" in _refused(tmp_path / "absent")
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    assert "is a file" in _refused(file)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "manifest.json" in _refused(empty)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"seed": "one"}, "seed: "),
        ({"scenario_text": ""}, "made in Python"),
        ({"scenario_text": "format: 1\n"}, "is refused by this version"),
        ({"scenario_sha256": "0" * 64}, "does not have the scenario_sha256"),
        ({"arms": ["without_line", "no_such"]}, '"no_such" is no arm'),
        ({"arms": ["as_designed"]}, "lacks the reference"),
        ({"content_sha256": "0" * 64}, "do not have the content_sha256"),
    ],
)
def test_a_folder_that_does_not_agree_with_itself_is_refused(
    folder: Path, tmp_path: Path, values: dict[str, object], message: str
) -> None:
    assert message in _refused(_changed(folder, tmp_path, **values))


def test_rows_that_are_cut_off_missing_or_of_another_version_are_refused(
    folder: Path, tmp_path: Path
) -> None:
    copy = _changed(folder, tmp_path)
    rows = (folder / HISTORIES).read_bytes()
    (copy / HISTORIES).write_bytes(rows[: len(rows) // 2])
    assert "cannot be read" in _refused(copy)
    pq.write_table(pq.read_table(folder / HISTORIES).drop(["peak"]), copy / HISTORIES)
    assert 'lacks the column "peak"' in _refused(copy)
    (copy / HISTORIES).unlink()
    assert "run the comparison again" in _refused(copy)


def test_a_story_that_would_come_out_otherwise_is_not_told(folder: Path, tmp_path: Path) -> None:
    """Rows that agree with their checksum, and yet are not what this version lives through."""
    from sim.study.rows import content_sha256

    copy = _changed(folder, tmp_path)
    table = pq.read_table(copy / HISTORIES)
    at = table.column_names.index("recorded")
    moved = [value + 1 for value in table.column("recorded").to_pylist()]
    field = table.schema.field("recorded")
    table = table.set_column(at, field, pa.array(moved, field.type))
    pq.write_table(table, copy / HISTORIES)
    told = json.loads((copy / MANIFEST).read_text(encoding="utf-8"))
    told["content_sha256"] = content_sha256(table)
    (copy / MANIFEST).write_text(json.dumps(told), encoding="utf-8")
    text = Seen(sim.report(copy, force=True).read_text(encoding="utf-8")).text
    assert "so its story cannot be told here" in text


def test_compare_writes_the_report_at_once(tmp_path: Path) -> None:
    path = short_scenario(tmp_path, "5 d")
    words = ["compare", path, "--worlds", 2, "--arms", "oracle", "--report", "--out", "found"]
    said = succeeded(deconflict(*words, cwd=tmp_path))
    assert "report.html" in said
    page = (tmp_path / "found" / "report.html").read_text(encoding="utf-8")
    assert sim.report(tmp_path / "found", force=True).read_text(encoding="utf-8") == page


@needs_browser
def test_a_browser_finds_no_barrier_and_asks_for_nothing(folder: Path, page: str) -> None:
    with browsing() as browser:
        check_page(browser, folder / "report.html")


# In another language.


@pytest.fixture(scope="module")
def strange(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report with every letter of its sentences changed."""
    out = tmp_path_factory.mktemp("strange") / "page.html"
    return sim.report(folder, out=out, language=PSEUDO).read_text(encoding="utf-8")


def test_no_sentence_of_the_page_stands_in_no_catalogue(folder: Path, strange: str) -> None:
    found = sim.reopen(folder)
    named = set(found.arms)
    intervals = {found.risk(arm, 3).interval for arm in found.arms}
    intervals |= {found.risk_difference(arm, 3).interval for arm in found.others}
    own = " ".join((MINIMAL.read_text(encoding="utf-8"), *(i.method for i in intervals), *named))
    known = set(re.findall(r"[A-Za-z]{3,}", own)) | {
        "UTC",
        "deconflict",
        "Kaplan",
        "Meier",
        "log",
        "NATO",
        "Western",
    }
    body = re.sub(r"<(style|code)>.*?</\1>", "", strange, flags=re.DOTALL)
    until = body.index('<section id="assumptions"')
    seen = Seen(body[:until])
    labels = " ".join(held.get("aria-label", "") for _, held in seen.tags)
    plain = set(re.findall(r"(?<![\w-])[A-Za-z]{3,}(?![\w-])", f"{seen.text} {labels}"))
    assert sorted(plain - known) == []
    assert "Ŵĥáť" not in strange  # a title is written as the catalogue has it
    assert 'lang="el"' in strange


def test_a_page_in_another_language_leaves_the_folder_as_it_was(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    out = sim.report(folder, language="pl")
    assert out.name == "report_pl.html"
    page = out.read_text(encoding="utf-8")
    out.unlink()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert '<html lang="pl">' in page
    assert "Robocze tłumaczenie, niesprawdzone." in page
    assert "Odpowiedź" in page
    assert "Skip to the answer" not in page
    assert sim.report(folder, language="pl").read_text(encoding="utf-8") == page
    out.unlink()


def test_a_language_without_a_catalogue_is_named(folder: Path, tmp_path: Path) -> None:
    said = deconflict("report", folder, "--language", "xx", cwd=tmp_path)
    assert said.returncode == 1
    assert '--language: there is no catalogue for "xx"; there are de, en, pl, ru, uk' in said.stderr
