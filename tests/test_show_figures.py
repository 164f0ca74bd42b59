"""Figures: readable, reproducible to the byte, and honest where nothing happens."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from show_parts import SCENARIOS, history, stage, with_call, without_line

from sim.scenario import load
from sim.scenario.quantities import DAY
from sim.show.affair import affair
from sim.show.ground import view_of
from sim.show.labels import Label, place, spread
from sim.show.pair_table import draw_peaks, tallies
from sim.show.risk import draw_risk
from sim.show.style import arm_styles, canvas, figure_of, panel, save
from sim.show.survival import draw_survival
from sim.show.theatre_map import draw_map
from sim.show.timeline import draw_timeline
from sim.study.comparison import Comparison
from sim.study.rows import Rows

ARMS = ("without_line", "as_used_2022", "as_designed", "oracle")


@dataclass(frozen=True, eq=False)
class MadeUp(Comparison):
    """A comparison whose columns are given rather than read from histories."""

    made: Mapping[str, Mapping[str, np.ndarray]] = field(default_factory=dict)

    @property
    def columns(self) -> Mapping[str, Mapping[str, np.ndarray]]:  # type: ignore[override]
        """The columns it was made of."""
        return self.made


def comparison(worlds: int = 400, base: float = 0.1, arms: tuple[str, ...] = ARMS) -> Comparison:
    """Return a comparison of made-up columns: each arm spares some of the reference's crises."""
    rng = np.random.default_rng(4)
    scenario = load(SCENARIOS / "minimal.yaml")
    luck = rng.uniform(size=worlds)
    spared = rng.uniform(size=worlds)
    columns = {}
    for at, arm in enumerate(arms):
        peak = np.digitize(luck, [1 - base, 1 - base / 2, 1 - base / 4]) + 2
        peak = np.where((peak > 2) & (spared < 0.15 * at), 2, peak)
        peak[peak == 2] = rng.integers(0, 3, int((peak == 2).sum()))
        column = {"world": np.arange(worlds), "peak": peak}
        for k in (3, 4, 5, 6):
            reached = (peak >= k).astype(np.int64)
            column[f"reached_{k}"] = reached
            time = (scenario.duration * rng.uniform(size=worlds)).astype(np.int64)
            column[f"time_{k}"] = np.where(reached, time, -1)
        columns[arm] = column
    return MadeUp(
        scenario=scenario, arms=arms, seed=1, asked=worlds, given=None,
        rows=Rows(pa.table({}), arms), failures=(), complete=True, made=columns,
    )  # fmt: skip


def texts(figure: Figure) -> list[Text]:
    """Return the texts of a figure that can be seen, tick labels included."""
    found = []
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if text.get_text().strip() and text.get_visible() and _shown(text):
            found.append(text)
    return found


def _shown(text: Text) -> bool:
    """Whether a text's axes draw their axis lines, if the text is one of a tick."""
    axes = text.axes
    if axes is None or text in axes.texts or text in (axes.title, axes._left_title):  # type: ignore[attr-defined]
        return True
    if not axes.axison:
        legend = axes.get_legend()
        return legend is not None and text in legend.get_texts()
    return any(
        text in [tick.label1, tick.label2] and lower <= tick.get_loc() <= upper
        for axis, (lower, upper) in (
            (axes.xaxis, sorted(axes.get_xlim())),
            (axes.yaxis, sorted(axes.get_ylim())),
        )
        for tick in axis.get_major_ticks()
    ) or text in (axes.xaxis.label, axes.yaxis.label)


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Return the pairs of texts that cover one another by more than a pixel."""
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts(figure)]
    return [
        (a, b)
        for (a, one), (b, other) in combinations(boxes, 2)
        if (cut := Bbox.intersection(one, other)) is not None and min(cut.width, cut.height) > 1
    ]


def outside(figure: Figure) -> list[str]:
    """Return the texts that reach beyond the figure."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    frame = figure.bbox
    found = []
    for text in texts(figure):
        box = text.get_window_extent(renderer)
        if box.x0 < -1 or box.y0 < -1 or box.x1 > frame.x1 + 1 or box.y1 > frame.y1 + 1:
            found.append(text.get_text())
    return found


