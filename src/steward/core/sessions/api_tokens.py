"""Tokens of the sms document: a name and a password, and the second factor where one is on, for a token that stays."""

from __future__ import annotations

from steward.core.access import IssuedKey, KeyService
from steward.core.accounts import AccountService
from steward.core.sessions.errors import InvalidCredentials
from steward.core.sessions.service import SessionService
from steward.db.database import Database, Transaction


class ApiTokens:
    """Hands out tokens after the same check of the person, with the same brake, as a sign-in."""

    def __init__(self, db: Database, sessions: SessionService, accounts: AccountService, keys: KeyService) -> None:
        self._db = db
        self._sessions = sessions
        self._accounts = accounts
        self._keys = keys

    async def obtain(self, username: str, password: str, *, otp: str | None = None, ip: str = "") -> IssuedKey:
        """Return a new token of the person; older ones live on until they are revoked or too many.

        ``otp`` is a code of a second factor: without one, who has a factor gets no token. Source: decisions AS02, C28.

        Raises:
            InvalidCredentials, AccountDisabled, LimitExceeded, HasherBusy, FactorDue, CodeWrong, TooManyCodes: as
                ``SessionService.prove_person``.
        """
        proof = await self._sessions.prove_person(username, password, otp, ip=ip)

        def work(tx: Transaction) -> IssuedKey | None:
            if not self._accounts.signed_in(tx, proof.who, proof.new_hash):
                return None
            return self._keys.issue_token(tx, proof.who.user_key, ip=ip)

        issued = await self._db.write(work)
        if issued is None:
            raise InvalidCredentials
        return issued
