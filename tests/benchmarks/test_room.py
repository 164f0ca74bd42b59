"""The live exercise under load: how late what everybody is told reaches them, and a new start.

Server and clients share the machine's cores, so these are upper limits for a room in which every
client has a device of its own.
"""

from __future__ import annotations

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import SCENARIOS
from rooms import Room, room
from websockets.asyncio.client import connect

pytestmark = pytest.mark.benchmark

Found = Callable[[str, str], None]

BORDER = SCENARIOS / "polish_border_2022.yaml"
FROM = ("--from", "2022-11-15T14:30Z")
CHAIRS = ("nato_watch", "nato_capital", "russia_watch", "russia_capital", "poland_capital", "press")
NEWS = 20


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


async def lateness(place: Room, clients: int) -> np.ndarray:
    """Return how late each piece of news reached each client, in milliseconds."""
    codes, socket = place.codes(), place.address.replace("http", "ws") + "/live"
    late: list[float] = []

    async def listen(chair: str) -> None:
        held = {"Cookie": cookie(place, codes[chair])}
        async with connect(socket, origin=place.address, additional_headers=held) as line:  # type: ignore[arg-type]
            told = 0
            async for text in line:
                message = json.loads(text)
                for one in message.get("news", [])[told:] if message["kind"] == "state" else []:
                    late.append(1000 * (time.monotonic() - float(one["text"])))
                    told += 1
                if told == NEWS:
                    return

    held = {"Cookie": cookie(place, codes["facilitator"])}
    async with connect(socket, origin=place.address, additional_headers=held) as leader:  # type: ignore[arg-type]
        await leader.send(json.dumps({"kind": "speed", "speed": 600, "think": 5}))
        await leader.send(json.dumps({"kind": "start"}))
        listening = [asyncio.create_task(listen(CHAIRS[n % len(CHAIRS)])) for n in range(clients)]
        await asyncio.sleep(2 + clients / 40)
        for _ in range(NEWS):
            await leader.send(json.dumps({"kind": "news", "text": f"{time.monotonic()}", "to": []}))
            await asyncio.sleep(0.6)
        await asyncio.wait_for(asyncio.gather(*listening), 60)
    return np.array(late)


@pytest.mark.parametrize("clients", [30, 200])
def test_news_while_the_crisis_runs(clients: int, tmp_path: Path, found: Found) -> None:
    with room(tmp_path, BORDER, *FROM) as place:
        late = asyncio.run(lateness(place, clients))
    assert late.size == NEWS * clients
    middle, worst = np.percentile(late, [50, 99])
    found(f"news to {clients} clients, median and p99, ms", f"{middle:.0f} {worst:.0f}")


def test_a_new_start_after_a_kill(tmp_path: Path, found: Found) -> None:
    with room(tmp_path, BORDER, *FROM) as place:
        asyncio.run(lateness(place, 6))
        place.kill()
        then = time.monotonic()
        place.open("--resume")
        found("server killed, to its first answer, s", f"{time.monotonic() - then:.1f}")
