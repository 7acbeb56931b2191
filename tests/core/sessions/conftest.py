from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from steward.adapters.limits.memory import MemoryCounters
from steward.core.accounts import AccountService, PasswordHasher, UserView
from steward.core.audit import AuditLog
from steward.core.factors import Prover
from steward.core.limits import Limits, LoginBrake
from steward.core.proofs import Proofs
from steward.core.sessions import Grant, SessionService
from steward.db.database import Database
from steward.kit.clock import SettableClock
from steward.kit.secrets import KeyRing, Sealer, key_ring_from_text
from steward.settings import Settings
from tests.houses import make_schema


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC))


@pytest.fixture
def ring() -> KeyRing:
    return key_ring_from_text("a secret of the tests that is long enough")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path)


@pytest.fixture
def database(settings: Settings, clock: SettableClock, ring: KeyRing) -> Iterator[Database]:
    made = Database(settings, clock, Sealer(ring))
    make_schema(made.engine)
    yield made
    made.close()


@pytest.fixture
def audit(ring: KeyRing) -> AuditLog:
    return AuditLog(ring)


@pytest.fixture
def hasher() -> Iterator[PasswordHasher]:
    made = PasswordHasher(memory_kib=64, passes=1)  # quick; the real cost has a test of its own
    yield made
    made.close()


@pytest.fixture
def accounts(database: Database, settings: Settings, audit: AuditLog, hasher: PasswordHasher) -> AccountService:
    return AccountService(database, settings, audit, hasher)


@pytest.fixture
def brake(settings: Settings, clock: SettableClock) -> LoginBrake:
    loose = settings.model_copy(update={"rate_limit_scale": 0.0})  # the brake has tests of its own
    return LoginBrake(Limits(loose, MemoryCounters(), clock))


@pytest.fixture
def prover(ring: KeyRing, settings: Settings) -> Prover:
    return Prover(ring, Proofs(ring), settings)


class Ticks:
    """A monotonic clock that stands still until somebody moves it."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def sessions(
    database: Database,
    settings: Settings,
    ring: KeyRing,
    accounts: AccountService,
    hasher: PasswordHasher,
    audit: AuditLog,
    brake: LoginBrake,
    prover: Prover,
    ticks: Ticks,
) -> SessionService:
    return SessionService(
        database, settings, ring, accounts, hasher, audit, brake=brake, prover=prover, monotonic=ticks
    )


@pytest.fixture
async def ada(accounts: AccountService) -> UserView:
    return await accounts.register(email="ada@example.com", password="correct horse staple", full_name="Ada Byron")


@pytest.fixture
def log_in(sessions: SessionService, ada: UserView) -> Callable[..., Awaitable[Grant]]:
    async def log_in(**changes: Any) -> Grant:
        return await sessions.login("ada@example.com", "correct horse staple", **{"surface": "api_v1", **changes})

    return log_in
