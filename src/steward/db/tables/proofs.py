"""One-time values that prove something, and the letters that carry them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from steward.db.tables.base import SEALED, Base, Identified


class OneTimeToken(Identified, Base):
    """A value that works once. ``hash`` is all that is kept of it.

    ``kind`` says what it proves, ``target`` what it is bound to (an address, a number, a session). ``tries`` counts
    wrong guesses of a short code. ``data`` holds no secret.
    """

    __tablename__ = "one_time_tokens"
    __table_args__ = (
        Index("ix_one_time_tokens_hash", "hash"),
        Index("ix_one_time_tokens_user", "user_key", "kind", "key"),
        Index("ix_one_time_tokens_expiry", "expires_at"),
    )

    tenant_key: Mapped[int | None] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int | None] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    hash: Mapped[str] = mapped_column(String(64))
    target: Mapped[str] = mapped_column(String(320), default="")
    tries: Mapped[int] = mapped_column(default=0)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Letter(Identified, Base):
    """A mail or text that the server itself sends: a code, a link, a notice. ``sealed`` goes once it is sent."""

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_recipient", "recipient_hash", "created_at"),
        Index("ix_letters_user", "user_key", "key"),
    )

    tenant_key: Mapped[int | None] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int | None] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(4))
    purpose: Mapped[str] = mapped_column(String(40))
    recipient_hash: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)
    status: Mapped[str] = mapped_column(String(10), default="waiting")
    error: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
