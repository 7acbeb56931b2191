"""The tools on the calendar: create_event, find_events, move_event, cancel_event, find_free_time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from steward.core.calendar import EventView, EventWish, NewEvent, invitee
from steward.core.reminders.wall_time import instant_of, read_date, read_time, read_when, resolved, wall_of, zone_of
from steward.core.tools import shown
from steward.core.tools.types import Arguments, Call, Done, Tool, ToolFailed, the_one, way_back
from steward.kit.clock import iso_z
from steward.kit.ids import UUID, parse_id

_WHEN = "Wall time in the person's zone such as 2024-01-16T14:00:00, or with an offset."
_MINUTES = Field(60, ge=1, le=527_040, description="How long, in minutes.")

_MOST_CONFLICTS = 10


class CreateEvent(Arguments):
    """What to put on the calendar."""

    title: str = Field(min_length=1, max_length=300)
    start: str = Field(description=_WHEN)
    end: str | None = Field(None, description="When it ends; else duration_minutes holds.")
    duration_minutes: int = _MINUTES
    location: str | None = None
    attendees: list[Annotated[str, Field(max_length=320)]] | None = Field(
        None, max_length=50, description="Names or e-mail addresses; never make up an address."
    )
    recurrence: str | None = Field(None, description="RRULE such as FREQ=WEEKLY;BYDAY=MO.")
    zone: str | None = Field(None, description="IANA zone of the times when it is not the person's.")


class FindEvents(Arguments):
    """Which events to look for."""

    from_: str | None = Field(None, alias="from", description="First date or time; now when left out.")
    to: str | None = Field(None, description="Last date (whole day) or time.")
    query: str | None = Field(None, description="Words of the title.")
    person: str | None = Field(None, description="Somebody who takes part.")
    only_next: bool = Field(False, description="Only the next one that begins.")
    limit: int = Field(20, ge=1, le=100)


class WhichEvent(Arguments):
    """Which event is meant: by words, person, day and time of its start, or by an id from an earlier result."""

    title: str | None = Field(None, description="Words of the title.")
    person: str | None = Field(None, description="Somebody who takes part.")
    on_date: str | None = Field(None, description="The day it is on now, 2024-01-16.")
    at_time: str | None = Field(None, description="The time it starts at now, 14:00.")
    id: str | None = Field(None, description="The id from an earlier result, if there is one.")


class MoveEvent(WhichEvent):
    """Which event to move, and where to. Only new_time: same day; only new_date: same time; the duration is kept."""

    new_date: str | None = Field(None, description="2024-01-17")
    new_time: str | None = Field(None, description="16:00")
    new_end_time: str | None = Field(None, description="17:30")
    shift_minutes: int | None = Field(None, ge=-527_040, le=527_040, description="Later by that much; earlier if < 0.")
    zone: str | None = Field(None, description="IANA zone of the new times when it is not the person's.")


class CancelEvent(WhichEvent):
    """Which event to cancel; with all, every one that fits."""

    all: bool = Field(False, description="Cancel all that fit; of a recurring event the whole series.")


class FindFreeTime(Arguments):
    """When to look for free time; within 09:00 to 18:00 when no window is given."""

    date: str = Field(description="2024-01-16")
    from_time: str | None = Field(None, description="14:00")
    to_time: str | None = Field(None, description="17:00")
    duration_minutes: int = _MINUTES


def create_event(call: Call, wanted: CreateEvent) -> Done:
    """Put an event on the calendar and tell what it overlaps."""
    zone_name = wanted.zone or call.moment.zone
    zone = zone_of(zone_name)
    start = _instant(wanted.start, zone, "start")
    end = _instant(wanted.end, zone, "end") if wanted.end else start + timedelta(minutes=wanted.duration_minutes)
    new = NewEvent(
        wanted.title,
        start,
        end,
        location=wanted.location or "",
        zone=zone_name,
        recurrence=wanted.recurrence or None,
        attendees=[invitee(each) for each in wanted.attendees or ()],
    )
    made = call.nouns.calendar.create_in(call.tx, call.actor, new, asked_at=call.moment.now)
    overlapping = call.nouns.calendar.busy_in(
        call.tx, call.actor, made.starts_at, made.ends_at, but=made.id, limit=_MOST_CONFLICTS
    )
    told = shown.event(made, call.zone)
    return Done(
        {"event": told, "conflicts": [shown.event(each, call.zone) for each in overlapping]},
        way_back("event.remove", f"“{made.title}” is off your calendar again.", id=str(made.id)),
        {"type": "create_calendar_event", "data": told},
    )


def find_events(call: Call, wanted: FindEvents) -> Done:
    """Look events up."""
    zone = call.zone
    start = resolved(read_when(wanted.from_, "from"), zone, field="from") if wanted.from_ else call.moment.now
    end = resolved(read_when(wanted.to, "to"), zone, field="to", day_end=True) if wanted.to else None
    if end is not None and end < start:
        raise ToolFailed("That range ends before it starts.")
    found, total = _found(call, wanted, start, end)
    return Done(
        {
            "events": [shown.event(each, zone) for each in found],
            "total": total,
            "from_local": shown.local(start, zone),
            "to_local": shown.local_or_none(end, zone),
        }
    )


def move_event(call: Call, wanted: MoveEvent) -> Done:
    """Move the one event that is meant; an occurrence of a recurring event moves alone."""
    if not (wanted.new_date or wanted.new_time or wanted.new_end_time or wanted.shift_minutes):
        raise ToolFailed("Say where to move it: a new date, a new time or by how much.")
    event = the_one(_meant(call, wanted), "event", lambda each: shown.event(each, call.zone))
    start, end = _moved_to(event, wanted, zone_of(wanted.zone or call.moment.zone))
    moved = call.nouns.calendar.move_in(call.tx, call.actor, event, start, end)
    told = shown.event(moved.event, call.zone)
    tells = f"“{event.title}” is back at its old time."
    if moved.series_id is None:
        back = way_back("event.move", tells, id=str(event.id), start=iso_z(event.starts_at), end=iso_z(event.ends_at))
    else:
        back = way_back(
            "event.rejoin",
            tells,
            id=str(moved.event.id),
            series_id=str(moved.series_id),
            start=iso_z(event.starts_at),
        )
    before = {
        "start_local": shown.local(event.starts_at, call.zone),
        "end_local": shown.local(event.ends_at, call.zone),
    }
    return Done({"event": told, "before": before}, back, {"type": "update_calendar_event", "data": told})


def cancel_event(call: Call, wanted: CancelEvent) -> Done:
    """Cancel the event that is meant, or all that fit; they stay on the calendar as cancelled."""
    if wanted.all and not (wanted.title or wanted.person or wanted.on_date or wanted.id):
        raise ToolFailed("Say which events to cancel: by title, person or day.")
    found = _meant(call, wanted)
    if not wanted.all:
        found = [the_one(found, "event", lambda each: shown.event(each, call.zone))]
    elif not found:
        raise ToolFailed("I found no such event.", code="NOT_FOUND")
    whole = wanted.all and not wanted.on_date
    gone = [call.nouns.calendar.cancel_in(call.tx, call.actor, each, series=whole) for each in found]
    told = [shown.event(each, call.zone) for each in gone]
    kept = [
        {
            "id": str(each.id),
            "status": each.status,
            "occurrence": iso_z(each.starts_at) if each.is_occurrence and not whole else None,
        }
        for each in found
    ]
    names = f"“{found[0].title}” is" if len(found) == 1 else f"{len(found)} events are"
    back = way_back("event.restore", f"{names} on your calendar again.", events=kept)
    return Done({"events": told}, back, {"type": "cancel_calendar_event", "data": {"events": told}})


def find_free_time(call: Call, wanted: FindFreeTime) -> Done:
    """Return when the person is free on a day, and what stands in the way."""
    zone, day = call.zone, read_date(wanted.date, "date")
    begin, finish = _window(wanted)
    start, end = (resolved(datetime.combine(day, clock), zone, field="date") for clock in (begin, finish))
    if end <= start:
        raise ToolFailed("That window ends before it starts.")
    busy = call.nouns.calendar.busy_in(call.tx, call.actor, start, end)
    free = [
        {"from_local": shown.local(first, zone), "to_local": shown.local(last, zone)}
        for first, last in _gaps(start, end, busy, timedelta(minutes=wanted.duration_minutes))
    ]
    return Done({"free": free, "busy": [shown.event(each, zone) for each in busy[:50]], "is_free": not busy})


TOOLS = (
    Tool(
        "create_event",
        "Put an event on the person's calendar.",
        CreateEvent,
        create_event,
        permission="calendar:write",
        effect="own",
    ),
    Tool("find_events", "Look up calendar events.", FindEvents, find_events, permission="calendar:read"),
    Tool(
        "move_event",
        "Move or reschedule a calendar event.",
        MoveEvent,
        move_event,
        permission="calendar:write",
        effect="own",
    ),
    Tool(
        "cancel_event",
        "Cancel a calendar event, or all that fit.",
        CancelEvent,
        cancel_event,
        permission="calendar:write",
        effect="own",
    ),
    Tool(
        "find_free_time",
        "Find free time on a day, or check whether a time is free.",
        FindFreeTime,
        find_free_time,
        permission="calendar:read",
    ),
)


def event_id_of(text: str) -> UUID:
    """Return the id of an event as results spell it. Raises ToolFailed NOT_FOUND for anything else."""
    found = parse_id(text, prefix="event")
    if found is None:
        raise ToolFailed("I found no such event.", code="NOT_FOUND")
    return found


def next_fitting(call: Call, title: str | None, person: str | None) -> Sequence[EventView]:
    """Return the coming events that fit title and person, a recurring one as its next occurrence."""
    wish = EventWish(title or "", person or "", start=call.moment.now)
    return call.nouns.calendar.find_in(call.tx, call.actor, wish)


def _found(call: Call, wanted: FindEvents, start: datetime, end: datetime | None) -> tuple[Sequence[EventView], int]:
    """Return the first events that are looked for, and how many there are; without words nothing else is read."""
    calendar = call.nouns.calendar
    if not (wanted.query or wanted.person):
        if not wanted.only_next:
            return calendar.between_in(call.tx, call.actor, start, end, wanted.limit)
        found = calendar.next_in(call.tx, call.actor, start, end)
        return found, len(found)
    wish = EventWish(wanted.query or "", wanted.person or "", start=start, end=end, each_once=False)
    if not wanted.only_next:
        return calendar.first_in(call.tx, call.actor, wish, wanted.limit)
    found = [each for each in calendar.find_in(call.tx, call.actor, wish) if each.starts_at >= start][:1]
    return found, len(found)


def _meant(call: Call, which: WhichEvent) -> Sequence[EventView]:
    wish = EventWish(
        which.title or "",
        which.person or "",
        read_date(which.on_date, "on_date") if which.on_date else None,
        which.at_time or None,
        start=call.moment.now,
        each_once=not which.at_time,
        event_id=event_id_of(which.id) if which.id else None,
    )
    found = call.nouns.calendar.find_in(call.tx, call.actor, wish)
    if which.at_time and not which.on_date:
        found = _first_of_each(found)
    return found


def _first_of_each(found: Sequence[EventView]) -> list[EventView]:
    first: dict[UUID, EventView] = {}
    for each in found:
        first.setdefault(each.id, each)
    return list(first.values())


def _instant(text: str, zone: ZoneInfo, field: str) -> datetime:
    when = read_when(text, field)
    if not isinstance(when, datetime):
        raise ToolFailed(f"{field} needs a time of day too.")
    return resolved(when, zone, field=field)


def _moved_to(event: EventView, wanted: MoveEvent, zone: ZoneInfo) -> tuple[datetime, datetime]:
    wall, lasts = wall_of(event.starts_at, zone), event.ends_at - event.starts_at
    day: date = read_date(wanted.new_date, "new_date") if wanted.new_date else wall.date()
    clock: time = read_time(wanted.new_time, "new_time") if wanted.new_time else wall.time()
    start = event.starts_at
    if wanted.new_date or wanted.new_time:
        start = resolved(datetime.combine(day, clock), zone, field="new_date")
    start += timedelta(minutes=wanted.shift_minutes or 0)
    end = start + lasts
    if wanted.new_end_time:
        finish = datetime.combine(wall_of(start, zone).date(), read_time(wanted.new_end_time, "new_end_time"))
        end = instant_of(finish, zone)
        if end <= start:  # over midnight, unless that makes no sense
            end = instant_of(finish + timedelta(days=1), zone)
        if end - start > timedelta(hours=12):
            raise ToolFailed("It would end before it starts.")
    return start, end


def _window(wanted: FindFreeTime) -> tuple[time, time]:
    begin = read_time(wanted.from_time, "from_time") if wanted.from_time else time(9)
    if wanted.to_time:
        return begin, read_time(wanted.to_time, "to_time")
    if not wanted.from_time:
        return begin, time(18)
    finish = datetime.combine(date(2000, 1, 1), begin) + timedelta(minutes=wanted.duration_minutes)
    return begin, finish.time() if finish.day == 1 else time(23, 59, 59)


def _gaps(
    start: datetime, end: datetime, busy: Sequence[EventView], least: timedelta
) -> list[tuple[datetime, datetime]]:
    gaps: list[tuple[datetime, datetime]] = []
    free_from = start
    for each in sorted(busy, key=lambda found: found.starts_at):
        if each.starts_at > free_from:
            gaps.append((free_from, min(each.starts_at, end)))
        free_from = max(free_from, each.ends_at)
    if free_from < end:
        gaps.append((free_from, end))
    return [(first, last) for first, last in gaps if last - first >= least]
