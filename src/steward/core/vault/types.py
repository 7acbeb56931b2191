"""What is told of the keys; never a key itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Need:
    """What would be lost with a key: counts, and until when the last session lasts that may hold tokens of it."""

    sealed: int = 0
    codes: int = 0
    sessions: int = 0
    sessions_until: datetime | None = None
    backup_codes: int = 0

    @property
    def is_none(self) -> bool:
        """Whether nothing needs it."""
        return not (self.sealed or self.codes or self.sessions or self.backup_codes)

    def __str__(self) -> str:
        parts = (
            (self.sealed, "sealed values (`steward keys rotate` seals them anew)"),
            (self.codes, "codes that were sent a moment ago"),
            (
                self.sessions,
                f"sessions from before, the last until {self.sessions_until:%Y-%m-%d}" if self.sessions else "",
            ),
            (self.backup_codes, "backup codes from before"),
        )
        return ", ".join(f"{count} {what}" for count, what in parts if count) or "nothing"


@dataclass(frozen=True, slots=True)
class KeyView:
    """One key of the ring. ``made_at`` is None for the first one and for configured secrets."""

    name: str
    made_at: datetime | None
    is_current: bool
    need: Need


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation came to: the key that now seals everything, whether it is new, and how many values it got.

    ``unreadable`` are values that no key of the ring opens; they were left as they are.
    """

    name: str
    is_new: bool
    sealed_anew: int
    unreadable: int
