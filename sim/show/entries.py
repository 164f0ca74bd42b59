"""Entries: the paragraphs of a story, and the order in which one instant is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sim.language import Lexicon
from sim.language import gettext_noop as N_
from sim.records import (
    Acted,
    Believed,
    Called,
    Clocked,
    Contacted,
    CrisisBegan,
    Decided,
    Happened,
    Messaged,
    Noticed,
    Placed,
    Record,
    Reported,
    Runged,
    Stopped,
    Struck,
    Tested,
    Unfinished,
)
from sim.scenario.kinds import SeverityClass


class Tone(StrEnum):
    """What an entry is about; its value is the word in the margin."""

    CONTACT = "contact"
    INCIDENT = "INCIDENT"
    INJECT = "inject"
    CLOCK = "clock"
    REPORT = "report"
    CALL = "call"
    BELIEF = "belief"
    ACT = "ACT"
    RUNG = "RUNG"
    CHOICE = "choice"
    OPEN = "open"
    MARK = "====="


TONES: Final = Lexicon(
    {
        Tone.CONTACT: N_("Contact"),
        Tone.INCIDENT: N_("Incident"),
        Tone.INJECT: N_("Inject"),
        Tone.CLOCK: N_("Clock"),
        Tone.REPORT: N_("Report"),
        Tone.CALL: N_("Call"),
        Tone.BELIEF: N_("Belief"),
        Tone.ACT: N_("Act"),
        Tone.RUNG: N_("Rung"),
        Tone.CHOICE: N_("Choice"),
        Tone.OPEN: N_("Open"),
    }
)
"""What an entry is about, as a page says it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One paragraph of a story: when it is learned, what it is about, and the words.

    ``rank`` puts the entries of one instant in order.
    """

    time: int
    tone: Tone
    text: str
    rank: int


ORDER: Final[dict[type[Any], int]] = {
    kind: rank
    for rank, kind in enumerate(
        (
            Tested, Noticed, Stopped, Messaged, Called, Reported, Believed, Decided, Contacted,
            Struck, Placed, Acted, Happened, Runged, CrisisBegan, Clocked, Unfinished,
        )
    )
}  # fmt: skip


def is_quiet(record: Record) -> bool:
    """Whether a record is counted rather than told."""
    if isinstance(record, Contacted):
        return record.severity_class == SeverityClass.ROUTINE
    return isinstance(record, Tested | Noticed | Struck)
