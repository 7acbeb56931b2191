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
    EMAIL_VERIFIED = "email.verified"
    EMAIL_CHANGE_ASKED = "email.change_asked"
    EMAIL_CHANGED = "email.changed"
    PASSWORD_RESET_ASKED = "password.reset_asked"  # noqa: S105 - the name of a fact, no secret
    PASSWORD_RESET = "password.reset"  # noqa: S105 - the name of a fact, no secret
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - the name of a fact, no secret
    PASSWORD_CHECK_FAILED = "password.check_failed"  # noqa: S105 - the name of a fact, no secret
    PHONE_NUMBER_ADDED = "phone_number.added"
    PHONE_NUMBER_VERIFIED = "phone_number.verified"
    PHONE_NUMBER_CHECK_FAILED = "phone_number.check_failed"
    PHONE_NUMBER_CHANGED = "phone_number.changed"
    PHONE_NUMBER_REMOVED = "phone_number.removed"
    SETTINGS_CHANGED = "settings.changed"
    USER_INVITED = "user.invited"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_ROLE_CHANGED = "user.role_changed"
    USER_REMOVED = "user.removed"
    USER_EXPORTED = "user.exported"
    PEOPLE_DENIED = "people.denied"
    LOGIN_FACTOR_DUE = "login.factor_due"
    FACTOR_SETUP_STARTED = "factor.setup_started"
    FACTOR_ENABLED = "factor.enabled"
    FACTOR_REMOVED = "factor.removed"
    FACTORS_RESET = "factor.reset"
    FACTOR_PROVED = "factor.proved"
    FACTOR_REFUSED = "factor.refused"
    FACTOR_CODE_SENT = "factor.code_sent"
    BACKUP_CODES_MADE = "factor.backup_codes_made"
    STEP_UP_PASSED = "step_up.passed"
    STEP_UP_REFUSED = "step_up.refused"
    PASSKEY_ADDED = "passkey.added"
    PASSKEY_CHANGED = "passkey.changed"
    PASSKEY_REMOVED = "passkey.removed"
    PASSKEY_REFUSED = "passkey.refused"
    SESSIONS_ENDED = "session.all_ended"
    ROLE_CREATED = "role.created"
    ROLE_CHANGED = "role.changed"
    ROLE_REMOVED = "role.removed"
    ROLE_ASSIGNED = "role.assigned"
    ROLE_WITHDRAWN = "role.withdrawn"
    PERMISSION_CREATED = "permission.created"
    PERMISSION_CHANGED = "permission.changed"
    PERMISSION_REMOVED = "permission.removed"
    KEY_CREATED = "api_key.created"
    KEY_CHANGED = "api_key.changed"
    KEY_REVOKED = "api_key.revoked"
    ACCESS_DENIED = "access.denied"
    INTEGRATION_CONNECTED = "integration.connected"
    INTEGRATION_REFRESHED = "integration.refreshed"
    INTEGRATION_EXPIRED = "integration.expired"
    INTEGRATION_REMOVED = "integration.removed"
    IDENTITY_LINKED = "identity.linked"
    IDENTITY_REMOVED = "identity.removed"
    OAUTH_REFUSED = "oauth.refused"
    KEY_RING_TURNED = "key_ring.turned"
    KEY_RING_KEY_RETIRED = "key_ring.key_retired"
    OUTBOX_READ = "outbox.read"


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a walk along the whole chain found.

    ``good`` counts the entries before the first broken one; ``broken_id`` is None where an entry is missing that was
    there when a head was kept. ``head`` is the hex of the last good entry's code: kept
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
