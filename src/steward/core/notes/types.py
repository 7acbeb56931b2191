"""What others see of notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NoteView:
    """Something to remember."""

    id: UUID
    title: str
    text: str
    created_at: datetime
