"""What people plan: calendar events, work items and notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from steward.db.tables.base import Base, Identified

LASTS_LONG = {
    "sqlite": "julianday(ends_at) - julianday(starts_at) > 1",
    "postgresql": "ends_at - starts_at > interval '1 day'",
}
"""That an event lasts more than a day, as an index knows it: a query that wants the index must say the same."""


class CalendarEvent(Identified, Base):
    """An event. ``zone`` is where its wall time was meant; ``recurrence`` is an RRULE or null.

    ``until_at`` is the end of a recurring event's last occurrence (null: for ever), so that a range query can
    use an index, and ``ends_at`` for single events. ``skipped`` holds the starts (UTC, ISO with Z) of
    occurrences that do not take place or were moved away. The index by start holds whatever decides whether a
    single event counts, so that counting reads no rows.
    """

    __tablename__ = "calendar_events"
    __table_args__ = (
        Index("ix_calendar_events_user", "user_key", "starts_at", "key", "until_at", "status", "recurrence"),
        Index(
            "ix_calendar_events_long",
            "user_key",
            "starts_at",
            "key",
            sqlite_where=text(LASTS_LONG["sqlite"]),
            postgresql_where=text(LASTS_LONG["postgresql"]),
        ),
        Index(
            "ix_calendar_events_series",
            "user_key",
            "starts_at",
            "key",
            sqlite_where=text("recurrence IS NOT NULL"),
            postgresql_where=text("recurrence IS NOT NULL"),
        ),
    )

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text, default="")
    location: Mapped[str] = mapped_column(String(300), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    until_at: Mapped[datetime | None]
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    recurrence: Mapped[str | None] = mapped_column(String(500))
    skipped: Mapped[list[Any]] = mapped_column(default=list)
    calendar_id: Mapped[str] = mapped_column(String(200), default="primary")
    status: Mapped[str] = mapped_column(String(12), default="confirmed")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    attendees: Mapped[list[EventAttendee]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, lazy="selectin", order_by="EventAttendee.key"
    )


class EventAttendee(Identified, Base):
    """Somebody who is invited. ``email`` is null when only a name is known: no address is ever made up."""

    __tablename__ = "event_attendees"

    event_key: Mapped[int] = mapped_column(ForeignKey("calendar_events.key", ondelete="CASCADE"), index=True)
    email: Mapped[str | None] = mapped_column(String(320))
    name: Mapped[str] = mapped_column(String(200), default="")
    response: Mapped[str] = mapped_column(String(12), default="pending")


class Task(Identified, Base):
    """A work item. ``status`` is pending, completed or failed; ``list_name`` is e.g. "shopping"."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_tenant", "tenant_key", "key", "status", "priority"),
        Index("ix_tasks_user", "user_key", "status", "key"),
    )

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(12), default="pending")
    priority: Mapped[str] = mapped_column(String(10), default="medium")
    list_name: Mapped[str] = mapped_column(String(80), default="")
    due_at: Mapped[datetime | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]


class Note(Identified, Base):
    """Something to remember, without a time."""

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_user", "user_key", "key"),)

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
