"""/health and /health/detailed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from steward.surfaces.health import Health


def health_routes(health: Health, is_admin: Callable[[Request], Awaitable[bool]]) -> list[BaseRoute]:
    """Return the routes of both addresses; 503 where a required part does not work."""

    async def brief(request: Request) -> Response:
        report = await health.brief()
        return _answer(report.summary(), report.http_status)

    async def detailed(request: Request) -> Response:
        report = await health.full()
        return _answer(report.detailed(private=await is_admin(request)), report.http_status)

    return [Route("/health", brief), Route("/health/detailed", detailed)]


def _answer(content: dict[str, Any], status: int) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json", headers={"cache-control": "no-store"})
