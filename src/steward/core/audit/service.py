"""The audit log: appending in the caller's transaction, and checking the whole chain."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, insert, select, text

from steward.core.audit.bounds import RefusalBound
from steward.core.audit.keys import ChainKeys
from steward.core.audit.rules import FIRST, Fact, canonical, storable_details, storable_text
from steward.core.audit.types import Action, ChainReport, Details, Result
from steward.db.database import Database, Transaction
from steward.db.tables import AuditEntry
from steward.kit.actor import Actor
from steward.kit.ids import new_id
from steward.kit.secrets import KeyRing, hmac_sha256, same

_HELD_END = text("SELECT audit_head(:key)")
_LOCK_KEY = 0x57E3A0D
_NEWEST = select(AuditEntry.mac).order_by(AuditEntry.key.desc()).limit(1)
_COLUMNS = (
    AuditEntry.key,
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.tenant_key,
    AuditEntry.user_key,
    AuditEntry.action,
    AuditEntry.resource,
    AuditEntry.result,
    AuditEntry.ip,
    AuditEntry.details,
    AuditEntry.mac,
)


class AuditLog:
    """Facts bound to each other by HMAC-SHA256 under keys of the ring that serve no other purpose."""

    def __init__(
        self, ring: KeyRing, folder: Path | None = None, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """``folder`` keeps the keys of former rings; ``monotonic`` gives seconds and is there for tests."""
        self._keys = ChainKeys(ring, folder)
        self._bound = RefusalBound(monotonic)

    def keep_keys(self) -> None:
        """Have the chain stay checkable when the ring turns: to be called after that, and before a key leaves it."""
        self._keys.keep()

    def record(
        self,
        tx: Transaction,
        *,
        action: Action,
        resource: str = "",
        result: Result = "success",
        actor: Actor | None = None,
        tenant_key: int | None = None,
        user_key: int | None = None,
        ip: str = "",
        details: Details | None = None,
    ) -> None:
        """Append a fact; it exists exactly if the caller's transaction commits.

        ``actor`` gives tenant, person and address where they are not given. ``resource`` is ``noun/id``. Record last
        in a transaction: on PostgreSQL the end of the chain is held from here to the commit, so that it cannot fork.
        """
        if actor is not None:
            tenant_key = actor.tenant_key if tenant_key is None else tenant_key
            user_key = actor.user_key if user_key is None else user_key
            ip = ip or actor.ip
        fact = Fact(
            id=new_id(),
            at=tx.now,
            tenant_key=tenant_key,
            user_key=user_key,
            action=action.value,
            resource=storable_text(resource, 120),
            result=result,
            ip=storable_text(ip, 64),
            details=storable_details(details),
        )
        tx.session.flush()
        has_lock = tx.connection.dialect.name == "postgresql"
        before = tx.session.scalar(_HELD_END, {"key": _LOCK_KEY}) if has_lock else tx.session.scalar(_NEWEST)
        mac = hmac_sha256(self._keys.newest(), canonical(fact, before or FIRST))
        values = {name: getattr(fact, name) for name in Fact.__slots__}
        tx.session.execute(insert(AuditEntry).values(**values, mac=mac))

    def record_refusal(
        self,
        tx: Transaction,
        *,
        whose: str,
        action: Action,
        result: Result,
        resource: str = "",
        actor: Actor | None = None,
        tenant_key: int | None = None,
        user_key: int | None = None,
        ip: str = "",
        details: Details | None = None,
    ) -> None:
        """Append a refusal or a wrong proof, unless there were too many just now (``bounds``).

        ``whose`` is the person or address that they are counted for. ``left_out`` in the details says how many were
        left out before this one.
        """
        left_out = self._bound.admit(whose)
        if left_out is None:
            return
        if left_out:
            details = {**(details or {}), "left_out": left_out}
        self.record(
            tx,
            action=action,
            resource=resource,
            result=result,
            actor=actor,
            tenant_key=tenant_key,
            user_key=user_key,
            ip=ip,
            details=details,
        )

    async def verify(self, db: Database, *, kept: Mapping[int, str] | None = None, batch: int = 1000) -> ChainReport:
        """Walk the whole chain, ``batch`` entries a read, and return how far it is good.

        An entry that was changed, removed, added or moved breaks the chain at that place. Entries cut off the end leave
        a shorter good chain: that shows only against ``kept``, heads by the key of their entry (``heads``).
        """
        owed = dict(kept or {})
        owed.pop(0, None)
        keys = self._keys.all()
        good, after, before = 0, 0, FIRST
        while True:
            rows = await db.read(lambda tx, start=after: self._batch(tx, start, batch))  # type: ignore[misc]
            for row in rows:
                if not _is_good(row, before, keys) or owed.pop(row.key, row.mac.hex()) != row.mac.hex():
                    return ChainReport(good, row.key, row.id, before.hex())
                good, after, before = good + 1, row.key, row.mac
            if len(rows) < batch:
                return ChainReport(good, min(owed, default=None), None, before.hex())

    def _batch(self, tx: Transaction, after: int, size: int) -> Sequence[Row[*tuple[Any, ...]]]:
        return tx.session.execute(
            select(*_COLUMNS).where(AuditEntry.key > after).order_by(AuditEntry.key).limit(size)
        ).all()


def _is_good(row: Row[*tuple[Any, ...]], before: bytes, keys: Sequence[bytes]) -> bool:
    fact = Fact(**{name: getattr(row, name) for name in Fact.__slots__})
    message = canonical(fact, before)
    return any(same(hmac_sha256(key, message), row.mac) for key in keys)
