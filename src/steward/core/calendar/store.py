"""The queries of the calendar: pages, searches and what belongs to events; three statements a list at most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from steward.core.calendar.gate import own
from steward.core.calendar.rules import MOST_OCCURRENCES, expanded
from steward.core.calendar.types import AttendeeView, EventFilter, EventView, EventWish
from steward.core.reminders import EventAlerts
from steward.core.reminders.wall_time import instant_of, read_time, wall_of, zone_of
from steward.core.reminders.words import best, likeness, shares_a_word, words_of
from steward.db.database import Transaction
from steward.db.tables import CalendarEvent, EventAttendee
from steward.kit.actor import Actor
from steward.kit.pages import Page, Window

_ALERTS = EventAlerts()
_COLUMNS = (
    CalendarEvent.key,
    CalendarEvent.id,
    CalendarEvent.title,
    CalendarEvent.description,
    CalendarEvent.location,
    CalendarEvent.starts_at,
    CalendarEvent.ends_at,
    CalendarEvent.zone,
    CalendarEvent.recurrence,
    CalendarEvent.skipped,
    CalendarEvent.calendar_id,
    CalendarEvent.status,
    CalendarEvent.created_at,
    CalendarEvent.updated_at,
)
Found = tuple[datetime, datetime, Any]
"""Start and end of an event or occurrence, and its row."""


def page(tx: Transaction, actor: Actor, wanted: EventFilter, window: Window) -> Page[EventView]:
    """Return a page of events by start; within a range recurring ones are expanded, without one they are one row."""
    if wanted.start is None and wanted.end is None:
        rows, total = _numbered(tx, actor, wanted, window.offset, window.limit)
        return Page(_views(tx, [(row.starts_at, row.ends_at, row) for row in rows]), total, window)
    begin = max(0, window.offset - MOST_OCCURRENCES)  # at most that many occurrences lie before a single event
    rows, total = _numbered(tx, actor, wanted, begin, window.offset - begin + window.limit, apart=True)
    repeated = expanded((row for row in rows if row.recurrence), wanted)
    single = [(row.starts_at, row.ends_at, row) for row in rows if not row.recurrence]
    merged = sorted([*single, *repeated], key=_order)
    shown = merged[window.offset - begin : window.offset - begin + window.limit]
    return Page(_views(tx, shown), total + len(repeated), window)


def search(tx: Transaction, actor: Actor, wish: EventWish) -> Sequence[EventView]:
    """Return the events and occurrences that fit the wish, by start, cancelled ones left out, at most 1,000.

    With words, those that fit them best.
    """
    wanted = _range(actor, wish)
    conditions = [own(actor), CalendarEvent.status != "cancelled", *_overlapping(wanted), *_narrowed(wish)]
    if wish.event_id is not None:
        conditions.append(CalendarEvent.id == wish.event_id)
    rows = tx.session.execute(
        select(*_COLUMNS).where(*conditions).order_by(CalendarEvent.starts_at).limit(MOST_OCCURRENCES)
    ).all()
    repeated = expanded((row for row in rows if row.recurrence), wanted, each_once=wish.each_once and not wish.on_date)
    single = [(row.starts_at, row.ends_at, row) for row in rows if not row.recurrence]
    found = sorted([*single, *repeated], key=_order)
    found = [each for each in found if _is_then(each, wish, actor.zone)][:MOST_OCCURRENCES]
    if wish.words:
        found = best(found, wish.words, lambda each: str(each[2].title))
    views = _views(tx, found)
    return [view for view in views if not wish.person or _is_with(view, wish.person)]


def busy(tx: Transaction, actor: Actor, start: datetime, end: datetime, *, but: UUID | None = None) -> list[EventView]:
    """Return what takes place between the instants, by start; the event ``but`` is left out."""
    found = search(tx, actor, EventWish(start=start, end=end, each_once=False))
    return [view for view in found if view.id != but]


def seen(tx: Transaction, actor: Actor, ids: Iterable[UUID]) -> list[EventView]:
    """Return the actor's events of the ids, by start, as they are stored."""
    rows = tx.session.execute(
        select(*_COLUMNS).where(own(actor), CalendarEvent.id.in_([*ids])).order_by(CalendarEvent.starts_at)
    ).all()
    return _views(tx, [(row.starts_at, row.ends_at, row) for row in rows])


