"""What the catalogues must hold: every sentence that the code says, and every named message."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from commands import ROOT
from jinja2.ext import babel_extract

from sim.scenario.kinds import RESPONSES

LANGUAGE: Final = ROOT / "sim" / "language"
_SAID_IN: Final = ("show", "handouts", "workshop")
_KEYWORDS: Final = {
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "N_": None,
    "NN_": (1, 2),
}

Sentence = tuple[str | tuple[str, ...], str | None]
"""A sentence, or its forms for one and for many; and the context that tells its meaning."""


def sentences() -> list[Sentence]:
    """Return every sentence that the code says, once, in the order of the code."""
    return list(dict.fromkeys(_said()))


def _said() -> Iterator[Sentence]:
    for part in _SAID_IN:
        for path in sorted((ROOT / "sim" / part).rglob("*")):
            if path.suffix == ".py":
                yield from _extracted("python", path.read_bytes())
            elif path.suffix == ".html":
                yield from _extracted(babel_extract, path.read_bytes())
    yield from ((response.title, None) for response in RESPONSES)


def _extracted(method: object, source: bytes) -> Iterator[Sentence]:
    keywords = _KEYWORDS | {"_": None, "_m": None}
    found = extract(method, BytesIO(source), keywords=keywords)  # type: ignore[arg-type]
    yield from ((text, context) for _line, text, _comments, context in found)


def catalogue(code: str) -> Catalog:
    """Return the catalogue of a language as its file has it."""
    return read_po(BytesIO((LANGUAGE / f"{code}.po").read_bytes()), locale=code)


def is_key(message: Message) -> bool:
    """Whether an entry is named in the code by its context, and not by its English text."""
    return "." in (message.context or "")
