"""Building the actor on whose behalf something happens."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Integer, Row, String, bindparam, func, literal_column, select

from steward.core.access.rules import both, permissions_of
from steward.db.database import Transaction
from steward.db.tables import Role, RolePermission, Tenant, User, UserRole
from steward.kit.actor import Actor
from steward.kit.errors import Unauthenticated

_ONE, _NOTHING = literal_column("1", Integer()), literal_column("''", String())
_HELD = select(Role).join(UserRole, UserRole.role_key == Role.key).where(UserRole.user_key == User.key)

ROLE_SHOWN = (
    func.coalesce(
        _HELD.with_only_columns(Role.name)
        .order_by(Role.rank.desc(), Role.key)
        .limit(_ONE)
        .correlate(User)
        .scalar_subquery(),
        _NOTHING,
    )
).label("role")
"""The name of the highest role of a ``User``, empty for nobody's: what the documents call their role."""

HELD_BUILT_IN = (
    _HELD.with_only_columns(func.aggregate_strings(Role.name, " "))
    .where(Role.tenant_key.is_(None))
    .correlate(User)
    .scalar_subquery()
)
"""The names of a ``User``'s built-in roles, with spaces between them; null for none."""

GRANTED = (
    select(func.aggregate_strings(RolePermission.name, " "))
    .join(UserRole, UserRole.role_key == RolePermission.role_key)
    .where(UserRole.user_key == User.key)
    .correlate(User)
    .scalar_subquery()
)
"""The permissions that a ``User`` has by roles of the tenant, with spaces between them; null for none."""

ACTOR_COLUMNS = (
    User.key.label("user_key"),
    User.id.label("user_id"),
    User.tenant_key.label("tenant_key"),
    Tenant.id.label("tenant_id"),
    Tenant.plan.label("plan"),
    ROLE_SHOWN,
    HELD_BUILT_IN.label("roles"),
    GRANTED.label("granted"),
    User.full_name.label("full_name"),
    User.email.label("email"),
    User.timezone.label("timezone"),
    User.language.label("language"),
)
"""What a statement over users joined with tenants must select for ``actor_of``."""


_HELD_NOW = select(HELD_BUILT_IN.label("roles"), GRANTED.label("granted")).where(
    User.key == bindparam("user_key"), User.is_active.is_(True)
)


def actor_of(
    row: Row[*tuple[Any, ...]],
    *,
    session_id: UUID | None = None,
    via: Literal["session", "api_key", "system"] = "session",
    ip: str = "",
) -> Actor:
    """Return the actor of a row that has ``ACTOR_COLUMNS``."""
    return Actor(
        user_key=row.user_key,
        user_id=row.user_id,
        tenant_key=row.tenant_key,
        tenant_id=row.tenant_id,
        plan=row.plan,
        role=row.role,
        permissions=permissions_of(row.roles or "", row.granted or ""),
        session_id=session_id,
        name=row.full_name,
        email=row.email or "",
        zone=row.timezone,
        locale=row.language,
        via=via,
        ip=ip,
    )


def with_rights_now(tx: Transaction, actor: Actor) -> Actor:
    """Return the actor with what they were let in with and may still do: for work that began a while ago."""
    row = tx.connection.execute(_HELD_NOW, {"user_key": actor.user_key}).one_or_none()
    held = permissions_of(row.roles or "", row.granted or "") if row is not None else frozenset()
    return replace(actor, permissions=both(actor.permissions, held))


def actor_of_user(tx: Transaction, user_key: int) -> Actor:
    """Return the actor for work that goes on without its person: a job acts with the rights they have now.

    Raises:
        Unauthenticated: there is no such person any more, or the account is switched off.
    """
    row = tx.session.execute(
        select(*ACTOR_COLUMNS)
        .join(Tenant, Tenant.key == User.tenant_key)
        .where(User.key == user_key, User.is_active.is_(True))
    ).one_or_none()
    if row is None:
        raise Unauthenticated("That account is not active.")
    return actor_of(row, via="system")
