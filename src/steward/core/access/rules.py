"""The roles and what each may do; frozen, pure.

A permission is ``resource:action`` with the actions ``read`` and ``write``. It says what may be tried, not on whose
rows: every row still comes through the gate of its noun, which stays inside the person's own tenant.
"""

from __future__ import annotations

from collections.abc import Mapping
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

_READ_OWN = frozenset(f"{resource}:read" for resource in _OWN_RESOURCES)
_WRITE_OWN = frozenset(f"{resource}:write" for resource in _OWN_RESOURCES)
_TENANT = frozenset(f"{resource}:{action}" for resource in _TENANT_RESOURCES for action in ("read", "write"))

PERMISSIONS: frozenset[str] = _READ_OWN | _WRITE_OWN | _TENANT
"""Every permission that a route may ask for, apart from those that only the server owner has."""

ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "owner": frozenset({"*"}),
        "admin": PERMISSIONS,
        "user": _READ_OWN | _WRITE_OWN,
        "viewer": _READ_OWN | {"profile:write", "sessions:write"},
    }
)
"""What each role may do: ``owner`` runs the server, ``admin`` a tenant, ``viewer`` changes only itself."""


def permissions_of(role: str) -> frozenset[str]:
    """Return what the role may do; nothing for a role that is not known."""
    return ROLES.get(role, frozenset())
