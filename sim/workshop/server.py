"""The server of an exercise: pages, one WebSocket a client, and the loop that lets time pass.

It knows who somebody is from a signed cookie, and asks the session whether they may do what they
want. What a browser is told is made by the hub, for its chair; nothing is filtered in the browser.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from sim.errors import ResultsError
from sim.language import LANGUAGES
from sim.workshop import after_action, asked_again, pages
from sim.workshop.chairs import FACILITATOR
from sim.workshop.fan import fan
from sim.workshop.hub import Client, Hub
from sim.workshop.phrases import PHRASES, phrase
from sim.workshop.requests import LARGEST, form_of, json_of, same_origin, spoken_by, values_of
from sim.workshop.rights import Person, Refused
from sim.workshop.session import Session
from sim.workshop.word_report import document

_LOGGER: Final = logging.getLogger(__name__)

COOKIE: Final = "deconflict"
_BEAT: Final = 0.25  # seconds between two looks at the clock
_TRIES: Final = 12  # wrong join codes a minute from one place
_REMEMBERED: Final = 1000  # of those who did things, before those long ago are forgotten
_MANY: Final = 40  # things done in ten seconds by one person

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = (
    (b"content-security-policy", _POLICY.encode()),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_LISTS: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}

_Answer = Callable[[Session, dict[str, Any], str], dict[str, Any]]


class Guarded:
    """Adds to every answer what tells a browser to load and run nothing from elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *_HEADERS]
            await send(message)

        await self._app(scope, receive, guarded)


