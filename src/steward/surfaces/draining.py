"""How a stream learns that the server wants to end.

The server puts one event into the state of every request. A stream that nobody ends would hold a stopping server until
its patience is used up, so every endless answer goes through ``until_draining`` and then says goodbye in its dialect.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, MutableMapping
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

STATE_KEY = "draining"


def draining_of(scope: MutableMapping[str, Any]) -> asyncio.Event:
    """Return the event that is set when the server starts to stop; without our server one that is never set."""
    event: asyncio.Event = scope.setdefault("state", {}).setdefault(STATE_KEY, asyncio.Event())
    return event


async def until_draining(source: AsyncIterator[T], draining: asyncio.Event) -> AsyncGenerator[T, None]:
    """Yield what the source yields, and end as soon as the server starts to stop; the source is closed then."""
    stop = asyncio.ensure_future(draining.wait())
    pending: asyncio.Future[T] | None = None
    try:
        while not draining.is_set():
            pending = asyncio.ensure_future(anext(source))
            await asyncio.wait((pending, stop), return_when=asyncio.FIRST_COMPLETED)
            if not pending.done():
                return
            try:
                item = pending.result()
            except StopAsyncIteration:
                return
            yield item
    finally:
        stop.cancel()
        await _end(source, pending)


async def _end(source: AsyncIterator[Any], pending: asyncio.Future[Any] | None) -> None:
    if pending is not None and not pending.done():
        pending.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration):
            await pending
    if isinstance(source, AsyncGenerator):
        await source.aclose()
