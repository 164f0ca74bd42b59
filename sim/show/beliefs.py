"""Belief paths after an incident: what the victim holds to be its cause, under either arm.

A belief is recorded when a side answers. In between it is what the model's rule makes of what the
records say had been heard by then: the own investigation's reports and the other side's messages.
"""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import fill
from typing import TYPE_CHECKING, Final, NamedTuple

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.crisis import History, plan, rules
from sim.crisis.rules import Belief
from sim.language import gettext
from sim.records import Acted, Clocked, Happened, Messaged, Record, Reported, Runged
from sim.scenario.kinds import DECEITFUL, HONEST, INCIDENT_BY_CODE, Act, Cause, Content
from sim.scenario.quantities import HOUR
from sim.show.affair import affair, cases_in
from sim.show.cast import Cast
from sim.show.labels import spread
from sim.show.numbers import plain
from sim.show.style import (
    FAINT,
    INK,
    MUTED,
    PAPER,
    SMALL,
    TINY,
    ArmStyle,
    arm_styles,
    bare,
    canvas,
    headline,
    panel,
    say_nothing,
)
from sim.show.words import ACTS, CAUSES, incident, own_text, span

if TYPE_CHECKING:
    from sim.crisis import Stage

OPENED, REPORT, MESSAGE, RUNG, ANSWER = "opened", "report", "message", "rung", "answer"
_LETTERS: Final = 14  # in a line of a cause's name
_MARKERS: Final = {REPORT: "s", MESSAGE: "D", ANSWER: "o"}
_ROWS: Final = len(Cause)
_LEFT, _WIDTH, _BOTTOM, _TOP = 0.215, 0.62, 0.14, 0.745
_AFTER: Final = 1.12  # of the time to the last event, how far the scale goes
_LONG: Final = 4
"""Times of the later answer that are shown at most."""


class Step(NamedTuple):
    """What happened to a belief: when, in ms, why, and what it was from then on."""

    time: int
    why: str
    belief: Belief


class BeliefPath(NamedTuple):
    """A victim's belief about one case, from its opening on, and the answer it gave, if any."""

    steps: tuple[Step, ...]
    answer: Acted | None


def path_of(history: History, case: int, stage: Stage) -> BeliefPath | None:
    """Return how a belief about a case went; None for a case this history does not have.

    Tension, which moves too, is held at what it was when the case was answered.
    """
    own = [r for r in history.records if getattr(r, "case", None) == case]
    first = next((r for r in own if isinstance(r, Clocked)), None)
    if first is None:
        return None
    answer = next((r for r in own if isinstance(r, Acted) and not r.theatre), None)
    mood = answer.tension if answer is not None else history.tension
    mind = _Mind(stage, history.arm, mood)
    steps: list[Step] = []
    for record in _in_order(history, answer):
        if record is answer:
            said = (answer.p_accident, answer.p_assertive, answer.p_hostile, answer.p_not_theirs)
            steps.append(Step(record.time, ANSWER, said))
            if max(said) == 1:
                break  # who has been told the truth holds it for good
            continue
        why = OPENED if record is first else ""
        why = mind.take(record, case) or why
        if why and (steps or record is first):
            steps.append(Step(record.time, OPENED if record is first else why, mind.belief()))
    return BeliefPath(tuple(steps), answer)


def _in_order(history: History, answer: Acted | None) -> list[Record]:
    """Return the records so that what an answer does to the rung follows it."""
    if answer is None:
        return list(history.records)
    own = [r for r in history.records if isinstance(r, Runged) and r.time == answer.time]
    ordered: list[Record] = []
    for record in history.records:
        if record not in own:
            ordered.append(record)
        if record is answer:
            ordered += own
    return ordered


