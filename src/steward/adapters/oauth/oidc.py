"""Any OpenID provider, found by its issuer. Source: OpenID Connect Discovery 1.0; RFC 8414; RFC 9207."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from steward.adapters.oauth.code_flow import BASICS, CodeFlowProvider, Endpoints
from steward.adapters.oauth.id_tokens import ALGORITHMS
from steward.adapters.oauth.outbound import Outbound
from steward.adapters.oauth.token_endpoint import Client
from steward.kit.errors import Unavailable

KEPT_SECONDS = 3600.0
_WORDS = ("email", "profile")


class OpenIdProvider(CodeFlowProvider):
    """A provider with a discovery document; ``more_scopes`` are asked for in every case."""

    def __init__(
        self,
        outbound: Outbound,
        client: Client,
        *,
        name: str,
        issuer: str,
        more_scopes: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(outbound, client)
        self.name = name
        self.display_name = name.replace("_", " ").title()
        self.always = tuple(dict.fromkeys((*BASICS, *more_scopes.split())))
        self.words = {word: (word,) for word in dict.fromkeys((*_WORDS, *more_scopes.split())) if word != "openid"}
        self._issuer = issuer
        self._monotonic = monotonic
        self._endpoints: Endpoints | None = None
        self._always_names_itself = False
        self._read_at = 0.0
        self._lock = asyncio.Lock()

    async def endpoints(self) -> Endpoints:
        """Return what the discovery document names, read at most once an hour.

        Raises:
            Unavailable: it cannot be read, or is not that of the configured issuer.
        """
        async with self._lock:
            if self._endpoints is None or self._monotonic() - self._read_at >= KEPT_SECONDS:
                self._endpoints = await self._discovered()
                self._read_at = self._monotonic()
            return self._endpoints

    def is_issuer(self, claims: Mapping[str, Any]) -> bool:
        """Return whether the issuer is, letter by letter, the configured one."""
        return claims.get("iss") == self._issuer

    async def accepts_issuer(self, issuer: str | None) -> bool:
        """Return whether the callback names this issuer; one that promised to name itself must."""
        await self.endpoints()
        return not self._always_names_itself if issuer is None else issuer == self._issuer

    async def _discovered(self) -> Endpoints:
        answer = await self.outbound.get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        told = answer.body
        if answer.status != 200 or told.get("issuer") != self._issuer:
            raise Unavailable("The provider does not describe itself as it should; try again.")
        found = Endpoints(
            authorize=self._address(told, "authorization_endpoint"),
            token=self._address(told, "token_endpoint"),
            keys=self._address(told, "jwks_uri"),
            userinfo=self._address(told, "userinfo_endpoint") if told.get("userinfo_endpoint") else None,
            revoke=self._address(told, "revocation_endpoint") if told.get("revocation_endpoint") else None,
        )
        methods = _texts(told.get("token_endpoint_auth_methods_supported")) or {"client_secret_basic"}
        self.client = replace(self.client, is_basic="client_secret_basic" in methods)
        self.algorithms = ALGORITHMS & (_texts(told.get("id_token_signing_alg_values_supported")) or {"RS256"})
        self._always_names_itself = told.get("authorization_response_iss_parameter_supported") is True
        return found

    def _address(self, told: Mapping[str, Any], name: str) -> str:
        """Return an endpoint; a provider that is reached by https does not send secrets anywhere else."""
        value = told.get(name)
        if isinstance(value, str) and value.isascii() and value.isprintable() and "#" not in value:
            schemes = ("http", "https") if self._issuer.startswith("http://") else ("https",)
            try:
                parts = urlsplit(value)
            except ValueError:
                parts = urlsplit("")
            if parts.scheme in schemes and parts.hostname:
                return value
        raise Unavailable("The provider does not describe itself as it should; try again.")


def _texts(value: object) -> set[str]:
    return {each for each in value if isinstance(each, str)} if isinstance(value, list) else set()
