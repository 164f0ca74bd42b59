"""The schedule: one order at one instant, for calls and events, whatever was laid down first."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from itertools import permutations
from typing import Any

import pytest
from simpy.events import Event

from sim.crisis.schedule import Rank, Schedule


class Watch:
    """Whoever hears the time of each entry, and stops after so many."""

    def __init__(self, patience: int) -> None:
        self.now = -1
        self.heard: list[tuple[int, object]] = []
        self.patience = patience
        self.stopped = False

    def hear(self, about: object) -> None:
        """Note what happened, and when."""
        self.heard.append((self.now, about))
        self.stopped = len(self.heard) >= self.patience


def _pass_on(watch: Watch, about: object, _: Event) -> None:
    watch.hear(about)


TURNS = (
    (3, Rank.CALL, 1), (5, Rank.CALL, 7), (5, Rank.CALL, (1 << 64) - 1), (5, Rank.CLOCK, 0),
    (5, Rank.QUIET, 2),
)  # fmt: skip


@pytest.mark.parametrize("laid", list(permutations(TURNS)))
def test_time_rank_and_identity_settle_the_order(laid: tuple[tuple[int, Rank, int], ...]) -> None:
    env, watch = Schedule(), Watch(len(TURNS))
    for row, (time, rank, identity) in enumerate(laid):
        if row % 2:
            env.at(time, rank, identity, watch.hear, (rank, identity))
        else:
            moment = env.moment(time, rank, identity)
            assert moment.callbacks is not None
            moment.callbacks.append(partial(_pass_on, watch, (rank, identity)))
    assert env.pass_until(6, watch) == len(TURNS)
    assert watch.heard == [(time, (rank, identity)) for time, rank, identity in TURNS]


def test_what_simpy_schedules_at_an_instant_comes_before_the_moments_of_it() -> None:
    env, watch = Schedule(), Watch(9)
    env.at(0, Rank.CALL, 1, watch.hear, "moment")

    def process() -> Generator[Event, Any, None]:
        watch.hear("begun")
        yield env.event().succeed()
        watch.hear("resumed")
        yield env.moment(4, Rank.CALL, 1)
        watch.hear("later")

    env.process(process())
    env.pass_until(4, watch)
    assert watch.heard == [(0, "begun"), (0, "resumed"), (0, "moment")]
    env.pass_until(5, watch)
    assert watch.heard[-1] == (4, "later")


def test_a_listener_who_stops_hears_no_more() -> None:
    env, watch = Schedule(), Watch(2)
    for identity in range(4):
        env.at(identity, Rank.CALL, identity, watch.hear)
    assert env.pass_until(9, watch) == 2
    assert env.peek() == 2


def test_the_error_of_a_process_comes_out() -> None:
    env = Schedule()

    def process() -> Generator[Event, Any, None]:
        yield env.moment(1, Rank.CALL, 1)
        raise ZeroDivisionError("nobody there")

    env.process(process())
    with pytest.raises(ZeroDivisionError, match="nobody there"):
        env.pass_until(9, Watch(9))
    other = Schedule()
    other.event().fail(ZeroDivisionError("alone"))
    with pytest.raises(ZeroDivisionError, match="alone"):
        other.run()
