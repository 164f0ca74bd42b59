"""Narration: what is told, to whom, in which order, and where two histories part."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.console import Console
from show_parts import (
    CALL,
    CASE,
    DEADLINE,
    NATO,
    OPENS,
    RUSSIAN,
    act,
    collision,
    explained,
    history,
    stage,
    with_call,
    without_line,
)

from sim.crisis import History, play
from sim.records import RECORD_TYPES, Acted, CallEnd, Clocked, Happened, Origin
from sim.scenario.kinds import Act, Cause, Content
from sim.scenario.quantities import DAY, HOUR, MINUTE
from sim.show import words
from sim.show.call_story import tell_call
from sim.show.casebook import cases_of, numbered
from sim.show.cast import Cast
from sim.show.divergence import divergence
from sim.show.entries import ORDER
from sim.show.narration import narrate, narrate_pair, printed
from sim.show.telling import TELL


def plain(lines: list[str]) -> str:
    """Return lines as one text with single spaces."""
    return re.sub(r"\s+", " ", " ".join(lines))


def told(one: History, **options: object) -> str:
    return plain(narrate(one, stage(), **options))  # type: ignore[arg-type]


def test_every_type_of_record_has_its_words_and_its_place_in_an_instant() -> None:
    assert set(TELL) == set(RECORD_TYPES)
    assert set(ORDER) == set(RECORD_TYPES)


def test_a_call_is_told_with_each_of_its_delays_and_its_race() -> None:
    text = told(with_call())
    assert (
        "Russia calls the United States on the EUCOM–NDMC deconfliction line about an incident "
        "(case 1), begun 1 Oct 05:00: authorised after 38 min, no wait, answered after 4 min, "
        "right person after 27 min more, 14 min of talk through an interpreter, relayed 55 min "
        "later: arrived 6 h 42 min before the clock ran out. Russia explains it as an accident; "
        "NATO believes Russia 47 %. (In truth: honest.)"
    ) in text


def test_a_late_call_is_told_as_too_late_by_how_much() -> None:
    late = history("as_used_2022", collision() + explained(8 * HOUR) + act(Act.PROTEST, 1, 0.2))
    text = told(late)
    assert "too late by 40 min" in text
    assert "the answer has been given already" in text


@pytest.mark.parametrize("end", [e for e in CallEnd if e != CallEnd.THROUGH])
def test_a_call_that_fails_says_why_and_tells_no_step_it_never_reached(end: CallEnd) -> None:
    call = next(r for r in explained() if hasattr(r, "attempts"))
    failed = call._replace(end=end, attempts=3)  # type: ignore[union-attr]
    text = tell_call(failed, None, None, 1, Cast(stage()))  # type: ignore[arg-type]
    assert words.CALL_ENDS[end] in text
    assert "3 attempts" in text
    assert "answered after" not in text


def test_truth_stands_beside_belief() -> None:
    text = told(without_line())
    assert "The United States blames Russia. (In truth: an accident.)" in text
    assert "finds: hostile. (In truth: it is wrong, this was an accident.)" in text
    assert "hostile 45 %" in text
    assert "(In truth: inadvertent, its root was an accident.)" in text


def test_a_seat_learns_what_its_bloc_learns_and_no_truth() -> None:
    nato, russia = told(with_call(), seat=NATO), told(with_call(), seat=RUSSIAN)
    assert "In truth" not in nato + russia
    assert "own first report" in nato
    assert "own first report" not in russia
    assert "has until 1 Oct 14:00" in nato
    assert "has until" not in russia
    assert "It believed" in nato
    assert "It believed" not in russia
    assert "believes Russia 47" in nato
    assert "believes Russia 47" not in russia


def test_routine_contacts_and_test_calls_are_counted_not_told() -> None:
    lines = narrate(with_call(), stage())
    assert "Besides: 1 routine contact and 1 test call." in plain(lines)
    assert not any(" contact  " in line for line in lines)


def test_incident_comes_before_the_clock_it_starts() -> None:
    text = told(without_line())
    assert text.index("INCIDENT Collision") < text.index("Case 1 opens")
    assert text.index("it displays force") < text.index("Case 2 opens")


def test_a_history_without_records_says_so() -> None:
    text = told(history("without_line", []))
    assert "Nothing worth telling happens." in text
    assert "No crisis: nobody displayed or used force." in text


def test_the_closing_sums_up_crises_calls_and_what_no_call_reached() -> None:
    text = told(without_line())
    assert "Highest rung: 3, display of force or alert." in text
    assert "1 crisis, 1 of them inadvertent" in text
    assert "1 of 1 case answered before any word from the other side was heard" in text
    assert "0 of 1 case answered before any word" in told(with_call())


def test_the_divergence_names_effect_and_cause() -> None:
    parts = divergence(without_line(), with_call(), Cast(stage()))
    assert parts is not None
    assert parts.time == DEADLINE
    assert parts.tells_from < DEADLINE
    assert parts.effect == (
        "on case 1 the United States displays force under without_line and protests under "
        "as_used_2022"
    )
    assert "because Russia explains it as an accident on the EUCOM–NDMC" in parts.why


def test_a_difference_of_belief_alone_says_that_nothing_is_done_otherwise() -> None:
    silent = history("without_line", collision() + act(Act.PROTEST, 1, 0.45))
    heard = history("as_used_2022", collision() + explained() + act(Act.PROTEST, 1, 0.15))
    parts = divergence(silent, heard, Cast(stage()))
    assert parts is not None
    assert "in both, from other beliefs (hostile 45\u00a0% and 15\u00a0%)" in parts.effect
    assert parts.deed == "Nothing is done otherwise for all that."


def test_talk_on_the_line_alone_is_no_divergence() -> None:
    silent = history("without_line", collision())
    heard = history("as_used_2022", collision() + explained())
    assert divergence(silent, heard, Cast(stage())) is None
    assert "never differ" in plain(narrate_pair(silent, heard, stage(), width=100))


def test_the_place_of_parting_is_marked_once_in_a_single_narration() -> None:
    lines = narrate(with_call(), stage(), pair=without_line())
    assert sum("Here the two histories part" in line for line in lines) == 1


@pytest.mark.parametrize("width", [80, 110, 173])
def test_two_arms_stand_in_two_columns_within_the_width(width: int) -> None:
    lines = narrate_pair(without_line(), with_call(), stage(), width=width)
    assert max(len(line) for line in lines) <= width
    left = [line.split(" │ ")[0].rstrip() for line in lines if " │ " in line]
    right = [line.split(" │ ")[1] for line in lines if " │ " in line]
    assert "it displays force" in plain(left)
    assert "it displays force" not in plain(right)
    assert "it protests" in plain(right)
    assert "it protests" not in plain(left)


def test_both_columns_begin_at_the_rung_the_history_begins_at() -> None:
    early = [record for record in without_line().records if record.time <= DEADLINE + DAY]
    text = plain(narrate_pair(history("without_line", early), with_call(), stage(), width=200))
    assert "Up from rung 0 to 3" in text
    assert "Up from rung 0 to 1" in text


def test_a_clock_that_is_set_anew_says_why() -> None:
    again = Clocked(OPENS + HOUR, (OPENS + HOUR, -1), CASE, CASE, 1, 0, 0.8, DEADLINE, 2)
    first = next(r for r in collision() if isinstance(r, Happened))
    joins = first._replace(time=OPENS + HOUR, identity=9)
    assert "collision or loss of an aircraft joins it: the United States has until" in told(
        history("without_line", [*collision(), again, joins])
    )
    assert "a pending call holds it" in told(history("without_line", [*collision(), again]))


def test_cases_have_one_number_in_both_arms() -> None:
    numbers = numbered(without_line(), with_call())
    assert numbers[CASE] == 1
    assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))


def test_the_clock_of_a_case_is_the_one_that_ran_at_the_time() -> None:
    story = cases_of(with_call())[CASE]
    assert story.deadline(DEADLINE) == DEADLINE
    assert story.deadline(0) == -1
    assert story.calls[0].identity == CALL
    assert story.cause == Cause.ACCIDENT


@pytest.mark.parametrize("arm", ["without_line", "as_used_2022", "as_designed", "oracle"])
def test_real_histories_are_told_whole_and_within_the_width(arm: str) -> None:
    for world in range(3):
        where = stage(world)
        lived = play(where, arm)
        lines = narrate(lived, where, width=100)
        assert max(len(line) for line in lines) <= 100
        acts = sum(isinstance(r, Acted) for r in lived.records)
        assert sum(line[9:].startswith("ACT ") for line in lines) == acts
        incidents = [r for r in lived.records if isinstance(r, Happened) and r.origin != Origin.ACT]
        assert sum(line[9:].startswith("INCIDENT ") for line in lines) == len(incidents)


def test_colour_adds_nothing_but_colour() -> None:
    lines = narrate(with_call(), stage())
    text, coloured = StringIO(), StringIO()
    printed(lines, Console(file=text, color_system=None, width=200))
    printed(lines, Console(file=coloured, force_terminal=True, color_system="standard", width=200))
    assert text.getvalue().splitlines() == lines
    assert coloured.getvalue() != text.getvalue()
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.getvalue()) == text.getvalue()


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 min"), (10_000, "under 1 min"), (38 * MINUTE, "38 min"), (2 * HOUR, "2 h"),
        (2 * HOUR + 20 * MINUTE, "2 h 20 min"), (DAY + 3 * HOUR, "1 d 3 h"), (4 * DAY, "4 d"),
        (12 * DAY + 5 * HOUR, "12 d"), (-5 * MINUTE, "-5 min"),
    ],
)  # fmt: skip
def test_spans_of_time_are_said_in_the_units_that_matter(ms: int, text: str) -> None:
    assert words.span(ms).replace("\u00a0", " ") == text


def test_words_cover_every_code() -> None:
    assert set(words.CONTENTS) == set(Content)
    assert set(words.CAUSES) == set(Cause)
    assert set(words.ACTS) == set(Act)
    assert set(words.CALL_ENDS) == set(CallEnd) == set(words.CALL_ENDS_SHORT)
    assert len(words.RUNGS) == len(words.RUNGS_SHORT) == 7


@pytest.mark.parametrize(
    ("intensity", "text"),
    [
        (0.0, "letting it pass"), (0.25, "a threat"), (0.39, "a display of force"),
        (0.3, "between a threat and a display of force"), (1.0, "major force"),
    ],
)  # fmt: skip
def test_a_wanted_intensity_is_said_as_the_acts_it_lies_at(intensity: float, text: str) -> None:
    assert words.wanted(intensity) == text
