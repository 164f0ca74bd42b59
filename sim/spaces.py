"""The Python interface to the space of what is assumed: what carries the answer, and where.

The rest of the interface, of which these are a part, is in :mod:`sim.api`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.scenario import Scenario, load
from sim.study import discovery as discoveries
from sim.study import sensitivity as sensitivities
from sim.study.folder import place_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def scenario_of(scenario: Scenario | str | Path) -> Scenario:
    """Return a scenario, or that in a file."""
    return scenario if isinstance(scenario, Scenario) else load(scenario)


def fields_of(found: Any) -> dict[str, Any]:
    """Return the fields of what a study has found, to make of it what can also be drawn."""
    return {name: getattr(found, name) for name in found.__dataclass_fields__}


class Sensitivity(sensitivities.Sensitivity):
    """A sensitivity study that can also be drawn and told."""

    def lines(self, markdown: bool = False) -> list[str]:
        """Return what carries the answer, in words and tables."""
        from sim.show.sensitivity_answer import lines_of

        return list(lines_of(self, markdown))

    def plot_tornado(self, threshold: int = 3, ax: Axes | None = None) -> Axes:
        """Draw what each factor does by itself around the base."""
        from sim.show.tornado import draw_tornado

        return draw_tornado(self, threshold, ax=ax)

    def plot_screening(self, threshold: int = 3, ax: Axes | None = None) -> Axes:
        """Draw the size and the spread of each factor's effect over the space."""
        from sim.show.screening import draw_screening

        return draw_screening(self, threshold, ax=ax)

    def plot_variance(self, threshold: int = 3, ax: Axes | None = None) -> Axes:
        """Draw what share of the variance the foremost factors have a part in."""
        from sim.show.variance import draw_variance

        return draw_variance(self, threshold, ax=ax)

    def draw(self, folder: Path) -> list[Path]:
        """Draw every figure into a folder, as PNG and SVG, and return the files."""
        from sim.show.space_figures import draw_sensitivity

        return draw_sensitivity(self, folder)


class Discovery(discoveries.Discovery):
    """A study of where the line helps and harms that can also be drawn and told."""

    def lines(self, markdown: bool = False) -> list[str]:
        """Return where the line helps and harms, in words and tables."""
        from sim.show.discovery_answer import lines_of

        return list(lines_of(self, markdown))

    def plot_space(self, ax: Axes | None = None) -> Axes:
        """Draw the shares of the space and its points over the two factors that tell most."""
        from sim.show.space import draw_space

        return draw_space(self, ax=ax)

    def draw(self, folder: Path) -> list[Path]:
        """Draw the figure into a folder, as PNG and SVG, and return the files."""
        from sim.show.space_figures import draw_discovery

        return draw_discovery(self, folder)


def sensitivity(
    scenario: Scenario | str | Path,
    *,
    arm: str = "as_designed",
    worlds: int = 100,
    seed: int = 1,
    given: str | None = None,
    factors: str | Sequence[str] | None = None,
    trajectories: int = 20,
    samples: int = 128,
    workers: int = 1,
    out: str | Path | None = None,
    force: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Sensitivity:
    """Find what carries the paired difference of an arm against no line.

    Every judged constant and every setting of the arm's line is moved over its range, or only those
    named in ``factors``, and every point lives through ``worlds`` worlds. ``trajectories`` are the
    paths of Morris's screening, ``samples`` the base samples of Sobol's indices of the foremost
    factors, a power of two. ``progress`` is told how many more worlds are done, counted once for
    every point. ``out``, ``force`` and interrupts are as in ``compare``; the folder also holds the
    answer as ``sensitivity.md``. Raises RunError if SALib is not installed, which comes with the
    extra ``analysis``.
    """
    found = sensitivities.sensitivity(
        scenario_of(scenario), arm=arm, worlds=worlds, seed=seed, given=given, factors=factors,
        trajectories=trajectories, samples=samples, workers=workers, out=out, force=force,
        progress=progress,
    )  # fmt: skip
    told = Sensitivity(**fields_of(found))
    if out is not None and told.worlds:
        place_text(Path(out) / "sensitivity.md", told.lines(markdown=True))
    return told


def discover(
    scenario: Scenario | str | Path,
    *,
    arm: str = "as_designed",
    worlds: int = 100,
    seed: int = 1,
    given: str | None = None,
    factors: str | Sequence[str] | None = None,
    points: int = 400,
    workers: int = 1,
    out: str | Path | None = None,
    force: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Discovery:
    """Find where in the space of what is assumed an arm's line helps, and where it harms.

    ``points`` are spread over the whole space as a Latin hypercube; all else is as in
    ``sensitivity``. Raises RunError if SALib or ema_workbench is not installed, which come with the
    extra ``analysis``.
    """
    found = discoveries.discover(
        scenario_of(scenario), arm=arm, worlds=worlds, seed=seed, given=given, factors=factors,
        points=points, workers=workers, out=out, force=force, progress=progress,
    )  # fmt: skip
    told = Discovery(**fields_of(found))
    if out is not None and told.worlds:
        place_text(Path(out) / "discovery.md", told.lines(markdown=True))
    return told
