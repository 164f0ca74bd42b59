"""The language spoken just now, and sentences in it.

The names are those of gettext: a sentence stands in the code in English, and a catalogue has it in
its own language. What is said between ``with speaking("pl"):`` and its end is Polish; outside of
any such block it is English. Each thread and each task has its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeVar

from sim.language.catalogues import ENGLISH, Language, filled, language

_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)

_K = TypeVar("_K")


@contextmanager
def speaking(code: str) -> Iterator[Language]:
    """Speak a language for as long as the block lasts; raises RunError for one there is none of."""
    found = language(code)
    token = _spoken.set(code)
    try:
        yield found
    finally:
        _spoken.reset(token)


def spoken() -> Language:
    """Return the language that is spoken just now."""
    return language(_spoken.get())


def gettext(text: str, /, **values: str | int) -> str:
    """Return a sentence in the language spoken, its ``{fields}`` filled in.

    A whole number is written as it is; one that may be large goes in as text, from a function that
    knows how the language sets it.
    """
    return filled(spoken().sentence(text), values)


def ngettext(one: str, many: str, count: int, /, **values: str | int) -> str:
    """Return the form of a sentence that fits a count; the count is no field of its own accord."""
    return filled(spoken().counting(one, many, count), values)


def pgettext(context: str, text: str, /, **values: str | int) -> str:
    """Return a word whose meaning depends on where it stands."""
    return filled(spoken().sentence(text, context), values)


def gettext_noop(text: str) -> str:
    """Return a text as it is, marked for the catalogues; it is translated where it is said."""
    return text


def ngettext_noop(one: str, many: str) -> tuple[str, str]:
    """Return a sentence for one and for many as they are, marked for the catalogues."""
    return one, many


class Lexicon(Mapping[_K, str]):
    """Words by what they stand for, each said in the language spoken at the time of asking.

    The texts are marked with ``gettext_noop`` where they stand.
    """

    def __init__(self, texts: Mapping[_K, str]) -> None:
        self._texts: Final = dict(texts)

    def __getitem__(self, key: _K) -> str:
        return gettext(self._texts[key])

    def __iter__(self) -> Iterator[_K]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
