"""Figures of worlds, calls, beliefs and motion: they draw what they are given, and say the rest."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.animation import FFMpegWriter
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image
from show_parts import (
    CASE,
    DEADLINE,
    LINE,
    OPENS,
    SCENARIOS,
    act,
    collision,
    explained,
    history,
    stage,
    with_call,
    without_line,
)
from test_sensitivity import planted
from test_show_figures import ARMS, comparison, outside, overlapping, texts

from sim import api, drawn, records
from sim.errors import ResultsError, RunError
from sim.records import Acted, Called, CallEnd, Noticed, Purpose
from sim.scenario import load
from sim.scenario.kinds import Act, Cause
from sim.scenario.quantities import DAY, HOUR, MINUTE
from sim.show.anatomy import calls_of, draw_calls, shown_of, step_text
from sim.show.beliefs import (
    ANSWER,
    MESSAGE,
    OPENED,
    REPORT,
    Step,
    _reach,
    draw_beliefs,
    path_of,
)
from sim.show.call_figure_words import (
    words_of_beliefs,
    words_of_calls,
    words_of_use,
    words_of_worlds,
)
from sim.show.call_lanes import STEPS
from sim.show.hundred import EITHER, HARMED, HELPED, NEITHER, draw_worlds, kinds_of, marks_of
from sim.show.labels import Label, along, place
from sim.show.line_use import draw_line_use, stretch_of, uses
from sim.show.moving import Film, animate, window_of
from sim.show.pair_table import draw_peaks
from sim.show.risk import draw_risk
from sim.show.space import draw_space, message
from sim.show.style import PAPER, SIZES, WORDS, arm_styles, canvas, figure_of, panel, save, sized
from sim.show.survival import draw_survival, inject_days
from sim.study.factors import LUCK
from sim.study.living_again import Again, lived_again
from sim.study.parameter_sets import read_sets
from sim.study.rows import Rows

PAIR = ("without_line", "as_used_2022")


def handmade() -> Again:
    """Return one world in which a call explains a collision, and nobody calls without the line."""
    late = history("as_used_2022", collision() + explained(8 * HOUR) + act(Act.PROTEST, 1, 0.2))
    return Again(
        (0, 1),
        {
            "without_line": (without_line().records, without_line().records),
            "as_used_2022": (with_call().records, late.records),
        },
    )


def silent() -> Again:
    """Return a world in which nobody ever calls."""
    quiet = history("without_line", collision()[1:]).records
    return Again((0,), dict.fromkeys(PAIR, (quiet,)))


def shown(figure: Figure) -> str:
    """Return all words of a figure."""
    return " ".join(text.get_text() for text in texts(figure)).replace("\u00a0", " ")


NEW: dict[str, Callable[[Axes | None], Axes]] = {
    "worlds": lambda ax: draw_worlds(comparison(), "oracle", ax=ax),
    "worlds_few": lambda ax: draw_worlds(comparison(worlds=37), "as_designed", ax=ax),
    "worlds_none": lambda ax: draw_worlds(comparison(base=0.0), "oracle", ax=ax),
    "use": lambda ax: draw_line_use(comparison(arms=PAIR), ax, again=handmade()),
    "use_none": lambda ax: draw_line_use(comparison(arms=PAIR), ax, again=silent()),
    "calls": lambda ax: draw_calls(comparison(arms=PAIR), PAIR[1], ax, again=handmade()),
    "calls_none": lambda ax: draw_calls(comparison(arms=PAIR), PAIR[0], ax, again=handmade()),
    "beliefs": lambda ax: draw_beliefs(stage(), without_line(), with_call(), ax),
    "beliefs_none": lambda ax: draw_beliefs(
        stage(), history("without_line", []), history("oracle", []), ax
    ),
}

SAID = {
    "worlds_few": "Each mark is one world",
    "worlds_none": "oracle changes none of 400 worlds",
    "use_none": "No use of the line in 1 world",
    "calls": "1 of 2 calls on the line came in time under as_used_2022",
    "calls_none": "Under without_line nobody calls about an incident on the line",
    "beliefs": "displays force after 9 h",
    "beliefs_none": "No incident, and so nothing to believe about one",
}


@pytest.mark.parametrize("name", NEW)
def test_a_figure_is_drawn_on_the_axes_given_without_a_warning(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = canvas()
        assert NEW[name](ax) is ax
        figure = figure_of(ax)
        assert overlapping(figure) == []
    assert outside(figure) == []
    assert SAID.get(name, "") in shown(figure).replace("\n", " ")


def test_the_same_figure_has_the_same_bytes_and_fits_a_page_too(tmp_path: Path) -> None:
    for name in ("worlds", "use"):
        one, other = (save(figure_of(NEW[name](None)), tmp_path / at, name) for at in "ab")
        assert [file.read_bytes() for file in one] == [file.read_bytes() for file in other]
    for name in ("worlds", "calls", "beliefs", "use"):
        with sized("print"):
            figure = figure_of(NEW[name](None))
        assert tuple(figure.get_size_inches()) == SIZES["print"][:2]
        assert outside(figure) == []
    with pytest.raises(RunError, match='size: there is no "poster"; known: slide, print'):
        api.Comparison.draw(comparison(), tmp_path, "poster")  # type: ignore[arg-type]


# Style.


def _linear(colour: str) -> np.ndarray:
    """Return a colour's light in red, green and blue (IEC 61966-2-1)."""
    parts = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def _contrast(colour: str, ground: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it."""
    low, high = sorted(float(_linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (colour, ground))
    return (high + 0.05) / (low + 0.05)


SEEN_BY = {
    "everybody": np.eye(3),
    "protanopes": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]),
    "deuteranopes": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]),
}  # fmt: skip
"""Machado, Oliveira & Fernandes (2009), complete deficiency."""


def _lab(light: np.ndarray) -> np.ndarray:
    """Return a colour's place in CIE L*a*b*."""
    to_xyz = np.array([
        [0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505],
    ])  # fmt: skip
    x, y, z = np.cbrt(to_xyz @ light.clip(0.01, 1) / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_words_in_every_colour_stand_out_from_paper() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert {colour: _contrast(colour, PAPER) >= 4.5 for colour in WORDS} == dict.fromkeys(
        WORDS, True
    )
    assert {style.colour for style in arm_styles([f"{k}" for k in range(11)]).values()} <= set(
        WORDS
    )


@pytest.mark.parametrize("who", SEEN_BY)
def test_the_main_arms_differ_in_colour_for(who: str) -> None:
    colours = [style.colour for style in arm_styles(ARMS).values()]
    seen = [_lab(SEEN_BY[who] @ _linear(colour)) for colour in colours]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) > 20


# The worlds behind the number.


@pytest.mark.parametrize(
    "worlds",
    [(5, 1, 17, 177), (1, 1, 1, 9997), (0, 3, 0, 9997), (333, 333, 334, 0), (0, 0, 0, 101)],
)
def test_a_hundred_marks_leave_no_kind_of_world_out(worlds: tuple[int, int, int, int]) -> None:
    given = dict(zip((HELPED, HARMED, EITHER, NEITHER), worlds, strict=True))
    marks = marks_of(given)
    assert sum(marks.values()) == 100
    assert {kind for kind, count in marks.items() if count} == {k for k, n in given.items() if n}
    largest = max(given, key=lambda kind: given[kind])
    for kind, count in given.items():
        exact = 100 * count / sum(worlds)
        room = len(given) if kind == largest else 1  # it gives what the least take
        assert abs(marks[kind] - exact) <= room


def test_a_world_has_a_mark_where_there_are_no_more_than_a_hundred() -> None:
    few = comparison(worlds=37, base=0.5)
    given = kinds_of(few, "oracle", 3)
    ax = draw_worlds(few, "oracle")
    (inner,) = ax.child_axes
    drawn_marks = {line.get_gid(): np.size(line.get_xdata()) for line in inner.lines}
    assert drawn_marks == given
    assert sum(given.values()) == 37
    difference = few.risk_difference("oracle", 3)
    assert given[HELPED] == difference.helped.events > 0
    assert given[HARMED] == difference.harmed.events


def test_it_is_said_where_one_mark_is_too_much_for_a_few_worlds() -> None:
    many = comparison(worlds=2000, base=0.1)
    peak = many.column("oracle", "reached_3").copy()
    spared = np.flatnonzero(many.column(many.reference, "reached_3") + peak == 0)
    peak[spared[:1]] = 1
    columns = {**many.columns, "oracle": {**many.columns["oracle"], "reached_3": peak}}
    harmed = replace(many, made=columns)  # type: ignore[call-arg]
    assert kinds_of(harmed, "oracle", 3)[HARMED] == 1
    told = shown(figure_of(draw_worlds(harmed, "oracle")))
    assert "Each mark stands for 20 worlds" in told
    assert "One mark is more than the share of worlds harmed" in told


# Calls.


def test_the_anatomy_draws_each_delay_of_a_call() -> None:
    again = handmade()
    early, late = calls_of(again.records["as_used_2022"], LINE)
    lengths = [round((end - begin) * 60) for _, begin, end in early.steps]
    assert dict(zip((STEPS[s][0] for s, _, _ in early.steps), lengths, strict=True)) == {
        "authorise": 38, "ring": 4, "hunt": 27, "talk": 14, "relay": 55,
    }  # fmt: skip
    assert early.limit == late.limit == (DEADLINE - OPENS) / HOUR == 9
    assert early.in_time
    assert not late.in_time
    ax = draw_calls(comparison(arms=PAIR), "as_used_2022", again=again)
    (inner,) = ax.child_axes
    boxes = [bar for bar in inner.patches if isinstance(bar, Rectangle)]
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in boxes]
    expected = [(begin, end) for call in (early, late) for _, begin, end in call.steps]
    assert len(boxes) == len(inner.patches)
    np.testing.assert_allclose(bars, expected)
    assert step_text([early], 0) == "median 38\u00a0min\n(38\u00a0min to 38\u00a0min)"


