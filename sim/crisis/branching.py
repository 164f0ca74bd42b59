"""Branches of a history: the same until some instant, and from then on another luck.

What befalls the two sides is a function of luck that nobody has looked up yet, so a history can be
let go on in other ways from any instant: whatever was looked up until then stays as it was, and
what is looked up for the first time afterwards is drawn anew. Given all that has happened, that is
as likely as the world's own. The world itself, what moves and meets, falls and fails in it, and the
notices and tests of its channels, stay the same throughout; what a contact comes to does not.
"""

from __future__ import annotations

from copy import copy
from typing import Final, NamedTuple

from sim.crisis.alike import played
from sim.crisis.engine import Crisis, crisis_of
from sim.crisis.history import History
from sim.crisis.plan import Plan
from sim.crisis.stage import Stage
from sim.draws import Decision, Luck, child, root, uniform

BEGINNING: Final = -(1 << 62)
"""An instant before everything."""


class Turn(NamedTuple):
    """Where a branch leaves its stem: after this instant, with luck named by this identity."""

    time: int
    identity: int


Path = tuple[Turn, ...]
"""The turns of a branch, one after another; the world's own history has none."""


def turned(path: Path, time: int, number: int) -> Path:
    """Return a path with one more turn, the ``number``-th taken there."""
    stem = path[-1].identity if path else root("branch")
    return (*path, Turn(time, child(stem, len(path), number)))


class BranchLuck(Luck):
    """The luck of a branch: which of its turns' luck a draw is of, its first look-up decides."""

    __slots__ = ("_clock", "_eras", "lucks", "path")

    def __init__(self, luck: Luck, path: Path) -> None:
        super().__init__(luck.seed, luck.world)
        self.path = path
        self.lucks = (luck, *(Luck(turn.identity, luck.world) for turn in path))
        self._eras: dict[tuple[Decision, int], int] = {}
        self._clock: Crisis | None = None

    def goes_by(self, clock: Crisis) -> None:
        """Go by the time of a crisis from now on; until then all draws are the world's own."""
        self._clock = clock

    def u(self, decision: Decision, who: int) -> float:
        """Return the uniform of one decision about one identity, the same whenever it is asked."""
        era = self._eras.get((decision, who))
        if era is None:
            era = self._eras[decision, who] = self._era()
        return uniform(self.lucks[era].key(decision), who)

    def _era(self) -> int:
        """Return how many turns have been taken by now."""
        if self._clock is None:
            return 0
        return sum(turn.time < self._clock.now for turn in self.path)


def play_branch(stage: Stage, arm: Plan, path: Path) -> History:
    """Live one branch of a world's history through under one arm; raises as ``play`` does."""
    if not path:
        return played(crisis_of(stage, arm))
    luck = BranchLuck(stage.luck, path)
    crisis = crisis_of(_branched(stage, luck), arm)
    luck.goes_by(crisis)
    return played(crisis)


def _branched(stage: Stage, luck: BranchLuck) -> Stage:
    """Return a stage on which what contacts come to after each turn is of that turn's luck."""
    other = copy(stage)
    other.luck, other.prospects = luck, list(stage.prospects)
    for turn, own in zip(luck.path, luck.lucks[1:], strict=True):
        for row, prospect in enumerate(other.prospects):
            if prospect.first > turn.time:
                who = prospect.identity
                other.prospects[row] = prospect._replace(
                    luck_class=own.u(Decision.SEVERITY_CLASS, who),
                    luck_victim=own.u(Decision.VICTIM, who),
                    luck_cause=own.u(Decision.CAUSE, who),
                )
    return other
