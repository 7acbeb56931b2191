"""The ASGI lifespan: start before the first request, end after the last."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

log = structlog.get_logger(__name__)


class Lifespan:
    """Runs ``running(state)`` around the life of ``app``; ``state`` is what the server shares."""

    def __init__(self, app: ASGIApp, running: Callable[[dict[str, Any]], AbstractAsyncContextManager[None]]) -> None:
        self._app = app
        self._running = running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a connection, or the lifespan itself."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        await receive()
        step = "startup"
        try:
            async with self._running(scope.get("state", {})):
                await send({"type": "lifespan.startup.complete"})
                step = "shutdown"
                await receive()
        except Exception as error:
            # The boundary to the server: it is told, and logs, which step failed.
            log.exception("the application failed", step=step)
            await send({"type": f"lifespan.{step}.failed", "message": str(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})
