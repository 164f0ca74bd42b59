"""The Python interface to the public record: hold the model against it, and what that leaves open.

The rest of the interface, of which these are a part, is in :mod:`sim.api`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from sim.scenario import Scenario, load
from sim.study import calibration as calibrations
from sim.study import identification as identifications
from sim.study import validation as validations
from sim.study.asked import check_given
from sim.study.folder import check_new
from sim.study.parameter_sets import ParameterSet, read_sets, write_sets

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Sets = str | Path | Sequence[ParameterSet]


class Validation(validations.Validation):
    """Every figure of the public record beside the model's, that can also be told."""

    def lines(self, markdown: bool = False, command: str = "") -> list[str]:
        """Return the tables of figures with verdicts, and the ``command`` if there was one."""
        from sim.show.record import validation_lines

        return list(validation_lines(self, command, markdown))


class Calibration(calibrations.Calibration):
    """The parameter sets tried and which of them the record does not refute."""

    def lines(self, markdown: bool = False, command: str = "") -> list[str]:
        """Return what was accepted and learnt, and the ``command`` if there was one."""
        from sim.show.record import calibration_lines

        return list(calibration_lines(self, command, markdown))

    def write(self, path: str | Path, *, command: str = "", force: bool = False) -> Path:
        """Write the accepted sets into a file that ``compare`` and ``identify`` read.

        Raises RunError where no set was accepted, and ResultsError for a file that is there, unless
        with ``force``, or cannot be written.
        """
        file, kept = Path(path), self.sets()
        check_new(file, force)
        write_sets(file, calibrations.made(self, command, version("deconflict")), kept)
        return file


class Identification(identifications.Identification):
    """What each third of the accepted sets says the line does, to be drawn and told."""

    def lines(self, markdown: bool = False, command: str = "") -> list[str]:
        """Return the tables by thirds, and the ``command`` if there was one."""
        from sim.show.unknown import identification_lines

        return list(identification_lines(self, command, markdown))

    def plot(self) -> Axes:
        """Draw what each third says, and return the first panel's axes."""
        from sim.show.thirds import draw_thirds

        return draw_thirds(self)


def validate(
    *,
    worlds: int = validations.WORLDS,
    seed: int = 1,
    sets: Sets | None = None,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Validation:
    """Hold the model against every figure of the public record.

    With ``sets``, a file of them or a list, each world is lived under one of them instead of the
    base values. An interrupt ends the run early: the settings finished by then are told, and
    ``complete`` is False. Raises RunError for what cannot be run.
    """
    found = validations.validate(
        worlds=worlds, seed=seed, workers=workers, progress=progress,
        sets=() if sets is None else tuple(sets_of(sets)),
    )  # fmt: skip
    return Validation(*found)


def calibrate(
    *,
    sets: int = calibrations.SETS,
    years: int = calibrations.YEARS,
    seed: int = 1,
    cutoff: float = calibrations.CUTOFF,
    seizures: bool = True,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Calibration:
    """Try sets of the judged constants and keep those that the public record does not refute.

    A set is refuted if one figure lies more than ``cutoff`` standard errors from the record's.
    Without ``seizures`` disputes over seized ships, which no modelled contact makes, do not count.
    The line is in no world of it. An interrupt ends the run early and ``complete`` is False. Raises
    RunError for what cannot be run.
    """
    found = calibrations.calibrate(
        sets=sets, years=years, seed=seed, cutoff=cutoff, workers=workers, progress=progress,
        targets=calibrations.fitted(seizures),
    )  # fmt: skip
    return Calibration(*found)


def identify(
    scenario: Scenario | str | Path,
    *,
    worlds: int = 1000,
    seed: int = 1,
    arms: str | Sequence[str] | None = None,
    given: str | None = None,
    sets: Sets | None = None,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Identification:
    """Say what the line does under each third of the sets, by what no figure fixes.

    That is the share of disputes whose root was not hostile. ``sets`` is a file of them or a list,
    by default those that come with the program. Raises ScenarioError for a file that cannot be run
    and RunError for options that cannot be met.
    """
    chosen = scenario if isinstance(scenario, Scenario) else load(scenario)
    check_given(chosen, given)
    found = identifications.identify(
        chosen, sets_of(sets), worlds=worlds, seed=seed, arms=arms, given=given, workers=workers,
        progress=progress,
    )  # fmt: skip
    return Identification(found.scenario, found.thirds, found.given)


def sets_of(sets: Sets | None) -> Sequence[ParameterSet]:
    """Return parameter sets, those in a file, or by default those that come with the program."""
    return read_sets(sets).sets if sets is None or isinstance(sets, (str, Path)) else sets
