"""Where in the model document each assumed value is at work.

The sections are those of ``sim/MODEL.md``, in their order, with its headings. A constant stands
under the one section whose equation it belongs to, so that a reader goes from a number to its
equation and back.
"""

from __future__ import annotations

from typing import Final

SECTIONS: Final[dict[str, str]] = {
    "3.4": "The end",
    "4.9": "Stochasticity",
    "5.2": "The two sides",
    "7.1": "Theatre and movement",
    "7.2": "Contacts and noting",
    "7.3": "Interceptors on alert",
    "7.4": "Strikes and strays",
    "7.6": "Injects and given incidents",
    "7.7": "What a contact comes to",
    "7.8": "Minutes: the local commander",
    "7.9": "Cases",
    "7.10": "The clock",
    "7.11": "Belief",
    "7.12": "Messages and credibility",
    "7.13": "The answer",
    "7.14": "Acting",
    "7.15": "Calls that stop, halt or come late",
    "7.16": "Tension, levels and activity",
    "7.17": "Channels and calls",
    "7.18": "Notices and tests",
    "7.19": "Arms",
}
"""Sections that hold constants, by number, with their headings."""

_MODEL: Final[dict[str, tuple[str, ...]]] = {
    "3.4": ("run_on",),
    "5.2": ("warm_up",),
    "7.2": ("recorded_per_year", "conditions_2022", "noteworthy"),
    "7.3": ("scramble",),
    "7.4": (
        "stray_attacker", "stray_defender", "stray_reach", "stray_grave", "near_site",
        "blamed_on_supporters",
    ),
    "7.6": ("alert_tension", "gesture_tension"),
    "7.7": (
        "share_serious", "share_high_risk", "mix_shift", "serious_low", "serious_high",
        "grave_low", "grave_high", "assertive_share", "hostile_serious", "hostile_high_risk",
        "not_theirs_share", "force_serious", "force_high_risk", "heed", "notice_factor",
        "exposure", "invitation", "invitation_half_life",
    ),
    "7.8": ("engage", "engage_rung", "identified", "local_delay", "shoot_down_severity"),
    "7.9": ("case_window", "case_room"),
    "7.10": (
        "clock_median", "clock_severity", "clock_rung", "clock_sigma", "theatre_stage",
        "theatre_median", "wait", "wait_longest", "reassurance",
    ),
    "7.11": (
        "suspicion_accident", "suspicion_assertive", "suspicion_hostile", "suspicion_not_theirs",
        "a_tension", "a_rung", "first_report", "first_accuracy", "report", "accuracy",
    ),
    "7.12": (
        "knowledge", "honesty", "credibility_a", "credibility_b", "credibility_low",
        "credibility_high", "credibility_step",
    ),
    "7.13": (
        "beta", "resolve", "fear", "jump", "jump_rung", "grievance", "cost_accident",
        "cost_assertive", "cost_hostile", "cost_not_theirs", "consent_longest",
    ),
    "7.14": ("delta", "delta_display", "relief", "max_replies", "tension_act"),
    "7.15": (
        "heed_stop", "heed_stop_assertive", "heed_stop_hostile", "moment_share", "halt",
        "late_relief", "late_quiet",
    ),
    "7.16": (
        "tension_incident", "tension_half_life", "quiet", "activity_rung", "boldness", "pause",
        "pause_lasts",
    ),
    "7.17": ("backfire", "backfire_tension", "concern_factor", "concern_lasts"),
    "7.18": ("notify_rung",),
}  # fmt: skip
"""The model's constants by section."""

_GROUPS: Final = {
    "units": "7.1", "incidents": "7.7", "acts": "7.13", "messages": "7.12", "channels": "7.17",
    "arms": "7.19",
}  # fmt: skip
"""Section of each group of rows of the catalogue, but for the exceptions below."""

_PARTS: Final = {
    ("units", "contact_range"): "7.2",
    ("units", "detection_range"): "7.3",
    ("incidents", "suspicion"): "7.11",
    ("channels", "notify"): "7.18",
    ("channels", "notice_lasts"): "7.18",
    ("channels", "tests"): "7.18",
    ("defaults", "launches"): "7.3",
    ("defaults", "notice_lead"): "7.18",
    ("defaults", "lasting"): "7.18",
    ("defaults", "a_max"): "4.9",
    ("defaults", "capacity"): "7.17",
    ("defaults", "interpreter"): "7.17",
    ("defaults", "weight"): "7.12",
}
"""Sections by group and last part of a name."""

_OF: Final = {name: section for section, names in _MODEL.items() for name in names}


def section_of(group: str, name: str) -> str:
    """Return the section of the model document in which a row of the catalogue is at work.

    Raises KeyError for a row that no section claims.
    """
    if group == "model":
        return _OF[name]
    part = name.rpartition(".")[2]
    found = _PARTS.get((group, part))
    return _GROUPS[group] if found is None else found
