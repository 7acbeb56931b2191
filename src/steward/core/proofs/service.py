"""Issuing and using one-time values, inside the transaction of whoever needs them.

Only a hash is kept: SHA-256 of a long token; HMAC under a key of the ring of a six-digit code, which could be guessed
from a plain hash. Using one is a single conditional update, so that of parallel uses exactly one succeeds.
Source: OWASP ASVS 5.0, 6.5 and 6.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from secrets import randbelow, token_urlsafe
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, select, update

from steward.core.proofs.types import Proof, ProofKind, ProofWrong
from steward.db.database import Transaction
from steward.db.sealing import seal_context
from steward.db.tables import OneTimeToken
from steward.kit.ids import new_id
from steward.kit.secrets import KeyRing, hmac_sha256, sha256_hex

LONGEST_CODE_TRIES = 5
"""Wrong guesses after which a code is void."""

_TOKEN_BYTES = 32
_CODE_DIGITS = 6
_LONGEST_TOKEN = 200
_COLUMNS = (
    OneTimeToken.id,
    OneTimeToken.tenant_key,
    OneTimeToken.user_key,
    OneTimeToken.target,
    OneTimeToken.data,
    OneTimeToken.sealed,
    OneTimeToken.created_at,
)


class Proofs:
    """Makes one-time values and takes them back."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def issue(
        self,
        tx: Transaction,
        kind: ProofKind,
        *,
        life: timedelta,
        tenant_key: int | None = None,
        user_key: int | None = None,
        target: str = "",
        data: Mapping[str, Any] | None = None,
        secret: bytes | None = None,
    ) -> str:
        """Return a new token of 256 random bits for a link; ``secret`` is sealed beside it and comes back with it."""
        token = token_urlsafe(_TOKEN_BYTES)
        self._add(tx, kind, sha256_hex(token), life, tenant_key, user_key, target, data, secret)
        return token

    def redeem(self, tx: Transaction, kind: ProofKind, token: str) -> Proof:
        """Use a token up and return what it proves.

        Raises:
            ProofWrong: it is unknown, of another kind, used or expired.
        """
        row = tx.session.execute(
            update(OneTimeToken).where(_usable(tx, (kind,), token)).values(used_at=tx.now).returning(*_COLUMNS)
        ).one_or_none()
        if row is None:
            raise ProofWrong
        return _proof(tx, row)

    def look(self, tx: Transaction, kinds: Iterable[ProofKind], token: str) -> tuple[ProofKind, Proof]:
        """Return what a token of one of the kinds would prove, and leave it usable.

        Raises:
            ProofWrong: it is unknown, of another kind, used or expired.
        """
        row = tx.session.execute(select(OneTimeToken.kind, *_COLUMNS).where(_usable(tx, kinds, token))).one_or_none()
        if row is None:
            raise ProofWrong
        return ProofKind(row.kind), _proof(tx, row)

    def issued_since(self, tx: Transaction, kind: ProofKind, user_key: int, since: datetime) -> list[datetime]:
        """Return when the person was given values of the kind after ``since``, the newest first."""
        mine = (OneTimeToken.user_key == user_key) & (OneTimeToken.kind == kind.value)
        newest = select(OneTimeToken.created_at).where(mine, OneTimeToken.created_at > since)
        return list(tx.session.scalars(newest.order_by(OneTimeToken.key.desc())))

    def issue_code(
        self, tx: Transaction, kind: ProofKind, *, life: timedelta, tenant_key: int, user_key: int, target: str
    ) -> str:
        """Return a new code of six digits for the person and target; their earlier codes of the kind are void."""
        self.void(tx, kind, user_key)
        code = f"{randbelow(10**_CODE_DIGITS):0{_CODE_DIGITS}}"
        row_id = new_id()
        digest = self._code_hash(self._ring.current, row_id, code)
        self._add(tx, kind, digest, life, tenant_key, user_key, target, {"key": self._ring.current}, None, row_id)
        return code

    def redeem_code(self, tx: Transaction, kind: ProofKind, *, user_key: int, code: str, target: str) -> Proof | None:
        """Use the person's newest code up and return what it proves; None for a wrong, used, expired or voided one.

        A wrong guess is counted in this transaction: the caller must let it commit and only then refuse.
        """
        mine = (OneTimeToken.user_key == user_key) & (OneTimeToken.kind == kind.value)
        open_ = mine & OneTimeToken.used_at.is_(None) & (OneTimeToken.expires_at > tx.now)
        newest = select(OneTimeToken.key).where(open_, OneTimeToken.target == target)
        newest = newest.order_by(OneTimeToken.key.desc()).limit(1)
        counted = tx.session.execute(
            update(OneTimeToken)
            .where(OneTimeToken.key == newest.scalar_subquery(), OneTimeToken.tries < LONGEST_CODE_TRIES)
            .values(tries=OneTimeToken.tries + 1)
            .returning(OneTimeToken.key, OneTimeToken.id, OneTimeToken.hash, OneTimeToken.data)
        ).one_or_none()
        if counted is None or self._code_hash(counted.data["key"], counted.id, code) != counted.hash:
            return None
        row = tx.session.execute(
            update(OneTimeToken)
            .where(OneTimeToken.key == counted.key, OneTimeToken.used_at.is_(None))
            .values(used_at=tx.now)
            .returning(*_COLUMNS)
        ).one_or_none()
        return None if row is None else _proof(tx, row)

    def void(self, tx: Transaction, kind: ProofKind, user_key: int) -> None:
        """Make the person's unused values of the kind useless."""
        mine = (OneTimeToken.user_key == user_key) & (OneTimeToken.kind == kind.value)
        tx.session.execute(
            update(OneTimeToken).where(mine, OneTimeToken.used_at.is_(None)).values(used_at=tx.now, sealed=None)
        )

    def tidy(self, tx: Transaction, *, kept: timedelta) -> None:
        """Delete values that expired longer than ``kept`` ago."""
        tx.session.execute(delete(OneTimeToken).where(OneTimeToken.expires_at < tx.now - kept))

    def _add(
        self,
        tx: Transaction,
        kind: ProofKind,
        digest: str,
        life: timedelta,
        tenant_key: int | None,
        user_key: int | None,
        target: str,
        data: Mapping[str, Any] | None,
        secret: bytes | None,
        row_id: UUID | None = None,
    ) -> None:
        row_id = row_id or new_id()
        context = seal_context(OneTimeToken.sealed, tenant_key, row_id)
        tx.session.add(
            OneTimeToken(
                id=row_id,
                tenant_key=tenant_key,
                user_key=user_key,
                kind=kind.value,
                hash=digest,
                target=target,
                data=dict(data or {}),
                sealed=None if secret is None else tx.sealer.seal(secret, context),
                created_at=tx.now,
                expires_at=tx.now + life,
            )
        )
        tx.session.flush()

    def _code_hash(self, key_name: str, row_id: UUID, code: str) -> str:
        key = self._ring.derived(key_name, "codes")
        return "" if key is None else hmac_sha256(key, f"{row_id}|{code}".encode("utf-8", "replace")).hex()


def _usable(tx: Transaction, kinds: Iterable[ProofKind], token: str) -> ColumnElement[bool]:
    if not token or len(token) > _LONGEST_TOKEN or not token.isascii():
        raise ProofWrong
    named = (OneTimeToken.hash == sha256_hex(token)) & OneTimeToken.kind.in_([kind.value for kind in kinds])
    return named & OneTimeToken.used_at.is_(None) & (OneTimeToken.expires_at > tx.now)


def _proof(tx: Transaction, row: Row[Any]) -> Proof:
    context = seal_context(OneTimeToken.sealed, row.tenant_key, row.id)
    secret = None if row.sealed is None else tx.sealer.open(row.sealed, context)
    return Proof(row.id, row.tenant_key, row.user_key, row.target, row.data, secret, row.created_at)
