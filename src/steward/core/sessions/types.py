"""What a log-in gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from steward.core.accounts import UserView

Surface = Literal["api_v1", "v1", "ui"]
"""The door that was used: it decides how long an access token lives and whether there is a cookie."""


@dataclass(frozen=True, slots=True)
class Grant:
    """The tokens of a session.

    ``expires_in`` is ``exp - iat`` of the access token in seconds, ``refresh_expires_in`` what is left of the session
    in seconds. ``refresh_token`` and ``refresh_expires_in`` are None where nothing rotates (decision C03); ``cookie``
    is the value for the browser's session cookie, good as long as the session, for the surface ``ui`` only.
    """

    access_token: str
    refresh_token: str | None
    expires_in: int
    refresh_expires_in: int | None
    user: UserView
    session_id: UUID
    cookie: str | None = None
