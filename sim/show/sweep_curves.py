"""One lever: how the paired difference moves along it, with its interval, one curve for each arm.

A filled marker stands where the 95 % interval excludes zero, a hollow one where it does not. Below
lies the same measure without the line, which a lever may move as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.scenario.lever_facts import base_number
from sim.scenario.levers import WIDE, Lever
from sim.show.labels import spread
from sim.show.risk import named_arms, signed_points
from sim.show.style import (
    FAINT,
    INK,
    LABEL,
    MUTED,
    PAPER,
    SMALL,
    TINY,
    arm_styles,
    bare,
    canvas,
    figure_of,
    headline,
    panel,
    text_size,
)
from sim.show.sweep_words import (
    Verdicts,
    base_text,
    capital,
    differences,
    fewer,
    is_share,
    lever_title,
    measure_title,
    more,
    outside_texts,
    range_text,
    short,
    shown,
    unchanged,
    verdicts,
)
from sim.show.words import counted

if TYPE_CHECKING:
    from sim.study.swept import Sweep

_LEFT, _RIGHT, _NAMES, _GAP = 0.062, 0.99, 0.125, 0.05
_UPPER, _UPPER_HEIGHT, _LOWER, _LOWER_HEIGHT = 0.365, 0.405, 0.175, 0.115
_ROOM: Final = 0.14  # of the height of a panel, kept free above and below the curves
_EDGE: Final = 0.03  # of the width, before the first value and after the last
_APART: Final = 0.078  # of the height, from one name to the next
_FLAT: Final = 1e-9
_STEPS: Final = (1, 2, 5, 10)


def draw_curves(found: Sweep, ax: Axes | None = None) -> Axes:
    """Draw the paired difference along the one lever, for each arm and each measure shown."""
    ax = bare(canvas() if ax is None else ax)
    (lever,) = found.levers
    measures = shown(found)
    width = (_RIGHT - _LEFT - _GAP * (len(measures) - 1)) / len(measures) - _NAMES
    for at, measure in enumerate(measures):
        left = _LEFT + at * (width + _NAMES + _GAP)
        upper = panel(ax, left, _UPPER, width, _UPPER_HEIGHT)
        lower = panel(ax, left, _LOWER, width, _LOWER_HEIGHT)
        places = _along(upper, lever)
        _along(lower, lever)
        _changes(upper, found, measure, places)
        _levels(lower, found, measure, places)
        _mark_base(upper, found, lever)
        _ticks(lower, places, outside_texts(found, lever))
        upper.set_xticks(places, [""] * len(places))
    middle = (_LEFT + _RIGHT) / 2
    ax.text(
        middle, _LOWER - 0.062, lever_title(found, lever), transform=ax.transAxes, fontsize=SMALL,
        color=INK, ha="center", va="top",
    )  # fmt: skip
    _words(ax, found, lever)
    return ax


def scaled(lever: Lever) -> list[float]:
    """Return where a lever's values lie along a scale; those that are no numbers side by side."""
    if lever.numbers is None:
        return [float(at) for at in range(len(lever.values))]
    return [_shift(lever, number) for number in lever.numbers]


def _shift(lever: Lever, number: float) -> float:
    """Return where a number lies on a lever's scale, a logarithmic one where that spans more."""
    return math.log(number) if _is_logarithmic(lever) else number


def _is_logarithmic(lever: Lever) -> bool:
    if lever.numbers is None or lever.numbers[0] <= 0:
        return False
    wide = lever.numbers[-1] / lever.numbers[0] > WIDE
    return lever.spacing == "geometric" or (lever.spacing == "listed" and wide)


def base_place(found: Sweep, lever: Lever) -> float | None:
    """Return where the scenario's own value lies on a lever's scale, None if not within it."""
    if lever.numbers is None:
        return None
    number = base_number(found.scenario, lever)
    if number is None or not lever.numbers[0] <= number <= lever.numbers[-1]:
        return None
    return _shift(lever, number)


