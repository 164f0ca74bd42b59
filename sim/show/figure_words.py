"""What each figure of a comparison shows, in words and as a table, for who cannot see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.crisis import History
from sim.errors import ResultsError
from sim.language import gettext, spoken
from sim.records import NEVER, Called, CallEnd, Happened, Origin, Runged
from sim.scenario.kinds import SeverityClass
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
from sim.show.numbers import plain, points, share, spread, whole
from sim.show.pair_table import tallies
from sim.show.sheets import Words, sheet, sheet_of
from sim.show.words import (
    CALL_ENDS_SHORT,
    CLASSES,
    RUNGS,
    counted,
    incident,
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
    base = gettext(
        "the share of {given} that reach it",
        given=gettext("cases") if found.given else gettext("worlds"),
    )
    rungs = [
        gettext(
            "rung {k}{other_k}: ", k=k, other_k=gettext(" or above") if k < max(THRESHOLDS) else ""
        )
        + listed([f"{arm} {_share(found, arm, k)}" for arm in found.arms])
        for k in THRESHOLDS
    ]
    changes = [f"{arm} {points(found.risk_difference(arm, _RUNG))}" for arm in found.others]
    shows = gettext(
        "Dots with 95 % intervals for each arm, a panel for each rung: {base}. ", base=base
    )
    shows += f"{'. '.join(text[0].upper() + text[1:] for text in rungs)}. "
    if changes:
        shows += gettext(
            "Below, each arm's change against {reference} in the same worlds, in points; "
            "at rung {rung}: {changes}.",
            reference=found.reference,
            rung=_RUNG,
            changes=listed(changes),
        )
    tables = (risks(found), *(pair_table(found, arm) for arm in found.others))
    return Words(
        "risk", gettext("Risk by arm and rung"), shows, tuple(sheet_of(one) for one in tables)
    )


def _share(found: Comparison, arm: str, threshold: int) -> str:
    risk = found.risk(arm, threshold)
    return f"{share(risk.value)} ({spread(risk)})"


def _survival(found: Comparison, threshold: int) -> Words:
    curves = {arm: found.survival(arm, threshold) for arm in found.arms}
    ends = [f"{arm} {share(curve.survival[-1])}" for arm, curve in curves.items()]
    rung = gettext("rung {threshold} ({rungs})", threshold=threshold, rungs=RUNGS[threshold])
    shows = gettext(
        "Step curves that can only fall, one for each arm with its band of 95 % "
        "limits: the share of worlds still below {rung} as the {days} days pass. At "
        "the end it is: {ends}.",
        rung=rung,
        days=plain(found.days),
        ends=listed(ends),
    )
    start = found.scenario.start
    times = [round(found.scenario.duration * part / _STEPS) for part in range(1, _STEPS + 1)]
    table = sheet(
        gettext("Share of worlds still below {rung}, with 95 % limits", rung=rung),
        (gettext("after"), *found.arms),
        (
            (
                gettext(
                    "{time} days ({short_date})",
                    time=spoken().separated(f"{time / DAY:.3g}"),
                    short_date=short_date(moment(start, time)),
                ),
                *(_still(curve, time) for curve in curves.values()),
            )
            for time in times
        ),
    )
    caption = gettext("How long worlds stay below rung {threshold}", threshold=threshold)
    return Words(f"survival_{threshold}", caption, shows, (table,))


def _still(curve: Survival, time: int) -> str:
    """Return a curve's height at a time, with its limits."""
    at = int(np.searchsorted(curve.time, time, side="right")) - 1
    low, high = curve.low[at], curve.high[at]
    return gettext(
        "{survival} ({low} to {high})",
        survival=share(curve.survival[at]),
        low=share(low),
        high=share(high),
    )


