from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

from steward.kit.clock import SettableClock
from steward.surfaces.headers import SecurityHeaders
from steward.surfaces.metrics import RequestMetrics
from steward.surfaces.root import ApiDocument, Check, Health, Metrics, make_root

from .surfaces import PARTS

STARTED = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)


class Parts:
    """What the probes say, changed by the tests."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.database: Any = {"connections": 8, "version": "SQLite 3.50", "path": "steward.db"}
        self.model: Any = {"rate_limit_remaining": 4500}

    async def ask_database(self) -> Any:
        return await self._ask("database", self.database)

    async def ask_model(self) -> Any:
        return await self._ask("model", self.model)

    async def _ask(self, name: str, answer: Any) -> Any:
        self.asked.append(name)
        if callable(answer):
            answer = await answer()
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(version="1.2.3")


@pytest.fixture
def app(parts: Parts, metrics: Metrics) -> Any:
    clock = SettableClock(STARTED)
    checks = [
        Check("database", parts.ask_database, fields=("connections",), limit_seconds=0.5, fresh_seconds=0),
        Check("model", parts.ask_model, required=False, fields=("rate_limit_remaining",), fresh_seconds=60),
    ]
    health = Health(checks, version="1.2.3", started_at=STARTED, clock=clock)
    clock.advance(90.5)
    document = ApiDocument(PARTS, title="Steward", version="1.2.3")

    async def is_admin(request: Request) -> bool:
        return request.headers.get("authorization") == "Bearer admin"

    routes = make_root(health=health, metrics=metrics, document=document, is_admin=is_admin, metrics_token="scrape")
    inner = Starlette(routes=[Mount("/api/v1", routes=routes), *routes])
    return SecurityHeaders(RequestMetrics(inner, metrics), public_url="http://localhost:8000")


@pytest.fixture
async def client(app: Any) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app, client=("127.0.0.1", 5000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as one:
        yield one


@pytest.fixture
async def stranger(app: Any) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app, client=("203.0.113.9", 5000))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as one:
        yield one