def _along(ax: Axes, lever: Lever) -> list[float]:
    """Set the scale of the lever and return where its values lie."""
    places = scaled(lever)
    room = _EDGE * (places[-1] - places[0])
    ax.set_xlim(places[0] - room, places[-1] + room)
    return places


def _ticks(ax: Axes, places: list[float], texts: list[str]) -> None:
    """Name as many values as have room, the first and the last among them."""
    dpi = figure_of(ax).dpi
    pixels = [float(ax.transData.transform((x, 0.0))[0]) for x in places]
    half = [text_size(text, TINY, dpi)[0] / 2 + 5 for text in texts]
    named = [0]
    last = len(places) - 1
    for at in range(1, last):
        clear = pixels[at] - half[at] > pixels[named[-1]] + half[named[-1]]
        if clear and pixels[at] + half[at] < pixels[last] - half[last]:
            named.append(at)
    named.append(last)
    ax.set_xticks(places, [text if at in named else "" for at, text in enumerate(texts)])
    ax.tick_params(axis="x", labelsize=TINY)


def _changes(ax: Axes, found: Sweep, measure: str, places: list[float]) -> None:
    """Draw each arm's paired difference with its band and its name at the end."""
    scale = 100 if is_share(measure) else 1
    styles = arm_styles(found.arms)
    ends: dict[str, float] = {}
    limits = [0.0]
    for arm in found.others:
        pairs = differences(found, arm, measure)
        values = [scale * pair.value for pair in pairs]
        low = [scale * pair.interval.low for pair in pairs]
        high = [scale * pair.interval.high for pair in pairs]
        style = styles[arm]
        ax.fill_between(places, low, high, color=style.colour, alpha=0.13, lw=0, zorder=1)
        ax.plot(places, values, color=style.colour, ls=style.dashes, lw=2.2, zorder=3)
        for x, y, pair in zip(places, values, pairs, strict=True):
            ax.plot(
                x, y, marker=style.marker, ms=8, color=style.colour, mew=1.6, zorder=4,
                mfc=style.colour if pair.detectable else PAPER,
            )  # fmt: skip
        ends[arm] = values[-1]
        limits += [*low, *high]
    _heights(ax, limits)
    ax.axhline(0, color=INK, lw=1.1, zorder=2)
    ax.set_title(f"{measure_title(measure)}", fontsize=LABEL, color=INK, loc="left", pad=26)
    unit = "worlds in a hundred" if is_share(measure) else "per world"
    ax.text(
        0, 1.045, f"change against the reference, {unit}", transform=ax.transAxes, fontsize=TINY,
        color=MUTED, va="bottom",
    )  # fmt: skip
    _names(ax, found, ends, places[-1])


def _heights(ax: Axes, limits: list[float]) -> None:
    """Set a scale that holds all intervals, with names for a few heights."""
    low, high = min(limits), max(limits)
    room = _ROOM * max(high - low, _FLAT)
    ax.set_ylim(low - room, high + room)
    ticks = [
        y
        for y in MaxNLocator(6, steps=_STEPS).tick_values(low, high)
        if low - room < y < high + room
    ]
    ax.set_yticks(ticks, [signed_points(y) for y in ticks])
    for y in ticks:
        ax.axhline(y, color=FAINT, lw=0.6, zorder=0.5)