def test_a_call_that_failed_is_shown_to_its_end_and_others_are_left_out() -> None:
    call = next(r for r in explained() if isinstance(r, Called))
    failed = call._replace(end=CallEnd.UNANSWERED, time=OPENS + 2 * HOUR, relayed=-1)
    needless = call._replace(end=CallEnd.SERVED)
    halt = call._replace(purpose=Purpose.HALT)
    elsewhere = call._replace(channel=LINE + 1)
    (only,) = calls_of([[*collision(), failed, needless, halt, elsewhere]], LINE)
    assert not only.through
    assert not only.in_time
    assert only.length == 2
    assert only.limit == 9  # nobody answered: the clock itself


def test_more_calls_than_rows_are_thinned_evenly() -> None:
    (call, _) = calls_of(handmade().records["as_used_2022"], LINE)
    many = [call._replace(steps=((0, 0.0, float(k)),)) for k in range(1000)]
    lengths = [each.length for each in shown_of(many)]
    assert len(lengths) == 40
    assert (lengths[0], lengths[-1]) == (0, 999)
    assert max(b - a for a, b in pairwise(lengths)) <= 26


def test_line_use_counts_what_the_records_hold() -> None:
    again = handmade()
    found = comparison(arms=PAIR)
    calls, routine = uses(found, again, "as_used_2022")
    at = OPENS // (stretch_of(found.scenario.duration) * DAY)
    assert calls.through.sum() == 2
    assert calls.through[:, at].tolist() == [1, 1]
    assert calls.failed.sum() == 0
    assert routine.through[:, 0].tolist() == [1, 1]
    ax = draw_line_use(found, again=again)
    left = ax.child_axes[2]  # the reference has two test calls of its own and comes first
    heights = [bar.get_height() for bar in left.patches if isinstance(bar, Rectangle)][
        : calls.through.shape[1]
    ]
    np.testing.assert_allclose(heights, calls.through.mean(axis=0))


