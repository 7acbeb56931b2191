"""Google. Source: "Using OAuth 2.0 for Web Server Applications", "OpenID Connect"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from steward.adapters.oauth.code_flow import CodeFlowProvider, Endpoints
from steward.adapters.oauth.outbound import Outbound
from steward.adapters.oauth.token_endpoint import Client

ISSUER = "https://accounts.google.com"
_WORDS = {
    "calendar": ("https://www.googleapis.com/auth/calendar",),
    "email": ("email", "https://www.googleapis.com/auth/userinfo.email"),
}
_MORE = {"access_type": "offline", "prompt": "consent", "include_granted_scopes": "true"}
"""Without the first two Google gives a refresh token only to somebody who connects for the first time."""


class Google(CodeFlowProvider):
    """Google's own endpoints, or the same paths at ``base_url``."""

    name = "google"
    display_name = "Google"
    words = _WORDS
    more = _MORE
    needs_id_token = False  # connecting asks userinfo where there is none; signing in never does without

    def __init__(self, outbound: Outbound, client: Client, base_url: str = "") -> None:
        super().__init__(outbound, client)
        self._base_url = base_url.rstrip("/")

    async def endpoints(self) -> Endpoints:
        """Return Google's endpoints; a base URL replaces scheme and host of all of them."""
        base = self._base_url
        return Endpoints(
            authorize=f"{base or ISSUER}/o/oauth2/v2/auth",
            token=f"{base or 'https://oauth2.googleapis.com'}/token",
            keys=f"{base or 'https://www.googleapis.com'}/oauth2/v3/certs",
            userinfo=f"{base or 'https://www.googleapis.com'}/oauth2/v3/userinfo",
            revoke=f"{base or 'https://oauth2.googleapis.com'}/revoke",
        )

    def is_issuer(self, claims: Mapping[str, Any]) -> bool:
        """Return whether Google says it, in either of its two spellings."""
        return claims.get("iss") in self._issuers()

    async def accepts_issuer(self, issuer: str | None) -> bool:
        """Return whether the callback names Google or nobody."""
        return issuer is None or issuer in self._issuers()

    def lasting_issuer(self, claims: Mapping[str, Any]) -> str:
        """Return the one spelling that is kept."""
        return ISSUER

    def _issuers(self) -> set[str]:
        own = {self._base_url} if self._base_url else set()
        return {ISSUER, "accounts.google.com", *own}
