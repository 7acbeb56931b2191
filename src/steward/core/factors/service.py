"""Second factors: setting them up, proving them, taking them away."""

from __future__ import annotations

from collections.abc import Set
from datetime import timedelta
from uuid import UUID

from steward.core.accounts import SignInRequired, StepUp
from steward.core.audit import Action, AuditLog
from steward.core.factors import codes, gate
from steward.core.factors.errors import CodeSentLately, MethodEnabled, MfaNotEnabled
from steward.core.factors.notices import Notices
from steward.core.factors.proving import Prover, secret_context, text_target
from steward.core.factors.types import Attempt, Bearer, CodeSent, Factor, Method, MfaStatus, TotpSetup
from steward.core.letters import Letters
from steward.core.proofs import ProofKind, Proofs
from steward.db.database import Database, Transaction
from steward.kit.actor import Actor
from steward.kit.errors import Forbidden, Invalid
from steward.kit.phone import e164, masked

CODE_LIFE = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
CODES_AN_HOUR = 5
_HOUR = timedelta(hours=1)


class FactorService:
    """What can be done with second factors."""

    def __init__(
        self,
        db: Database,
        prover: Prover,
        proofs: Proofs,
        letters: Letters,
        step_up: StepUp,
        notices: Notices,
        audit: AuditLog,
    ) -> None:
        self._db = db
        self._prover = prover
        self._proofs = proofs
        self._letters = letters
        self._step_up = step_up
        self._notices = notices
        self._audit = audit

    async def status(self, actor: Actor) -> MfaStatus:
        """Return which factors the actor has; also while the factor of their session is missing."""

        def work(tx: Transaction) -> MfaStatus:
            standing = self._prover.standing(tx, actor.user_key)
            return gate.status(tx, actor.user_key, setup_required=standing.setup_required)

        return await self._db.read(work)

    async def setup_totp(self, actor: Actor, *, password: str | None = None, code: str | None = None) -> TotpSetup:
        """Return what an authenticator app needs; the method is on once a first code of it was proved (AP09).

        Raises:
            SignInRequired: the actor came with an API key; also in the verbs below.
            MethodEnabled: there is one already.
            StepUpRequired: another method is on, and a fresh proof of it is missing.
        """
        _need_person(actor)
        await self._step_up.check(actor, password=password, code=code)
        secret = codes.new_secret()

        def work(tx: Transaction) -> list[str]:
            bearer = _bearer(actor)
            gate.hold(tx, bearer)
            standing = self._prover.standing(tx, actor.user_key)
            if "totp" in standing.methods:
                raise MethodEnabled
            method = gate.put_method(tx, bearer, "totp")
            method.secret = tx.sealer.seal(secret.encode(), secret_context(bearer.tenant_key, method.id))
            made = [] if standing.is_on else self._prover.new_backup_codes(tx, bearer)
            self._record(tx, actor, Action.FACTOR_SETUP_STARTED, "totp")
            return made

        backup_codes = await self._db.write(work)
        uri = codes.provisioning_uri(secret, actor.email or actor.name or str(actor.user_id))
        return TotpSetup(secret, uri, codes.qr_code(uri), backup_codes)

    async def setup_sms(
        self, actor: Actor, number: str | None = None, *, password: str | None = None, code: str | None = None
    ) -> CodeSent:
        """Text a code to the number, or to the actor's own; proving it switches the method on and makes it theirs.

        Raises:
            Invalid: it is no number, or none is known.
            MethodEnabled: there is one already.
            StepUpRequired: another method is on, and a fresh proof of it is missing.
            CodeSentLately: one code a minute and five an hour.
        """
        _need_person(actor)
        wished = e164(number) if number else None
        await self._step_up.check(actor, password=password, code=code)

        def work(tx: Transaction) -> CodeSent:
            bearer = _bearer(actor)
            gate.hold(tx, bearer)
            if "sms" in self._prover.standing(tx, actor.user_key).methods:
                raise MethodEnabled
            to = wished or gate.number_to_text(tx, actor.user_key)
            if to is None:
                raise Invalid(fields={"phone_number": ["Which number? None is known yet."]})
            gate.put_method(tx, bearer, "sms", phone_number=to)
            sent = self._send_code(tx, bearer, to, text_target(to, None))
            self._record(tx, actor, Action.FACTOR_SETUP_STARTED, "sms")
            return sent

        return await self._db.write(work)

    async def challenge_sms(self, actor: Actor) -> CodeSent:
        """Text a code to the actor's number, good for the session that asks; also while its factor is missing.

        Raises:
            MfaNotEnabled: codes by text are not on.
            CodeSentLately: one code a minute and five an hour.
        """

        def work(tx: Transaction) -> CodeSent:
            bearer = _bearer(actor)
            gate.hold(tx, bearer)
            method = gate.method(tx, actor.user_key, "sms")
            if method is None or method.enabled_at is None or method.phone_number is None:
                raise MfaNotEnabled
            sent = self._send_code(tx, bearer, method.phone_number, text_target(method.phone_number, bearer))
            self._record(tx, actor, Action.FACTOR_CODE_SENT, "sms")
            return sent

        return await self._db.write(work)

    def prove(self, tx: Transaction, actor: Actor, code: str, factors: Set[Factor]) -> Attempt:
        """Return what became of a code; whoever is fully signed in also switches a waiting method on with it."""
        attempt = self._prover.prove(tx, _bearer(actor), code, factors, may_enable=not actor.factor_due)
        if attempt.enabled_now and attempt.factor is not None:
            self._record(tx, actor, Action.FACTOR_ENABLED, attempt.factor)
            self._notices.enabled(tx, actor.tenant_key, actor.user_key, attempt.factor)
        elif attempt.factor is None or attempt.number_taken:
            self._record(tx, actor, Action.FACTOR_REFUSED, ",".join(sorted(factors)), failed=True)
        else:
            self._record(tx, actor, Action.FACTOR_PROVED, attempt.factor)
        return attempt

    def is_on(self, tx: Transaction, actor: Actor) -> bool:
        """Return whether the actor needs a second factor to sign in."""
        return self._prover.standing(tx, actor.user_key).is_on

    def backup_codes_left(self, tx: Transaction, actor: Actor) -> int:
        """Return how many backup codes the actor has not used."""
        return gate.backup_codes_left(tx, actor.user_key)

    async def disable(self, actor: Actor, *, password: str | None = None, code: str | None = None) -> None:
        """Take all methods and backup codes away; passkeys stay. Source: decision AP12.

        Raises:
            MfaNotEnabled: none is on.
            StepUpRequired, ProofRefused, TooManyCodes: a fresh proof is missing or wrong.
        """
        await self._remove(actor, None, password, code)

    async def remove(
        self, actor: Actor, method: Method, *, password: str | None = None, code: str | None = None
    ) -> None:
        """Take one method away; the backup codes go with the last. Raises as ``disable``."""
        await self._remove(actor, method, password, code)

    async def regenerate_backup_codes(
        self, actor: Actor, *, password: str | None = None, code: str | None = None
    ) -> list[str]:
        """Return ten new backup codes; the old ones stop working. Raises as ``disable``."""
        _need_person(actor)
        await self._need_on(actor)
        await self._step_up.check(actor, password=password, code=code)

        def work(tx: Transaction) -> list[str]:
            bearer = _bearer(actor)
            gate.hold(tx, bearer)
            made = self._prover.new_backup_codes(tx, bearer)
            self._notices.backup_codes_made(tx, actor.tenant_key, actor.user_key)
            self._record(tx, actor, Action.BACKUP_CODES_MADE, "backup")
            return made

        return await self._db.write(work)

    async def reset(self, actor: Actor, user: UUID | int) -> None:
        """Take every factor and passkey of a person away who lost them, as their administrator.

        Raises:
            Forbidden: the actor may not change people, or means themselves: that would go around their own factor.
            NotFound: there is no such person in the actor's tenant.
        """
        actor.need("users:write")

        def work(tx: Transaction) -> None:
            row = gate.member(tx, actor, user)
            if row.key == actor.user_key:
                raise Forbidden("Remove your own second factor in your own settings.")
            gate.forget_all(tx, row.key)
            self._notices.reset(tx, row.tenant_key, row.key)
            self._audit.record(tx, action=Action.FACTORS_RESET, resource=f"user/{row.id}", actor=actor)

        await self._db.write(work)

    async def _remove(self, actor: Actor, method: Method | None, password: str | None, code: str | None) -> None:
        _need_person(actor)
        await self._need_on(actor, method)
        await self._step_up.check(actor, password=password, code=code)

        def work(tx: Transaction) -> None:
            gate.hold(tx, _bearer(actor))
            for kind in (method,) if method else ("totp", "sms"):
                gate.forget_method(tx, actor.user_key, kind)
            if not self._prover.standing(tx, actor.user_key).is_on:
                gate.replace_backup_codes(tx, _bearer(actor), ())
                self._proofs.void(tx, ProofKind.FACTOR_CODE, actor.user_key)
            self._notices.removed(tx, actor.tenant_key, actor.user_key, method)
            self._record(tx, actor, Action.FACTOR_REMOVED, method or "all")

        await self._db.write(work)

    async def _need_on(self, actor: Actor, method: Method | None = None) -> None:
        standing = await self._db.read(lambda tx: self._prover.standing(tx, actor.user_key))
        if not standing.is_on or (method is not None and method not in standing.methods):
            raise MfaNotEnabled

    def _send_code(self, tx: Transaction, bearer: Bearer, number: str, target: str) -> CodeSent:
        sent = self._proofs.issued_since(tx, ProofKind.FACTOR_CODE, bearer.user_key, tx.now - _HOUR)
        if len(sent) >= CODES_AN_HOUR:
            raise CodeSentLately(retry_after_seconds=(sent[CODES_AN_HOUR - 1] + _HOUR - tx.now).total_seconds())
        if sent and tx.now - sent[0] < RESEND_AFTER:
            raise CodeSentLately(retry_after_seconds=(sent[0] + RESEND_AFTER - tx.now).total_seconds())
        code = self._proofs.issue_code(
            tx,
            ProofKind.FACTOR_CODE,
            life=CODE_LIFE,
            tenant_key=bearer.tenant_key,
            user_key=bearer.user_key,
            target=target,
        )
        minutes = CODE_LIFE // timedelta(minutes=1)
        is_promised = self._letters.text(
            tx,
            to=number,
            purpose="factor_code",
            body=f"{code} is your Steward code. It is good for {minutes} minutes; give it to nobody.",
            tenant_key=bearer.tenant_key,
            user_key=bearer.user_key,
        )
        if not is_promised:
            raise CodeSentLately(retry_after_seconds=_HOUR.total_seconds())
        return CodeSent(masked(number), int(CODE_LIFE.total_seconds()))

    def _record(self, tx: Transaction, actor: Actor, action: Action, factor: str, *, failed: bool = False) -> None:
        self._audit.record(
            tx,
            action=action,
            resource=f"user/{actor.user_id}",
            result="failure" if failed else "success",
            actor=actor,
            details={"factor": factor},
        )


def _bearer(actor: Actor) -> Bearer:
    return Bearer(actor.tenant_key, actor.user_key, actor.session_id)


def _need_person(actor: Actor) -> None:
    actor.need("profile:write")
    if actor.via != "session":
        raise SignInRequired
