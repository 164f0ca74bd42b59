"""The map that a room draws on: land, borders and named places in grey, and no forces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final

from matplotlib.axes import Axes
from PIL import Image

from sim.scenario import Scenario
from sim.show.ground import Ground, draw_ground, draw_scale, name_countries, view_of
from sim.show.labels import Box, Label, marker_box, place
from sim.show.style import INK, PAPER, SMALL, bare, canvas, figure_of, panel
from sim.world.theatre import Theatre, lay_out

SHEET: Final = (10.2, 6.0)
"""Width and height in inches: what is left of both A4 and Letter, laid across."""

_DPI: Final = 200
_PANEL: Final = (0.058, 0.05, 0.932, 0.94)
_INKS: Final = Ground(land="#ffffff", sea="#e2e2e2", border="#5a5a5a")
"""White land saves ink, and a pencil shows on it."""


def draw_map_sheet(
    scenario: Scenario,
    names: Mapping[str, str],
    country: Callable[[str], str] = str,
    kilometres: Callable[[int], str] = "{} km".format,
) -> tuple[Axes, bool]:
    """Draw the theatre without anybody in it, and say whether there is a base map of it.

    ``names`` are the areas and sites to draw, by their keys, as they are to be called; ``country``
    and ``kilometres`` put countries and the scale into words.
    """
    ax, theatre = bare(canvas(SHEET)), lay_out(scenario)
    inner = panel(ax, *_PANEL)
    for spine in inner.spines.values():
        spine.set_visible(True)
        spine.set_color(INK)
    frame = inner.get_window_extent()
    view = view_of(theatre, [], frame.width / frame.height)
    mapped = draw_ground(inner, theatre, view, _INKS)
    boxes = [draw_scale(inner, view, kilometres), *_signs(inner, theatre, names)]
    _, boxes = place(inner, _labels(theatre, names), boxes)
    if mapped:
        name_countries(inner, theatre, view, boxes, country)
    return ax, mapped


def _signs(ax: Axes, theatre: Theatre, names: Mapping[str, str]) -> list[Box]:
    """Draw areas and sites, and return the boxes that sites take: a full square is critical."""
    boxes: list[Box] = []
    for name, shape in sorted(theatre.areas.items()):
        if name in names:
            ax.plot(*shape.exterior.xy, color=INK, lw=1.2, ls=(0, (2.0, 2.0)), zorder=2)
    for name, site in sorted(theatre.sites.items()):
        if name in names:
            face = INK if site.critical else PAPER
            ax.plot(site.x, site.y, marker="s", ms=9, color=face, mec=INK, mew=1.4, zorder=5)
            boxes.append(marker_box(ax, site.x, site.y, 10))
    return boxes


def _labels(theatre: Theatre, names: Mapping[str, str]) -> list[Label]:
    """Return the labels of sites, then of areas."""
    found = [
        Label(site.x, site.y, names[name], SMALL)
        for name, site in sorted(theatre.sites.items())
        if name in names
    ]
    for name, shape in sorted(theatre.areas.items()):
        if name in names:
            left, _, right, top = shape.bounds
            found.append(
                Label((left + right) / 2, top, names[name], SMALL, INK, "italic", above=True)
            )
    return found


def grey_png(ax: Axes) -> bytes:
    """Return a figure as a picture in shades of grey, the same bytes each time."""
    drawn, grey = BytesIO(), BytesIO()
    figure_of(ax).savefig(drawn, format="png", dpi=_DPI, metadata={"Software": None})
    drawn.seek(0)
    with Image.open(drawn) as picture:
        picture.convert("L").save(grey, format="PNG", dpi=(_DPI, _DPI))
    return grey.getvalue()
