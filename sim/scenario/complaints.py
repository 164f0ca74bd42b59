"""What is wrong with values, in plain words: the models' own errors turned into rules.

A complaint names a path; it becomes a :class:`~sim.errors.Problem` once its place in the file is
known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.scenario.nearest import nearest, suggestion
from sim.scenario.places import Steps


class Complaint(NamedTuple):
    """One thing wrong, by its path.

    ``key`` says that the key itself is to blame, ``block`` that all that stands under it is.
    """

    path: Steps
    rule: str
    hint: str = ""
    key: bool = False
    block: bool = False
    warning: bool = False


NO_NAME: Final = (
    "must be a name: lower-case letters, digits and underscores, beginning with a letter"
)

_RULES: Final[dict[str, str]] = {
    "missing": "is required",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be a list: [a, b]",
    "dict_type": "must be a mapping: {key: value}",
    "model_type": "must be a mapping: {key: value}",
    "finite_number": "must be a finite number",
    "string_pattern_mismatch": NO_NAME,
}

_LIMITS: Final[dict[str, tuple[str, str]]] = {
    "greater_than": ("must be greater than {}", "gt"),
    "greater_than_equal": ("must be at least {}", "ge"),
    "less_than": ("must be less than {}", "lt"),
    "less_than_equal": ("must be at most {}", "le"),
    "string_too_long": ("must not be longer than {} characters", "max_length"),
    "string_too_short": ("must not be empty", "min_length"),
    "too_short": ("needs at least {} entries", "min_length"),
    "too_long": ("must not have more than {} entries", "max_length"),
}


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models an annotation allows at its outermost level."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (Union, type(int | str)):
        for part in get_args(annotation):
            yield from models_in(part)
    elif hasattr(annotation, "__metadata__"):
        yield from models_in(get_args(annotation)[0])


def _inside(annotation: Any, step: str | int) -> Iterator[Any]:
    """Yield the annotations one step inside another."""
    for model in models_in(annotation):
        if step in model.model_fields:
            yield model.model_fields[str(step)].annotation
    origin, parts = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        yield from _inside(parts[0], step)
    elif origin in (Union, type(int | str)):
        for part in parts:
            yield from _inside(part, step)
    elif origin is dict:
        yield parts[1]
    elif origin is tuple and isinstance(step, int):
        yield parts[0] if parts[-1] is Ellipsis else parts[min(step, len(parts) - 1)]


def known_keys(model: Any, path: Steps) -> set[str]:
    """Return the keys that a model and its parts allow at a path."""
    level = [model]
    for step in path:
        level = [inner for annotation in level for inner in _inside(annotation, step)]
    return {key for one in level for found in models_in(one) for key in found.model_fields}


MISSING: Final = object()


def value_at(values: Any, path: Steps) -> Any:
    """Return the value at a path, or ``MISSING`` where there is none."""
    for step in path:
        if not _holds(values, step):
            return MISSING
        values = values[step]
    return values


def _holds(values: Any, step: str | int) -> bool:
    if isinstance(values, dict):
        return step in values
    return isinstance(values, (list, tuple)) and isinstance(step, int) and step < len(values)


def _real_path(values: Any, steps: Iterable[str | int]) -> tuple[Steps, bool]:
    """Drop the steps of an error that name no value; say whether it blames a key."""
    path: list[str | int] = []
    rest = list(steps)
    key = bool(rest) and rest[-1] == "[key]"
    for at, step in enumerate(rest):
        missing = isinstance(values, dict) and at == len(rest) - 1 and step != "[key]"
        if _holds(values, step):
            values = values[step]
            path.append(step)
        elif missing:
            path.append(step)
    return tuple(path), key


def _rule(error: ErrorDetails) -> str:
    """Return an error of the models as a plain rule."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing" and isinstance(error["loc"][-1], int):
        return "must have two entries: [a, b]"
    if kind in _RULES:
        return _RULES[kind]
    if kind in _LIMITS:
        text, limit = _LIMITS[kind]
        value = context.get(limit)
        return text.format(f"{value:g}" if isinstance(value, float) else value)
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    if kind == "literal_error":
        return f"must be {context.get('expected', 'one of the known words')}"
    return error["msg"].replace("Input should be", "must be").replace("Value error, ", "")


_ELSEWHERE: Final = {
    "end": "A period is written as start and duration",
    "when": "Outside an arm, write spells: [{when: [22:00, 06:00], answer: 6 h}]",
    "zone": "Outside an arm, write it beside when under spells",
}
"""Keys that people look for where they are not, and what to write there."""


def _unknown(model: Any, path: Steps) -> Complaint:
    known = known_keys(model, path[:-1])
    hint = _ELSEWHERE.get(str(path[-1])) or suggestion(path[-1], known)
    return Complaint(path, "unknown key", hint, key=True)


def _meant(model: Any, unknown: Iterable[Steps]) -> set[Steps]:
    """Return the paths that the unknown keys were most likely meant for."""
    return {
        (*path[:-1], nearest(path[-1], known_keys(model, path[:-1])))
        for path in unknown
    }  # fmt: skip


def from_models(model: Any, error: ValidationError, values: Any) -> list[Complaint]:
    """Return every complaint of the models about ``values``, in plain words."""
    details = error.errors(include_url=False)
    found: list[Complaint] = []
    unknown = [d["loc"] for d in details if d["type"] == "extra_forbidden"]
    meant = _meant(model, unknown)
    for detail in details:
        path, key = _real_path(values, detail["loc"])
        if detail["type"] == "extra_forbidden":
            found.append(_unknown(model, detail["loc"]))
        elif detail["type"] != "missing" or path not in meant:
            rule, _, advice = _rule(detail).partition(". ")
            found.append(Complaint(path, rule, advice or _hint(detail), key))
    return found


def _looks_numeric(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _hint(error: ErrorDetails) -> str:
    """Return the nearest word where one of a few is wanted."""
    context = error.get("ctx", {})
    if not isinstance(error["input"], str):
        return ""
    if error["type"] in ("float_type", "int_type"):
        return "Write it without quotes" if _looks_numeric(error["input"]) else ""
    if error["type"] != "literal_error":
        return ""
    words = [word.strip("'") for word in context["expected"].replace(" or ", ", ").split(", ")]
    found = nearest(error["input"], words)
    return f'Did you mean "{found}"?' if found else ""
