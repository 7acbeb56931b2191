"""What the tests of the planning nouns share: a database, people in two tenants, and the services."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from steward.core.access import actor_of_user, give_role
from steward.core.calendar import CalendarService
from steward.core.notes import NoteService
from steward.core.notifications import NotificationService
from steward.core.reminders import ReminderService
from steward.core.tasks import TaskService
from steward.core.tools import Toolbox
from steward.db.database import Database, Transaction
from steward.db.tables import Tenant, User
from steward.kit.actor import Actor
from steward.kit.clock import SettableClock
from steward.kit.secrets import Sealer, key_ring_from_text
from steward.ports.jobs import Enqueued
from steward.settings import Settings

MONDAY_MORNING = datetime(2024, 1, 15, 10, 30, tzinfo=UTC)
SECRET = "a secret of the tests that is long enough"


class KeptJobs:
    """A queue that only remembers what was promised in committed transactions."""

    def __init__(self) -> None:
        self.promised: list[Enqueued] = []

    def put(self, _connection: Any, work: Sequence[Enqueued]) -> None:
        self.promised.extend(work)

    def wake(self, _queues: frozenset[str]) -> None:
        pass

    def taken(self) -> list[Enqueued]:
        work, self.promised = self.promised, []
        return work


class HeardHints:
    """A live port that remembers what was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    def publish(self, channel: str, hint: str) -> None:
        self.told.append((channel, hint))

    def listen(self, _channel: str) -> AbstractContextManager[Any]:
        raise NotImplementedError


@dataclass
class People:
    """Ann and Ben share a tenant; Eve lies behind another wall."""

    ann: Actor
    ben: Actor
    eve: Actor
    by_name: dict[str, Actor] = field(default_factory=dict)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(MONDAY_MORNING)


@pytest.fixture
def jobs() -> KeptJobs:
    return KeptJobs()


@pytest.fixture
def live() -> HeardHints:
    return HeardHints()


@pytest.fixture
def database(house_settings: Settings, clock: SettableClock, jobs: KeptJobs) -> Iterator[Database]:
    """A migrated database, once on SQLite and once on PostgreSQL where it can be reached."""
    made = Database(house_settings, clock, Sealer(key_ring_from_text(SECRET)), jobs)
    yield made
    made.close()


@pytest.fixture
def people(database: Database) -> People:
    def work(tx: Transaction) -> People:
        home = tx.add(Tenant(name="Home", plan="free", created_at=tx.now))
        wall = tx.add(Tenant(name="Elsewhere", plan="free", created_at=tx.now))
        tx.session.flush()
        return People(
            _person(tx, home, "ann", "Ann Archer", "America/New_York"),
            _person(tx, home, "ben", "Ben Baker", "UTC"),
            _person(tx, wall, "eve", "Eve Evans", "UTC"),
        )

    return database.write_now(work)


@pytest.fixture
def notifications(database: Database, live: HeardHints) -> NotificationService:
    return NotificationService(database, live)


@pytest.fixture
def reminders(database: Database, notifications: NotificationService) -> ReminderService:
    return ReminderService(database, notifications)


@pytest.fixture
def calendar(database: Database, reminders: ReminderService, live: HeardHints) -> CalendarService:
    return CalendarService(database, reminders, live)


@pytest.fixture
def tasks(database: Database) -> TaskService:
    return TaskService(database)


@pytest.fixture
def notes(database: Database) -> NoteService:
    return NoteService(database)


@pytest.fixture
def toolbox(calendar: CalendarService, reminders: ReminderService, tasks: TaskService, notes: NoteService) -> Toolbox:
    return Toolbox(calendar, reminders, tasks, notes)


@pytest.fixture
def statements(database: Database) -> Callable[[], AbstractContextManager[list[str]]]:
    @contextmanager
    def counted() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
                seen.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(database.engine, "before_cursor_execute", note)

    return counted


def _person(tx: Transaction, tenant: Tenant, username: str, name: str, zone: str) -> Actor:
    user = tx.add(
        User(
            tenant_key=tenant.key,
            username=username,
            email=f"{username}@example.com",
            full_name=name,
            timezone=zone,
            created_at=tx.now,
            updated_at=tx.now,
        )
    )
    tx.session.flush()
    give_role(tx, user.key, "user")
    return replace(actor_of_user(tx, user.key), via="session")
