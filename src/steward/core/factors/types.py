"""What other parts see of second factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Factor = Literal["totp", "sms", "backup"]
"""What a code can come from: an authenticator app, a text, the list of backup codes."""

Method = Literal["totp", "sms"]
"""A factor that is set up by itself and makes a second factor necessary at sign-in."""

ANY_FACTOR: frozenset[Factor] = frozenset({"totp", "sms", "backup"})


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose factors: the person, and the session in which codes were asked for, if any."""

    tenant_key: int
    user_key: int
    session_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Which methods are on for a person. ``setup_required``: a policy demands one and none is on (AP11)."""

    methods: tuple[str, ...]
    setup_required: bool

    @property
    def is_on(self) -> bool:
        """Whether a second factor is needed at sign-in."""
        return bool(self.methods)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a code. It is reported, not raised, so that the count of wrong codes is committed.

    ``factor`` is the one that was proved, None for a wrong code; ``retry_after_seconds`` is above 0 when the code was
    not even looked at. ``enabled_now``: this first right code switched its method on. ``number_taken``: the code was
    right but its number belongs to somebody else by now. ``backup_codes`` are new ones, to be shown once.
    """

    factor: Factor | None = None
    retry_after_seconds: float = 0.0
    enabled_now: bool = False
    number_taken: bool = False
    backup_codes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class MfaStatus:
    """Which factors a person has."""

    totp_enabled: bool
    sms_enabled: bool
    phone_number: str | None
    """The number for codes, masked."""
    backup_codes_remaining: int
    passkeys: int
    setup_required: bool

    @property
    def mfa_enabled(self) -> bool:
        """Whether a second factor is needed at sign-in."""
        return self.totp_enabled or self.sms_enabled


@dataclass(frozen=True, slots=True)
class TotpSetup:
    """What an authenticator app needs, shown once. ``qr_code`` is a PNG as a data URI.

    ``backup_codes`` is empty when another method is on: its codes stay good.
    """

    secret: str
    provisioning_uri: str
    qr_code: str
    backup_codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code went out to the masked number and is good for ``expires_in`` seconds."""

    phone_number: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey as its owner sees it."""

    id: UUID
    name: str
    transports: Sequence[str]
    is_backed_up: bool
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class PasskeyProof:
    """A passkey that was just proved to be there, and whose it is."""

    user_key: int
    tenant_key: int
    passkey_id: UUID
