"""Who may do what: roles, their permissions, and the actor that carries them."""

from steward.core.access.actors import ACTOR_COLUMNS, actor_of, actor_of_user
from steward.core.access.rules import PERMISSIONS, ROLES, permissions_of

__all__ = ["ACTOR_COLUMNS", "PERMISSIONS", "ROLES", "actor_of", "actor_of_user", "permissions_of"]
