"""The verbs on in-app notifications: list, read, read_all, remove, and notify inside another noun's transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Row, Select, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from steward.core.notifications.gate import NotificationUnknown, one, own
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
)
_MOST_TITLE = 200


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

        def work(tx: Transaction) -> Page[NotificationView]:
            chosen = _filtered(select(*_COLUMNS).where(own(actor)), type, read)
            rows = tx.session.execute(
                chosen.order_by(Notification.key.desc()).limit(span.limit).offset(span.offset)
            ).all()
            counted = _filtered(select(func.count()).select_from(Notification).where(own(actor)), type, read)
            return Page([_view(row) for row in rows], tx.session.scalar(counted) or 0, span)

        return await self._db.read(work)

    async def read(self, actor: Actor, notification_id: UUID) -> NotificationView:
        """Mark one as read and return it; reading it again changes nothing.

        Raises:
            NotFound: there is none of that id for this person.
        """

        def work(tx: Transaction) -> NotificationView:
            tx.session.execute(
                update(Notification)
                .where(one(actor, notification_id), Notification.is_read.is_(False))
                .values(is_read=True, read_at=tx.now)
            )
            row = tx.session.execute(select(*_COLUMNS).where(one(actor, notification_id))).one_or_none()
            if row is None:
                raise NotificationUnknown
            return _view(row)

        return await self._db.write(work)

    async def read_all(self, actor: Actor) -> int:
        """Mark all as read and return how many were unread."""

        def work(tx: Transaction) -> int:
            done = tx.session.execute(
                update(Notification)
                .where(own(actor), Notification.is_read.is_(False))
                .values(is_read=True, read_at=tx.now)
                .returning(Notification.key)
            )
            return len(done.all())

        return await self._db.write(work)

    async def remove(self, actor: Actor, notification_id: UUID) -> None:
        """Delete one for good.

        Raises:
            NotFound: there is none of that id for this person.
        """

        def work(tx: Transaction) -> None:
            gone = tx.session.execute(
                delete(Notification).where(one(actor, notification_id)).returning(Notification.key)
            )
            if gone.one_or_none() is None:
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
        statement = _insert_once(tx.session.get_bind().dialect.name).values(values).returning(Notification.key)
        if tx.session.execute(statement).one_or_none() is None:
            return False
        live = self._live
        if live is not None:
            channel, hint = f"user:{recipient.user_id}", f"notification:{notification_id}"
            tx.after_commit(lambda: live.publish(channel, hint))
        return True


def _insert_once(dialect: str) -> Insert:
    if dialect == "postgresql":
        return postgresql.insert(Notification).on_conflict_do_nothing(index_elements=["source"])
    if dialect == "sqlite":
        return sqlite.insert(Notification).on_conflict_do_nothing(index_elements=["source"])
    return insert(Notification)


def _filtered(query: Select[*tuple[Any, ...]], type: str | None, read: bool | None) -> Select[*tuple[Any, ...]]:
    if type is not None:
        query = query.where(Notification.type == type)
    return query if read is None else query.where(Notification.is_read.is_(read))


def _view(row: Row[*tuple[Any, ...]]) -> NotificationView:
    return NotificationView(**row._mapping)
