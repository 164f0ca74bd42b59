"""A room for the tests: a server of its own process, and people in browsers of their own."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from commands import ROOT

ANY = ssl.create_default_context()
ANY.check_hostname = False
ANY.verify_mode = ssl.CERT_NONE  # the certificate of a session is its own


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Room:
    """A running exercise."""

    def __init__(self, folder: Path, scenario: Path, *options: str) -> None:
        self.log = folder / "room.session"
        self.port = free_port()
        self.address = f"http{'s' * ('--tls' in options)}://127.0.0.1:{self.port}"
        self._scenario, self._options = scenario, options
        self._process: subprocess.Popen[bytes] | None = None
        self._said = folder / "server.txt"

    def open(self, *more: str) -> None:
        """Start the server, and wait until it answers."""
        words = ["workshop", self._scenario, "--log", self.log, "--port", self.port,
                 *self._options, *more]  # fmt: skip
        with self._said.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sim", *map(str, words)], cwd=ROOT, stdout=out, stderr=out
            )
        until = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"{self.address}/hello", timeout=2, context=ANY):
                    return
            except OSError:
                assert self._process.poll() is None, self._said.read_text()
                assert time.monotonic() < until, self._said.read_text()
                time.sleep(0.1)

    def said(self) -> str:
        """Return what the server has said so far."""
        return self._said.read_text(encoding="utf-8")

    def kill(self) -> None:
        """End the server as a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """End the server as Ctrl-C does."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def codes(self) -> dict[str, str]:
        """Return the join code of each chair."""
        database = sqlite3.connect(f"file:{self.log}?mode=ro", uri=True)
        rows = database.execute("select name, value from secrets where name like 'code %'")
        found = {name.removeprefix("code "): value for name, value in rows}
        database.close()
        return found


@contextmanager
def room(folder: Path, scenario: Path, *options: str) -> Iterator[Room]:
    """Open a room for as long as the block lasts."""
    found = Room(folder, scenario, *options)
    found.open()
    try:
        yield found
    finally:
        found.close()


class Seat:
    """Somebody's browser, with everything that ever reached it."""

    def __init__(
        self,
        browser: Any,
        place: Room,
        chair: str,
        name: str = "",
        language: str = "en",
        **context: Any,
    ) -> None:
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.chair = chair
        self.received: list[str] = []
        self.problems: list[str] = []
        self.page.on("websocket", self._listen)
        self.page.on("response", self._keep)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("dialog", lambda dialog: self.problems.append(dialog.message))
        self.page.on("console", self._hear)
        self.page.goto(f"{place.address}/join/{place.codes()[chair]}")
        if name:
            self.page.fill("#name", name)
        self.page.select_option("#language", language)
        self.page.click("main button")
        self.page.wait_for_url("**/seat")

    def _listen(self, socket_: Any) -> None:
        socket_.on("framereceived", lambda frame: self.received.append(str(frame)))

    def _keep(self, response: Any) -> None:
        if response.status in (200, 400, 403, 404):
            try:
                self.received.append(response.text())
            except Exception:  # a page that was left has no body any more
                self.received.append("")

    def _hear(self, message: Any) -> None:
        if message.type == "error" and "WebSocket" not in message.text:
            self.problems.append(message.text)

    def everything(self) -> str:
        """Return all that this browser has been sent or holds."""
        held = self.page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        return "\n".join((*self.received, self.page.content(), held))

    def lead(self, words: str) -> None:
        """Press one of the facilitator's buttons."""
        self.page.get_by_role("button", name=words, exact=True).first.click()

    def pace(self, speed: int, think: int = 5) -> None:
        """Set how fast time goes."""
        self.page.fill("#speed", str(speed))
        self.page.fill("#think", str(think))
        self.page.locator("form:has(#speed) button").click()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def cookie(place: Room, code: str) -> str:
    """Join, and return the cookie of who joined."""
    opener = urllib.request.build_opener(_Stay)
    try:
        opener.open(f"{place.address}/join", data=f"code={code}".encode())
    except urllib.error.HTTPError as answer:
        return str(answer.headers["set-cookie"]).split(";")[0]
    raise AssertionError("nobody was let in")


def fetched(address: str, cookie: str = "", **headers: str) -> int:
    """Return the status a request is answered with."""
    asked = urllib.request.Request(address, headers={"Cookie": cookie, **headers})
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


os.environ.setdefault("NO_PROXY", "127.0.0.1,localhost")
