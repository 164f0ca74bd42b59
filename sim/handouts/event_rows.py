"""An inject as a row of a master events list, and a row as an inject.

What the model needs of an event stands in columns a facilitator can read: who does it is From,
whom it befalls is To, and a type says which of the other columns belong to it. A cell that does
not belong to the type is an error, so that nothing written in a list is lost without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, tzinfo
from typing import Any, Final, NamedTuple

from sim.handouts.event_columns import BY_KEY
from sim.handouts.event_times import read, shown
from sim.scenario import Scenario
from sim.scenario.checks import PLACEABLE
from sim.scenario.models import Inject
from sim.scenario.nearest import suggestion
from sim.scenario.places import Steps
from sim.scenario.places import shown as shown_value
from sim.scenario.reading import UNPRINTABLE
from sim.scenario.units import DAY, HOUR, MINUTE, SECOND, as_duration

Cells = dict[str, Any]
"""What stands in a row by column; a column that a sheet does not have is not there."""

TYPES: Final[dict[str, tuple[str, ...]]] = {
    "incident": ("from", "to", "kind", "cause", "blamed", "near", "severity", "lasting"),
    "alert": ("from",),
    "nuclear alert": ("from",),
    "gesture": ("from",),
    "call": ("from", "to", "channel"),
    "outage": ("channel", "lasting"),
    "news": ("to",),
}
"""The types of events with the columns that belong to each, beside those that belong to all."""

_OF_TYPES: Final = ("from", "to", "kind", "cause", "blamed", "near", "severity", "lasting",
                    "channel")  # fmt: skip
_ROOM: Final = ("number", "delivery", "expected", "responsible", "notes")

_FIELDS: Final[dict[str, dict[str, str]]] = {
    "incident": {
        "kind": "kind", "to": "victim", "from": "by", "blamed": "blamed", "near": "near",
        "cause": "cause", "severity": "severity", "lasting": "lasting",
    },
    "alert": {"from": "actor"},
    "nuclear alert": {"from": "actor"},
    "gesture": {"from": "actor"},
    "call": {"channel": "channel", "from": "by"},
    "outage": {"channel": "channel", "lasting": "lasting"},
    "news": {"to": "to"},
}  # fmt: skip
"""Which field of an inject a column is, by type."""

_NUMBER: Final = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_POSITION: Final = re.compile(rf"\[?\s*({_NUMBER})\s*[,;]\s*({_NUMBER})\s*\]?")
_SHARE: Final = re.compile(r"([+-]?[0-9]*[.,]?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*(%?)", re.ASCII)


class Fault(NamedTuple):
    """One thing wrong in a row, by its column."""

    key: str
    rule: str
    hint: str = ""
    value: str = ""


class Words(NamedTuple):
    """What a scenario names: its actors, places and the two ends of each channel."""

    actors: Mapping[str, str]
    places: Mapping[str, str]
    ends: Mapping[str, tuple[str, str]]
    channels: Mapping[str, str]


def words_of(scenario: Scenario) -> Words:
    """Return the names of a scenario with those they are shown by."""
    return Words(
        {key: actor.name for key, actor in scenario.actors.items()},
        {key: area.title or key for key, area in scenario.areas.items()}
        | {key: site.name for key, site in scenario.sites.items()},
        {key: channel.ends for key, channel in scenario.channels.items() if channel.ends},
        {key: channel.name or key for key, channel in scenario.channels.items()},
    )


def in_order(injects: Iterable[Inject]) -> list[Inject]:
    """Return injects in the order of a list: by time, id and title."""
    return sorted(injects, key=lambda one: (one.at, one.id or "", one.title))


def type_of(inject: Inject) -> str:
    """Return the type of an inject as a list calls it."""
    if inject.alert is not None:
        return "nuclear alert" if inject.alert.nuclear else "alert"
    return next(name for name in TYPES if getattr(inject, name, None) is not None)


def cells_of(inject: Inject, number: str, words: Words, zone: tzinfo = UTC) -> Cells:
    """Return an inject as a row of a list, every column filled."""
    kind = type_of(inject)
    cells: Cells = dict.fromkeys(BY_KEY, "") | {
        "number": number,
        "time": shown(inject.at, zone),
        "type": kind,
        "description": inject.title,
        "id": inject.id or "",
        "contingency": "yes" if inject.contingency else "",
    }
    block = getattr(inject, kind.rpartition(" ")[2])
    for key, field in _FIELDS[kind].items():
        value = getattr(block, field)
        cells[key] = "" if value is None else _cell(key, value)
    if inject.call is not None:
        cells["to"] = _other_end(inject.call.channel, inject.call.by, words)
    for key in _ROOM[1:]:
        cells[key] = getattr(inject.room, key, None) or ""
    return cells


def _cell(key: str, value: Any) -> Any:
    if key == "lasting":
        return lasting_text(value)
    if key == "near" and not isinstance(value, str):
        return f"[{', '.join(_plain(part) for part in value)}]"
    return value


def _plain(number: float) -> str:
    return str(int(number)) if number.is_integer() else repr(number)


def lasting_text(milliseconds: int) -> str:
    """Return a time in the largest unit of which it is a whole number."""
    for name, unit in (("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", SECOND)):
        if milliseconds and milliseconds % unit == 0:
            return f"{milliseconds // unit} {name}"
    return f"{milliseconds} ms" if milliseconds else "0 min"


def _other_end(channel: str, by: str, words: Words) -> str:
    ends = words.ends.get(channel, ())
    return next((end for end in ends if end != by), "") if by in ends else ""


def values_of(
    cells: Cells, words: Words, zone: tzinfo | None = None
) -> tuple[dict[str, Any], list[Fault]]:
    """Return a row as a scenario file would write its inject, and what is wrong with it.

    What only the models can judge is passed on as it stands. ``zone`` is that of times which say
    none.
    """
    faults: list[Fault] = []
    texts = {key: _text(value) for key, value in cells.items() if key != "time"}
    for key, text in texts.items():
        if UNPRINTABLE.search(text):
            faults.append(Fault(key, "text must not hold control characters", "Take them out"))
    values: dict[str, Any] = {}
    _time(cells.get("time"), zone, values, faults)
    if texts.get("id", "").strip():
        values["id"] = texts["id"].strip()
    if texts.get("description", ""):
        values["title"] = texts["description"]
    _contingency(texts.get("contingency", ""), values, faults)
    kind = _type(texts, faults)
    if kind is not None:
        _block(kind, texts, words, values, faults)
    room = {key: texts[key] for key in _ROOM if texts.get(key, "").strip()}
    if "number" in room:
        room["number"] = room["number"].strip()
    if room:
        values["room"] = room
    return values, faults


def _text(value: Any) -> str:
    """Return a cell as text, as a spreadsheet shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return _plain(value)
    return str(value)


