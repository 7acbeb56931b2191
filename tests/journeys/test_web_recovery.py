"""What the web app does when a connection breaks: faults that only a server made for it can cause on purpose."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.browser import Tab, chromium, find_chromium, open_tab
from tests.journeys.fake_server import EMAIL, PASSWORD, State, row, running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = find_chromium()
    if executable is None:
        pytest.skip("Chromium was not found; install it (apt-get install chromium) or set STEWARD_TEST_CHROMIUM.")
    with chromium(executable) as found:
        yield found


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def tab(browser: Browser, state: State) -> Iterator[Tab]:
    with running(state) as url:
        found = open_tab(browser)
        found.page.goto(url)
        found.page.get_by_label("Email").fill(EMAIL)
        found.page.get_by_label("Password", exact=True).fill(PASSWORD)
        found.page.get_by_role("button", name="Sign in").click()
        expect(found.page.get_by_role("textbox", name="Message to Steward")).to_be_visible()
        yield found
        found.page.context.close()


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Message to Steward")


def answers(page: Page) -> Locator:
    return page.get_by_role("article", name="Steward")


def finished(page: Page) -> Locator:
    """Wait until the only answer is complete, and return it."""
    expect(answers(page)).to_have_attribute("aria-busy", "false", timeout=15_000)
    return answers(page)


def say(page: Page, text: str) -> None:
    composer(page).fill(text)
    composer(page).press("Enter")


def test_stop_keeps_the_text_so_far_and_a_reload_keeps_everything(tab: Tab) -> None:
    page = tab.page
    say(page, "Please count slowly to twenty-nine")
    expect(answers(page).last).to_contain_text("Line 1", timeout=10_000)
    page.get_by_role("button", name="Stop the answer").click()
    answer = finished(page)
    expect(answer).to_contain_text("Stopped here.")
    text = answer.inner_text()
    composer(page).fill("a half-written thought")
    page.reload()
    expect(answers(page)).to_have_count(1)
    assert answers(page).last.inner_text() == text
    expect(composer(page)).to_have_value("a half-written thought")


def test_a_reload_in_the_middle_of_an_answer_picks_it_up_again(tab: Tab) -> None:
    page = tab.page
    say(page, "Please count slowly to twenty-nine")
    expect(answers(page).last).to_contain_text("Line 1", timeout=10_000)
    page.reload()
    expect(answers(page).last).to_contain_text("Line 3", timeout=15_000)
    page.get_by_role("button", name="Stop the answer").click()
    expect(finished(page)).to_contain_text("Line 1")


@pytest.mark.parametrize("cut_after", [1, 4, 9])
def test_a_stream_that_breaks_goes_on_where_it_was(tab: Tab, state: State, cut_after: int) -> None:
    state.cut_after = cut_after
    page = tab.page
    page.get_by_role("textbox", name="Message to Steward").fill("Schedule a meeting with John tomorrow at 2 PM")
    page.keyboard.press("Enter")
    answer = page.get_by_role("article", name="Steward")
    expect(answer).to_have_attribute("aria-busy", "false", timeout=15_000)
    conversation = state.messages[state.conversations[0]["id"]]
    assert [message["role"] for message in conversation] == ["user", "assistant"]
    stored = conversation[1]["content"].replace("**", "")
    expect(answer.locator(".prose")).to_have_text(stored)
    expect(answer.get_by_role("list", name="What I did").get_by_role("listitem")).to_have_count(1)


def test_a_new_notification_is_shown_once_and_counted(tab: Tab, state: State) -> None:
    page = tab.page
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
    page.wait_for_timeout(1000)
    state.notices.append(row(type="system", title="Reminder", message="Water the plants", is_read=False))
    toast = page.get_by_role("status", name="News")
    expect(toast).to_contain_text("Water the plants", timeout=8000)
    expect(page).to_have_title("(1) Steward")
    page.get_by_role("button", name="Dismiss: Reminder").click()
    page.get_by_role("button", name="Notifications, 1 unread").click()
    page.get_by_role("button", name="Mark as read: Reminder").click()
    expect(page.get_by_text("You have seen everything.")).to_be_visible()
    expect(page).to_have_title("Steward")
    expect(toast).not_to_contain_text("Water the plants")


def test_an_account_without_a_zone_gets_the_browsers(tab: Tab, state: State) -> None:
    tab.page.wait_for_timeout(500)
    assert state.me["timezone"] == "Europe/Berlin"
