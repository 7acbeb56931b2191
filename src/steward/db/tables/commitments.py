"""What Steward promised to do at a time, and what it told people in the app."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from steward.db.tables.base import Base, Identified


class Reminder(Identified, Base):
    """Something to be reminded of at ``due_at``.

    ``status``: pending (waits), queued (a job fires it), fired, cancelled. A recurring one goes back to pending with
    its next ``due_at``, counted from ``anchor_at`` so that it keeps its wall time and its count. ``event_key`` and
    ``minutes_before`` are set when it belongs to a calendar event. ``queued_at`` is when its job was promised.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        Index(
            "ix_reminders_user",
            "user_key",
            "status",
            "due_at",
            sqlite_where=text("text != ''"),
            postgresql_where=text("text != ''"),
        ),
        Index(
            "ix_reminders_due",
            "due_at",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "ix_reminders_queued",
            "queued_at",
            sqlite_where=text("status = 'queued'"),
            postgresql_where=text("status = 'queued'"),
        ),
    )

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    event_key: Mapped[int | None] = mapped_column(ForeignKey("calendar_events.key", ondelete="CASCADE"), index=True)
    minutes_before: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(10), default="push")
    text: Mapped[str] = mapped_column(Text)
    is_timer: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    recurrence: Mapped[str | None] = mapped_column(String(500))
    anchor_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(12), default="pending")
    queued_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]


class Notification(Identified, Base):
    """An in-app notice. ``source`` names the one thing it tells of, so that nothing is told twice."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_user", "user_key", "key"),
        Index("ix_notifications_unread", "user_key", "is_read", "key"),
    )

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    message: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    source: Mapped[str | None] = mapped_column(String(160), unique=True)
    is_read: Mapped[bool] = mapped_column(default=False)
    read_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
