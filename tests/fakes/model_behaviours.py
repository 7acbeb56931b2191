"""What the fake vendors do with a request, and the two formats in which they say it.

A behaviour is written as ``kind;option=value;...``, for example ``tokens;n=50;pace=10``. It comes from the script of
the server, or else from the name of the model, or else from the server's default; see ``KINDS``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

KINDS = {
    "echo": "n words (n=), or the person's words again; [[tool:NAME {json}]] in the message calls that tool first",
    "tokens": "n= words, pace= ms between them; markers are obeyed too",
    "tool": "calls name= (several joined by +) with args= (URL-encoded JSON), then answers the results",
    "badargs": "calls name= with arguments that are no JSON",
    "noid": "calls name= without an id",
    "sameindex": "calls name= (several) with whole deltas that all have the index 0, as Ollama did",
    "nousage": "an answer that never tells its tokens",
    "nodone": "an answer whose end is told but not closed: no [DONE], no message_stop, the connection stays open",
    "status": "code=, with Retry-After retry= when given and text message=; echoes the key",
    "picky": "400 as long as the body has one of reject= (joined by +)",
    "told": "an error inside the stream after after= words: type=",
    "garbage": "an event stream of bytes that are no events",
    "badjson": "an event whose data is no JSON",
    "oddjson": "an event whose JSON has another shape",
    "plain": "a whole JSON answer where a stream was asked for",
    "html": "a page",
    "redirect": "307 to to= (URL-encoded)",
    "drop": "closes the connection without a byte, on the first times= requests",
    "hang-headers": "never answers",
    "hang-mid": "stops after after= words, the connection stays open",
    "cut": "closes the connection after after= words",
    "comments": "only keep-alive comments every= ms",
    "pings": "only ping events every= ms",
    "endless": "words without end, pace= ms apart",
    "hugeline": "one line of size= bytes",
    "slow": "the first byte after first= ms, then n= words",
    "length": "stops because of the limit",
    "filtered": "stops because of a filter",
}
_MARKER = re.compile(r"\[\[tool:([\w.-]+)\s*(\{.*?\})?\s*\]\]", re.DOTALL)


@dataclass(frozen=True)
class Behaviour:
    """A kind with its options."""

    kind: str
    options: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Behaviour | None:
        """Return the behaviour that the text names, or None."""
        kind, *pairs = text.split(";")
        if kind not in KINDS:
            return None
        return cls(kind, {name: unquote(value) for name, _, value in (pair.partition("=") for pair in pairs)})

    def number(self, name: str, default: float = 0) -> float:
        """Return a numeric option."""
        return float(self.options.get(name, default))


@dataclass
class Reply:
    """What the model says, before it is put into a format."""

    words: list[str] = field(default_factory=list)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    reason: str = "stop"
    input_tokens: int = 12
    with_usage: bool = True

    @property
    def output_tokens(self) -> int:
        """One a word, ten a call."""
        return len(self.words) + 10 * len(self.calls)


def reply_to(behaviour: Behaviour, body: dict[str, Any]) -> Reply:
    """Return what a model with this behaviour says to this request."""
    text, results = last_words(body)
    reply = Reply(input_tokens=max(1, len(json.dumps(body["messages"])) // 4))
    reply.with_usage = behaviour.kind != "nousage"
    count = int(behaviour.number("n"))
    if behaviour.kind in ("tool", "badargs", "noid", "sameindex") and not results:
        arguments = '{"title": "unfinished' if behaviour.kind == "badargs" else behaviour.options.get("args", "{}")
        names = behaviour.options.get("name", "lookup").split("+")
        reply.calls = [
            ("" if behaviour.kind == "noid" else f"call_{i}", name, arguments) for i, name in enumerate(names)
        ]
    elif not results and (marked := _MARKER.findall(text)):
        reply.calls = [(f"call_{i}", name, given or "{}") for i, (name, given) in enumerate(marked)]
    elif results and not count:
        reply.words = split(f"Done: {' | '.join(results)}")
    else:
        reply.words = [f"word{i} " for i in range(count)] if count else split(f"Echo: {text}")
    reply.reason = {"length": "length", "filtered": "content_filter"}.get(behaviour.kind, reply.reason)
    if reply.calls:
        reply.reason = "tool_calls"
    return reply


def split(text: str) -> list[str]:
    """Return the text in pieces as a model streams them."""
    return re.findall(r"\S+\s*", text) or [text]


def last_words(body: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the person's last text and the tool results that follow it, in either format."""
    text, results = "", []
    for message in body["messages"]:
        content = message.get("content")
        if message["role"] == "tool":
            results.append(str(content))
        elif message["role"] == "user" and isinstance(content, str):
            text, results = content, []
        elif message["role"] == "user":
            found = [block for block in content or () if block["type"] == "tool_result"]
            results += [str(block["content"]) for block in found]
            spoken = [block["text"] for block in content or () if block["type"] == "text"]
            if spoken:
                text = spoken[-1]
                results = results if found else []
    return text, results


