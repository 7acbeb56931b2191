"""What every vendor is told, before it is put into the vendor's own format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from steward.kit.clock import at_zone
from steward.kit.text import plain_label, shortened
from steward.ports.model import Message, ModelRequest, Surroundings, ToolCall, ToolSpec

_UNSENDABLE = re.compile(r"[^a-zA-Z0-9_-]")
_NOT_RUN = '{"error":"This tool was not run."}'


def system_text(request: ModelRequest) -> str:
    """Return all system messages as one text, followed by the surroundings."""
    parts = [message.content for message in request.messages if message.role == "system" and message.content]
    if request.surroundings is not None:
        parts.append(surroundings_text(request.surroundings))
    return "\n\n".join(parts)


def surroundings_text(surroundings: Surroundings) -> str:
    """Return the moment in words: date, time, zone, language and name; contacts and titles stay at home."""
    local = at_zone(surroundings.now, surroundings.zone)
    text = (
        f"It is {local:%A}, {local:%Y-%m-%d} {local:%H:%M} (UTC{local:%z}) in {surroundings.zone}. "
        f"The person's locale is {surroundings.locale}."
    )
    name = shortened(plain_label(surroundings.person), 80)
    return f"{text} The person's name is {name}." if name else text


def turns(messages: Sequence[Message]) -> Iterator[Message]:
    """Yield the history without system messages, with each tool call followed by exactly one result.

    Vendors refuse a history in which a call has no result (a turn that was cut off) or a result has no call (a history
    that was shortened), and would go on refusing every later turn of that conversation.
    """
    open_calls: dict[str, ToolCall] = {}
    for message in messages:
        if message.role == "system":
            continue
        if message.role == "tool":
            if open_calls.pop(message.call_id or "", None) is not None:
                yield message
            continue
        yield from _not_run(open_calls.values())
        open_calls = {call.call_id: call for call in message.tool_calls}
        yield message
    yield from _not_run(open_calls.values())


def _not_run(calls: Iterable[ToolCall]) -> Iterator[Message]:
    return (Message("tool", _NOT_RUN, call_id=call.call_id, name=call.name) for call in calls)


def arguments_object(raw: str) -> dict[str, Any]:
    """Return a call's arguments as an object; text that is none becomes ``{"invalid": text}``.

    The model may have written anything, and vendors refuse a history whose arguments they cannot parse.
    """
    try:
        found = orjson.loads(raw or "{}")
    except orjson.JSONDecodeError:
        return {"invalid": raw}
    return found if isinstance(found, dict) else {"invalid": raw}


def sendable(text: str) -> str:
    """Return a tool's name or a call's id with the characters that vendors accept, at most 64 of them."""
    return _UNSENDABLE.sub("_", text)[:64]


def own_names(tools: Sequence[ToolSpec]) -> Mapping[str, str]:
    """Return our tool names by their sendable form, for the calls that come back."""
    return {sendable(tool.name): tool.name for tool in tools}
