"""One style for all figures: to be projected, printed in grey, and told apart without colour.

Figures are made without pyplot, so that drawing one changes nothing for a caller's own figures.
Every colour goes with a second carrier (marker, hatch or line style). Colours are those of Okabe &
Ito (2008), "Color Universal Design", darkened until words in them stand out from paper by 4.5 to 1
(WCAG 2.2, success criterion 1.4.3); lighter ones are for areas with an outline alone.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from sim.errors import RunError


class Size(NamedTuple):
    """Width and height of a figure in inches, as its letters see them, and its dots per inch."""

    width: float
    height: float
    dpi: int


SIZES: Final = {"slide": Size(12.8, 7.2, 150), "print": Size(10.0, 7.5, 200)}
"""What figures are for. One for a slide fills it. One for print is narrower and higher, so that its
letters stay readable when it is set as wide as the text of a page (about 17 cm)."""

SIZE: Final = SIZES["slide"][:2]

_SIZE: ContextVar[Size] = ContextVar("size", default=SIZES["slide"])

INK: Final = "#1b1b1b"
MUTED: Final = "#6b6b6b"
FAINT: Final = "#c9c9c9"
PAPER: Final = "#ffffff"
SEA: Final = "#eef3f6"
LAND: Final = "#dcdad2"
BORDER: Final = "#ffffff"

BLUE: Final = "#0066a8"
OCHRE: Final = "#8a6500"
BROWN: Final = "#6b4226"
GREEN: Final = "#007f5c"
ORANGE: Final = "#e69f00"
VERMILION: Final = "#c04f00"
PURPLE: Final = "#aa4a86"
GRAVE: Final = "#b3002d"

WORDS: Final = (INK, MUTED, BLUE, OCHRE, BROWN, GREEN, VERMILION, PURPLE, GRAVE)
"""Colours in which words may be written on paper."""

TITLE: Final = 19
LABEL: Final = 14
SMALL: Final = 12
TINY: Final = 10.5

MARGIN: Final = 0.03
_UNSAID: Final[dict[str, dict[str, None]]] = {
    "png": {"Software": None}, "svg": {"Date": None, "Creator": None}
}  # fmt: skip
_ABOVE, _BELOW = 18, 9  # points between a figure's edge and its first and last line


class ArmStyle(NamedTuple):
    """How an arm is drawn: colour, line style and marker."""

    colour: str
    dashes: tuple[int, tuple[float, ...]]
    marker: str


_COLOURS: Final = (INK, VERMILION, BLUE, GREEN, PURPLE, OCHRE, BROWN)
_DASHES: Final[tuple[tuple[int, tuple[float, ...]], ...]] = (
    (0, ()),
    (0, (6.0, 2.0)),
    (0, (2.0, 1.5)),
    (0, (8.0, 2.0, 2.0, 2.0)),
    (0, (1.0, 1.2)),
    (0, (4.0, 1.5, 1.0, 1.5, 1.0, 1.5)),
    (0, (10.0, 3.0)),
    (0, (3.0, 3.0)),
)
_MARKERS: Final = ("o", "s", "D", "^", "v", "P", "X", "<", ">", "p", "h")


def arm_styles(arms: Sequence[str]) -> dict[str, ArmStyle]:
    """Return a style for each arm; the reference, which comes first, is drawn in ink."""
    return {
        arm: ArmStyle(
            _COLOURS[at % len(_COLOURS)],
            _DASHES[at % len(_DASHES)],
            _MARKERS[at % len(_MARKERS)],
        )
        for at, arm in enumerate(arms)
    }


@contextmanager
def sized(name: str) -> Iterator[None]:
    """Make figures that are begun within this of a size: slide, or print.

    Raises RunError for another name.
    """
    if name not in SIZES:
        raise RunError(f'size: there is no "{name}"; known: {", ".join(SIZES)}')
    token = _SIZE.set(SIZES[name])
    try:
        yield
    finally:
        _SIZE.reset(token)


def font_file(bold: bool = False) -> Path:
    """Return the file of the typeface of all figures, which travels with matplotlib."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name


