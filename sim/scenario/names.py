"""Names, texts and places as every block of a scenario writes them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import Discriminator, Field, StringConstraints, Tag

from sim.scenario.quantities import Two

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
"""An identifier: lower-case letters, digits and underscores, beginning with a letter."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-85, le=85)]
Position = Two[Longitude, Latitude]
"""Longitude and latitude in degrees, WGS 84."""


def _name_or_position(value: Any) -> str | None:
    if isinstance(value, str):
        return "name"
    return "position" if isinstance(value, (list, tuple)) else None


Place = Annotated[
    Annotated[Name, Tag("name")] | Annotated[Position, Tag("position")],
    Discriminator(
        _name_or_position,
        custom_error_type="place",
        custom_error_message="must be the name of an area or site, or [longitude, latitude]",
    ),
]
"""A named area or site, or a position."""
