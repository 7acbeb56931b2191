from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from steward.adapters.limits import redis
from steward.adapters.limits.memory import MemoryCounters
from steward.adapters.limits.redis import RedisCounters
from steward.ports.limits import Counters
from tests.redis_server import RedisServer, redis_running

PATIENT_SECONDS = 30.0


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_running(tmp_path) as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
async def counters(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Counters]:
    """Each kind of counters, empty, and with patience: what is counted does not hang on how busy the machine is."""
    monkeypatch.setattr(redis, "ANSWER_SECONDS", PATIENT_SECONDS)
    is_memory = request.param == "memory"
    made = MemoryCounters() if is_memory else RedisCounters(request.getfixturevalue("redis_server").url)
    yield made
    await made.close()
