"""The guarded way out: bounded in time and size, nothing followed."""

from __future__ import annotations

import time

import pytest

from steward.adapters.oauth.outbound import Outbound
from steward.kit.errors import Unavailable
from tests.fakes.oauth_server import OAuthServer

FORM = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "c", "client_secret": "s"}


@pytest.mark.parametrize("mood", ["500", "garbage", "list", "redirect", "huge", "cut"])
async def test_what_makes_no_sense_is_unavailable(mood: str) -> None:
    outbound = Outbound()
    with OAuthServer(mood=mood) as provider:
        with pytest.raises(Unavailable):
            await outbound.post(f"{provider.url}/token", FORM)
        assert [one.path for one in provider.received] == ["/token"]
        await outbound.close()


async def test_a_provider_that_is_silent_is_given_up() -> None:
    outbound = Outbound(total_seconds=0.3)
    with OAuthServer(mood="slow") as provider:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await outbound.post(f"{provider.url}/token", FORM)
        assert time.monotonic() - began < 4
        await outbound.close()


async def test_nobody_listening_is_unavailable() -> None:
    outbound = Outbound()
    with pytest.raises(Unavailable):
        await outbound.get("http://127.0.0.1:9/x")
    await outbound.close()


async def test_no_proxy_of_the_environment_and_no_cookie_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    outbound = Outbound()
    with OAuthServer() as provider:
        for _ in range(2):
            answer = await outbound.get(f"{provider.url}/oauth2/v3/certs")
            assert answer.status == 200
        assert all("Cookie" not in one.headers for one in provider.received)
        assert all(one.headers["Accept-Encoding"] == "identity" for one in provider.received)
        await outbound.close()
