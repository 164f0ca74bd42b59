"""What people are handed, in their language: catalogues of messages, and numbers, dates and times.

A catalogue is a gettext file read with Babel when it is needed: the file that a translator edits is
the file that is used, and no compiled copy can be older than it.
"""

from sim.language.catalogues import ENGLISH, LANGUAGES, PSEUDO, Language, entries, language

__all__ = ["ENGLISH", "LANGUAGES", "PSEUDO", "Language", "entries", "language"]
