"""The public record the model is held against: each figure, its interval, and how it is measured.

Two settings are kept apart. Conditions of 1992 to 2014 are what the figures on recorded contacts
and disputes are about; conditions of March 2022 to March 2023 have a record of their own. No
figure says what the line does, and none is used to fit that. Sources such as "evidence 4.2" are
sections of ``sim/EVIDENCE.md``.
"""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from typing import Any, Final, NamedTuple

from sim.scenario.channels import REFERENCE
from sim.scenario.loading import loads
from sim.scenario.models import Scenario
from sim.scenario.quantities import DAY, YEAR
from sim.scenario.varying import varied

AS_USED: Final = "as_used_2022"
_MONTH: Final = YEAR / 12


class Rate(NamedTuple):
    """The sum of some measures in so many milliseconds."""

    of: tuple[str, ...]
    per: float


class Share(NamedTuple):
    """Events that are also something more, as a share of all of them."""

    of: tuple[str, ...]
    among: tuple[str, ...]


class Length(NamedTuple):
    """The mean of what is counted at least once in each of some events."""

    of: str
    each: str


Quantity = Rate | Share | Length


class Setting(NamedTuple):
    """A packaged scenario with some values changed, and the arm that is measured in it."""

    name: str
    title: str
    file: str
    arm: str
    changes: tuple[tuple[str, Any], ...] = ()
    worlds_share: float = 1.0

    def scenario(self) -> Scenario:
        """Return the scenario to live through."""
        text = files("sim.scenario").joinpath(self.file).read_text(encoding="utf-8")
        scenario = loads(text, self.file)
        return varied(scenario, dict(self.changes)) if self.changes else scenario


class Limits(StrEnum):
    """What the limits of a figure are."""

    INTERVAL = "95 %"
    ACCOUNTS = "range of accounts"
    JUDGEMENT = "judgement"


class Comes(StrEnum):
    """How a figure comes about in the model: only what emerges unaided can speak for it.

    Fitted: no single constant sets it, but the ranges of the constants are those of a prototype
    that was made to meet it.
    """

    INPUT = "an input"
    SOLVED = "solved for"
    FITTED = "fitted"
    EMERGES = "emerges"


class Seen(NamedTuple):
    """How many events the record holds, in ``times`` the unit's time, or ``among`` so many."""

    events: int
    times: float = 1.0
    among: int | None = None


class Target(NamedTuple):
    """One figure of the public record.

    ``value`` is None where the record gives a limit only, ``low`` None where it gives no lower
    one. ``fitted`` says whether a calibration uses it, ``seen`` what was counted where the figure
    rests on a count.
    """

    name: str
    title: str
    unit: str
    setting: str
    quantity: Quantity
    value: float | None
    low: float | None
    high: float | None
    source: str
    fitted: bool = False
    limits: Limits = Limits.INTERVAL
    comes: Comes = Comes.EMERGES
    seen: Seen | None = None


PEACETIME: Final = "peacetime"
EXCHANGE: Final = "exchange"
_IN_2022, _LINE, _BLACK_SEA, _BUSY = "2022", "2022_line", "2022_black_sea", "busy_line"

SETTINGS: Final[dict[str, Setting]] = {
    setting.name: setting
    for setting in (
        Setting(
            PEACETIME, "1992-2014 conditions, all theatres, a year",
            "validation_peacetime.yaml", REFERENCE,
        ),
        Setting(
            EXCHANGE, "both sides have just used force, ten days",
            "validation_exchange.yaml", REFERENCE,
        ),
        Setting(
            _IN_2022, "2022 conditions, all theatres, thirteen months",
            "validation_2022.yaml", AS_USED, worlds_share=0.25,
        ),
        Setting(
            _LINE, "2022 conditions, the line's theatres, nine months",
            "validation_2022.yaml", AS_USED,
            (("border_share", 0.40), ("duration", "272 d")), worlds_share=0.25,
        ),
        Setting(
            _BLACK_SEA, "2022 conditions, the Black Sea, thirteen months",
            "validation_2022.yaml", AS_USED, (("border_share", 0.25),), worlds_share=0.25,
        ),
        Setting(
            _BUSY, "a line like Syria's, twenty days",
            "validation_busy_line.yaml", AS_USED, worlds_share=0.05,
        ),
    )
}  # fmt: skip
"""Where each figure is measured. ``worlds_share``: a fraction of the worlds asked for suffices."""

