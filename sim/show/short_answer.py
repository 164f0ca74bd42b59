"""The answer at a glance: three sentences for each arm, and what a null result or a harm means."""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.language import gettext
from sim.scenario.kinds import Cause
from sim.show.numbers import number, share, spread, whole
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
from sim.show.words import arm_words
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
        left = gettext(
            "{removesuffix} (95 % interval {spread}).",
            removesuffix=left.removesuffix("."),
            spread=spread(found.risk(arm, _RUNG)),
        )
    return Answer(
        arm,
        arm_words(found.scenario, arm),
        (first, outcomes(found, arm, shares=True), left),
        tuple(further(found, arm)),
        _verdict(found, arm, difference),
        (100 * shares.helped.value, 100 * shares.unchanged.value, 100 * shares.harmed.value),
    )


def _change(found: Comparison, arm: str, difference: Difference) -> str:
    if difference.detectable:
        return per_hundred(difference)
    if went_another_way(found, arm) == 0:
        return gettext("nothing the line carried made a difference anywhere")
    return gettext(
        "nothing detectable changed (95 % interval {ends} per hundred worlds)",
        ends=_ends(difference),
    )


def _ends(difference: Difference) -> str:
    low, high = difference.interval.low, difference.interval.high
    return gettext("{low} to {high}", low=number(100 * low), high=number(100 * high))


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
        heading = gettext("Nothing detectable changed at rung {rung}", rung=_RUNG)
    return Verdict(
        _HARM if worse else verdict.kind,
        gettext(
            "{heading}, but at rung {rung} it went {worse}",
            heading=heading,
            rung=rung,
            worse=gettext("worse") if worse else gettext("better"),
        ),
        f"{higher(found, arm)} {verdict.text}",
    )


def _same(found: Comparison) -> Verdict:
    what = (
        gettext("the given incident led to the same")
        if found.given
        else gettext("the same things happened")
    )
    return Verdict(
        _NULL,
        gettext("Nothing went another way: that is a result"),
        gettext(
            "In all {worlds} worlds {what} with the line and without it. What it "
            "carried, if anything, changed no answer and no rung. Another scenario, or "
            "another use of the line, may be another matter.",
            worlds=whole(found.worlds),
            what=what,
        ),
    )


def _undetected(found: Comparison, difference: Difference) -> Verdict:
    text = gettext(
        "These {worlds} cannot tell this arm from no line at rung {rung}. That is "
        "not proof that the line does nothing: anything from {ends} per hundred "
        "worlds would fit as well. A larger change does not (at 95 %, within this "
        "model).",
        worlds=counted(found.worlds),
        rung=_RUNG,
        ends=_ends(difference),
    )
    if not difference.reference.events and not difference.other.events:
        text = gettext(
            "No world came to rung {rung}, with the line or without it, so that there "
            "was nothing to avert. {capitalize} cannot tell how rare it is: a share of "
            "up to {high} would fit as well.",
            rung=_RUNG,
            capitalize=counted(found.worlds).capitalize(),
            high=share(difference.reference.interval.high),
        )
    if difference.more_worlds_to_halve:
        text += gettext(
            " Another {more_worlds_to_halve} worlds would halve that range.",
            more_worlds_to_halve=whole(difference.more_worlds_to_halve),
        )
    return Verdict(_NULL, gettext("Nothing detectable changed: that is a result"), text)


def _more(difference: Difference) -> Verdict:
    return Verdict(
        _HARM,
        gettext("Under this arm it came to more crises"),
        gettext(
            "This arm did harm: {per_hundred}. A call can be late, be disbelieved or "
            "tell a truth that hardens the answer, and a line that is leant on may "
            "embolden. Read the world told below before the number is passed on.",
            per_hundred=per_hundred(difference),
        ),
    )


def _fewer(found: Comparison, arm: str) -> Verdict:
    harmed = found.shares(arm, _RUNG).harmed.events
    balance = gettext(
        "That is a balance: in {harmed} the same arm made things worse. ", harmed=counted(harmed)
    )
    text = (
        balance if harmed else gettext("In no world did it make things worse at this rung. ")
    ) + (_left(found, arm))
    return Verdict(_FEWER, gettext("Under this arm it came to fewer crises"), text.strip())


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
    return gettext(
        "Of the {crises} crises left under it {meant} had a hostile root, which no "
        "call can explain away.",
        crises=whole(crises),
        meant=whole(meant),
    )
