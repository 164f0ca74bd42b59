"""The measures of one history: a flat row of numbers, taken from its records.

Injects never count in outcome measures themselves: what they set in motion does. A threshold is
reached by an act, or by a hostile incident that is no inject's own, that is itself at that rung
and finds or leaves the crisis there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.crisis import History
from sim.records import (
    NOBODY,
    Acted,
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
    Record,
    Runged,
    Stopped,
    Tested,
)
from sim.scenario.kinds import INCIDENT_KINDS, Act, Cause, SeverityClass

THRESHOLDS: Final = (3, 4, 5, 6)
CAUSES: Final = tuple(cause.name.lower() for cause in Cause)
HOUR: Final = 3_600_000
FORCE_RUNG: Final = 4
NOT_REACHED: Final = -1

Row = dict[str, int | float]


def _names() -> tuple[str, ...]:
    names = ["recorded", "serious", "high_risk", "separated", "spared"]
    names += ["incidents", *(f"incidents_{cause}" for cause in CAUSES)]
    names += [f"incidents_{kind}" for kind in INCIDENT_KINDS if kind != "act"]
    names += ["violations_0", "violations_1"]
    names += ["stopped", "cases", "misread_hostile", "misread_mild", "acts"]
    names += [f"acts_{act.name.lower()}" for act in Act]
    names += ["crises", *(f"crises_{cause}" for cause in CAUSES), "inadvertent", "crises_inject"]
    names += ["own_crises", "own_inadvertent"]
    names += [f"crises_to_{k}" for k in THRESHOLDS if k > min(THRESHOLDS)]
    names += [f"reached_{k}" for k in THRESHOLDS]
    names += [f"inadvertent_{k}" for k in THRESHOLDS]
    names += [f"own_reached_{k}" for k in THRESHOLDS]
    names += [f"time_{k}" for k in THRESHOLDS]
    names += [f"hours_{k}" for k in range(1, 7)]
    names += ["peak", "exchange", "exchanges", "exchange_acts", "observed_ms"]
    names += ["calls", *(f"calls_{p.name.lower()}" for p in Purpose if p < Purpose.NOTICE)]
    names += ["calls_through", "calls_unanswered", "calls_down", "calls_unfinished"]
    names += ["line_calls", "line_through", "line_wait_ms"]
    names += ["messages", "messages_in_time", "messages_late", "backfired"]
    names += ["notices", "notices_failed", "tests", "tests_answered"]
    names += ["tension", "credibility_0", "credibility_1", "invited", "events"]
    names += ["given_peak", "given_act", "given_misread", "given_message", "given_cause"]
    names += [f"given_reached_{k}" for k in THRESHOLDS]
    return tuple(names)


MEASURES: Final = _names()
"""Every measure of a history, in the order of the columns of ``histories.parquet``.

``violations_b`` counts what the other side sent into bloc b's airspace; ``crises_to_k`` the crises
that came to rung k; an exchange is a root that drew displays or force, ``exchange_acts`` their
number over all exchanges and ``exchange`` that of the longest.
"""

VIOLATIONS: Final = frozenset(("airspace_violation", "stray_missile", "stray_drone"))
"""The kinds of incident that are a violation of airspace by the side that caused them."""

TYPICAL: Final = {"line_wait_ms": float(HOUR), "calls_halt": 3.0, "exchange_acts": 3.0}
"""The size one event may well have, of measures whose events come in numbers at once.

