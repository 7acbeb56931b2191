"""Turns: one row for each request to the assistant, on whatever channel, with what it did and what it cost."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, Numeric, String, Text, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from steward.db.tables.base import Base, Identified


class Turn(Identified, Base):
    """One request and its outcome.

    ``status`` is running, completed, failed or cancelled. While it runs, ``lease_until`` is moved on by the process
    that runs it; a running turn whose lease is over is finished by another. ``holder`` is the number under which that
    process is present on a database server. ``rights`` are the permissions of the API key that it was asked with, null
    for all that the person has: whoever finishes it has no more.
    """

    __tablename__ = "turns"
    __table_args__ = (
        Index("ix_turns_user", "user_key", "key"),
        Index(
            "ix_turns_running",
            "lease_until",
            sqlite_where=text("status = 'running'"),
            postgresql_where=text("status = 'running'"),
        ),
    )

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    conversation_key: Mapped[int | None] = mapped_column(
        ForeignKey("conversations.key", ondelete="SET NULL"), index=True
    )
    channel: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(12))
    wish: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rights: Mapped[list[Any] | None]
    intent: Mapped[str | None] = mapped_column(String(60))
    entities: Mapped[dict[str, Any] | None]
    confidence: Mapped[float | None]
    category: Mapped[str | None] = mapped_column(String(40))
    tools_used: Mapped[list[Any]] = mapped_column(default=list)
    model_used: Mapped[str | None] = mapped_column(String(160))
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(14, 6, asdecimal=True), default=Decimal(0))
    attempts: Mapped[int] = mapped_column(default=1)
    error_code: Mapped[str | None] = mapped_column(String(60))
    error_detail: Mapped[str | None] = mapped_column(Text)
    error_kind: Mapped[str | None] = mapped_column(String(16))
    first_token_ms: Mapped[int | None]
    execution_ms: Mapped[int | None]
    cancel_wanted: Mapped[bool] = mapped_column(default=False)
    lease_until: Mapped[datetime | None]
    holder: Mapped[int | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class TurnEvents(Identified, Base):
    """A run of events of a turn, ``first`` to ``last`` by number, so that a reader can resume after any of them."""

    __tablename__ = "turn_events"
    __table_args__ = (UniqueConstraint("turn_key", "first"),)

    turn_key: Mapped[int] = mapped_column(ForeignKey("turns.key", ondelete="CASCADE"))
    first: Mapped[int]
    last: Mapped[int]
    events: Mapped[list[Any]]


class ToolCall(Identified, Base):
    """A tool that was called in a turn; written in the transaction of its effect, so neither exists without the other.

    ``ran`` is False for a call that was refused before it began: no such tool, arguments that do not fit, not allowed.
    ``action`` is what the answer shows of it; ``inverse`` is how to take the effect back.
    """

    __tablename__ = "tool_calls"
    __table_args__ = (
        UniqueConstraint("turn_key", "step", "position"),
        Index(
            "ix_tool_calls_undoable",
            "user_key",
            "key",
            sqlite_where=text("undoable"),
            postgresql_where=text("undoable"),
        ),
    )

    turn_key: Mapped[int] = mapped_column(ForeignKey("turns.key", ondelete="CASCADE"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    step: Mapped[int]
    position: Mapped[int]
    call_id: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(80))
    arguments: Mapped[dict[str, Any]]
    ran: Mapped[bool] = mapped_column(default=True)
    ok: Mapped[bool]
    result: Mapped[dict[str, Any]]
    action: Mapped[dict[str, Any] | None]
    inverse: Mapped[dict[str, Any] | None]
    undoable: Mapped[bool] = mapped_column(default=False)
    undone_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class IdempotencyKey(Identified, Base):
    """What the sender of a request calls it, and what the first request of that name made: a turn or a conversation.

    ``fingerprint`` is the SHA-256 of what was asked.
    """

    __tablename__ = "idempotency_keys"
    __table_args__ = (UniqueConstraint("user_key", "name"),)

    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_id: Mapped[UUID] = mapped_column(Uuid)
    created_at: Mapped[datetime]
