"""The model that is always there: it understands by rules, calls tools and answers, without a network or a key.

The same request always gives the same answer. It understands English only; what it does not understand it says, and
never acts on.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from steward.adapters.model.offline_dialogue import hear
from steward.adapters.model.offline_previews import PREVIEWS
from steward.adapters.model.offline_told import told
from steward.adapters.model.offline_turn import Call, Moment, Reply, frame_json, pending_json
from steward.kit.clock import Clock, SystemClock, at_zone
from steward.nlu import Context, Frame
from steward.ports.model import (
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

NAME = "offline:steward"
CHARACTERS_A_TOKEN = 4
"""The offline model counts a quarter of the characters, rounded up, as tokens, so that its figures compare."""

_LOOKS = frozenset(tool for tool, _ in PREVIEWS)
_PIECE = re.compile(r"\s*(?:\S+\s*){1,3}")


class OfflineModel:
    """A ``ChatModel`` without a model: rules in, tool calls and plain sentences out.

    ``clock`` is read only for requests that say nothing of their surroundings.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    @property
    def name(self) -> str:
        """``offline:steward``."""
        return NAME

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Yield the answer: what was understood, then calls or text, then usage; it never fails."""
        for event in self.events(request):
            yield event

    def events(self, request: ModelRequest) -> Iterator[ModelEvent]:
        """Yield the same events without waiting for anything."""
        surroundings = request.surroundings or Surroundings(self._clock.now())
        frame, reply = _next_step(request, surroundings)
        if frame is not None:
            yield FrameNoted(frame_json(frame))
        if reply.pending is not None:
            yield FrameNoted(pending_json(reply.pending, _moment(request, surroundings, "").instant))
        if reply.calls:
            calls = _tool_calls(reply.calls, request)
            yield from calls
            yield Usage(_tokens_in(request), sum(_tokens(call.arguments) for call in calls))
            yield Stopped("tools", NAME)
            return
        text, is_cut = _cut(reply.text, request.max_tokens)
        for piece in _PIECE.findall(text):
            yield TextDelta(piece)
        yield Usage(_tokens_in(request), _tokens(text))
        yield Stopped("length" if is_cut else "end", NAME)


def _next_step(request: ModelRequest, surroundings: Surroundings) -> tuple[Frame | None, Reply]:
    """Return what the newest message was taken for (None after tools ran) and what comes next."""
    history = [message for message in request.messages if message.role != "system"]
    answered = len(history)
    while answered and history[answered - 1].role == "tool":
        answered -= 1
    asked = next((i for i in range(answered - 1, -1, -1) if history[i].role == "user"), None)
    text = history[asked].content if asked is not None else ""
    moment = _moment(request, surroundings, text)
    if answered == len(history):
        heard = hear(history, moment)
        return heard.frame, heard.reply
    calling = history[answered - 1] if answered else None
    pairs = _pairs(calling.tool_calls if calling is not None else (), history[answered:])
    wanted = None
    if asked is not None and any(call.name in _LOOKS for call, _ in pairs):
        heard = hear(history[: asked + 1], moment)
        planned = heard.reply.calls
        is_ours = len(planned) == 1 and len(pairs) == 1 and _is_ours(pairs[0][0], planned[0])
        wanted = heard.frame if is_ours else None
    reply = told(pairs, wanted, moment)
    if any(call.name not in moment.tools for call in reply.calls):
        return None, Reply("I can't do that here: the tool for it is not available.")
    return None, reply


def _moment(request: ModelRequest, surroundings: Surroundings, text: str) -> Moment:
    now = surroundings.now if surroundings.now.tzinfo is not None else surroundings.now.replace(tzinfo=UTC)
    zone = surroundings.zone
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        zone = "UTC"
    return Moment(
        wall=at_zone(now, zone).replace(tzinfo=None),
        instant=now,
        context=Context(now, zone, surroundings.locale, surroundings.contacts, surroundings.titles),
        zone=zone,
        tools=frozenset(tool.name for tool in request.tools),
        takes_id=frozenset(tool.name for tool in request.tools if _takes_id(tool)),
        text=text,
    )


def _takes_id(tool: ToolSpec) -> bool:
    properties = tool.parameters.get("properties")
    return isinstance(properties, Mapping) and "id" in properties


def _is_ours(made: Call, planned: Call) -> bool:
    """Return whether the call is the planned one; the server may have filled in defaults."""
    return made.name == planned.name and planned.arguments.items() <= {**made.arguments}.items()


def _pairs(calls: Sequence[ToolCall], results: Sequence[Message]) -> list[tuple[Call, dict[str, Any] | None]]:
    """Return each call with its result; a result nobody called for stands alone, under the name it carries."""
    by_id = {message.call_id: message for message in results}
    pairs = []
    for call in calls:
        message = by_id.pop(call.call_id, None)
        pairs.append((Call(call.name, _object(call.arguments) or {}), _object(message.content) if message else None))
    pairs += [(Call(message.name or "", {}), _object(message.content)) for message in by_id.values()]
    return pairs


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _tool_calls(calls: Sequence[Call], request: ModelRequest) -> list[ToolCall]:
    """Return the calls with ids that are the same for the same place in the same conversation."""
    place = hashlib.sha256(
        "\x00".join([str(len(request.messages)), *(message.content[:200] for message in request.messages[-8:])]).encode(
            "utf-8", "surrogatepass"
        )
    ).hexdigest()[:16]
    return [
        ToolCall(f"call_{place}_{number}", call.name, json.dumps(call.arguments, ensure_ascii=False))
        for number, call in enumerate(calls)
    ]


def _cut(text: str, max_tokens: int | None) -> tuple[str, bool]:
    """Return the text, at most ``max_tokens`` long, and whether something was cut off."""
    if max_tokens is None or _tokens(text) <= max_tokens:
        return text, False
    return text[: max(max_tokens, 0) * CHARACTERS_A_TOKEN], True


def _tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_A_TOKEN)


def _tokens_in(request: ModelRequest) -> int:
    return sum(
        _tokens(message.content) + sum(_tokens(call.arguments) for call in message.tool_calls)
        for message in request.messages
    )