# Beliefs.


def test_a_belief_moves_with_reports_and_messages_and_ends_as_recorded() -> None:
    path = path_of(with_call(), CASE, stage())
    assert path is not None
    assert path.answer is not None
    assert [step.why for step in path.steps if step.why != "rung"] == [
        OPENED, REPORT, MESSAGE, ANSWER, REPORT,
    ]  # fmt: skip
    by_why = {step.why: step.belief for step in path.steps}
    assert by_why[ANSWER][Cause.HOSTILE] == path.answer.p_hostile == 0.15
    opened, first = path.steps[0].belief, next(s for s in path.steps if s.why == REPORT).belief
    assert first[Cause.HOSTILE] > opened[Cause.HOSTILE]  # the first report names hostility
    assert by_why[MESSAGE][Cause.ACCIDENT] > first[Cause.ACCIDENT]
    assert path_of(with_call(), CASE + 40, stage()) is None


def test_beliefs_before_an_answer_are_those_it_was_given_on() -> None:
    compared = 0
    for world in range(8):
        played = api.play(SCENARIOS / "minimal.yaml", arm="as_designed", world=world)
        for record in played.history.records:
            if isinstance(record, Acted) and not record.theatre:
                path = path_of(played.history, record.case, played.stage)
                assert path is not None
                at = next(k for k, step in enumerate(path.steps) if step.why == ANSWER)
                before, after = path.steps[at - 1].belief, path.steps[at].belief
                assert before == pytest.approx(after, abs=1e-9)
                compared += 1
    assert compared > 3