def event(data: Any, name: str | None = None) -> bytes:
    """Return one server-sent event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()


def openai_frames(reply: Reply, model: str, body: dict[str, Any], behaviour: Behaviour) -> Iterator[bytes]:
    """Yield the answer as chunks of a chat completion."""

    def chunk(delta: dict[str, Any], reason: str | None = None, **more: Any) -> bytes:
        choices = [] if "usage" in more else [{"index": 0, "delta": delta, "finish_reason": reason}]
        frame = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
        return event(frame | {"choices": choices} | more)

    yield chunk({"role": "assistant", "content": ""})
    for word in reply.words:
        yield chunk({"content": word})
    alike = behaviour.kind == "sameindex"
    for index, (call_id, name, arguments) in enumerate(reply.calls):
        head: dict[str, Any] = {"index": 0 if alike else index, "type": "function"}
        head["function"] = {"name": name, "arguments": arguments if alike else ""}
        yield chunk({"tool_calls": [head | ({"id": call_id} if call_id else {})]})
    longest = 0 if alike else max((len(arguments) for _, _, arguments in reply.calls), default=0)
    for start in range(0, longest, 7):  # the pieces of all calls take turns
        for index, (_, _, arguments) in enumerate(reply.calls):
            if piece := arguments[start : start + 7]:
                yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, reply.reason)
    if reply.with_usage and (body.get("stream_options") or {}).get("include_usage"):
        counts = {"prompt_tokens": reply.input_tokens, "completion_tokens": reply.output_tokens}
        yield chunk({}, usage=counts | {"total_tokens": sum(counts.values())})
    if behaviour.kind != "nodone":
        yield event("[DONE]")


def anthropic_frames(reply: Reply, model: str, body: dict[str, Any], behaviour: Behaviour) -> Iterator[bytes]:
    """Yield the answer as events of a message."""

    def told(kind: str, **more: Any) -> bytes:
        return event({"type": kind, **more}, kind)

    start: dict[str, Any] = {"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": []}
    if reply.with_usage:
        start["usage"] = {"input_tokens": reply.input_tokens, "cache_read_input_tokens": 0, "output_tokens": 1}
    yield told("message_start", message=start)
    yield told("ping")
    index = 0
    if reply.words:
        yield told("content_block_start", index=index, content_block={"type": "text", "text": ""})
        for word in reply.words:
            yield told("content_block_delta", index=index, delta={"type": "text_delta", "text": word})
        yield told("content_block_stop", index=index)
        index += 1
    for call_id, name, arguments in reply.calls:
        block = {"type": "tool_use", "id": call_id or "toolu_1", "name": name, "input": {}}
        yield told("content_block_start", index=index, content_block=block)
        for at in range(0, len(arguments), 7):
            delta = {"type": "input_json_delta", "partial_json": arguments[at : at + 7]}
            yield told("content_block_delta", index=index, delta=delta)
        yield told("content_block_stop", index=index)
        index += 1
    reasons = {"stop": "end_turn", "tool_calls": "tool_use", "length": "max_tokens", "content_filter": "refusal"}
    usage = {"usage": {"output_tokens": reply.output_tokens}} if reply.with_usage else {}
    yield told("message_delta", delta={"stop_reason": reasons[reply.reason], "stop_sequence": None}, **usage)
    if behaviour.kind != "nodone":
        yield told("message_stop")
