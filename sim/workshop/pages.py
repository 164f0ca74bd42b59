"""The pages: few, plain, and made here so that forms work where no script runs."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import segno
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from sim.handouts.roles import role_title
from sim.language import LANGUAGES, language, speaking
from sim.records import NEVER
from sim.show.speaker import Speaker
from sim.workshop import after_action, asked_again
from sim.workshop.chairs import FACILITATOR, OBSERVER, PRESS, PROJECTOR, Chair
from sim.workshop.hub import Hub, packed
from sim.workshop.maps import Map
from sim.workshop.phrases import phrases
from sim.workshop.replay import replayed
from sim.workshop.rights import Person
from sim.workshop.session import Session
from sim.workshop.views import orders

_DESKS: Final = {
    "en": ("Facilitator", "Projector", "Press"),
    "de": ("Leitung", "Leinwand", "Presse"),
    "pl": ("Prowadzący", "Ekran", "Prasa"),
    "ru": ("Ведущий", "Экран", "Пресса"),
    "uk": ("Ведучий", "Екран", "Преса"),
}
"""What the chairs are called that run the exercise or watch it."""


@cache
def _environment() -> Environment:
    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _page(name: str, code: str, status: int = 200, **values: Any) -> HTMLResponse:
    source = files("sim.workshop").joinpath("templates", f"{name}.html").read_text("utf-8")
    text = _environment().from_string(source).render(
        say=phrases(code), code=code, top=Markup(_head()), **values
    )  # fmt: skip
    return HTMLResponse(text, status)


def _head() -> str:
    return (
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<link rel="icon" href="data:,">\n<link rel="stylesheet" href="/static/workshop.css">'
    )


def title_of(session: Session, chair: Chair, code: str) -> str:
    """Return what a chair is called in a language."""
    for name, title in zip((FACILITATOR, PROJECTOR, PRESS), _DESKS[code], strict=True):
        if chair.name == name:
            return title
    with speaking(code):
        return role_title(Speaker(session.game.scenario, language(code)), chair.role)


def join(
    session: Session, code: str, tongue: str, refused: str = "", status: int = 200
) -> HTMLResponse:
    """Return the first page, with the reason where joining was refused."""
    tongues = [(one, language(one).title) for one in LANGUAGES]
    return _page(
        "join", tongue, status, join_code=code, refused=refused, tongues=tongues,
        title=str(session.game.scenario.scenario),
    )  # fmt: skip


def plain(code: str, said: str, status: int = 200) -> HTMLResponse:
    """Return a page that says one thing."""
    return _page("plain", code, status, text=phrases(code)[said])


def seat(session: Session, hub: Hub, chair: Chair, code: str, still: bool = False) -> HTMLResponse:
    """Return the page of a chair; what it shows at first works without any script.

    ``still`` is what the facilitator sees who looks at it: nothing on it can be done.
    """
    stands = hub.stands(chair, code)
    leads = chair.name == FACILITATOR
    observes = leads or chair.name == OBSERVER
    return _page(
        "seat", code, title=title_of(session, chair, code), chair=chair, leads=leads, still=still,
        stands=stands, feed=hub.feed(chair, code).events[-60:], tone=language(code).reviewed,
        scenario=str(session.game.scenario.scenario), projector=chair.name == PROJECTOR,
        observes=observes, sides=chair.bloc != NEVER,
        setup=packed({
            "chair": chair.name, "leads": leads, "say": phrases(code), "code": code,
            "decides": chair.decides, "observes": observes,
            "orders": orders(session.scene(code)) if leads else None,
            "chairs": titles_of(session, code),
        }),
    )  # fmt: skip


def codes(session: Session, person: Person, address: str) -> HTMLResponse:
    """Return the join codes with their pictures, to be shown or printed."""
    rows = []
    for code, name in session.codes.items():
        if name == FACILITATOR:
            continue
        url = f"{address}/join/{code}"
        picture = segno.make(url, error="m").svg_inline(scale=3, border=2)
        rows.append({
            "title": title_of(session, session.seating.chairs[name], person.language),
            "code": f"{code[:4]}-{code[4:]}", "url": url, "picture": Markup(picture),
        })  # fmt: skip
    return _page("codes", person.language, rows=rows, address=address,
                 scenario=str(session.game.scenario.scenario))  # fmt: skip


def titles_of(session: Session, code: str) -> dict[str, str]:
    """Return what every chair is called in a language."""
    return {one.name: title_of(session, one, code) for one in session.seating.chairs.values()}


def replay(session: Session, ground: Map, code: str, alone: bool = False) -> HTMLResponse:
    """Return the replay: a page of the server's, or one ``alone`` that needs nothing beside it."""
    data = replayed(session, ground, titles_of(session, code), code)
    inside = packed(data).replace("<", "\\u003c")
    if not alone:
        return _page("replay", code, alone="", data=Markup(inside), style="", script="",
                     title=str(session.game.scenario.scenario))  # fmt: skip
    style, script = _static("workshop.css"), _joined("map.js", "replay.js")
    policy = (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; "
        "img-src data:"
    )
    return _page("replay", code, alone=policy, data=Markup(inside), style=Markup(style),
                 script=Markup(script), title=str(session.game.scenario.scenario))  # fmt: skip


def _static(name: str) -> str:
    return files("sim.workshop").joinpath("static", name).read_text("utf-8")


def _joined(*names: str) -> str:
    """Return modules as one script: what one exports the next has at hand."""
    lines = "".join(_static(name) for name in names).splitlines(keepends=True)
    return "".join(line.removeprefix("export ") for line in lines if not line.startswith("import "))


def _digest(text: str) -> str:
    """Return what a policy calls the one inline text that it lets be."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def report(session: Session, code: str) -> HTMLResponse:
    """Return the after-action report."""
    return _page("after_action", code, **after_action.found(session, code),
                 decisions=asked_again.decisions(session, code),
                 channels=sorted(session.stage.channel_rows),
                 titles=titles_of(session, code))  # fmt: skip
