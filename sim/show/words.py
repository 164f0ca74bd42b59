"""The words in which records are told: one word for each thing, the same in text and figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from babel.dates import format_date

from sim.crisis.deciders import Asked
from sim.language import ENGLISH, Lexicon, gettext, ngettext, spoken
from sim.language import gettext_noop as N_
from sim.language import ngettext_noop as NN_
from sim.records import CallEnd, Purpose
from sim.scenario import Scenario, arm_title
from sim.scenario.kinds import (
    INCIDENT_BY_CODE,
    RESPONSES,
    Act,
    Cause,
    Content,
    SeverityClass,
)
from sim.scenario.names import in_language
from sim.scenario.quantities import DAY, HOUR, MINUTE

RUNGS: Final = Lexicon(
    {
        0: N_("routine"),
        1: N_("protest"),
        2: N_("threat"),
        3: N_("display of force or alert"),
        4: N_("use of force by one side"),
        5: N_("use of force by both sides"),
        6: N_("war"),
    }
)
"""The rungs of the crisis, 0 to 6 (model 2.3)."""

RUNGS_SHORT: Final = Lexicon(
    {
        0: N_("routine"),
        1: N_("protest"),
        2: N_("threat"),
        3: N_("display"),
        4: N_("force by one"),
        5: N_("force by both"),
        6: N_("war"),
    }
)

CAUSES: Final = Lexicon(
    {
        Cause.ACCIDENT: N_("an accident"),
        Cause.ASSERTIVE: N_("assertive, not meant to harm"),
        Cause.HOSTILE: N_("hostile"),
        Cause.NOT_THEIRS: N_("not theirs"),
    }
)

CAUSES_SHORT: Final = Lexicon(
    {
        Cause.ACCIDENT: N_("accident"),
        Cause.ASSERTIVE: N_("assertive"),
        Cause.HOSTILE: N_("hostile"),
        Cause.NOT_THEIRS: N_("not theirs"),
    }
)

CONTENTS: Final = Lexicon(
    {
        Content.EXPLAIN: N_("explains it as an accident"),
        Content.ACKNOWLEDGE: N_("acknowledges it"),
        Content.DENY: N_("denies it"),
        Content.NOT_OURS: N_("says it was not theirs"),
        Content.STALL: N_("stalls"),
        Content.DOES_NOT_KNOW: N_("does not know"),
    }
)

PURPOSES: Final = Lexicon(
    {
        Purpose.HALT: N_("to propose a halt"),
        Purpose.INCIDENT: N_("about an incident"),
        Purpose.CONCERN: N_("to voice concern"),
        Purpose.NOTICE: N_("to give notice"),
        Purpose.TEST: N_("as a test"),
    }
)

CALL_ENDS: Final = Lexicon(
    {
        CallEnd.THROUGH: N_("got through"),
        CallEnd.UNANSWERED: N_("nobody answered"),
        CallEnd.LINE_DOWN: N_("the line was down"),
        CallEnd.SERVED: N_("another conversation on the same case made it needless"),
        CallEnd.UNFINISHED: N_("still under way when the run ended"),
        CallEnd.CLOSED: N_("the channel was closed"),
        CallEnd.TOO_LATE: N_("too late for its sortie"),
        CallEnd.REFUSED: N_("leave to call was refused"),
    }
)

CALL_ENDS_SHORT: Final = Lexicon(
    {
        CallEnd.THROUGH: N_("through"),
        CallEnd.UNANSWERED: N_("no answer"),
        CallEnd.LINE_DOWN: N_("line down"),
        CallEnd.SERVED: N_("not needed"),
        CallEnd.UNFINISHED: N_("unfinished"),
        CallEnd.CLOSED: N_("closed"),
        CallEnd.TOO_LATE: N_("too late"),
        CallEnd.REFUSED: N_("refused"),
    }
)

CLASSES: Final = Lexicon(
    {
        SeverityClass.ROUTINE: N_("routine"),
        SeverityClass.SERIOUS: N_("serious"),
        SeverityClass.HIGH_RISK: N_("high-risk"),
    }
)

ACTS: Final = Lexicon({response.act: response.title for response in RESPONSES})

ACT_NOUNS: Final = Lexicon(
    {
        Act.CONCILIATE: N_("a conciliatory step"),
        Act.ABSORB: N_("letting it pass"),
        Act.PROTEST: N_("a protest"),
        Act.THREATEN: N_("a threat"),
        Act.DISPLAY: N_("a display of force"),
        Act.LIMITED_FORCE: N_("limited force"),
        Act.MAJOR_FORCE: N_("major force"),
    }
)

ASKED: Final = Lexicon(
    {
        Asked.ACT: N_("how to answer"),
        Asked.CALL: N_("whether to call"),
        Asked.SAY: N_("what to say"),
        Asked.ANSWER: N_("whether to pick up"),
        Asked.HALT: N_("whether to propose a halt"),
        Asked.ENGAGE: N_("whether to engage the intruder"),
        Asked.CONSENT: N_("whether to consent to force"),
        Asked.AUTHORISE: N_("whether to give leave to call"),
    }
)

_SEVERITIES: Final = (0.2, 0.4, 0.6, 0.8)
_GRAVITY: Final = Lexicon(
    {
        0: N_("slight"),
        1: N_("moderate"),
        2: N_("grave"),
        3: N_("very grave"),
        4: N_("extreme"),
    }
)

_COUNTED: Final = {
    "accepted set": NN_("{count} accepted set", "{count} accepted sets"),
    "act": NN_("{count} act", "{count} acts"),
    "attempt": NN_("{count} attempt", "{count} attempts"),
    "call": NN_("{count} call", "{count} calls"),
    "case": NN_("{count} case", "{count} cases"),
    "crisis": NN_("{count} crisis", "{count} crises"),
    "day": NN_("{count} day", "{count} days"),
    "factor": NN_("{count} factor", "{count} factors"),
    "high-risk incident": NN_("{count} high-risk incident", "{count} high-risk incidents"),
    "incident": NN_("{count} incident", "{count} incidents"),
    "mark": NN_("{count} mark", "{count} marks"),
    "message": NN_("{count} message", "{count} messages"),
    "moment": NN_("{count} moment", "{count} moments"),
    "more inject": NN_("{count} more inject", "{count} more injects"),
    "notice": NN_("{count} notice", "{count} notices"),
    "piece": NN_("{count} piece", "{count} pieces"),
    "point": NN_("{count} point", "{count} points"),
    "recorded contact": NN_("{count} recorded contact", "{count} recorded contacts"),
    "routine contact": NN_("{count} routine contact", "{count} routine contacts"),
    "salvo": NN_("{count} salvo", "{count} salvos"),
    "serious incident": NN_("{count} serious incident", "{count} serious incidents"),
    "test call": NN_("{count} test call", "{count} test calls"),
    "value": NN_("{count} value", "{count} values"),
    "world": NN_("{count} world", "{count} worlds"),
}
"""What is counted in sentences: one, and many."""

_CAPITALS: Final = frozenset({"nato", "csto", "eu", "us", "usa", "uk", "ussr"})


def severity(value: float) -> str:
    """Return a severity in a word and a number, such as "grave, 0.54"."""
    word = _GRAVITY[sum(value >= limit for limit in _SEVERITIES)]
    return f"{word}, {decimals(value, 2)}"


def incident(code: int) -> str:
    """Return what an incident of a kind is called."""
    kind = INCIDENT_BY_CODE[code]
    if spoken().code == ENGLISH:
        return kind.title
    return spoken().say(f"incident.{kind.name}")


def wanted(intensity: float) -> str:
    """Return the act or the two acts a wanted intensity lies at or between."""
    below = max((r for r in RESPONSES if r.intensity <= intensity), key=lambda r: r.intensity)
    above = [r for r in RESPONSES if r.intensity > intensity]
    near = 0.02
    if not above or intensity - below.intensity < near:
        return ACT_NOUNS[below.act]
    if above[0].intensity - intensity < near:
        return ACT_NOUNS[above[0].act]
    return gettext(
        "between {below} and {above}",
        below=ACT_NOUNS[below.act], above=ACT_NOUNS[above[0].act],
    )  # fmt: skip


def own_text(text: str) -> str:
    """Return a scenario's text in the language spoken, as far as the scenario has it."""
    found = in_language(text, spoken().code)
    return str(text) if found is None else found


