"""Every number the model assumes, in one table: unit, base, range, grade and source.

Four places hold them: the model's constants, the kinds of units and incidents, the kinds of
channels, and the few defaults of scenario files. Here they are laid side by side, so that nothing
that is assumed escapes the list. A range is what a sceptic and an optimist would each accept; where
none makes sense, such as for a name, it is left open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sim.scenario.channel_model import Channel, Tests
from sim.scenario.channels import CHANNEL_KINDS, LINE, STANDARD_ARMS, Value
from sim.scenario.kinds import (
    DECEITFUL,
    HONEST,
    INCIDENT_KINDS,
    KM,
    KMH,
    RESPONSES,
    UNIT_KINDS,
    Act,
    Cause,
    Content,
    IncidentKind,
    UnitKind,
)
from sim.scenario.models import Force, Scenario
from sim.scenario.parameters import COMPUTED, JUDGEMENT, SOURCED, Grade, constants
from sim.scenario.quantities import Delay
from sim.scenario.sections import section_of
from sim.scenario.units import time_text


class Row(NamedTuple):
    """One assumed value. Numbers stand in ``unit``; times are text with their own unit."""

    group: str
    name: str
    unit: str
    base: Any
    low: Any
    high: Any
    grade: Grade
    source: str
    meaning: str
    section: str = ""


def catalogue_rows() -> tuple[Row, ...]:
    """Return every assumed value, grouped as the model's parts are.

    ``section`` is that of the model document whose equation uses the value.
    """
    rows = (
        *_model_rows(), *_unit_rows(), *_incident_rows(), *_response_rows(), *_message_rows(),
        *_channel_rows(), *_default_rows(), *_arm_rows(),
    )  # fmt: skip
    return tuple(row._replace(section=section_of(row.group, row.name)) for row in rows)


def _said(value: Any, unit: str) -> Any:
    """Return a value as the table shows it."""
    if isinstance(value, Delay):
        if value.mean is not None:
            return f"mean {time_text(value.mean)}"
        return f"median {time_text(value.median or 0)}, p95 {time_text(value.p95 or 0)}"
    if unit == "time" and isinstance(value, int):
        return time_text(value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(part, '')}" for key, part in value.items())
    return ", ".join(value) if isinstance(value, list) else value


def _model_rows() -> Iterator[Row]:
    for one in constants():
        base, low, high = (_said(value, one.unit) for value in (one.base, one.low, one.high))
        yield Row("model", one.name, one.unit, base, low, high, one.grade, one.source, one.meaning)


class _Span(NamedTuple):
    """The ranges of a kind of unit: speed in km/h, contact range in km."""

    slow: float
    fast: float
    near: float
    far: float
    speed_grade: Grade


_SYRIA_RULE: Final = "20 miles is the US rule for Syria, evidence 6; contact by judgement"

_SPANS: Final[dict[str, _Span]] = {
    "fighter_patrol": _Span(800, 1000, 10, 50, JUDGEMENT),
    "interceptor": _Span(900, 1100, 10, 50, JUDGEMENT),
    "reconnaissance_aircraft": _Span(700, 850, 10, 50, JUDGEMENT),
    "maritime_patrol": _Span(700, 907, 10, 50, SOURCED),
    "surveillance_drone": _Span(300, 430, 10, 50, SOURCED),
    "warship": _Span(18, 55, 10, 40, JUDGEMENT),
    "landing_ship": _Span(15, 33, 10, 40, JUDGEMENT),
    "ground_brigade": _Span(5, 30, 1, 10, JUDGEMENT),
    "convoy": _Span(30, 60, 1, 10, JUDGEMENT),
    "air_defence_battery": _Span(20, 60, 75, 160, JUDGEMENT),
}
"""After evidence 6: the stated spread of speeds and ranges, else judgement."""

_DETECTION: Final = (200.0, 400.0)
"""Kilometres; the horizon from 9 km height to the sea is 391 km (evidence 6)."""


def _unit_rows() -> Iterator[Row]:
    for kind in UNIT_KINDS.values():
        span = _SPANS[kind.name]
        speed = round(kind.speed / KMH, 1)
        yield _unit_row(
            kind, "speed", "km/h", speed, (span.slow, span.fast), span.speed_grade, kind.source,
            "usual speed",
        )  # fmt: skip
        yield _unit_row(
            kind, "contact_range", "km", kind.contact_range / KM, (span.near, span.far),
            JUDGEMENT, _SYRIA_RULE if kind.domain == "air" else kind.source,
            "distance within which it is in contact with the other side",
        )  # fmt: skip
        if kind.detection_range:
            yield _unit_row(
                kind, "detection_range", "km", kind.detection_range / KM, _DETECTION, JUDGEMENT,
                kind.source, "distance at which aircraft it may launch at are detected",
            )  # fmt: skip


def _unit_row(
    kind: UnitKind, name: str, unit: str, base: float, span: tuple[float, float], grade: Grade,
    source: str, meaning: str,
) -> Row:  # fmt: skip
    return Row(
        "units", f"{kind.name}.{name}", unit, base, *span, grade, source,
        f"{kind.title}: {meaning}",
    )  # fmt: skip


_TIMED: Final = frozenset({
    "unsafe_intercept", "airspace_violation", "border_fire", "stray_missile", "stray_drone",
    "deliberate_strike",
})  # fmt: skip
"""Incidents whose length public cases tell; the others' is judgement."""


