"""The answer in plain sentences, and what so many worlds can show at all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.language import gettext, ngettext
from sim.language import gettext_noop as N_
from sim.scenario import Scenario
from sim.scenario import arm as scenario_under
from sim.scenario.channels import LINE
from sim.show.numbers import number, plain, share, spread, whole, wrapped
from sim.study.comparing import compare
from sim.study.comparison import Comparison
from sim.study.estimates import Difference, PowerLine, power_line
from sim.study.measures import THRESHOLDS

_RUNG = 3
CLOSING = N_(
    "None of these arms removes all risk. How much the line does follows from "
    "the stated assumptions, each with its range, not from any measurement: no "
    "public source measures it."
)
_TRUTH = N_(
    "This arm tells the truth about hostile acts too, and a victim that knows it "
    "was meant may answer more sharply. "
)
_GIVEN = (*(f"given_reached_{k}" for k in (3, 4, 5, 6)), "given_act", "given_peak")


def paragraph(found: Comparison) -> Iterator[str]:
    """Yield the answer as a workshop participant would want to hear it."""
    for arm in found.others:
        yield wrapped(_sentences(found, arm))
        yield ""
    yield wrapped(gettext(CLOSING))


def _sentences(found: Comparison, arm: str) -> str:
    difference = found.risk_difference(arm, _RUNG)
    text = f"{arm}: {happened(found, arm)}. {outcomes(found, arm)} "
    text += _detected(difference) if difference.detectable else _nothing(found, arm, difference)
    above = higher(found, arm)
    parts = [text.rstrip(), *([above] if above else []), *further(found, arm), remains(found, arm)]
    return " ".join(parts)


def happened(found: Comparison, arm: str) -> str:
    """Return in how many worlds it came to a crisis without the line and under an arm."""
    base, risk = found.risk(found.reference, _RUNG), found.risk(arm, _RUNG)
    if found.given:
        placed = int((found.column(found.reference, "given_cause") >= 0).sum())
        return gettext(
            "Of {worlds} worlds with this incident, in {base} it led to a crisis (rung 3 or above) "
            "without the line and {events} under this arm",
            worlds=whole(placed), base=whole(base.events), events=whole(risk.events),
        )  # fmt: skip
    return gettext(
        "Of {worlds} worlds of {days} days, {base} saw a crisis (rung 3 or above) without the line "
        "and {events} under this arm",
        worlds=whole(found.worlds), days=plain(found.days), base=whole(base.events),
        events=whole(risk.events),
    )  # fmt: skip


def outcomes(found: Comparison, arm: str, shares: bool = False) -> str:
    """Return in how many worlds the arm helped, changed nothing and harmed, with their shares."""
    parts = found.shares(arm, _RUNG)
    helped, unchanged, harmed = (
        f"{one.events:,}" + (f" ({share(one.value)})" if shares else "")
        for one in (parts.helped, parts.unchanged, parts.harmed)
    )
    return gettext(
        "In {helped} the arm averted it; in {unchanged} it changed nothing at this "
        "rung; in {harmed} it made things worse.",
        helped=helped,
        unchanged=unchanged,
        harmed=harmed,
    )


def remains(found: Comparison, arm: str) -> str:
    """Return what risk remains under an arm."""
    risk = found.risk(arm, _RUNG)
    if risk.events == 0:
        high = share(risk.interval.high)
        return gettext(
            "What remains: none of these worlds, but up to {high} is compatible.", high=high
        )
    return gettext("What remains: {value} still come to it.", value=share(risk.value))


def further(found: Comparison, arm: str) -> list[str]:
    """Return what must be said beside the answer at rung 3, if anything."""
    own = _own(found, arm).strip()
    return [
        *([own] if own else []),
        *([gettext(_TRUTH).strip()] if _tells_truth(found, arm) else []),
    ]


def _detected(difference: Difference) -> str:
    return gettext("That is {per_hundred}. ", per_hundred=per_hundred(difference))


def higher(found: Comparison, arm: str) -> str:
    """Say so where force or war goes another way than crises do: fewer of these may hide it."""
    rung = rung_otherwise(found, arm)
    if rung is None:
        return ""
    how = (
        gettext("it is the other way round")
        if found.risk_difference(arm, _RUNG).detectable
        else (gettext("a change does show"))
    )
    return gettext(
        "At rung {rung} {how}: {per_hundred}.",
        rung=rung,
        how=how,
        per_hundred=per_hundred(found.risk_difference(arm, rung)),
    )


def rung_otherwise(found: Comparison, arm: str) -> int | None:
    """Return the first rung above a crisis that changes otherwise than crises do, None if none."""
    lower = found.risk_difference(arm, _RUNG)
    for rung in THRESHOLDS:
        change = found.risk_difference(arm, rung)
        another = not lower.detectable or (change.value > 0) != (lower.value > 0)
        if rung > _RUNG and change.detectable and another:
            return rung
    return None


def per_hundred(difference: Difference) -> str:
    """Return a detectable difference of shares in words, with its interval."""
    fewer = difference.value < 0
    ends = sorted(abs(100 * x) for x in (difference.interval.low, difference.interval.high))
    sentence = (
        N_("{size} fewer per hundred worlds (95 % interval {low} to {high})")
        if fewer
        else N_("{size} more per hundred worlds (95 % interval {low} to {high})")
    )
    return gettext(
        sentence,
        size=number(abs(100 * difference.value)), low=number(ends[0]), high=number(ends[1]),
    )  # fmt: skip


def _own(found: Comparison, arm: str) -> str:
    """Say what is left of it when the scenario's own dated events are set aside."""
    if found.given or not any(i.incident or i.alert for i in found.scenario.injects):
        return ""
    measure = f"own_reached_{_RUNG}"
    base, other = (int(found.column(a, measure).sum()) for a in (found.reference, arm))
    everything = f"reached_{_RUNG}"
    all_base, all_other = (int(found.column(a, everything).sum()) for a in (found.reference, arm))
    if (base, other) == (all_base, all_other):
        return ""  # nothing came of those events
    change = found.difference(arm, measure)
    low, high = change.interval.low, change.interval.high
    sentence = (
        N_(
            "Much of this answers the scenario's own dated events: apart from what followed those, "
            "{base} saw a crisis without the line and {other} under this arm ({low} to {high} per "
            "hundred worlds). "
        )
        if 2 * (all_base - base) >= all_base
        else N_(
            "Some of this answers the scenario's own dated events: apart from what followed those, "
            "{base} saw a crisis without the line and {other} under this arm ({low} to {high} per "
            "hundred worlds). "
        )
    )
    return gettext(
        sentence,
        base=counted(base),
        other=whole(other),
        low=number(100 * low),
        high=number(100 * high),
    )


