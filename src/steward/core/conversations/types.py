"""What others see of conversations and messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation without its messages."""

    id: UUID
    title: str
    channel: str
    provider: str | None
    model: str | None
    system_prompt: str | None
    metadata: Mapping[str, Any]
    message_count: int
    last_message_at: datetime
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message. ``cost_usd`` and ``tokens_used`` are those of the turn that made it; zero for a person's."""

    id: UUID
    conversation_id: UUID
    role: str
    content: str
    status: str
    actions: tuple[Mapping[str, Any], ...]
    tokens_used: int
    cost_usd: Decimal
    model_used: str | None
    created_at: datetime
