"""The house rules that a machine can check: imports go down, numbers have names, nothing strays."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import ROOT

SIM = ROOT / "sim"
MODULES = sorted(SIM.rglob("*.py"))

LEVELS = {
    "draws": 0, "records": 0, "errors": 0, "language": 1,
    "scenario": 1, "world": 2, "crisis": 3, "study": 4, "show": 5, "handouts": 6, "workshop": 7,
    "drawn": 7, "spaces": 7, "against_record": 7, "results": 7, "api": 8,
    "terminal": 8, "record_commands": 9,
    "space_commands": 9, "report_commands": 9, "card_commands": 9, "event_commands": 9,
    "handout_commands": 9, "workshop_commands": 9, "compare_commands": 10,
    "cli": 11, "__main__": 12,
}  # fmt: skip
"""How high a part of ``sim`` stands; each may import what stands lower, and itself."""

KEPT = {"matplotlib": {"show"}, "simpy": {"crisis", "workshop"}}
"""Libraries that only some parts may import."""

PLAIN = {0, 1, 2, 0.5}
"""Numbers that need no name: none, one, both, half."""

LIVE = {"workshop"}
"""Parts that run beside people, by the clock on the wall and with secrets of their own."""

LONGEST = 450
CATALOGUES = {"sim/scenario/parameters.py"}
"""Files that are lists, one entry after another, and may be as long as what they list."""

WRITTEN = {".py", ".md", ".yaml", ".yml", ".toml", ".txt", ".ipynb", ".html", ".css", ".js", ""}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _part(path: Path) -> str:
    """Return the part of ``sim`` a module belongs to."""
    return path.relative_to(SIM).parts[0].removesuffix(".py")


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), _name(path))


def _imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield every module that running the code may import, wherever it stands, with its line."""
    for_checkers = {
        id(below)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for below in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in for_checkers:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            assert node.module is not None
            yield node.module, node.lineno
            if node.module == "sim":
                yield from ((f"sim.{alias.name}", node.lineno) for alias in node.names)


def _climbs(part: str, tree: ast.Module) -> list[str]:
    """Return the imports of a module in ``part`` that do not go down."""
    found = []
    for name, line in _imports(tree):
        root, _, rest = name.partition(".")
        if root == "sim" and rest:
            other = rest.partition(".")[0]
            if other != part and LEVELS[other] >= LEVELS[part]:
                found.append(f"line {line}: {part} imports {name}")
        elif part not in KEPT.get(root, {part}):
            found.append(f"line {line}: {part} imports {name}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_go_down(path: Path) -> None:
    # The top of the package hands out the interface by name, and imports it only when asked.
    if path != SIM / "__init__.py":
        assert _climbs(_part(path), _parsed(path)) == []


def test_an_import_that_goes_up_is_seen() -> None:
    tree = ast.parse("from sim.show import style\nimport sim.world\nimport matplotlib.pyplot")
    assert len(_climbs("crisis", tree)) == 2
    assert len(_climbs("show", tree)) == 0
    assert _climbs("world", ast.parse("if TYPE_CHECKING:\n    from sim.api import Played")) == []
    assert len(_climbs("scenario", ast.parse("def f():\n    from sim import api, errors"))) == 1


def _bare_numbers(tree: ast.Module) -> list[str]:
    """Return the numbers that stand without a name: outside constants, enums and field values."""
    named: set[int] = set()
    for node in ast.walk(tree):
        constant = node in tree.body and isinstance(node, ast.Assign | ast.AnnAssign)
        enum = isinstance(node, ast.ClassDef) and any(
            ast.unparse(base).endswith(("Enum", "Flag")) for base in node.bases
        )
        if constant or enum:
            named |= {id(below) for below in ast.walk(node)}
    return [
        f"line {node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
        and node.value not in PLAIN
        and id(node) not in named
    ]


@pytest.mark.parametrize("path", [p for p in MODULES if _part(p) in ("world", "crisis")], ids=_name)
def test_numbers_have_names(path: Path) -> None:
    assert _bare_numbers(_parsed(path)) == []


def test_a_bare_number_is_seen() -> None:
    tree = ast.parse("A = 7\nclass E(IntEnum):\n    X = 9\ndef f(x=3):\n    return x * 0.4 + 1")
    assert _bare_numbers(tree) == ["line 4: 3", "line 5: 0.4"]


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_says_what_it_is_for_and_stays_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "has no docstring"
    if _name(path) not in CATALOGUES:
        assert len(text.splitlines()) <= LONGEST


@pytest.mark.parametrize("path", [m for m in MODULES if _part(m) not in LIVE], ids=_name)
def test_no_luck_or_time_from_outside(path: Path) -> None:
    tree = _parsed(path)
    taken = {name for name, _ in _imports(tree)}
    assert not taken & {"random", "secrets", "uuid", "numpy.random", "time"}
    called = {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    clocks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
    assert not called & ({"hash"} | clocks)
    assert not [name for name in called if name.startswith(("np.random", "numpy.random"))]


def _project_files() -> list[Path]:
    """Return the files that belong to the project: what git knows, or what lies in its folders."""
    try:
        told = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, check=True, encoding="utf-8",
        )  # fmt: skip
        found = [ROOT / name for name in told.stdout.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        parts = ("sim", "scenarios", "tests", "notebooks", ".ci")
        found = [p for part in parts for p in (ROOT / part).rglob("*") if p.is_file()]
        found += [p for p in ROOT.iterdir() if p.is_file()]
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


MACHINE = re.compile(r"(?<![\w.])/(?:home|root|work|opt|tmp|Users)/\w|[A-Z]:\\Users\\")
REGISTRY = re.compile(
    r"https?://[^\s\"')]*(?:pypi\.|pythonhosted|/simple\b|conda\.)|--(?:extra-)?index-url|find-links"
)


def test_no_paths_of_a_machine_and_no_registry_addresses() -> None:
    files = [path for path in _project_files() if path.suffix in WRITTEN]
    assert len(files) > 50
    strays = [
        f"{_name(path)}: {match.group()}"
        for path in files
        if path.name != Path(__file__).name
        for stray in (MACHINE, REGISTRY)
        for match in stray.finditer(path.read_text(encoding="utf-8"))
    ]
    assert strays == []


def test_a_stray_path_is_seen() -> None:
    assert MACHINE.search('open("/home/someone/file")')
    assert REGISTRY.search("pip install --index-url somewhere")
    assert not MACHINE.search("https://example.org/home/it")


def test_the_package_says_that_it_is_typed() -> None:
    assert (SIM / "py.typed").is_file()
    for path in MODULES:
        assert (path.parent / "__init__.py").is_file(), _name(path)
