"""What a log-in gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from steward.core.accounts import Credentials, UserView

Surface = Literal["api_v1", "v1", "ui"]
"""The door that was used: it decides how long an access token lives and whether there is a cookie."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The tokens of a session.

    ``expires_in`` is ``exp - iat`` of the access token in seconds, ``refresh_expires_in`` what is left of the session
    in seconds. ``refresh_token`` and ``refresh_expires_in`` are None where nothing rotates (decision C03); ``cookie``
    is the value for the browser's session cookie, good as long as the session, for the surface ``ui`` only.

    ``mfa_required``: the password was right, but a second factor is missing; the access token is good for proving one
    of the ``mfa_methods`` and nothing else, and there is neither a refresh token nor a cookie (decision C02).
    ``mfa_setup_required``: a policy demands a second factor and none is set up (AP11).
    """

    access_token: str
    refresh_token: str | None
    expires_in: int
    refresh_expires_in: int | None
    user: UserView
    session_id: UUID
    cookie: str | None = None
    mfa_required: bool = False
    mfa_setup_required: bool = False
    mfa_methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where somebody signs in from: the door, what their program calls itself, and their address."""

    surface: Surface
    user_agent: str = ""
    ip: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """A second factor that was proved; ``mfa_enabled``: one is needed at sign-in.

    ``grant`` has the tokens if the session was waiting for it. ``backup_codes`` are new ones, shown once.
    """

    factor: str
    mfa_enabled: bool
    grant: Grant | None = None
    backup_codes_left: int = 0
    backup_codes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as its person sees it; it holds no token. ``device`` is the program in plain words."""

    id: UUID
    device: str
    user_agent: str
    ip: str
    surface: str
    method: str
    factor_at: datetime | None
    created_at: datetime
    last_activity_at: datetime
    expires_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class SessionStats:
    """All sessions of a person that are remembered, by how they are (AP26).

    ``average_seconds``: from sign-in to the end, or to the last use of those that were not ended. ``by_device`` counts
    by program in plain words.
    """

    total: int
    active: int
    expired: int
    ended: int
    average_seconds: float
    last_login: datetime | None
    by_device: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PasswordProof:
    """Whose password was right, and a fresh hash of it where the stored one is out of date."""

    who: Credentials
    new_hash: str | None
