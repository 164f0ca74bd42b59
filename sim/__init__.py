"""Compare how incidents escalate with and without a deconfliction line, in the same worlds.

``load`` a scenario, ``play`` one history, ``compare`` arms over many worlds, ``sweep`` a
lever; what they return has
tidy tables and ``plot_*`` methods. The command line mirrors these functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import (
        Comparison,
        Discovery,
        Played,
        Sensitivity,
        Sweep,
        arm_names,
        cards,
        check,
        compare,
        discover,
        load,
        new,
        play,
        reopen,
        report,
        schema,
        sensitivity,
        sweep,
    )  # fmt: skip

__all__ = [
    "Comparison",
    "Discovery",
    "Played",
    "Sensitivity",
    "Sweep",
    "arm_names",
    "cards",
    "check",
    "compare",
    "discover",
    "load",
    "new",
    "play",
    "reopen",
    "report",
    "schema",
    "sensitivity",
    "sweep",
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
