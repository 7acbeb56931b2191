"""What other providers vouch for and grant: identities for signing in, and OAuth integrations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from steward.db.tables.base import SEALED, Base, Identified


class ExternalIdentity(Identified, Base):
    """An account elsewhere that signs a person in here: issuer and subject, never the address alone."""

    __tablename__ = "external_identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"), Index("ix_external_identities_user", "user_key", "key"))

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    provider: Mapped[str] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(400))
    subject: Mapped[str] = mapped_column(String(255))
    email: Mapped[str | None] = mapped_column(String(320))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class OAuthIntegration(Identified, Base):
    """A grant of a provider: tokens, sealed, and how it goes with them.

    ``status``: ``active``, ``expired`` (the person must connect again), ``error``. ``account`` is the address or the
    subject at the provider. ``refreshing_until`` is held by the one process that renews the tokens.
    """

    __tablename__ = "oauth_integrations"
    __table_args__ = (UniqueConstraint("user_key", "provider", "subject"),)

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    provider: Mapped[str] = mapped_column(String(40))
    issuer: Mapped[str] = mapped_column(String(400))
    subject: Mapped[str] = mapped_column(String(255))
    account: Mapped[str] = mapped_column(String(320), default="")
    scopes: Mapped[list[Any]] = mapped_column(default=list)
    access_token: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)
    refresh_token: Mapped[bytes | None] = mapped_column(LargeBinary, info=SEALED)
    status: Mapped[str] = mapped_column(String(10), default="active")
    error: Mapped[str] = mapped_column(String(400), default="")
    expires_at: Mapped[datetime | None]
    refreshing_until: Mapped[datetime | None]
    last_refreshed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
