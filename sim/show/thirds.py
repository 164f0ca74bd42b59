"""What each third of the accepted sets says the line does, as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from matplotlib.axes import Axes

from sim.language import gettext
from sim.scenario.quantities import YEAR
from sim.show.numbers import share
from sim.show.style import (
    FAINT,
    INK,
    LABEL,
    MUTED,
    SMALL,
    TINY,
    ArmStyle,
    arm_styles,
    bare,
    canvas,
    headline,
    panel,
)
from sim.show.words import own_text
from sim.study.measures import THRESHOLDS

if TYPE_CHECKING:
    from sim.study.identification import Identification, Third

_LEFT: Final = 0.20
_WIDTH: Final = 0.36
_GAP: Final = 0.06
_BOTTOM, _HEIGHT = 0.14, 0.66
_RUNG: Final = min(THRESHOLDS)


class _Change(NamedTuple):
    value: float
    low: float
    high: float


def draw_thirds(found: Identification, ax: Axes | None = None) -> Axes:
    """Draw the paired change of each arm under each third, over the period and given."""
    ax = bare(canvas() if ax is None else ax)
    arms = found.thirds[0].period.others
    styles = arm_styles(found.thirds[0].period.arms)
    _panel(ax, 0, found, arms, styles, given=False)
    if found.given is not None:
        _panel(ax, 1, found, arms, styles, given=True)
    lowest, highest = found.thirds[0].share[0], found.thirds[-1].share[1]
    headline(
        ax,
        gettext("What the sets that are not refuted say the line does"),
        gettext(
            "{scenario} · sets in thirds by the share of disputes not hostile at root "
            "({lowest} to {highest})",
            scenario=own_text(found.scenario.scenario),
            lowest=share(lowest),
            highest=share(highest),
        ),
    )
    return ax


def _panel(
    ax: Axes,
    column: int,
    found: Identification,
    arms: tuple[str, ...],
    styles: dict[str, ArmStyle],
    given: bool,
) -> None:
    """Draw one question: a row for each third and arm."""
    inner = panel(ax, _LEFT + column * (_WIDTH + _GAP), _BOTTOM, _WIDTH, _HEIGHT)
    inner.axvline(0, color=INK, lw=1.0, zorder=1)
    labels = []
    for t, third in enumerate(found.thirds):
        low, high = third.share
        labels.append(
            gettext("{title}\n{low} to {high}", title=third.title, low=share(low), high=share(high))
        )
        for a, arm in enumerate(arms):
            row = t + (a + 1) / (len(arms) + 1) - 0.5
            _one(inner, row, _change(found, third, arm, given), styles[arm])
        if t:
            inner.axhline(t - 0.5, color=FAINT, lw=0.8, zorder=0)
    inner.set_ylim(len(found.thirds) - 0.5, -0.5)
    inner.set_yticks(range(len(found.thirds)), labels if column == 0 else [])
    inner.tick_params(axis="y", length=0, labelsize=LABEL)
    inner.tick_params(axis="x", labelsize=TINY)
    inner.set_xlabel(_scale(found, given), fontsize=SMALL, color=MUTED)
    if column == 0:
        for arm in arms:
            style = styles[arm]
            inner.plot([], [], color=style.colour, marker=style.marker, lw=2.6, label=arm)
        inner.legend(
            loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=len(arms), frameon=False,
            fontsize=SMALL,
        )  # fmt: skip


def _one(ax: Axes, row: float, change: _Change, style: ArmStyle) -> None:
    ax.plot([change.low, change.high], [row, row], color=style.colour, lw=2.6, zorder=3)
    ax.plot(change.value, row, marker=style.marker, ms=9, color=style.colour, mec="white", zorder=4)


def _change(found: Identification, third: Third, arm: str, given: bool) -> _Change:
    """Return a paired change: points given an incident, crises a year over the period."""
    difference = found.change(third, arm, given)
    scale = 100.0 if given else YEAR / found.scenario.duration
    ends = difference.interval
    return _Change(difference.value * scale, ends.low * scale, ends.high * scale)


def _scale(found: Identification, given: bool) -> str:
    if not given:
        return gettext(
            "change in crises a year that no inject began\n(against no line, 95 % interval)"
        )
    assert found.given is not None
    kind = found.given.replace("_", " ")
    return gettext(
        "change in reaching rung {rung} given: {kind}\n(percentage points, 95 % interval)",
        rung=_RUNG,
        kind=kind,
    )
