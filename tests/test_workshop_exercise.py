"""A whole exercise of 75 minutes in real browsers, every role filled, at raised speed.

Set ``DECONFLICT_PICTURES`` to a folder to have every role's screen written there, as it looks on a
phone, a laptop and a projector.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from browser import MUST, browsing, needs_browser
from commands import SCENARIOS, deconflict, succeeded
from rooms import Room, Seat, room

if not MUST:
    pytest.importorskip("starlette", reason="needs the extra workshop")
    pytest.importorskip("playwright.sync_api", reason="needs the extra browser")

import docx
from openpyxl import load_workbook

from sim.workshop.log import Log

pytestmark = needs_browser

BORDER = SCENARIOS / "polish_border_2022.yaml"
RAISED = 25
"""How much faster than in a room the exercise is played."""

SPEED, THINK = 600 * RAISED, 5  # in a room: 600 seconds of the exercise in a second
MINUTE = 60 / RAISED
"""Seconds that a minute of the room takes here."""

GLANCE = 0.25
"""Seconds in which all who decide have seen what they are asked, on a machine at leisure."""

MUST_ANSWER = {"nato_watch", "nato_capital", "russia_watch", "russia_capital", "poland_capital",
               "us_chief"}  # fmt: skip
MUST_DO = {"act", "call", "authorise", "answer", "say"}

TONGUES = {
    "nato_watch": "en", "nato_capital": "en", "us_chief": "en", "poland_capital": "pl",
    "russia_watch": "ru", "russia_capital": "ru", "russia_chief": "ru", "belarus_capital": "de",
    "nato_allies": "uk", "observer": "en", "press": "uk", "projector": "en",
}  # fmt: skip
DECIDING = [name for name in TONGUES if name.endswith(("watch", "capital", "chief"))]
SIZES = {"phone": (360, 740), "laptop": (1280, 800), "projector": (1920, 1080)}
PICTURES = os.environ.get("DECONFLICT_PICTURES", "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all."""
    with browsing() as found:
        yield found


class People:
    """Those who sit in the deciding chairs, and answer what they are asked, or not."""

    def __init__(self, seats: dict[str, Seat]) -> None:
        self._seats = seats
        self._luck = random.Random(75)
        self._settled: set[str] = set()
        self._calls: dict[str, int] = {}
        self.answered: dict[str, set[str]] = {name: set() for name in DECIDING}
        self.slow = self._slowness()

    def _slowness(self) -> float:
        """Return how many times more time people need here, where a machine has much else to do."""
        began = time.monotonic()
        for _ in range(4):
            for name in DECIDING:
                self._seats[name].page.locator(".asked[data-request]").all()
        return max(1.0, (time.monotonic() - began) / 4 / GLANCE)

    def play(self, minutes: float, until: Callable[[], bool] = lambda: False) -> None:
        """Play for so many minutes of a room, or until something holds."""
        end = time.monotonic() + minutes * MINUTE * self.slow
        while time.monotonic() < end and not until():
            for name in DECIDING:
                self._answer(name)
            self._seats["facilitator"].page.wait_for_timeout(50)

    def lacking(self) -> set[str]:
        """Return who has not answered yet, and what nobody has done."""
        answered = {name for name in DECIDING if self.answered[name]}
        return (MUST_ANSWER - answered) | (MUST_DO - set().union(*self.answered.values()))

    def _answer(self, name: str) -> None:
        page = self._seats[name].page
        for box in page.locator(".asked[data-request]").all():
            try:
                request = box.get_attribute("data-request", timeout=300)
                kind = (box.get_attribute("class", timeout=300) or "").split()[-1]
            except Exception:  # it has been decided meanwhile
                return
            if request is None or request in self._settled:
                continue
            self._settled.add(request)
            if self._lets_pass(name, kind):
                continue
            options = box.get_by_role("button")
            try:
                at = self._luck.randrange(options.count()) if kind == "say" else _CHOICE[kind]
                options.nth(at).click(timeout=1500)
            except Exception:
                continue
            self.answered[name].add(kind)

    def _lets_pass(self, name: str, kind: str) -> bool:
        """Whether nothing is done: people answer not everything, and call seldom."""
        if kind in ("call", "halt"):
            self._calls[name] = self._calls.get(name, 0) + 1
            return self._calls[name] > 3
        return self._luck.random() < 0.1


