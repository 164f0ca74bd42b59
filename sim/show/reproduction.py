"""How to come to the same result: the commands, what they need, and what to compare."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import NamedTuple

from sim.scenario import content_hash
from sim.show.sheets import Sheet, sheet
from sim.study.comparison import Comparison
from sim.study.parameter_sets import ParameterSet, read_sets
from sim.study.reopening import Manifest

_SHEET = "Versions the result was computed with"


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
                f"The {len(found.sets)} parameter sets stand in the folder's manifest.json; they "
                f"are not those that come with the program."
            )
    words += ["--out", "result", "--report"]
    if not found.complete:
        notes.append(
            f"The run was interrupted after {found.worlds:,} of {found.asked:,} worlds; a world "
            f"does not depend on how many are asked for, so that the first ones come out the same."
        )
    checks = sheet(
        "What must come out the same",
        ("what", "value"),
        (
            ("scenario_sha256, of what the scenario says", content_hash(found.scenario)),
            ("content_sha256, of all rows as text", told.content_sha256),
            ("seed", str(found.seed)),
        ),
    )
    versions = sheet(_SHEET, ("what", "version"), sorted(told.versions.items()))
    return Reproduction(
        (shlex.join(words),), tuple(notes), checks, versions, file, found.scenario.text
    )


def _are_own(sets: tuple[ParameterSet, ...]) -> bool:
    """Whether sets are those that come with the program."""
    return [one.number for one in sets] == [one.number for one in read_sets().sets] and all(
        one == own for one, own in zip(sets, read_sets().sets, strict=True)
    )