def arm_words(scenario: Scenario, name: str) -> str:
    """Return the title of an arm in the language spoken; every language knows the usual arms."""
    language, usual = spoken(), f"arm.{name}"
    if language.code != ENGLISH and name not in scenario.arms and usual in language.messages:
        return language.say(usual)
    return own_text(arm_title(scenario, name))


def bloc_title(name: str) -> str:
    """Return the name of a bloc as it is written in a sentence."""
    return name.upper() if name in _CAPITALS else name.replace("_", " ").capitalize()


_LOWER: Final = frozenset({"of", "the", "and", "in", "on", "at", "near"})


def titled(name: str) -> str:
    """Return an identifier as a title: "west_of_euphrates" as "West of Euphrates"."""
    words = name.split("_")
    return " ".join(w if at and w in _LOWER else w.capitalize() for at, w in enumerate(words))


def decimals(value: float, places: int) -> str:
    """Return a number with so many decimals."""
    return spoken().separated(f"{value:,.{places}f}")


def per_cent(share: float) -> str:
    """Return a share in whole per cent, with the extremes said as such."""
    if 0 < share < 0.005:
        return gettext("under 1\u00a0%")
    if 0.995 < share < 1:
        return gettext("over 99\u00a0%")
    return f"{100 * share:.0f}\u00a0%"


