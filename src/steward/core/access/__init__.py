"""Who may do what: roles, their permissions, and the actor that carries them."""

from steward.core.access.actors import ACTOR_COLUMNS, ROLE_SHOWN, actor_of, actor_of_user
from steward.core.access.roles import give_role
from steward.core.access.rules import EVERYTHING, PERMISSIONS, ROLES, permissions_of

__all__ = [
    "ACTOR_COLUMNS",
    "EVERYTHING",
    "PERMISSIONS",
    "ROLES",
    "ROLE_SHOWN",
    "actor_of",
    "actor_of_user",
    "give_role",
    "permissions_of",
]
