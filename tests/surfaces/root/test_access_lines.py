from __future__ import annotations

from typing import Any

import structlog
from httpx2 import ASGITransport, AsyncClient

from steward.surfaces.access_lines import AccessLines


async def test_a_line_names_the_request_but_not_its_query() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    with structlog.testing.capture_logs() as lines:
        async with AsyncClient(transport=ASGITransport(app=AccessLines(app)), base_url="http://localhost") as client:
            await client.get("/api/v1/ws?ticket=secret")
    (line,) = lines
    assert line["took_ms"] >= 0
    assert {"method": "GET", "path": "/api/v1/ws", "status": 204, "peer": "127.0.0.1"}.items() <= line.items()
    assert "secret" not in str(line)
