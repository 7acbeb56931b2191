"""The dialect of Anthropic's Messages.

Source: Anthropic API reference, "Messages" and "Streaming messages".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import orjson

from steward.adapters.model.failures import ErrorTold
from steward.adapters.model.prompt import arguments_object, own_names, sendable, system_text, turns
from steward.kit.text import plain_label, shortened
from steward.ports.model import Message, ModelEvent, ModelRequest, Stopped, TextDelta, ToolCall, Usage

VERSION = "2023-06-01"
DEFAULT_MAX_TOKENS = 4096
_REASONS: Mapping[str, Literal["end", "tools", "length", "filtered"]] = {
    "tool_use": "tools",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "filtered",
}


class AnthropicMessages:
    """Requests and answers as Messages."""

    path = "/v1/messages"

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the key and the version of the format."""
        return {"x-api-key": key, "anthropic-version": VERSION} if key else {"anthropic-version": VERSION}

    def body(self, model: str, request: ModelRequest, quirks: frozenset[str]) -> dict[str, object]:
        """Return the body of a streamed message; the vendor insists on a limit, so there is a default."""
        body: dict[str, object] = {
            "model": model,
            "max_tokens": request.max_tokens or DEFAULT_MAX_TOKENS,
            "messages": wire_messages(turns(request.messages)),
            "stream": True,
        }
        if system := system_text(request):
            body["system"] = system
        if request.tools:
            body["tools"] = [
                {
                    "name": sendable(tool.name),
                    "description": tool.description,
                    "input_schema": {"type": "object", **tool.parameters},
                }
                for tool in request.tools
            ]
        if request.temperature is not None and "temperature" not in quirks:
            body["temperature"] = min(request.temperature, 1.0)  # this vendor's scale ends at 1
        return body

    def quirk(self, complaint: str) -> str | None:
        """Return "temperature" when it is complained about."""
        return "temperature" if "temperature" in complaint else None

    def decoder(self, provider: str, model: str, request: ModelRequest) -> EventDecoder:
        """Return the decoder for the answer to this request."""
        return EventDecoder(provider, model, own_names(request.tools))


def wire_messages(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """Return the history with the roles in turn, the person first, as this vendor insists.

    Neighbours of one role become one message; a tool's result counts as the person's. Texts that are empty are left
    out, because the vendor refuses them.
    """
    merged: list[dict[str, Any]] = []
    for message in messages:
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _blocks(message)
        if merged and merged[-1]["role"] == role:
            merged[-1]["content"] += blocks
        elif blocks:
            merged.append({"role": role, "content": blocks})
    if not merged or merged[0]["role"] != "user":
        merged.insert(0, {"role": "user", "content": [{"type": "text", "text": "(continued)"}]})
    return merged


def _blocks(message: Message) -> list[dict[str, Any]]:
    if message.role == "tool":
        result = {"type": "tool_result", "tool_use_id": sendable(message.call_id or ""), "content": message.content}
        return [result]
    text = message.content.rstrip() if message.role == "assistant" else message.content
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text}] if text.strip() else []
    for call in message.tool_calls:
        blocks.append(
            {
                "type": "tool_use",
                "id": sendable(call.call_id),
                "name": sendable(call.name),
                "input": arguments_object(call.arguments),
            }
        )
    return blocks


class EventDecoder:
    """Turns the events of one message into the port's events."""

    def __init__(self, provider: str, model: str, names: Mapping[str, str]) -> None:
        self.complete = False
        self.done = False
        self._provider = provider
        self._model = model
        self._names = names
        self._open: dict[int, tuple[str, str, list[str]]] = {}
        self._usage: dict[str, int] = {}
        self._reason = "end_turn"

    def read(self, payload: bytes) -> Sequence[ModelEvent] | None:
        """Return the events of one payload; None for a ping and for kinds that are not known yet."""
        event: dict[str, Any] = orjson.loads(payload)
        kind = event["type"]
        if kind == "content_block_delta":
            return self._delta(event["index"], event["delta"])
        if kind == "content_block_start":
            return self._start(event["index"], event["content_block"])
        if kind == "content_block_stop":
            return self._stop(event["index"])
        if kind == "message_delta":
            self._count(event.get("usage"))
            if reason := event["delta"].get("stop_reason"):
                self._reason, self.complete = reason, True
            return ()
        if kind == "message_start":
            self._model = event["message"].get("model") or self._model
            self._count(event["message"].get("usage"))
            return ()
        if kind == "message_stop":
            self.done = True
            return ()
        if kind == "error":
            raise ErrorTold(payload)
        return None

    def end(self) -> Sequence[ModelEvent]:
        """Return the usage if it was told, and ``Stopped``."""
        events: list[ModelEvent] = []
        if self._usage:
            given = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
            read = sum(self._usage.get(name, 0) for name in given)
            events.append(Usage(read, self._usage.get("output_tokens", 0)))
        model = shortened(plain_label(str(self._model)), 128)
        events.append(Stopped(_REASONS.get(self._reason, "end"), f"{self._provider}:{model}"))
        return events

    def _start(self, index: int, block: dict[str, Any]) -> Sequence[ModelEvent]:
        if block["type"] == "tool_use":
            whole = [orjson.dumps(block["input"]).decode()] if block.get("input") else []
            self._open[index] = (block["id"], block["name"], whole)
        elif block["type"] == "text" and block.get("text"):
            return (TextDelta(block["text"]),)
        return ()

    def _delta(self, index: int, delta: dict[str, Any]) -> Sequence[ModelEvent]:
        if delta["type"] == "text_delta":
            return (TextDelta(delta["text"]),) if delta["text"] else ()
        if delta["type"] == "input_json_delta":
            self._open[index][2].append(delta["partial_json"])
        return ()

    def _stop(self, index: int) -> Sequence[ModelEvent]:
        call = self._open.pop(index, None)
        if call is None:
            return ()
        call_id, name, pieces = call
        return (ToolCall(call_id, self._names.get(name, name), "".join(pieces) or "{}"),)

    def _count(self, usage: Mapping[str, Any] | None) -> None:
        """Note the latest count of each kind: the counts of ``message_delta`` are totals, not increments."""
        self._usage |= {name: count for name, count in (usage or {}).items() if isinstance(count, int)}
