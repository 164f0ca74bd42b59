"""The head and the end of a narration: what was played, and what came of it."""

from __future__ import annotations

from collections import Counter

from sim.crisis import History
from sim.records import (
    Called,
    CallEnd,
    Contacted,
    CrisisBegan,
    Happened,
    Messaged,
    Noticed,
    Origin,
    Outcome,
    Purpose,
    Runged,
    Tested,
    Unfinished,
)
from sim.scenario import arm_title
from sim.scenario.kinds import INCIDENT_BY_CODE, Cause
from sim.show.casebook import CaseStory, cases_of
from sim.show.cast import Cast
from sim.show.words import (
    CALL_ENDS_SHORT,
    CAUSES_SHORT,
    RUNGS,
    counted,
    listed,
    per_cent,
    sentence,
)

_PURPOSES = {
    Purpose.HALT: "to propose a halt",
    Purpose.INCIDENT: "about incidents",
    Purpose.CONCERN: "to voice concern",
}


def arm_name(history: History, cast: Cast) -> str:
    """Return an arm's name and title."""
    title = arm_title(cast.theatre.scenario, history.arm)
    plain = history.arm.replace("_", " ")
    return history.arm if title == plain else f"{history.arm} ({title})"


def peak_rung(history: History, cast: Cast) -> int:
    """Return the highest rung a history saw, its beginning included."""
    return max([*cast.start.levels, *(r.rung for r in history.records if isinstance(r, Runged))])


def header(history: History, cast: Cast) -> list[str]:
    """Return the lines that say what is being told."""
    scenario = cast.theatre.scenario
    blocs = " and ".join(cast.bloc(b) for b in range(len(cast.theatre.blocs)))
    lines = [
        scenario.scenario,
        scenario.question,
        f"Arm {arm_name(history, cast)} · world {history.world} · seed {history.seed}",
        f"{cast.day(history.begins)} to {cast.day(history.horizon)}, times in UTC · {blocs}",
    ]
    rung = max(cast.start.levels)
    if rung:
        lines.append(f"It begins at rung {rung}, {RUNGS[rung]}, left over from the time before.")
    return lines


def closing(history: History, cast: Cast) -> list[str]:
    """Return the sentences that sum a history up."""
    cases = cases_of(history)
    lines = [
        _peak(history, cast),
        _crises(history, cast),
        _contacts(history),
        _incidents(history),
        *_calls(history),
        *_out_of_reach(history, cases),
        _end(history, cast),
    ]
    return [sentence(line) for line in lines if line]


def _peak(history: History, cast: Cast) -> str:
    peak = peak_rung(history, cast)
    stopped = "; the history stops there, nothing beyond is modelled" if history.stopped else ""
    return f"highest rung: {peak}, {RUNGS[peak]}{stopped}"


def _crises(history: History, cast: Cast) -> str:
    began = [r for r in history.records if isinstance(r, CrisisBegan)]
    if not began:
        return "no crisis: nobody displayed or used force"
    kinds = {r.identity: r.kind for r in history.records if isinstance(r, Happened)}
    told = []
    for crisis in began:
        kind = kinds.get(crisis.root)
        what = INCIDENT_BY_CODE[kind].title if kind is not None else "an act"
        told.append(f"{cast.stamp(crisis.time)} from {what} ({CAUSES_SHORT[Cause(crisis.cause)]})")
    inadvertent = sum(r.cause != Cause.HOSTILE for r in began)
    return (
        f"{counted(len(began), 'crisis')}, {inadvertent or 'none'} of them inadvertent: "
        f"{listed(told)}"
    )


def _contacts(history: History) -> str:
    found = [r for r in history.records if isinstance(r, Contacted)]
    text = f"{counted(len(found), 'recorded contact')}"
    apart = sum(r.outcome == Outcome.SEPARATED for r in found)
    spared = sum(r.outcome == Outcome.SPARED for r in found)
    notices = sum(isinstance(r, Noticed) and r.end == CallEnd.THROUGH for r in history.records)
    if notices:
        text += f"; {counted(notices, 'notice')} given, {apart} kept two units apart"
        text += f", {spared} more kept a meeting from going wrong" if spared else ""
    return text


def _incidents(history: History) -> str:
    found = [r for r in history.records if isinstance(r, Happened) and r.origin != Origin.ACT]
    if not found:
        return "no incidents"
    causes = Counter(r.cause for r in found)
    parts = [f"{causes[c]} {CAUSES_SHORT[c]}" for c in Cause if causes[c]]
    return f"{counted(len(found), 'incident')}, in truth {listed(parts)}"


def _calls(history: History) -> list[str]:
    """Return sentences on calls, messages and test calls."""
    calls = [r for r in history.records if isinstance(r, Called)]
    lines = []
    for purpose, words in _PURPOSES.items():
        ends = Counter(r.end for r in calls if r.purpose == purpose)
        if ends:
            parts = [f"{ends[e]} {CALL_ENDS_SHORT[e]}" for e in CallEnd if ends[e]]
            lines.append(f"{counted(ends.total(), 'call')} {words}: {listed(parts)}")
    messages = [r for r in history.records if isinstance(r, Messaged)]
    if messages:
        early = sum(r.in_time for r in messages)
        late = len(messages) - early
        lines.append(f"{counted(len(messages), 'message')}: {early} in time, {late} too late")
    if not calls:
        lines.append("nobody called anybody about any of it")
    tests = [r for r in history.records if isinstance(r, Tested)]
    if tests:
        failed = sum(not r.answered for r in tests)
        answers = f"{failed} of them unanswered" if failed else "every one answered"
        lines.append(f"{counted(len(tests), 'test call')}, {answers}")
    return lines


def _out_of_reach(history: History, cases: dict[int, CaseStory]) -> list[str]:
    """Return what no call touched: hostile roots, and answers given without a word."""
    firsts = [story for story in cases.values() if not story.is_reply]
    hostile = sum(story.cause == Cause.HOSTILE for story in firsts)
    answered = [story for story in firsts if story.answered >= 0]
    silent = sum(not any(m.in_time for m in story.messages) for story in answered)
    parts = []
    if answered:
        parts.append(
            f"{silent} of {counted(len(answered), 'case')} answered before any word from the "
            f"other side was heard"
        )
    if hostile:
        parts.append(f"{counted(hostile, 'case')} hostile at the root, which nothing explains away")
    return [f"out of the reach of any call: {listed(parts)}"] if parts else []


def _end(history: History, cast: Cast) -> str:
    open_cases = sum(isinstance(r, Unfinished) for r in history.records)
    left = f", {counted(open_cases, 'piece')} of unfinished business" if open_cases else ""
    trust = listed(
        [
            f"{cast.bloc(b)} believes {cast.bloc(1 - b)} {per_cent(value)}"
            for b, value in enumerate(history.credibility)
        ]
    )
    return f"at the end: tension {history.tension:.2f}{left}; {trust}"
