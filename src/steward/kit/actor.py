"""On whose behalf something happens: the first argument of every verb."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from steward.kit.errors import FactorDue, Forbidden


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who was recognised, what they may do, and through what proof.

    ``plan`` is the tenant's, ``zone`` is an IANA name, ``locale`` a BCP 47 tag. ``session_id`` is None when the proof
    was no login session.

    While ``factor_due`` the second factor of the session is missing: such an actor has no role and no permission, so
    that nothing is open to them but proving it. ``factor_at`` is when one was last proved in this session.
    """

    user_key: int
    user_id: UUID
    tenant_key: int
    tenant_id: UUID
    role: str
    plan: str = "personal"
    permissions: frozenset[str] = field(default_factory=frozenset)
    session_id: UUID | None = None
    name: str = ""
    email: str = ""
    zone: str = "UTC"
    locale: str = "en-US"
    via: Literal["session", "api_key", "system"] = "session"
    ip: str = ""
    factor_due: bool = False
    factor_at: datetime | None = None

    def may(self, permission: str) -> bool:
        """Return whether the permission ``resource:action`` is held; ``*`` holds all."""
        return permission in self.permissions or "*" in self.permissions

    def need(self, permission: str) -> None:
        """Raise Forbidden unless the permission is held, FactorDue while the second factor is missing."""
        if self.factor_due:
            raise FactorDue
        if not self.may(permission):
            raise Forbidden("You are not allowed to do that.")
