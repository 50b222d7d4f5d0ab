"""A real browser for tests: Debian's Chromium, driven through Playwright, with axe-core for who cannot see or point.

@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found

def test_a_page(browser, page):
    assert browser.axe(page) == []
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTH, HEIGHT, NARROW = 1280, 900, 320
# A wide table may scroll in a box of its own; the page may not (WCAG 2.2, 1.4.10).
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Browser:
    """One Chromium for a whole file of tests; every page is opened afresh."""

    chromium: object

    @contextmanager
    def page(self, place: Path | str, width: int = WIDTH) -> Iterator:
        """A page open at a file or an address, and what went wrong with it: (page, complaints)."""
        page = self.chromium.new_page(viewport={"width": width, "height": HEIGHT})
        complaints: list[str] = []
        page.on("console", lambda m: complaints.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda e: complaints.append(f"error: {e}"))
        page.on("request", lambda r: complaints.append(f"request: {r.url}") if _is_outside(r.url) else None)
        try:
            page.goto(address(place), wait_until="load")
            yield page, complaints
        finally:
            page.close()

    def axe(self, place: Path | str, width: int = WIDTH) -> list[str]:
        """What is wrong with a page: WCAG 2.2 AA and best practice, errors on its console, requests to outside."""
        with self.page(place, width) as (page, complaints):
            return violations(page) + complaints

    def png(self, place: Path | str, width: int = WIDTH) -> bytes:
        """The whole page as it looks."""
        with self.page(place, width) as (page, _):
            return page.screenshot(full_page=True)

    def too_wide(self, place: Path | str, width: int = NARROW) -> int:
        """By how many pixels a page must be scrolled sideways on a narrow screen; 0 as it should be."""
        with self.page(place, width) as (page, _):
            return page.evaluate(WIDER)


def address(place: Path | str) -> str:
    return place.resolve().as_uri() if isinstance(place, Path) else place


def violations(page) -> list[str]:
    """What axe-core finds on an open page, one line for each rule with the places it fails at."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": {"type": "tag", "values": STANDARD}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{v['id']}: {v['help']}: {[n['target'] for n in v['nodes']][:5]}" for v in found]


def _is_outside(url: str) -> bool:
    told = urlsplit(url)
    return told.scheme not in ("file", "data", "blob") and told.hostname not in ("127.0.0.1", "localhost")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium that is closed again at the end; the test is skipped where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("There is no Chromium on the path: install Debian's package chromium.")
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed.")
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed.")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield Browser(started)
        finally:
            started.close()
