"""Where two histories of one world part, and why.

The records of the channels in which two arms differ are no difference in the world: a test call or
a notice of the line that one arm lacks changes nothing by itself. The first other record that
differs is the effect; what the channels did before it about the same affair is the cause.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.crisis import History, first_difference
from sim.crisis.plan import channel_rows
from sim.errors import ScenarioError
from sim.language import gettext
from sim.records import (
    Acted,
    Believed,
    Called,
    CallEnd,
    Clocked,
    Contacted,
    Happened,
    Messaged,
    Noticed,
    Origin,
    Outcome,
    Purpose,
    Record,
    Reported,
    Runged,
    Stopped,
    channel_of,
)
from sim.scenario import arm
from sim.scenario.channels import LINE
from sim.scenario.kinds import Act
from sim.show.casebook import numbered
from sim.show.cast import Cast
from sim.show.words import ACTS, CONTENTS, incident, per_cent, sentence


@dataclass(frozen=True, slots=True)
class Divergence:
    """The moment two histories part. ``tells_from`` is when what caused it began.

    ``deed`` says what is first done otherwise, where the first difference is only one of belief.
    """

    time: int
    tells_from: int
    effect: str
    why: str
    deed: str = ""

    def first(self, cast: Cast) -> str:
        """Return what differed first and why, with its date before it."""
        return f"{cast.day(self.time)} {cast.hour(self.time)}: {self.effect}, {self.why}."

    def sentence(self, cast: Cast) -> str:
        """Return the same, and what is first done otherwise where that comes later."""
        return f"{self.first(cast)} {self.deed}" if self.deed else self.first(cast)


def differing_channels(a: History, b: History, cast: Cast) -> frozenset[int]:
    """Return the rows of the channels that the two arms do not share as they are."""
    scenario = cast.theatre.scenario
    rows = channel_rows(scenario)
    try:
        ours, theirs = arm(scenario, a.arm).channels, arm(scenario, b.arm).channels
    except ScenarioError:  # an arm made outside the scenario: then the line is what is asked about
        return frozenset(row for name, row in rows.items() if name == LINE)
    return frozenset(row for name, row in rows.items() if ours.get(name) != theirs.get(name))


def divergence(a: History, b: History, cast: Cast) -> Divergence | None:
    """Return where two histories of a world part, or None if nothing but talk ever differs."""
    ignore = differing_channels(a, b, cast)
    time = first_difference(a, b, ignore)
    if time is None:
        return None
    one, other = _first_pair(a, b, time, ignore)
    words = _Words(a, b, cast)
    effect = words.effect(one, other)
    cause = words.cause(other if one is None else one, time, ignore)
    tells_from = min(time, cause.time) if cause is not None else time
    deed = "" if _is_deed(one, other) else _first_deed(a, b, words, cast)
    return Divergence(time, tells_from, effect, words.why(cause), deed)


def _deeds(history: History) -> dict[tuple[int, ...], Record]:
    """Return what took place or was done, by what it was: beliefs and clocks left out."""
    found: dict[tuple[int, ...], Record] = {}
    for record in history.records:
        if isinstance(record, Contacted):
            found[(record.time, 0, record.identity, record.outcome)] = record
        elif isinstance(record, Happened) and record.origin != Origin.ACT:
            found[(record.time, 1, record.identity, record.own_rung)] = record
        elif isinstance(record, Acted):
            found[(record.time, 2, record.case, record.act)] = record
    return found


def _is_deed(one: Record | None, other: Record | None) -> bool:
    """Whether a first difference is itself one of what is done."""
    if isinstance(one, Acted) and isinstance(other, Acted):
        return one.act != other.act
    return any(isinstance(r, Contacted | Happened | Acted) for r in (one, other))


def _first_deed(a: History, b: History, words: _Words, cast: Cast) -> str:
    """Return the sentence on what is first done otherwise."""
    ours, theirs = _deeds(a), _deeds(b)
    differing = sorted(ours.keys() ^ theirs.keys())
    if not differing:
        return gettext("Nothing is done otherwise for all that.")
    time, kind, identity, _ = differing[0]
    one, other = (
        next((r for key, r in own.items() if key[:3] == (time, kind, identity)), None)
        for own in (ours, theirs)
    )
    return gettext(
        "What is done first differs on {stamp}: {effect}.",
        stamp=cast.stamp(time),
        effect=words.effect(one, other),
    )


def _first_pair(
    a: History, b: History, time: int, ignore: frozenset[int]
) -> tuple[Record | None, Record | None]:
    """Return the most telling records that differ at ``time``, None on a side that has none."""
    ours, theirs = (
        [r for r in h.records if r.time == time and channel_of(r) not in ignore] for h in (a, b)
    )
    ours, theirs = [r for r in ours if r not in theirs], [r for r in theirs if r not in ours]
    one, other = (min(own, key=_weight, default=None) for own in (ours, theirs))
    if isinstance(one, Happened) != isinstance(other, Happened):
        # A contact that goes wrong on one side alone says by its outcomes what kept the other safe.
        met = {r.identity: r for r in ours if isinstance(r, Contacted)}
        for contact in theirs:
            if isinstance(contact, Contacted) and contact.identity in met:
                return met[contact.identity], contact
    if one is not None and other is not None and type(one) is not type(other):
        return (one, None) if _weight(one) < _weight(other) else (None, other)
    return one, other


_TELLING = (Acted, Happened, Contacted, Called, Clocked, Reported, Believed, Runged)


def _weight(record: Record) -> int:
    """Return how much a record says by itself, the most telling kinds first."""
    return _TELLING.index(type(record)) if type(record) in _TELLING else len(_TELLING)


class _Words:
    """The words for one divergence."""

    def __init__(self, a: History, b: History, cast: Cast) -> None:
        self._a, self._b, self._cast = a, b, cast
        self._numbers = numbered(a, b)

    def _case(self, identity: int) -> str:
        return gettext("case {get}", get=self._numbers.get(identity, 0))

    def effect(self, one: Record | None, other: Record | None) -> str:
        """Return what differed first."""
        cast = self._cast
        if isinstance(one, Acted) and isinstance(other, Acted) and one.case == other.case:
            actor, case = cast.actor(one.actor), self._case(one.case)
            if one.act == other.act:
                doubts = gettext(
                    "hostile {p_hostile} and {other_p_hostile}",
                    p_hostile=per_cent(one.p_hostile),
                    other_p_hostile=per_cent(other.p_hostile),
                )
                return gettext(
                    "{actor} {acts} on {case} in both, from other beliefs ({doubts})",
                    actor=actor,
                    acts=ACTS[Act(one.act)],
                    case=case,
                    doubts=doubts,
                )
            return gettext(
                "on {case} {actor} {acts} under {arm} and {other_acts} under {other_arm}",
                case=case,
                actor=actor,
                acts=ACTS[Act(one.act)],
                arm=self._a.arm,
                other_acts=ACTS[Act(other.act)],
                other_arm=self._b.arm,
            )
        if isinstance(one, Contacted) and isinstance(other, Contacted) and one.a == other.a:
            return self._contact(one, other)
        sides = ((self._a.arm, one), (self._b.arm, other))
        known = [(name, r) for name, r in sides if r is not None]
        name, first = min(known, key=lambda row: row[1].time)
        return gettext("{event} under {name} only", event=self._event(first), name=name)

    def _contact(self, one: Contacted, other: Contacted) -> str:
        units = gettext(
            "{unit_id} and {other_unit_id}",
            unit_id=self._cast.unit_id(one.a),
            other_unit_id=self._cast.unit_id(one.b),
        )
        words = {
            Outcome.ROUTINE: gettext("pass each other"),
            Outcome.INCIDENT: gettext("have an incident"),
            Outcome.SEPARATED: gettext("are kept apart"),
            Outcome.SPARED: gettext("are spared an incident"),
        }
        return gettext(
            "{units} {words} under {arm} and {other_words} under {other_arm}",
            units=units,
            words=words[Outcome(one.outcome)],
            arm=self._a.arm,
            other_words=words[Outcome(other.outcome)],
            other_arm=self._b.arm,
        )

    def _event(self, record: Record) -> str:
        """Return what one record is, in a few words."""
        cast = self._cast
        if isinstance(record, Happened):
            return gettext(
                "{title} against {actor}",
                title=incident(record.kind),
                actor=cast.actor(record.victim),
            )
        if isinstance(record, Contacted):
            return gettext(
                "{unit_id} and {other_unit_id} meet",
                unit_id=cast.unit_id(record.a),
                other_unit_id=cast.unit_id(record.b),
            )
        if isinstance(record, Acted):
            return f"{cast.actor(record.actor)} {ACTS[Act(record.act)]}"
        if isinstance(record, Clocked):
            return gettext("the clock of {case} is set", case=self._case(record.case))
        if isinstance(record, Runged):
            return gettext("the rung changes to {rung}", rung=record.rung)
        if isinstance(record, Reported):
            return gettext("the investigation of {case} reports", case=self._case(record.case))
        if isinstance(record, Believed):
            return gettext("{bloc} revises how far it believes", bloc=cast.bloc(record.receiver))
        if isinstance(record, Called):
            return gettext("a call on the {channel}", channel=cast.channel(record.channel))
        return gettext("something happens")

    def cause(
        self, effect: Record | None, time: int, ignore: frozenset[int]
    ) -> Messaged | Stopped | Called | Noticed | None:
        """Return the channel's own record that brought the effect about, the last one if many."""
        if effect is None:
            return None
        found = [
            record
            for history in (self._a, self._b)
            for record in history.records
            if record.time <= time and channel_of(record) in ignore and _bears_on(record, effect)
        ]
        last = max(found, key=lambda record: record.time, default=None)
        assert last is None or isinstance(last, Messaged | Stopped | Called | Noticed)
        return last

    def why(self, cause: Messaged | Stopped | Called | Noticed | None) -> str:
        """Return what made the difference."""
        cast = self._cast
        if cause is None:
            knowing = [name for name in (self._a.arm, self._b.arm) if _knows(name, cast)]
            if knowing:
                return gettext(
                    "because the truth is known at once under {join}", join=" and ".join(knowing)
                )
            return gettext("which no call on this affair explains: what else the arms change does")
        name = self._a.arm if cause in self._a.records else self._b.arm
        channel = gettext(
            "the {channel} under {name}", channel=cast.channel(cause.channel), name=name
        )
        if isinstance(cause, Noticed):
            unit = cast.unit_id(cause.unit)
            return gettext(
                "because {bloc} gave notice of {unit} on {channel}",
                bloc=cast.bloc(cause.bloc),
                unit=unit,
                channel=channel,
            )
        if isinstance(cause, Messaged):
            sender = cast.bloc(cause.sender)
            return gettext(
                "because {sender} {said} on {channel} beforehand",
                sender=sender,
                said=_said(cause),
                channel=channel,
            )
        if isinstance(cause, Stopped):
            return gettext("because a call on {channel} ended the incident early", channel=channel)
        if cause.purpose == Purpose.HALT:
            return gettext("because a halt was proposed on {channel}", channel=channel)
        return gettext("because of a call on {channel}", channel=channel)


def _knows(name: str, cast: Cast) -> bool:
    """Whether an arm has a channel that brings the truth."""
    try:
        channels = arm(cast.theatre.scenario, name).channels
    except ScenarioError:
        return False
    return any(channel.truth for channel in channels.values())


def _said(message: Messaged) -> str:
    return next(words for content, words in CONTENTS.items() if content == message.content)


def _bears_on(record: Record, effect: Record) -> bool:
    """Whether a channel's own record can have brought a difference about."""
    if isinstance(record, Noticed):
        met = isinstance(effect, Contacted) and record.unit in (effect.a, effect.b)
        return met and record.end == CallEnd.THROUGH
    case = getattr(effect, "case", None)
    if isinstance(record, Called):
        return record.end == CallEnd.THROUGH and record.case == case and case is not None
    if isinstance(record, Messaged | Stopped):
        return record.case == case and case is not None
    return False


def no_difference(a: History, b: History) -> str:
    """Return the sentence for a pair that never parts."""
    return sentence(
        gettext(
            "the two histories never differ: under {arm} and {other_arm} the same things "
            "happen in this world, from the first day to the last",
            arm=a.arm,
            other_arm=b.arm,
        )
    )
