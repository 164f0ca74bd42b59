"""Risk by arm and threshold, with 95 % intervals, and the paired differences below it.

Arms are rows and thresholds columns. A share of nought is drawn as what it is: an upper bound.
Differences come from the same worlds, so their intervals are those of the pairs. Where worlds were
lived under several parameter sets a thin line reaches further than the thick one, which is chance
alone, as far as chance and what is not known do together.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from sim.language import gettext, spoken
from sim.language import gettext_noop as N_
from sim.show.numbers import plain, whole
from sim.show.style import (
    FAINT,
    INK,
    LABEL,
    MUTED,
    PAPER,
    SMALL,
    TINY,
    ArmStyle,
    arm_styles,
    bare,
    canvas,
    figure_of,
    headline,
    panel,
    taller,
    text_size,
)
from sim.show.words import RUNGS_SHORT, counted, own_text, thousands
from sim.study.measures import THRESHOLDS

if TYPE_CHECKING:
    from sim.study.comparison import Comparison
    from sim.study.estimates import Difference, Estimate
    from sim.study.intervals import Interval

_LEFT, _WIDEST = 0.175, 0.30  # of the width, for the names of the arms
_RIGHT: Final = 0.985
_GAP: Final = 0.022
_ALIKE: Final = 1.01
_HEAD, _BETWEEN, _FOOT, _CAPTION = 1.45, 0.95, 0.86, 0.32  # inches
_SHARES: Final = N_("share of worlds that reach it, logarithmic, with 95 % interval")
_CHANGES: Final = N_("change against the reference, same worlds, percentage points, 95 % interval")
_OWN: Final = N_("; scales differ")
_BOTH: Final = N_(
    "Thick: 95 % interval of chance alone; thin: of chance and of what is not "
    "known, over {count} parameter sets."
)
_FIT: Final = 9  # rows that fit a figure of the usual height
_GROUND: Final = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.0}
_FLAT: Final = 1e-12
_CLEAR: Final = 4  # times the least share, below which a tick's words begin at it
_NEAR_END: Final = 0.9  # of a panel's width


def draw_risk(comparison: Comparison, ax: Axes | None = None) -> Axes:
    """Draw the share of worlds that reach each rung under each arm, and what each arm changes.

    Read a row from left to right: how often each rung is reached under that arm. Below, a mark
    left of the line means fewer worlds than the reference; where the interval crosses the line,
    chance alone may have done it. The figure cannot show which worlds change, only how many.
    """
    others = [arm for arm in comparison.arms if arm != comparison.reference]
    rows = len(comparison.arms) + len(others)
    ax = bare(canvas(taller(rows, _FIT)) if ax is None else ax)
    styles = arm_styles(comparison.arms)
    band = _Bands(ax, len(comparison.arms), len(others))
    size, first = _named(ax, comparison.arms)
    width = (_RIGHT - first - _GAP * (len(THRESHOLDS) - 1)) / len(THRESHOLDS)
    lowest = _lowest(comparison)
    for at, threshold in enumerate(THRESHOLDS):
        left = first + at * (width + _GAP)
        upper = panel(ax, left, band.upper, width, band.upper_height)
        _risks(upper, comparison, threshold, styles, lowest, size if at == 0 else 0.0)
        if others:
            lower = panel(ax, left, band.lower, width, band.lower_height)
            _differences(lower, comparison, others, threshold, styles, size if at == 0 else 0.0)
    _sides(ax, band, (first + _RIGHT) / 2, _scales(comparison, others) if others else "")
    _words(ax, comparison, others)
    return ax


def _named(ax: Axes, arms: tuple[str, ...]) -> tuple[float, float]:
    """Return the size of the arms' names and where panels begin, so that none is cut off."""
    dpi, room = figure_of(ax).dpi, ax.get_window_extent().width
    widest = max(text_size(arm, LABEL, dpi, "bold")[0] for arm in arms) / room
    edge = 0.022
    size = LABEL * min(1.0, (_WIDEST - edge) / widest)
    return size, max(_LEFT, min(_WIDEST, widest + edge))


