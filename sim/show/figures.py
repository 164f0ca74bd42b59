"""All figures of a comparison or a sweep, drawn into its folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.show.anatomy import draw_calls
from sim.show.beliefs import draw_beliefs
from sim.show.hundred import draw_worlds
from sim.show.line_use import draw_line_use
from sim.show.pair_table import draw_peaks
from sim.show.risk import draw_risk
from sim.show.style import figure_of, save
from sim.show.survival import draw_survival
from sim.show.sweep_curves import draw_curves
from sim.show.sweep_grid import draw_grid
from sim.show.theatre_map import draw_map
from sim.show.timeline import draw_timeline
from sim.study.telling_world import calling_arm, telling_arm

if TYPE_CHECKING:
    from sim.api import Comparison, Sweep

_CURVES = (3, 4)


def draw_all(comparison: Comparison, folder: Path) -> list[Path]:
    """Draw every figure of a comparison into ``folder`` and return the files.

    Map and timeline show the world that tells most, under the reference and under the first arm
    beside it in which that world's peak differs, else simply the first.
    """
    files: list[Path] = []
    files += save(figure_of(draw_risk(comparison)), folder, "risk")
    for threshold in () if comparison.given else _CURVES:  # times count from the period's start
        axes = draw_survival(comparison, threshold)
        files += save(figure_of(axes), folder, f"survival_{threshold}")
    for arm in comparison.others:
        files += save(figure_of(draw_peaks(comparison, arm)), folder, f"peaks_{arm}")
        files += save(figure_of(draw_worlds(comparison, arm)), folder, f"worlds_{arm}")
    return files + _of_calls(comparison, folder) + _one_world(comparison, folder)


def _of_calls(comparison: Comparison, folder: Path) -> list[Path]:
    """Draw the use of the line, and for the arm that calls most the anatomy of its calls."""
    files = list(save(figure_of(draw_line_use(comparison, again=comparison.again)), folder, "use"))
    most = calling_arm(comparison)
    if most is not None:
        axes = draw_calls(comparison, most, again=comparison.again)
        files += save(figure_of(axes), folder, "calls")
    return files


def _one_world(comparison: Comparison, folder: Path) -> list[Path]:
    """Draw the map and the timeline of the world that tells most."""
    world = comparison.telling_world
    arm = telling_arm(comparison, world)
    played = comparison.played(comparison.reference, world)
    files = list(save(figure_of(draw_map(played.stage, played.history)), folder, "map"))
    if arm is not None:
        axes = draw_timeline(played.stage, played.history, played.under(arm).history)
        files += save(figure_of(axes), folder, "timeline")
        axes = draw_beliefs(played.stage, played.history, played.under(arm).history)
        files += save(figure_of(axes), folder, "beliefs")
    return files


def draw_sweep(found: Sweep, folder: Path) -> list[Path]:
    """Draw the figures of a sweep into ``folder`` and return the files.

    One lever makes one figure of curves, two make a heat map for each arm.
    """
    if len(found.levers) == 1:
        return list(save(figure_of(draw_curves(found)), folder, "sweep"))
    return [
        file
        for arm in found.others
        for file in save(figure_of(draw_grid(found, arm)), folder, f"sweep_{arm}")
    ]
