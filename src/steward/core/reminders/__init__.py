"""Commitments with a time: reminders that people set, alerts of events, and telling of them exactly once.

``wall_time``, ``recurrence`` and ``words`` are pure and serve the planning nouns above too.
"""

from steward.core.reminders.alerts import EventAlerts
from steward.core.reminders.gate import ReminderOver, ReminderUnknown
from steward.core.reminders.service import ReminderService
from steward.core.reminders.types import (
    KINDS,
    Alert,
    AlertView,
    EventFacts,
    NewReminder,
    ReminderChange,
    ReminderView,
    Swept,
)

__all__ = [
    "KINDS",
    "Alert",
    "AlertView",
    "EventAlerts",
    "EventFacts",
    "NewReminder",
    "ReminderChange",
    "ReminderOver",
    "ReminderService",
    "ReminderUnknown",
    "ReminderView",
    "Swept",
]
