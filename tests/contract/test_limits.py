"""What the documents promise about limits, about HTTPS and about browsers of other origins."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from steward.settings import Settings
from tests.contract.matching import problems
from tests.contract.published import OPERATIONS
from tests.houses import PASSWORD, Home, Templates, home

LOGINS = {"platform.rate.auth": "/api/v1/auth/login", "voice.rate.auth": "/v1/auth/login"}
RATES = {
    # id: plan of the account, the path that is asked for, settings that leave only this limit
    "personal.rate.default": ("", "/api/v1/tasks", {"plan_personal": "user=100/60s"}),
    "platform.rate.api": ("", "/api/v1/conversations", {"plan_personal": "user=100/60s"}),
    "personal.rate.burst": ("", "/api/v1/tasks", {}),
    "voice.rate.general": ("", "/v1/users/me", {}),
    "voice.rate.calendar": ("", "/v1/calendar/events", {}),
    "saas.rate.user": ("Acme Corp", "/api/v1/tasks", {}),
    "saas.rate.tenant.minute": ("Acme Corp", "/api/v1/tasks", {"plan_team": "user=9999/60s;tenant=100/60s,1000/3600s"}),
    "saas.rate.tenant.hour": ("Acme Corp", "/api/v1/tasks", {"plan_team": "user=9999/60s;tenant=9999/60s,1000/3600s"}),
}
EXCEEDED = {
    # id: the entry that shows the body, and what is asked for too often
    "personal.error.429": ("personal.format.error", "/api/v1/tasks"),
    "personal.rate.exceeded": ("personal.format.error", "/api/v1/tasks"),
    "saas.rate.exceeded": ("saas.rate.exceeded", "/api/v1/tasks"),
    "saas.status.429": ("saas.rate.exceeded", "/api/v1/tasks"),
    "voice.error.429": ("voice.error.429", "/v1/users/me"),
    "sms.rate.exceeded": ("sms.rate.exceeded", "/api/auth/token/"),
    "sms.status.429": ("sms.rate.exceeded", "/api/auth/token/"),
}
HEADERS = {"personal.rate.headers": "/api/v1/tasks", "saas.rate.headers": "/api/v1/tasks", "sms.rate.headers": "/api/x"}
BY_NAME = frozenset(
    [
        "personal.security.cors",
        "personal.security.rate",
        "saas.rate.auth",
        "voice.base",
        "voice.rate.voice",
        "voice.security.https",
        "voice.security.in_transit",
    ]
)
"""Ids that one of the tests below names in its first line."""

CHECKED = frozenset({*LOGINS, *RATES, *EXCEEDED, *HEADERS, *BY_NAME})

House = Callable[..., Any]
NOON = datetime(2024, 2, 1, 11, 59, tzinfo=UTC)
"""A minute before the moment that the saas document prints, 1706788800."""


@pytest.fixture
def house(tmp_path: Path, templates: Templates) -> House:
    """Return what opens a house with limits on."""

    @asynccontextmanager
    async def open_house(**settings: Any) -> AsyncIterator[Home]:
        templates.sqlite(tmp_path)
        given = {"rate_limit_scale": 1, **settings}
        async with home(Settings(data_dir=tmp_path, workers=0, **given), at=NOON) as made:
            yield made

    return open_house


async def granted(ask: Callable[[], Awaitable[httpx2.Response]], times: int) -> tuple[int, httpx2.Response]:
    """Ask so often at once and return how often it was answered, and one refusal."""
    answers = await asyncio.gather(*(ask() for _ in range(times)))
    refused = [answer for answer in answers if answer.status_code == 429]
    return times - len(refused), refused[0]


def rate_of(name: str) -> tuple[int, int]:
    """Return amount and seconds as the document prints them."""
    rule = next(rule for rule in OPERATIONS[name].constraints if rule["field"] == "limit")
    return int(rule["value"]), int(rule["unit"].split(" per ")[1].split()[0])


@pytest.mark.parametrize("name", sorted(RATES))
async def test_as_many_requests_are_answered_as_the_document_says(name: str, house: House) -> None:
    team, path, settings = RATES[name]
    amount, seconds = rate_of(name)
    async with house(**settings) as made:
        ada = await made.person(**({"tenant_name": team} if team else {}))
        count, refused = await granted(lambda: ada.get(path), amount + 5)
        assert count == amount
        assert refused.headers["x-ratelimit-limit"] == str(amount)
        assert 0 < int(refused.headers["retry-after"]) <= seconds
        made.clock.advance(int(refused.headers["retry-after"]))
        assert (await ada.get(path)).status_code == 200


@pytest.mark.parametrize("name", sorted(LOGINS))
async def test_as_many_logins_are_answered_as_the_document_says(name: str, house: House) -> None:
    amount, _ = rate_of(name)
    async with house() as made:
        body = {"email": "nobody@example.com", "password": "wrong"}
        assert (await granted(lambda: made.client.post(LOGINS[name], json=body), amount + 5))[0] == amount


async def test_ten_wrong_passwords_in_fifteen_minutes_are_the_most(house: House) -> None:
    """saas.rate.auth personal.security.rate: one brake for all documents (decision C15)."""
    amount, seconds = rate_of("saas.rate.auth")
    async with house(limits="auth_api_v1=9999/60s") as made:
        ada = await made.person(tenant_name="Acme Corp")
        body = {"email": ada.email, "password": "wrong"}
        count, refused = await granted(lambda: made.client.post("/api/v1/auth/login", json=body), 40)
        assert count == amount
        assert seconds - 5 <= int(refused.headers["retry-after"]) <= seconds
        made.clock.advance(seconds)
        assert (await ada.client.post("/api/v1/auth/login", json={**body, "password": PASSWORD})).status_code == 200


async def test_voice_has_a_window_of_its_own(house: House) -> None:
    """voice.rate.voice: the routes come later, the limit they will count in is there."""
    async with house() as made:
        (limit,) = made.house.services.limits.policies.named("voice")
        assert (limit.amount, limit.seconds) == rate_of("voice.rate.voice")


@pytest.mark.parametrize("name", sorted(EXCEEDED))
async def test_a_refusal_has_the_body_that_the_document_shows(name: str, house: House) -> None:
    shown, path = EXCEEDED[name]
    async with house(limits="auth_api=9999/60s") as made:
        ada = await made.person(**({"tenant_name": "Acme Corp"} if name.startswith("saas") else {}))

        async def ask() -> httpx2.Response:
            return await (ada.post(path) if path.endswith("token/") else ada.get(path))

        _, refused = await granted(ask, 1001 if name.startswith("sms") else 101)
        assert problems(OPERATIONS[shown], refused.json()) == []
        body = refused.json()
        wait = body.get("retry_after", body.get("error", {})["retry_after"] if "retry_after" not in body else None)
        assert refused.headers["retry-after"] == str(wait)
        if name.startswith("saas"):
            assert body["detail"] == f"Rate limit exceeded. Try again in {wait} seconds."
        if name.startswith("sms"):
            assert body["detail"] == OPERATIONS["sms.rate.exceeded"].response["example"]["detail"]
            assert body["error"] == OPERATIONS["sms.rate.exceeded"].response["example"]["error"]


@pytest.mark.parametrize("name", sorted(HEADERS))
async def test_the_headers_are_as_the_document_prints_them(name: str, house: House) -> None:
    async with house() as made:
        ada = await made.person(**({"tenant_name": "Acme Corp"} if name.startswith("saas") else {}))
        headers = (await ada.get(HEADERS[name])).headers
        printed = dict(
            line.split(": ") for line in str(OPERATIONS[name].response.get("example") or "").splitlines() if line
        )
        wanted = next(rule["value"] for rule in OPERATIONS[name].constraints if "value" in rule)
        if isinstance(wanted, list):
            assert all(headers[each].isdigit() for each in wanted)
        else:
            assert headers["x-ratelimit-limit"] == printed["X-RateLimit-Limit"]
        assert int(headers["x-ratelimit-remaining"]) <= int(headers["x-ratelimit-limit"])
        assert headers["x-ratelimit-reset"] == "1706788800", "the boundary of the clock that the document prints"


async def test_where_https_is_promised_nothing_is_answered_in_the_clear(house: House) -> None:
    """voice.base voice.security.https voice.security.in_transit"""
    async with house(public_url="https://steward.example", trusted_proxies="127.0.0.1") as made:
        client = made.client
        moved = await client.get("/v1/users/me?full=1")
        assert (moved.status_code, moved.headers["location"]) == (308, "https://steward.example/v1/users/me?full=1")
        body = {"email": "ada@example.com", "password": PASSWORD}
        for path in ("/v1/auth/register", "/api/v1/auth/register", "/api/auth/token/", "/ui/login"):
            refused = await client.post(path, json=body, headers={"Host": "evil.example"})
            assert refused.status_code == 403, path
            assert "https" in refused.text.lower()
            assert "max-age=31536000" in refused.headers["strict-transport-security"]
        told = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
        made_account = await client.post("/v1/auth/register", json={**body, "full_name": "Ada"}, headers=told)
        assert made_account.status_code == 201
        assert made_account.headers["content-type"] == "application/json"
        assert (await client.get("/health")).status_code == 200, "a check on this machine needs no TLS"


async def test_over_https_with_an_untrusted_word_for_it_it_is_still_in_the_clear(house: House) -> None:
    """voice.security.https"""
    async with house(public_url="https://steward.example") as made:
        reply = await made.client.get("/v1/users/me", headers={"X-Forwarded-Proto": "https", "Host": "evil.example"})
        assert (reply.status_code, reply.headers["location"]) == (308, "https://steward.example/v1/users/me")


async def test_a_socket_in_the_clear_is_closed_before_it_opens(house: House) -> None:
    """voice.security.in_transit"""
    async with house(public_url="https://steward.example") as made:
        app = made.client._transport.app  # type: ignore[attr-defined]  # no client here speaks WebSocket
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "websocket", "scheme": "ws", "path": "/ws/x", "headers": [], "client": ("198.51.100.7", 1)}
        await app(scope, receive, send)
        assert [message["type"] for message in sent] == ["websocket.close"]


async def test_pages_of_other_origins_are_configured_by_the_operator(house: House) -> None:
    """personal.security.cors"""
    ask = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    async with house(cors_origins="https://app.example") as made:
        allowed = await made.client.options("/api/v1/auth/login", headers=ask)
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, "https://app.example")
        other = await made.client.options("/api/v1/auth/login", headers={**ask, "Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers
