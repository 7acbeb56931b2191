"""Who may do what: roles, permissions, who holds them, and API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from steward.db.tables.base import Base, Identified

_BUILT_IN = text("tenant_key IS NULL")

BUILT_IN_ROLES = {"owner": 100, "admin": 80, "member": 40, "user": 40, "viewer": 20}
"""The names of the roles that every tenant has, and their ranks."""


class Role(Identified, Base):
    """A named set of permissions, of one tenant or, without a tenant, built in. The highest ``rank`` is shown."""

    __tablename__ = "roles"
    __table_args__ = (
        UniqueConstraint("tenant_key", "name"),
        Index("uq_roles_built_in", "name", unique=True, sqlite_where=_BUILT_IN, postgresql_where=_BUILT_IN),
    )

    tenant_key: Mapped[int | None] = mapped_column(ForeignKey("tenants.key", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(String(400), default="")
    rank: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Permission(Identified, Base):
    """A permission ``resource:action`` that a tenant made for itself. The built-in ones are in the code."""

    __tablename__ = "permissions"
    __table_args__ = (UniqueConstraint("tenant_key", "name"),)

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(121))
    description: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime]


class RolePermission(Identified, Base):
    """A permission, by name, that a tenant's role has. What the built-in roles have is in the code."""

    __tablename__ = "role_permissions"
    __table_args__ = (UniqueConstraint("role_key", "name"),)

    role_key: Mapped[int] = mapped_column(ForeignKey("roles.key", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(121))


class UserRole(Identified, Base):
    """A role that a person holds."""

    __tablename__ = "user_roles"
    __table_args__ = (UniqueConstraint("user_key", "role_key"), Index("ix_user_roles_role", "role_key", "user_key"))

    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    role_key: Mapped[int] = mapped_column(ForeignKey("roles.key", ondelete="CASCADE"))
    assigned_by_key: Mapped[int | None] = mapped_column(ForeignKey("users.key", ondelete="SET NULL"))
    assigned_at: Mapped[datetime]


class ApiKey(Identified, Base):
    """A key for programs. ``hash`` is the SHA-256 of the key in hex; the key itself was shown once.

    ``kind``: ``api_key`` (``stw_…``) or ``token`` (the 40 hex digits of the sms document). ``scopes``: permissions,
    null for all that the person has.
    """

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_user", "user_key", "key"),)

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(12))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[Any] | None]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    last_used_ip: Mapped[str] = mapped_column(String(64), default="")
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
