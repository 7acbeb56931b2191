from __future__ import annotations

from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from steward.surfaces.headers import SecurityHeaders

seen: list[Any] = []


def application(own: list[tuple[bytes, bytes]]) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["state"]["request_id"])
        await send({"type": "http.response.start", "status": 200, "headers": own})
        await send({"type": "http.response.body", "body": b""})

    return app


async def ask(
    public_url: str = "http://localhost", own: list[tuple[bytes, bytes]] | None = None, request_id: str | None = None
) -> Response:
    app = SecurityHeaders(application(own or []), public_url=public_url)
    headers = {} if request_id is None else {"X-Request-Id": request_id}
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://localhost") as client:
        return await client.get("/", headers=headers)


async def test_every_answer_carries_the_security_headers() -> None:
    headers = (await ask()).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["content-security-policy"] == (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert headers["x-frame-options"] == "DENY"
    assert "strict-transport-security" not in headers


async def test_only_a_public_https_address_promises_https() -> None:
    assert "max-age=31536000" in (await ask("https://steward.example")).headers["strict-transport-security"]


async def test_a_page_keeps_its_own_policy() -> None:
    answer = await ask(own=[(b"content-security-policy", b"default-src 'self'")])
    assert answer.headers.get_list("content-security-policy") == ["default-src 'self'"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("sent", ["018f2a3b-aaaa-bbbb-cccc-1234567890ab", "trace:1.2_3-4"])
async def test_a_sane_request_id_is_kept(sent: str) -> None:
    assert (await ask(request_id=sent)).headers["x-request-id"] == sent == seen[-1]


@pytest.mark.parametrize("sent", ["short", "a" * 129, "with space in it", "quote\"'<script>", ""])
async def test_any_other_request_id_is_replaced(sent: str) -> None:
    made = (await ask(request_id=sent)).headers["x-request-id"]
    assert made == seen[-1] != sent
    assert len(made) >= 24


async def test_made_ids_differ() -> None:
    app = SecurityHeaders(application([]), public_url="")
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://localhost") as client:
        assert len({(await client.get("/")).headers["x-request-id"] for _ in range(50)}) == 50


async def test_a_socket_has_an_id_too() -> None:
    scope: dict[str, Any] = {"type": "websocket", "headers": []}

    async def socket(scope: Any, receive: Any, send: Any) -> None: ...

    await SecurityHeaders(socket, public_url="")(scope, None, None)  # type: ignore[arg-type]
    assert scope["state"]["request_id"]