def _scales(comparison: Comparison, others: list[str]) -> str:
    """Return what is said of the scales below: whether they differ from panel to panel."""
    reaches = [_reach(comparison, others, k) for k in THRESHOLDS]
    return gettext(_CHANGES) + (gettext(_OWN) if max(reaches) > _ALIKE * min(reaches) else "")


class _Bands:
    """Where the two bands of panels lie, in shares of the figure's height."""

    def __init__(self, ax: Axes, arms: int, others: int) -> None:
        inch = figure_of(ax).dpi / ax.get_window_extent().height
        self.foot, between = _FOOT * inch, (_BETWEEN * inch if others else 0.0)
        room = 1 - _HEAD * inch - self.foot - between
        self.lower = self.foot
        self.lower_height = room * others / (arms + others)
        self.upper_height = room * arms / (arms + others)
        self.upper = self.lower + self.lower_height + between
        self.caption = _CAPTION * inch


def _lowest(comparison: Comparison) -> float:
    """Return a share somewhat below every share that is drawn."""
    ends = [1 / comparison.worlds]
    for arm in comparison.arms:
        for threshold in THRESHOLDS:
            estimate = comparison.risk(arm, threshold)
            ends += [x for x in (estimate.value, estimate.interval.low) if x > 0]
    return min(ends) * 0.6


def _rows(ax: Axes, arms: list[str], styles: dict[str, ArmStyle], size: float) -> None:
    """Give every arm a row, named on the left in its colour; not where ``size`` is 0."""
    ax.set_ylim(len(arms) - 0.55, -0.75)
    ax.set_yticks(range(len(arms)), arms if size else [])
    ax.tick_params(axis="y", length=0, labelsize=size or LABEL)
    for label, arm in zip(ax.get_yticklabels(), arms, strict=False):
        label.set_color(styles[arm].colour)
        label.set_fontweight("bold")
    if not size:
        ax.spines["left"].set_visible(False)


def _risks(
    ax: Axes,
    comparison: Comparison,
    threshold: int,
    styles: dict[str, ArmStyle],
    lowest: float,
    size: float,
) -> None:
    """Draw one threshold's shares on a logarithmic scale that ends at all worlds."""
    ax.set_xscale("log")
    ax.set_xlim(lowest, 1.0)
    _log_ticks(ax, lowest)
    _rows(ax, list(comparison.arms), styles, size)
    sign = "≥" if threshold < THRESHOLDS[-1] else "="
    ax.set_title(
        gettext(
            "rung {sign} {threshold}: {rungs_short}",
            sign=sign,
            threshold=threshold,
            rungs_short=RUNGS_SHORT[threshold],
        ),
        fontsize=SMALL,
        color=INK,
        loc="left",
    )
    for row, arm in enumerate(comparison.arms):
        if comparison.tells_parts:
            wide = comparison.risk_parts(arm, threshold).interval
            _thin(ax, row, max(wide.low, lowest), wide.high, styles[arm])
        _one_risk(ax, row, comparison.risk(arm, threshold), styles[arm], lowest)


def _thin(ax: Axes, row: int, low: float, high: float, style: ArmStyle) -> None:
    """Draw the interval that covers chance and what is not known, with its ends marked."""
    ax.plot(
        [low, high], [row, row], color=style.colour, lw=1.0, marker="|", ms=7, mew=1.0, zorder=2.5,
        clip_on=False,
    )  # fmt: skip


