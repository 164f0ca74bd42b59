"""Failure cards: small dated cases, each with what happened, how we know, and what it teaches.

A card is one YAML file. Its ``settings`` are an arm's patch that expresses the failure, so that an
arm of any scenario can use it by its id, the name of its file: ``arms: {busy: {card: il20_2018}}``.
Finding and reading the files is the business of :mod:`sim.scenario.deck`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    PrivateAttr,
    Strict,
    WithJsonSchema,
    field_validator,
)

from sim.scenario.arms import Dealt
from sim.scenario.kinds import INCIDENT_KINDS
from sim.scenario.names import Name, Text
from sim.scenario.nearest import suggestion
from sim.scenario.quantities import Frozen, Listed

FAILURES: Final[dict[str, str]] = {
    "no_line": "no line stands, so there is nobody to call",
    "not_called": "a way to talk stands, and nobody uses it",
    "not_answered": "the call is made, and nobody answers",
    "wrong_person": "somebody answers, and the right person is not there",
    "no_interpreter": "somebody answers, and nobody fit to interpret is at hand",
    "busy_line": "the telephone is taken when it matters",
    "shut_line": "one side announces that it hangs up",
    "wrong_word": "what is said beforehand is not right",
    "withheld_truth": "the other end denies, does not know or does not say",
    "not_believed": "the two sides tell different stories, and neither is believed",
    "not_passed_on": "somebody knows, and those concerned are not told",
    "too_late": "word comes too late to change the answer",
    "no_time": "it is over before anybody could call",
    "misread": "what happened is taken for something that it was not",
    "meant": "what happened was meant, and no explanation takes that away",
    "unheeded": "what was agreed or announced is not kept to",
    "accusation": "the line carries complaints, and each side counts the other's breaches",
}
"""What a card can teach, by the word that a card writes."""

GRADES: Final[dict[str, str]] = {
    "A": "official or primary source",
    "B": "named newspaper, agency or institute",
    "C": "aggregator, mirror or translation of such a source",
    "D": "weak page; not to be relied on alone",
    "GK": "general knowledge for which no source was found: an assumption",
}
"""How far to trust a source, as in ``sim/EVIDENCE.md``."""

GIVABLE: Final = tuple(name for name, kind in INCIDENT_KINDS.items() if kind.settings)
"""Kinds of incident that two units can come to, and that may so be placed in every world."""

_DAY: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def _to_day(value: Any) -> Any:
    rule = 'must be a day such as 2016-09-17, a month such as 2016-09, or a year: "2016", in quotes'
    match = _DAY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(rule)
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        date(year, month, day)
    except ValueError as error:
        raise ValueError(f"{rule}: {error}") from None
    return value


def _known(value: str, known: Iterable[str], rule: str) -> str:
    """Return a word if it is one of those known; else refuse it with the nearest of them."""
    names = list(known)
    if value not in names:
        raise ValueError(f"{rule}. {suggestion(value, names)}")
    return value


Day = Annotated[
    str,
    BeforeValidator(_to_day),
    WithJsonSchema({"type": "string", "pattern": f"^{_DAY.pattern}$"}),
]
"""A day, or the month or year where the day is not known, kept as it is written."""

Failure = Annotated[
    str,
    BeforeValidator(lambda value: _known(value, FAILURES, "is nothing that a card can teach")),
    WithJsonSchema({"enum": list(FAILURES)}),
]

_WEB: Final = re.compile(r"https?://\S+")


def _not_empty(value: Any) -> Any:
    if isinstance(value, (list, tuple, dict)) and not value:
        raise ValueError("must not be empty")
    return value


def _to_address(value: Any) -> Any:
    if not isinstance(value, str) or not _WEB.fullmatch(value):
        raise ValueError("must be a web address that begins with http:// or https://")
    return value


_T = TypeVar("_T")

Some = Annotated[
    tuple[_T, ...],
    Strict(False),
    BeforeValidator(_not_empty),
    Field(json_schema_extra={"minItems": 1}),
]
"""A list in the file with at least one entry, a tuple in the program."""

Address = Annotated[
    str,
    BeforeValidator(_to_address),
    WithJsonSchema({"type": "string", "pattern": f"^{_WEB.pattern}$"}),
]


class Source(Frozen):
    """Where facts come from. Without an address, it was not kept or there is none."""

    title: Text
    grade: Literal["A", "B", "C", "D", "GK"]
    address: Address | None = None


class Fact(Frozen):
    """One thing that happened, with the sources that say so."""

    what: Text
    sources: Some[Name]


class Account(Frozen):
    """How one side tells it."""

    by: Text
    says: Text
    sources: Some[Name]


class Card(Frozen):
    """A failure card as its file holds it; its id is the name of the file."""

    format: Literal[1]
    card: Text = Field(description="title")
    date: Day
    until: Day | None = Field(default=None, description="last day, if not the first")
    place: Text
    teaches: Some[Failure] = Field(description="failures, the first the chief one")
    lesson: Text
    facts: Some[Fact]
    accounts: Listed[Account] = Field(default=(), description="how each side tells it")
    sources: Annotated[dict[Name, Source], BeforeValidator(_not_empty)]
    evidence: Listed[Text] = Field(default=(), description="sections of the list of facts")
    cautions: Listed[Text] = Field(default=(), description="where what is known is thin")
    questions: Some[Text] = Field(description="to discuss; none has a right answer")
    given: str | None = Field(
        default=None, description="kind of incident for --given, the nearest to what happened"
    )
    settings: Annotated[dict[Name, Any], BeforeValidator(_not_empty)] = Field(
        description="the patch that an arm gets"
    )
    shows: Text = Field(description="what the settings say of the case, and what they do not")

    _id: str = PrivateAttr(default="card")

    @field_validator("given")
    @classmethod
    def _placeable(cls, value: str | None) -> str | None:
        rule = "is no kind of incident that can be given"
        return value if value is None else _known(value, GIVABLE, rule)

    def remember(self, name: str) -> None:
        """Keep the id under which an arm may use the card."""
        self._id = name

    @property
    def id(self) -> str:
        """The name of its file, by which an arm may use it."""
        return self._id

    @property
    def dealt(self) -> Dealt:
        """The card as an arm holds it."""
        return Dealt(id=self.id, title=self.card, settings=self.settings)
