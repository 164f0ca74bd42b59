"""Every rule of the format, by a file that breaks it and the message it must get."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from sim.errors import Problem, ScenarioError
from sim.scenario import content_hash, load, loads, problems, template
from sim.scenario.files import MAX_BYTES
from sim.scenario.reading import MAX_DEPTH

BAD = sorted((Path(__file__).parent / "bad_scenarios").glob("*.yaml"))
EXPECT = "# expect: "


def expected(path: Path) -> list[str]:
    """Return the messages that a file's first lines announce."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(EXPECT) for line in lines if line.startswith(EXPECT)]


@cache
def told(path: Path) -> tuple[Problem, ...]:
    """Return the problems of one of the bad files, found once."""
    return tuple(problems(path))


def messages(path: Path) -> list[str]:
    """Return the problems of a file as they are printed, without the file's name."""
    return [str(problem).removeprefix(f"{path}:").lstrip() for problem in told(path)]


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_a_broken_rule_gets_its_message(path: Path) -> None:
    assert expected(path)
    assert messages(path) == expected(path)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_only_errors_keep_a_scenario_from_loading(path: Path) -> None:
    errors = [problem for problem in told(path) if not problem.warning]
    if not errors:
        assert load(path).forces
        return
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert caught.value.problems == errors


def test_there_is_a_file_for_every_rule_of_the_checks() -> None:
    """Each rule that a check states stands in some expectation, so none goes unseen."""
    said = "\n".join(line for path in BAD for line in expected(path))
    for rule in (
        "unknown key", "is required", "names no actor", "names no area", "names no site",
        "names no channel", "names no bloc", "exactly two blocs", "more than one leader",
        "is given twice", "nothing tells this row", "crosses or touches itself", "encloses no area",
        "lies outside the map", "beyond the edge of the map", "must lie in", "opposite blocs",
        "which kind it builds on", "no kind of channel", "no kind of incident", "no kind of unit",
        'named "line" is required', "staffing hours", "beyond a_max", "cannot be set in an arm",
        "cannot differ by the hour", "do not build on one another", "tags are not allowed",
        "a second document", "holds more than", "must be finite",
    ):  # fmt: skip
        assert rule in said, rule


def one(path: Path) -> Problem:
    """Return the only problem of a file."""
    (found,) = problems(path)
    return found


def written(tmp_path: Path, content: bytes | str) -> Path:
    path = tmp_path / "scenario.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_flow_nesting_beyond_the_limit(tmp_path: Path) -> None:
    found = one(written(tmp_path, "[" * 5000))
    assert found.rule == f"must not nest deeper than {MAX_DEPTH} levels"
    assert (found.line, found.column) == (1, MAX_DEPTH + 2)


def test_block_nesting_beyond_the_limit(tmp_path: Path) -> None:
    text = "\n".join(" " * level + "a:" for level in range(1300))
    found = one(written(tmp_path, text))
    assert found.rule == f"must not nest deeper than {MAX_DEPTH} levels"
    assert found.line == MAX_DEPTH + 1


def test_nesting_by_aliases_counts(tmp_path: Path) -> None:
    links = "\n".join(f"a{n}: &a{n} [[*a{n - 1}]]" for n in range(1, 40))
    found = problems(written(tmp_path, f"a0: &a0 [1]\n{links}\n"))
    assert "nest deeper" in found[0].rule


def test_a_file_beyond_the_size_limit_is_not_read(tmp_path: Path) -> None:
    found = one(written(tmp_path, b"#" * (MAX_BYTES + 1)))
    assert found.rule == "is larger than 1000 kB"


def test_a_file_of_the_greatest_size_is_read(tmp_path: Path) -> None:
    text = template("large")
    path = written(tmp_path, text + "#" * (MAX_BYTES - len(text.encode())))
    assert load(path).scenario == "large"


def test_a_file_with_too_many_values(tmp_path: Path) -> None:
    found = one(written(tmp_path, f"a: [{'1, ' * 30_000}]"))
    assert "holds more than 20,000 values" in found.rule


def test_text_that_is_not_utf8_gives_the_byte(tmp_path: Path) -> None:
    found = one(written(tmp_path, b"format: 1\nscenario: Caf\xe9\n"))
    assert found.rule == "must be UTF-8 text"
    assert found.value == "byte 0xe9 at offset 23"
    assert (found.line, found.column) == (2, 14)


def test_utf16_is_refused(tmp_path: Path) -> None:
    found = one(written(tmp_path, template("wide").encode("utf-16")))
    assert found.rule == "must be UTF-8 text"


def test_a_byte_order_mark_is_welcome(tmp_path: Path) -> None:
    assert load(written(tmp_path, b"\xef\xbb\xbf" + template("marked").encode()))
    assert loads("\ufeff" + template("marked"))


def test_line_ends_of_windows_are_welcome(tmp_path: Path) -> None:
    text = template("ends")
    found = load(written(tmp_path, text.replace("\n", "\r\n")))
    assert content_hash(found) == content_hash(loads(text))


def test_a_nul_byte(tmp_path: Path) -> None:
    found = one(written(tmp_path, "format: 1\nscenario: a\0b\n"))
    assert found.rule == "a text file must not hold control characters"
    assert (found.line, found.column) == (2, 12)


def test_a_folder(tmp_path: Path) -> None:
    assert one(tmp_path).rule == "is a folder, not a scenario file"


def test_a_missing_file(tmp_path: Path) -> None:
    assert one(tmp_path / "none.yaml").rule == "there is no such file"


def test_a_file_inside_a_file(tmp_path: Path) -> None:
    path = written(tmp_path, "format: 1\n")
    assert one(path / "inner.yaml").rule.startswith("cannot be read")


def test_a_name_with_a_nul(tmp_path: Path) -> None:
    assert one(tmp_path / "a\0b").rule.startswith("cannot be read")


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, template("shut"))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    found = one(path)
    assert found.rule == "cannot be read: Permission denied"
    assert found.hint


def test_every_problem_is_told_at_once() -> None:
    text = template("many").replace("duration: 90 d", "duration: 90 days")
    text = text.replace("actor: poland", "actor: pollnd").replace("{weight: 0.2}", "{weigth: 0.2}")
    with pytest.raises(ScenarioError) as caught:
        loads(text, "many.yaml")
    assert [problem.path for problem in caught.value.problems] == [
        "duration", "forces[convoys].actor", "arms.unbelieved.line.weigth",
    ]  # fmt: skip
    assert all(problem.line > 0 for problem in caught.value.problems)
    assert str(caught.value).count("many.yaml:") == 3


def test_values_cannot_forge_a_terminal(tmp_path: Path) -> None:
    text = template("x").replace("actor: poland", 'actor: "\\u0085red\\u200e"')
    text = text.replace("chiefs: null", '"\\u200ered": null')
    found = problems(written(tmp_path, text))
    assert len(found) == 2
    assert all(str(problem).isprintable() for problem in found)
