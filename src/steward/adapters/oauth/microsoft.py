"""Microsoft's identity platform. Source: "OAuth 2.0 authorization code flow", "ID token claims reference"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from steward.adapters.oauth.code_flow import BASICS, CodeFlowProvider, Endpoints
from steward.adapters.oauth.outbound import Outbound
from steward.adapters.oauth.token_endpoint import Client

HOST = "https://login.microsoftonline.com"
_GRAPH = "https://graph.microsoft.com"
_WORDS = {"calendar": ("Calendars.ReadWrite", f"{_GRAPH}/Calendars.ReadWrite"), "email": ("email",)}
_MORE = {"response_mode": "query"}
_TENANT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Microsoft(CodeFlowProvider):
    """Microsoft's endpoints for a tenant (``common``: any account), or the same paths at ``base_url``.

    There is no revocation endpoint: a disconnected grant ends with its tokens.
    """

    name = "microsoft"
    display_name = "Microsoft"
    words = _WORDS
    always = (*BASICS, "offline_access")
    more = _MORE

    def __init__(self, outbound: Outbound, client: Client, base_url: str = "", tenant: str = "common") -> None:
        super().__init__(outbound, client)
        self._host = base_url.rstrip("/") or HOST
        self._graph = base_url.rstrip("/") or _GRAPH
        self._tenant = tenant

    async def endpoints(self) -> Endpoints:
        """Return the tenant's endpoints."""
        tenant = f"{self._host}/{self._tenant}"
        return Endpoints(
            authorize=f"{tenant}/oauth2/v2.0/authorize",
            token=f"{tenant}/oauth2/v2.0/token",
            keys=f"{tenant}/discovery/v2.0/keys",
            userinfo=f"{self._graph}/oidc/userinfo",
        )

    def is_issuer(self, claims: Mapping[str, Any]) -> bool:
        """Return whether the issuer is that of the tenant in ``tid``, and that tenant is one that may sign in here."""
        tenant = claims.get("tid")
        if not isinstance(tenant, str) or not _TENANT.fullmatch(tenant):
            return False
        if _TENANT.fullmatch(self._tenant) and tenant != self._tenant:
            return False
        return claims.get("iss") in {f"{host}/{tenant}/v2.0" for host in (HOST, self._host)}

    async def accepts_issuer(self, issuer: str | None) -> bool:
        """Return whether the callback names a tenant of Microsoft's, or nobody."""
        if issuer is None:
            return True
        tenant = issuer.removeprefix(self._host).removeprefix(HOST).removeprefix("/").removesuffix("/v2.0")
        return bool(_TENANT.fullmatch(tenant)) and self.is_issuer({"tid": tenant, "iss": issuer})

    def vouches_for_email(self, claims: Mapping[str, Any]) -> bool:
        """Return whether the tenant owns the address's domain: ``email`` alone is whatever its admin wrote.

        Source: "Migrate away from using email claims for user identification or authorization".
        """
        return claims.get("xms_edov") in (True, 1, "1", "true")
