"""Views: what one chair may know of a game, as plain values, in its language.

Everything a browser is ever sent about the crisis is made here, from the records and states that
the chair's own bloc has learned of. The facilitator's view is the whole; the public's is what both
sides and everybody else saw.
"""

from __future__ import annotations

from typing import Any, Final

from sim.crisis.deciders import Asked, Request
from sim.crisis.line import Call
from sim.language import Lexicon, gettext, ngettext, speaking, spoken
from sim.language import gettext_noop as N_
from sim.records import NEVER, Acted, Happened, Origin, Placed, Record, Runged
from sim.scenario.kinds import RESPONSES, Act, Cause, Content
from sim.show.casebook import cases_of, numbered
from sim.show.cast import Cast
from sim.show.entries import TONES, Tone
from sim.show.telling import Teller
from sim.show.words import ACTS, CAUSES, RUNGS, clock_time, moment, severity
from sim.workshop.chairs import FACILITATOR, Chair
from sim.workshop.game import Game
from sim.workshop.table import LAPSES

PUBLIC: Final = -2
"""The seat of whoever sees only what is public: press, observers, the projector."""

_PUBLIC_KINDS: Final = (Acted, Happened, Placed, Runged)
_LOUD: Final = {Tone.INCIDENT, Tone.INJECT, Tone.ACT, Tone.RUNG}


class ChairTeller(Teller):
    """Tells a side what it learned; what it believes people know themselves."""

    tells_beliefs = False


class PublicTeller(ChairTeller):
    """Tells what everybody saw: incidents, acts that were not secret, the rung, what is staged."""

    def learned(self, record: Record) -> int | None:
        """Return when the public learns of a record; None if it never does."""
        if not isinstance(record, _PUBLIC_KINDS) or NEVER in record.seats:
            return None
        return max(record.seats)


def seat_of(chair: Chair) -> int | None:
    """Return the seat a chair sees from: its bloc, None for the facilitator who sees all."""
    if chair.name == FACILITATOR:
        return None
    return PUBLIC if chair.bloc == NEVER else chair.bloc


class Feed:
    """What a seat is told, paragraph by paragraph, each once and numbered from 1."""

    def __init__(self, seat: int | None, code: str) -> None:
        self.seat = seat
        self.code = code
        self.events: list[dict[str, Any]] = []
        self._told: set[int] = set()
        self._seen = -1

    def update(self, game: Game) -> list[dict[str, Any]]:
        """Tell what the seat has learned since the last time, and return it."""
        history = game.history()
        if len(history.records) == self._seen:
            return []
        self._seen = len(history.records)
        rows = {id(record): row for row, record in enumerate(history.records)}
        new: list[dict[str, Any]] = []
        with speaking(self.code):
            cast = Cast(game.stage)
            teller = (PublicTeller if self.seat == PUBLIC else ChairTeller)(
                history, cast, None, self.seat
            )
            for time, record, entry in teller.entries():
                row = rows[id(record)]
                if row in self._told or time > game.now:
                    continue
                self._told.add(row)
                if entry is None:
                    continue
                new.append(self._event(len(self.events) + len(new) + 1, time, entry, cast))
        self.events += new
        return new

    def _event(self, number: int, time: int, entry: Any, cast: Cast) -> dict[str, Any]:
        return {
            "n": number,
            "time": time,
            "stamp": f"{cast.stamp(time)} UTC",
            "tone": entry.tone.name.lower(),
            "kind": TONES[entry.tone],
            "text": entry.text,
            "loud": entry.tone in _LOUD,
        }


def state(game: Game, chair: Chair, code: str, *, beliefs: bool = False) -> dict[str, Any]:
    """Return how things stand for a chair now: clock, rung, cases, calls and what it is asked."""
    with speaking(code):
        cast = Cast(game.stage)
        start = game.scenario.start
        now = moment(start, game.now)
        seat = seat_of(chair)
        numbers = numbered(game.history())
        rung = game.crisis.ladder.rung
        return {
            "now": game.now,
            "day": cast.day(game.now),
            "hour": f"{clock_time(now)} UTC",
            "over": game.over,
            "rung": rung,
            "rung_words": RUNGS[rung],
            "cases": _cases(game, seat, cast, numbers, beliefs),
            "calls": _calls(game, seat, cast, numbers),
            "asked": _asked(game, chair, cast, numbers),
            "lines": _lines(game, chair, cast),
        }


# Cases.


