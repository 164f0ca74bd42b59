"""How to come to the same result: the commands, what they need, and what to compare."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import NamedTuple

from sim.language import gettext
from sim.language import gettext_noop as N_
from sim.scenario import content_hash
from sim.show.numbers import whole
from sim.show.sheets import Sheet, sheet
from sim.study.comparison import Comparison
from sim.study.parameter_sets import ParameterSet, read_sets
from sim.study.reopening import Manifest

_SHEET = N_("Versions the result was computed with")


class Reproduction(NamedTuple):
    """What a reader needs to come to the same result."""

    commands: tuple[str, ...]
    notes: tuple[str, ...]
    checks: Sheet
    versions: Sheet
    file: str
    text: str


def reproduction(found: Comparison, told: Manifest) -> Reproduction:
    """Return how to reproduce a result, from what its folder holds and nothing of its machine."""
    file = Path(found.scenario.origin[0].replace("\\", "/")).name or "scenario.yaml"
    file = file if file.endswith((".yaml", ".yml")) else "scenario.yaml"
    words = ["deconflict", "compare", file, "--worlds", str(found.asked), "--seed", str(found.seed)]
    words += ["--arms", ",".join(found.others or found.arms)]
    words += ["--given", found.given] if found.given else []
    notes = []
    if found.sets:
        words.append("--uncertainty")
        if not _are_own(found.sets):
            words += ["--sets", "sets.csv"]
            notes.append(
                gettext(
                    "The {sets} parameter sets stand in the folder's manifest.json; they are not "
                    "those that come with the program.",
                    sets=len(found.sets),
                )
            )
    words += ["--out", "result", "--report"]
    if not found.complete:
        notes.append(
            gettext(
                "The run was interrupted after {worlds} of {asked} worlds; a world does not "
                "depend on how many are asked for, so that the first ones come out the same.",
                worlds=whole(found.worlds),
                asked=whole(found.asked),
            )
        )
    checks = sheet(
        gettext("What must come out the same"),
        (gettext("what"), gettext("value")),
        (
            (gettext("scenario_sha256, of what the scenario says"), content_hash(found.scenario)),
            (gettext("content_sha256, of all rows as text"), told.content_sha256),
            (gettext("seed"), str(found.seed)),
        ),
    )
    versions = sheet(
        gettext(_SHEET), (gettext("what"), gettext("version")), sorted(told.versions.items())
    )
    return Reproduction(
        (shlex.join(words),), tuple(notes), checks, versions, file, found.scenario.text
    )


def _are_own(sets: tuple[ParameterSet, ...]) -> bool:
    """Whether sets are those that come with the program."""
    return [one.number for one in sets] == [one.number for one in read_sets().sets] and all(
        one == own for one, own in zip(sets, read_sets().sets, strict=True)
    )
