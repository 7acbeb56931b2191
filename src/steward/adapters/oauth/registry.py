"""Every provider that there is, configured or not."""

from __future__ import annotations

from collections.abc import Sequence

from steward.adapters.oauth.code_flow import CodeFlowProvider
from steward.adapters.oauth.google import Google
from steward.adapters.oauth.microsoft import Microsoft
from steward.adapters.oauth.oidc import OpenIdProvider
from steward.adapters.oauth.outbound import Outbound
from steward.adapters.oauth.token_endpoint import Client
from steward.ports.oauth import OAuthProvider
from steward.settings import Settings


class Providers:
    """Google, Microsoft and the configured OpenID providers, over one set of connections."""

    def __init__(self, settings: Settings, outbound: Outbound | None = None) -> None:
        self._outbound = outbound or Outbound()
        google = Client(settings.google_client_id, settings.google_client_secret.get_secret_value())
        microsoft = Client(settings.microsoft_client_id, settings.microsoft_client_secret.get_secret_value())
        found: list[CodeFlowProvider] = [
            Google(self._outbound, google, settings.google_base_url),
            Microsoft(self._outbound, microsoft, settings.microsoft_base_url, settings.microsoft_tenant),
        ]
        for each in settings.oidc:
            client = Client(each.client_id, each.client_secret)
            found.append(
                OpenIdProvider(self._outbound, client, name=each.name, issuer=each.issuer, more_scopes=each.scopes)
            )
        self._providers: dict[str, OAuthProvider] = {each.name: each for each in found}

    def all(self) -> Sequence[OAuthProvider]:
        """Return Google, Microsoft, then the others by name."""
        return tuple(self._providers.values())

    def find(self, name: str) -> OAuthProvider | None:
        """Return the one of that name."""
        return self._providers.get(name)

    async def close(self) -> None:
        """Close the connections."""
        await self._outbound.close()