def _doubled(base: float, most: float = float("inf")) -> tuple[float, float]:
    """Return the range of what nobody has counted: half to double."""
    return base / 2, min(most, base * 2)


def _incident_rows() -> Iterator[Row]:
    for kind in INCIDENT_KINDS.values():
        yield from _weight_rows(kind)
        if kind.median:
            low, high = (time_text(int(bound)) for bound in _doubled(kind.median))
            grade = SOURCED if kind.name in _TIMED else JUDGEMENT
            base = f"median {time_text(kind.median)}, p95 {time_text(kind.p95)}"
            yield _incident_row(kind, "lasting", "time", base, (low, high), grade, "how long")
        if kind.suspicion:
            base = ", ".join(
                f"{cause.name.lower()} {share:g}"
                for cause, share in zip(Cause, kind.suspicion, strict=True)
            )
            text = "what the victim suspects at first, in place of the general suspicions"
            yield _incident_row(
                kind, "suspicion", "probability", base, (None, None), JUDGEMENT, text
            )


def _weight_rows(kind: IncidentKind) -> Iterator[Row]:
    for name, weight in (("serious", kind.serious), ("high_risk", kind.high_risk)):
        if weight:
            text = f"weight among the {name.replace('_', '-')} incidents of its setting"
            yield _incident_row(
                kind, name, "weight", weight, _doubled(weight, 1.0), JUDGEMENT, text
            )


def _incident_row(
    kind: IncidentKind, name: str, unit: str, base: Any, span: tuple[Any, Any], grade: Grade,
    meaning: str,
) -> Row:  # fmt: skip
    return Row(
        "incidents", f"{kind.name}.{name}", unit, base, *span, grade, kind.source,
        f"{kind.title}: {meaning}",
    )  # fmt: skip


_INTENSITIES: Final[dict[Act, tuple[float | None, float | None]]] = {
    Act.CONCILIATE: (-0.2, -0.05),
    Act.ABSORB: (None, None),
    Act.PROTEST: (0.05, 0.15),
    Act.THREATEN: (0.20, 0.30),
    Act.DISPLAY: (0.30, 0.50),
    Act.LIMITED_FORCE: (0.60, 0.80),
    Act.MAJOR_FORCE: (None, None),
}
"""Absorbing and major force are the ends of the scale, 0 and 1 by definition."""


def _response_rows() -> Iterator[Row]:
    for response in RESPONSES:
        name = response.act.name.lower()
        yield Row(
            "acts", f"{name}.intensity", "intensity", response.intensity,
            *_INTENSITIES[response.act], JUDGEMENT, "prototype, model 6.3",
            f"how hard a side acts that {response.title}",
        )  # fmt: skip
        yield Row(
            "acts", f"{name}.rung", "rung", response.rung, None, None, SOURCED,
            "evidence 4.2: Militarized Interstate Dispute levels",
            f"rung that a side stands on that {response.title}",
        )  # fmt: skip


def _message_rows() -> Iterator[Row]:
    for manner, table in (("honest", HONEST), ("deceitful", DECEITFUL)):
        for cause, shares in zip(Cause, table, strict=True):
            base = ", ".join(
                f"{content.name.lower()} {share:g}"
                for content, share in zip(Content, shares, strict=False)
            )
            yield Row(
                "messages", f"{manner}.{cause.name.lower()}", "probability", base, None, None,
                JUDGEMENT, "no source; the share of honest and knowing senders is what is swept",
                f"what a sender who is {manner} says when the cause was {cause.name.lower()}",
            )  # fmt: skip


