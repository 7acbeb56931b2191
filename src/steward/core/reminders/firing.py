"""From due to told: the sweep that promises jobs, and the job that tells. Each is one transaction.

Why nothing is lost: a due reminder is either pending (the next sweep takes it), or queued with a job that was promised
in the same transaction. A job may still get lost (given up, or its queue restored from a backup); then the reminder
is taken back after ``LOST_AFTER``. Why nothing is doubled: telling and moving on are one transaction that finds the row
only while it is due, and the notification's source, unique in the table, names the reminder and its due time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, String, Table, bindparam, literal_column, select, update

from steward.core.notifications import Notice, NotificationService, Recipient
from steward.core.reminders.rules import message_of_event, message_of_reminder, next_due, next_start
from steward.core.reminders.types import EventFacts, Swept
from steward.core.reminders.wall_time import zone_of
from steward.db.database import Transaction
from steward.db.jobs import FIRE_REMINDER
from steward.db.tables import CalendarEvent, Reminder, User
from steward.kit.errors import Invalid
from steward.kit.ids import prefixed

LOST_AFTER = timedelta(seconds=FIRE_REMINDER.retry.attempts * FIRE_REMINDER.retry.most_seconds * 1.5)
"""Longer than a job's attempts can last with their pauses: 15 minutes. An early taking back would be harmless too."""


_table: Table = Reminder.__table__  # type: ignore[assignment]  # declarative tables are Tables
_PENDING: ColumnElement[str] = literal_column("'pending'", String())
_QUEUED: ColumnElement[str] = literal_column("'queued'", String())
# Literals, for a partial index is not used for a parameter that happens to have its value.

_TAKE_BACK = (
    update(_table)
    .where(_table.c.status == _QUEUED, _table.c.queued_at < bindparam("lost_before"))
    .values(status="pending", queued_at=None)
    .returning(_table.c.key)
)
_DUE_NOW = (
    select(Reminder.key)
    .where(Reminder.status == _PENDING, Reminder.due_at <= bindparam("now"))
    .order_by(Reminder.due_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_QUEUE = (
    update(_table)
    .where(_table.c.key.in_(bindparam("rows", expanding=True)))
    .values(status="queued", queued_at=bindparam("now"))
)
_LEAVE = update(_table).where(_table.c.key == bindparam("row"))


def sweep(tx: Transaction, limit: int) -> Swept:
    """Take back lost reminders, mark due ones as queued and promise their jobs."""
    lost = tx.connection.execute(_TAKE_BACK, {"lost_before": tx.now - LOST_AFTER}).all()
    due = tx.connection.execute(_DUE_NOW, {"now": tx.now, "limit": limit}).scalars().all()
    if due:
        tx.connection.execute(_QUEUE, {"rows": due, "now": tx.now})
        for key in due:
            tx.enqueue(FIRE_REMINDER, unique=f"reminder:{key}", reminder_key=key)
    return Swept(len(due), len(lost))


def fire(tx: Transaction, notifications: NotificationService, reminder_key: int) -> None:
    """Tell of the reminder if it is due, and move it on."""
    row = tx.connection.execute(_DUE, {"row": reminder_key, "now": tx.now}).one_or_none()
    if row is None:
        return
    event = _event(row)
    if event is not None and event.status == "cancelled":
        _leave(tx, reminder_key, "cancelled")
        return
    recipient = Recipient(row.tenant_key, row.user_key, row.user_id)
    notifications.notify(tx, recipient, _notice(row, tx.now))
    following = _following(row, event, tx.now)
    if following is None:
        _leave(tx, reminder_key, "fired", fired_at=tx.now)
    else:
        _leave(tx, reminder_key, "pending", fired_at=tx.now, due_at=following)


_DUE = (
    select(
        Reminder.key,
        Reminder.id,
        Reminder.tenant_key,
        Reminder.user_key,
        Reminder.text,
        Reminder.is_timer,
        Reminder.due_at,
        Reminder.minutes_before,
        Reminder.recurrence,
        Reminder.anchor_at,
        Reminder.zone,
        User.id.label("user_id"),
        User.timezone.label("user_zone"),
        CalendarEvent.key.label("event_key"),
        CalendarEvent.id.label("event_id"),
        CalendarEvent.title.label("event_title"),
        CalendarEvent.starts_at.label("event_starts_at"),
        CalendarEvent.zone.label("event_zone"),
        CalendarEvent.recurrence.label("event_recurrence"),
        CalendarEvent.skipped.label("event_skipped"),
        CalendarEvent.status.label("event_status"),
    )
    .join(User, User.key == Reminder.user_key)
    .outerjoin(CalendarEvent, CalendarEvent.key == Reminder.event_key)
    .where(
        Reminder.status.in_(("pending", "queued")),
        Reminder.key == bindparam("row"),
        Reminder.due_at <= bindparam("now"),
    )
    .with_for_update(of=Reminder)
)


def _event(row: Row[*tuple[Any, ...]]) -> EventFacts | None:
    if row.event_key is None:
        return None
    return EventFacts(
        row.event_key,
        row.event_starts_at,
        row.event_zone,
        row.event_recurrence,
        row.event_skipped,
        row.event_status,
    )


def _notice(row: Row[*tuple[Any, ...]], now: datetime) -> Notice:
    source = f"reminder:{row.key}:{int(row.due_at.timestamp())}"
    data = {"reminder_id": prefixed("reminder", row.id)}
    zone = _persons_zone(row)
    if row.event_key is None:
        message = message_of_reminder(row.text, row.due_at, now, zone)
        return Notice("system", "Timer" if row.is_timer else "Reminder", message, data, source)
    starts_at = row.due_at + timedelta(minutes=row.minutes_before or 0)
    message = message_of_event(row.event_title, row.text, starts_at, now, zone)
    data |= {"event_id": prefixed("event", row.event_id), "event_title": row.event_title}
    return Notice("calendar", f"Reminder: {row.event_title}", message, data, source)


def _persons_zone(row: Row[*tuple[Any, ...]]) -> ZoneInfo:
    try:
        return zone_of(row.user_zone)
    except Invalid:  # a zone that the time zone database no longer knows
        return zone_of("UTC")


def _following(row: Row[*tuple[Any, ...]], event: EventFacts | None, now: datetime) -> datetime | None:
    """Return the next due time; what was missed while nothing ran is told once, not once each."""
    if event is not None:
        lead = timedelta(minutes=row.minutes_before or 0)
        start = next_start(event, max(now, row.due_at + lead)) if event.recurrence else None
        return None if start is None else start - lead
    if row.recurrence is None:
        return None
    return next_due(row.recurrence, row.anchor_at or row.due_at, row.zone, max(now, row.due_at))


def _leave(tx: Transaction, reminder_key: int, status: str, **values: datetime) -> None:
    tx.connection.execute(_LEAVE, {"row": reminder_key, "status": status, "queued_at": None, **values})
