"""What other parts see of limits."""

from __future__ import annotations

from dataclasses import dataclass

from steward.ports.limits import Counted


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request stands after it was counted.

    ``shown`` is the window that clients are told about: the first that was asked for, or the one that refused. ``all``
    are all windows of the request. Source: decision AT20.
    """

    shown: Counted
    all: tuple[Counted, ...]
    at: float

    @property
    def remaining(self) -> int:
        """How many more requests fit into the window that is shown."""
        return max(0, self.shown.limit.amount - self.shown.used)

    @property
    def resets_in_seconds(self) -> int:
        """Whole seconds until the window that is shown has room again, at least one."""
        return max(1, -int(-(self.shown.resets_at - self.at) // 1))
