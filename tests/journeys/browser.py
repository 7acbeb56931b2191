"""Headless Chromium for journeys: where it is, how it is started, and what it must not complain about."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

WEB = Path(__file__).parents[2] / "web"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});
window.__shift = 0;
new PerformanceObserver((list) => {
  const inChat = (source) => source.node?.parentElement?.closest("[aria-label=Chat]");
  for (const entry of list.getEntries()) if (entry.sources.some(inChat)) window.__shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""

# Half-faded text has too little contrast for a moment; what counts is the text that stays.
_SETTLE = """
() => Promise.all(document.getAnimations()
  .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime))
  .map((one) => one.finished.catch(() => null))).then(() => null)
"""


def find_chromium() -> str | None:
    """Return where Chromium is: ``STEWARD_TEST_CHROMIUM``, or a usual name on the path."""
    named = os.environ.get("STEWARD_TEST_CHROMIUM")
    return named or next((found for name in _NAMES if (found := shutil.which(name))), None)


@contextmanager
def chromium(executable: str) -> Iterator[Browser]:
    """Start a browser, and end it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Tab:
    """A page, with everything it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        # A refused request is part of some journeys; the browser logs each one.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def violations(self) -> list[str]:
        """Return what the browser refused under the page's policy, and every error and warning in the console."""
        found: list[str] = self.page.evaluate("window.__violations")
        return found + self.complaints

    def shift(self) -> float:
        """Return how much the chat moved by itself so far (the browser's layout shift score)."""
        return float(self.page.evaluate("window.__shift"))

    def axe(self, only: list[str]) -> list[str]:
        """Return what axe-core finds wrong with the page as it is now; ``only`` are tags or names of rules.

        It is put in through the debugger, because the page's policy rightly refuses foreign scripts.
        """
        self.page.evaluate(_SETTLE)
        session = self.page.context.new_cdp_session(self.page)
        session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
        run = f"axe.run(document, {{runOnly: {only}}}).then((found) => JSON.stringify(found.violations))"
        answer: Any = session.send(
            "Runtime.evaluate",
            {
                "expression": f"{run}.then((text) => JSON.parse(text).map((one) => "
                "`${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`))",
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
        session.detach()
        found: list[str] = answer["result"]["value"]
        return found


def open_tab(browser: Browser, **context: Any) -> Tab:
    """Return a fresh page in a context of its own; ``context`` are Playwright's options."""
    options = {"locale": "en-GB", "timezone_id": "Europe/Berlin", "viewport": {"width": 1280, "height": 800}}
    page = browser.new_context(**{**options, **context}).new_page()
    page.add_init_script(_WATCH)
    tab = Tab(page)
    page.on("console", tab.hear)
    page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    return tab
