"""The only way to the rows of ``calendar_events`` on somebody's behalf."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, delete, select

from steward.db.database import Transaction
from steward.db.tables import CalendarEvent
from steward.kit.actor import Actor
from steward.kit.errors import NotFound

COLUMNS = (
    CalendarEvent.key,
    CalendarEvent.id,
    CalendarEvent.title,
    CalendarEvent.description,
    CalendarEvent.location,
    CalendarEvent.starts_at,
    CalendarEvent.ends_at,
    CalendarEvent.until_at,
    CalendarEvent.zone,
    CalendarEvent.recurrence,
    CalendarEvent.skipped,
    CalendarEvent.calendar_id,
    CalendarEvent.status,
    CalendarEvent.created_at,
    CalendarEvent.updated_at,
)

OWN = and_(CalendarEvent.tenant_key == bindparam("of_tenant"), CalendarEvent.user_key == bindparam("of_user"))
"""The condition that an event is the actor's."""

_LOCKED = select(*COLUMNS).where(OWN, CalendarEvent.id == bindparam("row")).with_for_update()
_DELETE = (
    delete(CalendarEvent.__table__)  # type: ignore[arg-type]  # declarative tables are Tables
    .where(OWN, CalendarEvent.id == bindparam("row"))
    .returning(CalendarEvent.key)
)


class EventUnknown(NotFound):
    """There is no such event."""

    code = "EVENT_NOT_FOUND"


def scope(actor: Actor, **more: Any) -> dict[str, Any]:
    """Return the parameters of ``OWN``, and ``more``."""
    return {"of_tenant": actor.tenant_key, "of_user": actor.user_key, **more}


def row_of(tx: Transaction, actor: Actor, event_id: UUID) -> Row[*tuple[Any, ...]]:
    """Return the columns of the actor's event for a change, locked.

    Raises:
        NotFound: there is none of that id for this person.
    """
    found = tx.connection.execute(_LOCKED, scope(actor, row=event_id)).one_or_none()
    if found is None:
        raise EventUnknown
    return found


def delete_row(tx: Transaction, actor: Actor, event_id: UUID) -> None:
    """Delete the actor's event; its attendees and reminders go with it.

    Raises:
        NotFound: there is none of that id for this person.
    """
    if tx.connection.execute(_DELETE, scope(actor, row=event_id)).one_or_none() is None:
        raise EventUnknown
