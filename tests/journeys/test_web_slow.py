"""What a phone shows of the day while the server is slow to answer."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, Route, expect

from tests.journeys.acts import finished, say, sign_in
from tests.journeys.browser import open_tab
from tests.journeys.site import Site

pytestmark = pytest.mark.browser

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MEETING = "Schedule a meeting with John tomorrow at 2 PM"
EVENTS = re.compile("/v1/calendar/events")
FROM_NOW_ON_SECONDS = 5
"""Less than the pause between two looks at the calendar: what appears within it was asked for on purpose."""


class Held:
    """Replies that the server gave at once and that reach the page when they are let go."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Route, APIResponse]] = []
        self._open = False

    def hold(self, route: Route) -> None:
        if self._open:
            route.continue_()
        else:
            self.waiting.append((route, route.fetch()))

    def let_go(self) -> None:
        self._open = True
        for route, reply in self.waiting:
            route.fulfill(response=reply)


def test_the_day_shows_what_an_answer_did_though_its_first_read_began_before(browser: Browser, site: Site) -> None:
    tab = open_tab(browser, **PHONE, timezone_id="UTC")
    page = tab.page
    held = Held()
    page.route(EVENTS, held.hold)
    sign_in(page, site.url, site.newcomer())
    say(page, MEETING)
    finished(page, 1)
    assert len(held.waiting) == 1
    page.get_by_role("button", name="Today", exact=True).click()
    held.let_go()
    expect(page.get_by_role("list", name="Events tomorrow")).to_contain_text("John", timeout=FROM_NOW_ON_SECONDS * 1000)
    assert tab.violations() == []
    page.context.close()


def test_who_turns_to_the_day_right_after_sending_stays_there(browser: Browser, site: Site) -> None:
    tab = open_tab(browser, **PHONE, timezone_id="UTC")
    page = tab.page
    sign_in(page, site.url, site.newcomer())
    opening = re.compile("/api/v1/chat/conversations$")
    held = Held()
    page.route(opening, held.hold)
    with page.expect_request(opening):
        say(page, MEETING)
    today = page.get_by_role("button", name="Today", exact=True)
    today.click()
    held.let_go()
    expect(page.get_by_role("list", name="Events tomorrow")).to_contain_text("John")
    expect(page).to_have_url(re.compile("/c/"))
    expect(today).to_have_attribute("aria-current", "page")
    assert tab.violations() == []
    page.context.close()
