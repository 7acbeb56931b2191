from __future__ import annotations

from tests.adapters.model_offline.conversation import Conversation


async def test_a_morning_with_the_assistant():
    talk = Conversation()

    answer = await talk.say("Schedule a meeting with John tomorrow at 2 PM")
    assert answer == "I've scheduled a meeting with John for Tuesday, January 16 at 2 PM, for 1 hour."
    assert talk.tools.ran[-1][1]["attendees"] == ["John"]

    answer = await talk.say("what's on tomorrow?")
    assert answer == "You have 1 event on Tuesday, January 16:\n\n- 2 PM to 3 PM: Meeting with John"

    answer = await talk.say("remind me to call mum in 45 minutes")
    assert answer == "I'll remind you on Monday, January 15 at 11:15 AM: call mum."

    assert await talk.say("add milk to my tasks") == "I've added “milk” to your tasks."

    answer = await talk.say("what is 17% of 2,349?")
    assert "399.33" in answer
    assert "17% of 2,349" in answer

    answer = await talk.say("move the meeting with John to 4")
    assert answer == (
        "I've moved the meeting with John from Tuesday, January 16 at 2 PM to Tuesday, January 16 at 4 PM."
    )

    assert await talk.say("undo that") == "I've undone that: Meeting with John is back at its old time."
    assert talk.tools.events[0]["start_local"] == "2024-01-16T14:00:00"


async def test_an_event_at_the_same_time_is_mentioned():
    talk = Conversation()
    await talk.say("Schedule a meeting with John tomorrow at 2 PM")
    answer = await talk.say("book a 30 minute call with Priya tomorrow at 2:30 pm")
    assert "It overlaps with the meeting with John (Tuesday, January 16 from 2 PM to 3 PM)." in answer
    assert len(talk.tools.events) == 2


async def test_a_missing_time_is_asked_for_and_completed_after_a_restart():
    talk = Conversation()
    question = await talk.say("Schedule a meeting with John")
    assert question.endswith("?")
    assert talk.called == []
    talk.restart()
    answer = await talk.say("tomorrow at 2")
    assert answer == "I've scheduled a meeting with John for Tuesday, January 16 at 2 PM, for 1 hour."


async def test_day_and_time_may_come_in_two_answers():
    talk = Conversation()
    await talk.say("Schedule a meeting with John")
    question = await talk.say("tomorrow")
    assert question.endswith("?")
    assert talk.called == []
    answer = await talk.say("at 2 pm")
    assert "for Tuesday, January 16 at 2 PM" in answer


async def test_another_wish_leaves_the_question_behind():
    talk = Conversation()
    await talk.say("Schedule a meeting with John")
    assert await talk.say("add milk to my tasks") == "I've added “milk” to your tasks."
    assert talk.called == ["add_task"]


async def test_never_mind_drops_the_question():
    talk = Conversation()
    await talk.say("Schedule a meeting with John")
    assert await talk.say("never mind") == "Okay, I won't do that."
    await talk.say("tomorrow at 2")
    assert "create_event" not in talk.called


async def test_an_old_question_is_not_answered_by_a_late_yes():
    talk = Conversation()
    await talk.say("schedule a meeting with John today at 9 am")
    talk.now = talk.now.replace(day=17)
    await talk.say("yes")
    assert talk.called == []


async def test_repeat_says_the_last_answer_again():
    talk = Conversation()
    first = await talk.say("add milk to my tasks")
    assert await talk.say("say that again") == first
    assert talk.called == ["add_task"]


async def test_a_question_that_was_repeated_still_waits():
    talk = Conversation()
    question = await talk.say("Schedule a meeting with John")
    assert await talk.say("say that again") == question
    assert "I've scheduled a meeting with John" in await talk.say("tomorrow at 2 pm")


async def test_a_tool_that_is_not_offered_is_said_to_be_missing():
    talk = Conversation(specs=())
    answer = await talk.say("Schedule a meeting with John tomorrow at 2 PM")
    assert "not available" in answer
    assert talk.called == []


async def test_sums_and_the_clock_need_no_tools():
    talk = Conversation(specs=())
    assert "399.33" in await talk.say("what is 17% of 2,349?")
    assert await talk.say("what time is it") == "It's 10:30 AM on Monday, January 15, 2024."
    assert await talk.say("how many days until March 1st") == "There are 46 days until Friday, March 1, 2024."
    assert "16.09" in await talk.say("convert 10 miles to kilometers")
