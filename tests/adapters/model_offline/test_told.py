from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from steward.adapters.model.offline_told import told
from steward.adapters.model.offline_turn import Call, Moment, Reply
from steward.nlu import Context
from tests.adapters.model_offline.played_tools import NAMES, NOW, WALL, ZONE, event, failure, reminder, task

MOMENT = Moment(WALL, NOW, Context(NOW, ZONE), ZONE, frozenset(NAMES))


def tell(name: str, arguments: dict[str, Any], **data: Any) -> str:
    return told([(Call(name, arguments), {"ok": True, **data})], None, MOMENT).text


def fail(name: str, arguments: dict[str, Any], code: str, **more: Any) -> Reply:
    return told([(Call(name, arguments), failure(code, **more))], None, MOMENT)


def test_a_series_elsewhere_says_rule_place_and_both_times():
    text = tell(
        "create_event",
        {"zone": "Europe/London", "start": "2024-01-16T15:00:00"},
        event=event(
            "Call with Pierre", "2024-01-16T10:00:00", 30, location="Room 4", recurrence="FREQ=WEEKLY;BYDAY=TU"
        ),
        conflicts=[],
    )
    assert text == (
        "I've scheduled a call with Pierre for Tuesday, January 16 at 10 AM, for 30 minutes, at Room 4. "
        "It repeats every Tuesday. That is 3 PM in London."
    )


def test_a_named_event_is_quoted_and_its_people_are_named_without_addresses():
    text = tell(
        "create_event", {}, event=event("Budget review", "2025-01-16T10:00:00", people=("Ana", "Bo")), conflicts=[]
    )
    assert text == "I've scheduled “Budget review” with Ana and Bo for Thursday, January 16, 2025 at 10 AM, for 1 hour."
    assert "@" not in text


@pytest.mark.parametrize(
    ("arguments", "events", "expected"),
    [
        ({"from": "2024-01-16", "to": "2024-01-16"}, [], "Your calendar is clear on Tuesday, January 16."),
        ({"from": "2024-01-15T10:30:00", "only_next": True}, [], "You have nothing coming up on your calendar."),
        ({"person": "John", "from": "2024-01-15T10:30:00"}, [], "I found no events with John coming up."),
        (
            {"from": "2024-01-15T10:30:00", "only_next": True},
            [event("Standup", "2024-01-16T09:00:00", 15)],
            "Your next event is “Standup” on Tuesday, January 16 from 9 AM to 9:15 AM.",
        ),
        (
            {"person": "John", "from": "2024-01-15T10:30:00"},
            [event("Meeting with John", "2024-01-16T12:00:00")],
            "The meeting with John is on Tuesday, January 16 from noon to 1 PM.",
        ),
        (
            {"from": "2024-01-22", "to": "2024-01-28"},
            [event("A", "2024-01-22T09:00:00"), event("B", "2024-01-23T09:00:00", location="Lab")],
            "You have 2 events from Monday, January 22 to Sunday, January 28:\n\n"
            "- Monday, January 22 from 9 AM to 10 AM: A\n- Tuesday, January 23 from 9 AM to 10 AM: B, Lab",
        ),
    ],
)
def test_found_events_are_listed_and_empty_days_are_said(arguments, events, expected):
    assert tell("find_events", arguments, events=events, total=len(events)) == expected


def test_more_events_than_shown_are_counted():
    text = tell(
        "find_events", {"from": "2024-01-16", "to": "2024-01-16"}, events=[event("A", "2024-01-16T09:00:00")], total=30
    )
    assert text.startswith("You have 30 events on Tuesday, January 16:")
    assert text.endswith("- and 29 more")


