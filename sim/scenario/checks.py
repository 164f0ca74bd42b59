"""What needs more than one block to be seen: wrong references, doubled names, lopsided sides.

All checks work on plain values of any shape, so that they can be made whatever else is wrong
with a file; what a model refuses by itself is left to the models.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

from sim.scenario.arms import PATCHED
from sim.scenario.channels import CHANNEL_KINDS, LINE
from sim.scenario.complaints import Complaint
from sim.scenario.filling import Values, bloc_members, kind_of_channel, mapping, rows
from sim.scenario.ground import ground_checks
from sim.scenario.kinds import INCIDENT_KINDS, UNIT_KINDS
from sim.scenario.nearest import suggestion
from sim.scenario.parameters import Parameters
from sim.scenario.periods import period_checks
from sim.scenario.places import Steps

TOP_RUNG: Final = 6

PLACEABLE: Final = tuple(name for name in INCIDENT_KINDS if name not in ("alert", "act"))
"""Incidents a scenario may place; an alert has an inject of its own, an act needs a decision."""


def world_checks(values: Values) -> Iterator[Complaint]:
    """Yield what is wrong with the parts of a scenario that no arm can change."""
    yield from _blocs(values)
    yield from _actors(values)
    yield from _forces(values)
    yield from _strikes(values)
    yield from _injects(values)
    yield from _begins(values)
    yield from _twice(values)
    yield from _names(values)
    yield from ground_checks(values)
    yield from period_checks(values)


def arm_checks(values: Values) -> Iterator[Complaint]:
    """Yield what is wrong with the channels and parameters of a scenario under one arm."""
    for name, channel in mapping(values, "channels").items():
        if isinstance(channel, dict):
            yield from _channel(name, channel, values)
    yield from _activity(values)


def _unknown(path: Steps, what: str, name: Any, known: Iterable[str]) -> Iterator[Complaint]:
    """Complain about a name that nothing bears. What is no text is left to the models."""
    names = list(known)
    if isinstance(name, str) and name not in names:
        yield Complaint(path, f"names no {what} of this scenario", suggestion(name, names))


def _bloc(values: Values, actor: Any) -> str | None:
    """Return the bloc of an actor, None for a third party or an unknown one."""
    found = mapping(values, "actors", actor).get("bloc") if isinstance(actor, str) else None
    return found if isinstance(found, str) else None


def _blocs(values: Values) -> Iterator[Complaint]:
    members = bloc_members(values)
    if mapping(values, "actors") and len(members) != 2:
        found = ", ".join(members) or "none"
        rule = f"the actors must form exactly two blocs, found {len(members)}: {found}"
        yield Complaint(("actors",), rule, "Give actors bloc: NAME, third parties none", block=True)
    for bloc, names in members.items():
        leading = [name for name in names if mapping(values, "actors", name).get("leads") is True]
        for name in leading[1:]:
            rule = f'the bloc "{bloc}" has more than one leader'
            hint = f"{leading[0]} leads it too; keep one"
            yield Complaint(("actors", name, "leads"), rule, hint)


def _actors(values: Values) -> Iterator[Complaint]:
    blocs = bloc_members(values)
    for name in mapping(values, "actors"):
        actor = mapping(values, "actors", name)
        path = ("actors", name)
        yield from _unknown((*path, "supporters"), "bloc", actor.get("supporters"), blocs)
        if actor.get("leads") is True and actor.get("bloc") is None:
            rule = "only a member of a bloc can lead it"
            yield Complaint((*path, "leads"), rule, "Give the actor a bloc, or take leads out")
        if actor.get("supporters") is not None and actor.get("bloc") is not None:
            rule = "supporters are for third parties, which have no bloc"
            yield Complaint((*path, "supporters"), rule, "Take supporters or bloc out")


_UNKNOWN: Final = "?"
"""Stands for the bloc of an actor that is not in the scenario."""


def _forces(values: Values) -> Iterator[Complaint]:
    actors, areas = mapping(values, "actors"), mapping(values, "areas")
    present = set()
    for row, force in rows(values, "forces"):
        path: Steps = ("forces", row)
        yield from _unknown((*path, "actor"), "actor", force.get("actor"), actors)
        box = mapping(force, "moves").get("box")
        yield from _unknown((*path, "moves", "box"), "area", box, areas)
        known = isinstance(force.get("actor"), str) and force["actor"] in actors
        present.add(_bloc(values, force["actor"]) if known else _UNKNOWN)
        yield from _launches(path, force)
    blocs = bloc_members(values)
    absent = [bloc for bloc in blocs if bloc not in present]
    if len(blocs) == 2 and len(absent) == 1 and _UNKNOWN not in present:
        rule = f'the bloc "{absent[0]}" has no units, so no two sides can meet'
        hint = "Add a unit, unless strikes and injects are all there is"
        yield Complaint(("forces",), rule, hint, block=True, warning=True)


def _launches(path: Steps, force: Values) -> Iterator[Complaint]:
    kind = UNIT_KINDS.get(force["kind"]) if isinstance(force.get("kind"), str) else None
    if kind is not None and "launches" in force and not kind.alert:
        alert = ", ".join(name for name, one in UNIT_KINDS.items() if one.alert)
        rule = "only units on alert launch at what is detected"
        yield Complaint((*path, "launches"), rule, f"Take it out, or make the kind {alert}")


def _strikes(values: Values) -> Iterator[Complaint]:
    actors, sites = mapping(values, "actors"), mapping(values, "sites")
    for row, strike in rows(values, "strikes"):
        yield from _unknown(("strikes", row, "actor"), "actor", strike.get("actor"), actors)
        yield from _unknown(("strikes", row, "into"), "site", strike.get("into"), sites)


def _injects(values: Values) -> Iterator[Complaint]:
    actors, channels = mapping(values, "actors"), mapping(values, "channels")
    for row, inject in rows(values, "injects"):
        path: Steps = ("injects", row)
        if isinstance(inject.get("incident"), dict):
            yield from _incident((*path, "incident"), inject["incident"], values)
        for what in ("alert", "gesture"):
            actor = mapping(inject, what).get("actor")
            yield from _unknown((*path, what, "actor"), "actor", actor, actors)
            yield from _in_bloc((*path, what, "actor"), actor, values)
        to = mapping(inject, "news").get("to")
        yield from _unknown((*path, "news", "to"), "actor", to, actors)
        yield from _in_bloc((*path, "news", "to"), to, values)
        for what in ("call", "outage"):
            name = mapping(inject, what).get("channel")
            yield from _unknown((*path, what, "channel"), "channel", name, channels)
        yield from _caller((*path, "call", "by"), mapping(inject, "call"), values)
    yield from _numbers(values)


def _numbers(values: Values) -> Iterator[Complaint]:
    """Find injects that bear the same number in the room."""
    seen: dict[str, int] = {}
    for row, inject in rows(values, "injects"):
        number = mapping(inject, "room").get("number")
        if isinstance(number, (int, str)) and seen.setdefault(str(number), row) != row:
            hint = f"Row {seen[str(number)] + 1} has it too; write another"
            yield Complaint(
                ("injects", row, "room", "number"), "this number is given twice in injects", hint
            )


def _caller(path: Steps, call: Values, values: Values) -> Iterator[Complaint]:
    channel = call.get("channel")
    ends = mapping(values, "channels", channel).get("ends") if isinstance(channel, str) else None
    if isinstance(ends, list) and isinstance(call.get("by"), str) and call["by"] not in ends:
        yield Complaint(path, f"is no end of {channel}", suggestion(call["by"], _texts(ends)))


def _texts(items: Any) -> list[str]:
    return [item for item in items if isinstance(item, str)] if isinstance(items, list) else []


def _in_bloc(path: Steps, actor: Any, values: Values) -> Iterator[Complaint]:
    known = isinstance(actor, str) and actor in mapping(values, "actors")
    if known and _bloc(values, actor) is None:
        members = chain.from_iterable(bloc_members(values).values())
        rule = "must be an actor of a bloc: a third party answers nothing"
        yield Complaint(path, rule, f"One of: {', '.join(sorted(members))}")


def _incident(path: Steps, incident: Values, values: Values) -> Iterator[Complaint]:
    actors = mapping(values, "actors")
    kind, near = incident.get("kind"), incident.get("near")
    if isinstance(kind, str) and kind not in PLACEABLE:
        rule = "is no kind of incident that a scenario can place"
        hint = "Write alert: in place of incident:" if kind == "alert" else ""
        yield Complaint((*path, "kind"), rule, hint or suggestion(kind, PLACEABLE))
    for role in ("victim", "by", "blamed"):
        yield from _unknown((*path, role), "actor", incident.get(role), actors)
    for role in ("victim", "blamed"):
        yield from _in_bloc((*path, role), incident.get(role), values)
    places = mapping(values, "areas") | mapping(values, "sites")
    yield from _unknown((*path, "near"), "area or site", near, places)
    yield from _authorship(path, incident, values)


def _authorship(path: Steps, incident: Values, values: Values) -> Iterator[Complaint]:
    """Check that who did it, and who is blamed, agree with the true cause."""
    victim = _bloc(values, incident.get("victim"))
    if victim is None:
        return
    if _bloc(values, incident.get("blamed")) == victim:
        rule = "the blamed actor must not be of the victim's own bloc"
        yield Complaint((*path, "blamed"), rule, "Name an actor of the other bloc")
    by, cause = incident.get("by"), incident.get("cause")
    if not isinstance(by, str) or by not in mapping(values, "actors"):
        return
    theirs = _bloc(values, by) not in (None, victim)
    if theirs and cause == "not_theirs":
        rule = "the other bloc cannot be the author of what is not theirs"
        yield Complaint((*path, "by"), rule, "Name a third party, or another cause")
    elif not theirs and cause in ("accident", "assertive", "hostile"):
        rule = f'the author of "{cause}" must be of the other bloc'
        yield Complaint((*path, "by"), rule, "Name one, or write cause: not_theirs")


def _begins(values: Values) -> Iterator[Complaint]:
    blocs = bloc_members(values)
    for name in mapping(values, "begins", "credibility"):
        for complaint in _unknown(("begins", "credibility", name), "bloc", name, blocs):
            yield complaint._replace(key=True)


_TOLD_APART: Final = {
    "strikes": ("actor", "into", "every", "on"),
    "injects": ("at", "title"),
}
"""What tells rows without an id apart, since their luck must not depend on their order."""


def _twice(values: Values) -> Iterator[Complaint]:
    """Find rows of a list that bear the same id, or that nothing tells apart."""
    for block in ("forces", "strikes", "injects"):
        seen: dict[str, int] = {}
        for row, item in rows(values, block):
            name, path = item.get("id"), (block, row)
            if isinstance(name, str) and name in seen:
                rule = f"this id is given twice in {block}"
                yield Complaint((*path, "id"), rule, f"Row {seen[name] + 1} has it too; rename one")
            elif name is None and block in _TOLD_APART:
                name = repr([item.get(key) for key in _TOLD_APART[block]])
                if name in seen:
                    rule = f"nothing tells this row from row {seen[name] + 1}"
                    yield Complaint(path, rule, "Give each an id: NAME")
            if isinstance(name, str):
                seen.setdefault(name, row)


def _names(values: Values) -> Iterator[Complaint]:
    """Find names that would mean two things."""
    for name in mapping(values, "channels"):
        if name in PATCHED:
            rule = "a channel must not bear this name, which arms use"
            yield Complaint(("channels", name), rule, "Rename the channel", key=True)
    for name in mapping(values, "sites"):
        if name in mapping(values, "areas"):
            rule = "an area bears this name too"
            yield Complaint(("sites", name), rule, "Rename one of them", key=True)
    if isinstance(values.get("channels"), dict) and LINE not in values["channels"]:
        rule = f'a channel named "{LINE}" is required: every arm is about it'
        hint = f"Add {LINE}: {{use: deconfliction_line, ends: [A, B]}}"
        yield Complaint(("channels",), rule, hint, block=True)


def _channel(name: str, channel: Values, values: Values) -> Iterator[Complaint]:
    path: Steps = ("channels", name)
    actors = mapping(values, "actors")
    if kind_of_channel(name, channel) is None:
        yield from _no_kind(path, channel)
    ends = channel.get("ends")
    for row, end in enumerate(ends if isinstance(ends, list) else []):
        yield from _unknown((*path, "ends", row), "actor", end, actors)
    sides = [_bloc(values, end) for end in _texts(ends) if end in actors]
    equal = isinstance(ends, list) and ends[:1] == ends[1:]  # the model's own complaint
    if len(sides) == 2 and not equal and (None in sides or sides[0] == sides[1]):
        rule = "a channel must join two actors of opposite blocs"
        yield Complaint((*path, "ends"), rule, "Name one actor of each bloc")
    covers = channel.get("covers")
    for row, covered in enumerate(covers if isinstance(covers, list) else []):
        where = (*path, "covers", row)
        yield from _unknown(where, "actor", covered, actors)
        if isinstance(covered, str) and covered in _texts(ends):
            yield Complaint(where, "is an end of this channel already", "Take it out of covers")
    for end in mapping(channel, "staffed"):
        if isinstance(ends, list) and end not in ends:
            rule = "staffing hours are given for the ends of the channel"
            hint = suggestion(end, _texts(ends))
            yield Complaint((*path, "staffed", end), rule, hint, key=True)


def _no_kind(path: Steps, channel: Values) -> Iterator[Complaint]:
    use = channel.get("use")
    if use is None:
        hint = f"Add use: KIND; known: {', '.join(sorted(CHANNEL_KINDS))}"
        yield Complaint(path, "a channel must say which kind it builds on", hint, block=True)
    elif isinstance(use, str):
        rule = "is no kind of channel in the catalogue"
        yield Complaint((*path, "use"), rule, suggestion(use, CHANNEL_KINDS))


def _number(found: Any, default: float) -> float:
    usable = isinstance(found, (int, float)) and not isinstance(found, bool) and abs(found) < 1e9
    return float(found) if usable else default


def _activity(values: Values) -> Iterator[Complaint]:
    """Check that no posture asks for more sorties than the world holds candidates for."""
    given = mapping(values, "parameters")
    fields = Parameters.model_fields
    boldness = _number(given.get("boldness"), fields["boldness"].default)
    per_rung = _number(given.get("activity_rung"), fields["activity_rung"].default)
    most = _number(values.get("a_max"), 3.0)
    reached = boldness * (1 + TOP_RUNG * per_rung)
    if reached > most:
        key = (
            "boldness" if "boldness" in given and "activity_rung" not in given else "activity_rung"
        )
        rule = f"activity could reach {reached:g}, beyond a_max {most:g}"
        hint = "Raise a_max in the scenario, or lower boldness or activity_rung"
        path: Steps = ("parameters", key) if key in given else ("a_max",)
        yield Complaint(path, rule, hint)
