from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from steward.adapters.model.offline_intents import PLANS
from steward.adapters.model.offline_turn import Moment, Reply
from steward.nlu import INTENTS, Context, Frame
from tests.adapters.model_offline.played_tools import NAMES, NOW, WALL, ZONE

MOMENT = Moment(WALL, NOW, Context(NOW, ZONE), ZONE, frozenset(NAMES))


def plan(intent: str, said: str = "", /, **entities: Any) -> Reply:
    moment = Moment(WALL, NOW, Context(NOW, ZONE), ZONE, frozenset(NAMES), text=said)
    return PLANS[intent](Frame(intent, entities, 0.95, "pattern"), moment)


@pytest.mark.parametrize(
    ("intent", "entities", "name", "arguments"),
    [
        (
            "schedule_meeting",
            {"person": "John", "date": "2024-01-16", "time": "14:00:00", "duration": 60},
            "create_event",
            {
                "title": "Meeting with John",
                "start": "2024-01-16T14:00:00",
                "duration_minutes": 60,
                "attendees": ["John"],
            },
        ),
        (
            "schedule_meeting",
            {"person": "Ahmed", "title": "workshop", "date": "2024-02-05", "time": "14:00:00", "end_time": "15:30:00"},
            "create_event",
            {
                "title": "Workshop with Ahmed",
                "start": "2024-02-05T14:00:00",
                "end": "2024-02-05T15:30:00",
                "attendees": ["Ahmed"],
            },
        ),
        (
            "schedule_meeting",
            {"people": ["Bob", "Alice"], "date": "2024-01-16", "time": "09:00:00", "location": "Blue Cafe"},
            "create_event",
            {
                "title": "Meeting with Bob and Alice",
                "start": "2024-01-16T09:00:00",
                "attendees": ["Bob", "Alice"],
                "location": "Blue Cafe",
            },
        ),
        (
            "schedule_meeting",
            {"title": "team standup", "time": "09:00:00", "recurrence": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"},
            "create_event",
            {
                "title": "Team standup",
                "start": "2024-01-16T09:00:00",
                "recurrence": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            },
        ),
        (
            "schedule_meeting",
            {"person": "Dana", "time": "10:30:00", "recurrence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"},
            "create_event",
            {
                "title": "Meeting with Dana",
                "start": "2024-01-17T10:30:00",
                "recurrence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE",
                "attendees": ["Dana"],
            },
        ),
        (
            "schedule_meeting",
            {"person": "Yuki", "date": "2024-01-18", "time": "08:00:00", "timezone": "Asia/Tokyo"},
            "create_event",
            {"title": "Meeting with Yuki", "start": "2024-01-18T08:00:00", "zone": "Asia/Tokyo", "attendees": ["Yuki"]},
        ),
        (
            "reschedule_meeting",
            {"person": "John", "date": "2024-01-18", "time": "15:00:00"},
            "move_event",
            {"person": "John", "new_date": "2024-01-18", "new_time": "15:00:00"},
        ),
        (
            "reschedule_meeting",
            {"from_time": "14:00:00", "shift": 30},
            "move_event",
            {"at_time": "14:00:00", "shift_minutes": 30},
        ),
        (
            "reschedule_meeting",
            {"title": "standup", "from_date": "2024-01-16", "time": "09:30:00"},
            "move_event",
            {"title": "standup", "on_date": "2024-01-16", "new_time": "09:30:00"},
        ),
        ("cancel_meeting", {"time": "16:00:00"}, "cancel_event", {"at_time": "16:00:00"}),
        (
            "cancel_meeting",
            {"person": "John", "date": "2024-01-16"},
            "cancel_event",
            {"person": "John", "on_date": "2024-01-16"},
        ),
        (
            "cancel_meeting",
            {"scope": "all", "date": "2024-01-15"},
            "find_events",
            {"from": "2024-01-15", "to": "2024-01-15", "limit": 100},
        ),
        ("check_calendar", {}, "find_events", {"from": "2024-01-15", "to": "2024-01-21"}),
        (
            "check_calendar",
            {"date_from": "2024-01-22", "date_to": "2024-01-28"},
            "find_events",
            {"from": "2024-01-22", "to": "2024-01-28"},
        ),
        (
            "check_calendar",
            {"date": "2024-01-19", "part": "afternoon"},
            "find_events",
            {"from": "2024-01-19T12:00:00", "to": "2024-01-19T18:00:00"},
        ),
        (
            "check_calendar",
            {"date": "2024-01-18", "time": "13:00:00", "end_time": "16:00:00"},
            "find_events",
            {"from": "2024-01-18T13:00:00", "to": "2024-01-18T16:00:00"},
        ),
        ("check_calendar", {"scope": "next"}, "find_events", {"from": "2024-01-15T10:30:00", "only_next": True}),
        ("check_calendar", {"person": "John"}, "find_events", {"person": "John", "from": "2024-01-15T10:30:00"}),
        (
            "check_availability",
            {"date": "2024-01-16", "time": "15:00:00"},
            "find_free_time",
            {"date": "2024-01-16", "from_time": "15:00:00", "to_time": "16:00:00"},
        ),
        (
            "check_availability",
            {"date": "2024-01-16", "time": "15:00:00", "duration": 30},
            "find_free_time",
            {"date": "2024-01-16", "from_time": "15:00:00", "to_time": "15:30:00", "duration_minutes": 30},
        ),
        (
            "check_availability",
            {"date": "2024-01-17", "duration": 30},
            "find_free_time",
            {"date": "2024-01-17", "duration_minutes": 30},
        ),
        (
            "set_reminder",
            {"text": "call mom", "date": "2024-01-15", "time": "18:00:00"},
            "set_reminder",
            {"text": "call mom", "due": "2024-01-15T18:00:00"},
        ),
        (
            "set_reminder",
            {"text": "renew my passport", "date": "2024-04-15"},
            "set_reminder",
            {"text": "renew my passport", "due": "2024-04-15T09:00:00"},
        ),
        (
            "set_reminder",
            {"text": "pay rent", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=1"},
            "set_reminder",
            {"text": "pay rent", "due": "2024-02-01T09:00:00", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=1"},
        ),
        (
            "set_reminder",
            {"text": "stretch", "recurrence": "FREQ=HOURLY;INTERVAL=2"},
            "set_reminder",
            {"text": "stretch", "due": "2024-01-15T12:30:00", "recurrence": "FREQ=HOURLY;INTERVAL=2"},
        ),
        (
            "set_reminder",
            {"text": "meeting with John", "offset": -30},
            "set_reminder",
            {"text": "meeting with John", "before_event": {"minutes": 30, "person": "John"}},
        ),
        (
            "set_reminder",
            {"text": "the dentist appointment", "offset": -60},
            "set_reminder",
            {"text": "the dentist appointment", "before_event": {"minutes": 60, "title": "dentist appointment"}},
        ),
        (
            "set_timer",
            {"duration": 10},
            "set_reminder",
            {"text": "Timer", "due": "2024-01-15T15:40:00Z", "is_timer": True},
        ),
        ("list_reminders", {}, "list_reminders", {}),
        ("list_reminders", {"date": "2024-01-16"}, "list_reminders", {"from": "2024-01-16", "to": "2024-01-16"}),
        ("cancel_reminder", {"text": "pay rent"}, "cancel_reminder", {"text": "pay rent"}),
        ("cancel_reminder", {"scope": "all"}, "list_reminders", {"limit": 100}),
        ("cancel_reminder", {"time": "18:00:00"}, "list_reminders", {"limit": 100}),
        ("add_task", {"title": "milk"}, "add_task", {"title": "milk"}),
        (
            "add_task",
            {"title": "clean the garage", "date_from": "2024-01-20", "date_to": "2024-01-21", "priority": "high"},
            "add_task",
            {"title": "clean the garage", "due": "2024-01-21", "priority": "high"},
        ),
        ("add_task", {"title": "eggs", "list": "shopping"}, "add_task", {"title": "eggs", "list": "shopping"}),
        ("complete_task", {"number": 3}, "complete_task", {"number": 3}),
        ("complete_task", {"title": "buy milk"}, "complete_task", {"title": "buy milk"}),
        ("delete_task", {"title": "buy milk"}, "delete_task", {"title": "buy milk"}),
        ("delete_task", {"list": "shopping"}, "list_tasks", {"limit": 100, "list": "shopping"}),
        ("list_tasks", {}, "list_tasks", {}),
        ("list_tasks", {"status": "open"}, "list_tasks", {}),
        ("list_tasks", {"status": "overdue"}, "list_tasks", {"to": "2024-01-15T10:30:00"}),
        ("list_tasks", {"date": "2024-01-15"}, "list_tasks", {"from": "2024-01-15", "to": "2024-01-15"}),
        (
            "list_tasks",
            {"status": "completed", "priority": "high"},
            "list_tasks",
            {"status": "completed", "priority": "high"},
        ),
        (
            "create_note",
            {"text": "they like blue", "title": "client"},
            "create_note",
            {"text": "they like blue", "title": "client"},
        ),
        ("list_notes", {"query": "wifi"}, "list_notes", {"query": "wifi"}),
        ("calculate", {"expression": "2 + 2", "result": 4}, "calculate", {"expression": "2 + 2"}),
        (
            "convert_units",
            {"value": 10, "from_unit": "mile", "to_unit": "kilometer"},
            "convert_units",
            {"value": 10, "from_unit": "mile", "to_unit": "kilometer"},
        ),
        ("ask_time", {"timezone": "Asia/Tokyo"}, "current_time", {"zone": "Asia/Tokyo"}),
        ("ask_date", {"date": "2024-01-15"}, "current_time", {}),
        ("days_until", {"date": "2024-03-01"}, "days_until", {"date": "2024-03-01"}),
        ("daily_summary", {}, "daily_summary", {}),
        ("undo", {}, "undo_last", {}),
    ],
)
def test_a_frame_becomes_the_call_that_carries_it_out(intent, entities, name, arguments):
    reply = plan(intent, **entities)
    assert [(call.name, dict(call.arguments)) for call in reply.calls] == [(name, arguments)]


@pytest.mark.parametrize(
    ("intent", "entities"),
    [
        ("schedule_meeting", {"person": "John"}),
        ("schedule_meeting", {"date": "2024-01-16"}),
        ("schedule_meeting", {"recurrence": "FREQ=DAILY"}),
        ("reschedule_meeting", {"time": "16:00:00"}),
        ("reschedule_meeting", {"title": "it", "time": "16:00:00"}),
        ("reschedule_meeting", {"person": "John"}),
        ("reschedule_meeting", {"person": "John", "date": "2024-01-16", "part": "afternoon"}),
        ("cancel_meeting", {}),
        ("cancel_meeting", {"title": "meeting"}),
        ("set_reminder", {"date": "2024-01-16"}),
        ("set_reminder", {"text": "buy milk"}),
        ("set_reminder", {"offset": -30}),
        ("cancel_reminder", {}),
        ("set_timer", {}),
        ("set_timer", {"duration": -5}),
        ("add_task", {}),
        ("complete_task", {}),
        ("delete_task", {"title": "it"}),
        ("create_note", {}),
        ("days_until", {}),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_is_called(intent, entities):
    reply = plan(intent, **entities)
    assert reply.calls == ()
    assert reply.text.endswith("?")
    assert reply.pending is not None
    assert reply.pending.kind == "slot"
    assert reply.pending.frame.missing


def test_every_intent_is_carried_out_or_talked_about():
    talked = {
        "send_message", "help", "confirm", "deny", "stop", "repeat",
        "greeting", "thanks", "goodbye", "small_talk", "unknown",
    }  # fmt: skip
    assert set(PLANS) | talked == set(INTENTS)


def test_a_time_without_a_day_is_its_next_occurrence():
    reply = plan("schedule_meeting", person="John", time="09:00:00")
    assert reply.calls[0].arguments["start"] == "2024-01-16T09:00:00"


def test_a_past_time_is_judged_in_the_zone_that_was_spoken():
    reply = plan("schedule_meeting", person="Yuki", date="2024-01-16", time="00:15:00", timezone="Asia/Tokyo")
    assert reply.calls == ()
    assert "already passed" in reply.text
    assert plan("schedule_meeting", person="Yuki", date="2024-01-16", time="00:45:00", timezone="Asia/Tokyo").calls


def test_free_time_of_a_week_is_a_call_a_day_and_never_more_than_seven():
    reply = plan("check_availability", date_from="2024-01-22", date_to="2024-01-26")
    assert [call.arguments["date"] for call in reply.calls] == [f"2024-01-{day}" for day in range(22, 27)]
    assert len(plan("check_availability", date_from="2024-01-01", date_to="2024-12-31").calls) == 7


def test_a_call_is_called_a_call():
    reply = plan(
        "schedule_meeting",
        "book a call with Priya today at 4:15 pm",
        person="Priya",
        date="2024-01-15",
        time="16:15:00",
    )
    assert reply.calls[0].arguments["title"] == "Call with Priya"


def test_waking_needs_no_text():
    reply = plan("set_reminder", "wake me up at 6:30 tomorrow", date="2024-01-16", time="06:30:00")
    assert reply.calls[0].arguments == {"text": "Wake up", "due": "2024-01-16T06:30:00"}


def test_another_days_weekday_needs_no_tool():
    assert plan("ask_date", date="2024-02-29").text == "February 29, 2024 is a Thursday."
    assert plan("ask_date", date="2023-12-25").text == "December 25, 2023 was a Monday."


def test_after_three_means_the_rest_of_the_day():
    reply = plan("check_calendar", "what's on after 3 tomorrow", date="2024-01-16", time="15:00:00")
    assert reply.calls[0].arguments == {"from": "2024-01-16T15:00:00", "to": "2024-01-16T23:59:59"}
    reply = plan("check_calendar", "what's on at 3 tomorrow", date="2024-01-16", time="15:00:00")
    assert reply.calls[0].arguments == {"from": "2024-01-16T15:00:00", "to": "2024-01-16T16:00:00"}


def test_the_first_time_of_a_rule_is_in_the_future_also_on_the_same_day():
    late = plan("schedule_meeting", title="sync", time="10:00:00", recurrence="FREQ=WEEKLY;BYDAY=MO")
    soon = plan("schedule_meeting", title="sync", time="11:00:00", recurrence="FREQ=WEEKLY;BYDAY=MO")
    assert late.calls[0].arguments["start"] == "2024-01-22T10:00:00"
    assert soon.calls[0].arguments["start"] == datetime(2024, 1, 15, 11).isoformat()