Where none was seen the values themselves do not tell, and an interval as for single events would
be far too short: a wait is an hour long, an exchange some three acts with a proposal for each.
"""

REAL_MEASURES: Final = frozenset(
    ("tension", "credibility_0", "credibility_1", *(f"hours_{k}" for k in range(1, 7)))
)
"""The measures that are reals; all others are whole numbers."""


def measure(
    history: History, line: int, given: int = NOT_REACHED, blocs: Sequence[int] = ()
) -> Row:
    """Return the measures of a history. ``line`` is the row of the line, ``given`` an identity.

    ``blocs`` holds the bloc of each actor's row, by which violations of airspace are told.
    """
    row: Row = dict.fromkeys(MEASURES, 0)
    row["observed_ms"] = (history.ended if history.stopped else history.horizon) - history.begins
    row["tension"] = history.tension
    row["credibility_0"], row["credibility_1"] = history.credibility
    row["invited"] = int(history.invited)
    row["events"] = history.handled
    for k in THRESHOLDS:
        row[f"time_{k}"] = NOT_REACHED
    row["given_cause"] = row["given_act"] = NOT_REACHED
    roots: dict[int, int] = {}
    few = _count_routine(row, history)
    injects = frozenset(
        r.root for r in few if isinstance(r, Happened) and r.origin == Origin.INJECT
    )
    exchanges: dict[int, int] = {}
    for record in few:
        _count(row, record, line, roots, exchanges, given, injects)
    row["exchange"] = max(exchanges.values(), default=0)
    row["exchanges"], row["exchange_acts"] = len(exchanges), sum(exchanges.values())
    _heights(row, few)
    _violations(row, few, blocs)
    _hours(row, few, history)
    return row


def _count_routine(row: Row, history: History) -> list[Record]:
    """Count tests and notices, most of the records there are, and return all others."""
    tests = [r for r in history.records if type(r) is Tested]
    notices = [r for r in history.records if type(r) is Noticed]
    row["tests"], row["tests_answered"] = len(tests), sum(r.answered for r in tests)
    through = sum(r.end == CallEnd.THROUGH for r in notices)
    row["notices"], row["notices_failed"] = through, len(notices) - through
    return [r for r in history.records if type(r) is not Tested and type(r) is not Noticed]


def _count(
    row: Row,
    record: Record,
    line: int,
    roots: dict[int, int],
    exchanges: dict[int, int],
    given: int,
    injects: frozenset[int],
) -> None:
    """Add one record to a row."""
    if isinstance(record, Contacted):
        _contact(row, record)
    elif isinstance(record, Happened):
        _incident(row, record, roots, given, injects)
    elif isinstance(record, Acted):
        _act(row, record, roots, exchanges, given, injects)
    elif isinstance(record, CrisisBegan):
        row["crises"] += 1
        row[f"crises_{CAUSES[record.cause]}"] += 1
        row["inadvertent"] += record.cause != Cause.HOSTILE
        row["crises_inject"] += record.root in injects
        if record.root not in injects:
            row["own_crises"] += 1
            row["own_inadvertent"] += record.cause != Cause.HOSTILE
    elif isinstance(record, Called):
        _call(row, record, line)
    elif isinstance(record, Messaged):
        row["messages"] += 1
        row["messages_in_time" if record.in_time else "messages_late"] += 1
        row["given_message"] += int(record.case == given and record.in_time)
    elif isinstance(record, Stopped):
        row["stopped"] += 1


def _contact(row: Row, record: Contacted) -> None:
    row["separated"] += record.outcome == Outcome.SEPARATED
    if record.outcome == Outcome.SEPARATED:
        return  # they never met
    row["recorded"] += 1
    row["serious"] += record.severity_class == SeverityClass.SERIOUS
    row["high_risk"] += record.severity_class == SeverityClass.HIGH_RISK
    row["spared"] += record.outcome == Outcome.SPARED


def _incident(
    row: Row, record: Happened, roots: dict[int, int], given: int, injects: frozenset[int]
) -> None:
    if record.origin == Origin.ACT:
        return
    roots.setdefault(record.root, record.cause)
    if record.origin in (Origin.INJECT, Origin.GIVEN):
        if record.identity == given:
            row["given_cause"] = record.cause  # its own rung was placed, not reached
        return
    row["cases"] += record.case == record.identity
    row["incidents"] += 1
    row[f"incidents_{CAUSES[record.cause]}"] += 1
    row[f"incidents_{_KIND_NAMES[record.kind]}"] += 1
    if record.own_rung:
        own = record.root not in injects
        _reach(row, record.own_rung, record.rung, record.time, record.cause, own)
    if record.root == given and record.origin == Origin.LOCAL:
        _reach_given(row, record.own_rung, record.rung)


_KIND_NAMES = tuple(INCIDENT_KINDS)


def _act(
    row: Row,
    record: Acted,
    roots: dict[int, int],
    exchanges: dict[int, int],
    given: int,
    injects: frozenset[int],
) -> None:
    row["acts"] += 1
    row[f"acts_{Act(record.act).name.lower()}"] += 1
    belief = (record.p_accident, record.p_assertive, record.p_hostile, record.p_not_theirs)
    believed = belief.index(max(belief))
    worse = _HARSHNESS[believed] > _HARSHNESS[record.cause]
    milder = _HARSHNESS[believed] < _HARSHNESS[record.cause]
    row["misread_hostile"] += worse
    row["misread_mild"] += milder
    if record.act >= Act.DISPLAY:
        exchanges[record.root] = exchanges.get(record.root, 0) + 1
    cause = roots.get(record.root, int(Cause.HOSTILE))
    own = record.root not in injects
    _reach(row, record.own_rung, record.rung, record.time, cause, own)
    if record.root == given:
        _reach_given(row, record.own_rung, record.rung)
        if record.case == given and row["given_act"] == NOT_REACHED:
            row["given_act"] = record.act
            row["given_misread"] = int(worse) - int(milder)


_HARSHNESS = (1, 2, 3, 0)
"""How harsh an answer each cause deserves, by rank: what makes a misreading too hostile."""


def _reach(row: Row, own: int, rung: int, time: int, cause: int, unplaced: bool) -> None:
    """Note the thresholds that an act or hostile incident reached, and whether from an inject."""
    row["peak"] = max(row["peak"], _level(own, rung))
    for k in THRESHOLDS:
        if own >= min(k, FORCE_RUNG) and rung >= k:
            if not row[f"reached_{k}"]:
                row[f"reached_{k}"], row[f"time_{k}"] = 1, time
            if cause != Cause.HOSTILE:
                row[f"inadvertent_{k}"] = 1
            if unplaced:
                row[f"own_reached_{k}"] = 1


def _reach_given(row: Row, own: int, rung: int) -> None:
    row["given_peak"] = max(row["given_peak"], _level(own, rung))
    for k in THRESHOLDS:
        if own >= min(k, FORCE_RUNG) and rung >= k:
            row[f"given_reached_{k}"] = 1


def _level(own: int, rung: int) -> int:
    """Return the rung an act itself stands for: the crisis's only if the act is force."""
    return rung if own >= FORCE_RUNG else own


