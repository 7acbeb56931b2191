from __future__ import annotations

import asyncio
import time
from typing import Any

from httpx2 import AsyncClient

from .conftest import Parts

ADMIN = {"authorization": "Bearer admin"}


async def forever() -> Any:
    await asyncio.sleep(60)


async def test_health_says_healthy_since_when_and_which_version(client: AsyncClient) -> None:
    answer = await client.get("/health")
    assert answer.status_code == 200
    expected = {"status": "healthy", "timestamp": "2026-01-15T10:31:30Z", "version": "1.2.3", "uptime": 90}
    assert answer.json() == expected
    assert (await client.get("/api/v1/health")).json() == expected


async def test_health_is_503_when_the_database_is_broken_and_recovers(client: AsyncClient, parts: Parts) -> None:
    parts.database = OSError("no such host db.internal")
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "unhealthy")
    assert "db.internal" not in answer.text
    parts.database = {"connections": 1}
    assert (await client.get("/health")).status_code == 200


async def test_health_asks_required_parts_only(client: AsyncClient, parts: Parts) -> None:
    parts.model = OSError("gone")
    assert (await client.get("/health")).status_code == 200
    assert parts.asked == ["database"]


async def test_a_busy_database_delays_health_by_a_moment_and_a_hanging_one_is_unhealthy(
    client: AsyncClient, parts: Parts
) -> None:
    assert (await client.get("/health")).status_code == 200
    parts.database = forever
    started = time.monotonic()
    assert (await client.get("/health")).status_code == 200
    assert time.monotonic() - started < 0.45
    await asyncio.sleep(0.3)
    assert (await client.get("/health")).status_code in (200, 503)
    assert (await client.get("/health")).status_code == 503


async def test_the_first_answer_of_all_waits_for_the_probe_but_not_for_ever(client: AsyncClient, parts: Parts) -> None:
    parts.database = forever
    started = time.monotonic()
    assert (await client.get("/health")).status_code == 503
    assert 0.4 < time.monotonic() - started < 1


async def test_a_hundred_askers_cause_one_probe(client: AsyncClient, parts: Parts) -> None:
    async def slow() -> Any:
        await asyncio.sleep(0.1)
        return {}

    parts.database = slow
    await asyncio.gather(*(client.get("/health") for _ in range(100)))
    assert parts.asked == ["database"]


async def test_details_show_each_part_twice_timed_without_addresses_and_versions(client: AsyncClient) -> None:
    answer = await client.get("/health/detailed")
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["status", "timestamp", "services", "components", "version", "uptime"]
    assert body["services"] == body["components"]
    database = body["services"]["database"]
    assert 0 <= database.pop("response_time") < 1
    assert database == {"status": "healthy", "connections": 8}
    assert body["services"]["model"]["rate_limit_remaining"] == 4500


async def test_details_show_addresses_versions_and_errors_to_admins(client: AsyncClient, parts: Parts) -> None:
    parts.model = OSError("cannot reach api.example.test")
    body = (await client.get("/health/detailed", headers=ADMIN)).json()
    assert body["services"]["database"]["version"] == "SQLite 3.50"
    assert body["services"]["model"]["error"] == "OSError: cannot reach api.example.test"


async def test_a_broken_part_keeps_its_documented_fields_as_null(client: AsyncClient, parts: Parts) -> None:
    parts.database = parts.model = OSError("gone")
    answer = await client.get("/health/detailed")
    assert (answer.status_code, answer.json()["status"]) == (503, "unhealthy")
    database = answer.json()["components"]["database"]
    assert (database["status"], database["connections"]) == ("unhealthy", None)
    assert "gone" not in answer.text


async def test_a_broken_part_that_is_not_required_leaves_the_server_healthy(client: AsyncClient, parts: Parts) -> None:
    parts.model = OSError("gone")
    answer = await client.get("/health/detailed")
    assert (answer.status_code, answer.json()["status"]) == (200, "healthy")
    assert answer.json()["components"]["model"]["status"] == "unhealthy"


async def test_a_required_part_that_works_in_part_makes_the_server_degraded(client: AsyncClient, parts: Parts) -> None:
    parts.database = {"status": "degraded", "connections": 1}
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")


async def test_a_part_that_is_not_configured_has_no_response_time(client: AsyncClient, parts: Parts) -> None:
    parts.model = {"status": "not_configured"}
    model = (await client.get("/health/detailed")).json()["services"]["model"]
    assert model == {"status": "not_configured", "response_time": None, "rate_limit_remaining": None}


async def test_a_fresh_result_is_used_again(client: AsyncClient, parts: Parts) -> None:
    for _ in range(3):
        await client.get("/health/detailed")
    assert parts.asked.count("model") == 1
    assert parts.asked.count("database") == 3


async def test_head_answers_without_a_body(client: AsyncClient) -> None:
    answer = await client.head("/health")
    assert (answer.status_code, answer.content) == (200, b"")
