"""Conversations and their messages, one history whatever the door."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from steward.db.tables.base import Base, Identified


class Conversation(Identified, Base):
    """A thread of messages. ``message_count`` is kept so that no list has to count."""

    __tablename__ = "conversations"
    __table_args__ = (Index("ix_conversations_user", "user_key", "last_message_at", "key"),)

    tenant_key: Mapped[int] = mapped_column(ForeignKey("tenants.key"))
    user_key: Mapped[int] = mapped_column(ForeignKey("users.key", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200), default="")
    channel: Mapped[str] = mapped_column(String(20), default="chat")
    provider: Mapped[str | None] = mapped_column(String(40))
    model: Mapped[str | None] = mapped_column(String(120))
    system_prompt: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    message_count: Mapped[int] = mapped_column(default=0)
    last_message_at: Mapped[datetime]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Message(Identified, Base):
    """What somebody said. An assistant message is written when its turn starts and filled when it ends."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_conversation", "conversation_key", "key"),)

    conversation_key: Mapped[int] = mapped_column(ForeignKey("conversations.key", ondelete="CASCADE"))
    turn_key: Mapped[int | None] = mapped_column(ForeignKey("turns.key", ondelete="SET NULL"), index=True)
    role: Mapped[str] = mapped_column(String(12))
    content: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(12), default="completed")
    actions: Mapped[list[Any]] = mapped_column(default=list)
    frame: Mapped[dict[str, Any] | None]
    tokens_used: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(14, 6, asdecimal=True), default=Decimal(0))
    model_used: Mapped[str | None] = mapped_column(String(160))
    created_at: Mapped[datetime]
