"""The second step of signing in, and fresh proofs later on: factors meet sessions here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from steward.core.access import actor_of_user
from steward.core.accounts import AccountService
from steward.core.factors import (
    Attempt,
    CheckedPasskey,
    Factor,
    FactorService,
    FactorStepUp,
    PasskeyService,
    PasskeyWrong,
    refusal,
)
from steward.core.sessions import gate
from steward.core.sessions.service import SessionService
from steward.core.sessions.types import Grant, Origin, Surface, Verified
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor


class SecondStep:
    """Proves second factors for sessions."""

    def __init__(
        self,
        db: Database,
        sessions: SessionService,
        factors: FactorService,
        passkeys: PasskeyService,
        step_up: FactorStepUp,
        accounts: AccountService,
    ) -> None:
        self._db = db
        self._sessions = sessions
        self._factors = factors
        self._passkeys = passkeys
        self._step_up = step_up
        self._accounts = accounts

    async def verify(self, actor: Actor, factor: Factor, code: str, *, surface: Surface) -> Verified:
        """Take a code of the factor: switch a waiting method on, note a fresh proof, or complete the sign-in.

        Where the session was waiting for the factor the answer has its tokens; those from before stop working.

        Raises:
            CodeWrong, TooManyCodes: it is not accepted.
            PhoneTaken: the code is right, but another account proved the number meanwhile.
            SessionEnded: the session is over.
        """

        def work(tx: Transaction) -> tuple[Attempt, Grant | None, int]:
            attempt = self._factors.prove(tx, actor, code, {factor})
            if refusal(attempt) is not None:
                return attempt, None, 0
            grant = self._complete(tx, actor, surface)
            return attempt, grant, self._factors.backup_codes_left(tx, actor)

        attempt, grant, left = await self._db.write(work)
        error = refusal(attempt)
        if error is not None:
            raise error
        return Verified(factor, True, grant, left, attempt.backup_codes)

    async def verify_passkey(self, actor: Actor, credential: Mapping[str, Any], *, surface: Surface) -> Verified:
        """Take the answer of one of the actor's passkeys as second factor or as fresh proof; as ``verify``.

        Raises:
            PasskeyWrong: it is not accepted.
            SessionEnded: the session is over.
        """
        checked = await self._passkeys.check(credential, actor)

        def work(tx: Transaction) -> Verified:
            self._take(tx, checked)
            grant = self._complete(tx, actor, surface)
            left = self._factors.backup_codes_left(tx, actor)
            return Verified("passkey", self._factors.is_on(tx, actor), grant, left)

        return await self._db.write(work)

    async def sign_in_with_passkey(
        self, credential: Mapping[str, Any], *, surface: Surface, user_agent: str = "", ip: str = ""
    ) -> Grant:
        """Open a full session for whoever proved a passkey: it is two factors by itself.

        Raises:
            PasskeyWrong: it is not accepted.
            Unauthenticated: the account is switched off.
        """
        checked = await self._passkeys.check(credential)

        def work(tx: Transaction) -> Grant:
            self._take(tx, checked)
            actor_of_user(tx, checked.user_key)
            gate.note_login(tx, checked.user_key)
            user, origin = self._accounts.view(tx, checked.user_key), Origin(surface, user_agent, ip)
            return self._sessions.opener.open(tx, user, checked.tenant_key, origin, method="passkey", is_proved=True)

        return await self._db.write(work)

    async def step_up(self, actor: Actor, *, password: str | None, code: str | None) -> None:
        """Take a password or a code as fresh proof for what is sensitive in the next five minutes (AP12).

        Raises:
            StepUpRequired: neither was sent.
            ProofRefused, TooManyCodes: it is not accepted.
        """
        actor.need("profile:write")
        await self._step_up.prove(actor, password=password, code=code)

        def work(tx: Transaction) -> None:
            gate.note_factor(tx, actor)
            self._forget(tx, actor)

        await self._db.write(work)

    def _take(self, tx: Transaction, checked: CheckedPasskey) -> None:
        if self._passkeys.take(tx, checked) is None:
            raise PasskeyWrong

    def _complete(self, tx: Transaction, actor: Actor, surface: Surface) -> Grant | None:
        grant = self._sessions.opener.complete(tx, actor, surface)
        self._forget(tx, actor)
        return grant

    def _forget(self, tx: Transaction, actor: Actor) -> None:
        session_id = actor.session_id
        if session_id is not None:
            tx.after_commit(lambda: self._sessions.forget(session_id))
