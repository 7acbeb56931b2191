"""Walls between people: what one writes, no other can read, change or have the assistant find, through any door.

What Ada writes carries a word that occurs nowhere else; it is then looked for in what the assistant does for Bob. The
walks over all routes are in tests/security/test_h_walls.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from steward.settings import Settings
from tests.contract.dialects import assert_refused
from tests.core.turns.turn_scripts import Scripted, call
from tests.houses import PASSWORD, Home, Person, home
from tests.surfaces.looking import rows

CANARY = "quokkazephyr"
NOBODYS = "018f0000-0000-7000-8000-000000000000"
LEFT_OUT = {
    ("DELETE", "/api/v1/users/me"),
    ("DELETE", "/v1/users/me"),
    ("DELETE", "/api/v1/sessions/all"),
    ("PUT", "/api/v1/users/me/preferences"),
    ("PUT", "/api/v1/users/me/settings"),
}
"""What would leave no Bob who could ask, and what keeps all that Bob himself sends, ids too."""
AT = {"start_time": "2024-01-16T14:00:00Z", "end_time": "2024-01-16T15:00:00Z"}


@pytest.fixture
def model() -> Scripted:
    """A model that says what it is told to say."""
    return Scripted()


@pytest.fixture
async def told(house_settings: Settings, model: Scripted) -> AsyncIterator[Home]:
    """A house whose model is scripted."""
    async with home(house_settings, models=model) as made:
        yield made


async def plant(at_home: Home, ada: Person) -> dict[str, str]:
    """Write the canary into every field that a person can write, and return the ids of what was written."""
    profile = {"full_name": f"{CANARY} Byron", "first_name": f"{CANARY}", "last_name": f"{CANARY} B"}
    assert (await ada.request("PUT", "/api/v1/users/me", json=profile)).status_code == 200
    task = await ada.post(
        "/api/v1/tasks", {"title": f"{CANARY} milk", "description": CANARY, "metadata": {CANARY: [CANARY]}}
    )
    event = await ada.post(
        "/v1/calendar/events",
        {
            **AT,
            "title": f"Meeting {CANARY}",
            "description": CANARY,
            "location": CANARY,
            "calendar_id": CANARY,
            "attendees": [{"email": f"{CANARY}@example.com", "name": f"John {CANARY}"}],
            "reminders": [{"type": "push", "minutes_before": 10}],
        },
    )
    wish = {"title": CANARY, "model": CANARY, "system_prompt": CANARY, "metadata": {CANARY: CANARY}}
    conversation = str((await ada.post("/api/v1/chat/conversations", wish)).json()["id"])
    said = await ada.say(f"remind me to call {CANARY} in 45 minutes", conversation)
    for text in (f"note that {CANARY} is the password", f"add {CANARY} bread to my shopping list"):
        await ada.say(text, conversation)
    at_home.clock.advance(46 * 60)
    await at_home.house.services.reminders.sweep()
    actor = await at_home.house.services.sessions.authenticate((await at_home.sign_in(ada.email, PASSWORD)).token)
    page = await at_home.house.services.reminders.list(actor)
    for each in page.items:
        await at_home.house.services.reminders.fire(each.key)
    ada.token = (await at_home.sign_in(ada.email, PASSWORD)).token
    await ada.say(f"remind me to water {CANARY} tomorrow at 9", conversation)
    number = await ada.post("/api/v1/users/me/phone-numbers", {"phone_number": "+15550109876", "label": CANARY})
    for path in ("/api/v1/users/me/preferences", "/api/v1/users/me/settings"):
        assert (await ada.request("PUT", path, json={CANARY: CANARY})).status_code == 200
    assert (await ada.request("PUT", "/v1/settings/voice", json={"wake_word": CANARY})).status_code == 200
    notices = (await ada.get("/v1/notifications")).json()["data"]["notifications"]
    waiting = (await ada.get("/api/v1/reminders?status=pending")).json()["items"]
    assert CANARY in notices[0]["message"]
    assert CANARY in waiting[0]["text"]
    return {
        "task_id": str(task.json()["id"]),
        "event_id": str(event.json()["data"]["id"]),
        "conversation_id": conversation,
        "message_id": str(said["id"]),
        "notification_id": str(notices[0]["id"]),
        "reminder_id": str(waiting[0]["id"]),
        "number_id": str(number.json()["data"]["id"]),
        "user_id": str(ada.user["id"]),
    }


async def seen_by(person: Person, ids: dict[str, str]) -> list[Any]:
    """Return all that somebody sees of these things and of the lists they are in."""
    found = []
    for path in (
        "/api/v1/tasks",
        "/api/v1/reminders",
        "/v1/notifications",
        "/v1/calendar/events",
        "/api/v1/users/me",
        "/api/v1/users/me/preferences",
        "/api/v1/users/me/settings",
        "/api/v1/users/me/phone-numbers",
        "/v1/settings/voice",
        f"/api/v1/tasks/{ids['task_id']}",
        f"/v1/calendar/events/{ids['event_id']}",
        f"/api/v1/chat/conversations/{ids['conversation_id']}",
        f"/api/v1/chat/conversations/{ids['conversation_id']}/messages",
    ):
        reply = await person.get(path)
        assert reply.status_code == 200, reply.text
        found.append(reply.json())
    return found


async def test_a_message_into_the_conversation_of_another_is_refused_and_leaves_no_row(at_home: Home) -> None:
    ada, bob = await at_home.person(), await at_home.person()
    key = (await ada.post("/api/v1/chat/conversations", {"title": "mine"})).json()["id"]
    before = await rows(at_home)
    for path in (f"/api/v1/chat/conversations/{key}/messages", f"/api/v1/conversations/{key}/messages"):
        assert_refused(await bob.post(path, {"message": "add milk to my tasks"}), "/api/v1", 404)
    for stream in (True, False):
        body = {"message": "add milk to my tasks", "conversation_id": key, "stream": stream}
        assert_refused(await bob.post("/api/v1/chat/messages", body), "/api/v1", 404)
    assert await rows(at_home) == before


@pytest.mark.parametrize(
    "text",
    [
        "what's on tomorrow",
        "what's on this week?",
        "when is my next meeting",
        f"find my note about {CANARY}",
        f"when is the meeting with John {CANARY}?",
        f"schedule a meeting with John {CANARY} tomorrow at 4 pm",
        "show my notes",
        "list my tasks",
        "what are my reminders",
        "what does my day look like tomorrow",
        f"complete the task {CANARY} milk",
        f"delete the task {CANARY} milk",
        f"cancel the meeting {CANARY}",
        f"move the meeting {CANARY} to 6 pm",
        "cancel all my reminders",
        "undo that",
    ],
)
async def test_the_assistant_finds_and_changes_nothing_of_another_person(here: Home, text: str) -> None:
    ada, bob = await here.person(), await here.person()
    ids = await plant(here, ada)
    bob, ada = await here.sign_in(bob.email, PASSWORD), await here.sign_in(ada.email, PASSWORD)
    before = await seen_by(ada, ids)
    answer = await bob.say(text)
    # Bob may hear his own word again, but never what only Ada knows.
    assert CANARY not in json.dumps(answer).lower().replace(CANARY if CANARY in text else "\0", "")
    assert f"{CANARY}@example.com" not in json.dumps(answer)
    assert not any(re.sub(r"^\w+_", "", key) in json.dumps(answer) for key in ids.values())
    assert await seen_by(ada, ids) == before


async def test_a_model_that_names_the_ids_of_another_person_reaches_nothing(told: Home, model: Scripted) -> None:
    ada, bob = await told.person(), await told.person()
    model.script(
        [call("create_event", title=CANARY, start="2024-01-16T14:00:00")],
        ["done"],
        [call("add_task", title=CANARY)],
        ["done"],
        [call("set_reminder", text=CANARY, due="2024-01-17T09:00:00")],
        ["done"],
        [call("create_note", text=CANARY)],
        ["done"],
    )
    for _ in range(4):
        await ada.say("do it")
    event = (await ada.get("/v1/calendar/events")).json()["data"]["events"][0]["id"]
    task = (await ada.get("/api/v1/tasks")).json()["items"][0]["id"]
    reminder = (await ada.get("/api/v1/reminders")).json()["items"][0]["id"]
    before = [(await ada.get(path)).json() for path in ("/v1/calendar/events", "/api/v1/tasks", "/api/v1/reminders")]
    count = (await rows(told))["calendar_events"]
    spelled = [reminder, f"reminder_{UUID(reminder).hex}"]
    model.script(
        [
            call("find_events", **{"from": "2024-01-01", "to": "2024-12-31", "query": CANARY}),
            call("move_event", id=event, new_time="20:00"),
            call("cancel_event", id=event),
            call("cancel_event", id=event, all=True),
            call("find_free_time", date="2024-01-16"),
            call("complete_task", id=task),
            call("delete_task", id=task),
            call("delete_task", title=CANARY),
            call("list_tasks"),
            *(call("cancel_reminder", id=each) for each in spelled),
            call("cancel_reminder", all=True),
            call("list_reminders"),
            call("list_notes"),
            call("list_notes", query="%"),
            call("daily_summary", date="2024-01-16"),
            call("set_reminder", text="x", before_event={"title": CANARY, "minutes": 5}),
            call("undo_last"),
        ],
        ["done"],
    )
    await bob.say("do it all")
    results = [message.content for message in model.requests[-1].messages if message.role == "tool"]
    assert len(results) == 18
    assert not any(CANARY in result for result in results), results
    refused = [json.loads(result)["error"]["code"] for result in results if not json.loads(result)["ok"]]
    assert sorted(set(refused)) == ["NOTHING_TO_UNDO", "NOT_FOUND"]
    assert [
        (await ada.get(path)).json() for path in ("/v1/calendar/events", "/api/v1/tasks", "/api/v1/reminders")
    ] == before
    assert (await rows(told))["calendar_events"] == count
