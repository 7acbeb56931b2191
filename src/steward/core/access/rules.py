"""The roles and what each may do; frozen, pure.

A permission is ``resource:action`` with the actions ``read`` and ``write``, and ``secure`` for what guards an account:
password, address, second factors, connected accounts, deletion. It says what may be tried, not on whose
rows: every row still comes through the gate of its noun, which stays inside the person's own tenant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID, uuid5

_OWN_RESOURCES = (
    "agents",
    "analytics",
    "assistants",
    "calendar",
    "chat",
    "files",
    "integrations",
    "keys",
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

_SECURE = "profile:secure"

PERMISSIONS: frozenset[str] = _READ_OWN | _WRITE_OWN | _TENANT | {_SECURE}
"""Every permission that a route may ask for, apart from those that only the server owner has."""

PLATFORM: frozenset[str] = frozenset({"platform:read", "platform:write"})
"""What goes beyond one tenant: only the server owner has it, by holding everything."""

KNOWN: frozenset[str] = PERMISSIONS | PLATFORM
"""Every permission that means something to the server."""

NOT_FOR_KEYS: frozenset[str] = frozenset({_SECURE, "keys:write", "roles:write", "sessions:write"})
"""What no API key and no token ever holds, whoever owns it: whoever finds one cannot take the account over.

A key makes no keys, gives no roles, ends no sessions, and touches neither password nor second factor.
"""

ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "owner": frozenset({EVERYTHING}),
        "admin": PERMISSIONS,
        "member": _READ_OWN | _WRITE_OWN | {_SECURE},
        "user": _READ_OWN | _WRITE_OWN | {_SECURE},
        "viewer": _READ_OWN | {"keys:write", "profile:write", "sessions:write", _SECURE},
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


def key_permissions(held: frozenset[str], scopes: Iterable[str] | None) -> frozenset[str]:
    """Return what a key may do whose owner holds ``held`` now: never more than both, never ``NOT_FOR_KEYS``.

    Without ``scopes`` it is all that the owner may do. The result never has ``*``: a key is no owner.
    """
    if scopes is None:
        return (KNOWN if EVERYTHING in held else held) - NOT_FOR_KEYS
    return both(held, frozenset(scopes)) - NOT_FOR_KEYS - {EVERYTHING}


def both(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    """Return what is held on both sides; ``*`` holds all."""
    if EVERYTHING in left:
        return right
    return left if EVERYTHING in right else left & right


def holds_all(held: frozenset[str], wanted: Iterable[str]) -> bool:
    """Return whether every wanted permission is held."""
    return EVERYTHING in held or held.issuperset(wanted)


_WORD = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
_ROLE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")
_NAMES = UUID("5a2d5c5e-6f0e-5d4b-9d0a-6c1f3e7a9b20")


def is_permission_name(text: str) -> bool:
    """Return whether it is ``resource:action``, each of up to 60 of the characters a-z 0-9 _ . - ."""
    resource, colon, action = text.partition(":")
    return bool(colon and _WORD.fullmatch(resource) and _WORD.fullmatch(action))


def is_role_name(text: str) -> bool:
    """Return whether it can name a role: up to 80 of a-z 0-9 _ . - ; no spaces, because statements gather with them."""
    return _ROLE.fullmatch(text) is not None


def permission_id(name: str) -> UUID:
    """Return the id of a built-in permission: the same on every server and at every time."""
    return uuid5(_NAMES, name)


_ACTIONS = {"read": "See", "write": "Change", "secure": "Change what guards"}


def description_of(name: str) -> str:
    """Return what a built-in permission lets one do."""
    resource, _, action = name.partition(":")
    return f"{_ACTIONS[action]} {resource}"


BUILT_IN_BY_ID: Mapping[UUID, str] = MappingProxyType({permission_id(name): name for name in sorted(KNOWN)})
"""The built-in permissions by their ids, in the order of their names."""
