"""What one-time values prove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from steward.kit.errors import Invalid, Kind


class ProofKind(StrEnum):
    """The closed list of what a one-time value is good for; one is never good for another."""

    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    RESET_WISH = "reset_wish"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a kind
    INVITATION = "invitation"
    PHONE_NUMBER = "phone_number"
    FACTOR_CODE = "factor_code"
    PASSKEY_CHALLENGE = "passkey_challenge"
    OAUTH_STATE = "oauth_state"
    SOCKET_TICKET = "socket_ticket"


class ProofWrong(Invalid):
    """That code or link is not valid: it was used, has expired, or never was; ask for a new one."""

    kind, code = Kind.INVALID, "TOKEN_INVALID"


@dataclass(frozen=True, slots=True)
class Proof:
    """A one-time value that was just used. ``secret`` is what was sealed with it, if anything."""

    id: UUID
    tenant_key: int | None
    user_key: int | None
    target: str
    data: Mapping[str, Any]
    secret: bytes | None
    created_at: datetime
