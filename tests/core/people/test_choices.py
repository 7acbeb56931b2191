"""Preferences, settings, and the choices for voice and calendar, through their doors."""

from __future__ import annotations

from typing import Any

import pytest

from steward.core.calendar.rules import DEFAULT_ALERTS
from steward.core.people import SECTIONS
from tests.houses import Home

PREFERENCES, SETTINGS = "/api/v1/users/me/preferences", "/api/v1/users/me/settings"
VOICE, CALENDAR = "/v1/settings/voice", "/v1/settings/calendar"


async def test_a_new_person_has_the_defaults_of_the_documents(at_home: Home) -> None:
    ada = await at_home.person()
    assert (await ada.get(PREFERENCES)).json()["data"] == {
        "language": "en-US",
        "timezone": "UTC",
        "theme": "auto",
        "notifications": True,
    }
    assert (await ada.get(SETTINGS)).json()["data"] == {
        "two_factor_required": False,
        "sms_replies": True,
        "default_model": "offline",
        "working_hours": {"start": "09:00", "end": "17:00"},
    }
    calendar = (await ada.get(CALENDAR)).json()["data"]
    assert calendar["default_reminders"] == [
        {"type": alert.type, "minutes_before": alert.minutes_before} for alert in DEFAULT_ALERTS
    ]
    assert calendar["updated_at"] is None


async def test_changes_are_merged_and_null_takes_one_back(at_home: Home) -> None:
    ada = await at_home.person()
    await ada.request("PUT", PREFERENCES, json={"notifications": False, "style": {"tone": "dry"}})
    merged = (await ada.request("PUT", PREFERENCES, json={"theme": "dark"})).json()
    assert (merged["status"], merged["data"]["style"], merged["data"]["notifications"]) == (
        "success",
        {"tone": "dry"},
        False,
    )

    back = await ada.request("PUT", PREFERENCES, json={"notifications": None, "style": None, "theme": None})

    assert back.json()["data"] == {"language": "en-US", "timezone": "UTC", "theme": "auto", "notifications": True}


async def test_what_is_one_fact_changes_in_every_place(at_home: Home) -> None:
    ada = await at_home.person()
    await ada.request("PUT", PREFERENCES, json={"language": "es", "theme": "dark"})
    await ada.request(
        "PUT", CALENDAR, json={"timezone": "Europe/London", "working_hours": {"start": "08:00", "end": "12:30"}}
    )

    me = (await ada.get("/api/v1/users/me")).json()
    assert (me["language"], me["theme"], me["timezone"]) == ("es", "dark", "Europe/London")
    assert (await ada.get(PREFERENCES)).json()["data"]["timezone"] == "Europe/London"
    assert (await ada.get(SETTINGS)).json()["data"]["working_hours"] == {"start": "08:00", "end": "12:30"}
    assert (await ada.get(VOICE)).json()["data"]["language"] == "es"
    await ada.request("PUT", SETTINGS, json={"working_hours": None})
    assert (await ada.get(CALENDAR)).json()["data"]["working_hours"] == {"start": "09:00", "end": "17:00"}


async def test_default_reminders_are_what_a_new_event_gets(at_home: Home) -> None:
    ada = await at_home.person()
    await ada.request("PUT", CALENDAR, json={"default_reminders": [{"type": "push", "minutes_before": 42}]})
    event = {"title": "Lunch", "start_time": "2024-01-16T14:00:00Z", "end_time": "2024-01-16T15:00:00Z"}
    made = (await ada.post("/v1/calendar/events", event)).json()["data"]
    assert [(row["type"], row["minutes_before"]) for row in made["reminders"]] == [("push", 42)]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (PREFERENCES, {"theme": "pink"}, "theme"),
        (PREFERENCES, {"timezone": "Mars/Base"}, "timezone"),
        (PREFERENCES, {"language": 7}, "language"),
        (PREFERENCES, {"notifications": "yes"}, "notifications"),
        (SETTINGS, {"working_hours": {"start": "17:00", "end": "09:00"}}, "working_hours"),
        (SETTINGS, {"x" * 81: 1}, "x" * 80),
        (VOICE, {"speech_rate": 2.5}, "speech_rate"),
        (VOICE, {"speech_volume": True}, "speech_volume"),
        (VOICE, {"response_type": "song"}, "response_type"),
        (VOICE, {"wake_word": "a\nb"}, "wake_word"),
        (CALENDAR, {"working_days": [0]}, "working_days"),
        (CALENDAR, {"working_days": [1, 1]}, "working_days"),
        (CALENDAR, {"default_reminders": [{"type": "pigeon", "minutes_before": 1}]}, "default_reminders"),
        (CALENDAR, {"sync_interval": 1}, "sync_interval"),
    ],
)
async def test_what_a_choice_cannot_be_is_refused_and_changes_nothing(
    here: Home, path: str, body: dict[str, Any], field: str
) -> None:
    ada = await here.person()
    before = (await ada.get(path)).json()
    reply = await ada.request("PUT", path, json={**body, "auto_listen": True, "sms_replies": False})
    if path.startswith("/v1"):
        assert (reply.status_code, list(reply.json()["error"]["details"])) == (400, [field])
    else:
        assert (reply.status_code, reply.json()["detail"][0]["loc"]) == (422, ["body", field])
    assert (await ada.get(path)).json() == before


async def test_a_section_holds_sixteen_kilobytes(here: Home) -> None:
    ada = await here.person()
    assert (await ada.request("PUT", SETTINGS, json={"mine": "x" * 16_000})).status_code == 200
    assert (await ada.request("PUT", SETTINGS, json={"also_mine": "x" * 600})).status_code == 413
    assert (await ada.request("PUT", SETTINGS, json=["a", "list"])).status_code == 422


async def test_closed_sections_leave_out_what_they_do_not_know(here: Home) -> None:
    ada = await here.person()
    reply = await ada.request("PUT", VOICE, json={"speech_rate": 1.2, "accent": "scots"})
    assert set(reply.json()["data"]) == {*SECTIONS["voice"].fields, "updated_at"}
    assert reply.json()["data"]["updated_at"] == "2024-01-15T15:30:00Z"
