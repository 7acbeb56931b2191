"""The only way to the rows of ``reminders`` on somebody's behalf."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, select

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


COLUMNS = (
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
"""In the order of ``ReminderView``."""

OWN = and_(Reminder.tenant_key == bindparam("of_tenant"), Reminder.user_key == bindparam("of_user"))
"""The condition that a reminder is the actor's."""

SEEN = (
    select(*COLUMNS)
    .outerjoin(CalendarEvent, CalendarEvent.key == Reminder.event_key)
    .where(OWN)
    .order_by(Reminder.due_at, Reminder.key)
)
"""The query of the actor's reminders as others see them, by due time."""

_ONE = select(
    Reminder.key,
    Reminder.text,
    Reminder.due_at,
    Reminder.recurrence,
    Reminder.zone,
    Reminder.is_timer,
    Reminder.kind,
    Reminder.status,
    Reminder.event_key,
).where(OWN, Reminder.id == bindparam("row"))
_LOCKED = _ONE.with_for_update()


def scope(actor: Actor, **more: Any) -> dict[str, Any]:
    """Return the parameters of ``OWN``, and ``more``."""
    return {"of_tenant": actor.tenant_key, "of_user": actor.user_key, **more}


def row_of(tx: Transaction, actor: Actor, reminder_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return the actor's reminder for a change, locked.

    Raises:
        NotFound: there is none of that id for this person.
    """
    found = tx.connection.execute(_LOCKED, scope(actor, row=reminder_id)).one_or_none()
    if found is None:
        raise ReminderUnknown
    return found
