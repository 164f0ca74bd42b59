"""What people are handed, in their language: catalogues of messages, and numbers, dates and times.

A catalogue is a gettext file read with Babel when it is needed: the file that a translator edits is
the file that is used, and no compiled copy can be older than it.
"""

from sim.language.catalogues import (
    ENGLISH,
    LANGUAGES,
    PSEUDO,
    Language,
    entries,
    filled,
    language,
)
from sim.language.speaking import (
    Lexicon,
    gettext,
    gettext_noop,
    ngettext,
    ngettext_noop,
    pgettext,
    speaking,
    spoken,
)

__all__ = [
    "ENGLISH",
    "LANGUAGES",
    "PSEUDO",
    "Language",
    "Lexicon",
    "entries",
    "filled",
    "gettext",
    "gettext_noop",
    "language",
    "ngettext",
    "ngettext_noop",
    "pgettext",
    "speaking",
    "spoken",
]
