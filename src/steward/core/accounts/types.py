"""What other parts see of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from steward.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class UserView:
    """A person with every field that any of the documents shows.

    ``user_number`` is the row's key: the integer id of the documents that have one (decision C10). ``full_name`` and
    its parts are empty where nobody gave a name; ``last_login`` is None before the first login.
    """

    id: UUID
    user_number: int
    email: str | None
    username: str
    full_name: str
    first_name: str
    last_name: str
    phone_number: str | None
    role: str
    tenant_id: UUID
    tenant_name: str
    is_active: bool
    is_verified: bool
    timezone: str
    language: str
    theme: str
    last_login: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against. Stays inside the server."""

    user_key: int
    tenant_key: int
    user_id: UUID
    password_hash: str | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody whose account is about to change. Stays inside the server."""

    user_key: int
    tenant_key: int
    user_id: UUID
    email: str | None
    username: str
    password_hash: str | None
    is_active: bool
    is_verified: bool
    full_name: str
    first_name: str
    last_name: str
    tenant_name: str

    @property
    def names(self) -> tuple[str, ...]:
        """What a password of theirs must not be made of."""
        return (self.email or "", self.username, self.full_name, self.first_name, self.last_name, self.tenant_name)


class StepUp(Protocol):
    """Asks people who have a second factor to prove themselves once more before something grave."""

    async def check(self, actor: Actor, *, password: str | None = None, code: str | None = None) -> None:
        """Return if the proof is good or fresh enough, or if none is asked of this person.

        Source: decision AP12.

        Raises:
            StepUpRequired: there is no proof that counts.
        """
        ...
