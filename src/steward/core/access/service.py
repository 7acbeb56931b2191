"""Roles and permissions: what there is, who holds what, and changing it without giving more than one has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from steward.core.access import gate, rules
from steward.core.access.errors import (
    IsBuiltIn,
    MoreThanOwn,
    PermissionExists,
    PermissionNotFound,
    RoleExists,
    RoleHeld,
    RoleNotFound,
)
from steward.core.access.roles import WIELD_A_TENANT, keep_an_admin
from steward.core.access.types import NewRole, PermissionView, RoleChange, RoleView
from steward.core.audit import Action, AuditLog
from steward.db.database import Database, Transaction
from steward.db.tables import Permission, Role, RolePermission, UserRole
from steward.kit.actor import Actor
from steward.kit.errors import Invalid
from steward.kit.ids import new_id
from steward.kit.pages import Page, Window
from steward.kit.text import without_controls

_NAME_RULE = "Use 1 to 80 of the characters a-z 0-9 _ . - and begin with a letter or digit"
_PERMISSION_RULE = "Must be resource:action, each of 1 to 60 of the characters a-z 0-9 _ . -"


class AccessService:
    """What can be done with roles and permissions.

    Nobody gives, takes or changes more than they hold themselves (security item 66). A tenant's own permissions open no
    door of the server; whoever may change roles may give them.
    """

    def __init__(self, db: Database, audit: AuditLog) -> None:
        self._db = db
        self._audit = audit
        self._listeners: list[Callable[[int], None]] = []

    def when_changed(self, tell: Callable[[int], None]) -> None:
        """Have ``tell`` called with the key of every person whose rights were changed, on a database thread."""
        self._listeners.append(tell)

    async def list_roles(self, actor: Actor, window: Window) -> Page[RoleView]:
        """Return the built-in roles and those of the actor's tenant.

        Raises:
            Forbidden: the actor may not see roles.
        """
        actor.need("roles:read")
        return await self._db.read(lambda tx: gate.roles_page(tx, actor.tenant_key, window))

    async def get_role(self, actor: Actor, role_id: UUID) -> RoleView:
        """Return one role.

        Raises:
            Forbidden: the actor may not see roles.
            RoleNotFound: there is none for this tenant.
        """
        actor.need("roles:read")
        return await self._db.read(lambda tx: self._view(tx, actor, role_id))

    async def create_role(self, actor: Actor, new: NewRole) -> RoleView:
        """Make a role for the actor's tenant.

        Raises:
            Forbidden: the actor may not change roles, or does not hold all that the role would give.
            Invalid: the name does not fit, or there is no such permission.
            RoleExists: the name is taken, also by a built-in role.
        """
        actor.need("roles:write")
        name = _role_name(new.name)

        def work(tx: Transaction) -> RoleView:
            permissions = gate.permission_names(tx, actor.tenant_key, new.permissions)
            _refuse_more(actor, permissions)
            values = {"name": name, "description": without_controls(new.description), "rank": 0}
            row = tx.add(Role(id=new_id(), tenant_key=actor.tenant_key, created_at=tx.now, updated_at=tx.now, **values))
            try:
                tx.session.flush()
            except IntegrityError:
                raise RoleExists from None
            _grant(tx, row.key, permissions)
            self._audit.record(
                tx, action=Action.ROLE_CREATED, resource=f"role/{row.id}", actor=actor, details=_told(permissions, name)
            )
            return self._view(tx, actor, row.id)

        return await self._db.write(work)

    async def change_role(self, actor: Actor, role_id: UUID, change: RoleChange) -> RoleView:
        """Change a role of the actor's tenant; it holds for its people from their next request on.

        Raises:
            Forbidden: the actor may not change roles, the role is built in, or the actor does not hold all that it
                gives or would give.
            Invalid: the name does not fit, or there is no such permission.
            RoleExists: the name is taken.
            RoleNotFound: there is none for this tenant.
        """
        actor.need("roles:write")

        def work(tx: Transaction) -> RoleView:
            found = self._own_role(tx, actor, role_id)
            values: dict[str, object] = {"updated_at": tx.now}
            if "name" in change:
                values["name"] = _role_name(change["name"])
            if "description" in change:
                values["description"] = without_controls(change["description"])
            try:
                tx.session.execute(update(Role).where(Role.key == found.key).values(**values))
            except IntegrityError:
                raise RoleExists from None
            permissions: Iterable[str] | None = None
            if "permissions" in change:
                permissions = gate.permission_names(tx, actor.tenant_key, change["permissions"])
                _refuse_more(actor, permissions)
                tx.session.execute(delete(RolePermission).where(RolePermission.role_key == found.key))
                _grant(tx, found.key, permissions)
            self._tell_after(tx, gate.holders(tx, [found.key]))
            self._audit.record(
                tx,
                action=Action.ROLE_CHANGED,
                resource=f"role/{role_id}",
                actor=actor,
                details=_told(permissions, str(values.get("name", found.name))),
            )
            return self._view(tx, actor, role_id)

        return await self._db.write(work)

    async def remove_role(self, actor: Actor, role_id: UUID) -> None:
        """Delete a role of the actor's tenant; whoever held it holds it no more.

        Raises:
            Forbidden: the actor may not change roles, does not hold all that it gives, or the role is built in.
            RoleNotFound: there is none for this tenant.
        """
        actor.need("roles:write")

        def work(tx: Transaction) -> None:
            found = self._own_role(tx, actor, role_id)
            self._tell_after(tx, gate.holders(tx, [found.key]))
            tx.session.execute(delete(Role).where(Role.key == found.key))
            self._audit.record(
                tx,
                action=Action.ROLE_REMOVED,
                resource=f"role/{role_id}",
                actor=actor,
                details={"name": found.name},
            )

        await self._db.write(work)

    async def list_permissions(self, actor: Actor, window: Window) -> Page[PermissionView]:
        """Return the permissions that are in the code and those of the actor's tenant.

        Raises:
            Forbidden: the actor may not see roles.
        """
        actor.need("roles:read")
        return await self._db.read(lambda tx: gate.permissions_page(tx, actor.tenant_key, window))

    async def create_permission(self, actor: Actor, name: str, description: str = "") -> PermissionView:
        """Make a permission ``resource:action`` for the actor's tenant.

        Raises:
            Forbidden: the actor may not change roles.
            Invalid: the name does not fit.
            PermissionExists: the name is taken, also by one that is built in.
        """
        actor.need("roles:write")
        if not rules.is_permission_name(name):
            raise Invalid(_PERMISSION_RULE, fields={"name": [_PERMISSION_RULE]})
        if name in rules.KNOWN:
            raise PermissionExists

        def work(tx: Transaction) -> PermissionView:
            row = tx.add(
                Permission(
                    id=new_id(),
                    tenant_key=actor.tenant_key,
                    name=name,
                    description=without_controls(description),
                    created_at=tx.now,
                )
            )
            try:
                tx.session.flush()
            except IntegrityError:
                raise PermissionExists from None
            self._note(tx, actor, Action.PERMISSION_CREATED, row)
            return gate.custom(row)

        return await self._db.write(work)

    async def change_permission(self, actor: Actor, permission_id: UUID, description: str) -> PermissionView:
        """Describe a permission of the actor's tenant anew; its name stays, because roles hold it by name.

        Raises:
            Forbidden: the actor may not change roles, or the permission is built in.
            PermissionNotFound: there is none for this tenant.
        """
        actor.need("roles:write")

        def work(tx: Transaction) -> PermissionView:
            row = _own_permission(tx, actor, permission_id)
            row.description = without_controls(description)
            self._note(tx, actor, Action.PERMISSION_CHANGED, row)
            return gate.custom(row)

        return await self._db.write(work)

    async def remove_permission(self, actor: Actor, permission_id: UUID) -> None:
        """Delete a permission of the actor's tenant, also from the roles that give it.

        Raises:
            Forbidden: the actor may not change roles, or the permission is built in.
            PermissionNotFound: there is none for this tenant.
        """
        actor.need("roles:write")

        def work(tx: Transaction) -> None:
            row = _own_permission(tx, actor, permission_id)
            own_roles = select(Role.key).where(Role.tenant_key == actor.tenant_key).scalar_subquery()
            gone = (RolePermission.name == row.name) & RolePermission.role_key.in_(own_roles)
            keys = tx.session.scalars(delete(RolePermission).where(gone).returning(RolePermission.role_key)).all()
            self._tell_after(tx, gate.holders(tx, keys))
            tx.session.delete(row)
            self._note(tx, actor, Action.PERMISSION_REMOVED, row)

        await self._db.write(work)

    async def roles_of(self, actor: Actor, who: UUID | int, window: Window) -> Page[RoleView]:
        """Return the roles of a person; everybody may see their own (decision AP23).

        Raises:
            Forbidden: they are somebody else's and the actor may not see roles.
            NotFound: there is no such person in the tenant.
        """
        if who not in (actor.user_id, actor.user_key):
            actor.need("roles:read")

        def work(tx: Transaction) -> Page[RoleView]:
            with tx.whole_server():  # whose roles may be seen is judged by the gate
                person = gate.person(tx, actor, who, beyond="platform:read")
                return gate.roles_of(tx, person.key, window)

        return await self._db.read(work)

    async def assign(
        self, actor: Actor, who: UUID | int, *, role_id: UUID | None = None, role_name: str | None = None
    ) -> RoleView:
        """Give a person one more role, by its id or else its name.

        Raises:
            Forbidden: the actor may not change roles, or does not hold all that the role gives.
            NotFound: there is no such person in the tenant.
            RoleNotFound: there is no such role for their tenant.
            RoleHeld: they have it.
        """
        actor.need("roles:write")

        def work(tx: Transaction) -> RoleView:
            person = gate.person(tx, actor, who, beyond="platform:write")
            found = gate.role(tx, person.tenant_key, id=role_id, name=role_name)
            _refuse_more(actor, gate.names_of(tx, found))
            given = {"user_key": person.key, "role_key": found.key, "assigned_by_key": actor.user_key}
            try:
                tx.session.execute(insert(UserRole).values(assigned_at=tx.now, **given))
            except IntegrityError:
                raise RoleHeld from None
            self._note_held(tx, actor, Action.ROLE_ASSIGNED, person, found)
            return gate.views(tx, [found])[0]

        return await self._db.write(work)

    async def withdraw(self, actor: Actor, who: UUID | int, role_id: UUID) -> None:
        """Take a role from a person.

        Raises:
            Forbidden: the actor may not change roles, or does not hold all that the role gives.
            NotFound: there is no such person in the tenant.
            RoleNotFound: they do not have it.
            LastAdmin: nobody would be left to run their tenant, or the server.
        """
        actor.need("roles:write")

        def work(tx: Transaction) -> None:
            person = gate.person(tx, actor, who, beyond="platform:write")
            found = gate.role(tx, person.tenant_key, id=role_id)
            _refuse_more(actor, gate.names_of(tx, found))
            if found.tenant_key is None and found.name in WIELD_A_TENANT:
                keep_an_admin(tx, person.tenant_key, person.key, role=found.name)
            held = (UserRole.user_key == person.key) & (UserRole.role_key == found.key)
            if tx.session.execute(delete(UserRole).where(held).returning(UserRole.key)).first() is None:
                raise RoleNotFound
            self._note_held(tx, actor, Action.ROLE_WITHDRAWN, person, found)

        await self._db.write(work)

    def _view(self, tx: Transaction, actor: Actor, role_id: UUID) -> RoleView:
        return gate.views(tx, [gate.role(tx, actor.tenant_key, id=role_id)])[0]

    def _own_role(self, tx: Transaction, actor: Actor, role_id: UUID) -> gate.Found:
        found = gate.role(tx, actor.tenant_key, id=role_id)
        if found.tenant_key is None:
            raise IsBuiltIn
        _refuse_more(actor, gate.names_of(tx, found))
        return found

    def _note(self, tx: Transaction, actor: Actor, action: Action, row: Permission) -> None:
        self._audit.record(tx, action=action, resource=f"permission/{row.id}", actor=actor, details={"name": row.name})

    def _note_held(self, tx: Transaction, actor: Actor, action: Action, person: gate.Found, found: gate.Found) -> None:
        self._tell_after(tx, [person.key])
        self._audit.record(
            tx,
            action=action,
            resource=f"user/{person.id}",
            actor=actor,
            tenant_key=person.tenant_key,
            details={"role": found.name},
        )

    def _tell_after(self, tx: Transaction, user_keys: Sequence[int]) -> None:
        def tell() -> None:
            for user_key in user_keys:
                for listener in self._listeners:
                    listener(user_key)

        tx.after_commit(tell)


def _role_name(name: str) -> str:
    if not rules.is_role_name(name):
        raise Invalid(_NAME_RULE, fields={"name": [_NAME_RULE]})
    if name in rules.ROLES:
        raise RoleExists
    return name


def _refuse_more(actor: Actor, permissions: Iterable[str]) -> None:
    matter = [name for name in permissions if name in rules.KNOWN or name == rules.EVERYTHING]
    if not rules.holds_all(actor.permissions, matter):
        raise MoreThanOwn


def _grant(tx: Transaction, role_key: int, permissions: Iterable[str]) -> None:
    rows = [{"id": new_id(), "role_key": role_key, "name": name} for name in permissions]
    if rows:
        tx.session.execute(insert(RolePermission), rows)


def _own_permission(tx: Transaction, actor: Actor, permission_id: UUID) -> Permission:
    if permission_id in rules.BUILT_IN_BY_ID:
        raise IsBuiltIn
    found = gate.custom_named(tx, actor.tenant_key, (), [permission_id])
    if not found:
        raise PermissionNotFound
    return found[0]


def _told(permissions: Iterable[str] | None, name: str) -> dict[str, str | int | bool | None]:
    told: dict[str, str | int | bool | None] = {"name": name}
    if permissions is not None:
        told["permissions"] = " ".join(sorted(permissions))
    return told
