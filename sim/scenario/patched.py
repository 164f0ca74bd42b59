"""What a scenario is under an arm, with everything wrong about it."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from sim.scenario.arms import Patch
from sim.scenario.checks import arm_checks
from sim.scenario.complaints import Complaint, from_models
from sim.scenario.filling import Values, mapping
from sim.scenario.models import Channel
from sim.scenario.parameters import Parameters


def under_arm(
    name: str, patch: Any, values: Values
) -> tuple[dict[str, Channel], Parameters | None, list[Complaint]]:
    """Return the channels and parameters of an arm with everything wrong about them."""
    work = Patch(name, patch, values)
    after = work.applied()
    complaints = list(work.complaints)
    channels: dict[str, Channel] = {}
    for key, value in sorted(mapping(after, "channels").items()):
        try:
            channels[key] = Channel.model_validate(value)
        except ValidationError as error:
            for complaint in from_models(Channel, error, value):
                complaints.append(complaint._replace(path=("channels", key, *complaint.path)))
    parameters = None
    try:
        parameters = Parameters.model_validate(after.get("parameters", {}))
    except ValidationError as error:
        for complaint in from_models(Parameters, error, after.get("parameters")):
            complaints.append(complaint._replace(path=("parameters", *complaint.path)))
    complaints.extend(arm_checks(after))
    return channels, parameters, complaints