def test_free_time_says_yes_no_or_when():
    asked = {"date": "2024-01-16", "from_time": "15:00:00", "to_time": "16:00:00"}
    assert tell("find_free_time", asked, is_free=True, free=[], busy=[]) == (
        "Yes, you're free on Tuesday, January 16 from 3 PM to 4 PM."
    )
    busy = [event("Standup", "2024-01-16T15:00:00")]
    assert tell("find_free_time", asked, is_free=False, free=[], busy=busy) == (
        "No, on Tuesday, January 16 from 3 PM to 4 PM you have “Standup” (3 PM to 4 PM)."
    )
    free = [
        {"from_local": "2024-01-16T09:00:00", "to_local": "2024-01-16T15:00:00"},
        {"from_local": "16:00", "to_local": "18:00"},
    ]
    assert tell("find_free_time", {"date": "2024-01-16"}, is_free=False, free=free, busy=busy).endswith(
        "On Tuesday, January 16 you have “Standup” (3 PM to 4 PM). You're free from 9 AM to 3 PM and from 4 PM to 6 PM."
    )


def test_reminders_say_when_they_go_off():
    assert tell("set_reminder", {}, reminder=reminder("stretch", "2024-01-16T08:00:00", recurrence="FREQ=DAILY")) == (
        "I'll remind you every day, next on Tuesday, January 16 at 8 AM: stretch."
    )
    before = {"before_event": {"person": "John", "minutes": 30}}
    assert tell("set_reminder", before, reminder=reminder("meeting with John", "2024-01-16T13:30:00")) == (
        "I'll remind you on Tuesday, January 16 at 1:30 PM, 30 minutes before it starts: meeting with John."
    )
    timer = reminder("Timer", "2024-01-15T10:40:00", is_timer=True)
    assert tell("set_reminder", {}, reminder=timer) == "Your timer is set for 10 minutes; it ends at 10:40 AM."
    assert tell("list_reminders", {}, reminders=[], total=0) == "You have no reminders."
    assert tell("cancel_reminder", {}, reminders=[timer]) == "I've cancelled the timer “Timer”."


def test_tasks_are_numbered_as_they_can_be_named():
    two = [task("milk", 2, priority="high"), task("report", 1, due_local="2024-01-19T23:59:59")]
    assert tell("list_tasks", {}, tasks=two, total=2) == (
        "You have 2 open tasks:\n\n1. report (due Friday, January 19)\n2. milk (high priority)"
    )
    assert tell("list_tasks", {"priority": "high"}, tasks=two[:1], total=1) == (
        "You have 1 open high priority task:\n\n- milk (task 2, high priority)"
    )
    assert tell("list_tasks", {"status": "completed"}, tasks=[], total=0) == "You have no completed tasks."
    assert tell("list_tasks", {"to": "2024-01-15T10:30:00"}, tasks=[], total=0) == (
        "You have no open tasks due by Monday, January 15."
    )
    assert tell("list_tasks", {"from": "2024-01-15", "to": "2024-01-15"}, tasks=[], total=0) == (
        "You have no open tasks due on Monday, January 15."
    )


def test_tasks_are_told_as_they_are():
    milk = task("milk", 1, list="shopping")
    assert tell("add_task", {}, task=milk) == "I've added “milk” to your shopping list."
    due = task("report", 2, due_local="2024-01-19T23:59:59", priority="high")
    assert tell("add_task", {}, task=due) == "I've added “report” to your tasks, due Friday, January 19, high priority."
    assert tell("complete_task", {}, task=milk) == "I've marked “milk” as done."
    assert tell("delete_task", {}, task=milk) == "I've deleted the task “milk”."


def test_notes_sums_units_and_days():
    note = {"id": "n", "title": "", "text": "the door code is 4711", "created": "2024-01-15T15:30:00Z"}
    assert tell("create_note", {}, note=note) == "I've noted: “the door code is 4711”."
    assert tell("list_notes", {"query": "door"}, notes=[note], total=1) == (
        "You have 1 note about “door”:\n\n- the door code is 4711"
    )
    assert tell("list_notes", {}, notes=[], total=0) == "You have no notes yet."
    assert tell("calculate", {}, expression="17% of 2,349", result="399.33", text="x") == "17% of 2,349 = 399.33"
    assert tell("current_time", {"zone": "Asia/Tokyo"}, now_local="2024-01-16T00:30:00") == (
        "It's 12:30 AM on Tuesday, January 16, 2024 in Tokyo."
    )
    assert tell("days_until", {}, days=46, date="2024-03-01") == "There are 46 days until Friday, March 1, 2024."
    assert tell("days_until", {}, days=-1, date="2024-01-14") == "Sunday, January 14, 2024 was 1 day ago."


