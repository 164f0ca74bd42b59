"""The answer at a glance: three sentences for each arm, and what a null result or a harm means."""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.scenario.kinds import Cause
from sim.show.numbers import number, share, spread
from sim.show.plain_answer import (
    counted,
    further,
    happened,
    higher,
    outcomes,
    per_hundred,
    remains,
    rung_otherwise,
    went_another_way,
)
from sim.study.comparison import Comparison
from sim.study.estimates import Difference
from sim.study.measures import THRESHOLDS

_RUNG: Final = min(THRESHOLDS)
_NULL, _HARM, _FEWER = "null", "harm", "fewer"


class Verdict(NamedTuple):
    """What is to be said about an answer beside it: a heading and what it means."""

    kind: str
    heading: str
    text: str


class Answer(NamedTuple):
    """One arm's answer: three sentences, what else must be said, and what it means.

    ``bar`` holds the shares of worlds helped, unchanged and harmed, in per cent.
    """

    arm: str
    title: str
    sentences: tuple[str, str, str]
    further: tuple[str, ...]
    verdict: Verdict
    bar: tuple[float, float, float]


def answers(found: Comparison) -> tuple[Answer, ...]:
    """Return the answer under each arm beside the reference."""
    return tuple(answer(found, arm) for arm in found.others)


def answer(found: Comparison, arm: str) -> Answer:
    """Return what the line does under an arm, in three sentences.

    What happened and whether a change can be told; in what share of the worlds the arm helped,
    changed nothing and harmed; and the risk that remains.
    """
    difference = found.risk_difference(arm, _RUNG)
    shares = found.shares(arm, _RUNG)
    first = f"{happened(found, arm)}: {_change(found, arm, difference)}."
    left = remains(found, arm)
    if found.risk(arm, _RUNG).events:
        left = f"{left.removesuffix('.')} (95 % interval {spread(found.risk(arm, _RUNG))})."
    return Answer(
        arm,
        found.title(arm),
        (first, outcomes(found, arm, shares=True), left),
        tuple(further(found, arm)),
        _verdict(found, arm, difference),
        (100 * shares.helped.value, 100 * shares.unchanged.value, 100 * shares.harmed.value),
    )


def _change(found: Comparison, arm: str, difference: Difference) -> str:
    if difference.detectable:
        return per_hundred(difference)
    if went_another_way(found, arm) == 0:
        return "nothing the line carried made a difference anywhere"
    return f"nothing detectable changed (95 % interval {_ends(difference)} per hundred worlds)"


def _ends(difference: Difference) -> str:
    low, high = difference.interval.low, difference.interval.high
    return f"{number(100 * low)} to {number(100 * high)}"


def _verdict(found: Comparison, arm: str, difference: Difference) -> Verdict:
    """Return what an answer means, in words that fit a null result and a harm as well."""
    if difference.detectable and difference.value > 0:
        return _more(difference)
    if difference.detectable:
        verdict = _fewer(found, arm)
    elif went_another_way(found, arm) == 0:
        verdict = _same(found)
    else:
        verdict = _undetected(found, difference)
    return _above(found, arm, verdict)


def _above(found: Comparison, arm: str, verdict: Verdict) -> Verdict:
    """Return a verdict on crises with what it would hide: another change at a higher rung."""
    rung = rung_otherwise(found, arm)
    if rung is None:
        return verdict
    worse = found.risk_difference(arm, rung).value > 0
    heading = verdict.heading
    if verdict.kind == _NULL:
        heading = f"Nothing detectable changed at rung {_RUNG}"
    return Verdict(
        _HARM if worse else verdict.kind,
        f"{heading}, but at rung {rung} it went {'worse' if worse else 'better'}",
        f"{higher(found, arm)} {verdict.text}",
    )


def _same(found: Comparison) -> Verdict:
    what = "the given incident led to the same" if found.given else "the same things happened"
    return Verdict(
        _NULL,
        "Nothing went another way: that is a result",
        f"In all {found.worlds:,} worlds {what} with the line and without it. What it carried, if "
        f"anything, changed no answer and no rung. Another scenario, or another use of the line, "
        f"may be another matter.",
    )


def _undetected(found: Comparison, difference: Difference) -> Verdict:
    text = (
        f"These {counted(found.worlds)} cannot tell this arm from no line at rung {_RUNG}. That "
        f"is not proof that the line does nothing: anything from {_ends(difference)} per hundred "
        f"worlds would fit as well. A larger change does not (at 95 %, within this model)."
    )
    if not difference.reference.events and not difference.other.events:
        text = (
            f"No world came to rung {_RUNG}, with the line or without it, so that there was "
            f"nothing to avert. {counted(found.worlds).capitalize()} cannot tell how rare it is: "
            f"a share of up to {share(difference.reference.interval.high)} would fit as well."
        )
    if difference.more_worlds_to_halve:
        text += f" Another {difference.more_worlds_to_halve:,} worlds would halve that range."
    return Verdict(_NULL, "Nothing detectable changed: that is a result", text)


def _more(difference: Difference) -> Verdict:
    return Verdict(
        _HARM,
        "Under this arm it came to more crises",
        f"This arm did harm: {per_hundred(difference)}. A call can be late, be disbelieved or "
        f"tell a truth that hardens the answer, and a line that is leant on may embolden. Read the "
        f"world told below before the number is passed on.",
    )


def _fewer(found: Comparison, arm: str) -> Verdict:
    harmed = found.shares(arm, _RUNG).harmed.events
    balance = f"That is a balance: in {counted(harmed)} the same arm made things worse. "
    text = (balance if harmed else "In no world did it make things worse at this rung. ") + (
        _left(found, arm)
    )
    return Verdict(_FEWER, "Under this arm it came to fewer crises", text.strip())


def _left(found: Comparison, arm: str) -> str:
    """Return how much of what is left no call can undo: what was meant."""
    if found.given:
        left = found.column(arm, f"given_reached_{_RUNG}") > 0
        hostile = left & (found.column(arm, "given_cause") == Cause.HOSTILE)
        crises, meant = int(left.sum()), int(hostile.sum())
    else:
        crises, meant = (int(found.column(arm, m).sum()) for m in ("crises", "crises_hostile"))
    if not crises:
        return ""
    return (
        f"Of the {crises:,} crises left under it {meant:,} had a hostile root, which no call can "
        f"explain away."
    )
