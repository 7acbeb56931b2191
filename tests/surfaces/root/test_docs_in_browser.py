"""Both pages in a real browser: they must draw, and their policy must not stand in their way."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvloop

from steward.surfaces.server import listen, make_server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt install chromium")]


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    async def with_lifespan(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        for _ in range(2):
            message = await receive()
            await send({"type": message["type"] + ".complete"})

    sockets, ready = listen("127.0.0.1", 0), threading.Event()
    server = make_server(with_lifespan, on_started=lambda *_: ready.set())

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(sockets=sockets))

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(10)
    yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    server.stop()
    thread.join(10)
    for each in sockets:
        each.close()


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        ("/docs", ".opblock-tag:has-text('personal: calendar')"),
        ("/redoc", "h2:has-text('personal: calendar')"),
        ("/api/v1/docs", ".opblock-tag:has-text('sms: calendar')"),
    ],
)
def test_a_page_draws_the_document(address: str, path: str, mark: str) -> None:
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address + path)
        page.locator(mark).first.wait_for(timeout=15_000)
        browser.close()
    # ReDoc wants its maker's picture from elsewhere: the policy keeps it out, and that is all the policy stops.
    assert [each for each in complaints if "cdn.redoc.ly" not in each] == []
