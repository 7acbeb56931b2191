"""All tables, one file an area."""

from steward.db.tables.access import ApiKey, Permission, Role, RolePermission, UserRole
from steward.db.tables.accounts import PhoneNumber, Tenant, User, UserSettings
from steward.db.tables.audit import AuditEntry
from steward.db.tables.base import Base
from steward.db.tables.commitments import Notification, Reminder
from steward.db.tables.conversations import Conversation, Message
from steward.db.tables.factors import BackupCode, MfaAccount, MfaMethod, Passkey
from steward.db.tables.grants import ExternalIdentity, OAuthIntegration
from steward.db.tables.planning import CalendarEvent, EventAttendee, Note, Task
from steward.db.tables.proofs import Letter, OneTimeToken
from steward.db.tables.sessions import LoginSession
from steward.db.tables.turns import IdempotencyKey, ToolCall, Turn, TurnEvents
from steward.db.tables.walls import build_walls

build_walls()

__all__ = [
    "ApiKey",
    "AuditEntry",
    "BackupCode",
    "Base",
    "CalendarEvent",
    "Conversation",
    "EventAttendee",
    "ExternalIdentity",
    "IdempotencyKey",
    "Letter",
    "LoginSession",
    "Message",
    "MfaAccount",
    "MfaMethod",
    "Note",
    "Notification",
    "OAuthIntegration",
    "OneTimeToken",
    "Passkey",
    "Permission",
    "PhoneNumber",
    "Reminder",
    "Role",
    "RolePermission",
    "Task",
    "Tenant",
    "ToolCall",
    "Turn",
    "TurnEvents",
    "User",
    "UserRole",
    "UserSettings",
]
