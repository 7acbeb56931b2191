"""Reading the calendar: pages, searches and what belongs to events; three statements a list at most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from steward.core.calendar.gate import scope
from steward.core.calendar.queries import ATTENDEES, BY_IDS, Shape, in_range, stored
from steward.core.calendar.rules import LONGEST, MOST_OCCURRENCES, expanded, spans
from steward.core.calendar.types import STATUSES, AttendeeView, EventFilter, EventView, EventWish
from steward.core.reminders import EventAlerts
from steward.core.reminders.wall_time import instant_of, read_time, wall_of, zone_of
from steward.core.reminders.words import best, likeness, named, patterns_of, words_of
from steward.db.database import Transaction
from steward.kit.actor import Actor
from steward.kit.pages import Page, Window

_ALERTS = EventAlerts()
_OVER_A_DAY = timedelta(hours=25)
"""What began that long ago and still runs is certainly in the index of events that last more than a day."""

_TAKING_PLACE = ("confirmed", "tentative")
Found = tuple[datetime, datetime, Any]
"""Start and end of an event or occurrence, and its row."""


def page(tx: Transaction, actor: Actor, wanted: EventFilter, window: Window) -> Page[EventView]:
    """Return a page of events by start; within a range recurring ones are expanded, without one they are one row."""
    shape, parameters = _asked(actor, wanted)
    shape = shape._replace(counts="all")
    if wanted.start is None and wanted.end is None:
        rows = tx.connection.execute(
            stored(shape), {**parameters, "limit": window.limit, "offset": window.offset}
        ).all()
        single, _, total = _parted(rows, apart=False)
        return Page(_views(tx, single), total, window)
    begin = max(0, window.offset - MOST_OCCURRENCES)  # at most that many occurrences lie before a single event
    parameters |= {"offset": begin, "limit": window.offset - begin + window.limit, "most": MOST_OCCURRENCES}
    single, series, total = _overlapping(tx, shape, parameters)
    repeated = expanded(series, wanted)
    merged = sorted([*single, *repeated], key=_order)
    shown = merged[window.offset - begin : window.offset - begin + window.limit]
    return Page(_views(tx, shown), total + len(repeated), window)


def between(
    tx: Transaction, actor: Actor, start: datetime | None, end: datetime | None, limit: int = MOST_OCCURRENCES
) -> tuple[list[EventView], int]:
    """Return the first ``limit`` of what takes place in the range, by start, and how many there are, 1,000 at most."""
    wanted = EventFilter(start, end, statuses=_TAKING_PLACE)
    shape, parameters = _asked(actor, wanted)
    parameters |= {"offset": 0, "limit": limit, "most": MOST_OCCURRENCES}
    single, series, total = _overlapping(tx, shape._replace(counts="most"), parameters)
    repeated = expanded(series, wanted)
    found = sorted([*single, *repeated], key=_order)[:limit]
    return _views(tx, found), min(total + len(repeated), MOST_OCCURRENCES)


def next_one(tx: Transaction, actor: Actor, start: datetime, end: datetime | None) -> list[EventView]:
    """Return the first event or occurrence that begins in the range, or nothing."""
    wanted = EventFilter(start, end, statuses=_TAKING_PLACE)
    shape, parameters = _asked(actor, wanted)
    parameters |= {"offset": 0, "limit": 1, "most": MOST_OCCURRENCES}
    single, series, _ = _parted(tx.connection.execute(in_range(shape._replace(begins=True)), parameters).all())
    first = ((begin, finish, row) for row in series for begin, finish in _first(row, wanted))
    return _views(tx, sorted([*single, *first], key=_order)[:1])


def busy(
    tx: Transaction, actor: Actor, start: datetime, end: datetime, *, but: UUID | None, limit: int | None
) -> list[EventView]:
    """Return the first ``limit`` of what takes place between the instants, by start; the event ``but`` is left out."""
    most = MOST_OCCURRENCES if limit is None else limit
    wanted = EventFilter(start, end, statuses=_TAKING_PLACE)
    shape, parameters = _asked(actor, wanted)
    parameters |= {"offset": 0, "limit": most + 1, "most": MOST_OCCURRENCES}
    single, series, _ = _overlapping(tx, shape, parameters)
    found = [each for each in [*single, *expanded(series, wanted)] if each[2].id != but]
    return _views(tx, sorted(found, key=_order)[:most])


def search(
    tx: Transaction, actor: Actor, wish: EventWish, limit: int = MOST_OCCURRENCES
) -> tuple[Sequence[EventView], int]:
    """Return the first ``limit`` events and occurrences that fit the wish, by start, and how many do, 1,000 at most.

    Cancelled ones are left out. With words, those that fit them best.
    """
    wanted = replace(_range(actor, wish), statuses=_TAKING_PLACE)
    shape, parameters = _asked(actor, wanted)
    words, person = patterns_of(wish.words), patterns_of(wish.person)
    shape = shape._replace(event=wish.event_id is not None, words=len(words), person=len(person))
    parameters |= named(words) | named(person, "person")
    parameters |= {"offset": 0, "limit": MOST_OCCURRENCES, "most": MOST_OCCURRENCES, "row": wish.event_id}
    single, series, _ = _overlapping(tx, shape, parameters)
    repeated = expanded(series, wanted, each_once=wish.each_once and not wish.on_date)
    found = sorted([*single, *repeated], key=_order)
    found = [each for each in found if _is_then(each, wish, actor.zone)][:MOST_OCCURRENCES]
    if wish.words:
        found = best(found, wish.words, lambda each: str(each[2].title))
    if not wish.person:
        return _views(tx, found[:limit]), len(found)
    views = [view for view in _views(tx, found) if _is_with(view, wish.person)]
    return views[:limit], len(views)


def seen(tx: Transaction, actor: Actor, ids: Iterable[UUID]) -> list[EventView]:
    """Return the actor's events of the ids, by start, as they are stored."""
    rows = tx.connection.execute(BY_IDS, scope(actor, ids=[*ids])).all()
    return _views(tx, [(row.starts_at, row.ends_at, row) for row in rows])


