"""Where failure cards lie, and card files to cards, with every complaint about a file at once.

The cards of this program come with it; a scenario file may have more in a folder ``cards`` beside
it, and these come first where both know an id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from sim.errors import Problem, ScenarioError
from sim.scenario.arms import (
    CARD,
    CHANNELS,
    EVERY,
    PARAMETERS,
    TITLE,
    WORLD,
    Dealt,
    places_in_arm,
)
from sim.scenario.card_model import Card
from sim.scenario.channels import LINE, STANDARD_ARMS
from sim.scenario.complaints import Complaint, from_models
from sim.scenario.desk import Desk
from sim.scenario.files import read_file
from sim.scenario.filling import LINE_KIND, Values, filled, mapping, rows
from sim.scenario.names import NAME
from sim.scenario.nearest import suggestion
from sim.scenario.patched import under_arm
from sim.scenario.places import Reading, Steps
from sim.scenario.reading import Kind

FOLDER: Final = "cards"
SUFFIX: Final = ".yaml"

_KIND: Final = Kind("card", "Begin with a copy of another card")

_SIM: Final = Path(__file__).parent.parent

_SETTINGS: Final = "settings"

OF_ONE: Final = frozenset({"use", "name", "ends", "covers", "staffed", "opens", "closes"})
"""What of a channel names actors or dates, which every scenario has of its own."""

_OTHER_KIND: Final = "chiefs_of_defence"


def shipped() -> Path:
    """Return the folder of the cards that come with the program.

    A wheel carries them in the package; a checkout keeps them with the scenarios.
    """
    inside = _SIM / FOLDER
    return inside if inside.is_dir() else _SIM.parent / "scenarios" / FOLDER


def card_files(folder: Path) -> dict[str, Path]:
    """Return the card files of a folder by id, in order of their ids."""
    found = folder.glob(f"*{SUFFIX}") if folder.is_dir() else ()
    return {path.stem: path for path in sorted(found)}


def files_for(scenario: str) -> dict[str, Path]:
    """Return the card files a scenario may use; ``scenario`` names its file, if it has one."""
    try:
        beside = Path(scenario).parent / FOLDER if Path(scenario).is_file() else None
    except (OSError, ValueError):  # the name of a text that came from no file may be anything
        beside = None
    return card_files(shipped()) | (card_files(beside) if beside else {})


def card_problems(path: str | Path) -> list[Problem]:
    """Return everything wrong with a card file, warnings last; empty if it can be used."""
    return _examined(Path(path))[1]


def load_card(path: str | Path) -> Card:
    """Return the card in a file.

    Raises :class:`~sim.errors.ScenarioError` with every problem of the file.
    """
    found, problems = _examined(Path(path))
    if found is None:
        raise ScenarioError(problem for problem in problems if not problem.warning)
    return found


def card(name: str) -> Card:
    """Return a card that comes with the program, by its id.

    Raises :class:`~sim.errors.ScenarioError` for an unknown one.
    """
    known = card_files(shipped())
    if name not in known:
        rule, hint = "there is no such card", suggestion(name, known)
        raise ScenarioError([Problem(FOLDER, 0, 0, "", repr(name), rule, hint)])
    return load_card(known[name])


def cards() -> tuple[Card, ...]:
    """Return the cards that come with the program, the earliest first."""
    found = (load_card(path) for path in card_files(shipped()).values())
    return tuple(sorted(found, key=lambda one: (one.date, one.id)))


def with_cards(values: Any, file: str) -> tuple[Any, list[Complaint], list[Problem]]:
    """Return a scenario's values with its cards in place of their names.

    Beside them stand the complaints about the arms that name a card, and the problems of card
    files. An arm whose card cannot be had keeps the name, and is looked at without the card.
    """
    found: Values = {}
    complaints: list[Complaint] = []
    problems: list[Problem] = []
    looked_up: dict[str, Card | None] = {}
    known: dict[str, Path] = {}
    for arm, patch in mapping(values, "arms").items():
        named = patch.get(CARD) if isinstance(patch, dict) else None
        if named is None or isinstance(named, Dealt):
            continue
        path: Steps = ("arms", arm, CARD)
        known = known or files_for(file)
        if not isinstance(named, str):
            complaints.append(
                Complaint(path, "must be the id of a card", "One of: deconflict cards")
            )
        elif named not in known:
            complaints.append(Complaint(path, "there is no such card", suggestion(named, known)))
        else:
            if named not in looked_up:
                looked_up[named], wrong = _examined(known[named])
                problems += wrong
            one = looked_up[named]
            if one is None:
                complaints.append(Complaint(path, "this card's own file has mistakes"))
            else:
                found[arm] = {**patch, CARD: one.dealt}
    if found:
        values = {**values, "arms": {**values["arms"], **found}}
    return values, complaints, problems


def _examined(path: Path) -> tuple[Card | None, list[Problem]]:
    return examined(read_file(path, _KIND), path)


def examined(reading: Reading, path: Path) -> tuple[Card | None, list[Problem]]:
    """Look at everything in what was read of a card file; return the card if it can be used."""
    desk = Desk(reading)
    found = None
    if _other_file(reading.values):
        hint = "Check it with: deconflict check FILE"
        desk.take([Complaint(("scenario",), "this is a scenario, not a card", hint, key=True)])
    elif isinstance(reading.values, dict):
        desk.take(_file_name(path))
        desk.take(_dates(reading.values))
        desk.take(_references(reading.values))
        desk.take(_settings(reading))
        try:
            found = Card.model_validate(reading.values)
            found.remember(path.stem)
        except ValidationError as error:
            desk.take(from_models(Card, error, reading.values))
    elif not reading.problems:
        desk.take([Complaint((), "a card is a mapping of keys to values", _KIND.start)])
    desk.problems.sort(key=lambda problem: (problem.warning, problem.line, problem.column))
    return None if desk.errors else found, desk.problems


def _other_file(values: Any) -> bool:
    """Say whether values are those of a scenario rather than of a card."""
    return isinstance(values, dict) and "scenario" in values and "card" not in values


def _file_name(path: Path) -> Iterator[Complaint]:
    if path.suffix != SUFFIX or not NAME.fullmatch(path.stem):
        rule = "a card's file is named by its id: lower-case letters, digits and underscores"
        yield Complaint((), f"{rule}, then {SUFFIX}", "Rename the file", block=True)


def _dates(values: Values) -> Iterator[Complaint]:
    first, last = values.get("date"), values.get("until")
    if isinstance(first, str) and isinstance(last, str) and last <= first:
        yield Complaint(("until",), "must lie after date", "Leave it out if it was a single day")


def _references(values: Values) -> Iterator[Complaint]:
    """Find sources that are named and not given, or given and not named."""
    known = mapping(values, "sources")
    named = set()
    for block in ("facts", "accounts"):
        for row, item in rows(values, block):
            listed = item.get("sources")
            for place, name in enumerate(listed if isinstance(listed, list) else []):
                named.add(name if isinstance(name, str) else None)
                if isinstance(name, str) and name not in known:
                    path: Steps = (block, row, "sources", place)
                    hint = suggestion(name, known)
                    yield Complaint(path, "names no source of this card", hint)
    for name in known:
        if name not in named:
            rule = "no fact or account rests on this source"
            hint = "Name it under sources of a fact, or take it out"
            yield Complaint(("sources", name), rule, hint, key=True, warning=True)


def _settings(reading: Reading) -> Iterator[Complaint]:
    """Try a card's settings on a scenario that has every channel they name."""
    settings = mapping(reading.values, _SETTINGS)
    for key in (TITLE, CARD):
        if key in settings:
            rule = "cannot stand among a card's settings"
            yield Complaint((_SETTINGS, key), rule, "Write it in the arm that uses the card", True)
    yield from _of_one_scenario(settings)
    values = _probe(_named(settings))
    complaints = under_arm(_SETTINGS, _without(settings, OF_ONE), values)[2]
    for complaint in complaints:
        # Behind "arms" stands the arm's name, which is that of the card's own block.
        places = [path[1:] for path in places_in_arm(_SETTINGS, complaint.path)]
        own = complaint.path[:1] == ("arms",)
        path = complaint.path[1:] if own else max(places, key=reading.places.depth)
        yield complaint._replace(path=path)