def test_the_day_is_summed_up():
    text = tell(
        "daily_summary",
        {},
        date="2024-01-15",
        events=[event("Standup", "2024-01-15T11:00:00", 15)],
        tasks_due=[task("milk", 3)],
        tasks_overdue=[],
        reminders=[reminder("call mum", "2024-01-15T18:00:00")],
    )
    assert text == (
        "Here is Monday, January 15:\n\n**Events**\n\n- 11 AM to 11:15 AM: Standup\n\n"
        "**Tasks due**\n\n- milk (task 3)\n\n**Reminders**\n\n- Monday, January 15 at 6 PM: call mum"
    )
    empty = tell("daily_summary", {}, date="2024-01-15", events=[], tasks_due=[], tasks_overdue=[], reminders=[])
    assert empty == "Monday, January 15 is clear: no events, no tasks due and no reminders."


@pytest.mark.parametrize(
    ("name", "arguments", "code", "expected"),
    [
        ("undo_last", {}, "NOTHING_TO_UNDO", "There is nothing to undo."),
        (
            "cancel_event",
            {"person": "John", "on_date": "2024-01-16"},
            "NOT_FOUND",
            "I couldn't find the meeting with John on Tuesday, January 16 on your calendar. Nothing was changed.",
        ),
        ("complete_task", {"title": "milk"}, "NOT_FOUND", "I couldn't find an open task “milk”. Nothing was changed."),
        ("delete_task", {"number": 7}, "NOT_FOUND", "I couldn't find a task with number 7. Nothing was changed."),
        ("create_event", {}, "FORBIDDEN", "I'm not allowed to do that here: That did not work. Nothing was changed."),
        ("create_event", {}, "CONFLICT", "I couldn't do that: That did not work. Nothing was changed."),
        ("calculate", {"expression": "1/0"}, "INVALID_ARGUMENTS", "I couldn't work that out: That did not work."),
        ("add_task", {}, "UNAVAILABLE", "That isn't available just now: That did not work. Please try again later."),
        ("cancel_event", {}, "AMBIGUOUS", "More than one fits, and I can't tell which you mean. Nothing was changed."),
    ],
)
def test_failures_are_said_plainly_and_never_as_success(name, arguments, code, expected):
    reply = fail(name, arguments, code)
    assert reply.text == expected
    assert reply.calls == ()


def test_equal_titles_at_different_times_are_told_apart_for_a_reminder():
    twins = [event("Standup", "2024-01-16T09:00:00"), event("Standup", "2024-01-17T09:00:00")]
    arguments = {"text": "standup", "before_event": {"title": "standup", "minutes": 30}}
    reply = fail("set_reminder", arguments, "AMBIGUOUS", candidates=twins)
    assert reply.pending is not None
    assert reply.pending.options[1].calls[0].arguments == {"text": "standup", "due": "2024-01-17T13:30:00Z"}


def test_candidates_that_cannot_be_told_apart_are_not_offered():
    twins = [reminder("stretch", "2024-01-16T09:00:00"), reminder("stretch", "2024-01-17T09:00:00")]
    reply = fail("cancel_reminder", {"text": "stretch"}, "AMBIGUOUS", candidates=twins)
    assert reply.pending is None
    assert "Nothing was changed" in reply.text


def test_a_call_without_a_readable_result_is_not_called_a_success():
    reply = told([(Call("create_event", {}), None)], None, MOMENT)
    assert reply.text == "I can't tell whether that worked: the tool gave no answer that I can read."


def test_a_tool_of_somebody_elses_is_told_in_its_own_words():
    assert tell("weather", {}, text="It will rain.") == "It will rain."
    assert tell("weather", {}) == "Done: weather."


