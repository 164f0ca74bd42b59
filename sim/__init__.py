"""Compare how incidents escalate with and without a deconfliction line, in the same worlds.

``load`` a scenario, ``play`` one history, ``compare`` arms over many worlds, ``sweep`` a lever,
``validate`` against the public record; what they return has tidy tables, ``lines`` or ``plot_*``
methods. The command line mirrors these functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import (
        Calibration,
        Comparison,
        Discovery,
        Identification,
        Played,
        Rare,
        Results,
        Sensitivity,
        Sweep,
        Validation,
        arm_names,
        calibrate,
        cards,
        check,
        compare,
        discover,
        identify,
        load,
        new,
        open_results,
        play,
        rare,
        reopen,
        report,
        resume,
        schema,
        sensitivity,
        sweep,
        validate,
    )  # fmt: skip

__all__ = [
    "Calibration",
    "Comparison",
    "Discovery",
    "Identification",
    "Played",
    "Rare",
    "Results",
    "Sensitivity",
    "Sweep",
    "Validation",
    "arm_names",
    "calibrate",
    "cards",
    "check",
    "compare",
    "discover",
    "identify",
    "load",
    "new",
    "open_results",
    "play",
    "rare",
    "reopen",
    "report",
    "resume",
    "schema",
    "sensitivity",
    "sweep",
    "validate",
]


def __getattr__(name: str) -> Any:
    """Import the interface on first use, so that ``import sim`` costs nothing."""
    if name in __all__:
        from sim import api

        return getattr(api, name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
