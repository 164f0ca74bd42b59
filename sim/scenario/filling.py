"""What a file may leave out: channels take the rest from the catalogue, blocs get a leader.

Works on plain values of any shape, since a file is filled before it is known to be sound; what
does not have the expected shape is left alone for the models to complain about.
"""

from __future__ import annotations

from typing import Any, Final

from sim.scenario.channels import CHANNEL_KINDS, LINE, PUBLIC_STATEMENTS
from sim.scenario.names import NAME

Values = dict[str, Any]

LINE_KIND: Final = "deconfliction_line"

_USUAL_ENDS: Final = {"chiefs_of_defence_belarus": ("us", "belarus"), PUBLIC_STATEMENTS: None}
"""Whom the catalogue's channels join where a file does not say; all others the US and Russia."""


def mapping(values: Any, *path: str | int) -> Values:
    """Return the mapping at a path, or an empty one where there is none."""
    for step in path:
        if isinstance(values, dict):
            values = values.get(step)
        elif isinstance(values, list) and isinstance(step, int):
            values = values[step] if step < len(values) else None
        else:
            return {}
    return values if isinstance(values, dict) else {}


def rows(values: Any, *path: str | int) -> list[tuple[int, Values]]:
    """Return the mappings of the list at a path, each with its row."""
    found = mapping(values, *path[:-1]).get(str(path[-1]))
    listed = found if isinstance(found, list) else []
    return [(row, item) for row, item in enumerate(listed) if isinstance(item, dict)]


def kind_of_channel(name: str, given: Any) -> str | None:
    """Return the kind of the catalogue a channel builds on, None if that is not known."""
    use = given.get("use") if isinstance(given, dict) else None
    if use is not None:
        return use if isinstance(use, str) and use in CHANNEL_KINDS else None
    if name == LINE:
        return LINE_KIND
    return name if name in CHANNEL_KINDS else None


def bloc_members(values: Values) -> dict[str, list[str]]:
    """Return the actors of each bloc, in order of their names."""
    members: dict[str, list[str]] = {}
    for name in sorted(mapping(values, "actors")):
        bloc = mapping(values, "actors", name).get("bloc")
        if isinstance(bloc, str):
            members.setdefault(bloc, []).append(name)
    return dict(sorted(members.items()))


def _ends(kind: str, actors: Values) -> list[str] | None:
    usual = _USUAL_ENDS.get(kind, ("us", "russia"))
    return list(usual) if usual and all(end in actors for end in usual) else None


def filled_channel(name: str, given: Values, actors: Values) -> Values:
    """Return a channel with the catalogue's value wherever the file gives none."""
    kind = kind_of_channel(name, given)
    # An unknown kind is complained about by itself, not by every value it leaves open.
    base = {key: value.base for key, value in CHANNEL_KINDS[kind or LINE_KIND].items()}
    whole = base | {key: value for key, value in given.items() if value is not None}
    if "use" not in whole and kind is not None:
        whole["use"] = kind
    willing = given.get("willing")
    if isinstance(willing, dict):
        whole["willing"] = base.get("willing", {}) | willing
    if "ends" not in whole and kind is not None:
        usual = _ends(kind, actors)
        if usual:
            whole["ends"] = usual
    for key in [key for key, value in given.items() if value is None]:
        whole.pop(key, None)
    return whole


def _led(values: Values, channels: Values) -> Values:
    """Return the actors with exactly one leader marked in each bloc, where none is."""
    actors = dict(mapping(values, "actors"))
    ends = mapping(channels, LINE).get("ends")
    for members in bloc_members(values).values():
        if any(actors[name].get("leads") is True for name in members):
            continue
        on_line = [name for name in members if isinstance(ends, list) and name in ends]
        leader = (on_line or members)[0]
        if "leads" not in actors[leader]:
            actors[leader] = actors[leader] | {"leads": True}
    return actors


def leaders(actors: Values) -> list[str]:
    """Return the actors that lead a bloc, in order of the blocs' names."""
    found = {
        str(actor.get("bloc")): name
        for name, actor in actors.items()
        if isinstance(actor, dict) and actor.get("bloc") and actor.get("leads") is True
        if NAME.fullmatch(name)  # a wrong name is complained about where it stands, not here
    }
    return [found[bloc] for bloc in sorted(found)]


def _with_public_statements(channels: Values, actors: Values) -> Values:
    """Add public statements between the two leaders unless the file has its own."""
    if any(mapping(one).get("use") == PUBLIC_STATEMENTS for one in channels.values()):
        return channels
    ends = leaders(actors)
    if len(ends) != 2 or PUBLIC_STATEMENTS in channels:
        return channels
    given: Values = {"use": PUBLIC_STATEMENTS, "ends": ends}
    return channels | {PUBLIC_STATEMENTS: filled_channel(PUBLIC_STATEMENTS, given, actors)}


def filled(values: Values) -> Values:
    """Return a file's values with everything it may leave out; ``values`` stays as it is."""
    whole = dict(values)
    actors = mapping(values, "actors")
    given = values.get("channels")
    if not isinstance(given, dict):
        return whole
    channels: Values = {
        name: filled_channel(name, channel, actors) if isinstance(channel, dict) else channel
        for name, channel in given.items()
    }
    if actors:
        whole["actors"] = actors = _led(values, channels)
        statements = channels.get(PUBLIC_STATEMENTS)
        if isinstance(statements, dict) and "ends" not in statements and len(leaders(actors)) == 2:
            channels[PUBLIC_STATEMENTS] = statements | {"ends": leaders(actors)}
    whole["channels"] = _with_public_statements(channels, actors)
    return whole
