"""A run that goes on until it is known well enough: where it stops, and what is true there."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from commands import deconflict, short_scenario, succeeded
from scipy.stats import binom

import sim
from sim.errors import ResultsError, RunError
from sim.show.known import known
from sim.study.comparing import compare
from sim.study.ensemble import Chunk
from sim.study.interrupts import Interrupts
from sim.study.measures import THRESHOLDS
from sim.study.until import LOOK, Counts, Enough, until_of

ARMS = ("without_line", "other")


@pytest.mark.parametrize(
    ("text", "what", "rungs", "within"),
    [
        ("difference ±0.005", "difference", (3, 4, 5, 6), 0.005),
        ("difference_5+-.001", "difference", (5,), 0.001),
        (" risk_3 +/- 0.02 ", "risk", (3,), 0.02),
        ("risk±0.1", "risk", (3, 4, 5, 6), 0.1),
    ],
)
def test_what_can_be_asked(text: str, what: str, rungs: tuple[int, ...], within: float) -> None:
    until = until_of(text)
    assert (until.what, until.rungs, until.within) == (what, rungs, within)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("better", 'says neither what is to be known nor how well; known are "difference ±0.005"'),
        ("difference 0.005", "says neither"),
        ("difference ±0.5", r"between 0 and 0.5 \(got 0.5\)"),
        ("difference ±0", r"between 0 and 0.5 \(got 0\)"),
        ("difference ±1.2.3", r"between 0 and 0.5 \(got 1.2.3\)"),
        ("risk_2 ±0.01", "rung 2 is none of those that are counted: 3, 4, 5, 6"),
    ],
)
def test_what_cannot_be_asked(text: str, told: str) -> None:
    with pytest.raises(RunError, match=told):
        until_of(text)


# Coverage.


@cache
def looked_at(text: str, worlds: int, helped: int, harmed: int) -> tuple[bool, float, float]:
    """Return whether a run stops here, and the interval it then tells."""
    until = until_of(text)
    events = np.zeros((2, len(THRESHOLDS), 3), dtype=int)
    events[1, 0] = helped, helped, harmed
    widest = until.widest(Counts(ARMS, worlds, events))
    value = (harmed - helped) / worlds if until.what == "difference" else helped / worlds
    ends = widest.limits.interval(value)
    return widest.half <= until.within, ends.low, ends.high


def exact_coverage(text: str, share: float) -> float:
    """Return how often the interval told holds the truth, over all there is to happen.

    Every world is one of ``share`` that are helped, and none is harmed.
    """
    truth = share if text.startswith("risk") else -share
    going = np.array([1.0])  # the chance of going on, by how many were helped
    covered = ended = 0.0
    worlds = 0
    while ended < 1 - 1e-6:
        worlds += LOOK
        going = np.convolve(going, binom.pmf(np.arange(LOOK + 1), LOOK, share))
        for helped in np.flatnonzero(going > 1e-12).tolist():
            stops, low, high = looked_at(text, worlds, helped, 0)
            if stops:
                covered += going[helped] * (low <= truth <= high)
                ended += going[helped]
                going[helped] = 0.0
    return covered / ended


@pytest.mark.parametrize("text", ["difference_3 ±0.02", "difference_3 ±0.01", "risk_3 ±0.02"])
@pytest.mark.parametrize("share", [0.002, 0.01, 0.03, 0.06, 0.12, 0.25])
def test_the_interval_told_covers_what_it_says_whenever_it_stops(text: str, share: float) -> None:
    """Without a look in between these intervals cover 94.7 % at least."""
    assert exact_coverage(text, share) > 0.945


def fate(share: tuple[float, float], worlds: int, luck: np.random.Generator) -> Chunk:
    """Return worlds of which shares are helped and harmed, as if they had been lived through."""
    u = luck.random(worlds)
    base, other = u < share[0], (u >= share[0]) & (u < sum(share))
    rows = {name: np.zeros(worlds, dtype=int) for name in (f"reached_{k}" for k in THRESHOLDS)}
    columns = {arm: rows | {"reached_3": hit.astype(int)} for arm, hit in
               zip(ARMS, (base, other), strict=True)}  # fmt: skip
    return Chunk(0, list(range(worlds)), columns)


@pytest.mark.parametrize("share", [(0.04, 0.01), (0.03, 0.03), (0.12, 0.1)])
def test_the_interval_of_a_difference_both_ways_covers_too(share: tuple[float, float]) -> None:
    luck, runs, covered = np.random.default_rng(7), 1500, 0
    text = "difference_3 ±0.02"
    for _ in range(runs):
        enough = Enough(until_of(text), ARMS, "")
        helped = harmed = 0
        while enough.at is None:
            chunk = fate(share, LOOK, luck)
            base, other = (chunk.columns[arm]["reached_3"] for arm in ARMS)
            chunk.first = enough._next
            helped, harmed = helped + int(base.sum()), harmed + int(other.sum())
            enough.needs(chunk)
        stops, low, high = looked_at(text, enough.at, helped, harmed)
        assert stops
        covered += low <= share[1] - share[0] <= high
    assert covered / runs > 0.95 - 3 * (0.95 * 0.05 / runs) ** 0.5


# Where it stops.


def test_it_stops_at_the_same_world_in_whatever_order_chunks_come() -> None:
    luck = np.random.default_rng(3)
    chunks = [fate((0.05, 0.02), 50, luck) for _ in range(60)]
    for number, chunk in enumerate(chunks):
        chunk.first = 50 * number
    found = set()
    for _ in range(6):
        enough = Enough(until_of("difference ±0.02"), ARMS, "")
        late = luck.permutation(len(chunks))
        needed = [chunks[n].first for n in late if enough.needs(chunks[n])]
        assert enough.at is not None
        assert enough.at % LOOK == 0
        assert set(range(0, enough.at, 50)) <= set(needed) | {chunks[n].first for n in late}
        found.add(enough.at)
    assert len(found) == 1


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario of thirty days."""
    return short_scenario(tmp_path_factory.mktemp("short"), "30 d")


