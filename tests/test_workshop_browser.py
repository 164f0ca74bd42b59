"""The live exercise in real browsers: secrets, a server that dies, hostile words, no barriers."""

from __future__ import annotations

import hashlib
import json
import re
import ssl
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from browser import MUST, browsing, needs_browser
from commands import SCENARIOS, deconflict, succeeded
from rooms import Seat, cookie, fetched, room

if not MUST:
    pytest.importorskip("starlette", reason="needs the extra workshop")
    pytest.importorskip("playwright.sync_api", reason="needs the extra browser")

import docx

from sim.workshop.log import Log

pytestmark = needs_browser

BORDER = SCENARIOS / "polish_border_2022.yaml"
FROM = ("--from", "2022-11-15T14:30Z")
DECIDING = ("nato_watch", "nato_capital", "russia_watch", "russia_capital", "poland_capital",
            "belarus_capital")  # fmt: skip
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'{{7*7}}\u202e"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all; everybody has a context of their own in it."""
    with browsing() as found:
        yield found


def marked(folder: Path) -> Path:
    """Return the scenario with marks in what nobody may see before its time."""
    text = BORDER.read_text(encoding="utf-8")
    text = text.replace("injects:\n", (
        "injects:\n"
        "  - {at: 2022-11-25T00:00Z, id: later, title: MARKLATER, gesture: {actor: us}}\n"
        "  - {at: 2022-11-25T00:00Z, id: spare, title: MARKSPARE, contingency: true, gesture: "
        "{actor: us}}\n"
    ), 1)  # fmt: skip
    text = text.replace("\nactors:", "\nbriefs: {russia_watch: MARKBRIEF}\nactors:", 1)
    path = folder / "marked.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def until(page: Any, words: str, within: str = "#feed") -> None:
    """Wait until some words stand on a page."""
    page.locator(within, has_text=words).wait_for(timeout=60_000)


def test_a_session_is_played_and_no_chair_is_sent_what_is_not_its_own(
    browser: Any, tmp_path: Path
) -> None:
    with room(tmp_path, marked(tmp_path), *FROM) as place:
        seats = {
            name: Seat(browser, place, name, f"MARKNAME {name}")
            for name in ("facilitator", *DECIDING, "observer", "press", "projector")
        }
        leader = seats["facilitator"]
        leader.page.get_by_label("Write down an objective").fill("MARKAIM")
        leader.lead("Write down an objective")
        later = leader.page.locator("tr", has_text="MARKLATER")
        later.get_by_text("Put into other words").click()
        later.get_by_label("Put into other words").fill("MARKEDITED")
        later.get_by_label("Put into other words").press("Enter")
        leader.pace(600)
        leader.lead("Start")
        watch = seats["russia_watch"].page
        watch.locator(".asked.call", has_text="Case").first.wait_for(timeout=60_000)
        leader.lead("Pause")
        leader.page.locator("#note").fill("MARKOBSERVED")
        leader.lead("Note an observation")

        poland = seats["poland_capital"].page
        poland.get_by_label("Why", exact=True).fill("MARKBELIEF")
        poland.get_by_role("button", name="Send", exact=True).click()

        watch.locator(".asked.call", has_text="Case").get_by_role("button").click()
        leave = seats["russia_capital"].page.locator(".asked.authorise")
        leave.get_by_role("button", name="give leave").click()
        leader.lead("Start")
        ringing = seats["nato_watch"].page.locator(".asked.answer")
        ringing.wait_for(timeout=30_000)
        ringing.get_by_role("button", name="pick up").click()
        line = watch.get_by_label("Say on the line")
        line.wait_for(timeout=60_000)
        line.fill("MARKSAID on the line")
        line.press("Enter")
        watch.locator(".asked.say").get_by_role("button", name="That was not ours").click()
        until(seats["nato_watch"].page, "MARKSAID", "#calls")
        until(seats["russia_watch"].page, "decides what to say")
        leader.lead("End the exercise")
        press = seats["press"].page
        press.locator("#say-learned").fill("MARKFEEDBACK")
        press.locator("#feedback button").click()
        until(press, "Thank you", "#feedback")

        for name, seat in seats.items():
            assert seat.problems == [], name
            own = seat.everything()
            if name == "facilitator":
                continue
            for mark in ("LATER", "SPARE", "EDITED", "OBSERVED", "BELIEF", "NAME", "BRIEF"):
                assert f"MARK{mark}" not in own, (name, mark)
            assert ("MARKAIM" in own) == (name == "observer"), name
            assert ("MARKSAID" in own) == name.endswith("_watch"), name
            assert "In truth" not in own, name
            others = set(place.codes().values()) - {place.codes()[name]}
            assert not [code for code in others if code in own], name
        _questions_stay_apart(seats)
        report = leader.context.new_page()
        report.goto(f"{place.address}/report")
        assert "MARKOBSERVED" in report.content()
        assert "MARKBELIEF" in report.content()
        assert "MARKFEEDBACK" in report.content()
        assert "MARKAIM" in report.content()
        word = leader.context.request.get(f"{place.address}/report.docx").body()
        read = docx.Document(BytesIO(word))
        told = " ".join(cell.text for one in read.tables for row in one.rows for cell in row.cells)
        told += " ".join(one.text for one in read.paragraphs)
        assert "MARKOBSERVED" in told
        assert "MARKBELIEF" in told
        _what_if(report)
    log = Log.open(place.log)
    assert [e.person for e in log.entries() if e.kind == "feedback"] == [""]
    assert "MARKNAME" not in "".join(log.lines())
    assert len(log.names()) == len(seats)
    log.close()
    said = succeeded(deconflict("workshop", "forget", place.log, cwd=tmp_path))
    assert f"{len(seats)} names erased" in said
    assert not [f for f in tmp_path.glob("room.session*") if b"MARKNAME" in f.read_bytes()]


