"""The head and the end of a narration: what was played, and what came of it."""

from __future__ import annotations

from collections import Counter

from sim.crisis import History
from sim.language import gettext
from sim.language import gettext_noop as N_
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
from sim.scenario.kinds import Cause
from sim.show.casebook import CaseStory, cases_of
from sim.show.cast import Cast
from sim.show.words import (
    CALL_ENDS_SHORT,
    CAUSES_SHORT,
    RUNGS,
    arm_words,
    counted,
    decimals,
    incident,
    listed,
    own_text,
    per_cent,
    sentence,
)

_PURPOSES = {
    Purpose.HALT: N_("to propose a halt"),
    Purpose.INCIDENT: N_("about incidents"),
    Purpose.CONCERN: N_("to voice concern"),
}


def arm_name(history: History, cast: Cast) -> str:
    """Return an arm's name and title."""
    title = arm_words(cast.theatre.scenario, history.arm)
    plain = history.arm.replace("_", " ")
    return history.arm if title == plain else f"{history.arm} ({title})"


def peak_rung(history: History, cast: Cast) -> int:
    """Return the highest rung a history saw, its beginning included."""
    return max([*cast.start.levels, *(r.rung for r in history.records if isinstance(r, Runged))])


def header(history: History, cast: Cast) -> list[str]:
    """Return the lines that say what is being told."""
    scenario = cast.theatre.scenario
    blocs = gettext(" and ").join(cast.bloc(b) for b in range(len(cast.theatre.blocs)))
    lines = [
        own_text(scenario.scenario),
        own_text(scenario.question),
        gettext(
            "Arm {arm_name} · world {world} · seed {seed}",
            arm_name=arm_name(history, cast),
            world=history.world,
            seed=history.seed,
        ),
        gettext(
            "{day} to {other_day}, times in UTC · {blocs}",
            day=cast.day(history.begins),
            other_day=cast.day(history.horizon),
            blocs=blocs,
        ),
    ]
    rung = max(cast.start.levels)
    if rung:
        lines.append(
            gettext(
                "It begins at rung {rung}, {rungs}, left over from the time before.",
                rung=rung,
                rungs=RUNGS[rung],
            )
        )
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
    stopped = (
        gettext("; the history stops there, nothing beyond is modelled") if history.stopped else ""
    )
    return gettext(
        "highest rung: {peak}, {rungs}{stopped}", peak=peak, rungs=RUNGS[peak], stopped=stopped
    )


def _crises(history: History, cast: Cast) -> str:
    began = [r for r in history.records if isinstance(r, CrisisBegan)]
    if not began:
        return gettext("no crisis: nobody displayed or used force")
    kinds = {r.identity: r.kind for r in history.records if isinstance(r, Happened)}
    told = []
    for crisis in began:
        kind = kinds.get(crisis.root)
        what = incident(kind) if kind is not None else gettext("an act")
        told.append(
            gettext(
                "{stamp} from {what} ({causes_short})",
                stamp=cast.stamp(crisis.time),
                what=what,
                causes_short=CAUSES_SHORT[Cause(crisis.cause)],
            )
        )
    inadvertent = sum(r.cause != Cause.HOSTILE for r in began)
    return gettext(
        "{crisiss}, {inadvertent} of them inadvertent: {told}",
        crisiss=counted(len(began), "crisis"),
        inadvertent=inadvertent or gettext("none"),
        told=listed(told),
    )


def _contacts(history: History) -> str:
    found = [r for r in history.records if isinstance(r, Contacted)]
    text = f"{counted(len(found), 'recorded contact')}"
    apart = sum(r.outcome == Outcome.SEPARATED for r in found)
    spared = sum(r.outcome == Outcome.SPARED for r in found)
    notices = sum(isinstance(r, Noticed) and r.end == CallEnd.THROUGH for r in history.records)
    if notices:
        text += gettext(
            "; {notices} given, {apart} kept two units apart",
            notices=counted(notices, "notice"),
            apart=apart,
        )
        text += (
            gettext(", {spared} more kept a meeting from going wrong", spared=spared)
            if spared
            else ""
        )
    return text


def _incidents(history: History) -> str:
    found = [r for r in history.records if isinstance(r, Happened) and r.origin != Origin.ACT]
    if not found:
        return gettext("no incidents")
    causes = Counter(r.cause for r in found)
    parts = [f"{causes[c]} {CAUSES_SHORT[c]}" for c in Cause if causes[c]]
    return gettext(
        "{incidents}, in truth {parts}",
        incidents=counted(len(found), "incident"),
        parts=listed(parts),
    )


def _calls(history: History) -> list[str]:
    """Return sentences on calls, messages and test calls."""
    calls = [r for r in history.records if isinstance(r, Called)]
    lines = []
    for purpose, words in _PURPOSES.items():
        ends = Counter(r.end for r in calls if r.purpose == purpose)
        if ends:
            parts = [f"{ends[e]} {CALL_ENDS_SHORT[e]}" for e in CallEnd if ends[e]]
            lines.append(f"{counted(ends.total(), 'call')} {gettext(words)}: {listed(parts)}")
    messages = [r for r in history.records if isinstance(r, Messaged)]
    if messages:
        early = sum(r.in_time for r in messages)
        late = len(messages) - early
        lines.append(
            gettext(
                "{messages}: {early} in time, {late} too late",
                messages=counted(len(messages), "message"),
                early=early,
                late=late,
            )
        )
    if not calls:
        lines.append(gettext("nobody called anybody about any of it"))
    tests = [r for r in history.records if isinstance(r, Tested)]
    if tests:
        failed = sum(not r.answered for r in tests)
        answers = (
            gettext("{failed} of them unanswered", failed=failed)
            if failed
            else gettext("every one answered")
        )
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
            gettext(
                "{silent} of {cases} answered before any word from the other side was heard",
                silent=silent,
                cases=counted(len(answered), "case"),
            )
        )
    if hostile:
        parts.append(
            gettext(
                "{cases} hostile at the root, which nothing explains away",
                cases=counted(hostile, "case"),
            )
        )
    return [gettext("out of the reach of any call: {parts}", parts=listed(parts))] if parts else []


def _end(history: History, cast: Cast) -> str:
    open_cases = sum(isinstance(r, Unfinished) for r in history.records)
    left = (
        gettext(", {pieces} of unfinished business", pieces=counted(open_cases, "piece"))
        if open_cases
        else ""
    )
    trust = listed(
        [
            gettext(
                "{bloc} believes {other_bloc} {value}",
                bloc=cast.bloc(b),
                other_bloc=cast.bloc(1 - b),
                value=per_cent(value),
            )
            for b, value in enumerate(history.credibility)
        ]
    )
    return gettext(
        "at the end: tension {tension}{left}; {trust}",
        tension=decimals(history.tension, 2),
        left=left,
        trust=trust,
    )
