"""The fan: how far many worlds played by the model went, day by day, and one path among them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm

from sim.crisis import History
from sim.language import gettext, ngettext
from sim.records import Runged
from sim.scenario.quantities import DAY
from sim.show.numbers import whole
from sim.show.style import BLUE, INK, MUTED, PAPER, SMALL, bare, canvas, headline, panel
from sim.show.words import RUNGS, moment, short_date

STEPS: Final = 120
"""Moments at which the worlds are looked at."""

_TICKS: Final = 6
_LIFTED: Final = 0.45  # a power that lets few worlds be seen
_GREY: Final = LinearSegmentedColormap.from_list("shares", [PAPER, "#9a9a9a", "#555555"])


def rung_path(history: History, start: int, times: np.ndarray) -> np.ndarray:
    """Return the rung of a history at each time, an array of the same shape.

    ``start`` is the rung it begins at; a time after the history's end is at its last rung.
    """
    rows = [(record.time, record.rung) for record in history.records if isinstance(record, Runged)]
    steps = np.array([(-1, start), *rows])
    return np.asarray(steps[np.searchsorted(steps[:, 0], times, side="right") - 1, 1])


def draw_fan(begins: datetime, times: np.ndarray, worlds: np.ndarray, path: np.ndarray) -> Axes:
    """Draw how many worlds stood on each rung at each time, and one path among them.

    ``begins`` is the moment that ``times`` (milliseconds) count from; ``worlds`` is an array of
    rungs, (worlds, times); ``path`` holds the rungs of the one, for as many times as were played.
    Raises ValueError for shapes that do not fit.
    """
    if worlds.shape[1] != times.size or path.size > times.size:
        raise ValueError(f"worlds {worlds.shape} and path {path.shape} do not fit {times.shape}")
    count, rungs = len(worlds), len(RUNGS)
    shares = np.array([(worlds == rung).mean(axis=0) for rung in range(rungs)])
    highest, peak = worlds.max(axis=1), int(path.max(initial=0))
    ax = bare(canvas())
    inner = panel(ax, 0.24, 0.12, 0.58, 0.7)
    edges = np.append(times, 2 * times[-1] - times[-2]) / DAY
    inner.pcolormesh(
        edges, np.arange(rungs + 1) - 0.5, shares, cmap=_GREY, rasterized=True,
        norm=PowerNorm(_LIFTED, 0, 1),
    )  # fmt: skip
    inner.step(edges[: path.size], path, where="post", color=BLUE, linewidth=3.5)
    inner.plot(edges[max(0, path.size - 1)], path[-1] if path.size else 0, "o", color=BLUE, ms=9)
    inner.set_ylim(-0.5, rungs - 0.5)
    inner.set_yticks(range(rungs), [f"{rung} {RUNGS[rung]}" for rung in range(rungs)])
    first, last = -int(-times[0] // DAY), int(times[-1] // DAY)
    days = range(first, last + 1, max(1, (last - first) // _TICKS))
    inner.set_xticks(list(days), [short_date(moment(begins, day * DAY)) for day in days])
    _came_as_high(inner, highest, edges[-1])
    as_high = int((highest >= peak).sum())
    headline(
        ax,
        gettext(
            "The room's highest rung was {rung}; {as_high} of {count} worlds came as high",
            rung=peak, as_high=whole(as_high), count=whole(count),
        ),
        gettext("Blue: the room. Grey: the share of worlds on a rung, the model in every chair"),
        gettext(
            "The same scenario and arm, other luck; few worlds are drawn darker than their share. "
            "One path among many is no measure of a room."
        ),
    )  # fmt: skip
    return ax


def _came_as_high(ax: Axes, highest: np.ndarray, right: float) -> None:
    """Write beside each rung how many worlds came at least as high."""
    for rung in range(1, len(RUNGS)):
        number = int((highest >= rung).sum())
        text = ngettext("{count} world as high", "{count} worlds as high", number, count=number)
        ax.annotate(
            text, (right, rung), (8, 0), textcoords="offset points", va="center", fontsize=SMALL,
            color=MUTED if number == 0 else INK, annotation_clip=False,
        )  # fmt: skip
