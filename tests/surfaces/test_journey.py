"""The main job, end to end through the doors, on a clock that stands still."""

from __future__ import annotations

from tests.houses import PASSWORD, Home

NEW_YORK = {"timezone": "America/New_York"}


async def test_one_message_in_one_thing_really_done_one_answer_out(at_home: Home) -> None:
    ada = await at_home.person()
    await ada.request("PUT", "/api/v1/users/me", json=NEW_YORK)
    ada = await at_home.sign_in(ada.email, PASSWORD)

    said = await ada.say("Schedule a meeting with John tomorrow at 2 PM")
    conversation = said["conversation_id"]
    assert "Tuesday, January 16 at 2 PM" in said["content"]
    events = (await ada.get("/v1/calendar/events")).json()["data"]["events"]
    assert [(event["title"], event["start_time"]) for event in events] == [
        ("Meeting with John", "2024-01-16T19:00:00Z")
    ]

    assert "Meeting with John" in (await ada.say("what's on tomorrow?", conversation))["content"]

    await ada.say("remind me to call mum in 45 minutes", conversation)
    reminders = (await ada.get("/api/v1/reminders")).json()["items"]
    assert [(row["text"], row["due_at"]) for row in reminders] == [("call mum", "2024-01-15T16:15:00Z")]

    await ada.say("add milk to my tasks", conversation)
    assert [row["title"] for row in (await ada.get("/api/v1/tasks")).json()["items"]] == ["milk"]

    assert "399.33" in (await ada.say("what is 17% of 2,349?", conversation))["content"]

    await ada.say("move the meeting with John to 4", conversation)
    events = (await ada.get("/v1/calendar/events")).json()["data"]["events"]
    assert events[0]["start_time"] == "2024-01-16T21:00:00Z"

    await ada.say("undo that", conversation)
    events = (await ada.get("/v1/calendar/events")).json()["data"]["events"]
    assert events[0]["start_time"] == "2024-01-16T19:00:00Z"


async def test_a_reminder_arrives_when_due_and_only_once(at_home: Home) -> None:
    ada = await at_home.person()
    await ada.say("remind me to call mum in 45 minutes")
    reminders = at_home.house.services.reminders
    assert (await reminders.sweep()).queued == 0
    at_home.clock.advance(45 * 60)
    ada = await at_home.sign_in(ada.email, PASSWORD)
    assert (await reminders.sweep()).queued == 1
    assert (await reminders.sweep()).queued == 0
    actor = await at_home.house.services.sessions.authenticate(ada.token)
    key = (await reminders.list(actor)).items[0].key
    await reminders.fire(key)
    await reminders.fire(key)
    notices = (await ada.get("/v1/notifications")).json()["data"]
    assert [notice["message"] for notice in notices["notifications"]] == ["call mum"]
    assert notices["pagination"]["total"] == 1
