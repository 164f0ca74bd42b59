"""The ladder: tension, the level of each bloc, the rung of the crisis and what activity follows."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from sim.crisis import rules
from sim.crisis.schedule import Rank
from sim.crisis.state import Bloc, Start
from sim.draws import root
from sim.records import CrisisBegan, Runged

if TYPE_CHECKING:
    from sim.crisis.engine import Crisis

DISPLAY_RUNG = 3
FORCE_RUNG = 4
WAR_RUNG = 6


class Ladder:
    """Where the crisis stands. Levels rise by acts and fall by quiet time, one step each."""

    def __init__(self, crisis: Crisis, start: Start) -> None:
        self._crisis = crisis
        self.tension_then = start.tension
        self.tension_at = crisis.begins
        p = crisis.p
        self.blocs = tuple(
            Bloc(
                identity=root(f"bloc|{name}"),
                believed=start.believed[b],
                disbelieved=start.disbelieved[b],
                level=start.levels[b],
                unanswered=start.unanswered[b],
                unanswered_at=crisis.begins,
            )
            for b, name in enumerate(crisis.world.theatre.blocs)
        )
        self.rung = max(start.levels)
        self.counted = self.rung >= DISPLAY_RUNG
        if self.rung:
            now = crisis.now
            crisis.record(Runged(now, (now, now), *start.levels, self.rung, -1))
        self._per_rung = p.activity_rung
        self.most_active = rules.activity(WAR_RUNG, self._per_rung, crisis.plan.boldness, 0.0)
        for b, bloc in enumerate(self.blocs):
            self._log_activity(b)
            if bloc.level:
                self._await_quiet(b, start.quiet_left[b])

    # Tension.

    def tension(self) -> float:
        """Return the tension now; it is kept as of its last jump and only read in between."""
        elapsed = self._crisis.now - self.tension_at
        return rules.decayed(self.tension_then, elapsed, self._crisis.p.tension_half_life)

    def jump(self, by: float) -> None:
        """Move the tension by ``by``; it never falls below 0."""
        self.tension_then = max(0.0, self.tension() + by)
        self.tension_at = self._crisis.now

    def relieve(self, factor: float) -> None:
        """Multiply the tension by ``factor``."""
        self.tension_then = self.tension() * factor
        self.tension_at = self._crisis.now

    # Levels and the rung.

    def take(self, b: int, level: int, major: bool, root: int, cause: int, inject: bool) -> None:
        """Let a bloc act at ``level``: hold it there, or raise it, and see what becomes of it."""
        bloc = self.blocs[b]
        if level >= bloc.level and level > 0:
            changed = level > bloc.level or (major and not bloc.major)
            bloc.level = level
            bloc.major = bloc.major or major
            self._await_quiet(b, self._crisis.p.quiet)
            if changed:
                self._settle(root)
        if level >= DISPLAY_RUNG and not inject:
            self._count(root, cause)

    def _count(self, root: int, cause: int) -> None:
        """Record a crisis at its first act or hostile incident that is no inject's own."""
        if not self.counted:
            self.counted = True
            self._crisis.record(CrisisBegan(self._crisis.now, (-1, -1), root, cause, self.rung))

    def _settle(self, root: int) -> None:
        """Recompute the rung after a level changed."""
        first, second = self.blocs
        majors = first.major and second.major
        rung = rules.crisis_rung(first.level, second.level, FORCE_RUNG, majors)
        self.rung = rung
        if rung < DISPLAY_RUNG:
            self.counted = False
        now = self._crisis.now
        self._crisis.record(Runged(now, (now, now), first.level, second.level, rung, root))
        self._log_activity(0)
        self._log_activity(1)
        if rung >= WAR_RUNG:
            self._crisis.stop()

    def _await_quiet(self, b: int, time: int) -> None:
        bloc = self.blocs[b]
        bloc.quiet_version += 1
        bloc.quiet_until = self._crisis.now + time
        version = bloc.quiet_version
        self._crisis.env.at(
            bloc.quiet_until, Rank.QUIET, bloc.identity, lambda _: self._step_down(b, version)
        )

    def _step_down(self, b: int, version: int) -> None:
        """Go down one rung; below the use of force, force is forgotten."""
        bloc = self.blocs[b]
        if version != bloc.quiet_version:
            return
        bloc.level -= 1
        if bloc.level < FORCE_RUNG:
            bloc.major = False
        self._settle(-1)
        if bloc.level:
            self._await_quiet(b, self._crisis.p.quiet)

    def shorten_quiet(self, b: int, factor: float) -> None:
        """Shorten what is left of a display's quiet time, after a late but believed explanation."""
        bloc = self.blocs[b]
        if bloc.level == DISPLAY_RUNG:
            left = bloc.quiet_until - self._crisis.now
            self._await_quiet(b, rules.whole(left * factor))

    # Activity.

    def pause(self, b: int) -> None:
        """Stand a bloc's flights down in part for a while, after a grave incident."""
        p = self._crisis.p
        if p.pause <= 0:
            return
        bloc = self.blocs[b]
        bloc.paused_until = self._crisis.now + p.pause_lasts
        self._log_activity(b)
        self._crisis.env.at(
            bloc.paused_until, Rank.QUIET, bloc.identity, lambda _: self._log_activity(b)
        )

    def _log_activity(self, b: int) -> None:
        bloc = self.blocs[b]
        now = self._crisis.now
        paused = self._crisis.p.pause if now < bloc.paused_until else 0.0
        value = rules.activity(self.rung, self._per_rung, self._crisis.plan.boldness, paused)
        if bloc.times and bloc.times[-1] == now:
            bloc.activity[-1] = value
        elif not bloc.times or bloc.activity[-1] != value:
            bloc.times.append(now)
            bloc.activity.append(value)

    def flies(self, b: int, start: int, mark: float) -> bool:
        """Whether a candidate sortie of a bloc that would take off at ``start`` takes place."""
        bloc = self.blocs[b]
        if len(bloc.times) == 1:
            return mark <= bloc.activity[0]
        row = max(0, bisect_right(bloc.times, start) - 1)
        return mark <= bloc.activity[row]

    # Unanswered hostile acts.

    def unanswered(self, b: int) -> float:
        """Return how many hostile acts of a bloc were let pass, fading with time."""
        bloc = self.blocs[b]
        if bloc.unanswered == 0:
            return 0.0
        elapsed = self._crisis.now - bloc.unanswered_at
        return rules.decayed(bloc.unanswered, elapsed, self._crisis.p.invitation_half_life)

    def let_pass(self, b: int) -> None:
        """Remember that a hostile act of bloc ``b`` was absorbed."""
        bloc = self.blocs[b]
        bloc.unanswered = self.unanswered(b) + 1
        bloc.unanswered_at = self._crisis.now
