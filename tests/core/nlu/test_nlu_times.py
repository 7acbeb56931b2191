"""Time expressions in the style of Duckling's English corpus, and the clock's awkward days."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr

from steward.nlu import Context, understand
from steward.nlu.times.merging import Reading, time_entities
from steward.nlu.times.tagger import tag_times

NOW = datetime(2024, 1, 15, 10, 30)
CASES: list[tuple[str, dict[str, Any]]] = [
    ("tomorrow at 17h15", {"date": "2024-01-16", "time": "17:15:00"}),
    ("at 15h30 on Friday", {"date": "2024-01-19", "time": "15:30:00"}),
    ("the day after tomorrow at noon", {"date": "2024-01-17", "time": "12:00:00"}),
    ("in a fortnight", {"date": "2024-01-29"}),
    ("a week from tomorrow", {"date": "2024-01-23"}),
    ("two weeks from Friday", {"date": "2024-02-02"}),
    ("three days from now", {"date": "2024-01-18"}),
    ("in two and a half hours", {"date": "2024-01-15", "time": "13:00:00"}),
    ("in half an hour", {"date": "2024-01-15", "time": "11:00:00"}),
    ("in a quarter of an hour", {"date": "2024-01-15", "time": "10:45:00"}),
    ("in 1 hour and 20 minutes", {"date": "2024-01-15", "time": "11:50:00"}),
    ("in a couple of days", {"date": "2024-01-17"}),
    ("last Monday of March", {"date": "2024-03-25"}),
    ("the first Tuesday of next month", {"date": "2024-02-06"}),
    ("third Thursday of February", {"date": "2024-02-15"}),
    ("the week after next", {"date_from": "2024-01-29", "date_to": "2024-02-04"}),
    ("Wednesday of next week", {"date": "2024-01-24"}),
    ("next week on Wednesday", {"date": "2024-01-24"}),
    ("the 10th of next month", {"date": "2024-02-10"}),
    ("March the third", {"date": "2024-03-03"}),
    ("the third of March", {"date": "2024-03-03"}),
    ("Feb 14, 2025", {"date": "2025-02-14"}),
    ("2/14", {"date": "2024-02-14"}),
    ("2024-02-29", {"date": "2024-02-29"}),
    ("Tuesday, January 23 at 3:30 PM", {"date": "2024-01-23", "time": "15:30:00"}),
    ("Christmas Eve", {"date": "2024-12-24"}),
    ("Thanksgiving", {"date": "2024-11-28"}),
    ("two days before Christmas", {"date": "2024-12-23"}),
    ("by end of day", {"time": "17:00:00"}),
    ("end of the month", {"date": "2024-01-31"}),
    ("tomorrow at quarter to five", {"date": "2024-01-16", "time": "16:45:00"}),
    ("tomorrow at twenty past four", {"date": "2024-01-16", "time": "16:20:00"}),
    ("tomorrow at ten to eight in the evening", {"date": "2024-01-16", "time": "19:50:00"}),
    ("nine in the morning tomorrow", {"date": "2024-01-16", "time": "09:00:00"}),
    ("tomorrow at seven thirty pm", {"date": "2024-01-16", "time": "19:30:00"}),
    ("tomorrow at nine oh five", {"date": "2024-01-16", "time": "09:05:00"}),
    ("midnight tomorrow", {"date": "2024-01-16", "time": "00:00:00"}),
    ("tomorrow from 9 to 5", {"date": "2024-01-16", "time": "09:00:00", "end_time": "17:00:00"}),
    ("tomorrow between 11 and 1pm", {"date": "2024-01-16", "time": "11:00:00", "end_time": "13:00:00"}),
    ("tomorrow 2-3:30pm", {"date": "2024-01-16", "time": "14:00:00", "end_time": "15:30:00"}),
    ("from Monday to Wednesday", {"date_from": "2024-01-22", "date_to": "2024-01-24"}),
    ("January 3-5", {"date_from": "2024-01-03", "date_to": "2024-01-05"}),
    ("in March", {"date_from": "2024-03-01", "date_to": "2024-03-31"}),
    ("the next three days", {"date_from": "2024-01-15", "date_to": "2024-01-18"}),
    ("this weekend", {"date_from": "2024-01-20", "date_to": "2024-01-21"}),
    ("every other Tuesday", {"recurrence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"}),
    ("every Monday and Wednesday at 6 pm", {"recurrence": "FREQ=WEEKLY;BYDAY=MO,WE", "time": "18:00:00"}),
    ("the last Friday of every month", {"recurrence": "FREQ=MONTHLY;BYDAY=-1FR"}),
    ("every year on March 3rd", {"recurrence": "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=3"}),
    ("every three weeks", {"recurrence": "FREQ=WEEKLY;INTERVAL=3"}),
    ("half an hour before", {"offset": -30}),
    ("at 3pm Tokyo time", {"time": "15:00:00", "timezone": "Asia/Tokyo"}),
    ("for an hour and a half", {"duration": 90}),
    ("a 45-minute", {"duration": 45}),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_a_time_expression_means_what_it_says(text: str, expected: dict[str, Any]) -> None:
    assert time_entities(tag_times(text, NOW), NOW, Reading()) == expected


@pytest.mark.parametrize(
    "text", ["call May about the second draft", "the sun sat in the sky", "task 3 of level 4", "I won 5 to nothing"]
)
def test_words_that_only_look_like_times_are_left_alone(text: str) -> None:
    assert tag_times(text, NOW) == []


def test_every_recurrence_is_a_rule_that_calendars_accept() -> None:
    for text, expected in CASES:
        if "recurrence" in expected:
            assert rrulestr(expected["recurrence"], dtstart=NOW)[0] >= NOW, text


def test_an_hour_that_has_passed_today_becomes_pm_or_tomorrow() -> None:
    def when(text: str, hour: int) -> tuple[str, str]:
        entities = understand(text, Context(now=datetime(2024, 1, 15, hour, 0))).entities
        return entities["date"], entities["time"]

    assert when("remind me at 9 to leave", 8) == ("2024-01-15", "09:00:00")
    assert when("remind me at 9 to leave", 11) == ("2024-01-15", "21:00:00")
    assert when("remind me at 9 am to leave", 11) == ("2024-01-16", "09:00:00")
    assert when("remind me at 3 to leave", 16) == ("2024-01-16", "15:00:00")


@pytest.mark.parametrize("day", ["2024-03-10", "2024-11-03"])
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 23])
def test_clock_changes_never_raise_and_keep_wall_time(day: str, hour: int) -> None:
    zone = ZoneInfo("America/New_York")
    now = datetime.fromisoformat(day).replace(hour=hour, minute=30, tzinfo=zone)
    frame = understand("remind me at 2:30 am tomorrow to check the clock", Context(now=now, zone="America/New_York"))
    tomorrow = (datetime.fromisoformat(day) + timedelta(days=1)).date().isoformat()
    assert (frame.entities["date"], frame.entities["time"]) == (tomorrow, "02:30:00")
    assert understand("remind me in 90 minutes to stretch", Context(now=now, zone="America/New_York")).missing == ()


def test_an_aware_now_is_read_in_the_persons_zone() -> None:
    now = datetime(2024, 1, 15, 23, 30, tzinfo=ZoneInfo("UTC"))
    assert understand("what's today's date", Context(now=now, zone="Asia/Tokyo")).entities["date"] == "2024-01-16"
    assert understand("what's today's date", Context(now=now, zone="Not/AZone")).entities["date"] == "2024-01-15"


def test_the_order_of_day_and_month_follows_the_locale() -> None:
    text = "schedule a call with Tom on 3/4/2024 at 2pm"
    assert understand(text, Context(now=NOW)).entities["date"] == "2024-03-04"
    assert understand(text, Context(now=NOW, locale="en-GB")).entities["date"] == "2024-04-03"
