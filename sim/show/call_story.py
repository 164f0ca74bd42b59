"""How one use of a channel is told: each of its delays, what was said and how far it was believed.

A call that failed keeps in its record what its last attempt had reached, so only the steps of a
call that got through are told one by one.
"""

from __future__ import annotations

from sim.language import gettext
from sim.records import NEVER, Called, CallEnd, Messaged, Purpose
from sim.scenario.kinds import Content
from sim.show.casebook import CaseStory
from sim.show.cast import Cast
from sim.show.words import CALL_ENDS, CONTENTS, PURPOSES, counted, per_cent, sentence, span


def wanted_at(call: Called) -> int:
    """Return when the wish to call arose: the caller's own seat knows."""
    known = call.seats[call.caller]
    return known if known != NEVER else call.authorised


def tell_call(
    call: Called,
    message: Messaged | None,
    story: CaseStory | None,
    number: int,
    cast: Cast,
    seat: int | None = None,
) -> str:
    """Return one use of a channel as a paragraph.

    ``story`` and ``number`` are the case it is about, if any. A seat sees neither the truth nor
    what the other side alone knows: how long it took to get leave, and when a clock runs out.
    """
    parts = [f"{_opening(call, number, cast)}: {', '.join(_steps(call, cast, seat))}"]
    own_clock = story is not None and seat in (None, cast.bloc_of(story.victim))
    if call.end == CallEnd.THROUGH and own_clock and call.relayed != NEVER:
        assert story is not None
        parts[0] += f": {_race(call.relayed, story)}"
    parts[0] = sentence(parts[0])
    if message is not None:
        parts.append(_said(message, cast, seat))
    elif call.end == CallEnd.THROUGH and call.purpose == Purpose.HALT:
        parts.append(gettext("{bloc} proposes a halt.", bloc=cast.bloc(call.caller)))
    if call.backfired:
        parts.append(gettext("The conversation backfires: tension rises."))
    return " ".join(parts)


def _opening(call: Called, number: int, cast: Cast) -> str:
    about = gettext(" (case {number})", number=number) if number else ""
    started = gettext("begun {stamp}", stamp=cast.stamp(wanted_at(call)))
    if cast.is_public(call.channel):
        return gettext(
            "public statement by {bloc}{about}, {started}",
            bloc=cast.bloc(call.caller),
            about=about,
            started=started,
        )
    caller, other = cast.end(call.channel, call.caller), cast.end(call.channel, 1 - call.caller)
    what = gettext(
        "{caller} calls {other} on the {channel}",
        caller=caller,
        other=other,
        channel=cast.channel(call.channel),
    )
    return f"{what} {PURPOSES[Purpose(call.purpose)]}{about}, {started}"


def _steps(call: Called, cast: Cast, seat: int | None) -> list[str]:
    """Return the steps of a call, each with its delay; who is called knows them from the ring."""
    if seat == 1 - call.caller and not cast.is_public(call.channel):
        if call.end != CallEnd.THROUGH:
            return [_failure(call)]
        return _conversation(call, cast)[1:]
    steps = []
    wanted = wanted_at(call)
    if call.authorised > wanted:
        steps.append(
            gettext("authorised after {authorised}", authorised=span(call.authorised - wanted))
        )
    elif call.authorised == NEVER and call.end != CallEnd.THROUGH:
        steps.append(gettext("not yet authorised"))
    else:
        steps.append(gettext("authorised at once"))
    if call.end != CallEnd.THROUGH:
        return [*steps, _failure(call)]
    if cast.is_public(call.channel):
        return [
            *steps,
            gettext(
                "heard by the decision maker {relayed} later",
                relayed=span(call.relayed - call.ended),
            ),
        ]
    return steps + _conversation(call, cast)


def _failure(call: Called) -> str:
    tries = f"{counted(call.attempts, 'attempt')}, " if call.attempts > 1 else ""
    return f"{tries}{CALL_ENDS[CallEnd(call.end)]}"


def _conversation(call: Called, cast: Cast) -> list[str]:
    """Return the steps from the telephone on, of a call that got through."""
    waited = call.ringing - call.authorised
    steps = [gettext("{waited} of waiting", waited=span(waited)) if waited else gettext("no wait")]
    if call.attempts > 1:
        steps[0] = gettext(
            "through at attempt {attempts} after {waited}",
            attempts=call.attempts,
            waited=span(waited),
        )
    steps.append(gettext("answered after {answered}", answered=span(call.answered - call.ringing)))
    hunt = call.right_person - call.answered
    steps.append(
        gettext("right person after {hunt} more", hunt=span(hunt))
        if hunt
        else gettext("the right person at once")
    )
    through = cast.channel_plan(call.channel).interpreter > 1
    talk = span(call.ended - call.right_person)
    steps.append(
        gettext("{talk} of talk", talk=talk)
        + (gettext(" through an interpreter") if through else "")
    )
    if call.relayed != NEVER:
        steps.append(gettext("relayed {relayed} later", relayed=span(call.relayed - call.ended)))
    return steps


def _race(arrived: int, story: CaseStory) -> str:
    """Return by how much a message won or lost the race with the clock."""
    deadline = story.deadline(arrived)
    if story.answered != NEVER and story.answered < arrived:
        return gettext("too late by {arrived}", arrived=span(arrived - story.answered))
    if deadline == NEVER or deadline < arrived:
        return gettext("too late by {arrived}", arrived=span(arrived - max(deadline, story.opened)))
    return gettext("arrived {deadline} before the clock ran out", deadline=span(deadline - arrived))


def _said(message: Messaged, cast: Cast, seat: int | None) -> str:
    """Return what a message said, how far it was believed, and what it was worth in truth."""
    sender = cast.bloc(message.sender)
    receiver = cast.bloc(1 - message.sender)
    said = f"{sender} {CONTENTS[Content(message.content)]}"
    if message.knew and (seat is None or seat == 1 - message.sender):
        said += gettext(
            "; {receiver} believes {sender} {credibility}",
            receiver=receiver,
            sender=sender,
            credibility=per_cent(message.credibility),
        )
    if not message.in_time and seat in (None, 1 - message.sender):
        said += gettext("; the answer has been given already")
    said = sentence(said)
    if seat is None and message.knew:
        said += gettext(
            " (In truth: {honest}.)",
            honest=gettext("honest") if message.honest else gettext("meant to deceive"),
        )
    return said
