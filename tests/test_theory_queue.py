"""The telephone of a channel against queueing theory: M/M/1, M/M/c, priorities, Erlang-A.

Waits in a line follow one another, so their standard errors come from the means of batches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import numpy as np
import pytest
from small_worlds import DAY, HOUR, MINUTE, Values, histories, of, quiet

from sim import records
from sim.crisis.schedule import Desk, Rank, Schedule
from sim.records import Called

BATCHES = 40
Z = 4.0
SIZES = [pytest.param(1, id="usual"), pytest.param(10, id="long", marks=pytest.mark.slow)]


def z_of(values: np.ndarray, expected: float, batches: int = BATCHES) -> float:
    """Return how many standard errors the mean of a sequence lies from what theory expects."""
    means = np.array([part.mean() for part in np.array_split(values, batches)])
    return float((values.mean() - expected) / (means.std(ddof=1) / math.sqrt(batches)))


def erlang_c(load: float, servers: int) -> float:
    """Return the chance that an arrival waits in M/M/c (Erlang 1917); ``load`` in erlangs."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


class Caller:
    """Customers of one desk: each asks, waits, talks and hangs up, or leaves if it takes long."""

    def __init__(self, servers: int) -> None:
        self.env = Schedule()
        self.desk = Desk(self.env, servers)
        self.waits: list[tuple[int, int]] = []
        self.left: list[int] = []
        self.most = 0
        self.busy_ms = 0

    def come(
        self, number: int, at: int, urgency: int, talk: int, patience: int | None
    ) -> Generator[Any, Any, None]:
        yield self.env.moment(at, 0, number)
        had = self.desk.ask(urgency, at, number)
        if patience is None:
            yield had
        else:
            yield had | self.env.moment(at + patience, 0, number)
        self.left.append(int(not had.triggered))
        if not had.triggered:
            self.desk.leave(had)
            return
        self.waits.append((urgency, self.env.now - at))
        self.most = max(self.most, self.desk.busy)
        self.busy_ms += talk
        yield self.env.moment(self.env.now + talk, 0, number)
        self.desk.release()


def live(
    servers: int,
    gap: float,
    talk: float | Callable[[int], float],
    count: int,
    patience: float | None = None,
    classes: tuple[float, ...] = (1.0,),
    seed: int = 1,
) -> Caller:
    """Send ``count`` callers through a desk, with exponential gaps, talks and patience in ms."""
    luck = np.random.default_rng(seed)
    at = np.cumsum(luck.exponential(gap, count))
    urgency = luck.choice(len(classes), count, p=classes)
    caller = Caller(servers)
    for number in range(count):
        of_class = int(urgency[number])
        mean = talk(of_class) if callable(talk) else talk
        lasts = int(luck.exponential(mean))
        patient = None if patience is None else int(luck.exponential(patience))
        caller.env.process(caller.come(number, int(at[number]), of_class, lasts, patient))
    caller.env.run()
    return caller


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (1, 0.8), (3, 2.1)])
def test_waits_and_use_are_those_of_mmc(servers: int, load: float, times: int) -> None:
    talk = 10.0 * MINUTE
    caller = live(servers, talk / load, talk, 15_000 * times)
    waits = np.array([wait for _, wait in caller.waits])
    wait = erlang_c(load, servers) * talk / (servers - load)
    assert abs(z_of(waits, wait)) < Z
    assert abs(z_of((waits > 0).astype(float), erlang_c(load, servers))) < Z
    use = caller.busy_ms / caller.env.now
    error = load * math.sqrt(2 / len(waits))
    assert abs(use - load) < Z * error
    assert caller.most == servers


@pytest.mark.parametrize("times", SIZES)
def test_urgent_calls_wait_as_cobham_says(times: int) -> None:
    # Non-preemptive priorities (Cobham 1954): W_k = R / ((1 - s_{k-1}) (1 - s_k)).
    gap, talks, classes = 10.0 * MINUTE, (12.0, 6.0, 4.0), (0.2, 0.4, 0.4)
    caller = live(1, gap, lambda k: talks[k] * MINUTE, 20_000 * times, classes=classes)
    rates = [share / gap for share in classes]
    residual = sum(r * (t * MINUTE) ** 2 for r, t in zip(rates, talks, strict=True))
    ahead = 0.0
    for k, (rate, talk) in enumerate(zip(rates, talks, strict=True)):
        through = ahead + rate * talk * MINUTE
        expected = residual / ((1 - ahead) * (1 - through))
        waits = np.array([wait for urgency, wait in caller.waits if urgency == k])
        assert abs(z_of(waits, expected)) < Z, f"urgency {k}"
        ahead = through