class _Mind:
    """A victim's belief about one case, from the records as they come."""

    def __init__(self, stage: Stage, arm: str, tension: float) -> None:
        self._p = plan(stage.theatre, arm).parameters
        self._tension = self._p.a_tension * rules.saturated(tension)
        self._rung = max(Cast(stage).start.levels)
        self._evidence: Belief = (0.0, 0.0, 0.0, 0.0)
        self._message: Belief = (0.0, 0.0, 0.0, 0.0)
        self._best, self._worst, self._kind = 0.0, -1.0, -1

    def take(self, record: Record, case: int) -> str:
        """Take what a record says; return why the belief may have moved, or nothing."""
        if isinstance(record, Runged):
            moved = record.rung != self._rung
            self._rung = record.rung
            return RUNG if moved else ""
        if getattr(record, "case", None) != case:
            return ""
        if isinstance(record, Happened) and record.severity > self._worst:
            self._worst, self._kind = record.severity, record.kind
            return RUNG
        if isinstance(record, Reported):
            accuracy = self._p.accuracy if record.final else self._p.first_accuracy
            self._evidence = rules.report_evidence(record.named, accuracy)
            return REPORT
        if isinstance(record, Messaged) and record.content != Content.DOES_NOT_KNOW:
            if record.credibility >= self._best:
                self._best = record.credibility
                self._message = rules.message_evidence(
                    _column(HONEST, record.content), _column(DECEITFUL, record.content), self._best
                )
            return MESSAGE
        return ""

    def belief(self) -> Belief:
        """Return the belief now."""
        p = self._p
        suspicion: Belief | None = None
        if self._kind >= 0:
            suspicion = INCIDENT_BY_CODE[self._kind].suspicion
        if suspicion is None:
            suspicion = (
                p.suspicion_accident, p.suspicion_assertive, p.suspicion_hostile,
                p.suspicion_not_theirs,
            )  # fmt: skip
        a, b = self._evidence, self._message
        evidence = (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3])
        return rules.belief(suspicion, self._tension, p.a_rung * self._rung, evidence)


def _column(table: tuple[tuple[float, ...], ...], content: int) -> Belief:
    """Return P(content | cause) for each cause."""
    accident, assertive, hostile, not_theirs = (row[content] for row in table)
    return (accident, assertive, hostile, not_theirs)


def draw_beliefs(stage: Stage, a: History, b: History, ax: Axes | None = None) -> Axes:
    """Draw what the victim of the affair that tells most believes of its cause, under two arms.

    A row is one possible cause, the true one named; the higher a line, the firmer the belief. A
    step at a square is the own investigation's report, at a diamond a message from the other side,
    at a circle the answer is given: what comes later comes too late. It is one case of one world.
    """
    ax = bare(canvas() if ax is None else ax)
    cast = Cast(stage)
    shown = gettext(
        "{scenario} · world {world}",
        scenario=own_text(stage.theatre.scenario.scenario),
        world=a.world,
    )
    found = affair(a, b)
    cases = [] if found is None else [*cases_in(a, found), *cases_in(b, found)]
    if found is None or not cases:
        headline(
            ax,
            gettext("Nothing happens in world {world} that calls for an answer", world=a.world),
            shown,
        )
        return say_nothing(ax, gettext("No incident, and so nothing to believe about one."))
    case = next((case for case in cases if case == found.root), cases[0])
    paths = {h.arm: path_of(h, case, stage) for h in (a, b)}
    known = {arm: path for arm, path in paths.items() if path is not None}
    begins = min(path.steps[0].time for path in known.values())
    reach, later = _reach(known.values(), begins)
    styles = arm_styles((a.arm, b.arm))
    truth = _truth((a, b), case)
    height = (_TOP - _BOTTOM) / _ROWS
    for row, cause in enumerate(Cause):
        inner = panel(ax, _LEFT, _TOP - (row + 1) * height, _WIDTH, height - 0.025)
        _row(inner, known, cause, begins, reach, styles)
        _ticks(inner, reach, row == _ROWS - 1)
        told = fill(CAUSES[cause], _LETTERS)
        ax.text(
            _LEFT - 0.055,
            _TOP - (row + 0.5) * height - 0.012,
            gettext("{told}\n(the truth)", told=told) if cause == truth else told,
            transform=ax.transAxes,
            ha="right",
            va="center",
            fontsize=TINY,
            color=INK,
            fontweight="bold" if cause == truth else "normal",
            linespacing=1.3,
        )
    _answers(ax, paths, begins, styles)
    _words(ax, (a, b), case, shown, cast, known, later)
    return ax


def _reach(paths: Iterable[BeliefPath], begins: int) -> tuple[float, bool]:
    """Return how many hours are shown, and whether something is marked that comes later still.

    A report weeks after the answer would press everything that counted against the left edge.
    """
    marked = [s.time - begins for path in paths for s in path.steps if s.why in _MARKERS]
    answers = [path.answer.time - begins for path in paths if path.answer is not None]
    limit = _LONG * max(answers) if answers else max(marked, default=0)
    ends = max((time for time in marked if time <= limit), default=0)
    return max(1.0, _AFTER * ends / HOUR), any(time > limit for time in marked)


def _truth(histories: tuple[History, History], case: int) -> int:
    """Return the true cause of a case, that of its worst incident; -1 if none is on record."""
    happened = [
        r for h in histories for r in h.records if isinstance(r, Happened) and r.case == case
    ]
    return max(happened, key=lambda r: r.severity).cause if happened else -1


