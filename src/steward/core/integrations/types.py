"""What others see of providers, integrations and linked accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from steward.core.sessions import Grant

Flow = Literal["connect", "sign_in", "link"]
"""What a person goes to the provider for: to grant access, to sign in, or to be able to sign in from now on."""

Status = Literal["active", "expired", "error"]
"""Of an integration: it works; the person must connect again; the last renewal failed and will be tried again."""

STATE_SECONDS = 600
"""How long somebody may take at the provider. Source: decision AP14; security notes, item 54."""


@dataclass(frozen=True, slots=True)
class ProviderView:
    """A provider and what can be asked of it."""

    name: str
    display_name: str
    scopes: Sequence[str]
    is_configured: bool


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the person goes, good for ``expires_in`` seconds.

    ``browser`` is the value that their browser must keep in a cookie and bring back; None where nothing was bound.
    """

    provider: str
    authorization_url: str
    state: str
    expires_in: int
    browser: str | None


@dataclass(frozen=True, slots=True)
class Return:
    """What a browser comes back with, as it came; ``provider`` is the one that the path names.

    ``browser`` is the value of the cookie, ``visitor_key`` the user key of whoever is signed in in that browser.
    """

    state: str
    provider: str | None = None
    code: str = ""
    error: str = ""
    issuer: str | None = None
    browser: str | None = None
    visitor_key: int | None = None
    ip: str = ""
    user_agent: str = ""
    is_page: bool = False


@dataclass(frozen=True, slots=True)
class IntegrationView:
    """A grant of a provider. ``account`` is the address there, or the subject where it tells none."""

    id: UUID
    provider: str
    account: str
    scopes: Sequence[str]
    status: Status
    expires_at: datetime | None
    last_refreshed_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class IdentityView:
    """An account elsewhere that signs its person in here."""

    id: UUID
    provider: str
    email: str | None
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came of it: exactly one of the three; ``return_to`` is a path of this server."""

    return_to: str
    integration: IntegrationView | None = None
    identity: IdentityView | None = None
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """How many integrations there are, by status and by provider."""

    total: int
    active: int
    expired: int
    error: int
    by_provider: Mapping[str, int]
