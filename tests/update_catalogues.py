"""Bring the catalogues up to what the code says; run by hand after a sentence changed.

``python tests/update_catalogues.py`` adds the sentences that a catalogue lacks, untranslated, and
drops those that the code says no more. What is translated stays as it is.
"""

from __future__ import annotations

import re
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po
from catalogue_parts import LANGUAGE, catalogue, is_key, sentences

from sim.language import ENGLISH, LANGUAGES


def main() -> None:
    """Write every catalogue but the English one, and say what is still to be translated."""
    english = catalogue(ENGLISH)
    for code in LANGUAGES:
        if code == ENGLISH:
            continue
        path = LANGUAGE / f"{code}.po"
        before = path.read_text(encoding="utf-8")
        kept = catalogue(code)
        found = Catalog(locale=code, charset="utf-8", fuzzy=False)
        for message in english:
            if message.id and is_key(message):
                old = kept.get(message.id, message.context)
                found.add(message.id, old.string if old else "", context=message.context)
        for text, context in sentences():
            old = kept.get(text, context)
            found.add(text, old.string if old else "", context=context)
        body = BytesIO()
        write_po(body, found, width=0, omit_header=True, sort_output=False)
        head = re.match(r".*?\n(?=\nmsg)", before, re.S)
        assert head is not None, f"{path}: no header"
        text = f"{head[0]}\n{body.getvalue().decode('utf-8')}"
        path.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
        lacking = [one.id for one in found if one.id and not any(_forms(one.string))]
        print(f"{path.name}: {len(found)} entries, {len(lacking)} to be translated")


def _forms(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


if __name__ == "__main__":
    main()
