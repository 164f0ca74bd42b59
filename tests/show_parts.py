"""A stage and hand-made histories for the tests of figures and narration."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sim.crisis import History, Stage
from sim.records import (
    Acted,
    Believed,
    Called,
    CallEnd,
    Clocked,
    Contacted,
    CrisisBegan,
    Happened,
    Messaged,
    Origin,
    Outcome,
    Purpose,
    Record,
    Reported,
    Runged,
    Tested,
)
from sim.scenario import load
from sim.scenario.kinds import INCIDENT_KINDS, Act, Cause, Content
from sim.scenario.quantities import DAY, HOUR, MINUTE
from sim.world import build, prepare

SCENARIOS = Path(__file__).parents[1] / "scenarios"

RUSSIA, US = 0, 1  # rows of actors, in order of their names
NATO, RUSSIAN = 0, 1  # rows of blocs
LINE = 0

OPENS = 30 * DAY + 5 * HOUR
DEADLINE = OPENS + 9 * HOUR
CASE, REPLY, CALL = 5, 6, 77


@cache
def stage(world: int = 0) -> Stage:
    """Return one world of the smallest scenario."""
    return Stage(build(prepare(load(SCENARIOS / "minimal.yaml")), 1, world))


def history(arm: str, records: list[Record], peak_credibility: float = 0.5) -> History:
    """Return a history of the given records, in order of time."""
    return History(
        arm=arm, seed=1, world=0, begins=0, horizon=stage().theatre.horizon_ms,
        ended=stage().theatre.horizon_ms, stopped=False, invited=False, handled=len(records),
        records=tuple(sorted(records, key=lambda record: record.time)),
        activity=(((0,), (1.0,)), ((0,), (1.0,))), noticed={}, tension=0.12,
        credibility=(peak_credibility, 0.48),
    )  # fmt: skip


def everyone(time: int) -> tuple[int, int]:
    """Return the seats of a record that both blocs learn at once."""
    return (time, time)


def collision() -> list[Record]:
    """Return a routine contact, a test call, and a collision that opens a case."""
    units = {unit.id: row for row, unit in enumerate(stage().theatre.units)}
    plane, fighter = units["poseidon/1"], units["belbek/1"]
    kind = INCIDENT_KINDS["collision"].code
    return [
        Tested(12 * HOUR, everyone(12 * HOUR), LINE, 1, 0),
        Contacted(
            20 * HOUR, everyone(20 * HOUR), 3, plane, fighter, 21 * HOUR, 0, 0, 0,
            Outcome.ROUTINE, 100, 200,
        ),
        Contacted(
            OPENS, everyone(OPENS), CASE, plane, fighter, OPENS + 25 * MINUTE, 0, 2,
            Cause.ACCIDENT, Outcome.INCIDENT, 1000, 2000,
        ),
        Clocked(OPENS, (OPENS, -1), CASE, CASE, US, RUSSIA, 0.72, DEADLINE, 1),
        Happened(
            OPENS, everyone(OPENS), CASE, kind, 2, 0.72, Cause.ACCIDENT, US, RUSSIA, RUSSIA,
            8 * MINUTE, Origin.CONTACT, CASE, CASE, 0, 0, 1000, 2000,
        ),
        Reported(OPENS + 2 * HOUR, (OPENS + 2 * HOUR, -1), CASE, 0, Cause.HOSTILE, 1),
    ]  # fmt: skip


def explained(authorise: int = 38 * MINUTE) -> list[Record]:
    """Return a Russian call on the line and the explanation it carries."""
    rings = OPENS + authorise
    answered = rings + 4 * MINUTE
    right = answered + 27 * MINUTE
    ended = right + 14 * MINUTE
    arrives = ended + 55 * MINUTE
    in_time = int(arrives <= DEADLINE)
    return [
        Messaged(
            arrives, (arrives, ended), LINE, CALL, CASE, RUSSIAN, Content.EXPLAIN, 1, 1, 0.47,
            in_time,
        ),
        Called(
            arrives, (answered, OPENS), LINE, CALL, RUSSIAN, Purpose.INCIDENT, CASE, 1, rings,
            rings, answered, right, ended, arrives, CallEnd.THROUGH, 0,
        ),
    ]  # fmt: skip


def act(chosen: Act, rung: int, hostile: float) -> list[Record]:
    """Return the answer to the case, with the rung it leads to."""
    rest = (1 - hostile) / 3
    records: list[Record] = [
        Runged(DEADLINE, everyone(DEADLINE), rung, 0, rung, CASE),
        Acted(
            DEADLINE, everyone(DEADLINE), CASE, CASE, US, chosen, 0, 0.41, 0.72, 0.4, rest, rest,
            hostile, rest, Cause.ACCIDENT, 0, rung, rung,
        ),
        Runged(DEADLINE + 3 * DAY, everyone(DEADLINE + 3 * DAY), 0, 0, 0, -1),
    ]  # fmt: skip
    if rung >= 3:
        kind = INCIDENT_KINDS["act"].code
        later = DEADLINE + 7 * HOUR
        records += [
            CrisisBegan(DEADLINE, (-1, -1), CASE, Cause.ACCIDENT, rung),
            Clocked(DEADLINE, (-1, DEADLINE), REPLY, CASE, RUSSIA, US, 0.2, later, 1),
            Happened(
                DEADLINE, everyone(DEADLINE), REPLY, kind, 0, 0.2, Cause.HOSTILE, RUSSIA, US, US,
                0, Origin.ACT, REPLY, CASE, rung, rung, -1, -1,
            ),
            Acted(
                later, (-1, later), REPLY, CASE, RUSSIA, Act.ABSORB, 0, 0.1, 0.2, 0.4, 0.0, 0.0,
                1.0, 0.0, Cause.HOSTILE, 0, 0, rung,
            ),
        ]  # fmt: skip
    return records


def without_line() -> History:
    """Return the history in which nobody calls and the victim displays force."""
    return history("without_line", collision() + act(Act.DISPLAY, 3, 0.45))


def with_call() -> History:
    """Return the history in which an explanation arrives in time and the victim protests."""
    reported = OPENS + 18 * HOUR
    after = [
        Reported(reported, (reported, -1), CASE, 1, Cause.ACCIDENT, 0),
        Believed(reported, (reported, -1), NATO, RUSSIAN, CASE, 0.12, 0.56),
    ]
    return history("as_used_2022", collision() + explained() + act(Act.PROTEST, 1, 0.15) + after)