class Limit:
    """So many things in so many seconds, for each of those who do them."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._done: dict[str, deque[float]] = {}

    def spent(self, who: str) -> bool:
        """Count one thing; whether it is one too many."""
        now = time.monotonic()
        done = self._done.setdefault(who, deque())
        while done and now - done[0] > self._seconds:
            done.popleft()
        done.append(now)
        if len(done) > self._most:
            done.popleft()
            return True
        if len(self._done) > _REMEMBERED:
            self._done = {
                one: kept
                for one, kept in self._done.items()
                if kept and now - kept[-1] <= self._seconds
            }
        return False


class Server:
    """The web application of one session."""

    def __init__(self, session: Session, address: str = "") -> None:
        self.session = session
        self.hub = Hub(session)
        self.address = address
        self._signer = URLSafeSerializer(session.log.secrets()["cookie"], salt="person")
        self._tries = Limit(_TRIES, 60.0)
        self._acts = Limit(_MANY, 10.0)
        routes = [
            Route("/", self.join_page),
            Route("/join", self.join, methods=["POST"]),
            Route("/join/{code}", self.join_page),
            Route("/hello", self.hello),
            Route("/seat", self.seat),
            Route("/act", self.act, methods=["POST"]),
            Route("/codes", self.codes),
            Route("/peek/{chair}", self.peek),
            Route("/fork", self.fork, methods=["POST"]),
            Route("/worth", self.worth, methods=["POST"]),
            Route("/report", self.report),
            Route("/replay", self.replay),
            Route("/replay.html", self.replay_alone),
            Route("/fan.svg", self.fan),
            Route("/events.{suffix}", self.events),
            Route("/report.docx", self.word),
            Route("/log.jsonl", self.log),
            WebSocketRoute("/live", self.live),
            Mount("/static", StaticFiles(packages=[("sim.workshop", "static")])),
        ]
        self.app = Guarded(Starlette(routes=routes, lifespan=self._lifespan))

    @contextlib.asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beating
            self.session.close()

    async def _beat(self) -> None:
        """Let time pass, and tell everybody."""
        then = time.monotonic()
        while True:
            await asyncio.sleep(_BEAT)
            now = time.monotonic()
            try:
                moved = self.session.tick(now - then)
                self.hub.broadcast(moved)
            except Exception:
                # Whatever it is, the room must hear of it, and nothing that is in the log is lost.
                self.hub.stop()
            then = now

    # Who it is.

    def _person(self, cookies: dict[str, str]) -> Person | None:
        try:
            token = self._signer.loads(cookies.get(COOKIE, ""))
        except BadSignature:
            return None
        return self.session.people.get(token) if isinstance(token, str) else None

    def _leading(self, request: Request) -> Person | None:
        person = self._person(request.cookies)
        return person if person is not None and person.chair == FACILITATOR else None

    # Pages.

    async def join_page(self, request: Request) -> Response:
        """The first page: a code, a language."""
        code = request.path_params.get("code", "")
        return pages.join(self.session, str(code)[:32], spoken_by(request))

    async def join(self, request: Request) -> Response:
        """Sit down."""
        tongue = spoken_by(request)
        where = request.client.host if request.client else ""
        form = await form_of(request)
        if form is None:
            return pages.join(self.session, "", tongue, "too_long", 413)
        tongue = form["language"] if form.get("language") in LANGUAGES else tongue
        try:
            person = self.session.join(form.get("code", "")[:32], tongue)
        except Refused as refused:
            if self._tries.spent(where):
                return pages.join(self.session, "", tongue, "slow_down", 429)
            return pages.join(self.session, "", tongue, str(refused), 403)
        name = form.get("name", "").strip()[:80]
        if name:
            self.session.log.name(person.token, name)
        response = RedirectResponse("/seat", 303)
        response.set_cookie(
            COOKIE, self._signer.dumps(person.token), httponly=True, samesite="lax",
            max_age=7 * 86_400, secure=request.url.scheme == "https",
        )  # fmt: skip
        return response

    async def hello(self, request: Request) -> Response:
        """Whether a device reaches the server at all."""
        return pages.plain(spoken_by(request), "see_me")

    async def seat(self, request: Request) -> Response:
        """The page of a chair."""
        person = self._person(request.cookies)
        if person is None:
            return RedirectResponse("/", 303)
        return pages.seat(self.session, self.hub, self.session.chair(person), person.language)

    async def codes(self, request: Request) -> Response:
        """The join codes, for whoever runs the exercise."""
        person = self._leading(request)
        if person is None:
            return Response(status_code=403)
        return pages.codes(self.session, person, self.address or str(request.base_url).rstrip("/"))

    async def peek(self, request: Request) -> Response:
        """What a chair sees, for whoever runs the exercise."""
        person = self._leading(request)
        chair = self.session.seating.chairs.get(request.path_params["chair"])
        if person is None or chair is None:
            return Response(status_code=403 if person is None else 404)
        return pages.seat(self.session, self.hub, chair, person.language, still=True)

    async def report(self, request: Request) -> Response:
        """The after-action report, for whoever runs the exercise."""
        person = self._leading(request)
        if person is None:
            return Response(status_code=403)
        return await asyncio.to_thread(pages.report, self.session, person.language)

    async def word(self, request: Request) -> Response:
        """The same for a word processor."""
        person = self._leading(request)
        if person is None:
            return Response(status_code=403)
        headers = {"content-disposition": 'attachment; filename="after_action.docx"'}
        titles = pages.titles_of(self.session, person.language)
        made = await asyncio.to_thread(document, self.session, person.language, titles)
        return Response(made, media_type=_WORD, headers=headers)

    async def replay(self, request: Request) -> Response:
        """The session again, from every seat: for everybody once the truth is shown."""
        person = self._person(request.cookies)
        if person is None or not (self.session.revealed or person.chair == FACILITATOR):
            return Response(status_code=403)
        code = person.language
        return pages.replay(self.session, self.hub.map_in(code), code)

    async def replay_alone(self, request: Request) -> Response:
        """The same as one file that needs no server."""
        person = self._leading(request)
        if person is None:
            return Response(status_code=403)
        page = pages.replay(self.session, self.hub.map_in(person.language), person.language, True)
        page.headers["content-disposition"] = 'attachment; filename="replay.html"'
        return page

    async def fan(self, request: Request) -> Response:
        """The room's path among worlds that the model played, which takes seconds to live."""
        person = self._leading(request)
        if person is None:
            return Response(status_code=403)
        drawn = await asyncio.to_thread(fan, self.session, person.language)
        return Response(drawn, media_type="image/svg+xml")

    async def events(self, request: Request) -> Response:
        """The list of events with the times they were planned for and came at."""
        suffix = request.path_params["suffix"]
        if self._leading(request) is None:
            return Response(status_code=403)
        if suffix not in _LISTS:
            return Response(status_code=404)
        content = after_action.events_list(self.session, f".{suffix}")
        headers = {"content-disposition": f'attachment; filename="events.{suffix}"'}
        return Response(content, media_type=_LISTS[suffix], headers=headers)

    async def log(self, request: Request) -> Response:
        """The log as lines of JSON, without names."""
        if self._leading(request) is None:
            return Response(status_code=403)
        text = "".join(f"{line}\n" for line in self.session.log.lines())
        headers = {"content-disposition": 'attachment; filename="session.jsonl"'}
        return Response(text, media_type="application/jsonl", headers=headers)

    async def fork(self, request: Request) -> Response:
        """What would have been, for whoever runs the exercise."""
        return await self._asked(request, asked_again.answer)

    async def worth(self, request: Request) -> Response:
        """What a choice was worth over many worlds, for whoever runs the exercise."""
        return await self._asked(request, asked_again.worth_of)

    async def _asked(self, request: Request, by: _Answer) -> Response:
        """Let whoever runs the exercise, and nobody else, ask about the past."""
        person = self._leading(request)
        if person is None:
            return Response(status_code=403)
        content = await json_of(request)
        if content is None or not same_origin(request.headers, request.url.scheme):
            return JSONResponse({"error": phrase(person.language, "unknown")}, 400)
        return await self._answered(person, content, by)

    async def _answered(self, person: Person, content: dict[str, Any], by: _Answer) -> Response:
        """Answer a question that takes its time, while everybody else goes on."""
        try:
            found = await asyncio.to_thread(by, self.session, content, person.language)
            if by is asked_again.answer:
                self.session.act(person, "what_if", content)
        except Refused as refused:
            return JSONResponse({"error": phrase(person.language, str(refused))}, 400)
        return JSONResponse(found)

    async def act(self, request: Request) -> Response:
        """Do something by a plain form, where no script runs."""
        person = self._person(request.cookies)
        if person is None or not same_origin(request.headers, request.url.scheme):
            return Response(status_code=403)
        form = await form_of(request)
        if form is None:
            return Response(status_code=413)
        said = self._do(person, dict(form))
        if said is not None:
            return pages.plain(person.language, said, 400)
        return RedirectResponse("/seat", 303)

    def _do(self, person: Person, content: dict[str, Any]) -> str | None:
        """Do what somebody wants; return why not, if it cannot be done."""
        if self._acts.spent(person.token):
            return "slow_down"
        kind = str(content.pop("kind", ""))
        try:
            if kind == "leap":
                self.session.leap(person)
            else:
                self.session.act(person, kind, content)
        except Refused as refused:
            name = str(refused)
            return name if name in PHRASES else "unknown"
        except ResultsError:
            _LOGGER.exception("nothing was done")
            return "not_kept"
        return None

    # Live.

    async def live(self, socket: WebSocket) -> None:
        """Talk to one client for as long as it is there."""
        person = self._person(socket.cookies)
        if person is None or not same_origin(socket.headers, socket.url.scheme):
            await socket.close(4403)
            return
        await socket.accept()
        since = socket.query_params.get("since", "0")
        client = Client(person)
        self.hub.greet(client, int(since) if since.isdecimal() and len(since) < 10 else 0)
        tasks = [
            asyncio.create_task(self._write(socket, client)),
            asyncio.create_task(self._read(socket, client)),
            asyncio.create_task(client.dropped.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.hub.leave(client)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await socket.close(1013 if client.dropped.is_set() else 1000)

    async def _write(self, socket: WebSocket, client: Client) -> None:
        while True:
            await socket.send_text(await client.queue.get())

    async def _read(self, socket: WebSocket, client: Client) -> None:
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                text = await socket.receive_text()
                content = values_of(text) if len(text) <= LARGEST else None
                if content is None:
                    client.send('{"kind":"refused","text":"?"}')
                    continue
                said = self._do(client.person, content)
                if said is not None:
                    text = phrase(client.person.language, said)
                    client.send(json.dumps({"kind": "refused", "text": text}))
                self.hub.broadcast(False)
