"""A JSON Schema of scenario files, so that an editor can complete and check them as one types.

It is made from the models that load the files. What a file may write more briefly than the models
hold it (a plain "5 min" for a delay, a channel that gives only what differs, an arm) is added.
"""

from __future__ import annotations

from typing import Any, Final

from sim.scenario.arms import BY_HOUR, EVERY, PATCHED, WORLD, WORLD_PARAMETERS
from sim.scenario.card_model import GIVABLE, Card
from sim.scenario.channels import CHANNEL_KINDS
from sim.scenario.checks import PLACEABLE
from sim.scenario.deck import OF_ONE, card_files, shipped
from sim.scenario.kinds import UNIT_KINDS
from sim.scenario.models import Scenario
from sim.scenario.names import WORDING_SCHEMA

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_NAME: Final = "^[a-z][a-z0-9_]*$"
_NULL: Final[Schema] = {"type": "null"}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _either(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}


def _plain(schema: Any) -> Any:
    """Return a schema without the titles and defaults that the models add to every value."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _plain(value) for key, value in schema.items() if not _noise(key, value)}
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    return kept


def _noise(key: str, value: Any) -> bool:
    """Say whether a keyword carries nothing for an editor."""
    titled = key == "title" and isinstance(value, str)
    # Defaults are in the program's units, milliseconds and metres, which no file may write.
    return titled or (key == "default" and not isinstance(value, (bool, str)))


def _loosened(schema: Schema) -> Schema:
    """Return an object of which any part may be left out, or taken away by null."""
    parts = {key: _either(part, _NULL) for key, part in schema["properties"].items()}
    return {
        "type": "object",
        "description": schema.get("description", ""),
        "properties": parts,
        "additionalProperties": False,
    }


def _shorter(defs: Schema) -> None:
    """Let files write values as briefly as loading takes them."""
    time = defs["Sorties"]["properties"]["every"]
    delay = defs["Delay"]
    for part in delay["properties"]:
        delay["properties"][part] = time
    delay["oneOf"] = [{"required": ["median", "p95"]}, {"required": ["mean"]}]
    defs["LongDelay"] = delay
    defs["Delay"] = _either(time, _ref("LongDelay"))
    defs["Range"] = defs["Between"]
    defs["Between"] = _either({"type": "integer", "minimum": 0}, _ref("Range"))
    hours = defs["Hours"]["properties"]
    spell = defs["Spell"]["properties"]
    spell["when"] = _either(_ref("Hours"), hours["when"])
    spell["zone"] = hours["zone"]


def _named_kinds(defs: Schema) -> None:
    """Name the kinds of the catalogue where a file picks one."""
    defs["Force"]["properties"]["kind"] = {"enum": list(UNIT_KINDS)}
    defs["PlacedIncident"]["properties"]["kind"] = {"enum": list(PLACEABLE)}
    defs["Channel"]["properties"]["use"] = {"enum": list(CHANNEL_KINDS)}


def _channel_patch(defs: Schema) -> Schema:
    """Return the schema of an arm's patch of one channel."""
    patch = _loosened(defs["Channel"])
    for part in ("Willingness", "RightPerson", "Tests"):
        defs[f"{part}Patch"] = _loosened(defs[part])
    for key, part in (
        ("willing", "Willingness"), ("right_person", "RightPerson"), ("tests", "Tests"),
    ):  # fmt: skip
        patch["properties"][key] = _either(_ref(f"{part}Patch"), _NULL)
    hours = defs["Hours"]["properties"]
    by_hour = {key: patch["properties"][key] for key in sorted(BY_HOUR)}
    defs["HoursPatch"] = {
        "type": "object",
        "description": "What the channel does otherwise at certain hours.",
        "properties": by_hour | {"when": hours["when"], "zone": hours["zone"]},
        "required": ["when"],
        "additionalProperties": False,
    }
    defs["WholePatch"] = patch
    return _either(_ref("WholePatch"), _ref("HoursPatch"), _NULL, {"const": "none"})


def _arm(defs: Schema) -> Schema:
    """Return the schema of one arm."""
    defs["ChannelPatch"] = _channel_patch(defs)
    parameters = _loosened(defs["Parameters"])
    for name in WORLD_PARAMETERS:
        parameters["properties"].pop(name)
    defs["ParametersPatch"] = parameters
    patch = _ref("ChannelPatch")
    channels = {
        "type": "object",
        "properties": {EVERY: patch},
        "patternProperties": {_NAME: patch},
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "description": "A patch of channels and parameters; an arm may not change the world.",
        "properties": {
            "title": WORDING_SCHEMA,
            "card": _either({"enum": sorted(card_files(shipped()))}, _card_name(), _NULL),
            "channels": _either(channels, _NULL),
            "parameters": _either(_ref("ParametersPatch"), _NULL),
        },
        "patternProperties": {f"^(?!({'|'.join(sorted(WORLD | _OWN))})$)[a-z][a-z0-9_]*$": patch},
        "additionalProperties": False,
    }


_OWN: Final = PATCHED


def _card_name() -> Schema:
    """Return the schema of a card's id; those beside a scenario are not known here."""
    return {"type": "string", "pattern": _NAME, "description": "id of a failure card"}


def json_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of scenario files."""
    schema: Schema = _plain(Scenario.model_json_schema())
    defs: Schema = schema["$defs"]
    _shorter(defs)
    _named_kinds(defs)
    defs["Arm"] = _arm(defs)
    schema["properties"]["conditions"] = {"enum": ["peacetime", "2022", 2022]}
    schema["properties"]["arms"]["patternProperties"] = {_NAME: _ref("Arm")}
    defs["Channel"] = _loosened(defs["Channel"])
    return {"$schema": DIALECT, "title": "deconflict scenario"} | schema


_NOTHING: Final = _either(
    _NULL, {"type": "array", "maxItems": 0}, {"type": "object", "maxProperties": 0}
)
"""What a card may hold where a scenario names its own actors and dates."""


def card_schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of failure card files."""
    defs: Schema = json_schema()["$defs"]
    schema: Schema = _plain(Card.model_json_schema())
    settings = _plain(defs["Arm"])
    for name in ("title", "card"):
        settings["properties"].pop(name)
    settings["description"] = "A patch of channels and parameters, as an arm has it."
    for name in OF_ONE:
        defs["WholePatch"]["properties"][name] = _NOTHING
    schema["properties"]["given"] = _either({"enum": list(GIVABLE)}, _NULL)
    schema["properties"]["settings"] = settings | {"minProperties": 1}
    schema["$defs"] = defs | schema["$defs"]
    return {"$schema": DIALECT, "title": "deconflict failure card"} | schema