_SEVERE_AIR: Final = ("incidents_weapon_release", "incidents_collision", "incidents_shoot_down")
_FORCE, _BOTH, _WAR = "crises_to_4", "crises_to_5", "crises_to_6"
_THIRTEEN_MONTHS: Final = 395 * DAY
_NINE_MONTHS: Final = 272 * DAY
_DISPUTES: Final = "evidence 4.2: NATO members and Russia, 1992-2014"

TARGETS: Final[tuple[Target, ...]] = (
    Target(
        "recorded", "recorded contacts, all theatres", "a year", PEACETIME,
        Rate(("recorded",), YEAR), 107.4, 96.1, 119.6,
        "evidence 3.2: 331 in 37 months",  # solved for, not judged: see `noteworthy`
        comes=Comes.SOLVED, seen=Seen(331, 37 / 12),
    ),
    Target(
        "serious", "of these serious", "share", PEACETIME, Share(("serious",), ("recorded",)),
        0.163, 0.126, 0.206, "evidence 3.2: 54 of 331", comes=Comes.INPUT,
        seen=Seen(54, among=331),
    ),
    Target(
        "high_risk", "of these high-risk", "share", PEACETIME, Share(("high_risk",), ("recorded",)),
        0.006, 0.0013, 0.019, "evidence 3.2: 2 of 331", comes=Comes.INPUT,
        seen=Seen(2, among=331),
    ),
    Target(
        "disputes", "disputes (rung 3 or above)", "a year", PEACETIME, Rate(("crises",), YEAR),
        1.04, 0.67, 1.55, f"{_DISPUTES}: 24 in 23 years", fitted=True,
        comes=Comes.FITTED, seen=Seen(24, 23),
    ),
    Target(
        "force", "of these with force (rung 4 or above)", "share", PEACETIME,
        Share((_FORCE,), ("crises",)), 0.417, 0.25, 0.61, f"{_DISPUTES}: 10 of 24", fitted=True,
        comes=Comes.FITTED, seen=Seen(10, among=24),
    ),
    Target(
        "disputes_no_seizures", "disputes, if seizures are left out", "a year", PEACETIME,
        Rate(("crises",), YEAR), 0.78, 0.46, 1.24,
        f"{_DISPUTES}: 18 in 23 years; no modelled contact makes a seizure",
        comes=Comes.FITTED, seen=Seen(18, 23),
    ),
    Target(
        "force_no_seizures", "of these with force, if seizures are left out", "share", PEACETIME,
        Share((_FORCE,), ("crises",)), 0.222, 0.06, 0.48,
        f"{_DISPUTES}: 4 of 18; no modelled contact makes a seizure",
        comes=Comes.FITTED, seen=Seen(4, among=18),
    ),
    Target(
        "both", "both sides use force, given force", "share", PEACETIME,
        Share((_BOTH,), (_FORCE,)), 0.30, 0.07, 0.65, f"{_DISPUTES}: 3 clashes of 10", fitted=True,
        comes=Comes.FITTED, seen=Seen(3, among=10),
    ),
    Target(
        "both_no_seizures", "both sides use force, given force, if seizures are left out", "share",
        PEACETIME, Share((_BOTH,), (_FORCE,)), 0.75, 0.194, 0.994,
        f"{_DISPUTES}: 3 clashes of 4; no modelled contact makes a seizure",
        comes=Comes.FITTED, seen=Seen(3, among=4),
    ),
    Target(
        "war", "direct war, given a dispute", "share", PEACETIME, Share((_WAR,), ("crises",)),
        None, None, 0.063, "evidence 4.2: none seen among 57", fitted=True,
        comes=Comes.FITTED, seen=Seen(0, among=57),
    ),
    Target(
        "exchange_rest", "acts in an exchange, peacetime", "acts", PEACETIME,
        Length("exchange_acts", "exchanges"), None, None, 2.5,
        "model 1.3: exchanges die out; most disputes fade (evidence 4.2)", fitted=True,
        limits=Limits.JUDGEMENT, comes=Comes.FITTED,
    ),
    Target(
        "exchange_force", "acts in an exchange that begins at rung 5", "acts", EXCHANGE,
        Length("exchange_acts", "exchanges"), None, None, 5.0,
        "model 1.3: exchanges die out even there; none led to war (evidence 3.4)", fitted=True,
        limits=Limits.JUDGEMENT, comes=Comes.FITTED,
    ),
    Target(
        "violations", "violations of NATO airspace by Russia, as in 2022 and 2023", "a month",
        _IN_2022, Rate(("violations_0",), _MONTH), 0.375, 0.171, 0.712,
        "evidence 3.3: 9 in 24 months (Poisson interval)", seen=Seen(9, 24),
    ),
    Target(
        "violations_pooled", "violations of NATO airspace by Russia, as in 2022 to 2025",
        "a month", _IN_2022, Rate(("violations_0",), _MONTH), 0.69, 0.47, 0.97,
        "evidence 3.3: 33 in 48 months (Poisson interval), 18 of them in 2025", seen=Seen(33, 48),
    ),
    Target(
        "clashes", "crises in which both sides use force", "in 13 months", _IN_2022,
        Rate((_BOTH,), _THIRTEEN_MONTHS), None, None, 3.7,
        "evidence 3.4: none, March 2022 to March 2023 (Poisson limit)", seen=Seen(0),
    ),
    Target(
        "severe_air", "severe air incidents over the Black Sea", "in 13 months", _BLACK_SEA,
        Rate(_SEVERE_AIR, _THIRTEEN_MONTHS), 2.0, 0.24, 7.2,
        "evidence 3.4: RC-135 and MQ-9 (Poisson interval)", seen=Seen(2),
    ),
    Target(
        "operational_calls", "operational calls on the line as used", "in 9 months", _LINE,
        Rate(("line_calls",), _NINE_MONTHS), 1.0, 0.03, 5.6,
        "evidence 1.1: one by 28 November 2022 (Poisson interval)", comes=Comes.SOLVED,
        seen=Seen(1),
    ),
    Target(
        "tests", "test calls answered", "share", _LINE, Share(("tests_answered",), ("tests",)),
        None, 0.98, None, "evidence 1.1: no failure reported",
        limits=Limits.JUDGEMENT, comes=Comes.INPUT,
    ),
    Target(
        "busy_line", "calls a day on a line like Syria's", "a day", _BUSY,
        Rate(("notices", "line_through"), DAY), 15.0, 10.0, 20.0,
        "evidence 1.2: 10 to 12 (2017), 15 to 20 (2017)",
        limits=Limits.ACCOUNTS, comes=Comes.INPUT,
    ),
)  # fmt: skip

NOT_HOSTILE: Final = Share(("inadvertent",), ("crises",))
"""The share of disputes whose root is not hostile: no figure fixes it."""


def measured_in(setting: str) -> tuple[Target, ...]:
    """Return the figures measured in a setting."""
    return tuple(target for target in TARGETS if target.setting == setting)


def needed(quantity: Quantity) -> tuple[str, ...]:
    """Return the measures a quantity is computed from."""
    if isinstance(quantity, Rate):
        return quantity.of
    if isinstance(quantity, Share):
        return (*quantity.of, *quantity.among)
    return quantity.of, quantity.each