def test_the_free_hours_of_several_days_are_a_list():
    free = [{"from_local": "2024-01-16T09:00:00", "to_local": "2024-01-16T18:00:00"}]
    pairs = [
        (Call("find_free_time", {"date": "2024-01-16"}), {"ok": True, "is_free": True, "free": free, "busy": []}),
        (Call("find_free_time", {"date": "2024-01-17"}), {"ok": True, "is_free": False, "free": [], "busy": []}),
    ]
    assert told(pairs, None, MOMENT).text == (
        "Here is when you're free:\n\n- Tuesday, January 16: from 9 AM to 6 PM\n- Wednesday, January 17: no free time"
    )


def test_several_results_are_told_one_after_the_other_with_what_failed():
    pairs = [
        (Call("delete_task", {"title": "milk"}), {"ok": True, "task": task("milk", None)}),
        (Call("delete_task", {"title": "bread"}), failure("NOT_FOUND")),
    ]
    assert told(pairs, None, MOMENT).text == (
        "I've deleted the task “milk”.\n\nI couldn't find a task “bread”. Nothing was changed."
    )


def test_a_free_day_says_which_hours_were_looked_at():
    free = [{"from_local": "2024-01-16T09:00:00", "to_local": "2024-01-16T18:00:00"}]
    assert tell("find_free_time", {"date": "2024-01-16"}, is_free=True, free=free, busy=[]) == (
        "You're free on Tuesday, January 16 from 9 AM to 6 PM."
    )


@pytest.mark.parametrize(
    ("value", "source", "target", "result", "expected"),
    [
        (10, "mile", "kilometer", "16.09344", "10 miles is about 16.09 kilometers."),
        (90, "minute", "hour", "1.5", "90 minutes is 1.5 hours."),
        (72, "fahrenheit", "celsius", "22.2222222222", "72 °F is about 22.22 °C."),
        (1, "pound", "ounce", "16", "1 pound is 16 ounces."),
        (5, "square_foot", "square_meter", "0.4645152", "5 square feet is about 0.4645 square meters."),
        (
            60,
            "mile_per_hour",
            "kilometer_per_hour",
            "96.56064",
            "60 miles per hour is about 96.56 kilometers per hour.",
        ),
        (1, "foot", "mile", "0.000189394", "1 foot is about 0.0001894 miles."),
    ],
)
def test_a_conversion_is_said_with_its_units(value, source, target, result, expected):
    arguments = {"value": value, "from_unit": source, "to_unit": target}
    assert tell("convert_units", arguments, result=result, text="x") == expected


def test_candidates_are_meant_by_id_where_the_tool_takes_one():
    twins = [reminder("stretch", "2024-01-16T09:00:00", id="reminder_1"), reminder("stretch", None, id="reminder_2")]
    moment = replace(MOMENT, takes_id=frozenset({"cancel_reminder"}))
    call = Call("cancel_reminder", {"text": "stretch"})
    reply = told([(call, failure("AMBIGUOUS", candidates=twins))], None, moment)
    assert reply.pending is not None
    assert [option.calls[0].arguments for option in reply.pending.options] == [
        {"id": "reminder_1"},
        {"id": "reminder_2"},
    ]


def test_the_other_arguments_of_a_move_are_kept_when_one_of_several_is_chosen():
    twins = [event("Sync", "2024-01-16T09:00:00", id="event_1"), event("Sync", "2024-01-17T09:00:00", id="event_1")]
    moment = replace(MOMENT, takes_id=frozenset({"move_event"}))
    call = Call("move_event", {"title": "sync", "person": "Ana", "new_time": "15:00:00"})
    reply = told([(call, failure("AMBIGUOUS", candidates=twins))], None, moment)
    assert reply.pending is not None
    assert reply.pending.options[1].calls[0].arguments == {
        "id": "event_1",
        "on_date": "2024-01-17",
        "at_time": "09:00:00",
        "new_time": "15:00:00",
    }
