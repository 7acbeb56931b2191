"""OAuth providers: Google, Microsoft, and any OpenID provider by its issuer."""

from steward.adapters.oauth.outbound import Outbound
from steward.adapters.oauth.registry import Providers

__all__ = ["Outbound", "Providers"]
