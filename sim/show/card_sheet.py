"""A failure card as a facilitator reads it out, and the list of cards to choose from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any, Final

from sim.scenario import Card
from sim.scenario.card_model import FAILURES, GRADES
from sim.scenario.levers import value_text

WIDTH: Final = 100
"""Columns of a card; addresses are never broken."""

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_WHOLE: Final = (
    frozenset({"median", "p95"}), frozenset({"mean"}), frozenset({"between"}),
)  # fmt: skip
"""Mappings of a patch that are one value."""


def deck_lines(cards: Iterable[Card]) -> Iterator[str]:
    """Yield two lines a card: its id, date and place, and what it teaches."""
    for card in cards:
        yield f"{card.id}: {card.card}. {card.place}, {when(card)}"
        yield f"    {', '.join(word.replace('_', ' ') for word in card.teaches)}"


def card_lines(card: Card) -> Iterator[str]:
    """Yield a card for a facilitator: the case, how we know, what to ask, and how to play it."""
    yield from _wrapped(card.card.upper())
    yield from _wrapped(f"{card.place}, {when(card)}. Card {card.id}")
    yield from _part("What happened", (_sourced(f.what, f.sources) for f in card.facts))
    told = (_sourced(f"{a.by}: {a.says}", a.sources) for a in card.accounts)
    yield from _part("How each side tells it", told)
    yield from _part("Handle with care", card.cautions)
    yield from _part(
        "What it teaches", (f"{_spoken(word)}: {FAILURES[word]}" for word in card.teaches)
    )
    yield ""
    yield from _wrapped(card.lesson, "  ")
    yield from _part("To discuss; no answer is the right one", card.questions, numbered=True)
    yield from _in_the_model(card)
    yield from _sources(card)


def when(card: Card) -> str:
    """Return when a card's case took place: "17 September 2016", "March 2023 to April 2023"."""
    first = _dated(card.date)
    return first if card.until is None else f"{first} to {_dated(card.until)}"


def _dated(text: str) -> str:
    year, *rest = text.split("-")
    month = f"{_MONTHS[int(rest[0]) - 1]} " if rest else ""
    day = f"{int(rest[1])} " if len(rest) > 1 else ""
    return f"{day}{month}{year}"


def _spoken(word: str) -> str:
    return word.replace("_", " ").capitalize()


def _sourced(text: str, names: Iterable[str]) -> str:
    return f"{text} [{', '.join(names)}]"


def _wrapped(text: str, indent: str = "", hang: str = "") -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent + hang,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _part(title: str, texts: Iterable[str], numbered: bool = False) -> Iterator[str]:
    """Yield a heading and a list below it; nothing where there is nothing to list."""
    listed = list(texts)
    if listed:
        yield ""
        yield title
    for row, text in enumerate(listed, start=1):
        mark = f"{row}. " if numbered else "- "
        yield from _wrapped(mark + text, "  ", " " * len(mark))


def _in_the_model(card: Card) -> Iterator[str]:
    """Yield how an arm uses the card, what that sets and what it stands for."""
    yield ""
    yield "In the model: an arm that uses the card"
    yield f"  arms: {{{card.id}: {{card: {card.id}}}}}"
    yield "which sets"
    for path, value in _flat(card.settings):
        yield f"  {path}: {value}"
    yield ""
    yield from _wrapped(card.shows, "  ")
    if card.given is not None:
        yield ""
        yield "The incident nearest to it, where the scenario's forces can meet in that way:"
        yield f"  deconflict compare FILE --given {card.given} --arms as_designed,{card.id}"


def _flat(patch: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the single values of a patch, each with its path."""
    if isinstance(patch, dict) and patch and not any(patch.keys() <= keys for keys in _WHOLE):
        for key, value in patch.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, value_text(patch)


def _sources(card: Card) -> Iterator[str]:
    yield ""
    yield "Sources" + (
        f" (in sim/EVIDENCE.md: {', '.join(card.evidence)})" if card.evidence else ""
    )
    for name, source in card.sources.items():
        text = f"{name} [{source.grade}]: {source.title}"
        text += f". {source.address}" if source.address else ""
        yield from _wrapped(text, "  ", "  ")
    grades = sorted({source.grade for source in card.sources.values()})
    yield from _wrapped("; ".join(f"[{grade}] {GRADES[grade]}" for grade in grades), "  ")
