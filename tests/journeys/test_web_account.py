"""What a person does with their account in the web app: getting in, staying safe, and what the owner looks after."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.oauth_server import CLIENT_ID, CLIENT_SECRET, OAuthServer
from tests.houses import PASSWORD
from tests.journeys.acts import (
    FROM_THE_PAGE,
    add_authenticator,
    composer,
    fill_in,
    open_account_menu,
    sign_in,
    sign_out,
    switch_authenticator_app_on,
)
from tests.journeys.browser import Tab, open_tab
from tests.journeys.site import Site, running

pytestmark = pytest.mark.browser

NEW_PASSWORD = "seven calm rivers at 4"


@pytest.fixture
def account(site: Site) -> tuple[str, str]:
    return site.newcomer()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    found = open_tab(browser)
    yield found
    assert found.violations() == []
    found.page.context.close()


def open_settings(page: Page, site: Site, account: tuple[str, str], section: str) -> None:
    sign_in(page, site.url, account)
    page.goto(f"{site.url}/settings/{section}")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_a_new_person_confirms_their_address_by_the_link_in_the_mail(tab: Tab, site: Site) -> None:
    page, email = tab.page, "ida.rhodes@example.com"
    page.goto(f"{site.url}/sign-in")
    page.get_by_role("button", name="Create an account").click()
    page.get_by_label("Your name").fill("Ida Rhodes")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_text(f"confirm your address by the link that went to {email}")).to_be_visible()
    page.goto(site.letter(email).link)
    expect(page).to_have_url(f"{site.url}/verify-email")
    page.get_by_role("button", name="Yes, this is my address").click()
    page.get_by_role("link", name="Go to your day").click()
    expect(composer(page)).to_be_visible()
    expect(page.get_by_text("confirm your address")).to_have_count(0)
    open_account_menu(page, "Settings")
    expect(page.get_by_text("Confirmed.", exact=True)).to_be_visible()


def test_who_forgot_the_password_sets_a_new_one_by_mail(tab: Tab, site: Site, account: tuple[str, str]) -> None:
    page, email = tab.page, account[0]
    page.goto(f"{site.url}/sign-in")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill(email)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_text("a link is on its way")).to_be_visible()
    link = site.letter(email, "Set a new password").link
    page.goto(link)
    page.get_by_label("New password").fill("password123")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("alert")).to_contain_text("common")
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("heading", name="Your password is set")).to_be_visible()
    page.goto(link)
    page.get_by_label("New password").fill("another password of mine 5")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("alert")).to_contain_text("not valid")
    page.goto(f"{site.url}/sign-in")
    fill_in(page, (email, NEW_PASSWORD))
    expect(composer(page)).to_be_visible()


def test_an_authenticator_app_is_set_up_and_asked_for(tab: Tab, site: Site, account: tuple[str, str]) -> None:
    page = tab.page
    open_settings(page, site, account, "security")
    app, codes = switch_authenticator_app_on(page)
    assert len(set(codes)) == 10
    sign_out(page, site.url)
    fill_in(page, account)
    page.get_by_label("Code from your authenticator app").fill("000000")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    page.get_by_label("Code from your authenticator app").fill(app.at(time.time() + 30))
    page.get_by_role("button", name="Go on").click()
    expect(composer(page)).to_be_visible()
    sign_out(page, site.url)
    for is_good in (True, False):
        fill_in(page, account)
        page.get_by_role("button", name="Use a backup code").click()
        page.get_by_label("Backup code").fill(codes[0])
        page.get_by_role("button", name="Go on").click()
        if is_good:
            expect(composer(page)).to_be_visible()
            sign_out(page, site.url)
    expect(page.get_by_role("alert")).to_contain_text("used before")


def test_a_passkey_signs_in_and_is_a_second_step_too(tab: Tab, site: Site, account: tuple[str, str]) -> None:
    page = tab.page
    open_settings(page, site, account, "security")
    add_authenticator(page)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("list", name="Passkeys")).to_contain_text("not used yet")
    sign_out(page, site.url)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(composer(page)).to_be_visible()
    page.goto(f"{site.url}/settings/security")
    switch_authenticator_app_on(page)
    sign_out(page, site.url)
    fill_in(page, account)
    page.get_by_role("button", name="Use a passkey").click()
    expect(composer(page)).to_be_visible()


def test_a_grave_change_asks_who_it_is_and_is_done_after_the_answer(
    browser: Browser, tab: Tab, site: Site, account: tuple[str, str]
) -> None:
    page = tab.page
    open_settings(page, site, account, "security")
    other = open_tab(browser)
    open_settings(other.page, site, account, "security")
    switch_authenticator_app_on(other.page)
    other.page.context.close()
    page.reload()
    page.get_by_role("button", name="Remove: Authenticator app").click()
    page.get_by_role("button", name="Yes, remove it").click()
    dialog = page.get_by_role("dialog", name="Is it you?")
    expect(dialog.get_by_label("Your password", exact=True)).to_be_focused()
    page.keyboard.type("not my password")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("wrong")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("region", name="Authenticator app")).to_contain_text("On")
    page.get_by_role("button", name="Yes, remove it").click()
    dialog.get_by_label("Your password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Set up the authenticator app")).to_be_visible()


def test_another_device_is_seen_and_signed_out(tab: Tab, site: Site, account: tuple[str, str]) -> None:
    page = tab.page
    phone = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/605.1", **FROM_THE_PAGE}
    with httpx2.Client(base_url=site.url, headers=phone) as client:
        client.post("/ui/login", json={"email": account[0], "password": account[1]})
        assert client.get("/api/v1/users/me").status_code == 200
        open_settings(page, site, account, "security")
        devices = page.get_by_role("list", name="Signed-in devices").get_by_role("listitem")
        page.get_by_role("button", name=re.compile("Sign out: .*iPhone")).click()
        expect(page.get_by_role("list", name="Signed-in devices")).not_to_contain_text("iPhone")
        expect(devices.first).to_contain_text("This device")
        assert client.get("/api/v1/users/me").status_code == 401


def test_a_key_is_shown_once_and_may_do_what_was_chosen(tab: Tab, site: Site, account: tuple[str, str]) -> None:
    page = tab.page
    open_settings(page, site, account, "developer")
    page.get_by_role("button", name="Create a key").click()
    page.get_by_label("What is it for?").fill("My script")
    page.get_by_role("button", name="Create the key").click()
    key = page.get_by_role("group", name="Your new key").inner_text().strip()
    page.get_by_role("button", name="I kept it").click()
    expect(page.get_by_role("list", name="API keys")).to_contain_text(re.compile("My script.*Only look.*not used yet"))
    expect(page.get_by_text(key)).to_have_count(0)
    headers = {"X-API-Key": key}
    assert httpx2.get(f"{site.url}/api/v1/tasks", headers=headers).status_code == 200
    assert httpx2.post(f"{site.url}/api/v1/tasks", headers=headers, json={"title": "Milk"}).status_code == 403
    page.get_by_role("button", name="Remove: My script").click()
    page.get_by_role("button", name="Yes, end it now").click()
    expect(page.get_by_role("list", name="API keys")).to_have_count(0)
    assert httpx2.get(f"{site.url}/api/v1/tasks", headers=headers).status_code == 401


def test_the_owner_reads_the_outbox_and_locks_somebody_out(tab: Tab, site: Site) -> None:
    page = tab.page
    name = "Mallory Outbound"
    account = site.newcomer(name)
    site.letter(account[0])
    sign_in(page, site.url, site.owner())
    open_account_menu(page, "Outbox")
    letter = page.get_by_role("list", name="Letters").get_by_role("listitem").filter(has_text=account[0])
    expect(letter.get_by_role("link")).to_have_attribute("href", re.compile(f"^{site.url}/verify-email"))
    page.get_by_role("link", name="Back to your day").click()
    open_account_menu(page, "People")
    person = page.get_by_role("list", name="People").get_by_role("listitem").filter(has_text=name)
    person.get_by_label(f"Change {name}").click()
    person.get_by_role("button", name=f"Switch off: {name}").click()
    person.get_by_role("button", name="Yes, lock them out").click()
    expect(person).to_contain_text("switched off")
    reply = httpx2.post(f"{site.url}/ui/login", json={"email": account[0], "password": PASSWORD}, headers=FROM_THE_PAGE)
    assert reply.status_code in (401, 403)


def test_another_provider_signs_in_is_connected_and_its_refusal_is_said(
    tab: Tab, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = tab.page
    client = {"STEWARD_GOOGLE_CLIENT_ID": CLIENT_ID, "STEWARD_GOOGLE_CLIENT_SECRET": CLIENT_SECRET}
    with (
        OAuthServer() as provider,
        running(tmp_path_factory.mktemp("google"), **client, STEWARD_GOOGLE_BASE_URL=provider.url) as site,
    ):
        page.goto(f"{site.url}/sign-in")
        page.get_by_role("link", name="Sign in with Google").click()
        expect(page.get_by_role("heading", name=re.compile("Ada"))).to_be_visible()
        page.goto(f"{site.url}/settings/connections")
        page.get_by_role("button", name="Connect Google").click()
        expect(page.get_by_role("list", name="Calendars and mail")).to_contain_text("ada@id.example")
        expect(page).to_have_url(f"{site.url}/settings/connections")
        sign_out(page, site.url)
        page.goto(f"{site.url}/api/v1/oauth/callback/google?state=stale&code=x")
        expect(page.get_by_role("alert")).to_contain_text("began in another browser")
        page.goto(f"{site.url}/?oauth_error=OAUTH_REFUSED")
        expect(page.get_by_role("alert")).to_contain_text("did not agree")
        sign_in(page, site.url, site.newcomer())
        page.goto(f"{site.url}/settings/connections")
        page.get_by_role("button", name="Link Google").click()
        expect(page.get_by_role("alert")).to_contain_text("linked to another account")


def test_a_server_that_refuses_for_a_while_is_said_in_words(tab: Tab, site: Site, account: tuple[str, str]) -> None:
    page = tab.page
    sign_in(page, site.url, account)
    page.route("**/api/v1/mfa/status", lambda route: route.fulfill(status=500, json={}))
    page.route("**/api/v1/sessions*", lambda route: route.fulfill(status=429, json={"detail": "Too often."}))
    page.goto(f"{site.url}/settings/security")
    expect(page.get_by_text("Your second step could not be loaded.")).to_be_visible()
    expect(page.get_by_text("Your devices could not be loaded.")).to_be_visible()
    page.unroute_all()
    page.get_by_role("region", name="Signed-in devices").get_by_role("button", name="Try again").click()
    expect(page.get_by_role("list", name="Signed-in devices")).to_contain_text("This device")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="Set up the authenticator app")).to_be_visible()
