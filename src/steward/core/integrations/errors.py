"""What can go wrong with other providers."""

from __future__ import annotations

from steward.kit.errors import Conflict, Forbidden, Invalid, Kind, NotFound, Refused


class ProviderUnknown(Invalid):
    """There is no such provider."""

    kind, code = Kind.INVALID, "OAUTH_PROVIDER_UNKNOWN"


class ProviderNotConfigured(Invalid):
    """The operator of this server has not set that provider up."""

    kind, code = Kind.INVALID, "OAUTH_PROVIDER_NOT_CONFIGURED"


class StateWrong(Invalid):
    """That sign-in was used, has expired, or was started elsewhere; start again."""

    kind, code = Kind.INVALID, "OAUTH_STATE_INVALID"


class ConsentRefused(Invalid):
    """The provider did not agree; start again if you want to."""

    kind, code = Kind.INVALID, "OAUTH_REFUSED"

    def __init__(self, message: str | None = None, *, return_to: str = "/") -> None:
        super().__init__(message)
        self.return_to = return_to


class ProviderUnreachable(Refused):
    """The provider does not answer as it should; try again later."""

    kind, code = Kind.REFUSED, "OAUTH_PROVIDER_UNREACHABLE"


class ReconnectNeeded(Conflict):
    """The provider does not honour that grant any more; connect again."""

    kind, code = Kind.CONFLICT, "OAUTH_RECONNECT_NEEDED"


class LinkNeeded(Conflict):
    """There is an account with that e-mail address: sign in to it first, then link the provider there."""

    kind, code = Kind.CONFLICT, "OAUTH_LINK_NEEDED"


class LinkedElsewhere(Conflict):
    """That account at the provider is linked to another account here."""

    kind, code = Kind.CONFLICT, "OAUTH_LINKED_ELSEWHERE"


class OnlyWayIn(Conflict):
    """That is your only way to sign in; set a password first."""

    kind, code = Kind.CONFLICT, "OAUTH_ONLY_WAY_IN"


class SignUpClosed(Forbidden):
    """Nobody here knows that account, and new accounts are not made this way."""

    kind, code = Kind.FORBIDDEN, "OAUTH_SIGN_UP_CLOSED"


class AddressMissing(Invalid):
    """The provider does not tell an e-mail address that can be used; register with one instead."""

    kind, code = Kind.INVALID, "OAUTH_ADDRESS_MISSING"


class IntegrationUnknown(NotFound):
    """There is no such integration."""

    kind, code = Kind.NOT_FOUND, "INTEGRATION_NOT_FOUND"


class IdentityUnknown(NotFound):
    """There is no such linked account."""

    kind, code = Kind.NOT_FOUND, "IDENTITY_NOT_FOUND"
