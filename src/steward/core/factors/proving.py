"""Checking a code inside the transaction of whoever asks for it: exactly once, and never too often.

Whoever checks a code first holds the person's row of ``mfa_accounts``: checks of one person follow each other in every
process, so that the count of wrong codes is exact and a step, a text and a backup code are used once.
Source: OWASP ASVS 5.0, 6.6; security items 40, 41, 43, 44.
"""

from __future__ import annotations

from collections.abc import Set

from steward.core.factors import codes, gate
from steward.core.factors.errors import CodeWrong, TooManyCodes
from steward.core.factors.types import Attempt, Bearer, Factor, Standing
from steward.core.people.errors import PhoneTaken
from steward.core.proofs import ProofKind, Proofs
from steward.db.database import Transaction
from steward.db.sealing import seal_context
from steward.db.tables import MfaMethod
from steward.kit.errors import StewardError
from steward.kit.ids import UUID
from steward.kit.secrets import KeyRing, hmac_sha256
from steward.settings import Settings

WRONG_CODES = 5
"""Wrong codes within ``WINDOW_SECONDS`` after which none is looked at."""
WINDOW_SECONDS = 300

_PURPOSE = "backup codes"


class Prover:
    """Knows whose second factor is needed, and checks it."""

    def __init__(self, ring: KeyRing, proofs: Proofs, settings: Settings) -> None:
        self._ring = ring
        self._proofs = proofs
        self._roles = frozenset(name.strip() for name in settings.require_mfa_roles.split(",") if name.strip())

    def standing(self, tx: Transaction, user_key: int) -> Standing:
        """Return which methods are on for the person, and whether a policy demands one (AP11); one statement."""
        row = gate.standing(tx, user_key)
        methods = tuple(sorted((row.methods or "").split()))
        wished = bool((row.settings or {}).get("two_factor_required"))
        return Standing(methods, not methods and (wished or row.role in self._roles))

    def prove(
        self, tx: Transaction, bearer: Bearer, code: str, factors: Set[Factor], *, may_enable: bool = False
    ) -> Attempt:
        """Return what became of a code that may come from any of the ``factors``.

        ``may_enable``: a first right code may also switch on a method that waits for it. A wrong code is counted in
        this transaction: let it commit, then raise ``refusal``.
        """
        wrong, wait = _lately(tx, bearer)
        if wait:
            return Attempt(retry_after_seconds=wait)
        attempt = self._looked_at(tx, bearer, code, factors, may_enable)
        if attempt.factor is None:
            gate.note_wrong(tx, bearer.user_key, [*wrong, tx.now.timestamp()])
        return attempt

    def weigh(self, tx: Transaction, bearer: Bearer, *, is_right: bool) -> float:
        """Count the password of somebody who is signed in like a code; return how long none is believed, 0 if it was.

        Whether it is right was found out before the transaction, because hashing takes long.
        """
        wrong, wait = _lately(tx, bearer)
        if not wait and not is_right:
            gate.note_wrong(tx, bearer.user_key, [*wrong, tx.now.timestamp()])
        return wait

    def new_backup_codes(self, tx: Transaction, bearer: Bearer) -> list[str]:
        """Return ten new backup codes, whose hashes replace all old ones."""
        made = codes.new_backup_codes()
        gate.replace_backup_codes(
            tx, bearer, [self._hashes(bearer.user_key, code.replace("-", ""))[0] for code in made]
        )
        return made

    def _looked_at(self, tx: Transaction, bearer: Bearer, code: str, factors: Set[Factor], may_enable: bool) -> Attempt:
        digits = codes.six_digits(code)
        if digits is None:
            return self._backup(tx, bearer, code) if "backup" in factors else Attempt()
        for factor in ("totp", "sms"):
            if factor not in factors:
                continue
            attempt = (self._totp if factor == "totp" else self._sms)(tx, bearer, digits, may_enable)
            if attempt.factor is not None:
                return attempt
        return Attempt()

    def _totp(self, tx: Transaction, bearer: Bearer, digits: str, may_enable: bool) -> Attempt:
        method = gate.method(tx, bearer.user_key, "totp")
        if method is None or method.secret is None or not (method.enabled_at or may_enable):
            return Attempt()
        secret = tx.sealer.open(method.secret, secret_context(bearer.tenant_key, method.id)).decode()
        step = codes.step_of(secret, digits, tx.now)
        if step is None or not gate.use_step(tx, method.key, step):
            return Attempt()
        if method.enabled_at is not None:
            return Attempt("totp")
        gate.enable(tx, method.key)
        return Attempt("totp", enabled_now=True)

    def _sms(self, tx: Transaction, bearer: Bearer, digits: str, may_enable: bool) -> Attempt:
        method = gate.method(tx, bearer.user_key, "sms")
        if method is None or method.phone_number is None or not (method.enabled_at or may_enable):
            return Attempt()
        target = text_target(method.phone_number, bearer if method.enabled_at else None)
        proof = self._proofs.redeem_code(
            tx, ProofKind.FACTOR_CODE, user_key=bearer.user_key, code=digits, target=target
        )
        if proof is None:
            return Attempt()
        if method.enabled_at is not None:
            return Attempt("sms")
        if not gate.prove_number(tx, bearer, method.phone_number):
            gate.forget_method(tx, bearer.user_key, "sms")
            return Attempt("sms", number_taken=True)
        gate.enable(tx, method.key)
        has_codes = gate.backup_codes_left(tx, bearer.user_key) > 0
        return Attempt("sms", enabled_now=True, backup_codes=() if has_codes else self.new_backup_codes(tx, bearer))

    def _backup(self, tx: Transaction, bearer: Bearer, code: str) -> Attempt:
        normal = codes.normal_backup_code(code)
        if normal is None or not self.standing(tx, bearer.user_key).is_on:
            return Attempt()
        used = gate.use_backup_code(tx, bearer.user_key, self._hashes(bearer.user_key, normal))
        return Attempt("backup" if used else None)

    def _hashes(self, user_key: int, normal: str) -> list[str]:
        """Return the code's hash under every key of the ring, that of the current one first."""
        keys = (self._ring.derived(name, _PURPOSE) for name in self._ring.names())
        return [hmac_sha256(key, f"{user_key}|{normal}".encode()).hex() for key in keys if key is not None]


def _lately(tx: Transaction, bearer: Bearer) -> tuple[list[float], float]:
    """Return the times of the latest wrong codes, and how long none is looked at."""
    now = tx.now.timestamp()
    wrong = [at for at in gate.hold(tx, bearer) if now - at < WINDOW_SECONDS]
    return wrong, max(1.0, wrong[0] + WINDOW_SECONDS - now) if len(wrong) >= WRONG_CODES else 0.0


def refusal(attempt: Attempt) -> StewardError | None:
    """Return why an attempt is not accepted, None if it is; to be raised once its count is committed."""
    if attempt.retry_after_seconds:
        return TooManyCodes(retry_after_seconds=attempt.retry_after_seconds)
    if attempt.factor is None:
        return CodeWrong()
    return PhoneTaken() if attempt.number_taken else None


def secret_context(tenant_key: int, method_id: UUID) -> str:
    """Return what a secret in ``mfa_methods`` is sealed for."""
    return seal_context(MfaMethod.secret, tenant_key, method_id)


def text_target(number: str, bearer: Bearer | None) -> str:
    """Return what a texted code is bound to: the number, and the bearer's session or, for nobody, the setting up."""
    return f"{number}|{bearer.session_id if bearer else 'setup'}"
