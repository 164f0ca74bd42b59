"""Draws have addresses: the generator's bits, and that nothing else in ``sim`` makes luck."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.draws import (
    GOLDEN,
    Decision,
    Luck,
    child,
    children,
    key,
    mix,
    mixes,
    normal,
    normals,
    numbered,
    root,
    uniform,
    uniforms,
)

WORD = st.integers(0, 2**64 - 1)
MANY = 200_000


def identities(count: int, of: str = "test") -> np.ndarray:
    """Return distinct identities, as a world would make them."""
    parent = np.full(count, root(of), dtype=np.uint64)
    return children(parent, np.arange(count, dtype=np.uint64))


# Known answers.


def test_mix_is_the_published_finaliser() -> None:
    # The first outputs of splitmix64 from seed 0, as its authors' reference code prints them.
    assert mix(GOLDEN) == 0xE220A8397B1DCDAF
    assert mix(2 * GOLDEN % 2**64) == 0x6E789E6AA1B965F4
    assert mix(3 * GOLDEN % 2**64) == 0x06C45D188009454F


def test_keys_and_identities_are_frozen() -> None:
    assert key(7, 3, Decision.CLOCK) == 1256331418586288711
    assert key(7, 4, Decision.CLOCK) == 16580230087688661533
    assert key(0, 0, Decision.ACT) == 11243430588654667561
    assert root("case") == 2144829197134658037
    assert root("unit|reaper|0") == 9819074491284194490
    assert child(1, 2) == 583880340377267059
    assert child(1, 2, 3) == 3379602106361104204


def test_draws_are_frozen() -> None:
    k = key(7, 3, Decision.CLOCK)
    found = [uniform(k, who).hex() for who in (0, 1, root("case"))]
    assert found == ["0x1.3af8be66bfbe2p-2", "0x1.b7d6e5fc0b865p-1", "0x1.38a206e50a4d7p-1"]
    assert normal(0.1).hex() == "-0x1.4813c36e26d34p+0"
    assert normal(1e-10).hex() == "-0x1.97203597a2154p+2"


def test_no_decision_shares_its_name() -> None:
    names = [decision.value for decision in Decision.__members__.values()]
    assert len(names) == len(Decision.__members__) == len(set(names))


# One value and arrays of them.


def test_arrays_give_the_bits_of_single_draws() -> None:
    k = key(11, 5, Decision.CAUSE)
    who = identities(MANY)
    array = uniforms(k, who)
    single = np.array([uniform(k, each) for each in who.tolist()])
    assert array.tobytes() == single.tobytes()
    quantiles = np.array([normal(u) for u in single.tolist()])
    assert normals(array).tobytes() == quantiles.tobytes()


def test_extreme_quantiles_agree_bit_for_bit() -> None:
    least = 0.5 * 2.0**-52
    steps = np.array([least, 3 * least, 1e-300 + 2.0**-40, 1e-9, 0.075, 0.0749999999, 0.0750000001])
    u = np.concatenate([steps, 1 - steps, np.array([0.5, 0.5 + 2.0**-52, 0.925, 0.92500001])])
    r_five = math.exp(-25.0)  # where AS 241 passes from one tail formula to the other
    u = np.concatenate([u, np.array([r_five, np.nextafter(r_five, 0), np.nextafter(r_five, 1)])])
    assert normals(u).tobytes() == np.array([normal(x) for x in u.tolist()]).tobytes()


def test_quantiles_are_those_of_the_normal_distribution() -> None:
    u = uniforms(key(1, 1, Decision.CLOCK), identities(2000))
    back = np.array([NormalDist().cdf(z) for z in normals(u).tolist()])
    assert np.abs(back - u).max() < 1e-14


@given(WORD, WORD)
def test_a_child_of_arrays_is_that_of_each(parent: int, value: int) -> None:
    array = children(np.array([parent], np.uint64), np.array([value], np.uint64))
    assert int(array[0]) == child(parent, value)
    assert int(mixes(np.array([parent], np.uint64))[0]) == mix(parent)


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5))
def test_numbered_children_are_those_of_their_parents(parents: list[int]) -> None:
    parent = np.array(parents, np.uint64)
    row = np.repeat(np.arange(parent.size), 3)
    number = np.tile(np.array([0, 1, 2**64 - 1], np.uint64), parent.size)
    assert np.array_equal(numbered(parent, row, number), children(parent[row], number))


def test_luck_has_no_history() -> None:
    first, second = Luck(3, 9), Luck(3, 9)
    who = identities(50).tolist()
    forward = [(d, w, first.u(d, w)) for d in Decision for w in who]
    backward = {(d, w): second.u(d, w) for d in reversed(Decision) for w in reversed(who)}
    assert all(backward[d, w] == u for d, w, u in forward)


# Quality.


@given(WORD, WORD)
def test_uniforms_lie_strictly_within_zero_and_one(k: int, who: int) -> None:
    assert 0.0 < uniform(k, who) < 1.0


def test_the_least_and_greatest_uniform_are_inside() -> None:
    # The draw keeps 52 bits z and returns (z + 1/2) / 2^52: its two ends, worked out exactly.
    assert (0 + 0.5) * 2.0**-52 > 0.0
    assert (2.0**52 - 1 + 0.5) * 2.0**-52 < 1.0
    u = uniforms(key(2, 0, Decision.MARK), identities(10**6))
    assert u.min() > 0.0
    assert u.max() < 1.0
    # The least and greatest of a million are about 1e-6 from the ends.
    assert u.min() < 2e-5
    assert u.max() > 1 - 2e-5


def _bits(u: np.ndarray) -> np.ndarray:
    """Return the leading 50 bits of uniforms as a (count, 50) array of 0 and 1."""
    words = np.floor(u * 2.0**50).astype(np.uint64)
    return (words[:, None] >> np.arange(50, dtype=np.uint64)) & np.uint64(1)


def test_one_bit_of_an_identity_turns_half_the_bits() -> None:
    count = 4000
    who = identities(count)
    k = key(5, 5, Decision.ACT)
    base = _bits(uniforms(k, who))
    for bit in range(64):
        turned = _bits(uniforms(k, who ^ np.uint64(1 << bit))) != base
        z = (turned.mean(axis=0) - 0.5) / math.sqrt(0.25 / count)
        assert np.abs(z).max() < 5.5, f"bit {bit} of the identity"


@pytest.mark.parametrize("what", ["seed", "world"])
def test_one_bit_of_seed_or_world_turns_half_the_bits(what: str) -> None:
    who = identities(500)
    for bit in range(20):
        seed, world = (1000 ^ 1 << bit, 7) if what == "seed" else (1000, 7 ^ 1 << bit)
        base = _bits(uniforms(key(1000, 7, Decision.ACT), who))
        turned = _bits(uniforms(key(seed, world, Decision.ACT), who)) != base
        z = (turned.mean() - 0.5) / math.sqrt(0.25 / turned.size)
        assert abs(z) < 4.5, f"bit {bit} of the {what}"


def test_decisions_worlds_and_neighbours_are_uncorrelated() -> None:
    count = 4000
    who = identities(count)
    rows = [uniforms(key(1, 0, decision), who) for decision in Decision]
    rows += [uniforms(key(1, world, Decision.CAUSE), who) for world in range(1, 30)]
    rows += [uniforms(key(seed, 0, Decision.CAUSE), who) for seed in range(2, 12)]
    rows += [uniforms(key(1, 0, Decision.CAUSE), who + np.uint64(step)) for step in range(1, 10)]
    r = np.corrcoef(np.array(rows)) * math.sqrt(count)
    z = r[np.triu_indices_from(r, 1)]
    assert np.abs(z).max() < 5.0
    assert abs(z.std() - 1) < 0.06


def test_neighbouring_identities_are_uncorrelated_at_any_lag() -> None:
    k = key(1, 0, Decision.SEVERITY)
    plain = uniforms(k, np.arange(20_000, dtype=np.uint64)) - 0.5
    for lag in (1, 2, 3, 7, 8, 64, 1000):
        products = plain[lag:] * plain[:-lag]
        z = products.mean() / (products.std() / math.sqrt(products.size))
        assert abs(z) < 4.5, f"lag {lag}"


def test_uniforms_are_even() -> None:
    count = 10**6
    cells = np.bincount((uniforms(key(4, 4, Decision.KIND), identities(count)) * 1000).astype(int))
    chi = ((cells - count / 1000) ** 2 / (count / 1000)).sum()
    assert abs(chi - 999) < 4.5 * math.sqrt(2 * 999)


# Addresses do not collide.


def test_no_key_recurs() -> None:
    decisions = list(Decision)
    worlds = -(-200_000 // len(decisions))
    keys = {key(0, world, decision) for decision in decisions for world in range(worlds)}
    assert len(keys) == worlds * len(decisions)


@pytest.mark.slow
def test_no_key_recurs_in_a_million() -> None:
    decisions = list(Decision)
    worlds = -(-1_000_000 // len(decisions))
    keys = {key(0, world, decision) for decision in decisions for world in range(worlds)}
    assert len(keys) == worlds * len(decisions)


def test_no_identity_recurs_among_a_million_children() -> None:
    side = np.arange(1000, dtype=np.uint64)
    parent = np.full((1, 1), root("parent"), dtype=np.uint64)
    grid = children(parent, side[:, None], side[None, :])
    assert np.unique(grid).size == 10**6


def test_no_identity_recurs_among_a_million_contacts() -> None:
    # Contacts of 100 x 100 sorties, 100 crossings each: the form that an XOR would make collide.
    sorties = identities(200, "sortie")
    a, b = sorties[:100, None, None], sorties[None, 100:, None]
    grid = children(a, b, np.arange(100, dtype=np.uint64)[None, None, :])
    assert np.unique(grid).size == 10**6


@given(WORD, WORD, WORD)
def test_the_order_of_a_childs_values_matters(parent: int, a: int, b: int) -> None:
    if a != b:
        assert child(parent, a, b) != child(parent, b, a)
    assert child(parent, a, b) == child(child(parent, a), b)


# Nothing else makes luck.

_MODULES = {"random", "secrets", "uuid"}
_CALLS = {
    "hash",
    "numpy.random",
    "np.random",
    "os.urandom",
    "time.time",
    "time.time_ns",
    "datetime.now",
    "datetime.datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "date.today",
}


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def forbidden(text: str) -> Iterator[str]:
    """Yield each use of luck or of the time of day in a module's text."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
            yield from (f"import {name}" for name in names if name.split(".")[0] in _MODULES)
            yield from (f"import {name}" for name in names if name.startswith("numpy.random"))
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module.split(".")[0] in _MODULES or module.startswith("numpy.random"):
                yield f"from {module}"
            if module == "numpy" and any(alias.name == "random" for alias in node.names):
                yield "from numpy import random"
            if module == "time" and any(alias.name.startswith("time") for alias in node.names):
                yield "from time import time"
        elif isinstance(node, ast.Name) and node.id == "hash":
            yield "hash"
        elif isinstance(node, ast.Attribute) and _dotted(node) in _CALLS:
            yield _dotted(node)


@pytest.mark.parametrize(
    "text",
    [
        "import random",
        "from random import random",
        "import numpy.random",
        "from numpy import random",
        "import numpy as np\nx = np.random.default_rng(1)",
        "import secrets",
        "x = hash('a')",
        "import time\nt = time.time()",
        "from datetime import datetime\nt = datetime.now()",
    ],
)
def test_the_search_finds_other_luck(text: str) -> None:
    assert list(forbidden(text))


def test_no_other_luck_in_the_package() -> None:
    folder = Path(sim.__file__).parent
    # An exercise runs by the clock on the wall, and its join codes are nobody's luck but its own.
    files = sorted(p for p in folder.rglob("*.py") if "workshop" not in p.parts)
    assert len(files) > 20
    found = {
        str(path.relative_to(folder)): uses
        for path in files
        if (uses := list(forbidden(path.read_text(encoding="utf-8"))))
    }
    assert found == {}