def test_belief_lines_are_drawn_as_they_went() -> None:
    ax = draw_beliefs(stage(), without_line(), with_call())
    path = path_of(with_call(), CASE, stage())
    assert path is not None
    for inner, cause in zip(ax.child_axes, Cause, strict=True):
        (line,) = [each for each in inner.lines if each.get_gid() == f"as_used_2022 {int(cause)}"]
        values = [step.belief[cause] for step in path.steps]
        np.testing.assert_allclose(np.asarray(line.get_ydata()), [*values, values[-1]])
        hours = [(step.time - path.steps[0].time) / HOUR for step in path.steps]
        np.testing.assert_allclose(np.asarray(line.get_xdata())[:-1], hours)


# Lived through again.


@pytest.fixture(scope="module")
def small() -> api.Comparison:
    """A small real comparison."""
    return api.compare(SCENARIOS / "minimal.yaml", worlds=5, arms="as_designed")


def test_worlds_lived_through_again_are_those_of_the_results(small: api.Comparison) -> None:
    again = small.again
    assert again.worlds == (0, 1, 2, 3, 4)
    for arm in small.arms:
        calls = [len(each) for each in again.of(arm, Called)]
        assert calls == small.column(arm, "calls").tolist()
        tests = [len(each) for each in again.of(arm, records.Tested)]
        assert tests == small.column(arm, "tests").tolist()
        given = [
            sum(isinstance(r, Noticed) and r.end == CallEnd.THROUGH for r in each)
            for each in again.of(arm, Noticed)
        ]
        assert given == small.column(arm, "notices").tolist()
    assert small.plot_line_use().child_axes


def test_results_of_another_version_are_not_drawn_as_if_they_were_its_own(
    small: api.Comparison,
) -> None:
    at = small.histories.column_names.index("events")
    changed = np.asarray(small.histories["events"]) + 1
    rows = Rows(small.histories.set_column(at, "events", [changed]), small.arms)
    other = replace(small, rows=rows)
    with pytest.raises(ResultsError, match=r"world 0 under without_line: events is .* run "):
        lived_again(other)


def test_every_figure_has_words_that_tell_its_numbers(small: api.Comparison) -> None:
    every = (
        words_of_worlds(small, "as_designed"),
        words_of_use(small, small.again),
        words_of_calls(small, small.again, "as_designed"),
    )
    found = {words.name: words for words in every}
    assert list(found) == ["worlds_as_designed", "use", "calls"]
    table = found["worlds_as_designed"].sheets[0]
    assert sum(int(row[1]) for row in table.rows) == small.worlds
    means = {row[0]: float(row[1]) for row in found["use"].sheets[0].rows}
    through = sum(
        r.end == CallEnd.THROUGH and r.channel == LINE
        for each in small.again.of("as_designed", Called)
        for r in each
        if isinstance(r, Called) and 0 <= r.time < small.scenario.duration
    )
    assert means["as_designed"] == pytest.approx(through / small.worlds, abs=0.01)
    one = api.Played(stage(), without_line())
    told = words_of_beliefs(one, api.Played(stage(), with_call()))
    assert "as_used_2022 the United States protests after 9\u00a0h" in told.shows
    assert told.sheets[0].rows


# In motion.


def test_a_world_in_motion_shows_what_has_happened_by_then(tmp_path: Path) -> None:
    a, b = without_line(), with_call()
    film = Film(stage(), a, b)
    begin, end = window_of(a, b)
    before, _ = film.show(begin)
    assert (before.rung, before.incidents) == (0, ())
    first, second = film.show(DEADLINE + MINUTE)
    assert (first.rung, second.rung) == (3, 1)
    assert [record.case for record in first.incidents] == [CASE]
    assert begin < OPENS < DEADLINE < end
    one, other = (animate(stage(), a, b, tmp_path / f"{n}.gif", frames=3) for n in "ab")
    assert one.read_bytes() == other.read_bytes()
    with Image.open(one) as gif:
        assert gif.format == "GIF"
        assert getattr(gif, "n_frames", 1) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gif", "b.gif"]


