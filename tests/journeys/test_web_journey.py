"""What a person does in the web app, in a real browser against a running server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.browser import AXE, Tab, chromium, find_chromium, open_tab
from tests.journeys.fake_server import EMAIL, PASSWORD, State, running

pytestmark = pytest.mark.browser

MEETING = "Schedule a meeting with John tomorrow at 2 PM"
REMINDER = "Remind me to call mum in 45 minutes"


@dataclass(frozen=True)
class Owner:
    email: str
    password: str


# The next two fixtures go when tests/conftest.py has them, on the real server.
@pytest.fixture
def server_url() -> Iterator[str]:
    with running(State()) as url:
        yield url


@pytest.fixture
def owner() -> Owner:
    return Owner(EMAIL, PASSWORD)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        pytest.skip("Chromium was not found; install it (apt-get install chromium) or set STEWARD_TEST_CHROMIUM.")
    with chromium(executable) as found:
        yield found


@pytest.fixture
def tab(browser: Browser, server_url: str, owner: Owner) -> Iterator[Tab]:
    found = open_tab(browser)
    sign_in(found.page, server_url, owner)
    yield found
    assert found.violations() == []
    found.page.context.close()


def sign_in(page: Page, url: str, owner: Owner) -> None:
    page.goto(url)
    page.get_by_label("Email").fill(owner.email)
    page.get_by_label("Password", exact=True).fill(owner.password)
    page.get_by_role("button", name="Sign in").click()
    expect(composer(page)).to_be_visible()


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message to Steward")


def say(page: Page, text: str) -> None:
    composer(page).fill(text)
    composer(page).press("Enter")


def answers(page: Page) -> Locator:
    return page.get_by_role("article", name="Steward")


def finished(page: Page, count: int) -> Locator:
    """Wait until there are so many complete answers, and return the last."""
    expect(answers(page)).to_have_count(count)
    expect(answers(page).last).to_have_attribute("aria-busy", "false", timeout=15_000)
    return answers(page).last


def no_accessibility_problems(tab: Tab) -> None:
    if AXE.exists():
        assert tab.axe() == []


def test_the_accessibility_checks_really_run() -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed, so the journeys ran without it: run `npm ci` in web/.")


def test_a_wrong_password_is_said_and_the_form_stays(browser: Browser, server_url: str, owner: Owner) -> None:
    tab = open_tab(browser)
    tab.page.goto(server_url)
    tab.page.get_by_label("Email").fill(owner.email)
    tab.page.get_by_label("Password", exact=True).fill("not my password")
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_role("alert")).to_contain_text(re.compile(r"\w+"))
    expect(tab.page.get_by_label("Email")).to_have_value(owner.email)
    no_accessibility_problems(tab)
    assert tab.violations() == []


def test_a_new_person_creates_an_account_and_is_greeted(browser: Browser, server_url: str) -> None:
    tab = open_tab(browser)
    page = tab.page
    page.goto(f"{server_url}/sign-in")
    page.get_by_role("button", name="Create an account").click()
    page.get_by_label("Your name").fill("Grace Hopper")
    page.get_by_label("Email").fill("grace@example.com")
    page.get_by_label("Password", exact=True).fill("four plain words together")
    no_accessibility_problems(tab)
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name=re.compile("Grace"))).to_be_visible()
    assert tab.violations() == []


def test_a_meeting_asked_for_in_the_chat_stands_in_the_panel_and_can_be_undone(tab: Tab) -> None:
    page = tab.page
    say(page, MEETING)
    answer = finished(page, 1)
    expect(answer).to_contain_text("John")
    chip = answer.get_by_role("list", name="What I did")
    expect(chip).to_contain_text("Event created")
    expect(chip).to_contain_text(re.compile(r"\d{1,2} \w{3}.*14:00"))
    tomorrow = page.get_by_role("list", name="Events tomorrow")
    expect(tomorrow).to_contain_text("John")
    expect(tomorrow).to_contain_text("14:00")
    no_accessibility_problems(tab)
    answer.get_by_role("button", name="Undo").click()
    finished(page, 2)
    expect(tomorrow).to_have_count(0)


def test_a_task_is_added_and_ticked_and_put_back(tab: Tab) -> None:
    page = tab.page
    page.get_by_role("textbox", name="Add a task").fill("Water the plants")
    page.get_by_role("textbox", name="Add a task").press("Enter")
    task = page.get_by_role("checkbox", name="Water the plants")
    task.check()
    expect(task).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(task).not_to_be_checked()
    no_accessibility_problems(tab)


def test_a_reminder_counts_down_every_second(tab: Tab) -> None:
    page = tab.page
    say(page, REMINDER)
    finished(page, 1)
    timer = page.get_by_role("list", name="Reminders").get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"in 4[45] min \d+ s"))
    seen = {timer.inner_text()}
    for _ in range(5):
        page.wait_for_timeout(600)
        seen.add(timer.inner_text())
    assert len(seen) >= 3


def test_a_reload_keeps_the_conversation_and_the_draft(tab: Tab) -> None:
    page = tab.page
    say(page, MEETING)
    text = finished(page, 1).inner_text()
    composer(page).fill("a half-written thought")
    page.reload()
    expect(answers(page)).to_have_count(1)
    assert answers(page).last.inner_text() == text
    expect(composer(page)).to_have_value("a half-written thought")


def test_nothing_jumps_while_an_answer_is_written(tab: Tab) -> None:
    page = tab.page
    say(page, MEETING)
    expect(answers(page)).to_have_count(1)
    before = tab.shift()
    finished(page, 1)
    say(page, MEETING)
    finished(page, 2)
    page.wait_for_timeout(700)
    assert tab.shift() - before < 0.001


def test_everything_can_be_done_with_the_keyboard(tab: Tab) -> None:
    page = tab.page
    page.get_by_role("button", name=re.compile("^Notifications")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Notifications")).to_be_visible()
    no_accessibility_problems(tab)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=re.compile("^Notifications"))).to_be_focused()
    page.keyboard.press("Control+k")
    expect(composer(page)).to_be_focused()
    page.keyboard.type("first line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second line")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name="You")).to_contain_text("first line\nsecond line", use_inner_text=True)
    finished(page, 1)
    page.get_by_role("button", name=re.compile("^Account of")).focus()
    page.keyboard.press("Enter")
    page.get_by_role("menuitem", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Welcome to Steward")).to_be_visible()


def test_a_session_that_ends_asks_to_sign_in_and_keeps_the_draft(tab: Tab, owner: Owner) -> None:
    page = tab.page
    say(page, "hello")
    finished(page, 1)
    composer(page).fill("do not lose this")
    page.context.clear_cookies()
    expect(page.get_by_text("Your session ended")).to_be_visible(timeout=10_000)
    page.get_by_label("Email").fill(owner.email)
    page.get_by_label("Password", exact=True).fill(owner.password)
    page.get_by_role("button", name="Sign in").click()
    expect(composer(page)).to_have_value("do not lose this")
    expect(answers(page)).to_have_count(1)


def test_while_the_server_is_away_the_page_says_so_and_comes_back_by_itself(tab: Tab) -> None:
    page = tab.page
    banner = page.get_by_text("Steward cannot be reached.")
    page.context.set_offline(True)
    expect(banner).to_be_visible(timeout=10_000)
    say(page, MEETING)
    page.wait_for_timeout(1000)
    page.context.set_offline(False)
    expect(banner).to_be_hidden(timeout=15_000)
    if answers(page).count() == 0:
        expect(composer(page)).to_have_value(MEETING)
        composer(page).press("Enter")
    finished(page, 1)
    expect(page.get_by_role("article", name="You")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_small_phone(
    browser: Browser, server_url: str, owner: Owner, tmp_path: Path, scheme: str
) -> None:
    tab = open_tab(browser, viewport={"width": 360, "height": 740}, color_scheme=scheme, has_touch=True)
    page = tab.page
    sign_in(page, server_url, owner)
    say(page, MEETING)
    finished(page, 1)
    no_accessibility_problems(tab)
    page.screenshot(path=tmp_path / f"chat-{scheme}.png")
    page.get_by_role("button", name="Today", exact=True).click()
    expect(page.get_by_role("list", name="Events tomorrow")).to_contain_text("John")
    no_accessibility_problems(tab)
    page.screenshot(path=tmp_path / f"today-{scheme}.png")
    page.get_by_role("button", name="Conversations").click()
    expect(page.get_by_role("dialog", name="Conversations")).to_contain_text(MEETING[:20])
    no_accessibility_problems(tab)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert tab.violations() == []
