"""The shipped scenarios: they load, they play under every arm, and they say what they claim."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from sim.crisis import History, Stage, play
from sim.records import Acted, Called, CallEnd, Happened, Noticed, Origin, Placed, Runged
from sim.scenario import Scenario, arm, arm_names, build, load, problems
from sim.scenario.channels import CHANNEL_KINDS, LINE, STANDARD_ARMS
from sim.scenario.kinds import INCIDENT_KINDS, UNIT_KINDS
from sim.scenario.models import Channel
from sim.scenario.quantities import DAY
from sim.scenario.reading import read_values
from sim.study.ensemble import inject_names
from sim.world import Theatre, prepare
from sim.world import build as build_world

FOLDER = Path(__file__).parent.parent / "scenarios"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
BIG = [name for name in NAMES if name != "minimal"]
README = (FOLDER / "README.md").read_text(encoding="utf-8")
SEED = 20220301

every = pytest.mark.parametrize("name", NAMES)
every_big = pytest.mark.parametrize("name", BIG)


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def scenario_of(name: str) -> Scenario:
    return load(FOLDER / f"{name}.yaml")


@cache
def theatre_of(name: str) -> Theatre:
    return prepare(scenario_of(name))


@cache
def stage_of(name: str, number: int = 0) -> Stage:
    return Stage(build_world(theatre_of(name), SEED, number))


def line_row(name: str) -> int:
    return sorted(scenario_of(name).channels).index(LINE)


def on_line(name: str, history: History) -> list[Called]:
    """Return the calls somebody made on the line."""
    row = line_row(name)
    return [r for r in history.records if isinstance(r, Called) and r.channel == row]


def what_came_of_it(history: History) -> list[tuple[object, ...]]:
    """Return incidents and answers, without what the channels themselves record."""
    return [r for r in history.records if isinstance(r, (Happened, Acted, Runged))]


def own_arms(name: str) -> tuple[str, ...]:
    return tuple(arm for arm in arm_names(scenario_of(name)) if arm not in STANDARD_ARMS)


# What the files say.


def test_the_seven_scenarios_are_there() -> None:
    assert NAMES == [
        "allied_resolve_2022", "black_sea_2022", "infrastructure_2022", "minimal",
        "polish_border_2022", "syria_2017", "theatre_march_2022",
    ]  # fmt: skip


@every
def test_loads_without_problems(name: str) -> None:
    assert [str(problem) for problem in problems(FOLDER / f"{name}.yaml")] == []


@every
def test_asks_a_question_and_names_its_sources(name: str) -> None:
    scenario = scenario_of(name)
    assert scenario.question.endswith("?")
    assert scenario.sources
    assert any("evidence" in source for source in scenario.sources)


@every
def test_says_where_its_border_share_comes_from(name: str) -> None:
    line = next(line for line in text_of(name).splitlines() if line.startswith("border_share:"))
    assert re.search(r"#.*\w", line), "a comment stands beside it"
    assert "judgement" in text_of(name)


def test_the_first_lesson_fits_on_a_slide() -> None:
    assert len(text_of("minimal").splitlines()) < 25


@every_big
def test_fits_on_a_screen(name: str) -> None:
    wide = [line for line in text_of(name).splitlines() if len(line) > 120]
    assert wide == []


@every_big
def test_each_own_arm_asks_something_and_has_a_title(name: str) -> None:
    scenario = scenario_of(name)
    assert own_arms(name)
    seen = [(scenario.channels, scenario.parameters)]
    for own in own_arms(name):
        assert scenario.arms[own]["title"]
        assert re.search(rf"^  {own}: +#.*\w", text_of(name), re.MULTILINE), "it says what it asks"
        patched = arm(scenario, own)
        assert (patched.channels, patched.parameters) not in seen
        seen.append((patched.channels, patched.parameters))


@every_big
def test_injects_can_be_told_apart_and_followed(name: str) -> None:
    injects = scenario_of(name).injects
    assert injects
    assert len({inject.id for inject in injects} - {None}) == len(injects)


@pytest.mark.parametrize("name", [name for name in BIG if name.endswith("_2022")])
def test_the_european_line_opens_on_the_first_of_march(name: str) -> None:
    assert scenario_of(name).channels[LINE].opens == datetime(2022, 3, 1, tzinfo=UTC)


# What becomes of them.


@every
def test_forces_meet_as_often_as_the_border_share_asks(name: str) -> None:
    theatre, scenario = theatre_of(name), scenario_of(name)
    busy = scenario.parameters.conditions_2022 if scenario.conditions == "2022" else 1.0
    asked = scenario.parameters.recorded_per_year * scenario.border_share * busy
    assert theatre.recorded_per_year_expected == pytest.approx(asked)
    assert 0 < theatre.noteworthy < 1


@every
def test_plays_under_every_arm(name: str) -> None:
    stage, scenario = stage_of(name), scenario_of(name)
    injects = sum(not one.contingency for one in scenario.injects)
    for own in arm_names(scenario):
        history = play(stage, own)
        assert history.arm == own
        placed = [r for r in history.records if isinstance(r, Placed)]
        assert len(placed) == injects or history.stopped
        assert all(0 <= r.rung <= 6 for r in history.records if isinstance(r, Runged))
        assert all(r.time <= history.ended for r in history.records)
        if LINE not in arm(scenario, own).channels:
            assert on_line(name, history) == []


@every_big
def test_injects_happen_alike_under_every_arm(name: str) -> None:
    stage = stage_of(name)
    kept = ("identity", "time", "kind", "severity", "cause", "victim", "by", "blamed")
    seen = {
        own: [
            tuple(getattr(r, key) for key in kept)
            for r in play(stage, own).records
            if isinstance(r, Happened) and r.origin == Origin.INJECT
        ]
        for own in ("without_line", "as_designed", "oracle")
    }
    assert seen["without_line"] == seen["as_designed"] == seen["oracle"]
    # Gestures and calls are no incidents.
    assert len(seen["oracle"]) == len(inject_names(scenario_of(name)))


# What each of them claims.


def test_a_line_that_never_works_does_what_no_line_does() -> None:
    for number in range(4):
        stage = stage_of("black_sea_2022", number)
        down, without = play(stage, "always_down"), play(stage, "without_line")
        assert what_came_of_it(down) == what_came_of_it(without)
        assert all(c.end != CallEnd.THROUGH for c in on_line("black_sea_2022", down))


def test_przewodow_is_blamed_on_russia_and_nobody_answers_the_chiefs() -> None:
    scenario, stage = scenario_of("polish_border_2022"), stage_of("polish_border_2022")
    history = play(stage, "as_used_2022")
    fell = next(r for r in history.records if isinstance(r, Happened) and r.origin == Origin.INJECT)
    actors = sorted(scenario.actors)
    assert (actors[fell.victim], actors[fell.by], actors[fell.blamed]) == (
        "poland", "ukraine", "russia",
    )  # fmt: skip
    chiefs = sorted(scenario.channels).index("chiefs")
    calls = [r for r in history.records if isinstance(r, Called) and r.channel == chiefs]
    assert calls
    assert all(call.end != CallEnd.THROUGH for call in calls)


def test_the_line_opens_after_the_drill_unless_an_arm_opens_it() -> None:
    scenario, stage = scenario_of("allied_resolve_2022"), stage_of("allied_resolve_2022")
    opens = scenario.channels[LINE].opens
    assert opens is not None
    assert scenario.milliseconds(opens) > scenario.duration
    used, without = play(stage, "as_used_2022"), play(stage, "without_line")
    assert what_came_of_it(used) == what_came_of_it(without)
    notices = {
        own: sum(isinstance(r, Noticed) and r.given >= 0 for r in play(stage, own).records)
        for own in ("as_designed", "line_open_as_designed", "drill_announced")
    }
    assert notices["as_designed"] == 0
    assert notices["line_open_as_designed"] > 0
    assert notices["drill_announced"] > 0


def test_in_march_nobody_talks_on_the_line_before_it_opens_or_at_the_top() -> None:
    name = "theatre_march_2022"
    scenario = scenario_of(name)
    opens = scenario.channels[LINE].opens
    assert opens is not None
    tops = [sorted(scenario.channels).index(top) for top in ("chiefs", "ministers")]
    through = 0
    for number in range(3):
        history = play(stage_of(name, number), "as_designed")
        for call in on_line(name, history):
            if call.end == CallEnd.THROUGH:
                through += 1
                assert call.ringing >= scenario.milliseconds(opens)
        calls = [r for r in history.records if isinstance(r, Called) and r.channel in tops]
        assert all(call.end != CallEnd.THROUGH for call in calls)
    assert through > 0


def test_nine_months_hold_about_one_operational_call() -> None:
    name, worlds = "infrastructure_2022", 24
    calls = 0
    for number in range(worlds):
        calls += len(on_line(name, play(stage_of(name, number), "as_used_2022")))
    # Four standard errors of a Poisson mean of 1.
    assert abs(calls / worlds - 1) < 4 * math.sqrt(1 / worlds)


def test_a_heeded_concern_makes_strikes_rarer_and_a_resented_one_does_not() -> None:
    name = "infrastructure_2022"
    struck = dict.fromkeys(("concern_heeded", "every_concern_voiced", "concern_resented"), 0)
    for number in range(6):
        for own in struck:
            history = play(stage_of(name, number), own)
            struck[own] += sum(type(r).__name__ == "Struck" for r in history.records)
    assert struck["concern_heeded"] < struck["every_concern_voiced"] < struck["concern_resented"]


def test_the_busy_line_rings_ten_to_twenty_times_a_day() -> None:
    name = "syria_2017"
    days = scenario_of(name).duration / DAY
    for number in range(3):
        history = play(stage_of(name, number), "as_used_2022")
        notices = sum(isinstance(r, Noticed) for r in history.records)
        calls = len(on_line(name, history))
        assert 10 <= (notices + calls) / days <= 20
        assert notices > 10 * calls, "mostly notices"


def test_a_suspended_line_falls_silent() -> None:
    scenario, stage = scenario_of("syria_2017"), stage_of("syria_2017")
    history = play(stage, "moscow_hangs_up")
    closes = arm(scenario, "moscow_hangs_up").channels[LINE].closes
    assert closes is not None
    end = scenario.milliseconds(closes)
    last, usual = (
        max(r.given for r in one.records if isinstance(r, Noticed) and r.end == CallEnd.THROUGH)
        for one in (history, play(stage, "as_used_2022"))
    )
    # A notice under way when the line closes is finished.
    assert last < end + DAY / 24 < usual


# The reference beside them.


def _keys() -> set[str]:
    """Return every key that a file may write, from the models themselves."""
    keys: set[str] = set()
    waiting: list[type] = [Scenario]
    seen: set[type] = set()
    while waiting:
        model = waiting.pop()
        if model in seen or model.__name__ == "Parameters":
            continue
        seen.add(model)
        fields = model.model_fields  # type: ignore[attr-defined]
        keys |= set(fields)
        for field in fields.values():
            waiting += _models(field.annotation)
    assert Channel in seen
    return keys


def _models(annotation: object) -> list[type]:
    if isinstance(annotation, type) and hasattr(annotation, "model_fields"):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models(part)]


def test_the_reference_names_every_key_and_every_kind() -> None:
    named = set(re.findall(r"[a-z0-9_]+", " ".join(re.findall(r"`([^`\n]+)`", README))))
    wanted = _keys() | set(UNIT_KINDS) | set(INCIDENT_KINDS) | set(CHANNEL_KINDS)
    assert wanted | set(STANDARD_ARMS) <= named, sorted(wanted - named)


@every
def test_the_table_tells_what_the_file_says(name: str) -> None:
    scenario = scenario_of(name)
    row = next(line for line in README.splitlines() if line.startswith(f"| `{name}.yaml` |"))
    _, question, length, share, arms, injects = (cell.strip() for cell in row.split("|")[1:-1])
    assert question
    assert length == f"{scenario.duration / DAY:g} d"
    assert float(share) == scenario.border_share
    assert tuple(re.findall(r"`(\w+)`", arms)) == own_arms(name)
    assert tuple(re.findall(r"`(\w+)`", injects)) == inject_names(scenario)


def test_the_example_of_arms_works() -> None:
    example = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert example is not None
    arms = read_values(example[1], "README.md").values["arms"]
    _, values = scenario_of("black_sea_2022").origin
    made = build(values | {"arms": arms})
    assert set(arms) <= set(arm_names(made))
    assert LINE not in arm(made, "tops_only").channels
    assert arm(made, "at_night").channels[LINE].spells[0].answered == 0.2
