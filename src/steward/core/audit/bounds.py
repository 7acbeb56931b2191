"""How many refusals are written down: a flood of them must not fill the disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock

WINDOW_SECONDS = 60.0
MOST_OF_ONE = 10
"""Refusals of one person, or of one address, that are recorded within a minute."""
MOST_OF_ALL = 120
"""Refusals that a process records within a minute: at most some 70 MB a day, however many try."""
_REMEMBERED = 10_000


class RefusalBound:
    """Counts refusals by whom they came from, in this process. Safe between threads."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._all: deque[float] = deque()
        self._times: dict[str, deque[float]] = {}
        self._left_out = 0

    def admit(self, whose: str) -> int | None:
        """Return None if this one is to be left out, else how many were left out since the last that was not."""
        now = self._monotonic()
        with self._lock:
            own = self._times.setdefault(whose, deque())
            _forget_old(self._all, now)
            _forget_old(own, now)
            if len(own) >= MOST_OF_ONE or len(self._all) >= MOST_OF_ALL:
                self._left_out += 1
                return None
            own.append(now)
            self._all.append(now)
            left_out, self._left_out = self._left_out, 0
            if len(self._times) > _REMEMBERED:
                self._times = {name: times for name, times in self._times.items() if times}
            return left_out


def _forget_old(times: deque[float], now: float) -> None:
    while times and now - times[0] >= WINDOW_SECONDS:
        times.popleft()
