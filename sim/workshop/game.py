"""The game: one world under one arm, played move by move, and made again from its moves.

The crisis does not know who decides. A move takes effect at its own time of the exercise, before
all else that happens then, so that the same moves make the same history however the session's
clock ran: fast, slow, paused or in leaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sim.crisis import Asked, Crisis, History, Stage, crisis_of, plan
from sim.crisis.deciders import Request
from sim.crisis.routine import order_notices
from sim.draws import child, root
from sim.errors import RunError
from sim.records import NEVER
from sim.scenario import Scenario, loads
from sim.workshop.chairs import Seating
from sim.workshop.moves import Kind, Move
from sim.workshop.table import LAPSES, MODEL, Kept, Table
from sim.world import build, prepare

NOTICE: Final = {0: 0.0, 1: 1.0, 2: None}
"""The share of its flights a side gives notice of, by the choice of a move: none, all, as usual."""

_MOVE: Final = -1
"""Rank of a move: it comes before all else of its instant."""


class Setup(NamedTuple):
    """What a session is played on; with its moves it makes the game again.

    ``begins`` is when people take over, in milliseconds since the scenario's start: up to then the
    model plays every chair. ``lapse`` says what holds when a clock runs out.
    """

    text: str
    seed: int
    world: int
    arm: str
    begins: int = 0
    lapse: str = MODEL


def staged(setup: Setup) -> Stage:
    """Return the world a session is played in, ready for any number of playings."""
    scenario = loads(setup.text)
    if setup.lapse not in LAPSES:
        raise RunError(f'lapse "{setup.lapse}": must be one of {", ".join(LAPSES)}')
    if not 0 <= setup.begins < scenario.duration:
        raise RunError(
            f"the exercise begins {setup.begins} ms after the scenario's start, which is outside "
            f"of its {scenario.duration} ms; choose a time within"
        )
    return Stage(build(prepare(scenario), setup.seed, setup.world))


class Game:
    """A playing of a session.

    ``moves`` are laid down beforehand, for a playing that is made again. With ``script`` replies
    are not moves: people reply as it says (:class:`~sim.workshop.table.Table`).
    """

    def __init__(
        self,
        stage: Stage,
        setup: Setup,
        moves: Iterable[Move] = (),
        script: Mapping[int, Kept] | None = None,
    ) -> None:
        self.stage = stage
        self.setup = setup
        self.table = Table(Seating(stage.theatre), setup.lapse, script, self._repeat)
        everyone = dict.fromkeys(range(len(stage.theatre.actors)), self.table)
        self.crisis: Crisis = crisis_of(stage, plan(stage.theatre, setup.arm), everyone)
        self.moves: list[Move] = []
        self.vain: set[int] = set()
        for move in moves:
            self._lay(move)

    @property
    def scenario(self) -> Scenario:
        """The scenario that is played."""
        return self.stage.theatre.scenario

    @property
    def now(self) -> int:
        """The time of the exercise, in milliseconds since the scenario's start."""
        return self.crisis.now

    @property
    def over(self) -> bool:
        """Whether the history has come to its end."""
        return self.crisis.finished

    # Time.

    def advance(self, until: int) -> None:
        """Let time pass up to a time; what is due then has not happened yet."""
        if not self.over and until > self.now:
            self.crisis.run(until)

    def step(self, until: int) -> None:
        """Let the next thing happen, but nothing after a time."""
        peek = self.crisis.env.peek()
        self.advance(min(until, int(peek) + 1) if peek < until else until)

    def finish(self) -> None:
        """Let time pass to the end of the history."""
        self.crisis.run()

    # Moves.

    def do(self, move: Move) -> bool:
        """Let a move take effect now; False when it had none, because its moment has passed."""
        if move.time != self.now:
            raise RunError(f"a move at {move.time} ms cannot take effect at {self.now} ms")
        if self.over:
            self.vain.add(move.number)
            return False
        self._lay(move)
        self.crisis.env.settle(move.number, _MOVE, self.crisis)
        if self.crisis.stopped:
            self.crisis.run()
        return move.number not in self.vain

    def _lay(self, move: Move) -> None:
        self.crisis.env.at(move.time, _MOVE, move.number, self._take, move)

    def _take(self, move: Move) -> None:
        self.moves.append(move)
        if not _EFFECTS[move.kind](self, move):
            self.vain.add(move.number)

    def _repeat(self, request: Request, kept: Kept) -> None:
        """Reply to a request as people did, at the same time after being asked."""
        assert kept.choice is not None
        chair = self.table.seating.chair_of(request)
        name = "" if chair is None else chair.name
        time = request.time + kept.after
        self._lay(Move(kept.number, time, name, Kind.REPLY, request.identity, kept.choice))

    def _reply(self, move: Move) -> bool:
        return self.crisis.reply(move.request, move.choice)

    def _volunteer(self, move: Move) -> bool:
        row = self.stage.channel_rows.get(move.subject)
        chair = self.table.seating.chairs.get(move.chair)
        if row is None or chair is None:
            return False
        identity = child(root(f"room|{move.subject}|{move.chair}"), move.number)
        return self.crisis.switchboard.volunteer(row, identity, chair.bloc)

    def _sit(self, move: Move) -> bool:
        self.table.sitting.add(move.subject)
        return True

    def _leave(self, move: Move) -> bool:
        self.table.sitting.discard(move.subject)
        return True

    def _inject(self, move: Move) -> bool:
        return self.crisis.injects.move(int(move.subject), max(move.at, self.now))

    def _skip(self, move: Move) -> bool:
        return self.crisis.injects.move(int(move.subject), None)

    def _cut(self, move: Move) -> bool:
        row = self.stage.channel_rows.get(move.subject)
        if row is None or row not in self.crisis.switchboard.lines:
            return False
        self.crisis.switchboard.cut(row, move.at)
        return True

    def _notify(self, move: Move) -> bool:
        row = self.stage.channel_rows.get(move.subject, NEVER)
        line = self.crisis.switchboard.lines.get(row)
        chair = self.table.seating.chairs.get(move.chair)
        if chair is None or move.choice not in NOTICE:
            return False
        return order_notices(self.crisis, line, chair.bloc, NOTICE[move.choice])

    def _overrule(self, move: Move) -> bool:
        actor = self.stage.theatre.actor_index.get(move.subject)
        if actor is None:
            return False
        self.table.orders[actor, Asked(move.at)] = move.choice
        return True

    # What stands.

    def waiting(self) -> list[Request]:
        """Return the requests that wait for people, in the order they were asked."""
        if self.over:
            return []
        open_now = [r for r in self.table.asked.values() if self.crisis.awaits(r.identity)]
        return sorted(open_now, key=lambda r: (r.time, r.identity))

    def history(self) -> History:
        """Return what has happened so far."""
        return self.crisis.history()


_EFFECTS: Final[dict[Kind, Any]] = {
    Kind.REPLY: Game._reply,
    Kind.VOLUNTEER: Game._volunteer,
    Kind.SIT: Game._sit,
    Kind.LEAVE: Game._leave,
    Kind.INJECT: Game._inject,
    Kind.SKIP: Game._skip,
    Kind.CUT: Game._cut,
    Kind.NOTIFY: Game._notify,
    Kind.OVERRULE: Game._overrule,
}


def again(stage: Stage, setup: Setup, moves: Sequence[Move], until: int | None = None) -> Game:
    """Return a game made again from its moves, played up to a time or to its end.

    What was done at that time is done, and what is due then has not happened yet.
    """
    game = Game(stage, setup, moves)
    game.crisis.run(until)
    if until is not None and not game.over:
        game.crisis.env.settle(max((m.number for m in moves), default=0), _MOVE, game.crisis)
        if game.crisis.stopped:
            game.crisis.run()
    return game
