from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from steward.core.audit import AuditLog
from steward.db.database import Database
from steward.kit.clock import SettableClock
from steward.kit.secrets import KeyRing, Sealer, key_ring_from_text
from steward.settings import Settings
from tests.houses import make_schema, take_audit_guards_away


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
    take_audit_guards_away(made.engine)
    yield made
    made.close()


@pytest.fixture
def audit(ring: KeyRing) -> AuditLog:
    return AuditLog(ring)
