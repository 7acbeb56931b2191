"""Mails that tell a person what happened to their factors: the one sign of a thief that they can see."""

from __future__ import annotations

from steward.core.factors import gate
from steward.core.letters import Letters
from steward.db.database import Transaction

_NAMES = {"totp": "an authenticator app", "sms": "codes by text"}
_CLOSING = "If this was not you, change your password now and look at your sessions; your administrator can help."


class Notices:
    """Writes the mails, in the transaction of what they tell."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    def enabled(self, tx: Transaction, tenant_key: int, user_key: int, factor: str) -> None:
        """Tell that a method was switched on."""
        self._tell(tx, tenant_key, user_key, "Second factor added", f"Your account now has {_NAMES[factor]}.")

    def removed(self, tx: Transaction, tenant_key: int, user_key: int, factor: str | None) -> None:
        """Tell that a method, or with None all of them, was removed."""
        what = _NAMES[factor] if factor else "a second factor"
        self._tell(tx, tenant_key, user_key, "Second factor removed", f"Your account no longer has {what}.")

    def backup_codes_made(self, tx: Transaction, tenant_key: int, user_key: int) -> None:
        """Tell that the backup codes are new."""
        body = "New backup codes were made for your account; the old ones no longer work."
        self._tell(tx, tenant_key, user_key, "New backup codes", body)

    def passkey_added(self, tx: Transaction, tenant_key: int, user_key: int, name: str) -> None:
        """Tell that a passkey was added."""
        self._tell(tx, tenant_key, user_key, "Passkey added", f"The passkey “{name}” can now sign you in.")

    def passkey_removed(self, tx: Transaction, tenant_key: int, user_key: int, name: str) -> None:
        """Tell that a passkey was removed."""
        self._tell(tx, tenant_key, user_key, "Passkey removed", f"The passkey “{name}” can no longer sign you in.")

    def reset(self, tx: Transaction, tenant_key: int, user_key: int) -> None:
        """Tell that an administrator took the factors away."""
        body = "An administrator removed every second factor and passkey of your account."
        self._tell(tx, tenant_key, user_key, "Second factor reset", body)

    def token_reused(self, tx: Transaction, tenant_key: int, user_key: int) -> None:
        """Tell that a session was ended because its refresh token was used twice."""
        body = "One of your sessions was ended: a token of it was used twice, which is what a stolen one looks like."
        self._tell(tx, tenant_key, user_key, "A session was ended", body)

    def _tell(self, tx: Transaction, tenant_key: int, user_key: int, subject: str, body: str) -> None:
        address = gate.address_of(tx, user_key)
        if address is not None:
            self._letters.mail(
                tx,
                to=address,
                purpose="security_notice",
                subject=f"Steward: {subject}",
                body=f"{body}\n\n{_CLOSING}\n",
                tenant_key=tenant_key,
                user_key=user_key,
                is_limited=False,
            )
