"""Sessions as a person sees them: which there are, how many there were, and ending them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, select, update

from steward.core.audit import Action, AuditLog
from steward.core.factors.gate import member
from steward.core.sessions.errors import SessionNotFound
from steward.core.sessions.service import SessionService
from steward.core.sessions.types import SessionStats, SessionView
from steward.db.database import Database, Transaction
from steward.db.tables import LoginSession
from steward.kit.actor import Actor
from steward.kit.pages import Page, Window
from steward.settings import Settings

_COLUMNS = (
    LoginSession.id,
    LoginSession.user_agent,
    LoginSession.ip,
    LoginSession.surface,
    LoginSession.method,
    LoginSession.factor_at,
    LoginSession.created_at,
    LoginSession.last_activity_at,
    LoginSession.expires_at,
)

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""How browsers are told apart; the first one that is found holds, because most claim to be others too."""
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9._ -]{0,39}")


class SessionList:
    """What a person can do with their sessions, and an administrator with those of others."""

    def __init__(self, db: Database, settings: Settings, sessions: SessionService, audit: AuditLog) -> None:
        self._db = db
        self._sessions = sessions
        self._audit = audit
        self._idle = timedelta(days=settings.session_idle_days)

    async def list(self, actor: Actor, window: Window) -> Page[SessionView]:
        """Return a page of the actor's sessions that go on, the newest first."""
        actor.need("sessions:read")

        def work(tx: Transaction) -> Page[SessionView]:
            mine = self._going_on(tx.now) & (LoginSession.user_key == actor.user_key)
            total = tx.session.execute(select(func.count()).select_from(LoginSession).where(mine)).scalar_one()
            query = select(*_COLUMNS).where(mine).order_by(LoginSession.key.desc())
            rows = tx.session.execute(query.limit(window.limit).offset(window.offset)).all()
            return Page([_view(row, actor) for row in rows], total, window)

        return await self._db.read(work)

    async def stats(self, actor: Actor) -> SessionStats:
        """Return the sums over all sessions of the actor that are remembered. Source: decision AP26."""
        actor.need("sessions:read")
        return await self._db.read(lambda tx: _summed(self._counted(tx, actor.user_key)))

    async def end(self, actor: Actor, session_id: UUID) -> None:
        """End one of the actor's sessions: its tokens, its cookie and its streams stop at once (AP25).

        Raises:
            SessionNotFound: there is no such session, or it is somebody else's, or it is over.
        """
        actor.need("sessions:write")

        def work(tx: Transaction) -> None:
            mine = (LoginSession.user_key == actor.user_key) & (LoginSession.id == session_id)
            if not self._end(tx, mine):
                raise SessionNotFound
            self._audit.record(tx, action=Action.SESSION_ENDED, resource=f"session/{session_id}", actor=actor)

        await self._db.write(work)

    async def end_all(self, actor: Actor, *, keep_current: bool = False) -> int:
        """End the actor's sessions, with ``keep_current`` all others, and return how many ended (AP25)."""
        actor.need("sessions:write")

        def work(tx: Transaction) -> int:
            mine = LoginSession.user_key == actor.user_key
            if keep_current and actor.session_id is not None:
                mine &= LoginSession.id != actor.session_id
            count = len(self._end(tx, mine))
            self._record_all(tx, actor, actor.user_id, count)
            return count

        return await self._db.write(work)

    async def end_all_of(self, actor: Actor, user: UUID | int) -> int:
        """End all sessions of a person whom the actor administers, and return how many ended.

        Raises:
            Forbidden: the actor may not change people.
            NotFound: there is no such person in the actor's tenant.
        """
        actor.need("users:write")

        def work(tx: Transaction) -> int:
            row = member(tx, actor, user)
            count = len(self._end(tx, LoginSession.user_key == row.key))
            self._record_all(tx, actor, row.id, count)
            return count

        return await self._db.write(work)

    def _end(self, tx: Transaction, which: ColumnElement[bool]) -> Sequence[UUID]:
        """End the sessions that still go on, and return their ids; who lives on them is told after the commit."""
        ended = tx.session.scalars(
            update(LoginSession).where(which, self._going_on(tx.now)).values(ended_at=tx.now).returning(LoginSession.id)
        ).all()

        def tell() -> None:
            for session_id in ended:
                self._sessions.has_ended(session_id)

        tx.after_commit(tell)
        return ended

    def _going_on(self, now: datetime) -> ColumnElement[bool]:
        used = LoginSession.last_activity_at > now - self._idle
        return LoginSession.ended_at.is_(None) & (LoginSession.expires_at > now) & used

    def _counted(self, tx: Transaction, user_key: int) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return one row for each program: how many sessions, and for how long in all."""
        last = func.coalesce(LoginSession.ended_at, LoginSession.last_activity_at)
        seconds: ColumnElement[Any]
        if tx.connection.dialect.name == "postgresql":
            seconds = func.extract("epoch", last - LoginSession.created_at)
        else:
            seconds = (func.julianday(last) - func.julianday(LoginSession.created_at)) * 86_400
        return tx.session.execute(
            select(
                LoginSession.user_agent,
                func.count().label("total"),
                func.sum(case((self._going_on(tx.now), 1), else_=0)).label("active"),
                func.count(LoginSession.ended_at).label("ended"),
                func.sum(seconds).label("seconds"),
                func.max(LoginSession.created_at).label("newest"),
            )
            .where(LoginSession.user_key == user_key)
            .group_by(LoginSession.user_agent)
        ).all()

    def _record_all(self, tx: Transaction, actor: Actor, user_id: UUID, count: int) -> None:
        self._audit.record(
            tx, action=Action.SESSIONS_ENDED, resource=f"user/{user_id}", actor=actor, details={"count": count}
        )


def _view(row: Row[*tuple[Any, ...]], actor: Actor) -> SessionView:
    return SessionView(**row._mapping, device=device_of(row.user_agent), is_current=row.id == actor.session_id)


def _summed(rows: Sequence[Row[*tuple[Any, ...]]]) -> SessionStats:
    by_device: Counter[str] = Counter()
    for row in rows:
        by_device[device_of(row.user_agent)] += row.total
    total, active, ended = (sum(getattr(row, name) for row in rows) for name in ("total", "active", "ended"))
    seconds = sum(float(row.seconds) for row in rows)
    return SessionStats(
        total=total,
        active=active,
        expired=total - active - ended,
        ended=ended,
        average_seconds=round(seconds / total, 1) if total else 0.0,
        last_login=max((row.newest for row in rows), default=None),
        by_device=dict(by_device.most_common()),
    )


def device_of(user_agent: str) -> str:
    """Return what a person would call the program behind a ``User-Agent``, such as ``Firefox on Linux`` or ``curl``."""
    if user_agent.startswith("Mozilla/"):
        browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Browser")
        system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
        return f"{browser} on {system}" if system else browser
    product = _PRODUCT.match(user_agent.partition("/")[0].strip())
    return product.group().strip() if product else "Unknown device"