_CHOICE = {"act": 1, "consent": 1, "call": 0, "halt": 0, "answer": 0, "authorise": 0}


def pictures(seats: dict[str, Seat], when: str) -> None:
    """Write every role's screen in every size, if somebody wants to look."""
    if not PICTURES:
        return
    folder = Path(PICTURES)
    folder.mkdir(parents=True, exist_ok=True)
    for name, seat in seats.items():
        for size, (width, height) in SIZES.items():
            seat.page.set_viewport_size({"width": width, "height": height})
            seat.page.wait_for_timeout(60)
            seat.page.screenshot(path=folder / f"{when}_{name}_{size}.png", full_page=True)
        seat.page.set_viewport_size({"width": 1280, "height": 800})


def sat_down(browser: Any, place: Room) -> dict[str, Seat]:
    """Let everybody sit down, each in a language of their own."""
    leader = Seat(browser, place, "facilitator", "who leads")
    for text in ("Use the line within the hour", "Say what you do not know"):
        leader.page.get_by_label("Write down an objective").fill(text)
        leader.lead("Write down an objective")
    for chief in ("United States: chief of defence", "Russia: chief of defence"):
        row = leader.page.locator("tr", has_text=chief)
        row.get_by_role("button", name="Hand to people").click()
        row.get_by_role("button", name="Hand to the model").wait_for()
    seats = {"facilitator": leader}
    for name, tongue in TONGUES.items():
        seats[name] = Seat(browser, place, name, f"of {name}", language=tongue)
    return seats


def test_an_exercise_of_75_minutes_in_all_roles(browser: Any, tmp_path: Path) -> None:
    with room(tmp_path, BORDER, "--from", "2022-11-15T14:00Z") as place:
        began = time.monotonic()
        seats = sat_down(browser, place)
        people, leader = People(seats), seats["facilitator"]
        _first_hours(place, seats, people)
        _second_part(place, seats, people)
        _end(place, seats)
        _debrief(place, seats, tmp_path)
        minutes = (time.monotonic() - began) / MINUTE / people.slow
        print(f"{minutes:.0f} minutes of a room, at {people.slow:.1f} times its leisure")
        for name, seat in seats.items():
            assert seat.problems == [], name
        assert people.lacking() == set()
        assert leader.page.locator("#pace").inner_text() == "The exercise has ended."
    _afterwards(place, tmp_path, browser)


def _first_hours(place: Room, seats: dict[str, Seat], people: People) -> None:
    """The missile falls; who wants to may call."""
    leader = seats["facilitator"]
    leader.pace(round(SPEED / people.slow), round(THINK * people.slow))
    row = leader.page.locator("tr", has_text="Milley tries")
    row.get_by_text("Put into other words").click()
    text = leader.page.get_by_label("Put into other words: Milley tries to reach Gerasimov")
    text.fill("The American chief of defence dials Moscow")
    text.press("Enter")
    leader.lead("Start")
    poland = seats["poland_capital"].page
    poland.locator(".asked.act").first.wait_for(timeout=30_000)
    leader.lead("Pause")
    leader.page.get_by_role("button", name="Start", exact=True).wait_for()
    pictures(seats, "missile")
    for name in DECIDING:
        page = seats[name].page
        form = page.locator("#cases form").first
        if form.count():
            form.locator("select").select_option(index=len(name) % 4)
            form.locator("input").fill(f"as {name} sees it")
            form.locator("button").click()
    wrote = leader.page.locator("tr", has_text="Poland: the capital")
    wrote.get_by_text("beliefs written: 1").wait_for()
    observer = seats["observer"].page
    observer.locator("#feed li", has_text="missile").first.get_by_role("button").click()
    observer.locator("#note").fill("Warsaw waits for facts before it names anybody")
    observer.locator("#observe select").nth(0).select_option(label="strength")
    observer.locator("#observe select").nth(1).select_option(label="Say what you do not know")
    observer.locator("#observe button").click()
    leader.lead("Start")
    people.play(15)


