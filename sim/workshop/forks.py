"""Forks: the same game in the same world, with one decision changed.

What people replied otherwise is kept where the same question comes up again, after the same time
of thinking, or handed to the model, as chosen. A fork without a change is the game itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sim.crisis import History, Stage, first_difference
from sim.crisis.deciders import Request
from sim.errors import RunError
from sim.workshop.game import Game, Setup, again
from sim.workshop.moves import Kind, Move
from sim.workshop.table import Kept


class Change(NamedTuple):
    """What is changed: the reply to one request, its time, or both; or a channel taken down.

    ``choice`` None lets the request lapse. ``later`` shifts the reply, in milliseconds; for a
    request that nobody replied to it counts from when it was asked. With ``channel`` nothing is
    replied otherwise, but this channel is down from ``at`` on, for ``lasting``.
    """

    request: int = -1
    choice: int | None = None
    later: int = 0
    channel: str = ""
    at: int = 0
    lasting: int = 0


class Fork(NamedTuple):
    """A game and what became of it with one decision changed, both played to the end.

    ``differs`` is when the two histories first differ, None if never. ``kept`` and ``dropped``
    count the other human replies that were made again and those that no longer made sense.
    """

    change: Change | None
    game: History
    fork: History
    differs: int | None
    kept: int
    dropped: int
    left_to_model: bool


def script_of(game: Game) -> dict[int, Kept]:
    """Return what people replied to each request of a finished game, and what they let lapse."""
    replies = {
        m.request: m for m in game.moves if m.kind is Kind.REPLY and m.number not in game.vain
    }
    found = {}
    for identity, request in game.table.asked.items():
        move = replies.get(identity)
        if move is None:
            found[identity] = Kept(0, None, 0)
        else:
            found[identity] = Kept(move.time - request.time, move.choice, move.number)
    return found


def fork(
    stage: Stage,
    setup: Setup,
    moves: Iterable[Move],
    change: Change | None,
    keep: bool = True,
) -> Fork:
    """Play a session again with one decision changed, and return both histories.

    ``keep`` makes people's other replies again where they still make sense; without it the model
    decides everything from the change on. Raises RunError for a request that was never made.
    """
    moves = list(moves)
    own = again(stage, setup, moves)
    script = script_of(own)
    others = [move for move in moves if move.kind is not Kind.REPLY]
    changed_at = None
    if change is not None and change.channel:
        number = max((m.number for m in moves), default=0) + 1
        cut = Move(number, change.at, "", Kind.CUT, subject=change.channel, at=change.lasting)
        others.append(cut)
        changed_at = change.at
    elif change is not None:
        request = own.table.asked.get(change.request)
        if request is None:
            raise RunError(
                f"request {change.request}: nobody was asked this in the session; choose a "
                f"decision from its log"
            )
        script[change.request], changed_at = _changed(script[change.request], request, change)
    if not keep and changed_at is not None:
        script = _before(script, own, changed_at, change)
    other = Game(stage, setup, others, script)
    other.crisis.run()
    made, old = other.history(), own.history()
    repeated = {m.request for m in other.moves if m.kind is Kind.REPLY} - other_request(change)
    replied = {i for i, kept in script.items() if kept.choice is not None} - other_request(change)
    return Fork(
        change, old, made, first_difference(old, made), len(repeated), len(replied - repeated),
        not keep,
    )  # fmt: skip


def other_request(change: Change | None) -> set[int]:
    """Return the request that a change is about, as a set."""
    return set() if change is None or change.channel else {change.request}


def _changed(kept: Kept, request: Request, change: Change) -> tuple[Kept, int]:
    """Return a reply as it is changed, and when the two playings may first differ."""
    after = max(0, kept.after + change.later)
    number = kept.number or 1
    before = request.time + (min(kept.after, after) if kept.choice is not None else after)
    return Kept(after, change.choice, number), before


def _before(
    script: dict[int, Kept], own: Game, time: int, change: Change | None
) -> dict[int, Kept]:
    """Return the part of a script that lies before a change, and the change."""
    changed = other_request(change)
    return {
        identity: kept
        for identity, kept in script.items()
        if identity in changed or own.table.asked[identity].time + kept.after < time
    }
