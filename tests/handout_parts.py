"""A scenario full of secrets, and the words that a page of HTML shows."""

from __future__ import annotations

from html.parser import HTMLParser

from sim.handouts.printing import Handouts, handouts
from sim.scenario import Scenario, loads

SECRET = """
format: 1
scenario: Открытое
question: SECRETQUESTION
start: 2022-09-01T00:00Z
duration: 30 d
border_share: 0.5
briefs: {a1_watch: BRIEFONE, b2_watch: BRIEFTWO, everyone: BRIEFALL}
actors:
  aa: {name: Альфа, bloc: a1, leads: true}
  bb: {name: Бета, bloc: b2, leads: true}
  cc: {name: Гамма}
areas:
  north: {polygon: [[29.5, 42.5], [33.0, 42.5], [33.0, 45.0], [30.0, 45.0]], title: Север}
  hidden: {around: [31.0, 44.0], radius: 20 km, title: SECRETAREA}
sites:
  target: {name: SECRETSITE, at: [30.0, 44.0]}
  plant: {name: Завод, at: [31.5, 43.5], critical: true}
forces:
  - {id: alphaunit, actor: aa, kind: maritime_patrol, name: UNITONE, number: 41,
     moves: {box: north}, sorties: {every: 24 h, lasting: 6 h}}
  - {id: betaunit, actor: bb, kind: interceptor, name: UNITTWO, number: 43,
     moves: {station: [33.57, 44.69]}}
  - {id: gammaunit, actor: cc, kind: convoy, name: UNITTHREE, number: 47,
     moves: {station: [30, 44]}}
strikes:
  - {actor: bb, into: target, on: [2022-09-05T10:00Z], missiles: 3}
channels:
  line: {use: deconfliction_line, ends: [aa, bb], answered: 0.4321}
injects:
  - at: 2022-09-02T10:00Z
    title: SECRETINJECT
    incident: {kind: collision, victim: aa, by: cc, blamed: bb, near: hidden, cause: not_theirs}
    room: {delivery: HOWITCOMES, expected: SECRETEXPECTED,
           responsible: SECRETPERSON, notes: SECRETNOTE}
arms:
  mine: {title: SECRETARM, line: {answered: 1.0}}
"""  # fmt: skip


class _Shown(HTMLParser):
    """Gathers what a reader sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = tag == "style"
        self.found += [text or "" for name, text in attrs if name == "alt"]

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, text: str) -> None:
        if not self._hidden:
            self.found.append(text)


def shown(page: bytes) -> str:
    """Return the words of a page of HTML."""
    reader = _Shown()
    reader.feed(page.decode("utf-8"))
    return " ".join(reader.found)


def pages(scenario: Scenario, code: str = "en") -> dict[str, str]:
    """Return the words of each handout, by the name of its file."""
    found: Handouts = handouts(scenario, code, form="html")
    return {name.removesuffix(".html"): shown(page) for name, page in found.files.items()}


def with_title(title: str) -> Scenario:
    """Return the scenario of secrets with another title for its inject."""
    from json import dumps

    return loads(
        SECRET.replace("title: SECRETINJECT", f"title: {dumps(title, ensure_ascii=False)}")
    )
