"""What others see of tasks, and what they hand in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypedDict
from uuid import UUID

STATUSES = ("pending", "completed", "failed")
PRIORITIES = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class TaskView:
    """A work item. ``number`` is its place among its owner's pending ones, oldest first, where that was asked for."""

    key: int
    id: UUID
    title: str
    description: str
    status: str
    priority: str
    list_name: str
    due_at: datetime | None
    details: Mapping[str, Any]
    result: Mapping[str, Any] | None
    error: str | None
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to write. A date means the end of that day in the actor's zone, a naive time wall time there."""

    title: str
    description: str = ""
    priority: str = "medium"
    due: datetime | date | None = None
    list_name: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


class TaskChange(TypedDict, total=False):
    """What shall be different; what is left out stays. ``result`` and ``error`` come from whoever works the task."""

    title: str
    description: str
    status: str
    priority: str
    due: datetime | date | None
    list_name: str
    details: Mapping[str, Any]
    result: Mapping[str, Any] | None
    error: str | None


@dataclass(frozen=True, slots=True)
class TaskWish:
    """Which of the actor's own tasks: by state, priority, list, and due range; None is open."""

    status: str | None = "pending"
    priority: str | None = None
    list_name: str | None = None
    due_from: datetime | date | None = None
    due_to: datetime | date | None = None
