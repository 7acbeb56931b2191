"""The verbs that surfaces may call, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from steward.core.accounts import AccountService
from steward.core.calendar import CalendarService
from steward.core.conversations import ConversationService
from steward.core.notifications import NotificationService
from steward.core.reminders import ReminderService
from steward.core.sessions import SessionService
from steward.core.tasks import TaskService
from steward.core.turns import TurnService
from steward.kit.clock import Clock
from steward.surfaces.health import Health


@dataclass(frozen=True, slots=True)
class Services:
    """Everything behind the doors."""

    clock: Clock
    version: str
    started_at: datetime
    public_url: str
    health: Health
    accounts: AccountService
    sessions: SessionService
    conversations: ConversationService
    turns: TurnService
    calendar: CalendarService
    tasks: TaskService
    reminders: ReminderService
    notifications: NotificationService
