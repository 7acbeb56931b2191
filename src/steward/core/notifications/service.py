"""The verbs on in-app notifications: list, read, read_all, remove, and notify inside another noun's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from steward.core.notifications.gate import ONE, OWN, NotificationUnknown, scope
from steward.core.notifications.types import TYPES, Notice, NotificationView, Recipient
from steward.db.database import Database, Transaction
from steward.db.tables import Notification
from steward.kit.actor import Actor
from steward.kit.errors import Invalid
from steward.kit.ids import new_id
from steward.kit.pages import Page, Window
from steward.kit.text import plain_label, shortened, without_controls
from steward.ports.live import LiveHints

_COLUMNS = (
    Notification.id,
    Notification.type,
    Notification.title,
    Notification.message,
    Notification.data,
    Notification.is_read,
    Notification.read_at,
    Notification.created_at,
)  # in the order of NotificationView
_MOST_TITLE = 200

_table: Table = Notification.__table__  # type: ignore[assignment]  # declarative tables are Tables
_FILTERS: Mapping[str, ColumnElement[bool]] = {
    "type": Notification.type == bindparam("type"),
    "read": Notification.is_read == bindparam("read"),
}
_UNREAD = _table.c.is_read == bindparam("unread")
_MARK = update(_table).values(is_read=True, read_at=bindparam("at"))
_READ = _MARK.where(ONE, _UNREAD)
_READ_ALL = _MARK.where(OWN, _UNREAD).returning(_table.c.key)
_ONE = select(*_COLUMNS).where(ONE)
_DELETE = delete(_table).where(ONE).returning(_table.c.key)


class NotificationService:
    """Keeps what people are told in the app. With ``live`` every new notice is hinted on the channel ``user:<id>``."""

    def __init__(self, db: Database, live: LiveHints | None = None) -> None:
        self._db = db
        self._live = live

    async def list(
        self, actor: Actor, *, type: str | None = None, read: bool | None = None, window: Window | None = None
    ) -> Page[NotificationView]:
        """Return the actor's notifications, newest first; ``type`` and ``read`` filter. Source: voice document.

        Raises:
            Invalid: the type is none of calendar, voice, system.
        """
        if type is not None and type not in TYPES:
            raise Invalid(
                "Notification types are calendar, voice and system.",
                fields={"type": [f"Must be one of: {', '.join(TYPES)}"]},
            )
        span = window or Window()
        filters = {"type": type, "read": read}
        wanted = {name: value for name, value in filters.items() if value is not None}
        page, count = _statements(tuple(wanted))

        def work(tx: Transaction) -> Page[NotificationView]:
            parameters = scope(actor, **wanted)
            rows = tx.connection.execute(page, {**parameters, "limit": span.limit, "offset": span.offset}).all()
            total = tx.connection.execute(count, parameters).scalar_one()
            return Page([NotificationView(*row) for row in rows], total, span)

        if type is not None:  # no index answers that: it may take long
            return await self._db.read(work)
        return await self._db.glance(work)

    async def read(self, actor: Actor, notification_id: UUID) -> NotificationView:
        """Mark one as read and return it; reading it again changes nothing.

        Raises:
            NotFound: there is none of that id for this person.
        """

        def work(tx: Transaction) -> NotificationView:
            parameters = scope(actor, row=notification_id)
            tx.connection.execute(_READ, {**parameters, "unread": False, "at": tx.now})
            row = tx.connection.execute(_ONE, parameters).one_or_none()
            if row is None:
                raise NotificationUnknown
            return NotificationView(*row)

        return await self._db.write(work)

    async def read_all(self, actor: Actor) -> int:
        """Mark all as read and return how many were unread."""

        def work(tx: Transaction) -> int:
            return len(tx.connection.execute(_READ_ALL, scope(actor, unread=False, at=tx.now)).all())

        return await self._db.write(work)

    async def remove(self, actor: Actor, notification_id: UUID) -> None:
        """Delete one for good.

        Raises:
            NotFound: there is none of that id for this person.
        """

        def work(tx: Transaction) -> None:
            if tx.connection.execute(_DELETE, scope(actor, row=notification_id)).one_or_none() is None:
                raise NotificationUnknown

        await self._db.write(work)

    def notify(self, tx: Transaction, recipient: Recipient, notice: Notice) -> bool:
        """Write the notice in the caller's transaction; False when its source was told before.

        After the commit ``notification:<id>`` is hinted on the live channel.
        """
        if notice.type not in TYPES:
            raise Invalid(fields={"type": ["Unknown notification type"]})
        notification_id = new_id()
        values = {
            "id": notification_id,
            "tenant_key": recipient.tenant_key,
            "user_key": recipient.user_key,
            "type": notice.type,
            "title": shortened(plain_label(notice.title), _MOST_TITLE),
            "message": without_controls(notice.message),
            "data": dict(notice.data),
            "source": notice.source,
            "is_read": False,
            "created_at": tx.now,
        }
        if tx.connection.execute(_insert_once(tx.connection.dialect.name), values).one_or_none() is None:
            return False
        live = self._live
        if live is not None:
            channel, hint = f"user:{recipient.user_id}", f"notification:{notification_id}"
            tx.after_commit(lambda: live.publish(channel, hint))
        return True


@cache
def _insert_once(dialect: str) -> ReturningInsert[int]:
    if dialect == "postgresql":
        return postgresql.insert(_table).on_conflict_do_nothing(index_elements=["source"]).returning(_table.c.key)
    if dialect == "sqlite":
        return sqlite.insert(_table).on_conflict_do_nothing(index_elements=["source"]).returning(_table.c.key)
    return insert(_table).returning(_table.c.key)


@cache
def _statements(filters: tuple[str, ...]) -> tuple[Select[*tuple[Any, ...]], Select[int]]:
    """Return the query of a page and its count. The count names one key only, so that it stays inside an index."""
    conditions = [_FILTERS[name] for name in filters]
    page = select(*_COLUMNS).where(OWN, *conditions).order_by(Notification.key.desc())
    count = select(func.count()).select_from(Notification).where(Notification.user_key == bindparam("of_user"))
    return page.limit(bindparam("limit")).offset(bindparam("offset")), count.where(*conditions)
