"""Arms: the scenario with a patch of its channels and parameters.

An arm changes what the two sides can say and how they take it, never the world they live in, so
that all arms of a scenario meet the same luck. A patch names channels and parameters; mappings
merge key by key, everything else is replaced, null takes away. An arm may use a failure card: its
settings are laid over the scenario first, then what the arm says beside it.
"""

from __future__ import annotations

from typing import Any, Final

from sim.scenario.channels import LINE, PUBLIC_STATEMENTS, STANDARD_ARMS
from sim.scenario.complaints import Complaint
from sim.scenario.filling import Values, mapping
from sim.scenario.names import Name, Text, wording
from sim.scenario.nearest import suggestion
from sim.scenario.parameters import Parameters
from sim.scenario.places import Steps, path_text
from sim.scenario.quantities import Frozen

EVERY: Final = "*"
"""In a patch: every channel but public statements and those named beside it."""

CHANNELS: Final = "channels"
PARAMETERS: Final = "parameters"
TITLE: Final = "title"
CARD: Final = "card"
PATCHED: Final = frozenset({CHANNELS, PARAMETERS, TITLE, CARD})

WORLD: Final = frozenset({
    "format", "scenario", "question", "sources", "start", "duration", "border_share", "conditions",
    "map", "a_max", "actors", "areas", "forces", "sites", "strikes", "injects", "begins", "arms",
})  # fmt: skip
"""Blocks an arm must leave as they are."""

WORLD_PARAMETERS: Final = frozenset({
    "recorded_per_year", "noteworthy", "conditions_2022", "warm_up", "near_site",
    *(name for name in Parameters.model_fields if name.startswith(("stray_", "scramble"))),
})  # fmt: skip
"""Parameters the world is built from."""

BY_HOUR: Final = frozenset({"answer", "answered", "right_person"})
"""What a channel may do otherwise at certain hours."""

_WHOLE: Final = (
    frozenset({"median", "p95", "mean"}), frozenset({"between"}), frozenset({"when", "zone"}),
)  # fmt: skip
"""Mappings that stand for one value and are replaced as one."""

_SAME_WORLD = "An arm may not change the world; write a second scenario"


class Dealt(Frozen):
    """A failure card as an arm holds it once its name was looked up; its settings are a patch."""

    id: Name
    title: Text
    settings: dict[str, Any]

    def __str__(self) -> str:
        return self.id

    def __repr__(self) -> str:
        return repr(self.id)


def merged(base: Any, patch: Any) -> Any:
    """Return ``base`` with ``patch`` laid over it; neither is changed.

    An empty mapping replaces, so that a patch can take away all hours of staffing at once.
    """
    if not isinstance(base, dict) or not isinstance(patch, dict) or not patch:
        return patch
    if any(patch.keys() <= keys or base.keys() <= keys for keys in _WHOLE):
        return patch
    whole = dict(base)
    for key, value in patch.items():
        if value is None:
            whole.pop(key, None)
        else:
            whole[key] = merged(whole.get(key), value)
    return whole


