"""Giving people their roles, and keeping an admin in every tenant that has one."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, func, insert, select

from steward.core.access.actors import GRANTED, HELD_BUILT_IN
from steward.core.access.errors import LastAdmin
from steward.core.access.rules import permissions_of
from steward.db.database import Transaction
from steward.db.tables import Role, Tenant, User, UserRole

OWNER = "owner"
WIELD_A_TENANT = frozenset({"admin", OWNER})
"""The built-in roles whose holders can run a tenant."""

_BUILT_IN = Role.tenant_key.is_(None)
_WIELDED = (
    select(User.key, Role.name)
    .join(UserRole, UserRole.user_key == User.key)
    .join(Role, Role.key == UserRole.role_key)
    .where(User.is_active.is_(True), _BUILT_IN, Role.name.in_(WIELD_A_TENANT))
)
_WIELDED_HERE = _WIELDED.where(User.tenant_key == bindparam("tenant_key"))
_OTHER_OWNER = _WIELDED.where(Role.name == OWNER, User.key != bindparam("losing")).limit(1)
_PEOPLE = select(func.count()).select_from(User).where(User.tenant_key == bindparam("tenant_key"))
_HELD_TENANT = select(Tenant.key).where(Tenant.key == bindparam("tenant_key")).with_for_update(key_share=True)
_HELD_OWNERSHIP = select(Role.key).where(_BUILT_IN, Role.name == OWNER).with_for_update(key_share=True)


def give_role(tx: Transaction, user_key: int, name: str) -> None:
    """Give a person who has none of it yet the built-in role ``name``, on the server's own behalf."""
    built_in = select(Role.key).where(Role.name == name, _BUILT_IN).scalar_subquery()
    tx.session.execute(insert(UserRole).values(user_key=user_key, role_key=built_in, assigned_at=tx.now))


def set_role(tx: Transaction, user_key: int, name: str) -> None:
    """Give a person the built-in role ``name`` in the place of the built-in roles they have; other roles stay.

    Whether the caller may, and whether an admin remains, is asked before: ``permissions_held``, ``keep_an_admin``.
    """
    built_in = select(Role.key).where(_BUILT_IN)
    tx.session.execute(delete(UserRole).where(UserRole.user_key == user_key, UserRole.role_key.in_(built_in)))
    give_role(tx, user_key, name)


def permissions_held(tx: Transaction, user_key: int) -> frozenset[str]:
    """Return all that a person may do by their roles now, whether or not their account is switched on."""
    row = tx.session.execute(
        select(HELD_BUILT_IN.label("roles"), GRANTED.label("granted")).select_from(User).where(User.key == user_key)
    ).one_or_none()
    return frozenset() if row is None else permissions_of(row.roles or "", row.granted or "")


def keep_an_admin(
    tx: Transaction, tenant_key: int, losing: int, *, role: str | None = None, leaves: bool = False
) -> None:
    """Refuse if the person ``losing`` their roles, or only that ``role``, is the last who can run tenant or server.

    The tenant is held until the commit: call it before the change, and of two admins who step down at once, the second
    one waits here and is refused. ``leaves``: the person goes altogether, which the last person of a tenant may do. The
    last owner of the server stays.

    Raises:
        LastAdmin: nobody would be left.
    """
    values = {"tenant_key": tenant_key}
    tx.session.execute(_HELD_TENANT, values)
    wielded = {(row.key, row.name) for row in tx.session.execute(_WIELDED_HERE, values)}
    lost = {(key, name) for key, name in wielded if key == losing and role in (None, name)}
    if (losing, OWNER) in lost:
        tx.session.execute(_HELD_OWNERSHIP)
        if tx.session.execute(_OTHER_OWNER, {"losing": losing}).first() is None:
            raise LastAdmin
    if not lost or wielded - lost:
        return
    if leaves and tx.session.execute(_PEOPLE, values).scalar_one() == 1:
        return
    raise LastAdmin
