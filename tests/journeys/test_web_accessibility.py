"""Nothing on any state of the page hinders somebody: axe-core looks at each, in both schemes, wide and narrow."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.acts import ask, composer, fill_in, finish_authenticator_app, say, sign_in, sign_out
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


def test_the_links_in_letters_hinder_nobody(browser: Browser, site: Site) -> None:
    tab = open_tab(browser, **PHONE)
    page = tab.page
    for path, button in {"forgot-password": "Send me the link", "reset-password?token=x": "Set the password"}.items():
        page.goto(f"{site.url}/{path}")
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("alert")).not_to_be_empty()
        fine(tab)
    page.goto(f"{site.url}/verify-email?token=x")
    page.get_by_role("button", name="Yes, this is my address").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    fine(tab)
    assert tab.violations() == []
    page.context.close()


@pytest.mark.parametrize("context", [{}, PHONE], ids=["desktop", "phone"])
def test_the_settings_hinder_nobody(browser: Browser, site: Site, context: dict[str, Any]) -> None:
    tab = open_tab(browser, **context)
    page = tab.page
    account = site.newcomer()
    sign_in(page, site.url, account)
    page.goto(f"{site.url}/settings")
    page.get_by_role("button", name="Change the address").click()
    page.get_by_role("button", name="Add a number").click()
    page.get_by_role("button", name="Delete my account").click()
    fine(tab)
    page.get_by_role("link", name="Connections").click()
    expect(page.get_by_text("Nothing can be connected yet")).to_be_visible()
    fine(tab)
    page.get_by_role("link", name="Developer").click()
    page.get_by_role("button", name="Create a key").click()
    page.get_by_role("button", name="Create the key").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    fine(tab)
    page.get_by_role("link", name="Security").click()
    page.get_by_role("button", name="Change the password").click()
    page.get_by_role("button", name="Set up the authenticator app").click()
    page.get_by_text("I cannot scan it").click()
    fine(tab)
    finish_authenticator_app(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    sign_out(page, site.url)
    fill_in(page, account)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    fine(tab)
    assert tab.violations() == []
    page.context.close()


def test_what_the_owner_looks_after_hinders_nobody(browser: Browser, site: Site) -> None:
    tab = open_tab(browser)
    page = tab.page
    site.letter(site.newcomer("Somebody Else")[0])
    sign_in(page, site.url, site.owner())
    page.goto(f"{site.url}/outbox")
    expect(page.get_by_role("list", name="Letters")).to_be_visible()
    fine(tab)
    page.goto(f"{site.url}/admin/people")
    page.get_by_label("Change Somebody Else").first.click()
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
