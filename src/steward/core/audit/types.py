"""The closed vocabulary of audited actions, and what a check of the chain says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID

Result = Literal["success", "failure", "denied"]
"""How the action ended: it happened, it was tried with a wrong proof, or it was not allowed."""

Details = Mapping[str, str | int | bool | None]
"""Flat facts of an entry. Never a password, a token or a key."""


class Action(StrEnum):
    """Everything that can be audited. A name never changes its meaning; new ones are added here."""

    USER_REGISTERED = "user.registered"
    USER_CHANGED = "user.changed"
    OWNER_CREATED = "owner.created"
    LOGIN_SUCCEEDED = "login.succeeded"
    LOGIN_FAILED = "login.failed"
    SESSION_OPENED = "session.opened"
    SESSION_ENDED = "session.ended"
    SESSION_TOKEN_REUSED = "session.token_reused"  # noqa: S105 - the name of a fact, no secret


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the whole chain found.

    ``good`` counts the entries before the first broken one. ``head`` is the hex of the last good entry's code: kept
    elsewhere, it also proves that nothing was cut off the end.
    """

    good: int
    broken_key: int | None
    broken_id: UUID | None
    head: str

    @property
    def is_whole(self) -> bool:
        """Whether no broken entry was met."""
        return self.broken_key is None
