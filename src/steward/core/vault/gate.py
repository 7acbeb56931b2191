"""What in the tables hangs on a master key, of all tenants: this is the server's own business."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update

from steward.core.vault.types import Need
from steward.db.database import Transaction
from steward.db.sealing import count_sealed, sealed_columns
from steward.db.tables import BackupCode, LoginSession, OneTimeToken


def need_of(tx: Transaction, name: str, until: datetime | None) -> Need:
    """Return what still needs a key that made new things ``until`` then; None: nobody knows when, so maybe anything."""
    codes = (OneTimeToken.data["key"].as_string() == name) & OneTimeToken.used_at.is_(None)
    last = select(func.count(), func.max(LoginSession.expires_at)).where(_sessions(tx, until))
    sessions, ends = tx.session.execute(last).one()
    return Need(
        sealed=sum(count_sealed(tx, column, name) for column in sealed_columns()),
        codes=tx.session.scalar(select(func.count()).where(codes, OneTimeToken.expires_at > tx.now)) or 0,
        sessions=sessions,
        sessions_until=ends,
        backup_codes=tx.session.scalar(select(func.count()).where(_backup_codes(until))) or 0,
    )


def drop(tx: Transaction, until: datetime | None) -> None:
    """End the sessions and void the backup codes from before."""
    tx.session.execute(update(LoginSession).where(_sessions(tx, until)).values(ended_at=tx.now))
    tx.session.execute(delete(BackupCode).where(_backup_codes(until)))


def _sessions(tx: Transaction, until: datetime | None) -> ColumnElement[bool]:
    open_ = LoginSession.ended_at.is_(None) & (LoginSession.expires_at > tx.now)
    return open_ if until is None else open_ & (LoginSession.created_at < until)


def _backup_codes(until: datetime | None) -> ColumnElement[bool]:
    unused = BackupCode.used_at.is_(None)
    return unused if until is None else unused & (BackupCode.created_at < until)
