"""What others see of notifications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

TYPES = ("calendar", "voice", "system")
"""The closed list of types. Source: voice document, decision AV31."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a notice is for: keys for the row, the id for the live channel ``user:<id>``."""

    tenant_key: int
    user_key: int
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told. ``source`` names the one thing it tells of: the same source is told once, ever."""

    type: str
    title: str
    message: str
    data: Mapping[str, Any] = field(default_factory=dict)
    source: str | None = None


@dataclass(frozen=True, slots=True)
class NotificationView:
    """A notice as its recipient sees it."""

    id: UUID
    type: str
    title: str
    message: str
    data: Mapping[str, Any]
    is_read: bool
    read_at: datetime | None
    created_at: datetime
