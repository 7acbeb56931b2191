"""What a person does in the web app, in a real browser against a running server."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.acts import COOKIE, FROM_THE_PAGE, answers, ask, composer, fill_in, finished, say, sign_in
from tests.journeys.browser import Tab, open_tab
from tests.journeys.site import Site

pytestmark = pytest.mark.browser

MEETING = "Schedule a meeting with John tomorrow at 2 PM"


@pytest.fixture
def account(site: Site) -> tuple[str, str]:
    return site.newcomer()


@pytest.fixture
def tab(browser: Browser, site: Site, account: tuple[str, str]) -> Iterator[Tab]:
    found = open_tab(browser)
    sign_in(found.page, site.url, account)
    yield found
    assert found.violations() == []
    found.page.context.close()


def test_the_owner_talks_through_a_day(browser: Browser, site: Site) -> None:
    tab = open_tab(browser)
    page = tab.page
    sign_in(page, site.url, site.owner())
    answer = ask(page, MEETING)
    expect(answer).to_contain_text("John")
    expect(answer.get_by_role("list", name="What I did")).to_contain_text(re.compile(r"Event created.*2 PM"))
    tomorrow = page.get_by_role("list", name="Events tomorrow")
    expect(tomorrow).to_contain_text(re.compile("2 PM.*John"))
    expect(ask(page, "what's on tomorrow?")).to_contain_text(re.compile("2 PM.*John"))

    ask(page, "remind me to call mum in 45 minutes")
    timer = page.get_by_role("list", name="Reminders").get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"in 4[45] min \d+ s"))
    expect(page.get_by_role("region", name="Next")).to_contain_text("Call mum")

    ask(page, "add milk to my tasks")
    milk = page.get_by_role("checkbox", name="Milk")
    milk.check()
    expect(milk).to_have_count(0)

    expect(ask(page, "what is 17% of 2,349?")).to_contain_text("399.33")
    moved = ask(page, "move the meeting with John to 4")
    expect(moved.get_by_role("list", name="What I did")).to_contain_text("Event changed")
    expect(tomorrow).to_contain_text("4 PM")
    count = answers(page).count()
    moved.get_by_role("button", name="Undo").click()
    finished(page, count + 1)
    expect(tomorrow).to_contain_text("2 PM")
    assert tab.violations() == []
    page.context.close()


def test_an_answer_is_streamed_word_by_word_and_not_said_twice(tab: Tab) -> None:
    events = []
    tab.page.on("response", lambda response: events.append(response.headers.get("content-type", "")))
    ask(tab.page, MEETING)
    assert sum("text/event-stream" in kind for kind in events) == 1
    tab.page.reload()
    finished(tab.page, 1)
    expect(tab.page.get_by_role("article", name="You")).to_have_count(1)


def test_undo_that_takes_the_meeting_back(tab: Tab) -> None:
    page = tab.page
    ask(page, MEETING)
    tomorrow = page.get_by_role("list", name="Events tomorrow")
    expect(tomorrow).to_contain_text("John")
    expect(ask(page, "undo that")).to_contain_text("undone")
    expect(tomorrow).to_have_count(0)


def test_a_wrong_password_is_said_and_the_form_stays(browser: Browser, site: Site, account: tuple[str, str]) -> None:
    tab = open_tab(browser)
    page = tab.page
    page.goto(site.url)
    expect(page.get_by_text("The terminal that runs Steward shows the owner’s address")).to_be_visible()
    fill_in(page, (account[0], "not my password"))
    expect(page.get_by_role("alert")).to_have_text("The address or the password is wrong.")
    expect(page.get_by_label("Email")).to_have_value(account[0])
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    assert tab.violations() == []
    page.context.close()


def test_a_new_person_creates_an_account_and_is_greeted(browser: Browser, site: Site) -> None:
    tab = open_tab(browser)
    page = tab.page
    page.goto(f"{site.url}/sign-in")
    page.get_by_role("button", name="Create an account").click()
    page.get_by_label("Your name").fill("Grace Hopper")
    page.get_by_label("Email").fill("grace@example.com")
    password = page.get_by_label("Password", exact=True)
    password.fill("password123")
    page.get_by_role("button", name="Create account").click()
    expect(password).to_have_accessible_description(re.compile("common"))
    expect(password).to_be_focused()
    password.fill("four plain words together 7")
    page.get_by_role("button", name="Create account").click()
    expect(page.get_by_role("heading", name=re.compile("Grace"))).to_be_visible()
    assert tab.violations() == []
    page.context.close()


def test_a_task_is_added_and_ticked_and_put_back(tab: Tab) -> None:
    page = tab.page
    page.get_by_role("textbox", name="Add a task").fill("water the plants")
    page.get_by_role("textbox", name="Add a task").press("Enter")
    task = page.get_by_role("checkbox", name="Water the plants")
    task.check()
    page.get_by_role("button", name="Undo").click()
    expect(task).not_to_be_checked()
    expect(task).to_be_enabled()
    task.check()
    expect(task).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(task).not_to_be_checked()


def test_a_reminder_counts_down_every_second_and_only_once_in_sight(tab: Tab) -> None:
    page = tab.page
    ask(page, "Remind me to call mum in 45 minutes")
    timer = page.get_by_role("list", name="Reminders").get_by_role("timer")
    expect(timer).to_have_text(re.compile(r"in 4[45] min \d+ s"))
    expect(page.get_by_role("region", name="Next").get_by_role("timer")).to_have_text(re.compile(r"^in 4[45] min$"))
    for _ in range(2):
        expect(timer).not_to_have_text(timer.inner_text())


def test_a_reminder_arrives_and_stays_until_it_was_seen(tab: Tab) -> None:
    page = tab.page
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
    ask(page, "remind me to stretch in 3 seconds")
    toast = page.get_by_role("status", name="News")
    expect(toast).to_contain_text("Stretch", timeout=20_000)
    expect(page).to_have_title("(1) Steward")
    bell = page.get_by_role("button", name="Notifications, 1 unread")
    bell.click()
    expect(page.get_by_role("dialog", name="Notifications")).to_contain_text("Stretch")
    expect(toast).not_to_contain_text("Stretch")
    page.get_by_role("button", name=re.compile("^Mark as read: ")).click()
    expect(page.get_by_text("You have seen everything.")).to_be_visible()
    expect(page).to_have_title("Steward")


def test_a_reload_keeps_the_conversation_and_the_draft(tab: Tab) -> None:
    page = tab.page
    text = ask(page, MEETING).inner_text()
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
    ask(page, "what's on tomorrow?")
    page.wait_for_timeout(700)
    assert tab.shift() - before < 0.001


def test_everything_can_be_done_with_the_keyboard(tab: Tab) -> None:
    page = tab.page
    page.get_by_role("button", name=re.compile("^Notifications")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Notifications")).to_be_visible()
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


def test_a_session_ended_elsewhere_asks_to_sign_in_and_keeps_the_draft(
    tab: Tab, site: Site, account: tuple[str, str]
) -> None:
    page = tab.page
    ask(page, "hello")
    composer(page).fill("do not lose this")
    value = next(one["value"] for one in page.context.cookies() if one["name"] == COOKIE)
    headers = {"Cookie": f"{COOKIE}={value}", **FROM_THE_PAGE}
    assert httpx2.post(f"{site.url}/ui/logout", headers=headers).status_code == 204
    expect(page.get_by_text("Your session ended")).to_be_visible(timeout=15_000)
    fill_in(page, account)
    expect(composer(page)).to_have_value("do not lose this")
    expect(answers(page)).to_have_count(1)


def test_an_account_without_a_zone_gets_the_browsers(tab: Tab) -> None:
    page = tab.page
    page.get_by_role("button", name=re.compile("^Account of")).click()
    expect(page.get_by_text("Times in Europe/Berlin")).to_be_visible()
    zone = page.evaluate("fetch('/api/v1/users/me').then((reply) => reply.json()).then((me) => me.timezone)")
    assert zone == "Europe/Berlin"


def test_answers_and_panel_write_times_in_the_way_of_the_browsers_language(browser: Browser, site: Site) -> None:
    tab = open_tab(browser, locale="de-DE")
    page = tab.page
    sign_in(page, site.url, site.newcomer())
    page.get_by_role("button", name="Schedule a meeting with John tomorrow at 14:00").click()
    answer = finished(page, 1)
    expect(answer.locator(".prose")).to_contain_text("14:00")
    expect(answer.get_by_role("list", name="What I did")).to_contain_text("14:00 – 15:00")
    expect(page.get_by_role("list", name="Events tomorrow")).to_contain_text("14:00")
    assert tab.violations() == []
    page.context.close()
