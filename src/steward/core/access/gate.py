"""The only way to the rows of roles, permissions and who holds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select

from steward.core.access.errors import RoleNotFound
from steward.core.access.rules import (
    BUILT_IN_BY_ID,
    EVERYTHING,
    KNOWN,
    ROLES,
    description_of,
    permission_id,
)
from steward.core.access.types import PermissionView, RoleView
from steward.db.database import Transaction
from steward.db.tables import Permission, Role, RolePermission, User, UserRole
from steward.kit.actor import Actor
from steward.kit.errors import Invalid, NotFound
from steward.kit.ids import parse_id
from steward.kit.pages import Page, Window

Found = Row[*tuple[Any, ...]]

_ROLE = (Role.key, Role.id, Role.tenant_key, Role.name, Role.description, Role.created_at, Role.updated_at)
_ORDER = (Role.tenant_key.is_not(None), Role.rank.desc(), Role.key)


def visible(tenant_key: int) -> ColumnElement[bool]:
    """Return the condition that a role is built in or the tenant's own."""
    return or_(Role.tenant_key.is_(None), Role.tenant_key == tenant_key)


def roles_page(tx: Transaction, tenant_key: int, window: Window) -> Page[RoleView]:
    """Return the built-in roles, the highest first, and then the tenant's own, the oldest first."""
    return _page(tx, select(*_ROLE).where(visible(tenant_key)), window)


def roles_of(tx: Transaction, user_key: int, window: Window) -> Page[RoleView]:
    """Return the roles of a person."""
    held = select(*_ROLE).join(UserRole, UserRole.role_key == Role.key).where(UserRole.user_key == user_key)
    return _page(tx, held, window)


def _page(tx: Transaction, wanted: Select[*tuple[Any, ...]], window: Window) -> Page[RoleView]:
    total = tx.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = tx.session.execute(wanted.order_by(*_ORDER).limit(window.limit).offset(window.offset)).all()
    return Page(views(tx, rows), total, window)


def role(tx: Transaction, tenant_key: int, *, id: UUID | None = None, name: str | None = None) -> Found:
    """Return the row of a built-in role or one of the tenant, by its id or else its name.

    Raises:
        RoleNotFound: there is none that the tenant can see.
    """
    wanted = Role.id == id if id is not None else Role.name == (name or "")
    found = tx.session.execute(select(*_ROLE).where(wanted, visible(tenant_key))).one_or_none()
    if found is None:
        raise RoleNotFound
    return found


def views(tx: Transaction, rows: Sequence[Found]) -> list[RoleView]:
    """Return the roles with their permissions, in one statement for all."""
    custom = _permissions(tx, [row.key for row in rows if row.tenant_key is not None])
    return [
        RoleView(
            id=row.id,
            name=row.name,
            description=row.description,
            permissions=built_in(row.name) if row.tenant_key is None else custom.get(row.key, ()),
            is_system=row.tenant_key is None,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in rows
    ]


def built_in(role_name: str) -> tuple[PermissionView, ...]:
    """Return the permissions of a built-in role."""
    names = ROLES.get(role_name, frozenset())
    return tuple(known(name) for name in sorted(KNOWN if EVERYTHING in names else names))


def known(name: str) -> PermissionView:
    """Return a permission that is in the code."""
    return PermissionView(permission_id(name), name, description_of(name), True)


def _permissions(tx: Transaction, role_keys: Sequence[int]) -> Mapping[int, tuple[PermissionView, ...]]:
    if not role_keys:
        return {}
    own = and_(Permission.tenant_key == Role.tenant_key, Permission.name == RolePermission.name)
    rows = tx.session.execute(
        select(RolePermission.role_key, RolePermission.name, Permission.id, Permission.description)
        .join(Role, Role.key == RolePermission.role_key)
        .outerjoin(Permission, own)
        .where(RolePermission.role_key.in_(role_keys))
        .order_by(RolePermission.name)
    )
    found: dict[int, tuple[PermissionView, ...]] = {}
    for row in rows:
        view = known(row.name) if row.id is None else PermissionView(row.id, row.name, row.description, False)
        found[row.role_key] = (*found.get(row.role_key, ()), view)
    return found


def names_of(tx: Transaction, found: Found) -> frozenset[str]:
    """Return the names of the permissions of a role: ``*`` for the owner's."""
    if found.tenant_key is None:
        return ROLES.get(found.name, frozenset())
    return frozenset(tx.session.scalars(select(RolePermission.name).where(RolePermission.role_key == found.key)))


def holders(tx: Transaction, role_keys: Iterable[int]) -> list[int]:
    """Return the keys of the people who hold one of the roles."""
    held = UserRole.role_key.in_(list(role_keys))
    return list(tx.session.scalars(select(UserRole.user_key).where(held).distinct()))


def permissions_page(tx: Transaction, tenant_key: int, window: Window) -> Page[PermissionView]:
    """Return the built-in permissions by name, and then the tenant's own, the oldest first."""
    fixed = [known(name) for name in BUILT_IN_BY_ID.values()]
    mine = Permission.tenant_key == tenant_key
    total = len(fixed) + (tx.session.scalar(select(func.count()).select_from(Permission).where(mine)) or 0)
    items = fixed[window.offset : window.offset + window.limit]
    rest = select(Permission).where(mine).order_by(Permission.key)
    rest = rest.offset(max(0, window.offset - len(fixed))).limit(window.limit - len(items))
    items += [custom(row) for row in tx.session.scalars(rest)]
    return Page(items, total, window)


def custom(row: Permission) -> PermissionView:
    """Return a permission that a tenant made."""
    return PermissionView(row.id, row.name, row.description, False)


def custom_named(tx: Transaction, tenant_key: int, names: Iterable[str], ids: Iterable[UUID]) -> list[Permission]:
    """Return those of the tenant's own permissions that have one of the names or ids."""
    wanted = or_(false(), Permission.name.in_(list(names)), Permission.id.in_(list(ids)))
    return list(tx.session.scalars(select(Permission).where(Permission.tenant_key == tenant_key, wanted)))


def permission_names(tx: Transaction, tenant_key: int, wanted: Sequence[str]) -> list[str]:
    """Return the names of permissions that were given by name or id, each once.

    Raises:
        Invalid: there is no such permission; what was sent is not repeated, only its place.
    """
    ids = {text: parsed for text in wanted if (parsed := parse_id(text)) is not None}
    own = custom_named(tx, tenant_key, wanted, ids.values()) if wanted else []
    by_id = {**BUILT_IN_BY_ID, **{row.id: row.name for row in own}}
    names = KNOWN | {row.name for row in own}
    meant = [by_id.get(ids[text]) if text in ids else text if text in names else None for text in wanted]
    wrong = {f"permissions.{place}": ["There is no such permission"] for place, name in enumerate(meant) if not name}
    if wrong:
        raise Invalid("There is no such permission.", fields=wrong)
    return sorted({name for name in meant if name})


def person(tx: Transaction, actor: Actor, who: UUID | int, *, beyond: str) -> Found:
    """Return key, id and tenant of a person of the actor's tenant; of any tenant for holders of ``beyond``.

    ``who`` is an id or a ``user_number`` (decision C10).

    Raises:
        NotFound: there is nobody that the actor can see.
    """
    wanted = User.key == who if isinstance(who, int) else User.id == who
    statement = select(User.key, User.id, User.tenant_key).where(wanted)
    if not actor.may(beyond):
        statement = statement.where(User.tenant_key == actor.tenant_key)
    found = tx.session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("There is no such person.")
    return found
