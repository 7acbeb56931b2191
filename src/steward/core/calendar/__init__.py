"""Calendar events: what takes place when, with whom, how often, and what reminds of it."""

from steward.core.calendar.attendees import invitee
from steward.core.calendar.gate import EventUnknown
from steward.core.calendar.service import CalendarService
from steward.core.calendar.types import (
    STATUSES,
    AttendeeView,
    EventChange,
    EventFilter,
    EventView,
    EventWish,
    Invitee,
    Moved,
    NewEvent,
)

__all__ = [
    "STATUSES",
    "AttendeeView",
    "CalendarService",
    "EventChange",
    "EventFilter",
    "EventUnknown",
    "EventView",
    "EventWish",
    "Invitee",
    "Moved",
    "NewEvent",
    "invitee",
]
