"""``/api/v1/rbac``: roles, permissions, who holds which, and the audit log (decisions AP22 to AP24)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from steward.core.access import NewRole, PermissionView, RoleChange, RoleView
from steward.core.audit import AuditView, AuditWish
from steward.kit.clock import iso_z
from steward.kit.errors import NotFound
from steward.kit.ids import parse_id
from steward.surfaces.api_v1.dialect import BadParameter, done, listed, window
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router
from steward.surfaces.turns import id_of

router = new_router(tags=["rbac"])

_MOST_PERMISSIONS = 200
_LARGEST_NUMBER = 2**63 - 1


class NewRoleIn(BaseModel):
    """A role; ``permissions`` are names or ids."""

    name: str = Field(max_length=80)
    description: str = Field("", max_length=400)
    permissions: list[str] = Field(default_factory=list, max_length=_MOST_PERMISSIONS)


class RoleChangeIn(BaseModel):
    """What of a role changes; absent fields stay."""

    name: str | None = Field(None, max_length=80)
    description: str | None = Field(None, max_length=400)
    permissions: list[str] | None = Field(None, max_length=_MOST_PERMISSIONS)


class NewPermissionIn(BaseModel):
    """A permission by its ``name``, by ``resource`` and ``action``, or by all three if they agree."""

    name: str | None = Field(None, max_length=121)
    resource: str | None = Field(None, max_length=60)
    action: str | None = Field(None, max_length=60)
    description: str = Field("", max_length=400)

    @model_validator(mode="after")
    def _agrees(self) -> NewPermissionIn:
        parts = None if self.resource is None or self.action is None else f"{self.resource}:{self.action}"
        if parts is None and self.name is None:
            raise ValueError("send a name, or a resource and an action")
        if parts is not None and self.name not in (None, parts):
            raise ValueError("the name is not that of the resource and the action")
        self.name = self.name or parts
        return self


class PermissionChangeIn(BaseModel):
    """A permission keeps its name: only its description changes."""

    description: str = Field(max_length=400)


class AssignmentIn(BaseModel):
    """Which role: by ``role_id`` or, as ``role``, by its name."""

    role_id: str | int | None = None
    role: str | None = Field(None, max_length=80)

    @model_validator(mode="after")
    def _names_one(self) -> AssignmentIn:
        if (self.role_id is None) == (self.role is None):
            raise ValueError("send either role_id or role")
        return self


@router.get("/rbac/roles", **needs("roles:read"))
async def list_roles(call: Call) -> Json:
    """List the built-in roles and those of the tenant."""
    page = await call.services.access.list_roles(call.actor, window(call))
    return Json(listed(page, role, "data"))


@router.post("/rbac/roles", status_code=201, **needs("roles:write"))
async def create_role(call: Call, body: NewRoleIn) -> Json:
    """Make a role of permissions that one holds."""
    new = NewRole(body.name, body.description, body.permissions)
    return Json(done(role(await call.services.access.create_role(call.actor, new)), "Role created"), 201)


@router.get("/rbac/roles/{role_id}", **needs("roles:read"))
async def get_role(call: Call, role_id: str) -> Json:
    """Return one role."""
    view = await call.services.access.get_role(call.actor, id_of(role_id, "role"))
    return Json(done(role(view), "Role found"))


@router.put("/rbac/roles/{role_id}", **needs("roles:write"))
async def change_role(call: Call, role_id: str, body: RoleChangeIn) -> Json:
    """Change a role; it holds for its people from their next request on."""
    sent = body.model_dump(exclude_unset=True, exclude_none=True)
    change = RoleChange(**sent)  # type: ignore[typeddict-item]  # the names are those of the body's model
    view = await call.services.access.change_role(call.actor, id_of(role_id, "role"), change)
    return Json(done(role(view), "Role updated"))


@router.delete("/rbac/roles/{role_id}", **needs("roles:write"))
async def remove_role(call: Call, role_id: str) -> Json:
    """Delete a role, also from the people who hold it."""
    await call.services.access.remove_role(call.actor, id_of(role_id, "role"))
    return Json(done(None, "Role deleted"))


@router.get("/rbac/permissions", **needs("roles:read"))
async def list_permissions(call: Call) -> Json:
    """List the built-in permissions and those of the tenant."""
    page = await call.services.access.list_permissions(call.actor, window(call))
    return Json(listed(page, permission, "data"))


@router.post("/rbac/permissions", status_code=201, **needs("roles:write"))
async def create_permission(call: Call, body: NewPermissionIn) -> Json:
    """Make a permission for the tenant's own purposes."""
    view = await call.services.access.create_permission(call.actor, body.name or "", body.description)
    return Json(done(permission(view), "Permission created"), 201)


