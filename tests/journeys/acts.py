"""What a person does on the page, and what they look at."""

from __future__ import annotations

import httpx2
from playwright.sync_api import Locator, Page, expect

COOKIE = "steward_session"
FROM_THE_PAGE = {"X-Steward-Request": "web"}


def sign_in(page: Page, url: str, account: tuple[str, str]) -> None:
    """Open the page with a session made beforehand; that the form makes one is a journey of its own."""
    email, password = account
    reply = httpx2.post(f"{url}/ui/login", json={"email": email, "password": password}, headers=FROM_THE_PAGE)
    assert reply.status_code == 200, reply.text
    page.context.add_cookies([{"name": COOKIE, "value": reply.cookies[COOKIE], "url": url}])
    page.goto(url)
    expect(composer(page)).to_be_visible()


def fill_in(page: Page, account: tuple[str, str]) -> None:
    page.get_by_label("Email").fill(account[0])
    page.get_by_label("Password", exact=True).fill(account[1])
    page.get_by_role("button", name="Sign in").click()


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message to Steward")


def say(page: Page, text: str) -> None:
    composer(page).fill(text)
    composer(page).press("Enter")


def answers(page: Page) -> Locator:
    return page.get_by_role("article", name="Steward")


def finished(page: Page, count: int) -> Locator:
    """Wait until there are so many complete answers, and return the last."""
    expect(answers(page)).to_have_count(count, timeout=15_000)
    expect(answers(page).last).to_have_attribute("aria-busy", "false", timeout=15_000)
    return answers(page).last


def ask(page: Page, text: str) -> Locator:
    """Say something in a quiet conversation and return the complete answer."""
    before = answers(page).count()
    say(page, text)
    return finished(page, before + 1)
