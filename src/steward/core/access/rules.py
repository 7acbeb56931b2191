"""The roles and what each may do; frozen, pure.

A permission is ``resource:action`` with the actions ``read`` and ``write``. It says what may be tried, not on whose
rows: every row still comes through the gate of its noun, which stays inside the person's own tenant.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

_OWN_RESOURCES = (
    "agents",
    "analytics",
    "assistants",
    "calendar",
    "chat",
    "files",
    "integrations",
    "messaging",
    "notes",
    "notifications",
    "profile",
    "reminders",
    "sessions",
    "tasks",
    "tools",
    "usage",
    "voice",
    "webhooks",
)
_TENANT_RESOURCES = ("audit", "roles", "settings", "tenant", "users")

EVERYTHING = "*"
"""The permission that holds all others: the server owner's."""

_READ_OWN = frozenset(f"{resource}:read" for resource in _OWN_RESOURCES)
_WRITE_OWN = frozenset(f"{resource}:write" for resource in _OWN_RESOURCES)
_TENANT = frozenset(f"{resource}:{action}" for resource in _TENANT_RESOURCES for action in ("read", "write"))

PERMISSIONS: frozenset[str] = _READ_OWN | _WRITE_OWN | _TENANT
"""Every permission that a route may ask for, apart from those that only the server owner has."""

ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "owner": frozenset({EVERYTHING}),
        "admin": PERMISSIONS,
        "member": _READ_OWN | _WRITE_OWN,
        "user": _READ_OWN | _WRITE_OWN,
        "viewer": _READ_OWN | {"profile:write", "sessions:write"},
    }
)
"""What each built-in role may do: ``owner`` runs the server, ``admin`` a tenant, ``viewer`` changes only itself.

``member`` is what a team calls its ``user`` (decision AT23).
"""


@lru_cache(1024)
def permissions_of(roles: str, granted: str = "") -> frozenset[str]:
    """Return what the holder of the built-in ``roles`` and of the ``granted`` permissions may do.

    Both are names with spaces between them, as a statement gathers them; a role that is not known gives nothing.
    """
    held = (ROLES.get(role, frozenset()) for role in roles.split())
    return frozenset(granted.split()).union(*held)