def _tells_truth(found: Comparison, arm: str) -> bool:
    line = scenario_under(found.scenario, arm).channels.get(LINE)
    return line is not None and line.truth


def went_another_way(found: Comparison, arm: str) -> int:
    """Return in how many worlds the question's own affair went another way."""
    if not found.given:
        return int((found.column(arm, "diverged_ms") >= 0).sum())
    base = found.reference
    changed = [found.column(arm, name) != found.column(base, name) for name in _GIVEN]
    return int(np.logical_or.reduce(changed).sum())


def _nothing(found: Comparison, arm: str, difference: Difference) -> str:
    changed = went_another_way(found, arm)
    if changed == 0:
        calls = int(found.column(arm, "line_through").sum() + found.column(arm, "notices").sum())
        return gettext(
            "Nothing the line carried made a difference anywhere ({calls} calls and "
            "notices got through). ",
            calls=whole(calls),
        )
    more = difference.more_worlds_to_halve
    low, high = difference.interval.low, difference.interval.high
    return gettext(
        "Nothing detectable changed: the difference may be zero, or anything from "
        "{low} to {high} per hundred worlds. Something went another way in "
        "{changed}. ",
        low=number(100 * low),
        high=number(100 * high),
        changed=counted(changed),
    ) + (
        gettext("Another {more} worlds would halve that range. ", more=whole(more)) if more else ""
    )


def power_lines(scenario: Scenario, worlds: int, seed: int, given: str | None) -> Iterator[str]:
    """Yield what can be seen with this many worlds, from a small pilot under the reference."""
    pilot = compare(scenario, worlds=min(worlds, PILOT), seed=seed, arms=(), given=given)
    if not pilot.complete or pilot.worlds == 0:
        raise KeyboardInterrupt
    risk = pilot.risk(pilot.reference, _RUNG)
    yield (
        gettext(
            "Pilot of {worlds}: {events} reach rung 3 without the line ({spread}).",
            worlds=counted(pilot.worlds),
            events=risk.events,
            spread=spread(risk),
        )
    )
    yield gettext(
        "Power: {power}",
        power=_power(power_line(worlds, max(risk.value, LEAST / pilot.worlds), EFFECT)),
    )


def counted(worlds: int) -> str:
    """Return a number of worlds in words."""
    return ngettext("{worlds} world", "{worlds} worlds", worlds, worlds=whole(worlds))


def _chance(p: float) -> str:
    return gettext("below 1 %") if p < LEAST_CHANCE else share(p)


def _power(power: PowerLine) -> str:
    """Say what this many worlds can see."""
    can = gettext("can") if power.resolvable else gettext("cannot be relied on to")
    text = gettext(
        "{worlds} {can} show a change of the risk at rung 3 by "
        "{expected_relative_effect} of itself (chance {chance})",
        worlds=counted(power.worlds),
        can=can,
        expected_relative_effect=share(power.expected_relative_effect),
        chance=_chance(power.power),
    )
    if power.smallest_relative_effect is not None:
        text += gettext(
            "; the smallest is about {smallest_relative_effect}",
            smallest_relative_effect=share(power.smallest_relative_effect),
        )
    if not power.resolvable and power.worlds_needed is not None:
        text += gettext(
            "; about {worlds_needed} worlds would be needed",
            worlds_needed=whole(power.worlds_needed),
        )
    return text + "."


PILOT = 40
LEAST = 0.5
"""Events a pilot that saw none is taken to have seen."""
EFFECT = 0.1
"""Relative effect the power line asks about: what notices came to in an earlier model."""
LEAST_CHANCE = 0.01
