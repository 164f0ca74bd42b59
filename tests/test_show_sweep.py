"""The answer of a sweep: tables, words, curves and maps say what the points say, and no more."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from show_parts import SCENARIOS
from test_show_figures import outside, overlapping, svg_text, texts

from sim.scenario import Scenario, load
from sim.show.style import canvas, figure_of, save
from sim.show.sweep_answer import lines_of, paragraph
from sim.show.sweep_curves import draw_curves
from sim.show.sweep_grid import draw_grid
from sim.show.sweep_words import runs, verdicts
from sim.study.rows import Rows
from sim.study.sweep import chosen_measures, levers_of
from sim.study.swept import Point, Sweep

BLACK_SEA = SCENARIOS / "black_sea_2022.yaml"
RELAY = "channels.line.relay=15 min..6 h:7"
WILLING = "channels.line.willing.high_risk=0..1:7"
WORLDS = 600


def made_up(
    vary: list[str],
    effect: Callable[[float, float], float],
    arms: tuple[str, ...] = ("as_designed",),
    measures: str | None = None,
    worlds: int = WORLDS,
) -> Sweep:
    """Return a sweep of made-up columns.

    ``effect`` tells from how far along each lever a point lies, from 0 to 1, what share of worlds
    an arm adds (or takes away); the second arm does half as much, and so on.
    """
    scenario: Scenario = load(BLACK_SEA)
    levers = levers_of(vary)
    names = ("without_line", *arms)
    wanted = chosen_measures(measures, None)
    shape = [len(each.values) for each in levers]
    points = []
    for place in np.ndindex(*shape):
        along = [at / (size - 1) for at, size in zip(place, shape, strict=True)] + [0.0]
        values = tuple(each.values[at] for each, at in zip(levers, place, strict=True))
        points.append(
            Point(
                scenario, names, 1, worlds, None,
                _rows(names, wanted, effect(along[0], along[1]), worlds), (), True, values, {},
            )
        )  # fmt: skip
    return Sweep(
        scenario, levers, names, 1, worlds, None, wanted, tuple(points), ("without_line",), (),
        True,
    )  # fmt: skip


def _rows(arms: tuple[str, ...], measures: tuple[str, ...], effect: float, worlds: int) -> Rows:
    luck = np.random.default_rng(5).uniform(size=worlds)
    columns: dict[str, Any] = {
        "world": np.repeat(np.arange(worlds), len(arms)),
        "arm": list(arms) * worlds,
    }
    for row, name in enumerate(measures):
        by_arm = []
        for at, _ in enumerate(arms):
            share = (0.3 + (effect / at if at else 0.0)) / (row + 1)
            reached = (luck < share).astype(int)
            by_arm.append(reached if "reached" in name else 3 * reached)
        columns[name] = np.stack(by_arm, axis=1).ravel()
    return Rows(pa.table(columns), arms)


def turning(x: float, y: float) -> float:
    """Help at the beginning of the first lever, harm at its end, less along the second."""
    return (0.2 * x - 0.1) * (1 - 0.8 * y)


def none(x: float, y: float) -> float:
    """Do nothing anywhere."""
    return 0.0


MANY = ("as_used_2022", "as_designed", "oracle", "unstaffed_at_night", "allies_not_covered")

FIGURES: dict[str, Callable[[], Axes]] = {
    "curves": lambda: draw_curves(made_up([RELAY], turning)),
    "curves_none": lambda: draw_curves(made_up([RELAY], none)),
    "curves_many_arms": lambda: draw_curves(made_up([RELAY], turning, arms=MANY)),
    "curves_many_values": lambda: draw_curves(made_up([RELAY.replace(":7", ":40")], turning)),
    "curves_words": lambda: draw_curves(
        made_up(["channels.line.carries=[explanations],[notices],[notices, halts]"], turning)
    ),
    "curves_measure": lambda: draw_curves(made_up([WILLING], turning, measures="line_through")),
    "grid": lambda: draw_grid(made_up([WILLING, RELAY], turning), "as_designed"),
    "grid_none": lambda: draw_grid(made_up([WILLING, RELAY], none), "as_designed"),
    "grid_large": lambda: draw_grid(
        made_up([WILLING.replace(":7", ":20"), RELAY.replace(":7", ":20")], turning, worlds=60),
        "as_designed",
    ),
    "grid_words": lambda: draw_grid(
        made_up(
            ["parameters.heed=0.1,0.9", "channels.line.carries=[explanations],[notices, halts]"],
            turning, measures="reached_3",
        ),
        "as_designed",
    ),
}  # fmt: skip

TITLES = {
    "curves": "Fewer crises under as_designed at 3 of 7 values, more crises under as_designed at 3",
    "curves_none": "Nothing detectable changes about crises at any line.relay",
    "curves_measure": "Lower line through under as_designed at",
    "grid": "as_designed: fewer crises at",
    "grid_none": "as_designed: nothing detectable changes about crises at any of 49 points",
}


@cache
def drawn(name: str) -> Figure:
    """Return a figure, drawn once for all tests that only look at it."""
    return figure_of(FIGURES[name]())


@pytest.mark.parametrize("name", FIGURES)
def test_no_words_cover_others_or_leave_the_figure(name: str) -> None:
    figure = drawn(name)
    assert overlapping(figure) == []
    assert outside(figure) == []


@pytest.mark.parametrize("name", TITLES)
def test_the_message_stands_above_the_figure(name: str) -> None:
    assert any(text.get_text().startswith(TITLES[name]) for text in texts(drawn(name)))


@pytest.mark.parametrize("name", ["curves", "grid"])
def test_two_runs_write_the_same_bytes(name: str, tmp_path: Path) -> None:
    first = save(drawn(name), tmp_path / "a", name)
    second = save(figure_of(FIGURES[name]()), tmp_path / "b", name)
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
    assert TITLES[name] in svg_text(first[1])


def test_the_figures_are_drawn_on_axes_that_are_given() -> None:
    ax = canvas()
    assert draw_curves(made_up([RELAY], none), ax=ax) is ax
    other = canvas()
    assert draw_grid(made_up([WILLING, RELAY], none), "as_designed", ax=other) is other


def test_the_base_and_what_lies_outside_its_range_are_marked() -> None:
    curves = [text.get_text().strip() for text in texts(drawn("curves"))]
    assert curves.count("base 1 h") == 2
    assert "no change" in curves
    assert "15 min*" in curves
    assert "43.3 min" in curves
    grid = [text.get_text() for text in texts(drawn("grid"))]
    assert {"base 1 h", "base 0.08", "15 min*", "0.667*", "0.5"} <= set(grid)


def test_a_marker_is_filled_only_where_something_is_detectable() -> None:
    found = made_up([RELAY], turning)
    pairs = [point.difference("as_designed", "reached_3") for point in found.points]
    upper = draw_curves(found).child_axes[0]
    filled = [
        line.get_markerfacecolor() != "#ffffff"
        for line in upper.get_lines()
        if line.get_marker() == "s"
    ]
    assert filled == [pair.detectable for pair in pairs]
    assert any(filled)
    assert not all(filled)


def test_cells_are_hatched_only_where_nothing_is_detectable() -> None:
    found = made_up([WILLING, RELAY], turning)
    pairs = [point.difference("as_designed", "reached_3") for point in found.points]
    inner = draw_grid(found, "as_designed").child_axes[0]
    hatched = {(round(p.get_x() + 0.5), round(p.get_y() + 0.5)) for p in inner.patches}  # type: ignore[attr-defined]
    quiet = {divmod(at, 7) for at, pair in enumerate(pairs) if not pair.detectable}
    assert hatched == quiet
    assert 0 < len(quiet) < len(pairs)
    mesh = inner.collections[0]
    lowest, highest = mesh.get_clim()
    assert lowest == -highest


def test_full_colour_takes_more_than_luck() -> None:
    found = made_up([WILLING, RELAY], lambda x, y: 0.003 * (x > 0.5), worlds=60)
    mesh = draw_grid(found, "as_designed").child_axes[0].collections[0]
    widths = [point.difference("as_designed", "reached_3").interval.high for point in found.points]
    assert mesh.get_clim()[1] > min(widths) / 2


def test_the_paragraph_says_where_the_sign_changes() -> None:
    found = made_up([RELAY], turning)
    text = " ".join(" ".join(paragraph(found)).split())
    assert (
        "Fewer crises at 3 of 7 points (line.relay 15 min to 43.3 min), most at line.relay 15 "
        in text
    )
    assert "More crises at 3 of 7 points (line.relay 2.08 h to 6 h)" in text
    assert "The effect changes sign between 43.3 min and 2.08 h." in text
    assert "At 1 of 7 (line.relay 73.5 min) nothing detectable changed" in text
    assert "No lever touches without_line." in text


def test_the_paragraph_says_when_nothing_can_be_told() -> None:
    text = " ".join(" ".join(paragraph(made_up([RELAY], none))).split())
    assert "as_designed: Nothing detectable changes about crises at any of 7 points" in text
    assert "came out the same at every point" in text
    assert "changes sign" not in text


def test_tables_hold_every_point_and_flag_what_lies_outside() -> None:
    one = list(lines_of(made_up([RELAY], turning)))
    assert sum(line.lstrip().startswith("43.3 min ") for line in one) == 2
    assert any(line.lstrip().startswith("15 min* ") for line in one)
    two = list(lines_of(made_up([WILLING, RELAY], turning)))
    assert sum(line.lstrip().startswith("0.833* ") for line in two) == 2


def test_stretches_of_values() -> None:
    (lever,) = levers_of([RELAY])
    assert runs(lever, [0, 1, 2, 4, 6]) == "15 min to 43.3 min, 2.08 h, 6 h"
    assert runs(lever, [3]) == "73.5 min"


def test_verdicts_sort_every_point_once() -> None:
    found = made_up([RELAY], turning)
    pairs = [point.difference("as_designed", "reached_3") for point in found.points]
    fewer, more, nothing = verdicts(pairs)
    assert sorted((*fewer, *more, *nothing)) == list(range(7))
    assert (fewer, more) == ((0, 1, 2), (4, 5, 6))
