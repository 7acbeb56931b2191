"""The audit chain: who did what to what, each entry bound to the one before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from steward.db.tables.base import Base, Identified, Key


class AuditEntry(Identified, Base):
    """One fact; never changed, never deleted. ``mac`` covers the entry and the ``mac`` before it."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_tenant", "tenant_key", "key"),)

    tenant_key: Mapped[int | None] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int | None] = mapped_column(Key)
    action: Mapped[str] = mapped_column(String(80))
    resource: Mapped[str] = mapped_column(String(120), default="")
    result: Mapped[str] = mapped_column(String(20))
    ip: Mapped[str] = mapped_column(String(64), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime]
    mac: Mapped[bytes] = mapped_column(LargeBinary(32))