def svg_text(path: Path) -> str:
    """Return the words of an SVG file."""
    return unescape(re.sub(r"<[^>]+>", " ", path.read_text(encoding="utf-8")))


FIGURES: dict[str, Callable[[], Axes]] = {
    "risk": lambda: draw_risk(comparison()),
    "risk_none": lambda: draw_risk(comparison(base=0.0)),
    "risk_one_arm": lambda: draw_risk(comparison(arms=("without_line",))),
    "risk_many_arms": lambda: draw_risk(comparison(arms=(*ARMS, *(f"arm_{k}" for k in range(7))))),
    "risk_many_worlds": lambda: draw_risk(comparison(worlds=20_000, base=0.002)),
    "peaks": lambda: draw_peaks(comparison(), "as_designed"),
    "peaks_many_worlds": lambda: draw_peaks(comparison(worlds=200_000), "oracle"),
    "survival": lambda: draw_survival(comparison(), 3),
    "survival_none": lambda: draw_survival(comparison(base=0.0), 4),
    "survival_many_arms": lambda: draw_survival(
        comparison(arms=(*ARMS, *(f"arm_{k}" for k in range(7)))), 3
    ),
    "map": lambda: draw_map(stage(), without_line()),
    "map_unplayed": lambda: draw_map(stage()),
    "timeline": lambda: draw_timeline(stage(), without_line(), with_call()),
    "timeline_same": lambda: draw_timeline(stage(), without_line(), without_line()),
    "timeline_nothing": lambda: draw_timeline(
        stage(), history("without_line", []), history("oracle", [])
    ),
}

TITLES = {
    "risk": "of worlds reach a crisis without the line",
    "risk_none": "no arm detectably changes that",
    "peaks": "The peak changes in",
    "survival": "of worlds stay below rung 3 (display)",
    "survival_none": "No world reaches rung 4 (force by one) under any arm",
    "map": "2 recorded contacts and 1 high-risk incident in",
    "map_unplayed": "Who moves where",
    "timeline": "Rung 3 (display) under without_line, rung 1 (protest) under as_used_2022",
    "timeline_same": "the same things happen",
    "timeline_nothing": "Nothing goes wrong in world 0",
}


@pytest.mark.parametrize("name", FIGURES)
def test_no_words_cover_others_or_leave_the_figure(name: str) -> None:
    figure = drawn(name)
    assert overlapping(figure) == []
    assert outside(figure) == []


@cache
def drawn(name: str) -> Figure:
    """Return a figure, drawn once for all tests that only look at it."""
    return figure_of(FIGURES[name]())


@pytest.mark.parametrize("name", TITLES)
def test_the_message_stands_above_the_figure(name: str) -> None:
    assert any(TITLES[name] in text.get_text() for text in texts(drawn(name)))


@pytest.mark.parametrize("name", ["peaks", "survival", "map", "timeline"])
def test_two_runs_write_the_same_bytes_with_the_message_in_words(name: str, tmp_path: Path) -> None:
    first = save(drawn(name), tmp_path / "a", name)
    second = save(figure_of(FIGURES[name]()), tmp_path / "b", name)
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
    png, svg = first
    assert png.read_bytes().startswith(b"\x89PNG")
    assert TITLES[name] in svg_text(svg)
    assert b"Software" not in png.read_bytes()[:400]
    assert "<dc:date>" not in svg.read_text(encoding="utf-8")


def test_a_figure_is_drawn_on_axes_that_are_given() -> None:
    for draw in (
        lambda ax: draw_risk(comparison(arms=("without_line",)), ax=ax),
        lambda ax: draw_peaks(comparison(), "oracle", ax=ax),
        lambda ax: draw_survival(comparison(), 3, ax=ax),
        lambda ax: draw_map(stage(), without_line(), ax=ax),
        lambda ax: draw_timeline(stage(), without_line(), with_call(), ax=ax),
    ):
        ax = canvas()
        assert draw(ax) is ax
        assert ax.child_axes


