"""Giving people their roles."""

from __future__ import annotations

from sqlalchemy import insert, select

from steward.db.database import Transaction
from steward.db.tables import Role, UserRole


def give_role(tx: Transaction, user_key: int, name: str) -> None:
    """Give a person who has none of it yet the built-in role ``name``, on the server's own behalf."""
    built_in = select(Role.key).where(Role.name == name, Role.tenant_key.is_(None)).scalar_subquery()
    tx.session.execute(insert(UserRole).values(user_key=user_key, role_key=built_in, assigned_at=tx.now))
