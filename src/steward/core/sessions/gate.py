"""The only way to the rows of sessions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select, update

from steward.core.access import ACTOR_COLUMNS
from steward.db.database import Transaction
from steward.db.tables import LoginSession, Tenant, User
from steward.kit.actor import Actor

_SESSION = (
    select(
        *ACTOR_COLUMNS,
        User.is_active,
        LoginSession.key.label("session_key"),
        LoginSession.refresh_floor,
        LoginSession.rotated_at,
        LoginSession.created_at.label("session_created_at"),
        LoginSession.last_activity_at,
        LoginSession.expires_at,
        LoginSession.ended_at,
        LoginSession.factor_due,
        LoginSession.factor_at,
    )
    .join(User, User.key == LoginSession.user_key)
    .join(Tenant, Tenant.key == User.tenant_key)
    .where(LoginSession.id == bindparam("session_id"))
)  # built once: a third of the cost of a look-up would be building it again
_SESSION_HELD = _SESSION.with_for_update(of=LoginSession)


def session_of_token(tx: Transaction, session_id: UUID, *, for_update: bool = False) -> Row[*tuple[Any, ...]] | None:
    """Return the session with its person and tenant, good or not; None if there is no such session.

    The token that names it was signed here: it is the proof on whose behalf the row is read.
    """
    statement = _SESSION_HELD if for_update else _SESSION
    return tx.connection.execute(statement, {"session_id": session_id}).one_or_none()


def is_open(row: Row[*tuple[Any, ...]], now: datetime, idle: timedelta) -> bool:
    """Return whether the session goes on: not ended, not over, not left alone for ``idle``, its person active."""
    return row.ended_at is None and now < end_of(row, idle) and bool(row.is_active)


def end_of(row: Row[*tuple[Any, ...]], idle: timedelta) -> datetime:
    """Return when the session is over if nobody uses it any more."""
    until: datetime = min(row.expires_at, row.last_activity_at + idle)
    return until


def add(tx: Transaction, **values: Any) -> None:
    """Insert a session."""
    tx.session.execute(insert(LoginSession).values(**values))


def rotate(tx: Transaction, session_key: int, floor: int) -> None:
    """Raise the floor of a session whose row is held."""
    tx.session.execute(
        update(LoginSession)
        .where(LoginSession.key == session_key)
        .values(refresh_floor=floor, rotated_at=tx.now, last_activity_at=tx.now)
    )


def complete(tx: Transaction, session_key: int, expires_at: datetime) -> None:
    """Make a session whose row is held a full one: its second factor was proved just now."""
    values = {"factor_due": False, "factor_at": tx.now, "expires_at": expires_at, "last_activity_at": tx.now}
    tx.session.execute(update(LoginSession).where(LoginSession.key == session_key).values(**values))


def note_factor(tx: Transaction, actor: Actor) -> None:
    """Note that the actor proved themselves just now in the session that they are signed in with."""
    mine = (LoginSession.id == actor.session_id) & (LoginSession.user_key == actor.user_key)
    tx.session.execute(update(LoginSession).where(mine, LoginSession.factor_due.is_(False)).values(factor_at=tx.now))


def note_login(tx: Transaction, user_key: int) -> None:
    """Note that the person signed in just now without a password."""
    tx.session.execute(update(User).where(User.key == user_key).values(last_login_at=tx.now))


def end(tx: Transaction, session_key: int) -> None:
    """End a session whose row is held."""
    tx.session.execute(update(LoginSession).where(LoginSession.key == session_key).values(ended_at=tx.now))


def end_own(tx: Transaction, actor: Actor) -> bool:
    """End the session that the actor is signed in with; False if it has ended already."""
    mine = (LoginSession.id == actor.session_id) & (LoginSession.user_key == actor.user_key)
    statement = update(LoginSession).where(mine, LoginSession.ended_at.is_(None)).values(ended_at=tx.now)
    return tx.session.execute(statement.returning(LoginSession.key)).first() is not None


def note_activity(tx: Transaction, session_key: int, before: datetime) -> None:
    """Set the last activity to now where it is not later than ``before``."""
    tx.session.execute(
        update(LoginSession)
        .where(LoginSession.key == session_key, LoginSession.last_activity_at <= before)
        .values(last_activity_at=tx.now)
    )
