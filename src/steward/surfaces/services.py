"""The verbs that surfaces may call, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from steward.core.access import AccessService, KeyService
from steward.core.accounts import AccountLife, AccountService
from steward.core.audit import AuditTrail
from steward.core.calendar import CalendarService
from steward.core.conversations import ConversationService
from steward.core.factors import FactorService, PasskeyService
from steward.core.integrations import IntegrationService
from steward.core.letters import OutboxService
from steward.core.limits import Limits
from steward.core.notifications import NotificationService
from steward.core.people import ExportService, PeopleService, PhoneNumbers, SettingsService
from steward.core.reminders import ReminderService
from steward.core.sessions import ApiTokens, SecondStep, SessionList, SessionService
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
    limits: Limits
    accounts: AccountService
    life: AccountLife
    people: PeopleService
    phone_numbers: PhoneNumbers
    choices: SettingsService
    exports: ExportService
    sessions: SessionService
    second_step: SecondStep
    session_list: SessionList
    factors: FactorService
    passkeys: PasskeyService
    api_tokens: ApiTokens
    access: AccessService
    keys: KeyService
    trail: AuditTrail
    integrations: IntegrationService
    outbox: OutboxService
    conversations: ConversationService
    turns: TurnService
    calendar: CalendarService
    tasks: TaskService
    reminders: ReminderService
    notifications: NotificationService