def counted(number: int, thing: str) -> str:
    """Return a number with its noun in the right form; the noun is one of those listed above."""
    one, many = _COUNTED[thing]
    return ngettext(one, many, number, count=thousands(number))


def thousands(number: int) -> str:
    """Return a whole number with its thousands set apart."""
    return f"{number:,}".replace(",", "\u202f")


def span(ms: int) -> str:
    """Return a length of time in the two units that matter."""
    if ms < 0:
        return "-" + span(-ms)
    if 0 < ms < MINUTE // 2:
        return gettext("under 1\u00a0min")
    whole = (ms + MINUTE // 2) // MINUTE
    days, rest = divmod(whole, DAY // MINUTE)
    hours, minutes = divmod(rest, HOUR // MINUTE)
    if days >= 10 or (days and not hours):
        return gettext("{days}\u00a0d", days=days)
    if days:
        return gettext("{days}\u00a0d {hours}\u00a0h", days=days, hours=hours)
    if hours and minutes:
        return gettext("{hours}\u00a0h {minutes}\u00a0min", hours=hours, minutes=minutes)
    if hours:
        return gettext("{hours}\u00a0h", hours=hours)
    return gettext("{minutes}\u00a0min", minutes=minutes)


def moment(start: datetime, ms: int) -> datetime:
    """Return the date and time of a moment, in UTC."""
    return start + timedelta(milliseconds=ms)


def _dated(when: datetime, pattern: str) -> str:
    return format_date(when, pattern, locale=spoken().locale)


def weekday_date(when: datetime) -> str:
    """Return a date such as "Tue 15 Nov 2022", whatever the machine's language."""
    return _dated(when, "EEE d\u00a0MMM\u00a0y")


def short_date(when: datetime) -> str:
    """Return a date such as "15 Nov"."""
    return _dated(when, "d\u00a0MMM")


def month_year(when: datetime) -> str:
    """Return a month such as "Nov 2022"."""
    return _dated(when, "LLL y")


def clock_time(when: datetime) -> str:
    """Return a time of day such as "03:10"."""
    return f"{when.hour:02d}:{when.minute:02d}"


def listed(parts: list[str]) -> str:
    """Return a list as a sentence says it: "a, b and c"."""
    if len(parts) < 2:
        return "".join(parts)
    return gettext("{first} and {last}", first=", ".join(parts[:-1]), last=parts[-1])


def possessive(name: str) -> str:
    """Return the possessive of a name, in English; other languages have the name as it is."""
    if name.endswith("s"):
        return gettext("{name}'", name=name)
    return gettext("{name}'s", name=name)


def sentence(text: str) -> str:
    """Return a text with its first letter large and a full stop."""
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
