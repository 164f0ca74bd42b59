"""All figures of the studies of what is assumed, drawn into their folders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.show.screening import draw_screening
from sim.show.space import draw_space
from sim.show.style import figure_of, save
from sim.show.tornado import draw_tornado
from sim.show.variance import draw_variance
from sim.study.points import THRESHOLDS

if TYPE_CHECKING:
    from sim.study.discovery import Discovery
    from sim.study.sensitivity import Sensitivity


def draw_sensitivity(found: Sensitivity, folder: Path) -> list[Path]:
    """Draw every figure of a sensitivity study that its finished looks allow."""
    files: list[Path] = []
    for k in THRESHOLDS:
        files += save(figure_of(draw_tornado(found, k)), folder, f"tornado_{k}")
        if found.effects:
            files += save(figure_of(draw_screening(found, k)), folder, f"screening_{k}")
        if found.indices:
            files += save(figure_of(draw_variance(found, k)), folder, f"variance_{k}")
    return files


def draw_discovery(found: Discovery, folder: Path) -> list[Path]:
    """Draw the figure of the space."""
    return list(save(figure_of(draw_space(found)), folder, "space"))