def _time(value: Any, zone: tzinfo | None, values: dict[str, Any], faults: list[Fault]) -> None:
    if value is None or value == "":
        return
    try:
        values["at"] = read(value, zone)
    except ValueError as error:
        rule, _, hint = str(error).partition(". ")
        faults.append(Fault("time", rule, hint, shown_value(_text(value))))


_ANSWERS: Final = {"": False, "no": False, "false": False, "yes": True, "true": True, "x": True}


def _contingency(text: str, values: dict[str, Any], faults: list[Fault]) -> None:
    answer = _ANSWERS.get(text.strip().casefold())
    if answer is None:
        faults.append(Fault("contingency", "must be yes or no", "Empty is no", shown_value(text)))
    elif answer:
        values["contingency"] = True


def _word(text: str) -> str:
    """Return a word as names are written: Stray Missile is stray_missile."""
    return re.sub(r"[\s\-–_]+", "_", text.strip().casefold())


_TYPE_WORDS: Final = {_word(name): name for name in TYPES}


def type_named(text: str, kind: str) -> str | None:
    """Return the type that a cell means, None if it is none.

    The kind of an incident may stand in the type's place, unless the column for it says another.
    """
    word = _word(text)
    if word in PLACEABLE and _word(kind) in ("", word):
        return "incident"
    return _TYPE_WORDS.get(word)


