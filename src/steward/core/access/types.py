"""What other parts see of roles, permissions and keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict
from uuid import UUID

KeyKind = Literal["api_key", "token"]
"""A key ``stw_…`` that somebody made, or the 40 hex digits of the sms document."""


@dataclass(frozen=True, slots=True)
class PermissionView:
    """A permission; ``is_system`` for those that are in the code."""

    id: UUID
    name: str
    description: str
    is_system: bool

    @property
    def resource(self) -> str:
        """What it is about."""
        return self.name.partition(":")[0]

    @property
    def action(self) -> str:
        """What may be done with it."""
        return self.name.partition(":")[2]


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role with its permissions by name; ``is_system`` for those that every tenant has."""

    id: UUID
    name: str
    description: str
    permissions: tuple[PermissionView, ...]
    is_system: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewRole:
    """A role to make; ``permissions`` are names or ids."""

    name: str
    description: str = ""
    permissions: Sequence[str] = ()


class RoleChange(TypedDict, total=False):
    """What of a role changes; what is absent stays."""

    name: str
    description: str
    permissions: Sequence[str]


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to make. ``scopes``: permissions by name, None for all that its owner may do. None: it never expires."""

    name: str
    scopes: Sequence[str] | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key without its secret. ``last_used_at`` lags by up to a minute."""

    id: UUID
    kind: KeyKind
    name: str
    prefix: str
    scopes: tuple[str, ...] | None
    expires_at: datetime | None
    last_used_at: datetime | None
    last_used_ip: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key that was made just now, with the text that is shown this once. ``user_number``: whose it is."""

    view: KeyView
    text: str
    user_number: int
    username: str
