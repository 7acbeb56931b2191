"""Looking at a house from outside and from below: which addresses it has, how it takes a body, and how many rows."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx2
from sqlalchemy import func, select

from steward.db.tables import Base
from tests.houses import Home, Person

LONGEST_SECONDS = 5.0
"""For one request on a machine that does other things too; what runs away takes far longer or never ends."""

_TABLES = [table for table in Base.metadata.sorted_tables if not table.name.startswith("audit")]
_COUNTS = select(*(select(func.count()).select_from(table).scalar_subquery().label(table.name) for table in _TABLES))


async def paths(at: Home) -> list[tuple[str, str]]:
    """Return method and path of everything that /openapi.json lists."""
    document = (await at.client.get("/openapi.json")).json()
    return [(method.upper(), path) for path, item in document["paths"].items() for method in item]


async def rows(at: Home) -> dict[str, Any]:
    """Return how many rows each table has; what is noted of requests that failed is left out."""
    return await at.house.db.read(lambda tx: dict(tx.connection.execute(_COUNTS).one()._mapping))


async def sent(person: Person, method: str, path: str, body: Any, **more: Any) -> httpx2.Response:
    """Send a body as JSON, whatever it is, and check that the answer is in time and no fault of the server."""
    began = time.perf_counter()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    reply = await person.request(method, path, content=content, **more)
    assert reply.status_code < 500, (method, path, content[:300], reply.text[:300])
    assert time.perf_counter() - began < LONGEST_SECONDS, (method, path, content[:300])
    return reply
