"""Nothing on any state of the page hinders somebody: axe-core looks at each, in both schemes, wide and narrow."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.acts import ask, composer, fill_in, say, sign_in
from tests.journeys.browser import AXE, AXE_TAGS, Tab, open_tab
from tests.journeys.site import Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is missing: run `npm ci` in web/ (needs Node 20)"),
]

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
MEETING = "Schedule a meeting with John tomorrow at 2 PM"


def fine(tab: Tab) -> None:
    """Look at everything in the light; in the dark only the colours are different."""
    assert tab.axe(AXE_TAGS) == []
    tab.page.emulate_media(color_scheme="dark")
    assert tab.axe(["color-contrast"]) == []
    tab.page.emulate_media(color_scheme="light")


def test_signing_in_hinders_nobody(browser: Browser, site: Site) -> None:
    tab = open_tab(browser)
    page = tab.page
    page.goto(site.url)
    fill_in(page, ("nobody@example.com", "not a password"))
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    fine(tab)
    page.get_by_role("button", name="Create an account").click()
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text("What should I call you?")).to_be_visible()
    fine(tab)
    page.context.close()


def test_the_page_hinders_nobody(browser: Browser, site: Site) -> None:
    tab = open_tab(browser)
    page = tab.page
    sign_in(page, site.url, site.newcomer())
    expect(page.get_by_text("Nothing planned.")).to_be_visible()
    fine(tab)
    ask(page, "remind me to stretch in 1 second")
    ask(page, MEETING)
    page.get_by_role("textbox", name="Add a task").fill("Water the plants")
    page.get_by_role("textbox", name="Add a task").press("Enter")
    page.get_by_role("checkbox", name="Water the plants").check()
    expect(page.get_by_role("status", name="News")).to_contain_text("Stretch", timeout=20_000)
    page.context.set_offline(True)
    say(page, "what's on tomorrow?")
    expect(page.get_by_text("Steward cannot be reached.")).to_be_visible(timeout=15_000)
    fine(tab)
    page.context.set_offline(False)
    expect(page.get_by_text("Steward cannot be reached.")).to_be_hidden(timeout=15_000)
    page.get_by_role("button", name=re.compile("^Notifications")).click()
    expect(page.get_by_role("dialog", name="Notifications")).to_be_visible()
    fine(tab)
    assert tab.violations() == []
    page.context.close()


def test_a_small_phone_hinders_nobody(browser: Browser, site: Site) -> None:
    tab = open_tab(browser, **PHONE)
    page = tab.page
    sign_in(page, site.url, site.newcomer())
    expect(ask(page, MEETING)).to_contain_text("Event created")
    composer(page).fill("a rather long thought that goes on and on until it needs more than one line")
    fine(tab)
    page.get_by_role("button", name="Today", exact=True).click()
    expect(page.get_by_role("list", name="Events tomorrow")).to_contain_text("John")
    fine(tab)
    page.get_by_role("button", name="Conversations").click()
    expect(page.get_by_role("dialog", name="Conversations")).to_contain_text(MEETING[:20])
    fine(tab)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert tab.violations() == []
    page.context.close()
