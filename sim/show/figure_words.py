"""What each figure of a comparison shows, in words and as a table, for who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.crisis import History
from sim.errors import ResultsError
from sim.records import NEVER, Called, CallEnd, Happened, Origin, Runged
from sim.scenario.kinds import INCIDENT_BY_CODE, SeverityClass
from sim.scenario.quantities import DAY
from sim.show.affair import affair, cases_in
from sim.show.answer import pair_table, peaks, risks
from sim.show.call_figure_words import (
    words_of_beliefs,
    words_of_calls,
    words_of_use,
    words_of_worlds,
)
from sim.show.call_story import wanted_at
from sim.show.casebook import cases_of, numbered
from sim.show.cast import Cast
from sim.show.closing import peak_rung
from sim.show.numbers import points, share, spread
from sim.show.pair_table import tallies
from sim.show.sheets import Words, sheet, sheet_of
from sim.show.words import (
    CALL_ENDS_SHORT,
    CLASSES,
    RUNGS,
    counted,
    listed,
    moment,
    severity,
    short_date,
)
from sim.study.estimates import Survival
from sim.study.measures import THRESHOLDS
from sim.study.reopening import lives_as_kept
from sim.study.telling_world import calling_arm, telling_arm

if TYPE_CHECKING:
    from sim.api import Comparison, Played

_RUNG: Final = min(THRESHOLDS)
CURVES: Final = (3, 4)
"""Rungs that have a figure of the time to them."""

MAP: Final = "map"
TIMELINE: Final = "timeline"
BELIEFS: Final = "beliefs"

_STEPS: Final = 6
"""Into how many parts a period is cut where a curve is told as a table."""


def of_all_worlds(found: Comparison) -> Iterator[Words]:
    """Yield the words for the figures that tell of all worlds, in their order."""
    yield _risk(found)
    for threshold in () if found.given else CURVES:
        yield _survival(found, threshold)
    for arm in found.others:
        yield _peaks(found, arm)
        yield words_of_worlds(found, arm)
    arm_called = calling_arm(found)
    with suppress(ResultsError):  # of worlds that would come out otherwise nothing more is told
        yield words_of_use(found, found.again)
        if arm_called is not None:
            yield words_of_calls(found, found.again, arm_called)


def of_one_world(found: Comparison) -> Iterator[Words]:
    """Yield the words for the map and the timeline of the world that tells most.

    None where this version lives through that world otherwise than the one that drew them.
    """
    world = found.telling_world
    arm = telling_arm(found, world)
    if not lives_as_kept(found, world, found.arms if arm is None else (arm,)):
        return
    played = found.played(found.reference, world)
    yield _map(played)
    if arm is not None:
        other = played.under(arm)
        yield _timeline(played, other)
        yield words_of_beliefs(played, other)


def _risk(found: Comparison) -> Words:
    base = f"the share of {'cases' if found.given else 'worlds'} that reach it"
    rungs = [
        f"rung {k}{' or above' if k < max(THRESHOLDS) else ''}: "
        + listed([f"{arm} {_share(found, arm, k)}" for arm in found.arms])
        for k in THRESHOLDS
    ]
    changes = [f"{arm} {points(found.risk_difference(arm, _RUNG))}" for arm in found.others]
    shows = f"Dots with 95 % intervals for each arm, a panel for each rung: {base}. "
    shows += f"{'. '.join(text[0].upper() + text[1:] for text in rungs)}. "
    if changes:
        shows += (
            f"Below, each arm's change against {found.reference} in the same worlds, in points; at "
            f"rung {_RUNG}: {listed(changes)}."
        )
    tables = (risks(found), *(pair_table(found, arm) for arm in found.others))
    return Words("risk", "Risk by arm and rung", shows, tuple(sheet_of(one) for one in tables))


def _share(found: Comparison, arm: str, threshold: int) -> str:
    risk = found.risk(arm, threshold)
    return f"{share(risk.value)} ({spread(risk)})"


def _survival(found: Comparison, threshold: int) -> Words:
    curves = {arm: found.survival(arm, threshold) for arm in found.arms}
    ends = [f"{arm} {share(curve.survival[-1])}" for arm, curve in curves.items()]
    rung = f"rung {threshold} ({RUNGS[threshold]})"
    shows = (
        f"Step curves that can only fall, one for each arm with its band of 95 % limits: the share "
        f"of worlds still below {rung} as the {found.days:g} days pass. At the end it is: "
        f"{listed(ends)}."
    )
    start = found.scenario.start
    times = [round(found.scenario.duration * part / _STEPS) for part in range(1, _STEPS + 1)]
    table = sheet(
        f"Share of worlds still below {rung}, with 95 % limits",
        ("after", *found.arms),
        (
            (
                f"{time / DAY:.3g} days ({short_date(moment(start, time))})",
                *(_still(curve, time) for curve in curves.values()),
            )
            for time in times
        ),
    )
    caption = f"How long worlds stay below rung {threshold}"
    return Words(f"survival_{threshold}", caption, shows, (table,))


def _still(curve: Survival, time: int) -> str:
    """Return a curve's height at a time, with its limits."""
    at = int(np.searchsorted(curve.time, time, side="right")) - 1
    low, high = curve.low[at], curve.high[at]
    return f"{share(curve.survival[at])} ({share(low)} to {share(high)})"


