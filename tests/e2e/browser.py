"""A signed-in person in a real browser, and screenshots at both widths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

PASSWORD = "Demo-2026-pass"
PHONE = {"width": 360, "height": 760}
DESK = {"width": 1280, "height": 860}
CHROMIUM = "/usr/bin/chromium"
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
}
WIDEST = """() => [...document.querySelectorAll("main *")]
    .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth)
    .slice(-3).map((e) => e.outerHTML.slice(0, 120))"""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def browser() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield chromium
        finally:
            chromium.close()


class Album:
    """Numbered screenshots; each page once as a phone and once as a desk shows it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("[0-9][0-9]-*.png"):
            old.unlink()
        self.folder = folder
        self.number = 0
        self.axe = Axe()
        self.faults: list[str] = []

    def shoot(self, page: Page, name: str, *, widths: tuple[int, ...] = (1280, 360)) -> None:
        self.number += 1
        was = page.viewport_size or DESK
        for width in widths:
            page.set_viewport_size({"width": width, "height": 860 if width > 600 else 760})
            page.wait_for_timeout(250)
            file = self.folder / f"{self.number:02d}-{name}-{width}.png"
            page.screenshot(path=file, full_page=True)
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{name} is {overflow} px wider than a {width} px screen: " + str(
                page.evaluate(WIDEST)
            )
            self.accessible(page, f"{name} at {width} px")
        page.set_viewport_size(was)

    def accessible(self, page: Page, name: str) -> None:
        """Note what axe finds against WCAG 2.2 A and AA; `run` fails on it after the walk."""
        found = self.axe.run(page, options=AXE_OPTIONS)
        faults = [
            f"{fault['id']}: {fault['nodes'][0]['html'][:160]}"
            for fault in found.response["violations"]
        ]
        self.faults += [f"{name}: {fault}" for fault in faults]


class Person:
    """One user's browser: own cookies; faults of the page's scripts fail the walk."""

    def __init__(self, chromium: Browser, url: str, name: str, *, phone: bool = False) -> None:
        self.url, self.name = url, name
        self.context: BrowserContext = chromium.new_context(
            viewport=PHONE if phone else DESK, locale="zh-CN", has_touch=phone
        )
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._console)

    def _console(self, message: Any) -> None:
        text = message.text
        # A refused form answers 422 and a shut door 403 on purpose: Chromium reports both.
        if message.type == "error" and not re.search(r"status of 4(03|04|22|29)", text):
            self.faults.append(text)

    def sign_in(self) -> Person:
        self.open("/accounts/sign-in/")
        self.page.fill("input[name=username]", self.name)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main form button.btn-primary")
        expect(self.page).not_to_have_url(re.compile("sign-in"))
        return self

    def open(self, path: str, *, status: int = 200) -> Page:
        """Open a path; the answer must have the status."""
        answer = self.page.goto(path if path.startswith("http") else self.url + path)
        assert answer is not None
        assert answer.status == status, f"{self.name} {path}: {answer.status}, expected {status}"
        return self.page

    def leave(self) -> None:
        assert not self.faults, f"{self.name}: {self.faults}"
        self.context.close()
