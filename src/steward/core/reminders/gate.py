"""The only way to the rows of ``reminders`` on somebody's behalf."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, select

from steward.core.reminders.types import ReminderView
from steward.db.database import Transaction
from steward.db.tables import CalendarEvent, Reminder
from steward.kit.actor import Actor
from steward.kit.errors import Invalid, NotFound


class ReminderUnknown(NotFound):
    """There is no such reminder."""

    code = "REMINDER_NOT_FOUND"


class ReminderOver(Invalid):
    """That reminder is over; only waiting ones can be changed."""

    code = "REMINDER_OVER"


_COLUMNS = (
    Reminder.key,
    Reminder.id,
    Reminder.text,
    Reminder.due_at,
    Reminder.zone,
    Reminder.recurrence,
    Reminder.status,
    Reminder.is_timer,
    Reminder.kind,
    Reminder.minutes_before,
    CalendarEvent.id.label("event_id"),
    CalendarEvent.title.label("event_title"),
    Reminder.created_at,
    Reminder.fired_at,
)


def own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a reminder is the actor's."""
    return and_(Reminder.tenant_key == actor.tenant_key, Reminder.user_key == actor.user_key)


def viewed(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Return the query of the actor's reminders as ``view`` wants them."""
    return (
        select(*_COLUMNS)
        .outerjoin(CalendarEvent, CalendarEvent.key == Reminder.event_key)
        .where(own(actor))
        .order_by(Reminder.due_at, Reminder.key)
    )


def view(row: Row[*tuple[Any, ...]]) -> ReminderView:
    """Return the row of ``viewed`` as others see it."""
    return ReminderView(**row._mapping)


def row_of(tx: Transaction, actor: Actor, reminder_id: UUID) -> Reminder:
    """Return the actor's reminder for a change.

    Raises:
        NotFound: there is none of that id for this person.
    """
    found = tx.session.scalars(
        select(Reminder).where(own(actor), Reminder.id == reminder_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise ReminderUnknown
    return found
