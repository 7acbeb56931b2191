"""What other parts see of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


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
