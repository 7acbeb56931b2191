"""Signing in and connecting with a real OpenID provider, a process of its own: PyPI's ``oidc-provider-mock``."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from steward.kit.openid import OpenIdClient
from steward.settings import Settings
from tests.fakes.oauth_home import CALLBACK
from tests.houses import Home, home, without_steward

ADA = {"sub": "ada", "email": "ada@id.example", "email_verified": True, "name": "Ada Byron"}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider that knows Ada."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    wishes = ["-p", str(port), "--require-nonce", "true", "--user-claims", json.dumps(ADA)]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", *wishes],
        env=without_steward(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 30
    try:
        while time.monotonic() < until and process.poll() is None:
            try:
                httpx2.get(f"{address}/.well-known/openid-configuration", timeout=5).raise_for_status()
            except httpx2.HTTPError:
                time.sleep(0.05)
            else:
                yield address
                return
        raise AssertionError("the provider did not start")
    finally:
        process.terminate()
        process.wait(timeout=10)


def agree(url: str, action: str = "") -> dict[str, str]:
    """Press the button on the provider's page as Ada and return what the browser is sent back with."""
    reply = httpx2.post(url, data={"sub": "ada", "action": action}, timeout=10)
    assert reply.status_code == 302, reply.text
    back = urlsplit(reply.headers["location"])
    assert back.path == f"{CALLBACK}/acme"
    return dict(parse_qsl(back.query))


def settings_for(settings: Settings, issuer: str) -> Settings:
    """Return the settings with the provider."""
    return settings.model_copy(update={"oidc": (OpenIdClient("acme", issuer, "steward", "hush"),)})


async def test_a_person_signs_in_connects_renews_and_disconnects(house_settings: Settings, issuer: str) -> None:
    async with home(settings_for(house_settings, issuer), at=datetime.now(UTC)) as made:
        departure = (await made.client.get("/api/v1/oauth/sign-in/acme")).json()["data"]
        reply = await made.client.get(f"{CALLBACK}/acme", params=agree(departure["authorization_url"]))
        assert reply.status_code == 200, reply.text
        signed_in = reply.json()
        assert (signed_in["user"]["email"], signed_in["user"]["full_name"]) == ("ada@id.example", "Ada Byron")
        assert signed_in["user"]["is_verified"] is True
        headers = {"Authorization": f"Bearer {signed_in['access_token']}"}

        query = agree(await begin(made, headers))
        connected = (await made.client.get(CALLBACK, params=query)).json()["data"]
        assert (connected["account_email"], connected["status"]) == ("ada@id.example", "active")

        path = f"/api/v1/oauth/integrations/{connected['id']}"
        renewed = await made.client.post(f"{path}/refresh", headers=headers)
        assert renewed.status_code == 200, renewed.text
        assert renewed.json()["data"]["last_refreshed_at"] is not None

        httpx2.post(f"{issuer}/users/ada/revoke-tokens", timeout=10).raise_for_status()
        ended = await made.client.post(f"{path}/refresh", headers=headers)
        assert (ended.status_code, ended.json()["error_code"]) == (409, "OAUTH_RECONNECT_NEEDED")
        assert (await made.client.delete(path, headers=headers)).status_code == 200


async def test_a_person_who_declines_is_not_connected(house_settings: Settings, issuer: str) -> None:
    async with home(settings_for(house_settings, issuer), at=datetime.now(UTC)) as made:
        ada = await made.person()
        query = agree(await begin(made, {"Authorization": f"Bearer {ada.token}"}), action="deny")
        reply = await made.client.get(f"{CALLBACK}/acme", params=query)
        # This provider leaves the state out when somebody declines, so that nobody can tell whose errand it was.
        assert (reply.status_code, reply.json()["error_code"]) == (400, "OAUTH_STATE_INVALID")
        assert (await ada.get("/api/v1/oauth/integrations")).json()["total"] == 0


async def begin(made: Home, headers: dict[str, str]) -> str:
    """Begin to connect and return where to go."""
    wish = {"provider": "acme", "scopes": ["email"], "redirect_uri": "/"}
    reply = await made.client.post("/api/v1/oauth/initiate", json=wish, headers=headers)
    assert reply.status_code == 200, reply.text
    return str(reply.json()["data"]["authorization_url"])
