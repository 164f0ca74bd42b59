"""Records into entries: what each record says, in words and in the order of the story.

Within one instant the engine's order is that of its bookkeeping; a story is told in another: what
happened, then what it did to the rung, then whose clock it started.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from sim.crisis import Asked, History
from sim.language import gettext
from sim.records import (
    NEVER,
    NOBODY,
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
    Origin,
    Outcome,
    Placed,
    Record,
    Reported,
    Runged,
    Stopped,
    Struck,
    Tested,
    Unfinished,
)
from sim.scenario.kinds import Act, Cause, Content, SeverityClass
from sim.show.call_story import tell_call
from sim.show.casebook import CaseStory, cases_of, numbered
from sim.show.cast import Cast
from sim.show.entries import ORDER, Entry, Tone, is_quiet
from sim.show.words import (
    ACTS,
    ASKED,
    CAUSES,
    CAUSES_SHORT,
    CLASSES,
    CONTENTS,
    RUNGS,
    decimals,
    incident,
    listed,
    per_cent,
    possessive,
    sentence,
    severity,
    span,
    wanted,
)

_CERTAIN: Final = 0.995
_DISPLAY: Final = 3
_FORCE: Final = 4


class Teller:
    """Tells the records of one history, from everybody's seat or from one."""

    tells_beliefs = True
    """Whether a seat is told what the model made its own side believe."""

    def __init__(
        self,
        history: History,
        cast: Cast,
        numbers: dict[int, int] | None = None,
        seat: int | None = None,
        cases: dict[int, CaseStory] | None = None,
    ) -> None:
        self.history = history
        self.cast = cast
        self.seat = seat
        self.cases = cases_of(history) if cases is None else cases
        self.numbers = numbered(history) if numbers is None else numbers
        self._messages = {r.call: r for r in history.records if isinstance(r, Messaged)}
        self._by_people = {
            (r.time, r.actor)
            for r in history.records
            if isinstance(r, Decided) and r.request == Asked.ACT and not r.late
        }
        self._contacts = {r.identity: r for r in history.records if isinstance(r, Contacted)}
        self._reset = {
            (r.time, r.case): gettext("{title} joins it", title=incident(r.kind))
            for r in history.records
            if isinstance(r, Happened) and r.identity != r.case
        } | {
            (r.time, r.case): gettext("its incident was stopped")
            for r in history.records
            if isinstance(r, Stopped)
        }
        self._begin()

    def _begin(self) -> None:
        """Set what is remembered from one record to the next as it stands at the start."""
        start = self.cast.start
        self._rung = max(start.levels)
        pairs = zip(start.believed, start.disbelieved, strict=True)
        self._believed = [a / (a + b) for a, b in pairs]

    def learned(self, record: Record) -> int | None:
        """Return when the seat learns of a record; None if it never does."""
        if self.seat is None:
            return record.time
        when = record.seats[self.seat]
        if when == NEVER:
            return None
        return record.time if isinstance(record, Called) else when

    def entries(self) -> Iterator[tuple[int, Record, Entry | None]]:
        """Yield (time, record, entry) in order of telling; no entry for what is only counted."""
        self._begin()
        told = [(time, r) for r in self.history.records if (time := self.learned(r)) is not None]
        told.sort(key=lambda row: (row[0], ORDER[type(row[1])]))
        for time, record in told:
            yield time, record, self.tell(time, record)

    def tell(self, time: int, record: Record) -> Entry | None:
        """Return what a record says when it is learned of; None for what is only counted.

        Records are to be told in the order in which they are learned.
        """
        found = None if is_quiet(record) else TELL[type(record)](self, record)
        return None if found is None else Entry(time, *found, rank=ORDER[type(record)])

    def go_on(self, other: Teller) -> None:
        """Go on where another teller of the same history, when it was shorter, has ended."""
        self._rung, self._believed = other._rung, other._believed

    # One method for each kind of record; None for what another record tells.

    def _truth(self, text: str) -> str:
        return gettext(" (In truth: {text}.)", text=text) if self.seat is None else ""

    def _case(self, identity: int) -> str:
        return (
            gettext("case {numbers}", numbers=self.numbers[identity])
            if identity in self.numbers
            else gettext("a case")
        )

    def contacted(self, record: Contacted) -> tuple[Tone, str] | None:
        if record.outcome not in (Outcome.SEPARATED, Outcome.SPARED):
            return None
        units = gettext(
            "{unit} and {other_unit}",
            unit=self.cast.unit(record.a),
            other_unit=self.cast.unit(record.b),
        )
        place = self.cast.place(record.x, record.y)
        grave = CLASSES[SeverityClass(record.severity_class)]
        if record.outcome == Outcome.SEPARATED:
            text = gettext(
                "notice given beforehand keeps {units} apart, {place}.", units=units, place=place
            )
        else:
            text = gettext(
                "{units} meet, {place}; word given beforehand keeps it from going wrong.",
                units=units,
                place=place,
            )
        return Tone.CONTACT, sentence(text) + self._truth(
            gettext("it would have been {grave}", grave=grave)
        )

    def happened(self, record: Happened) -> tuple[Tone, str] | None:
        if record.origin == Origin.ACT:
            return None
        cast = self.cast
        text = incident(record.kind)
        place = cast.place(record.x, record.y)
        text += f", {place}" if place else ""
        contact = self._contacts.get(record.identity)
        if contact is not None:
            text += gettext(
                ", between {unit} and {other_unit}",
                unit=cast.unit(contact.a),
                other_unit=cast.unit(contact.b),
            )
        grave = CLASSES[SeverityClass(record.severity_class)]
        lasts = ""  # how long it will last nobody knows when it begins
        if record.lasts and self.seat is None:
            lasts = gettext(", over after {lasts}", lasts=span(record.lasts))
        text = sentence(
            gettext(
                "{text}: {grave} (severity {severity}){lasts}",
                text=text,
                grave=grave,
                severity=severity(record.severity),
                lasts=lasts,
            )
        )
        text += " " + sentence(
            gettext(
                "{actor} blames {other_actor}",
                actor=cast.actor(record.victim),
                other_actor=cast.actor(record.blamed),
            )
        )
        return Tone.INCIDENT, text + self._truth(self._author(record))

    def _author(self, record: Happened) -> str:
        """Return the true cause of an incident and its true author."""
        text = CAUSES[Cause(record.cause)]
        if record.by == NOBODY:
            return gettext("{text}: a third party's or the victim's own doing", text=text)
        if record.own_rung >= _FORCE:
            text += gettext(", force at once")
        elif record.own_rung >= _DISPLAY:
            text += gettext(", a display of force")
        if record.by != record.blamed or record.cause == Cause.NOT_THEIRS:
            text += gettext(", by {actor}", actor=self.cast.actor(record.by))
        return text

    def stopped(self, record: Stopped) -> tuple[Tone, str]:
        text = gettext(
            "what was said on the {channel} ends the incident of {case} early: severity "
            "down to {severity}",
            channel=self.cast.channel(record.channel),
            case=self._case(record.case),
            severity=severity(record.severity),
        )
        return Tone.CALL, sentence(text)

    def clocked(self, record: Clocked) -> tuple[Tone, str]:
        cast, case = self.cast, self._case(record.case)
        victim, blamed = cast.actor(record.victim), cast.actor(record.blamed)
        left = gettext(
            "{stamp}, {deadline} from now",
            stamp=cast.stamp(record.deadline),
            deadline=span(record.deadline - record.time),
        )
        if record.version == 1:
            text = gettext(
                "{case} opens: {victim} has until {left}, to answer {blamed}",
                case=case,
                victim=victim,
                left=left,
                blamed=blamed,
            )
        else:
            why = self._reset.get((record.time, record.case), "a pending call holds it")
            text = gettext(
                "the clock of {case} is set anew, {why}: {victim} has until {left}",
                case=case,
                why=why,
                victim=victim,
                left=left,
            )
        return Tone.CLOCK, sentence(
            gettext("{text} (severity {severity})", text=text, severity=severity(record.severity))
        )

    def reported(self, record: Reported) -> tuple[Tone, str]:
        story = self.cases.get(record.case)
        victim = self.cast.actor(story.victim) if story else gettext("the victim")
        which = (
            gettext("investigation") if record.final else gettext("first report, not yet certain,")
        )
        late = "" if record.in_time else gettext(", after the answer was given")
        text = gettext(
            "{possessive} own {which} on {case} finds: ",
            possessive=possessive(victim),
            which=which,
            case=self._case(record.case),
        )
        text = sentence(f"{text}{CAUSES[Cause(record.named)]}{late}")
        if story is None or story.cause < 0:
            return Tone.REPORT, text
        right = record.named == story.cause
        return Tone.REPORT, text + self._truth(
            gettext("it is right")
            if right
            else gettext("it is wrong, this was {causes}", causes=CAUSES[Cause(story.cause)])
        )

    def called(self, record: Called) -> tuple[Tone, str]:
        story = self.cases.get(record.case)
        number = self.numbers.get(record.case, 0)
        message = self._messages.get(record.identity)
        return Tone.CALL, tell_call(record, message, story, number, self.cast, self.seat)

    def believed(self, record: Believed) -> tuple[Tone, str]:
        cast = self.cast
        receiver, sender = cast.bloc(record.receiver), cast.bloc(record.sender)
        before = self._believed[record.receiver]
        self._believed[record.receiver] = record.credibility
        text = gettext(
            "{receiver} judges what {sender} said about {case} by what came out: false "
            "with {falsehood}. It now believes {sender} {credibility} ({before} before)",
            receiver=receiver,
            sender=sender,
            case=self._case(record.case),
            falsehood=per_cent(record.falsehood),
            credibility=per_cent(record.credibility),
            before=per_cent(before),
        )
        return Tone.BELIEF, sentence(text)

    def acted(self, record: Acted) -> tuple[Tone, str]:
        cast, story = self.cast, self.cases.get(record.case)
        actor = cast.actor(record.actor)
        who = gettext("the theatre commander of {actor}", actor=actor) if record.theatre else actor
        to = (
            gettext(" answers {actor}", actor=cast.actor(story.blamed))
            if story
            else gettext(" answers")
        )
        text = sentence(
            gettext(
                "{who}{to} ({case}): it {acts}",
                who=who,
                to=to,
                case=self._case(record.case),
                acts=ACTS[Act(record.act)],
            )
        )
        own = self.tells_beliefs and self.seat == cast.bloc_of(record.actor)
        if self.seat is not None and not own:
            return Tone.ACT, text
        much = decimals(record.wanted, 2)
        if (record.time, record.actor) in self._by_people:
            text += gettext(
                " People decided; in their place the model would have wanted an intensity of "
                "{wanted}",
                wanted=much,
            )
        else:
            belief = self._belief(record)
            text += gettext(
                " {belief}, and wanted an intensity of {wanted}", belief=belief, wanted=much
            )
        text += f" ({wanted(record.wanted)})."
        if record.held_back:
            text += gettext(" It had chosen force; the leader of its bloc held it back.")
        if story is not None and story.is_reply:
            return Tone.ACT, text
        return Tone.ACT, text + self._truth(CAUSES[Cause(record.cause)])

    def _belief(self, record: Acted) -> str:
        """Return the belief an act came from, in per cent."""
        shares = (record.p_accident, record.p_assertive, record.p_hostile, record.p_not_theirs)
        top = max(range(len(shares)), key=shares.__getitem__)
        if shares[top] >= _CERTAIN:
            return gettext("It was certain that this was {causes}", causes=CAUSES[Cause(top)])
        parts = [f"{CAUSES_SHORT[Cause(c)]} {per_cent(p)}" for c, p in enumerate(shares)]
        return gettext("It believed: {parts}", parts=listed(parts))

    def runged(self, record: Runged) -> tuple[Tone, str]:
        before, self._rung = self._rung, record.rung
        levels = (record.first, record.second)
        sides = listed(
            [
                gettext("{bloc} at {level}", bloc=self.cast.bloc(b), level=level)
                for b, level in enumerate(levels)
            ]
        )
        if record.rung > before:
            text = gettext(
                "up from rung {before} to {rung}, {rungs}",
                before=before,
                rung=record.rung,
                rungs=RUNGS[record.rung],
            )
        elif record.rung < before:
            text = gettext(
                "down from rung {before} to {rung}, {rungs}",
                before=before,
                rung=record.rung,
                rungs=RUNGS[record.rung],
            )
        else:
            text = gettext("still rung {rung}, {rungs}", rung=record.rung, rungs=RUNGS[record.rung])
        return Tone.RUNG, sentence(f"{text} ({sides})")

    def crisis_began(self, record: CrisisBegan) -> tuple[Tone, str]:
        cause = CAUSES[Cause(record.cause)]
        kind = gettext("inadvertent, ") if record.cause != Cause.HOSTILE else ""
        return Tone.RUNG, gettext("A crisis begins.") + self._truth(
            gettext("{kind}its root was {cause}", kind=kind, cause=cause)
        )

    def placed(self, record: Placed) -> tuple[Tone, str]:
        return Tone.INJECT, sentence(self.cast.inject(record.inject))

    def decided(self, record: Decided) -> tuple[Tone, str]:
        asked = Asked(record.request)
        if record.choice == NEVER:
            text = gettext(
                "{actor} does not decide in time, {asked}",
                actor=self.cast.actor(record.actor), asked=ASKED[asked],
            )  # fmt: skip
            return Tone.CHOICE, sentence(text)
        if asked in (Asked.ACT, Asked.CONSENT):
            choice = ACTS[Act(record.choice)]
        elif asked is Asked.SAY:
            choice = CONTENTS[Content(record.choice)]
        else:
            choice = gettext("yes") if record.choice else gettext("no")
        late = gettext("; no reply came in time") if record.late else ""
        text = gettext(
            "{actor} decides {asked}: {choice}{late}",
            actor=self.cast.actor(record.actor),
            asked=ASKED[asked],
            choice=choice,
            late=late,
        )
        return Tone.CHOICE, sentence(text)

    def unfinished(self, record: Unfinished) -> tuple[Tone, str]:
        what = (
            gettext("a call")
            if record.what
            else gettext("{case}, not yet answered", case=self._case(record.identity))
        )
        return Tone.OPEN, sentence(gettext("still open when the run ended: {what}", what=what))

    def untold(self, record: Record) -> None:
        """Messages are told with their call; the rest is counted."""


TELL: Final[dict[type[Any], Callable[[Teller, Any], tuple[Tone, str] | None]]] = {
    Contacted: Teller.contacted,
    Struck: Teller.untold,
    Happened: Teller.happened,
    Stopped: Teller.stopped,
    Clocked: Teller.clocked,
    Reported: Teller.reported,
    Called: Teller.called,
    Tested: Teller.untold,
    Noticed: Teller.untold,
    Messaged: Teller.untold,
    Acted: Teller.acted,
    Runged: Teller.runged,
    CrisisBegan: Teller.crisis_began,
    Believed: Teller.believed,
    Placed: Teller.placed,
    Decided: Teller.decided,
    Unfinished: Teller.unfinished,
}