def _type(texts: dict[str, str], faults: list[Fault]) -> str | None:
    """Return the type of a row, and write down the kind of incident that stands in its place."""
    text = texts.get("type", "").strip()
    found = type_named(text, texts.get("kind", ""))
    if found is not None:
        if _word(text) in PLACEABLE:
            texts["kind"] = _word(text)
    elif not text:
        faults.append(Fault("type", "is required", f"One of: {', '.join(TYPES)}"))
    else:
        hint = suggestion(text, (*TYPES, *PLACEABLE))
        rule = "is no type of event, nor the kind of incident that stands in its row"
        faults.append(Fault("type", rule, hint, shown_value(text)))
    return found


def overlaid(was: Cells, row: Cells) -> Cells:
    """Return a row's cells with those of the event it was, for the columns a sheet leaves out.

    Of an event that becomes one of another type only what belongs to every type is kept.
    """
    kept = dict(was)
    if "type" in row:
        text = _text(row["type"])
        if type_named(text, "") not in (was["type"], None):
            kept |= dict.fromkeys(_OF_TYPES, "")
        elif _word(text) in PLACEABLE:
            kept["kind"] = ""
    return kept | row


def _block(
    kind: str, texts: dict[str, str], words: Words, values: dict[str, Any], faults: list[Fault]
) -> None:
    """Add what belongs to a type, and complain of what does not."""
    for key in _OF_TYPES:
        if key not in TYPES[kind] and texts.get(key, "").strip():
            rule = f'does not belong to an event of the type "{kind}"'
            faults.append(Fault(key, rule, "Leave it empty", shown_value(texts[key])))
    block: dict[str, Any] = {}
    for key, field in _FIELDS[kind].items():
        text = texts.get(key, "").strip()
        if text:
            block[field] = _value(key, text, words)
    if kind == "nuclear alert":
        block["nuclear"] = True
    values[kind.rpartition(" ")[2]] = block
    called = named(texts.get("to", ""), words.actors)
    if kind == "call" and called:
        other = _other_end(str(block.get("channel")), str(block.get("by")), words)
        if other and called != other:
            rule = f"is not the other end of {block['channel']}"
            hint = f"Leave it empty, or write {other}"
            faults.append(Fault("to", rule, hint, shown_value(texts["to"])))


def named(text: str, names: Mapping[str, str]) -> str:
    """Return the name that a cell means: the name itself, or the one it is shown by."""
    text = text.strip()
    if text in names:
        return text
    word = _word(text)
    if word in names:
        return word
    found = [name for name, shown_as in names.items() if _word(shown_as) == word]
    return found[0] if len(found) == 1 else text


def _value(key: str, text: str, words: Words) -> Any:
    """Return a cell as a file would write it; what is none is left to the models."""
    if key in ("from", "to", "blamed"):
        return named(text, words.actors)
    if key == "channel":
        return named(text, words.channels)
    if key in ("kind", "cause"):
        return _word(text)
    if key == "severity":
        share = _SHARE.fullmatch(text)
        if share is None:
            return text
        number = float(share[1].replace(",", "."))
        return number / 100 if share[2] else number
    if key == "lasting":
        milliseconds = as_duration(text)
        return text if milliseconds is None else lasting_text(milliseconds)
    position = _POSITION.fullmatch(text)
    return [float(part) for part in position.groups()] if position else named(text, words.places)


_PATHS: Final[dict[str, Steps]] = {
    "time": ("at",), "id": ("id",), "description": ("title",), "contingency": ("contingency",),
    **{key: ("room", key) for key in _ROOM},
}  # fmt: skip


def paths_of(values: Mapping[str, Any]) -> dict[Steps, str]:
    """Return the column of each field of an inject, those it does not give among them."""
    found: dict[Steps, str] = {path: key for key, path in _PATHS.items()}
    for kind, fields in _FIELDS.items():
        block = kind.rpartition(" ")[2]
        if block in values:
            found[(block,)] = "type"
            found |= {(block, field): key for key, field in fields.items()}
            found[(block, "nuclear")] = "type"
    return found


def order_of(values: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what sorts plain values as ``in_order`` sorts injects."""
    at = str(values.get("at", ""))
    whole = at.replace("Z", ":00Z") if len(at) == len("2022-11-15T14:40Z") else at
    return whole, str(values.get("id", "")), str(values.get("title", ""))