@router.put("/rbac/permissions/{permission_id}", **needs("roles:write"))
async def change_permission(call: Call, permission_id: str, body: PermissionChangeIn) -> Json:
    """Describe a permission anew."""
    wanted = id_of(permission_id, "permission")
    view = await call.services.access.change_permission(call.actor, wanted, body.description)
    return Json(done(permission(view), "Permission updated"))


@router.delete("/rbac/permissions/{permission_id}", **needs("roles:write"))
async def remove_permission(call: Call, permission_id: str) -> Json:
    """Delete a permission, also from the roles that give it."""
    await call.services.access.remove_permission(call.actor, id_of(permission_id, "permission"))
    return Json(done(None, "Permission deleted"))


@router.get("/rbac/users/{user_id}/roles", **needs("profile:read"))
async def list_roles_of(call: Call, user_id: str) -> Json:
    """List somebody's roles: everybody sees their own, admins those of their tenant."""
    page = await call.services.access.roles_of(call.actor, _person(user_id), window(call))
    return Json(listed(page, role, "data"))


@router.post("/rbac/users/{user_id}/roles", status_code=201, **needs("roles:write"))
async def assign(call: Call, user_id: str, body: AssignmentIn) -> Json:
    """Give somebody one more role, of permissions that one holds."""
    wanted = None if body.role_id is None else id_of(str(body.role_id)[:40], "role")
    view = await call.services.access.assign(call.actor, _person(user_id), role_id=wanted, role_name=body.role)
    return Json(done(role(view), "Role assigned"), 201)


@router.delete("/rbac/users/{user_id}/roles/{role_id}", **needs("roles:write"))
async def withdraw(call: Call, user_id: str, role_id: str) -> Json:
    """Take a role from somebody; the last admin of a tenant stays one."""
    await call.services.access.withdraw(call.actor, _person(user_id), id_of(role_id, "role"))
    return Json(done(None, "Role removed"))


@router.get("/rbac/audit", **needs("audit:read"))
async def audit(call: Call) -> Json:
    """List who did what, the newest first, by ``user_id``, ``action``, ``resource``, ``start_date``, ``end_date``."""
    query = call.query_params
    wish = AuditWish(
        user=_asked_person(call),
        action=query.get("action"),
        resource=query.get("resource"),
        start=_instant(call, "start_date"),
        end=_instant(call, "end_date", whole_day=True),
    )
    return Json(listed(await call.services.trail.list(call.actor, wish, window(call)), entry, "data"))


def role(view: RoleView) -> dict[str, Any]:
    """Return a role with its permissions."""
    return {
        "id": str(view.id),
        "name": view.name,
        "description": view.description,
        "permissions": [permission(each) for each in view.permissions],
        "is_system": view.is_system,
        "created_at": iso_z(view.created_at),
        "updated_at": iso_z(view.updated_at),
    }


def permission(view: PermissionView) -> dict[str, Any]:
    """Return a permission."""
    return {
        "id": str(view.id),
        "name": view.name,
        "resource": view.resource,
        "action": view.action,
        "description": view.description,
        "is_system": view.is_system,
    }


def entry(view: AuditView) -> dict[str, Any]:
    """Return an entry of the audit log; ``user_id`` is null where nobody is known, or no more."""
    return {
        "id": str(view.id),
        "user_id": str(view.user_id) if view.user_id else None,
        "user_number": view.user_number,
        "action": view.action,
        "resource": view.resource,
        "resource_id": view.resource_id,
        "result": view.result,
        "ip_address": view.ip,
        "details": view.details,
        "timestamp": iso_z(view.at),
    }


def _person(text: str) -> UUID | int:
    """Return who is meant by an id or a ``user_number`` in a path (decision C10)."""
    found = _id_or_number(text)
    if found is None:
        raise NotFound("There is no such person.")
    return found


def _asked_person(call: Call) -> UUID | int | None:
    text = call.query_params.get("user_id")
    if text is None:
        return None
    found = _id_or_number(text)
    if found is None:
        raise BadParameter("user_id", "must be an id or a number of a person")
    return found


def _id_or_number(text: str) -> UUID | int | None:
    if text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= _LARGEST_NUMBER:
        return int(text)
    return parse_id(text)


def _instant(call: Call, name: str, *, whole_day: bool = False) -> datetime | None:
    """Return a date or instant of the query, in UTC where it names no zone; a day counts to its end."""
    text = call.query_params.get(name)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        if whole_day and len(text) == len("2024-01-16"):
            found += timedelta(days=1)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadParameter(name, "must be a date such as 2024-01-16 or an instant") from None
