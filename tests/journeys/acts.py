"""What a person does on the page, and what they look at."""

from __future__ import annotations

import re

import httpx2
from playwright.sync_api import Locator, Page, expect
from pyotp import TOTP

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
    page.get_by_role("button", name="Sign in", exact=True).click()


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


def open_account_menu(page: Page, entry: str) -> None:
    """Choose something in the menu of the account."""
    page.get_by_role("button", name=re.compile("^Account of")).click()
    page.get_by_role("menuitem", name=entry).click()


def sign_out(page: Page, url: str) -> None:
    """Leave by the menu, from wherever one is."""
    page.goto(url)
    open_account_menu(page, "Sign out")
    expect(page.get_by_role("heading", name="Welcome to Steward")).to_be_visible()


def add_authenticator(page: Page) -> None:
    """Plug in a virtual authenticator that keeps passkeys and always finds its person there."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def switch_authenticator_app_on(page: Page) -> tuple[TOTP, list[str]]:
    """Set an authenticator app up in the security settings; return the app and the backup codes."""
    page.get_by_role("button", name="Set up the authenticator app").click()
    return finish_authenticator_app(page)


def finish_authenticator_app(page: Page) -> tuple[TOTP, list[str]]:
    """Go on where the QR code is shown."""
    expect(page.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
    key = page.get_by_role("group", name="Key for your authenticator app")
    if not key.is_visible():
        page.get_by_text("I cannot scan it").click()
    app = TOTP(key.inner_text().replace(" ", ""))
    page.get_by_label("Code from the app").fill(app.now())
    page.get_by_role("button", name="Switch it on").click()
    codes = page.get_by_role("group", name="Backup codes").inner_text().split()
    page.get_by_role("button", name="I kept them").click()
    return app, codes
