"""Second factors: what a person has besides a password."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from steward.db.tables.base import SEALED, Base, Identified


class MfaAccount(Identified, Base):
    """What a person's factors have in common; made when it is first needed.

    ``user_handle`` is how authenticators name the person: random, because it is kept on devices. ``wrong_at`` has the
    times of the latest wrong codes, of whichever factor, in seconds since 1970. Whoever checks a code holds this row.
    """

    __tablename__ = "mfa_accounts"

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"), unique=True)
    user_handle: Mapped[bytes] = mapped_column(LargeBinary(64), unique=True)
    wrong_at: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]


class MfaMethod(Identified, Base):
    """An authenticator app (``kind`` ``totp``: ``secret`` sealed) or a number for codes (``sms``: ``phone_number``).

    ``enabled_at`` is null until the first right code. ``last_step`` is the newest time step whose code was used.
    """

    __tablename__ = "mfa_methods"
    __table_args__ = (UniqueConstraint("user_key", "kind"),)

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    secret: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)
    phone_number: Mapped[str | None] = mapped_column(String(16))
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    enabled_at: Mapped[datetime | None]


class BackupCode(Identified, Base):
    """A code for the day the phone is gone. ``hash`` is an HMAC in hex under a key of the ring."""

    __tablename__ = "backup_codes"
    __table_args__ = (UniqueConstraint("user_key", "hash"),)

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Identified, Base):
    """A WebAuthn credential."""

    __tablename__ = "passkeys"
    __table_args__ = (Index("ix_passkeys_user", "user_key", "key"),)

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(100), default="")
    transports: Mapped[list[Any]] = mapped_column(default=list)
    aaguid: Mapped[str] = mapped_column(String(36), default="")
    is_backed_up: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