class Patch:
    """One arm's patch at work on a scenario's values, gathering complaints as it goes.

    Complaints carry paths inside the patched scenario, except those about the patch's own keys,
    which carry the path in the file.
    """

    def __init__(self, name: str, patch: Any, values: Values) -> None:
        self.name = name
        self.values = values
        self.complaints: list[Complaint] = []
        self._top: Steps = ("arms", name)
        self._before = mapping(values, CHANNELS)
        self._channels = dict(self._before)
        self._parameters: Any = values.get(PARAMETERS, {})
        # A patch that is no mapping is the model's to complain about.
        self._patch = patch if isinstance(patch, dict) else {}
        self._laying_card = False
        self._taken: frozenset[str] = frozenset()

    def _complain(self, path: Steps, rule: str, hint: str, key: bool = False) -> None:
        if self._laying_card:
            rule, path, key = f"does not fit: {path_text(path)}: {rule}", (CARD,), False
        self.complaints.append(Complaint((*self._top, *path), rule, hint, key))

    def applied(self) -> Values:
        """Return the scenario's values under this arm."""
        card = self._patch.get(CARD)
        self._titled(self._patch.get(TITLE))
        if isinstance(card, Dealt):
            self._laying_card = True
            self._lay(card.settings)
            self._laying_card = False
            self._taken = frozenset(self._before.keys() - self._channels.keys())
        self._lay(self._patch)
        return self.values | {CHANNELS: self._channels, PARAMETERS: self._parameters}

    def _titled(self, title: Any) -> None:
        """Look at a title in several languages."""
        if isinstance(title, dict):
            try:
                wording(title)
            except ValueError as error:
                rule, _, hint = str(error).partition(". ")
                self._complain((TITLE,), rule, hint)

    def _lay(self, patch: Values) -> None:
        """Lay a patch over the channels and parameters as they stand."""
        listed = patch.get(CHANNELS, {})
        if isinstance(listed, dict):
            self._listed(listed, patch)
        else:
            self._complain((CHANNELS,), "must be a mapping of channels", "")
        for key, part in patch.items():
            if key not in PATCHED:
                self._shorthand(str(key), part)
        self._constants(patch.get(PARAMETERS))

    def _listed(self, listed: Values, whole: Values) -> None:
        """Patch what stands under ``channels``, first every channel, then those named."""
        if EVERY in listed:
            for name in self._before:
                if name != PUBLIC_STATEMENTS and name not in listed and name not in whole:
                    self._one(name, listed[EVERY], (CHANNELS, EVERY))
        for name, patch in listed.items():
            if name != EVERY:
                self._one(name, patch, (CHANNELS, name))

    def _shorthand(self, key: str, patch: Any) -> None:
        """Patch a channel named at the top of the patch."""
        if key in self._before:
            self._one(key, patch, (key,))
        elif key in WORLD:
            self._complain((key,), "cannot be set in an arm", _SAME_WORLD, key=True)
        elif key in STANDARD_ARMS:
            self._complain((key,), "arms do not build on one another", "Copy its patch", key=True)
        else:
            known = {*self._before, *(() if self._laying_card else PATCHED)}
            rule = "names no channel of this scenario"
            self._complain((key,), rule, suggestion(key, known), key=True)

    def _one(self, name: str, patch: Any, path: Steps) -> None:
        """Patch one channel; null takes it away."""
        if name not in self._before:
            rule = "names no channel of this scenario"
            self._complain(path, rule, suggestion(name, self._before), key=True)
        elif patch is None or patch == "none":
            self._channels.pop(name, None)
        elif not isinstance(patch, dict):
            self._complain(path, "must be a mapping, or null for no such channel", "")
        elif patch and name in self._channels:
            whole = (
                self._by_hour(name, patch, path) if "when" in patch or "zone" in patch else patch
            )
            self._channels[name] = merged(self._channels[name], whole)
        elif patch and name in self._taken and path[-1] != EVERY:
            hint = "Leave it out, or leave the card out"
            self._complain(path, "is taken away by the card of this arm", hint, key=True)

    def _by_hour(self, name: str, patch: Values, path: Steps) -> Values:
        """Turn a patch for certain hours into one more spell of the channel."""
        before = mapping(self._channels, name).get("spells")
        spells = list(before) if isinstance(before, (list, tuple)) else []
        spell: Values = {}
        for key, value in patch.items():
            if key in BY_HOUR:
                spell[key] = value
            elif key not in ("when", "zone"):
                hint = f"Beside when, give {', '.join(sorted(BY_HOUR))}"
                self._complain((*path, key), "cannot differ by the hour", hint, key=True)
        if not spell:
            if patch.keys() <= {"when", "zone"}:
                hint = f"Give {', '.join(sorted(BY_HOUR))}"
                self._complain(path, "when needs a value that holds in these hours", hint)
            return {"spells": spells}
        hours = {key: patch[key] for key in ("when", "zone") if key in patch}
        return {"spells": [*spells, {"when": hours} | spell]}

    def _constants(self, patch: Any) -> None:
        """Patch the parameters."""
        if patch is None or patch == {}:
            return
        if not isinstance(patch, dict):
            self._complain((PARAMETERS,), "must be a mapping of parameters", "")
            return
        for key in patch:
            if key in WORLD_PARAMETERS:
                path = (PARAMETERS, key)
                self._complain(path, "cannot be set in an arm", _SAME_WORLD, key=True)
        self._parameters = merged(self._parameters or {}, patch)


def patches(values: Values) -> dict[str, Any]:
    """Return every arm's patch by name: the standard arms, then the scenario's own."""
    return STANDARD_ARMS | mapping(values, "arms")


def places_in_arm(name: str, path: Steps) -> list[Steps]:
    """Return where in an arm's patch the value at a path of the scenario may be written."""
    top: Steps = ("arms", name)
    if path[:1] == (CHANNELS,) and len(path) > 1:
        rest = [path[2:]]
        if path[2:3] == ("spells",):  # written beside when, without a list
            rest.append(path[4:][1:] if path[4:5] == ("when",) else path[4:])
        tops = ((*top, path[1]), (*top, CHANNELS, path[1]), (*top, CHANNELS, EVERY))
        return [(*start, *end) for start in tops for end in rest]
    return [(*top, *path)]


def needs_line(values: Values) -> bool:
    """Return whether the scenario lacks the channel that the standard arms patch."""
    return LINE not in mapping(values, CHANNELS)