def _peaks(found: Comparison, arm: str) -> Words:
    sums = tallies(found.peak_table(arm).tolist())
    shows = gettext(
        "A table of cells, shaded by how many worlds they hold: the highest rung "
        "without the line down, under {arm} across. {sums} worlds lie on the "
        "diagonal, with the same highest rung; {other_sums} below it, lower under "
        "the arm; {third_sums} above it, higher under the arm.",
        arm=arm,
        sums=whole(sums["unchanged"]),
        other_sums=whole(sums["lower"]),
        third_sums=whole(sums["higher"]),
    )
    table = sheet_of(peaks(found, arm))
    head = (f"{found.reference} ↓, {arm} →", *table.head[1:])
    caption = gettext("Highest rung of each world, without the line and under {arm}", arm=arm)
    return Words(f"peaks_{arm}", caption, shows, (table._replace(head=head),))


def _map(played: Played) -> Words:
    cast, history = Cast(played.stage), played.history
    rows = [r for r in history.records if isinstance(r, Happened) and r.origin != Origin.ACT]
    kinds = [incident(r.kind) for r in rows]
    told = f"{counted(len(rows), 'incident')}: {listed(kinds)}" if rows else gettext("no incident")
    shows = gettext(
        "A map of the theatre in world {world} under {arm}: coasts and borders, the "
        "tracks of each side's forces, where they met, and what went wrong: {told}.",
        world=history.world,
        arm=history.arm,
        told=told,
    )
    table = sheet(
        gettext(
            "Incidents of world {world} under {arm}, times in UTC",
            world=history.world,
            arm=history.arm,
        ),
        (
            gettext("incident"),
            gettext("when"),
            gettext("where"),
            gettext("severity"),
            gettext("victim"),
            gettext("blames"),
        ),
        (
            (
                incident(r.kind),
                cast.stamp(r.time),
                cast.place(r.x, r.y) or gettext("no place"),
                f"{CLASSES[SeverityClass(r.severity_class)]} ({severity(r.severity)})",
                cast.actor(r.victim),
                cast.actor(r.blamed),
            )
            for r in rows
        ),
    )
    caption = gettext("World {world} on the map, {arm}", world=history.world, arm=history.arm)
    return Words(MAP, caption, shows, (table,) if rows else ())


def _timeline(one: Played, other: Played) -> Words:
    cast = Cast(one.stage)
    a, b = one.history, other.history
    found = affair(a, b)
    caption = gettext(
        "World {world} as two timelines, {arm} and {other_arm}",
        world=a.world,
        arm=a.arm,
        other_arm=b.arm,
    )
    if found is None:
        shows = gettext(
            "Nothing goes wrong in world {world}, under {arm} or under {other_arm}.",
            world=a.world,
            arm=a.arm,
            other_arm=b.arm,
        )
        return Words(TIMELINE, caption, shows, ())
    peaks_of = [f"{h.arm} {peak_rung(h, cast)}" for h in (a, b)]
    shows = gettext(
        "Two paths of the rung over time in world {world}, from {stamp} to "
        "{other_stamp}, one for each arm; highest rung of the whole period: "
        "{peaks_of}. Below, for each arm, the clock of every case as a bar and the "
        "calls that race it.",
        world=a.world,
        stamp=cast.stamp(found.begin),
        other_stamp=cast.stamp(found.end),
        peaks_of=listed(peaks_of),
    )
    numbers = numbered(a, b)
    steps = sheet(
        gettext("The rung in world {world} in that time, times in UTC", world=a.world),
        (gettext("when"), gettext("arm"), gettext("rung")),
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
        gettext("Clocks and calls of that affair, times in UTC"),
        (
            gettext("case"),
            gettext("arm"),
            gettext("clock from"),
            gettext("until"),
            gettext("call wanted"),
            gettext("heard"),
            gettext("how it ended"),
        ),
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
        gettext("case {numbers}", numbers=numbers[case]),
        history.arm,
        cast.stamp(story.opened),
        cast.stamp(story.deadline(end)),
    )
    calls: list[Called] = [call for call in story.calls if call.end != CallEnd.SERVED]
    for call in calls:
        heard = cast.stamp(call.relayed) if call.relayed != NEVER else gettext("never")
        through = call.end == CallEnd.THROUGH
        yield (
            *clock, cast.stamp(wanted_at(call)), heard if through else gettext("never"),
            CALL_ENDS_SHORT[CallEnd(call.end)],
        )  # fmt: skip
    if not calls:
        yield (*clock, gettext("nobody called"), "–", "–")
