"""Requests that the tests of this folder send, and how they read answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from steward.ports.model import (
    ChatModel,
    Message,
    ModelEvent,
    ModelRequest,
    Stopped,
    Surroundings,
    TextDelta,
    ToolCall,
    ToolSpec,
)

LOOKUP = ToolSpec(
    "lookup",
    "Finds things.",
    {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
)
REMIND = ToolSpec("reminders.create", "Makes a reminder.", {"type": "object", "properties": {}})
MOMENT = Surroundings(datetime(2026, 3, 9, 22, 30, tzinfo=UTC), zone="Europe/Berlin", person="Ada <b>L</b>")
LONG = (
    Message("system", "You are kind."),
    Message("user", "Find milk."),
    Message(
        "assistant",
        "Looking.",
        tool_calls=(
            ToolCall("call_1", "lookup", '{"title":"milk"}'),
            ToolCall("call.2", "reminders.create", '{"title": "unfin'),
        ),
    ),
    Message("tool", '{"found":true}', call_id="call_1", name="lookup"),
    Message("tool", '{"error":"not JSON"}', call_id="call.2", name="reminders.create"),
    Message("system", "Be brief."),
    Message("assistant", "Found it."),
    Message("user", "Thanks."),
    Message("user", "And bread?"),
)


def asked(text: str = "hello there", **more: Any) -> ModelRequest:
    """Return a request with one message."""
    return ModelRequest("any", (Message("user", text),), **more)


async def heard(model: ChatModel, request: ModelRequest | None = None) -> list[ModelEvent]:
    """Return all events of an answer."""
    return [event async for event in model.stream(request or asked())]


def text_of(events: list[ModelEvent]) -> str:
    """Return the text of an answer."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def stop_of(events: list[ModelEvent]) -> Stopped:
    """Return the last event."""
    assert isinstance(events[-1], Stopped)
    return events[-1]
