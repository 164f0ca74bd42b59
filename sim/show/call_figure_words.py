"""What the figures of worlds, calls and beliefs show, in words and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sim.crisis.plan import channel_rows
from sim.language import gettext
from sim.language import gettext_noop as N_
from sim.scenario.channels import LINE
from sim.scenario.kinds import Act, Cause
from sim.show.affair import affair, cases_in
from sim.show.anatomy import calls_of, step_text
from sim.show.beliefs import path_of
from sim.show.call_lanes import STEPS
from sim.show.cast import Cast
from sim.show.hundred import EITHER, HARMED, HELPED, NEITHER, kinds_of, marks_of
from sim.show.line_use import uses
from sim.show.numbers import number, plain, share, spread
from sim.show.sheets import Words, sheet
from sim.show.words import ACTS, CAUSES_SHORT, RUNGS, counted, listed, span
from sim.study.living_again import Again
from sim.study.measures import THRESHOLDS

if TYPE_CHECKING:
    from sim.api import Played
    from sim.study.comparison import Comparison

_RUNG: Final = min(THRESHOLDS)

_WHY: Final = {
    "opened": N_("the case is opened"),
    "report": N_("own investigation reports"),
    "message": N_("a message is heard"),
    "rung": N_("rung or severity moves"),
    "answer": N_("the answer"),
}


def words_of_worlds(found: Comparison, arm: str, threshold: int = _RUNG) -> Words:
    """Return the words for the figure of a hundred worlds."""
    worlds = kinds_of(found, arm, threshold)
    marks = marks_of(worlds)
    shares = found.shares(arm, threshold)
    shows = gettext(
        "{marks} in rows of ten for {worlds}: at rung {threshold} ({rungs}) {arm} "
        "helped {other_worlds}, {value} ({spread}), and harmed {third_worlds}, "
        "{other_value} ({other_spread}); {fourth_worlds} reached it either way and "
        "{fifth_worlds} under neither.",
        marks=counted(sum(marks.values()), "mark"),
        worlds=counted(found.worlds, "world"),
        threshold=threshold,
        rungs=RUNGS[threshold],
        arm=arm,
        other_worlds=worlds[HELPED],
        value=share(shares.helped.value),
        spread=spread(shares.helped),
        third_worlds=worlds[HARMED],
        other_value=share(shares.harmed.value),
        other_spread=spread(shares.harmed),
        fourth_worlds=worlds[EITHER],
        fifth_worlds=worlds[NEITHER],
    )
    names = {
        HELPED: gettext("helped"),
        HARMED: gettext("harmed"),
        EITHER: gettext("reached either way"),
        NEITHER: gettext("not reached either way"),
    }
    table = sheet(
        gettext(
            "Worlds at rung {threshold}, {reference} against {arm}",
            threshold=threshold,
            reference=found.reference,
            arm=arm,
        ),
        (gettext("kind"), gettext("worlds"), gettext("marks")),
        ((names[kind], f"{count:,}", str(marks[kind])) for kind, count in worlds.items()),
    )
    return Words(
        f"worlds_{arm}",
        gettext("The worlds behind the number, {arm}", arm=arm),
        shows,
        (table,),
    )


def words_of_use(found: Comparison, again: Again) -> Words:
    """Return the words for the figure of line use."""
    worlds = len(again.worlds)
    rows = []
    for arm in found.arms:
        calls, routine = uses(found, again, arm)
        counts = (calls.through, calls.failed, routine.through, routine.failed)
        rows.append((arm, *(number(float(each.sum()) / worlds) for each in counts)))
    told = listed([f"{arm} {through}" for arm, through, *_ in rows])
    shows = gettext(
        "Bars over the {days} days, a row for each arm whose line is used: how many "
        "calls, and how many notices and tests, a world has on the line in the mean "
        "of its first {worlds}, with 95 % intervals. Calls that got through, in a "
        "whole period: {told}.",
        days=plain(found.days),
        worlds=counted(worlds, "world"),
        told=told,
    )
    head = (
        gettext("arm"),
        gettext("calls through"),
        gettext("calls that failed"),
        gettext("notices and tests through"),
        gettext("failed"),
    )
    table = sheet(gettext("Use of the line, mean number in a world"), head, rows)
    return Words("use", gettext("Use of the line over time"), shows, (table,))


def words_of_calls(found: Comparison, again: Again, arm: str) -> Words:
    """Return the words for the anatomy of an arm's calls."""
    caption = gettext("Anatomy of a call, {arm}", arm=arm)
    calls = calls_of(again.records[arm], channel_rows(found.scenario)[LINE])
    worlds = counted(len(again.worlds), "world")
    if not calls:
        shows = gettext(
            "No call about an incident is made on the line under {arm} in {worlds}.",
            arm=arm,
            worlds=worlds,
        )
        return Words("calls", caption, shows, ())
    through = [call for call in calls if call.through]
    early = sum(call.in_time for call in calls)
    shows = gettext(
        "Rows of bars, one for each call about an incident on the line under {arm} "
        "in {worlds}, its delays one after another, with a stroke where the case was "
        "answered or its clock ran out. {early} of {calls} came in time; "
        "{other_calls} did not get through.",
        arm=arm,
        worlds=worlds,
        early=early,
        calls=counted(len(calls), "call"),
        other_calls=len(calls) - len(through),
    )
    table = sheet(
        gettext("Delays of {calls} that got through", calls=counted(len(through), "call")),
        (gettext("step"), gettext("length")),
        (
            (gettext(name), step_text(through, step).replace("\n", " "))
            for step, (name, _, _) in enumerate(STEPS)
        ),
    )
    return Words("calls", caption, shows, (table,))


def words_of_beliefs(one: Played, other: Played) -> Words:
    """Return the words for the figure of beliefs in one world under two arms."""
    a, b = one.history, other.history
    caption = gettext(
        "What the victim believes, world {world}, {arm} and {other_arm}",
        world=a.world,
        arm=a.arm,
        other_arm=b.arm,
    )
    found = affair(a, b)
    cases = [] if found is None else [*cases_in(a, found), *cases_in(b, found)]
    if found is None or not cases:
        return Words(
            "beliefs",
            caption,
            gettext("Nothing in world {world} calls for an answer.", world=a.world),
            (),
        )
    case = found.root if found.root in cases else cases[0]
    cast, rows, told = Cast(one.stage), [], []
    for history in (a, b):
        path = path_of(history, case, one.stage)
        if path is None:
            told.append(gettext("under {arm} it does not happen", arm=history.arm))
            continue
        begins = path.steps[0].time
        if path.answer is not None:
            who, what = cast.actor(path.answer.actor), ACTS[Act(path.answer.act)]
            after = span(path.answer.time - begins)
            told.append(
                gettext(
                    "under {arm} {who} {what} after {after}, giving {p_hostile} to hostile intent",
                    arm=history.arm,
                    who=who,
                    what=what,
                    after=after,
                    p_hostile=share(path.answer.p_hostile),
                )
            )
        rows += [
            (
                span(step.time - begins),
                history.arm,
                gettext(_WHY[step.why]),
                *map(share, step.belief),
            )
            for step in path.steps
        ]
    shows = gettext(
        "Step lines in four rows, one for each possible cause, two lines for the two "
        "arms: how firmly the victim believes it from the opening of the case on; "
        "{told}.",
        told=listed(told),
    )
    head = (
        gettext("after"),
        gettext("arm"),
        gettext("because"),
        *(CAUSES_SHORT[cause] for cause in Cause),
    )
    table = sheet(gettext("Beliefs in world {world}", world=a.world), head, rows)
    return Words("beliefs", caption, shows, (table,))
