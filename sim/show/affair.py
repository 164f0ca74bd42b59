"""The affair of a pair that is worth drawing: all cases that go back to one root incident.

Where the arms differ, it is the differing affair that rose highest in either; where they do not,
the highest that both share.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.crisis import History
from sim.records import NEVER, Acted, Called, Clocked, Happened, Origin, Record, Runged
from sim.scenario.quantities import DAY, HOUR

_LONGEST: Final = 14 * DAY
_SHORTEST: Final = 6 * HOUR
_MARGIN: Final = 0.06
_AFTERMATH: Final = 12 * HOUR


class Affair(NamedTuple):
    """A root and the window of time in which it plays, in ms."""

    root: int
    begin: int
    end: int


def affair(a: History, b: History) -> Affair | None:
    """Return the affair to draw, or None where neither history has an incident."""
    ours, theirs = _by_root(a), _by_root(b)
    roots = sorted(ours.keys() | theirs.keys())
    if not roots:
        return None
    differing = [root for root in roots if _deeds(ours.get(root)) != _deeds(theirs.get(root))]
    best = max(differing or roots, key=lambda root: _weight(root, ours, theirs))
    return _window(best, [*ours.get(best, ()), *theirs.get(best, ())], (a, b))


def _by_root(history: History) -> dict[int, list[Record]]:
    """Return the records of each affair by its root, in order."""
    roots: dict[int, int] = {}
    found: dict[int, list[Record]] = {}
    for record in history.records:
        if isinstance(record, Clocked | Happened):
            roots[record.case] = record.root
        if isinstance(record, Clocked | Happened | Acted):
            found.setdefault(record.root, []).append(record)
        elif isinstance(record, Called) and record.case in roots:
            found[roots[record.case]].append(record)
    return found


def _deeds(records: list[Record] | None) -> list[tuple[int, ...]]:
    """Return what was done in an affair, leaving out beliefs, clocks and talk."""
    deeds: list[tuple[int, ...]] = []
    for record in records or ():
        if isinstance(record, Happened):
            deeds.append((record.time, record.identity))
        elif isinstance(record, Acted):
            deeds.append((record.time, record.case, record.act))
    return deeds


def _weight(
    root: int, ours: dict[int, list[Record]], theirs: dict[int, list[Record]]
) -> tuple[float, ...]:
    """Return how much an affair has to show: its highest act, its acts, its severity, its start."""
    both = [*ours.get(root, ()), *theirs.get(root, ())]
    acts = [r for r in both if isinstance(r, Acted)]
    severity = max((r.severity for r in both if isinstance(r, Happened)), default=0.0)
    calls = sum(isinstance(r, Called) for r in both)
    highest = max((r.own_rung for r in acts), default=0)
    return (highest, len(acts), severity, calls, -min(r.time for r in both))


def _window(root: int, records: list[Record], histories: tuple[History, History]) -> Affair:
    """Return an affair with its window: its first record to its last act, call or deadline."""
    begin = min(r.time for r in records)
    ends = [r.time for r in records if isinstance(r, Acted | Happened)]
    ends += [r.deadline for r in records if isinstance(r, Clocked)]
    end = max(ends)
    late = [r.time for r in records if isinstance(r, Called) and r.relayed != NEVER]
    end = max([end, *(t for t in late if t <= end + _AFTERMATH)])
    for history in histories:
        steps = [r.time for r in history.records if isinstance(r, Runged) and r.time > end]
        end = max(end, min((t for t in steps if t <= end + _AFTERMATH), default=end))
    end = min(max(end, begin + _SHORTEST), begin + _LONGEST)
    margin = int((end - begin) * _MARGIN)
    return Affair(root, begin - margin, end + 2 * margin)


def cases_in(history: History, found: Affair) -> list[int]:
    """Return the identities of the affair's cases in a history, in order of opening."""
    order: dict[int, None] = {}
    for record in history.records:
        if isinstance(record, Clocked) and record.root == found.root:
            order.setdefault(record.case)
    return list(order)


def incidents_in(history: History, begin: int, end: int) -> list[Happened]:
    """Return the incidents of a window that are no side's own act."""
    return [
        r
        for r in history.records
        if isinstance(r, Happened) and r.origin != Origin.ACT and begin <= r.time <= end
    ]