def _names(ax: Axes, found: Sweep, ends: dict[str, float], last: float) -> None:
    """Name each curve, and the line of no change, beside its end, moved apart where need be."""
    styles = arm_styles(found.arms)
    bottom, top = ax.get_ylim()
    labels = {"no change": 0.0} | ends
    apart = min(_APART, 0.95 / len(labels)) * (top - bottom)
    places = spread(list(labels.values()), apart)
    over = max(0.0, max(places) + apart / 2 - top) - max(0.0, bottom - min(places) + apart / 2)
    right = ax.get_xlim()[1]
    width = right - ax.get_xlim()[0]
    frame = figure_of(ax).bbox.width * (_NAMES - 0.012)
    for (name, end), height in zip(labels.items(), places, strict=True):
        arm = name in styles
        colour = styles[name].colour if arm else MUTED
        weight = "bold" if arm else "normal"
        wide = text_size(name, SMALL, figure_of(ax).dpi, weight)[0]
        ax.annotate(
            "", (last if arm else right, end), (right + 0.03 * width, height - over),
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.8, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
        ax.text(
            right + 0.036 * width, height - over, name, color=colour, fontweight=weight,
            fontsize=SMALL * min(1.0, frame / wide), va="center", clip_on=False,
        )  # fmt: skip


def _levels(ax: Axes, found: Sweep, measure: str, places: list[float]) -> None:
    """Draw the measure without the line."""
    scale = 100 if is_share(measure) else 1
    means = [point.mean(found.reference, measure) for point in found.points]
    low = [scale * mean.interval.low for mean in means]
    high = [scale * mean.interval.high for mean in means]
    ax.fill_between(places, low, high, color=INK, alpha=0.12, lw=0)
    ax.plot(places, [scale * mean.value for mean in means], color=INK, lw=1.8)
    top = max(*high, _FLAT)
    ax.set_ylim(0, 1.1 * top)
    ticks = [y for y in MaxNLocator(2, steps=_STEPS).tick_values(0, top) if y <= 1.1 * top]
    unit = " %" if is_share(measure) else ""
    ax.set_yticks(ticks, [f"{y:g}{unit}" for y in ticks])
    ax.tick_params(axis="y", labelsize=TINY)
    ax.set_title("without the line", fontsize=TINY, color=MUTED, loc="left", pad=3)


def _mark_base(ax: Axes, found: Sweep, lever: Lever) -> None:
    """Mark the scenario's own value of the lever."""
    place = base_place(found, lever)
    if place is None:
        return
    ax.axvline(place, color=MUTED, lw=1.1, ls=(0, (2.0, 2.0)), zorder=1.5)
    left, right = ax.get_xlim()
    early = place - left < 0.75 * (right - left)
    ax.text(
        place, ax.get_ylim()[1], f" base {base_text(found, lever)} ", fontsize=TINY, color=MUTED,
        ha="left" if early else "right", va="top", zorder=5,
    )  # fmt: skip


# Words.


def foot(found: Sweep) -> str:
    """Return what the marks of a sweep's figures mean beyond what each says itself."""
    parts = [
        f"{short(lever.path)} is {base_text(found, lever)} in the scenario."
        for lever in found.levers
        if base_place(found, lever) is None and base_text(found, lever)
    ]
    ranges = [
        f"{short(lever.path)} {range_text(found, lever)}"
        for lever in found.levers
        if any(found.outside(lever))
    ]
    if ranges:
        parts.append(f"* outside the catalogue's range: {', '.join(ranges)}.")
    return " ".join(parts)


def _words(ax: Axes, found: Sweep, lever: Lever) -> None:
    """Write the message: which arms make fewer crises somewhere, and which more."""
    measure = shown(found)[0]
    found_by = {arm: verdicts(differences(found, arm, measure)) for arm in found.others}
    less = [arm for arm, verdict in found_by.items() if verdict.fewer]
    up = [arm for arm, verdict in found_by.items() if verdict.more]
    parts = [f"{fewer(measure)} under {_counts(found_by, less, 0)}"] if less else []
    parts += [f"{more(measure)} under {_counts(found_by, up, 1)}"] if up else []
    title = capital(", ".join(parts) or f"{unchanged(measure)} at any {short(lever.path)}")
    given = f" · given: {found.given.replace('_', ' ')}" if found.given else ""
    headline(
        ax, title, f"{found.scenario.scenario} · the same {counted(found.worlds, 'world')} of "
        f"{found.points[0].days:g} days at {len(found.points)} values{given}",
        "Filled markers: the 95 % interval (band) excludes zero. " + foot(found),
    )  # fmt: skip


def _counts(found_by: Mapping[str, Verdicts], arms: list[str], way: int) -> str:
    """Return arms with the number of values at which they do so."""
    many = sum(len(rows) for rows in next(iter(found_by.values())))
    if len(arms) == 1:
        return f"{arms[0]} at {len(found_by[arms[0]][way])} of {many} values"
    return f"{named_arms(arms)} at some values"