def _numbered(
    tx: Transaction, actor: Actor, wanted: EventFilter, offset: int, limit: int, *, apart: bool = False
) -> tuple[list[Any], int]:
    """Return a window of rows by start, and the count; with ``apart`` both of single events, plus all series."""
    conditions = [own(actor), CalendarEvent.status.in_(wanted.statuses), *_overlapping(wanted)]
    if wanted.calendar_id is not None:
        conditions.append(CalendarEvent.calendar_id == wanted.calendar_id)
    is_single = CalendarEvent.recurrence.is_(None)
    group = [is_single] if apart else None
    order = [CalendarEvent.starts_at, CalendarEvent.key]
    inner = (
        select(
            *_COLUMNS,
            func.row_number().over(partition_by=group, order_by=order).label("number"),
            func.count().over(partition_by=group).label("total"),
        )
        .where(*conditions)
        .subquery()
    )
    number = inner.c.number
    in_window = and_(number > offset, number <= offset + limit)
    series = and_(inner.c.recurrence.is_not(None), number <= MOST_OCCURRENCES) if apart else in_window
    rows = tx.session.execute(
        select(inner).where(or_(in_window, number == 1, series)).order_by(inner.c.starts_at, inner.c.key)
    ).all()
    counted = [row.total for row in rows if not (apart and row.recurrence)]
    kept = [row for row in rows if (apart and row.recurrence) or offset < row.number <= offset + limit]
    return kept, max(counted, default=0)


def _overlapping(wanted: EventFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.end is not None:
        conditions.append(CalendarEvent.starts_at < wanted.end)
    if wanted.start is not None:
        conditions.append(or_(CalendarEvent.until_at.is_(None), CalendarEvent.until_at > wanted.start))
    return conditions


def _narrowed(wish: EventWish) -> list[ColumnElement[bool]]:
    conditions = [shares_a_word(CalendarEvent.title, wish.words)] if wish.words else []
    if wish.person:
        titled = shares_a_word(CalendarEvent.title, wish.person)
        named, addressed = (shares_a_word(column, wish.person) for column in (EventAttendee.name, EventAttendee.email))
        if titled is not None and named is not None and addressed is not None:
            invited = exists().where(EventAttendee.event_key == CalendarEvent.key, or_(named, addressed))
            conditions.append(or_(titled, invited))
    return [condition for condition in conditions if condition is not None]


def _range(actor: Actor, wish: EventWish) -> EventFilter:
    if wish.on_date is None:
        return EventFilter(wish.start, wish.end)
    zone = zone_of(actor.zone)
    midnight = datetime.combine(wish.on_date, time())
    return EventFilter(instant_of(midnight, zone), instant_of(midnight + timedelta(days=1), zone))


def _is_then(found: Found, wish: EventWish, zone_name: str) -> bool:
    if wish.on_date is None and wish.at_time is None:
        return True
    wall = wall_of(found[0], zone_of(zone_name))
    if wish.on_date is not None and wall.date() != wish.on_date:
        return False
    return wish.at_time is None or wall.time().replace(second=0) == read_time(wish.at_time, "at_time").replace(second=0)


def _is_with(view: EventView, person: str) -> bool:
    wanted = words_of(person)
    there = [words_of(view.title), *(words_of(f"{each.name} {each.email or ''}") for each in view.attendees)]
    return any(likeness(wanted, words) in (3, 4) for words in there)


def _order(found: Found) -> tuple[datetime, int]:
    return found[0], found[2].key


def _views(tx: Transaction, found: Sequence[Found]) -> list[EventView]:
    keys = {row.key for _, _, row in found}
    if not keys:
        return []
    attendees, alerts = _attendees(tx, keys), _ALERTS.of_events(tx, keys)
    return [
        EventView(
            row.key,
            row.id,
            row.title,
            row.description,
            row.location,
            start,
            end,
            row.zone,
            row.recurrence,
            row.calendar_id,
            row.status,
            row.created_at,
            row.updated_at,
            attendees.get(row.key, ()),
            alerts.get(row.key, ()),
            is_occurrence=bool(row.recurrence),
        )
        for start, end, row in found
    ]


def _attendees(tx: Transaction, event_keys: Iterable[int]) -> Mapping[int, Sequence[AttendeeView]]:
    found: dict[int, list[AttendeeView]] = defaultdict(list)
    rows = tx.session.execute(
        select(EventAttendee.event_key, EventAttendee.name, EventAttendee.email, EventAttendee.response)
        .where(EventAttendee.event_key.in_([*event_keys]))
        .order_by(EventAttendee.key)
    )
    for event_key, name, email, response in rows:
        found[event_key].append(AttendeeView(name, email, response))
    return found
