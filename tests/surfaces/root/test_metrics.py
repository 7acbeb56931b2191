from __future__ import annotations

from typing import Any

import pytest
from httpx2 import AsyncClient

from steward.surfaces.metrics import Metrics, RequestMetrics, by_prefix


async def test_figures_are_open_to_a_scraper_on_this_machine(client: AsyncClient) -> None:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'steward_build_info{version="1.2.3"} 1.0' in answer.text
    assert "process_resident_memory_bytes" in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_a_proxy_on_this_machine_does_not_open_the_figures_to_the_world(client: AsyncClient, header: str) -> None:
    assert (await client.get("/metrics", headers={header: "127.0.0.1"})).status_code == 401


async def test_a_stranger_needs_the_token_or_to_be_an_admin(stranger: AsyncClient) -> None:
    answer = await stranger.get("/metrics")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["error_code"] == "UNAUTHORIZED"
    for token, status in (("scrape", 200), ("admin", 200), ("other", 403), ("", 403)):
        answer = await stranger.get("/metrics", headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == status


async def test_requests_are_counted_by_surface_method_and_kind_of_status(client: AsyncClient) -> None:
    for number in range(3):
        await client.get(f"/api/v1/nothing/{number}")
    await client.get("/health")
    page = (await client.get("/metrics")).text
    assert 'steward_http_requests_total{method="GET",status="4xx",surface="api_v1"} 3.0' in page
    assert 'steward_http_requests_total{method="GET",status="2xx",surface="root"} 1.0' in page
    assert 'steward_http_answer_seconds_count{surface="api_v1"} 3.0' in page
    assert "steward_http_requests_running 1.0" in page
    assert "nothing" not in page


async def test_invented_methods_do_not_make_new_rows(client: AsyncClient) -> None:
    for number in range(5):
        await client.request(f"X{number}", "/health")
    page = (await client.get("/metrics")).text
    assert 'steward_http_requests_total{method="other",status="4xx",surface="root"} 5.0' in page
    assert "X1" not in page


async def test_a_request_that_failed_before_its_answer_counts_as_5xx() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        raise LookupError

    metrics = Metrics(version="1")
    with pytest.raises(LookupError):
        await RequestMetrics(broken, metrics)({"type": "http", "path": "/v1/x", "method": "GET"}, None, None)  # type: ignore[arg-type]
    assert b'steward_http_requests_total{method="GET",status="5xx",surface="v1"} 1.0' in metrics.page("")[0]
    assert metrics.running == 0


async def test_open_sockets_are_counted() -> None:
    seen: list[int] = []
    metrics = Metrics(version="1")

    async def socket(scope: Any, receive: Any, send: Any) -> None:
        seen.append(metrics.sockets)

    await RequestMetrics(socket, metrics)({"type": "websocket", "path": "/ws"}, None, None)  # type: ignore[arg-type]
    assert (seen, metrics.sockets) == ([1], 0)


@pytest.mark.parametrize(
    ("path", "surface"),
    [
        ("/api/v1/x", "api_v1"),
        ("/api/v1", "api_v1"),
        ("/api/v10", "api"),
        ("/v1/x", "v1"),
        ("/ws", "ws"),
        ("/", "root"),
        ("/apix", "root"),
    ],
)
def test_the_longest_prefix_names_the_surface(path: str, surface: str) -> None:
    assert by_prefix()(path) == surface