_TIMES: Final = frozenset({
    "notice_lasts", "authorise", "consult", "answer", "retry", "talk", "relay", "up", "down",
    "tests",
})  # fmt: skip
_CHANCES: Final = frozenset({
    "notify", "answered", "right_person", "knowledge", "honesty", "willing",
})  # fmt: skip
_COUNTS: Final = frozenset({"attempts", "capacity"})


def _channel_unit(name: str) -> str:
    if name in _TIMES:
        return "time"
    if name in _CHANCES:
        return "probability"
    if name in _COUNTS:
        return "count"
    return "text" if name == "carries" else "ratio"


def _channel_rows() -> Iterator[Row]:
    for kind, values in CHANNEL_KINDS.items():
        for name, value in values.items():
            if name != "name":
                yield _channel_row(kind, name, value)


def _channel_row(kind: str, name: str, value: Value) -> Row:
    meaning = Channel.model_fields[name].description or ""
    return Row(
        "channels", f"{kind}.{name}", _channel_unit(name), _said(value.base, ""), value.low,
        value.high, value.grade, value.source, meaning,
    )  # fmt: skip


_CHANNEL_DEFAULTS: Final = (
    ("capacity", 1, 2, "one telephone at each end, evidence 1.1"),
    ("interpreter", 1.0, 2.0, "none is needed unless a kind or a file says so"),
    ("weight", 0.7, 1.5, "no source; the line is the measure of the other channels"),
)


def _default_rows() -> Iterator[Row]:
    """Yield what a scenario file may leave out and the catalogue of channels does not hold."""
    lead = time_text(Channel.model_fields["notice_lead"].default)
    lasting = time_text(Tests.model_fields["lasting"].default)
    yield Row(
        "defaults", "forces.launches", "probability", Force.model_fields["launches"].default,
        0.1, 0.8, JUDGEMENT, "no source",
        "chance that a unit on alert launches at what it detects",
    )  # fmt: skip
    yield Row(
        "defaults", "channels.notice_lead", "time", lead, "30 min", "24 h", JUDGEMENT,
        "evidence 2.3: agreed notices run from minutes to days",
        "how long before take-off notice is given",
    )  # fmt: skip
    yield Row(
        "defaults", "channels.tests.lasting", "time", lasting, "1 min", "10 min", JUDGEMENT,
        "no source", "how long a test call occupies the channel",
    )  # fmt: skip
    for name, low, high, source in _CHANNEL_DEFAULTS:
        field = Channel.model_fields[name]
        yield Row(
            "defaults", f"channels.{name}", _channel_unit(name), field.default, low, high,
            JUDGEMENT, source, field.description or "",
        )  # fmt: skip
    yield Row(
        "defaults", "a_max", "ratio", Scenario.model_fields["a_max"].default, None, None,
        COMPUTED, "model 4.9: above the activity of any arm at rung 6",
        "activity for which the world holds candidate sorties",
    )  # fmt: skip


_PATCHED: Final = {
    "notify": (0.5, 1.0, "chance that a side gives notice of a sortie"),
    "willing.serious": (0.5, 1.0, "chance of a call about a case of severity below .5"),
    "willing.high_risk": (0.5, 1.0, "chance of a call about a case of severity .5 or more"),
    "willing.halts": (0.3, 1.0, "chance that a side in an exchange proposes a halt"),
    "willing.every_concern": (False, True, "whether every strike near a critical site is called"
                              " about"),
}  # fmt: skip
"""Assumed values that the standard arms lay over the line, with range and meaning."""


def _arm_rows() -> Iterator[Row]:
    """Yield how readily the line is used under the standard arms, which is assumed as well."""
    for arm, patch in STANDARD_ARMS.items():
        line = patch.get(LINE) or {}
        for path, (low, high, meaning) in _PATCHED.items():
            base: Any = line
            for key in path.split("."):
                base = base.get(key) if isinstance(base, dict) else None
            if base:
                unit = "yes or no" if isinstance(base, bool) else "probability"
                yield Row(
                    "arms", f"{arm}.{path}", unit, base, low, high, JUDGEMENT,
                    "no source: what the arm is for", meaning,
                )  # fmt: skip
