"""Arms that cannot differ from the reference in a world, which need not be lived through in it.

A channel on which nobody speaks changes nothing but its own records. So the reference history asks,
wherever a side thinks about calling, whether it would call on the channels that another arm has and
the reference has not. Where it never would, that arm's history is the reference's with the test
calls of those channels. Notices are given all the time, and a channel that verifies the truth is
always heard: an arm with a channel of either kind is lived through in every world. So is one with
other constants, or with its own boldness.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING

from sim.crisis.engine import Crisis, crisis_of
from sim.crisis.history import History
from sim.crisis.plan import ChannelPlan, Plan
from sim.crisis.routine import tested_alone
from sim.crisis.wishes import Watch
from sim.records import NOBODY, Tested

if TYPE_CHECKING:
    from sim.crisis.injects import Given
    from sim.crisis.stage import Stage

_PAIRS = 256
_time = itemgetter(0)


def play_arms(
    stage: Stage, plans: Sequence[Plan], given: Given | None = None, followed: int = NOBODY
) -> Iterator[tuple[Plan, History]]:
    """Live one world through under several arms, and yield each with its history.

    The others are spared where they cannot differ from the first, which should be the reference.
    """
    crisis = crisis_of(stage, plans[0], given=given, followed=followed)
    own = {arm: found for arm in plans[1:] if (found := beside(plans[0], arm))}
    watch = Watch(crisis, tuple(channel for found in own.values() for channel in found))
    crisis.switchboard.watch = watch if own else None
    crisis.run()
    base = crisis.history()
    tests = {
        arm: [test for channel in found for test in tested_alone(crisis, channel)]
        for arm, found in own.items()
        if set(found) <= set(watch.silent)
    }
    crisis.let_go()
    yield plans[0], base
    for arm in plans[1:]:
        history = _with_tests(base, arm, tests[arm]) if arm in tests else None
        yield arm, history or played(crisis_of(stage, arm, given=given, followed=followed))


def played(crisis: Crisis) -> History:
    """Play a crisis to its end, and let go of it."""
    crisis.run()
    history = crisis.history()
    crisis.let_go()
    return history


@lru_cache(maxsize=_PAIRS)
def beside(reference: Plan, arm: Plan) -> tuple[ChannelPlan, ...]:
    """Return the channels an arm has beside the reference's, if that is all it differs in.

    None are returned as well where one of them is never silent.
    """
    ours, theirs = reference.scenario.channels, arm.scenario.channels
    alike = arm.parameters == reference.parameters and arm.boldness == reference.boldness
    if not alike or any(theirs.get(name) != channel for name, channel in ours.items()):
        return ()
    more = tuple(channel for channel in arm.channels if channel.name not in ours)
    return () if any(channel.truth or channel.gives_notice for channel in more) else more


def _with_tests(base: History, arm: Plan, tests: list[Tested]) -> History | None:
    """Return the reference history as another arm's, with its test calls.

    None where a test falls on the very instant of something else, whose turn it may have.
    """
    times = {record.time for record in base.records}
    if len({test.time for test in tests} - times) < len(tests):
        return None
    records = tuple(sorted((*base.records, *tests), key=_time))
    return replace(base, arm=arm.name, records=records, handled=base.handled + len(tests))
