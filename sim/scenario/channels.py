"""The catalogue of channels, and the arms that every scenario offers by itself.

A scenario's channel may say ``use: KIND`` and gives only what differs. Each value stands here
once with its range, grade and source.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sim.scenario.parameters import COMPUTED, JUDGEMENT, SOURCED, Grade


class Value(NamedTuple):
    """One value of a kind of channel: base, range, grade and source.

    The range of a delay is that of its median or mean, the range of chances that of the one most
    in doubt; a name or a list has none.
    """

    base: Any
    low: Any
    high: Any
    grade: Grade
    source: str


def _judged(base: Any, low: Any, high: Any, source: str = "judgement; no source") -> Value:
    return Value(base, low, high, JUDGEMENT, source)


def _delay(median: str, p95: str) -> dict[str, str]:
    return {"median": median, "p95": p95}


_STAFF: Final[dict[str, Value]] = {
    "notice_lasts": _judged(
        "4 min", "2 min", "10 min", "10-20 calls a day fit a shift, evidence 1.2"
    ),
    "consult": _judged(_delay("2 h", "8 h"), "30 min", "6 h"),
    "retry": _judged("15 min", "5 min", "1 h"),
    "attempts": _judged(3, 1, 6),
}

CHANNEL_KINDS: Final[dict[str, dict[str, Value]]] = {
    "deconfliction_line": _STAFF
    | {
        "name": _judged("deconfliction line", None, None),
        "carries": _judged(
            ["explanations", "concerns", "halts"], None, None,
            "seeds 000, 002: opened to prevent miscalculation; used for a concern",
        ),
        "tests": Value(
            {"every": "12 h"}, "12 h", "24 h", SOURCED, "evidence 1.1: once or twice a day",
        ),
        "authorise": _judged(
            _delay("45 min", "4 h"), "10 min", "6 h", "staff officers, evidence 1.1",
        ),
        "answered": Value(
            0.995, 0.95, 1.0, JUDGEMENT,
            "evidence 1.1, 7: no failure reported; with outages tests stay at .98 (model 1.3)",
        ),
        "answer": _judged(_delay("4 min", "20 min"), "2 min", "27 min", "evidence 7"),
        "right_person": _judged(
            {"probability": 0.8, "otherwise": _delay("27 min", "90 min")}, 0.5, 0.95,
            "evidence 1.3: 27 minutes lost at Deir ez-Zor",
        ),
        "talk": _judged(_delay("10 min", "30 min"), "5 min", "20 min"),
        "interpreter": _judged(1.5, 1.0, 2.0, "evidence 1.1: a Russian speaker on the US side"),
        "relay": _judged(_delay("60 min", "5 h"), "20 min", "3 h"),
        "up": _judged({"mean": "20 d"}, "5 d", "90 d", "evidence 2.2: cables cut several times"),
        "down": _judged({"mean": "6 h"}, "1 h", "24 h"),
        "willing": Value(
            {"serious": 0.003, "high_risk": 0.08, "concerns_per_month": 0.085}, 0.0, 0.5, COMPUTED,
            "model 7.17: solved so that nine months of 2022 hold one operational call in the mean",
        ),
    },
    "syria_line": _STAFF
    | {
        "name": _judged("Syria-style deconfliction line", None, None),
        "carries": Value(
            ["notices", "explanations", "concerns", "halts"], None, None, SOURCED, "evidence 1.2"
        ),
        "notify": _judged(0.9, 0.5, 1.0, "evidence 1.2: 10-20 calls a day, mostly notices"),
        "tests": _judged({"every": "12 h"}, "6 h", "24 h"),
        "authorise": _judged(
            _delay("5 min", "20 min"), "1 min", "30 min", "evidence 1.2: desk calls",
        ),
        "answered": _judged(0.98, 0.9, 1.0),
        "answer": _judged(_delay("1 min", "5 min"), "30 s", "10 min"),
        "right_person": Value(
            {"probability": 0.85, "otherwise": _delay("15 min", "27 min")}, 0.5, 0.95, JUDGEMENT,
            "evidence 1.3: 27 minutes lost at Deir ez-Zor",
        ),
        "talk": _judged(_delay("5 min", "20 min"), "2 min", "15 min"),
        "interpreter": Value(1.5, 1.2, 2.0, JUDGEMENT, "evidence 1.2: a linguist interprets"),
        "relay": _judged(_delay("15 min", "60 min"), "5 min", "60 min"),
        "up": _judged({"mean": "60 d"}, "20 d", "120 d", "evidence 1.2: announced suspensions"),
        "down": _judged({"mean": "12 h"}, "2 h", "3 d"),
        "willing": _judged({"serious": 0.8, "high_risk": 0.95, "halts": 0.3}, 0.5, 1.0),
    },
    "defence_ministers": _STAFF
    | {
        "name": _judged("defence ministers (Austin–Shoigu)", None, None),
        "carries": _judged(["explanations", "concerns", "halts"], None, None),
        "authorise": _judged(_delay("10 h", "48 h"), "4 h", "48 h", "evidence 2.1: a day or more"),
        "answered": _judged(
            0.1, 0.0, 0.6, "evidence 2.1, 7: refused mid-Feb to 12 May 2022; no share is told",
        ),
        "answer": _judged(_delay("6 h", "30 h"), "2 h", "48 h"),
        "attempts": _judged(2, 1, 3),
        "retry": _judged("24 h", "12 h", "72 h"),
        "right_person": _judged({"probability": 1.0, "otherwise": "0 min"}, 1.0, 1.0),
        "talk": _judged(_delay("40 min", "80 min"), "20 min", "80 min", "evidence 2.1: about 1 h"),
        "interpreter": _judged(1.8, 1.5, 2.0),
        "relay": _judged(_delay("20 min", "90 min"), "5 min", "2 h"),
        "weight": _judged(1.2, 1.0, 1.5),
        "knowledge": _judged(0.85, 0.6, 1.0),
        "willing": _judged(
            {"serious": 0.0, "high_risk": 0.15, "halts": 0.2}, 0.0, 0.5, "evidence 2.1",
        ),
    },
    "chiefs_of_defence": _STAFF
    | {
        "name": _judged("chiefs of defence (Milley–Gerasimov)", None, None),
        "carries": _judged(["explanations", "concerns", "halts"], None, None),
        "authorise": _judged(_delay("6 h", "24 h"), "2 h", "24 h"),
        "answered": _judged(
            0.15, 0.0, 0.6, "evidence 2.1: not reached on 15-16 November 2022; no share is told",
        ),
        "answer": _judged(_delay("4 h", "24 h"), "1 h", "24 h", "evidence 2.1: not within a day"),
        "attempts": _judged(2, 1, 3),
        "retry": _judged("12 h", "6 h", "24 h"),
        "right_person": _judged({"probability": 1.0, "otherwise": "0 min"}, 1.0, 1.0),
        "talk": _judged(_delay("40 min", "80 min"), "20 min", "80 min"),
        "interpreter": _judged(1.8, 1.5, 2.0),
        "relay": _judged(_delay("30 min", "2 h"), "10 min", "3 h"),
        "weight": _judged(1.15, 1.0, 1.5),
        "knowledge": _judged(0.85, 0.6, 1.0),
        "willing": _judged(
            {"serious": 0.0, "high_risk": 0.25, "halts": 0.2}, 0.0, 0.5, "evidence 2.1",
        ),
    },
    "chiefs_of_defence_belarus": _STAFF
    | {
        "name": _judged("chiefs of defence, US–Belarus (Milley–Gulevich)", None, None),
        "carries": _judged(["explanations", "concerns"], None, None, "seed 004: content private"),
        "authorise": _judged(_delay("8 h", "36 h"), "2 h", "48 h"),
        "answered": _judged(0.6, 0.3, 0.9, "seed 004: the one call was taken"),
        "answer": _judged(_delay("3 h", "18 h"), "1 h", "24 h"),
        "attempts": _judged(2, 1, 3),
        "retry": _judged("12 h", "6 h", "24 h"),
        "right_person": _judged({"probability": 1.0, "otherwise": "0 min"}, 1.0, 1.0),
        "talk": _judged(_delay("30 min", "60 min"), "15 min", "60 min"),
        "interpreter": _judged(1.8, 1.5, 2.0),
        "relay": _judged(_delay("60 min", "4 h"), "20 min", "6 h"),
        "weight": _judged(1.0, 0.7, 1.2),
        "willing": _judged({"serious": 0.02, "high_risk": 0.25}, 0.0, 0.5, "seed 004: one call"),
    },
    "national_security_adviser": _STAFF
    | {
        "name": _judged("confidential envoys (Sullivan, Burns)", None, None),
        "carries": _judged(["explanations", "concerns", "halts"], None, None),
        "authorise": _judged(_delay("48 h", "7 d"), "24 h", "10 d", "no source; days to weeks"),
        "answered": _judged(
            0.7, 0.4, 0.9, "evidence 2.1: both contacts of November 2022 took place",
        ),
        "answer": _judged(_delay("24 h", "5 d"), "6 h", "7 d"),
        "attempts": _judged(1, 1, 2),
        "retry": _judged("48 h", "24 h", "7 d"),
        "right_person": _judged({"probability": 1.0, "otherwise": "0 min"}, 1.0, 1.0),
        "talk": _judged(_delay("2 h", "5 h"), "1 h", "6 h"),
        "interpreter": _judged(1.5, 1.0, 2.0),
        "relay": _judged(_delay("2 h", "12 h"), "1 h", "24 h"),
        "weight": _judged(1.5, 1.2, 1.8, "no source; the weightiest"),
        "knowledge": _judged(0.9, 0.7, 1.0),
        "willing": _judged({"serious": 0.0, "high_risk": 0.1, "halts": 0.3}, 0.0, 0.4),
    },
    "public_statements": _STAFF
    | {
        "name": _judged("public statements", None, None),
        "carries": _judged(["explanations"], None, None),
        "authorise": _judged(_delay("12 h", "48 h"), "4 h", "72 h", "no source; slow"),
        "answered": _judged(1.0, 1.0, 1.0, "nobody needs to answer"),
        "answer": _judged("0 min", "0 min", "0 min"),
        "right_person": _judged({"probability": 1.0, "otherwise": "0 min"}, 1.0, 1.0),
        "talk": _judged("0 min", "0 min", "0 min"),
        "relay": _judged(_delay("3 h", "12 h"), "1 h", "24 h"),
        "capacity": _judged(100, 100, 100, "nobody waits for a turn to speak in public"),
        "weight": _judged(0.4, 0.2, 0.7, "no source; noisy"),
        "knowledge": _judged(0.8, 0.5, 1.0),
        "willing": _judged({"serious": 0.3, "high_risk": 0.8}, 0.1, 1.0, "seed 004"),
    },
}  # fmt: skip

PUBLIC_STATEMENTS: Final = "public_statements"
LINE: Final = "line"
"""The name every scenario gives the channel whose effect is asked about."""

REFERENCE: Final = "without_line"

_DESIGNED: Final = {"serious": 1.0, "high_risk": 1.0, "halts": 1.0, "every_concern": True}

STANDARD_ARMS: Final[dict[str, dict[str, Any]]] = {
    "without_line": {"line": None},
    "as_used_2022": {},
    "as_designed": {
        "line": {
            "carries": ["notices", "explanations", "concerns", "halts"],
            "notify": 0.9,
            "willing": _DESIGNED,
        }
    },
    "notices_only": {"line": {"carries": ["notices"], "notify": 0.9}},
    "messages_only": {
        "line": {
            "carries": ["explanations", "concerns", "halts"],
            "notify": 0.0,
            "willing": _DESIGNED,
        }
    },
    "no_channels": {"channels": {"*": None}},
    "oracle": {
        "line": {
            "truth": True,
            "carries": ["explanations"],
            "notify": 0.0,
            "opens": None,
            "closes": None,
            "up": None,
            "down": None,
            "staffed": {},
        }
    },
}
"""Arms every scenario offers, as patches of its channel ``line`` (model 7.19). None removes."""

ARM_TITLES: Final[dict[str, str]] = {
    "without_line": "without the line, all else kept",
    "as_used_2022": "the line as it was used in 2022",
    "as_designed": "notices, and a call on every case",
    "notices_only": "only notices",
    "messages_only": "only calls on cases",
    "no_channels": "no channel but public statements",
    "oracle": "the truth, at once, believed: a bound for explanations",
}
