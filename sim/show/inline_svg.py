"""Figures as files into figures inside a page: one document of many drawings, and nothing else.

A drawing is taken apart and put together anew from what a figure may hold. Names inside it get a
prefix, since several drawings share a page; whatever could load, link or run is left out, so that
a file that was tampered with does no more than look odd.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Final, NamedTuple

from sim.errors import ResultsError

_SVG: Final = "{http://www.w3.org/2000/svg}"
_HREF: Final = ("href", "{http://www.w3.org/1999/xlink}href")
_KEPT: Final = frozenset({
    "svg", "g", "defs", "path", "use", "text", "tspan", "clipPath", "rect", "circle", "ellipse",
    "line", "polyline", "polygon", "pattern", "image", "linearGradient", "radialGradient", "stop",
    "marker", "symbol",
})  # fmt: skip
"""Elements a figure is made of; of an unknown one neither it nor what it holds is kept."""

_PICTURE: Final = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=\s]*\Z")
_NAME: Final = re.compile(r"[A-Za-z_][\w.:-]*\Z")
_URL: Final = re.compile(r"url\(\s*['\"]?([^)'\"]*)['\"]?\s*\)", re.IGNORECASE)
_OUTWARD: Final = re.compile(
    r"@import|expression|javascript:|src\(|image\(|image-set|\\", re.IGNORECASE
)
_SIZE: Final = re.compile(r"font:[^;]*?([\d.]+)px|font-size:\s*([\d.]+)px")
_DIGITS: Final = re.compile(r"-?\d+\.\d{4,}")


class Drawing(NamedTuple):
    """A figure for a page: what stands inside its outermost element, and its words.

    ``view`` is its viewBox. ``texts`` are the texts in it with the size of their letters, the
    largest first.
    """

    inside: str
    view: str
    width: float
    height: float
    texts: tuple[tuple[float, str], ...]


def drawing(path: Path, prefix: str) -> Drawing:
    """Return the figure in an SVG file; raises ResultsError for a file that holds none."""
    try:
        root = ET.fromstring(path.read_bytes())
    except (OSError, ET.ParseError, ValueError) as error:
        raise ResultsError(
            f"{path}: cannot be read as a figure ({error}); delete it, and it is drawn anew"
        ) from None
    view = root.get("viewBox", "").split()
    try:
        _, _, width, height = (float(number) for number in view)
    except ValueError:
        width = height = 0.0
    if root.tag != f"{_SVG}svg" or not (width > 0 and height > 0):
        raise ResultsError(f"{path}: holds no figure; delete it, and it is drawn anew")
    texts = _texts(root)
    _clean(root, prefix)
    _named_once(root)
    inside = "".join(ET.tostring(child, encoding="unicode") for child in root)
    return Drawing(inside, " ".join(f"{float(n):g}" for n in view), width, height, texts)


def _texts(root: ET.Element) -> tuple[tuple[float, str], ...]:
    """Return every text with its size."""
    found = []
    for element in root.iter(f"{_SVG}text"):
        text = " ".join("".join(element.itertext()).split())
        size = _SIZE.search(element.get("style", ""))
        points = float(next((part for part in size.groups() if part), 0)) if size else 0.0
        if text:
            found.append((points, text))
    return tuple(sorted(found, key=lambda row: -row[0]))


def _clean(element: ET.Element, prefix: str) -> None:
    """Keep only what a figure is made of, in this element and below it."""
    for child in list(element):
        name = child.tag.removeprefix(_SVG) if isinstance(child.tag, str) else ""
        if name not in _KEPT or (child.tag == name):
            element.remove(child)
        else:
            _clean(child, prefix)
    element.tag = element.tag.removeprefix(_SVG)
    element.tail = None
    if element.tag not in ("text", "tspan"):
        element.text = None
    attributes = dict(element.attrib)
    element.attrib.clear()
    for name, value in attributes.items():
        kept = _attribute(name, value, prefix, element.tag)
        if kept is not None:
            element.set(*kept)


def _named_once(root: ET.Element) -> None:
    """Let a name stand at the first element that bears it: a page may have each only once."""
    seen: set[str] = set()
    for element in root.iter():
        name = element.get("id")
        if name in seen:
            del element.attrib["id"]
        elif name is not None:
            seen.add(name)


def _attribute(name: str, value: str, prefix: str, tag: str) -> tuple[str, str] | None:
    """Return an attribute as it may stand in the page; None for one that may not."""
    if name in _HREF:
        if value.startswith("#"):
            return "href", f"#{prefix}{value[1:]}"
        return ("href", value) if tag == "image" and _PICTURE.match(value) else None
    if name == "id":
        return (name, f"{prefix}{value}") if _NAME.match(value) else None
    if name.startswith("{") or name.lower().startswith("on") or _OUTWARD.search(value):
        return None
    targets = _URL.findall(value)
    if any(not target.startswith("#") for target in targets) or (
        "url" in value.lower() and not targets
    ):
        return None
    value = _URL.sub(lambda match: f"url(#{prefix}{match.group(1)[1:]})", value)
    if name in ("d", "points", "x", "y"):
        value = _DIGITS.sub(lambda match: f"{float(match.group()):.3f}", " ".join(value.split()))
    return name, value
