"""What events are called in the room: their own number where they have one, else counted.

A scenario keeps only the numbers that counting would not give, so that a file does not fill with
what goes without saying and every list still shows the numbers that are printed on the cards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def counted(own: Sequence[str | None]) -> list[str]:
    """Return the numbers of events in order of time, of which some have their own.

    The rest are counted from 1, past the numbers that are taken.
    """
    taken = {number for number in own if number is not None}
    found: list[str] = []
    last = 0
    for number in own:
        if number is None:
            last = _next(last, taken)
        found.append(str(last) if number is None else number)
    return found


def kept(numbers: Sequence[str], own: Iterable[int] = ()) -> list[str | None]:
    """Return which of the numbers of events in order of time a scenario must keep.

    None stands for those that counting gives by itself; ``own`` are the places of those that are
    kept in any case. ``counted`` gives ``numbers`` back.
    """
    keeps = set(own)
    while True:
        taken = {numbers[at] for at in keeps}
        last = 0
        more = set()
        for at, number in enumerate(numbers):
            if at in keeps:
                continue
            found = _next(last, taken)
            if number == str(found):
                last = found
            else:
                more.add(at)
        if not more:
            return [number if at in keeps else None for at, number in enumerate(numbers)]
        keeps |= more


def _next(last: int, taken: set[str]) -> int:
    """Return the next whole number that is not taken."""
    last += 1
    while str(last) in taken:
        last += 1
    return last
