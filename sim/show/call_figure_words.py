"""What the figures of worlds, calls and beliefs show, in words and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sim.crisis.plan import channel_rows
from sim.scenario.channels import LINE
from sim.scenario.kinds import Act, Cause
from sim.show.affair import affair, cases_in
from sim.show.anatomy import calls_of, step_text
from sim.show.beliefs import path_of
from sim.show.call_lanes import STEPS
from sim.show.cast import Cast
from sim.show.hundred import EITHER, HARMED, HELPED, NEITHER, kinds_of, marks_of
from sim.show.line_use import uses
from sim.show.numbers import number, share, spread
from sim.show.sheets import Words, sheet
from sim.show.words import ACTS, CAUSES_SHORT, RUNGS, counted, listed, span
from sim.study.living_again import Again
from sim.study.measures import THRESHOLDS

if TYPE_CHECKING:
    from sim.api import Played
    from sim.study.comparison import Comparison

_RUNG: Final = min(THRESHOLDS)

_WHY: Final = {
    "opened": "the case is opened", "report": "own investigation reports",
    "message": "a message is heard", "rung": "rung or severity moves", "answer": "the answer",
}  # fmt: skip


def words_of_worlds(found: Comparison, arm: str, threshold: int = _RUNG) -> Words:
    """Return the words for the figure of a hundred worlds."""
    worlds = kinds_of(found, arm, threshold)
    marks = marks_of(worlds)
    shares = found.shares(arm, threshold)
    shows = (
        f"{counted(sum(marks.values()), 'mark')} in rows of ten for "
        f"{counted(found.worlds, 'world')}: at rung {threshold} ({RUNGS[threshold]}) {arm} "
        f"helped {worlds[HELPED]}, "
        f"{share(shares.helped.value)} ({spread(shares.helped)}), and harmed {worlds[HARMED]}, "
        f"{share(shares.harmed.value)} ({spread(shares.harmed)}); {worlds[EITHER]} reached it "
        f"either way and {worlds[NEITHER]} under neither."
    )
    names = {HELPED: "helped", HARMED: "harmed", EITHER: "reached either way",
             NEITHER: "not reached either way"}  # fmt: skip
    table = sheet(
        f"Worlds at rung {threshold}, {found.reference} against {arm}", ("kind", "worlds", "marks"),
        ((names[kind], f"{count:,}", str(marks[kind])) for kind, count in worlds.items()),
    )  # fmt: skip
    return Words(f"worlds_{arm}", f"The worlds behind the number, {arm}", shows, (table,))


def words_of_use(found: Comparison, again: Again) -> Words:
    """Return the words for the figure of line use."""
    worlds = len(again.worlds)
    rows = []
    for arm in found.arms:
        calls, routine = uses(found, again, arm)
        counts = (calls.through, calls.failed, routine.through, routine.failed)
        rows.append((arm, *(number(float(each.sum()) / worlds) for each in counts)))
    told = listed([f"{arm} {through}" for arm, through, *_ in rows])
    shows = (
        f"Bars over the {found.days:g} days, a row for each arm whose line is used: how many "
        f"calls, and how many notices and tests, a world has on the line in the mean of its first "
        f"{counted(worlds, 'world')}, with 95 % intervals. Calls that got through, in a whole "
        f"period: {told}."
    )
    head = ("arm", "calls through", "calls that failed", "notices and tests through", "failed")
    table = sheet("Use of the line, mean number in a world", head, rows)
    return Words("use", "Use of the line over time", shows, (table,))


def words_of_calls(found: Comparison, again: Again, arm: str) -> Words:
    """Return the words for the anatomy of an arm's calls."""
    caption = f"Anatomy of a call, {arm}"
    calls = calls_of(again.records[arm], channel_rows(found.scenario)[LINE])
    worlds = counted(len(again.worlds), "world")
    if not calls:
        shows = f"No call about an incident is made on the line under {arm} in {worlds}."
        return Words("calls", caption, shows, ())
    through = [call for call in calls if call.through]
    early = sum(call.in_time for call in calls)
    shows = (
        f"Rows of bars, one for each call about an incident on the line under {arm} in {worlds}, "
        f"its delays one after another, with a stroke where the case was answered or its clock ran "
        f"out. {early} of {counted(len(calls), 'call')} came in time; "
        f"{len(calls) - len(through)} did not get through."
    )
    table = sheet(
        f"Delays of {counted(len(through), 'call')} that got through", ("step", "length"),
        ((name, step_text(through, step).replace("\n", " "))
         for step, (name, _, _) in enumerate(STEPS)),
    )  # fmt: skip
    return Words("calls", caption, shows, (table,))


def words_of_beliefs(one: Played, other: Played) -> Words:
    """Return the words for the figure of beliefs in one world under two arms."""
    a, b = one.history, other.history
    caption = f"What the victim believes, world {a.world}, {a.arm} and {b.arm}"
    found = affair(a, b)
    cases = [] if found is None else [*cases_in(a, found), *cases_in(b, found)]
    if found is None or not cases:
        return Words("beliefs", caption, f"Nothing in world {a.world} calls for an answer.", ())
    case = found.root if found.root in cases else cases[0]
    cast, rows, told = Cast(one.stage), [], []
    for history in (a, b):
        path = path_of(history, case, one.stage)
        if path is None:
            told.append(f"under {history.arm} it does not happen")
            continue
        begins = path.steps[0].time
        if path.answer is not None:
            who, what = cast.actor(path.answer.actor), ACTS[Act(path.answer.act)]
            after = span(path.answer.time - begins)
            told.append(
                f"under {history.arm} {who} {what} after {after}, giving "
                f"{share(path.answer.p_hostile)} to hostile intent"
            )
        rows += [
            (span(step.time - begins), history.arm, _WHY[step.why], *map(share, step.belief))
            for step in path.steps
        ]
    shows = (
        f"Step lines in four rows, one for each possible cause, two lines for the two arms: how "
        f"firmly the victim believes it from the opening of the case on; {listed(told)}."
    )
    head = ("after", "arm", "because", *(CAUSES_SHORT[cause] for cause in Cause))
    table = sheet(f"Beliefs in world {a.world}", head, rows)
    return Words("beliefs", caption, shows, (table,))