ASKED = {"arms": "as_designed", "until": "difference ±0.011"}


@pytest.fixture(scope="module")
def found(short: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison that went on until it was known."""
    out = tmp_path_factory.mktemp("found") / "until"
    assert sim.compare(short, out=out, **ASKED).complete
    return out


@pytest.mark.parametrize("workers", [1, 2])
def test_it_is_the_comparison_of_just_so_many_worlds(
    short: Path, found: Path, tmp_path: Path, workers: int
) -> None:
    far = sim.compare(short, workers=workers, **ASKED)  # nothing is written
    near = sim.compare(short, arms="as_designed", worlds=far.worlds, out=tmp_path / "near")
    assert far.asked == far.worlds
    assert far.worlds % LOOK == 0
    assert 500 <= far.worlds < 5000
    assert far.histories.equals(near.histories)
    again = sim.compare(short, workers=workers, out=tmp_path / "again", **ASKED)
    assert again.complete
    rows = "histories.parquet"
    for folder in (found, tmp_path / "again"):
        assert (folder / rows).read_bytes() == (tmp_path / "near" / rows).read_bytes()
        assert not (folder / "batches").exists()
    opened = sim.report(found, force=True).parent
    assert opened == found
    assert known(again).startswith(" They were lived through until difference ±0.011: what is")


def test_one_look_earlier_it_was_not_known(short: Path, found: Path) -> None:
    worlds = json.loads((found / "manifest.json").read_text(encoding="utf-8"))["worlds"]
    early = sim.compare(short, worlds=worlds - LOOK, **ASKED)
    assert early.complete
    assert early.worlds == worlds - LOOK
    assert " is not known yet: rung 3 under as_designed is within ±0.01" in known(early)
    assert "more" not in known(early)


def test_what_was_interrupted_goes_on_until_the_same(
    short: Path, found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, left = tmp_path / "out", [300]
    asked = Interrupts.asked.fget
    assert asked is not None

    def progress(count: int) -> None:
        left[0] -= count

    monkeypatch.setattr(
        Interrupts, "asked", property(lambda self: left[0] <= 0 or asked(self))
    )  # fmt: skip
    partial = sim.compare(short, out=out, progress=progress, **ASKED)
    monkeypatch.undo()
    assert not partial.complete
    with pytest.raises(ResultsError, match=r"--until was difference ±0\.011 and is risk ±0\.1"):
        sim.resume(out, until="risk ±0.1")
    assert sim.resume(out).complete
    for name in ("histories.parquet", "summary.json"):
        assert (out / name).read_bytes() == (found / name).read_bytes()


def test_records_of_worlds_that_were_not_needed_are_not_kept(short: Path, tmp_path: Path) -> None:
    asked = {"arms": "oracle", "keep_records": True}
    far = sim.compare(short, until="risk ±0.04", out=tmp_path / "far", workers=2, **asked)
    sim.compare(short, worlds=far.worlds, out=tmp_path / "near", **asked)
    name = "records.parquet"
    assert (tmp_path / "far" / name).read_bytes() == (tmp_path / "near" / name).read_bytes()


def test_worlds_that_fail_do_not_hold_it_up(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.study.ensemble import Field

    lived = Field.world

    def world(self: Field, number: int) -> object:
        if number % 100 == 7:
            raise ValueError("this one")
        return lived(self, number)

    monkeypatch.setattr(Field, "world", world)
    result = compare(sim.load(short), arms="oracle", until=until_of("risk ±0.04"))
    assert result.complete
    assert result.asked % LOOK == 0
    assert len(result.failures) == result.asked // 100 + (result.asked % 100 > 7)
    assert result.worlds == result.asked - len(result.failures)


def test_the_command_says_how_it_ended(short: Path, tmp_path: Path) -> None:
    words = ("compare", short, "--arms", "oracle", "--no-figures", "--until")
    text = succeeded(deconflict(*words, "risk ±0.04", "--out", "a", cwd=tmp_path))
    assert " worlds of 30 days, seed 1. They were lived through until risk ±0.04: what is" in text
    assert "Pilot" not in text
    text = succeeded(deconflict(*words, "risk ±0.01", "--worlds", 300, "--out", "b", cwd=tmp_path))
    assert "300 worlds of 30 days, seed 1. They were to go on until risk ±0.01" in text
    more = int(text.split("Another ")[1].split(" worlds like these")[0].replace(",", ""))
    assert 300 < more < 5000
    bad = deconflict(*words, "soon", "--out", "c", cwd=tmp_path)
    assert bad.returncode == 1
    assert 'known are "difference ±0.005"' in bad.stderr
    assert not (tmp_path / "c").exists()