def _peaks(found: Comparison, arm: str) -> Words:
    sums = tallies(found.peak_table(arm).tolist())
    shows = (
        f"A table of cells, shaded by how many worlds they hold: the highest rung without the line "
        f"down, under {arm} across. {sums['unchanged']:,} worlds lie on the diagonal, with the "
        f"same highest rung; {sums['lower']:,} below it, lower under the arm; "
        f"{sums['higher']:,} above it, higher under the arm."
    )
    table = sheet_of(peaks(found, arm))
    head = (f"{found.reference} ↓, {arm} →", *table.head[1:])
    caption = f"Highest rung of each world, without the line and under {arm}"
    return Words(f"peaks_{arm}", caption, shows, (table._replace(head=head),))


def _map(played: Played) -> Words:
    cast, history = Cast(played.stage), played.history
    rows = [r for r in history.records if isinstance(r, Happened) and r.origin != Origin.ACT]
    kinds = [INCIDENT_BY_CODE[r.kind].title for r in rows]
    told = f"{counted(len(rows), 'incident')}: {listed(kinds)}" if rows else "no incident"
    shows = (
        f"A map of the theatre in world {history.world} under {history.arm}: coasts and borders, "
        f"the tracks of each side's forces, where they met, and what went wrong: {told}."
    )
    table = sheet(
        f"Incidents of world {history.world} under {history.arm}, times in UTC",
        ("incident", "when", "where", "severity", "victim", "blames"),
        (
            (
                INCIDENT_BY_CODE[r.kind].title,
                cast.stamp(r.time),
                cast.place(r.x, r.y) or "no place",
                f"{CLASSES[SeverityClass(r.severity_class)]} ({severity(r.severity)})",
                cast.actor(r.victim),
                cast.actor(r.blamed),
            )
            for r in rows
        ),
    )
    caption = f"World {history.world} on the map, {history.arm}"
    return Words(MAP, caption, shows, (table,) if rows else ())


def _timeline(one: Played, other: Played) -> Words:
    cast = Cast(one.stage)
    a, b = one.history, other.history
    found = affair(a, b)
    caption = f"World {a.world} as two timelines, {a.arm} and {b.arm}"
    if found is None:
        shows = f"Nothing goes wrong in world {a.world}, under {a.arm} or under {b.arm}."
        return Words(TIMELINE, caption, shows, ())
    peaks_of = [f"{h.arm} {peak_rung(h, cast)}" for h in (a, b)]
    shows = (
        f"Two paths of the rung over time in world {a.world}, from {cast.stamp(found.begin)} to "
        f"{cast.stamp(found.end)}, one for each arm; highest rung of the whole period: "
        f"{listed(peaks_of)}. Below, for each arm, the clock of every case as a bar and the calls "
        f"that race it."
    )
    numbers = numbered(a, b)
    steps = sheet(
        f"The rung in world {a.world} in that time, times in UTC",
        ("when", "arm", "rung"),
        (
            (cast.stamp(time), arm, f"{rung} ({RUNGS[rung]})")
            for time, arm, rung in sorted(
                (r.time, h.arm, r.rung)
                for h in (a, b)
                for r in h.records
                if isinstance(r, Runged) and found.begin <= r.time <= found.end
            )
        ),
    )
    clocks = sheet(
        "Clocks and calls of that affair, times in UTC",
        ("case", "arm", "clock from", "until", "call wanted", "heard", "how it ended"),
        (
            row
            for h in (a, b)
            for case in cases_in(h, found)
            for row in _races(h, case, numbers, cast, found.end)
        ),
    )
    return Words(TIMELINE, caption, shows, tuple(t for t in (steps, clocks) if t.rows))


def _races(
    history: History, case: int, numbers: dict[int, int], cast: Cast, end: int
) -> Iterator[tuple[str, ...]]:
    """Yield a row for each call about a case, or one where nobody called."""
    story = cases_of(history)[case]
    clock = (
        f"case {numbers[case]}", history.arm, cast.stamp(story.opened),
        cast.stamp(story.deadline(end)),
    )  # fmt: skip
    calls: list[Called] = [call for call in story.calls if call.end != CallEnd.SERVED]
    for call in calls:
        heard = cast.stamp(call.relayed) if call.relayed != NEVER else "never"
        through = call.end == CallEnd.THROUGH
        yield (
            *clock, cast.stamp(wanted_at(call)), heard if through else "never",
            CALL_ENDS_SHORT[CallEnd(call.end)],
        )  # fmt: skip
    if not calls:
        yield (*clock, "nobody called", "–", "–")
