"""The map of one world: who moves where, where they met, and what went wrong.

Faint lines are the tracks of one sortie of each force, strong ones the way into and out of each
recorded contact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from sim.crisis import History
from sim.language import gettext
from sim.language import gettext_noop as N_
from sim.records import Contacted, Happened, Origin
from sim.scenario.kinds import SeverityClass
from sim.scenario.quantities import DAY
from sim.show.cast import Cast
from sim.show.ground import CREDIT, GRATICULE, draw_ground, draw_scale, name_countries, view_of
from sim.show.labels import NO_POINTS, Box, Label, along, marker_box, place
from sim.show.style import (
    GRAVE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    SMALL,
    bare,
    canvas,
    headline,
    panel,
)
from sim.show.trails import BLOC_COLOURS, BLOC_LINES, THIRD_PARTY_COLOUR, draw_tracks
from sim.show.words import (
    bloc_title,
    counted,
    incident,
    listed,
    moment,
    own_text,
    short_date,
    titled,
)
from sim.world.theatre import Theatre

if TYPE_CHECKING:
    from sim.crisis import Stage

_PANEL: Final = (0.045, 0.085, 0.70, 0.765)


class _Mark(NamedTuple):
    """How a kind of event is drawn: marker, colour, size in points, and its name in the key."""

    marker: str
    colour: str
    size: float
    name: str


_CONTACT: Final = _Mark("o", PAPER, 7, N_("recorded contact, routine"))
_SERIOUS: Final = _Mark("D", ORANGE, 11, N_("serious incident"))
_GRAVE: Final = _Mark("*", GRAVE, 20, N_("high-risk incident"))
_MANY: Final = 40  # contacts, from which on their marks are drawn smaller
_STRAY: Final = _Mark("X", PURPLE, 13, N_("weapon that strayed"))


def draw_map(stage: Stage, history: History | None = None, ax: Axes | None = None) -> Axes:
    """Draw one world on the map; with a history, also what happened in it.

    Faint lines show where forces move, strong ones the minutes around a contact, stars what went
    badly wrong. It is one world of many, and a map cannot show in which order things happened.
    Returns the axes that hold the figure.
    """
    ax = bare(canvas() if ax is None else ax)
    cast, theatre = Cast(stage), stage.theatre
    inner = panel(ax, *_PANEL)
    for spine in inner.spines.values():
        spine.set_visible(True)
        spine.set_color(MUTED)
    frame = inner.get_window_extent()
    happened = _incidents(history)
    places = [(float(h.x), float(h.y)) for h in happened]
    view = view_of(theatre, places, frame.width / frame.height)
    mapped = draw_ground(inner, theatre, view)
    _areas(inner, theatre)
    draw_tracks(inner, stage, history)
    boxes = _events(inner, history, happened) + _sites(inner, theatre)
    boxes.append(draw_scale(inner, view))
    _, boxes = place(inner, _labels(theatre, cast, happened), boxes, _drawn(inner))
    if mapped:
        name_countries(inner, theatre, view, boxes)
    _key(ax, theatre, cast, None if history is None else happened)
    _words(ax, stage, cast, history, happened, mapped)
    return ax


def _drawn(ax: Axes) -> np.ndarray:
    """Return points in pixels along the tracks, outlines and marks that labels should not cover."""
    parts = [
        along(ax, *np.asarray(line.get_xydata()).T)
        for line in ax.get_lines()
        if line.get_gid() != GRATICULE
    ]
    for collection in ax.collections:
        if isinstance(collection, LineCollection):
            parts += [along(ax, *np.asarray(piece).T) for piece in collection.get_segments()]
    return np.concatenate([NO_POINTS, *parts])


def _incidents(history: History | None) -> list[Happened]:
    """Return the incidents that have a place, the gravest first."""
    if history is None:
        return []
    found = [r for r in history.records if isinstance(r, Happened) and r.origin != Origin.ACT]
    return sorted((r for r in found if (r.x, r.y) != (-1, -1)), key=lambda r: -r.severity)


def _mark(record: Happened) -> _Mark:
    if record.origin == Origin.STRAY:
        return _STRAY
    return _GRAVE if record.severity_class == SeverityClass.HIGH_RISK else _SERIOUS


# Places and events.


def _areas(ax: Axes, theatre: Theatre) -> None:
    for _, shape in sorted(theatre.areas.items()):
        x, y = shape.exterior.xy
        ax.plot(x, y, color=MUTED, lw=1.1, ls=(0, (2.0, 2.0)), zorder=1.5)


def _sites(ax: Axes, theatre: Theatre) -> list[Box]:
    boxes = []
    for _, site in sorted(theatre.sites.items()):
        colour = GREEN if site.critical else INK
        ax.plot(site.x, site.y, marker="s", ms=9, color=colour, mec=PAPER, mew=1.2, zorder=5)
        boxes.append(marker_box(ax, site.x, site.y, 10))
    return boxes


def _events(ax: Axes, history: History | None, happened: list[Happened]) -> list[Box]:
    """Draw routine contacts, then incidents over them, the gravest on top."""
    records = () if history is None else history.records
    met = [r for r in records if isinstance(r, Contacted)]
    mark = _CONTACT if len(met) <= _MANY else _CONTACT._replace(size=_CONTACT.size * 0.6)
    for contact in met:
        if contact.severity_class == SeverityClass.ROUTINE:
            _sign(ax, contact.x, contact.y, mark, 4.0)
    boxes = []
    for depth, record in enumerate(reversed(happened)):
        mark = _mark(record)
        _sign(ax, record.x, record.y, mark, 6 + depth / 1000)
        boxes.append(marker_box(ax, record.x, record.y, mark.size))
    return boxes


def _sign(ax: Axes, x: float, y: float, mark: _Mark, depth: float) -> None:
    """Draw one event; a greater depth lies on top."""
    ax.plot(
        x, y, marker=mark.marker, ms=mark.size, color=mark.colour, mec=INK, mew=1.1, zorder=depth
    )  # fmt: skip


def _labels(theatre: Theatre, cast: Cast, happened: list[Happened]) -> list[Label]:
    """Return the labels in order of importance: grave incidents, sites, forces, areas."""
    start = theatre.scenario.start
    labels = []
    for record in happened:
        grave = record.severity_class == SeverityClass.HIGH_RISK
        if grave or record.origin == Origin.STRAY:
            date = short_date(moment(start, record.time))
            kind = incident(record.kind)
            clear = _mark(record).size / 2 + 2
            text = f"{kind}, {date}"
            labels.append(Label(record.x, record.y, text, SMALL, weight="bold", clear=clear))
    for name, site in sorted(theatre.sites.items()):
        labels.append(Label(site.x, site.y, cast.site(name), SMALL, INK))
    labels += _force_labels(theatre, cast)
    for name, shape in sorted(theatre.areas.items()):
        left, _, right, top = shape.bounds
        labels.append(
            Label((left + right) / 2, top, cast.area(name), SMALL, MUTED, "italic", above=True)
        )
    return labels


def _force_labels(theatre: Theatre, cast: Cast) -> list[Label]:
    """Return a label for each force that has a place of its own, in its bloc's colour."""
    labels = []
    for force in sorted(theatre.scenario.forces, key=lambda force: force.id):
        moves = force.moves
        line = moves.racetrack or moves.route
        position = moves.station or (line[0] if line else None)
        if position is None:
            continue
        bloc = theatre.actors[theatre.actor_index[force.actor]].bloc
        colour = BLOC_COLOURS[bloc] if bloc >= 0 else THIRD_PARTY_COLOUR
        text = cast.speaker.text(force.name) if force.name else titled(force.id)
        labels.append(Label(*theatre.projection.metres(*position), text, SMALL, colour))
    return labels