def erlang_a(load: float, servers: int, impatience: float) -> float:
    """Return the share of callers that leave in M/M/c+M; rates per mean talk (Palm 1957)."""
    weights, total, leaving = [1.0], 1.0, 0.0
    for n in range(1, 400):
        out = min(n, servers) + max(0, n - servers) * impatience
        weights.append(weights[-1] * load / out)
        total += weights[-1]
        leaving += weights[-1] * max(0, n - servers) * impatience
    return leaving / total / load


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize(("servers", "load", "patience"), [(1, 0.9, 2.0), (2, 2.4, 0.5)])
def test_callers_leave_as_erlang_a_says(
    servers: int, load: float, patience: float, times: int
) -> None:
    talk = 10.0 * MINUTE
    caller = live(servers, talk / load, talk, 15_000 * times, patience=patience * talk)
    share = erlang_a(load, servers, 1 / patience)
    assert 0.1 < share < 0.4
    assert abs(z_of(np.array(caller.left, dtype=float), share)) < Z
    assert caller.desk.busy == 0


def test_equal_urgency_is_served_in_order_of_asking() -> None:
    env = Schedule()
    desk = Desk(env, 1)
    events = [desk.ask(2, asked, call) for asked, call in ((5, 9), (4, 8), (4, 7), (3, 6))]
    order = []
    for _ in events:
        served = [n for n, event in enumerate(events) if event.triggered and n not in order]
        assert len(served) == 1
        order += served
        desk.release()
    assert order == [0, 3, 2, 1]  # the first had the telephone at once


def test_leaving_the_line_frees_nobodys_turn() -> None:
    env = Schedule()
    desk = Desk(env, 1)
    first, second, third = (desk.ask(1, n, n) for n in range(3))
    desk.leave(second)
    assert desk.busy == 1
    assert not third.triggered
    desk.leave(first)  # it had the telephone, so leaving is hanging up
    assert third.triggered
    assert desk.busy == 1
    desk.leave(third)
    assert desk.busy == 0


@pytest.mark.parametrize(("asks", "had"), [(4, 10), (9, 10), (10, 10), (40, 40)])
@pytest.mark.parametrize("servers", [1, 2])
def test_who_hangs_up_at_a_time_keeps_the_telephone_until_then(
    asks: int, had: int, servers: int
) -> None:
    env = Schedule()
    desk = Desk(env, servers)
    for call in range(servers):
        desk.when_free(3, 0, call, lambda who: desk.hang_up_at(10 + who, who), call)
    assert env.peek() == math.inf  # while nobody waits it takes no moment
    served: list[tuple[str, float]] = []

    def had_by(who: str) -> None:
        served.append((who, env.now))

    for call, name in enumerate(("one", "other")):
        ask = partial(desk.when_free, 1, asks, call, had_by, name)
        env.at(asks, Rank.CALL, call, lambda ask: ask(), ask)
    while env.peek() < math.inf:
        env.step()
    assert served[0] == ("one", had)
    assert served[1:] == ([] if servers == 1 else [("other", max(asks, 11))])
    assert desk.busy == servers


# The same through the switchboard, with concern calls as arrivals.


def concerned(load: float, capacity: int = 1, **line: Any) -> Values:
    """Return a scenario whose line has Poisson callers, two an hour, and exponential talks."""
    return quiet(
        duration="40 d",
        actors={"ukraine": {"name": "Ukraine"}},
        sites={"plant": {"name": "a plant", "at": [34.6, 47.5], "critical": True}},
        strikes=[
            {"id": name, "actor": "russia", "into": "plant", "every": "1 h", "missiles": 1}
            for name in ("north", "south")
        ],
        parameters={"near_site": 1.0, "stray_attacker": 0.0, "stray_defender": 0.0},
        channels={
            "line": {
                "carries": ["concerns"],
                "willing": {"every_concern": True},
                "capacity": capacity,
                "authorise": "0 min",
                "answer": "0 min",
                "talk": {"mean": f"{30 * load} min"},
                "relay": "0 min",
            }
            | line
        },
    )


def waits_on_line(values: Values, worlds: int, capacity: int) -> tuple[np.ndarray, float]:
    """Return the waits of all calls in ms, world after world, and how many talk at a time."""
    waits: list[int] = []
    spoken = lasted = 0
    for history in histories(values, worlds):
        calls = sorted(of(history, Called), key=lambda call: call.authorised)
        waits += [call.ringing - call.authorised for call in calls if call.ringing >= 0]
        spoken += sum(min(c.ended, history.horizon) - c.ringing for c in calls if c.ended >= 0)
        lasted += history.horizon
        ends = sorted((t, step) for c in calls for t, step in ((c.ringing, 1), (c.ended, -1)))
        talking = np.cumsum([step for t, step in ends if t >= 0])
        assert talking.max() == capacity
    return np.array(waits), spoken / lasted


@pytest.mark.parametrize("times", SIZES)
@pytest.mark.parametrize(("capacity", "load"), [(1, 0.6), (2, 1.2)])
def test_calls_wait_for_the_line_as_theory_says(capacity: int, load: float, times: int) -> None:
    waits, use = waits_on_line(concerned(load, capacity), 5 * times, capacity)
    assert waits.size > 9_000
    expected = erlang_c(load, capacity) * (load * 30 * MINUTE) / (capacity - load)
    assert abs(z_of(waits, expected)) < Z
    assert abs(z_of((waits > 0).astype(float), erlang_c(load, capacity))) < Z
    assert abs(use - load) < Z * load * math.sqrt(2 / waits.size)