def test_what_cannot_be_written_in_motion_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FFMpegWriter, "isAvailable", classmethod(lambda _: False))
    for name, said in (
        ("a.mp4", "an MP4 is written by ffmpeg, which is not installed here"),
        ("a.png", "an animation is a .gif or an .mp4"),
        ("nowhere/a.gif", "cannot be written"),
    ):
        with pytest.raises(RunError, match=said):
            animate(stage(), without_line(), with_call(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_without_matplotlib_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "find_spec", lambda _: None)
    with pytest.raises(RunError, match="matplotlib, which is not installed here"):
        api.Played(stage(), without_line()).plot_map()


# What figures did not say.


def test_no_share_is_drawn_beyond_all_worlds_and_no_name_is_cut_off() -> None:
    arms = ("without_line", "an_arm_whose_name_is_uncommonly_long_indeed")
    ax = draw_risk(comparison(base=1.0, arms=arms))
    assert [inner.get_xlim()[1] for inner in ax.child_axes[:8:2]] == [1.0] * 4
    assert outside(figure_of(ax)) == []
    assert "scales differ" in shown(figure_of(ax))


def test_unknown_parameters_widen_the_interval_that_is_drawn() -> None:
    found = api.compare(
        SCENARIOS / "minimal.yaml", worlds=12, arms="as_designed", uncertainty=True,
        sets=list(read_sets().sets[:4]),
    )  # fmt: skip
    assert found.tells_parts
    ax = draw_risk(found)
    both = found.risk_parts("without_line", 3).interval
    ends = [
        np.asarray(line.get_xdata()) for line in ax.child_axes[0].lines if line.get_marker() == "|"
    ]
    assert any(end[-1] == pytest.approx(both.high) for end in ends)
    assert "thin: of chance and of what is not known, over 4 parameter sets" in shown(figure_of(ax))


def test_curves_mark_the_injects_and_the_table_what_is_given() -> None:
    scenario = load(SCENARIOS / "black_sea_2022.yaml")
    found = replace(comparison(), scenario=scenario)
    ((day, title),) = inject_days(found)
    assert day == pytest.approx((scenario.injects[0].at - scenario.start).total_seconds() / 86400)
    ax = draw_survival(found, 3)
    marks = [line for line in ax.child_axes[0].lines if line.get_marker() == "v"]
    assert [float(np.asarray(mark.get_xdata())[0]) for mark in marks] == [pytest.approx(day)]
    assert title.split()[-1] in shown(figure_of(ax))
    given = comparison()
    made = {arm: {**c, "given_peak": c["peak"]} for arm, c in given.columns.items()}
    placed = replace(given, given="stray_missile", made=made)  # type: ignore[call-arg]
    assert "given: stray missile" in shown(figure_of(draw_peaks(placed, "oracle")))


def test_luck_is_no_assumption_and_chance_no_finding() -> None:
    found = planted()
    ax = draw_space(found)
    cloud = ax.child_axes[1]
    assert LUCK not in (cloud.get_xlabel(), cloud.get_ylabel())
    assert message(found).startswith("The line detectably helps at ")
    assert found.found is not None
    points = found.found.points
    same = np.repeat(points.reached[:, :1], 2, axis=1)  # the arm changes nothing
    idle = replace(found, found=found.found._replace(points=replace(points, reached=same)))
    told = "No more than chance gives: the line helps at 0 of 400 points, harms at 0"
    assert message(idle) == told


def test_a_label_goes_where_it_covers_no_line() -> None:
    ax = panel(canvas(), 0.2, 0.2, 0.6, 0.6)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    line = along(ax, np.array([0.5, 0.9]), np.array([0.5, 0.5]))
    _, free = place(ax, [Label(0.5, 0.5, "a label")])
    _, moved = place(ax, [Label(0.5, 0.5, "a label")], (), line)

    def covered(box: tuple[float, float, float, float]) -> int:
        return sum(box[0] < x < box[2] and box[1] < y < box[3] for x, y in line)

    assert covered(free[0]) > 0
    assert covered(moved[0]) == 0


def test_what_is_learnt_weeks_later_does_not_press_the_answer_to_the_edge() -> None:
    case = path_of(with_call(), CASE, stage())
    assert case is not None
    assert case.answer is not None
    begins, sure = case.steps[0].time, (0.0, 1.0, 0.0, 0.0)
    after = case.answer.time - begins
    _, late = _reach([case], begins)
    assert not late
    weeks = case._replace(steps=(*case.steps, Step(begins + 50 * after, REPORT, sure)))
    reach, late = _reach([weeks], begins)
    assert late
    assert after / HOUR < reach < 5 * after / HOUR
