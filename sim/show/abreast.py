"""Two histories of one world side by side, from where they part: what to tell, in which order."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from sim.crisis import History
from sim.language import gettext
from sim.records import Contacted
from sim.show.casebook import numbered
from sim.show.cast import Cast
from sim.show.closing import closing
from sim.show.divergence import Divergence, divergence
from sim.show.entries import Entry, Tone
from sim.show.telling import Teller
from sim.show.words import counted, listed, sentence

if TYPE_CHECKING:
    from sim.crisis import Stage


class Abreast(NamedTuple):
    """A pair of histories to be told side by side.

    ``parts`` is where they part, None if they never do; ``past`` says what both share before that.
    Each row holds what is told of the one and of the other, equal where it is told of both, and
    one of them None where only the other has it. ``ends`` are the sentences that sum each up.
    """

    cast: Cast
    parts: Divergence | None
    past: str
    rows: tuple[tuple[Entry | None, Entry | None], ...]
    ends: tuple[list[str], list[str]]


def abreast(a: History, b: History, stage: Stage) -> Abreast:
    """Return two histories of one world, set side by side."""
    cast = Cast(stage)
    ends = closing(a, cast), closing(b, cast)
    parts = divergence(a, b, cast)
    if parts is None:
        return Abreast(cast, None, "", (), ends)
    numbers = numbered(a, b)
    tellers = (Teller(a, cast, numbers), Teller(b, cast, numbers))
    left, right = (
        [e for _, _, e in t.entries() if e and e.time >= parts.tells_from] for t in tellers
    )
    rows = tuple(aligned(left, right))
    return Abreast(cast, parts, _common_past(tellers[0], parts, cast), rows, ends)


def _common_past(teller: Teller, parts: Divergence, cast: Cast) -> str:
    """Return the sentence on what both histories share before they part."""
    told = [(record, entry) for time, record, entry in teller.entries() if time < parts.tells_from]
    tones = Counter(entry.tone for _, entry in told if entry is not None)
    contacts = sum(isinstance(record, Contacted) for record, _ in told)
    counts = [
        counted(contacts, "recorded contact"),
        counted(tones[Tone.INCIDENT], "incident"),
        counted(tones[Tone.ACT], "act"),
    ]
    return sentence(
        gettext(
            "both share the past from {day} to {stamp}: {counts}",
            day=cast.day(teller.history.begins),
            stamp=cast.stamp(parts.tells_from),
            counts=listed(counts),
        )
    )


def aligned(left: list[Entry], right: list[Entry]) -> list[tuple[Entry | None, Entry | None]]:
    """Return two lists of entries merged in time; equal and same-moment ones stand abreast."""
    rows: list[tuple[Entry | None, Entry | None]] = []
    i = j = 0
    while i < len(left) or j < len(right):
        ours = left[i] if i < len(left) else None
        theirs = right[j] if j < len(right) else None
        if ours and theirs and (ours.time, ours.rank) == (theirs.time, theirs.rank):
            rows.append((ours, theirs))
            i, j = i + 1, j + 1
        elif theirs is None or (ours and (ours.time, ours.rank) < (theirs.time, theirs.rank)):
            rows.append((ours, None))
            i += 1
        else:
            rows.append((None, theirs))
            j += 1
    return rows