def _second_part(place: Room, seats: dict[str, Seat], people: People) -> None:
    """The facilitator at work: news, a reserve, an outage, an order, a lock; the laptop dies."""
    leader = seats["facilitator"]
    leader.page.get_by_label("Tell everybody").fill("The press asks who fired")
    leader.lead("Tell everybody")
    row = leader.page.locator("tr", has_text="a drone of Belarus")
    row.get_by_role("button", name="Now").click()
    people.play(4)
    leader.page.get_by_label("Take the line down").select_option("chiefs")
    leader.lead("Take the line down")
    belarus = leader.page.locator("tr", has_text="Belarus: the capital")
    belarus.get_by_role("button", name="Hand to the model").click()
    belarus.get_by_role("button", name="Hand to people").wait_for()
    leader.page.get_by_label("Overrule the model").select_option("belarus")
    leader.page.get_by_label("Reason").fill("to see what a threat does")
    leader.lead("Overrule the model")
    belarus.get_by_role("button", name="Hand to people").click()
    leader.lead("Lock the screens")
    seats["press"].page.locator("#locked").wait_for(state="visible")
    leader.lead("Unlock the screens")
    seats["press"].page.locator("#locked").wait_for(state="hidden")
    watch = seats["nato_watch"].page
    watch.get_by_role("button", name="of every one").click()
    watch.locator("button[aria-pressed=true]", has_text="of every one").wait_for()
    people.play(6)
    place.kill()
    place.open("--resume")
    leader.page.locator("#lost").wait_for(state="hidden", timeout=30_000)
    watch.locator("button[aria-pressed=true]", has_text="of every one").wait_for()
    leader.lead("Start")
    leader.page.get_by_role("button", name="Pause", exact=True).wait_for()

    def over() -> bool:
        return leader.page.locator("#over").is_visible()

    people.play(25, over)
    people.play(50, lambda: over() or not people.lacking())
    leader.page.locator("#note").fill("Nobody asked whether the line was up")
    leader.page.locator("#observe select").nth(0).select_option(label="to improve")
    leader.page.locator("#observe button").click()
    pictures(seats, "late")


def _end(place: Room, seats: dict[str, Seat]) -> None:
    """The end: feedback, and then the truth."""
    leader = seats["facilitator"]
    leader.lead("End the exercise")
    for name in ("press", "poland_capital"):
        page = seats[name].page
        page.locator("#say-learned").fill(f"learned by {name}")
        page.locator("#feedback button").click()
    leader.lead("Show the truth")
    for name, seat in seats.items():
        seat.page.locator("#again a").wait_for(timeout=10_000)
        assert seat.page.locator("#over").is_visible(), name


