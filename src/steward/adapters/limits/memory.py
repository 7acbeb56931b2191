"""Counters in the memory of this process: about 2 us for a request with two windows.

All of it runs on the event loop and nothing is awaited between looking and counting, so no two requests can both get
the last place. Memory is bounded: counters whose window is over are swept out, and above ``most`` the oldest leave.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from steward.kit.rates import Limit
from steward.ports.limits import Asked, Counted, Taken

SWEEP_SECONDS = 60.0


class _ByClock:
    """Counts from one boundary of the clock to the next."""

    __slots__ = ("ends_at", "used")

    def __init__(self) -> None:
        self.used = 0
        self.ends_at = 0.0

    def look(self, limit: Limit, now: float) -> int:
        ends_at = (now // limit.seconds + 1) * limit.seconds
        if ends_at != self.ends_at:
            self.ends_at, self.used = ends_at, 0
        return self.used

    def add(self, limit: Limit, now: float) -> None:
        self.used += 1

    def take_back(self, limit: Limit, taken_at: float) -> None:
        if self.used and self.ends_at - limit.seconds <= taken_at < self.ends_at:
            self.used -= 1

    def resets_at(self, limit: Limit, now: float) -> float:
        return self.ends_at


class _Rolling:
    """Keeps the times of the last entries; never more of them than the limit allows."""

    __slots__ = ("ends_at", "times")

    def __init__(self) -> None:
        self.times: deque[float] = deque()
        self.ends_at = 0.0

    def look(self, limit: Limit, now: float) -> int:
        times = self.times
        while times and times[0] <= now - limit.seconds:
            times.popleft()
        return len(times)

    def add(self, limit: Limit, now: float) -> None:
        self.times.append(now)
        self.ends_at = now + limit.seconds

    def take_back(self, limit: Limit, taken_at: float) -> None:
        if taken_at in self.times:
            self.times.remove(taken_at)

    def resets_at(self, limit: Limit, now: float) -> float:
        return self.times[0] + limit.seconds if self.times else now


class MemoryCounters:
    """Counters of one process; another process knows nothing of them."""

    def __init__(self, *, most: int = 100_000) -> None:
        self._most = most
        self._counters: dict[tuple[str, str], _ByClock | _Rolling] = {}
        self._swept_at = 0.0

    def __len__(self) -> int:
        return len(self._counters)

    async def take(self, asked: Sequence[Asked], now: float, *, cost: int = 1) -> Taken:
        """Count in every window unless one is full."""
        found = [(limit, self._counter(limit, subject, now)) for limit, subject in asked]
        is_granted = True
        for limit, counter in found:
            if counter.look(limit, now) + cost > limit.amount:
                is_granted = False
        if cost and is_granted:
            for limit, counter in found:
                counter.add(limit, now)
        counted = tuple(
            [Counted(limit, counter.look(limit, now), counter.resets_at(limit, now)) for limit, counter in found]
        )
        return Taken(is_granted, counted)

    async def give_back(self, asked: Sequence[Asked], taken_at: float) -> None:
        """Take back what was counted at that time."""
        for limit, subject in asked:
            counter = self._counters.get((limit.name, subject))
            if counter is not None:
                counter.take_back(limit, taken_at)

    async def close(self) -> None:
        """Forget everything."""
        self._counters.clear()

    def _counter(self, limit: Limit, subject: str, now: float) -> _ByClock | _Rolling:
        key = (limit.name, subject)
        counter = self._counters.get(key)
        if counter is None:
            self._make_room(now)
            counter = self._counters[key] = _Rolling() if limit.is_rolling else _ByClock()
        return counter

    def _make_room(self, now: float) -> None:
        if now - self._swept_at >= SWEEP_SECONDS or now < self._swept_at:
            self._swept_at = now
            self._counters = {key: one for key, one in self._counters.items() if one.ends_at > now}
        while len(self._counters) >= self._most:
            del self._counters[next(iter(self._counters))]