# Words and key.


def _key(ax: Axes, theatre: Theatre, cast: Cast, happened: list[Happened] | None) -> None:
    """Draw the key in the column beside the map; ``happened`` is None where nothing was played."""
    rows: list[tuple[Line2D, str]] = []
    for bloc in range(len(theatre.blocs)):
        line = Line2D([], [], color=BLOC_COLOURS[bloc], ls=BLOC_LINES[bloc], lw=2.2)
        rows.append(
            (line, gettext("tracks: {bloc_title}", bloc_title=bloc_title(theatre.blocs[bloc])))
        )
    if any(site.critical for site in theatre.sites.values()):
        rows.append(
            (Line2D([], [], ls="", marker="s", ms=9, color=GREEN), gettext("critical site"))
        )
    if any(not site.critical for site in theatre.sites.values()):
        rows.append((Line2D([], [], ls="", marker="s", ms=9, color=INK), "site"))
    marks = [] if happened is None else [_CONTACT, _SERIOUS, _GRAVE]
    if any(_mark(record) is _STRAY for record in happened or ()):
        marks.append(_STRAY)
    for mark in marks:
        sign = Line2D([], [], ls="", marker=mark.marker, ms=mark.size, color=mark.colour, mec=INK)
        rows.append((sign, gettext(mark.name)))
    left = _PANEL[0] + _PANEL[2] + 0.02
    legend = ax.legend(
        [row[0] for row in rows], [row[1] for row in rows], loc="upper left",
        bbox_to_anchor=(left - 0.012, _PANEL[1] + _PANEL[3] + 0.015), frameon=False, fontsize=SMALL,
        labelspacing=0.9, handlelength=2.0,
    )  # fmt: skip
    legend.set_zorder(5)
    note = gettext("Faint: one sortie of each force.")
    if happened is not None:
        note += gettext("\nStrong: the minutes around\neach recorded contact.")
    ax.text(
        left, _PANEL[1], note, transform=ax.transAxes, fontsize=SMALL, color=MUTED, va="bottom",
        linespacing=1.4,
    )  # fmt: skip


def _words(
    ax: Axes,
    stage: Stage,
    cast: Cast,
    history: History | None,
    happened: list[Happened],
    mapped: bool,
) -> None:
    """Write what the map shows."""
    scenario = stage.theatre.scenario
    number = stage.luck.world
    if history is None:
        message, shown = (
            gettext("Who moves where"),
            gettext("candidate sorties, whatever the two sides say"),
        )
    else:
        contacts = sum(isinstance(r, Contacted) for r in history.records)
        grave = sum(h.severity_class == SeverityClass.HIGH_RISK for h in happened)
        serious = len(happened) - grave
        parts = [counted(contacts, "recorded contact")]
        parts += [counted(serious, "serious incident")] if serious else []
        parts += [counted(grave, "high-risk incident")] if grave else []
        days = round(stage.theatre.horizon_ms / DAY)
        message = gettext("{parts} in {days}", parts=listed(parts), days=counted(days, "day"))
        message += "" if happened else gettext(", and no incident")
        shown = gettext("arm {arm}", arm=history.arm)
    period = gettext(
        "{day} to {other_day}", day=cast.day(0), other_day=cast.day(stage.theatre.horizon_ms)
    )
    foot = gettext(CREDIT) if mapped else gettext("No base map of this region: graticule only")
    headline(
        ax,
        message,
        gettext(
            "{scenario} · world {number} · {shown} · {period}",
            scenario=own_text(scenario.scenario),
            number=number,
            shown=shown,
            period=period,
        ),
        gettext("{foot} · seed {seed}", foot=foot, seed=stage.luck.seed),
    )
