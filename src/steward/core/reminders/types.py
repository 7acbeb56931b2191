"""What others see of reminders, and what they hand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID

KINDS = ("push", "email", "sms")
"""How a reminder wants to reach somebody. Source: voice document, decision AV24.

Today every kind becomes an in-app notification; delivery by e-mail and text comes with the messaging noun.
"""

MOST_MINUTES_BEFORE = 40_320
"""Four weeks: the longest lead of an alert."""


@dataclass(frozen=True, slots=True)
class ReminderView:
    """A reminder as its owner sees it. ``event_title`` and ``minutes_before`` only where it belongs to an event."""

    key: int
    id: UUID
    text: str
    due_at: datetime
    zone: str
    recurrence: str | None
    status: str
    is_timer: bool
    kind: str
    minutes_before: int | None
    event_id: UUID | None
    event_title: str | None
    created_at: datetime
    fired_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewReminder:
    """What to be reminded of. A naive ``due_at`` is wall time in ``zone`` (the actor's when empty)."""

    text: str
    due_at: datetime
    recurrence: str | None = None
    zone: str = ""
    is_timer: bool = False
    kind: str = "push"


class ReminderChange(TypedDict, total=False):
    """What shall be different; what is left out stays."""

    text: str
    due_at: datetime
    recurrence: str | None
    zone: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A reminder that goes with an event, ``minutes_before`` its start."""

    type: str
    minutes_before: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert of an event with its id."""

    id: UUID
    type: str
    minutes_before: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What a reminder needs to know of its event. ``skipped``: starts that do not take place, UTC ISO with Z."""

    key: int
    starts_at: datetime
    zone: str
    recurrence: str | None
    skipped: Sequence[str]
    status: str


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: reminders whose job was promised, and those that were taken back from lost jobs."""

    queued: int
    taken_back: int