def _call(row: Row, record: Called, line: int) -> None:
    row["calls"] += 1
    row[f"calls_{Purpose(record.purpose).name.lower()}"] += 1
    row["calls_through"] += record.end == CallEnd.THROUGH
    row["calls_unanswered"] += record.end == CallEnd.UNANSWERED
    row["calls_down"] += record.end in (CallEnd.LINE_DOWN, CallEnd.CLOSED)
    row["calls_unfinished"] += record.end == CallEnd.UNFINISHED
    row["backfired"] += record.backfired
    if record.channel == line:
        row["line_calls"] += 1
        row["line_through"] += record.end == CallEnd.THROUGH
        if record.ringing >= 0 and record.authorised >= 0:
            row["line_wait_ms"] += record.ringing - record.authorised


def _heights(row: Row, records: Sequence[Record]) -> None:
    """Count the crises that came to each rung; a crisis lasts until the rung falls below 3."""
    height = 0
    for record in records:
        if isinstance(record, CrisisBegan):
            height = record.rung
        elif isinstance(record, Runged) and height:
            if record.rung >= min(THRESHOLDS):
                height = max(height, record.rung)
            else:
                _close(row, height)
                height = 0
    _close(row, height)


def _close(row: Row, height: int) -> None:
    for k in THRESHOLDS:
        if min(THRESHOLDS) < k <= height:
            row[f"crises_to_{k}"] += 1


def _violations(row: Row, records: Sequence[Record], blocs: Sequence[int]) -> None:
    """Count what each bloc's airspace suffered from the other; injects are the scenario's own."""
    for record in records if blocs else ():
        if isinstance(record, Happened) and _KIND_NAMES[record.kind] in VIOLATIONS:
            bloc = blocs[record.victim]
            theirs = record.by != NOBODY and blocs[record.by] == 1 - bloc
            if theirs and record.origin not in (Origin.INJECT, Origin.GIVEN):
                row[f"violations_{bloc}"] += 1


def _hours(row: Row, records: Sequence[Record], history: History) -> None:
    """Add up the hours at or above each rung within the period."""
    last, rung = history.begins, 0
    steps = [(r.time, r.rung) for r in records if isinstance(r, Runged)]
    for time, after in [*steps, (history.horizon, 0)]:
        until = min(time, history.horizon)
        for k in range(1, rung + 1):
            row[f"hours_{k}"] += (until - last) / HOUR
        last, rung = until, after
