from __future__ import annotations

import pytest

from tests.adapters.model_offline.conversation import Conversation
from tests.adapters.model_offline.played_tools import PlayedTools, event, reminder


def two_meetings() -> PlayedTools:
    tools = PlayedTools()
    tools.events = [
        event("Meeting with John", "2024-01-16T14:00:00", people=("John",)),
        event("Meeting with John", "2024-01-19T09:00:00", people=("John",)),
    ]
    return tools


async def test_several_that_fit_are_listed_and_nothing_changes():
    talk = Conversation(two_meetings())
    answer = await talk.say("cancel my meeting with John")
    assert answer == (
        "I found more than one. Which one do you mean?\n\n"
        "1. Meeting with John, Tuesday, January 16 from 2 PM to 3 PM\n"
        "2. Meeting with John, Friday, January 19 from 9 AM to 10 AM"
    )
    assert len(talk.tools.events) == 2


@pytest.mark.parametrize(
    ("pick", "left"),
    [
        ("1", "2024-01-19T09:00:00"),
        ("2", "2024-01-16T14:00:00"),
        ("the second", "2024-01-16T14:00:00"),
        ("the first one please", "2024-01-19T09:00:00"),
        ("number two", "2024-01-16T14:00:00"),
        ("the Friday one", "2024-01-16T14:00:00"),
        ("tomorrow's", "2024-01-19T09:00:00"),
        ("the one at 2pm", "2024-01-19T09:00:00"),
        ("the last one", "2024-01-16T14:00:00"),
    ],
)
async def test_a_pick_cancels_just_that_one_also_after_a_restart(pick, left):
    talk = Conversation(two_meetings())
    await talk.say("cancel my meeting with John")
    talk.restart()
    answer = await talk.say(pick)
    assert answer.startswith("I've cancelled the meeting with John on ")
    assert [row["start_local"] for row in talk.tools.events] == [left]


@pytest.mark.parametrize("pick", ["none of them", "neither", "no, never mind"])
async def test_no_pick_changes_nothing(pick):
    talk = Conversation(two_meetings())
    await talk.say("cancel my meeting with John")
    await talk.say(pick)
    assert len(talk.tools.events) == 2


@pytest.mark.parametrize("pick", ["7", "the seventh", "the Thursday one"])
async def test_a_pick_that_is_not_on_the_list_changes_nothing(pick):
    talk = Conversation(two_meetings())
    await talk.say("cancel my meeting with John")
    await talk.say(pick)
    assert len(talk.tools.events) == 2


async def test_both_cancels_both():
    talk = Conversation(two_meetings())
    await talk.say("cancel my meeting with John")
    await talk.say("both")
    assert talk.tools.events == []


async def test_the_chosen_meeting_is_moved_where_it_was_to_go():
    talk = Conversation(two_meetings())
    await talk.say("move my meeting with John to Thursday at 3 PM")
    answer = await talk.say("the Friday one")
    assert answer == (
        "I've moved the meeting with John from Friday, January 19 at 9 AM to Thursday, January 18 at 3 PM."
    )


async def test_cancelling_several_asks_first_and_names_them():
    talk = Conversation()
    talk.tools.events = [event("Standup", "2024-01-15T11:00:00", 15), event("Review", "2024-01-15T16:00:00")]
    question = await talk.say("cancel all my meetings today")
    assert "Standup" in question
    assert "Review" in question
    assert question.endswith("Should I cancel all of them?")
    assert len(talk.tools.events) == 2
    talk.restart()
    answer = await talk.say("yes please")
    assert answer.startswith("I've cancelled 2 events:")
    assert talk.tools.events == []


async def test_a_no_keeps_them_all():
    talk = Conversation()
    talk.tools.events = [event("Standup", "2024-01-15T11:00:00", 15), event("Review", "2024-01-15T16:00:00")]
    await talk.say("cancel all my meetings today")
    assert await talk.say("no") == "Okay, I won't do that."
    assert await talk.say("yes") != ""
    assert len(talk.tools.events) == 2


