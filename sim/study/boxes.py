"""Where in a space points of one kind sit: a box found by the patient rule induction method.

PRIM (Friedman & Fisher 1999, Statistics and Computing 9:123; as scenario discovery Bryant & Lempert
2010, Technological Forecasting and Social Change 77:34) peels thin slices off the space so that the
points of that kind grow denser in what is left. The implementation is that of ``ema_workbench``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.study.indices import Design, needed

LEAST: Final = 10
"""Fewest points of a kind for which a box is looked for."""

CHANCE: Final = 0.05
"""A restriction stands only if chance alone gives as dense a box less often than this, divided by
the number of factors among which it was looked for (Bonferroni)."""

_WANTED: Final = 1e-9
"""What a point, 0 or 1, must exceed to be wanted, and a box to be one."""

_PEEL: Final = 0.05
_SMALLEST: Final = 0.05
"""Share of the points peeled off at a time, and the least share a box may hold."""


class Side(NamedTuple):
    """One restriction of a box, in shares of the factor's range. ``chance`` is PRIM's quasi-p."""

    name: str
    low: float
    high: float
    chance: float


class Box(NamedTuple):
    """Where points of a kind are dense.

    ``density`` is their share of the box's ``points``, ``coverage`` the share of them that the box
    holds, ``usual`` their share of the whole space.
    """

    sides: tuple[Side, ...]
    points: int
    density: float
    coverage: float
    usual: float

    @property
    def worth(self) -> float:
        """The harmonic mean of density and coverage."""
        both = self.density + self.coverage
        return 2 * self.density * self.coverage / both if both else 0.0


def find_box(names: Sequence[str], design: Design, wanted: npt.ArrayLike) -> Box | None:
    """Return the box in which the wanted points are densest for what it covers.

    Of the boxes on the way, each without the restrictions that chance might explain among so many
    factors, the one with the largest harmonic mean of density and coverage is taken. None for
    fewer than ten wanted points, and where no restriction stands.
    """
    mark = np.asarray(wanted, dtype=bool)
    if mark.sum() < LEAST or mark.all():
        return None
    found = _peeled(names, design, mark)
    best: Box | None = None
    for limits, chances in zip(found.box_lims, found.qp, strict=True):
        box = _box(names, design, mark, _sides(names, design, limits, chances))
        if box is not None and (best is None or box.worth > best.worth):
            best = box
    return best


def _sides(names: Sequence[str], design: Design, limits: Any, chances: Any) -> list[Side]:
    """Return the restrictions of a box that stand, the surest first."""
    sides = []
    for name, told in chances.items():
        column = design[:, list(names).index(name)]
        low, high = (float(x) for x in limits[name])
        side = Side(
            name, 0.0 if low <= column.min() else low, 1.0 if high >= column.max() else high,
            min((float(p) for p in told if p >= 0), default=1.0),
        )  # fmt: skip
        if side.chance < CHANCE / len(names) and (side.low > 0 or side.high < 1):
            sides.append(side)
    return sorted(sides, key=lambda side: side.chance)


def _peeled(names: Sequence[str], design: Design, mark: npt.NDArray[np.bool_]) -> Any:
    """Return the peeling of the space."""
    prim = needed("ema_workbench.analysis.prim")
    frame = needed("pandas").DataFrame(design, columns=list(names))
    finder = prim.Prim(frame, mark, threshold=_WANTED, peel_alpha=_PEEL, mass_min=_SMALLEST)
    return finder.find_box()


def _box(
    names: Sequence[str], design: Design, mark: npt.NDArray[np.bool_], sides: list[Side]
) -> Box | None:
    """Return the box of the restrictions that stand."""
    if not sides:
        return None
    inside = np.ones(len(design), dtype=bool)
    for side in sides:
        column = design[:, list(names).index(side.name)]
        inside &= (column >= side.low) & (column <= side.high)
    held = int((inside & mark).sum())
    return Box(
        tuple(sides), int(inside.sum()), held / max(1, int(inside.sum())),
        held / int(mark.sum()), float(mark.mean()),
    )  # fmt: skip