def _questions_stay_apart(seats: dict[str, Seat]) -> None:
    """No chair is ever sent a question that went to another."""
    asked: dict[str, set[str]] = {}
    for name, seat in seats.items():
        if name != "facilitator":
            asked[name] = set(re.findall(r'"request": ?"(\d+)"', seat.everything()))
    for name, own in asked.items():
        for other, theirs in asked.items():
            assert name == other or not own & theirs, (name, other)


def _what_if(report: Any) -> None:
    """At a past decision: what if they had done nothing?"""
    rows = report.locator("#decisions tr[data-kind=call]")
    row = rows.filter(has_text="Russian National Defense Management Center watch").first
    row.locator("select").select_option(label="they had done nothing")
    row.get_by_role("button", name="What if?").click()
    until(report, "First difference", "#forked")
    assert "People might have chosen otherwise" in report.inner_text("#forked")
    report.locator("#down button").click()
    until(report, "Highest rung as it was played", "#forked")
    act = report.locator("#decisions tr[data-kind=act]").first
    act.locator("select").select_option(label="use major force")
    act.get_by_role("button", name="What if?").click()
    until(report, "First difference", "#forked")
    row.get_by_role("button", name="what was it worth?").click()
    until(report, "In 100 worlds with this event", "#forked")


def test_a_server_that_is_killed_has_lost_nothing(browser: Any, tmp_path: Path) -> None:
    with room(tmp_path, BORDER, *FROM) as place:
        leader = Seat(browser, place, "facilitator")
        poland = Seat(browser, place, "poland_capital")
        leader.pace(600, 30)
        leader.lead("Start")
        poland.page.locator(".asked.act").wait_for(timeout=60_000)
        poland.page.locator(".asked.act").get_by_role("button", name="threaten").click()
        until(poland.page, "threatens")
        place.kill()
        poland.page.locator("#lost").wait_for(state="visible", timeout=10_000)
        place.open("--resume")
        poland.page.locator("#lost").wait_for(state="hidden", timeout=20_000)
        until(poland.page, "threatens")
        poland.page.locator("#pace", has_text="paused").wait_for()
        numbers = poland.page.locator("#feed li").evaluate_all(
            "all => all.map(one => one.dataset.n)"
        )
        assert len(set(numbers)) == len(numbers)
        leader.lead("Start")
        poland.page.locator("#pace", has_text="running").wait_for()
        # Somebody who comes back on another device sees what they saw.
        again = Seat(browser, place, "poland_capital")
        until(again.page, "threatens")
        assert (leader.problems, poland.problems) == ([], [])


