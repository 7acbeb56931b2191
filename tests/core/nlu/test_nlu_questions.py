"""Follow-up questions, answers to them, and what is said back about dates and times."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from steward.nlu import Context, Frame, question, say_date, say_time, say_when, understand

NOW = datetime(2024, 1, 15, 10, 30)


def heard(text: str, pending: Frame | None = None, **changes: Any) -> Frame:
    return understand(text, Context(now=NOW, zone="America/New_York", pending=pending, **changes))


@pytest.mark.parametrize(
    ("text", "missing", "asked"),
    [
        ("schedule a meeting with John", ("date", "time"), "When should the meeting with John be?"),
        ("schedule a meeting tomorrow", ("time",), "At what time should the meeting be?"),
        ("remind me to buy milk", ("date", "time"), "When should I remind you about this: buy milk?"),
        ("set a timer", ("duration",), "How long should the timer run?"),
        ("send a message to Sarah", ("body",), "What should I tell Sarah?"),
        ("take a note", ("text",), "What should the note say?"),
        ("reschedule my meeting with Bob", ("date", "time"), "When should the meeting with Bob be moved to?"),
    ],
)
def test_a_missing_slot_is_asked_for(text: str, missing: tuple[str, ...], asked: str) -> None:
    frame = heard(text)
    assert frame.missing == missing
    assert question(frame) == asked


@pytest.mark.parametrize(
    ("first", "answer", "expected"),
    [
        ("schedule a meeting with John", "tomorrow at 3pm", {"date": "2024-01-16", "time": "15:00:00"}),
        ("schedule a meeting with John", "3pm tomorrow", {"date": "2024-01-16", "time": "15:00:00"}),
        ("schedule a meeting tomorrow", "at 3", {"date": "2024-01-16", "time": "15:00:00"}),
        ("schedule a meeting tomorrow", "4", {"date": "2024-01-16", "time": "16:00:00"}),
        ("schedule a meeting tomorrow", "half past nine", {"date": "2024-01-16", "time": "09:30:00"}),
        ("remind me to buy milk", "in 20 minutes", {"date": "2024-01-15", "time": "10:50:00", "text": "buy milk"}),
        ("remind me to buy milk", "tomorrow morning", {"date": "2024-01-16", "time": "09:00:00"}),
        ("set a timer", "ten minutes", {"duration": 10}),
        ("send a message to Sarah", "I'll be late at 5", {"recipient": "Sarah", "body": "I'll be late at 5"}),
        ("take a note", "the code is 4471", {"text": "the code is 4471"}),
        ("reschedule my meeting with Bob", "Friday at 2", {"date": "2024-01-19", "time": "14:00:00", "person": "Bob"}),
        ("schedule a meeting tomorrow", "with John", {"person": "John", "date": "2024-01-16"}),
    ],
)
def test_an_answer_completes_the_pending_frame(first: str, answer: str, expected: dict[str, Any]) -> None:
    pending = heard(first)
    frame = heard(answer, pending)
    assert (frame.intent, frame.source) == (pending.intent, "pending")
    assert {k: frame.entities.get(k) for k in expected} == expected


def test_a_day_alone_leaves_the_time_missing() -> None:
    frame = heard("tomorrow", heard("schedule a meeting with John"))
    assert frame.missing == ("time",)
    assert heard("at 3", frame).missing == ()


def test_yes_and_no_are_left_to_the_caller() -> None:
    pending = heard("schedule a meeting with John")
    assert heard("yes", pending).intent == "confirm"
    assert heard("no, never mind", pending).intent == "deny"


def test_a_new_command_overrides_the_question() -> None:
    frame = heard("what's on my calendar today", heard("schedule a meeting with John"))
    assert (frame.intent, frame.source) == ("check_calendar", "pattern")
    assert heard("set a timer for 5 minutes", heard("remind me to buy milk")).intent == "set_timer"


def test_dates_and_times_are_said_in_full() -> None:
    context = Context(now=NOW, zone="UTC")
    assert say_date(date(2024, 1, 16), context) == "Tuesday, January 16"
    assert say_date(date(2025, 1, 16), context) == "Thursday, January 16, 2025"
    assert say_date(date(2024, 1, 16), Context(now=NOW, locale="en-GB")) == "Tuesday 16 January"
    assert [say_time(time(h, m), context) for h, m in ((14, 0), (9, 30), (12, 0), (0, 0))] == [
        "2 PM",
        "9:30 AM",
        "noon",
        "midnight",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schedule a meeting with John tomorrow at 2 PM", "Tuesday, January 16 at 2 PM"),
        ("block Friday from 1 to 5 for deep work", "Friday, January 19 from 1 PM to 5 PM"),
        ("list my events for next week", "Monday, January 22 to Sunday, January 28"),
        ("remind me on weekdays at 17:45 to log my hours", "every weekday at 5:45 PM"),
        ("remind me to pay rent on the 1st of every month", "on the 1st of every month"),
        ("schedule a call with Pierre tomorrow at 3pm London time", "Tuesday, January 16 at 3 PM London time"),
    ],
)
def test_what_was_understood_is_echoed_in_absolute_words(text: str, said: str) -> None:
    assert say_when(heard(text).entities, Context(now=NOW, zone="America/New_York")) == said
