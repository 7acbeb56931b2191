"""Building the actor on whose behalf something happens."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, select

from steward.core.access.rules import permissions_of
from steward.db.database import Transaction
from steward.db.tables import Tenant, User
from steward.kit.actor import Actor
from steward.kit.errors import Unauthenticated

ACTOR_COLUMNS = (
    User.key.label("user_key"),
    User.id.label("user_id"),
    User.tenant_key.label("tenant_key"),
    Tenant.id.label("tenant_id"),
    User.role.label("role"),
    User.full_name.label("full_name"),
    User.email.label("email"),
    User.timezone.label("timezone"),
    User.language.label("language"),
)
"""What a statement over users joined with tenants must select for ``actor_of``."""


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
        role=row.role,
        permissions=permissions_of(row.role),
        session_id=session_id,
        name=row.full_name,
        email=row.email or "",
        zone=row.timezone,
        locale=row.language,
        via=via,
        ip=ip,
    )


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
