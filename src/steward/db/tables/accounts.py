"""Tenants and the people in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from steward.db.tables.base import Base, Identified


class Tenant(Identified, Base):
    """A wall: everything a person owns lies inside exactly one tenant."""

    __tablename__ = "tenants"

    name: Mapped[str] = mapped_column(String(200))
    plan: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]


class User(Identified, Base):
    """A person. ``email`` is the normal form, unique on the server; ``key`` is the ``user_number`` of the documents."""

    __tablename__ = "users"
    __table_args__ = (Index("ix_users_tenant", "tenant_key", "key"),)

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    username: Mapped[str] = mapped_column(String(320), unique=True)
    email: Mapped[str | None] = mapped_column(String(320), unique=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    full_name: Mapped[str] = mapped_column(String(200), default="")
    first_name: Mapped[str] = mapped_column(String(100), default="")
    last_name: Mapped[str] = mapped_column(String(100), default="")
    phone_number: Mapped[str | None] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(40))
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    language: Mapped[str] = mapped_column(String(35), default="en-US")
    theme: Mapped[str] = mapped_column(String(10), default="auto")
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_verified: Mapped[bool] = mapped_column(default=False)
    conversation_count: Mapped[int] = mapped_column(default=0)
    last_login_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
