"""The theatre in motion: one world under two arms side by side, as a GIF or a film.

Every frame is a moment; both maps show the same one. Dots are the units that are out, stars and
diamonds what has gone wrong by then, and the line below each map says where that arm's crisis
stands and what was done last.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from matplotlib.animation import AbstractMovieWriter, FFMpegWriter, PillowWriter
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.crisis import History
from sim.errors import RunError
from sim.language import gettext
from sim.records import Acted, Called, CallEnd, Contacted, Happened, Origin, Record, Runged
from sim.scenario.kinds import Act, SeverityClass
from sim.scenario.quantities import DAY
from sim.show.affair import affair
from sim.show.cast import Cast
from sim.show.ground import CREDIT, draw_ground, view_of
from sim.show.style import (
    GRAVE,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    arm_styles,
    bare,
    canvas,
    figure_of,
    panel,
)
from sim.show.trails import BLOC_COLOURS, THIRD_PARTY_COLOUR, flown
from sim.show.words import ACTS, RUNGS, clock_time, incident, moment, own_text, weekday_date

if TYPE_CHECKING:
    from sim.crisis import Stage

FRAMES: Final = 40
_PER_SECOND: Final = 5
_HELD: Final = 8  # frames for which the last moment stands
_SIZE: Final = (9.6, 5.4)
_DPI: Final = 80
_MARKERS: Final = ("o", "^", "s")  # first bloc, second bloc, third parties
_TEXT: Final = 10.0


class Moment(NamedTuple):
    """What one panel shows at one time: units by bloc (n x 2 each), incidents, and its words."""

    units: tuple[np.ndarray, np.ndarray, np.ndarray]
    incidents: tuple[Happened, ...]
    rung: int
    last: str


def window_of(a: History, b: History) -> tuple[int, int]:
    """Return the stretch of time that is shown: the affair that tells most, else the first day."""
    found = affair(a, b)
    if found is None:
        return a.begins, min(a.begins + DAY, a.horizon)
    return max(found.begin, a.begins), min(found.end, a.horizon)


def moment_of(stage: Stage, history: History, since: int, time: int, cast: Cast) -> Moment:
    """Return what one history shows at a time, of what happened ``since`` another."""
    rungs = [r.rung for r in history.records if isinstance(r, Runged) and r.time <= time]
    records = [r for r in history.records if since <= r.time <= time]
    placed = tuple(
        r
        for r in records
        if isinstance(r, Happened) and r.origin != Origin.ACT and (r.x, r.y) != (-1, -1)
    )
    told = [text for text in (_told(r, cast) for r in records) if text]
    rung = rungs[-1] if rungs else max(cast.start.levels)
    return Moment(units_at(stage, history, time), placed, rung, told[-1] if told else "")


def _told(record: Record, cast: Cast) -> str:
    """Return what a record says in a few words, or nothing."""
    if isinstance(record, Happened) and record.origin != Origin.ACT:
        text = incident(record.kind)
    elif isinstance(record, Acted) and not record.theatre:
        text = f"{cast.actor(record.actor)} {ACTS[Act(record.act)]}"
    elif isinstance(record, Called) and record.end == CallEnd.THROUGH:
        text = gettext(
            "word is heard on {split}", split=cast.channel(record.channel).split(" (")[0]
        )
    else:
        return ""
    return f"{cast.stamp(record.time)}  {text}"


def units_at(
    stage: Stage, history: History, time: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where the units that are out are, for each bloc and for third parties."""
    sorties, segments = stage.world.sorties, stage.world.segments
    out = (segments.t0 <= time) & (time < segments.t1)
    found: tuple[list[tuple[float, float]], ...] = ([], [], [])
    for at in np.flatnonzero(out).tolist():
        row = int(segments.sortie[at])
        if not sorties.start[row] <= time <= sorties.end[row] or not flown(stage, history, row):
            continue
        begin, end = int(segments.t0[at]), int(segments.t1[at])
        share = (time - begin) / (end - begin)
        x = segments.x0[at] + share * (segments.x1[at] - segments.x0[at])
        y = segments.y0[at] + share * (segments.y1[at] - segments.y0[at])
        found[stage.theatre.units[int(sorties.unit[row])].bloc].append((float(x), float(y)))
    first, second, third = (np.array(each).reshape(-1, 2) for each in found)
    return first, second, third


