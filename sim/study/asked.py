"""What a study is asked about: which arms, and which incident, if one is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.crisis import check_possible, given_kinds
from sim.errors import RunError
from sim.scenario import Scenario, arm_names
from sim.scenario.channels import REFERENCE
from sim.scenario.nearest import suggestion
from sim.study.ensemble import inject_names
from sim.world import prepare

MAIN_ARMS: Final = ("without_line", "as_used_2022", "as_designed", "oracle")
"""What a comparison shows unless told otherwise."""

EVERY_ARM: Final = "all"


def chosen_arms(scenario: Scenario, arms: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the arms to compare, the reference first.

    ``arms`` are names, or one text with commas between them, or ``all``; by default the four main
    ones. Raises RunError for an unknown one.
    """
    known = arm_names(scenario)
    if arms is None:
        return MAIN_ARMS
    names = [name.strip() for name in (arms.split(",") if isinstance(arms, str) else arms)]
    if names == [EVERY_ARM]:
        return known
    for name in names:
        if not name:
            raise RunError(
                f"--arms: a name is missing; give names with commas between them, or {EVERY_ARM}; "
                f"known: {', '.join(known)}"
            )
        if name not in known:
            raise RunError(
                f'--arms: there is no arm "{name}" in "{scenario.scenario}"; '
                f"known: {', '.join(known)}. {suggestion(name, known)}"
            )
    rest = tuple(dict.fromkeys(name for name in names if name != REFERENCE))
    return (REFERENCE, *rest)


def check_given(scenario: Scenario, given: str | None) -> None:
    """Raise RunError unless ``given`` is a kind of incident that can happen here, or an inject."""
    injects = inject_names(scenario)
    if given is None or given in injects:
        return
    known = (*given_kinds(), *injects)
    if given not in known:
        raise RunError(
            f'--given: "{given}" is no kind of incident and no inject that is one; '
            f"known: {', '.join(known)}. {suggestion(given, known)}"
        )
    check_possible(prepare(scenario), given)
