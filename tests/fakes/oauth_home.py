"""A house whose Google, Microsoft and ``acme`` are the fake provider, and what people do at them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from steward.kit.openid import OpenIdClient
from steward.settings import Settings
from tests.fakes.oauth_server import CLIENT_ID, CLIENT_SECRET, OAuthServer
from tests.houses import Home, Person, home

CALLBACK = "/api/v1/oauth/callback"
PAGE = {"Accept": "text/html,application/xhtml+xml"}


def with_provider(settings: Settings, url: str, **more: Any) -> Settings:
    """Return the settings with every provider at the address."""
    found = Settings(
        google_client_id=CLIENT_ID,
        google_client_secret=CLIENT_SECRET,
        google_base_url=url,
        microsoft_client_id=CLIENT_ID,
        microsoft_client_secret=CLIENT_SECRET,
        microsoft_base_url=url,
        oidc=(OpenIdClient("acme", url, CLIENT_ID, CLIENT_SECRET),),
        **{**settings.model_dump(exclude_unset=True), **more},
    )
    return found


@dataclass
class Errands:
    """People, the house, and the provider to which they go."""

    home: Home
    provider: OAuthServer

    async def initiate(self, person: Person, provider: str = "google", **more: Any) -> dict[str, Any]:
        """Begin to connect and return where to go."""
        body = {"provider": provider, "scopes": [], "redirect_uri": "/settings/integrations", **more}
        reply = await person.post("/api/v1/oauth/initiate", body)
        assert reply.status_code == 200, reply.text
        return dict(reply.json()["data"])

    async def come_back(self, query: dict[str, str], path: str = CALLBACK, **more: Any) -> httpx2.Response:
        """Come back to the callback as a browser does, without a token."""
        return await self.home.client.get(path, params=query, **more)

    async def connect(self, person: Person, provider: str = "google", **more: Any) -> httpx2.Response:
        """Go to the provider, agree and come back."""
        departure = await self.initiate(person, provider, **more)
        return await self.come_back(self.provider.consent(departure["authorization_url"]), f"{CALLBACK}/{provider}")

    async def integration(self, person: Person, provider: str = "google", **more: Any) -> dict[str, Any]:
        """Connect and return the integration."""
        reply = await self.connect(person, provider, **more)
        assert reply.status_code == 200, reply.text
        return dict(reply.json()["data"])

    async def sign_in(self, provider: str = "google", **more: Any) -> httpx2.Response:
        """Sign in with the provider as a program that keeps cookies does."""
        departure = (await self.home.client.get(f"/api/v1/oauth/sign-in/{provider}")).json()["data"]
        query = self.provider.consent(departure["authorization_url"])
        return await self.come_back(query, f"{CALLBACK}/{provider}", **more)

    async def link(self, person: Person, provider: str = "google") -> httpx2.Response:
        """Link the provider to the account of somebody who is signed in."""
        reply = await person.post(f"/api/v1/oauth/link/{provider}")
        assert reply.status_code == 200, reply.text
        query = self.provider.consent(reply.json()["data"]["authorization_url"])
        return await self.come_back(query, f"{CALLBACK}/{provider}")

    def token_calls(self) -> int:
        """Return how often the token endpoint was asked."""
        return len(self.provider.calls("/token"))


@contextlib.asynccontextmanager
async def oauth_home(settings: Settings, **more: Any) -> AsyncIterator[Errands]:
    """Run a house and a provider on one clock."""
    with OAuthServer() as provider:
        async with home(with_provider(settings, provider.url, **more)) as made:
            provider.now = made.clock.now
            yield Errands(made, provider)


def query_of(url: str) -> dict[str, str]:
    """Return the query of an address."""
    return dict(parse_qsl(urlsplit(url).query))