def _patches(settings: Values) -> Iterator[tuple[Steps, Values]]:
    """Yield the patches of single channels in a card's settings, each with its place."""
    for name, patch in mapping(settings, CHANNELS).items():
        if isinstance(patch, dict):
            yield (_SETTINGS, CHANNELS, name), patch
    for name, patch in settings.items():
        if isinstance(patch, dict) and name not in (CHANNELS, PARAMETERS):
            yield (_SETTINGS, name), patch


def _of_one_scenario(settings: Values) -> Iterator[Complaint]:
    for path, patch in _patches(settings):
        for key in sorted(OF_ONE & patch.keys()):
            if patch[key]:  # an empty list, or null, names nobody
                rule = "belongs to one scenario, so a card cannot set it"
                yield Complaint((*path, key), rule, "Set it in the arm, beside card", key=True)


def _without(patch: Any, keys: Iterable[str]) -> Any:
    """Return a patch without some keys of its channels that hold anything."""
    if not isinstance(patch, dict):
        return patch
    return {
        key: _without(part, keys)
        for key, part in patch.items()
        if not (key in keys and part)
    }  # fmt: skip


def _named(settings: Values) -> set[str]:
    """Return the channels that a card's settings name."""
    listed = {*mapping(settings, CHANNELS), *settings}
    return {name for name in listed if NAME.fullmatch(str(name))} - _NO_CHANNEL


_NO_CHANNEL: Final = frozenset({*WORLD, *STANDARD_ARMS, CHANNELS, PARAMETERS, TITLE, CARD, EVERY})


def _probe(named: Iterable[str]) -> Values:
    """Return the least of a scenario that a patch can be laid over, with these channels."""
    channels: Values = {name: {"use": _OTHER_KIND} for name in sorted(named)}
    return filled({
        "a_max": 10.0,
        "actors": {
            "us": {"name": "United States", "bloc": "nato", "leads": True},
            "russia": {"name": "Russia", "bloc": "russia", "leads": True},
        },
        "channels": channels | {LINE: {"use": LINE_KIND}},
    })  # fmt: skip
