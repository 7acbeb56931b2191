"""Shared counters that may fail, and this process's own counters for as long as they do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog

from steward.kit.errors import Unavailable
from steward.ports.limits import Asked, Counters, Taken

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1.0


class Shared(Counters, Protocol):
    """Counters that can be asked whether they answer."""

    async def ping(self) -> None:
        """Return when they answer.

        Raises:
            Unavailable: they do not.
        """
        ...


class FallbackCounters:
    """Counts with ``shared``; while that does not answer, with ``own``.

    The request that finds out waits for the answer that does not come, at most half a second; later ones do not even
    try. A task looks once a second whether the shared counters are back. Either side starts where it stood: nobody is
    locked out by a change, somebody may get one allowance more.
    """

    def __init__(self, shared: Shared, own: Counters, *, retry_seconds: float = RETRY_SECONDS) -> None:
        self._shared = shared
        self._own = own
        self._retry_seconds = retry_seconds
        self._watch: asyncio.Task[None] | None = None

    @property
    def is_down(self) -> bool:
        """Whether this process counts for itself."""
        return self._watch is not None

    async def take(self, asked: Sequence[Asked], now: float, *, cost: int = 1) -> Taken:
        """Count in every window unless one is full; never fails."""
        if self._watch is None:
            try:
                return await self._shared.take(asked, now, cost=cost)
            except Unavailable as failure:
                self._lose(failure)
        return await self._own.take(asked, now, cost=cost)

    async def give_back(self, asked: Sequence[Asked], taken_at: float) -> None:
        """Take back what was counted at that time; never fails."""
        if self._watch is None:
            try:
                await self._shared.give_back(asked, taken_at)
                return
            except Unavailable as failure:
                self._lose(failure)
        await self._own.give_back(asked, taken_at)

    async def close(self) -> None:
        """Stop looking and close both."""
        if self._watch is not None:
            self._watch.cancel()
        await self._shared.close()
        await self._own.close()

    def _lose(self, failure: Unavailable) -> None:
        if self._watch is None:
            log.warning("limits are counted in this process only", reason=failure.message)
            self._watch = asyncio.get_running_loop().create_task(self._until_back(), name="shared limits")

    async def _until_back(self) -> None:
        while True:
            await asyncio.sleep(self._retry_seconds)
            try:
                await self._shared.ping()
            except Unavailable:
                continue
            log.info("limits are shared again")
            self._watch = None
            return