def _cases(
    game: Game, seat: int | None, cast: Cast, numbers: dict[int, int], beliefs: bool
) -> list[dict[str, Any]]:
    """Return the open cases a seat must answer, with its clock; the facilitator sees all."""
    stories = cases_of(game.history())
    found = []
    for case in game.crisis.cases.still_open():
        if seat is not None and seat != case.victim_bloc:
            continue
        story = stories.get(case.identity)
        said: dict[str, Any] = {
            "case": str(case.identity),
            "number": numbers.get(case.identity, 0),
            "what": story.kind if story else "",
            "victim": cast.actor(case.victim),
            "blamed": cast.actor(case.blamed),
            "severity": severity(case.severity),
            "due": case.deadline,
            "due_stamp": f"{cast.stamp(case.deadline)} UTC",
            "causes": [CAUSES[cause] for cause in Cause] if seat is not None else [],
        }
        if beliefs or seat is None:
            belief = game.crisis.learning.belief(case)
            said["belief"] = [
                {"cause": CAUSES[cause], "share": round(100 * belief[cause])} for cause in Cause
            ]
        if seat is None:
            said["truth"] = CAUSES[Cause(case.cause)]
        found.append(said)
    return sorted(found, key=lambda said: (said["due"], said["number"]))


# Calls.


def _stage_of(call: Call) -> str:
    if call.authorised == NEVER:
        return gettext("leave to call is being sought")
    if not call.talking:
        return gettext("waiting to try")
    if call.answered == NEVER:
        return gettext("ringing")
    if call.right_person == NEVER:
        return gettext("answered; looking for the right person")
    if call.ended == NEVER:
        return gettext("talking")
    return gettext("hung up; the word is on its way")


def _calls(
    game: Game, seat: int | None, cast: Cast, numbers: dict[int, int]
) -> list[dict[str, Any]]:
    """Return the calls under way that a seat knows of: its own, and those that ring at its end."""
    found = []
    for identity, call in sorted(game.crisis.switchboard.calls.items()):
        if cast.is_public(call.channel.row) and seat not in (None, call.caller):
            continue
        rings = call.talking or call.ended != NEVER
        if seat not in (None, call.caller) and (seat == PUBLIC or not rings):
            continue
        number = numbers.get(call.case.identity, 0) if call.case else 0
        found.append(
            {
                "call": str(identity),
                "channel": cast.channel(call.channel.row),
                "from": cast.end(call.channel.row, call.caller),
                "to": cast.end(call.channel.row, 1 - call.caller),
                "case": number if seat is None or _knows_case(call, seat) else 0,
                "stage": _stage_of(call),
                "talking": call.right_person != NEVER and call.ended == NEVER,
                "ringing": rings and call.answered == NEVER,
            }
        )
    return found


def _knows_case(call: Call, seat: int) -> bool:
    """Whether a seat may see which case a call is about: the called side hears it when it talks."""
    return seat == call.caller or call.right_person != NEVER


# What is asked.


_SAYINGS: Final = Lexicon(
    {
        Content.EXPLAIN: N_("It was an accident"),
        Content.ACKNOWLEDGE: N_("Yes, that was us"),
        Content.DENY: N_("It did not happen as you say"),
        Content.NOT_OURS: N_("That was not ours"),
        Content.STALL: N_("We are looking into it"),
        Content.DOES_NOT_KNOW: N_("I do not know"),
    }
)
"""What may be said about a case, in the words of who says it."""

_OPTIONS: Final = {
    Asked.CALL: (1,),
    Asked.HALT: (1,),
    Asked.ANSWER: (1, 0),
    Asked.AUTHORISE: (1, 0),
}


def _asked(game: Game, chair: Chair, cast: Cast, numbers: dict[int, int]) -> list[dict[str, Any]]:
    """Return the questions that wait for a chair; the facilitator sees everybody's."""
    found = []
    for request in game.waiting():
        to = game.table.seating.chair_of(request)
        if to is None or (chair.name != FACILITATOR and to.name != chair.name):
            continue
        due = game.crisis.due(request)
        ends = due < game.crisis.ends
        found.append(
            {
                "request": str(request.identity),
                "chair": to.name,
                "kind": request.asked.name.lower(),
                "question": question_of(game, request, cast, numbers),
                "options": [
                    {"choice": choice, "text": option_of(request, choice, cast)}
                    for choice in _OPTIONS.get(request.asked, range(request.options))
                ],
                "lapse": _lapse(game, request),
                "asked": request.time,
                "due": due if ends else None,
                "due_stamp": f"{cast.stamp(due)} UTC" if ends else "",
                "knows": _known(request),
            }
        )
    return found


