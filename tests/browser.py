"""A real browser for the tests: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in _NAMES if (path := shutil.which(name))), "")
MUST = "DECONFLICT_BROWSER" in os.environ
"""Whether a missing browser is a failure, as it is where the tests decide what lands."""

needs_browser = pytest.mark.skipif(
    not CHROMIUM and not MUST, reason="no Chromium on this machine: install Debian's chromium"
)

_QUIET = (
    "--no-sandbox", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic", "--no-first-run", "--mute-audio",
)  # fmt: skip


@contextmanager
def browsing() -> Iterator[Any]:
    """Open a browser for as long as the block lasts."""
    if not MUST:
        pytest.importorskip("playwright.sync_api", reason="needs the extra browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        yield browser
        browser.close()


def check_page(browser: Any, page: Path, widths: tuple[int, ...] = (1280, 360)) -> None:
    """Open a file; it must ask for nothing, fit its width, and break none of axe's rules.

    Among the rules are those of WCAG 2 A and AA.
    """
    from axe_playwright_python.sync_playwright import Axe

    for width in widths:
        shown = browser.new_page(viewport={"width": width, "height": 740})
        asked: list[str] = []
        shown.on("request", lambda request, asked=asked: asked.append(request.url))
        shown.goto(page.as_uri())
        assert [url for url in asked[1:] if not url.startswith("data:")] == []
        assert shown.evaluate("document.documentElement.scrollWidth") <= width, page.name
        found = Axe().run(shown)
        assert found.violations_count == 0, f"{page.name}: {found.generate_report()}"
        shown.close()
