"""Finding an OpenID provider by its issuer, and its keys."""

from __future__ import annotations

from typing import Any

import pytest

from steward.adapters.oauth.keys import KeySet
from steward.adapters.oauth.oidc import OpenIdProvider
from steward.adapters.oauth.outbound import Outbound
from steward.adapters.oauth.token_endpoint import Client
from steward.kit.errors import Unavailable
from tests.fakes.oauth_server import CLIENT_ID, CLIENT_SECRET, OAuthServer


class Watch:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def acme(provider: OAuthServer, issuer: str = "", watch: Watch | None = None, **more: Any) -> OpenIdProvider:
    """Return the provider as Steward sees it."""
    client = Client(CLIENT_ID, CLIENT_SECRET)
    return OpenIdProvider(
        Outbound(), client, name="acme_id", issuer=issuer or provider.url, monotonic=watch or Watch(), **more
    )


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "http://127.0.0.1:1"},
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": 7},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"token_endpoint": "http:///token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": "http://127.0.0.1/a\r\nb"},
        {"revocation_endpoint": "//127.0.0.1/revoke"},
    ],
)
async def test_a_description_that_is_not_the_providers_own_is_not_used(told: dict[str, Any]) -> None:
    with OAuthServer(metadata=told) as provider:
        found = acme(provider)
        with pytest.raises(Unavailable):
            await found.endpoints()
        await found.outbound.close()


async def test_the_issuer_is_compared_letter_by_letter() -> None:
    with OAuthServer() as provider:
        found = acme(provider, f"{provider.url}/")
        with pytest.raises(Unavailable):
            await found.endpoints()
        await found.outbound.close()


async def test_the_description_is_read_once_an_hour() -> None:
    watch = Watch()
    with OAuthServer() as provider:
        found = acme(provider, watch=watch)
        for _ in range(3):
            await found.endpoints()
        assert len(provider.calls("/openid-configuration")) == 1
        watch.seconds += 3600
        await found.endpoints()
        assert len(provider.calls("/openid-configuration")) == 2
        await found.outbound.close()


async def test_a_provider_that_was_away_is_asked_again() -> None:
    with OAuthServer(mood="all 500") as provider:
        found = acme(provider)
        with pytest.raises(Unavailable):
            await found.endpoints()
        provider.mood = ""
        assert (await found.endpoints()).token == f"{provider.url}/token"
        await found.outbound.close()


async def test_a_provider_reached_by_https_is_sent_nothing_by_http() -> None:
    with OAuthServer() as provider:
        found = acme(provider, "https://id.example")
        assert found._address({"token_endpoint": "https://id.example/token"}, "token_endpoint")
        with pytest.raises(Unavailable):
            found._address({"token_endpoint": "http://id.example/token"}, "token_endpoint")


async def test_an_unknown_key_is_looked_for_at_most_once_a_minute() -> None:
    watch = Watch()
    outbound = Outbound()
    with OAuthServer() as provider:

        async def url() -> str:
            return f"{provider.url}/oauth2/v3/certs"

        keys = KeySet(outbound, url, monotonic=watch)
        assert await keys.find("one", "RS256") is not None
        for number in range(20):
            assert await keys.find(f"made up {number}", "RS256") is None
        assert len(provider.calls("/certs")) == 1
        provider.keys_shown = ("one", "two")
        watch.seconds += 60
        assert await keys.find("two", "RS256") is not None
        assert len(provider.calls("/certs")) == 2
        assert await keys.find("two", "ES256") is None
        assert await keys.find("ec", "ES256") is not None
        await outbound.close()


async def test_what_the_operator_asks_for_besides_can_be_chosen_and_is_always_asked() -> None:
    with OAuthServer() as provider:
        found = acme(provider, more_scopes="openid offline_access")
        assert (found.display_name, tuple(found.scopes)) == ("Acme Id", ("email", "profile", "offline_access"))
        assert tuple(found.always) == ("openid", "email", "profile", "offline_access")
        assert found.known_scope("calendar") is None
