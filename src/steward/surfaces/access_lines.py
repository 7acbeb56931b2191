"""One log line for each answered request, for operators who switch it on."""

from __future__ import annotations

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("steward.access")


class AccessLines:
    """Logs method, path, status, peer and milliseconds; never the query, which may carry a ticket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            log.info(
                "request",
                method=scope["method"],
                path=scope["path"],
                status=status,
                peer=(scope.get("client") or ("",))[0],
                took_ms=round((time.perf_counter() - started) * 1000, 1),
                request_id=scope.get("state", {}).get("request_id", ""),
            )
