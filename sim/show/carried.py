"""What carries an answer, for a page: a sensitivity study's words, figures and tables."""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.language import gettext
from sim.show.numbers import number, points
from sim.show.sensitivity_answer import at_base, caution, scope, statement
from sim.show.sheets import Sheet, Words, sheet
from sim.study.points import THRESHOLDS
from sim.study.sensitivity_kept import KeptSensitivity

_RUNG: Final = min(THRESHOLDS)
_SHOWN: Final = 16
"""Factors in the table of what each does by itself, as many as its figure has."""


class Carries(NamedTuple):
    """What a sensitivity study says, in the words of its own answer."""

    scope: str
    base: tuple[str, ...]
    statements: tuple[tuple[int, str], ...]
    caution: str
    complete: bool


def carries(found: KeptSensitivity) -> Carries:
    """Return what a study says of every rung that it asks about."""
    statements = tuple((k, statement(found, k)) for k in THRESHOLDS) if found.effects else ()
    return Carries(scope(found), tuple(at_base(found)), statements, caution(found), found.complete)


def tornado(found: KeptSensitivity) -> Words:
    """Return the words for the figure of what each factor does by itself."""
    moving = [each for each in found.swings(_RUNG) if each.span > 0]
    low, high = found.other_worlds(_RUNG)
    told = "; ".join(
        gettext(
            "{name} by {value} at its low end and by {other_value} at its high end",
            name=each.factor.name,
            value=number(100 * each.low.value),
            other_value=number(100 * each.high.value),
        )
        for each in moving[:3]
    )
    shows = (
        gettext(
            "Bars from the base, one pair for each factor: by how many points the paired "
            "difference at rung {rung} moves when that factor alone goes to either end "
            "of its range. ",
            rung=_RUNG,
        )
        + (
            gettext("The longest: {told}. ", told=told)
            if told
            else gettext("No factor moves it by itself. ")
        )
        + gettext(
            "A grey band from {low} to {high} shows how far the base itself lies in other worlds.",
            low=number(100 * low),
            high=number(100 * high),
        )
    )
    caption = gettext("What each assumption does by itself")
    return Words(f"tornado_{_RUNG}", caption, shows, (swings(found),) if moving else ())


def swings(found: KeptSensitivity) -> Sheet:
    """Return the table of what each factor does by itself at the first rung."""
    moving = [each for each in found.swings(_RUNG) if each.span > 0]
    return sheet(
        gettext(
            "By how many points the paired difference at rung {rung} moves (95 % interval)",
            rung=_RUNG,
        ),
        (
            gettext("factor"),
            gettext("meaning"),
            gettext("low end"),
            gettext("moves it by"),
            gettext("base"),
            gettext("high end"),
            gettext("moves it by"),
        ),
        (
            (
                each.factor.name,
                each.factor.meaning,
                each.factor.text(each.factor.low),
                points(each.low),
                each.factor.text(each.factor.base),
                each.factor.text(each.factor.high),
                points(each.high),
            )
            for each in moving[:_SHOWN]
        ),
    )
