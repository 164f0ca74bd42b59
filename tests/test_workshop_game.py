"""The live exercise below its pages: the game, its moves and forks, the log, the session."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from commands import SCENARIOS
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.crisis import Stage, play
from sim.crisis.deciders import Asked, Request
from sim.errors import ResultsError, RunError
from sim.handouts.event_import import imported
from sim.records import NEVER, Acted, Called, CallEnd, Decided, Happened, Messaged, Noticed, Placed
from sim.scenario import loads
from sim.scenario.kinds import Act, Cause, Content
from sim.scenario.quantities import DAY, HOUR, MINUTE
from sim.show.fan import draw_fan
from sim.workshop.after_action import events_list, found
from sim.workshop.certificates import certificate, holds
from sim.workshop.chairs import FACILITATOR, PRESS, Chair
from sim.workshop.fan import fan, model_paths, times_of
from sim.workshop.forks import Change, fork
from sim.workshop.game import Game, Setup, again, staged
from sim.workshop.hub import Client, Hub
from sim.workshop.log import Log
from sim.workshop.moves import Kind, Move
from sim.workshop.pace import Open, Pace
from sim.workshop.replay import replayed
from sim.workshop.rights import Person, Refused
from sim.workshop.scenes import Scene
from sim.workshop.server import Server
from sim.workshop.session import Session
from sim.workshop.table import ABSORB
from sim.workshop.views import state
from sim.workshop.worth import comes_up_everywhere, led_to_crisis, worth

TEXT = (SCENARIOS / "polish_border_2022.yaml").read_text(encoding="utf-8")
NOON = 14 * DAY + 12 * HOUR
SETUP = Setup(TEXT, 2022, 1, "as_used_2022", NOON)
DECIDING = ("nato_watch", "nato_capital", "russia_watch", "russia_capital", "poland_capital",
            "belarus_capital")  # fmt: skip


@pytest.fixture(scope="module")
def stage() -> Stage:
    """The world of all these sessions."""
    return staged(SETUP)


def seated(stage: Stage, setup: Setup = SETUP) -> Game:
    """Return a game in which people sit in every chair, at the time they take over."""
    game = Game(stage, setup)
    game.advance(setup.begins)
    for number, name in enumerate(DECIDING, 1):
        assert game.do(Move(number, game.now, FACILITATOR, Kind.SIT, subject=name))
    return game


def asked(game: Game, kind: Asked, chair: str = "") -> Request:
    """Return the first question of a kind that waits."""
    for request in game.waiting():
        to = game.table.seating.chair_of(request)
        if request.asked is kind and to is not None and chair in ("", to.name):
            return request
    raise AssertionError(f"nothing of kind {kind.name} waits for {chair or 'anybody'}")


def reply(game: Game, request: Request, choice: int) -> bool:
    """Answer a question as whoever it goes to."""
    chair = game.table.seating.chair_of(request)
    assert chair is not None
    number = 1 + max(move.number for move in game.moves)
    return game.do(Move(number, game.now, chair.name, Kind.REPLY, request.identity, choice))


def improvised(stage: Stage, seed: int, until: int = NOON + 2 * DAY) -> Game:
    """Return a session in which people decide whatever comes into their heads."""
    game, luck = seated(stage), random.Random(seed)
    dealt: set[int] = set()
    while not game.over and game.now < until:
        game.step(until)
        for request in game.waiting():
            if request.identity in dealt:
                continue
            dealt.add(request.identity)
            if luck.random() < 0.3:
                continue
            wait = luck.randrange(0, 40 * MINUTE)
            game.advance(min(game.now + wait, game.crisis.due(request) - 1))
            reply(game, request, luck.randrange(request.options))
    return game


# The game.


def test_with_nobody_at_the_table_it_is_the_models_own_history(stage: Stage) -> None:
    alone = play(stage, "as_used_2022")
    game = Game(stage, SETUP)
    for time in range(0, 30 * DAY, 7 * HOUR):  # however the clock of the room runs
        game.advance(time)
    game.finish()
    assert game.history().records == alone.records
    assert game.history().activity == alone.activity


@given(st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_a_game_is_made_again_from_its_moves(stage: Stage, seed: int) -> None:
    played = improvised(stage, seed)
    assert any(isinstance(record, Decided) for record in played.history().records)
    until = played.now
    repeated = again(stage, SETUP, played.moves, until)
    assert repeated.history().records == played.history().records
    assert repeated.moves == played.moves
    assert repeated.vain == played.vain


@given(st.integers(0, 10_000))
@settings(max_examples=12, deadline=None)
def test_a_fork_without_a_change_is_the_game_itself(stage: Stage, seed: int) -> None:
    played = improvised(stage, seed)
    found = fork(stage, SETUP, played.moves, None)
    assert found.fork.records == found.game.records
    assert (found.differs, found.dropped) == (None, 0)


def missile(stage: Stage) -> Game:
    """Return a game just after the missile has fallen."""
    game = seated(stage)
    game.advance(NOON + 2 * HOUR + 41 * MINUTE)
    return game


def test_a_call_is_played_by_both_ends(stage: Stage) -> None:
    game = missile(stage)
    assert reply(game, asked(game, Asked.CALL, "russia_watch"), 1)
    leave = asked(game, Asked.AUTHORISE, "russia_capital")
    assert leave.deadline > game.now
    assert reply(game, leave, 1)
    game.advance(game.now + 1)
    pick = asked(game, Asked.ANSWER, "nato_watch")
    game.advance(game.now + 2 * MINUTE)
    assert reply(game, pick, 1)
    while not any(r.asked is Asked.SAY for r in game.waiting()):
        game.advance(game.now + MINUTE)
    say = asked(game, Asked.SAY, "russia_watch")
    assert reply(game, say, Content.NOT_OURS)
    game.advance(game.now + 10 * HOUR)
    line = stage.channel_rows["line"]
    (call,) = [r for r in game.history().of(Called) if r.channel == line and r.case != -1]
    assert call.end == CallEnd.THROUGH
    (message,) = [r for r in game.history().of(Messaged) if r.call == call.identity]
    assert message.content == Content.NOT_OURS
    assert call.answered - call.ringing >= 2 * MINUTE


def test_leave_may_be_refused_and_a_telephone_left_to_ring(stage: Stage) -> None:
    game = missile(stage)
    reply(game, asked(game, Asked.CALL, "nato_watch"), 1)
    reply(game, asked(game, Asked.AUTHORISE, "nato_capital"), 0)
    reply(game, asked(game, Asked.CALL, "russia_watch"), 1)
    reply(game, asked(game, Asked.AUTHORISE, "russia_capital"), 1)
    game.advance(game.now + 1)
    while any(r.asked is Asked.ANSWER for r in game.waiting()) or game.now < NOON + 8 * HOUR:
        for request in game.waiting():
            if request.asked is Asked.ANSWER:
                reply(game, request, 0)
        game.advance(game.now + MINUTE)
    line = stage.channel_rows["line"]
    ends = {r.end for r in game.history().of(Called) if r.channel == line}
    assert ends == {CallEnd.REFUSED, CallEnd.UNANSWERED}


def test_when_a_clock_runs_out_what_was_agreed_holds(stage: Stage) -> None:
    for lapse, acts in (("model", None), (ABSORB, Act.ABSORB)):
        setup = SETUP._replace(lapse=lapse)
        game = seated(stage, setup)
        game.advance(NOON + 2 * DAY)
        poland = stage.theatre.actor_index["poland"]
        (act,) = [r for r in game.history().of(Acted) if r.actor == poland and r.time > NOON]
        if acts is not None:
            assert act.act == acts
        # Nobody called, and to let a question about a call lapse is not to call.
        assert not [r for r in game.history().of(Called) if r.case != -1 and r.time > NOON]
    with pytest.raises(RunError, match="must be one of model, absorb"):
        staged(SETUP._replace(lapse="war"))
    with pytest.raises(RunError, match="outside of its"):
        staged(SETUP._replace(begins=31 * DAY))


def test_the_facilitator_moves_and_skips_what_is_to_come(stage: Stage) -> None:
    placed = {stage.theatre.injects[p.inject].id: p.identity for p in stage.world.placed}
    game = seated(stage)
    number = len(DECIDING)
    identity = placed["przewodow_missile"]
    skip = Move(number + 1, game.now, FACILITATOR, Kind.SKIP, subject=str(placed["milley_calls"]))
    assert game.do(skip)
    now = Move(number + 2, game.now, FACILITATOR, Kind.INJECT, subject=str(identity))
    assert game.do(now)
    game.advance(NOON + 1)
    (fallen,) = [r for r in game.history().of(Placed) if r.identity == identity]
    assert fallen.time == NOON
    # What is over can be moved no more, and nothing comes twice.
    late = Move(
        number + 3, game.now, FACILITATOR, Kind.INJECT, subject=str(identity), at=NOON + DAY
    )
    assert not game.do(late)
    game.finish()
    times = [r.time for r in game.history().of(Placed) if r.identity == identity]
    assert times == [NOON]
    assert not [r for r in game.history().of(Placed) if r.identity == placed["milley_calls"]]


def test_a_contingency_takes_place_only_when_it_is_played() -> None:
    line = "  - {at: 2022-11-20T00:00Z, id: spare, title: A second missile, contingency: true,\n"
    line += (
        "     incident: {kind: stray_missile, victim: poland, blamed: russia, cause: accident}}\n"
    )
    setup = SETUP._replace(text=TEXT.replace("injects:\n", f"injects:\n{line}", 1))
    stage = staged(setup)
    (spare,) = [p for p in stage.world.placed if stage.theatre.injects[p.inject].id == "spare"]
    assert not [r for r in play(stage, setup.arm).of(Placed) if r.identity == spare.identity]
    game = seated(stage, setup)
    number = len(DECIDING) + 1
    assert game.do(Move(number, game.now, FACILITATOR, Kind.INJECT, subject=str(spare.identity)))
    game.advance(NOON + 1)
    (fallen,) = [r for r in game.history().of(Happened) if r.identity == spare.identity]
    assert fallen.time == NOON


def test_a_line_that_is_cut_carries_nothing(stage: Stage) -> None:
    game = missile(stage)
    reply(game, asked(game, Asked.CALL, "russia_watch"), 1)
    number = 1 + max(move.number for move in game.moves)
    assert game.do(Move(number, game.now, FACILITATOR, Kind.CUT, subject="line", at=DAY))
    reply(game, asked(game, Asked.AUTHORISE, "russia_capital"), 1)
    game.advance(game.now + 12 * HOUR)
    line = stage.channel_rows["line"]
    calls = [r for r in game.history().of(Called) if r.channel == line and r.time > NOON]
    assert not [r for r in calls if r.end == CallEnd.THROUGH]
    assert not game.do(Move(number + 9, game.now, FACILITATOR, Kind.CUT, subject="none", at=DAY))


def test_the_model_is_overruled_once(stage: Stage) -> None:
    game = Game(stage, SETUP)
    game.advance(NOON)
    order = Move(1, NOON, FACILITATOR, Kind.OVERRULE, subject="poland", at=Asked.ACT,
                 choice=Act.THREATEN, reason="the class wants to see it")  # fmt: skip
    assert game.do(order)
    game.advance(NOON + 2 * HOUR + 41 * MINUTE)
    poland = stage.theatre.actor_index["poland"]
    acts = [r.act for r in game.history().of(Acted) if r.actor == poland and r.time > NOON]
    assert acts == [Act.THREATEN]
    game.finish()
    assert sum(r.actor == poland for r in game.history().of(Decided)) == 1


def test_a_side_gives_notice_of_every_flight_or_of_none(stage: Stage) -> None:
    line = stage.channel_rows["line"]

    def noticed(*orders: int) -> list[Noticed]:
        game = seated(stage, SETUP._replace(arm="as_designed", begins=0))
        for number, choice in enumerate(orders, len(DECIDING) + 1):
            move = Move(number, game.now, "nato_watch", Kind.NOTIFY, subject="line", choice=choice)
            assert game.do(move)
        game.finish()
        repeated = again(stage, game.setup, game.moves)
        assert repeated.history().records == game.history().records
        return [r for r in game.history().of(Noticed) if r.channel == line]

    nato = stage.theatre.blocs.index("nato")
    usual, every, none = noticed(), noticed(1), noticed(0)
    assert noticed(1, 0, 2) == usual
    own = [len([r for r in rows if r.bloc == nato]) for rows in (none, usual, every)]
    assert own[0] == 0 < own[1] < own[2]
    other = [{r.identity if hasattr(r, "identity") else r.sortie for r in rows if r.bloc != nato}
             for rows in (none, usual, every)]  # fmt: skip
    assert other[0] == other[1] == other[2] != set()
    game = seated(stage)
    wrong = Move(99, game.now, "nato_watch", Kind.NOTIFY, subject="chiefs", choice=1)
    assert not game.do(wrong)


def test_news_reach_the_side_they_go_to_and_change_nothing() -> None:
    lines = (
        "  - {at: 2022-11-15T16:00Z, id: word, title: A leak to Washington, news: {to: us}}\n"
        "  - {at: 2022-11-15T17:00Z, id: press, title: It is in the papers, news: {}}\n"
    )
    setup = SETUP._replace(text=TEXT.replace("injects:\n", f"injects:\n{lines}", 1))
    stage, before = staged(setup), staged(SETUP)
    game = Game(stage, setup)
    game.finish()
    own = [r for r in game.history().records if not isinstance(r, Placed)]
    alone = [r for r in play(before, SETUP.arm).records if not isinstance(r, Placed)]
    assert own == alone
    scene = Scene(game, "en")
    told = {
        name: [e["text"] for e in scene.feed(chair).events if e["tone"] == "inject"]
        for name, chair in game.table.seating.chairs.items()
    }
    for name, texts in told.items():
        chair = game.table.seating.chairs[name]
        knows = name == FACILITATOR or chair.role.bloc == "nato"
        assert ("A leak to Washington." in texts) == knows, name
        assert "It is in the papers." in texts


def test_a_chief_of_defence_holds_the_chiefs_channel_while_people_sit_there(stage: Stage) -> None:
    game = seated(stage)
    seating = game.table.seating
    row = stage.channel_rows["chiefs"]
    capital, chief = seating.chairs["nato_capital"], seating.chairs["us_chief"]
    ally, watch = seating.chairs["poland_capital"], seating.chairs["nato_watch"]
    assert (seating.holds(capital, row), seating.holds(chief, row)) == (True, False)
    game.do(Move(50, game.now, FACILITATOR, Kind.SIT, subject="us_chief"))
    assert (seating.holds(capital, row), seating.holds(chief, row)) == (False, True)
    assert not seating.holds(ally, row)
    assert not seating.holds(watch, row)
    game.advance(NOON + 2 * HOUR + 41 * MINUTE)
    asked_of_him = [r for r in game.waiting() if seating.chair_of(r) == chief]
    assert {(r.asked, r.channel) for r in asked_of_him} == {(Asked.CALL, row)}
    game.do(Move(51, game.now, FACILITATOR, Kind.LEAVE, subject="us_chief"))
    assert {seating.chair_of(r) for r in asked_of_him} == {capital}


def test_an_inject_played_during_a_pause_takes_place_at_once(stage: Stage) -> None:
    game = seated(stage)
    identity = stage.theatre.inject_identity("przewodow_missile")
    scene = Scene(game, "en")
    poland = game.table.seating.chairs["poland_capital"]
    known = len(scene.feed(poland).events)
    assert game.do(Move(50, NOON, FACILITATOR, Kind.INJECT, subject=str(identity)))
    assert game.now == NOON
    assert any("Przewod" in e["text"] for e in scene.feed(poland).events[known:])
    repeated = again(stage, SETUP, game.moves, NOON)
    assert repeated.history().records == game.history().records


# Forks.


def test_what_if_you_had_called(stage: Stage) -> None:
    game = missile(stage)
    call = asked(game, Asked.CALL, "russia_watch")
    game.advance(NOON + DAY)
    found = fork(stage, SETUP, game.moves, Change(call.identity, 1, later=5 * MINUTE))
    assert found.differs is not None
    assert found.differs >= call.time
    line = stage.channel_rows["line"]
    assert not [r for r in found.game.of(Called) if r.channel == line and r.case == call.case]
    assert [r for r in found.fork.of(Called) if r.channel == line and r.case == call.case]
    before = [r for r in found.game.records if r.time < call.time]
    assert before == [r for r in found.fork.records if r.time < call.time]


def test_what_if_you_had_not_or_later_or_the_line_had_been_down(stage: Stage) -> None:
    game = missile(stage)
    call = asked(game, Asked.CALL, "russia_watch")
    reply(game, call, 1)
    reply(game, asked(game, Asked.AUTHORISE, "russia_capital"), 1)
    game.advance(game.now + 1)
    reply(game, asked(game, Asked.ANSWER, "nato_watch"), 1)
    game.advance(NOON + DAY)
    line = stage.channel_rows["line"]

    def calls(change: Change, keep: bool = True) -> list[Called]:
        found = fork(stage, SETUP, game.moves, change, keep)
        return [r for r in found.fork.of(Called) if r.channel == line and r.case == call.case]

    assert calls(Change(call.identity, None)) == []
    (own,) = [r for r in game.history().of(Called) if r.channel == line and r.case == call.case]
    (later,) = calls(Change(call.identity, 1, later=20 * MINUTE))
    assert later.authorised - own.authorised == 20 * MINUTE
    (down,) = calls(Change(channel="line", at=NOON + 2 * HOUR, lasting=30 * DAY))
    assert down.end != CallEnd.THROUGH == own.end
    alone = fork(stage, SETUP, game.moves, Change(call.identity, None), keep=False)
    assert alone.left_to_model
    with pytest.raises(RunError, match="nobody was asked this"):
        fork(stage, SETUP, game.moves, Change(123, 1))


# What a decision was worth.


def test_with_nothing_forced_it_counts_as_compare_does(stage: Stage) -> None:
    case = stage.theatre.inject_identity("przewodow_missile")
    alone = led_to_crisis(stage, SETUP, case, {}, 30)
    found = sim.compare(
        loads(TEXT), worlds=30, seed=SETUP.seed, arms=SETUP.arm, given="przewodow_missile"
    )
    assert alone.tolist() == found.column(SETUP.arm, "given_reached_3").tolist()


def test_a_choice_is_worth_what_its_pairs_say(stage: Stage) -> None:
    game = missile(stage)
    act = asked(game, Asked.ACT, "poland_capital")
    assert comes_up_everywhere(stage, act)
    found = worth(stage, SETUP, act, Act.DISPLAY, 20)
    assert found.chosen.sum() == 20  # a display of force is a crisis
    assert found.difference.value == pytest.approx(1 - found.otherwise.mean())
    call = asked(game, Asked.CALL, "russia_watch")
    other = worth(stage, SETUP, call, 1, 20)
    back = worth(stage, SETUP, call, 0, 20)
    assert other.chosen.tolist() == back.otherwise.tolist()
    assert other.difference.value == -back.difference.value


# The log.


def test_a_log_that_was_changed_says_where(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    log = Log.create(path, SETUP)
    for number in range(1, 6):
        log.add("w", number, "press", "t", "news", {"text": f"entry {number}"})
    last = log.last
    log.close()
    assert Log.open(path).last == last
    with pytest.raises(ResultsError, match="is there already"):
        Log.create(path, SETUP)
    for change, message in (
        ("update entries set content = '{}' where number = 3", "entry 3 is not what was written"),
        ("delete from entries where number = 2", "entry 2 is missing"),
    ):
        copy = tmp_path / "copy.sqlite"
        copy.write_bytes(path.read_bytes())
        database = sqlite3.connect(copy)
        database.execute(change)
        database.commit()
        database.close()
        with pytest.raises(ResultsError, match=message):
            Log.open(copy)
    other = tmp_path / "other.sqlite"
    other.write_text("no database")
    with pytest.raises(ResultsError, match="no log of a session"):
        Log.open(other)
    with pytest.raises(ResultsError, match="there is no such log"):
        Log.open(tmp_path / "none.sqlite")


def test_a_disk_that_is_full_loses_nothing_that_was_written(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "s.sqlite", SETUP)
    room = people(session)
    session.act(room[FACILITATOR], "news", {"text": "before", "to": []})
    last, told = session.log.last, len(session.news)
    pages = session.log._database.execute("pragma page_count").fetchone()[0]
    session.log._database.execute(f"pragma max_page_count = {pages}")

    def fill_up() -> None:
        for _ in range(50):
            session.act(room[FACILITATOR], "news", {"text": "x" * 1900, "to": []})

    with pytest.raises(ResultsError, match="cannot be written"):
        fill_up()
    kept = Log.open(tmp_path / "s.sqlite")
    assert kept.last == session.log.last != last
    assert sum(e.kind == "news" for e in kept.entries()) == len(session.news) > told
    session.log._database.execute("pragma max_page_count = 100000")
    session.act(room[FACILITATOR], "news", {"text": "after", "to": []})
    assert Session.resume(tmp_path / "s.sqlite").news == session.news


def test_a_log_serves_one_server(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    one = Session.create(path, SETUP)
    one.log.hold()
    with pytest.raises(ResultsError, match="another server runs on it"):
        Session.resume(path).log.hold()
    one.close()
    Session.resume(path).log.hold()


def test_names_can_be_erased_for_good(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    log = Log.create(path, SETUP)
    log.name("token", "Gertrude Example")
    log.add("w", 1, "press", "token", "news", {"text": "x"})
    last = log.last
    assert log.names() == {"token": "Gertrude Example"}
    assert log.forget() == 1
    assert (log.names(), log.last) == ({}, last)
    log.close()
    assert not [f for f in tmp_path.iterdir() if b"Gertrude" in f.read_bytes()]
    assert not any("Gertrude" in line for line in Log.open(path).lines())


# The session.


def people(session: Session) -> dict[str, Person]:
    """Let one person sit down in every chair."""
    return {name: session.join(code, "en") for code, name in session.codes.items()}


def test_a_session_opened_again_stands_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    session = Session.create(path, SETUP)
    room = people(session)
    session.act(room[FACILITATOR], "speed", {"speed": 600, "think": 5})
    session.act(room[FACILITATOR], "start", {})
    luck = random.Random(5)
    for _ in range(300):
        session.tick(1.0)
        for request in session.game.waiting():
            chair = session.seating.chair_of(request)
            if chair is not None and luck.random() < 0.2 and not session.game.over:
                said = {"request": str(request.identity), "choice": request.options - 1}
                session.act(room[chair.name], "reply", said)
    session._mark()
    # No farewell: the server was killed.
    again_there = Session.resume(path)
    assert again_there.game.now == session.game.now
    assert again_there.game.history().records == session.game.history().records
    assert again_there.people == session.people
    assert again_there.codes == session.codes
    assert (again_there.pace.running, again_there.pace.speed) == (False, 600)
    assert again_there.moves() == session.moves()


def test_nobody_acts_beyond_their_chair(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "s.sqlite", SETUP)
    room = people(session)
    session.game.advance(NOON + 2 * HOUR + 41 * MINUTE)
    act = asked(session.game, Asked.ACT, "poland_capital")
    said: dict[str, Any] = {"request": str(act.identity), "choice": 2}
    before = len(list(session.entries()))
    for name, person in room.items():
        if name in ("poland_capital", FACILITATOR):
            continue
        with pytest.raises(Refused, match="not_yours"):
            session.act(person, "reply", said)
        if not name.endswith("watch"):
            with pytest.raises(Refused, match="not_yours"):
                session.act(person, "notify", {"channel": "line", "choice": 1})
        for kind, content in (
            ("start", {}), ("pause", {}), ("end", {}), ("speed", {"speed": 2}),
            ("inject", {"inject": 1}), ("skip", {"inject": 1}), ("news", {"text": "x", "to": []}),
            ("cut", {"channel": "line", "lasting": 1}), ("lock", {"on": True}), ("reveal", {}),
            ("sit", {"chair": "nato_watch"}), ("leave", {"chair": "nato_watch"}),
            ("edit", {"inject": 1, "text": "x"}), ("objective", {"text": "x"}),
            ("what_if", {"request": 1}),
            ("overrule", {"actor": "us", "asked": 0, "choice": 6, "reason": "x"}),
        ):  # fmt: skip
            with pytest.raises(Refused, match="not_yours"):
                session.act(person, kind, content)
    with pytest.raises(Refused, match="unknown"):
        session.act(room[FACILITATOR], "__init__", {})
    with pytest.raises(Refused, match="no_such_choice"):
        session.act(room["poland_capital"], "reply", {**said, "choice": 99})
    with pytest.raises(Refused, match="wrong_code"):
        session.join("AAAAAAAA", "en")
    assert len(list(session.entries())) == before  # what was refused is not in the log
    session.act(room["poland_capital"], "reply", said)
    with pytest.raises(Refused, match="too_late"):
        session.act(room["poland_capital"], "reply", said)
    session.act(room[FACILITATOR], "lock", {"on": True})
    with pytest.raises(Refused, match="locked"):
        session.act(room["nato_watch"], "volunteer", {"channel": "line"})
    session.act(room[FACILITATOR], "lock", {"on": False})
    session.act(room[FACILITATOR], "end", {})
    with pytest.raises(Refused, match="ended"):
        session.act(room["nato_watch"], "volunteer", {"channel": "line"})
    session.act(room[PRESS], "feedback", {"learned": "much", "missing": "", "change": ""})
    (last,) = [e for e in session.entries() if e.kind == "feedback"]
    assert (last.person, last.wall) == ("", "")


def test_a_pause_shifts_nothing_and_a_leap_stops_at_the_next_question(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "s.sqlite", SETUP)
    room = people(session)
    assert not session.tick(1000)
    session.act(room[FACILITATOR], "start", {})
    assert session.tick(10)
    now = session.game.now
    assert now == NOON + 600 * 1000
    session.act(room[FACILITATOR], "pause", {})
    assert not session.tick(1000)
    placed = {session.stage.theatre.injects[p.inject].id: p.identity
              for p in session.stage.world.placed}  # fmt: skip
    session.act(room[FACILITATOR], "inject", {"inject": str(placed["przewodow_missile"])})
    session.game.advance(now + 1)
    (fallen,) = session.game.history().of(Placed)[-1:]
    assert (fallen.identity, fallen.time) == (placed["przewodow_missile"], now)
    known = {r.identity for r in session.game.waiting()}
    session.leap(room[FACILITATOR])
    assert {r.identity for r in session.game.waiting()} - known
    assert session.pace.now == session.game.now


def test_time_slows_down_for_who_has_to_decide() -> None:
    pace = Pace(0, speed=3600, think=60)
    assert pace.rate([]) == 3600
    assert pace.rate([Open(0, 30 * MINUTE), Open(0, 10 * DAY)]) == 30
    assert pace.rate([Open(0, 10_000)]) == 1
    pace.running = True
    assert pace.pass_time(0.5, [Open(0, 30 * MINUTE)]) == 15_000


# What a chair is told.


def test_a_chair_is_told_nothing_that_its_side_does_not_know(stage: Stage) -> None:
    game = improvised(stage, 3)
    scene = Scene(game, "en")
    everything = scene.feed(game.table.seating.chairs[FACILITATOR]).events
    truths = [e["text"] for e in everything if "In truth" in e["text"]]
    assert truths
    for name, chair in game.table.seating.chairs.items():
        if name == FACILITATOR:
            continue
        stands = state(scene, chair)
        told = json.dumps([scene.feed(chair).events, stands], ensure_ascii=False)
        assert "n truth" not in told
        assert "truth" not in told
        for case in stands["cases"]:
            assert "belief" not in case
        mine = {r.identity for r in game.waiting() if game.table.seating.chair_of(r) == chair}
        assert {int(one["request"]) for one in stands["asked"]} == mine
        if chair.bloc == NEVER:
            assert (stands["cases"], stands["calls"], stands["asked"]) == ([], [], [])


def test_a_feed_tells_each_thing_once_and_in_the_language_of_the_seat(stage: Stage) -> None:
    game = seated(stage)
    chair = game.table.seating.chairs["nato_watch"]
    scene = Scene(game, "pl")
    while game.now < NOON + DAY:
        game.advance(game.now + 37 * MINUTE)
        feed = scene.feed(chair)
    whole = Scene(game, "pl").feed(chair)
    assert feed.events == whole.events
    assert feed.spots == whole.spots != []
    assert [e["n"] for e in feed.events] == list(range(1, len(feed.events) + 1))
    assert any("obwinia" in e["text"] for e in feed.events)
    early = missile(stage)
    (case,) = state(Scene(early, "pl"), early.table.seating.chairs["poland_capital"])["cases"]
    assert case["what"] == "rakieta spadająca po drugiej stronie granicy"
    assert feed.update() == []


# Whom the server talks to.


def test_when_the_program_fails_time_stops_and_the_leader_hears_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    session = Session.create(tmp_path / "s.sqlite", SETUP)
    room, server = people(session), Server(session)
    leader, watch = Client(room[FACILITATOR]), Client(room["nato_watch"])
    for client in (leader, watch):
        server.hub.greet(client, 0)
    session.act(room[FACILITATOR], "start", {})
    session.game.crisis.env.at(session.game.now + HOUR, 0, 0, lambda _: 1 / 0, None)
    session.pace.speed = 86_400.0

    async def beat() -> None:
        beating = asyncio.create_task(server._beat())
        while session.pace.running:
            await asyncio.sleep(0.05)
        session.act(room[FACILITATOR], "news", {"text": "still here", "to": []})
        await asyncio.sleep(0.4)
        beating.cancel()

    asyncio.run(beat())
    told = {client: [client.queue.get_nowait() for _ in range(client.queue.qsize())]
            for client in (leader, watch)}  # fmt: skip
    assert any("stopped time because of an error" in text for text in told[leader])
    assert not any("stopped time" in text for text in told[watch])
    assert any("still here" in text for text in told[watch])  # and goes on talking to the room
    assert "ZeroDivisionError" in caplog.text


def test_what_one_language_cannot_be_told_is_kept_from_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session.create(tmp_path / "s.sqlite", SETUP)
    room = people(session)
    polish = room["poland_capital"]._replace(language="pl")
    hub, clients = Hub(session), [Client(polish), *(Client(one) for one in room.values())]
    for client in clients:
        hub.greet(client, 0)
    session.act(room[FACILITATOR], "start", {})
    shown = hub.stands

    def stands(chair: Chair, code: str) -> dict[str, Any]:
        if code == "pl":
            raise KeyError("nobody translated it")
        return shown(chair, code)

    monkeypatch.setattr(hub, "stands", stands)
    session.act(room[FACILITATOR], "news", {"text": "still here", "to": []})
    late = Client(room["observer"])
    hub.greet(late, 0)
    hub.broadcast(False)
    for client in (*clients[1:], late):
        told = [client.queue.get_nowait() for _ in range(client.queue.qsize())]
        assert any("still here" in text for text in told), client.person.chair
        warned = any("stopped time because of an error" in text for text in told)
        assert warned == (client.person.chair == FACILITATOR)
    assert not session.pace.running
    assert "nobody translated it" in caplog.text


def test_who_stops_reading_is_dropped_and_delays_nobody(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "s.sqlite", SETUP)
    room = people(session)
    hub = Hub(session)
    asleep, awake = Client(room["press"]), Client(room["nato_watch"])
    for client in (asleep, awake):
        hub.greet(client, 0)
    session.act(room[FACILITATOR], "start", {})
    seen = 0
    while not asleep.dropped.is_set():
        session.tick(0.25)
        hub.broadcast(True)
        while not awake.queue.empty():
            seen += json.loads(awake.queue.get_nowait())["kind"] == "state"
        assert asleep.queue.qsize() <= asleep.queue.maxsize
    assert seen > asleep.queue.maxsize - 20
    assert not awake.dropped.is_set()


def test_who_comes_back_is_sent_what_they_have_not_seen(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "s.sqlite", SETUP)
    room = people(session)
    hub = Hub(session)
    session.game.advance(NOON + 3 * HOUR)

    def told(since: int) -> list[int]:
        client = Client(room["poland_capital"])
        hub.greet(client, since)
        messages = [json.loads(client.queue.get_nowait()) for _ in range(client.queue.qsize())]
        (past,) = [m["events"] for m in messages if m["kind"] == "past"]
        return [event["n"] for event in past]

    everything = told(0)
    assert everything == list(range(1, len(everything) + 1))
    assert told(3) == everything[3:]
    assert told(10_000) == []


def test_what_has_changed_adds_up_to_how_things_stand(tmp_path: Path) -> None:
    session = Session.create(tmp_path / "s.sqlite", SETUP)
    room, hub, luck = people(session), Hub(session), random.Random(9)
    session.act(room[FACILITATOR], "speed", {"speed": 600, "think": 5})
    session.act(room[FACILITATOR], "start", {})
    held: dict[Client, dict[str, Any]] = {}
    told: dict[Client, list[int]] = {}
    sizes = []
    for beat in range(240):
        if beat % 40 == 0:  # somebody comes late, again and again
            for name in ("poland_capital", "nato_watch", FACILITATOR, "observer"):
                client = Client(room[name])
                hub.greet(client, 0)
                held[client], told[client] = {}, []
        hub.broadcast(session.tick(1.0))
        for request in session.game.waiting():
            chair = session.seating.chair_of(request)
            if chair is not None and luck.random() < 0.1 and not session.game.over:
                said = {"request": str(request.identity), "choice": 0}
                session.act(room[chair.name], "reply", said)
        if beat % 50 == 20:
            session.act(room[FACILITATOR], "objective", {"text": f"aim {beat}"})
            session.act(room[FACILITATOR], "news", {"text": f"news {beat}", "to": []})
            session.act(room["nato_watch"], "notify", {"channel": "line", "choice": beat // 50 % 3})
        hub.broadcast(False)
        for client, stands in held.items():
            while not client.queue.empty():
                text = client.queue.get_nowait()
                message = json.loads(text)
                kind = message.pop("kind")
                if kind == "state":
                    stands |= message
                    sizes.append(len(text))
                elif kind in ("event", "past"):
                    events = message.get("events", [message.get("event")])
                    told[client] += [event["n"] for event in events]
    for client, stands in held.items():
        chair = session.chair(client.person)
        whole = json.loads(json.dumps(hub.stands(chair, "en")))
        assert stands == whole, chair.name
        assert told[client] == list(range(1, len(hub.feed(chair, "en").events) + 1))
    assert sorted(sizes)[len(sizes) // 2] < max(sizes) / 4  # most of what is sent is little


# Afterwards.


def debriefed(tmp_path: Path) -> tuple[Session, dict[str, Person]]:
    """Return a session that was played for a day, observed and ended."""
    session = Session.create(tmp_path / "s.sqlite", SETUP)
    room = people(session)
    leader, observer = room[FACILITATOR], room["observer"]
    session.act(leader, "objective", {"text": "Use the line"})
    identity = str(session.stage.theatre.inject_identity("milley_calls"))
    session.act(leader, "edit", {"inject": identity, "text": "The chief dials"})
    session._advance(NOON + 2 * HOUR + 41 * MINUTE)
    (case,) = session.game.crisis.cases.still_open()
    believed = {"case": str(case.identity), "cause": int(Cause.ACCIDENT), "why": "as ever"}
    session.act(room["poland_capital"], "belief", believed)
    right = {**believed, "cause": int(Cause.NOT_THEIRS)}
    session.act(room["russia_capital"], "belief", right)
    about = len(session.scene("en").feed(session.chair(observer)).events)
    noted = {"text": "nobody calls", "rating": "improve", "about": about, "objective": 1}
    session.act(observer, "observe", noted)
    session._advance(NOON + 2 * DAY)
    session.act(leader, "end", {})
    return session, room


def test_the_report_ties_notes_to_events_and_beliefs_to_the_truth(tmp_path: Path) -> None:
    session, room = debriefed(tmp_path)
    call = asked_first(session, Asked.CALL)
    session.act(room[FACILITATOR], "what_if", {"request": str(call.identity), "choice": 1})
    with pytest.raises(Refused, match="no_such_choice"):
        session.act(room["observer"], "observe", {"text": "x", "about": 9999})
    with pytest.raises(Refused, match="no_such_choice"):
        session.act(room["observer"], "observe", {"text": "x", "objective": 2})
    told = found(session, "en")
    (objective,) = told["objectives"]
    (note,) = objective["noted"]
    assert "Missile" in note["about"] or "missile" in note["about"]
    assert [(b["right"], b["true"]) for b in told["beliefs"]] == [
        (False, "not theirs"), (True, "not theirs"),
    ]  # fmt: skip
    (other,) = told["counterfactuals"]
    forked = fork(session.stage, session.setup, session.moves(), Change(call.identity, 1))
    assert other["differs"] == forked.differs
    titles = {one["title"]: one["actual"] for one in told["injects"]}
    assert titles["The chief dials"] == "2022-11-15 20:00 UTC"
    assert "Milley tries to reach Gerasimov" not in titles


def asked_first(session: Session, kind: Asked) -> Request:
    """Return the first question of a kind that people were asked."""
    rows = [r for r in session.game.table.asked.values() if r.asked is kind]
    return min(rows, key=lambda r: (r.time, r.identity))


def test_the_list_of_events_says_when_they_came_and_is_read_back(tmp_path: Path) -> None:
    session, _ = debriefed(tmp_path)
    for suffix in (".csv", ".xlsx"):
        path = tmp_path / f"events{suffix}"
        path.write_bytes(events_list(session, suffix))
        scenario = tmp_path / "scenario.yaml"
        scenario.write_text(TEXT, encoding="utf-8")
        back = imported(path, scenario)
        assert list(back.changed) == ["milley_calls"]
        assert not back.added
        assert not back.removed
        assert "The chief dials" in back.text
    text = events_list(session, ".csv").decode("utf-8-sig")
    assert text.splitlines()[0].split(",")[1:3] == ["Scenario time", "Actual time"]
    drone = next(line for line in text.splitlines() if "drone" in line)
    assert ",2022-11-17 06:00 UTC,," in drone  # kept in hand, and never played


def test_a_replay_holds_every_seat_and_no_name(tmp_path: Path) -> None:
    session, room = debriefed(tmp_path)
    session.log.name(room["poland_capital"].token, "Gertrude Example")
    ground = Hub(session).map_in("en")
    titles = {name: name for name in session.seating.chairs}
    said = replayed(session, ground, titles, "en")
    views = {view["chair"]: view for view in said["views"]}
    assert "Gertrude" not in json.dumps(said)
    assert said["times"] == sorted(set(said["times"]))
    assert (said["times"][0], said["times"][-1]) == (NOON, NOON + 2 * DAY)
    assert len(said["stamps"]) == len(said["units"]) == len(said["times"])
    assert len(views[FACILITATOR]["beliefs"]) == 2
    assert [one["why"] for one in views["poland_capital"]["beliefs"]] == ["as ever"]
    assert views["nato_watch"]["beliefs"] == []
    for name, view in views.items():
        told = json.dumps(view["events"])
        assert ("n truth" in told) == (name == FACILITATOR), name
        feed = session.scene("en").feed(session.seating.chairs[name]).events
        assert [e["text"] for e in view["events"]] == [e["text"] for e in feed if e["time"] >= NOON]


def test_the_fan_is_what_the_model_plays_alone(tmp_path: Path) -> None:
    session, _ = debriefed(tmp_path)
    setup = session.setup
    paths, times = model_paths(setup, 4), times_of(session.stage, setup)
    assert paths.shape == (4, times.size)
    for number in range(4):
        stage = staged(setup._replace(world=number))
        game = Game(stage, setup)
        for at, time in enumerate(times[::7]):
            game.advance(int(time) + 1)
            assert game.crisis.ladder.rung == paths[number][7 * at]
    picture = fan(session, "en", worlds=4)
    assert picture == fan(session, "en", worlds=4)
    assert "The room's highest rung was" in picture.decode()
    with pytest.raises(ValueError, match="do not fit"):
        draw_fan(session.game.scenario.start, times, paths[:, :-1], paths[0])


def test_a_certificate_holds_for_its_host_only() -> None:
    made = certificate("192.0.2.7")
    assert holds(made, "192.0.2.7")
    assert not holds(made, "192.0.2.8")
    assert not holds(made._replace(certificate=""), "192.0.2.7")
    assert holds(certificate("room.example"), "room.example")
