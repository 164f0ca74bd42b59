"""The words in which records are told: one word for each thing, the same in text and figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sim.crisis.deciders import Asked
from sim.records import CallEnd, Purpose
from sim.scenario.kinds import RESPONSES, Act, Cause, Content, SeverityClass
from sim.scenario.quantities import DAY, HOUR, MINUTE

RUNGS: Final = (
    "routine",
    "protest",
    "threat",
    "display of force or alert",
    "use of force by one side",
    "use of force by both sides",
    "war",
)
"""The rungs of the crisis, 0 to 6 (model 2.3)."""

RUNGS_SHORT: Final = (
    "routine",
    "protest",
    "threat",
    "display",
    "force by one",
    "force by both",
    "war",
)

CAUSES: Final = {
    Cause.ACCIDENT: "an accident",
    Cause.ASSERTIVE: "assertive, not meant to harm",
    Cause.HOSTILE: "hostile",
    Cause.NOT_THEIRS: "not theirs",
}

CAUSES_SHORT: Final = {
    Cause.ACCIDENT: "accident",
    Cause.ASSERTIVE: "assertive",
    Cause.HOSTILE: "hostile",
    Cause.NOT_THEIRS: "not theirs",
}

CONTENTS: Final = {
    Content.EXPLAIN: "explains it as an accident",
    Content.ACKNOWLEDGE: "acknowledges it",
    Content.DENY: "denies it",
    Content.NOT_OURS: "says it was not theirs",
    Content.STALL: "stalls",
    Content.DOES_NOT_KNOW: "does not know",
}

PURPOSES: Final = {
    Purpose.HALT: "to propose a halt",
    Purpose.INCIDENT: "about an incident",
    Purpose.CONCERN: "to voice concern",
    Purpose.NOTICE: "to give notice",
    Purpose.TEST: "as a test",
}

CALL_ENDS: Final = {
    CallEnd.THROUGH: "got through",
    CallEnd.UNANSWERED: "nobody answered",
    CallEnd.LINE_DOWN: "the line was down",
    CallEnd.SERVED: "another conversation on the same case made it needless",
    CallEnd.UNFINISHED: "still under way when the run ended",
    CallEnd.CLOSED: "the channel was closed",
    CallEnd.TOO_LATE: "too late for its sortie",
    CallEnd.REFUSED: "leave to call was refused",
}

CALL_ENDS_SHORT: Final = {
    CallEnd.THROUGH: "through",
    CallEnd.UNANSWERED: "no answer",
    CallEnd.LINE_DOWN: "line down",
    CallEnd.SERVED: "not needed",
    CallEnd.UNFINISHED: "unfinished",
    CallEnd.CLOSED: "closed",
    CallEnd.TOO_LATE: "too late",
    CallEnd.REFUSED: "refused",
}

CLASSES: Final = {
    SeverityClass.ROUTINE: "routine",
    SeverityClass.SERIOUS: "serious",
    SeverityClass.HIGH_RISK: "high-risk",
}

ACTS: Final = {response.act: response.title for response in RESPONSES}

ACT_NOUNS: Final = {
    Act.CONCILIATE: "a conciliatory step",
    Act.ABSORB: "letting it pass",
    Act.PROTEST: "a protest",
    Act.THREATEN: "a threat",
    Act.DISPLAY: "a display of force",
    Act.LIMITED_FORCE: "limited force",
    Act.MAJOR_FORCE: "major force",
}

ASKED: Final = {
    Asked.ACT: "how to answer",
    Asked.CALL: "whether to call",
    Asked.SAY: "what to say",
    Asked.ANSWER: "whether to pick up",
    Asked.HALT: "whether to propose a halt",
    Asked.ENGAGE: "whether to engage the intruder",
    Asked.CONSENT: "whether to consent to force",
    Asked.AUTHORISE: "whether to give leave to call",
}

_SEVERITIES: Final = ((0.2, "slight"), (0.4, "moderate"), (0.6, "grave"), (0.8, "very grave"))
_GRAVEST: Final = "extreme"

_CAPITALS: Final = frozenset({"nato", "csto", "eu", "us", "usa", "uk", "ussr"})


def severity(value: float) -> str:
    """Return a severity in a word and a number, such as "grave, 0.54"."""
    word = next((word for below, word in _SEVERITIES if value < below), _GRAVEST)
    return f"{word}, {value:.2f}"


def wanted(intensity: float) -> str:
    """Return the act or the two acts a wanted intensity lies at or between."""
    below = max((r for r in RESPONSES if r.intensity <= intensity), key=lambda r: r.intensity)
    above = [r for r in RESPONSES if r.intensity > intensity]
    near = 0.02
    if not above or intensity - below.intensity < near:
        return ACT_NOUNS[below.act]
    if above[0].intensity - intensity < near:
        return ACT_NOUNS[above[0].act]
    return f"between {ACT_NOUNS[below.act]} and {ACT_NOUNS[above[0].act]}"


def bloc_title(name: str) -> str:
    """Return the name of a bloc as it is written in a sentence."""
    return name.upper() if name in _CAPITALS else name.replace("_", " ").capitalize()


_LOWER: Final = frozenset({"of", "the", "and", "in", "on", "at", "near"})


def titled(name: str) -> str:
    """Return an identifier as a title: "west_of_euphrates" as "West of Euphrates"."""
    words = name.split("_")
    return " ".join(w if at and w in _LOWER else w.capitalize() for at, w in enumerate(words))


def per_cent(share: float) -> str:
    """Return a share in whole per cent, with the extremes said as such."""
    if 0 < share < 0.005:
        return "under 1\u00a0%"
    if 0.995 < share < 1:
        return "over 99\u00a0%"
    return f"{100 * share:.0f}\u00a0%"


def counted(number: int, thing: str, things: str | None = None) -> str:
    """Return a number with its noun in the right form."""
    return f"{thousands(number)} {thing if number == 1 else things or thing + 's'}"


def thousands(number: int) -> str:
    """Return a whole number with its thousands set apart."""
    return f"{number:,}".replace(",", "\u202f")


def span(ms: int) -> str:
    """Return a length of time in the two units that matter."""
    if ms < 0:
        return "-" + span(-ms)
    if ms == 0:
        return "0\u00a0min"
    if ms < MINUTE // 2:
        return "under 1\u00a0min"
    minutes = (ms + MINUTE // 2) // MINUTE
    days, rest = divmod(minutes, DAY // MINUTE)
    hours, minutes = divmod(rest, HOUR // MINUTE)
    if days >= 10 or (days and not hours):
        return f"{days}\u00a0d"
    if days:
        return f"{days}\u00a0d {hours}\u00a0h"
    if hours:
        return f"{hours}\u00a0h {minutes}\u00a0min" if minutes else f"{hours}\u00a0h"
    return f"{minutes}\u00a0min"


def moment(start: datetime, ms: int) -> datetime:
    """Return the date and time of a moment, in UTC."""
    return start + timedelta(milliseconds=ms)


_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def weekday_date(when: datetime) -> str:
    """Return a date such as "Tue 15 Nov 2022", whatever the machine's language."""
    month = _MONTHS[when.month - 1]
    return f"{_WEEKDAYS[when.weekday()]} {when.day}\u00a0{month}\u00a0{when.year}"


def short_date(when: datetime) -> str:
    """Return a date such as "15 Nov"."""
    return f"{when.day}\u00a0{_MONTHS[when.month - 1]}"


def month_year(when: datetime) -> str:
    """Return a month such as "Nov 2022"."""
    return f"{_MONTHS[when.month - 1]} {when.year}"


def clock_time(when: datetime) -> str:
    """Return a time of day such as "03:10"."""
    return f"{when.hour:02d}:{when.minute:02d}"


def listed(parts: list[str]) -> str:
    """Return a list as a sentence says it: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def possessive(name: str) -> str:
    """Return the possessive of a name."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def sentence(text: str) -> str:
    """Return a text with its first letter large and a full stop."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
