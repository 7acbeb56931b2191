"""Counters in Redis, for several servers: one small script looks at all windows and then counts in all or in none.

A script runs alone in Redis, so the last place of a window cannot be given away twice. The servers' own clocks name the
windows; they should agree to within a second. Every key ends by itself soon after its window.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from steward.kit.errors import Unavailable
from steward.ports.limits import Asked, Counted, Taken

ANSWER_SECONDS = 0.5
CONNECTIONS = 20

_COMMON = """
local now = tonumber(ARGV[1])
local function windows()
  local found = {}
  for i, key in ipairs(KEYS) do
    local at = 3 * i
    found[i] = {key = key, amount = tonumber(ARGV[at]), seconds = tonumber(ARGV[at + 1]), rolling = ARGV[at + 2] == '1'}
  end
  return found
end
"""
_TAKE = (
    _COMMON
    + """
local cost, granted, counted = tonumber(ARGV[2]), 1, {}
for _, one in ipairs(windows()) do
  if one.rolling then
    while true do
      local oldest = redis.call('LINDEX', one.key, 0)
      if not oldest or tonumber(oldest) > now - one.seconds then break end
      redis.call('LPOP', one.key)
    end
    one.used = redis.call('LLEN', one.key)
  else
    one.used = tonumber(redis.call('GET', one.key) or '0')
  end
  if one.used + cost > one.amount then granted = 0 end
  counted[#counted + 1] = one
end
local answer = {granted}
for _, one in ipairs(counted) do
  if granted == 1 and cost > 0 then
    if one.rolling then redis.call('RPUSH', one.key, ARGV[1]) else redis.call('INCR', one.key) end
    redis.call('EXPIRE', one.key, one.seconds + 1)
    one.used = one.used + 1
  end
  answer[#answer + 1] = one.used
  answer[#answer + 1] = one.rolling and (redis.call('LINDEX', one.key, 0) or ARGV[1]) or ''
end
return answer
"""
)
_GIVE_BACK = (
    _COMMON
    + """
for _, one in ipairs(windows()) do
  if one.rolling then
    redis.call('LREM', one.key, -1, ARGV[1])
  elseif tonumber(redis.call('GET', one.key) or '0') > 0 then
    redis.call('DECR', one.key)
  end
end
return 1
"""
)


class RedisCounters:
    """Counters that every server with the same Redis shares."""

    def __init__(self, url: str) -> None:
        pool: BlockingConnectionPool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        self._redis: Redis = Redis(connection_pool=pool)
        self._take = self._redis.register_script(_TAKE)
        self._give_back = self._redis.register_script(_GIVE_BACK)

    async def take(self, asked: Sequence[Asked], now: float, *, cost: int = 1) -> Taken:
        """Count in every window unless one is full."""
        answer = await self._run(self._take, asked, now, cost)
        return Taken(
            answer[0] == 1,
            tuple(
                Counted(limit, int(used), _resets_at(limit.seconds, now, oldest))
                for (limit, _), used, oldest in zip(asked, answer[1::2], answer[2::2], strict=True)
            ),
        )

    async def give_back(self, asked: Sequence[Asked], taken_at: float) -> None:
        """Take back what was counted at that time."""
        await self._run(self._give_back, asked, taken_at, 1)

    async def ping(self) -> None:
        """Return when Redis answers.

        Raises:
            Unavailable: it does not.
        """
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._redis.ping()
        except (RedisError, OSError, TimeoutError) as failure:
            raise Unavailable(f"Redis does not answer: {type(failure).__name__}.") from failure

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()

    async def _run(self, script: AsyncScript, asked: Sequence[Asked], now: float, cost: int) -> list[Any]:
        arguments: list[str | int] = [repr(now), cost]
        for limit, _ in asked:
            arguments += [limit.amount, limit.seconds, int(limit.is_rolling)]
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer: list[Any] = await script(keys=[_key(one, now) for one in asked], args=arguments)
        except (RedisError, OSError, TimeoutError) as failure:
            raise Unavailable(f"Redis does not answer: {type(failure).__name__}.") from failure
        return answer


def _key(asked: Asked, now: float) -> str:
    limit = asked.limit
    window = "" if limit.is_rolling else f":{int(now // limit.seconds)}"
    return f"steward:limit:{limit.name}:{asked.subject}{window}"


def _resets_at(seconds: int, now: float, oldest: str) -> float:
    """Return the end of the clock's window, or when the oldest entry of a rolling one leaves."""
    return float(oldest) + seconds if oldest else (now // seconds + 1) * seconds