def test_a_figure_leaves_no_half_written_file_behind(tmp_path: Path) -> None:
    figure = figure_of(canvas())
    save(figure, tmp_path, "one")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.png", "one.svg"]


def test_a_failed_write_leaves_the_earlier_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = figure_of(canvas())
    png, svg = save(figure, tmp_path, "one")
    before = png.read_bytes()

    def broken(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(figure, "savefig", broken)
    with pytest.raises(OSError, match="disk full"):
        save(figure, tmp_path, "one")
    assert png.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == [png, svg]


def test_no_event_is_drawn_as_an_upper_bound() -> None:
    shown = [text.get_text() for text in texts(drawn("risk_none"))]
    bounds = [text for text in shown if text.startswith("none; <")]
    assert len(bounds) == 4 * len(ARMS)
    assert "no world changes" in shown


def test_the_table_counts_below_the_diagonal_as_lower() -> None:
    table = [[0] * 7 for _ in range(7)]
    table[3][1], table[1][3], table[2][2] = 5, 2, 7
    assert tallies(table) == {"lower": 5, "unchanged": 7, "higher": 2}


def test_the_timeline_shows_the_affair_that_differs_and_its_calls() -> None:
    found = affair(without_line(), with_call())
    assert found is not None
    shown = " ".join(text.get_text() for text in texts(drawn("timeline"))).replace("\u00a0", " ")
    assert "EUCOM–NDMC deconfliction line: in time by 6 h 42 min" in shown
    assert "case 1: the United States has 9 h to answer" in shown
    assert "here they part" in shown
    assert "displays force" in shown
    assert "protests" in shown


def test_the_map_says_where_the_base_map_ends() -> None:
    shown = [text.get_text() for text in texts(drawn("map"))]
    assert any("Made with Natural Earth" in text for text in shown)
    assert any("collision" in text for text in shown)


def test_the_view_of_a_map_holds_its_areas_and_has_the_shape_asked_for() -> None:
    theatre = stage().theatre
    left, bottom, right, top = view_of(theatre, [], 1.6)
    assert (right - left) / (top - bottom) == pytest.approx(1.6)
    for shape in theatre.areas.values():
        x0, y0, x1, y1 = shape.bounds
        assert left < x0 < x1 < right
        assert bottom < y0 < y1 < top


def test_arms_differ_by_more_than_colour() -> None:
    styles = arm_styles([f"arm_{k}" for k in range(7)])
    assert len({style.colour for style in styles.values()}) == 7
    assert len({style.dashes for style in styles.values()}) == 7
    assert len({style.marker for style in styles.values()}) == 7


def test_spread_keeps_order_and_distance_and_moves_nothing_without_need() -> None:
    moved = spread([0.5, 0.1, 0.52, 0.9, 0.51], 0.1)
    assert moved[1] == pytest.approx(0.1)
    assert moved[3] == pytest.approx(0.9)
    ordered = sorted(moved)
    assert [moved[k] for k in (1, 0, 4, 2, 3)] == ordered
    assert all(b - a >= 0.1 - 1e-12 for a, b in pairwise(ordered))


def test_labels_that_find_no_room_are_left_out_rather_than_overlaid() -> None:
    ax = panel(canvas(), 0.4, 0.4, 0.12, 0.06)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    left_out, boxes = place(ax, [Label(0.5, 0.5, f"a long label {k}") for k in range(12)])
    assert left_out > 0
    assert left_out + len(boxes) == 12


def test_dates_stand_on_the_axis_not_milliseconds() -> None:
    shown = [text.get_text() for text in texts(drawn("survival"))]
    days = load(SCENARIOS / "minimal.yaml").duration / DAY
    assert "day 0\n1\u00a0Sep" in shown
    assert any(text.startswith(f"day {days:g}\n") for text in shown) or days % 15
