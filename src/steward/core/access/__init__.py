"""Who may do what: roles, their permissions, the actor that carries them, and keys for programs."""

from steward.core.access.actors import ACTOR_COLUMNS, ROLE_SHOWN, actor_of, actor_of_user, with_rights_now
from steward.core.access.errors import KeyWrong, LastAdmin
from steward.core.access.keys import KeyService
from steward.core.access.roles import give_role, keep_an_admin, permissions_held, set_role
from steward.core.access.rules import EVERYTHING, KNOWN, PERMISSIONS, ROLES, both, permissions_of
from steward.core.access.service import AccessService
from steward.core.access.types import IssuedKey, KeyView, NewKey, NewRole, PermissionView, RoleChange, RoleView

__all__ = [
    "ACTOR_COLUMNS",
    "EVERYTHING",
    "KNOWN",
    "PERMISSIONS",
    "ROLES",
    "ROLE_SHOWN",
    "AccessService",
    "IssuedKey",
    "KeyService",
    "KeyView",
    "KeyWrong",
    "LastAdmin",
    "NewKey",
    "NewRole",
    "PermissionView",
    "RoleChange",
    "RoleView",
    "actor_of",
    "actor_of_user",
    "both",
    "give_role",
    "keep_an_admin",
    "permissions_held",
    "permissions_of",
    "set_role",
    "with_rights_now",
]
