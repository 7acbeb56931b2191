"""Tenants and the people in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from steward.db.tables.base import Base, Identified


class Tenant(Identified, Base):
    """A wall: everything a person owns lies inside exactly one tenant. ``closed_at``: its last person left."""

    __tablename__ = "tenants"

    name: Mapped[str] = mapped_column(String(200))
    plan: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


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
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")
    language: Mapped[str] = mapped_column(String(35), default="en-US")
    theme: Mapped[str] = mapped_column(String(10), default="auto")
    is_active: Mapped[bool] = mapped_column(default=True)
    is_verified: Mapped[bool] = mapped_column(default=False)
    conversation_count: Mapped[int] = mapped_column(default=0)
    last_login_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class PhoneNumber(Identified, Base):
    """A number of a person. Only a verified one is theirs alone; others are claims that route nothing.

    ``source``: ``person`` who added it or ``admin`` who created the account with it.
    """

    __tablename__ = "phone_numbers"
    __table_args__ = (
        UniqueConstraint("user_key", "number"),
        Index(
            "uq_phone_numbers_verified",
            "number",
            unique=True,
            sqlite_where=text("is_verified = 1"),
            postgresql_where=text("is_verified"),
        ),
    )

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(String(40), default="mobile")
    is_primary: Mapped[bool] = mapped_column(default=False)
    is_verified: Mapped[bool] = mapped_column(default=False)
    opted_out: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(10), default="person")
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]


class UserSettings(Identified, Base):
    """One section of a person's choices: ``preferences``, ``settings``, ``voice`` or ``calendar``.

    ``data`` has only what differs from the defaults.
    """

    __tablename__ = "user_settings"
    __table_args__ = (UniqueConstraint("user_key", "section"),)

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    section: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime]