async def test_cancelling_all_where_there_is_nothing_says_so():
    talk = Conversation()
    answer = await talk.say("cancel all my meetings today")
    assert "nothing to cancel" in answer
    assert talk.called == ["find_events"]


async def test_cancelling_all_reminders_asks_first():
    talk = Conversation()
    talk.tools.reminders = [reminder("pay rent", "2024-02-01T09:00:00"), reminder("stretch", "2024-01-15T12:00:00")]
    question = await talk.say("cancel all my reminders")
    assert "pay rent" in question
    assert len(talk.tools.reminders) == 2
    assert (await talk.say("yes")).startswith("I've cancelled 2 reminders")
    assert talk.tools.reminders == []


async def test_a_meeting_in_the_past_is_questioned():
    talk = Conversation()
    question = await talk.say("schedule a meeting with John on January 10th 2024 at 2 PM")
    assert question == "Wednesday, January 10 at 2 PM has already passed. Should I schedule it anyway?"
    assert talk.called == []
    assert "Wednesday, January 10 at 2 PM" in await talk.say("yes")
    assert talk.called == ["create_event"]


async def test_a_reminder_in_the_past_is_asked_about_again():
    talk = Conversation()
    question = await talk.say("remind me to call mom yesterday at 9 am")
    assert "has already passed" in question
    assert await talk.say("tomorrow at 9 am") == "I'll remind you on Tuesday, January 16 at 9 AM: call mom."


async def test_yes_and_no_without_a_question_do_nothing():
    talk = Conversation()
    assert "nothing waiting" in await talk.say("yes please")
    assert await talk.say("no") == "Okay."
    assert talk.called == []


async def test_what_was_deleted_by_number_is_the_one_that_was_chosen():
    talk = Conversation()
    talk.tools.tasks = ["write the report", "milk", "send the report"]
    question = await talk.say("delete the task report")
    assert "1. write the report" in question
    await talk.say("the second")
    assert talk.tools.tasks == ["write the report", "milk"]


async def test_the_next_meeting_is_found_before_it_is_reminded_of():
    talk = Conversation()
    talk.tools.events = [event("Standup", "2024-01-16T09:00:00", 15)]
    await talk.say("remind me an hour before my next meeting")
    assert talk.tools.ran[0] == ("find_events", {"from": "2024-01-15T10:30:00", "only_next": True})
    assert talk.tools.ran[1] == (
        "set_reminder",
        {"text": "Standup", "before_event": {"title": "Standup", "minutes": 60}},
    )


async def test_no_next_meeting_means_no_reminder():
    talk = Conversation()
    answer = await talk.say("remind me an hour before my next meeting")
    assert answer == "You have nothing coming up on your calendar, so I've set no reminder."


async def test_the_one_with_somebody_is_found_by_that_person():
    talk = Conversation(two_meetings())
    talk.tools.events.pop()
    assert await talk.say("move my meeting") == "Which meeting should I move?"
    await talk.say("the one with John")
    await talk.say("to 6 pm")
    assert talk.tools.events[0]["start_local"] == "2024-01-16T18:00:00"


async def test_clearing_the_tasks_asks_first_and_deletes_them_by_title():
    talk = Conversation()
    talk.tools.tasks = ["milk", "bread"]
    question = await talk.say("delete all my tasks")
    assert question == "I found 2 tasks:\n\n- bread (task 2)\n- milk (task 1)\n\nShould I delete all of them?"
    assert talk.tools.tasks == ["milk", "bread"]
    await talk.say("yes")
    assert talk.tools.tasks == []


async def test_a_reminder_is_cancelled_by_its_time():
    talk = Conversation()
    talk.tools.reminders = [reminder("stretch", "2024-01-15T12:00:00"), reminder("pay rent", "2024-01-15T18:00:00")]
    assert await talk.say("cancel my 6pm reminder") == "I've cancelled the reminder “pay rent”."
    assert [row["text"] for row in talk.tools.reminders] == ["stretch"]
