"""A Redis that is gone, frozen or back again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from steward.adapters.limits import make_counters
from steward.adapters.limits.fallback import FallbackCounters
from steward.adapters.limits.memory import MemoryCounters
from steward.adapters.limits.redis import RedisCounters
from steward.kit.rates import Limit
from steward.ports.limits import Asked
from steward.settings import Settings, SettingsWrong
from tests.redis_server import RedisServer

LIMIT = Limit("user", 100, 60, is_rolling=False)
ASKED = [Asked(LIMIT, "ada")]
NOW = 1_706_788_800.0


@pytest.fixture
async def counters(redis_server: RedisServer) -> AsyncIterator[FallbackCounters]:
    made = FallbackCounters(RedisCounters(redis_server.url), MemoryCounters(), retry_seconds=0.05)
    yield made
    await made.close()


async def until_back(counters: FallbackCounters) -> None:
    async with asyncio.timeout(20):
        while counters.is_down:  # noqa: ASYNC110 - it is the server's own doing, nobody is told
            await asyncio.sleep(0.02)


async def test_a_killed_redis_is_replaced_by_memory_until_it_is_back(
    counters: FallbackCounters, redis_server: RedisServer
) -> None:
    assert (await counters.take(ASKED, NOW)).counted[0].used == 1
    redis_server.kill()
    answers = await asyncio.gather(*(counters.take(ASKED, NOW) for _ in range(300)))
    assert counters.is_down
    assert sum(answer.is_granted for answer in answers) == 100

    redis_server.start()
    await until_back(counters)
    assert (await counters.take(ASKED, NOW)).counted[0].used == 1
    assert redis_server.names()


async def test_a_frozen_redis_holds_nobody_up_for_a_second(
    counters: FallbackCounters, redis_server: RedisServer
) -> None:
    await counters.take(ASKED, NOW)
    redis_server.freeze()
    try:
        began = time.monotonic()
        answers = await asyncio.gather(*(counters.take(ASKED, NOW) for _ in range(300)))
        took = time.monotonic() - began
        assert sum(answer.is_granted for answer in answers) == 100
        assert took < 2  # half a second on a machine that does nothing else
        await counters.give_back(ASKED, NOW)
        assert (await counters.take(ASKED, NOW)).is_granted
    finally:
        redis_server.thaw()
    await until_back(counters)
    assert (await counters.take(ASKED, NOW)).counted[0].used >= 2, "Redis has kept what it had"


async def test_an_address_that_is_none_stops_the_start() -> None:
    with pytest.raises(SettingsWrong, match="STEWARD_REDIS_URL"):
        make_counters(Settings(_env_file=None, redis_url="http://127.0.0.1"))


def test_without_an_address_each_process_counts_for_itself() -> None:
    assert isinstance(make_counters(Settings(_env_file=None)), MemoryCounters)
