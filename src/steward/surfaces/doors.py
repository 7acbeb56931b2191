"""The front of the house: one ASGI application that sends each request to the dialect of its prefix.

The most specific prefix comes first, a trailing slash means nothing and is never redirected (a redirected POST loses
its body), HEAD is answered as GET without its body.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from steward.surfaces.limits import with_limit_headers
from steward.surfaces.services import Services

log = structlog.get_logger(__name__)


class Doors:
    """Dispatches by prefix; ``rest`` takes whatever no prefix takes."""

    def __init__(self, services: Services, doors: Mapping[str, ASGIApp], rest: ASGIApp) -> None:
        self._services = services
        self._doors = sorted(doors.items(), key=lambda door: -len(door[0]))
        self._rest = rest
        self._counts = not services.limits.are_off

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket"):
            return
        path: str = scope["path"]
        if len(path) > 1 and path[-1] == "/":
            path = path.rstrip("/") or "/"
        scope = {**scope, "path": path, "steward.services": self._services}
        if scope.get("method") == "HEAD":
            scope["method"] = "GET"
            send = _without_body(send)
        door = self._door(path, scope)
        if self._counts and door is not self._rest and scope["type"] == "http":
            send = with_limit_headers(scope, send, self._services.limits)
        try:
            await door(scope, receive, send)
        except Exception:
            # The outermost surface handler: the answer in the dialect is sent, the server must not end over it.
            log.debug("request ended with an error", path=path)

    def _door(self, path: str, scope: Scope) -> ASGIApp:
        for prefix, app in self._doors:
            if path.startswith(prefix) and (len(path) == len(prefix) or path[len(prefix)] == "/"):
                scope["root_path"] = scope.get("root_path", "") + prefix
                scope["steward.surface"] = prefix
                return app
        return self._rest


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head
