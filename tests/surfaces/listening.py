"""A house behind a real server on a real port, beside a fake model, all in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2

from steward.app import build_app
from steward.house import build_house
from steward.kit.clock import SettableClock
from steward.settings import Settings
from steward.surfaces.server import listen, make_server
from tests.fakes.model_server import ModelServer
from tests.houses import Home


@contextlib.asynccontextmanager
async def listening(settings: Settings) -> AsyncIterator[Home]:
    """Serve a house on a free port until the end of the block."""
    clock = SettableClock(datetime(2024, 1, 15, 15, 30, tzinfo=UTC))
    house = build_house(settings, clock)
    sockets = listen("127.0.0.1", 0)
    ready = asyncio.Event()
    server = make_server(build_app(house), on_started=lambda *_: ready.set(), grace_seconds=3)
    serving = asyncio.create_task(server.serve(sockets=sockets))
    url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    try:
        async with asyncio.timeout(10):
            await ready.wait()
        async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
            yield Home(house, clock, client)
    finally:
        server.stop()
        await serving
        for one in sockets:
            one.close()


def through(fake: ModelServer, settings: Settings, /, **changes: Any) -> Settings:
    """Return the settings with the fake model as the provider."""
    given = {
        "model": "openai:gpt-4o",
        "openai_base_url": fake.openai_url,
        "openai_api_key": "sk-test",
        "prices": '{"gpt-4o": [2.5, 10]}',
        "hash_threads": 1,
        "rate_limit_scale": 0,
        **changes,
    }
    return Settings(**{**settings.model_dump(include=settings.model_fields_set), **given})


@dataclass(frozen=True)
class Told:
    """One server-sent event."""

    number: int
    data: dict[str, Any]

    @property
    def type(self) -> str:
        """What it tells."""
        return str(self.data["type"])


async def events_of(reply: httpx2.Response) -> AsyncIterator[Told]:
    """Yield the events of a stream as they come."""
    number = 0
    async for line in reply.aiter_lines():
        if line.startswith("id: "):
            number = int(line[4:])
        elif line.startswith("data: "):
            yield Told(number, json.loads(line[6:]))


def tokens(events: list[Told]) -> str:
    """Return the sum of the token events."""
    return "".join(one.data["content"] for one in events if one.type == "token")
