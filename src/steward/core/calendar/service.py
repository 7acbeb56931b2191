"""The verbs on calendar events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from steward.core.calendar import store
from steward.core.calendar.attendees import resolve
from steward.core.calendar.gate import EventUnknown, row_of
from steward.core.calendar.rules import default_alerts, fill
from steward.core.calendar.types import (
    STATUSES,
    EventChange,
    EventFilter,
    EventView,
    EventWish,
    Invitee,
    Moved,
    NewEvent,
)
from steward.core.reminders import Alert, EventFacts, ReminderService
from steward.core.reminders.wall_time import resolved, zone_of
from steward.db.database import Database, Transaction
from steward.db.tables import CalendarEvent, User
from steward.kit.actor import Actor
from steward.kit.clock import iso_z
from steward.kit.errors import Invalid
from steward.kit.pages import Page, Window
from steward.kit.text import without_controls
from steward.ports.live import LiveHints


class CalendarService:
    """Keeps people's events, with their attendees and reminders, in one transaction each.

    With ``live`` every change is hinted on the channel ``user:<id>`` as ``calendar:<created|updated|deleted>:<id>``.
    """

    def __init__(self, db: Database, reminders: ReminderService, live: LiveHints | None = None) -> None:
        self._db = db
        self._alerts = reminders.alerts
        self._live = live

    async def list(
        self,
        actor: Actor,
        *,
        start: datetime | date | None = None,
        end: datetime | date | None = None,
        calendar_id: str | None = None,
        status: str | None = None,
        window: Window | None = None,
    ) -> Page[EventView]:
        """Return the events that overlap the range, by start; all states unless one is named (decisions AV20, AV22).

        A date includes its whole day; naive times are wall time in the actor's zone. Within a range (one end is enough)
        recurring events are given as their occurrences, the earliest 1,000; without one, as one row each.

        Raises:
            Invalid: the status is unknown, or the range ends before it starts.
        """
        wanted = _filter(actor, start, end, calendar_id, status)
        return await self._db.read(lambda tx: store.page(tx, actor, wanted, window or Window(limit=50)))

    async def get(self, actor: Actor, event_id: UUID) -> EventView:
        """Return one event as it is stored. Raises NotFound."""
        return await self._db.read(lambda tx: self.get_in(tx, actor, event_id))

    async def create(self, actor: Actor, new: NewEvent) -> EventView:
        """Write an event and return it.

        Raises:
            Invalid: see ``NewEvent``; ``fields`` says what is wrong.
        """
        return await self._db.write(lambda tx: self.create_in(tx, actor, new))

    async def change(self, actor: Actor, event_id: UUID, change: EventChange) -> EventView:
        """Change what is named and return the whole event (decision AV25). Raises NotFound, Invalid."""
        return await self._db.write(lambda tx: self.change_in(tx, actor, event_id, change))

    async def remove(self, actor: Actor, event_id: UUID) -> None:
        """Delete an event and its reminders for good (decision AV26). Raises NotFound."""
        await self._db.write(lambda tx: self.remove_in(tx, actor, event_id))

    def get_in(self, tx: Transaction, actor: Actor, event_id: UUID) -> EventView:
        """Return one event as it is stored, in the caller's transaction. Raises NotFound."""
        found = store.seen(tx, actor, [event_id])
        if not found:
            raise EventUnknown
        return found[0]

    def create_in(self, tx: Transaction, actor: Actor, new: NewEvent) -> EventView:
        """Write an event in the caller's transaction. Raises Invalid."""
        row = CalendarEvent(tenant_key=actor.tenant_key, user_key=actor.user_key, skipped=[], created_at=tx.now)
        fill(row, new, actor.zone)
        row.updated_at = tx.now
        row.attendees = resolve(tx, actor, new.attendees)
        tx.add(row)
        tx.session.flush()
        alerts = _defaults(tx, actor) if new.reminders is None else new.reminders
        self._alerts.add(tx, actor, _facts(row), alerts)
        self._hint(tx, actor, "created", row.id)
        return self.get_in(tx, actor, row.id)

    def change_in(self, tx: Transaction, actor: Actor, event_id: UUID, change: EventChange) -> EventView:
        """Change an event in the caller's transaction. Raises NotFound, Invalid."""
        row = row_of(tx, actor, event_id)
        before = _facts(row)
        stored = NewEvent(
            row.title,
            row.starts_at,
            row.ends_at,
            row.description,
            row.location,
            row.zone,
            row.recurrence,
            row.calendar_id,
            row.status,
        )
        fill(row, replace(stored, **change), row.zone)
        row.updated_at = tx.now
        if "attendees" in change:
            answers = {each.email or each.name: each.response for each in row.attendees}
            row.attendees = resolve(tx, actor, change["attendees"])
            for each in row.attendees:
                each.response = answers.get(each.email or each.name, "pending")
        tx.session.flush()
        if "reminders" in change:
            self._alerts.replace(tx, actor, _facts(row), change["reminders"])
        if _facts(row) != before:
            self._alerts.follow(tx, _facts(row))
        self._hint(tx, actor, "updated", event_id)
        return self.get_in(tx, actor, event_id)

    def remove_in(self, tx: Transaction, actor: Actor, event_id: UUID) -> None:
        """Delete an event in the caller's transaction. Raises NotFound."""
        tx.session.delete(row_of(tx, actor, event_id))
        tx.session.flush()
        self._hint(tx, actor, "deleted", event_id)

    def cancel_in(self, tx: Transaction, actor: Actor, event: EventView, *, series: bool = False) -> EventView:
        """Cancel an event, or only this occurrence of a recurring one unless ``series``; return it as cancelled."""
        row = row_of(tx, actor, event.id)
        if event.is_occurrence and not series:
            row.skipped = [*row.skipped, iso_z(event.starts_at)]
        else:
            row.status = "cancelled"
        self._moved_on(tx, actor, row)
        return replace(event, status="cancelled")

    def restore_in(
        self, tx: Transaction, actor: Actor, event_id: UUID, *, status: str, occurrence: datetime | None = None
    ) -> EventView:
        """Take back a cancellation: of the occurrence that starts then, or of the whole event. Raises NotFound."""
        row = row_of(tx, actor, event_id)
        if occurrence is not None:
            row.skipped = [start for start in row.skipped if start != iso_z(occurrence)]
        else:
            row.status = status
        self._moved_on(tx, actor, row)
        return self.get_in(tx, actor, event_id)

    def move_in(
        self, tx: Transaction, actor: Actor, event: EventView, start: datetime, end: datetime, zone: str = ""
    ) -> Moved:
        """Move an event. An occurrence is taken out of its series and becomes an event of its own.

        Raises:
            NotFound: it is gone. Invalid: the end is not after the start.
        """
        change = EventChange(start=start, end=end, zone=zone or event.zone)
        if not event.is_occurrence:
            return Moved(self.change_in(tx, actor, event.id, change), event, None)
        self.cancel_in(tx, actor, event)
        copy = NewEvent(
            event.title,
            start,
            end,
            event.description,
            event.location,
            zone or event.zone,
            calendar_id=event.calendar_id,
            status=event.status,
            attendees=[Invitee(each.name, each.email) for each in event.attendees],
            reminders=[Alert(each.type, each.minutes_before, each.text) for each in event.reminders],
        )
        return Moved(self.create_in(tx, actor, copy), event, event.id)

    def find_in(self, tx: Transaction, actor: Actor, wish: EventWish) -> Sequence[EventView]:
        """Return the events somebody means, best match first of all; several when they fit equally."""
        return store.search(tx, actor, wish)

    def busy_in(
        self, tx: Transaction, actor: Actor, start: datetime, end: datetime, *, but: UUID | None = None
    ) -> Sequence[EventView]:
        """Return what takes place between the instants, the event ``but`` left out."""
        return store.busy(tx, actor, start, end, but=but)

    def add_alert_in(self, tx: Transaction, actor: Actor, event_id: UUID, alert: Alert) -> UUID:
        """Add one reminder to an event and return its id. Raises NotFound, Invalid."""
        return self._alerts.add(tx, actor, _facts(row_of(tx, actor, event_id)), [alert])[0]

    def _moved_on(self, tx: Transaction, actor: Actor, row: CalendarEvent) -> None:
        row.updated_at = tx.now
        tx.session.flush()
        self._alerts.follow(tx, _facts(row))
        self._hint(tx, actor, "updated", row.id)

    def _hint(self, tx: Transaction, actor: Actor, what: str, event_id: UUID) -> None:
        live = self._live
        if live is not None:
            tx.after_commit(lambda: live.publish(f"user:{actor.user_id}", f"calendar:{what}:{event_id}"))


def _facts(row: CalendarEvent) -> EventFacts:
    return EventFacts(row.key, row.starts_at, row.zone, row.recurrence, tuple(row.skipped), row.status)


def _defaults(tx: Transaction, actor: Actor) -> Sequence[Alert]:
    return default_alerts(tx.session.scalar(select(User.preferences).where(User.key == actor.user_key)) or {})


def _filter(
    actor: Actor,
    start: datetime | date | None,
    end: datetime | date | None,
    calendar_id: str | None,
    status: str | None,
) -> EventFilter:
    if status is not None and status not in STATUSES:
        raise Invalid(fields={"status": [f"Must be one of: {', '.join(STATUSES)}"]})
    zone = zone_of(actor.zone, "timezone")
    begin = None if start is None else resolved(start, zone, field="start_date")
    finish = None if end is None else resolved(end, zone, field="end_date", day_end=True)
    if begin is not None and finish is not None and finish < begin:
        raise Invalid("The range ends before it starts.", fields={"end_date": ["Must not be before start_date"]})
    calendar = None if calendar_id is None else without_controls(calendar_id)
    return EventFilter(begin, finish, calendar, STATUSES if status is None else (status,))
