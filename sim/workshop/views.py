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
from sim.records import NEVER
from sim.scenario.kinds import RESPONSES, Act, Cause, Content
from sim.show.cast import Cast
from sim.show.words import ACTS, CAUSES, RUNGS, clock_time, incident, moment, severity
from sim.workshop.chairs import FACILITATOR, Chair
from sim.workshop.game import NOTICE, Game
from sim.workshop.scenes import Scene, seat_of
from sim.workshop.table import LAPSES


def state(scene: Scene, chair: Chair, *, beliefs: bool = False) -> dict[str, Any]:
    """Return how things stand for a chair now: clock, rung, cases, calls and what it is asked."""
    game, cast = scene.game, scene.cast
    with speaking(scene.code):
        now = moment(game.scenario.start, game.now)
        rung = game.crisis.ladder.rung
        return {
            "now": game.now,
            "day": cast.day(game.now),
            "hour": f"{clock_time(now)} UTC",
            "over": game.over,
            "rung": rung,
            "rung_words": RUNGS[rung],
            "cases": _cases(scene, seat_of(chair), beliefs),
            "calls": _calls(scene, chair),
            "asked": _asked(scene, chair),
            "lines": _lines(game, chair, cast),
        }


# Cases.


def _cases(scene: Scene, seat: int | None, beliefs: bool) -> list[dict[str, Any]]:
    """Return the open cases a seat must answer, with its clock; the facilitator sees all."""
    game, cast, found = scene.game, scene.cast, []
    for case in game.crisis.cases.still_open():
        if seat is not None and seat != case.victim_bloc:
            continue
        story = scene.cases.get(case.identity)
        said: dict[str, Any] = {
            "case": str(case.identity),
            "number": scene.numbers.get(case.identity, 0),
            "what": incident(story.worst.kind) if story and story.worst else "",
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


def _calls(scene: Scene, chair: Chair) -> list[dict[str, Any]]:
    """Return the calls under way that a chair follows: its own, and those that ring at its end."""
    game, cast, seat, found = scene.game, scene.cast, seat_of(chair), []
    for identity, call in sorted(game.crisis.switchboard.calls.items()):
        row = call.channel.row
        if seat is not None and not game.table.seating.follows(chair, row):
            continue
        if cast.is_public(row) and seat not in (None, call.caller):
            continue
        rings = call.talking or call.ended != NEVER
        if seat not in (None, call.caller) and not rings:
            continue
        number = scene.numbers.get(call.case.identity, 0) if call.case else 0
        found.append(
            {
                "call": str(identity),
                "channel": cast.channel(row),
                "from": cast.end(row, call.caller),
                "to": cast.end(row, 1 - call.caller),
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


def _asked(scene: Scene, chair: Chair) -> list[dict[str, Any]]:
    """Return the questions that wait for a chair; the facilitator sees everybody's."""
    game, cast, found = scene.game, scene.cast, []
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
                "question": question_of(scene, request),
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


def question_of(scene: Scene, request: Request) -> str:
    """Return what a request asks, in words."""
    cast, number = scene.cast, scene.numbers.get(request.case, 0)
    case = scene.game.crisis.cases.by_identity.get(request.case)
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
        return _act(choice)
    if asked is Asked.SAY:
        return _SAYINGS[Content(choice)]
    yes, no = _yes_or_no()[asked]
    return yes if choice else no


def _act(choice: int) -> str:
    return spoken().say(f"act.{RESPONSES[choice].act.name.lower()}")


def _yes_or_no() -> dict[Asked, tuple[str, str]]:
    """Return the two answers to each question that has two."""
    return {
        Asked.CALL: (gettext("call"), gettext("do not call")),
        Asked.HALT: (gettext("propose a halt"), gettext("propose no halt")),
        Asked.ANSWER: (gettext("pick up"), gettext("let it ring")),
        Asked.AUTHORISE: (gettext("give leave"), gettext("refuse")),
    }


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
        if line.plan.truth or not game.table.seating.holds(chair, row):
            continue
        said: dict[str, Any] = {"channel": line.plan.name, "name": cast.channel(row)}
        if line.plan.notices:
            order = line.orders.get(chair.bloc)
            said["notify"] = next(choice for choice, share in NOTICE.items() if share == order)
        found.append(said)
    return found


def count_words(number: int) -> str:
    """Return how many people sit in a chair."""
    return ngettext("{count} person", "{count} people", number, count=number)


def orders(scene: Scene) -> dict[str, list[dict[str, Any]]]:
    """Return what a facilitator may have the model decide next: for whom, and which decision."""
    cast = scene.cast
    with speaking(scene.code):
        found = [
            {"asked": int(Asked.ACT), "choice": choice, "text": _act(choice)}
            for choice in range(len(RESPONSES))
        ]
        found += [
            {"asked": int(asked), "choice": choice, "text": text}
            for asked, (yes, no) in _yes_or_no().items()
            for choice, text in ((1, yes), (0, no))
        ]
        found += [
            {"asked": int(Asked.SAY), "choice": int(content), "text": text}
            for content, text in _SAYINGS.items()
        ]
        actors = [
            {"actor": actor.name, "name": cast.actor(row)}
            for row, actor in enumerate(cast.theatre.actors)
            if actor.bloc != NEVER
        ]
        return {"actors": actors, "decisions": found}
