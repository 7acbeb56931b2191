"""What all counters promise, in memory and in Redis alike."""

from __future__ import annotations

import asyncio

from steward.adapters.limits.memory import MemoryCounters
from steward.adapters.limits.redis import RedisCounters
from steward.kit.rates import Limit
from steward.ports.limits import Asked, Counters
from tests.redis_server import RedisServer

MINUTE = Limit("user-60s", 100, 60, is_rolling=False)
BURST = Limit("user-1s", 10, 1, is_rolling=True)
NOON = 1_706_788_800.0  # 2024-02-01T12:00:00Z, as the saas document prints it


def asked(*limits: Limit, who: str = "ada") -> list[Asked]:
    return [Asked(limit, who) for limit in limits]


async def taken(counters: Counters, limits: list[Asked], times: int, now: float = NOON) -> int:
    """Ask so many times at once and return how often it was granted."""
    answers = await asyncio.gather(*(counters.take(limits, now) for _ in range(times)))
    return sum(answer.is_granted for answer in answers)


async def test_of_300_at_once_exactly_the_allowed_number_is_granted(counters: Counters) -> None:
    assert await taken(counters, asked(MINUTE), 300) == 100
    assert await taken(counters, asked(MINUTE, who="bob"), 300) == 100


async def test_what_one_window_refuses_is_counted_in_none(counters: Counters) -> None:
    assert await taken(counters, asked(MINUTE, BURST), 300) == 10
    last = await counters.take(asked(MINUTE, BURST), NOON)
    assert [one.used for one in last.counted] == [10, 10]
    assert [one.is_full for one in last.counted] == [False, True]


async def test_a_window_of_the_clock_ends_at_its_boundary(counters: Counters) -> None:
    assert await taken(counters, asked(MINUTE), 101, NOON + 59.9) == 100
    standing = await counters.take(asked(MINUTE), NOON + 59.9, cost=0)
    assert standing.counted[0].resets_at == NOON + 60
    assert await taken(counters, asked(MINUTE), 101, NOON + 60) == 100


async def test_a_rolling_window_lets_no_burst_through_at_a_boundary(counters: Counters) -> None:
    assert await taken(counters, asked(BURST), 11, NOON + 0.9) == 10
    assert await taken(counters, asked(BURST), 11, NOON + 1.0) == 0
    full = await counters.take(asked(BURST), NOON + 1.0)
    assert round(full.counted[0].resets_at - NOON, 3) == 1.9
    assert await taken(counters, asked(BURST), 11, NOON + 1.9) == 10


async def test_looking_counts_nothing(counters: Counters) -> None:
    for _ in range(3):
        seen = await counters.take(asked(MINUTE, BURST), NOON, cost=0)
    assert [one.used for one in seen.counted] == [0, 0]


async def test_what_was_given_back_can_be_taken_again(counters: Counters) -> None:
    both = asked(MINUTE, BURST)
    await taken(counters, both, 10)
    await counters.give_back(both, NOON)
    assert await taken(counters, both, 5) == 1
    await counters.give_back(asked(MINUTE, who="nobody"), NOON)
    assert (await counters.take(asked(MINUTE, who="nobody"), NOON, cost=0)).counted[0].used == 0


async def test_memory_is_bounded_and_swept() -> None:
    counters = MemoryCounters(most=50)
    for number in range(200):
        await counters.take(asked(MINUTE, who=str(number)), NOON)
    assert len(counters) == 50
    await counters.take(asked(MINUTE, who="later"), NOON + 3600)
    assert len(counters) == 1


async def test_two_servers_share_what_is_in_redis(redis_server: RedisServer) -> None:
    one, other = RedisCounters(redis_server.url), RedisCounters(redis_server.url)
    granted = await asyncio.gather(*(taken(each, asked(MINUTE), 150) for each in (one, other)))
    assert sum(granted) == 100
    assert all(key.startswith("steward:limit:") for key in redis_server.names())
    await one.close()
    await other.close()


async def test_an_emptied_redis_is_no_failure(redis_server: RedisServer) -> None:
    counters = RedisCounters(redis_server.url)
    await taken(counters, asked(MINUTE), 5)
    redis_server.empty()
    assert (await counters.take(asked(MINUTE), NOON)).counted[0].used == 1
    await counters.close()