def test_hostile_words_are_words(browser: Any, tmp_path: Path) -> None:
    with room(tmp_path, BORDER, *FROM) as place:
        leader = Seat(browser, place, "facilitator", HOSTILE[:80])
        press = Seat(browser, place, "press")
        leader.page.get_by_label("Tell everybody").first.fill(HOSTILE)
        leader.lead("Tell everybody")
        until(press.page, "<img src=x onerror=alert(1)>")
        leader.page.locator("#note").fill(HOSTILE)
        leader.lead("Note an observation")
        report = leader.context.new_page()
        report.on("dialog", lambda dialog: leader.problems.append(dialog.message))
        report.goto(f"{place.address}/report")
        assert "<script>alert(2)" in report.inner_text("main")
        assert (leader.problems, press.problems) == ([], [])


def test_two_facilitators_and_a_page_without_script(browser: Any, tmp_path: Path) -> None:
    with room(tmp_path, BORDER, *FROM) as place:
        one, other = (Seat(browser, place, "facilitator") for _ in range(2))
        one.pace(600, 30)
        other.lead("Start")
        one.page.get_by_role("button", name="Pause", exact=True).wait_for()
        plain = Seat(browser, place, "poland_capital", java_script_enabled=False)
        until_asked = one.page.locator(".asked.act")
        until_asked.wait_for(timeout=60_000)
        one.lead("Pause")
        other.page.get_by_role("button", name="Start", exact=True).wait_for()
        plain.page.reload()
        plain.page.get_by_role("button", name="protest").click()
        plain.page.wait_for_url("**/seat")
        assert "Poland decides how to answer: protests" in plain.page.inner_text("#feed")
        assert plain.page.get_by_role("button", name="protest").count() == 0


def test_nothing_acts_without_its_role_or_from_elsewhere(browser: Any, tmp_path: Path) -> None:
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    with room(tmp_path, BORDER, *FROM) as place:
        press = Seat(browser, place, "press")
        (held,) = press.context.cookies()
        assert (held["httpOnly"], held["sameSite"]) == (True, "Lax")
        cookie = f"{held['name']}={held['value']}"
        for path in ("codes", "report", "report.docx", "log.jsonl", "peek/nato_watch", "replay",
                     "replay.html", "fan.svg", "events.xlsx", "events.csv"):  # fmt: skip
            assert fetched(f"{place.address}/{path}", cookie) == 403
        assert fetched(f"{place.address}/codes", cookie[:-2] + "xx") == 403
        socket_address = place.address.replace("http", "ws") + "/live"
        for origin in ("http://evil.example", None):
            with pytest.raises(InvalidStatus):
                connect(socket_address, origin=origin, additional_headers={"Cookie": cookie})  # type: ignore[arg-type]
        with pytest.raises(InvalidStatus):
            connect(socket_address, origin=place.address)  # type: ignore[arg-type]
        with connect(
            socket_address,
            origin=place.address,
            additional_headers={"Cookie": cookie},  # type: ignore[arg-type]
        ) as line:
            for words in ("{", "[]", '{"kind": "end"}', '{"kind": 5}', "x" * 20_000,
                          json.dumps({"kind": "reply", "request": "x", "choice": []})):  # fmt: skip
                line.send(words)
            refused = 0
            while refused < 6:
                refused += json.loads(line.recv(10))["kind"] == "refused"
        for _ in range(13):
            page = press.context.new_page()
            page.goto(f"{place.address}/join/AAAAAAAA")
            page.click("main button")
            told = page.inner_text(".refused")
            page.close()
        assert "Too many tries" in told
    assert [e.kind for e in Log.open(place.log).entries() if e.kind == "end"] == []


