"""Two levers: the paired difference of one arm over every pair of their values, as a heat map.

Colour runs from blue (fewer) over white (no change) to orange-red (more), alike on both sides of
zero. Every cell also carries its number with its sign, so that it reads in grey, and is hatched
where the 95 % interval includes zero.
"""

from __future__ import annotations

from bisect import bisect_right
from statistics import median
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Rectangle

from sim.scenario.levers import Lever
from sim.show.risk import signed_points
from sim.show.style import (
    BLUE,
    FAINT,
    INK,
    MUTED,
    PAPER,
    SMALL,
    TINY,
    VERMILION,
    bare,
    canvas,
    figure_of,
    headline,
    panel,
    text_size,
)
from sim.show.sweep_curves import base_place, foot, scaled
from sim.show.sweep_words import (
    base_text,
    differences,
    fewer,
    is_share,
    lever_title,
    measure_title,
    more,
    outside_texts,
    shown,
    unchanged,
    verdicts,
)
from sim.show.words import counted

if TYPE_CHECKING:
    from sim.study.estimates import Difference
    from sim.study.swept import Sweep

_LEFT, _RIGHT, _BOTTOM, _HEIGHT, _GAP = 0.105, 0.965, 0.20, 0.585, 0.055
_TITLE: Final = 0.042  # of the width, taken by the name of the second lever
_KEY, _BAR, _BAR_HEIGHT = 0.16, 0.072, 0.022
_COLOURS: Final = LinearSegmentedColormap.from_list("change", (BLUE, PAPER, VERMILION))
_STRONG: Final = 0.72  # of the greatest change, beyond which a number is written in white
_LEAST: Final = 7.0  # points: where numbers would be smaller, only their signs are written
_FLAT: Final = 1e-9
_STEPS: Final = 101


def draw_grid(found: Sweep, arm: str, ax: Axes | None = None) -> Axes:
    """Draw one arm's paired difference over both levers, for each measure shown."""
    ax = bare(canvas() if ax is None else ax)
    measures = shown(found)
    width = (_RIGHT - _LEFT - _GAP * (len(measures) - 1)) / len(measures)
    first, second = found.levers
    mosts = {measure: _most(differences(found, arm, measure)) for measure in measures}
    alike = len({is_share(measure) for measure in measures}) == 1 and is_share(measures[0])
    if alike:
        mosts = dict.fromkeys(measures, max(mosts.values()))
    for at, measure in enumerate(measures):
        inner = panel(ax, _LEFT + at * (width + _GAP), _BOTTOM, width, _HEIGHT)
        pairs = differences(found, arm, measure)
        _cells(inner, found, pairs, 100 if is_share(measure) else 1, mosts[measure])
        _scales(inner, found, named=at == 0)
        unit = "change in worlds in a hundred" if is_share(measure) else "change per world"
        inner.set_title(
            f"{measure_title(measure)}; {unit}", fontsize=SMALL, color=INK, loc="left", pad=24
        )
    ax.text(
        (_LEFT + _RIGHT) / 2, _BOTTOM - 0.045, lever_title(found, first), transform=ax.transAxes,
        fontsize=SMALL, color=INK, ha="center", va="top",
    )  # fmt: skip
    ax.text(
        0.022, _BOTTOM + _HEIGHT / 2, _broken(lever_title(found, second)), transform=ax.transAxes,
        fontsize=SMALL, color=INK, ha="center", va="center", rotation=90,
    )  # fmt: skip
    _key(ax, 100 * mosts[measures[0]] if alike else None)
    _words(ax, found, arm)
    return ax


def _most(pairs: list[Difference]) -> float:
    """Return the change of full colour: the greatest, but no less than what luck alone may do.

    Otherwise cells in which nothing is detectable would glow as much as any.
    """
    widths = [(pair.interval.high - pair.interval.low) / 2 for pair in pairs]
    return max(median(widths), *(abs(pair.value) for pair in pairs), _FLAT)


def _broken(title: str) -> str:
    """Return a title in two lines, its path below its words."""
    return title.replace(" (", "\n(", 1)


def _cells(ax: Axes, found: Sweep, pairs: list[Difference], scale: float, most: float) -> None:
    """Draw a cell for each point: colour, number, and hatching where nothing is detectable."""
    columns, rows = found.shape
    ax.set_xlim(-0.5, columns - 0.5)
    ax.set_ylim(-0.5, rows - 0.5)
    values = np.array([pair.value for pair in pairs]).reshape(columns, rows).T
    edges = (np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5)
    ax.pcolormesh(*edges, values, cmap=_COLOURS, norm=Normalize(-most, most), zorder=1)
    texts = [signed_points(round(scale * pair.value, 1)) for pair in pairs]
    size = _size(ax, texts)
    if size < _LEAST:
        texts = [text[0] if text != "0" else text for text in texts]
        size = max(_LEAST, _size(ax, texts))
    for at, (pair, text) in enumerate(zip(pairs, texts, strict=True)):
        x, y = divmod(at, rows)
        if not pair.detectable:
            ax.add_patch(
                Rectangle(
                    (x - 0.5, y - 0.5), 1, 1, facecolor="none", edgecolor=FAINT, hatch="///",
                    lw=0.0, zorder=2,
                )
            )  # fmt: skip
        strong = abs(pair.value) > _STRONG * most
        ground = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 0.8}
        ax.text(
            x, y, text, fontsize=size, color=PAPER if strong and pair.detectable else INK,
            fontweight="bold" if pair.detectable else "normal", ha="center", va="center", zorder=4,
            bbox=None if pair.detectable or len(text) == 1 else ground,
        )  # fmt: skip
    for edge in range(1, columns):
        ax.axvline(edge - 0.5, color=PAPER, lw=1.2, zorder=3)
    for edge in range(1, rows):
        ax.axhline(edge - 0.5, color=PAPER, lw=1.2, zorder=3)


