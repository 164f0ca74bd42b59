"""How well it is known what was asked for, where a comparison was to go on until it is."""

from __future__ import annotations

from sim.language import gettext
from sim.show.numbers import number, whole
from sim.study.comparison import Comparison
from sim.study.until import counted


def known(found: Comparison) -> str:
    """Return whether there were worlds enough, or how many more it would take; no text if unasked.

    What is known least well is told of, since all else is known better.
    """
    until = found.until
    if until is None or not found.worlds:
        return ""
    widest = until.widest(counted(found.arms, found.columns, found.prefix))
    more = until.more_worlds(widest)
    half = number(widest.half)
    if widest.half <= until.within:
        return gettext(
            " They were lived through until {asked}: what is known least well, rung {rung} under "
            "{arm}, now is within ±{half}, at 95 %.",
            asked=until.text, rung=widest.rung, arm=widest.arm, half=half,
        )  # fmt: skip
    return gettext(
        " They were to go on until {asked}, and that is not known yet: rung {rung} under {arm} is "
        "within ±{half}. Another {more} worlds like these would do.",
        asked=until.text, rung=widest.rung, arm=widest.arm, half=half, more=whole(more),
    )  # fmt: skip
