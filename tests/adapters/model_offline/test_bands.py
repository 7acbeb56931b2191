"""How sure the understanding has to be before something happens."""

from __future__ import annotations

import pytest

from steward.adapters.model import offline_dialogue
from steward.nlu import Context, Frame
from tests.adapters.model_offline.conversation import Conversation
from tests.adapters.model_offline.played_tools import event

ENTITIES = {"person": "John", "date": "2024-01-16", "time": "14:00:00"}
UNSURE = Frame("unknown", {}, 0.0, "none", (), (("schedule_meeting", 0.5), ("set_reminder", 0.3)))


@pytest.fixture
def understood(monkeypatch):
    """Make the first sentence mean a given frame; everything after it is understood as always."""
    real = offline_dialogue.understand

    def use(frame: Frame, text: str) -> None:
        def stub(said: str, context: Context) -> Frame:
            return frame if said == text else real(said, context)

        monkeypatch.setattr(offline_dialogue, "understand", stub)

    return use


async def test_a_guess_at_something_outward_is_confirmed_first(understood):
    guess = Frame("schedule_meeting", ENTITIES, 0.97, "classifier", needs_confirmation=True)
    understood(guess, "get John in")
    talk = Conversation()
    question = await talk.say("get John in")
    assert question == (
        "Just to be sure: should I put “Meeting with John” on your calendar for Tuesday, January 16 at 2 PM?"
    )
    assert talk.called == []
    talk.restart()
    assert (await talk.say("yes")).startswith("I've scheduled a meeting with John")
    assert talk.frame["intent"] == "schedule_meeting"
    assert talk.frame["source"] == "pending"


async def test_a_confirmation_that_is_denied_does_nothing(understood):
    understood(Frame("cancel_meeting", {"person": "John"}, 0.97, "classifier", needs_confirmation=True), "drop John")
    talk = Conversation()
    talk.tools.events = [event("Meeting with John", "2024-01-16T14:00:00", people=("John",))]
    assert await talk.say("drop John") == "Just to be sure: should I cancel the meeting with John?"
    await talk.say("no")
    assert talk.called == []


async def test_a_harmless_guess_that_is_sure_enough_acts(understood):
    understood(Frame("list_tasks", {}, 0.96, "classifier"), "chores?")
    talk = Conversation()
    await talk.say("chores?")
    assert talk.called == ["list_tasks"]


async def test_a_weak_guess_asks_what_was_meant(understood):
    understood(Frame("add_task", {"title": "x"}, 0.6, "classifier", (), (("create_note", 0.3),)), "x maybe")
    talk = Conversation()
    answer = await talk.say("x maybe")
    assert answer == (
        "I'm not sure what you want. Did you mean to add a task or keep a note? "
        "Say “the first” or “the second”, or put it another way."
    )
    assert talk.called == []


async def test_the_meant_intent_is_carried_on_with_its_questions(understood):
    understood(UNSURE, "something with John")
    talk = Conversation()
    answer = await talk.say("something with John")
    assert "Did you mean to schedule a meeting or set a reminder?" in answer
    talk.restart()
    assert await talk.say("the second") == "What should I remind you about?"
    await talk.say("call mum")
    assert await talk.say("tomorrow at 9 am") == "I'll remind you on Tuesday, January 16 at 9 AM: call mum."
    assert talk.called == ["set_reminder"]


async def test_neither_of_the_two_does_nothing(understood):
    understood(UNSURE, "something with John")
    talk = Conversation()
    await talk.say("something with John")
    assert await talk.say("neither") == "Okay, I've left everything as it is."
    assert talk.called == []
