"""What others see of calendar events, and what they hand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict
from uuid import UUID

from steward.core.reminders import Alert, AlertView

STATUSES = ("confirmed", "tentative", "cancelled")


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody to invite: a name, an address, or both. A name alone is looked up, never completed by guessing."""

    name: str = ""
    email: str | None = None


@dataclass(frozen=True, slots=True)
class AttendeeView:
    """Somebody who is invited. ``response`` is pending, accepted, declined or tentative."""

    name: str
    email: str | None
    response: str


@dataclass(frozen=True, slots=True)
class EventView:
    """An event, or one occurrence of a recurring one: then ``id`` names the series and the times are its own.

    ``series_key`` is the row; ``is_occurrence`` says whether ``starts_at`` was expanded from ``recurrence``.
    """

    series_key: int
    id: UUID
    title: str
    description: str
    location: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    recurrence: str | None
    calendar_id: str
    status: str
    created_at: datetime
    updated_at: datetime
    attendees: Sequence[AttendeeView] = ()
    reminders: Sequence[AlertView] = ()
    is_occurrence: bool = False


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to write. Naive times are wall time in ``zone`` (the actor's when empty).

    ``reminders`` None means the person's default ones (decision AV23).
    """

    title: str
    start: datetime
    end: datetime
    description: str = ""
    location: str = ""
    zone: str = ""
    recurrence: str | None = None
    calendar_id: str = "primary"
    status: str = "confirmed"
    attendees: Sequence[Invitee] = ()
    reminders: Sequence[Alert] | None = None


class EventChange(TypedDict, total=False):
    """What shall be different; what is left out stays. Lists replace the whole list."""

    title: str
    start: datetime
    end: datetime
    description: str
    location: str
    zone: str
    recurrence: str | None
    calendar_id: str
    status: str
    attendees: Sequence[Invitee]
    reminders: Sequence[Alert]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events: those that overlap the range, in UTC instants; None is open."""

    start: datetime | None = None
    end: datetime | None = None
    calendar_id: str | None = None
    statuses: Sequence[str] = STATUSES


@dataclass(frozen=True, slots=True)
class EventWish:
    """What somebody means by a few words: "the dentist", "the one with John", on a day, at a time.

    Without ``on_date`` the search runs over ``start`` to ``end`` and a recurring event stands for its next occurrence
    if ``each_once``.
    """

    words: str = ""
    person: str = ""
    on_date: date | None = None
    at_time: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    each_once: bool = True
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A moved event: as it is, as it was, and the series that it was taken out of, if it was an occurrence."""

    event: EventView
    before: EventView
    series_id: UUID | None
