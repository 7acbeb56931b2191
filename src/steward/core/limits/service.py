"""Counting requests and open streams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID

from steward.core.limits.errors import LimitExceeded, TooManyStreams
from steward.core.limits.rules import Policies
from steward.core.limits.types import Standing
from steward.kit.clock import Clock
from steward.ports.limits import Asked, Counters
from steward.settings import Settings

_RETRY_STREAM_SECONDS = 5


class Limits:
    """What may be asked for how often; with a scale of 0 everything as often as one likes."""

    def __init__(self, settings: Settings, counters: Counters, clock: Clock) -> None:
        self.policies = Policies(
            personal=settings.plan_personal,
            team=settings.plan_team,
            overrides=settings.limits,
            scale=settings.rate_limit_scale,
        )
        self._counters = counters
        self._clock = clock
        self._most_streams = 0 if self.policies.is_off else settings.streams_per_user
        self._streams: Counter[UUID] = Counter()

    @property
    def are_off(self) -> bool:
        """Whether nothing is limited."""
        return self.policies.is_off

    async def take(self, asked: Sequence[Asked]) -> Standing:
        """Count a request in all of these windows at once and return how it stands.

        Raises:
            LimitExceeded: one window is full; nothing was counted in any.
        """
        now = self._clock.now().timestamp()
        taken = await self._counters.take(asked, now)
        if taken.is_granted:
            return Standing(taken.counted[0], taken.counted, now)
        full = max((one for one in taken.counted if one.is_full), key=lambda one: one.resets_at)
        raise LimitExceeded(Standing(full, taken.counted, now))

    async def look(self, asked: Sequence[Asked]) -> Standing:
        """Return how these windows stand, without counting."""
        now = self._clock.now().timestamp()
        taken = await self._counters.take(asked, now, cost=0)
        return Standing(taken.counted[0], taken.counted, now)

    async def give_back(self, asked: Sequence[Asked], taken_at: float) -> None:
        """Undo what ``take`` counted at that time."""
        await self._counters.give_back(asked, taken_at)

    def open_stream(self, user_id: UUID) -> Callable[[], None]:
        """Count a stream of this person in this process, and return what must be called once when it ends.

        Source: security notes, item 77.

        Raises:
            TooManyStreams: as many are open as one may have.
        """
        if not self._most_streams:
            return _nothing
        if self._streams[user_id] >= self._most_streams:
            raise TooManyStreams(retry_after_seconds=_RETRY_STREAM_SECONDS)
        self._streams[user_id] += 1

        def close() -> None:
            self._streams[user_id] -= 1
            if self._streams[user_id] <= 0:
                del self._streams[user_id]

        return close


def _nothing() -> None: ...