def _log_ticks(ax: Axes, lowest: float) -> None:
    """Label few enough powers of ten as per cent, and no share above one."""
    decades = math.floor(-math.log10(lowest))
    every = 1 if decades <= 2 else 2
    powers = [10.0**-k for k in range(0, decades + 1, every) if 10.0**-k >= lowest]
    ax.set_xticks(powers, [_share(p) for p in powers])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.tick_params(axis="x", labelsize=TINY)
    for label, power in zip(ax.get_xticklabels(), powers, strict=True):
        label.set_horizontalalignment("right" if power == 1 else "center")
        if power * _CLEAR < lowest * 10:  # it would reach into the panel before
            label.set_horizontalalignment("left")
    for power in powers:
        ax.axvline(power, color=FAINT, lw=0.6, zorder=0.5)


def _one_risk(ax: Axes, row: int, estimate: Estimate, style: ArmStyle, lowest: float) -> None:
    """Draw one share with its interval; nought as an arrow from its upper bound."""
    low, high = estimate.interval.low, estimate.interval.high
    if estimate.value <= 0:
        ax.annotate(
            "", (lowest, row), (high, row), zorder=3,
            arrowprops={"arrowstyle": "->", "color": style.colour, "lw": 1.6, "ls": "--"},
        )  # fmt: skip
        ax.plot(high, row, marker="|", ms=12, mew=2, color=style.colour, zorder=4, clip_on=False)
        text = gettext("none; < {high}", high=_share(high))
        at = lowest
    else:
        ax.plot([max(low, lowest), high], [row, row], color=style.colour, lw=2.6, zorder=3)
        ax.plot(
            estimate.value,
            row,
            marker=style.marker,
            ms=9,
            color=style.colour,
            mec="white",
            zorder=4,
            clip_on=False,
        )
        text = _share(estimate.value)
        at = estimate.value
    side = "left" if at == lowest else "center"
    if side == "center":  # a share near either end is written inward of it
        place = float(ax.transAxes.inverted().transform(ax.transData.transform((at, row)))[0])
        side = "right" if place > _NEAR_END else "left" if place < 1 - _NEAR_END else side
        at = min(at, 1.0)
    ax.text(at, row - 0.24, text, fontsize=TINY, color=INK, ha=side, va="bottom", zorder=5)


def _share(value: float) -> str:
    """Return a share in per cent with two digits that matter."""
    percent = 100 * value
    if percent == 0:
        return "0 %"
    if percent >= 10:
        return f"{percent:.0f} %"
    digits = max(0, 1 - math.floor(math.log10(percent) + _FLAT))
    text = f"{percent:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " %"


# Differences.


def _differences(
    ax: Axes,
    comparison: Comparison,
    others: list[str],
    threshold: int,
    styles: dict[str, ArmStyle],
    size: float,
) -> None:
    """Draw what each arm changes at one threshold, in percentage points."""
    found = [(arm, comparison.risk_difference(arm, threshold)) for arm in others]
    spans = [_limits(difference) for _, difference in found]
    reach = _reach(comparison, others, threshold)
    ax.set_xlim(-reach, reach)
    _rows(ax, others, styles, size)
    ax.axvline(0, color=INK, lw=1.0, zorder=1)
    ticks = [t for t in MaxNLocator(4).tick_values(-reach, reach) if abs(t) < 0.9 * reach]
    ax.set_xticks(ticks, [signed_points(tick) for tick in ticks])
    ax.tick_params(axis="x", labelsize=TINY)
    for row, ((arm, difference), (value, low, high)) in enumerate(zip(found, spans, strict=True)):
        style = styles[arm]
        wide = _wide(comparison, arm, threshold)
        if wide is not None:
            _thin(ax, row, 100 * wide.low, 100 * wide.high, style)
        ax.plot([100 * low, 100 * high], [row, row], color=style.colour, lw=2.6, zorder=3)
        ax.plot(
            100 * value, row, marker=style.marker, ms=9, color=style.colour, mec="white", zorder=4
        )
        ax.text(
            0, row - 0.24, _changed(difference), fontsize=TINY, color=INK, ha="center", va="bottom",
            zorder=5, bbox=_GROUND,
        )  # fmt: skip


