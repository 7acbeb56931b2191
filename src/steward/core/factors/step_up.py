"""A fresh proof before something sensitive: ``accounts.StepUp`` for people with a second factor."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from steward.core.accounts import PasswordHasher, StepUpRequired
from steward.core.audit import Action, AuditLog
from steward.core.factors.errors import CodeWrong, ProofRefused, TooManyCodes
from steward.core.factors.proving import Prover, refusal
from steward.core.factors.types import ANY_FACTOR, Bearer
from steward.db.database import Database, Transaction
from steward.db.tables import User
from steward.kit.actor import Actor

FRESH = timedelta(minutes=5)
STEP_UP_SECONDS = int(FRESH.total_seconds())
"""How long the proof of a factor counts. AP12 says ten minutes, security item 45 five: the stricter one holds."""


class FactorStepUp:
    """Asks for a fresh proof."""

    def __init__(self, db: Database, hasher: PasswordHasher, prover: Prover, audit: AuditLog) -> None:
        self._db = db
        self._hasher = hasher
        self._prover = prover
        self._audit = audit

    async def check(self, actor: Actor, *, password: str | None = None, code: str | None = None) -> None:
        """Return if the actor has no second factor, or proved one lately, or all that they sent is right.

        Raises:
            StepUpRequired: a proof is needed and none was sent.
            ProofRefused: the password or the code is wrong.
            TooManyCodes: too many wrong ones; they count together with wrong codes at sign-in.
            HasherBusy: too many at once.
        """
        is_on, stored = await self._db.read(lambda tx: self._known(tx, actor))
        if not is_on:
            return
        if not password and not code:
            if not self._is_fresh(actor):
                raise StepUpRequired
            return
        await self.prove(actor, password=password, code=code, stored=stored)

    async def prove(self, actor: Actor, *, password: str | None, code: str | None, stored: str | None = None) -> None:
        """Check what was sent, whether the actor has a second factor or not; raises as ``check``.

        ``stored`` is the hash of the password where the caller knows it.
        """
        if stored is None:
            _, stored = await self._db.read(lambda tx: self._known(tx, actor))
        knows_password = True
        if password:
            knows_password, _ = await self._hasher.verify(password, stored)
        error = await self._db.write(lambda tx: self._judged(tx, actor, knows_password, password, code))
        if error is not None:
            raise error

    def _judged(
        self, tx: Transaction, actor: Actor, knows_password: bool, password: str | None, code: str | None
    ) -> ProofRefused | TooManyCodes | StepUpRequired | None:
        bearer = Bearer(actor.tenant_key, actor.user_key, actor.session_id)
        error: ProofRefused | TooManyCodes | StepUpRequired | None = None
        if not password and not code:
            return StepUpRequired()
        if password:
            wait = self._prover.weigh(tx, bearer, is_right=knows_password)
            error = TooManyCodes(retry_after_seconds=wait) if wait else None if knows_password else ProofRefused()
        if code and error is None:
            refused = refusal(self._prover.prove(tx, bearer, code, ANY_FACTOR))
            error = ProofRefused() if isinstance(refused, CodeWrong) else None
            if isinstance(refused, TooManyCodes):
                error = refused
        self._audit.record(
            tx,
            action=Action.STEP_UP_REFUSED if error else Action.STEP_UP_PASSED,
            result="failure" if error else "success",
            actor=actor,
        )
        return error

    def _known(self, tx: Transaction, actor: Actor) -> tuple[bool, str | None]:
        stored = tx.session.execute(
            select(User.password_hash).where(User.key == actor.user_key, User.tenant_key == actor.tenant_key)
        ).scalar_one_or_none()
        return self._prover.standing(tx, actor.user_key).is_on, stored

    def _is_fresh(self, actor: Actor) -> bool:
        return actor.factor_at is not None and self._db.clock.now() - actor.factor_at < FRESH
