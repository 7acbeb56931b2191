"""Rows as tools show them: instants as UTC text with Z, and wall times in the person's zone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from steward.core.calendar import EventView
from steward.core.notes import NoteView
from steward.core.reminders import ReminderView
from steward.core.reminders.wall_time import wall_of
from steward.core.tasks import TaskView
from steward.kit.clock import iso_z, iso_z_or_none
from steward.kit.ids import prefixed


def local(instant: datetime, zone: ZoneInfo) -> str:
    """Return the wall time as ``2024-01-16T14:00:00``."""
    return wall_of(instant, zone).isoformat(timespec="seconds")


def local_or_none(instant: datetime | None, zone: ZoneInfo) -> str | None:
    """Return ``local`` of the instant, or None for None."""
    return None if instant is None else local(instant, zone)


def event(view: EventView, zone: ZoneInfo) -> dict[str, Any]:
    """Return an event: id, title, start, end, start_local, end_local, zone, location, attendees, recurrence, status."""
    return {
        "id": prefixed("event", view.id),
        "title": view.title,
        "start": iso_z(view.starts_at),
        "end": iso_z(view.ends_at),
        "start_local": local(view.starts_at, zone),
        "end_local": local(view.ends_at, zone),
        "zone": view.zone,
        "location": view.location,
        "attendees": [{"name": each.name, "email": each.email} for each in view.attendees],
        "recurrence": view.recurrence,
        "status": view.status,
    }


def task(view: TaskView, zone: ZoneInfo) -> dict[str, Any]:
    """Return a task: id, number, title, status, priority, list, due, due_local."""
    return {
        "id": str(view.id),
        "number": view.number,
        "title": view.title,
        "status": view.status,
        "priority": view.priority,
        "list": view.list_name,
        "due": iso_z_or_none(view.due_at),
        "due_local": local_or_none(view.due_at, zone),
    }


def reminder(view: ReminderView, zone: ZoneInfo) -> dict[str, Any]:
    """Return a reminder: id, text, due, due_local, recurrence, status, is_timer; a queued one still is pending."""
    return {
        "id": prefixed("reminder", view.id),
        "text": view.text,
        "due": iso_z(view.due_at),
        "due_local": local(view.due_at, zone),
        "recurrence": view.recurrence,
        "status": "pending" if view.status == "queued" else view.status,
        "is_timer": view.is_timer,
    }


def note(view: NoteView) -> dict[str, Any]:
    """Return a note: id, title, text, created."""
    return {"id": str(view.id), "title": view.title, "text": view.text, "created": iso_z(view.created_at)}