def question_of(game: Game, request: Request, cast: Cast, numbers: dict[int, int]) -> str:
    """Return what a request asks, in words."""
    number = numbers.get(request.case, 0)
    case = game.crisis.cases.by_identity.get(request.case)
    channel = "" if request.channel == NEVER else cast.channel(request.channel)
    if request.asked is Asked.ACT and case is not None:
        return gettext(
            "Case {number}: how do you answer {blamed}?", number=number,
            blamed=cast.actor(case.blamed),
        )  # fmt: skip
    if request.asked is Asked.CONSENT:
        return gettext(
            "Case {number}: your ally has chosen force. How far do you go along?", number=number
        )
    if request.asked is Asked.CALL and number:
        return gettext(
            "Case {number}: do you call on the {channel}?", number=number, channel=channel
        )
    if request.asked is Asked.CALL:
        return gettext(
            "Strikes fall near a critical site: do you voice concern on the {channel}?",
            channel=channel,
        )
    if request.asked is Asked.HALT:
        return gettext(
            "Case {number}: do you propose a halt on the {channel}?", number=number, channel=channel
        )
    if request.asked is Asked.ANSWER:
        return gettext("The {channel} rings. Do you pick up?", channel=channel)
    if request.asked is Asked.SAY:
        return gettext("On the {channel}: what do you say about case {number}?", channel=channel,
                       number=number)  # fmt: skip
    return gettext("Your watch asks for leave to call on the {channel}.", channel=channel)


def option_of(request: Request, choice: int, cast: Cast) -> str:
    """Return one choice of a request, in words."""
    asked = request.asked
    if asked in (Asked.ACT, Asked.CONSENT):
        return spoken().say(f"act.{RESPONSES[choice].act.name.lower()}")
    if asked is Asked.SAY:
        return _SAYINGS[Content(choice)]
    yes = {
        Asked.CALL: gettext("call"),
        Asked.HALT: gettext("propose a halt"),
        Asked.ANSWER: gettext("pick up"),
        Asked.AUTHORISE: gettext("give leave"),
    }
    no = {Asked.ANSWER: gettext("let it ring"), Asked.AUTHORISE: gettext("refuse")}
    return yes[asked] if choice else no[asked]


def _lapse(game: Game, request: Request) -> str:
    """Return what holds when the time runs out, to be known beforehand."""
    if request.asked in (Asked.CALL, Asked.HALT):
        return gettext("If you do nothing, nobody calls.")
    if request.asked is Asked.AUTHORISE:
        return gettext("If you do nothing, leave is given when the usual time has passed.")
    if request.asked is Asked.ACT and game.setup.lapse in LAPSES and game.setup.lapse == "absorb":
        return gettext("If you do nothing, {act}.", act=ACTS[Act.ABSORB])
    return gettext("If you do nothing, the model decides for you.")


def _known(request: Request) -> str:
    """Return what an officer who is to speak knows of his own side's doing."""
    if request.asked is not Asked.SAY:
        return ""
    if request.cause < 0:
        return gettext("You do not know what your own side did.")
    cause = spoken().say(f"cause.{Cause(request.cause).name.lower()}")
    return gettext("You know what it was: {cause}.", cause=cause)


def _lines(game: Game, chair: Chair, cast: Cast) -> list[dict[str, Any]]:
    """Return the channels a chair holds, and whether they can be used for concern unasked."""
    found: list[dict[str, Any]] = []
    if not chair.decides:
        return found
    for row, line in sorted(game.crisis.switchboard.lines.items()):
        if cast.is_public(row) or not line.open(game.now):
            continue
        if chair.actor not in line.plan.ends or not game.table.seating.holds(chair, row):
            continue
        if line.plan.truth:
            continue
        found.append({"channel": line.plan.name, "name": cast.channel(row)})
    return found


def incidents(game: Game, chair: Chair, code: str) -> list[dict[str, Any]]:
    """Return where things went wrong that a chair knows of, for its map: metres on the plane."""
    seat = seat_of(chair)
    with speaking(code):
        cast = Cast(game.stage)
        teller = PublicTeller if seat == PUBLIC else Teller
        told = teller(game.history(), cast, None, seat)
        return [
            {"x": r.x, "y": r.y, "text": told.happened(r)[1], "stamp": f"{cast.stamp(r.time)} UTC"}  # type: ignore[index]
            for r in game.history().records
            if isinstance(r, Happened)
            and r.origin != Origin.ACT
            and (r.x, r.y) != (NEVER, NEVER)
            and (at := told.learned(r)) is not None
            and at <= game.now
        ]


def count_words(number: int) -> str:
    """Return how many people sit in a chair."""
    return ngettext("{count} person", "{count} people", number, count=number)