def _reach(comparison: Comparison, others: list[str], threshold: int) -> float:
    """Return how far a panel of differences reaches to either side, in percentage points."""
    ends = [_FLAT]
    for arm in others:
        ends += map(abs, _limits(comparison.risk_difference(arm, threshold)))
        wide = _wide(comparison, arm, threshold)
        ends += [] if wide is None else [abs(wide.low), abs(wide.high)]
    return 100 * 1.15 * max(ends)


def _wide(comparison: Comparison, arm: str, threshold: int) -> Interval | None:
    """Return a difference's interval of chance and what is not known, where there is one."""
    if not comparison.tells_parts:
        return None
    return comparison.risk_difference_parts(arm, threshold).interval


def _changed(difference: Difference) -> str:
    """Return how many worlds an arm helped and harmed."""
    helped, harmed = difference.helped.events, difference.harmed.events
    if not helped and not harmed:
        return gettext("no world changes")
    return gettext(
        "{helped} helped, {harmed} harmed", helped=thousands(helped), harmed=thousands(harmed)
    )


def _limits(difference: Difference) -> tuple[float, float, float]:
    """Return a paired difference with its limits."""
    return difference.value, difference.interval.low, difference.interval.high


def signed_points(value: float) -> str:
    """Return a difference in percentage points with its sign."""
    if abs(value) < _FLAT:
        return "0"
    return spoken().separated(f"{value:+.3g}").replace("-", "−")


# Words.


def _sides(ax: Axes, band: _Bands, middle: float, changes: str) -> None:
    """Name the scales of the two bands; the lower one's only where there is one."""
    ax.text(
        middle, band.upper - band.caption, gettext(_SHARES), transform=ax.transAxes, fontsize=SMALL,
        color=MUTED, ha="center", va="top",
    )  # fmt: skip
    if changes:
        ax.text(
            middle, band.lower - band.caption, changes, transform=ax.transAxes, fontsize=SMALL,
            color=MUTED, ha="center", va="top",
        )  # fmt: skip


def _words(ax: Axes, comparison: Comparison, others: list[str]) -> None:
    """Write the message: whether any arm changes the risk of a crisis."""
    base = comparison.risk(comparison.reference, THRESHOLDS[0])
    clear = [a for a in others if _is_clear(comparison, a)]
    less = [a for a in clear if comparison.risk_difference(a, THRESHOLDS[0]).value < 0]
    more = [a for a in clear if a not in less]
    given = (
        gettext(" · given {replace}", replace=comparison.given.replace("_", " "))
        if comparison.given
        else ""
    )
    what = gettext("of these incidents lead to") if given else gettext("of worlds reach")
    title = gettext("{value} {what} a crisis without the line", value=_share(base.value), what=what)
    if others and not clear:
        title += gettext("; no arm detectably changes that")
    elif clear:
        parts = [gettext("fewer under {named_arms}", named_arms=named_arms(less))] if less else []
        parts += [gettext("more under {named_arms}", named_arms=named_arms(more))] if more else []
        title += "; " + ", ".join(parts)
    days = comparison.scenario.duration / 86_400_000
    headline(
        ax,
        title,
        gettext(
            "{scenario} · {worlds} of {days} days{given}",
            scenario=own_text(comparison.scenario.scenario),
            worlds=counted(comparison.worlds, "world"),
            days=plain(days),
            given=given,
        ),
        gettext(_BOTH, count=whole(len(comparison.sets)))
        if comparison.tells_parts
        else gettext("Above each line below: worlds helped and harmed."),
    )


def _is_clear(comparison: Comparison, arm: str) -> bool:
    """Whether an arm changes the first threshold by more than chance, and what is not known."""
    wide = _wide(comparison, arm, THRESHOLDS[0])
    if wide is None:
        return comparison.risk_difference(arm, THRESHOLDS[0]).detectable
    return wide.excludes_zero


def named_arms(arms: list[str]) -> str:
    """Return two arms by name, more by their number."""
    return gettext(" and ").join(arms) if len(arms) <= 2 else gettext("{arms} arms", arms=len(arms))
