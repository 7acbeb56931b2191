"""Sentences of every intent, and sentences that must never act."""

from __future__ import annotations

import pytest

from tests.adapters.model_offline.conversation import Conversation

UNKNOWN = (
    "what's the capital of France",
    "help me debug this Python function",
    "write a poem about the sea",
    "who won the match yesterday",
    "explain quantum computing in simple terms",
    "the weather was lovely at the beach",
    "translate good night to spanish",
    "asdf qwer zxcv",
    "delete",
    "remind",
    "🤷",
    "my meeting yesterday was awful",
    "cancel culture is a strange thing",
)


@pytest.mark.parametrize("text", UNKNOWN)
async def test_what_is_not_understood_never_acts(text):
    talk = Conversation()
    answer = await talk.say(text)
    assert answer
    acted = set(talk.called) - {"find_events", "list_tasks", "list_reminders", "list_notes"}
    assert acted == set()


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("book a 30 minute call with Priya today at 4:15 pm", "create_event"),
        ("push my 2 o'clock back by 30 minutes", "move_event"),
        ("call off the team standup on Friday", "cancel_event"),
        ("when is my next meeting", "find_events"),
        ("am I free tomorrow at 3", "find_free_time"),
        ("don't let me forget to pick up the kids at quarter past three", "set_reminder"),
        ("what reminders do I have", "list_reminders"),
        ("cancel the reminder to pay rent", "cancel_reminder"),
        ("start a 25 minute timer", "set_reminder"),
        ("put eggs and bread on my shopping list", "add_task"),
        ("done with task 3", "complete_task"),
        ("delete the task clean the garage", "delete_task"),
        ("show my to-do list", "list_tasks"),
        ("take a note that the wifi password is sunflower", "create_note"),
        ("find my note about the wifi", "list_notes"),
        ("what's 2 + 2 * 3", "calculate"),
        ("convert 10 miles to kilometers", "convert_units"),
        ("what time is it in Tokyo", "current_time"),
        ("what's today's date", "current_time"),
        ("how many days until March 1st", "days_until"),
        ("summarise my day", "daily_summary"),
        ("undo that", "undo_last"),
    ],
)
async def test_each_command_runs_its_tool(text, tool):
    talk = Conversation()
    await talk.say(text)
    assert talk.called == [tool]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("text John that I'm running late", "Sending messages isn't set up yet, so nothing was sent to John."),
        ("help", "Here is what I can do:"),
        ("yes please", "Okay."),
        ("no, never mind", "Okay."),
        ("stop", "Okay."),
        ("say that again", "I haven't said anything yet."),
        ("hello there", "Hello."),
        ("thank you so much", "You're welcome."),
        ("goodbye", "Goodbye."),
        ("who are you", "I'm Steward"),
        ("tell me a joke", "Why did the calendar"),
        ("write a poem about the sea", "I can't do that without a language model."),
        ("what day of the week is February 29th", "February 29, 2024 is a Thursday."),
    ],
)
async def test_each_other_message_is_answered_in_words(text, start):
    talk = Conversation()
    assert (await talk.say(text)).startswith(start)
    assert talk.called == []


async def test_it_means_the_meeting_just_spoken_of():
    talk = Conversation()
    await talk.say("Schedule a meeting with John tomorrow at 2 PM")
    answer = await talk.say("move it to 4")
    assert answer.endswith("from Tuesday, January 16 at 2 PM to Tuesday, January 16 at 4 PM.")


async def test_it_means_nothing_when_nothing_was_spoken_of():
    talk = Conversation()
    assert await talk.say("move it to 4") == "Which meeting should I move?"
    assert talk.called == []