def canvas(size: tuple[float, float] | None = None) -> Axes:
    """Return the axes of a new figure that fill it, ready to be drawn on."""
    width, height, dpi = _SIZE.get()
    figure = Figure(figsize=size or (width, height), dpi=dpi, facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure.add_axes((0.0, 0.0, 1.0, 1.0))


def taller(rows: int, fit: int, row: float = 0.36) -> tuple[float, float]:
    """Return a figure size with room for more rows than ``fit`` in the usual one, in inches."""
    width, height, _ = _SIZE.get()
    return width, height + row * max(0, rows - fit)


def figure_of(ax: Axes) -> Figure:
    """Return the figure that holds some axes."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def bare(ax: Axes) -> Axes:
    """Return axes without frame, ticks or ground, to carry titles and panels."""
    ax.set_axis_off()
    return ax


def panel(ax: Axes, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return axes inside others, in shares of their width and height."""
    inner = ax.inset_axes((left, bottom, width, height))
    plain_frame(inner)
    return inner


def plain_frame(ax: Axes) -> None:
    """Leave axes only the frame lines that carry a scale."""
    ax.set_facecolor(PAPER)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(MUTED)
    ax.tick_params(colors=INK, labelsize=SMALL, length=4)
    ax.grid(False)


def headline(ax: Axes, title: str, subtitle: str = "", foot: str = "") -> None:
    """Write the message of a figure above it, what it shows below that, its source at its foot.

    A message too long for the figure is written smaller, down to the size of labels, and what
    stands below it down to the least size there is; a foot goes on in a second line.
    """
    rows = (
        (title, 1.0, -_ABOVE, _fitting(ax, title, TITLE, LABEL, "bold"), "bold", INK, "top"),
        (
            subtitle, 1.0, -_ABOVE - 1.65 * TITLE, _fitting(ax, subtitle, LABEL, TINY, "normal"),
            "normal", MUTED, "top",
        ),
        (_broken(ax, foot), 0.0, _BELOW, TINY, "normal", MUTED, "bottom"),
    )  # fmt: skip
    for text, height, shift, points, weight, colour, side in rows:
        if text:
            ax.annotate(
                text, (MARGIN, height), (0, shift), xycoords="axes fraction",
                textcoords="offset points", fontsize=points, fontweight=weight, color=colour,
                va=side, ha="left", annotation_clip=False,
            )  # fmt: skip


def _room(ax: Axes) -> float:
    """Return the width there is for a line, in pixels."""
    return ax.get_window_extent().width * (1 - 2 * MARGIN)


def _fitting(ax: Axes, text: str, most: float, least: float, weight: str) -> float:
    """Return the greatest size at which a line fits the figure."""
    width = text_size(text, most, figure_of(ax).dpi, weight)[0]
    return max(least, min(most, most * _room(ax) / width)) if width else most


def _broken(ax: Axes, text: str) -> str:
    """Return a foot in as many lines as it needs."""
    dpi, lines = figure_of(ax).dpi, [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_size(longer, TINY, dpi)[0] > _room(ax):
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


def say_nothing(ax: Axes, why: str) -> Axes:
    """Write on bare axes what there is not to show, and why; return them."""
    ax.text(
        0.5, 0.46, why, fontsize=TITLE, ha="center", va="center", color=MUTED,
        transform=ax.transAxes, linespacing=1.6,
    )  # fmt: skip
    return ax


def text_size(text: str, size: float, dpi: float, weight: str = "normal") -> tuple[float, float]:
    """Return the width and height of a text in pixels, without a renderer."""
    lines = text.split("\n")
    font = FontProperties(weight=weight)
    widths = [
        TextPath((0, 0), line, size=size, prop=font).get_extents().width for line in lines if line
    ]
    scale = dpi / 72
    return max(widths, default=0.0) * scale * 1.04, len(lines) * size * 1.3 * scale


def save(figure: Figure, folder: Path, name: str) -> tuple[Path, Path]:
    """Write a figure as PNG and SVG into a folder, each complete or not at all.

    The same figure gives the same bytes: no date, no program version, fixed names inside the SVG.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _repeatable():
        png = _place(figure, folder / f"{name}.png", _UNSAID["png"])
        svg = _place(figure, folder / f"{name}.svg", _UNSAID["svg"])
    return png, svg


def _repeatable() -> AbstractContextManager[None]:
    """Let a figure be written with fixed names inside, and letters as letters."""
    return matplotlib.rc_context({"svg.hashsalt": "deconflict", "svg.fonttype": "none"})


def picture(figure: Figure, kind: str) -> bytes:
    """Return a figure as a picture, ``png`` or ``svg``; the same figure gives the same bytes."""
    made = BytesIO()
    with _repeatable():
        figure.savefig(made, format=kind, dpi=figure.dpi, metadata=_UNSAID[kind])
    return made.getvalue()


def _place(figure: Figure, path: Path, metadata: dict[str, None]) -> Path:
    """Write a figure beside its place and move it there."""
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    try:
        figure.savefig(beside, format=path.suffix[1:], dpi=figure.dpi, metadata=metadata)
        os.chmod(beside, 0o644)
        os.replace(beside, path)
    except BaseException:
        os.unlink(beside)
        raise
    return path
