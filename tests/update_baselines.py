"""The golden baseline: some numbers of every shipped scenario, and what moves them.

``python tests/update_baselines.py`` works them out anew, prints each that moved and writes the
file; the change log says why it did. Few worlds: these numbers guard, they answer nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from sim.crisis import Stage, play
from sim.scenario import load
from sim.study.measures import measure
from sim.world import build, prepare

HERE = Path(__file__).parent
FILE = HERE / "baselines.yaml"
SCENARIOS = HERE.parent / "scenarios"
SEED, WORLDS = 2022, 4
ARMS = ("without_line", "as_used_2022", "as_designed")
TOTALS = (
    "recorded", "incidents", "cases", "acts", "crises", "messages_in_time", "line_through",
)  # fmt: skip

Numbers = dict[str, float]
HEADER = """\
# Totals over {worlds} worlds, seed {seed}; written by tests/update_baselines.py, not by hand.
"""


def numbers(path: Path) -> Numbers:
    """Return the named numbers of one scenario: reals to nine digits, counts as they are."""
    theatre = prepare(load(path))
    found: Numbers = {
        "noteworthy": theatre.noteworthy,
        "raw_contacts_per_year": theatre.raw_contacts_per_year,
    }
    ready = [Stage(build(theatre, SEED, number)) for number in range(WORLDS)]
    found["sorties"] = sum(int(stage.world.sorties.unit.size) for stage in ready)
    found["contacts_noted"] = sum(int(stage.world.contacts.first.size) for stage in ready)
    found["salvos"] = sum(len(stage.world.salvos) for stage in ready)
    for arm in ARMS:
        lived = [play(stage, arm) for stage in ready]
        rows = [measure(h, s.channel_rows["line"]) for h, s in zip(lived, ready, strict=True)]
        for name in TOTALS:
            found[f"{arm}.{name}"] = sum(int(row[name]) for row in rows)
        found[f"{arm}.peak"] = max(int(row["peak"]) for row in rows)
        found[f"{arm}.tension"] = math.fsum(history.tension for history in lived)
    return {
        name: float(f"{value:.9g}") if isinstance(value, float) else value
        for name, value in found.items()
    }


def scenarios() -> list[Path]:
    """Return every shipped scenario."""
    return sorted(SCENARIOS.glob("*.yaml"))


def written() -> dict[str, Numbers]:
    """Return the baseline as it is on file, nothing if there is none."""
    if not FILE.exists():
        return {}
    found: dict[str, Numbers] = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
    return found


def moved(before: Numbers, after: Numbers) -> Iterator[str]:
    """Yield a line for each number that is new, gone or different."""
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old is None or new is None or not math.isclose(old, new, rel_tol=1e-8, abs_tol=1e-12):
            yield f"{name}: {old} -> {new}"


def update() -> None:
    """Write the baseline anew and print what moved."""
    before = written()
    after = {path.stem: numbers(path) for path in scenarios()}
    for scenario in sorted({*before, *after}):
        for line in moved(before.get(scenario, {}), after.get(scenario, {})):
            print(f"{scenario}: {line}")
    text = StringIO()
    YAML().dump(after, text)
    header = HEADER.format(worlds=WORLDS, seed=SEED)
    FILE.write_text(header + text.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    update()
