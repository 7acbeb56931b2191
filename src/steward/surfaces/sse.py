"""Turn events as server-sent events: ``id`` and one JSON object a ``data`` line, comments as keep-alive."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson
from starlette.responses import StreamingResponse

from steward.core.turns import (
    Failed,
    Finished,
    Numbered,
    Restarted,
    Started,
    Text,
    ToolCalled,
    ToolReturned,
    TurnEvent,
)
from steward.kit.money import as_number

_KEEP_ALIVE = b": keep-alive\n\n"
Groups = AsyncIterator[list[Numbered]]


def encode(group: Sequence[Numbered]) -> bytes:
    """Return the events as they go over the wire."""
    return b"".join([b"id: %d\ndata: %s\n\n" % (item.number, orjson.dumps(_spelled(item.event))) for item in group])


def stream(first: list[Numbered], rest: Groups) -> StreamingResponse:
    """Return the answer that sends ``first`` at once and the rest as it comes."""
    return StreamingResponse(
        _bytes(first, rest),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _bytes(first: list[Numbered], rest: Groups) -> AsyncIterator[bytes]:
    yield encode(first)
    async for group in rest:
        yield encode(group) if group else _KEEP_ALIVE


def _spelled(event: TurnEvent) -> dict[str, Any]:
    if isinstance(event, Text):
        return {"type": "token", "content": event.text}
    if isinstance(event, Started):
        return {
            "type": "start",
            "message_id": str(event.message_id),
            "conversation_id": str(event.conversation_id),
            "user_message_id": str(event.user_message_id),
        }
    if isinstance(event, ToolCalled):
        return {"type": "tool_call", "call_id": event.call_id, "name": event.name, "arguments": event.arguments}
    if isinstance(event, ToolReturned):
        return {
            "type": "tool_result",
            "call_id": event.call_id,
            "name": event.name,
            "ok": event.ok,
            "data": dict(event.data),
        }
    return _spelled_end(event)


def _spelled_end(event: Restarted | Finished | Failed) -> dict[str, Any]:
    if isinstance(event, Finished):
        return {
            "type": "done",
            "message_id": str(event.message_id),
            "tokens_used": event.tokens_used,
            "cost": as_number(event.cost_usd),
            "model_used": event.model_used,
            "cancelled": event.cancelled,
        }
    if isinstance(event, Failed):
        body: dict[str, Any] = {"type": "error", "error_code": event.code, "detail": event.detail}
        if event.retry_after_seconds is not None:
            body["retry_after"] = event.retry_after_seconds
        return body
    return {"type": "restart"}
