"""The OAuth port: providers that vouch for people and grant access to what they keep elsewhere.

Adapters raise ``Unavailable`` when the provider cannot be reached or does not make sense, ``GrantEnded`` when it says
that a code or a refresh token is not good (any more), and ``Refused`` for every other no, a forged proof included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from steward.kit.errors import Kind, Refused


class GrantEnded(Refused):
    """The provider does not honour that grant any more."""

    kind, code = Kind.REFUSED, "OAUTH_RECONNECT_NEEDED"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the authorization request carries. ``scopes`` are Steward's words, ``verifier`` is the PKCE verifier."""

    redirect_uri: str
    scopes: Sequence[str]
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint gave.

    ``refresh_token`` is None where none was given: the old one stays good. ``expires_in`` is in seconds, None where
    the provider does not say. ``scopes`` are those that were granted, in Steward's words, None where it does not say.
    """

    access_token: str
    refresh_token: str | None
    expires_in: int | None
    scopes: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at a provider: ``issuer`` and ``subject`` are the only lasting name.

    ``is_proven`` says that a signed ID token said so, which signing in needs. ``is_email_verified`` is the provider's
    own word that the address is the person's.
    """

    issuer: str
    subject: str
    email: str | None
    is_email_verified: bool
    name: str
    is_proven: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code was exchanged for."""

    tokens: Tokens
    identity: Identity


class OAuthProvider(Protocol):
    """One provider."""

    @property
    def name(self) -> str:
        """The word in addresses: ``google``, ``microsoft`` or the configured name."""
        ...

    @property
    def display_name(self) -> str:
        """What people call it."""
        ...

    @property
    def scopes(self) -> Sequence[str]:
        """What can be asked for, in Steward's words."""
        ...

    @property
    def is_configured(self) -> bool:
        """Whether the operator gave it a client id."""
        ...

    def known_scope(self, text: str) -> str | None:
        """Return Steward's word for a scope in Steward's or the provider's spelling; None for an unknown one."""
        ...

    async def authorization_url(self, asked: Asked) -> str:
        """Return the address at which the person agrees.

        Raises:
            Unavailable: the provider does not tell where.
        """
        ...

    async def accepts_issuer(self, issuer: str | None) -> bool:
        """Return whether the ``iss`` of a callback is this provider's; None where there was none. Source: RFC 9207."""
        ...

    async def exchange(self, code: str, asked: Asked, now: datetime) -> Granted:
        """Return what the code is good for.

        Raises:
            Unavailable: the provider cannot be reached or does not make sense.
            GrantEnded: the code is not good.
            Refused: the provider said no, or its ID token is not to be believed.
        """
        ...

    async def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens.

        Raises:
            Unavailable: the provider cannot be reached or does not make sense.
            GrantEnded: the person must connect again.
            Refused: the provider said no.
        """
        ...

    async def revoke(self, token: str) -> None:
        """Have the provider forget the grant, where it offers that.

        Raises:
            Unavailable, Refused: it did not.
        """
        ...


class OAuthProviders(Protocol):
    """All providers, configured or not."""

    def all(self) -> Sequence[OAuthProvider]:
        """Return them in the order in which they are shown."""
        ...

    def find(self, name: str) -> OAuthProvider | None:
        """Return the one of that name."""
        ...

    async def close(self) -> None:
        """Close connections."""
        ...
