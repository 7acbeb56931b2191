"""What other providers grant and vouch for: integrations, and accounts elsewhere that sign people in."""

from steward.core.integrations.errors import ConsentRefused
from steward.core.integrations.service import IntegrationService
from steward.core.integrations.types import (
    STATE_SECONDS,
    Arrival,
    Departure,
    IdentityView,
    IntegrationView,
    ProviderView,
    Return,
    Summary,
)

__all__ = [
    "STATE_SECONDS",
    "Arrival",
    "ConsentRefused",
    "Departure",
    "IdentityView",
    "IntegrationService",
    "IntegrationView",
    "ProviderView",
    "Return",
    "Summary",
]