def _row(
    ax: Axes,
    paths: dict[str, BeliefPath],
    cause: int,
    begins: int,
    reach: float,
    styles: dict[str, ArmStyle],
) -> None:
    """Draw how firmly one cause is believed, a line for each arm."""
    ax.set_xlim(0, reach)
    ax.set_ylim(-0.06, 1.06)
    ends = []
    for at, (arm, path) in enumerate(paths.items()):
        style = styles[arm]
        hours = [(step.time - begins) / HOUR for step in path.steps]
        values = [step.belief[cause] for step in path.steps]
        ax.step(
            [*hours, max(reach, hours[-1])], [*values, values[-1]], where="post",
            color=style.colour, ls=style.dashes, lw=2.6 - 0.5 * at, zorder=3, gid=f"{arm} {cause}",
        )  # fmt: skip
        for hour, value, step in zip(hours, values, path.steps, strict=True):
            if step.why in _MARKERS:
                ax.plot(
                    hour, value, marker=_MARKERS[step.why], ms=9 if step.why == ANSWER else 7,
                    color=style.colour, mec=PAPER, zorder=5,
                )  # fmt: skip
        ends.append([v for hour, v in zip(hours, values, strict=True) if hour <= reach][-1])
    places = spread(ends, 0.34)
    for (arm, _), end, place in zip(paths.items(), ends, places, strict=True):
        ax.annotate(
            arm, (reach, end), (reach * 1.02, place), fontsize=TINY, color=styles[arm].colour,
            fontweight="bold", va="center", annotation_clip=False,
        )  # fmt: skip


def _ticks(ax: Axes, reach: float, named: bool) -> None:
    ax.set_yticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    ax.tick_params(labelsize=TINY)
    for y in (0, 0.5, 1):
        ax.axhline(y, color=FAINT, lw=0.5, zorder=0)
    ticks = [t for t in MaxNLocator(8).tick_values(0, reach) if 0 <= t <= reach]
    ax.set_xticks(
        ticks, [gettext("{hours}\u00a0h", hours=plain(t)) if named else "" for t in ticks]
    )


def _answers(
    ax: Axes, paths: dict[str, BeliefPath | None], begins: int, styles: dict[str, ArmStyle]
) -> None:
    """Write above the rows what each arm's victim did, and when."""
    for at, (arm, path) in enumerate(paths.items()):
        text = gettext("{arm}: this does not happen", arm=arm)
        if path is not None and path.answer is None:
            text = gettext("{arm}: not answered within the period", arm=arm)
        elif path is not None and path.answer is not None:
            after = span(path.answer.time - begins)
            text = gettext(
                "{arm}: {acts} after {after}", arm=arm, acts=ACTS[Act(path.answer.act)], after=after
            )
        ax.text(
            _LEFT + 0.42 * at, 0.795, text, transform=ax.transAxes, fontsize=SMALL,
            color=styles[arm].colour, fontweight="bold", va="center",
        )  # fmt: skip


def _words(
    ax: Axes,
    histories: tuple[History, History],
    case: int,
    shown: str,
    cast: Cast,
    paths: dict[str, BeliefPath],
    later: bool,
) -> None:
    opened = next(
        r for h in histories for r in h.records if isinstance(r, Clocked) and r.case == case
    )
    happened = next(
        (r for h in histories for r in h.records if isinstance(r, Happened) and r.case == case),
        None,
    )
    what = gettext("an affair") if happened is None else incident(happened.kind)
    answers = [path.answer for path in paths.values() if path.answer is not None]
    title = gettext("What {actor} believes of {what}", actor=cast.actor(opened.victim), what=what)
    if len(answers) == 2:
        a, b = (f"{100 * each.p_hostile:.0f} %" for each in answers)
        who = cast.actor(opened.victim)
        title = gettext(
            "When it answers, {who} gives {a} to hostile intent",
            who=who,
            a=a if a == b else gettext("{a} and {b}", a=a, b=b),
        )
    headline(
        ax,
        title,
        gettext(
            "{shown} · {what}, {stamp} UTC", shown=shown, what=what, stamp=cast.stamp(opened.time)
        ),
        gettext(
            "Square: own investigation; diamond: a message is heard; circle: the answer. "
            "Tension is held at the answer's. One case of one world: no interval belongs "
            "to it."
        )
        + (gettext(" What is learnt much later is left out.") if later else ""),
    )
    ax.text(
        _LEFT + _WIDTH / 2,
        0.082,
        gettext("time since the case was opened"),
        transform=ax.transAxes,
        fontsize=SMALL,
        color=MUTED,
        ha="center",
        va="center",
    )
