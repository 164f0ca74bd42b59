"""The nearest valid name to a mistaken one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MOST = 12


def nearest(wrong: object, known: Iterable[str]) -> str:
    """Return the one known name that ``wrong`` was most likely meant to be, or an empty text."""
    names = sorted(known)
    word = str(wrong)[:80].lower()
    by_lower = {name.lower(): name for name in names}
    if word in by_lower:
        return by_lower[word]
    found = get_close_matches(word, by_lower, n=1, cutoff=0.6)
    if found:
        return by_lower[found[0]]
    parts = [name for name in names if word and (word in name.split("_") or name in word)]
    return parts[0] if len(parts) == 1 else ""


def suggestion(wrong: object, known: Iterable[str]) -> str:
    """Return a hint that names the nearest valid name, or else all that are valid."""
    names = sorted(known)
    found = nearest(wrong, names)
    if found:
        return f'Did you mean "{found}"?'
    if not names:
        return "There are none in this scenario"
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"Known: {', '.join(names[:_MOST])}{more}"