def test_who_reads_nothing_is_hung_up_on_and_the_others_read_on(tmp_path: Path) -> None:
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    with room(tmp_path, BORDER, *FROM) as place:
        codes, address = place.codes(), place.address.replace("http", "ws") + "/live"

        def there(chair: str, **options: Any) -> Any:
            held = {"Cookie": cookie(place, codes[chair])}
            return connect(address, origin=place.address, additional_headers=held, **options)  # type: ignore[arg-type]

        asleep = there("press", max_queue=1, close_timeout=1)
        told, spoken = 0, 0
        with there("projector", max_size=None) as awake:
            for _ in range(12):  # facilitators, each of whom may say so much in ten seconds
                with there("facilitator", max_queue=1) as leader:
                    for _ in range(36):
                        spoken += 1
                        words = f"{spoken}: {'so much to say ' * 120}"
                        leader.send(json.dumps({"kind": "news", "text": words, "to": []}))
                        while told < spoken:
                            news = json.loads(awake.recv(20)).get("news", [])
                            told = max([told, *(one["n"] for one in news)])
        assert told == spoken
        seen = [0]

        def wake_up() -> None:
            while True:
                seen.extend(one["n"] for one in json.loads(asleep.recv(20)).get("news", []))

        with pytest.raises(ConnectionClosed):
            wake_up()
        assert max(seen) < spoken


def test_what_is_sent_can_be_encrypted(browser: Any, tmp_path: Path) -> None:
    with room(tmp_path, BORDER, *FROM, "--tls") as place:
        assert place.address.startswith("https://")
        leader = Seat(browser, place, "facilitator", ignore_https_errors=True)
        leader.lead("Start")
        leader.page.get_by_role("button", name="Pause", exact=True).wait_for()
        (held,) = leader.context.cookies()
        assert held["secure"]
        printed = re.search(r"^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$", place.said(), re.M)
        assert printed is not None
        shown = ssl.get_server_certificate(("127.0.0.1", place.port))
        own = hashlib.sha256(ssl.PEM_cert_to_DER_cert(shown)).hexdigest()
        assert printed[0].replace(":", "").lower() == own
        place.kill()
        place.open("--resume")
        assert ssl.get_server_certificate(("127.0.0.1", place.port)) == shown
        assert leader.problems == []


