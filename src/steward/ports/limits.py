"""Counters that many servers may share: how often something happened within a window.

Times are seconds since 1970. A counter is named by a limit and a subject, such as a person's id or an address.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from steward.kit.rates import Limit


class Asked(NamedTuple):
    """One counter that a request belongs to."""

    limit: Limit
    subject: str


class Counted(NamedTuple):
    """How a counter stands. ``resets_at`` is when the window ends, or when the oldest entry leaves a rolling one."""

    limit: Limit
    used: int
    resets_at: float

    @property
    def is_full(self) -> bool:
        """Whether nothing more fits."""
        return self.used >= self.limit.amount


class Taken(NamedTuple):
    """What asking came to, in the order of what was asked."""

    is_granted: bool
    counted: tuple[Counted, ...]


class Counters(Protocol):
    """Counts in several windows at once: all of them count a request, or none does."""

    async def take(self, asked: Sequence[Asked], now: float, *, cost: int = 1) -> Taken:
        """Count once in every window unless one of them is full; with ``cost`` 0 only look.

        Check and count are one step: whatever runs at the same time, never more than the amount is granted. ``counted``
        is how the counters stand afterwards.

        Raises:
            Unavailable: the counters cannot be reached.
        """
        ...

    async def give_back(self, asked: Sequence[Asked], taken_at: float) -> None:
        """Undo what ``take`` counted at that time; harmless where the window is over.

        Raises:
            Unavailable: the counters cannot be reached.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
