"""Moves: what people do that the crisis must know of, each at its time of the exercise.

A game is made again from its setup and its moves; nothing else of a session touches the crisis.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a move does."""

    REPLY = "reply"  # answer a request: request, choice
    VOLUNTEER = "volunteer"  # call without being asked, to voice concern: channel
    SIT = "sit"  # people take a chair from now on: chair
    LEAVE = "leave"  # the model takes it from now on: chair
    INJECT = "inject"  # an inject takes place at a time, now without one: inject, at
    SKIP = "skip"  # an inject does not take place: inject
    CUT = "cut"  # a channel is down from now on: channel, lasting
    NOTIFY = "notify"  # a side gives notice of all its flights, none, or as usual: channel, choice
    OVERRULE = "overrule"  # the model's next decision of a kind is this one: actor, asked, choice


class Move(NamedTuple):
    """One move. ``number`` is its place in the log, ``time`` that of the exercise."""

    number: int
    time: int
    chair: str
    kind: Kind
    request: int = -1
    choice: int = -1
    subject: str = ""
    at: int = -1
    reason: str = ""
