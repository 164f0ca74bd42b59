"""Names, texts and places as every block of a scenario writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import (
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

from sim.scenario.quantities import Two

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
"""An identifier: lower-case letters, digits and underscores, beginning with a letter."""

ENGLISH: Final = "en"
"""The language that a text in several languages falls back to."""

LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_LONGEST: Final = 2000  # characters

Text = Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST)]


class Wording(str):
    """A text in several languages. As a string it is the English one, and so in every run."""

    texts: Mapping[str, str]

    def __new__(cls, texts: Mapping[str, str] | str) -> Wording:
        """Return the wording of texts by language, English among them."""
        known = {ENGLISH: texts} if isinstance(texts, str) else dict(texts)
        made = super().__new__(cls, known[ENGLISH])
        made.texts = known
        return made

    def __reduce__(self) -> tuple[type[Wording], tuple[dict[str, str]]]:
        return Wording, (dict(self.texts),)


def in_language(text: str, language: str) -> str | None:
    """Return a scenario's text in a language, or None where the file has none in it."""
    return text.texts.get(language) if isinstance(text, Wording) else None


def plain_text(value: Any) -> str:
    """Return the text of a value that a file gives for a wording, in one language or several."""
    return str(value.get(ENGLISH, "")) if isinstance(value, Mapping) else str(value)


def _worded(value: Any, check: ValidatorFunctionWrapHandler) -> str:
    """Take a text, or a mapping of languages to texts."""
    if isinstance(value, Mapping):
        return wording(value)
    return value if isinstance(value, Wording) else str(check(value))


def wording(value: Mapping[Any, Any]) -> Wording:
    """Return the wording that a file gives by language; raises ValueError with rule and hint."""
    for code, text in value.items():
        if not isinstance(code, str) or not LANGUAGE.fullmatch(code):
            raise ValueError(f'"{code}" is no language. Write its code, such as en or pl')
        if not isinstance(text, str):
            raise ValueError(f"the text in {code} must be text. Put it in quotes")
        if not text.strip() or len(text) > _LONGEST:
            raise ValueError(f"the text in {code} must have 1 to {_LONGEST} characters")
    if ENGLISH not in value:
        raise ValueError("needs a text in en, which the other languages fall back to")
    return Wording(value)


_TEXT_SCHEMA: Final = {"type": "string", "minLength": 1, "maxLength": _LONGEST}

WORDING_SCHEMA: Final = {
    "anyOf": [
        _TEXT_SCHEMA,
        {
            "type": "object",
            "properties": {ENGLISH: _TEXT_SCHEMA},
            "patternProperties": {f"^{LANGUAGE.pattern}$": _TEXT_SCHEMA},
            "required": [ENGLISH],
            "additionalProperties": False,
        },
    ]
}

Worded = Annotated[Text, WrapValidator(_worded), WithJsonSchema(WORDING_SCHEMA)]
"""A text that people read: one, or one for each language, ``{en: A missile, pl: Pocisk}``."""

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
