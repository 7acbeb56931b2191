"""The only way to the rows of ``calendar_events`` on somebody's behalf."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from steward.db.database import Transaction
from steward.db.tables import CalendarEvent
from steward.kit.actor import Actor
from steward.kit.errors import NotFound


class EventUnknown(NotFound):
    """There is no such event."""

    code = "EVENT_NOT_FOUND"


def own(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that an event is the actor's."""
    return and_(CalendarEvent.tenant_key == actor.tenant_key, CalendarEvent.user_key == actor.user_key)


def row_of(tx: Transaction, actor: Actor, event_id: UUID) -> CalendarEvent:
    """Return the actor's event for a change.

    Raises:
        NotFound: there is none of that id for this person.
    """
    found = tx.session.scalars(
        select(CalendarEvent).where(own(actor), CalendarEvent.id == event_id).with_for_update()
    ).one_or_none()
    if found is None:
        raise EventUnknown
    return found