@pytest.mark.parametrize("times", SIZES)
def test_a_call_lasts_its_stated_delays(times: int) -> None:
    # Every part of a call exponential: the mean of each recorded part is the one written.
    values = concerned(
        0.01, authorise={"mean": "30 min"}, answer={"mean": "5 min"}, relay={"mean": "50 min"},
        right_person={"probability": 0.6, "otherwise": {"mean": "20 min"}},
        talk={"mean": "8 min"}, interpreter=1.5, capacity=100,
    )  # fmt: skip
    calls = [call for history in histories(values, times) for call in of(history, Called)]
    calls = [call for call in calls if call.relayed >= 0]
    assert len(calls) > 1500
    parts = {
        "answer": ([c.answered - c.ringing for c in calls], 5.0),
        "hunt": ([c.right_person - c.answered for c in calls], 0.4 * 20.0),
        "talk": ([c.ended - c.right_person for c in calls], 1.5 * 8.0),
        "relay": ([c.relayed - c.ended for c in calls], 50.0),
    }
    for name, (found, minutes) in parts.items():
        lasted = np.array(found) / MINUTE
        z = (lasted.mean() - minutes) / (lasted.std(ddof=1) / math.sqrt(lasted.size))
        assert abs(z) < Z, name


@pytest.mark.parametrize("times", SIZES)
def test_unanswered_calls_are_tried_again(times: int) -> None:
    # Three attempts at .5 each, a quarter of an hour apart: attempts are geometric, cut at three.
    values = concerned(0.001, capacity=100, answered=0.5, attempts=3, retry="15 min")
    calls = [call for history in histories(values, times) for call in of(history, Called)]
    shares = np.bincount([call.attempts for call in calls], minlength=4)[1:] / len(calls)
    for found, expected in zip(shares, (0.5, 0.25, 0.25), strict=True):
        error = math.sqrt(expected * (1 - expected) / len(calls))
        assert abs(found - expected) < Z * error
    through = np.mean([call.ended >= 0 for call in calls])
    assert abs(through - 0.875) < Z * math.sqrt(0.875 * 0.125 / len(calls))


# Outages.


@pytest.mark.parametrize("times", SIZES)
def test_test_calls_find_the_line_up_as_renewal_theory_says(times: int) -> None:
    up, down, every = 5 * DAY, 1 * DAY, 6 * HOUR
    line = {"up": {"mean": "5 d"}, "down": {"mean": "1 d"}, "tests": {"every": "6 h"}}
    values = quiet(duration="300 d", channels={"line": line})
    found = [
        np.array([test.answered for test in of(history, records.Tested)], dtype=float)
        for history in histories(values, 40 * times)
    ]
    availability = up / (up + down)
    means = np.array([answered.mean() for answered in found])
    error = means.std(ddof=1) / math.sqrt(means.size)
    assert abs(means.mean() - availability) < Z * error
    first = np.array([answered[0] for answered in found])
    assert abs(first.mean() - availability) < Z * math.sqrt(
        availability * (1 - availability) / first.size
    )
    # Up now and up a lag later: p + (1 - p) exp(-lag (1/up + 1/down)), both spells exponential.
    for steps in (1, 2, 4):
        after = np.array([a[steps:][a[:-steps] == 1].mean() for a in found])
        fade = math.exp(-steps * every * (1 / up + 1 / down))
        expected = availability + (1 - availability) * fade
        both = np.array([(a[steps:] * a[:-steps]).mean() for a in found])
        error = both.std(ddof=1) / math.sqrt(both.size)
        assert abs(both.mean() - availability * expected) < Z * error, f"lag {steps}"
        assert after.mean() > availability


@pytest.mark.parametrize("times", SIZES)
def test_a_line_answers_the_share_of_tests_it_is_told_to(times: int) -> None:
    line = {"answered": 0.9, "tests": {"every": "1 h"}}
    lived = histories(quiet(duration="300 d", channels={"line": line}), 2 * times)
    answered = np.array([t.answered for one in lived for t in of(one, records.Tested)])
    assert answered.size == 2 * times * 300 * 24
    assert abs(answered.mean() - 0.9) < Z * math.sqrt(0.09 / answered.size)


@pytest.mark.parametrize("times", SIZES)
def test_outages_begin_in_equilibrium(times: int) -> None:
    # The first test call, at the start, already finds the line down two times in three.
    line = {"up": {"mean": "1 d"}, "down": {"mean": "2 d"}, "tests": {"every": "6 h"}}
    lived = histories(quiet(duration="1 d", channels={"line": line}), 300 * times)
    first = np.array([of(history, records.Tested)[0].answered for history in lived])
    assert abs(first.mean() - 1 / 3) < Z * math.sqrt(2 / 9 / first.size)
