"""``/v1/calendar``: events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from steward.core.calendar import EventChange, EventView, Invitee, NewEvent
from steward.core.reminders import Alert
from steward.kit.clock import iso_z
from steward.kit.errors import Invalid, NotFound
from steward.kit.ids import parse_id, prefixed
from steward.surfaces.call import Call
from steward.surfaces.replies import Json
from steward.surfaces.routing import needs
from steward.surfaces.routing import router as new_router
from steward.surfaces.v1.dialect import data, listed, message, window

router = new_router(tags=["calendar"])


class AttendeeIn(BaseModel):
    """Somebody to invite, by address, name or both."""

    email: str | None = Field(None, max_length=320)
    name: str = Field("", max_length=200)


class ReminderIn(BaseModel):
    """When and how to be reminded of the event."""

    type: Literal["email", "push", "sms"] = "push"
    minutes_before: int = Field(ge=0)


class NewEventIn(BaseModel):
    """An event; times without an offset are wall time in the person's zone (AV12)."""

    title: str = Field(max_length=300)
    start_time: datetime
    end_time: datetime
    description: str = Field("", max_length=20_000)
    location: str = Field("", max_length=300)
    attendees: list[AttendeeIn] = Field(default_factory=list, max_length=200)
    reminders: list[ReminderIn] | None = Field(None, max_length=20)
    calendar_id: str = Field("primary", max_length=200)
    status: Literal["confirmed", "tentative", "cancelled"] = "confirmed"
    recurrence: str | None = Field(None, max_length=500)
    timezone: str = Field("", max_length=64)


class EventChangeIn(BaseModel):
    """What of an event changes; absent fields stay (AV25)."""

    title: str | None = Field(None, max_length=300)
    start_time: datetime | None = None
    end_time: datetime | None = None
    description: str | None = Field(None, max_length=20_000)
    location: str | None = Field(None, max_length=300)
    attendees: list[AttendeeIn] | None = Field(None, max_length=200)
    reminders: list[ReminderIn] | None = Field(None, max_length=20)
    calendar_id: str | None = Field(None, max_length=200)
    status: Literal["confirmed", "tentative", "cancelled"] | None = None
    recurrence: str | None = Field(None, max_length=500)
    timezone: str | None = Field(None, max_length=64)


def spelled(view: EventView, user_id: UUID) -> dict[str, Any]:
    """Return the event of the voice document; an occurrence of a recurring event has the id of its series."""
    return {
        "id": prefixed("event", view.id),
        "user_id": str(user_id),
        "title": view.title,
        "description": view.description,
        "start_time": iso_z(view.starts_at),
        "end_time": iso_z(view.ends_at),
        "timezone": view.zone,
        "recurrence": view.recurrence,
        "location": view.location,
        "attendees": [
            {"email": attendee.email, "name": attendee.name, "response": attendee.response}
            for attendee in view.attendees
        ],
        "reminders": [
            {"id": prefixed("reminder", alert.id), "type": alert.type, "minutes_before": alert.minutes_before}
            for alert in view.reminders
        ],
        "calendar_id": view.calendar_id,
        "status": view.status,
        "created_at": iso_z(view.created_at),
        "updated_at": iso_z(view.updated_at),
    }


def _id(text: str) -> UUID:
    found = parse_id(text, prefix="event")
    if found is None:
        raise NotFound("There is no such event.")
    return found


def _bound(call: Call, name: str) -> datetime | date | None:
    """Return a date or an instant from the query; a plus that became a space is restored."""
    text = call.query_params.get(name)
    if not text:
        return None
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        return datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise Invalid("Invalid request data", fields={name: ["Not an ISO date or date-time"]}) from None


@router.get("/calendar/events", **needs("calendar:read"))
async def list_events(call: Call) -> Json:
    """List the events that overlap ``start_date`` to ``end_date``, by start, with ``calendar_id`` and ``status``."""
    page = await call.services.calendar.list(
        call.actor,
        start=_bound(call, "start_date"),
        end=_bound(call, "end_date"),
        calendar_id=call.query_params.get("calendar_id"),
        status=call.query_params.get("status"),
        window=window(call, default=50, most=500),
    )
    return listed("events", page, lambda view: spelled(view, call.actor.user_id))


@router.post("/calendar/events", status_code=201, **needs("calendar:write"))
async def create(call: Call, body: NewEventIn) -> Json:
    """Write an event."""
    view = await call.services.calendar.create(
        call.actor,
        NewEvent(
            title=body.title,
            start=body.start_time,
            end=body.end_time,
            description=body.description,
            location=body.location,
            zone=body.timezone,
            recurrence=body.recurrence,
            calendar_id=body.calendar_id,
            status=body.status,
            attendees=_invitees(body.attendees),
            reminders=None if body.reminders is None else _alerts(body.reminders),
        ),
    )
    return data(spelled(view, call.actor.user_id), 201)


@router.get("/calendar/events/{event_id}", **needs("calendar:read"))
async def get(call: Call, event_id: str) -> Json:
    """Return one event."""
    return data(spelled(await call.services.calendar.get(call.actor, _id(event_id)), call.actor.user_id))


@router.put("/calendar/events/{event_id}", **needs("calendar:write"))
async def change(call: Call, event_id: str, body: EventChangeIn) -> Json:
    """Change an event and return the whole of it."""
    sent = body.model_dump(exclude_unset=True)
    renamed = {"start_time": "start", "end_time": "end", "timezone": "zone"}
    nullable = {"recurrence"}
    changes = {renamed.get(name, name): value for name, value in sent.items() if value is not None or name in nullable}
    if body.attendees is not None:
        changes["attendees"] = _invitees(body.attendees)
    if body.reminders is not None:
        changes["reminders"] = _alerts(body.reminders)
    view = await call.services.calendar.change(call.actor, _id(event_id), EventChange(**changes))  # type: ignore[typeddict-item]
    return data(spelled(view, call.actor.user_id))


@router.delete("/calendar/events/{event_id}", **needs("calendar:write"))
async def delete(call: Call, event_id: str) -> Json:
    """Delete an event."""
    await call.services.calendar.remove(call.actor, _id(event_id))
    return message("Event deleted successfully")


def _invitees(attendees: list[AttendeeIn]) -> list[Invitee]:
    return [Invitee(attendee.name, attendee.email) for attendee in attendees]


def _alerts(reminders: list[ReminderIn]) -> list[Alert]:
    return [Alert(reminder.type, reminder.minutes_before) for reminder in reminders]
