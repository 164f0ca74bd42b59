"""What ``check`` says of a scenario that can be run: what is in it and how often it will meet."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario import Scenario, arm_names
from sim.world import prepare

_DAY = 86_400_000
_YEAR_DAYS = 365.25
_SHORT = 0.9


def overview(scenario: Scenario) -> Iterator[str]:
    """Yield the lines of an overview; the last ones warn where the forces meet too seldom."""
    theatre = prepare(scenario)
    days = scenario.duration / _DAY
    file, _ = scenario.origin
    yield f"{file}: {scenario.scenario}. No problems."
    yield f"  {scenario.question}"
    yield (
        f"  {days:g} days from {scenario.start:%d %B %Y}, {len(scenario.forces)} forces, "
        f"{len(scenario.channels)} channels, {len(scenario.injects)} injects"
    )
    yield f"  arms: {', '.join(arm_names(scenario))}"
    recorded = theatre.recorded_per_year_expected * days / _YEAR_DAYS
    raw = theatre.raw_contacts_per_year * days / _YEAR_DAYS
    yield (
        f"  about {raw:.0f} contacts in the period, {recorded:.1f} of them worth noting "
        f"({theatre.noteworthy:.2g} of all)"
    )
    if theatre.recorded_per_year_expected < _SHORT * theatre.recorded_per_year_target:
        wanted = theatre.recorded_per_year_target * days / _YEAR_DAYS
        yield (
            f"  warning: border_share asks for {wanted:.1f} recorded contacts, but the forces meet "
            f"too seldom; add units, move them closer, or lower border_share"
        )
