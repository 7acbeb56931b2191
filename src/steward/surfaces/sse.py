"""Turn events as server-sent events: ``id`` and one JSON object a ``data`` line, comments as keep-alive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

import orjson
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from steward.core.sessions import SessionEnded
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
from steward.surfaces.call import Call

_KEEP_ALIVE = b": keep-alive\n\n"
_OVER = SessionEnded()
_SESSION_OVER = b"data: %s\n\n" % orjson.dumps({"type": "error", "error_code": _OVER.code, "detail": _OVER.message})
Groups = AsyncIterator[list[Numbered]]


def encode(group: Sequence[Numbered]) -> bytes:
    """Return the events as they go over the wire."""
    return b"".join([b"id: %d\ndata: %s\n\n" % (item.number, orjson.dumps(_spelled(item.event))) for item in group])


class Stream(StreamingResponse):
    """A streamed answer that calls ``ended`` once, however it ends; also when nobody was there to read its start."""

    def __init__(self, parts: AsyncIterator[bytes], ended: Callable[[], None]) -> None:
        super().__init__(
            parts,
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()


async def stream(call: Call, groups: Groups) -> Stream:
    """Return the answer that sends the first events at once and the rest as they come.

    Raises:
        TooManyStreams: the person follows as many as one may.
    """
    ended = call.services.limits.open_stream(call.actor.user_id)
    try:
        first: list[Numbered] = await anext(groups, [])
    except BaseException:
        ended()
        raise
    return Stream(_bytes(first, groups, call.services.sessions.until_ended(call.actor)), ended)


async def _bytes(first: list[Numbered], rest: Groups, over: Coroutine[Any, Any, None]) -> AsyncIterator[bytes]:
    """Yield what is sent until the events end, or ``over``: then the session is, and the last event says so."""
    ending = asyncio.ensure_future(over)
    try:
        yield encode(first)
        while (group := await _next(rest, ending)) is not None:
            yield encode(group) if group else _KEEP_ALIVE
        if ending.done():
            yield _SESSION_OVER
    finally:
        ending.cancel()


async def _next(rest: Groups, ending: asyncio.Future[None]) -> list[Numbered] | None:
    """Return the next events, None when there are no more or the session is over."""
    coming: asyncio.Future[list[Numbered] | None] = asyncio.ensure_future(_next_or_none(rest))
    either: set[asyncio.Future[Any]] = {coming, ending}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        return None if ending.done() else coming.result()
    finally:
        coming.cancel()  # harmless once it is done; else the reader has left, and so must what reads for it


async def _next_or_none(rest: Groups) -> list[Numbered] | None:
    return await anext(rest, None)


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
