"""All tables, one file an area."""

from steward.db.tables.accounts import Tenant, User
from steward.db.tables.audit import AuditEntry
from steward.db.tables.base import Base
from steward.db.tables.commitments import Notification, Reminder
from steward.db.tables.conversations import Conversation, Message
from steward.db.tables.planning import CalendarEvent, EventAttendee, Note, Task
from steward.db.tables.sessions import LoginSession
from steward.db.tables.turns import IdempotencyKey, ToolCall, Turn, TurnEvents

__all__ = [
    "AuditEntry",
    "Base",
    "CalendarEvent",
    "Conversation",
    "EventAttendee",
    "IdempotencyKey",
    "LoginSession",
    "Message",
    "Note",
    "Notification",
    "Reminder",
    "Task",
    "Tenant",
    "ToolCall",
    "Turn",
    "TurnEvents",
    "User",
]