def test_no_page_of_it_puts_up_a_barrier(browser: Any, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with room(tmp_path, BORDER, *FROM) as place:
        seats = [Seat(browser, place, name) for name in
                 ("facilitator", "nato_watch", "poland_capital", "projector")]  # fmt: skip
        seats[0].pace(600, 30)
        seats[0].lead("Start")
        seats[2].page.locator(".asked.act").wait_for(timeout=60_000)
        seats[0].lead("Pause")
        pages = [seat.page for seat in seats]
        for path in ("", "codes", "report", "replay", "peek/nato_watch"):
            page = seats[0].context.new_page()
            page.goto(f"{place.address}/{path}")
            pages.append(page)
        for page in pages:
            for width in (1280, 360):
                page.set_viewport_size({"width": width, "height": 800})
                found = Axe().run(page)
                assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
                assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        first = sum(len(text.encode()) for text in seats[1].received[:8])
        assert first < 300_000  # what a phone loads before it shows the exercise


def test_it_can_be_played_by_keyboard_alone(browser: Any, tmp_path: Path) -> None:
    with room(tmp_path, BORDER, *FROM) as place:
        leader, poland = Seat(browser, place, "facilitator"), Seat(browser, place, "poland_capital")
        leader.pace(600, 30)
        leader.lead("Start")
        poland.page.locator(".asked.act").wait_for(timeout=60_000)
        for _ in range(40):
            poland.page.keyboard.press("Tab")
            held = poland.page.evaluate("document.activeElement.textContent")
            if held == "protest":
                break
        poland.page.keyboard.press("Enter")
        until(poland.page, "protests")


def test_time_that_passes_takes_neither_a_press_nor_the_keyboard_away(
    browser: Any, tmp_path: Path
) -> None:
    """Four times a second the page is told how things stand; a hand is slower than that."""
    with room(tmp_path, BORDER, *FROM) as place:
        leader, watch = (Seat(browser, place, name, name) for name in ("facilitator", "nato_watch"))
        leader.pace(60)
        leader.lead("Start")
        leader.page.get_by_role("button", name="Pause", exact=True).wait_for()
        for words in ("of every one", "of none"):
            wanted = watch.page.get_by_role("button", name=words).first
            wanted.evaluate("one => one.scrollIntoView({block: 'center'})")
            box = wanted.bounding_box()
            watch.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            watch.page.mouse.down()
            watch.page.wait_for_timeout(900)
            watch.page.mouse.up()
            watch.page.locator("button[aria-pressed=true]", has_text=words).wait_for(timeout=5_000)
        for words in ("of every one", "of none"):
            wanted = watch.page.get_by_role("button", name=words).first
            wanted.focus()
            watch.page.wait_for_timeout(900)
            watch.page.keyboard.press("Enter")
            watch.page.locator("button[aria-pressed=true]", has_text=words).wait_for(timeout=5_000)
            at = watch.page.evaluate("document.activeElement.textContent")
            assert at == words
        leader.page.get_by_role("button", name="Pause", exact=True).focus()
        for then in ("Start", "Pause"):
            leader.page.keyboard.press("Enter")
            leader.page.get_by_role("button", name=then, exact=True).wait_for(timeout=5_000)
            assert leader.page.evaluate("document.activeElement.textContent") == then
        hand = leader.page.locator("tr", has_text="Poland: the capital").get_by_role("button")
        hand.focus()
        leader.page.keyboard.press("Enter")
        hand.get_by_text("Hand to people").wait_for(timeout=5_000)
        assert hand.evaluate("one => one === document.activeElement")


def test_a_wrong_command_says_what_to_do(tmp_path: Path) -> None:
    for words, message in (
        (["--arm", "as_desinged"], 'is no arm of it. Did you mean "as_designed"'),
        (["--from", "tomorrow"], "is no time. Write it with its zone"),
        (["--from", "2022-11-15T12:00"], "says no zone"),
        (["--from", "2023-11-15T12:00Z"], "choose a time within"),
        (["--lapse", "war"], "must be one of model, absorb"),
        (["--resume", "--log", "none.session"], "there is no such log"),
    ):
        said = deconflict("workshop", BORDER, *words, cwd=tmp_path)
        assert said.returncode == 1, words
        assert message in said.stderr, said.stderr
    assert deconflict("workshop", "verify", cwd=tmp_path).returncode == 1


def test_a_log_is_looked_at_and_exported(tmp_path: Path) -> None:
    from sim.workshop.game import Setup
    from sim.workshop.session import Session

    path = tmp_path / "x.session"
    Session.create(path, Setup(BORDER.read_text(encoding="utf-8"), 1, 1, "as_used_2022")).close()
    assert "each as it was written" in succeeded(
        deconflict("workshop", "verify", path, cwd=tmp_path)
    )
    lines = succeeded(deconflict("workshop", "export", path, cwd=tmp_path)).splitlines()
    assert json.loads(lines[0])["kind"] == "setup"
    assert len(json.loads(lines[-1])["hash"]) == 64
