"""Catalogues of messages, and a language that speaks them.

There are two kinds of entries. What is named in the code by a key, because the key is made of an id
(``rung.3``), has the key as its ``msgctxt`` and the English text as its ``msgid``; these stand in
the English catalogue too. A sentence stands in the code itself, in English, and has that as its
``msgid``. What varies stands in braces, ``{role}``. A catalogue that nobody has reviewed says so in
its header, as ``X-Reviewed: no``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Final, NamedTuple

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol
from babel.support import NullTranslations, Translations
from babel.units import format_unit

from sim.errors import RunError

ENGLISH: Final = "en"
LANGUAGES: Final = ("de", "en", "pl", "ru", "uk")
"""The languages there are catalogues for."""

PSEUDO: Final = "pseudo"
"""English with every letter changed: what is still plain on a sheet stands in no catalogue."""

_PSEUDO_LOCALE: Final = "el"  # its dates and units hold no Latin letter
_LETTERS: Final = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "áƀćđéƒǵħíĵķĺḿńóþɋŕśťúṽŵẋýžÁɃĆĐÉƑǴĦÍĴĶĹḾŃÓÞɊŔŚŤÚṼŴẊÝŽ",
)
_REVIEWED: Final = b"X-Reviewed: yes"
_FIELD: Final = re.compile(r"(\{[a-z_]+\})")
_KEY: Final = re.compile(r"[a-z_]+\.[a-z_0-9]+(\.[a-z_0-9]+)*")

_UNITS: Final = (
    ("duration-day", 86_400_000),
    ("duration-hour", 3_600_000),
    ("duration-minute", 60_000),
    ("duration-second", 1000),
)  # milliseconds


def filled(text: str, values: Mapping[str, str | int]) -> str:
    """Return a text with its fields filled in; raises KeyError for a field without a value."""
    # Not str.format: a value is only ever text, and a brace in it is a brace.
    return _FIELD.sub(lambda found: str(values[found[0][1:-1]]), text)


class Language(NamedTuple):
    """A language with its messages by key, its sentences, and the rules of its numbers and times.

    ``sentences`` knows the sentences of the code, by gettext's rules. Dates and times are told in
    ``zone``, and with its name.
    """

    code: str
    locale: Locale
    messages: Mapping[str, str]
    reviewed: bool
    sentences: NullTranslations
    zone: tzinfo = UTC

    def say(self, key: str, **values: str) -> str:
        """Return a message with its fields filled in; raises KeyError for a key nobody wrote."""
        return filled(self.messages[key], values)

    def sentence(self, text: str, context: str | None = None) -> str:
        """Return a sentence of the code in this language, or as it is where nobody translated it.

        The empty text is itself: its entry in a catalogue is the catalogue's header.
        """
        if not text:
            return text
        if context is None:
            return str(self.sentences.gettext(text))
        return str(self.sentences.pgettext(context, text))

    def counting(self, one: str, many: str, count: int) -> str:
        """Return the form of a sentence that goes with a count."""
        return str(self.sentences.ngettext(one, many, count))

    def separated(self, number: str) -> str:
        """Return a number that is written in English with this language's separators."""
        if self.locale.language == ENGLISH:
            return number
        group, point = get_group_symbol(self.locale), get_decimal_symbol(self.locale)
        return number.translate({ord(","): group, ord("."): point})

    def moment(self, moment: datetime) -> str:
        """Return a date and time of day, with the zone they are told in."""
        there = moment.astimezone(self.zone)
        return f"{format_datetime(there, 'd MMM y, HH:mm', locale=self.locale)} {self.zone}"

    def day(self, moment: datetime) -> str:
        """Return the day of a moment."""
        return format_date(moment.astimezone(self.zone), "d MMMM y", locale=self.locale)

    def number(self, value: float) -> str:
        """Return a number with the language's separators."""
        return format_decimal(value, locale=self.locale)

    def lasting(self, milliseconds: int) -> str:
        """Return a time in the largest unit of which it is a whole number."""
        unit, size = next((row for row in _UNITS if milliseconds % row[1] == 0), _UNITS[-1])
        return format_unit(milliseconds / size, unit, locale=self.locale)

    def speed(self, kilometres_per_hour: float) -> str:
        """Return a speed."""
        return format_unit(
            round(kilometres_per_hour), "speed-kilometer-per-hour", "short", locale=self.locale
        )

    def country(self, name: str) -> str:
        """Return a country's name in this language, or the name itself where it is none."""
        code = _territories().get(name)
        return self.locale.territories.get(code, name) if code else name

    @property
    def title(self) -> str:
        """What the language calls itself."""
        return self.locale.get_language_name(self.locale) or self.code


@cache
def _territories() -> Mapping[str, str]:
    """Return the code of each country, by its English name."""
    return {name: code for code, name in Locale.parse(ENGLISH).territories.items()}


def entries(code: str) -> dict[str, tuple[str, str]]:
    """Return the English text and the translation of each key of a catalogue."""
    return dict(_catalogue(code).texts)


class _Catalogue(NamedTuple):
    """The entries of a catalogue by key, its sentences, and whether anybody has reviewed it."""

    texts: dict[str, tuple[str, str]]
    sentences: Translations
    reviewed: bool


@cache
def _catalogue(code: str) -> _Catalogue:
    """Return a catalogue as its file has it."""
    source = files(__package__).joinpath(f"{code}.po").read_bytes()
    found = read_po(BytesIO(source), locale=code, abort_invalid=True)
    texts = {
        str(one.context): (str(one.id), "" if one.fuzzy else str(one.string))
        for one in found
        if one.id and _KEY.fullmatch(one.context or "")
    }
    compiled = BytesIO()
    write_mo(compiled, found)
    compiled.seek(0)
    return _Catalogue(texts, Translations(compiled), _REVIEWED in source)


class _Pseudo(NullTranslations):
    """Sentences with every letter changed."""

    def gettext(self, message: str) -> str:
        return _pseudo(message)

    def pgettext(self, context: str, message: str) -> str:
        return _pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _pseudo(msgid1 if n == 1 else msgid2)


def _pseudo(text: str) -> str:
    """Return a text with every letter changed, its fields as they were."""
    return "".join(
        part if at % 2 else part.translate(_LETTERS) for at, part in enumerate(_FIELD.split(text))
    )


@cache
def language(code: str) -> Language:
    """Return a language by its code; raises RunError where there is no catalogue for it.

    A message that is not translated is the English one.
    """
    if code not in (*LANGUAGES, PSEUDO):
        known = ", ".join(LANGUAGES)
        raise RunError(f'--language: there is no catalogue for "{code}"; there are {known}')
    english = _catalogue(ENGLISH).texts
    if code == PSEUDO:
        messages = {key: _pseudo(text) for key, (_, text) in english.items()}
        return Language(code, Locale.parse(_PSEUDO_LOCALE), messages, True, _Pseudo())
    found = _catalogue(code)
    own = {key: text for key, (_, text) in found.texts.items() if text}
    messages = {key: own.get(key, text) for key, (_, text) in english.items()}
    return Language(code, Locale.parse(code), messages, found.reviewed, found.sentences)
