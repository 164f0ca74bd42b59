"""A scenario in which everything moves, meets, launches and strikes, for tests of the world."""

from __future__ import annotations

import copy
from typing import Any

from sim.draws import Luck
from sim.scenario.loading import build as build_scenario
from sim.world import Theatre, prepare
from sim.world.contacts import Contacts
from sim.world.tracks import Segments, Sorties
from sim.world.traffic import tracks_of, traffic

Values = dict[str, Any]

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SEA = [[29.5, 42.5], [33.0, 42.5], [33.0, 45.0], [30.0, 45.0]]
CRIMEA = [[31.5, 43.5], [35.0, 43.2], [36.0, 44.5], [33.0, 44.2], [31.5, 45.2]]
BORDER = [[22.8, 51.8], [23.6, 51.9], [23.5, 53.2], [22.6, 53.0]]


def force(name: str, actor: str, kind: str, moves: Values, **more: Any) -> Values:
    """Return one force of a scenario."""
    return {"id": name, "actor": actor, "kind": kind, "moves": moves} | more


def schedule(every: str, lasting: str, **more: str) -> Values:
    """Return a schedule of sorties."""
    return {"every": every, "lasting": lasting} | more


def busy(**changes: Any) -> Values:
    """Return a scenario with every kind of movement and setting; ``changes`` replace its blocks."""
    values: Values = {
        "format": 1,
        "scenario": "Everything moves",
        "question": "Is the world right?",
        "start": "2022-09-01T00:00Z",
        "duration": "10 d",
        "border_share": 0.5,
        "parameters": {"warm_up": "20 d"},
        "actors": {
            "us": {"name": "United States", "bloc": "nato", "leads": True},
            "poland": {"name": "Poland", "bloc": "nato"},
            "romania": {"name": "Romania", "bloc": "nato"},
            "russia": {"name": "Russia", "bloc": "russia", "leads": True},
            "belarus": {"name": "Belarus", "bloc": "russia"},
            "ukraine": {"name": "Ukraine", "supporters": "nato"},
        },
        "areas": {
            "sea": {"polygon": SEA},
            "crimea": {"polygon": CRIMEA},
            "border": {"polygon": BORDER},
            "brest": {"around": [23.6, 52.1], "radius": "60 km"},
        },
        "sites": {
            "zaporizhzhia": {"name": "The plant", "at": [34.585, 47.512], "critical": True},
            "lviv": {"name": "Lviv", "at": [24.03, 49.842]},
            "sevastopol": {"name": "Sevastopol", "at": [33.525, 44.617]},
        },
        "forces": [
            force("rivet", "us", "reconnaissance_aircraft",
                  {"racetrack": [[28.8, 43.5], [32.0, 44.5]]},
                  sorties=schedule("48 h", "8 h", jitter="4 h")),
            force("reaper", "us", "surveillance_drone", {"box": "sea"}, number=2,
                  sorties=schedule("30 h", "18 h")),
            force("frigate", "romania", "warship", {"box": "sea"}, number=2),
            force("patrol", "poland", "fighter_patrol",
                  {"racetrack": [[22.5, 50.5], [23.2, 51.5], [22.9, 52.2]]}, number=2,
                  sorties=schedule("12 h", "3 h", jitter="1 h")),
            force("brigade", "poland", "ground_brigade",
                  {"route": [[23.5, 51.6], [23.62, 52.05], [23.3, 52.3]]},
                  sorties=schedule("24 h", "10 h")),
            force("lask", "poland", "interceptor", {"box": "border"}, number=2, launches=0.5),
            force("belbek", "russia", "interceptor", {"station": [33.57, 44.69]}, number=3),
            force("flanker", "russia", "fighter_patrol", {"box": "crimea"}, number=2,
                  sorties=schedule("12 h", "3 h")),
            force("fleet", "russia", "warship", {"box": "crimea"}, number=2),
            force("ropucha", "russia", "landing_ship",
                  {"route": [[33.5, 44.6], [31.5, 44.4], [30.9, 45.0]]},
                  sorties=schedule("6 d", "4 d")),
            force("brest_patrol", "belarus", "fighter_patrol", {"box": "brest"},
                  sorties=schedule("24 h", "3 h")),
            force("convoy", "belarus", "convoy",
                  {"route": [[23.7, 51.6], [23.66, 52.1], [23.9, 52.6]]}),
            force("s300", "belarus", "air_defence_battery", {"station": [23.8, 52.0]}),
        ],
        "strikes": [
            {"id": "lviv_salvos", "actor": "russia", "into": "lviv", "every": "12 h",
             "missiles": {"between": [5, 40]}, "drones": {"between": [10, 60]}},
            {"actor": "russia", "into": "zaporizhzhia", "every": "18 h", "drones": 8},
            {"actor": "russia", "into": "lviv", "on": ["2022-09-05T14:00Z"], "missiles": 90},
            {"actor": "ukraine", "into": "sevastopol", "every": "5 d", "drones": 4},
        ],
        "channels": {
            "line": {"use": "deconfliction_line", "name": "line", "ends": ["us", "russia"]}
        },
        "injects": [
            {"at": "2022-09-06T12:00Z", "id": "przewodow", "title": "A missile comes down",
             "incident": {"kind": "stray_missile", "victim": "poland", "near": [23.934, 50.47],
                          "cause": "not_theirs"}},
            {"at": "2022-09-04T12:00Z", "title": "A test is put off", "gesture": {"actor": "us"}},
        ],
    }  # fmt: skip
    return copy.deepcopy(values | changes)


def without(values: Values, *blocks: str) -> Values:
    """Return a scenario without some of its blocks."""
    return {key: value for key, value in values.items() if key not in blocks}


def air_only(forces: list[Values], **changes: Any) -> Values:
    """Return a scenario of these forces over the Black Sea, without strikes or injects."""
    values = without(busy(forces=forces, begins={"rung": 0}), "strikes", "injects")
    return values | changes


def theatre_of(values: Values) -> Theatre:
    """Return the prepared theatre of a scenario given as plain values."""
    return prepare(build_scenario(values))


def everything(
    theatre: Theatre, seed: int = 1, number: int = 0
) -> tuple[Sorties, Segments, Contacts]:
    """Return all sorties, tracks and contacts of one world, noted or not."""
    luck = Luck(seed, number)
    moving = traffic(theatre, luck, 1.0)
    return moving.sorties, tracks_of(theatre, luck), moving.contacts
