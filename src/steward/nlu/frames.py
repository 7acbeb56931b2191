"""What goes into the understanding and what comes out: the context, the frame and the closed list of intents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

INTENTS: tuple[str, ...] = (
    "schedule_meeting",
    "reschedule_meeting",
    "cancel_meeting",
    "check_calendar",
    "check_availability",
    "set_reminder",
    "list_reminders",
    "cancel_reminder",
    "set_timer",
    "add_task",
    "complete_task",
    "list_tasks",
    "delete_task",
    "create_note",
    "list_notes",
    "calculate",
    "convert_units",
    "ask_time",
    "ask_date",
    "days_until",
    "send_message",
    "daily_summary",
    "help",
    "confirm",
    "deny",
    "stop",
    "repeat",
    "undo",
    "greeting",
    "thanks",
    "goodbye",
    "small_talk",
    "unknown",
)

OUTWARD_INTENTS = frozenset(
    {"send_message", "cancel_meeting", "cancel_reminder", "delete_task", "reschedule_meeting", "schedule_meeting"}
)
"""Intents that reach other people or take something away: never acted on from a statistical guess alone."""

REMINDER_TIME = "09:00:00"
"""The wall time of a reminder that names a day and no hour."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the recogniser knows about the moment and the person.

    ``now`` is aware, or a naive wall time in ``zone`` (an IANA name). ``pending`` is the frame of a question
    that was asked and not answered yet, or that waits for a confirmation.
    """

    now: datetime
    zone: str = "UTC"
    locale: str = "en-US"
    contacts: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    pending: Frame | None = None

    def wall(self) -> datetime:
        """Return ``now`` as a naive wall time in the person's zone; an unknown zone leaves the time as it is."""
        if self.now.tzinfo is None:
            return self.now
        try:
            zone: tzinfo = ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            return self.now.replace(tzinfo=None)
        return self.now.astimezone(zone).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Frame:
    """One understood sentence: what is wanted, its slots and how sure we are.

    ``entities`` holds dates as ``YYYY-MM-DD``, times as ``HH:MM:SS`` wall time (beside ``timezone`` when one was
    spoken), and ``duration``, ``shift`` and ``offset`` in minutes. ``source`` is ``pattern``, ``classifier``,
    ``pending`` or ``none``. ``missing`` names the slots to ask for before acting.
    """

    intent: str
    entities: dict[str, Any] = field(default_factory=dict)
    confidence: float = 0.0
    source: str = "none"
    missing: tuple[str, ...] = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    needs_confirmation: bool = False


UNKNOWN = Frame("unknown")
"""The frame of a sentence that was not understood: it never acts."""


def as_json(frame: Frame) -> dict[str, Any]:
    """Return the frame as plain JSON values: ``intent, entities, confidence, source, missing``."""
    return {
        "intent": frame.intent,
        "entities": dict(frame.entities),
        "confidence": round(frame.confidence, 4),
        "source": frame.source,
        "missing": list(frame.missing),
    }