def _size(ax: Axes, texts: list[str]) -> float:
    """Return the size, up to that of small text, in which every text fits its cell."""
    dpi = figure_of(ax).dpi
    (x0, y0), (x1, y1) = ax.transData.transform([(0.0, 0.0), (1.0, 1.0)])
    widest = max(text_size(text, SMALL, dpi, "bold")[0] for text in texts)
    tallest = text_size("0", SMALL, dpi)[1]
    room = min(0.86 * abs(x1 - x0) / widest, 0.9 * abs(y1 - y0) / tallest)
    return float(SMALL * min(1.0, room))


def _scales(ax: Axes, found: Sweep, *, named: bool) -> None:
    """Name the values along both sides and mark the scenario's own."""
    first, second = found.levers
    ax.set_xticks(range(len(first.values)), _fitting(ax, outside_texts(found, first)))
    ax.set_yticks(range(len(second.values)), outside_texts(found, second) if named else [])
    if not named:
        ax.set_yticks([])
    ax.tick_params(labelsize=TINY, length=0)
    dpi = figure_of(ax).dpi
    widest = max(text_size(text, TINY, dpi)[0] for text in outside_texts(found, second))
    room = (_LEFT - _TITLE) * figure_of(ax).bbox.width
    ax.tick_params(axis="y", labelsize=TINY * min(1.0, room / widest))
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    across, up = (_between(found, lever) for lever in found.levers)
    top, right = ax.get_ylim()[1], ax.get_xlim()[1]
    if across is not None:
        ax.plot(across, top, marker="v", ms=8, color=INK, clip_on=False, zorder=6)
        ax.annotate(
            f"base {base_text(found, first)}", (across, top), (0, 6), fontsize=TINY, color=INK,
            textcoords="offset points", ha="center", va="bottom", annotation_clip=False,
        )  # fmt: skip
    if up is not None:
        ax.plot(right, up, marker="<", ms=8, color=INK, clip_on=False, zorder=6)
        ax.annotate(
            f"base {base_text(found, second)}", (right, up), (7, 0), fontsize=TINY, color=INK,
            textcoords="offset points", ha="left", va="center", rotation=90,
            annotation_clip=False,
        )  # fmt: skip


def _fitting(ax: Axes, texts: list[str]) -> list[str]:
    """Return the texts that have room beside one another, others left empty."""
    dpi = figure_of(ax).dpi
    (x0, _), (x1, _) = ax.transData.transform([(0.0, 0.0), (1.0, 0.0)])
    widest = max(text_size(text, TINY, dpi)[0] for text in texts) + 6
    step = max(1, -int(-widest // abs(x1 - x0)))
    return [text if at % step == 0 else "" for at, text in enumerate(texts)]


def _between(found: Sweep, lever: Lever) -> float | None:
    """Return where the scenario's own value lies among the cells, None if beyond them."""
    place = base_place(found, lever)
    if place is None:
        return None
    places = scaled(lever)
    row = min(max(bisect_right(places, place) - 1, 0), len(places) - 2)
    return row + (place - places[row]) / (places[row + 1] - places[row])


def _key(ax: Axes, most: float | None) -> None:
    """Draw the key of colours and hatching at the foot; ``most`` is the change of full colour."""
    bar = panel(ax, _KEY, _BAR, 0.2, _BAR_HEIGHT)
    bar.imshow(np.linspace(0, 1, _STEPS)[None, :], cmap=_COLOURS, aspect="auto")
    bar.set_axis_off()
    cell = panel(ax, _KEY + 0.42, _BAR, 0.03, _BAR_HEIGHT)
    cell.set_xticks([])
    cell.set_yticks([])
    for side in ("left", "bottom"):
        cell.spines[side].set_visible(False)
    cell.add_patch(Rectangle((0, 0), 1, 1, facecolor="none", edgecolor=MUTED, hatch="///", lw=0.0))
    height = _BAR + _BAR_HEIGHT / 2
    for x, text, side in (
        (_KEY - 0.008, "fewer" if most is None else f"fewer: {signed_points(-most)}", "right"),
        (_KEY + 0.208, "more" if most is None else f"{signed_points(most)}: more", "left"),
        (_KEY + 0.458, "the 95 % interval includes zero", "left"),
    ):
        ax.text(
            x, height, text, transform=ax.transAxes, fontsize=TINY, color=INK, ha=side, va="center"
        )


def _words(ax: Axes, found: Sweep, arm: str) -> None:
    """Write the message: at how many points the arm makes fewer crises, and at how many more."""
    measure = shown(found)[0]
    pairs = differences(found, arm, measure)
    less, up, _ = verdicts(pairs)
    parts = [f"{fewer(measure)} at {len(less)} of {len(pairs)} points"] if less else []
    parts += [f"{more(measure)} at {len(up)} of {len(pairs)} points"] if up else []
    title = f"{arm}: {', '.join(parts) or f'{unchanged(measure)} at any of {len(pairs)} points'}"
    given = f" · given: {found.given.replace('_', ' ')}" if found.given else ""
    headline(
        ax, title, f"{found.scenario.scenario} · against {found.reference} in the same "
        f"{counted(found.worlds, 'world')} of {found.points[0].days:g} days{given}",
        foot(found),
    )  # fmt: skip