def animate(
    stage: Stage, a: History, b: History, path: str | Path, *, frames: int = FRAMES
) -> Path:
    """Write one world under two arms as an animation, and return the file.

    The name says the format: ``.gif`` through Pillow, ``.mp4`` where ffmpeg is installed. It shows
    the affair that tells most. What is no place on a map, calls and threats, is told in the line
    below. Raises RunError for another name, without ffmpeg, or for a file that cannot be written.
    """
    target = Path(path)
    writer = _writer(target)
    if frames < 2:
        raise RunError(f"frames: must be at least 2 (got {frames})")
    begin, end = window_of(a, b)
    times = [begin + (end - begin) * k // (frames - 1) for k in range(frames)]
    times += [times[-1]] * _HELD
    film = Film(stage, a, b)
    try:
        handle, beside = tempfile.mkstemp(dir=target.parent, suffix=target.suffix.lower())
    except OSError as error:
        raise RunError(f"{target}: cannot be written ({error.strerror}); name another") from None
    os.close(handle)
    try:
        with writer.saving(film.figure, beside, _DPI):
            for time in times:
                film.show(time)
                writer.grab_frame()
        os.chmod(beside, 0o644)
        os.replace(beside, target)
    except BaseException:
        os.unlink(beside)
        raise
    return target


def _writer(path: Path) -> AbstractMovieWriter:
    """Return what writes a file of this name; raises RunError where nothing does."""
    if path.is_dir():
        raise RunError(f"{path}: is a directory; give the animation a file name")
    if path.suffix.lower() == ".gif":
        return PillowWriter(fps=_PER_SECOND)
    if path.suffix.lower() != ".mp4":
        raise RunError(f"{path}: an animation is a .gif or an .mp4; choose such a name")
    if not FFMpegWriter.isAvailable():
        raise RunError(
            f"{path}: an MP4 is written by ffmpeg, which is not installed here; install it, or "
            f"choose a name that ends in .gif"
        )
    return FFMpegWriter(fps=_PER_SECOND, metadata={}, extra_args=["-bitexact"])


class Film:
    """A figure with a map for each of two arms that can be set to any moment."""

    def __init__(self, stage: Stage, a: History, b: History) -> None:
        self._stage, self._histories, self._cast = stage, (a, b), Cast(stage)
        self._since, _ = window_of(a, b)
        ax = canvas(_SIZE)
        self.figure: Figure = figure_of(ax)
        self.figure.set_dpi(_DPI)
        bare(ax)
        self._moving: list[Artist] = []
        self.maps = tuple(self._map(ax, at) for at in (0, 1))
        scenario = stage.theatre.scenario
        ax.text(
            0.02,
            0.965,
            gettext(
                "{scenario}: world {world}, {arm} and {other_arm}",
                scenario=own_text(scenario.scenario),
                world=a.world,
                arm=a.arm,
                other_arm=b.arm,
            ),
            fontsize=_TEXT + 4,
            fontweight="bold",
            color=INK,
            va="center",
        )
        self._date = ax.text(0.02, 0.905, "", fontsize=_TEXT + 2, color=MUTED, va="center")
        ax.text(
            0.02,
            0.028,
            gettext(
                "Dots and triangles: units that are out. Diamond: serious incident. Star: "
                "high-risk incident. {credit}, where land is drawn.",
                credit=gettext(CREDIT),
            ),
            fontsize=_TEXT - 2,
            color=MUTED,
            va="center",
        )
        self._ax = ax

    def _map(self, ax: Axes, at: int) -> Axes:
        """Draw what does not move in one map."""
        inner = panel(ax, 0.02 + 0.49 * at, 0.215, 0.47, 0.60)
        theatre = self._stage.theatre
        frame = inner.get_window_extent()
        places = [
            (float(r.x), float(r.y))
            for h in self._histories
            for r in h.records
            if isinstance(r, Contacted | Happened) and (r.x, r.y) != (-1, -1)
        ]
        view = view_of(theatre, places, frame.width / frame.height)
        draw_ground(inner, theatre, view)
        inner.set_xticks([])
        inner.set_yticks([])
        for spine in inner.spines.values():
            spine.set_visible(True)
        for site in theatre.sites.values():
            inner.plot(site.x, site.y, marker="s", ms=4, color=INK, zorder=3)
        arm = self._histories[at].arm
        styles = arm_styles([h.arm for h in self._histories])
        inner.set_title(
            arm, fontsize=_TEXT + 2, color=styles[arm].colour, fontweight="bold", loc="left", pad=3
        )
        return inner

    def show(self, time: int) -> tuple[Moment, Moment]:
        """Set both maps to a time; return what they show."""
        for artist in self._moving:
            artist.remove()
        self._moving = []
        start = self._stage.theatre.scenario.start
        when = moment(start, time)
        self._date.set_text(
            gettext(
                "{weekday_date} {clock_time} UTC",
                weekday_date=weekday_date(when),
                clock_time=clock_time(when),
            )
        )
        shown = []
        for at, (inner, history) in enumerate(zip(self.maps, self._histories, strict=True)):
            found = moment_of(self._stage, history, self._since, time, self._cast)
            self._draw(inner, found)
            lines = gettext(
                "rung {rung}: {rungs}\n{last}",
                rung=found.rung,
                rungs=RUNGS[found.rung],
                last=found.last,
            )
            self._moving.append(
                self._ax.text(
                    0.02 + 0.49 * at, 0.19, lines, fontsize=_TEXT, color=INK, va="top",
                    linespacing=1.5,
                )
            )  # fmt: skip
            shown.append(found)
        return shown[0], shown[1]

    def _draw(self, ax: Axes, found: Moment) -> None:
        """Draw what moves in one map."""
        colours = (*BLOC_COLOURS, THIRD_PARTY_COLOUR)
        for places, marker, colour in zip(found.units, _MARKERS, colours, strict=True):
            self._put(ax, places, marker=marker, color=colour, ms=6, mec=PAPER, zorder=5)
        for record in found.incidents:
            grave = record.severity_class == SeverityClass.HIGH_RISK
            look: dict[str, Any] = {"marker": "*", "color": GRAVE, "ms": 17}
            if not grave:
                look = {"marker": "D", "color": ORANGE, "ms": 9}
            self._put(ax, np.array([[record.x, record.y]]), mec=INK, zorder=6, **look)

    def _put(self, ax: Axes, places: np.ndarray, **look: Any) -> None:
        self._moving += ax.plot(places[:, 0], places[:, 1], ls="", **look)
