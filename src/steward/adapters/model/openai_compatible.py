"""The dialect of OpenAI's chat completions, which Ollama, vLLM, Groq, Mistral and others speak too.

Source: OpenAI API reference, "Create chat completion" and "Streaming". Where other servers differ is noted at the line
that copes with it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson

from steward.adapters.model.failures import ErrorTold
from steward.adapters.model.prompt import arguments_object, own_names, sendable, system_text, turns
from steward.kit.text import plain_label, shortened
from steward.ports.model import Message, ModelEvent, ModelRequest, Stopped, TextDelta, ToolCall, Usage

_REASONS: Mapping[str, Literal["end", "tools", "length", "filtered"]] = {
    "stop": "end",
    "tool_calls": "tools",
    "function_call": "tools",
    "length": "length",
    "content_filter": "filtered",
}


class OpenAICompatible:
    """Requests and answers as chat completions."""

    path = "/chat/completions"

    def headers(self, key: str) -> Mapping[str, str]:
        """Return the bearer header; none without a key, as local servers want it."""
        return {"authorization": f"Bearer {key}"} if key else {}

    def body(self, model: str, request: ModelRequest, quirks: frozenset[str]) -> dict[str, object]:
        """Return the body of a streamed chat completion."""
        system = system_text(request)
        messages: list[dict[str, object]] = [{"role": "system", "content": system}] if system else []
        messages += [_wire_message(message) for message in turns(request.messages)]
        body: dict[str, object] = {"model": model, "messages": messages, "stream": True}
        if "stream_options" not in quirks:
            body["stream_options"] = {"include_usage": True}
        if request.tools:
            body["tools"] = [
                {
                    "type": "function",
                    "function": {
                        "name": sendable(tool.name),
                        "description": tool.description,
                        "parameters": dict(tool.parameters),
                    },
                }
                for tool in request.tools
            ]
        if request.temperature is not None and "temperature" not in quirks:
            body["temperature"] = request.temperature
        if request.max_tokens is not None:
            body["max_completion_tokens" if "max_tokens" in quirks else "max_tokens"] = request.max_tokens
        return body

    def quirk(self, complaint: str) -> str | None:
        """Return the parameter complained about: reasoning models refuse two, older servers the third."""
        if "max_completion_tokens" in complaint:
            return "max_tokens"
        return next((name for name in ("temperature", "stream_options") if name in complaint), None)

    def decoder(self, provider: str, model: str, request: ModelRequest) -> ChunkDecoder:
        """Return the decoder for the answer to this request."""
        return ChunkDecoder(provider, model, own_names(request.tools))


def _wire_message(message: Message) -> dict[str, object]:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": sendable(message.call_id or ""), "content": message.content}
    if not message.tool_calls:
        return {"role": message.role, "content": message.content}
    calls = [
        {
            "id": sendable(call.call_id),
            "type": "function",
            "function": {
                "name": sendable(call.name),
                "arguments": orjson.dumps(arguments_object(call.arguments)).decode(),
            },
        }
        for call in message.tool_calls
    ]
    return {"role": "assistant", "content": message.content or None, "tool_calls": calls}


class _Call:
    """A tool call that is still being written."""

    __slots__ = ("arguments", "call_id", "index", "name")

    def __init__(self, index: object) -> None:
        self.index = index
        self.call_id = ""
        self.name = ""
        self.arguments: list[str] = []


class ChunkDecoder:
    """Turns the chunks of one chat completion into events."""

    def __init__(self, provider: str, model: str, names: Mapping[str, str]) -> None:
        self.complete = False
        self.done = False
        self._provider = provider
        self._model = model
        self._names = names
        self._calls: list[_Call] = []
        self._reason: str = "stop"
        self._usage: Usage | None = None

    def read(self, payload: bytes) -> Sequence[ModelEvent] | None:
        """Return the events of one chunk; tool calls are held until all of their pieces are there."""
        if payload == b"[DONE]":
            self.done = True
            return ()
        chunk: dict[str, Any] = orjson.loads(payload)
        if chunk.get("error"):
            raise ErrorTold(payload)
        if usage := chunk.get("usage"):
            self._usage = Usage(int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0))
        choices = chunk.get("choices")
        if not choices:
            return () if usage else None
        choice = choices[0]
        if reason := choice.get("finish_reason"):
            self.complete = True
            self._reason = reason
            if model := chunk.get("model"):
                self._model = model
        delta = choice.get("delta")
        if not delta:
            return () if reason else None
        for piece in delta.get("tool_calls") or ():
            self._gather(piece)
        text = delta.get("content") or delta.get("refusal")
        if not text:
            return ()
        return (TextDelta(text if isinstance(text, str) else _text_of(text)),)

    def end(self) -> Sequence[ModelEvent]:
        """Return the tool calls in order, the usage if it was told, and ``Stopped``."""
        events: list[ModelEvent] = [
            ToolCall(
                call.call_id or f"call_{uuid.uuid4().hex[:24]}",
                self._names.get(call.name, call.name),
                "".join(call.arguments) or "{}",
            )
            for call in self._calls
        ]
        reason = _REASONS.get(self._reason, "end")
        if events and reason == "end":  # several compatible servers say "stop" after tool calls
            reason = "tools"
        if self._usage is not None:
            events.append(self._usage)
        events.append(Stopped(reason, f"{self._provider}:{shortened(plain_label(str(self._model)), 128)}"))
        return events

    def _gather(self, piece: dict[str, Any]) -> None:
        call = self._call_for(piece.get("index"), piece.get("id") or "")
        call.call_id = call.call_id or piece.get("id") or ""
        function = piece.get("function") or {}
        call.name = call.name or function.get("name") or ""
        if arguments := function.get("arguments"):
            call.arguments.append(arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode())

    def _call_for(self, index: object, call_id: str) -> _Call:
        """Return the call that a piece belongs to.

        Some servers give every call the index 0 and tell them apart by id; some give no index at all.
        """
        for call in reversed(self._calls):
            if call.index == index and (not call_id or call.call_id in ("", call_id)):
                return call
        self._calls.append(_Call(index))
        return self._calls[-1]


def _text_of(parts: Sequence[dict[str, Any]]) -> str:
    """Return the text of a content that is a list of parts, as Mistral sends it."""
    return "".join(str(part.get("text") or "") for part in parts)
