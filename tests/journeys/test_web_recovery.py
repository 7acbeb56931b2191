"""What the web app does when a connection breaks, a server dies, or an answer takes long."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys.acts import answers, ask, composer, finished, say, sign_in
from tests.journeys.browser import Tab, open_tab
from tests.journeys.site import Site, running

pytestmark = pytest.mark.browser

WORDS, PACE_MS = 80, 40
LAST_WORD = f"word{WORDS - 1}"


@pytest.fixture(scope="module")
def paced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A model that takes its time over every word."""
    with running(tmp_path_factory.mktemp("paced"), f"tokens;n={WORDS};pace={PACE_MS}") as found:
        yield found


@pytest.fixture
def tab(browser: Browser) -> Iterator[Tab]:
    found = open_tab(browser)
    yield found
    assert found.violations() == []
    found.page.context.close()


def begin(page: Page, site: Site) -> None:
    sign_in(page, site.url, site.newcomer())


def tell_at_length(page: Page) -> None:
    """Ask for a long answer and wait until some of it is there."""
    say(page, "Tell me everything")
    expect(answers(page).last).to_contain_text("word5", timeout=15_000)


def test_stop_keeps_the_text_so_far_and_so_does_a_reload(tab: Tab, paced: Site) -> None:
    page = tab.page
    begin(page, paced)
    tell_at_length(page)
    page.get_by_role("button", name="Stop the answer").click()
    answer = finished(page, 1)
    expect(composer(page)).to_be_focused()
    expect(answer).to_contain_text("Stopped here.")
    expect(answer).not_to_contain_text(LAST_WORD)
    text = answer.inner_text()
    assert "word5" in text
    page.reload()
    expect(answers(page)).to_have_count(1)
    assert answers(page).last.inner_text() == text


def test_escape_stops_the_answer_too(tab: Tab, paced: Site) -> None:
    page = tab.page
    begin(page, paced)
    tell_at_length(page)
    composer(page).press("Escape")
    expect(finished(page, 1)).to_contain_text("Stopped here.")


def test_a_reload_in_the_middle_of_an_answer_picks_it_up_again(tab: Tab, paced: Site) -> None:
    page = tab.page
    begin(page, paced)
    tell_at_length(page)
    page.reload()
    expect(page.get_by_role("button", name="Stop the answer")).to_be_visible()
    expect(page.get_by_role("article", name="You")).to_have_count(1)
    expect(answers(page).last).to_have_attribute("aria-busy", "true")
    answer = finished(page, 1)
    expect(answer.locator(".prose")).to_have_text(" ".join(f"word{number}" for number in range(WORDS)))
    expect(page.get_by_role("article", name="You")).to_have_count(1)


@pytest.mark.parametrize("cut_after", [1, 40])
def test_a_stream_that_breaks_goes_on_where_it_was(tab: Tab, paced: Site, cut_after: int) -> None:
    page = tab.page
    begin(page, paced)
    paced.relay.cut_after = cut_after
    assert paced.model is not None
    paced.model.script(f"tokens;n={WORDS};pace=2")
    say(page, "Tell me everything")
    answer = finished(page, 1)
    assert paced.relay.cut_after == 0
    expect(answer.locator(".prose")).to_have_text(" ".join(f"word{number}" for number in range(WORDS)))
    expect(page.get_by_role("article", name="You")).to_have_count(1)


def test_a_reminder_survives_the_death_of_the_server(tab: Tab, site: Site) -> None:
    page = tab.page
    begin(page, site)
    ask(page, "remind me to stretch in 3 seconds")
    site.kill()
    banner = page.get_by_text("Steward cannot be reached.")
    expect(banner).to_be_visible(timeout=15_000)
    site.start()
    expect(banner).to_be_hidden(timeout=20_000)
    toast = page.get_by_role("status", name="News")
    expect(toast).to_contain_text("Stretch", timeout=30_000)
    expect(page.get_by_role("button", name="Notifications, 1 unread")).to_be_visible()
    toast.get_by_role("button", name="Got it").click()
    expect(page.get_by_role("button", name="Notifications", exact=True)).to_be_visible()
    expect(toast).not_to_contain_text("Stretch")


def test_what_is_written_while_the_server_is_away_is_sent_once(tab: Tab, site: Site) -> None:
    page = tab.page
    begin(page, site)
    site.kill()
    say(page, "add milk to my tasks")
    banner = page.get_by_text("Steward cannot be reached.")
    expect(banner).to_be_visible(timeout=15_000)
    expect(page.get_by_role("alert")).to_contain_text("Not sent")
    expect(composer(page)).to_have_value("add milk to my tasks")
    site.start()
    expect(banner).to_be_hidden(timeout=20_000)
    composer(page).press("Enter")
    expect(finished(page, 1)).to_contain_text(re.compile("added", re.I))
    expect(page.get_by_role("checkbox", name="Milk")).to_have_count(1)
    expect(page.get_by_role("article", name="You")).to_have_count(1)


def test_a_message_whose_reply_was_lost_is_sent_again_with_its_key_and_answered_once(tab: Tab, site: Site) -> None:
    page = tab.page
    begin(page, site)
    keys: list[str] = []

    def lose_the_first_reply(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            route.continue_()
            return
        route.fetch()
        route.abort("connectionreset")

    ask(page, "hello")
    page.route(re.compile("/messages$"), lose_the_first_reply)
    expect(ask(page, "add milk to my tasks")).to_contain_text(re.compile("added", re.I))
    assert len(keys) == 2
    assert keys[0] == keys[1]
    expect(page.get_by_role("checkbox", name="Milk")).to_have_count(1)
    expect(page.get_by_role("article", name="You")).to_have_count(2)
    ask(page, "add milk to my tasks")
    assert len(set(keys)) == 2


def test_an_answer_cut_off_by_the_death_of_the_server_comes_to_an_end(tab: Tab, paced: Site) -> None:
    page = tab.page
    begin(page, paced)
    tell_at_length(page)
    paced.kill()
    expect(page.get_by_text("Steward cannot be reached.")).to_be_visible(timeout=15_000)
    paced.start()
    expect(answers(page).last).to_have_attribute("aria-busy", "false", timeout=45_000)
    expect(answers(page)).to_have_count(1)
    expect(answers(page).last).to_contain_text(LAST_WORD)
