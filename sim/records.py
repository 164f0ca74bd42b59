"""Everything that happens is one typed, frozen record: kind, time, identities, plain numbers.

Measures, figures and narration read only records. Words are made when a record is shown. Times
are milliseconds since the scenario's start, places whole metres on the theatre's projection.
``seats`` says when each bloc learns of the record, -1 for never; the blocs stand in the order of
their names.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, NamedTuple

Seats = tuple[int, int]

NEVER: Final = -1
NOBODY: Final = -1


class Outcome(IntEnum):
    """What a recorded contact came to."""

    ROUTINE = 0
    INCIDENT = 1
    SEPARATED = 2
    SPARED = 3


class Origin(IntEnum):
    """Where an incident comes from."""

    CONTACT = 0
    STRAY = 1
    ATTACK = 2
    LOCAL = 3
    ACT = 4
    INJECT = 5
    GIVEN = 6


class Purpose(IntEnum):
    """What a call is for, the most urgent first."""

    HALT = 0
    INCIDENT = 1
    CONCERN = 2
    NOTICE = 3
    TEST = 4


class CallEnd(IntEnum):
    """How a call ended."""

    THROUGH = 0
    UNANSWERED = 1
    LINE_DOWN = 2
    SERVED = 3  # another conversation on the same case made it needless
    UNFINISHED = 4
    CLOSED = 5  # the channel was not open, or closed for good
    TOO_LATE = 6  # a notice whose sortie had begun before the telephone was free
    REFUSED = 7  # people did not give leave to call


class Contacted(NamedTuple):
    """A contact worth noting, and what it came to. ``a`` and ``b`` are rows of units."""

    time: int
    seats: Seats
    identity: int
    a: int
    b: int
    last: int
    setting: int
    severity_class: int
    cause: int
    outcome: int
    x: int
    y: int


class Struck(NamedTuple):
    """A salvo that fell near a critical site."""

    time: int
    seats: Seats
    identity: int
    salvo: int
    actor: int


class Happened(NamedTuple):
    """An incident. ``own_rung`` is the rung it puts its author on, ``rung`` the crisis's after it.

    ``by`` is the true author, which may be a third party; ``blamed`` the actor it is blamed on.
    """

    time: int
    seats: Seats
    identity: int
    kind: int
    severity_class: int
    severity: float
    cause: int
    victim: int
    by: int
    blamed: int
    lasts: int
    origin: int
    case: int
    root: int
    own_rung: int
    rung: int
    x: int
    y: int


class Stopped(NamedTuple):
    """A long incident that a message ended early, with the severity that remains."""

    time: int
    seats: Seats
    channel: int
    incident: int
    case: int
    severity: float


class Clocked(NamedTuple):
    """A case whose severity or clock was set: on opening, joining, waiting."""

    time: int
    seats: Seats
    case: int
    root: int
    victim: int
    blamed: int
    severity: float
    deadline: int
    version: int


class Reported(NamedTuple):
    """The victim's own investigation names a cause; ``final`` 0 for the first report, 1 later."""

    time: int
    seats: Seats
    case: int
    final: int
    named: int
    in_time: int


class Called(NamedTuple):
    """One use of a channel with each of its delays; -1 for a step that was never reached."""

    time: int
    seats: Seats
    channel: int
    identity: int
    caller: int
    purpose: int
    case: int
    attempts: int
    authorised: int
    ringing: int
    answered: int
    right_person: int
    ended: int
    relayed: int
    end: int
    backfired: int


class Tested(NamedTuple):
    """A test call and whether it was answered."""

    time: int
    seats: Seats
    channel: int
    answered: int
    waited: int


class Noticed(NamedTuple):
    """Word of a sortie, or the attempt to give it, with each delay.

    It was due at ``due``, had the telephone at ``begun`` and was through at ``given``; -1 for a
    step that was never reached. ``end`` is a row of CallEnd.
    """

    time: int
    seats: Seats
    channel: int
    sortie: int
    unit: int
    bloc: int
    due: int
    begun: int
    given: int
    end: int


class Messaged(NamedTuple):
    """What one side said about a case, when it reached the other's decision maker."""

    time: int
    seats: Seats
    channel: int
    call: int
    case: int
    sender: int
    content: int
    knew: int
    honest: int
    credibility: float
    in_time: int


class Acted(NamedTuple):
    """An actor's answer to a case, with what it believed and wanted."""

    time: int
    seats: Seats
    case: int
    root: int
    actor: int
    act: int
    theatre: int
    wanted: float
    severity: float
    tension: float
    p_accident: float
    p_assertive: float
    p_hostile: float
    p_not_theirs: float
    cause: int
    held_back: int
    own_rung: int
    rung: int


class Runged(NamedTuple):
    """The level of each bloc and the rung of the crisis, after either changed."""

    time: int
    seats: Seats
    first: int
    second: int
    rung: int
    root: int


class CrisisBegan(NamedTuple):
    """A crisis: the first act or hostile incident at rung 3 or above, with its root's cause."""

    time: int
    seats: Seats
    root: int
    cause: int
    rung: int


class Believed(NamedTuple):
    """A revelation moved one bloc's credibility in the other's eyes."""

    time: int
    seats: Seats
    receiver: int
    sender: int
    case: int
    falsehood: float
    credibility: float


class Placed(NamedTuple):
    """An inject of the scenario took place; ``inject`` is its row."""

    time: int
    seats: Seats
    identity: int
    inject: int


class Decided(NamedTuple):
    """A person's reply to a request, logged under the request's identity."""

    time: int
    seats: Seats
    identity: int
    actor: int
    request: int
    choice: int
    late: int


class Unfinished(NamedTuple):
    """Business still open when the run ended: a case, or a call. ``what`` is 0 or 1."""

    time: int
    seats: Seats
    identity: int
    what: int


Record = (
    Contacted
    | Struck
    | Happened
    | Stopped
    | Clocked
    | Reported
    | Called
    | Tested
    | Noticed
    | Messaged
    | Acted
    | Runged
    | CrisisBegan
    | Believed
    | Placed
    | Decided
    | Unfinished
)

RECORD_TYPES: Final[tuple[type[Any], ...]] = (
    Contacted,
    Struck,
    Happened,
    Stopped,
    Clocked,
    Reported,
    Called,
    Tested,
    Noticed,
    Messaged,
    Acted,
    Runged,
    CrisisBegan,
    Believed,
    Placed,
    Decided,
    Unfinished,
)
"""Every type of record; its row here is its kind code."""


def channel_of(record: Record) -> int:
    """Return the row of the channel a record belongs to, -1 if it is no channel's own."""
    return getattr(record, "channel", NOBODY)


def rounded(value: float) -> float:
    """Return a real with the nine significant digits that records and results carry."""
    return float(f"{value:.9g}")


def as_row(record: Record) -> dict[str, Any]:
    """Return a record as a flat mapping, reals rounded, identities as 16 hexadecimal digits."""
    row: dict[str, Any] = {"record": type(record).__name__}
    for name, value in record._asdict().items():
        if name in _IDENTITIES and value >= 0:
            row[name] = f"{value:016x}"
        elif isinstance(value, float):
            row[name] = rounded(value)
        else:
            row[name] = value
    return row


_IDENTITIES: Final = frozenset({"identity", "case", "root", "incident", "call", "sortie"})
