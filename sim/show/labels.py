"""Labels that do not cover one another: each takes the first free place near its point."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from sim.show.style import INK, PAPER, SMALL, figure_of, text_size

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in pixels."""

_DIRECTIONS: Final = (
    (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1),
)  # fmt: skip
_ABOVE: Final = (
    (0, 1), (0, -1), (1, 1), (-1, 1), (1, 0), (-1, 0), (1, -1), (-1, -1),
)  # fmt: skip
_REACHES: Final = (0.0, 9.0, 20.0, 36.0, 56.0)
"""How many points further away a label may go, when nearer places are taken."""
_FAR: Final = 14.0  # points beyond which a line leads to the point


class Label(NamedTuple):
    """A text for a point in data coordinates.

    ``clear`` is how many points it keeps from the point, ``above`` whether it rather stands above
    than beside it, ``centred`` whether it may stand on the point itself.
    """

    x: float
    y: float
    text: str
    size: float = SMALL
    colour: str = INK
    style: str = "normal"
    weight: str = "normal"
    centred: bool = False
    clear: float = 6.0
    above: bool = False


NO_POINTS: Final = np.zeros((0, 2))


def place(
    ax: Axes,
    labels: Iterable[Label],
    taken: Iterable[Box] = (),
    lines: np.ndarray = NO_POINTS,
) -> tuple[int, list[Box]]:
    """Write labels where nothing else is written, and return how many found no place.

    Labels come in order of importance. ``taken`` are boxes in pixels that must stay free, ``lines``
    points in pixels (n x 2) along what is drawn, which a label covers only where it finds no other
    place. Also returns all boxes that are taken now. The limits of the axes must be final.
    """
    boxes = list(taken)
    frame = ax.get_window_extent()
    edge: Box = (frame.x0 + 3, frame.y0 + 3, frame.x1 - 3, frame.y1 - 3)
    left_out = 0
    for label in labels:
        found = _room(ax, label, boxes, edge, lines)
        if found is None:
            left_out += 1
            continue
        boxes.append(found)
        _write(ax, label, found)
    return left_out, boxes


def marker_box(ax: Axes, x: float, y: float, points: float = 9.0) -> Box:
    """Return the box that a marker of a diameter in points takes up."""
    px, py = ax.transData.transform((x, y))
    half = points / 2 * figure_of(ax).dpi / 72
    return (px - half, py - half, px + half, py + half)


def along(ax: Axes, x: np.ndarray, y: np.ndarray, apart: float = 8.0) -> np.ndarray:
    """Return points in pixels along a line in data coordinates, about ``apart`` from each other."""
    corners = ax.transData.transform(np.column_stack((x, y)))
    steps = np.hypot(*np.diff(corners, axis=0).T)
    way = np.concatenate(([0.0], np.cumsum(steps)))
    places = np.linspace(0.0, way[-1], max(2, int(way[-1] / apart) + 1))
    return np.column_stack([np.interp(places, way, corners[:, k]) for k in (0, 1)])


def _room(
    ax: Axes, label: Label, boxes: list[Box], edge: Box, lines: np.ndarray = NO_POINTS
) -> Box | None:
    """Return the first box near a label's point that is free, or None.

    The first that covers no line is better than one that is nearer but does; where each covers
    some, it is the one that covers least.
    """
    dpi = figure_of(ax).dpi
    px, py = ax.transData.transform((label.x, label.y))
    width, height = text_size(label.text, label.size, dpi, label.weight)
    scale = dpi / 72
    places = [(0.0, 0.0, 0, 0)] if label.centred else []
    directions = _ABOVE if label.above else _DIRECTIONS
    for reach in _REACHES:
        step = (label.clear + reach) * scale
        places += [(dx * step, dy * step, dx, dy) for dx, dy in directions]
    best: Box | None = None
    least: int | None = None
    for shift_x, shift_y, dx, dy in places:
        x = px + shift_x - width * (1 - dx) / 2
        y = py + shift_y - height * (1 - dy) / 2
        box = (x, y, x + width, y + height)
        if _inside(box, edge) and not any(_overlap(box, other) for other in boxes):
            hidden = _covered(box, lines)
            if not hidden:
                return box
            if least is None or hidden < least:
                best, least = box, hidden
    return best


def _covered(box: Box, lines: np.ndarray) -> int:
    """Return how many points of lines lie within a box."""
    x, y = lines[:, 0], lines[:, 1]
    return int(((x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])).sum())


def _inside(box: Box, edge: Box) -> bool:
    return box[0] >= edge[0] and box[1] >= edge[1] and box[2] <= edge[2] and box[3] <= edge[3]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _write(ax: Axes, label: Label, box: Box) -> None:
    """Write a label in its box, with a line to its point when it had to go far."""
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    x, y = ax.transData.inverted().transform(middle)
    px, py = ax.transData.transform((label.x, label.y))
    nearest = (min(max(px, box[0]), box[2]), min(max(py, box[1]), box[3]))
    gap = ((nearest[0] - px) ** 2 + (nearest[1] - py) ** 2) ** 0.5
    if gap > _FAR * figure_of(ax).dpi / 72:
        nx, ny = ax.transData.inverted().transform(nearest)
        ax.plot([label.x, nx], [label.y, ny], color=label.colour, lw=0.8, alpha=0.7, zorder=8)
    ax.text(
        x, y, label.text, fontsize=label.size, color=label.colour, fontstyle=label.style,
        fontweight=label.weight, ha="center", va="center", zorder=9,
        path_effects=[withStroke(linewidth=2.5, foreground=PAPER)],
    )  # fmt: skip


def spread(heights: list[float], least: float) -> list[float]:
    """Return heights moved apart so that neighbours lie at least ``least`` from one another.

    Each stays as near to its own as the others allow; the order is kept.
    """
    order = sorted(range(len(heights)), key=lambda at: heights[at])
    groups: list[list[float]] = []  # centre, number
    for at in order:
        groups.append([heights[at], 1.0])
        while len(groups) > 1 and _too_near(groups[-2], groups[-1], least):
            (c1, n1), (c2, n2) = groups[-2:]
            groups[-2:] = [[(c1 * n1 + c2 * n2) / (n1 + n2), n1 + n2]]
    moved = [0.0] * len(heights)
    row = 0
    for centre, number in groups:
        for k in range(int(number)):
            moved[order[row]] = centre + (k - (number - 1) / 2) * least
            row += 1
    return moved


def _too_near(lower: list[float], upper: list[float], least: float) -> bool:
    return upper[0] - lower[0] < least * (lower[1] + upper[1]) / 2
