"""The verbs on calendar events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Table, bindparam, select, update

from steward.core.calendar import store
from steward.core.calendar.attendees import invite, invite_instead, resolve
from steward.core.calendar.gate import EventUnknown, delete_row, row_of
from steward.core.calendar.rules import checked, default_alerts
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
from steward.db.tables import CalendarEvent, UserSettings
from steward.kit.actor import Actor
from steward.kit.clock import iso_z
from steward.kit.errors import Invalid
from steward.kit.ids import new_id
from steward.kit.pages import Page, Window
from steward.kit.text import without_controls
from steward.ports.live import LiveHints

_events: Table = CalendarEvent.__table__  # type: ignore[assignment]  # declarative tables are Tables
_INSERT = _events.insert()
_UPDATE = update(_events).where(_events.c.key == bindparam("row"))
_SETTINGS = select(UserSettings.data).where(
    UserSettings.user_key == bindparam("row"), UserSettings.section == "calendar"
)


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
        return await self._db.glance(lambda tx: store.page(tx, actor, wanted, window or Window(limit=50)))

    async def get(self, actor: Actor, event_id: UUID) -> EventView:
        """Return one event as it is stored. Raises NotFound."""
        return await self._db.glance(lambda tx: self.get_in(tx, actor, event_id))

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

    def create_in(self, tx: Transaction, actor: Actor, new: NewEvent, *, asked_at: datetime | None = None) -> EventView:
        """Write an event in the caller's transaction; ``asked_at`` as in ``EventAlerts.add``. Raises Invalid."""
        values = checked(new, actor.zone)
        attendees = resolve(tx, actor, new.attendees)
        alerts = _defaults(tx, actor) if new.reminders is None else new.reminders
        values |= {"id": new_id(), "created_at": tx.now, "updated_at": tx.now}
        owned = {**values, "skipped": [], "tenant_key": actor.tenant_key, "user_key": actor.user_key}
        key: int = tx.connection.execute(_INSERT, owned).inserted_primary_key[0]  # type: ignore[index]
        invite(tx, key, attendees)
        written = self._alerts.add(tx, actor, _facts({**owned, "key": key}), alerts, asked_at=asked_at)
        self._hint(tx, actor, "created", values["id"])
        del values["until_at"]
        return EventView(
            series_key=key,
            **values,
            attendees=attendees,
            reminders=written,
            is_occurrence=values["recurrence"] is not None,
        )

    def change_in(self, tx: Transaction, actor: Actor, event_id: UUID, change: EventChange) -> EventView:
        """Change an event in the caller's transaction. Raises NotFound, Invalid."""
        row = row_of(tx, actor, event_id)
        before = _facts(row._mapping)
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
        values = checked(replace(stored, **change), row.zone)
        tx.connection.execute(_UPDATE, {**values, "updated_at": tx.now, "row": row.key})
        if "attendees" in change:
            there = store.attendees_of(tx, [row.key]).get(row.key, ())
            answers = {each.email or each.name: each.response for each in there}
            wanted = resolve(tx, actor, change["attendees"])
            answered = [replace(each, response=answers.get(each.email or each.name, "pending")) for each in wanted]
            invite_instead(tx, row.key, answered)
        after = _facts({**row._mapping, **values})
        if "reminders" in change:
            self._alerts.replace(tx, actor, after, change["reminders"])
        if after != before:
            self._alerts.follow(tx, after)
        self._hint(tx, actor, "updated", event_id)
        return self.get_in(tx, actor, event_id)

    def remove_in(self, tx: Transaction, actor: Actor, event_id: UUID) -> None:
        """Delete an event in the caller's transaction. Raises NotFound."""
        delete_row(tx, actor, event_id)
        self._hint(tx, actor, "deleted", event_id)

    def cancel_in(self, tx: Transaction, actor: Actor, event: EventView, *, series: bool = False) -> EventView:
        """Cancel an event, or only this occurrence of a recurring one unless ``series``; return it as cancelled."""
        row = row_of(tx, actor, event.id)
        if event.is_occurrence and not series:
            self._moved_on(tx, actor, row, skipped=[*row.skipped, iso_z(event.starts_at)])
        else:
            self._moved_on(tx, actor, row, status="cancelled")
        return replace(event, status="cancelled")

    def restore_in(
        self, tx: Transaction, actor: Actor, event_id: UUID, *, status: str, occurrence: datetime | None = None
    ) -> EventView:
        """Take back a cancellation: of the occurrence that starts then, or of the whole event. Raises NotFound."""
        row = row_of(tx, actor, event_id)
        if occurrence is not None:
            skipped = [start for start in row.skipped if start != iso_z(occurrence)]
            self._moved_on(tx, actor, row, skipped=skipped)
        else:
            self._moved_on(tx, actor, row, status=status)
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
        return store.search(tx, actor, wish)[0]

    def first_in(self, tx: Transaction, actor: Actor, wish: EventWish, limit: int) -> tuple[Sequence[EventView], int]:
        """Return the first ``limit`` of what ``find_in`` finds, and how many that would be."""
        return store.search(tx, actor, wish, limit)

    def between_in(
        self, tx: Transaction, actor: Actor, start: datetime, end: datetime | None, limit: int
    ) -> tuple[Sequence[EventView], int]:
        """Return the first of what takes place in the range, by start, and how many there are, 1,000 at most."""
        return store.between(tx, actor, start, end, limit)

    def next_in(self, tx: Transaction, actor: Actor, start: datetime, end: datetime | None) -> Sequence[EventView]:
        """Return the first event or occurrence that begins in the range, or nothing."""
        return store.next_one(tx, actor, start, end)

    def busy_in(
        self,
        tx: Transaction,
        actor: Actor,
        start: datetime,
        end: datetime,
        *,
        but: UUID | None = None,
        limit: int | None = None,
    ) -> Sequence[EventView]:
        """Return what takes place between the instants, the event ``but`` left out; the first ``limit``, if given."""
        return store.busy(tx, actor, start, end, but=but, limit=limit)

    def add_alert_in(
        self, tx: Transaction, actor: Actor, event_id: UUID, alert: Alert, *, asked_at: datetime | None = None
    ) -> UUID:
        """Add one reminder to an event and return its id; as ``EventAlerts.add``. Raises NotFound, Invalid."""
        event = _facts(row_of(tx, actor, event_id)._mapping)
        return self._alerts.add(tx, actor, event, [alert], asked_at=asked_at)[0].id

    def _moved_on(self, tx: Transaction, actor: Actor, row: Row[*tuple[Any, ...]], **values: Any) -> None:
        tx.connection.execute(_UPDATE, {**values, "updated_at": tx.now, "row": row.key})
        self._alerts.follow(tx, _facts({**row._mapping, **values}))
        self._hint(tx, actor, "updated", row.id)

    def _hint(self, tx: Transaction, actor: Actor, what: str, event_id: UUID) -> None:
        live = self._live
        if live is not None:
            tx.after_commit(lambda: live.publish(f"user:{actor.user_id}", f"calendar:{what}:{event_id}"))


def _facts(row: Mapping[Any, Any]) -> EventFacts:
    return EventFacts(
        row["key"], row["starts_at"], row["zone"], row["recurrence"], tuple(row["skipped"]), row["status"]
    )


def _defaults(tx: Transaction, actor: Actor) -> Sequence[Alert]:
    return default_alerts(tx.connection.execute(_SETTINGS, {"row": actor.user_key}).scalar() or {})


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
    includes_day = end is not None and not isinstance(end, datetime)  # then a range that is a range has an inside
    if begin is not None and finish is not None and (finish < begin or (finish == begin and includes_day)):
        raise Invalid("The range ends before it starts.", fields={"end_date": ["Must not be before start_date"]})
    calendar = None if calendar_id is None else without_controls(calendar_id)
    return EventFilter(begin, finish, calendar, STATUSES if status is None else (status,))