def _asked(actor: Actor, wanted: EventFilter) -> tuple[Shape, dict[str, Any]]:
    """Return the shape and the parameters of a query that filters so."""
    shape = Shape(
        status=tuple(wanted.statuses) != STATUSES,
        calendar=wanted.calendar_id is not None,
        start=wanted.start is not None,
        end=wanted.end is not None,
    )
    parameters = scope(actor)
    if shape.status:
        parameters["statuses"] = wanted.statuses
    if shape.calendar:
        parameters["calendar"] = wanted.calendar_id
    if wanted.start is not None:
        parameters |= {"after": wanted.start, "yesterday": wanted.start - _OVER_A_DAY, "least": wanted.start - LONGEST}
    if wanted.end is not None:
        parameters["before"] = wanted.end
    return shape, parameters


def _overlapping(tx: Transaction, shape: Shape, parameters: Mapping[str, Any]) -> tuple[list[Found], list[Any], int]:
    """Return a window of the single events that overlap the range, the series, and how many single ones there are."""
    if shape.start and parameters["offset"] == 0:
        query = in_range(shape._replace(begins=True, running=True))
        single, series, total = _parted(tx.connection.execute(query, parameters).all())
        running = sum(start < parameters["after"] for start, _, _ in single)
        if running < MOST_OCCURRENCES:  # else some were left out
            return single, series, total + running
    return _parted(tx.connection.execute(in_range(shape), parameters).all())


def _parted(rows: Iterable[Any], *, apart: bool = True) -> tuple[list[Found], list[Any], int]:
    """Return the single events (with ``apart`` False all rows), the series, and the total that the query counted."""
    single: list[Found] = []
    series: list[Any] = []
    total = 0
    for row in rows:
        if row.key is None:
            total = row.total
        elif apart and row.recurrence:
            series.append(row)
        else:
            single.append((row.starts_at, row.ends_at, row))
    return single, series, total


def _first(row: Any, wanted: EventFilter) -> Iterable[tuple[datetime, datetime]]:
    begin = wanted.start
    return islice((span for span in spans(row, wanted) if begin is None or span[0] >= begin), 1)


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
    attendees, alerts = attendees_of(tx, keys), _ALERTS.of_events(tx, keys)
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


def attendees_of(tx: Transaction, event_keys: Iterable[int]) -> Mapping[int, Sequence[AttendeeView]]:
    """Return who is invited to each event, in the order in which they were named; one statement."""
    found: dict[int, list[AttendeeView]] = defaultdict(list)
    rows = tx.connection.execute(ATTENDEES, {"events": [*event_keys]})
    for event_key, name, email, response in rows:
        found[event_key].append(AttendeeView(name, email, response))
    return found