def _debrief(place: Room, seats: dict[str, Seat], folder: Path) -> None:
    """The debrief: replay, what if, the fan, and what is taken home."""
    leader = seats["facilitator"]
    report = leader.context.new_page()
    report.on("pageerror", lambda error: leader.problems.append(str(error)))
    report.goto(f"{place.address}/report")
    rows = report.locator("#decisions tbody tr")
    assert rows.count() > 20
    forked = report.locator("#forked")
    act = report.locator("#decisions tr[data-kind=act]").first
    act.locator("select").select_option(label="use limited force")
    act.get_by_role("button", name="What if?").click()
    forked.get_by_text("Highest rung as it was played").wait_for()
    call = report.locator("#decisions tr[data-kind=call]").first
    call.locator("select").select_option(label="the line had been down from then on")
    call.get_by_role("button", name="What if?").click()
    forked.get_by_text("Highest rung as it was played").wait_for()
    report.locator("#draw-fan").click()
    report.locator("#fan").wait_for(state="visible", timeout=60_000)
    report.reload()
    text = report.inner_text("main")
    for words in ("Use the line within the hour", "Warsaw waits for facts", "learned by press",
                  "Nobody asked whether", "The American chief of defence dials Moscow",
                  "the line had been down"):  # fmt: skip
        assert words in text, words
    if PICTURES:
        report.set_viewport_size({"width": 1280, "height": 800})
        report.screenshot(path=Path(PICTURES) / "report.png", full_page=True)
    replay = seats["nato_capital"].context.new_page()
    replay.on("pageerror", lambda error: leader.problems.append(str(error)))
    replay.goto(f"{place.address}/replay")
    _replayed(replay)
    asked = leader.context.request
    (folder / "replay.html").write_bytes(asked.get(f"{place.address}/replay.html").body())
    word = docx.Document(BytesIO(asked.get(f"{place.address}/report.docx").body()))
    told = " ".join(one.text for one in word.paragraphs)
    assert "Warsaw waits for facts" in told
    assert len(word.inline_shapes) == 1
    (folder / "report.docx").write_bytes(asked.get(f"{place.address}/report.docx").body())
    book = asked.get(f"{place.address}/events.xlsx").body()
    (folder / "events.xlsx").write_bytes(book)
    head, *listed = load_workbook(BytesIO(book)).active.iter_rows(values_only=True)
    came = {row[head.index("Description")]: row[head.index("Actual time")] for row in listed}
    assert came["A missile falls on Przewodów in Poland and kills two people"] == (
        "2022-11-15 14:40 UTC"
    )
    assert came["The American chief of defence dials Moscow"]
    assert asked.get(f"{place.address}/events.csv").text().splitlines()[0].count("Actual time") == 1


def _replayed(page: Any) -> None:
    """A replay moves through the session, as each seat saw it."""
    slider, feed = page.locator("#moment"), page.locator("#feed li")
    page.locator("#map #ground").wait_for()
    at_first = feed.count()
    slider.focus()
    slider.press("End")
    assert feed.count() > at_first
    assert "In truth" in page.inner_text("#feed")
    assert page.locator("#beliefs tbody tr").count() > 3
    assert page.locator("#map .incident").count() > 0
    page.locator("#view").select_option(label="Poland: the capital")
    assert "In truth" not in page.inner_text("#feed")
    assert page.locator("#asked tbody tr").count() > 0
    slider.press("Home")
    assert feed.count() <= at_first
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").click()
    assert int(slider.input_value()) < 30


def _afterwards(place: Room, folder: Path, browser: Any) -> None:
    """What is taken home opens without a server, and the log says what happened."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((folder / "replay.html").as_uri())
    _replayed(page)
    assert problems == []
    assert [url for url in asked[1:] if not url.startswith("data:")] == []
    if PICTURES:
        page.locator("#moment").press("End")
        page.screenshot(path=Path(PICTURES) / "replay.png", full_page=True)
    page.close()
    made = succeeded(
        deconflict("workshop", "replay", place.log, "--out", folder / "again.html", cwd=folder)
    )
    assert "opens in any browser" in made
    data = (folder / "again.html").read_text(encoding="utf-8")
    assert "of poland_capital" not in data  # names stand in no replay
    assert json.loads(data.split('id="data">')[1].split("</script>")[0])["views"]
    log = Log.open(place.log)
    kinds = {entry.kind for entry in log.entries()}
    assert {"reply", "notify", "overrule", "inject", "cut", "edit", "belief", "what_if"} <= kinds
    days = max(entry.time for entry in log.entries()) / 86_400_000
    assert days > 25  # of the thirty, from the fifteenth on
    log.close()
