"""The live exercise under load: how late what everybody is told reaches them, and a new start.

Server and clients share the machine's cores, so these are upper limits for a room in which every
client has a device of its own.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from browser import browsing
from commands import SCENARIOS
from rooms import Room, Seat, cookie, room
from websockets.asyncio.client import connect

from sim.scenario.quantities import DAY
from sim.workshop.forks import Change, fork
from sim.workshop.game import Game, Setup, staged
from sim.workshop.hub import Client, Hub
from sim.workshop.moves import Kind, Move
from sim.workshop.session import Session

pytestmark = pytest.mark.benchmark

Found = Callable[[str, str], None]

BORDER = SCENARIOS / "polish_border_2022.yaml"
FROM = ("--from", "2022-11-15T14:30Z")
CHAIRS = ("nato_watch", "nato_capital", "russia_watch", "russia_capital", "poland_capital", "press")
NEWS = 20


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


def crowded(folder: Path) -> Path:
    """Return the scenario with 2,000 pieces of news before people take over."""
    text = BORDER.read_text(encoding="utf-8")
    news = "".join(
        f"  - {{at: 2022-11-{1 + n // 144:02}T{n // 6 % 24:02}:{n % 6}0Z, id: n{n}, title: "
        f"Something is reported for the {n}th time, news: {{}}}}\n"
        for n in range(2_000)
    )
    path = folder / "crowded.yaml"
    path.write_text(text.replace("injects:\n", f"injects:\n{news}", 1), encoding="utf-8")
    return path


def test_a_feed_of_two_thousand_events(tmp_path: Path, found: Found) -> None:
    with browsing() as browser, room(tmp_path, crowded(tmp_path), *FROM) as place:
        page = Seat(browser, place, "facilitator").page
        page.locator("#feed li").first.wait_for()
        then = time.monotonic()
        page.reload()
        page.locator("#feed li[data-n='2000']").wait_for(state="attached", timeout=30_000)
        found("page with 2,000 events in its feed, reloaded, s", f"{time.monotonic() - then:.1f}")
        late = []
        for number in range(20):
            then = time.monotonic()
            page.get_by_label("Tell everybody").fill(f"said {number}")
            page.get_by_label("Tell everybody").press("Enter")
            page.locator("#feed li.news", has_text=f"said {number}").first.wait_for()
            late.append(1000 * (time.monotonic() - then))
        found("typed and back on that page, median, ms", f"{np.median(late):.0f}")


def resident() -> float:
    """Return the memory this process holds, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def test_a_day_does_not_fill_the_memory(tmp_path: Path, found: Found) -> None:
    """A look each second for a day, the crisis running all the while, 28 people connected."""
    session = Session.create(
        tmp_path / "day.session",
        Setup(BORDER.read_text(encoding="utf-8"), 2022, 1, "as_used_2022", 0), human=[],
    )  # fmt: skip
    hub = Hub(session)
    clients = [Client(session.join(code, tongue)) for code in session.codes
               for tongue in ("en", "uk")]  # fmt: skip
    for client in clients:
        hub.greet(client, 0)
    session.pace.speed, session.pace.running = 30.0, True
    sizes, beats = [], 24 * 3600
    then = time.monotonic()
    for beat in range(beats):
        hub.broadcast(session.tick(1.0))
        for client in clients:
            while not client.queue.empty():
                client.queue.get_nowait()
        if beat % (beats // 8) == 0:
            sizes.append(resident())
    taken = time.monotonic() - then
    sizes.append(resident())
    assert session.game.now == 30 * DAY
    told = " ".join(f"{size:.0f}" for size in sizes)
    found("memory over a day at 30 s/s, each three hours, MiB", told)
    found("share of one core for it", f"{taken / (24 * 3600):.1%}")


def test_a_fork_of_a_session_of_four_hours(found: Found) -> None:
    """Four hours at 600 s/s are a hundred days; here all 272 days of the longest scenario."""
    text = (SCENARIOS / "infrastructure_2022.yaml").read_text(encoding="utf-8")
    setup = Setup(text, 2022, 1, "as_designed")
    stage = staged(setup)
    game, luck = Game(stage, setup), random.Random(4)
    chairs = [name for name, one in game.table.seating.chairs.items() if one.decides]
    for number, name in enumerate(chairs, 1):
        game.do(Move(number, 0, "facilitator", Kind.SIT, subject=name))
    seen: set[int] = set()
    while not game.over:
        game.step(game.crisis.ends)
        for request in game.waiting():
            if request.identity not in seen and not seen.add(request.identity):  # type: ignore[func-returns-value]
                number = len(game.moves) + 1
                choice = luck.randrange(request.options)
                game.do(Move(number, game.now, "", Kind.REPLY, request.identity, choice))
    asked = sorted(game.table.asked.values(), key=lambda one: one.time)
    then = time.monotonic()
    forked = fork(stage, setup, game.moves, Change(asked[len(asked) // 2].identity, None))
    found(f"fork of 272 days with {len(seen)} questions, s", f"{time.monotonic() - then:.2f}")
    assert forked.game.records == game.history().records
