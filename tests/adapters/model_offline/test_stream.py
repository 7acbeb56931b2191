from __future__ import annotations

import json
from datetime import UTC, datetime
from time import perf_counter

import pytest

from steward.adapters.model.offline import OfflineModel
from steward.kit.clock import SettableClock
from steward.ports.model import (
    ChatModel,
    FrameNoted,
    Message,
    ModelEvent,
    ModelRequest,
    Stopped,
    Surroundings,
    TextDelta,
    ToolCall,
    ToolSpec,
    Usage,
)
from tests.adapters.model_offline.conversation import SPECS, Conversation
from tests.adapters.model_offline.played_tools import NOW, ZONE, event


def ask(text: str, **more: object) -> list[ModelEvent]:
    return answer([Message("user", text)], **more)


def answer(messages: list[Message], tools: tuple[ToolSpec, ...] = SPECS, **more: object) -> list[ModelEvent]:
    request = ModelRequest("offline", messages, tools, surroundings=Surroundings(NOW, ZONE), **more)  # type: ignore[arg-type]
    return list(OfflineModel().events(request))


def said(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def test_it_is_a_chat_model_with_its_own_name():
    model: ChatModel = OfflineModel()
    assert model.name == "offline:steward"


def test_a_command_is_noted_called_counted_and_stopped_in_that_order():
    noted, call, usage, stopped = ask("Schedule a meeting with John tomorrow at 2 PM")
    assert isinstance(noted, FrameNoted)
    assert noted.frame["intent"] == "schedule_meeting"
    assert noted.frame["entities"] == {"person": "John", "date": "2024-01-16", "time": "14:00:00", "duration": 60}
    assert noted.frame["confidence"] >= 0.9
    assert noted.frame["source"] == "pattern"
    assert noted.frame["missing"] == []
    assert isinstance(call, ToolCall)
    assert call.name == "create_event"
    assert json.loads(call.arguments)["start"] == "2024-01-16T14:00:00"
    assert usage == Usage(12, -(-len(call.arguments) // 4))
    assert stopped == Stopped("tools", "offline:steward")


def test_text_comes_in_several_pieces_whose_sum_is_the_text():
    events = ask("help")
    pieces = [event.text for event in events if isinstance(event, TextDelta)]
    assert len(pieces) > 10
    assert said(events).startswith("Here is what I can do:\n\n- **Calendar**")
    assert all(piece for piece in pieces)
    assert events[-2] == Usage(1, -(-len(said(events)) // 4))
    assert events[-1] == Stopped("end", "offline:steward")


def test_a_question_notes_what_it_waits_for():
    events = ask("Schedule a meeting with John")
    frames = [event.frame for event in events if isinstance(event, FrameNoted)]
    assert [frame.get("intent") for frame in frames] == ["schedule_meeting", None]
    assert frames[1]["kind"] == "slot"
    assert frames[1]["pending"]["entities"]["person"] == "John"
    assert frames[1]["pending"]["missing"] == ["date", "time"]
    assert json.loads(json.dumps(frames[1])) == frames[1]
    assert said(events).endswith("?")


def test_max_tokens_cut_the_text():
    events = ask("help", max_tokens=5)
    assert said(events) == "Here is what I can d"
    assert events[-2:] == [Usage(1, 5), Stopped("length", "offline:steward")]


def test_the_same_request_gives_the_same_events():
    assert ask("Schedule a meeting with John tomorrow at 2 PM") == ask("Schedule a meeting with John tomorrow at 2 PM")


def test_calls_of_one_conversation_have_different_ids():
    first = ask("add milk to my tasks")[1]
    history = [
        Message("user", "add milk to my tasks"),
        Message("assistant", "ok"),
        Message("user", "add milk to my tasks"),
    ]
    second = answer(history)[1]
    assert isinstance(first, ToolCall)
    assert isinstance(second, ToolCall)
    assert first.call_id != second.call_id


def test_without_surroundings_the_clock_is_read_in_utc():
    clock = SettableClock(datetime(2024, 5, 1, 12, 0, tzinfo=UTC))
    events = list(OfflineModel(clock).events(ModelRequest("offline", [Message("user", "what time is it")])))
    assert said(events) == "It's noon on Wednesday, May 1, 2024."


def test_an_unknown_zone_is_taken_for_utc():
    request = ModelRequest("o", [Message("user", "what time is it")], surroundings=Surroundings(NOW, "Mars/Olympus"))
    assert said(list(OfflineModel().events(request))) == "It's 3:30 PM on Monday, January 15, 2024."


def test_the_locale_decides_how_a_day_is_written():
    surroundings = Surroundings(NOW, ZONE, "en-GB")
    call = ToolCall("c", "create_event", "{}")
    result = json.dumps({"ok": True, "event": event("Standup", "2024-01-16T09:00:00"), "conflicts": []})
    messages = [Message("user", "x"), Message("assistant", tool_calls=(call,)), Message("tool", result, call_id="c")]
    text = said(list(OfflineModel().events(ModelRequest("o", messages, SPECS, surroundings=surroundings))))
    assert text == "I've scheduled “Standup” for Tuesday 16 January at 9 AM, for 1 hour."


@pytest.mark.parametrize(
    "messages", [[], [Message("system", "Be kind.")], [Message("user", "   ")], [Message("assistant", "x")]]
)
def test_a_history_without_a_question_is_answered_all_the_same(messages):
    assert said(answer(messages)) == "What can I do for you?"


def test_a_lookup_made_by_another_model_does_not_lead_to_a_cancellation():
    call = ToolCall("c", "find_events", json.dumps({"query": "standup"}))
    result = json.dumps({"ok": True, "events": [event("Standup", "2024-01-15T11:00:00")], "total": 1})
    messages = [
        Message("user", "cancel all my meetings today"),
        Message("assistant", tool_calls=(call,)),
        Message("tool", result, call_id="c", name="find_events"),
    ]
    assert not any(isinstance(event, ToolCall) for event in answer(messages))


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, je voudrais une réunion avec vous demain",
        "Bitte erinnere mich morgen um 9 Uhr",
        "明日の予定は何ですか",
        "встреча завтра в три",
    ],
)
def test_other_languages_are_told_that_only_english_is_understood(text):
    events = ask(text)
    assert "only understand English" in said(events)
    assert not any(isinstance(event, ToolCall) for event in events)


async def test_a_turn_takes_less_than_two_milliseconds_besides_understanding():
    call = ToolCall("c", "find_events", '{"from": "2024-01-16", "to": "2024-01-16"}')
    rows = [event(f"Meeting {n}", "2024-01-16T09:00:00") for n in range(20)]
    result = json.dumps({"ok": True, "events": rows, "total": 20})
    messages = [
        Message("user", "hello"),
        Message("assistant", tool_calls=(call,)),
        Message("tool", result, call_id="c"),
    ]
    answer(messages)
    fastest = 1.0
    for _ in range(20):
        started = perf_counter()
        answer(messages)
        fastest = min(fastest, perf_counter() - started)
    assert fastest < 0.02  # ten times the goal, because other work shares the machine


async def test_the_stream_is_the_events():
    talk = Conversation()
    assert await talk.say("hello there") == "Hello. What can I do for you?"
    assert talk.frame["intent"] == "greeting"
